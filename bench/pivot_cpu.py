#!/usr/bin/env python3
"""Claim: a full pivot (parameters built, asked, answer parsed and validated) costs about as much CPU
as wrk's bare GET, a few microseconds of user time more than the least that io_uring can do with the
same bytes, and a fraction of the same with libcurl and simdjson.

Most of it is the kernel's TCP. Where system calls are cheap that share is small, and a ratio to wrk
or to the floor says more about the processor than about the engine. So the number to compare
between machines is the user time above the floor's.

Method: nginx answers from memory on one core; on the other one the contenders take turns, five
rounds: `pivot load`, wrk, a raw io_uring loop that sends the pivot's own bytes
(peers/raw_ring.cpp), and libcurl with simdjson that builds the pivot's own parameters
(peers/curl_multi.cpp), in the usual way and in a tuned one. Closed loop, keep-alive, at 1, 64 and
1024 connections, with callflows of 400 bytes, 1 KB and 8 KB. CPU is user and system over a window
in which all connections are up. wrk tells of no window: its CPU is that of the process, less that of
a run in the same round that connects to a server that never answers. Nothing is random.

Prints µs of CPU per request, µs of user time above the floor and pivots per second of each, and the
ratios. All pivots must have
been processed, and all answers of peers have the right size (raw_ring) or the right text in them
(curl_multi), or it fails.
"""

from harness import bench, callflows, programs, request

# By connections, for the smallest callflow.
AT_MOST_OF_WRK = {64: 0.90, 1024: 0.80}
AT_MOST_OF_FLOOR = {64: 1.20, 1024: 1.20}
CURL_AT_LEAST = {64: 6.5, 1024: 9}

CONTENDERS = {
    "pivot": "full pivot",
    "wrk": "wrk, bare GET",
    "floor": "raw io_uring, bare",
    "curl": "libcurl, full",
    "tuned_curl": "libcurl tuned, full",
}


def measure(bench):
    asked = request.capture(bench.peers)
    settings = [("400 B", 1), ("400 B", 64), ("400 B", 1024)]
    settings += [(size, connections) for size in ("1 KB", "8 KB") for connections in (64, 1024)]
    if bench.small:
        settings = [("400 B", 4), ("8 KB", 4)]

    done = 0
    for size, connections in settings:
        body = callflows.callflow(callflows.SIZES[size])
        with programs.nginx(body) as port, bench.peers.delay_server(body, None) as silent_port:
            done += compare(bench, asked, size, connections, body, port, silent_port)
    bench.note(
        f"The request is {len(asked.head(80))} bytes, {len(asked.target)} of which are its target with "
        f"{len(asked.parameters)} parameters. All {done:,} pivots were processed."
    )
    bench.finish("CPU of a full pivot, beside wrk, libcurl and a raw io_uring loop")


def compare(bench, asked, size, connections, body, port, silent_port):
    """Returns how many pivots were processed."""
    peers, seconds = bench.peers, bench.seconds(2)
    answer_size = programs.answer_size(port)
    costs = bench.interleave(
        pivot=lambda: programs.pivot_cost(
            peers.pivot_load(port, connections, "--duration", seconds)
        ),
        wrk=lambda: programs.wrk(port, silent_port, connections, seconds),
        floor=lambda: peers.raw_ring(port, connections, seconds, asked, answer_size),
        curl=lambda: peers.curl_multi(port, connections, seconds, asked, body, "usual"),
        tuned_curl=lambda: peers.curl_multi(port, connections, seconds, asked, body, "tuned"),
    )
    setting = f"{size}, {connections:,} connection{'s' if connections > 1 else ''}"
    for key, name in CONTENDERS.items():
        bench.row(setting, name, "µs", [cost.cpu for cost in costs[key]])
    for key in ("pivot", "curl", "tuned_curl"):
        above = [cost.user - floor.user for cost, floor in zip(costs[key], costs["floor"])]
        bench.row(setting, CONTENDERS[key], "µs of user time above raw io_uring", above)
    for key, name in CONTENDERS.items():
        bench.row(setting, name, "1/s", [cost.rate for cost in costs[key]])

    def target(by_connections):
        return by_connections.get(connections) if size == "400 B" else None

    cpu = {key: [cost.cpu for cost in found] for key, found in costs.items()}
    bench.ratio(
        f"full pivot ÷ wrk, {setting}", cpu["pivot"], cpu["wrk"], at_most=target(AT_MOST_OF_WRK)
    )
    bench.ratio(
        f"full pivot ÷ raw io_uring, {setting}",
        cpu["pivot"],
        cpu["floor"],
        at_most=target(AT_MOST_OF_FLOOR),
    )
    bench.ratio(
        f"libcurl ÷ full pivot, {setting}",
        cpu["curl"],
        cpu["pivot"],
        at_least=target(CURL_AT_LEAST),
    )
    bench.ratio(
        f"libcurl tuned ÷ full pivot, {setting}",
        cpu["tuned_curl"],
        cpu["pivot"],
        at_least=target(CURL_AT_LEAST),
    )
    return sum(cost.requests for cost in costs["pivot"])


if __name__ == "__main__":
    bench.run("pivot_cpu", measure, __doc__)
