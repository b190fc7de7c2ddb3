#!/usr/bin/env python3
"""Claim: a call in flight costs a kilobyte, and calls in flight cost no CPU: a pivot among 96,000 is
as cheap as one among a hundred.

Method: peers/delay_server.cpp answers each request with a callflow of 400 bytes after a fixed delay,
from as many processes as its descriptors need, on one core; `pivot load` has the other one, in a
closed loop, so that all its calls are in flight all the time. The delay grows with their number:
75 calls × 5 ms and 15,000 × 1 s on one reactor; 96 × 8 ms and 96,000 × 8 s on six, as one ring's
table of descriptors may not exceed the process's limit (20,000 here). Few and many take turns, five
rounds. Nothing is random.

So the rate is the same, if the machine answers at once. If it does not, few calls lose more of theirs
than many, and a lower rate costs more per pivot: where the rates are more than a tenth apart, the
ratio of CPU is shown and decides nothing.

Bytes per call are those of the whole process: the peak of its resident memory with many calls,
less that with few, divided by the difference of their numbers. The tool's own number is shown
beside it. Prints them, µs of CPU per pivot, the rates, and ratios. All pivots must have been
processed, or it fails.
"""

import dataclasses
import statistics

from harness import bench, callflows, programs

CONNECTIONS_A_PROCESS = 16_000  # of delay_server
BYTES_A_CALL = 1_024
RATE_TOLERANCE = 0.1


@dataclasses.dataclass
class Setting:
    few: int
    many: int
    reactors: int
    rate: int  # per second, the same for both
    seconds: float  # of the measured window

    def delay_us(self, in_flight):
        return in_flight / self.rate * 1e6

    @property
    def name(self):
        return f"{self.few:,} and {self.many:,} in flight, {self.reactors} reactor{'s' if self.reactors > 1 else ''}"


SETTINGS = [
    Setting(few=75, many=15_000, reactors=1, rate=15_000, seconds=4),
    Setting(few=96, many=96_000, reactors=6, rate=12_000, seconds=8),
]
SMALL_SETTINGS = [Setting(few=10, many=200, reactors=2, rate=1_000, seconds=0.3)]


def measure(bench):
    if bench.small:
        compare(bench, SMALL_SETTINGS[0], at_most=lambda _: None)
    else:
        per_call = [compare(bench, setting, at_most=lambda target: target) for setting in SETTINGS]
        bench.ratio(
            "bytes per call: 96,000 ÷ 15,000 in flight", per_call[1], per_call[0], at_most=1.10
        )
    bench.finish("What a call in flight costs: memory, and the CPU of its pivot")


def compare(bench, setting, at_most):
    """Returns the bytes per call in flight, of each round."""
    with server(bench, setting, setting.few) as near, server(bench, setting, setting.many) as far:
        reports = bench.interleave(
            few=lambda: load(bench, setting, near, setting.few),
            many=lambda: load(bench, setting, far, setting.many),
        )
    costs = {
        key: [programs.pivot_cost(report) for report in found] for key, found in reports.items()
    }
    memory = {key: [report["rss_bytes"] for report in found] for key, found in reports.items()}
    added = setting.many - setting.few
    per_call = [
        (many["peak"] - few["peak"]) / added for few, many in zip(memory["few"], memory["many"])
    ]

    counts = {"few": f"{setting.few:,} in flight", "many": f"{setting.many:,} in flight"}
    for key, name in counts.items():
        bench.row(setting.name, name, "µs", [cost.cpu for cost in costs[key]])
    for key, name in counts.items():
        bench.row(setting.name, name, "1/s", [cost.rate for cost in costs[key]])
    for key, name in counts.items():
        bench.row(setting.name, name, "MB", [rss["peak"] / 1e6 for rss in memory[key]])
    bench.row(setting.name, "a call in flight, whole process", "B", per_call)
    bench.row(
        setting.name,
        "a call in flight, as the tool says",
        "B",
        [rss["per_call_in_flight"] for rss in memory["many"]],
    )

    bench.ratio(
        f"bytes per call ÷ 1,024, {counts['many']}",
        per_call,
        [BYTES_A_CALL] * len(per_call),
        at_most=at_most(1.0),
    )
    rates = [many.rate / few.rate for few, many in zip(costs["few"], costs["many"])]
    is_same_rate = abs(statistics.median(rates) - 1) <= RATE_TOLERANCE
    if not is_same_rate:
        bench.note(
            f"{setting.name}: the rate of many was {statistics.median(rates):.2f} of that of few, "
            "so that the ratio of their CPU decides nothing."
        )
    bench.ratio(
        f"CPU per pivot: {setting.many:,} ÷ {setting.few:,} in flight",
        *([cost.cpu for cost in costs[key]] for key in ("many", "few")),
        at_most=at_most(1.10) if is_same_rate else None,
    )
    return per_call


def server(bench, setting, in_flight):
    processes = -(-in_flight // CONNECTIONS_A_PROCESS)
    body = callflows.callflow(callflows.SIZES["400 B"])
    return bench.peers.delay_server(body, setting.delay_us(in_flight), processes)


def load(bench, setting, port, in_flight):
    arguments = ["--duration", setting.seconds, "--reactors", setting.reactors, "--timeout", 60_000]
    return bench.peers.pivot_load(port, in_flight, *arguments)


if __name__ == "__main__":
    bench.run("in_flight", measure, __doc__)
