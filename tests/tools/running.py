"""A `pivot serve` that runs, whose log can be waited for."""

import re
import subprocess
import threading


class Running:
    def __init__(self, program, *arguments, under=()):
        self.process = subprocess.Popen(
            [*under, program, "serve", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.lines = []
        self.has_line = threading.Condition()
        self.has_ended = False
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stderr:
            with self.has_line:
                self.lines.append(line)
                self.has_line.notify_all()
        with self.has_line:
            self.has_ended = True
            self.has_line.notify_all()

    def find(self, pattern, count):
        return len([line for line in self.lines if re.search(pattern, line)]) >= count

    def wait_for(self, pattern, count=1):
        """Waits for so many lines like this; the bound is one that only a failing test reaches."""
        with self.has_line:
            self.has_line.wait_for(lambda: self.find(pattern, count) or self.has_ended, timeout=60)
            assert self.find(pattern, count), (pattern, self.lines)

    def signal(self, number):
        self.process.send_signal(number)

    def end(self):
        status = self.process.wait(timeout=60)
        self.reader.join()
        self.process.stdout.close()
        self.process.stderr.close()
        return status

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.end()
