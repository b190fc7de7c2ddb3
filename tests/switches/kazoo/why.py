"""`pivot why` of calls over the bus: what was wrong, in which phase, and what to do."""

import json
import subprocess

import certificates
import kapi
import rabbit
import voice
from serve_case import ServeCase

FLOW = json.dumps(voice.FLOW)


class Why(ServeCase):
    def setUp(self):
        super().setUp()
        self.peer = self.peer_of()
        self.running = self.serve()

    def why(self, pivot):
        command = [self.program, "why", pivot.call_id, "--socket", self.running.socket]
        return subprocess.run(command, capture_output=True, text=True).stdout

    def assert_told(self, **cases):
        """A case is a URL, changes of the request, and words of the sentence and of the advice."""
        pivots = {
            name: self.peer.pivot(url, **changes) for name, (url, changes, *_) in cases.items()
        }
        for name, pivot in pivots.items():
            with self.subTest(name):
                self.assert_outcome(pivot, "failed")
                _, _, happened, advice = cases[name]
                # The reply goes out before the call is over.
                self.wait_until(lambda: "in flight" not in self.why(pivot), self.logs)
                said = self.why(pivot)
                self.assertRegex(said, f"^call {pivot.call_id}: .*{happened}")
                self.assertRegex(said, f"\n  what to do: .*{advice}")

    def said_of(self, pivot):
        self.wait_until(lambda: "in flight" not in self.why(pivot), self.logs)
        return self.why(pivot)

    def test_a_call_that_goes_on_in_kazoo(self):
        """Whether it was answered is KAZOO's to know."""
        pivot = self.peer.pivot(self.url("/flow", voice.json_of(voice.FLOW)))
        self.assert_outcome(pivot, "flow")
        said = self.said_of(pivot)
        self.assertRegex(said, "nothing failed: 1 answer performed, and it went elsewhere after")
        self.assertIn("KAZOO gets the callflow", said)
        self.assertNotIn("unanswered", said)
        failed = self.peer.pivot(self.url("/broken", voice.answer(500, None, "")))
        self.assert_outcome(failed, "failed")
        said = self.said_of(failed)
        self.assertRegex(said, "the branch _ was taken; it went back to its switch after")
        self.assertNotIn("unanswered", said)

    def test_a_call_that_asks_twice_has_two_rows(self):
        first = self.peer.pivot(self.url("/slow", (2, voice.json_of(voice.FLOW))))
        self.web.wait_for("/slow")
        request = kapi.pivot_req(self.peer.call_of(first), self.url("/bad", voice.json_of({})))
        self.peer.ask(first, request)
        self.assert_outcome(first, "failed")
        listed = self.said_of(first)
        self.assertRegex(listed, rf"{first.call_id} +cancelled: the same call has made another request")
        self.assertRegex(listed, rf"{first.call_id}~2 +invalid_callflow: ")

    def test_requests_that_are_wrong(self):
        url = self.url("/flow", voice.json_of(voice.FLOW))
        advice = "correct the action"
        self.assert_told(
            method=(url, {"HTTP_Method": "put"}, 'refused: .*HTTP-Method is "put"', advice),
            format=(url, {"Request_Format": "x"}, 'refused: .*Request-Format is "x"', advice),
            scheme=("voice.example.com/flow", {}, "refused: .*does not begin with http", advice),
        )

    def test_servers_that_cannot_be_asked(self):
        certificates.make(self.folder)
        resets, untrusted = voice.Door(), voice.Door(self.folder / "another")
        self.addCleanup(resets.close)
        self.addCleanup(untrusted.close)
        silent = self.url("/silent", voice.silent)
        self.assert_told(
            dns=("http://no-such-host.invalid/", {}, "failed: dns: ", "dns.servers"),
            blocked=("http://10.0.0.1/", {}, "failed: blocked: .*private", "policy.allow"),
            refused=(
                f"http://127.0.0.1:{rabbit.reserve_port()}/",
                {},
                "failed: connect: .*Connection refused; the branch _ was taken",
                "firewall",
            ),
            reset=(f"http://127.0.0.1:{resets.port}/", {}, "failed: closed: .*reset", "log"),
            tls=(
                f"https://127.0.0.1:{untrusted.port}/",
                {},
                "failed: tls: certificate refused: self-signed",
                "tls.ca_file",
            ),
            silent=(
                silent,
                {"Request_Timeout": 300},
                "failed: timeout: (no answer within 2\\d\\d ms: the server had not sent a byte|"
                "there was no answer within the request's time)",  # a slow machine
                "req_timeout_ms",
            ),
        )

    def test_answers_that_are_wrong(self):
        answers = {
            "status": (500, "application/json", FLOW, "failed: status: .*500", "log"),
            "empty": (200, "application/json", "", "failed: invalid_json: .*empty", "answer with"),
            "json": (200, "application/json", "Warning", "failed: invalid_json: .*line 1", "JSON"),
            "xml": (200, "text/xml", "<Response><Say>", "failed: invalid_twiml: .*line 1", "TwiML"),
            "flow": (
                200,
                "application/json",
                '{"module":"no_such_module","data":{}}',
                'failed: invalid_callflow: .*no_such_module"',
                "pivot check",
            ),
        }
        self.assert_told(
            **{
                name: (self.url(f"/{name}", voice.answer(*answer[:3])), {}, *answer[3:])
                for name, answer in answers.items()
            }
        )
