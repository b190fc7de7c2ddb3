#!/usr/bin/env python3
"""Claim: reactors share nothing, so that a second one costs a pivot no CPU, and brings what its core
has to give.

Method: `pivot load` in a closed loop at 256 connections with one reactor on one core, and with
two on two, in turn, five rounds, against peers/delay_server.cpp in two processes that answer at
once from both cores. A callflow of 400 bytes.

What limits: this machine's two cores carry the server, too. With one reactor on the first core,
both server processes have room on the second; with two reactors nothing is idle, and server and
client take turns on both cores. So the rate of two reactors cannot be twice that of one here: at
most it is that of two cores shared by client and server. That CPU per pivot stays the same is
what can be shown; it is what makes the rate scale where there are cores. nginx in the same place
(two workers) is shown beside it.

Prints pivots per second and µs of CPU per pivot of both, and the ratios. All pivots must have
been processed, or it fails.
"""

from harness import bench, callflows, programs

CONNECTIONS = 256


def measure(bench):
    body = callflows.callflow(callflows.SIZES["400 B"])
    with bench.peers.delay_server(body, 0, processes=2, cores=programs.ALL_CORES) as port:
        compare(bench, port, "peers/delay_server, 2 processes")
    with programs.nginx(body, workers=2, cores=programs.ALL_CORES) as port:
        compare(bench, port, "nginx, 2 workers")
    bench.note(
        "The server's processes share the two cores with the reactors, which limits the rate."
    )
    bench.finish("A second reactor costs a pivot no CPU")


def compare(bench, port, server):
    costs = bench.interleave(
        one=lambda: load(bench, port, 1, programs.CLIENT_CORE),
        two=lambda: load(bench, port, 2, programs.ALL_CORES),
    )
    names = {"one": "1 reactor", "two": "2 reactors"}
    for key, name in names.items():
        bench.row(server, name, "1/s", [cost.rate for cost in costs[key]])
    for key, name in names.items():
        bench.row(server, name, "µs", [cost.cpu for cost in costs[key]])
    bench.ratio(
        f"pivots per second: two reactors ÷ one, {server}",
        *([cost.rate for cost in costs[key]] for key in ("two", "one")),
    )
    bench.ratio(
        f"CPU per pivot: two reactors ÷ one, {server}",
        *([cost.cpu for cost in costs[key]] for key in ("two", "one")),
    )


def load(bench, port, reactors, cores):
    connections = 8 if bench.small else CONNECTIONS
    arguments = ["--duration", bench.seconds(3), "--reactors", reactors]
    return programs.pivot_cost(bench.peers.pivot_load(port, connections, *arguments, cores=cores))


if __name__ == "__main__":
    bench.run("two_reactors", measure, __doc__)
