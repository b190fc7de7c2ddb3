"""Documents that the `twilio` package's VoiceResponse writes, served by Node.js, in simulated calls.

The arguments are the program, the application (tests/voice_response/voice_app.js) and the folder
where tools/test has installed the package. Without it the test is skipped."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

PIVOT = None
APPLICATION = None
PACKAGES = None

SKIPPED = 77

# Each document of the application, and a call that it is performed in.
CALLS = {
    "/menu": """
        wait for say "Press one for sales"
        press 1
        expect request /chosen with Digits=1
        expect say "You pressed 1."
        expect hang up
    """,
    "/speech": """
        wait for say "What can we do"
        speak "a table for two"
        expect request /heard with SpeechResult="a table for two"
        expect say "You said a table for two."
        expect callback /partial
    """,
    "/ssml": """
        expect say "Hola"
        expect end
    """,
    "/record": """
        record 6s
        wait for record
        expect request /recorded with RecordingDuration=6
        expect say "Recorded 6 seconds"
        expect callback /recording-status with RecordingStatus=completed
    """,
    "/dial": """
        leg 1 busy
        leg 2 answer after 2s
        leg 2 hang up after 30s
        expect dial +14155550111
        expect dial sip:bob@example.com
        expect request /dialled with DialCallStatus=completed
        expect say "The call was completed."
        expect callback /leg-status with CallStatus=busy
    """,
    "/dial-text": """
        leg no answer
        expect dial +14155550122
        expect say "The call was no-answer."
    """,
    "/dial-and-go-on": """
        expect bridge
        expect say "The other side is gone."
    """,
    "/conference": """
        conference start after 5s
        conference end after 20s
        wait for conference Support
        expect request /dialled
        expect callback /room-status with StatusCallbackEvent=participant-join
    """,
    "/enqueue": """
        queue bridge after 20s
        queue end after 30s
        expect request /wait
        expect say "Please wait."
        expect request /queued with QueueResult=bridged
        expect say "The queue says bridged."
    """,
    "/enqueue-task": """
        queue full
        expect say "The queue says queue-full."
    """,
    "/dial-queue": """
        queue empty
        expect request /dialled
        expect say "The call was"
    """,
    "/leave": """
        expect warning "no queue"
        expect end
    """,
    "/redirect": """
        expect request /chosen?from=redirect
        expect say "You pressed null."
    """,
    "/reject": "expect reject busy",
    "/pause": """
        expect send keys 1w2
        expect say "Half a minute has passed."
    """,
    "/connect": """
        expect stream wss://media.example.com/stream
        expect stream end
        expect request /connected
        expect callback /stream-status with StreamEvent=stream-stopped
        expect say "The stream is over."
        expect no warnings
    """,
    "/relay": """
        expect warning
        expect request /connected
    """,
    "/agents": """
        expect warning
        expect request /connected with VirtualAgentStatus=failed
    """,
    "/assistants": """
        expect warning
        expect say "Nobody could help."
    """,
    "/misplaced": """
        expect warning
        expect say "Nothing of that is a verb."
    """,
    "/rooms": """
        expect warning
        expect say "There are no rooms."
    """,
    "/start": """
        expect stream wss://media.example.com/stream
        expect warning siprec
        expect say "Started."
        expect stream end
        expect say "Stopped."
    """,
    "/refer": """
        expect warning
        expect refer sip:alice@example.com
        expect say "The transfer was in-progress."
    """,
    "/pay": """
        expect warning
        expect say "The payment says payment-connector-error."
    """,
    "/sms": """
        expect warning
        expect say "The message is invalid."
    """,
    "/odd-dials": """
        expect warning
        expect say "Nobody was called."
    """,
    "/echo": """
        expect warning
        expect say "There was no echo."
    """,
    "/comments": """
        expect say 'Ångström & <tags> are "escaped".'
        expect end
    """,
    "/whisper": 'expect say "A call for you."',
    "/wait": 'expect play music.mp3',
}

# What other documents ask for, and answer nothing to perform.
ASKED_BY_OTHERS = {
    "/chosen", "/heard", "/recorded", "/dialled", "/queued", "/connected", "/referred", "/paid",
    "/texted", "/partial", "/recording-status", "/transcribed", "/leg-status", "/room-status",
    "/stream-status", "/text",
}  # fmt: skip


class VoiceResponse(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        environment = dict(os.environ, NODE_PATH=str(PACKAGES / "node_modules"))
        cls.application = subprocess.Popen(
            ["node", str(APPLICATION)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
        )
        cls.port = int(cls.application.stdout.readline())

    @classmethod
    def tearDownClass(cls):
        cls.application.stdin.close()
        cls.application.wait()
        cls.application.stdout.close()

    def simulate(self, path, script):
        node = {
            "module": "pivot",
            "data": {
                "voice_url": f"http://127.0.0.1:{self.port}{path}",
                "method": "post",
                "req_format": "twiml",
            },
        }
        with tempfile.TemporaryDirectory() as folder:
            action = pathlib.Path(folder, "action.json")
            action.write_text(json.dumps(node))
            steps = pathlib.Path(folder, "call.txt")
            steps.write_text("\n".join(line.strip() for line in script.splitlines()))
            return subprocess.run(
                [PIVOT, "simulate", "--allow", "127.0.0.1", "--script", steps, action],
                capture_output=True,
                text=True,
                timeout=60,
            )

    def test_each_document_is_performed_as_its_verbs_say(self):
        for path, script in CALLS.items():
            with self.subTest(path):
                done = self.simulate(path, script)
                self.assertEqual(done.returncode, 0, done.stderr + done.stdout)

    def test_no_document_of_the_application_is_left_out(self):
        paths = set(re.findall(r'^  "(/[a-z-]+)":', APPLICATION.read_text(), re.MULTILINE))
        self.assertEqual(paths, CALLS.keys() | ASKED_BY_OTHERS)

    def test_a_caller_may_hang_up_in_any_of_them(self):
        for path in CALLS:
            for when in ("0s", "1s", "4s", "15s"):
                with self.subTest(path, when=when):
                    done = self.simulate(path, f"hang up after {when}")
                    self.assertIn(done.returncode, (0, 1), done.stderr)
                    self.assertNotIn("ERROR", done.stderr)


if __name__ == "__main__":
    PIVOT = sys.argv[1]
    APPLICATION = pathlib.Path(sys.argv[2])
    PACKAGES = pathlib.Path(sys.argv[3])
    has_package = (PACKAGES / "node_modules" / "twilio").is_dir()
    if shutil.which("node") is None or not has_package:
        print(f"no Node.js, or no package twilio in {PACKAGES}: tools/test installs both")
        sys.exit(SKIPPED)
    unittest.main(argv=sys.argv[:1])
