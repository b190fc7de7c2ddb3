"""docs/first-application.md does what it says: its files are written, and its commands run and compared.

Arguments: the program, and the page. Ids, ports and milliseconds differ each time; `…` stands for
any text, and alone on a line for any lines.
"""

import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time
import unittest

from ports import reserve_port

PIVOT, PAGE = None, None

# The text before a block, the language and the block.
BLOCK = re.compile(r"(.*?)^```(\w*)\n(.*?)^```\n", re.MULTILINE | re.DOTALL)


def pattern_of(line):
    line = re.escape(line).replace("…", ".*")
    line = re.sub(r"CA[0-9a-f]{32}", "CA[0-9a-f]{32}", line)
    return re.sub(r"\d+\\ ms", r"\\d+ ms", line)


class FirstApplication(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.addCleanup(self.stop)
        self.server = None
        self.port = reserve_port()
        self.path = os.path.dirname(os.path.abspath(PIVOT)) + ":" + os.environ["PATH"]

    def stop(self):
        if self.server is not None:
            self.server.terminate()
            self.server.wait()
            self.server = None

    def start(self):
        self.stop()
        self.server = subprocess.Popen(
            [sys.executable, "app.py"], cwd=self.folder.name, stderr=subprocess.DEVNULL
        )
        end = time.monotonic() + 60  # a bound that only a failing test reaches
        while time.monotonic() < end:
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        self.fail("app.py does not listen")

    def write(self, name, text):
        file = pathlib.Path(self.folder.name, name)
        text = text.replace("8080", str(self.port))
        if (
            name == "app.py" and file.exists()
        ):  # what is added takes the place of the last such line
            text = re.sub(r"^PAGES = .*\n", lambda _: text, file.read_text(), flags=re.MULTILINE)
        file.write_text(text)
        if name == "app.py":
            self.start()

    def run_shell(self, command):
        return subprocess.run(
            command.replace("8080", str(self.port)),
            shell=True,
            cwd=self.folder.name,
            text=True,
            env={**os.environ, "PATH": self.path},
            capture_output=True,
            timeout=60,
            check=False,
        )

    def compare(self, block, status):
        command, *expected = block.splitlines()
        done = self.run_shell(command.removeprefix("$ "))
        self.assertEqual(done.returncode, status, f"{command}\n{done.stdout}{done.stderr}")
        lines = done.stdout.replace(str(self.port), "8080").splitlines()
        wanted = "\n".join(".*" if line == "…" else pattern_of(line) for line in expected)
        self.assertRegex("\n".join(lines), re.compile(f"^{wanted}$", re.DOTALL), command)

    def test_the_page_is_true(self):
        blocks = list(BLOCK.finditer(PAGE))
        ran = 0
        for number, block in enumerate(blocks):
            before, language, text = block.groups()
            after = blocks[number + 1].group(1) if number + 1 < len(blocks) else ""
            if "Stop the server" in before:
                self.stop()
            if language == "console":
                self.compare(text, 1 if "The status is 1" in after else 0)
                ran += 1
            elif "for script" in text:
                self.start()
                self.assertEqual(self.run_shell(text).returncode, 0)
                ran += 1
            elif language != "sh":
                self.write(re.findall(r"`(\w+\.\w+)`", before)[-1], text)
        self.assertEqual(ran, 7)


if __name__ == "__main__":
    PIVOT, PAGE = sys.argv[1], pathlib.Path(sys.argv[2]).read_text(encoding="utf-8")
    unittest.main(argv=sys.argv[:1])
