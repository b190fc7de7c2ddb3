"""What tests of `pivot serve` share: a voice application, and the program as it runs."""

import http.server
import os
import re
import shutil
import ssl
import subprocess
import threading
import time

from command_line import CommandLine
from running import Running

MENU = (
    '<Response><Gather numDigits="1" action="/chosen" timeout="60"><Say>Press one</Say></Gather>'
    "</Response>"
)
REST = '<Response><Say>Hold on</Say><Pause length="10000"/></Response>'


class Application(http.server.BaseHTTPRequestHandler):
    """A voice application: it has a menu, a call that rests for hours, and what fails."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        length = int(self.headers.get("Content-Length", 0))
        self.server.asked.append((self.command, self.path, self.rfile.read(length).decode()))
        body = {
            "/menu": MENU,
            "/chosen": "<Response><Say>Bye</Say></Response>",
            "/rest": REST,
            "/sales": "<Response/>",
        }.get(self.path.split("?")[0])
        self.send_response(200 if body else 500)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(body or "")))
        self.end_headers()
        self.wfile.write((body or "").encode())

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 1024  # all calls may come at once


class Serving(CommandLine):
    """Tests with an application, and with a `pivot serve` that runs."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server(("127.0.0.1", 0), Application)
        cls.server.daemon_threads = True
        cls.server.asked = []
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()
        cls.port = cls.server.server_address[1]

    def serve(self, *arguments, under=()):
        """Under another program, if there is one."""
        running = Running(self.program, *arguments, under=under)
        self.addCleanup(running.kill)
        return running

    def serve_toml(self, text, *arguments):
        return self.serve("--config", self.file(text, "pivot.toml"), *arguments)

    def api_port_of(self, serve):
        pattern = r"the API at 127\.0\.0\.1:(\d+)$"
        serve.wait_for(pattern)
        [port] = [int(found[1]) for line in serve.lines if (found := re.search(pattern, line))]
        return port

    def asked(self):
        return [path.split("?")[0] for _, path, _ in self.server.asked]

    def wait_until(self, is_so):
        """The bound is one that only a failing test reaches."""
        end = time.monotonic() + 60
        while not is_so():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.02)

    def make_certificate(self, name="localhost", certificate="cert.pem", key="key.pem"):
        """A certificate that is its own authority, and its key, by the tool that operators use."""
        if shutil.which("openssl") is None:
            self.skipTest("openssl is missing")
        made = os.path.join(self.folder, certificate), os.path.join(self.folder, key)
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
            + ["-nodes", "-days", "2", "-subj", f"/CN={name}", "-keyout", made[1] + ".new"]
            + ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-out", made[0] + ".new"],
            check=True,
            capture_output=True,
            timeout=60,
        )
        for file in made:
            os.rename(file + ".new", file)
        return made

    def trusting(self, certificate):
        context = ssl.create_default_context()
        context.load_verify_locations(certificate)
        return context
