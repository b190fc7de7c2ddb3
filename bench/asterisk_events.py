#!/usr/bin/env python3
"""Claim: at 100 calls a second no event of Asterisk waits for `pivot serve` for longer than a millisecond.

Method: a toy Asterisk (harness/toy_asterisk.py) has 100 calls a second for 30 seconds. A real one
would need both processors of a small machine for that, and `pivot serve` would wait for one. Each
call hears a menu, presses a key after a second, hears the answer, and is hung up. There are no media.

Delays are between packets of ARI on loopback, by the kernel's time of each:

    StasisStart ──► GET …/variable             an event waits, is read and leads to a request
    ChannelDtmfReceived ──► DELETE …/playbacks a key is to stop the prompt

The floor is a process that does nothing but sleep until the next of 200 moments a second, in the
same seconds: it is late by what the machine has every program wait for a processor.

Prints these delays, the floor, and the CPU of `pivot serve` per call (schedstat of its threads). It
fails if a call does not come to its end.
"""

import os
import pathlib
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path += [str(HERE.parent / "tests" / folder) for folder in ("switches/asterisk", "tools")]

import asterisk_calls
import case
from harness import bench, programs
from harness.lateness import Sleeper
from harness.toy_asterisk import ToyAsterisk
from harness.wire import Wire
from running import Running
from web import Web

RATE = 100
SECONDS = 30
MENU = '<Gather numDigits="1" action="/got" timeout="30"><Play>menu</Play></Gather>'
GOT = "<Play>answer</Play><Hangup/>"
TOML = """
policy.allow = ["127.0.0.0/8"]
store.path = "{folder}"
[asterisk]
url = "{asterisk}"
password = "secret"
[actions.twiml]
voice_url = "{web}/begin"
req_format = "twiml"
"""


def measure(bench):
    if os.geteuid() != 0:
        raise programs.Missing("only root sees the packets of loopback")
    bench.rounds = 1
    calls = RATE * (1 if bench.small else SECONDS)
    web = Web()
    web.answers = {"/begin": case.twiml(MENU), "/got": case.twiml(GOT)}
    asterisk = ToyAsterisk(calls, RATE)
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "pivot.toml"
            path.write_text(TOML.format(folder=folder, asterisk=asterisk.url, web=web.url))
            serve = Running(bench.peers.pivot, "--config", str(path))
            try:
                place_calls(bench, asterisk, serve)
            finally:
                serve.kill()
    finally:
        asterisk.stop()
        web.stop()


def place_calls(bench, asterisk, serve):
    wire = Wire(asterisk.port)
    sleeper = Sleeper()
    try:
        serve.wait_for("is connected")
        before = cpu_us(serve.process.pid)
        has_ended = asterisk.has_ended.wait(asterisk.calls / RATE + 30)
        cpu = cpu_us(serve.process.pid) - before
    finally:
        packets = wire.stop()
        floor = sleeper.stop()
    if not has_ended:
        ended = f"{asterisk.ended} of {asterisk.calls} calls"
        raise programs.Failed(f"only {ended} came to their end: {serve.lines}")
    bench.row("CPU per call", "pivot serve", "µs", [cpu / asterisk.calls])
    from_start, from_key, _ = asterisk_calls.delays(packets)
    asterisk_calls.tell_delay(bench, "from the start of a call to its first request", from_start, 1)
    asterisk_calls.tell_delay(bench, "from a key to the request that stops the prompt", from_key, 1)
    asterisk_calls.tell_delay(bench, "a process that only sleeps, the floor", floor, None)
    bench.finish("at 100 calls a second no event waits for longer than a millisecond")


def cpu_us(pid):
    threads = pathlib.Path(f"/proc/{pid}/task").iterdir()
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1000


if __name__ == "__main__":
    bench.run("asterisk_events", measure, __doc__)
