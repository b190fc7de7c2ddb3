"""What the command line prints, whatever it reads and wherever it prints. The argument is the program."""

import json
import os
import subprocess

from command_line import CommandLine, main

# Commands to a terminal, a line of its own, C1, and a mark that turns the writing.
HOSTILE = "\x1b[2J\x1b[32m\r\nforged.json: valid\x9b31m\u202e\x7f"


def commands(text):
    """The characters of `text` that a terminal would obey, or that end a line early."""
    return [
        sign
        for sign in text.replace("\n", "")
        if sign < " " or "\x7f" <= sign < "\xa0" or sign in "\u2028\u2029\u202e\u2066\u061c"
    ]


class Harmless(CommandLine):
    def assert_harmless(self, ended, status, lines):
        self.assertEqual(ended.returncode, status, ended.stdout + ended.stderr)
        text = ended.stdout + ended.stderr
        self.assertEqual(commands(text), [], text)
        self.assertEqual(text.count("\n"), lines, text)
        self.assertIn("\\u001b[2J", text)
        self.assertIn("\\u202e", text)

    def test_check_shows_keys_and_values_as_escapes(self):
        key = self.file({"module": "menu", "data": {}, "children": {HOSTILE: {"module": 5}}}, "key.json")
        self.assert_harmless(self.pivot("check", key), 1, 1)
        value = self.file({"module": "response", "data": {"code": HOSTILE}}, "value.json")
        self.assert_harmless(self.pivot("check", value), 1, 1)
        action = self.file({"voice_url": HOSTILE, HOSTILE: 1}, "action.json")
        self.assertEqual(commands(self.pivot("check", action).stdout), [])

    def test_keys_of_the_operators_own_files_are_escaped_on_standard_error(self):
        action = self.file({"voice_url": self.url("/flow")}, "action.json")
        config = self.file({HOSTILE: 1}, "config.json")
        self.assert_harmless(self.pivot("run", "--config", config, action), 2, 1)
        directory = self.file({"devices": {HOSTILE: 7}}, "directory.json")
        self.assert_harmless(self.pivot("simulate", "--directory", directory, action), 2, 1)

    def test_names_of_files_are_escaped(self):
        for arguments in (["run", HOSTILE], ["check", HOSTILE], ["simulate", HOSTILE], [HOSTILE]):
            with self.subTest(arguments=arguments):
                self.assert_harmless(self.pivot(*arguments), 2, 1)
        self.assert_harmless(self.pivot("load", "--url", HOSTILE), 2, 1)

    def test_an_outcome_is_json_that_commands_nothing(self):
        action = self.file({"module": "pivot", "data": {"voice_url": "x"}, "children": {"_": {"module": HOSTILE}}})
        ended = self.pivot("run", action)
        self.assert_harmless(ended, 1, 1)
        self.assertEqual(json.loads(ended.stdout)["next"]["module"], HOSTILE)

    def test_what_people_write_stays(self):
        path = self.file({"module": "Zoë €"})
        self.assertIn("Zoë €", self.pivot("check", path).stdout)


class Unwritable(CommandLine):
    FULL = "No space left on device"

    def setUp(self):
        super().setUp()
        self.action = self.file({"voice_url": self.url("/flow")}, "action.json")
        self.broken = self.file({"module": "plya"}, "broken.json")
        self.warning = self.file("<Response><Foobar/></Response>", "warning.xml")
        self.commands = (
            ["run", "--allow", "127.0.0.1", "--pretty", self.action],
            ["check", self.broken],
            ["check", self.warning],
            ["simulate", "--allow", "127.0.0.1", self.action],
            ["simulate", "--json", "--allow", "127.0.0.1", self.action],
            ["load", "--allow", "127.0.0.1", "--count", "1", "--url", self.url("/flow")],
            ["--version"],
            ["--help"],
            ["check", "--help"],
        )

    def test_a_standard_output_that_is_full_is_said(self):
        for arguments in self.commands:
            with self.subTest(arguments=arguments), open("/dev/full", "w") as full:
                ended = subprocess.run(
                    [self.program, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60
                )
                self.assertEqual(ended.returncode, 2, ended.stderr)
                self.assertIn(f"standard output: {self.FULL}\n", ended.stderr)
                self.assertEqual(ended.stderr.count("\n"), 1, ended.stderr)

    def test_a_standard_output_that_is_closed_is_said(self):
        for arguments in self.commands:
            with self.subTest(arguments=arguments):
                ended = subprocess.run(
                    [self.program, *arguments],
                    preexec_fn=lambda: os.close(1),
                    stderr=subprocess.PIPE,
                    text=True,
                    timeout=60,
                )
                self.assertEqual(ended.returncode, 2, ended.stderr)
                self.assertIn("standard output: Bad file descriptor\n", ended.stderr)

    def test_a_reader_who_has_gone_is_said(self):
        for arguments in self.commands:
            with self.subTest(arguments=arguments):
                reader, writer = os.pipe()
                os.close(reader)
                ended = subprocess.run(
                    [self.program, *arguments], stdout=writer, stderr=subprocess.PIPE, text=True, timeout=60
                )
                os.close(writer)
                self.assertEqual(ended.returncode, 2, ended.stderr)
                self.assertIn("standard output: Broken pipe\n", ended.stderr)

    def test_a_standard_error_that_cannot_be_written_changes_no_status(self):
        for arguments, status in (
            (["run", "/nonexistent"], 2),
            (["check", "/nonexistent"], 2),
            (["simulate", "/nonexistent"], 2),
            (["load", "--url", "ftp://h/"], 2),
            (["nonsense"], 2),
            (["simulate", self.action], 1),  # blocked: the branch is not expected
        ):
            with self.subTest(arguments=arguments), open("/dev/full", "w") as full:
                ended = subprocess.run([self.program, *arguments], stdout=full, stderr=full, timeout=60)
                self.assertEqual(ended.returncode, 2)
                ended = subprocess.run(
                    [self.program, *arguments], stdout=subprocess.DEVNULL, stderr=full, timeout=60
                )
                self.assertEqual(ended.returncode, status)
                ended = subprocess.run(
                    [self.program, *arguments],
                    stdout=subprocess.DEVNULL,
                    preexec_fn=lambda: os.close(2),
                    timeout=60,
                )
                self.assertEqual(ended.returncode, status)


class Unreadable(CommandLine):
    def test_a_standard_input_that_is_closed_is_said(self):
        for command in ("run", "check", "simulate"):
            with self.subTest(command=command):
                ended = subprocess.run(
                    [self.program, command, "-"],
                    preexec_fn=lambda: os.close(0),
                    capture_output=True,
                    text=True,
                    timeout=60,
                )
                self.assert_usage_error(ended, "standard input: Bad file descriptor")

    def test_a_file_without_end_is_refused(self):
        self.assert_usage_error(self.pivot("check", "/dev/zero"), "/dev/zero: larger than 256 MiB")


if __name__ == "__main__":
    main()
