"""The KAZOO peer of the tests finds what is wrong with a pivot: kazoo_peer_test.py [CASE…]

The exit status is 77 if this machine has no RabbitMQ or no python3-pika.
"""

import contextlib
import gzip
import json
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "kazoo"))

import case

FLOW = '{"module":"tts","data":{"text":"hello"}}'


class PeerCase(case.Case):
    def setUp(self):
        super().setUp()
        self.peer = self.peer_of("5")

    def respond(self, wrong=None):
        responder = Responder(self.node.uri(password=rabbit.PASSWORD), wrong)
        self.addCleanup(responder.close)

    def outcome_of(self, url, *outcomes, **changes):
        return self.peer.pivot(url, **changes).wait(*outcomes)


class Right(PeerCase):
    def test_a_right_pivot_has_no_faults_in_either_generation(self):
        self.respond()
        for generation in peer.GENERATIONS:
            with self.subTest(generation):
                self.peer = self.peer_of(generation)
                pivot = self.peer.pivot(f"flow:{FLOW}")
                self.assertEqual(pivot.wait(), "flow")
                self.assertEqual(pivot.flow, json.loads(FLOW))
                self.assertEqual(self.outcome_of("fail:"), "failed")
                self.peer.check()

    def test_a_plain_queue_needs_no_header(self):
        self.respond()
        self.assertEqual(self.outcome_of(f"flow:{FLOW}", plain=True), "flow")
        self.peer.check()

    def test_silence_is_a_time_out(self):
        self.respond()
        self.peer.patience = 0.3
        self.assertEqual(self.outcome_of("silence:"), "timed out")
        self.peer.check()

    def test_other_events_of_the_call_prolong_the_wait(self):
        self.respond()
        self.peer.patience = 1000
        pivot = self.peer.pivot("silence:")
        pivot.heard -= 1001
        pivot.relay()
        pivot.pass_time()
        self.assertIsNone(pivot.outcome)
        pivot.heard -= 1001
        pivot.pass_time()
        self.assertEqual(pivot.outcome, "timed out")


class Wrong(PeerCase):
    def test_each_wrong_answer_is_found(self):
        for wrong, fault in WRONGS.items():
            with self.subTest(wrong), contextlib.ExitStack() as stack:
                # Only there are replies and events in one queue, and so in order.
                is_of_order = wrong in ("flow first", "flow after failed")
                self.peer = self.peer_of("4.3" if is_of_order else "5")
                self.peer.patience = 0.2 if wrong == "late" else 10
                responder = Responder(self.node.uri(password=rabbit.PASSWORD), wrong)
                stack.callback(responder.close)
                url = "fail:" if wrong == "flow after failed" else f"flow:{FLOW}"
                pivot = self.peer.pivot(url)
                self.wait_until(
                    lambda: re.search(fault, "\n".join(self.peer.faults)),
                    lambda: f"{wrong}: {pivot.replies} {self.peer.faults}",
                )
                stack.close()
                self.assertRaises(AssertionError, self.peer.check)

    def test_in_4_3_an_event_with_a_raw_key_does_not_arrive(self):
        self.peer = self.peer_of("4.3")
        self.respond("raw key")
        pivot = self.peer.pivot(f"flow:{FLOW}")
        self.assertEqual(pivot.wait("processing"), "processing")
        self.assertEqual(self.outcome_of("fail:"), "failed")
        self.assertIsNone(pivot.flow)


class Words(unittest.TestCase):
    def test_parts_of_keys_are_encoded_as_kazoo_does(self):
        for part, encoded in {
            "routing.key": "routing%2Ekey",
            "test&.192. 168. 5. 5#": "test%26%2E192%2E+168%2E+5%2E+5%23",
            "a1b2@10.26.0.158": "a1b2%4010%2E26%2E0%2E158",
            "a-b~c_d": "a-b~c_d",
            "*": "*",
            "": "",
        }.items():
            self.assertEqual(kapi.encode(part), encoded)

    def test_a_queue_of_a_process_is_split_at_the_last_slash(self):
        self.assertEqual(kapi.split_queue("pid://<0.1.0>/a/b"), ("b", "<0.1.0>/a"))
        self.assertEqual(kapi.split_queue("a/b"), ("a/b", None))

    def test_a_body_may_be_compressed(self):
        properties = pika.BasicProperties(content_encoding="gzip")
        self.assertEqual(kapi.read(properties, gzip.compress(b'{"a":1}')), {"a": 1})


if __name__ == "__main__":
    case.skip_without_packages()
    import kapi
    import peer
    import pika
    import rabbit
    from commanded import CallsOfKazoo, CommandsOfKazoo, MessagesOfKazoo  # noqa: F401
    from responder import WRONGS, Responder

    case.main(sys.argv[1:])
