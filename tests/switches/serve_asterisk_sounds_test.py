"""What callers of a real Asterisk hear of `pivot serve`: serve_asterisk_sounds_test.py PIVOT FOLDER [CASE…]

As serve_asterisk_test.py.
"""

import json
import pathlib
import re
import signal
import socket
import sys
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).parent / "asterisk"))

import callers
import case
from beside import CONNECTED
from case import Place
from serve_case import ServeCase, set_up

FETCHED_FROM = "http://127.0.0.1:8095"

# In the place of sox: a WAV file of the rate that is asked for.
CONVERSION = """
import sys, wave
source, rate, output = sys.argv[1], int(sys.argv[2]), sys.argv[3]
with wave.open(source) as sound, open(output, "wb") as file, wave.open(file) as made:
    made.setparams(sound.getparams())
    made.setframerate(rate)
    for _ in range(sound.getnframes()):
        made.writeframes(sound.readframes(1) * (rate // sound.getframerate()))
"""


def with_conversion(toml, home):
    command = ["/usr/bin/python3", f"{home}/convert.py", "{file}", "{rate}", "{output}"]
    return toml.replace("conversion_command = []", f"conversion_command = {json.dumps(command)}")


def fetched(toml):
    """For an Asterisk that fetches sounds."""
    address = FETCHED_FROM.removeprefix("http://")
    return re.sub("media_path = .*", f'media_listen = "{address}"', toml)


class Converted(ServeCase):
    """Sounds in the form that the caller hears best."""

    def setUp(self):
        (Place.asterisk.home / "convert.py").write_text(CONVERSION)
        super().setUp()

    def start(self, toml=""):
        super().start(toml or with_conversion(self.toml, self.asterisk.home))

    def hear(self, offer):
        """The file that Asterisk says it plays."""
        begins = len(self.log())
        self.answer("/begin", "<Say>Good day.</Say>")
        self.call(callers.ANSWER, callers.BE_HUNG_UP, to="heard", offer=offer).end()
        self.wait_until_idle()
        heard = self.asterisk.home / "spool/monitor/heard.wav"
        self.assertGreater(case.loudest(heard), 1000)
        return re.search(r"Playing '(\S+)'", self.log()[begins:])[1]

    def test_a_caller_with_wideband_audio_hears_16_khz_and_another_8_khz(self):
        self.assertRegex(self.hear(callers.G722_OFFER), r"/media/pivot-\d+\.slin16$")
        self.assertRegex(self.hear(callers.OFFER), r"/media/pivot-\d+\.slin$")
        self.assertEqual(self.said(), 2 * ["Good day."])
        self.assertRegex(self.hear(callers.G722_OFFER), r"/media/pivot-\d+\.slin16$")
        self.assertEqual(self.said(), 2 * ["Good day."])
        self.assertNotIn("warning call_id", self.warnings())


class Fetched(ServeCase):
    """An Asterisk that sees no folder of ours fetches what it plays."""

    def setUp(self):
        (Place.asterisk.home / "convert.py").write_text(CONVERSION)
        super().setUp()

    def start(self, toml=""):
        toml = toml or with_conversion(self.toml, self.asterisk.home)
        super().start(fetched(toml))

    def played(self):
        return re.findall(r"Playing '(http://\S+?)\.slin", self.log())

    def status(self, url, method="GET", **headers):
        request = urllib.request.Request(url, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    def test_callers_hear_what_asterisk_fetches(self):
        self.answer("/begin", "<Say>Good day.</Say>")
        for offer, ending in ((callers.OFFER, "wav"), (callers.G722_OFFER, "wav16")):
            self.call(callers.ANSWER, callers.BE_HUNG_UP, to="heard", offer=offer).end()
            self.wait_until_idle()
            self.assertRegex(self.played()[-1], rf"^{FETCHED_FROM}/sounds/\w{{32}}/pivot-\d+\.{ending}$")
            heard = self.asterisk.home / "spool/monitor/heard.wav"
            self.assertGreater(case.loudest(heard), 1000)
        self.assertNotIn("warning call_id", self.warnings())

    def test_a_sound_is_served_while_it_is_played_and_to_whoever_knows_its_url(self):
        self.answer("/begin", '<Gather numDigits="1"><Say>A long menu.</Say></Gather>')
        caller = self.call(*callers.press_when_told("5"))
        self.wait_until(self.played, "nothing is played")
        url = self.played()[0]
        tag = url.split("/")[-2]
        self.assertEqual(self.status(url), 200)
        self.assertEqual(self.status(url, "HEAD"), 200)
        self.assertEqual(self.status(url, "HEAD", **{"If-None-Match": f'"{tag}"'}), 304)
        self.assertEqual(self.status(url, "POST"), 405)
        self.assertEqual(self.status(url.replace(tag, "0" * 32)), 404)
        self.assertEqual(self.status(url.replace(tag + "/", "")), 404)
        self.assertEqual(self.status(f"{FETCHED_FROM}/"), 404)
        caller.go_on()
        caller.end()
        self.wait_until_idle()
        self.wait_until(lambda: self.status(url) == 404, "the sound is still served")

    def test_many_who_hear_a_sound_for_the_first_time_at_once_all_hear_it(self):
        self.answer("/begin", "<Say>Welcome.</Say>")
        self.call(callers.ANSWER, callers.BE_HUNG_UP, count=30).end()
        self.wait_until_idle()
        self.assertEqual(len(set(self.played())), 1)
        self.assertGreaterEqual(len(self.played()), 30)
        self.assertNotIn("warning call_id", self.warnings())

    def test_why_it_cannot_be_fetched_is_told(self):
        self.serve.signal(signal.SIGTERM)
        self.assertEqual(self.serve.end(), 0)
        self.start(self.toml.replace("[asterisk]", '[asterisk]\nmedia_url = "http://127.0.0.1:1"'))
        self.serve.wait_for(CONNECTED)
        self.answer("/begin", "<Say>Good day.</Say>")
        self.call(callers.ANSWER, callers.BE_HUNG_UP).end()
        self.wait_for_warning("it does not reach asterisk.media_url")


class Checks(ServeCase):
    """What `--check` finds out of an Asterisk that fetches sounds."""

    def setUp(self):
        super().setUp()
        self.toml = fetched(self.toml)

    def test_asterisk_fetches_and_plays_a_file(self):
        self.assertEqual(self.check(), (0, "the configuration is valid\n"))
        status, said = self.check(("[asterisk]", '[asterisk]\nmedia_url = "http://127.0.0.1:1"'))
        self.assertEqual(status, 2)
        self.assertRegex(said, r"it cannot fetch and play http://127.0.0.1:1/sounds/.*\.wav: ")

    def test_where_asterisk_fetches_from_a_running_pivot_it_is_said(self):
        with socket.create_server(("127.0.0.1", 8095)):
            status, said = self.check()
        self.assertEqual(status, 0)
        self.assertRegex(said, r"could not be tried: asterisk.media_listen: .*8095: another process")


if __name__ == "__main__":
    ServeCase.program, folder, *names = sys.argv[1:]
    case.main(folder, set_up, names)
