#!/usr/bin/env python3
"""Claim: a request of KAZOO's costs `pivot serve` little more than a bare librabbitmq loop and a pivot.

Method: one RabbitMQ (Debian's, on loopback), one voice server (peers/delay_server.cpp), and KAZOO's side
of the bus (peers/amqp_bus.cpp). Two contenders take turns at its requests: `pivot serve` with one
reactor, and a loop of librabbitmq that answers at once with the same flow, unread and unasked.
- as many as there can be, 64 at a time, for eight seconds: requests a second, and CPU per request of
  the contender and of RabbitMQ (schedstat of its threads);
- 200 a second: how long until KAZOO has `processing`, and the flow. The difference is what Pivot adds,
  the voice server included;
- 1,000 a second for a minute to two `pivot serve`, one of which is killed halfway: how many are left
  without an answer, which KAZOO's queue may have dropped as it holds a hundred;
- 2,000 that wait for a voice server that never answers: resident memory per call.
A pivot by itself is `pivot load` with the same call, at 64 connections, as many a second as `pivot
serve` has just had: its server answers so late. A process that is woken for every answer costs more
than one that always has the next one, and so do the contenders, which wait for the broker. How fast
it can be is measured, too. Nothing is random.

Prints these numbers. It fails if a request is left without a flow, but for the kill, or if one is
answered twice.
"""

import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path += [str(HERE.parent / "tests" / folder) for folder in ("switches/kazoo", "tools")]

import kapi
import rabbit
from harness import bench, callflows, programs
from running import Running

OUTSTANDING = 64  # as peers/amqp_bus.cpp has it
RATE = 200
WAITING = 2_000
NAMES = {"pivot": "pivot serve", "bare": "bare librabbitmq"}


def measure(bench):
    flow = callflows.callflow(callflows.SIZES["400 B"])
    try:
        with (
            rabbit.Rabbit() as broker,
            bench.peers.delay_server(flow, 0) as port,
            tempfile.TemporaryDirectory() as folder,
        ):
            bus = Bus(bench, broker, pathlib.Path(folder), flow)
            compare(bench, bus, flow, port)
            lose_one_of_two(bench, bus, port)
            with bench.peers.delay_server(flow, None) as silent_port:
                bench.row("memory", "a call in flight", "B", [memory(bench, bus, silent_port)])
    except rabbit.Missing as missing:
        raise programs.Missing(missing)
    bench.finish("KAZOO's requests cost a bare librabbitmq loop, and a pivot")


class Bus:
    def __init__(self, bench, broker, folder, flow):
        self.node = broker.nodes[0]
        self.broker_pid = self.node.process.pid
        self.peers, self.folder, self.pivots = bench.peers, folder, 0
        (folder / "password").write_text(rabbit.PASSWORD)
        (folder / "flow").write_text(json.dumps(flow))
        self.call = kapi.call_object(
            "bench-00000000@10.26.0.158", "pid://<0.1.0>/bench_replies", "pid://<0.2.0>/control"
        )
        (folder / "call").write_text(json.dumps(self.call))

    def login(self):
        return [str(self.node.port), rabbit.USER, rabbit.PASSWORD, rabbit.VHOST]

    @contextlib.contextmanager
    def pivot(self, prefetch=100):
        """A `pivot serve` that takes requests, and its process id."""
        self.pivots += 1
        config = self.folder / f"pivot-{self.pivots}.toml"
        socket = f"{self.folder}/admin-{self.pivots}.sock"
        config.write_text(
            f'policy.allow = ["127.0.0.0/8"]\nadmin.listen = "{socket}"\n'
            f'[[kazoo]]\nbrokers = ["{self.node.uri()}"]\n'
            f'password_file = "{self.folder}/password"\nprefetch = {prefetch}\n'
        )
        serve = Running(self.peers.pivot, "--config", str(config), "--log-level", "error")
        try:
            status = [self.peers.pivot, "status", "--socket", socket]
            rabbit.wait_until(
                lambda: subprocess.run(status, capture_output=True).returncode == 0,
                f"pivot serve is not ready: {serve.lines}",
            )
            yield serve.process.pid
        finally:
            serve.kill()

    @contextlib.contextmanager
    def bare(self):
        answerer = self.start_answerer()
        try:
            yield answerer.pid
        finally:
            answerer.communicate()

    def start_answerer(self):
        """The queue may die with the consumer before, after it was declared and before it is used."""
        command = [f"{self.peers.folder}/amqp_bus", "answer", *self.login(), self.folder / "flow"]
        for _ in range(5):
            answerer = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            if answerer.stdout.readline() == b"answers\n":
                return answerer
            answerer.communicate()
        raise programs.Failed("amqp_bus does not answer")

    def asker(self, port, rate, seconds):
        request = kapi.pivot_req(self.call, f"http://127.0.0.1:{port}/flow", Msg_ID="bench-00000000")
        (self.folder / "request").write_text(json.dumps(request))
        command = [f"{self.peers.folder}/amqp_bus", "ask", *self.login(), str(rate), str(seconds)]
        return subprocess.Popen([*command, self.folder / "request"], stdout=subprocess.PIPE)

    def ask(self, port, rate, seconds):
        output, _ = self.asker(port, rate, seconds).communicate()
        found = json.loads(output)
        if found["flows"] < found["asked"] or not found["asked"]:
            raise programs.Failed(f"requests without a flow: {found}")
        return found


