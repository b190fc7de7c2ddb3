"""The manual pages and the completion. The arguments are the program, the completion, the page of the
settings, and the others."""

import os
import pathlib
import re
import shutil
import subprocess
import sys

import command_line

COMPLETION, SETTINGS_PAGE, *PAGES = sys.argv[2:]
del sys.argv[2:]
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.append(str(ROOT / "tools/manual"))

import settings_page

READERS = ["src/engine/config.cpp", *(ROOT / "tools/pivot/serve/settings").glob("*settings.cpp")]
READ = r"\w\.(?:text|texts|text_map|number|flag|choice|members|elements)\(\s*\"(\w+)\""

COMPLETE = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_pivot
printf '%s\\n' "${COMPREPLY[@]}"
"""


def command_of(page):
    """The arguments that the page is about."""
    return os.path.basename(page).split(".")[0].split("-")[1:]


class Manual(command_line.CommandLine):
    def text_of(self, page):
        if shutil.which("man") is None or shutil.which("groff") is None:
            self.skipTest("man is missing (Debian's man-db and groff-base)")
        shown = subprocess.run(
            ["man", "--warnings", "--local-file", page],
            capture_output=True,
            text=True,
            timeout=60,
            env={**os.environ, "MANWIDTH": "1000", "LC_ALL": "C.UTF-8", "MANROFFOPT": ""},
        )
        self.assertEqual((shown.returncode, shown.stderr), (0, ""), page)
        return re.sub(r".\x08", "", shown.stdout)

    def help_of(self, command):
        return self.pivot(*command, "--help").stdout

    def options_of(self, text):
        return set(re.findall(r"^ +(?:-h,)?(--[\w-]+)", text, re.MULTILINE))

    def commands(self):
        table = self.help_of([]).split("\nSubcommands:\n")[1]
        return re.findall(r"^  ([a-z]+) ", table, re.MULTILINE)

    def test_each_command_has_a_page(self):
        documented = [command_of(page) for page in PAGES]
        self.assertCountEqual(documented, [[]] + [[command] for command in self.commands()])

    def test_a_page_has_all_options_and_no_warnings(self):
        for page in PAGES:
            with self.subTest(page):
                text, help_text = self.text_of(page), self.help_of(command_of(page))
                self.assertIn("NAME", text)
                self.assertIn(help_text.split("Usage: ")[1].split("\n")[0], text)
                self.assertEqual(self.options_of(text), self.options_of(help_text))
                if "Exit status:" in help_text:
                    self.assertIn("EXIT STATUS", text)

    def settings(self):
        found = settings_page.all_settings(ROOT / "docs")
        return [name for setting in found for name in setting.names]

    def test_the_page_of_the_settings_has_each_with_its_type(self):
        text = self.text_of(SETTINGS_PAGE)
        self.assertGreater(len(self.settings()), 100)
        for name in self.settings():
            self.assertRegex(text, rf"\b{name}\b.* \((string|integer|boolean|array|table)[;)]")

    def test_each_setting_that_is_read_is_on_the_page(self):
        listed = {part for name in self.settings() for part in name.split(".")}
        for path in READERS:
            for name in re.findall(READ, (ROOT / path).read_text(encoding="utf-8")):
                self.assertIn(name, listed, path)

    def test_each_setting_of_the_page_is_one(self):
        """None of them may have this value, and none may be unknown."""
        lines = {True: ["[[kazoo]]"], False: []}
        for name in self.settings():
            is_kazoo = name.startswith("kazoo.")
            lines[is_kazoo].append(f"{name.removeprefix('kazoo.')} = -1.5")
        toml = self.file("\n".join(lines[False] + lines[True]) + "\n", "wrong.toml")
        refused = self.pivot("serve", "--check", "--offline", "--config", toml)
        self.assertEqual(refused.returncode, 2)
        self.assertNotIn("is not a setting", refused.stderr)
        self.assertGreater(len(refused.stderr.splitlines()), 90, refused.stderr)

    def test_mandoc_finds_no_mistake(self):
        if shutil.which("mandoc") is None:
            self.skipTest("mandoc is missing (Debian's mandoc)")
        judged = subprocess.run(
            ["mandoc", "-T", "lint", "-W", "error", SETTINGS_PAGE, *PAGES],
            capture_output=True,
            text=True,
            timeout=60,
        )
        self.assertEqual((judged.returncode, judged.stdout), (0, ""))

    def complete(self, *words):
        if shutil.which("bash") is None:
            self.skipTest("bash is missing")
        completed = subprocess.run(
            ["bash", "-c", COMPLETE, "bash", COMPLETION, "pivot", *words],
            capture_output=True,
            text=True,
            timeout=60,
        )
        self.assertEqual(completed.stderr, "")
        return completed.stdout.split()

    def test_bash_completes_commands_and_options(self):
        self.assertEqual(self.complete("ser"), ["serve"])
        self.assertCountEqual(self.complete(""), [*self.commands(), "--help", "--version"])
        self.assertEqual(self.complete("serve", "--log-l"), ["--log-level"])
        self.assertEqual(self.complete("serve", "--config", "x"), [])


if __name__ == "__main__":
    command_line.main()
