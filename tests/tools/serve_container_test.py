"""`pivot serve` under the seccomp profile for containers. The arguments are the program and it."""

import os
import signal
import subprocess
import sys

import command_line
from serving import Serving

PROFILE = sys.argv.pop(2)
# Leaks are looked for by ptrace(2), which the profile denies.
os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
UNDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "under_seccomp.py")


class Container(Serving):
    def under(self, *left_out):
        """The command that runs a program under the profile, less some system calls."""
        command = [sys.executable, UNDER, PROFILE, *(f"-{name}" for name in left_out)]
        tried = subprocess.run([*command, "/bin/true"], capture_output=True, text=True, timeout=60)
        if tried.returncode == 77:
            self.skipTest("libseccomp is missing (Debian's libseccomp2)")
        self.assertEqual((tried.returncode, tried.stderr), (0, ""))
        return command

    def test_calls_are_performed_recorded_and_drained(self):
        config = self.file(
            f'store.path = "{self.folder}/store"\nmedia.path = "{self.folder}/media"\n'
            f'admin.listen = ["{self.folder}/admin.sock", "127.0.0.1:0"]\n'
            'policy.allow = ["127.0.0.1"]\n[scripted]\ncalls = 3\nrate = 100\n',
            "pivot.toml",
        )
        under = self.under()
        serve = self.serve("--config", config, "--url", self.url("/sales"), under=under)
        serve.wait_for("all 3 scripted calls have ended: 0 failed, 0 refused")
        serve.signal(signal.SIGHUP)
        serve.wait_for("the configuration is read again")
        asked = subprocess.run(
            [*under, self.program, "calls", "--ended", "--socket", f"{self.folder}/admin.sock"],
            capture_output=True,
            text=True,
            timeout=60,
        )
        self.assertEqual((asked.returncode, asked.stderr), (0, ""))
        serve.signal(signal.SIGTERM)
        self.assertEqual(serve.end(), 0)

    def test_without_io_uring_it_says_what_forbids_it_and_what_to_do(self):
        config = self.file("admin.listen = []\n", "pivot.toml")
        command = [*self.under("io_uring_setup"), self.program, "serve", "--config", config]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
        self.assertEqual(ended.returncode, 2)
        self.assertIn("a seccomp filter (a container's?) hides io_uring_setup", ended.stderr)
        self.assertIn("seccomp-pivot.json", ended.stderr)


if __name__ == "__main__":
    command_line.main()
