"""`pivot serve` under systemd, as docs/serve.md has it. The arguments are the program and the unit."""

import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

import command_line
from serving import Serving
from stopped_thread import StoppedThread

UNIT = sys.argv.pop(2)
EXPOSURE_MAX = 1.5


class Service(Serving):
    def serve_notifying(self, toml="", *arguments, name=None, admin=""):
        """Starts it with a socket for what it tells."""
        manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(manager.close)
        manager.settimeout(60)
        name = name or os.path.join(tempfile.mkdtemp(dir=self.folder), "notify")
        manager.bind(name.replace("@", "\0"))
        os.environ["NOTIFY_SOCKET"] = name
        self.addCleanup(os.environ.pop, "NOTIFY_SOCKET", None)
        return manager, self.serve_toml(
            f"admin.listen = {[admin] if admin else []}\n{toml}", *arguments
        )

    def next(self, manager):
        """The assignments of the next message."""
        return dict(line.split("=", 1) for line in manager.recv(4096).decode().split("\n"))

    def drop_all(self, manager):
        """What has come until now."""
        while select.select([manager], [], [], 0)[0]:
            manager.recv(4096)

    def told(self, manager, key):
        """The assignments of the next message that has this key."""
        while True:
            assignments = self.next(manager)
            if key in assignments:
                return assignments

    def test_systemd_is_told_of_the_start_a_reload_and_the_stop(self):
        manager, serve = self.serve_notifying(
            "drain_delay_s = 0\ndrain_timeout_s = 60\n[scripted]\ncalls = 1\n",
            "--url",
            self.url("/sales"),
        )
        ready = self.told(manager, "READY")
        self.assertEqual(ready["READY"], "1")
        self.assertRegex(ready["STATUS"], r"^\d+ calls; scripted ok$")
        serve.signal(signal.SIGHUP)
        reloading = self.told(manager, "RELOADING")
        self.assertEqual(reloading["RELOADING"], "1")
        self.assertGreater(int(reloading["MONOTONIC_USEC"]), 0)
        self.assertEqual(self.told(manager, "READY")["READY"], "1")
        serve.signal(signal.SIGUSR1)
        while "; draining" not in self.told(manager, "STATUS")["STATUS"]:
            pass
        serve.signal(signal.SIGTERM)
        stopping = self.told(manager, "STOPPING")
        self.assertEqual(stopping["EXTEND_TIMEOUT_USEC"], "90000000")
        self.assertEqual(serve.end(), 0)

    def watched_by(self, usec, pid=None):
        """The environment of a service with WatchdogSec=."""
        os.environ["WATCHDOG_USEC"] = str(usec)
        self.addCleanup(os.environ.pop, "WATCHDOG_USEC")
        if pid:
            os.environ["WATCHDOG_PID"] = str(pid)
            self.addCleanup(os.environ.pop, "WATCHDOG_PID")

    def test_the_watchdog_hears_that_all_is_well_and_also_during_a_stop(self):
        self.watched_by(200_000)
        manager, serve = self.serve_notifying(
            'api.listen = "127.0.0.1:0"\napi.tokens.a = "0123456789abcdef"\ndrain_delay_s = 3600\n'
        )
        for _ in range(3):
            self.told(manager, "WATCHDOG")
        serve.signal(signal.SIGTERM)
        self.told(manager, "STOPPING")
        for _ in range(3):
            self.told(manager, "WATCHDOG")
        serve.signal(signal.SIGTERM)
        self.assertEqual(serve.end(), 3)

    def test_the_watchdog_of_another_process_hears_nothing(self):
        self.watched_by(4_000, os.getpid())
        manager, serve = self.serve_notifying()
        told = [self.told(manager, "READY")]
        serve.signal(signal.SIGUSR1)
        while "; draining" not in told[-1].get("STATUS", ""):
            told.append(self.next(manager))
        self.assertNotIn("WATCHDOG", [key for assignments in told for key in assignments])
        serve.signal(signal.SIGTERM)
        self.assertEqual(serve.end(), 0)

    def test_the_watchdog_hears_nothing_while_a_thread_is_stuck(self):
        self.watched_by(4_000_000)
        for thread, name in (("pivot/0", "the engine"), ("pivot/admin", "the admin listener")):
            with self.subTest(thread):
                manager, serve = self.serve_notifying(admin="127.0.0.1:0")
                self.told(manager, "WATCHDOG")
                stopped = StoppedThread(self, serve.process.pid, thread)
                serve.wait_for(f"error {name} did not answer within 1000 ms")
                self.drop_all(manager)
                for _ in range(5):
                    self.assertNotIn("WATCHDOG", self.next(manager))
                stopped.go_on()
                self.told(manager, "WATCHDOG")
                serve.signal(signal.SIGTERM)
                self.assertEqual(serve.end(), 0)

    def test_the_socket_may_have_an_abstract_name(self):
        manager, serve = self.serve_notifying(name=f"@pivot-test-{os.getpid()}")
        self.assertEqual(self.told(manager, "READY")["READY"], "1")
        serve.signal(signal.SIGTERM)
        self.assertEqual(serve.end(), 0)

    def test_a_socket_that_nobody_reads_does_no_harm(self):
        os.environ["NOTIFY_SOCKET"] = "/none/notify"
        self.addCleanup(os.environ.pop, "NOTIFY_SOCKET")
        serve = self.serve_toml("admin.listen = []\n")
        serve.wait_for("serves")
        serve.signal(signal.SIGTERM)
        self.assertEqual(serve.end(), 0)

    def test_calls_may_still_come_during_the_delay_of_a_drain(self):
        serve = self.serve_toml(
            "admin.listen = []\ndrain_delay_s = 3600\ndrain_timeout_s = 60\n"
            "[scripted]\ncalls = 1000000\nrate = 5\n",
            "--url",
            self.url("/gone"),
        )
        serve.wait_for("failed: status")
        serve.signal(signal.SIGTERM)
        serve.wait_for("stops, after 3660 s at the latest")
        failed = len([line for line in serve.lines if "failed: status" in line])
        serve.wait_for("failed: status", failed + 3)
        self.assertFalse(serve.find("takes no more calls", 1))
        serve.signal(signal.SIGTERM)
        self.assertEqual(serve.end(), 3)

    def test_a_reload_by_the_unit_needs_no_asterisk(self):
        with open(UNIT, encoding="utf-8") as unit:
            arguments = re.search(r"ExecReload=\S+/pivot (.+)", unit.read())[1].split()
        self.assertEqual(arguments[:2], ["serve", "--check"])
        toml = (
            f'[asterisk]\nurl = "http://127.0.0.1:{self.port}"\npassword = "x"\n'
            f'[media]\npath = "{self.folder}"\n'
        )
        path = self.file(toml, "pivot.toml")
        tried = self.pivot("serve", "--check", "--config", path)
        self.assertEqual(tried.returncode, 2, "that server is no Asterisk")
        self.assertIn(f"Asterisk at http://127.0.0.1:{self.port}: ", tried.stderr)
        checked = self.pivot(*arguments, "--config", path)
        self.assertEqual((checked.returncode, checked.stderr), (0, ""))
        self.assert_usage_error(self.pivot("serve", "--offline", "--config", path), "--check")

    def test_asterisk_can_read_the_sounds_of_the_service_and_nothing_else(self):
        """By its group, which the folder hands down (systemd-tmpfiles)."""
        with open(UNIT, encoding="utf-8") as unit:
            settings = dict(re.findall(r"^(\w+)=(.*)$", unit.read(), re.MULTILINE))
        folders = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tools/systemd")
        with open(os.path.join(folders, "pivot.tmpfiles"), encoding="utf-8") as tmpfiles:
            self.assertIn("\nd /var/cache/pivot 2750 pivot pivot-media -\n", tmpfiles.read())
        self.assertEqual(settings["ReadWritePaths"], "-/var/cache/pivot")
        self.assertEqual(0o666 & ~int(settings["UMask"], 8), 0o640)
        self.assertEqual(settings["StateDirectoryMode"], "0700")
        self.assertNotIn("CacheDirectory", settings, "systemd would give it to the group pivot")

    def test_the_unit_exposes_little(self):
        if shutil.which("systemd-analyze") is None:
            self.skipTest("systemd-analyze is missing (Debian's systemd)")
        judged = subprocess.run(
            ["systemd-analyze", "security", "--offline=yes", "--no-pager", UNIT],
            capture_output=True,
            text=True,
            timeout=60,
        )
        score = re.search(r"Overall exposure level for pivot.service: ([\d.]+)", judged.stdout)
        self.assertIsNotNone(score, judged.stdout + judged.stderr)
        self.assertLessEqual(float(score[1]), EXPOSURE_MAX)
        self.assertNotRegex(judged.stderr, "Unknown|Failed to parse", judged.stderr)


if __name__ == "__main__":
    command_line.main()
