"""Calls that the module in a real Asterisk performs: python3 app_pivot_test.py MODULE FOLDER [CASE…]

Asterisk is installed in FOLDER the first time, or where PIVOT_ASTERISK says. All runs in a network
of its own, with SIP callers (sipp) and a web server. The exit status is 77, which skips the test,
if this machine cannot have that.
"""

import json
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "asterisk"))

import callers
import case
import cases
import switch
from case import Case, Place

DIALPLAN = """
include => parkedcalls
exten => ends,1,Pivot(WEB/begin,th)
 same => n,Verbose(0,AFTER ${PIVOTSTATUS})
exten => brief,1,Set(PARKINGLOT=brief)
 same => n,Pivot(WEB/begin)
[comeback]
exten => s,1,Verbose(0,COMEBACK ${PARKING_SPACE} ${PIVOTSTATUS})
 same => n,Hangup()
"""
NOT_PARKED = {"module": "tts", "data": {"text": "Not parked."}}


def pivot_conf(inside):
    engine = {"policy": {"allow": ["127.0.0.0/8"]}, "store": {"path": f"{inside}/store"}}
    return f"""
[general]
engine = {json.dumps(engine)}
speech_command = {case.SPEECH.replace("RUN", inside)}
sounds = {inside}/sounds
number = PJSIP/sipp/sip:%s@127.0.0.1
sip_uri = PJSIP/sipp/%s
user = Local/%s@default
"""


def set_up(module, root, url):
    asterisk = switch.Asterisk(root, {})
    asterisk.add_module(module)
    (asterisk.home / "sounds").mkdir()
    case.write_sound(asterisk.home / "sounds/welcome.wav", 0.5)
    begin = f"Pivot({url}/begin"
    dialplan = case.dialplan(url, twiml=f"{begin},t)", flow=f"{begin})", action="Pivot()")
    asterisk.write("extensions.conf", dialplan + DIALPLAN.replace("WEB", url))
    asterisk.write("pivot.conf", pivot_conf(asterisk.inside))
    return asterisk


class ModuleCase(Case):
    def setUp(self):
        super().setUp()
        shutil.rmtree(self.asterisk.home / "spool/pivot/speech")
        (self.asterisk.home / "spool/pivot/speech").mkdir()

    def warnings(self):
        return self.log()

    def calls_that(self, what):
        return self.asterisk.cli("pivot show calls").count(f" {what} ")

    def path_of(self, recording_url):
        return str(self.asterisk.root) + recording_url.removeprefix("file://")

    def keep_recordings(self):
        path = self.asterisk.home / "etc/pivot.conf"
        settings = path.read_text()
        keeping = '{"session": {"keeps_recordings": true}, '
        path.write_text(settings.replace("engine = {", f"engine = {keeping}"))
        self.addCleanup(self.asterisk.cli, "pivot reload")
        self.addCleanup(path.write_text, settings)  # which comes first
        self.asterisk.cli("pivot reload")
        return self.asterisk.home / "spool/pivot/media/recordings"

    def wait_until_idle(self):
        super().wait_until_idle()
        self.wait_until(lambda: self.use_count() == 0, "a call is left")

    def use_count(self):
        words = self.asterisk.cli("module show like app_pivot").split()
        return int(words[words.index("servers") + 1])


class Prompts(cases.Prompts, ModuleCase):
    def test_with_the_option_h_the_end_of_the_document_hangs_up(self):
        self.answer("/begin", "<Say>Good day.</Say>")
        self.call(callers.ANSWER, callers.BE_HUNG_UP, to="ends").end()
        self.assertNotIn("AFTER", self.log())

    def test_a_flow_plays_a_sound_of_the_operators_folder(self):
        self.answer_with_flow("play", {"id": "welcome"})
        self.call(callers.ANSWER, callers.BE_HUNG_UP, to="flow")
        self.wait_for_log("sounds/welcome.slin'")

    def test_variables_of_the_dialplan_are_told(self):
        self.answer_with_flow("answer", {})
        self.call(callers.ANSWER, callers.BE_HUNG_UP, to="flow")
        form, _ = self.web.wait_for("/begin")
        self.assertIn("dark", "".join(form.values()))


class Refusals(cases.Refusals, ModuleCase):
    pass


class Recordings(cases.Recordings, ModuleCase):
    def test_a_recording_that_is_not_uploaded_says_so(self):
        form = self.record('maxLength="1" recordingUrl="http://127.0.0.1:9/"')
        self.wait_for_log("is not uploaded to its URL")
        self.assertNotIn("http", form["RecordingUrl"])


class Dials(cases.Dials, ModuleCase):
    pass


class Referrals(cases.Referrals, ModuleCase):
    pass


class Transfers(cases.Transfers, ModuleCase):
    def test_asterisk_may_send_the_caller_elsewhere(self):
        stages = {
            '<Gather timeout="30"/>': self.wait_until_answered,
            "<Dial><Client>longer</Client></Dial>": lambda: self.wait_while_it("talks"),
            "<Dial><Conference>away</Conference></Dial>": lambda: self.wait_while_it("plays"),
        }
        for text, wait_until_there in stages.items():
            with self.subTest(text):
                self.answer("/begin", text)
                self.call(callers.ANSWER, callers.BE_HUNG_UP)
                wait_until_there()
                words = self.asterisk.cli("pivot show calls").split()
                channel = next(word for word in words if word.startswith("PJSIP/"))
                self.asterisk.cli(f"channel redirect {channel} default,local,1")
                self.end_calls()
        self.assertEqual(self.log().count("Executing [local@default:1]"), len(stages))


