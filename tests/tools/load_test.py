"""`pivot load` as docs/command-line.md has it. The arguments are the program and crowd_server."""

import contextlib
import json
import os
import pty
import re
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

PIVOT = None
CROWD_SERVER = None


class Load(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = subprocess.Popen(
            [CROWD_SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        cls.port = int(cls.server.stdout.readline())

    @classmethod
    def tearDownClass(cls):
        cls.server.stdin.close()
        cls.server.wait()
        cls.server.stdout.close()

    def command(self, path, *arguments):
        url = path if path.startswith("http") else f"http://127.0.0.1:{self.port}{path}"
        return [PIVOT, "load", "--url", url, "--allow", "127.0.0.0/8", *map(str, arguments)]

    def run_load(self, path, *arguments, **options):
        return subprocess.run(
            self.command(path, *arguments), capture_output=True, text=True, timeout=60, **options
        )

    def report(self, path, *arguments, **options):
        """Runs a load, and returns its report as JSON."""
        ended = self.run_load(path, "--json", *arguments, **options)
        self.assertEqual(ended.returncode, 0, ended.stderr + ended.stdout)
        self.assertEqual(ended.stderr, "", "no progress without a terminal")
        self.assertEqual(ended.stdout.count("\n"), 1, "one object on one line")
        report = json.loads(ended.stdout)
        self.assertEqual(sum(report["outcomes"].values()), report["pivots"])
        return report

    def assert_refused(self, ended, *words):
        self.assertEqual(ended.returncode, 2, ended.stdout)
        self.assertEqual(ended.stdout, "")
        self.assertEqual(ended.stderr.count("\n"), 1, ended.stderr)
        for word in words:
            self.assertIn(word, ended.stderr)

    def test_the_documented_keys(self):
        report = self.report("/flow", "--concurrency", 4, "--duration", 0.2)
        self.assertEqual(report["concurrency"], 4)
        self.assertEqual(report["reactors"], 1)
        self.assertEqual(report["seconds"], 0.2)
        self.assertGreater(report["pivots"], 0)
        self.assertAlmostEqual(report["rate"], report["pivots"] / 0.2, delta=1)
        self.assertEqual(report["outcomes"], {"processed": report["pivots"], "timeout": 0})
        self.assertEqual(list(report["latency_us"]), ["p50", "p90", "p99", "p99_9", "max"])
        self.assertEqual(
            list(report["phases_us"]), ["dns", "connect", "tls", "first_byte", "total"]
        )
        for phase in report["phases_us"].values():
            self.assertEqual(list(phase), ["p50", "p99"])
        self.assertEqual(
            list(report["timeout_lateness_us"]), ["count", "min", "p50", "p99", "p99_9", "max"]
        )
        cpu = report["cpu_us_per_pivot"]
        self.assertEqual(list(cpu), ["user", "system", "total"])
        self.assertAlmostEqual(cpu["total"], cpu["user"] + cpu["system"], delta=0.01)
        self.assertGreater(cpu["total"], 0)
        self.assertEqual(list(report["rss_bytes"]), ["peak", "per_call_in_flight"])
        self.assertGreater(report["rss_bytes"]["peak"], 1_000_000)

    def test_latency_is_in_order(self):
        latency = self.report("/flow", "--count", 500)["latency_us"]
        values = list(latency.values())
        self.assertEqual(values, sorted(values))
        self.assertGreater(values[0], 0)

    def test_a_count_is_exact(self):
        for count, concurrency in ((1, 1), (7, 3), (1000, 16), (5, 50)):
            report = self.report("/flow", "--count", count, "--concurrency", concurrency)
            self.assertEqual(report["outcomes"], {"processed": count, "timeout": 0})

    def test_a_count_over_several_reactors(self):
        report = self.report("/flow", "--count", 1000, "--reactors", 3, "--method", "post")
        self.assertEqual(report["reactors"], 3)
        self.assertEqual(report["pivots"], 1000)

    def test_a_json_body(self):
        report = self.report("/flow", "--count", 20, "--method", "post", "--body", "json")
        self.assertEqual(report["outcomes"]["processed"], 20)

    def test_a_wrong_callflow_counts_as_its_failure(self):
        report = self.report("/invalid", "--count", 50)
        self.assertEqual(
            report["outcomes"], {"processed": 0, "invalid_callflow": 50, "timeout": 0}
        )
        report = self.report("/status/503", "--count", 50)
        self.assertEqual(report["outcomes"]["status"], 50)

    def test_a_server_that_is_not_there(self):
        with contextlib.closing(socket.socket()) as taken:
            taken.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
            report = self.report(url, "--count", 30)
        self.assertEqual(report["outcomes"], {"processed": 0, "connect": 30, "timeout": 0})

    def test_what_the_policy_denies(self):
        url = f"http://127.0.0.1:{self.port}/redirect?to=http://127.0.0.1:9/"
        ended = subprocess.run(
            [PIVOT, "load", "--url", url, "--count", "10"],
            capture_output=True,
            text=True,
            timeout=60,
        )
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.assertIn("blocked", ended.stdout)
        self.assertIn("--allow 127.0.0.0/8", ended.stdout, "what to do about it")

    def test_timeouts_are_never_early(self):
        report = self.report(
            "/silent", "--concurrency", 200, "--timeout", 150, "--count", 400, "--reactors", 2
        )
        self.assertEqual(report["outcomes"], {"processed": 0, "timeout": 400})
        lateness = report["timeout_lateness_us"]
        self.assertEqual(lateness["count"], 400)
        self.assertGreaterEqual(lateness["min"], 0)
        self.assertGreaterEqual(lateness["max"], lateness["p50"])
        self.assertGreaterEqual(report["latency_us"]["p50"], 150_000)
        self.assertEqual(report["in_flight_max"], 200)

    def test_thousands_in_flight_to_a_silent_server(self):
        report = self.report("/silent", "--concurrency", 3000, "--timeout", 1500, "--duration", 2)
        self.assertEqual(list(report["outcomes"]), ["processed", "timeout"], report["outcomes"])
        self.assertGreater(report["outcomes"]["timeout"], 0)
        self.assertGreaterEqual(report["timeout_lateness_us"]["min"], 0)

    def test_the_window_opens_though_no_first_outcome_comes(self):
        report = self.report("/silent", "--concurrency", 5, "--duration", 0.1)
        self.assertEqual(report["pivots"], 0)
        self.assertEqual(report["in_flight_max"], 5)

    def test_a_rate_has_pivots_due_whatever_the_server_does(self):
        report = self.report("/flow", "--rate", 200, "--count", 100)
        self.assertEqual(report["pivots"], 100)
        self.assertGreater(report["seconds"], 0.4)

    def test_latency_counts_from_when_a_pivot_was_due(self):
        # One caller, 100 ms a pivot, 100 due a second: each starts later than the one before.
        report = self.report("/slow?ms=100", "--rate", 100, "--concurrency", 1, "--count", 5)
        self.assertGreater(report["latency_us"]["p50"], 1_000_000)
        self.assertLess(report["phases_us"]["total"]["p50"], report["latency_us"]["p50"] / 2)

    def test_a_call_file(self):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as call:
            call.write('{"Call-ID": "a@b", "From": "ann@acme.example"}')
            call.flush()
            report = self.report("/flow", "--count", 10, "--call", call.name)
        self.assertEqual(report["pivots"], 10)
        self.assert_refused(self.run_load("/flow", "--call", "/nowhere.json"), "/nowhere.json")

    def test_a_table_for_people(self):
        ended = self.run_load("/flow", "--count", 100)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        for word in ("processed", "latency", "p99.9", "CPU", "in flight", "per second"):
            self.assertIn(word, ended.stdout)

    def test_progress_on_a_terminal(self):
        screen, terminal = pty.openpty()
        with os.fdopen(screen, "rb", buffering=0) as shown:
            load = subprocess.Popen(
                self.command("/flow", "--duration", 100, "--json"),
                stdout=subprocess.PIPE,
                stderr=terminal,
            )
            os.close(terminal)
            text = b""
            while b"p99" not in text:
                text += shown.read(4096)
            load.send_signal(signal.SIGINT)
            with contextlib.suppress(OSError):  # when nobody has the terminal open any more
                while part := shown.read(4096):
                    text += part
        stdout, _ = load.communicate(timeout=60)
        self.assertGreater(json.loads(stdout)["pivots"], 0)
        self.assertIn(b"in flight", text)
        self.assertTrue(text.endswith(b"\r\x1b[K"), "the line is wiped")

    def test_an_interrupt_ends_it_early_and_still_reports(self):
        load = subprocess.Popen(
            self.command("/flow", "--duration", 100, "--json"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        while not self.takes_interrupts(load):
            self.assertIsNone(load.poll())
            time.sleep(0.01)
        load.send_signal(signal.SIGINT)
        stdout, stderr = load.communicate(timeout=60)
        self.assertEqual(load.returncode, 0, stderr)
        self.assertLess(json.loads(stdout)["seconds"], 90)

    def takes_interrupts(self, load):
        """It reads them from a descriptor, and therefore blocks them."""
        with open(f"/proc/{load.pid}/status", encoding="ascii") as status:
            blocked = re.search(r"SigBlk:\s(\w+)", status.read())[1]
        return int(blocked, 16) >> (signal.SIGINT - 1) & 1

    def test_a_usage_that_is_wrong(self):
        for arguments in (
            ["load"],
            ["load", "--url"],
            ["load", "--url", "ftp://h/"],
            ["load", "--url", "nonsense"],
            ["load", "--url", "http://h/", "--concurrency", "0"],
            ["load", "--url", "http://h/", "--concurrency", "100001"],
            ["load", "--url", "http://h/", "--concurrency", "many"],
            ["load", "--url", "http://h/", "--duration", "0"],
            ["load", "--url", "http://h/", "--duration", "1", "--count", "1"],
            ["load", "--url", "http://h/", "--rate", "-1"],
            ["load", "--url", "http://h/", "--method", "put"],
            ["load", "--url", "http://h/", "--body", "xml"],
            ["load", "--url", "http://h/", "--timeout", "0"],
            ["load", "--url", "http://h/", "--reactors", "0"],
            ["load", "--url", "http://h/", "--allow", "10.0.0.0/33"],
            ["load", "--url", "http://h/", "--config", "/nowhere.json"],
            ["load", "--url", "http://h/", "extra"],
        ):
            with self.subTest(arguments=arguments):
                self.assert_refused(
                    subprocess.run([PIVOT, *arguments], capture_output=True, text=True, timeout=60)
                )

    def test_a_limit_of_the_system_is_named(self):
        def limited():
            resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))

        ended = self.run_load("/flow", "--concurrency", 1000, "--reactors", 2, preexec_fn=limited)
        self.assert_refused(
            ended,
            "pivot load: 1000 connections need 5 reactors, because RLIMIT_NOFILE (hard) is 256: "
            "raise it with ulimit -Hn, or pass --reactors 5",
        )

    def test_reactors_as_many_as_needed(self):
        def limited():
            resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))

        report = self.report("/flow", "--concurrency", 1000, "--count", 2000, preexec_fn=limited)
        self.assertEqual(report["reactors"], 5)
        self.assertEqual(report["outcomes"], {"processed": 2000, "timeout": 0})

    def test_help(self):
        text = subprocess.run([PIVOT, "load", "--help"], capture_output=True, text=True).stdout
        for option in (
            "--url --concurrency --duration --count --rate --method --body --timeout --reactors "
            "--call --config --allow --deny --dns --json"
        ).split():
            self.assertIn(option, text)
        self.assertIn("first outcome", text, "when counting begins")


if __name__ == "__main__":
    PIVOT = sys.argv.pop(1)
    CROWD_SERVER = sys.argv.pop(1)
    unittest.main()
