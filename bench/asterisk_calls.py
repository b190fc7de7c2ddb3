#!/usr/bin/env python3
"""Claim: beside an Asterisk that carries calls, `pivot serve` takes little CPU and memory, is quick,
and leaks nothing.

Method: a SIP caller (sipp) places ten calls a second for five minutes. Each call hears a menu,
presses a key after five seconds (RFC 4733), hears the answer and is hung up after 20 seconds, so that
200 calls are there at a time. Asterisk, `pivot serve`, the web server and the callers share the
machine. CPU is that of the processes (/proc/PID/stat), memory their resident set.

Delays are between packets of ARI on loopback, by the kernel's time of each:

    StasisStart ──► GET …/variable             an event waits, is read and leads to a request
    ChannelDtmfReceived ──► DELETE …/playbacks a key is to stop the prompt
    ChannelDtmfReceived ──► PlaybackFinished   and has stopped it, Asterisk's part included

Memory of a live call is what the second hundred of calls adds, without what every call leaves for
`pivot why`: that is what is added while as many calls end as begin.

Then another Asterisk gets the same calls at a rate that rises by 20 a second, for 15 seconds each,
until it answers less than nine tenths of them in time, or refuses some: it is its limit, because
`pivot serve` then takes little of a processor. A call is answered when its first prompt is asked for.

Prints both programs' CPU per call, the delays, and memory of `pivot serve`, and for each rate both
programs' CPU and how many calls a second were answered. It fails if a call at ten a second does not
come to its end, or if a channel or a call is left.
"""

import os
import pathlib
import re
import signal
import statistics
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "tests/switches/asterisk"))

import beside
import callers
import case
import network
import switch
from harness import bench, programs
from harness.wire import Wire
from web import Web

RATE = 10
SECONDS = 300
CALL_SECONDS = 20
RATES = range(20, 1000, 20)  # to the limit
RATE_SECONDS = 15
ARI_PORT = 8188
MENU = '<Gather numDigits="1" action="/got" timeout="30"><Say>A long menu.</Say></Gather>'
GOT = '<Say>A short answer.</Say><Pause length="14"/><Hangup/>'
EVENT = re.compile(
    rb'"type":"(StasisStart|ChannelDtmfReceived|PlaybackFinished)"'
    rb'.*?"(?:channel|playback)":\{"id":"([^"]+)"'
)
QUESTION = re.compile(rb"GET /ari/channels/([^/]+)/variable")
STOP = re.compile(rb"DELETE /ari/playbacks/(\S+)")
PLAY = re.compile(rb"POST /ari/channels/([^/]+)/play/(\S+)")
START = re.compile(rb'"type":"StasisStart".*?"channel":\{"id":"([^"]+)"')
TICK_US = 1e6 / os.sysconf("SC_CLK_TCK")


def measure(bench):
    bench.rounds = 1
    build = pathlib.Path(bench.peers.pivot).absolute().parents[2]
    try:
        network.enter(build / "asterisk")
    except switch.Missing as missing:
        raise programs.Missing(missing)
    root = network.installed(build / "asterisk")
    beside_asterisk(bench, root, place_calls)
    beside_asterisk(bench, root, raise_rate)
    bench.finish("`pivot serve` takes little of what Asterisk takes, is quick, and leaks nothing")


def beside_asterisk(bench, root, work):
    """Does work(bench, asterisk, serve) with a new Asterisk and a `pivot serve` beside it."""
    web = Web()
    web.answers = {"/begin": case.twiml(MENU), "/got": case.twiml(GOT)}
    asterisk = beside.set_up(root, web.url)
    case.write_speech(asterisk.home)
    (asterisk.home / "said").write_text("")
    try:
        asterisk.start()
        toml = beside.toml(asterisk, web.url)
        serve = beside.start(bench.peers.pivot, asterisk, toml, level="info")
        try:
            serve.wait_for(beside.CONNECTED)
            work(bench, asterisk, serve)
        finally:
            serve.kill()
    finally:
        asterisk.remove()
        web.stop()


def place_calls(bench, asterisk, serve):
    calls = RATE * (3 if bench.small else SECONDS)
    used = {"Asterisk": asterisk.process.pid, "pivot serve": serve.process.pid}
    before = {name: cpu_us(pid) for name, pid in used.items()}
    wire = Wire(ARI_PORT)
    try:
        memory = watch(calls, serve.process.pid)
    except AssertionError as failed:
        raise programs.Failed(str(failed))
    finally:
        packets = wire.stop()
    cost = {name: (cpu_us(pid) - before[name]) / calls for name, pid in used.items()}
    for name in used:
        bench.row("CPU per call", name, "µs", [cost[name]])
    tell_delays(bench, packets)
    tell_memory(bench, memory)
    bench.ratio(
        "CPU: pivot serve ÷ Asterisk", [cost["pivot serve"]], [cost["Asterisk"]], at_most=0.05
    )
    bench.ratio("CPU: pivot serve ÷ both", [cost["pivot serve"]], [sum(cost.values())])
    nothing_is_left(asterisk, serve)


def watch(calls, pid):
    """Waits for all calls. Returns (calls that have come, resident KiB): with half of
    those that are there at a time, with all, after a fifth of the time, and at the end."""
    party = callers_of(calls, RATE)
    full = min(CALL_SECONDS, calls / RATE)  # from now on as many calls end as begin
    try:
        memory = []
        began = time.monotonic()
        for moment in (full / 2, full, max(full, calls / RATE / 5)):
            time.sleep(max(0, began + moment - time.monotonic()))
            memory.append((int(RATE * moment), resident_kib(pid)))
        party.end()
        memory.append((calls, resident_kib(pid)))
    finally:
        party.kill()
    return memory


