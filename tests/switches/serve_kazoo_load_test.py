"""Two `pivot serve` beside each other in KAZOO's place, one of which is killed under load.

serve_kazoo_load_test.py PIVOT CROWD_SERVER [RATE SECONDS]: by default 150 requests a second for ten
seconds, 90 of them in flight at most. With a rate there is no such limit, and KAZOO's queue may drop
requests. The exit status is 77 if this machine has no RabbitMQ or no python3-pika.
"""

import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "kazoo"))

import case

case.skip_without_packages()

import load
from serve_case import ServeCase


class Load(ServeCase):
    rate, seconds, in_flight_max = 150, 10, load.QUEUE_MAX

    def setUp(self):
        super().setUp()
        self.crowd = subprocess.Popen(
            [self.crowd_server], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.addCleanup(self.crowd.communicate)
        self.flow = f"http://127.0.0.1:{int(self.crowd.stdout.readline())}/flow"
        self.peer = self.peer_of()

    def test_one_of_two_is_killed_and_every_request_is_answered_once_at_most(self):
        first, second = self.serve(), self.serve()
        deaths = load.Deaths()
        kill = {self.seconds / 2: lambda: deaths.kill(first)}
        pivots = load.ask(self.peer, self.flow, self.rate, self.seconds, kill, self.in_flight_max)
        self.wait_for_consumers(1)
        self.serves.remove(first)
        for pivot in pivots:
            may_be_dropped = self.in_flight_max > load.QUEUE_MAX and pivot.wait() == "timed out"
            if pivot.wait() != "flow" and not may_be_dropped:
                self.assertTrue(deaths.excuse(pivot, pivots), f"{pivot.replies}\n{self.logs()}")
        outcomes = self.peer.outcomes()
        print(f"{dict(outcomes)}", end=" ", flush=True)
        self.assertEqual(sum(outcomes.values()), self.rate * self.seconds)
        self.assertTrue(self.is_ready(second))


if __name__ == "__main__":
    ServeCase.program, Load.crowd_server = sys.argv[1:3]
    if len(sys.argv) > 3:
        Load.rate, Load.seconds, Load.in_flight_max = int(sys.argv[3]), int(sys.argv[4]), 10**9
    case.main([])
