#!/usr/bin/env python3
"""One call to a real Asterisk: python3 asterisk_call.py PIVOT FOLDER WAV

Asterisk is installed in FOLDER, once, and runs in a network of its own, with `pivot serve` and
voice_app.py beside it. A SIP caller (sipp) presses keys and leaves a message, which WAV keeps.
"""

import pathlib
import re
import shutil
import signal
import subprocess
import sys
import textwrap
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent.parent / "tests/switches/asterisk"))

import callers
import network
import switch

DIALPLAN = """\
[default]
exten => 700,1,Stasis(pivot)
 same => n,Hangup()
"""
TOML = """\
default = "menu"

[actions.menu]
voice_url = "http://127.0.0.1:PORT/menu"
method = "post"
req_format = "twiml"

[asterisk]
url = "http://127.0.0.1:8188"
password = "secret"
media_path = "INSIDE/media"

[policy]
allow = ["127.0.0.1"]  # the voice application's

[media]
path = "HOME/media"
"""
MESSAGE = "Hello, this is Alice. Please call me back tomorrow morning."
STORY = re.compile(r"^\S+ \w+ call_id=\S+ (.*)$")


def step(text):
    print(f"== {text}", flush=True)


def show(title, text):
    step(title)
    print(textwrap.indent(text, "   "), flush=True)


def lines_of(path):
    """Reads what a log has so far; a line that is not whole yet comes later."""
    return lambda: path.read_text().split("\n")[:-1]


def about_a_call(line):
    match = STORY.match(line)
    return match and match[1]


class Demo:
    def __init__(self, pivot, folder):
        self.pivot = pivot
        self.asterisk = switch.Asterisk(
            network.installed(folder),
            {**switch.ARI_CONFIG, "extensions.conf": DIALPLAN},
            switch.ARI_MODULES,
        )
        self.home = self.asterisk.home
        self.processes = []
        self.party = None

    def run(self):
        step("Asterisk starts, in a network of its own")
        self.asterisk.start()
        show("its dialplan hands calls for 700 to Pivot", DIALPLAN)
        port = self.start_application()
        step(f"a voice application answers on http://127.0.0.1:{port} (tools/demo/voice_app.py)")
        self.start_serve(port)
        self.make_call()

    def start_application(self):
        app = [sys.executable, str(HERE / "voice_app.py"), "--port", "0"]
        process = subprocess.Popen(
            app, stdout=subprocess.PIPE, stderr=open(self.home / "app.log", "w"), text=True
        )
        self.processes.append(process)
        return process.stdout.readline().strip()

    def start_serve(self, port):
        config = self.home / "pivot.toml"
        toml = TOML.replace("PORT", port).replace("HOME", str(self.home))
        config.write_text(toml.replace("INSIDE", self.asterisk.inside))
        show("pivot serve --config pivot.toml --log-level debug", config.read_text())
        log = self.home / "serve.log"
        command = [self.pivot, "serve", "--config", str(config), "--log-level", "debug"]
        process = subprocess.Popen(command, stderr=open(log, "w"))
        self.processes.append(process)
        for _ in range(300):
            if "is connected" in log.read_text():
                return
            if process.poll() is not None:
                break
            time.sleep(0.1)
        raise RuntimeError(f"pivot serve does not reach Asterisk:\n{log.read_text()}")

    def make_call(self):
        self.party = callers.Caller(
            "700",
            callers.tell("calls 700"),
            callers.ANSWER,
            callers.wait(3000),
            callers.tell("presses 2, before the menu is over"),
            callers.press("2"),
            callers.wait(4000),
            callers.tell(f"says: {MESSAGE}"),
            callers.send_sound(self.message()),
            callers.wait(5000),
            callers.tell("presses #"),
            callers.press("#"),
            callers.BE_HUNG_UP,
            callers.tell("hears that the line is dead"),
        )
        self.tell_story()
        self.party.end()

    def message(self):
        """What the caller says, as a telephone sends it."""
        wav, sound = self.home / "message.wav", self.home / "message.al"
        subprocess.run(["espeak-ng", "-w", str(wav), MESSAGE], check=True)
        telephone = ["-r", "8000", "-c", "1", "-t", "al", str(sound)]
        subprocess.run(["sox", "-q", str(wav), *telephone], check=True)
        return sound

    def tell_story(self):
        """What the caller, Pivot and the application do, line by line, until the call is over."""
        began = time.monotonic()
        sources = [
            ("CALLER", self.party.notes, lambda line: line),
            ("PIVOT", lines_of(self.home / "serve.log"), about_a_call),
            ("WEB", lines_of(self.home / "app.log"), lambda line: line.removeprefix("voice_app: ")),
        ]
        told = [len(read()) for _, read, _ in sources]
        is_over = False
        while not is_over:
            is_over = self.party.process.poll() is not None
            time.sleep(0.02)
            at = f"{time.monotonic() - began:5.1f} s"
            for i, (who, read, shown) in enumerate(sources):
                lines = read()
                for line in filter(None, map(shown, lines[told[i] :])):
                    print(f"{at}  {who:6}  {line}", flush=True)
                told[i] = len(lines)

    def keep_recording(self, wav):
        recordings = list((self.home / "media/recordings").glob("*.wav"))
        if len(recordings) != 1:
            raise RuntimeError(f"there are {len(recordings)} recordings, not one")
        shutil.copy(recordings[0], wav)

    def stop(self):
        if self.party:
            self.party.kill()
        for process in reversed(self.processes):
            process.terminate()
            process.wait()
        self.asterisk.remove()


def main(pivot, folder, wav):
    try:
        network.enter(folder)
    except switch.Missing as missing:
        sys.exit(f"quickstart: Asterisk cannot run here: {missing}")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit("quickstart: interrupted"))
    demo = Demo(pivot, folder)
    try:
        demo.run()
        demo.keep_recording(wav)
    except (AssertionError, RuntimeError) as error:
        sys.exit(f"quickstart: the call has failed: {error}")
    finally:
        demo.stop()
    print()
    step(f"the message is in {wav}: play it with `aplay {wav}`")


if __name__ == "__main__":
    main(*sys.argv[1:])
