"""TLS on the listeners of `pivot serve`, as docs/serve.md has it. The argument is the program."""

import base64
import http.client
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess

import command_line
from serving import Serving

TOKEN = "0123456789abcdef"


class Tls(Serving):
    def tls(self, certificate, key):
        return f"tls_certificate = '{certificate}'\ntls_key = '{key}'\n"

    def serve_api(self, certificate, key, toml=""):
        serve = self.serve_toml(
            f'policy.allow = ["127.0.0.1"]\nadmin.listen = []\n{toml}[api]\n'
            f'listen = "127.0.0.1:0"\ntokens.a1 = "{TOKEN}"\n{self.tls(certificate, key)}'
        )
        self.port_of_api = self.port_in(serve, "the API at")
        return serve

    def port_in(self, serve, words):
        pattern = words + r" \S+:(\d+) with TLS$"
        serve.wait_for(pattern)
        [port] = [found[1] for line in serve.lines if (found := re.search(pattern, line))]
        return int(port)

    def connect(self, context, port=None):
        plain = socket.create_connection(("127.0.0.1", port or self.port_of_api), timeout=30)
        self.addCleanup(plain.close)
        secure = context.wrap_socket(plain, server_hostname="localhost")
        self.addCleanup(secure.close)
        return secure

    def ask(self, context):
        """The status of an answer of the API."""
        connection = http.client.HTTPSConnection(
            "localhost", self.port_of_api, context=context, timeout=60
        )
        action = {"voice_url": self.url("/sales"), "req_format": "twiml"}
        body = {"call": {"Call-ID": "call-1", "Request": "+491@x"}, "action": action}
        headers = {"Authorization": f"Bearer {TOKEN}"}
        connection.request("POST", "/v1/pivot", body=json.dumps(body), headers=headers)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status

    def subject(self, certificate):
        """The name of the certificate that a new connection gets."""
        names = dict(
            entry[0] for entry in self.connect(self.trusting(certificate)).getpeercert()["subject"]
        )
        return names["commonName"]

    def stop(self, serve):
        serve.signal(signal.SIGTERM)
        self.assertEqual(serve.end(), 0)

    def check(self, certificate, key):
        """What --check says of these files."""
        toml = self.file(f"[api]\nlisten = []\n{self.tls(certificate, key)}", "checked.toml")
        ended = self.pivot("serve", "--check", "--config", toml)
        self.assertEqual((ended.returncode, ended.stdout), (2, ""), ended.stderr)
        self.assertIn("checked.toml:3:", ended.stderr)
        return ended.stderr

    def test_the_api_answers_over_tls_1_2_and_1_3_and_no_older_version(self):
        certificate, key = self.make_certificate()
        serve = self.serve_api(certificate, key)
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context = self.trusting(certificate)
            context.minimum_version = context.maximum_version = version
            self.assertEqual(self.ask(context), 200)
        old = self.trusting(certificate)
        old.set_ciphers("ALL:@SECLEVEL=0")
        old.minimum_version = ssl.TLSVersion.TLSv1
        old.maximum_version = ssl.TLSVersion.TLSv1_1
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            self.connect(old)
        self.stop(serve)

    def test_curl_asks_and_gets_the_answer(self):
        if shutil.which("curl") is None:
            self.skipTest("curl is missing")
        certificate, key = self.make_certificate()
        serve = self.serve_api(certificate, key)
        url = f"https://localhost:{self.port_of_api}/nowhere"
        asked = subprocess.run(
            ["curl", "-sS", "-v", "--cacert", certificate, "--noproxy", "*", url, url],
            capture_output=True,
            text=True,
            timeout=60,
        )
        self.assertEqual(asked.returncode, 0, asked.stderr)
        self.assertEqual(asked.stdout.count('{"error":'), 2)
        self.assertRegex(asked.stderr, "accepted (to use )?http/1.1")
        self.stop(serve)

    def test_of_the_protocols_of_a_client_ours_is_chosen_or_it_is_refused(self):
        certificate, key = self.make_certificate()
        serve = self.serve_api(certificate, key)
        context = self.trusting(certificate)
        context.set_alpn_protocols(["h2", "http/1.1"])
        self.assertEqual(self.connect(context).selected_alpn_protocol(), "http/1.1")
        context.set_alpn_protocols(["h2"])
        with self.assertRaisesRegex(ssl.SSLError, "(?i)no.application.protocol"):
            self.connect(context)
        self.stop(serve)

    def test_a_client_without_tls_is_told_so(self):
        certificate, key = self.make_certificate()
        serve = self.serve_api(certificate, key)
        connection = http.client.HTTPConnection("127.0.0.1", self.port_of_api, timeout=30)
        connection.request("GET", "/v1/pivot")
        answer = connection.getresponse()
        self.assertEqual(answer.status, 400)
        self.assertIn("https://", json.loads(answer.read())["error"])
        connection.close()
        self.stop(serve)

    def test_hostile_clients_do_no_harm_and_hold_up_nobody(self):
        certificate, key = self.make_certificate()
        serve = self.serve_api(certificate, key)
        record = b"\x16\x03\x01\x02\x00"
        for bytes_sent in (b"", record, record + b"\x01\x00\x01\xfc\x03\x03" + bytes(100)):
            half = socket.create_connection(("127.0.0.1", self.port_of_api), timeout=30)
            self.addCleanup(half.close)
            half.sendall(bytes_sent)
        for garbage in (b"\x00" * 1000, os.urandom(64) * 1000, record + b"\xff" * 0x200):
            with socket.create_connection(("127.0.0.1", self.port_of_api), timeout=30) as wild:
                try:
                    wild.sendall(garbage)
                    while wild.recv(4096):
                        pass
                except ConnectionError:
                    pass
        self.assertEqual(self.ask(self.trusting(certificate)), 200)
        self.stop(serve)

    def test_a_client_cannot_renegotiate(self):
        certificate, key = self.make_certificate()
        serve = self.serve_api(certificate, key)
        asked = subprocess.run(
            ["openssl", "s_client", "-tls1_2", "-connect", f"127.0.0.1:{self.port_of_api}"]
            + ["-CAfile", certificate],
            input="R\n" + "GET / HTTP/1.1\r\n",
            capture_output=True,
            text=True,
            timeout=60,
        )
        self.assertIn("RENEGOTIATING", asked.stdout + asked.stderr)
        self.assertIn("no renegotiation", asked.stdout + asked.stderr)
        self.assertEqual(self.ask(self.trusting(certificate)), 200)
        self.stop(serve)

    def test_a_renewed_certificate_is_taken_up_and_no_connection_is_dropped(self):
        certificate, key = self.make_certificate(name="first")
        serve = self.serve_api(certificate, key)
        kept = http.client.HTTPSConnection(
            "localhost", self.port_of_api, context=self.trusting(certificate), timeout=30
        )
        kept.request("GET", "/one")
        kept.getresponse().read()
        old = shutil.copy(certificate, os.path.join(self.folder, "old.pem"))
        self.make_certificate(name="second", key="other.pem")
        self.wait_until(
            lambda: self.subject(old) and serve.find("warning the certificate stays as it was", 1)
        )
        os.rename(os.path.join(self.folder, "other.pem"), key)
        self.wait_until(lambda: self.has_subject(certificate, "second"))
        serve.signal(signal.SIGHUP)
        serve.wait_for("the configuration is read again")
        kept.request("GET", "/two")
        self.assertEqual(kept.getresponse().status, 404)
        kept.close()
        self.stop(serve)

    def has_subject(self, certificate, name):
        try:
            return self.subject(certificate) == name
        except ssl.SSLCertVerificationError:
            return False

    def test_a_reload_with_a_wrong_key_changes_nothing(self):
        certificate, key = self.make_certificate(name="first")
        serve = self.serve_api(certificate, key)
        old = shutil.copy(certificate, os.path.join(self.folder, "old.pem"))
        self.make_certificate(name="second", key="other.pem")
        serve.signal(signal.SIGHUP)
        serve.wait_for("the configuration stays as it was: .*private key does not belong")
        self.assertEqual(self.subject(old), "first")
        self.stop(serve)

    def test_a_certificate_that_expires_soon_is_told_of(self):
        certificate, key = self.make_certificate()  # for two days
        admin = os.path.join(self.folder, "admin.sock")
        serve = self.serve_toml(
            f'admin.listen = "{admin}"\n[api]\nlisten = "127.0.0.1:0"\n'
            + self.tls(certificate, key)
        )
        serve.wait_for(rf"warning the certificate of \[api\] expires on 2\S+: renew {certificate}")
        shown = self.pivot("status", "--socket", admin)
        self.assertRegex(shown.stdout, r"\napi +certificate until 2\d{3}-\d\d-\d\d\n")
        self.stop(serve)

    def test_check_says_what_is_wrong_with_the_files(self):
        certificate, key = self.make_certificate()
        other = self.make_certificate(certificate="other-cert.pem", key="other-key.pem")[1]
        garbage = self.file("garbage", "garbage.pem")
        self.assertIn(
            f"private key does not belong to the certificate: {other}",
            self.check(certificate, other),
        )
        self.assertIn("certificate in /none: No such file", self.check("/none", key))
        self.assertIn("private key in /none: No such file", self.check(certificate, "/none"))
        self.assertIn(f"certificate in {garbage}: ", self.check(garbage, key))
        self.assertIn(f"private key in {garbage}: ", self.check(certificate, garbage))
        self.assertIn("needs tls_key as well", self.check(certificate, ""))
        locked = os.path.join(self.folder, "locked.pem")
        subprocess.run(
            ["openssl", "ec", "-in", key, "-aes128", "-passout", "pass:secret", "-out", locked],
            check=True,
            capture_output=True,
            timeout=60,
        )
        self.assertIn(f"private key in {locked}: ", self.check(certificate, locked))
        if os.geteuid() != 0:
            os.chmod(key, 0)
            self.assertIn(f"private key in {key}: Permission denied", self.check(certificate, key))

    def test_asterisk_connects_over_tls(self):
        certificate, key = self.make_certificate()
        serve = self.serve_toml(
            f'admin.listen = []\nmedia.path = "{self.folder}"\n[asterisk]\n'
            f'listen = "127.0.0.1:0"\n{self.tls(certificate, key)}',
            "--url",
            self.url("/sales"),
        )
        pattern = r"uri = wss://127\.0\.0\.1:(\d+)/"
        serve.wait_for(pattern)
        [port] = [int(found[1]) for line in serve.lines if (found := re.search(pattern, line))]
        asterisk = self.connect(self.trusting(certificate), port)
        asterisk.sendall(
            b"GET /?app=pivot HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
            b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: ari\r\n"
            b"Sec-WebSocket-Key: " + base64.b64encode(bytes(16)) + b"\r\n\r\n"
        )
        self.assertTrue(asterisk.recv(4096).startswith(b"HTTP/1.1 101 "))
        self.stop(serve)

    def test_the_admin_listener_of_other_machines_has_tls(self):
        certificate, key = self.make_certificate()
        serve = self.serve_toml(
            f'[admin]\nlisten = ["0.0.0.0:0", "127.0.0.1:0"]\ntoken = "{TOKEN}"\n'
            + self.tls(certificate, key)
        )
        port = self.port_in(serve, "health and metrics at")
        secure = self.connect(self.trusting(certificate), port)
        secure.sendall(b"GET /livez HTTP/1.0\r\n\r\n")
        self.assertTrue(secure.recv(4096).startswith(b"HTTP/1.1 200 "))
        serve.wait_for(r"health and metrics at 127\.0\.0\.1:\d+$")
        self.stop(serve)


if __name__ == "__main__":
    command_line.main()
