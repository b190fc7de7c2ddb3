"""Messages about TwiML calls that are not as they should be: requests, events, errors, and answers of stepswitch."""

import kapi
import voice
from call_control import FOREVER, Leg
from twiml_case import TwimlCase

NUMBER = "+14155550177"
LONG = "<Say>Long</Say><Say>After</Say>"


class TwimlRequests(TwimlCase):
    def setUp(self):
        super().setUp()
        self.serve()

    def test_a_call_that_cannot_be_commanded_has_failed(self):
        for name, value in {
            "absent": None,
            "empty": "",
            "number": 5,
            "object": {},
            "pid alone": "pid://<0.1.0>/",
        }.items():
            with self.subTest(name):
                pivot = self.perform("<Say>Never</Say>", call={"Control_Queue": value})
                self.assert_outcome(pivot, "failed")
                self.assertEqual(pivot.channel.arrived, [])

    def test_a_callflow_needs_no_control_queue(self):
        self.web.answers["/flow"] = voice.json_of(voice.FLOW)
        pivot = self.ask(self.open(), "/flow", call={"Control_Queue": None})
        self.assert_outcome(pivot, "flow")

    def test_a_call_may_be_small_or_strange(self):
        needed = ("Call-ID", "Control-Queue", "Controller-Queue")
        for name, keep, changes in (
            ("small", lambda key: key in needed, {}),
            ("no realm", lambda key: "Realm" not in key, {}),
            (
                "types",
                lambda _: True,
                {"Caller-ID-Name": 5, "Language": [], "From": {}, "To": True},
            ),
            ("variables", lambda _: True, {"Custom-Application-Vars": {"a": {"b": [1, None]}}}),
            ("values", lambda _: True, {"Key-Value-Store": {"cf_flow": "text", "voice_uri": 1}}),
        ):
            with self.subTest(name):
                self.write("/start", "<Say>Hello</Say>")
                pivot = self.open()
                call = {key: value for key, value in self.peer.call_of(pivot).items() if keep(key)}
                url = self.web.url + "/start"
                request = kapi.pivot_req(call | changes, url, Request_Format="twiml")
                self.peer.ask(pivot, request)
                if pivot.wait("processing") == "failed":
                    self.assertEqual(pivot.channel.arrived, [])
                else:
                    self.assert_hung_up(pivot, "tts Hello")

    def test_a_long_call_id_and_one_of_signs_can_be_performed(self):
        for call_id in ("a b&c=d.e#1", "Ünï/cödé@host", "x" * 120):
            with self.subTest(call_id):
                self.write("/start", "<Say>Hello</Say>")
                self.assert_hung_up(self.ask(self.peer.open(call_id), "/start"), "tts Hello")


