"""What operators do to calls that Pivot performs: hanging one up, counting them, and a drain."""

import http.client
import signal
import socket

from call_control import FOREVER
from twiml_case import TwimlCase


class Operators(TwimlCase):
    def talking(self):
        """A call in the middle of a Say that does not end by itself."""
        pivot = self.open()
        pivot.channel.last("Long", FOREVER)
        self.perform("<Say>Long</Say><Say>Never</Say>", pivot=pivot)
        spoken = self.switch.wait_for(lambda: "tts Long" in pivot.channel.performed)
        self.assertTrue(spoken, self.story_of(pivot))
        return pivot

    def admin(self, serve, method, path):
        connection = http.client.HTTPConnection("localhost")
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(serve.socket)
        connection.request(method, path)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    def metric(self, serve, name):
        text = self.admin(serve, "GET", "/metrics")[1]
        values = [line.split(" ")[1] for line in text.splitlines() if line.startswith(name + "{")]
        return [int(value) for value in values]

    def test_a_caller_is_hung_up(self):
        serve = self.serve()
        pivot = self.talking()
        self.assertEqual(self.metric(serve, "pivot_kazoo_calls_performed"), [1])
        self.assertEqual(self.admin(serve, "DELETE", f"/calls?id={pivot.call_id}")[0], 202)
        self.assertEqual(self.end_of(pivot), "NORMAL_CLEARING")
        self.wait_until(
            lambda: self.metric(serve, "pivot_kazoo_calls_performed") == [0], self.logs
        )
        self.assertNotIn("tts Never", self.heard(pivot))

    def test_callers_who_outlast_a_drain_are_left_to_the_callflow(self):
        toml = self.toml().replace("drain_timeout_s = 30", "drain_timeout_s = 1")
        serve = self.start(toml)
        self.wait_for_consumers(1)
        pivot = self.talking()
        serve.signal(signal.SIGTERM)
        self.assert_outcome(pivot, "flow")
        self.assertEqual(pivot.flow, {})
        self.assertIsNone(pivot.channel.cause)
        self.assertEqual(serve.end(), 0, self.logs())

    def test_a_call_goes_on_while_no_more_are_taken(self):
        serve = self.serve()
        pivot = self.talking()
        serve.signal(signal.SIGUSR1)
        self.wait_until(lambda: self.queue_state() is None, self.logs)
        self.switch.do(pivot.channel.break_media)
        self.assertEqual(self.end_of(pivot), "NORMAL_CLEARING", self.story_of(pivot))
        self.assertIn("tts Never", self.heard(pivot))
