"""Calls that a real Asterisk performs: python3 app_pivot_test.py MODULE FOLDER [CASE…]

Asterisk is installed in FOLDER the first time, or where PIVOT_ASTERISK says. All runs in a network
of its own, with SIP callers (sipp) and a web server. The exit status is 77, which skips the test,
if this machine cannot have that.
"""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time
import unittest
import wave

sys.path.insert(0, str(pathlib.Path(__file__).parent / "asterisk"))

import callers
import switch
from callers import Callee, Caller
from web import Web

DIALPLAN = """
[general]
static = yes
[default]
include => parkedcalls
exten => twiml,1,Pivot(WEB/begin,t)
 same => n,Verbose(0,AFTER ${PIVOTSTATUS} ${PIVOTBRANCH} ${PIVOTREASON})
 same => n,Hangup()
exten => ends,1,Pivot(WEB/begin,th)
 same => n,Verbose(0,AFTER ${PIVOTSTATUS})
exten => flow,1,Set(PIVOT_VAR_shade=dark)
 same => n,Pivot(WEB/begin)
 same => n,Verbose(0,AFTER ${PIVOTSTATUS} ${PIVOT_VAR_colour})
 same => n,Hangup()
exten => action,1,Set(PIVOT_ACTION=ACTION)
 same => n,Pivot()
 same => n,Verbose(0,AFTER ${PIVOTSTATUS} ${PIVOTBRANCH} ${PIVOTREASON})
 same => n,Hangup()
exten => longer,1,Answer()
 same => n,Wait(20)
 same => n,Hangup()
exten => cdr,1,Set(PIVOT_ACTION={"voice_url": "WEB/begin", "req_format": "twiml", "cdr_url": "WEB/cdr"})
 same => n,Pivot()
 same => n,Verbose(0,AFTER ${PIVOTSTATUS})
 same => n,Wait(3)
 same => n,Hangup(19)
exten => local,1,Answer()
 same => n,Wait(2)
 same => n,Hangup()
exten => brief,1,Set(PARKINGLOT=brief)
 same => n,Pivot(WEB/begin)
[comeback]
exten => s,1,Verbose(0,COMEBACK ${PARKING_SPACE} ${PIVOTSTATUS})
 same => n,Hangup()
"""
SPEECH = (
    'grep -q long "$PIVOT_TEXT" && cp RUN/long.wav "$PIVOT_FILE" || cp RUN/short.wav "$PIVOT_FILE"'
    ' && cat "$PIVOT_TEXT" >> RUN/said && echo >> RUN/said'
)
SHORT_SECONDS = 1
LONG_SECONDS = 20  # of a text with the word long


class Place:
    """What all cases share."""

    asterisk = None
    web = None


def write_sound(path, seconds):
    """A loud one."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\x00\x10\x00\xf0" * int(4000 * seconds))


def pivot_conf(inside):
    engine = {"policy": {"allow": ["127.0.0.0/8"]}, "store": {"path": f"{inside}/store"}}
    return f"""
