"""TwiML that is performed over the bus: what the caller hears, and what the web server is told."""

import time

import commands
import peer
import voice
from call_control import FOREVER
from twiml_case import TwimlCase, document

ANY_KEY = list(commands.KEYS)
SONG = "http://media.example.com/hi.mp3"


class TwimlCalls(TwimlCase):
    def setUp(self):
        super().setUp()
        self.serve()

    def test_a_whole_call_in_both_generations(self):
        for generation in peer.GENERATIONS:
            with self.subTest(generation):
                self.web.forget()
                self.write("/menu", "<Redirect>/next</Redirect>")
                self.write("/next", "<Pause/><Say>Goodbye</Say><Hangup/>")
                pivot = self.open(self.calling_peer(generation))
                pivot.channel.last("Press two", FOREVER)
                pivot.channel.when("Press two", lambda: pivot.channel.press("42"))
                self.perform(
                    f"<Play>{SONG}</Play><Say>Hello</Say>"
                    '<Gather numDigits="2" action="/menu"><Say>Press two</Say></Gather>',
                    pivot=pivot,
                )
                heard = f"play {SONG}", "tts Hello", "tts Press two", "tts Goodbye"
                self.assert_hung_up(pivot, *heard)
                self.assertEqual(self.parameters("/start")["CallStatus"], "ringing")
                self.assertEqual(self.parameters("/menu")["CallStatus"], "in-progress")
                self.assertEqual(self.parameters("/menu")["Digits"], "42")
                self.assertEqual(self.parameters("/next")["CallSid"], pivot.call_id)
                self.assertNotIn("Digits", self.parameters("/next"))

    def test_an_empty_response_is_processing_and_then_a_hang_up(self):
        for text in (
            "<Response/>",
            "<Response></Response>",
            "<Response> <!-- none --> </Response>",
        ):
            with self.subTest(text):
                self.web.answers["/empty"] = voice.answer(200, "text/xml", text)
                self.assert_hung_up(self.ask(self.open(), "/empty"))

    def test_a_document_that_ends_hangs_up_with_a_cdr_too(self):
        plain = self.perform("<Say>Bye</Say>", "/plain")
        told = self.perform("<Say>Bye</Say>", "/told", CDR_URI=self.url("/cdr", ""))
        self.assert_hung_up(plain, "tts Bye")
        self.assert_hung_up(told, "tts Bye")

    def test_twiml_is_known_by_its_content_and_in_each_format(self):
        text = document("<Say>Hello</Say>")
        for name, type, changes in (
            ("xml", "application/xml", {}),
            ("html", "text/html", {}),
            ("none", None, {}),
            ("charset", "text/xml; charset=utf-8", {}),
            ("kazoo", "text/xml", {"Request_Format": "kazoo"}),
            ("json", "text/xml", {"Request_Body_Format": "json"}),
            ("get", "text/xml", {"HTTP_Method": "get"}),
            ("absent", "text/xml", {"Request_Format": None, "Request_Body_Format": None}),
        ):
            with self.subTest(name):
                self.web.answers[f"/{name}"] = voice.answer(200, type, text)
                self.assert_hung_up(self.ask(self.open(), f"/{name}", **changes), "tts Hello")

    def test_a_say_and_a_play_are_repeated(self):
        pivot = self.perform(f'<Say loop="2">Hello</Say><Play loop="3">{SONG}</Play>')
        self.assertEqual(self.end_of(pivot), "NORMAL_CLEARING")
        times = {"tts": 0, "play": 0}
        for one in pivot.channel.arrived:
            if one["Application-Name"] in times:
                times[one["Application-Name"]] += one.get("Loop-Count", 1)
        self.assertEqual(times, {"tts": 2, "play": 3})

    def test_a_voice_that_kazoo_does_not_have_breaks_nothing(self):
        for voice_name in ("alice", "woman", "Polly.Vicki-Neural", "male"):
            with self.subTest(voice_name):
                text = f'<Say voice="{voice_name}" language="de-DE">Hallo</Say>'
                self.assert_hung_up(self.perform(text), "tts Hallo")

    def test_text_in_other_alphabets_and_of_markup_is_spoken(self):
        text = "Grüße &amp; Küsse &lt;3 你好 \U0001f600"
        pivot = self.perform(f"<Say>{text}</Say>")
        self.assert_hung_up(pivot, "tts Grüße & Küsse <3 你好 \U0001f600")

    def test_a_pause_takes_its_time_and_answers(self):
        pivot = self.perform('<Pause length="1"/><Say>Hello</Say>')
        began = time.monotonic()
        self.assert_hung_up(pivot, "tts Hello")
        self.assertGreaterEqual(time.monotonic() - began, 0.9)

    def test_a_document_that_begins_with_a_long_pause_is_processing_in_time(self):
        """Callflow would go on with `_` after ten seconds."""
        pivot = self.perform('<Pause length="60"/><Say>Never</Say>')
        self.assertEqual(pivot.wait("processing"), "processing", self.logs())
        self.switch.do(pivot.channel.hang_up)

    def test_a_call_is_rejected_without_being_answered(self):
        for text, code in (
            ("<Reject/>", "503"),
            ('<Reject reason="busy"/>', "486"),
            ('<Reject reason="rejected"/>', "503"),
        ):
            with self.subTest(text):
                pivot = self.perform(text)
                self.assertTrue(self.end_of(pivot))
                self.assertEqual(self.heard(pivot), [f"respond {code}"])
                self.assertFalse(pivot.channel.is_answered)

    def test_a_redirect_goes_on_with_another_document(self):
        self.write("/a/next", "<Redirect>../last</Redirect>")
        self.write("/last", "<Say>Last</Say>")
        pivot = self.perform('<Redirect method="GET">a/next</Redirect><Say>Never</Say>')
        self.assert_hung_up(pivot, "tts Last")

    def test_variables_go_with_later_requests(self):
        self.write("/next", "<Hangup/>")
        pivot = self.perform(
            '<Set><Variable key="colour" value="blue"/></Set><Redirect>/next</Redirect>'
        )
        self.assert_hung_up(pivot)
        self.assertEqual(self.parameters("/next")["colour"], "blue")


