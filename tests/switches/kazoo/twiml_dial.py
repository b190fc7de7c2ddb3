"""Other people in a TwiML call over the bus: numbers by offnet resources, others by a bridge, and conferences."""

import hashlib
import re

from call_control import FOREVER, Leg
from twiml_case import TwimlCase

NUMBER = "+14155550177"
OUTCOMES = {
    "completed": Leg(),
    "busy": Leg(cause="USER_BUSY"),
    "no-answer": Leg(cause="NO_ANSWER"),
    "failed": Leg(cause="NO_ROUTE_DESTINATION"),
}


class Dialling(TwimlCase):
    def setUp(self):
        super().setUp()
        self.serve()
        self.write("/done", "<Say>Back</Say>")

    def dial(self, nouns, legs=None, attributes='action="/done"', path="/start", before=None):
        pivot = self.open()
        for words, leg in (legs or {}).items():
            pivot.channel.call(words, leg)
        if before:
            before(pivot.channel)
        return self.perform(f"<Dial {attributes}>{nouns}</Dial><Say>After</Say>", path, pivot)

    def told(self, pivot):
        """What the action was told about this call's Dial."""

        def found():
            return [one for _, one, _ in self.asked("/done") if one["CallSid"] == pivot.call_id]

        self.wait_until(found, lambda: self.story_of(pivot))
        return found()[0]

    def bridges(self, pivot):
        return [one for one in pivot.channel.arrived if one["Application-Name"] == "bridge"]


class TwimlDial(Dialling):
    def test_a_number_is_dialled_through_offnet_resources(self):
        for nouns in (NUMBER, f"<Number>{NUMBER}</Number>"):
            with self.subTest(nouns):
                self.switch.offnets.clear()
                pivot = self.dial(nouns, attributes='action="/done" timeout="17"')
                self.assertEqual(self.told(pivot)["DialCallStatus"], "completed")
                self.assertEqual(self.end_of(pivot), "NORMAL_CLEARING")
                (request,) = self.switch.offnets
                self.assertEqual(request["To-DID"], NUMBER)
                self.assertEqual(request["Timeout"], 17)
                self.assertEqual(request["Account-ID"], "4642d64460dfba89f0938fa7736c6d1b")
                self.assertEqual(request.get("Account-Realm"), "acme.sip.example.com")
                self.assertEqual(self.heard(pivot)[-1], "tts Back")
                self.assertEqual(self.bridges(pivot), [])

    def test_the_outcome_of_a_number_goes_to_the_action(self):
        calls = {
            status: self.dial(NUMBER, {NUMBER: leg}, path=f"/{status}")
            for status, leg in OUTCOMES.items()
        }
        for status, pivot in calls.items():
            with self.subTest(status):
                self.assertEqual(self.told(pivot)["DialCallStatus"], status)
                self.assertEqual(self.end_of(pivot), "NORMAL_CLEARING")

    def test_the_outcome_of_an_address_goes_to_the_action(self):
        sip = "<Sip>sip:bob@example.com</Sip>"
        calls = {
            status: self.dial(sip, {"bob": leg}, path=f"/{status}")
            for status, leg in OUTCOMES.items()
        }
        for status, pivot in calls.items():
            with self.subTest(status):
                self.assertEqual(self.told(pivot)["DialCallStatus"], status)
                self.assertEqual(self.end_of(pivot), "NORMAL_CLEARING")

    def test_whoever_never_answers_is_given_up_after_the_timeout(self):
        calls = [
            self.dial(nouns, {"bob": Leg(rings=FOREVER), NUMBER: Leg(rings=FOREVER)}, path=path)
            for nouns, path in ((NUMBER, "/number"), ("<Sip>sip:bob@example.com</Sip>", "/sip"))
        ]
        for pivot in calls:
            self.assertEqual(self.told(pivot)["DialCallStatus"], "no-answer")
            self.assertEqual(self.end_of(pivot), "NORMAL_CLEARING")

    def test_a_sip_address_is_a_route(self):
        pivot = self.dial("<Sip>sip:bob@example.com;transport=tcp</Sip>")
        self.assertEqual(self.told(pivot)["DialCallStatus"], "completed")
        self.assertEqual(self.end_of(pivot), "NORMAL_CLEARING")
        ((endpoint,),) = [one["Endpoints"] for one in self.bridges(pivot)]
        self.assertEqual(endpoint["Invite-Format"], "route")
        self.assertIn("bob@example.com", endpoint["Route"])
        self.assertEqual(self.switch.offnets, [])

    def test_users_and_devices_are_endpoints_of_the_account(self):
        for noun in ("User", "Device"):
            with self.subTest(noun):
                pivot = self.dial(f"<{noun}>0d3a9f8b7c6e5d4c3b2a190817161514</{noun}>")
                self.told(pivot)
                self.assertEqual(self.end_of(pivot), "NORMAL_CLEARING")
                for bridge in self.bridges(pivot):
                    for endpoint in bridge["Endpoints"]:
                        self.assertIn(endpoint["Invite-Format"], ("endpoint", "username"))

    def test_several_nouns_are_one_bridge(self):
        nouns = f"<Sip>sip:bob@example.com</Sip><Number>{NUMBER}</Number>"
        for attribute, method in (("", "simultaneous"), ('sequential="true"', "single")):
            with self.subTest(method):
                pivot = self.dial(nouns, attributes=f'action="/done" {attribute}')
                self.told(pivot)
                self.assertEqual(self.end_of(pivot), "NORMAL_CLEARING")
                (bridge,) = self.bridges(pivot)
                self.assertEqual(len(bridge["Endpoints"]), 2)
                self.assertEqual(bridge.get("Dial-Endpoint-Method", "simultaneous"), method)

    def test_the_next_verb_follows_a_dial_without_an_action(self):
        for nouns in (NUMBER, "<Sip>sip:bob@example.com</Sip>"):
            with self.subTest(nouns):
                pivot = self.dial(nouns, attributes="")
                self.assertEqual(self.end_of(pivot), "NORMAL_CLEARING")
                self.assertEqual(self.heard(pivot)[-1], "tts After", self.story_of(pivot))

    def test_a_caller_may_hang_up_while_it_rings(self):
        for nouns in (NUMBER, "<Sip>sip:bob@example.com</Sip>"):
            with self.subTest(nouns):
                legs = {NUMBER: Leg(rings=0.3), "bob": Leg(rings=0.3)}
                pivot = self.dial(
                    nouns, legs, before=lambda channel: channel.when("bridge", channel.hang_up)
                )
                self.assertEqual(self.told(pivot)["DialCallStatus"], "canceled")

    def test_a_caller_may_hang_up_while_they_talk(self):
        for nouns in (NUMBER, "<Sip>sip:bob@example.com</Sip>"):
            with self.subTest(nouns):
                pivot = self.dial(nouns, {NUMBER: Leg(talks=FOREVER), "bob": Leg(talks=FOREVER)})
                self.serves[0].wait_for(f"{re.escape(pivot.call_id)} talks to a callee")
                self.switch.do(pivot.channel.hang_up)
                # Pivot may hear that they are gone before it has heard that they talk.
                self.assertIn(self.told(pivot)["DialCallStatus"], ("completed", "canceled"))

    def test_a_time_limit_ends_the_talk_and_not_the_call(self):
        attributes = 'action="/done" timeLimit="1"'
        for nouns in (NUMBER, "<Sip>sip:bob@example.com</Sip>"):
            with self.subTest(nouns):
                legs = {NUMBER: Leg(talks=FOREVER), "bob": Leg(talks=FOREVER)}
                pivot = self.dial(nouns, legs, attributes)
                self.assertEqual(self.told(pivot)["DialCallStatus"], "completed")
                self.assertEqual(self.end_of(pivot), "NORMAL_CLEARING")
                self.assertEqual(self.heard(pivot)[-1], "tts Back")

    def test_a_star_ends_the_talk_and_not_the_call(self):
        attributes = 'action="/done" hangupOnStar="true"'
        for nouns in (NUMBER, "<Sip>sip:bob@example.com</Sip>"):
            with self.subTest(nouns):
                legs = {NUMBER: Leg(talks=FOREVER), "bob": Leg(talks=FOREVER)}
                pivot = self.dial(nouns, legs, attributes)
                self.serves[0].wait_for(f"{re.escape(pivot.call_id)} talks to a callee")
                self.switch.do(pivot.channel.press, "1*")
                self.assertEqual(self.told(pivot)["DialCallStatus"], "completed")
                self.assertEqual(self.end_of(pivot), "NORMAL_CLEARING")
                self.assertEqual(self.heard(pivot)[-1], "tts Back")

    def test_a_dial_of_nobody_fails_and_does_not_end_the_call(self):
        for number, nouns in enumerate(("", "<Number>not a number</Number>", "<Sip>bob</Sip>")):
            with self.subTest(nouns):
                pivot = self.dial(nouns, path=f"/nobody{number}")
                self.assertEqual(self.told(pivot)["DialCallStatus"], "failed")
                self.assertEqual(self.end_of(pivot), "NORMAL_CLEARING")

    def test_a_queue_that_kazoo_does_not_have_is_an_error_for_the_action(self):
        pivot = self.perform('<Enqueue action="/done">support</Enqueue><Say>After</Say>')
        self.assertEqual(self.told(pivot)["QueueResult"], "error")
        self.assertEqual(self.end_of(pivot), "NORMAL_CLEARING")
        without = self.perform("<Enqueue>support</Enqueue><Say>After</Say>")
        self.assert_hung_up(without, "tts After")