[general]
engine = {json.dumps(engine)}
speech_command = {SPEECH.replace("RUN", inside)}
sounds = {inside}/sounds
number = PJSIP/sipp/sip:%s@127.0.0.1
sip_uri = PJSIP/sipp/%s
user = Local/%s@default
"""


def extensions_conf(url):
    action = {
        "module": "pivot",
        "data": {"voice_url": f"{url}/begin", "req_format": "twiml"},
        "children": {"_": {"module": "tts", "data": {"text": "Sorry."}}},
    }
    return DIALPLAN.replace("=ACTION", f"={json.dumps(action)}").replace("WEB", url)


def set_up(module, root):
    Place.web = Web()
    Place.asterisk = asterisk = switch.Asterisk(root, module, {})
    write_sound(asterisk.home / "short.wav", SHORT_SECONDS)
    write_sound(asterisk.home / "long.wav", LONG_SECONDS)
    (asterisk.home / "sounds").mkdir()
    write_sound(asterisk.home / "sounds/welcome.wav", 0.5)
    asterisk.write("extensions.conf", extensions_conf(Place.web.url))
    asterisk.write("pivot.conf", pivot_conf(asterisk.inside))
    asterisk.start()


def twiml(text):
    return f"<Response>{text}</Response>"


class Case(unittest.TestCase):
    def setUp(self):
        self.asterisk, self.web = Place.asterisk, Place.web
        self.web.forget()
        self.log_begins = self.asterisk.log.stat().st_size
        shutil.rmtree(self.asterisk.home / "spool/pivot/speech")
        (self.asterisk.home / "spool/pivot/speech").mkdir()
        (self.asterisk.home / "said").write_text("")

        self.parties = []

    def call(self, *steps, to="twiml", count=1):
        return self.with_party(Caller(to, *steps, count=count))

    def callee(self, *steps):
        return self.with_party(Callee(callers.ringing(180), *steps))

    def with_party(self, party):
        self.parties.append(party)
        self.addCleanup(party.kill)
        return party

    def tearDown(self):
        for party in self.parties:
            party.end()
        self.parties.clear()
        self.wait_until(
            lambda: "0 active channels" in self.asterisk.cli("core show channels"),
            "a channel is left",
        )
        self.wait_until(lambda: self.use_count() == 0, "a call is left")

    def answer(self, path, text):
        self.web.answers[path] = (
            twiml(text) if not isinstance(text, tuple) else (text[0], twiml(text[1]))
        )

    def use_count(self):
        words = self.asterisk.cli("module show like app_pivot").split()
        return int(words[words.index("servers") + 1])

    def log(self):
        with open(self.asterisk.log) as log:
            log.seek(self.log_begins)
            return log.read()

    def said(self):
        return (self.asterisk.home / "said").read_text().splitlines()

    def wait_until(self, is_so, otherwise, seconds=15):
        end = time.monotonic() + seconds
        while not is_so():
            if time.monotonic() > end:
                self.fail(f"{otherwise}\n{self.log()}")
            time.sleep(0.05)

    def wait_for_log(self, text):
        self.wait_until(lambda: text in self.log(), f"{text!r} is not in the log")

    def loudest(self, url):
        path = str(self.asterisk.root) + url.removeprefix("file://")
        with wave.open(path) as file:
            frames = file.readframes(file.getnframes())
        return max(
            abs(int.from_bytes(frames[at : at + 2], "little", signed=True))
            for at in range(0, len(frames), 2)
        )

    def does(self, what):
        return f" {what} " in self.asterisk.cli("pivot show calls")

    def wait_while_it(self, what):
        self.wait_until(lambda: self.does(what), f"no call {what}")


class Prompts(Case):
    def test_a_key_stops_the_prompt_and_completes_a_gather(self):
        self.answer(
            "/begin", '<Gather numDigits="1" action="/got"><Say>A long menu.</Say></Gather>'
        )
        self.answer("/got", "<Hangup/>")
        self.call(callers.ANSWER, callers.wait(1000), callers.press("5"), callers.BE_HUNG_UP)
        began = self.web.wait_for("/begin")[1]
        form, got = self.web.wait_for("/got")
        self.assertEqual(form["Digits"], "5")
        self.assertEqual(form["From"], "+15551230000")
        self.assertEqual(form["SipHeader_X-Site"], "north")
        self.assertEqual(self.said(), ["A long menu."])
        self.assertLess(got - began, LONG_SECONDS)

    def test_keys_pressed_during_a_web_request_count(self):
        self.answer("/begin", "<Say>Wait.</Say><Redirect>/slow</Redirect>")
        self.answer("/slow", (3, '<Gather numDigits="2" action="/got"/>'))
        self.answer("/got", "<Hangup/>")
        self.call(
            callers.ANSWER,
            callers.wait(SHORT_SECONDS * 1000 + 1000),
            callers.press("42"),
            callers.BE_HUNG_UP,
        )
        self.assertEqual(self.web.wait_for("/got")[0]["Digits"], "42")

    def test_the_dialplan_goes_on_after_the_document(self):
        self.answer("/begin", "<Say>Good day.</Say>")
        self.call(callers.ANSWER, callers.BE_HUNG_UP)
        self.wait_for_log("AFTER DONE")

    def test_with_the_option_h_the_end_of_the_document_hangs_up(self):
        self.answer("/begin", "<Say>Good day.</Say>")
        self.call(callers.ANSWER, callers.BE_HUNG_UP, to="ends").end()
        self.assertNotIn("AFTER", self.log())

    def test_the_same_text_is_rendered_once(self):
        self.answer("/begin", "<Say>Again.</Say><Say>Again.</Say>")
        self.call(callers.ANSWER, callers.BE_HUNG_UP).end()
        self.assertEqual(self.said(), ["Again."])

    def test_a_call_is_rejected_as_busy(self):
        self.answer("/begin", '<Reject reason="busy"/>')
        self.call(callers.refused(486)).end()

    def test_a_flow_plays_a_sound_of_the_operators_folder(self):
        self.web.answers["/begin"] = json.dumps({"module": "play", "data": {"id": "welcome"}})
        self.call(callers.ANSWER, callers.BE_HUNG_UP, to="flow")
        self.wait_for_log("sounds/welcome.slin'")

    def test_a_sound_on_the_web_is_fetched_and_played(self):
        self.answer("/begin", f"<Play>{self.web.url}/hello</Play><Play>{self.web.url}/none</Play>")
        self.web.answers["/hello"] = (self.asterisk.home / "short.wav").read_bytes()
        self.call(callers.ANSWER, callers.BE_HUNG_UP).end()
        self.wait_for_log("pivot/media/pivot-")
        self.wait_for_log("the server answered 503")

    def test_a_flow_plays_asterisks_own_sounds_and_sets_variables(self):
        self.web.answers["/begin"] = json.dumps(
            {
                "module": "play",
                "data": {"id": "beep"},
                "children": {
                    "_": {
                        "module": "set_variables",
                        "data": {"custom_application_vars": {"colour": "red"}},
                    }
                },
            }
        )
        self.call(callers.ANSWER, callers.BE_HUNG_UP, to="flow")
        self.wait_for_log("AFTER DONE red")
        self.assertIn("'beep.gsm'", self.log())
        form, _ = self.web.wait_for("/begin")
        self.assertIn("dark", "".join(form.values()))


class Recordings(Case):
    def record(self, attributes, *steps):
        self.answer("/begin", f'<Record action="/recorded" playBeep="false" {attributes}/>')
        self.answer("/recorded", "<Hangup/>")
        caller = self.call(callers.ANSWER, callers.speak(), *steps, callers.BE_HUNG_UP)
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
        form = self.record('maxLength="2" timeout="9" trim="do-not-trim"')
        self.assertIn(int(form["RecordingDuration"]), range(2, 9))

    def test_a_recording_is_uploaded_by_the_engine(self):
        path = self.asterisk.home / "etc/pivot.conf"
        settings = path.read_text()
        keeping = '{"session": {"keeps_recordings": true}, '
        path.write_text(settings.replace("engine = {", f"engine = {keeping}"))
        self.addCleanup(self.asterisk.cli, "pivot reload")
        self.addCleanup(path.write_text, settings)  # which comes first
        self.asterisk.cli("pivot reload")
        target = f"{self.web.url}/stored"
        form = self.record(f'maxLength="1" storageUrl="{target}" storageUrlMethod="PUT"')
        self.assertTrue(form["RecordingUrl"].startswith(f"{target}/"), form["RecordingUrl"])
        name = form["RecordingUrl"].removeprefix(f"{self.web.url}")
        self.web.wait_for(name)
        self.assertEqual(self.web.uploads[name][:4], b"RIFF")
        folder = self.asterisk.home / "spool/pivot/media/recordings"
        self.wait_until(lambda: not list(folder.iterdir()), "the file stays")

    def test_a_recording_that_is_not_uploaded_says_so(self):
        form = self.record('maxLength="1" recordingUrl="http://127.0.0.1:9/"')
        self.assertIn("is not uploaded to its URL", self.log())
        self.assertNotIn("http", form["RecordingUrl"])

    def test_a_recording_is_ended_by_the_caller(self):
        self.answer("/begin", '<Record action="/recorded" playBeep="false"/>')
        self.call(callers.ANSWER, callers.speak(), callers.wait(2000), callers.BYE)
        form, _ = self.web.wait_for("/recorded")
        self.assertEqual(form["Digits"], "hangup")


class Dials(Case):
    def dial(self, *steps, attributes="", text=""):
        """To a callee who follows the steps."""
        port = self.callee(*steps).port
        text = (
            text or f'<Dial action="/dialled" {attributes}><Sip>sip:bob@127.0.0.1:PORT</Sip></Dial>'
        )
        self.answer("/begin", text.replace("PORT", str(port)))
        self.answer("/dialled", "<Hangup/>")

    def status(self):
        return self.web.wait_for("/dialled")[0]["DialCallStatus"]

    def test_two_talk_until_the_callee_hangs_up(self):
        self.dial(callers.wait(500), callers.ANSWERED, callers.wait(2000), callers.HANG_UP)
        self.call(callers.ANSWER, callers.BE_HUNG_UP)
        self.wait_while_it("talks")
        self.assertEqual(self.status(), "completed")

    def test_a_callee_is_busy(self):
        self.dial(callers.BUSY)
        self.call(callers.ANSWER, callers.BE_HUNG_UP)
        self.assertEqual(self.status(), "busy")

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
        self.dial(callers.CANCELLED)
        self.call(callers.ANSWER, callers.wait(1500), callers.BYE)

    def test_the_caller_cancels_before_the_answer(self):
        self.dial(callers.CANCELLED, attributes='answerOnBridge="true"')
        self.call(callers.cancel_after(1500))

    def test_a_key_ends_the_bridge(self):
        self.dial(callers.ANSWERED, callers.BE_HUNG_UP, attributes='hangupOnStar="true"')
        self.call(callers.ANSWER, callers.wait(2000), callers.press("7*"), callers.BE_HUNG_UP)
        self.assertEqual(self.status(), "completed")

    def test_the_first_of_several_who_answers_gets_the_call(self):
        self.dial(
            callers.CANCELLED,
            text='<Dial action="/dialled"><Sip>sip:bob@127.0.0.1:PORT</Sip>'
            "<Client>local</Client></Dial>",
        )
        self.call(callers.ANSWER, callers.BE_HUNG_UP)
        self.assertEqual(self.status(), "completed")

    def test_a_callee_hears_a_whisper_first(self):
        self.dial(
            callers.ANSWERED,
            callers.wait(6000),
            callers.HANG_UP,
            text='<Dial action="/dialled"><Sip url="/whisper">sip:bob@127.0.0.1:PORT</Sip></Dial>',
        )
        self.answer("/whisper", "<Say>A call for you.</Say>")
        self.call(callers.ANSWER, callers.BE_HUNG_UP)
        self.wait_while_it("talks")
        self.assertEqual(self.said(), ["A call for you."])
        self.assertEqual(self.status(), "completed")

    def test_a_conversation_is_recorded(self):
        self.dial(
            callers.ANSWERED,
            callers.speak(),
            callers.wait(2000),
            callers.HANG_UP,
            attributes='record="record-from-answer"',
        )
        self.call(callers.ANSWER, callers.speak(), callers.BE_HUNG_UP)
        form, _ = self.web.wait_for("/dialled")
        self.assertGreater(self.loudest(form["RecordingUrl"]), 300)


class Transfers(Case):
    def test_a_flow_transfers_the_caller_to_an_extension(self):
        transfer = {"module": "transfer", "data": {"target": "local"}}
        self.web.answers["/begin"] = json.dumps({"module": "answer", "children": {"_": transfer}})
        self.call(callers.ANSWER, callers.BE_HUNG_UP, to="flow").end()
        self.assertIn("Executing [local@default:2]", self.log())

    def test_a_transfer_to_nowhere_fails(self):
        transfer = {"module": "transfer", "data": {"target": "+15550009999"}}
        self.web.answers["/begin"] = json.dumps({"module": "answer", "children": {"_": transfer}})
        self.call(callers.ANSWER, callers.BE_HUNG_UP, to="flow").end()
        self.assertIn("no such extension", self.log())

    def test_a_transfer_with_announcement_fails(self):
        transfer = {"target": "local", "transfer_type": "attended"}
        self.web.answers["/begin"] = json.dumps({"module": "transfer", "data": transfer})
        self.call(callers.refused(603), to="flow").end()
        self.assertIn("without announcement", self.log())

    def test_asterisk_may_send_the_caller_elsewhere(self):
        stages = (
            '<Gather timeout="30"/>',
            "<Dial><Client>longer</Client></Dial>",
            "<Dial><Conference>away</Conference></Dial>",
        )
        for text in stages:
            with self.subTest(text):
                self.answer("/begin", text)
                self.call(callers.ANSWER, callers.BE_HUNG_UP)
                self.wait_until(
                    lambda: "PJSIP/" in self.asterisk.cli("pivot show calls"), "no call"
                )
                time.sleep(0.5)
                words = self.asterisk.cli("pivot show calls").split()
                channel = next(word for word in words if word.startswith("PJSIP/"))
                self.asterisk.cli(f"channel redirect {channel} default,local,1")
                self.tearDown()
        self.assertEqual(self.log().count("Executing [local@default:1]"), len(stages))

    def test_a_caller_is_referred(self):
        self.answer(
            "/begin",
            '<Play digits="1"/><Refer action="/referred"><Sip>sip:carol@example.com</Sip></Refer>',
        )
        self.answer("/referred", "<Hangup/>")
        self.call(callers.ANSWER, callers.BE_REFERRED, callers.BE_HUNG_UP)
        form, _ = self.web.wait_for("/referred")
        self.assertEqual(form["ReferSipResponseCode"], "202")


def parking(slot):
    """A flow that says so if it cannot park the caller."""
    otherwise = {"module": "tts", "data": {"text": "Not parked."}}
    return json.dumps({"module": "park", "data": {"slot": slot}, "children": {"_": otherwise}})


class Parking(Case):
    @classmethod
    def setUpClass(cls):
        """Asterisk 22 does not survive unloading it, so a case without it comes before."""
        Place.asterisk.cli("module load res_parking.so")

    def park(self, slot, to="flow"):
        self.web.answers["/begin"] = parking(slot)
        return self.call(callers.ANSWER, callers.BE_HUNG_UP, to=to)

    def test_a_parked_caller_talks_to_whoever_dials_the_slot(self):
        self.web.answers["/cdr"] = ""
        parked = self.park("702", to="cdr")
        self.wait_for_log("in 'default' at space 702")
        self.wait_while_it("was parked")
        self.call(callers.ANSWER, callers.wait(2000), callers.BYE, to="702")
        self.wait_until(
            lambda: self.log().count("joined 'simple_bridge' basic-bridge") == 2,
            "they do not talk",
        )
        self.assertNotIn("/cdr", [path for path, _, _ in self.web.requests])
        parked.end()
        self.web.wait_for("/cdr")
        self.assertNotIn("AFTER", self.log())

    def test_a_parked_caller_may_hang_up(self):
        self.web.answers["/begin"] = parking("701")
        self.call(callers.ANSWER, callers.wait(1000), callers.BYE, to="flow").end()
        self.assertIn("in 'default' at space 701", self.log())

    def test_a_parked_caller_whom_nobody_fetches_goes_where_asterisk_says(self):
        self.park("", to="brief").end()
        self.assertIn("COMEBACK 750 MOVED", self.log())

    def test_parking_in_an_invalid_slot_fails_and_the_call_goes_on(self):
        self.park("garage").end()
        self.assertIn("the slot is not a number", self.log())
        self.assertEqual(self.said(), ["Not parked."])


class Rooms(Case):
    def test_two_callers_meet_in_a_conference(self):
        self.answer(
            "/begin",
            '<Dial action="/left" hangupOnStar="true"><Conference>weekly</Conference></Dial>',
        )
        self.answer("/left", "<Hangup/>")
        steps = [callers.ANSWER, callers.wait(3000), callers.press("*"), callers.BE_HUNG_UP]
        self.call(*steps)
        self.call(*steps)
        self.wait_until(
            lambda: self.asterisk.cli("pivot show calls").count("is in a room") == 2,
            "they do not meet",
        )
        self.web.wait_for("/left", 2)

    def test_a_caller_waits_in_a_queue_until_fetched(self):
        self.answer("/begin", '<Enqueue action="/left">sales</Enqueue>')
        self.answer("/left", "<Hangup/>")
        self.call(callers.ANSWER, callers.BE_HUNG_UP)
        self.web.wait_for("/begin")
        self.wait_while_it("plays")
        self.answer("/begin", '<Dial action="/fetched"><Queue>sales</Queue></Dial>')
        self.answer("/fetched", "<Hangup/>")
        self.call(callers.ANSWER, callers.wait(3000), callers.BYE)
        self.assertEqual(self.web.wait_for("/left")[0]["QueueResult"], "bridged")


class Failures(Case):
    def test_a_dead_web_server_leads_to_the_branch(self):
        self.answer("/begin", "<Say>Hello.</Say><Redirect>http://127.0.0.1:9/</Redirect>")
        self.call(callers.ANSWER, callers.BE_HUNG_UP, to="action")
        self.wait_for_log("AFTER DONE")
        self.assertEqual(self.said(), ["Hello.", "Sorry."])

    def test_who_insists_on_unloading_hangs_up_calls_and_harms_nothing(self):
        self.answer("/begin", '<Gather timeout="30"/>')
        caller = self.call(callers.ANSWER, callers.BE_HUNG_UP, to="ends")
        self.wait_until(lambda: self.use_count() > 0, "no call began")
        self.asterisk.cli("module unload -f app_pivot.so")
        caller.end()
        self.asterisk.cli("module load app_pivot.so")
        self.answer("/begin", "<Reject/>")
        self.call(callers.refused(503)).end()

    def test_parking_without_its_module_fails_and_says_so(self):
        if "res_parking" in self.asterisk.cli("module show like res_parking"):
            self.skipTest("a case of Parking has loaded the module")
        self.web.answers["/begin"] = parking("701")
        self.call(callers.ANSWER, callers.BE_HUNG_UP, to="flow").end()
        self.assertIn("res_parking is not loaded", self.log())
        self.assertEqual(self.said(), ["Not parked."])

    def test_without_a_branch_the_dialplan_knows_why(self):
        self.web.answers["/begin"] = None
        self.call(callers.refused(603))
        self.wait_for_log("AFTER FAILED _")

    def test_a_hang_up_at_each_stage_leaves_nothing(self):
        stages = {
            "prompt": "<Say>A long prompt.</Say>",
            "gather": '<Gather timeout="30"/>',
            "recording": '<Record maxLength="30"/>',
            "pause": '<Play digits="1"/><Pause length="30"/>',
            "ringing": "<Dial><Sip>sip:bob@127.0.0.1:PORT</Sip></Dial>",
            "conference": "<Dial><Conference>alone</Conference></Dial>",
            "queue": "<Enqueue>support</Enqueue>",
            "bridge": "<Dial><Client>local</Client></Dial>",
            "keys": '<Play digits="123456789"/>',
            "beside": '<Start><Recording/></Start><Gather timeout="30"/>',
        }
        for stage, text in stages.items():
            with self.subTest(stage):
                if "PORT" in text:
                    text = text.replace("PORT", str(self.callee(callers.CANCELLED).port))
                self.answer("/begin", text)
                self.call(callers.ANSWER, callers.wait(1000), callers.BYE)
                self.tearDown()

    def test_a_hang_up_during_a_web_request_leaves_nothing(self):
        self.answer("/begin", "<Say>.</Say><Redirect>/slow</Redirect>")
        self.answer("/slow", (3, "<Hangup/>"))
        self.call(callers.ANSWER, callers.wait(SHORT_SECONDS * 1000 + 1000), callers.BYE).end()

    def test_the_module_is_not_unloaded_during_a_call(self):
        self.answer("/begin", '<Gather timeout="30"/>')
        caller = self.call(callers.ANSWER, callers.wait(2000), callers.BYE, to="ends")
        self.wait_until(lambda: self.use_count() > 0, "no call began")
        self.asterisk.cli("module unload app_pivot.so")
        self.assertIn("app_pivot.so", self.asterisk.cli("module show like app_pivot"))
        caller.end()
        self.wait_until(lambda: self.use_count() == 0, "a call is left")
        self.assertIn("Unloaded", self.asterisk.cli("module unload app_pivot.so"))
        self.assertIn("Loaded", self.asterisk.cli("module load app_pivot.so"))
        self.answer("/begin", "<Reject/>")
        self.call(callers.refused(503)).end()


class Console(Case):
    def test_the_console_shows_calls_and_metrics(self):
        self.answer("/begin", '<Gather timeout="4"/>')
        self.call(callers.ANSWER, callers.BE_HUNG_UP)
        self.wait_until(lambda: "1 calls" in self.asterisk.cli("pivot show calls"), "no call")
        self.assertIn(f"{self.web.url}/begin", self.asterisk.cli("pivot show calls"))
        self.assertIn("# TYPE pivot_", self.asterisk.cli("pivot show metrics"))

    def test_settings_change_while_a_call_goes_on(self):
        path = self.asterisk.home / "etc/pivot.conf"
        settings = path.read_text()
        self.addCleanup(path.write_text, settings)
        self.answer("/begin", '<Gather timeout="3"/><Say>Old.</Say>')
        self.call(callers.ANSWER, callers.BE_HUNG_UP)
        self.wait_until(lambda: "1 calls" in self.asterisk.cli("pivot show calls"), "no call")
        path.write_text(settings + "nonsense = 1\n")
        self.assertIn("keeps its settings", self.asterisk.cli("pivot reload"))
        self.assertIn("there is no setting nonsense", self.log())
        path.write_text(settings.replace('{"policy"', '{"reactors": 7, "policy"'))
        self.assertIn("keeps its settings", self.asterisk.cli("pivot reload"))
        self.assertIn("reactors", self.log())
        path.write_text(settings.replace("speech_command =", "speech_command = false;"))
        self.assertIn("has the new settings", self.asterisk.cli("pivot reload"))
        self.wait_until(lambda: self.said() == ["Old."], "the call lost its settings")
        path.write_text(settings)
        self.assertIn("has the new settings", self.asterisk.cli("pivot reload"))


class Records(Case):
    def test_a_cdr_comes_at_the_end_of_the_call_and_not_of_the_document(self):
        self.answer("/begin", '<Play digits="1"/>')
        self.web.answers["/cdr"] = ""
        self.call(callers.ANSWER, callers.BE_HUNG_UP, to="cdr")
        self.wait_for_log("AFTER DONE")
        self.assertNotIn("/cdr", [path for path, _, _ in self.web.requests])
        form, _ = self.web.wait_for("/cdr")
        self.assertIn("NO_ANSWER", form.values())


class Crowd(Case):
    def test_a_hundred_calls_at_once(self):
        self.answer(
            "/begin", '<Gather numDigits="1" action="/got"><Say>A long menu.</Say></Gather>'
        )
        self.answer("/got", "<Hangup/>")
        self.call(
            callers.ANSWER, callers.wait(3000), callers.press("8"), callers.BE_HUNG_UP, count=100
        )
        self.web.wait_for("/got", 100, seconds=40)
        self.assertEqual(self.said(), ["A long menu."])


def skip(why):
    print(f"skipped: {why}")
    sys.exit(77)


def enter_a_network(root):
    """Runs this program again, in a network in which there is nobody else."""
    try:
        switch.install(root)
    except switch.Missing as missing:
        skip(missing)
    if shutil.which("sipp") is None or shutil.which("ip") is None:
        skip("sipp (sip-tester) and ip (iproute2) are not installed")
    if subprocess.run(["unshare", "-n", "true"], stderr=subprocess.DEVNULL).returncode != 0:
        skip("this machine allows no network of one's own (unshare -n)")
    os.environ["PIVOT_NETWORK"] = "own"
    again = ["sh", "-c", 'ip link set lo up && exec "$0" "$@"', sys.executable, __file__]
    sys.exit(subprocess.run(["unshare", "-n", *again, *sys.argv[1:]]).returncode)


def main(module, folder, *cases):
    root = pathlib.Path(os.environ.get("PIVOT_ASTERISK", folder)).absolute()
    if os.environ.get("PIVOT_NETWORK") != "own":
        enter_a_network(root)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))
    try:
        set_up(module, root)
        result = unittest.main(argv=[__file__, *cases], exit=False, verbosity=2).result
    finally:
        if Place.asterisk:
            Place.asterisk.stop()
            shutil.copy(Place.asterisk.log, f"{folder}.run.log")
            Place.asterisk.remove()
    sys.exit(0 if result.wasSuccessful() else 1)


if __name__ == "__main__":
    main(*sys.argv[1:])