class TwimlKeys(TwimlCase):
    def setUp(self):
        super().setUp()
        self.serve()
        self.write("/menu", "<Say>Thanks</Say>")

    def gather(self, attributes, cues, prompt="<Say>Prompt</Say>", before="", **lengths):
        """A call with a Gather; the caller presses keys when they hear what a cue says."""
        pivot = self.open()
        for words, keys in cues.items():
            pivot.channel.when(words, lambda keys=keys: pivot.channel.press(keys))
        for words, seconds in lengths.items():
            pivot.channel.last(words, seconds)
        text = f'{before}<Gather action="/menu" {attributes}>{prompt}</Gather><Say>Nothing</Say>'
        return self.perform(text, pivot=pivot)

    def assert_digits(self, pivot, digits):
        self.assertEqual(self.end_of(pivot), "NORMAL_CLEARING")
        self.assertIn("tts Thanks", self.heard(pivot), self.story_of(pivot))
        told = [one for path, one, _ in self.web.requests if path == "/menu"]
        own = [one for one in told if one["CallSid"] == pivot.call_id]
        self.assertEqual([one.get("Digits") for one in own], [digits])

    def test_a_key_interrupts_the_prompt(self):
        pivot = self.gather('numDigits="1"', {"Prompt": "5"}, Prompt=FOREVER)
        self.assert_digits(pivot, "5")

    def test_a_key_interrupts_all_prompts(self):
        pivot = self.gather(
            'numDigits="2"',
            {"First": "12"},
            prompt=f"<Say>First</Say><Play>{SONG}</Play><Say>Second</Say>",
            First=FOREVER,
        )
        self.assert_digits(pivot, "12")
        self.assertNotIn("tts Second", self.heard(pivot))

    def test_a_key_may_come_in_the_second_prompt(self):
        pivot = self.gather(
            'numDigits="1"',
            {SONG: "8"},
            prompt=f"<Say>First</Say><Pause/><Play>{SONG}</Play>",
            **{SONG: FOREVER},
        )
        self.assert_digits(pivot, "8")

    def test_the_finish_key_does_not_count(self):
        self.assert_digits(self.gather("", {"Prompt": "123#"}), "123")
        self.assert_digits(self.gather('finishOnKey="*"', {"Prompt": "1#2*"}), "1#2")

    def test_without_a_finish_key_time_ends_the_digits(self):
        self.assert_digits(self.gather('finishOnKey="" timeout="1"', {"Prompt": "1#*"}), "1#*")

    def test_keys_pressed_before_count_if_there_is_no_prompt(self):
        pivot = self.gather(
            'numDigits="3"', {"Before": "123"}, "", before="<Say>Before</Say>", Before=0.3
        )
        self.assert_digits(pivot, "123")

    def test_some_keys_before_and_some_within(self):
        pivot = self.gather(
            'numDigits="3"',
            {"Before": "1", "Prompt": "23"},
            before="<Say>Before</Say>",
            Prompt=FOREVER,
        )
        self.assertEqual(self.end_of(pivot), "NORMAL_CLEARING")
        self.assertIn("tts Thanks", self.heard(pivot), self.story_of(pivot))

    def test_no_key_leads_to_the_next_verb(self):
        pivot = self.gather('timeout="1"', {})
        self.assert_hung_up(pivot, "tts Prompt", "tts Nothing")
        self.assertEqual(self.asked("/menu"), [])

    def test_no_key_may_lead_to_the_action(self):
        pivot = self.gather('timeout="1" actionOnEmptyResult="true"', {})
        self.assert_hung_up(pivot, "tts Prompt", "tts Thanks")
        self.assertEqual(self.parameters("/menu").get("Digits", ""), "")

    def test_a_gather_without_a_prompt_takes_keys(self):
        """In KAZOO's pivot any key breaks such a document (kazoo-http.md 10.2)."""
        pivot = self.open()
        self.write("/start", '<Gather numDigits="2" action="/menu"/><Say>Nothing</Say>')
        self.ask(pivot, "/start")
        self.assertTrue(self.switch.wait_for(lambda: pivot.channel.is_answered))
        self.switch.do(pivot.channel.press, "77")
        self.assert_digits(pivot, "77")

    def test_keys_of_a_hundred_calls_at_once_are_not_mixed(self):
        pivots = {}
        for number in range(100, 200):
            pivots[str(number)] = self.gather('numDigits="3"', {"Prompt": str(number)})
        for digits, pivot in pivots.items():
            self.assert_digits(pivot, digits)


