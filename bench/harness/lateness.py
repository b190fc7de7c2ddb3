"""How late the machine is at the same time: a process that does nothing but sleep until the next of many moments.

Its lateness is the scheduler's, and the least that any other program's can be.
"""

import signal
import subprocess
import sys
import time

PERIOD_SECONDS = 0.005


class Sleeper:
    """A process of its own, so that no lock of this one's keeps it waiting."""

    def __init__(self):
        self.process = subprocess.Popen([sys.executable, __file__], stdout=subprocess.PIPE, text=True)

    def stop(self):
        """Returns by how many milliseconds each of its sleeps was too long."""
        self.process.send_signal(signal.SIGTERM)
        told, _ = self.process.communicate()
        return [float(word) for word in told.split()]


def sleep_and_tell():
    """Sleeps until it is told to end."""
    late_ms = []
    is_ending = []
    signal.signal(signal.SIGTERM, lambda *_: is_ending.append(True))
    due = time.monotonic()
    while not is_ending:
        due = max(due, time.monotonic()) + PERIOD_SECONDS
        time.sleep(due - time.monotonic())
        late_ms.append((time.monotonic() - due) * 1000)
    print(*late_ms)


if __name__ == "__main__":
    sleep_and_tell()
