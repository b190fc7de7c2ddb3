"""Brokers that go away, say nothing or take nothing (decisions A1, A2, A8 and A11)."""

import voice
from proxy import Proxy
from serve_case import ServeCase


class LostBrokers(ServeCase):
    def setUp(self):
        super().setUp()
        self.flow = self.url("/flow", voice.json_of(voice.FLOW))

    def start_with_proxy(self):
        self.peer = self.peer_of()
        proxy = Proxy(self.node.port)
        self.addCleanup(proxy.close)
        return proxy, self.serve(brokers=[self.node.uri(port=proxy.port)])

    def assert_answers(self):
        self.wait_for_consumers(1)
        self.assert_outcome(self.peer.pivot(self.flow), "flow")

    def test_it_connects_again_after_each_reset(self):
        proxy, serve = self.start_with_proxy()
        for times in range(1, 4):
            self.assert_answers()
            proxy.cut()
            serve.wait_for(": requests come from", times + 1)
        self.assert_answers()
        self.wait_until_ready(serve)

    def test_a_flow_is_sent_once_if_the_broker_is_lost_before_it_confirms(self):
        """The call is processing, and only CHANNEL_PIVOT can bring it on."""
        proxy, serve = self.start_with_proxy()
        pivot = self.peer.pivot(self.url("/slow", (3, voice.json_of(voice.FLOW))))
        self.web.wait_for("/slow")
        proxy.keep_answers()
        self.assertEqual(pivot.wait("processing"), "processing")
        proxy.cut()
        self.assert_outcome(pivot, "flow")
        serve.wait_for(": requests come from", 2)
        self.assert_answers()

    def test_a_failure_is_not_repeated_if_the_broker_is_lost_before_it_confirms(self):
        proxy, serve = self.start_with_proxy()
        pivot = self.peer.pivot(self.url("/slow", (1, voice.answer(500, None, ""))))
        self.web.wait_for("/slow")
        proxy.keep_answers()
        self.assert_outcome(pivot, "failed")
        proxy.cut()
        serve.wait_for(": requests come from", 2)
        self.assert_answers()
        self.stop(self.serves[0])
        self.peer.settle()
        self.assertEqual(pivot.replies, ["failed"])

    def start_two(self):
        """The second has no proxy. What the first is asked next waits for the web server."""
        proxy, first = self.start_with_proxy()
        pivot = self.peer.pivot(self.url("/slow", (1, voice.json_of(voice.FLOW))))
        self.web.wait_for("/slow")
        self.serve()
        return proxy, first, pivot

    def wait_for_reply(self, serve):
        metric = 'pivot_kazoo_replies_total{switch="kazoo-main",reply="processing"} 1'
        self.wait_until(lambda: metric in self.metrics(serve), self.logs)

    def test_a_request_whose_reply_was_lost_is_answered_by_another_alone(self):
        proxy, first, pivot = self.start_two()
        proxy.keep_speech()
        self.wait_for_reply(first)
        self.assertIsNone(pivot.outcome)
        proxy.cut()
        self.assert_outcome(pivot, "flow")
        self.wait_for_consumers(2)
        first.wait_for("another pivot was given the request")
        self.assertEqual(len(self.asked("/slow")), 2)

    def test_a_flow_is_sent_once_if_the_broker_is_lost_beside_another(self):
        proxy, _, pivot = self.start_two()
        proxy.keep_answers()
        self.assertEqual(pivot.wait("processing"), "processing")
        proxy.cut()
        self.assert_outcome(pivot, "flow")
        self.wait_for_consumers(2)
        self.assertEqual(len(self.asked("/slow")), 1)

    def test_a_blocked_broker_gets_the_answers_when_it_takes_them(self):
        self.peer = self.peer_of()
        serve = self.serve()
        pivot = self.peer.pivot(self.url("/slow", (2, voice.json_of(voice.FLOW))))
        self.web.wait_for("/slow")
        self.node.block_publishers(True)
        try:
            self.wait_until_ready(serve, False)
        finally:
            self.node.block_publishers(False)
        self.wait_until_ready(serve)
        self.assert_outcome(pivot, "flow")
        self.assert_answers()

    def test_a_broker_that_starts_anew_is_found_again(self):
        self.peer = self.peer_of()
        serve = self.serve()
        self.assert_answers()
        self.peers.clear()
        self.peer.close()
        self.node.kill()
        self.wait_until_ready(serve, False)
        self.node.start()
        self.node.wait_until_ready()
        self.reconnect_probe()
        self.peer = self.peer_of()
        self.assert_answers()
        self.wait_until_ready(serve)

    def test_it_waits_for_a_broker_that_is_not_there_yet(self):
        proxy = Proxy(1)  # nobody is there
        self.addCleanup(proxy.close)
        serve = self.start(brokers=[self.node.uri(port=proxy.port)])
        self.wait_until_ready(serve, False)
        proxy.target = self.node.port
        self.peer = self.peer_of()
        self.assert_answers()
        self.wait_until_ready(serve)

    def test_of_several_brokers_one_that_works_is_taken(self):
        dead = Proxy(1)
        self.addCleanup(dead.close)
        self.peer = self.peer_of()
        self.serve(brokers=[self.node.uri(port=dead.port), self.node.uri()])
        self.assert_answers()

    def test_a_wrong_password_is_an_error_in_the_log_and_not_the_end(self):
        self.password_file.write_text("wrong")
        serve = self.start()
        serve.wait_for("(?i)access.refused|refused|login|password")
        self.assertIsNone(serve.process.poll())
        self.assertFalse(self.is_ready(serve))

    def test_a_broker_that_never_answers_can_be_waited_for_and_stopped(self):
        proxy = Proxy(self.node.port)
        self.addCleanup(proxy.close)
        proxy.keep_answers()
        serve = self.start(brokers=[self.node.uri(port=proxy.port)])
        self.wait_until(lambda: proxy.pairs, "it does not connect")
        self.assertFalse(self.is_ready(serve))
        self.stop(serve)
