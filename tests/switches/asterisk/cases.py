"""Calls to a real Asterisk that go the same way however Pivot gets them: parts of test cases."""

import time

import callers
import case
from callers import Callee
from case import LONG_SECONDS, loudest
from web import DyingWeb


class Prompts:
    def test_a_key_stops_the_prompt_and_completes_a_gather(self):
        self.answer(
            "/begin", '<Gather numDigits="1" action="/got"><Say>A long menu.</Say></Gather>'
        )
        self.answer("/got", "<Hangup/>")
        caller = self.call(*callers.press_when_told("5"))
        self.wait_until(self.said, "nothing is said")
        said_at = time.monotonic()
        caller.go_on()
        form, got = self.web.wait_for("/got")
        self.assertEqual(form["Digits"], "5")
        self.assertEqual(form["From"], "+15551230000")
        self.assertEqual(form["SipHeader_X-Site"], "north")
        self.assertEqual(self.said(), ["A long menu."])
        self.assertLess(got - said_at, LONG_SECONDS)

    def test_keys_pressed_during_a_web_request_count(self):
        self.answer("/begin", "<Say>Wait.</Say><Redirect>/slow</Redirect>")
        self.answer("/slow", (3, '<Gather numDigits="2" action="/got"/>'))
        self.answer("/got", "<Hangup/>")
        caller = self.call(*callers.press_when_told("42"))
        self.web.wait_for("/slow")
        caller.go_on()
        self.assertEqual(self.web.wait_for("/got")[0]["Digits"], "42")

    def test_the_dialplan_goes_on_after_the_document(self):
        self.answer("/begin", "<Say>Good day.</Say>")
        self.call(callers.ANSWER, callers.BE_HUNG_UP)
        self.wait_for_log("AFTER DONE")

    def test_the_same_text_is_rendered_once(self):
        self.answer("/begin", "<Say>Again.</Say><Say>Again.</Say>")
        self.call(callers.ANSWER, callers.BE_HUNG_UP).end()
        self.assertEqual(self.said(), ["Again."])

    def test_a_sound_on_the_web_is_fetched_and_played(self):
        self.answer("/begin", f"<Play>{self.web.url}/hello</Play><Play>{self.web.url}/none</Play>")
        self.web.answers["/hello"] = (self.asterisk.home / "short.wav").read_bytes()
        self.call(callers.ANSWER, callers.BE_HUNG_UP).end()
        self.wait_for_log("/media/pivot-")
        self.wait_for_warning("the server answered 503")

    def test_a_sound_is_played_as_often_as_the_document_says(self):
        self.answer("/begin", f'<Play loop="3">{self.web.url}/hello</Play>')
        self.web.answers["/hello"] = (self.asterisk.home / "short.wav").read_bytes()
        self.call(callers.ANSWER, callers.BE_HUNG_UP).end()
        self.assertEqual(self.log().count("/media/pivot-"), 3)

    def test_a_flow_plays_asterisks_own_sounds_and_sets_variables(self):
        data = {"custom_application_vars": {"colour": "red"}}
        self.answer_with_flow("play", {"id": "beep"}, _={"module": "set_variables", "data": data})
        self.call(callers.ANSWER, callers.BE_HUNG_UP, to="flow")
        self.wait_for_log("AFTER DONE red")
        self.wait_for_log("'beep.gsm'")

    def test_a_key_ends_a_tone(self):
        self.answer(
            "/begin",
            '<Gather numDigits="1" action="/got"><Play>tone_stream://%(200,200,440,480);loops=99</Play>'
            "</Gather>",
        )
        self.answer("/got", "<Hangup/>")
        caller = self.call(*callers.press_when_told("5"))
        self.wait_while_it("plays")
        caller.go_on()
        self.assertEqual(self.web.wait_for("/got")[0]["Digits"], "5")
        self.assertEqual(self.warnings().count("Play"), 0)