class Parking(ModuleCase):
    @classmethod
    def setUpClass(cls):
        """Asterisk 22 does not survive unloading it, so a case without it comes before."""
        Place.asterisk.cli("module load res_parking.so")

    def park(self, slot, to="flow"):
        self.answer_with_flow("park", {"slot": slot}, _=NOT_PARKED)
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
        self.assertNotIn("/cdr", self.asked())
        parked.end()
        self.web.wait_for("/cdr")
        self.assertNotIn("AFTER", self.log())

    def test_a_parked_caller_may_hang_up(self):
        self.answer_with_flow("park", {"slot": "701"}, _=NOT_PARKED)
        caller = self.call(callers.ANSWER, callers.WAIT_FOR_TEST, callers.BYE, to="flow")
        self.wait_for_log("in 'default' at space 701")
        caller.go_on()
        caller.end()

    def test_a_parked_caller_whom_nobody_fetches_goes_where_asterisk_says(self):
        self.park("", to="brief").end()
        self.wait_for_log("COMEBACK 750 MOVED")

    def test_parking_in_an_invalid_slot_fails_and_the_call_goes_on(self):
        self.park("garage").end()
        self.wait_for_log("the slot is not a number")
        self.assertEqual(self.said(), ["Not parked."])


class HangUps(cases.HangUps, ModuleCase):
    pass


class Rooms(cases.Rooms, ModuleCase):
    pass


class Failures(cases.Failures, ModuleCase):
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
        self.answer_with_flow("park", {"slot": "701"}, _=NOT_PARKED)
        self.call(callers.ANSWER, callers.BE_HUNG_UP, to="flow").end()
        self.wait_for_log("res_parking is not loaded")
        self.assertEqual(self.said(), ["Not parked."])

    def test_the_module_is_not_unloaded_during_a_call(self):
        self.answer("/begin", '<Gather timeout="30"/>')
        caller = self.call(callers.ANSWER, callers.WAIT_FOR_TEST, callers.BYE, to="ends")
        self.wait_until(lambda: self.use_count() > 0, "no call began")
        self.asterisk.cli("module unload app_pivot.so")
        self.assertIn("app_pivot.so", self.asterisk.cli("module show like app_pivot"))
        caller.go_on()
        caller.end()
        self.wait_until(lambda: self.use_count() == 0, "a call is left")
        self.assertIn("Unloaded", self.asterisk.cli("module unload app_pivot.so"))
        self.assertIn("Loaded", self.asterisk.cli("module load app_pivot.so"))
        self.answer("/begin", "<Reject/>")
        self.call(callers.refused(503)).end()


class Console(ModuleCase):
    def test_the_console_shows_calls_and_metrics(self):
        self.answer("/begin", '<Gather timeout="600"/>')
        caller = self.call(callers.ANSWER, callers.WAIT_FOR_TEST, callers.BYE)
        self.wait_until(lambda: "1 calls" in self.asterisk.cli("pivot show calls"), "no call")
        self.assertIn(f"{self.web.url}/begin", self.asterisk.cli("pivot show calls"))
        self.assertIn("# TYPE pivot_", self.asterisk.cli("pivot show metrics"))
        caller.go_on()

    def test_settings_change_while_a_call_goes_on(self):
        path = self.asterisk.home / "etc/pivot.conf"
        settings = path.read_text()
        self.addCleanup(path.write_text, settings)
        self.answer("/begin", '<Gather numDigits="1" action="/got" timeout="600"/>')
        self.answer("/got", "<Say>Old.</Say>")
        caller = self.call(*callers.press_when_told("5"))
        self.wait_until(lambda: "1 calls" in self.asterisk.cli("pivot show calls"), "no call")
        path.write_text(settings + "nonsense = 1\n")
        self.assertIn("keeps its settings", self.asterisk.cli("pivot reload"))
        self.wait_for_log("there is no setting nonsense")
        path.write_text(settings.replace('{"policy"', '{"reactors": 7, "policy"'))
        self.assertIn("keeps its settings", self.asterisk.cli("pivot reload"))
        self.wait_for_log("reactors")
        path.write_text(settings.replace("speech_command =", "speech_command = false;"))
        self.assertIn("has the new settings", self.asterisk.cli("pivot reload"))
        caller.go_on()
        self.wait_until(lambda: self.said() == ["Old."], "the call lost its settings")
        path.write_text(settings)
        self.assertIn("has the new settings", self.asterisk.cli("pivot reload"))


class Records(cases.Records, ModuleCase):
    pass


class Crowd(cases.Crowd, ModuleCase):
    pass


if __name__ == "__main__":
    module, folder, *names = sys.argv[1:]
    case.main(folder, lambda root, url: set_up(module, root, url), names)