class TwimlConference(Dialling):
    def conference(self, attributes="", before=None, dial='action="/done"', name="My room"):
        return self.dial(
            f"<Conference {attributes}>{name}</Conference>", attributes=dial, before=before
        )

    def test_a_conference_is_joined_by_the_name_that_kazoo_gives_it(self):
        attributes = 'muted="true" maxParticipants="5" endConferenceOnExit="true"'
        pivot = self.conference(attributes)
        self.assertEqual(self.told(pivot)["DialCallStatus"], "answered")
        self.assertEqual(self.end_of(pivot), "NORMAL_CLEARING")
        self.assertEqual(self.heard(pivot)[-1], "tts Back", self.story_of(pivot))
        (request,) = self.switch.discoveries
        room = hashlib.md5(b"My room").hexdigest()
        self.assertEqual(request["Conference-ID"], room)
        self.assertEqual(request["Call"]["Call-ID"], pivot.call_id)
        self.assertEqual(
            request["Call"]["Control-Queue"], self.switch.control_queue_of(pivot.channel)
        )
        self.assertEqual(request["Conference-Doc"].get("max_participants"), 5)
        self.assertTrue(pivot.channel.is_answered)

    def test_the_next_verb_follows_a_conference_without_an_action(self):
        pivot = self.conference(dial="")
        self.assertEqual(self.end_of(pivot), "NORMAL_CLEARING")
        self.assertEqual(self.heard(pivot)[-1], "tts After", self.story_of(pivot))

    def test_a_caller_may_hang_up_in_a_conference(self):
        pivot = self.conference(before=lambda channel: channel.when("conference", channel.hang_up))
        self.assertEqual(self.told(pivot)["DialCallStatus"], "answered")
        self.assertTrue(self.end_of(pivot))
