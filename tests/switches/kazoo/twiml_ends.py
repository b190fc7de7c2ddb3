"""How TwiML calls over the bus end when something goes wrong: hang-ups, lost events, another controller, dead servers."""

import json
import time

import voice
from call_control import FOREVER, Leg
from ecallmgr import cdr_of
from proxy import Proxy
from twiml_case import TwimlCase, document

NUMBER = "+14155550177"
LONG_SECONDS = 2
SILENCE_SECONDS = 30
LOSSES_SECONDS = 240  # each end that is lost costs up to forty


class HangUps(TwimlCase):
    """A caller who hangs up at each command of a long document."""

    def setUp(self):
        super().setUp()
        self.serve(top=self.store())
        self.write(
            "/long",
            "<Play>http://media.example.com/hi.mp3</Play><Say>One</Say>"
            '<Gather numDigits="1" action="/menu"><Say>Prompt</Say><Say>More</Say></Gather>',
        )
        record = f'<Record action="/dial" recordingUrl="{self.web.url}/up" timeout="2"/>'
        self.write("/menu", f"<Say>Two</Say>{record}")
        self.write("/dial", f'<Dial action="/sip">{NUMBER}</Dial>')
        self.write("/sip", '<Dial action="/last"><Sip>sip:bob@example.com</Sip></Dial>')
        self.write("/last", "<Say>Three</Say><Hangup/>")

    def call(self, peer, hang_up_at=None):
        pivot = self.open(peer)
        channel = pivot.channel
        channel.when("Prompt", lambda: channel.press("1"))
        channel.when("record", lambda: channel.press("#"))
        channel.last("record", 3)
        channel.hang_up_at = hang_up_at
        return self.ask(pivot, "/long", CDR_URI=self.url("/cdr", ""))

    def count_of_commands(self, peer):
        pivot = self.call(peer)
        self.assertEqual(self.end_of(pivot), "NORMAL_CLEARING")
        self.assertIn("tts Three", self.heard(pivot), self.story_of(pivot))
        return len(pivot.channel.arrived)

    def test_a_caller_hangs_up_at_each_command(self):
        cdrs = 0
        for generation in ("4.3", "5"):
            peer = self.calling_peer(generation)
            count = self.count_of_commands(peer)
            cdrs += count + 1
            self.assertGreater(count, 12)
            calls = [self.call(peer, number) for number in range(1, count + 1)]
            for pivot in calls:
                self.assertTrue(self.end_of(pivot))
            # A key that comes sooner spares a prompt, so a call may be over before its hang-up.
            left = [one.channel for one in calls if len(one.channel.arrived) >= one.channel.hang_up_at]
            self.assertGreater(len(left), 12)
            for channel in left:
                self.assertNotIn("hangup", channel.performed)
            self.web.wait_for("/cdr", cdrs)
        self.assert_drains()
        told = [one["Call-ID"] for _, one, _ in self.asked("/cdr")]
        self.assertEqual(len(set(told)), len(told), "a CDR twice")

    def assert_drains(self):
        """No call is left."""
        began = time.monotonic()
        self.stop(self.serves[0])
        self.assertLess(time.monotonic() - began, 20)

    def test_a_caller_who_has_gone_before_the_answer_hears_nothing(self):
        self.web.answers["/late"] = (4, document("<Say>Too late</Say>"))
        pivot = self.ask(self.open(), "/late")
        self.web.wait_for("/late")
        self.switch.do(pivot.channel.hang_up)
        self.assert_drains()
        self.assertEqual(pivot.channel.performed, [])

    def test_a_call_that_ends_while_nothing_is_played_is_over(self):
        pivot = self.perform('<Say>One</Say><Pause length="60"/><Say>Never</Say>')
        marked = ["answer", "noop", "tts One", "noop"]
        self.assertTrue(self.switch.wait_for(lambda: pivot.channel.performed == marked))
        self.switch.do(pivot.channel.hang_up)
        self.assert_drains()


