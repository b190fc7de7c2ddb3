"""Every subcommand with each kind of wrong input. The argument is the program."""

import os

from command_line import CommandLine, main

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

    def test_options_with_a_value_that_cannot_be(self):
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

    def test_settings_that_cannot_be(self):
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
