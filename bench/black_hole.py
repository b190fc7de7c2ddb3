#!/usr/bin/env python3
"""Claim: with 90,000 calls in flight to a server that takes requests and never answers, every call
has its outcome when its time is over: none early, none forgotten, and nothing stalls.

Method: peers/delay_server.cpp as a black hole, from six processes on one core; `pivot load` with
six reactors on the other one. Two runs take turns, as often as there are rounds:
- at once: 90,000 calls that time out 20 s after each was started. What is counted is the second
  90,000: each starts, with a new connection, when one of the first has timed out;
- steady: an open loop starts 4,500 calls a second that time out after 20 s, 180,000 of them. So
  90,000 are in flight from the 20th second to the 40th, and for each that ends a connection is torn
  down and a new one made. Until the 60th those in flight end, and no more start.
Nothing is random.

Prints how late the outcomes were (µs after the deadline), and how long the whole run took. It fails
if an outcome was early, was something else than a timeout, or did not come.
"""

import time

from harness import bench, callflows, programs

IN_FLIGHT = 90_000
TIMEOUT_MS = 20_000
REACTORS = 6
QUANTILES = {"min": "min", "p50": "p50", "p99": "p99", "p99_9": "p99.9", "max": "max"}


def measure(bench):
    in_flight, timeout_ms, reactors = (
        (200, 300, 2) if bench.small else (IN_FLIGHT, TIMEOUT_MS, REACTORS)
    )
    rate = in_flight * 1000 // timeout_ms
    flow = callflows.callflow(callflows.SIZES["400 B"])
    common = ["--timeout", timeout_ms, "--reactors", reactors]
    with bench.peers.delay_server(flow, None, processes=reactors) as port:

        def load(*arguments):
            return checked(timed(lambda: bench.peers.pivot_load(port, *arguments, *common)))

        reports = bench.interleave(
            at_once=lambda: load(in_flight, "--count", in_flight),
            steady=lambda: load(round(in_flight * 1.05), "--rate", rate, "--count", 2 * in_flight),
        )
    names = {"at_once": f"{in_flight:,} at once", "steady": f"{in_flight:,}, {rate:,} a second"}
    for key, name in names.items():
        for quantile, label in QUANTILES.items():
            found = [report["timeout_lateness_us"][quantile] for report in reports[key]]
            bench.row("lateness of timeouts", f"{name}, {label}", "µs", found)
    for key, name in names.items():
        bench.row(
            "the whole run, connecting included",
            name,
            "s",
            [report["took"] for report in reports[key]],
        )
    for key, name in names.items():
        cpu = [report["cpu_us_per_pivot"]["total"] for report in reports[key]]
        bench.row("CPU of a pivot that times out, its new connection included", name, "µs", cpu)
    timeouts = sum(report["pivots"] for key in reports for report in reports[key])
    bench.note(f"All {timeouts:,} calls timed out, none of them early.")
    bench.finish("90,000 calls in flight to a black hole all end on time")


def timed(run):
    began = time.monotonic()
    report = run()
    return {**report, "took": time.monotonic() - began}


def checked(report):
    """All timed out, and none early."""
    counts = {name: count for name, count in report["outcomes"].items() if count}
    lateness = report["timeout_lateness_us"]
    if list(counts) != ["timeout"] or lateness["count"] != counts["timeout"] or lateness["min"] < 0:
        raise programs.Failed(f"outcomes {counts}, lateness {lateness}")
    return report


if __name__ == "__main__":
    bench.run("black_hole", measure, __doc__)
