"""What all tests with calls to a real Asterisk share, however Pivot gets the call."""

import json
import pathlib
import shutil
import signal
import sys
import time
import unittest
import wave

import callers
import network
import switch
from callers import Callee, Caller
from web import DyingWeb, Web

SHORT_SECONDS = 1
LONG_SECONDS = 20  # of a text with the word long
REST_SECONDS = 3  # in the dialplan after a document

# Speaks the text of the file PIVOT_TEXT: two sounds are all its language, and it notes what it said.
SPEECH = (
    'grep -q long "$PIVOT_TEXT" && cp RUN/long.wav "$PIVOT_FILE" || cp RUN/short.wav "$PIVOT_FILE"'
    ' && echo "$(cat "$PIVOT_TEXT")" >> RUN/said'
)

# TWIML, FLOW and ACTION are applications: each hands the call to Pivot in its own way.
DIALPLAN = """
[general]
static = yes
[default]
exten => twiml,1,TWIML
 same => n,Verbose(0,AFTER ${PIVOTSTATUS} ${PIVOTBRANCH} ${PIVOTREASON})
 same => n,Hangup()
exten => flow,1,Set(PIVOT_VAR_shade=dark)
 same => n,FLOW
 same => n,Verbose(0,AFTER ${PIVOTSTATUS} ${PIVOT_VAR_colour})
 same => n,Hangup()
exten => action,1,Set(PIVOT_ACTION=NODE)
 same => n,ACTION
 same => n,Verbose(0,AFTER ${PIVOTSTATUS} ${PIVOTBRANCH} ${PIVOTREASON})
 same => n,Hangup()
exten => dying,1,Set(PIVOT_ACTION=DYING)
 same => n,ACTION
 same => n,Verbose(0,AFTER ${PIVOTSTATUS} ${PIVOTBRANCH} ${PIVOTREASON})
 same => n,Hangup()
exten => heard,1,MixMonitor(both.wav,t(heard.wav))
 same => n,TWIML
 same => n,Hangup()
exten => longer,1,Answer()
 same => n,Wait(20)
 same => n,Hangup()
exten => cdr,1,Set(PIVOT_ACTION={"voice_url": "WEB/begin", "req_format": "twiml", "cdr_url": "WEB/cdr"})
 same => n,ACTION
 same => n,Verbose(0,AFTER ${PIVOTSTATUS})
 same => n,Wait(REST)
 same => n,Hangup(19)
exten => later,1,Wait(3)
 same => n,Goto(local,1)
exten => local,1,Answer()
 same => n,Wait(2)
 same => n,Hangup()
"""


class Place:
    """What all cases share."""

    asterisk = None
    web = None


def dialplan(url, twiml, flow, action):
    text = DIALPLAN.replace("TWIML", twiml).replace("FLOW", flow).replace(",ACTION", f",{action}")
    text = text.replace("=DYING", f"={node_for(f'http://127.0.0.1:{DyingWeb.PORT}')}")
    text = text.replace("REST", str(REST_SECONDS))
    return text.replace("=NODE", f"={node_for(url)}").replace("WEB", url)


def node_for(url):
    """A caller whom it cannot serve hears why."""
    data = {"voice_url": f"{url}/begin", "method": "get", "req_format": "twiml"}
    sorry = {"module": "tts", "data": {"text": "Sorry."}}
    return json.dumps({"module": "pivot", "data": data, "children": {"_": sorry}})


