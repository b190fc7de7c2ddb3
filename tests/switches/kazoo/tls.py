"""amqps."""

import voice
from serve_case import ServeCase
from case import Place


class Tls(ServeCase):
    def setUp(self):
        super().setUp()
        self.flow = self.url("/flow", voice.json_of(voice.FLOW))
        self.folder_of_certificates = Place.rabbit.certificates

    def test_a_broker_with_a_trusted_certificate_is_used(self):
        peer = self.peer_of()
        authority = f'tls_ca = "{self.folder_of_certificates}/ca.pem"'
        self.serve(brokers=[self.node.uri(tls=True)], front=authority)
        self.assert_outcome(peer.pivot(self.flow), "flow")

    def test_a_broker_with_another_certificate_is_not(self):
        authority = f'tls_ca = "{self.folder_of_certificates}/another.pem"'
        serve = self.start(brokers=[self.node.uri(tls=True)], front=authority)
        serve.wait_for("(?i)certificate|tls")
        self.assertFalse(self.is_ready(serve))
        self.assertIsNone(self.queue_state())
