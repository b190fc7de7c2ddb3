"""`pivot serve` on a RabbitMQ of three nodes, which die and stop: serve_kazoo_cluster_test.py PIVOT [CASE…]

KAZOO's callflow, the peer, is on the first node, which stays. The exit status is 77 if this machine has
no RabbitMQ or no python3-pika.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "kazoo"))

import case

case.skip_without_packages()

import load
import peer
import rabbit
import voice
from serve_case import QUEUE, QUEUE_ARGUMENTS, ServeCase

RATE, SECONDS = 40, 12


class Cluster(ServeCase):
    def setUp(self):
        super().setUp()
        self.nodes = case.Place.rabbit.nodes
        for node in self.nodes:
            if not node.process or node.has_died():
                node.start()
                node.wait_until_ready()
        self.peer = self.peer_of()
        self.peer.may_lose_processing = True
        self.flow = self.url("/flow", voice.json_of(voice.FLOW))
        self.deaths = load.Deaths()

    def serve_at(self, *nodes):
        return self.serve(brokers=[node.uri() for node in nodes])

    def ask_while(self, *victims):
        """Kills them one after the other under load."""
        moments = {
            2 + 5 * index: lambda node=node: self.deaths.kill(node)
            for index, node in enumerate(victims)
        }
        return load.ask(self.peer, self.flow, RATE, SECONDS, moments)

    def assert_no_call_was_lost(self, pivots):
        """But for those that a death cost. KAZOO takes `_` after ten seconds."""
        for pivot in pivots:
            if pivot.wait() != "flow" or not pivot.replies:
                self.assertTrue(
                    self.deaths.excuse(pivot, pivots), f"{pivot.replies}\n{self.logs()}"
                )
        print(dict(self.peer.outcomes()), end=" ", flush=True)

    def assert_answers(self):
        """All that is asked from now on."""
        self.wait_until(self.is_answered, self.logs, seconds=150)
        for pivot in [self.peer.pivot(self.flow) for _ in range(20)]:
            self.assert_outcome(pivot, "flow")

    def test_one_node_is_killed_under_load(self):
        serve = self.serve_at(self.nodes[1], self.nodes[2])
        self.assert_no_call_was_lost(self.ask_while(self.nodes[1]))
        self.assert_answers()
        self.wait_until_ready(serve)

    def test_two_nodes_are_killed_under_load(self):
        serve = self.serve_at(self.nodes[1], self.nodes[2], self.nodes[0])
        self.assert_no_call_was_lost(self.ask_while(self.nodes[1], self.nodes[2]))
        self.assert_answers()
        self.wait_until_ready(serve)

    def test_the_node_that_has_the_queue_is_killed(self):
        """The connection stays, and the broker cancels the consumer."""
        home = peer.connect(self.nodes[2].uri(password=rabbit.PASSWORD))
        self.addCleanup(case.close, home)
        channel = home.channel()
        channel.queue_declare(QUEUE, auto_delete=True, arguments=QUEUE_ARGUMENTS)
        serve = self.serve_at(self.nodes[1])
        self.assert_no_call_was_lost(self.ask_while(self.nodes[2]))
        self.assert_answers()
        self.wait_until_ready(serve)

    def test_a_node_that_stops_is_left_for_another(self):
        serve = self.serve_at(self.nodes[1], self.nodes[0])
        self.assert_answers()
        self.addCleanup(self.nodes[1].go_on)
        self.nodes[1].pause()
        self.assert_answers()
        self.nodes[1].go_on()
        self.wait_until_ready(serve)
        self.assert_answers()
        self.nodes[1].wait_until_ready()

    def is_answered(self):
        return self.peer.pivot(self.flow).wait() == "flow"


if __name__ == "__main__":
    ServeCase.program = sys.argv[1]
    case.main(sys.argv[2:], nodes=3)