class Refusals:
    def test_a_call_is_rejected_as_busy(self):
        self.answer("/begin", '<Reject reason="busy"/>')
        self.call(callers.refused(486)).end()

    def test_a_call_is_rejected(self):
        self.answer("/begin", "<Reject/>")
        self.call(callers.refused(503)).end()

    def test_a_flow_refuses_with_its_own_code(self):
        for code in (404, 480, 503):
            with self.subTest(code):
                self.answer_with_flow("response", {"code": code, "message": "No"})
                self.call(callers.refused(code), to="flow")
                self.end_calls()

    def test_a_prompt_is_heard_before_a_call_is_rejected(self):
        self.answer("/begin", '<Reject reason="busy" prompt="beep"/>')
        caller = self.call(callers.refused(486))
        caller.end()
        self.wait_for_log("'beep.gsm'")
        self.assertIn("183 Session Progress", caller.messages())


class Recordings:
    def record(self, attributes, *while_it_records):
        """What is told of the recording of a caller who speaks, and does this."""
        self.answer("/begin", f'<Record action="/recorded" playBeep="false" {attributes}/>')
        self.answer("/recorded", "<Hangup/>")
        steps = [callers.WAIT_FOR_TEST, *while_it_records] if while_it_records else []
        caller = self.call(callers.ANSWER, callers.speak(), *steps, callers.BE_HUNG_UP)
        if while_it_records:
            self.wait_while_it("records")
            caller.go_on()
        form, _ = self.web.wait_for("/recorded")
        caller.end()
        return form

    def test_a_recording_is_ended_by_a_key(self):
        form = self.record(
            'finishOnKey="#" trim="do-not-trim"', callers.wait(2000), callers.press("#")
        )
        self.assertEqual(form["Digits"], "#")
        self.assertGreater(self.loudest(form["RecordingUrl"]), 300)
        self.assertIn(int(form["RecordingDuration"]), range(2, 9))

    def test_a_recording_is_ended_by_silence(self):
        form = self.record('timeout="2" maxLength="30"')
        self.assertNotIn("#", form.get("Digits", ""))
        self.assertIn(int(form["RecordingDuration"]), range(3, 20))

    def test_a_recording_is_ended_by_its_limit(self):
        form = self.record('maxLength="3" timeout="9" trim="do-not-trim"')
        self.assertIn(int(form["RecordingDuration"]), range(2, 9))

    def test_a_recording_is_uploaded_by_the_engine(self):
        folder = self.keep_recordings()
        target = f"{self.web.url}/stored"
        form = self.record(f'maxLength="1" storageUrl="{target}" storageUrlMethod="PUT"')
        self.assertTrue(form["RecordingUrl"].startswith(f"{target}/"), form["RecordingUrl"])
        name = form["RecordingUrl"].removeprefix(f"{self.web.url}")
        self.web.wait_for(name)
        self.assertEqual(self.web.uploads[name][:4], b"RIFF")
        file = folder / name.removeprefix("/stored/")
        self.wait_until(lambda: not file.exists(), "the file stays")

    def test_a_caller_leaves_a_voice_mail(self):
        self.answer("/begin", '<Say>Nobody is in.</Say><Record action="/kept" finishOnKey="#"/>')
        self.answer("/kept", "<Say>Thank you.</Say>")
        caller = self.call(
            callers.ANSWER,
            callers.WAIT_FOR_TEST,
            callers.speak(),
            callers.wait(4000),
            callers.press("#"),
            callers.BE_HUNG_UP,
        )
        self.wait_while_it("records")
        caller.go_on()
        caller.end()
        form, _ = self.web.wait_for("/kept")
        self.assertGreater(self.loudest(form["RecordingUrl"]), 300)
        self.assertEqual(self.said(), ["Nobody is in.", "Thank you."])

    def test_a_recording_is_ended_by_the_caller(self):
        self.answer("/begin", '<Record action="/recorded" playBeep="false"/>')
        caller = self.call(
            callers.ANSWER, callers.speak(), callers.WAIT_FOR_TEST, callers.wait(2000), callers.BYE
        )
        self.wait_while_it("records")
        caller.go_on()
        form, _ = self.web.wait_for("/recorded")
        self.assertEqual(form["Digits"], "hangup")


