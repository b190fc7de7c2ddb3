"""A queue that somebody else has declared, or takes away, or shares (decision A7)."""

import peer
import voice
from responder import Responder
from serve_case import QUEUE, QUEUE_ARGUMENTS, ServeCase
import rabbit


class OtherQueues(ServeCase):
    def setUp(self):
        super().setUp()
        self.peer = self.peer_of()
        self.flow = self.url("/flow", voice.json_of(voice.FLOW))

    def assert_answers(self):
        self.assert_outcome(self.peer.pivot(self.flow), "flow")

    def declare(self, **settings):
        """The queue as an operator may have it; it goes with the case."""
        channel = self.probe.channel()
        channel.queue_declare(QUEUE, **settings)
        channel.queue_bind(QUEUE, "callmgr", "pivot.req.*")
        self.addCleanup(self.delete)

    def delete(self):
        channel = self.probe.channel()
        channel.queue_delete(QUEUE)
        channel.close()

    def test_the_queue_is_declared_as_kazoo_does(self):
        self.serve()
        self.probe.channel().queue_declare(QUEUE, auto_delete=True, arguments=QUEUE_ARGUMENTS)
        self.assert_answers()

    def test_a_queue_with_other_arguments_is_taken_as_it_is(self):
        self.declare(auto_delete=True, arguments={"x-max-length": 1000})
        self.serve()
        self.assert_answers()

    def test_a_durable_queue_is_taken_as_it_is(self):
        self.declare(durable=True)
        self.serve()
        self.assert_answers()

    def test_a_queue_that_is_deleted_is_declared_anew(self):
        serve = self.serve()
        self.assert_answers()
        for _ in range(3):
            self.delete()
            self.wait_for_consumers(1)
            self.assert_answers()
        self.assertTrue(self.is_ready(serve))

    def test_calls_in_flight_survive_that_the_queue_is_deleted(self):
        self.serve()
        pivot = self.peer.pivot(self.url("/slow", (2, voice.json_of(voice.FLOW))))
        self.web.wait_for("/slow")
        self.delete()
        self.assert_outcome(pivot, "flow")
        self.wait_for_consumers(1)
        self.assert_answers()

    def test_requests_are_shared_with_kazoos_own_pivot(self):
        kazoo = Responder(self.node.uri(password=rabbit.PASSWORD))
        self.addCleanup(kazoo.close)
        self.serve()
        for _ in range(50):
            self.peer.pivot(self.flow)
        self.wait_until(lambda: self.queue_state() == (0, 2), lambda: f"{self.queue_state()}")
        self.wait_until(lambda: 0 < len(self.asked("/flow")) < 50, self.logs)
        self.stop(self.serves[0])
        self.peer.settle()
        self.assertEqual(self.peer.counts["CHANNEL_PIVOT"], len(self.asked("/flow")))

    def test_two_of_ours_share_requests_and_one_can_go(self):
        first, second = self.serve(), self.serve()
        pivots = [self.peer.pivot(self.flow) for _ in range(60)]
        self.stop(first)
        pivots += [self.peer.pivot(self.flow) for _ in range(20)]
        for pivot in pivots:
            self.assert_outcome(pivot, "flow")
        self.assertTrue(self.is_ready(second))

    def test_several_fronts_are_several_zones(self):
        zone = self.peer_in_another_zone()
        front = f'[[kazoo]]\nname = "zone"\nbrokers = ["{self.node.uri(vhost=rabbit.ZONE)}"]\n'
        serve = self.serve(front=front + f'password_file = "{self.password_file}"')
        self.wait_until_ready(serve)  # in both zones
        self.assert_outcome(zone.pivot(self.flow), "flow")
        self.assert_answers()

    def peer_in_another_zone(self):
        made = peer.Peer(self.node.uri(password=rabbit.PASSWORD, vhost=rabbit.ZONE))
        self.addCleanup(made.close)
        self.peers.append(made)
        return made
