"""Requests at a steady rate, and which of them a death may cost."""

import time


QUEUE_MAX = 90  # KAZOO's queue drops the oldest of more than a hundred


def ask(peer, url, rate, seconds, at=None, in_flight_max=QUEUE_MAX):
    """Asks as an open loop does, but waits while so many are in flight.

    `at` has moments in seconds, and what is then done beside it.
    """
    began = time.monotonic()
    steps = sorted((at or {}).items())
    pivots, waiting = [], []
    for number in range(round(rate * seconds)):
        due = number / rate
        while steps and due >= steps[0][0]:
            steps.pop(0)[1]()
        time.sleep(max(0, began + due - time.monotonic()))
        while len(waiting) >= in_flight_max:
            time.sleep(0.005)
            waiting = [pivot for pivot in waiting if not pivot.look()]
        pivots.append(peer.pivot(url))
        waiting.append(pivots[-1])
    return pivots


class Deaths:
    """Moments at which something was killed, and what that may cost."""

    def __init__(self):
        self.moments = []

    def kill(self, victim):
        """May be called in the middle of `ask`."""
        self.moments.append(time.monotonic())
        victim.kill()

    def excuse(self, lost, pivots):
        """Whether it was in flight at a death, or asked before the first that was answered after it."""
        longest = max((p.took for p in pivots if p.took), default=0)  # more on a busy machine
        for moment in self.moments:
            answered = [p.began for p in pivots if p.began > moment and p.outcome == "flow"]
            if moment - max(2, longest) <= lost.began <= min(answered, default=float("inf")) + 1:
                return True
        return False