class Dials:
    def dial(self, *steps, attributes="", text=""):
        """To a callee who follows the steps."""
        callee = self.callee(*steps)
        text = (
            text or f'<Dial action="/dialled" {attributes}><Sip>sip:bob@127.0.0.1:PORT</Sip></Dial>'
        )
        self.answer("/begin", text.replace("PORT", str(callee.port)))
        self.answer("/dialled", "<Hangup/>")
        return callee

    def status(self):
        return self.web.wait_for("/dialled")[0]["DialCallStatus"]

    def test_two_talk_until_the_callee_hangs_up(self):
        callee = self.dial(
            callers.wait(500), callers.ANSWERED, callers.WAIT_FOR_TEST, callers.HANG_UP
        )
        self.call(callers.ANSWER, callers.BE_HUNG_UP)
        self.wait_while_it("talks")
        callee.go_on()
        self.assertEqual(self.status(), "completed")

    def test_a_callee_is_busy(self):
        self.dial(callers.BUSY)
        self.call(callers.ANSWER, callers.BE_HUNG_UP)
        self.assertEqual(self.status(), "busy")

    def hear_early_media(self, attributes, noun="<Sip>sip:bob@127.0.0.1:PORT</Sip>"):
        """The far end says something, and answers that it is busy."""
        party = Callee(callers.SPEAKS, callers.wait(3000), callers.BUSY)
        port = self.with_party(party).port
        noun = noun.replace("PORT", str(port))
        self.answer("/begin", f'<Dial action="/dialled" {attributes}>{noun}</Dial>')
        self.answer("/dialled", "<Hangup/>")
        caller = self.call(callers.ANSWER, callers.BE_HUNG_UP, to="heard")
        self.assertEqual(self.status(), "busy")
        self.end_calls()
        heard = self.asterisk.home / "spool/monitor/heard.wav"
        self.assertGreater(loudest(heard), 300)
        return caller.messages()

    def test_a_caller_hears_what_the_far_end_says_before_the_answer(self):
        self.hear_early_media("")

    def test_a_caller_who_is_not_answered_hears_what_the_far_end_says(self):
        told = self.hear_early_media('answerOnBridge="true"')
        self.assertIn("183 Session Progress", told)

    def test_a_callee_who_forwards_the_call_is_not_followed(self):
        self.dial(callers.FORWARDS)
        self.call(callers.ANSWER, callers.BE_HUNG_UP)
        self.assertEqual(self.status(), "failed")

    def test_a_user_who_does_not_exist_fails_at_once(self):
        self.answer("/begin", '<Dial action="/dialled"><Client>nobody</Client></Dial>')
        self.answer("/dialled", "<Hangup/>")
        self.call(callers.ANSWER, callers.BE_HUNG_UP)
        self.assertEqual(self.status(), "failed")

    def test_a_callee_does_not_answer_in_time(self):
        self.dial(callers.CANCELLED, attributes='timeout="2"')
        self.call(callers.ANSWER, callers.BE_HUNG_UP)
        self.assertEqual(self.status(), "no-answer")

    def test_the_caller_hangs_up_while_it_rings(self):
        callee = self.dial(callers.CANCELLED)
        caller = self.call(callers.ANSWER, callers.WAIT_FOR_TEST, callers.BYE)
        self.wait_until(callee.messages, "the callee does not ring")
        caller.go_on()

    def test_the_caller_cancels_before_the_answer(self):
        self.dial(callers.CANCELLED, attributes='answerOnBridge="true"')
        self.call(callers.cancel_after(1500))

    def test_a_key_ends_the_bridge(self):
        self.dial(callers.ANSWERED, callers.BE_HUNG_UP, attributes='hangupOnStar="true"')
        caller = self.call(*callers.press_when_told("7*"))
        self.wait_while_it("talks")
        caller.go_on()
        self.assertEqual(self.status(), "completed")

    def test_the_first_of_several_who_answers_gets_the_call(self):
        self.dial(
            callers.CANCELLED,
            text='<Dial action="/dialled"><Sip>sip:bob@127.0.0.1:PORT</Sip>'
            "<Client>later</Client></Dial>",
        )
        self.call(callers.ANSWER, callers.BE_HUNG_UP)
        self.assertEqual(self.status(), "completed")

    def test_a_callee_hears_a_whisper_first(self):
        callee = self.dial(
            callers.ANSWERED,
            callers.WAIT_FOR_TEST,
            callers.HANG_UP,
            text='<Dial action="/dialled"><Sip url="/whisper">sip:bob@127.0.0.1:PORT</Sip></Dial>',
        )
        self.answer("/whisper", "<Say>A call for you.</Say>")
        self.call(callers.ANSWER, callers.BE_HUNG_UP)
        self.wait_while_it("talks")
        callee.go_on()
        self.assertEqual(self.said(), ["A call for you."])
        self.assertEqual(self.status(), "completed")

    def screen(self, key, answer):
        """A callee who is asked whether they want the call, and presses a key."""
        self.dial(
            callers.ANSWERED,
            callers.wait(1500),
            callers.press_as_callee(key),
            callers.BE_HUNG_UP,
            text='<Dial action="/dialled"><Sip url="/screen">sip:bob@127.0.0.1:PORT</Sip></Dial>',
        )
        self.answer(
            "/screen",
            '<Gather numDigits="1" action="/pressed"><Say>A long question.</Say></Gather><Hangup/>',
        )
        self.answer("/pressed", answer)

    def test_a_callee_who_accepts_by_a_key_is_connected(self):
        self.screen("1", "")
        caller = self.call(callers.ANSWER, callers.WAIT_FOR_TEST, callers.BYE)
        form, _ = self.web.wait_for("/pressed")
        self.assertEqual(form["Digits"], "1")
        self.wait_while_it("talks")
        caller.go_on()

    def test_a_callee_who_declines_by_a_key_is_not_connected(self):
        self.screen("2", "<Hangup/>")
        self.call(callers.ANSWER, callers.BE_HUNG_UP)
        self.assertEqual(self.status(), "no-answer")
        self.assertEqual(self.web.wait_for("/pressed")[0]["Digits"], "2")
        self.assertEqual(self.calls_that("talks"), 0)

    def test_those_who_are_hunted_are_called_until_one_accepts(self):
        busy = self.callee(callers.BUSY)
        silent = self.callee(callers.CANCELLED)
        declines = self.callee(
            callers.ANSWERED, callers.wait(1500), callers.press_as_callee("2"), callers.BE_HUNG_UP
        )
        self.dial(
            callers.ANSWERED,
            callers.wait(1500),
            callers.press_as_callee("1"),
            callers.wait(2000),
            callers.HANG_UP,
            text='<Dial action="/dialled" sequential="true" timeout="3">'
            + "".join(f"<Sip>sip:bob@127.0.0.1:{party.port}</Sip>" for party in (busy, silent))
            + "".join(
                f'<Sip url="/screen">sip:bob@127.0.0.1:{port}</Sip>'
                for port in (declines.port, "PORT")
            )
            + "</Dial>",
        )
        self.answer("/screen", '<Gather numDigits="1" action="/pressed"/><Hangup/>')
        self.web.answers["/pressed"] = lambda form: (
            "<Response/>" if form["Digits"] == "1" else "<Response><Hangup/></Response>"
        )
        self.call(callers.ANSWER, callers.BE_HUNG_UP)
        self.assertEqual(self.status(), "completed")
        self.assertEqual(self.asked().count("/pressed"), 2)

    def test_a_conversation_is_recorded(self):
        callee = self.dial(
            callers.ANSWERED,
            callers.WAIT_FOR_TEST,
            callers.speak(),
            callers.wait(2000),
            callers.HANG_UP,
            attributes='record="record-from-answer"',
        )
        self.call(callers.ANSWER, callers.BE_HUNG_UP)
        self.wait_while_it("talks")
        callee.go_on()
        form, _ = self.web.wait_for("/dialled")
        self.assertGreater(self.loudest(form["RecordingUrl"]), 300)