class TwimlEvents(TwimlCase):
    def setUp(self):
        super().setUp()
        self.serve()

    def publish(self, pivot, name, keys=()):
        event = self.switch.event_of(pivot.call_id, name, dict(keys))
        event = {key: value for key, value in event.items() if value is not None}
        self.switch.do(self.switch.publish_event, pivot.call_id, event)

    def publish_body(self, pivot, body, **properties):
        key = f"call.DTMF.{kapi.encode(pivot.call_id)}"
        headers = {"call-id": pivot.call_id.encode()}
        self.peer.publish("callevt", key, body, headers=headers, **properties)

    def talking(self, text=LONG):
        pivot = self.open()
        pivot.channel.last("Long", FOREVER)
        self.perform(text, pivot=pivot)
        self.assertTrue(self.switch.wait_for(lambda: "tts Long" in pivot.channel.performed))
        return pivot

    def assert_unmoved(self, pivot):
        """It still waits for the end of what is said, and then goes on."""
        self.switch.do(pivot.channel.break_media)
        self.assert_hung_up(pivot, "tts Long", "tts After")

    def test_events_of_strange_shapes_change_nothing(self):
        pivot = self.talking()
        for keys in (
            {"DTMF-Digit": None},
            {"DTMF-Digit": ""},
            {"DTMF-Digit": "55"},
            {"DTMF-Digit": 5},
            {"DTMF-Digit": {"a": "b"}},
            {"DTMF-Digit": "1", "Call-ID": None},
            {"DTMF-Digit": "1", "Call-ID": 5},
        ):
            self.publish(pivot, "DTMF", keys)
        for keys in (
            {},
            {"Application-Name": "noop"},
            {"Application-Name": "noop", "Application-Response": None},
            {"Application-Name": "noop", "Application-Response": "another"},
            {"Application-Name": 7, "Application-Response": []},
            {"Application-Name": "bridge", "Application-Response": "NORMAL_CLEARING"},
        ):
            self.publish(pivot, "CHANNEL_EXECUTE_COMPLETE", keys)
        for name in ("RECORD_STOP", "CHANNEL_BRIDGE", "CHANNEL_UNBRIDGE", "CHANNEL_ANSWER", "NEW"):
            self.publish(pivot, name)
        self.publish(pivot, "CHANNEL_REPLACED", {"Replaced-By": None})
        self.assert_unmoved(pivot)

    def test_another_fetch_id_replaces_and_transfers_nothing(self):
        """As in callflow: cf_exe compares it with that of the call."""
        pivot = self.talking()
        keys = {"Custom-Channel-Vars": {"Fetch-ID": "another"}}
        self.publish(pivot, "CHANNEL_REPLACED", keys | {"Replaced-By": "new@10.26.0.158"})
        self.publish(pivot, "CHANNEL_TRANSFEREE", keys)
        self.assert_unmoved(pivot)

    def test_bodies_that_are_not_events_change_nothing(self):
        pivot = self.talking()
        self.peers.remove(self.peer)  # which would complain about them
        for body in (b"", b"{", b"[]", b"null", b"\xff\xfe", b'"text"', b'{"Event-Name":"DTMF"}'):
            self.publish_body(pivot, body)
        self.publish_body(pivot, b"{}", content_type="application/erlang")
        self.publish_body(pivot, b"not gzip", content_encoding="gzip")
        self.assert_unmoved(pivot)

    def test_an_error_about_a_command_leads_to_the_next_verb(self):
        pivot = self.open()
        pivot.channel.refused = "Bad"
        self.perform("<Say>Bad</Say><Say>Good</Say>", pivot=pivot)
        self.assert_hung_up(pivot, "tts Good")

    def test_a_command_that_is_swallowed_leads_to_the_next_verb(self):
        pivot = self.open()
        pivot.channel.swallowed = "Bad"
        self.perform("<Say>Bad</Say><Say>Good</Say>", pivot=pivot)
        self.assert_hung_up(pivot, "tts Good")

    def test_stepswitch_may_say_little(self):
        self.write("/done", "<Say>Back</Say>")
        for name, keys, status in (
            ("no code", {"Response-Message": "USER_BUSY"}, "busy"),
            ("no answer", {"Response-Message": "NO_ANSWER", "Response-Code": None}, "no-answer"),
            ("not configured", {"Response-Message": "MANDATORY_IE_MISSING"}, "failed"),
            ("internal", {"Response-Message": "NORMAL_TEMPORARY_FAILURE"}, "failed"),
        ):
            with self.subTest(name):
                self.web.forget()
                self.write("/done", "<Say>Back</Say>")
                pivot = self.open()
                pivot.channel.call(NUMBER, Leg(rings=FOREVER))
                pivot.channel.when("bridge", lambda pivot=pivot, keys=keys: self.say(pivot, keys))
                self.perform(f'<Dial action="/done">{NUMBER}</Dial>', pivot=pivot)
                self.assertEqual(self.parameters("/done")["DialCallStatus"], status)
                self.assert_hung_up(pivot, f"bridge {NUMBER}", "tts Back")

    def say(self, pivot, keys):
        """A bridge that ends without an event: only stepswitch says so."""
        bridge = pivot.channel.running
        request = bridge.command["offnet"]
        bridge.drop()
        keys = {key: value for key, value in keys.items() if value is not None}
        keys["Call-ID"] = pivot.call_id
        self.switch.reply(request, ("resource", "offnet_resp"), keys)
