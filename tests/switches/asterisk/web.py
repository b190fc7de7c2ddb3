"""A small web server whose answers a test sets, and which remembers what it was asked."""

import http.server
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
                time.sleep(delay)
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

    def wait_for(self, path, count=1, seconds=20):
        """The parameters and the moment of the latest of so many requests for a path."""
        with self.changed:

            def found():
                return [request for request in self.requests if request[0] == path]

            if not self.changed.wait_for(lambda: len(found()) >= count, seconds):
                raise AssertionError(f"nobody asked for {path}: {self.requests}")
            return found()[count - 1][1:]

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