class Transfers:
    def test_a_flow_transfers_the_caller_to_an_extension(self):
        transfer = {"module": "transfer", "data": {"target": "local"}}
        self.answer_with_flow("answer", {}, _=transfer)
        self.call(callers.ANSWER, callers.BE_HUNG_UP, to="flow").end()
        self.wait_for_log("Executing [local@default:2]")

    def test_a_transfer_to_nowhere_fails(self):
        transfer = {"module": "transfer", "data": {"target": "+15550009999"}}
        self.answer_with_flow("answer", {}, _=transfer)
        self.call(callers.ANSWER, callers.BE_HUNG_UP, to="flow").end()
        self.wait_for_warning("the dialplan has no")

    def test_a_transfer_with_announcement_fails(self):
        transfer = {"target": "local", "transfer_type": "attended"}
        self.answer_with_flow("transfer", transfer)
        self.call(callers.refused(603), to="flow").end()
        self.wait_for_warning("only blind")


class Referrals:
    def test_a_caller_is_referred(self):
        self.answer(
            "/begin",
            '<Play digits="1"/><Refer action="/referred"><Sip>sip:carol@example.com</Sip></Refer>',
        )
        self.answer("/referred", "<Hangup/>")
        self.call(callers.ANSWER, callers.BE_REFERRED, callers.BE_HUNG_UP)
        form, _ = self.web.wait_for("/referred")
        self.assertEqual(form["ReferSipResponseCode"], "202")


