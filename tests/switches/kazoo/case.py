"""What tests with a real RabbitMQ share: the broker, and cases that have peers on it."""

import signal
import sys
import time
import unittest

import rabbit


class Place:
    """The broker of all cases. It takes seconds to start."""

    rabbit = None


class Case(unittest.TestCase):
    def setUp(self):
        self.node = Place.rabbit.nodes[0]

    def peer_of(self, generation, node=None):
        from peer import Peer

        made = Peer((node or self.node).uri(password=rabbit.PASSWORD), generation)
        self.addCleanup(made.close)
        return made

    def wait_until(self, is_so, otherwise, seconds=60):
        """The bound is one that only a failing test reaches."""
        end = time.monotonic() + seconds
        while not is_so():
            if time.monotonic() > end:
                self.fail(otherwise() if callable(otherwise) else otherwise)
            time.sleep(0.02)


def close(connection):
    import pika

    try:
        connection.close()
    except pika.exceptions.AMQPError:
        pass  # a case has killed its broker


def skip_without_packages():
    """The status 77 is meson's for a test that is skipped."""
    try:
        rabbit.check_installed()
        import pika  # noqa: F401
    except (rabbit.Missing, ImportError) as missing:
        print(f"skipped: {missing}")
        sys.exit(77)


def main(cases, nodes=1, certificates=None):
    # unittest goes on with the next case after any other exception.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with rabbit.Rabbit(nodes, certificates) as Place.rabbit:
        result = unittest.main(argv=[sys.argv[0], *cases], exit=False, verbosity=2).result
    sys.exit(0 if result.wasSuccessful() else 1)
