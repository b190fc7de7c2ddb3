"""Every subcommand under small limits on descriptors, and with each kind of wrong input.

The argument is the program.
"""

import json
import os
import resource
import subprocess

from command_line import FLOW, CommandLine, main

# Soft and hard. From 4096 up everything has to work; below, it works or a sentence says what to raise.
LIMITS = (
    (64, 64),
    (64, 256),
    (128, 128),
    (256, 1_024),
    (1_024, 1_024),
    (1_024, 4_096),
    (2_048, 2_048),
    (64, 4_096),
    (4_096, 4_096),
    (4_096, 16_384),
    (8_192, 20_000),
    (20_000, 20_000),
    (1_024, 524_288),
    (65_536, 65_536),
)
HARD_MAX = resource.getrlimit(resource.RLIMIT_NOFILE)[1]


class Descriptors(CommandLine):
    def limited(self, soft, hard, *arguments):
        return subprocess.run(
            [self.program, *arguments],
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard)),
            capture_output=True,
            text=True,
            timeout=120,
        )

    def for_each_limit(self, *arguments):
        """Yields what ended well; the others must say which limit is in the way."""
        for soft, hard in LIMITS:
            if hard > HARD_MAX:
                continue
            with self.subTest(arguments=arguments, soft=soft, hard=hard):
                ended = self.limited(soft, hard, *arguments)
                if ended.returncode == 0:
                    self.assertEqual(ended.stderr, "")
                    yield ended
                    continue
                self.assertLess(hard, 4_096, ended.stderr + ended.stdout)
                self.assert_usage_error(ended, "ulimit -n")

    def test_run(self):
        for ended in self.for_each_limit("run", self.url("/flow")):
            self.assertEqual(json.loads(ended.stdout)["outcome"], "processed")

    def test_simulate(self):
        for ended in self.for_each_limit("simulate", self.url("/twiml"), "--format", "twiml"):
            self.assertIn("END", ended.stdout)

    def test_load(self):
        for ended in self.for_each_limit("load", "--json", "--count", "20", self.url("/flow")):
            self.assertEqual(json.loads(ended.stdout)["outcomes"]["processed"], 20)

    def test_check_needs_none(self):
        path = self.file(FLOW)
        for soft, hard in ((16, 16), *LIMITS):
            if hard <= HARD_MAX:
                ended = self.limited(soft, hard, "check", path)
                self.assertEqual((ended.returncode, ended.stdout, ended.stderr), (0, "", ""))


class WrongInput(CommandLine):
    """Exactly one clear line on standard error, nothing on standard output, status 2."""

    ASKING = ("run", "simulate", "load")

    def assert_refused(self, arguments, *words, **options):
        with self.subTest(arguments=arguments):
            self.assert_usage_error(self.pivot(*arguments, **options), *words)

    def target(self, command):
        return self.url("/flow") if command == "load" else self.file({"voice_url": self.url("/flow")}, "a.json")

    def test_arguments(self):
        for arguments in ([], [""], ["nonsense"], ["--nonsense"], ["run", "run"], ["-"]):
            self.assert_refused(arguments)
        for command in (*self.ASKING, "check"):
            target = self.target(command)
            self.assert_refused([command])
            self.assert_refused([command, "--nonsense", target], "--nonsense")
            self.assert_refused([command, target, "--config"], "--config")
        for command in self.ASKING:
            self.assert_refused([command, self.target(command), "another"])

    def test_options_with_an_invalid_value(self):
        for command in self.ASKING:
            target = self.target(command)
            for option, value in (
                ("--allow", "10.0.0.0/33"),
                ("--allow", "http://h/"),
                ("--deny", "10.0.0.1/8"),
                ("--deny", "a b"),
                ("--dns", "nonsense"),
                ("--dns", "127.0.0.1:99999"),
                ("--method", "put"),
                ("--format", "xml"),
            ):
                self.assert_refused([command, option, value, target], value)
        for option in ("--concurrency", "--count", "--timeout", "--reactors", "--duration", "--rate"):
            for value in ("0", "-1", "x", "", "nan", "1e99", "99999999999999999999"):
                self.assert_refused(["load", f"{option}={value}", self.target("load")], option)
        for value in ("0", "-1", "x", "nan", "1e99"):
            self.assert_refused(["simulate", f"--max-time={value}", self.target("simulate")], "--max-time")
        self.assert_refused(["check", "--as", "nonsense", self.target("check")], "nonsense")
        self.assert_refused(["load", "--count", "1", "--duration", "1", self.target("load")])

    def test_files_that_cannot_be_read(self):
        unreadable = ("/nonexistent/file", self.folder, os.path.join(self.folder, "x" * 300))
        for path in unreadable:
            self.assert_refused(["check", path], path)
            self.assert_refused(["run", path], path)
            self.assert_refused(["simulate", path], path)
            for command in self.ASKING:
                self.assert_refused([command, "--config", path, self.target(command)], path)
                self.assert_refused([command, "--call", path, self.target(command)], path)
            for option in ("--script", "--directory"):
                self.assert_refused(["simulate", option, path, self.target("simulate")], path)

    def test_files_whose_content_cannot_be(self):
        texts = ("", " ", "\0", "{", "[]", "7", "nonsense", '{"a":1} x', "\xff\xfe", '{"a":"\\ud800"}', "[" * 5_000)
        for number, text in enumerate(texts):
            path = self.file(text, f"{number}.json")
            self.assert_refused(["run", path], path)
            self.assert_refused(["simulate", path], path)
            self.assert_refused(["run", "-"], text=text)
            for command in self.ASKING:
                self.assert_refused([command, "--config", path, self.target(command)], path)
                self.assert_refused([command, "--call", path, self.target(command)], path)
            self.assert_refused(["simulate", "--directory", path, self.target("simulate")], path)
        script = self.file("dance\n", "script.txt")
        self.assert_refused(["simulate", "--script", script, self.target("simulate")], script)

    def test_invalid_settings(self):
        for number, config in enumerate(
            (
                {"nonsense": 1},
                {"policy": {"allow": 7}},
                {"policy": {"allow": ["10.0.0.0/33"]}},
                {"connections_max": -1},
                {"source_addresses": ["nonsense"]},
                {"tls": {"ca_file": "/nonexistent.pem"}},
            )
        ):
            path = self.file(config, f"config-{number}.json")
            for command in self.ASKING:
                self.assert_refused([command, "--config", path, self.target(command)])

    def test_standard_input_is_one_file_only(self):
        self.assert_refused(["simulate", "--script", "-", "-"], "standard input")
        self.assert_refused(["run", "--call", "-", "-"], "standard input")
        self.assert_refused(["simulate", "--config", "-", "-"], "standard input")
        self.assert_refused(["check", "-", "-"], "standard input")
        self.assert_refused(["load", "--call", "-", "--config", "-", self.url("/flow")], "standard input")


if __name__ == "__main__":
    main()