class Rooms:
    def test_two_callers_meet_in_a_conference(self):
        self.answer(
            "/begin",
            '<Dial action="/left" hangupOnStar="true"><Conference>weekly</Conference></Dial>',
        )
        self.answer("/left", "<Hangup/>")
        parties = [self.call(*callers.press_when_told("*")) for _ in range(2)]
        self.wait_while_it("is in a room", calls=2)
        for party in parties:
            party.go_on()
        self.web.wait_for("/left", 2)

    def test_three_meet_when_the_moderator_comes_and_part_when_they_go(self):
        self.answer("/left", "<Hangup/>")
        conference = (
            '<Dial action="/left" hangupOnStar="true">'
            '<Conference startConferenceOnEnter="{0}" endConferenceOnExit="{0}">board</Conference></Dial>'
        )
        self.answer("/begin", conference.format("false"))
        for _ in range(2):
            self.call(callers.ANSWER, callers.BE_HUNG_UP)
        self.wait_while_it("plays", calls=2)
        self.answer("/begin", conference.format("true"))
        moderator = self.call(*callers.press_when_told("*"))
        self.wait_while_it("is in a room", calls=3)
        self.assertNotIn("/left", self.asked())
        moderator.go_on()
        self.web.wait_for("/left", 3)

    def test_two_agents_fetch_those_who_wait_in_their_order(self):
        self.answer("/begin", '<Enqueue action="/left">sales</Enqueue>')
        self.answer("/left", "<Hangup/>")
        waiting = []
        for count in (1, 2):
            self.call(callers.ANSWER, callers.BE_HUNG_UP)
            waiting.append(self.web.wait_for("/begin", count)[0]["CallSid"])
            self.wait_while_it("plays", calls=count)
        self.answer("/begin", '<Dial action="/fetched"><Queue>sales</Queue></Dial>')
        self.answer("/fetched", "<Hangup/>")
        agents = []
        for count in (2, 4):
            agents.append(self.call(callers.ANSWER, callers.WAIT_FOR_TEST, callers.BYE))
            self.wait_while_it("is in a room", calls=count)
        left = []
        for count, agent in enumerate(agents, 1):
            agent.go_on()
            left.append(self.web.wait_for("/left", count)[0])
        self.assertEqual([form["CallSid"] for form in left], waiting)
        self.assertEqual([form["QueueResult"] for form in left], ["bridged", "bridged"])

    def test_a_caller_waits_in_a_queue_until_fetched(self):
        self.answer("/begin", '<Enqueue action="/left">sales</Enqueue>')
        self.answer("/left", "<Hangup/>")
        self.call(callers.ANSWER, callers.BE_HUNG_UP)
        self.web.wait_for("/begin")
        self.wait_while_it("plays")
        self.answer("/begin", '<Dial action="/fetched"><Queue>sales</Queue></Dial>')
        self.answer("/fetched", "<Hangup/>")
        agent = self.call(callers.ANSWER, callers.WAIT_FOR_TEST, callers.BYE)
        self.wait_while_it("is in a room", calls=2)
        agent.go_on()
        self.assertEqual(self.web.wait_for("/left")[0]["QueueResult"], "bridged")


