"""Cases with a `pivot serve` in KAZOO's place: the broker, a voice server, peers, and the program."""

import http.client
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
sys.path += [str(HERE.parent / "asterisk"), str(HERE.parent.parent / "tools")]

import case
import peer
import pika
import rabbit
from running import Running
from web import Web

QUEUE = "pivot_listener"
QUEUE_ARGUMENTS = {"x-max-length": 100, "x-message-ttl": 60000}
NO_DNS = "127.0.0.1:1"  # refuses at once


class ServeCase(case.Case):
    program = None

    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="pivot-kazoo-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.password_file = self.folder / "password"
        self.password_file.write_text(rabbit.PASSWORD + "\n")
        self.web = Web()
        self.addCleanup(self.web.stop)
        self.reconnect_probe()
        self.addCleanup(lambda: case.close(self.probe))
        self.peers, self.serves = [], []

    def tearDown(self):
        """Every `pivot serve` that is left ends as it should, and every peer is content."""
        for serve in self.serves:
            if serve.process.poll() is None:
                self.stop(serve)
        for one in self.peers:
            one.settle()
            one.check()

    # The broker.

    def reconnect_probe(self):
        self.probe = peer.connect(self.node.uri(password=rabbit.PASSWORD))

    def peer_of(self, generation="5", node=None):
        made = super().peer_of(generation, node)
        self.peers.append(made)
        return made

    def queue_state(self, queue=QUEUE):
        """How many messages wait in it, and how many consumers it has; None if it does not exist."""
        channel = self.probe.channel()
        try:
            declared = channel.queue_declare(queue, passive=True).method
            channel.close()
            return declared.message_count, declared.consumer_count
        except pika.exceptions.ChannelClosedByBroker:
            return None

    def wait_for_consumers(self, count):
        self.wait_until(
            lambda: (self.queue_state() or (0, 0))[1] == count,
            lambda: f"{self.queue_state()}, not {count} consumers\n{self.logs()}",
        )

    # The program.

    def toml(self, brokers=None, top="", front=""):
        brokers = brokers or [self.node.uri()]
        return (
            f'policy.allow = ["127.0.0.0/8"]\ndns.servers = ["{NO_DNS}"]\ndrain_timeout_s = 30\n'
            f'{top}\n[admin]\nlisten = "{self.folder}/admin-{len(self.serves)}.sock"\n'
            f'[[kazoo]]\nname = "main"\nbrokers = {[*brokers]}\n'
            f'password_file = "{self.password_file}"\n{front}\n'
        ).replace("'", '"')

    def start(self, toml="", **settings):
        """One that is not necessarily connected."""
        number = len(self.serves)
        path = self.folder / f"pivot-{number}.toml"
        path.write_text(toml or self.toml(**settings))
        serve = Running(self.program, "--config", str(path), "--log-level", "debug")
        serve.socket = f"{self.folder}/admin-{number}.sock"
        self.addCleanup(serve.kill)
        self.serves.append(serve)
        return serve

    def serve(self, **settings):
        """One that consumes."""
        before = (self.queue_state() or (0, 0))[1]
        serve = self.start(**settings)
        self.wait_for_consumers(before + 1)
        return serve

    def stop(self, serve):
        serve.signal(signal.SIGTERM)
        self.assertEqual(serve.end(), 0, self.logs())

    def is_ready(self, serve):
        status = [self.program, "status", "--socket", serve.socket]
        return subprocess.run(status, capture_output=True).returncode == 0

    def wait_until_ready(self, serve, is_ready=True):
        self.wait_until(lambda: self.is_ready(serve) == is_ready, self.logs)

    def metrics(self, serve):
        connection = http.client.HTTPConnection("localhost")
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(serve.socket)
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        connection.close()
        return text

    def logs(self):
        return "\n".join("".join(serve.lines[-80:]) for serve in self.serves)

    # The voice server.

    def asked(self, path):
        return [request for request in self.web.requests if request[0] == path]

    def url(self, path, answer=None):
        """The URL of a path that is answered so."""
        if answer is not None:
            self.web.answers[path] = answer
        return self.web.url + path

    def assert_outcome(self, pivot, *outcomes):
        self.assertIn(pivot.wait(), outcomes, f"{pivot.replies}\n{self.logs()}")