class LostEvents(TwimlCase):
    def setUp(self):
        super().setUp()
        self.serve(top=self.store())

    def test_every_call_ends_whatever_events_are_lost(self):
        self.write("/record", f'<Record action="/dial" recordingUrl="{self.web.url}/up"/>')
        self.write("/dial", '<Dial action="/last"><Sip>sip:bob@example.com</Sip></Dial>')
        self.write("/last", "<Say>Last</Say>")
        self.switch.lose_at_random(seed=20, share=0.15)
        calls = []
        for _ in range(40):
            pivot = self.open()
            channel = pivot.channel
            channel.when("Prompt", lambda channel=channel: channel.press("1"))
            channel.when("record", lambda channel=channel: channel.press("#"))
            channel.last("record", 1)
            text = (
                '<Say>One</Say><Gather timeout="1" numDigits="1" action="/record">'
                "<Say>Prompt</Say></Gather><Redirect>/record</Redirect>"
            )
            calls.append(self.perform(text, pivot=pivot))
        for pivot in calls:
            self.assertTrue(self.end_of(pivot, LOSSES_SECONDS))
            self.assertLess(self.longest_silence(pivot), SILENCE_SECONDS, self.story_of(pivot))
        self.assertGreater(len(self.switch.lost), 40)
        self.stop(self.serves[0])

    @staticmethod
    def longest_silence(pivot):
        moments = pivot.channel.moments
        return max(late - early for early, late in zip(moments, moments[1:])) / 1e6

    def test_a_marker_that_is_lost_costs_seconds_and_not_the_call(self):
        lost = []

        def loses(name):
            is_lost = name == "CHANNEL_EXECUTE_COMPLETE" and not lost
            lost.extend([name] if is_lost else [])
            return is_lost

        pivot = self.open()
        pivot.channel.when("One", lambda: setattr(self.switch, "loses", loses_noop))

        def loses_noop(name):
            return pivot.channel.performed[-1] == "noop" and loses(name)

        self.perform("<Say>One</Say><Say>Two</Say>", pivot=pivot)
        self.assert_hung_up(pivot, "tts One", "tts Two")

    def test_an_end_that_is_lost_is_found_out(self):
        self.switch.loses = lambda name: name == "CHANNEL_DESTROY"
        pivot = self.open()
        pivot.channel.last("One", FOREVER)
        pivot.channel.when("One", pivot.channel.hang_up)
        self.perform("<Say>One</Say><Say>Two</Say>", pivot=pivot, CDR_URI=self.url("/cdr", ""))
        self.assertEqual(self.parameters_within("/cdr", 40)["Call-ID"], pivot.call_id)

    def parameters_within(self, path, seconds):
        return self.web.wait_for(path, 1, seconds)[0]