def callers_of(calls, rate):
    steps = [callers.wait(5000), callers.press("5"), callers.BE_HUNG_UP]
    seconds = calls / rate + 2 * CALL_SECONDS
    return callers.Caller("twiml", callers.ANSWER, *steps, count=calls, rate=rate, seconds=seconds)


def raise_rate(bench, asterisk, serve):
    for rate in [RATE] if bench.small else RATES:
        calls = rate * (3 if bench.small else RATE_SECONDS)
        if not carry(bench, calls, rate, asterisk.process.pid, serve.process.pid):
            return


def carry(bench, calls, rate, asterisk, serve):
    """Places calls and tells of them. Returns whether Asterisk could do more."""
    used = {"Asterisk": asterisk, "pivot serve": serve}
    before = {name: cpu_us(pid) for name, pid in used.items()}
    began = time.monotonic()
    wire = Wire(ARI_PORT)
    party = callers_of(calls, rate)
    try:
        time.sleep(calls / rate)
        busy = {name: cpu_us(pid) - before[name] for name, pid in used.items()}
        seconds = time.monotonic() - began
        party.end()
        were_all_taken = True
    except AssertionError:
        were_all_taken = False
    finally:
        party.kill()
        packets = wire.stop()
    spent = {name: cpu_us(pid) - before[name] for name, pid in used.items()}
    answered, late_ms = answers(packets)
    if len(answered) < 2:
        raise programs.Failed(f"of {calls} calls, {rate} a second, nearly none was answered")
    answered_rate = (len(answered) - 1) / (max(answered) - min(answered))
    group = f"{rate} calls a second"
    bench.row(group, "answered", "calls/s", [answered_rate])
    bench.row(group, "from the arrival to the first prompt, p50", "ms", [percentile(late_ms, 50)])
    bench.row(group, "from the arrival to the first prompt, p99", "ms", [percentile(late_ms, 99)])
    for name, us in spent.items():
        bench.row(group, f"CPU per call, {name}", "µs", [us / len(answered)])
        bench.row(group, f"processors while calls arrive, {name}", "", [busy[name] / 1e6 / seconds])
    share = f"CPU: pivot serve ÷ Asterisk, {group}"
    bench.ratio(share, [spent["pivot serve"]], [spent["Asterisk"]], at_most=0.05)
    return were_all_taken and answered_rate >= 0.9 * rate


def answers(packets):
    """When each call's first prompt was asked for, and how many milliseconds after its arrival."""
    arrived, answered, late_ms = {}, [], []
    for at, payload in packets:
        for id in START.findall(payload):
            arrived[id] = at
        if (play := PLAY.match(payload)) and play[1] in arrived:
            answered.append(at)
            late_ms.append((at - arrived.pop(play[1])) * 1000)
    return answered, late_ms


def percentile(values, percent):
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def tell_delays(bench, packets):
    questions, requests, stops = delays(packets)
    for group, told, target_ms in (
        ("from an event to the request that it causes", questions, 1),
        ("from a key to the request that stops the prompt", requests, None),
        ("from a key to the end of the prompt", stops, 20),
    ):
        tell_delay(bench, group, told, target_ms)


def tell_delay(bench, group, told, target_ms):
    p99 = percentile(told, 99)
    bench.row(group, f"p50 of {len(told)}", "ms", [percentile(told, 50)])
    bench.row(group, "p99", "ms", [p99])
    if target_ms:
        bench.ratio(f"{group}: p99 ÷ {target_ms} ms", [p99], [target_ms], at_most=1)


def delays(packets):
    """In milliseconds."""
    arrived, playing, pressed = {}, {}, {}
    questions, requests, stops = [], [], []
    for at, payload in packets:
        for kind, id in EVENT.findall(payload):
            if kind == b"StasisStart":
                arrived[id] = at
            elif kind == b"ChannelDtmfReceived":
                pressed[playing.get(id)] = at
            elif id in pressed:
                stops.append((at - pressed.pop(id)) * 1000)
        if (question := QUESTION.match(payload)) and question[1] in arrived:
            questions.append((at - arrived.pop(question[1])) * 1000)
        if (stop := STOP.match(payload)) and stop[1] in pressed:
            requests.append((at - pressed[stop[1]]) * 1000)
        if play := PLAY.match(payload):
            playing[play[1]] = play[2]
    return questions, requests, stops


def tell_memory(bench, memory):
    half, full, settled, last = memory
    known = growth(settled, last)
    live = growth(half, full) - known
    group = "memory of pivot serve"
    for calls, kib in (half, full):
        bench.row(group, f"with {calls} calls", "KiB", [kib])
    bench.row(group, f"after {last[0]} calls", "KiB", [last[1]])
    bench.row(group, "of a live call", "KiB", [live])
    bench.row(group, "of a call that `pivot why` knows", "KiB", [known])
    bench.ratio("memory of a live call ÷ 16 KiB", [live], [16], at_most=1)


def growth(before, after):
    calls = after[0] - before[0]
    return (after[1] - before[1]) / calls if calls else 0


def nothing_is_left(asterisk, serve):
    channels = asterisk.cli("core show channels")
    serve.signal(signal.SIGTERM)
    if serve.end() != 0 or "calls: 0 in flight" not in "".join(serve.lines):
        raise programs.Failed(f"pivot serve has calls left: {serve.lines}")
    if "0 active channels" not in channels:
        raise programs.Failed(f"channels are left: {channels}")


def cpu_us(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK_US


def resident_kib(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])


if __name__ == "__main__":
    bench.run("asterisk_calls", measure, __doc__)