class TwimlRecord(TwimlCase):
    def setUp(self):
        super().setUp()
        self.serve()
        self.write("/done", "<Say>Thanks</Say>")

    def record(self, attributes="", seconds=5, keys="#", end=None):
        pivot = self.open()
        channel = pivot.channel
        if seconds is not None:
            channel.last("record", seconds)
        channel.when("record", end or (lambda: channel.press(keys)))
        return self.perform(f'<Record action="/done" {attributes}/><Say>Never</Say>', pivot=pivot)

    def url_attribute(self):
        return f'recordingUrl="{self.web.url}/up"'

    def test_a_recording_is_uploaded_and_its_url_known_after_it_has_stopped(self):
        pivot = self.record(self.url_attribute())
        self.assert_thanked(pivot)
        told, variables = self.parameters("/done"), pivot.channel.variables
        self.assertEqual(told["Digits"], "#")
        self.assertEqual(told["RecordingDuration"], "5")
        record = [one for one in pivot.channel.arrived if one["Application-Name"] == "record"][0]
        self.assertEqual(variables.get("Media-Name"), record["Media-Name"])
        self.assertIn(variables.get("Media-Transfer-Method"), ("put", "post"))
        target = variables.get("Media-Transfer-Destination", "")
        self.assertTrue(target.startswith(f"{self.web.url}/up"), target)
        whole = target.rstrip("/") + "/" + record["Media-Name"]
        self.assertIn(told["RecordingUrl"], (target, whole))
        self.assertTrue(told["RecordingUrl"].endswith(record["Media-Name"]), told)

    def assert_thanked(self, pivot):
        self.assertEqual(self.end_of(pivot), "NORMAL_CLEARING")
        self.assertEqual(self.heard(pivot)[-1], "tts Thanks", self.story_of(pivot))
        self.assertNotIn("tts Never", self.heard(pivot))

    def test_two_recordings_have_two_names(self):
        self.write("/done", f'<Record action="/last" {self.url_attribute()}/>')
        self.write("/last", "<Hangup/>")
        pivot = self.open()
        for _ in range(2):
            pivot.channel.when("record", lambda: pivot.channel.press("#"))
        pivot.channel.last("record", 5)
        self.perform(f'<Record action="/done" {self.url_attribute()}/>', pivot=pivot)
        self.assertEqual(self.end_of(pivot), "NORMAL_CLEARING")
        first, second = self.parameters("/done"), self.parameters("/last")
        self.assertNotEqual(first["RecordingUrl"], second["RecordingUrl"])

    def test_a_beep_precedes_it_unless_it_is_not_wanted(self):
        self.assertEqual(self.kinds(self.record(self.url_attribute())), ["tones", "record", "tts"])
        silent = self.record(f'playBeep="false" {self.url_attribute()}')
        self.assertEqual(self.kinds(silent), ["record", "tts"])

    def kinds(self, pivot):
        self.assert_thanked(pivot)
        return [one.split(" ")[0] for one in self.heard(pivot)]

    def test_its_limits_are_told_to_kazoo(self):
        attributes = 'maxLength="30" timeout="7" finishOnKey="12"'
        pivot = self.record(f"{attributes} {self.url_attribute()}", keys="32")
        self.assert_thanked(pivot)
        record = [one for one in pivot.channel.arrived if one["Application-Name"] == "record"][0]
        self.assertEqual(str(record["Time-Limit"]), "30")
        self.assertEqual(str(record["Silence-Hits"]), "7")
        self.assertEqual(set(record["Terminators"]), {"1", "2"})
        self.assertEqual(self.parameters("/done")["Digits"], "2")

    def test_silence_after_words_ends_it_and_the_action_is_asked(self):
        pivot = self.open()
        pivot.channel.falls_silent = True
        pivot.channel.last("record", 9)
        self.perform(f'<Record action="/done" {self.url_attribute()}/>', pivot=pivot)
        self.assert_thanked(pivot)
        self.assertFalse(self.parameters("/done").get("Digits"))
        self.assertTrue(self.parameters("/done")["RecordingUrl"])

    def test_a_recording_of_nothing_but_silence_is_none(self):
        """As in KAZOO's pivot, the document goes on."""
        pivot = self.record(self.url_attribute(), seconds=None, end=lambda: None)
        self.assertEqual(self.end_of(pivot), "NORMAL_CLEARING")
        self.assertEqual(self.heard(pivot)[-1], "tts Never", self.story_of(pivot))
        self.assertEqual(self.asked("/done"), [])

    def test_a_caller_who_hangs_up_has_left_a_recording(self):
        pivot = self.open()
        pivot.channel.last("record", 5)
        pivot.channel.when("record", pivot.channel.hang_up)
        self.perform(f'<Record action="/done" {self.url_attribute()}/>', pivot=pivot)
        told = self.parameters("/done")
        self.assertEqual(told["Digits"], "hangup")
        self.assertIn(told["CallStatus"], ("completed", "canceled"))
        self.assertNotIn("tts Thanks", self.heard(pivot))

    def test_without_a_place_to_go_no_url_is_invented(self):
        pivot = self.record()
        self.assertEqual(self.end_of(pivot), "NORMAL_CLEARING")
        for _, told, _ in self.asked("/done"):
            self.assertFalse(told.get("RecordingUrl"))
