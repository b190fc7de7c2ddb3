"""What a `kill -9` in the middle of calls leaves: serve_asterisk_kill_test.py PIVOT FOLDER [CASE…]

As serve_asterisk_test.py.
"""

import json
import pathlib
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "asterisk"))

import callers
import case
from beside import CONNECTED
from serve_case import LISTENING, ServeCase, set_up

# What a document does when its `pivot serve` is killed, and what tells that it does so.
PHASES = {
    "prompt": ("<Say>A long prompt.</Say>", "says"),
    "endless_tone": ('<Play loop="0">tone_stream://%(200,200,440,480);loops=-1</Play>', "plays"),
    "gather": ('<Gather timeout="300"/>', "answers"),
    "pause": ('<Play digits="1"/><Pause length="300"/>', "answers"),
    "keys": (f'<Play digits="{"123456789" * 3}"/>', "answers"),
    "recording": ('<Record maxLength="300" playBeep="false"/>', "records"),
    "silent_recording": ('<Record maxLength="300" playBeep="false"/>', "records"),
    "ringing": ("<Dial><Sip>sip:bob@127.0.0.1:RINGING</Sip></Dial>", "answers"),
    "bridge": (
        '<Dial record="record-from-answer"><Sip>sip:bob@127.0.0.1:TALKING</Sip></Dial>',
        "talks to a callee",
    ),
    "conference": ("<Dial><Conference>alone</Conference></Dial>", "plays"),
    "queue": ("<Enqueue>support</Enqueue>", "plays"),
}
CALLEES = {
    "RINGING": [callers.CANCELLED],
    "TALKING": [callers.ANSWERED, callers.BE_HUNG_UP],
}

WAV_HEADER_SIZE = 44


class Killed(ServeCase):
    def begin_phase(self, phase, to):
        """A caller who is in this phase, and whom the dialplan hangs up then."""
        text, told = PHASES[phase]
        callees = []
        for word, steps in CALLEES.items():
            if word in text:
                callees.append(self.callee(*steps))
                text = text.replace(word, str(callees[0].port))
        self.answer("/begin", text)
        speaks = [] if phase.startswith("silent") else [callers.speak()]
        caller = self.call(callers.ANSWER, *speaks, callers.BE_HUNG_UP, to=to)
        self.wait_while_it(told)
        for callee in callees:
            self.wait_until(callee.messages, "the callee does not ring")
        if speaks and "ecord" in text:
            self.wait_until(self.has_recorded, "nothing is recorded")
        return caller

    def has_recorded(self):
        """Whether some of what the caller said has reached a file."""
        return any(path.stat().st_size > WAV_HEADER_SIZE for path in self.recordings())

    def recordings(self):
        return list((self.asterisk.home / "spool/recording").iterdir())

    def why(self, call):
        command = [self.program, "why", "--store", str(self.asterisk.home / "store"), "--json"]
        known = subprocess.run([*command, call], capture_output=True, text=True)
        self.assertEqual(known.returncode, 0, known.stderr)
        return json.loads(known.stdout)["calls"][0]

    def be_killed_in(self, phase, to, connected):
        self.serve.wait_for(connected)
        caller = self.begin_phase(phase, to)
        call = self.web.wait_for("/begin")[0]["CallSid"]
        self.serve.kill()
        recordings = self.recordings()
        self.start()
        self.wait_for_log("\nAFTER")
        caller.end()
        self.assertRegex(self.log(), "\nAFTER (SUCCESS )?lost", "the caller is not back")
        self.end_calls()
        self.assertNotIn("pivot-", self.asterisk.cli("bridge show all"))
        self.wait_until(lambda: not self.recordings(), "a recording stays in Asterisk's spool")
        lost = f"call_id={call} "
        self.serve.wait_for(f"{lost}nobody performs this call any more: it goes on in the dialplan")
        if recordings and not phase.startswith("silent"):
            self.serve.wait_for("call_id=.* the recording of this call is kept: .*/media/recordings/")
        self.serve.signal(signal.SIGTERM)
        self.assertEqual(self.serve.end(), 0, self.warnings())
        known = self.why(call)
        self.assertEqual(known["failure"], "lost: pivot serve ended while it performed this call")
        self.assertEqual(known["from"], "+15551230000")
        self.assertEqual(self.why(known["switch_id"])["id"], call)
        self.start()
        self.serve.wait_for(connected)


def in_phases(to, connected, phases):
    """A class decorator: a test for each of these phases."""

    def add(kind):
        for phase in phases:

            def test(self, phase=phase):
                self.be_killed_in(phase, to, connected)

            setattr(kind, f"test_{phase}", test)
        return kind

    return add


@in_phases("twiml", CONNECTED, PHASES)
class ThatConnects(Killed):
    pass


class ThatListens(Killed):
    def setUp(self):
        super().setUp()
        self.serve.kill()
        self.toml = self.toml.replace("[asterisk]", LISTENING)
        self.start()


SOME_PHASES = ["prompt", "silent_recording", "bridge", "queue"]


@in_phases("shared", "the application shared takes calls", SOME_PHASES)
class ThatListensForAll(ThatListens):
    pass


@in_phases("each", "Asterisk connects by", SOME_PHASES)
class ThatListensForEach(ThatListens):
    pass


if __name__ == "__main__":
    ServeCase.program, folder, *names = sys.argv[1:]
    case.main(folder, set_up, names)