class OtherControllers(TwimlCase):
    """Somebody else takes the call while Pivot performs it (decision A15)."""

    def setUp(self):
        super().setUp()
        self.serve()

    def talking(self, text="<Say>Long</Say><Say>Never</Say>", **changes):
        """A call in the middle of a Say that does not end by itself."""
        pivot = self.open()
        pivot.channel.last("Long", FOREVER)
        self.perform(text, pivot=pivot, **changes)
        spoken = self.switch.wait_for(lambda: "tts Long" in pivot.channel.performed)
        self.assertTrue(spoken, self.story_of(pivot))
        return pivot

    def event(self, pivot, name, application="ecallmgr", **keys):
        keys = {key.replace("_", "-"): value for key, value in keys.items()}
        event = self.switch.event_of(pivot.call_id, name, keys, application)
        self.switch.do(self.switch.publish_event, pivot.call_id, event)

    def assert_yields(self, pivot, name, application="ecallmgr", **keys):
        """No more commands, no hang-up, and the session is over: a stop does not wait for it."""
        before = len(pivot.channel.arrived)
        self.event(pivot, name, application, **keys)
        self.switch.do(pivot.channel.lose)
        self.switch.do(pivot.channel.press, "1")
        began = time.monotonic()
        self.stop(self.serves[0])
        self.assertLess(time.monotonic() - began, 15)
        self.assertEqual(len(pivot.channel.arrived), before, self.story_of(pivot))
        self.assertIsNone(pivot.channel.cause)

    def test_control_that_is_usurped_is_given_up(self):
        self.assert_yields(self.talking(), "usurp_control", Fetch_ID="another", Reason="redirect")

    def test_a_caller_who_is_transferred_is_let_go(self):
        pivot = self.talking()
        variables = {"Fetch-ID": pivot.channel.fetch_id}
        self.assert_yields(pivot, "CHANNEL_TRANSFEREE", Custom_Channel_Vars=variables)

    def test_a_flow_that_another_application_starts_has_the_call(self):
        flow = json.dumps(voice.FLOW)
        self.assert_yields(self.talking(), "CHANNEL_PIVOT", "konami", Application_Data=flow)

    def test_control_that_is_usurped_under_its_own_id_is_kept(self):
        pivot = self.talking()
        self.event(pivot, "usurp_control", Fetch_ID=pivot.channel.fetch_id, Reason="self")
        self.switch.do(self.finish, pivot, "tts Long")
        self.assert_hung_up(pivot, "tts Long", "tts Never")

    def finish(self, pivot, words):
        """What lasts ends now."""
        channel = pivot.channel
        for one in list(channel.performances):
            if one.application in words:
                channel.end_media(one, "FILE PLAYED")

    def test_events_of_another_call_change_nothing(self):
        pivot = self.talking()
        other = f"other-{pivot.call_id}"
        for name in ("CHANNEL_DESTROY", "CHANNEL_EXECUTE_COMPLETE", "DTMF", "CHANNEL_TRANSFEREE"):
            keys = {"Call-ID": other, "DTMF-Digit": "1", "Hangup-Cause": "NORMAL_CLEARING"}
            event = self.switch.event_of(pivot.call_id, name, keys)
            self.switch.do(self.switch.publish_event, pivot.call_id, event)
        self.switch.do(self.finish, pivot, "tts Long")
        self.assert_hung_up(pivot, "tts Long", "tts Never")

    def test_a_second_request_of_the_same_call_takes_the_place_of_the_first(self):
        self.write("/menu", "<Say>Never</Say>")
        first = self.perform('<Gather timeout="60" action="/menu"/><Say>Never</Say>')
        self.assertTrue(self.switch.wait_for(lambda: first.channel.is_answered))
        self.assertEqual(first.wait("processing"), "processing")
        second = self.peer.open(first.call_id)
        self.perform("<Say>Second</Say>", "/second", second)
        self.assert_hung_up(second, "tts Second")
        self.assertEqual(self.asked("/menu"), [])

    def test_a_metaflow_asks_in_mid_call(self):
        pivot = self.open()
        self.switch.do(pivot.channel.answer)
        changes = {
            "App_Name": "konami",
            "Request_Body_Format": None,
            "Request_Format": "twiml",
            "HTTP_Method": "get",
        }
        call = {"Call_Bridged": True, "Other_Leg_Call_ID": "leg@10.26.0.158"}
        self.perform("<Say>Hello</Say>", pivot=pivot, call=call, **changes)
        self.assert_hung_up(pivot, "tts Hello")

    def test_a_call_that_is_replaced_goes_on_under_its_new_id(self):
        pivot = self.open()
        self.write("/menu", "<Say>Thanks</Say>")
        self.perform('<Gather timeout="30" numDigits="1" action="/menu"/>', pivot=pivot)
        self.assertTrue(self.switch.wait_for(lambda: pivot.channel.is_answered))
        self.switch.do(self.switch.replace, pivot.channel, f"new-{pivot.call_id}")

        def presses():
            """Until its events are heard under the new id."""
            if not pivot.channel.cause:
                self.switch.do(pivot.channel.press, "5")
            return pivot.channel.cause

        self.wait_until(presses, lambda: self.story_of(pivot), 20)
        self.assertIn("tts Thanks", self.heard(pivot))
        ids = {one["Call-ID"] for one in pivot.channel.arrived[-2:]}
        self.assertEqual(ids, {f"new-{pivot.call_id}"})


