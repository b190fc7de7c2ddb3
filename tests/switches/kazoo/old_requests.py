"""Requests that come twice, late or again (decisions A3 and A4)."""

import threading

import kapi
import voice
from proxy import Proxy
from serve_case import QUEUE, QUEUE_ARGUMENTS, ServeCase

SECOND = 1_000_000  # in microseconds


class OldRequests(ServeCase):
    def setUp(self):
        super().setUp()
        self.peer = self.peer_of()
        self.flow = self.url("/flow", voice.json_of(voice.FLOW))

    def ask_of_age(self, seconds, url, **changes):
        pivot = self.peer.open()
        request = kapi.pivot_req(self.peer.call_of(pivot), url, **changes)
        self.peer.ask(pivot, request, age_us=int(seconds * SECOND))
        return pivot

    def test_what_is_older_than_kazoos_wait_is_answered_with_silence(self):
        serve = self.serve()
        old = [self.ask_of_age(age, self.flow) for age in (10, 20, 59)]
        self.assert_outcome(self.peer.pivot(self.flow), "flow")
        self.stop(serve)
        self.peer.settle()
        self.assertEqual([pivot.replies for pivot in old], [[], [], []])
        self.assertEqual(len(self.asked("/flow")), 1)

    def test_what_has_waited_has_less_time(self):
        self.serve()
        slow = self.url("/slow", (4, voice.json_of(voice.FLOW)))
        pivot = self.ask_of_age(7, slow)
        self.assert_outcome(pivot, "failed")
        self.assertLess(pivot.took, 4)
        self.assert_outcome(self.ask_of_age(4, self.flow), "flow")

    def test_a_clock_that_is_wrong_takes_no_time_away(self):
        self.serve()
        for age in (-5, -3600, 61, 3600, 10**6):
            with self.subTest(age):
                self.assert_outcome(self.ask_of_age(age, self.flow), "flow")
        for timestamp in (None, 0, kapi.microseconds() // SECOND, 2**63):
            with self.subTest(timestamp=timestamp):
                pivot = self.peer.open()
                request = kapi.pivot_req(self.peer.call_of(pivot), self.flow)
                self.peer.ask(pivot, request, timestamp=timestamp)
                self.assert_outcome(pivot, "flow")

    def test_a_message_that_comes_twice_is_answered_once(self):
        self.serve()
        slow = self.url("/slow", (1, voice.json_of(voice.FLOW)))
        for url in (slow, self.flow):
            pivot = self.peer.open()
            request = kapi.pivot_req(self.peer.call_of(pivot), url)
            self.peer.ask(pivot, request)
            self.peer.ask(pivot, request)
            self.assert_outcome(pivot, "flow")
            self.peer.ask(pivot, request)
            self.assert_outcome(self.peer.pivot(self.flow), "flow")
        self.stop(self.serves[0])
        self.peer.settle()
        self.assertEqual(len(self.asked("/slow")), 1)

    def test_the_next_pivot_of_the_same_call_is_another_one(self):
        """Nested pivots ask again for the same call, with another Msg-ID."""
        self.serve()
        first = self.peer.pivot(self.flow)
        self.assert_outcome(first, "flow")
        again = self.peer.open(first.call_id)
        self.peer.ask(again, kapi.pivot_req(self.peer.call_of(again), self.flow))
        self.assert_outcome(again, "flow")

    def through_proxy(self):
        proxy = Proxy(self.node.port)
        self.addCleanup(proxy.close)
        self.serve(brokers=[self.node.uri(port=proxy.port)])
        return proxy

    def test_a_connection_cut_while_the_voice_server_works_costs_no_call(self):
        proxy = self.through_proxy()
        pivot = self.peer.pivot(self.url("/slow", (2, voice.json_of(voice.FLOW))))
        self.web.wait_for("/slow")
        proxy.cut()
        self.assert_outcome(pivot, "flow")
        self.assertEqual(len(self.asked("/slow")), 1)

    def keep_queue(self):
        """A consumer that holds one message, so that the queue stays when all others are gone."""
        channel = self.probe.channel()
        channel.basic_qos(prefetch_count=1)
        channel.queue_declare(QUEUE, auto_delete=True, arguments=QUEUE_ARGUMENTS)
        channel.queue_bind(QUEUE, "callmgr", "pivot.req.*")
        held = []
        channel.basic_consume(QUEUE, lambda _c, method, _p, _b: held.append(method.delivery_tag))
        self.peer.publish("", QUEUE, {"held": True})
        self.wait_until(lambda: self.probe.process_data_events() or held, "nothing to hold")
        self.addCleanup(channel.basic_ack, held[0])

    def test_a_request_delivered_again_is_adopted_by_the_call_that_runs(self):
        self.keep_queue()
        proxy = self.through_proxy()
        pivot = self.peer.pivot(self.url("/slow", (3, voice.json_of(voice.FLOW))))
        self.web.wait_for("/slow")
        proxy.cut()
        self.wait_for_consumers(2)
        self.assert_outcome(pivot, "flow")
        self.assertEqual(len(self.asked("/slow")), 1)
        self.wait_until(lambda: self.queue_state() == (0, 2), lambda: f"{self.queue_state()}")

    def test_a_request_of_a_pivot_that_was_killed_is_run_by_another(self):
        self.keep_queue()
        first = self.serve()
        is_killed = threading.Event()

        def answer(parameters):
            if len(self.asked("/slow")) == 1:
                is_killed.wait(60)
            return voice.json_of(voice.FLOW)(parameters)

        pivot = self.peer.pivot(self.url("/slow", answer))
        self.web.wait_for("/slow")
        self.serve()
        first.kill()
        is_killed.set()
        self.serves.remove(first)
        self.assert_outcome(pivot, "flow")
        self.assertEqual(len(self.asked("/slow")), 2)
