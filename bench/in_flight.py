#!/usr/bin/env python3
"""Claim: a call in flight costs a kilobyte, and calls in flight cost no CPU: a pivot among 96,000 is as cheap as one among a
hundred.

Method: peers/delay_server.cpp answers each request with a callflow of 400 bytes after a fixed delay, from as many
processes as its descriptors need, on one core; `pivot load` has the other one.

Memory: a closed loop holds 15,000 calls in flight on one reactor, and 96,000 on six (one ring's table of descriptors may
not exceed the process's limit, 20,000 here). What counts is the whole process: its peak resident memory, less that of the
same run with a call for each reactor, divided by the calls. The tool's own number is shown beside it.

CPU: an open loop at a constant rate, where only the delay decides how many calls are in flight: 15,000/s × 5 ms = 75,
15,000/s × 1 s = 15,000. The same with six reactors: 96 and 96,000. The two take turns, five rounds. Nothing is random.

Prints bytes per call, µs of CPU per pivot, and ratios. All pivots must have been processed, or it fails.
"""

import dataclasses

from harness import bench, callflows, programs


@dataclasses.dataclass
class Setting:
    few: int
    many: int
    reactors: int
    rate: int  # per second, the same for both
    seconds: float  # of the measured window

    def delay_us(self, in_flight):
        return in_flight / self.rate * 1e6


SETTINGS = [
    Setting(few=75, many=15_000, reactors=1, rate=15_000, seconds=4),
    Setting(few=96, many=96_000, reactors=6, rate=9_600, seconds=12),
]
SMALL_SETTINGS = [Setting(few=10, many=200, reactors=2, rate=1_000, seconds=0.3)]

CONNECTIONS_A_PROCESS = 16_000  # of delay_server


def measure(bench):
    settings = SMALL_SETTINGS if bench.small else SETTINGS
    per_call = [memory(bench, setting) for setting in settings]
    if len(per_call) == 2:
        bench.ratio("bytes per call: 96,000 ÷ 15,000 in flight", per_call[1], per_call[0], at_most=1.10)
    for setting in settings:
        cpu(bench, setting)
    bench.finish("What a call in flight costs: memory and CPU")


def memory(bench, setting):
    """Returns the bytes per call in flight, of each round."""
    with server(bench, setting, setting.many) as port:
        reports = bench.interleave(
            idle=lambda: load(bench, setting, port, setting.reactors),
            many=lambda: load(bench, setting, port, setting.many),
        )
    idle, many = ([report["rss_bytes"]["peak"] for report in reports[key]] for key in ("idle", "many"))
    per_call = [(full - empty) / (setting.many - setting.reactors) for full, empty in zip(many, idle)]
    group = f"memory, {named(setting)}"
    bench.row(group, "bytes per call in flight, whole process", "B", per_call)
    bench.row(group, "the same, as the tool says", "B",
              [report["rss_bytes"]["per_call_in_flight"] for report in reports["many"]])
    bench.row(group, "peak resident memory", "MB", [peak / 1e6 for peak in many])
    limit = [1024] * len(per_call)
    bench.ratio(f"bytes per call ÷ 1,024 B, {named(setting)}", per_call, limit, at_most=None if bench.small else 1.0)
    return per_call


def cpu(bench, setting):
    with server(bench, setting, setting.few) as near, server(bench, setting, setting.many) as far:
        costs = bench.interleave(
            few=lambda: programs.pivot_cost(paced_load(bench, setting, near, setting.few)),
            many=lambda: programs.pivot_cost(paced_load(bench, setting, far, setting.many)),
        )
    group = f"CPU at {setting.rate:,}/s, {reactors(setting)}"
    for key, count in (("few", setting.few), ("many", setting.many)):
        bench.row(group, f"{count:,} in flight", "µs", [cost.cpu for cost in costs[key]])
    for key, count in (("few", setting.few), ("many", setting.many)):
        bench.row(group, f"{count:,} in flight", "1/s", [cost.rate for cost in costs[key]])
    bench.ratio(f"CPU per pivot: {setting.many:,} ÷ {setting.few:,} in flight",
                *([cost.cpu for cost in costs[key]] for key in ("many", "few")),
                at_most=None if bench.small else 1.10)


def server(bench, setting, in_flight):
    processes = -(-in_flight // CONNECTIONS_A_PROCESS)
    body = callflows.callflow(callflows.SIZES["400 B"])
    return bench.peers.delay_server(body, setting.delay_us(in_flight), processes)


def load(bench, setting, port, concurrency):
    """A closed loop: all of `concurrency` are in flight all the time."""
    arguments = ["--duration", setting.seconds, "--reactors", setting.reactors, "--timeout", 60_000]
    report = bench.peers.pivot_load(port, concurrency, *arguments)
    programs.pivot_cost(report)
    return report


def paced_load(bench, setting, port, in_flight):
    """An open loop, with room for those that are late."""
    arguments = ["--rate", setting.rate, "--duration", setting.seconds, "--reactors", setting.reactors]
    return bench.peers.pivot_load(port, round(in_flight * 1.1) + 8, *arguments, "--timeout", 60_000)


def named(setting):
    return f"{setting.many:,} in flight, {reactors(setting)}"


def reactors(setting):
    return f"{setting.reactors} reactor{'s' if setting.reactors > 1 else ''}"


if __name__ == "__main__":
    bench.run("in_flight", measure, __doc__)