def write_sound(path, seconds):
    """A loud one."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\x00\x10\x00\xf0" * int(4000 * seconds))


def write_speech(folder):
    """What SPEECH says."""
    write_sound(folder / "short.wav", SHORT_SECONDS)
    write_sound(folder / "long.wav", LONG_SECONDS)


def loudest(path):
    with wave.open(str(path)) as file:
        frames = file.readframes(file.getnframes())
    return max(
        abs(int.from_bytes(frames[at : at + 2], "little", signed=True))
        for at in range(0, len(frames), 2)
    )


def twiml(text):
    return f"<Response>{text}</Response>"


class Case(unittest.TestCase):
    """One test, with calls."""

    def setUp(self):
        self.asterisk, self.web = Place.asterisk, Place.web
        if not self.asterisk.is_running():
            print(f"Asterisk is started again for {self.id()}", file=sys.stderr)
            self.asterisk.start()
        self.web.forget()
        self.log_begins = self.asterisk.log.stat().st_size
        (self.asterisk.home / "said").write_text("")
        self.parties = []

    # What depends on how Pivot gets the call.

    def warnings(self):
        """The text of the log in which Pivot's warnings are."""
        raise NotImplementedError

    def calls_that(self, what):
        """How many calls do this now."""
        raise NotImplementedError

    def path_of(self, recording_url):
        raise NotImplementedError

    def keep_recordings(self):
        """Has the engine keep and upload recordings, and returns the folder in which they are."""
        raise NotImplementedError

    def wait_until_idle(self):
        self.wait_until(
            lambda: "0 active channels" in self.asterisk.cli("core show channels"),
            "a channel is left",
        )

    # Calls.

    def call(self, *steps, to="twiml", **how):
        return self.with_party(Caller(to, *steps, **how))

    def callee(self, *steps):
        return self.with_party(Callee(callers.ringing(180), *steps))

    def with_party(self, party):
        self.parties.append(party)
        self.addCleanup(party.kill)
        return party

    def end_calls(self):
        self.assertFalse(self.asterisk.has_crashed(), "Asterisk has crashed")
        for party in self.parties:
            party.end()
        self.parties.clear()
        self.wait_until_idle()

    def tearDown(self):
        self.end_calls()

    def hang_up_at(self, stages):
        """Calls that are hung up by the caller in the middle of what the document says."""
        for stage, text in stages.items():
            with self.subTest(stage):
                callee = self.callee(callers.CANCELLED) if "PORT" in text else None
                self.answer("/begin", text.replace("PORT", str(callee.port)) if callee else text)
                caller = self.call(
                    callers.ANSWER, callers.WAIT_FOR_TEST, callers.wait(1000), callers.BYE
                )
                if callee:
                    self.wait_until(callee.messages, "the callee does not ring")
                caller.go_on()
                self.end_calls()

    def answer(self, path, text):
        self.web.answers[path] = (
            twiml(text) if not isinstance(text, tuple) else (text[0], twiml(text[1]))
        )

    def answer_with_flow(self, module, data, **children):
        node = {"module": module, "data": data, "children": children}
        self.web.answers["/begin"] = json.dumps(node)

    def asked(self):
        return [path for path, _, _ in self.web.requests]

    def log(self):
        """What Asterisk has logged during this case."""
        with open(self.asterisk.log) as log:
            log.seek(self.log_begins)
            return log.read()

    def said(self):
        return (self.asterisk.home / "said").read_text().splitlines()

    def wait_until(self, is_so, otherwise, seconds=60):
        """The bound is one that only a failing test reaches."""
        end = time.monotonic() + seconds
        while not is_so():
            if time.monotonic() > end or self.asterisk.has_crashed():
                self.fail(f"{otherwise}\n{self.log()}\n{self.warnings()}")
            time.sleep(0.05)

    def wait_for_log(self, text):
        self.wait_until(lambda: text in self.log(), f"{text!r} is not in the log")

    def wait_for_warning(self, text):
        self.wait_until(lambda: text in self.warnings(), f"{text!r} is not in the log")

    def wait_until_answered(self, calls=1):
        self.wait_until(
            lambda: self.asterisk.cli("core show channels concise").count("!Up!") == calls,
            "not all calls are answered",
        )

    def wait_while_it(self, what, calls=1):
        self.wait_until(lambda: self.calls_that(what) >= calls, f"no call {what}")

    def loudest(self, recording_url):
        return loudest(self.path_of(recording_url))


def main(folder, set_up, cases):
    """Runs the cases of the program with an Asterisk that `set_up` configures, and exits.

    The status 77 is meson's for a test that is skipped.
    """
    try:
        network.enter(folder)
    except switch.Missing as missing:
        print(f"skipped: {missing}")
        sys.exit(77)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))
    try:
        Place.web = Web()
        Place.asterisk = asterisk = set_up(network.installed(folder), Place.web.url)
        write_speech(asterisk.home)
        asterisk.start()
        result = unittest.main(argv=[sys.argv[0], *cases], exit=False, verbosity=2).result
    finally:
        if Place.asterisk:
            Place.asterisk.stop()
            shutil.copy(Place.asterisk.log, f"{folder}.{pathlib.Path(sys.argv[0]).stem}.log")
            Place.asterisk.remove()
    sys.exit(0 if result.wasSuccessful() else 1)
