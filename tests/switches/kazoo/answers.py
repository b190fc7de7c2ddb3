"""Callflows that are answered over the bus."""

import gzip
import json

import kapi
import peer
import voice
from serve_case import ServeCase


class Answers(ServeCase):
    def setUp(self):
        super().setUp()
        self.peer = self.peer_of()
        self.serve()

    def assert_flow(self, pivot, flow=voice.SAID):
        self.assert_outcome(pivot, "flow")
        self.assertEqual(pivot.flow, flow)

    def parameters(self, path):
        return self.asked(path)[-1][1]

    def test_the_flow_has_kazoos_defaults_in_both_generations(self):
        for generation in peer.GENERATIONS:
            for method in ("get", "post", "GET", "Post"):
                with self.subTest(generation, method=method):
                    url = self.url(f"/{generation}{method}", voice.json_of(voice.FLOW))
                    pivot = self.peer_of(generation).pivot(url, HTTP_Method=method)
                    self.assert_flow(pivot)
        self.assertEqual(self.peer.commands, [])

    def test_the_voice_server_is_told_about_the_call(self):
        pivot = self.peer.pivot(self.url("/flow", voice.json_of(voice.FLOW)))
        self.assert_flow(pivot)
        expected = {
            "Account-ID": "4642d64460dfba89f0938fa7736c6d1b",
            "Api-Version": "4.x",
            "Call-ID": pivot.call_id,
            "Caller-ID-Name": "Ann Lee",
            "Caller-ID-Number": "+14155550100",
            "Custom-SIP-Headers[X-Tag]": "a b",
            "Digits[default]": "42",
            "Direction": "inbound",
            "From": "user_ann",
            "From-Realm": "acme.sip.example.com",
            "Language": "en-us",
            "Request": "+14155550199",
            "Request-Realm": "acme.sip.example.com",
            "To": "4155550199",
            "To-Realm": "acme.sip.example.com",
        }
        told = self.parameters("/flow")
        self.assertEqual({name: told.get(name) for name in expected}, expected)

    def test_a_request_without_formats_is_twiml_in_a_form(self):
        url = self.url("/flow", voice.json_of(voice.FLOW))
        changes = {"Request_Format": None, "Request_Body_Format": None, "HTTP_Method": "post"}
        pivot = self.peer.pivot(url, **changes)
        self.assert_flow(pivot)
        self.assertEqual(self.parameters("/flow")["CallSid"], pivot.call_id)
        self.assertEqual(self.parameters("/flow")["ApiVersion"], "2010-04-01")

    def test_a_request_without_a_method_is_a_get(self):
        url = self.url("/flow", voice.json_of(voice.FLOW))
        self.assert_flow(self.peer.pivot(url, HTTP_Method=None))

    def test_the_queue_may_have_a_plain_name_in_any_generation(self):
        self.assert_flow(self.peer.pivot(self.url("/flow", voice.json_of(voice.FLOW)), plain=True))

    def test_the_event_is_that_of_the_call_id_whatever_other_ids_there_are(self):
        old = self.peer_of("4.3")
        call = {"Origination_Call_ID": "other@10.26.0.158", "Other_Leg_Call_ID": "leg@10.26.0.158"}
        self.assert_flow(old.pivot(self.url("/flow", voice.json_of(voice.FLOW)), call=call))

    def test_call_ids_are_encoded_in_the_key(self):
        url = self.url("/flow", voice.json_of(voice.FLOW))
        for generation in peer.GENERATIONS:
            made = self.peer_of(generation)
            for call_id in ("a b&c=d.e#1", "Ünï/cödé@host", "with~tilde_and-dash", "x" * 120):
                with self.subTest(call_id, generation=generation):
                    pivot = made.open(f"{call_id} {generation}")
                    made.ask(pivot, kapi.pivot_req(made.call_of(pivot), url))
                    self.assert_flow(pivot)

    def test_bodies_may_be_larger_than_a_frame(self):
        url = self.url("/big", voice.json_of(voice.BIG_FLOW))
        call = {"Custom_Channel_Vars": {"Padding": "p" * 300_000}}
        pivot = self.peer.pivot(url, call=call)
        self.assert_outcome(pivot, "flow")
        self.assertEqual(pivot.flow["children"]["2999"]["data"], voice.SAID["data"])

    def test_a_request_may_be_compressed_have_headers_and_unknown_keys(self):
        url = self.url("/flow", voice.json_of(voice.FLOW))
        pivot = self.peer.open()
        request = kapi.pivot_req(self.peer.call_of(pivot), url, Unknown={"key": [None, 1.5, True]})
        headers = {"Deliver-To-PID": b"<0.1.0>", "nested": {"list": [1, "two", b"\xff", None]}}
        body = gzip.compress(json.dumps(request).encode())
        self.peer.ask(pivot, body, content_encoding="gzip", headers=headers)
        self.assert_flow(pivot)

    def test_keys_may_be_escaped_and_in_any_order(self):
        url = self.url("/flow", voice.json_of(voice.FLOW))
        pivot = self.peer.open()
        request = kapi.pivot_req(self.peer.call_of(pivot), url)
        backwards = dict(reversed(request.items()))
        escaped = "".join(f"\\u{ord(letter):04x}" for letter in "Voice-URI")
        body = json.dumps(backwards).replace("Voice-URI", escaped)
        self.peer.ask(pivot, body.encode())
        self.assert_flow(pivot)

    def test_a_number_of_milliseconds_out_of_bounds_is_clamped(self):
        url = self.url("/flow", voice.json_of(voice.FLOW))
        for timeout in (5001, 60_000, 2**40):
            with self.subTest(timeout):
                self.assert_flow(self.peer.pivot(url, Request_Timeout=timeout))
        for timeout in (0, -1):
            with self.subTest(timeout):
                self.assert_outcome(self.peer.pivot(url, Request_Timeout=timeout), "flow", "failed")

    def test_a_thousand_calls_at_once_are_answered_each_once(self):
        url = self.url("/flow", voice.json_of(voice.FLOW))
        pivots = []
        for _ in range(10):  # the queue holds a hundred
            pivots += [self.peer.pivot(url) for _ in range(100)]
            for pivot in pivots[-100:]:
                self.assert_outcome(pivot, "flow")
        self.assertEqual(self.peer.counts["processing"], 1000)
        self.assertEqual(self.peer.counts["CHANNEL_PIVOT"], 1000)

    def test_calls_that_had_been_delivered_are_answered_after_sigterm(self):
        pivot = self.peer.pivot(self.url("/slow", (1.5, voice.json_of(voice.FLOW))))
        self.web.wait_for("/slow")
        self.stop(self.serves[0])
        self.assert_flow(pivot)
        self.assertIsNone(self.queue_state())


class Records(ServeCase):
    def test_no_cdr_is_posted_of_a_call_with_which_kazoo_goes_on(self):
        url = self.url("/cdr", voice.json_of({}))
        serve = self.serve(top=f'store.path = "{self.folder}/store"\ncdr.url = "{url}"')
        flow = self.url("/flow", voice.json_of(voice.FLOW))
        self.assert_outcome(self.peer_of().pivot(flow, Request_Format="twiml"), "flow")
        self.stop(serve)
        self.assertEqual(self.asked("/cdr"), [])
