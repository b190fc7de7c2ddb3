"""What callers of a real Asterisk hear of `pivot serve`: serve_asterisk_sounds_test.py PIVOT FOLDER [CASE…]

As serve_asterisk_test.py.
"""

import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "asterisk"))

import callers
import case
from case import Place
from serve_case import ServeCase, set_up

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



if __name__ == "__main__":
    ServeCase.program, folder, *names = sys.argv[1:]
    case.main(folder, set_up, names)