def compare(bench, bus, flow, port):
    rates = []  # of pivot serve

    def run(contender):
        with contender() as pid:
            used = {"own": pid, "broker": bus.broker_pid}
            before = {name: cpu_us(pid) for name, pid in used.items()}
            many = bus.ask(port, 0, bench.seconds(8))
            cost = {name: cpu_us(pid) - before[name] for name, pid in used.items()}
            steady = bus.ask(port, RATE, bench.seconds(8))
        return many, {name: spent / many["asked"] for name, spent in cost.items()}, steady

    def run_pivot():
        found = run(bus.pivot)
        rates.append(found[0]["rate"])
        return found

    def alone(port):
        more = ["--duration", bench.seconds(3), "--reactors", 1, "--call", bus.folder / "call"]
        report = bench.peers.pivot_load(port, OUTSTANDING, *more, cores=programs.ALL_CORES)
        return programs.pivot_cost(report).cpu

    def alone_at_its_rate():
        delay_us = OUTSTANDING * 1e6 / rates[-1]
        with bench.peers.delay_server(flow, delay_us, cores=programs.ALL_CORES) as late_port:
            return alone(late_port)

    found = bench.interleave(
        pivot=run_pivot,
        bare=lambda: run(bus.bare),
        alone=alone_at_its_rate,
        fast=lambda: alone(port),
    )
    for key, name in NAMES.items():
        bench.row("requests a second", name, "1/s", [many["rate"] for many, _, _ in found[key]])
    for key, name in NAMES.items():
        bench.row("CPU per request", name, "µs", [cost["own"] for _, cost, _ in found[key]])
        broker = [cost["broker"] for _, cost, _ in found[key]]
        bench.row("CPU per request", f"RabbitMQ, {name}", "µs", broker)
    bench.row("CPU per request", "a pivot by itself, as many a second", "µs", found["alone"])
    bench.row("CPU per request", "a pivot by itself, as fast as it can", "µs", found["fast"])
    for message, words in (("processing_us", "processing"), ("flow_us", "the flow")):
        for part in ("p50", "p99"):
            for key, name in NAMES.items():
                values = [steady[message][part] for _, _, steady in found[key]]
                bench.row(f"latency at {RATE} a second", f"{words}, {name}, {part}", "µs", values)
    own, bare = ([cost["own"] for _, cost, _ in found[key]] for key in NAMES)
    bench.ratio(
        "CPU per request: (pivot serve − a pivot) ÷ bare librabbitmq",
        [cost - alone for cost, alone in zip(own, found["alone"])],
        bare,
        at_most=None if bench.small else 1.3,
    )
    bench.ratio(
        "CPU per request: (pivot serve − the fastest pivot) ÷ bare librabbitmq",
        [cost - fast for cost, fast in zip(own, found["fast"])],
        bare,
    )
    bench.ratio(
        "CPU per request: pivot serve ÷ (bare librabbitmq + a pivot)",
        own,
        [cost + alone for cost, alone in zip(bare, found["alone"])],
    )


def lose_one_of_two(bench, bus, port):
    seconds = 1 if bench.small else 60
    with bus.pivot() as first, bus.pivot():
        asker = bus.asker(port, RATE if bench.small else 1000, seconds)
        time.sleep(seconds / 2)
        os.kill(first, signal.SIGKILL)
        found = json.loads(asker.communicate()[0])
    unanswered = found["asked"] - found["flows"] - found["failed"]
    bench.row("one of two killed", "requests", "", [found["asked"]])
    bench.row("one of two killed", "unanswered", "", [unanswered])
    bench.row("one of two killed", "failed", "", [found["failed"]])
    if found["doubled"]:
        raise programs.Failed(f"requests that were answered twice: {found}")


def memory(bench, bus, silent_port):
    """Resident bytes per call."""
    waiting = 50 if bench.small else WAITING
    with bus.pivot(prefetch=2 * waiting) as pid:
        before = resident_bytes(pid)
        asker = bus.asker(silent_port, waiting / 2, 2)
        time.sleep(2.5)
        after = resident_bytes(pid)
        found = json.loads(asker.communicate()[0])
    if found["failed"] != found["asked"]:
        raise programs.Failed(f"requests that have not failed: {found}")
    return (after - before) / found["asked"]


def cpu_us(pid):
    """All its threads' time so far."""
    tasks = pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1000


def resident_bytes(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) * 1024


if __name__ == "__main__":
    bench.run("kazoo_bus", measure, __doc__)
