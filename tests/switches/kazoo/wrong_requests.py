"""Messages in KAZOO's queue that are not requests, or not right ones (decision A10)."""

import kapi
import voice
from serve_case import QUEUE, ServeCase

HOSTILE = {
    "empty": b"",
    "not JSON": b"hello",
    "not UTF-8": b'{"Call":"\xff"}',
    "cut": b'{"Call":{"Call-ID":"a"',
    "an array": b"[1,2]",
    "a string": b'"pivot_req"',
    "null": b"null",
    "deep": b"[" * 200_000,
    "deep objects": b'{"a":' * 200_000,
    "a NUL": b'{"a":"\x00"}',
    "a big number": b'{"Request-Timeout":' + b"9" * 400 + b"}",
    "a lone surrogate": b'{"Call":{"Call-ID":"\\ud800","Controller-Queue":"q"}}',
    "not gzip": b"\x1f\x8b\x08rubbish",
}


class WrongRequests(ServeCase):
    def setUp(self):
        super().setUp()
        self.peer = self.peer_of()
        self.serve()
        self.flow = self.url("/flow", voice.json_of(voice.FLOW))

    def assert_still_answers(self):
        """It lives, and what was wrong is not in the queue again."""
        self.assert_outcome(self.peer.pivot(self.flow), "flow")
        self.wait_until(lambda: self.queue_state() == (0, 1), lambda: f"{self.queue_state()}")

    def test_a_requests_that_do_not_validate_fail_at_once(self):
        for name, changes in {
            "no URL": {"Voice_URI": None},
            "URL": {"Voice_URI": 5},
            "empty URL": {"Voice_URI": ""},
            "timeout": {"Request_Timeout": "5000"},
            "fraction": {"Request_Timeout": 1.5},
            "debug": {"Debug": "maybe"},
            "debug as a number": {"Debug": 1},
            "category": {"Event_Category": "call_event"},
            "name": {"Event_Name": "pivot_response"},
            "no application": {"App_Name": None},
            "no version": {"App_Version": None},
            "no message id": {"Msg_ID": None},
            "method": {"HTTP_Method": 5},
            "format": {"Request_Format": {}},
        }.items():
            with self.subTest(name):
                pivot = self.peer.pivot(self.flow, **changes)
                self.assert_outcome(pivot, "failed")
                self.assertLess(pivot.took, 5)
        self.assert_still_answers()

    def test_booleans_may_be_text(self):
        for debug in ("true", "false"):
            self.assert_outcome(self.peer.pivot(self.flow, Debug=debug), "flow")

    def test_where_there_is_nobody_to_tell_a_request_is_dropped(self):
        for name, changes in {
            "no call": {"Call": None},
            "call": {"Call": "a1b2"},
            "call as a list": {"Call": []},
        }.items():
            with self.subTest(name):
                pivot = self.peer.open()
                request = kapi.pivot_req(self.peer.call_of(pivot), self.flow, **changes)
                self.peer.publish("callmgr", "pivot.req.x", request)
        for name, values in {
            "Call_ID": (None, "", {}),
            "Controller_Queue": (None, "", 5, {}),
        }.items():
            for value in values:
                with self.subTest(name, value=value):
                    pivot = self.peer.open()
                    call = self.peer.call_of(pivot, **{name: value})
                    self.peer.ask(pivot, kapi.pivot_req(call, self.flow))
        self.assert_still_answers()
        self.assertEqual(len(self.asked("/flow")), 1)

    def test_an_odd_controller_queue_harms_nobody(self):
        for value in (
            "pid://",
            "pid://<0.1.0>",
            "pid:///",
            "pid://<0.1.0>/",
            "x" * 5000,
            "ü",
            "a\x00b",
        ):
            with self.subTest(value[:20]):
                pivot = self.peer.open()
                call = self.peer.call_of(pivot, Controller_Queue=value)
                self.peer.ask(pivot, kapi.pivot_req(call, self.flow))
        self.assert_still_answers()

    def test_bodies_that_are_not_requests_are_dropped(self):
        for name, body in HOSTILE.items():
            with self.subTest(name):
                encoding = {"content_encoding": "gzip"} if name == "not gzip" else {}
                self.peer.publish("callmgr", "pivot.req.x", body, **encoding)
                self.assert_still_answers()

    def test_what_comes_by_another_way_into_the_queue_is_dropped(self):
        pivot = self.peer.open()
        self.peer.publish("", QUEUE, {"Event-Category": "pivot", "Event-Name": "processing"})
        self.peer.publish("targeted", QUEUE, {"Event-Category": "a", "Call-ID": pivot.call_id})
        self.assert_still_answers()

    def test_a_request_for_nobody_performs_nothing(self):
        for queue in ("pid://<0.1.0>/nobody", "nobody"):
            pivot = self.peer.open()
            call = self.peer.call_of(pivot, Controller_Queue=queue)
            self.peer.ask(pivot, kapi.pivot_req(call, self.flow))
        self.wait_until(lambda: len(self.asked("/flow")) == 2, self.logs)
        self.assert_still_answers()
        self.stop(self.serves[0])
        self.peer.settle()
        self.assertEqual(self.peer.counts["CHANNEL_PIVOT"], 1)

    def test_beyond_calls_max_requests_fail_at_once(self):
        self.stop(self.serves[0])
        serve = self.serve(top="calls_max = 1")
        first = self.peer.pivot(self.url("/slow", (3, voice.json_of(voice.FLOW))))
        self.web.wait_for("/slow")
        second = self.peer.pivot(self.flow)
        self.assert_outcome(second, "failed")
        self.assertIsNone(first.outcome)
        self.assert_outcome(first, "flow")
        self.assertTrue(self.is_ready(serve))
        self.assert_still_answers()

    def test_beyond_prefetch_requests_wait_in_the_queue(self):
        self.stop(self.serves[0])
        self.serve(front="prefetch = 2")
        url = self.url("/slow", (1, voice.json_of(voice.FLOW)))
        pivots = [self.peer.pivot(url) for _ in range(6)]
        self.wait_until(lambda: len(self.asked("/slow")) == 2, self.logs)
        self.assertEqual(self.queue_state(), (4, 1))
        for pivot in pivots:
            self.assert_outcome(pivot, "flow")