class DeadServers(TwimlCase):
    """A web server that dies in mid-call (decision C1)."""

    def setUp(self):
        super().setUp()
        self.serve()
        self.refuse("/menu")

    def flow(self, url, **children):
        node = {"module": "pivot", "data": {"voice_url": url, "req_format": "twiml"}}
        return node | {"children": children}

    def call(self, flow, path="/start"):
        pivot = self.open()
        pivot.channel.when("Prompt", lambda: pivot.channel.press("1"))
        text = '<Gather numDigits="1" action="/menu"><Say>Prompt</Say></Gather>'
        values = {"cf_flow_id": "9e8d7c6b5a49382716051423324150ff"}
        if flow:
            values["cf_flow"] = flow
        return self.perform(text, path, pivot, call={"Key_Value_Store": values})

    def assert_continues(self, pivot, text):
        """With the flow's branch `_`, and nothing else."""
        self.assert_outcome(pivot, "flow")
        self.assertEqual(pivot.flow.get("module"), "tts")
        self.assertEqual(pivot.flow["data"]["text"], text)
        self.assertIsNone(pivot.channel.cause)

    def assert_apologises(self, pivot):
        """A sentence that the caller has heard to its end, and then an empty flow."""
        self.assert_outcome(pivot, "flow")
        self.assertEqual(pivot.flow, {})
        media = [one for one in self.heard(pivot) if one.split(" ")[0] in ("tts", "play")]
        self.assertGreater(len(media), 1, media)
        self.assertNotIn(media[-1], pivot.channel.broken)
        self.assertIsNone(pivot.channel.cause)

    def test_the_branch_of_a_flow_that_is_known_is_taken(self):
        url = self.web.url + "/start"
        sorry = {"module": "tts", "data": {"text": "Sorry"}}
        self.assert_continues(self.call(self.flow(url, _=sorry)), "Sorry")

    def test_the_branch_is_found_in_the_midst_of_a_flow(self):
        url = self.web.url + "/start"
        sorry = {"module": "tts", "data": {"text": "Deep"}}
        inner = self.flow(url, _=sorry)
        menu = {"module": "menu", "data": {"id": "m1"}, "children": {"1": inner, "2": sorry}}
        self.assert_continues(self.call(menu), "Deep")

    def test_without_a_flow_the_caller_hears_an_apology(self):
        self.assert_apologises(self.call(None))

    def test_two_nodes_of_the_same_url_cannot_be_told_apart(self):
        url = self.web.url + "/start"
        sorry = {"module": "tts", "data": {"text": "Sorry"}}
        twice = {"1": self.flow(url, _=sorry), "2": self.flow(url, _=sorry)}
        menu = {"module": "menu", "data": {"id": "m1"}, "children": twice}
        self.assert_apologises(self.call(menu))

    def test_a_node_without_a_branch_or_of_another_url_is_not_taken(self):
        sorry = {"module": "tts", "data": {"text": "Sorry"}}
        self.assert_apologises(self.call(self.flow(self.web.url + "/start")))
        self.assert_apologises(self.call(self.flow("http://another.example.com/", _=sorry)))

    def test_each_way_of_dying_ends_the_silence(self):
        sorry = {"module": "tts", "data": {"text": "Sorry"}}
        for name, answer in {
            "empty": voice.answer(200, "text/xml", ""),
            "broken": voice.answer(200, "text/xml", "<Response><Say>"),
            "html": voice.answer(200, "text/html", "<html><body>Fatal error</body></html>"),
            "truncated": voice.truncated,
            "silent": voice.silent,
        }.items():
            with self.subTest(name):
                self.web.answers["/menu"] = answer
                flow = self.flow(self.web.url + "/start", _=sorry)
                self.assert_continues(self.call(flow), "Sorry")

    def test_a_callflow_in_mid_call_is_given_to_kazoo(self):
        self.web.answers["/menu"] = voice.json_of(voice.FLOW)
        pivot = self.call(None)
        self.assert_outcome(pivot, "flow")
        self.assertEqual(pivot.flow, voice.SAID)
        self.assertIsNone(pivot.channel.cause)


