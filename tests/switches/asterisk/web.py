"""A small web server whose answers a test sets, and which remembers what it was asked."""

import http.server
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse


class Web:
    def __init__(self):
        self.answers = {}
        self.requests = []  # (path, parameters, when)
        self.uploads = {}  # by path
        self.changed = threading.Condition()
        web = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # else a body waits 40 ms for the ACK of its head

            def do_GET(self):
                self.answer(urllib.parse.urlsplit(self.path).query)

            def do_POST(self):
                self.answer(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())

            def do_PUT(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                web.uploads[self.path] = body
                web.take(self.path, {})
                self.send_response(201)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def answer(self, form):
                path = urllib.parse.urlsplit(self.path).path
                parameters = dict(urllib.parse.parse_qsl(form, keep_blank_values=True))
                delay, body = web.take(path, parameters)
                body = body(parameters) if callable(body) else body
                time.sleep(delay)
                if callable(body):
                    body(self)
                    return
                self.send_response(200 if body is not None else 503)
                is_sound = isinstance(body, bytes)
                body = body if is_sound else (body or "").encode()
                type = "text/xml" if body.startswith(b"<") else "application/json"
                self.send_header("Content-Type", "audio/wav" if is_sound else type)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 500

            def handle_error(self, *_):
                pass  # a caller hung up, and the request with them

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, path, parameters):
        with self.changed:
            self.requests.append((path, parameters, time.monotonic()))
            self.changed.notify_all()
        answer = self.answers.get(path)
        delay, body = answer if isinstance(answer, tuple) else (0, answer)
        return delay, body

    def forget(self):
        self.requests.clear()
        self.answers.clear()

    def wait_for(self, path, count=1, seconds=60):
        """The parameters and the moment of the latest of so many requests for a path.

        The bound is one that only a failing test reaches.
        """
        with self.changed:

            def found():
                return [request for request in self.requests if request[0] == path]

            if not self.changed.wait_for(lambda: len(found()) >= count, seconds):
                raise AssertionError(f"nobody asked for {path}: {self.requests}")
            return found()[count - 1][1:]

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class DyingWeb:
    """One in a process of its own, for documents that never change."""

    PORT = 8010

    def __init__(self, documents):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        for name, text in documents.items():
            (self.folder / name).write_text(f"<Response>{text}</Response>")
        command = [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(self.PORT)]
        self.process = subprocess.Popen(
            command, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while not self.is_there():
            time.sleep(0.02)

    def is_there(self):
        with socket.socket() as connection:
            return connection.connect_ex(("127.0.0.1", self.PORT)) == 0

    def stall(self):
        self.process.send_signal(signal.SIGSTOP)

    def is_asked(self):
        """Whether a request waits for the server that stalls."""
        connections = subprocess.run(["ss", "-Htn"], capture_output=True, text=True).stdout
        rows = [line.split() for line in connections.splitlines()]
        return any(row[3] == f"127.0.0.1:{self.PORT}" and row[1] != "0" for row in rows)

    def kill(self):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
