"""What tests with `pivot serve` beside a real Asterisk share."""

import pathlib
import sys

sys.path.append(str(pathlib.Path(__file__).parent.parent.parent / "tools"))

import case
import switch
from running import Running

TOML = """
drain_timeout_s = 20
policy.allow = ["127.0.0.0/8"]
media.path = "HOME/media"
media.speech_command = ["/bin/sh", "-c", '''PIVOT_TEXT=$1 PIVOT_FILE=$2; SPEECH''', "sh", "{text_file}", "{file}"]
media.conversion_command = []
store.path = "HOME/store"
[asterisk]
url = "ARI"
password = "secret"
media_path = "INSIDE/media"
dial.number = "PJSIP/sipp/sip:{number}@127.0.0.1"
dial.sip_uri = "PJSIP/sipp/{uri}"
dial.user = "Local/{user}@default"
park = "700@parkedcalls"
[actions.twiml]
voice_url = "WEB/begin"
req_format = "twiml"
"""
CONNECTED = "info Asterisk at .* is connected"


def set_up(root, url, dialplan=""):
    """An Asterisk that hands calls to `pivot serve`."""
    asterisk = switch.Asterisk(root, switch.ARI_CONFIG, switch.ARI_MODULES)
    shared = case.dialplan(
        url, twiml="Stasis(pivot,twiml)", flow=f"Stasis(pivot,{url}/begin)", action="Stasis(pivot)"
    )
    asterisk.write("extensions.conf", shared + dialplan)
    return asterisk


def toml(asterisk, url):
    home = str(asterisk.home)
    text = TOML.replace("SPEECH", case.SPEECH.replace("RUN", home)).replace("HOME", home)
    text = text.replace("INSIDE", asterisk.inside).replace("WEB", url)
    return text.replace("ARI", switch.ARI_URL)


def start(program, asterisk, text, level="debug"):
    path = asterisk.home / "pivot.toml"
    path.write_text(text)
    return Running(program, "--config", str(path), "--log-level", level)
