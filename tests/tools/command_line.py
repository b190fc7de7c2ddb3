"""What tests of the command line share: a web server, files, and the program."""

import http.server
import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import unittest

FLOW = {"module": "play", "data": {"id": "hello"}}
SORRY = {"module": "play", "data": {"id": "sorry"}}
TWIML = """<?xml version="1.0" encoding="UTF-8"?>
<Response>
  <Gather numDigits="1" timeout="soon" action="/menu">
    <Say voice="alice">Press one.</Say>
  </Gather>
  <Foobar/>
  <Hangup/>
</Response>
"""


class Answers(http.server.BaseHTTPRequestHandler):
    """Answers by path, and keeps what it was asked."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        length = int(self.headers.get("Content-Length", 0))
        self.server.headers = self.headers
        self.server.asked.append((self.command, self.path, self.rfile.read(length).decode()))
        path = self.path.split("?")[0]
        status, content_type, body = {
            "/flow": (200, "application/json", json.dumps(FLOW)),
            "/unread": (200, "application/json", '{"module":"play","data":{"id":"a","idd":"b"}}'),
            "/broken": (200, "application/json", '{"module":"tts","data":{}}'),
            "/twiml": (200, "text/xml", TWIML),
            "/broken-twiml": (200, "text/xml", "<Response>\n  <Say>a & b</Say></Response>"),
            "/error": (500, "text/plain", "sorry"),
            "/redirect": (302, "text/plain", ""),
        }[path]
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        if path == "/redirect":
            self.send_header("Location", "/flow")
        self.end_headers()
        self.wfile.write(body.encode())

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


def dns_server():
    """One that says that every name is 127.0.0.1, and returns its port."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))

    def serve():
        while True:
            query, asker = sock.recvfrom(4096)
            end = query.index(b"\0", 12) + 5
            is_a = query[end - 4 : end - 2] == b"\0\1"
            head = query[:2] + struct.pack("!HHHHH", 0x8180, 1, is_a, 0, 0)
            record = b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 60, 4) + bytes([127, 0, 0, 1])
            sock.sendto(head + query[12:end] + (record if is_a else b""), asker)

    threading.Thread(target=serve, daemon=True).start()
    return sock.getsockname()[1]


class CommandLine(unittest.TestCase):
    program = None

    @classmethod
    def setUpClass(cls):
        cls.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        cls.server.daemon_threads = True
        cls.server.asked = []
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()
        cls.port = cls.server.server_address[1]

    @classmethod
    def tearDownClass(cls):
        cls.server.shutdown()
        cls.server.server_close()

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.server.asked.clear()

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def file(self, content, name="file.json"):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as out:
            out.write(content if isinstance(content, str) else json.dumps(content))
        return path

    def pivot(self, *arguments, text=""):
        return subprocess.run(
            [self.program, *arguments], input=text, capture_output=True, text=True, timeout=30
        )

    def node(self, path="/flow", **data):
        return {
            "module": "pivot",
            "data": {"voice_url": self.url(path), **data},
            "children": {"_": SORRY},
        }

    def outcome(self, action, *arguments, status):
        """Runs `pivot run` with this action, loopback allowed, and returns the outcome."""
        ended = self.pivot("run", "--allow", "127.0.0.0/8", *arguments, self.file(action))
        self.assertEqual(ended.returncode, status, ended.stderr + ended.stdout)
        self.assertEqual(ended.stderr, "")
        self.assertEqual(ended.stdout.count("\n"), 1, "one object on one line")
        return json.loads(ended.stdout)

    def assert_usage_error(self, ended, *words):
        self.assertEqual(ended.returncode, 2, ended.stdout)
        self.assertEqual(ended.stdout, "")
        self.assertEqual(ended.stderr.count("\n"), 1, ended.stderr)
        self.assertTrue(ended.stderr.endswith("\n"))
        self.assertGreater(len(ended.stderr), 5)
        for word in words:
            self.assertIn(word, ended.stderr)


def main():
    """Runs the tests of the module that calls. The first argument is the program."""
    CommandLine.program = sys.argv.pop(1)
    unittest.main()