class DeadBrokers(TwimlCase):
    def test_a_play_goes_on_after_the_connection_has_come_back(self):
        proxy = Proxy(self.node.port)
        self.addCleanup(proxy.close)
        self.serve(brokers=[self.node.uri(port=proxy.port)])
        pivot = self.open()
        pivot.channel.last("Long", LONG_SECONDS)
        pivot.channel.when("Long", proxy.cut)
        self.perform("<Say>Long</Say><Say>After</Say>", pivot=pivot)
        self.assert_hung_up(pivot, "tts Long", "tts After")

    def test_a_caller_who_hangs_up_meanwhile_is_noticed(self):
        proxy = Proxy(self.node.port)
        self.addCleanup(proxy.close)
        self.serve(brokers=[self.node.uri(port=proxy.port)])
        pivot = self.open()

        def cut_and_hang_up():
            proxy.cut()
            pivot.channel.hang_up()

        pivot.channel.last("Long", FOREVER)
        pivot.channel.when("Long", cut_and_hang_up)
        self.perform("<Say>Long</Say><Say>Never</Say>", pivot=pivot)
        self.assertTrue(self.end_of(pivot))
        self.stop(self.serves[0])
        self.assertNotIn("tts Never", self.heard(pivot))

    def test_a_callee_who_hangs_up_meanwhile_is_noticed(self):
        proxy = Proxy(self.node.port)
        self.addCleanup(proxy.close)
        serve = self.serve(brokers=[self.node.uri(port=proxy.port)])
        for number, nouns in enumerate((NUMBER, "<Sip>sip:bob@example.com</Sip>"), 1):
            with self.subTest(nouns):
                pivot = self.open()
                pivot.channel.call(NUMBER, Leg(talks=FOREVER))
                pivot.channel.call("bob", Leg(talks=FOREVER))
                self.perform(f"<Dial>{nouns}</Dial><Say>Back</Say>", pivot=pivot)
                serve.wait_for("talks to a callee", number)
                proxy.cut()
                self.switch.do(pivot.channel.hang_up_other_leg)
                self.assertEqual(self.end_of(pivot), "NORMAL_CLEARING", self.story_of(pivot))
                self.assertEqual(self.heard(pivot)[-1], "tts Back")

    def test_a_broker_that_is_killed_in_mid_play_costs_no_call(self):
        self.serve()
        pivot = self.open()
        pivot.channel.last("Long", FOREVER)
        self.perform("<Say>Long</Say><Say>After</Say>", pivot=pivot)
        self.assertTrue(self.switch.wait_for(lambda: "tts Long" in pivot.channel.performed))
        self.peers.clear()
        self.peer.close()
        self.switch.disconnect()
        self.node.kill()
        self.node.start()
        self.node.wait_until_ready()
        self.reconnect_probe()
        self.switch.connect()
        self.wait_for_consumers(1)
        self.switch.do(pivot.channel.break_media)
        self.assertEqual(self.end_of(pivot), "NORMAL_CLEARING", self.story_of(pivot))
        self.assertEqual(self.heard(pivot), ["tts Long", "tts After"])