class Failures:
    def test_a_dead_web_server_leads_to_the_branch(self):
        self.answer("/begin", "<Say>Hello.</Say><Redirect>http://127.0.0.1:9/</Redirect>")
        self.call(callers.ANSWER, callers.BE_HUNG_UP, to="action")
        self.wait_for_log("AFTER DONE")
        self.assertEqual(self.said(), ["Hello.", "Sorry."])

    def die(self, before_the_key, after_it=lambda web: None):
        """A web server of the call's own dies while the caller is in its menu and presses a key."""
        web = DyingWeb({"begin": '<Gather numDigits="1" action="next" timeout="30"/>'})
        self.addCleanup(web.kill)
        caller = self.call(*callers.press_when_told("5"), to="dying")
        self.wait_until_answered()
        before_the_key(web)
        caller.go_on()
        after_it(web)
        caller.end()
        self.wait_for_log("AFTER DONE")
        self.assertEqual(self.said(), ["Sorry."])

    def test_a_web_server_that_is_killed_in_mid_call_leads_to_the_branch(self):
        self.die(DyingWeb.kill)

    def test_a_web_server_that_stalls_in_mid_call_leads_to_the_branch(self):
        self.die(DyingWeb.stall)

    def test_a_web_server_that_is_killed_while_it_is_asked_leads_to_the_branch(self):
        def kill_when_asked(web):
            self.wait_until(web.is_asked, "nobody asks")
            web.kill()

        self.die(DyingWeb.stall, kill_when_asked)

    def test_without_a_branch_the_dialplan_knows_why(self):
        self.web.answers["/begin"] = None
        self.call(callers.refused(603))
        self.wait_for_log("AFTER FAILED _")

    def test_a_hang_up_at_each_stage_leaves_nothing(self):
        self.hang_up_at(
            {
                "prompt": "<Say>A long prompt.</Say>",
                "gather": '<Gather timeout="30"/>',
                "recording": '<Record maxLength="30"/>',
                "pause": '<Play digits="1"/><Pause length="30"/>',
                "keys": f'<Play digits="{"123456789" * 9}"/>',
            }
        )

    def test_a_caller_who_gives_up_before_the_answer_leaves_nothing(self):
        self.answer("/begin", (30, "<Reject/>"))
        self.call(callers.wait(1000), callers.CANCEL).end()

    def test_a_hang_up_during_a_web_request_leaves_nothing(self):
        self.answer("/begin", "<Say>.</Say><Redirect>/slow</Redirect>")
        self.answer("/slow", (30, "<Hangup/>"))
        caller = self.call(callers.ANSWER, callers.WAIT_FOR_TEST, callers.BYE)
        self.web.wait_for("/slow")
        caller.go_on()
        caller.end()


class HangUps:
    def test_a_hang_up_with_others_on_the_line_leaves_nothing(self):
        self.hang_up_at(
            {
                "ringing": "<Dial><Sip>sip:bob@127.0.0.1:PORT</Sip></Dial>",
                "conference": "<Dial><Conference>alone</Conference></Dial>",
                "queue": "<Enqueue>support</Enqueue>",
                "bridge": "<Dial><Client>longer</Client></Dial>",
                "beside": '<Start><Recording/></Start><Gather timeout="30"/>',
            }
        )


class Records:
    def test_a_cdr_comes_at_the_end_of_the_call_and_not_of_the_document(self):
        self.answer("/begin", '<Play digits="1"/>')
        self.web.answers["/cdr"] = ""
        self.call(callers.ANSWER, callers.BE_HUNG_UP, to="cdr")
        self.wait_for_log("AFTER DONE")
        _, began = self.web.wait_for("/begin")
        form, ended = self.web.wait_for("/cdr")
        self.assertIn("NO_ANSWER", form.values())
        self.assertGreater(ended - began, case.REST_SECONDS)


class Crowd:
    def test_a_hundred_calls_at_once(self):
        self.answer(
            "/begin", '<Gather numDigits="1" action="/got"><Say>A long menu.</Say></Gather>'
        )
        self.answer("/got", "<Hangup/>")
        self.call(
            callers.ANSWER, callers.wait(3000), callers.press("8"), callers.BE_HUNG_UP, count=100
        )
        self.web.wait_for("/got", 100)
        self.assertEqual(self.said(), ["A long menu."])