class TwimlRecords(TwimlCase):
    """CDRs, which wait in the store until they are delivered (decision A18, kazoo-http.md 13)."""

    def setUp(self):
        super().setUp()
        self.serve(top=self.store())

    def test_a_cdr_has_what_kazoos_has_and_the_call(self):
        for name, text in (("ended", "<Say>Bye</Say>"), ("refused", "<Reject/>")):
            with self.subTest(name):
                self.web.forget()
                pivot = self.perform(text, CDR_URI=self.url("/cdr", ""))
                self.end_of(pivot)
                told = self.parameters("/cdr")
                self.assertEqual(told["Call-ID"], pivot.call_id)
                self.assertEqual(told["Account-ID"], "4642d64460dfba89f0938fa7736c6d1b")
                expected = {
                    name: str(value)
                    for name, value in cdr_of(pivot.channel).items()
                    if isinstance(value, (str, int))
                }
                self.assertEqual({name: told.get(name) for name in expected}, expected)
                self.assertEqual(told["Custom-Application-Vars[tenant]"], "blue")
                for name in told:
                    self.assertNotIn("Custom-Channel-Vars", name)
                    self.assertNotIn(name, ("Event-Name", "Msg-ID", "Node", "App-Name"))

    def test_it_comes_at_the_true_end_and_once(self):
        pivot = self.open()
        pivot.channel.last("Long", FOREVER)
        self.perform("<Say>Long</Say>", pivot=pivot, CDR_URI=self.url("/cdr", ""))
        self.assertTrue(self.switch.wait_for(lambda: "tts Long" in pivot.channel.performed))
        self.assertEqual(self.asked("/cdr"), [])
        self.switch.do(pivot.channel.hang_up)
        self.assertEqual(self.parameters("/cdr")["Hangup-Cause"], "NORMAL_CLEARING")
        self.stop(self.serves[0])
        self.assertEqual(len(self.asked("/cdr")), 1)

    def test_the_end_of_another_leg_is_not_the_end(self):
        pivot = self.open()
        pivot.channel.call("bob", Leg(talks=FOREVER))
        text = "<Dial><Sip>sip:bob@example.com</Sip></Dial><Say>After</Say>"
        self.perform(text, pivot=pivot, CDR_URI=self.url("/cdr", ""))
        self.assertTrue(self.switch.wait_for(lambda: pivot.channel.other_leg))
        keys = {"Call-ID": pivot.channel.other_leg, "Hangup-Cause": "NORMAL_CLEARING"}
        event = self.switch.event_of(pivot.call_id, "CHANNEL_DESTROY", keys)
        self.switch.do(self.switch.publish_event, pivot.call_id, event)
        self.switch.do(pivot.channel.hang_up_other_leg)
        self.assertEqual(self.end_of(pivot), "NORMAL_CLEARING")
        self.assertIn("tts After", self.heard(pivot), self.story_of(pivot))
        self.parameters("/cdr")
        self.stop(self.serves[0])
        self.assertEqual(len(self.asked("/cdr")), 1)

    def test_a_callflow_has_none(self):
        flow = self.url("/flow", voice.json_of(voice.FLOW))
        pivot = self.open()
        self.ask(pivot, "/flow", CDR_URI=self.url("/cdr", ""))
        self.assert_outcome(pivot, "flow")
        self.switch.do(pivot.channel.hang_up)
        self.stop(self.serves[0])
        self.assertEqual(self.asked("/cdr"), [], flow)

    def test_a_failure_has_none(self):
        self.refuse("/failed")
        pivot = self.ask(self.open(), "/failed", CDR_URI=self.url("/cdr", ""))
        self.assert_outcome(pivot, "failed")
        self.switch.do(pivot.channel.hang_up)
        self.stop(self.serves[0])
        self.assertEqual(self.asked("/cdr"), [])
        self.assertEqual(pivot.channel.performed, [])
