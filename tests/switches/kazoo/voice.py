"""What a voice server answers over a bus: right, and wrong in each way of KAZOO's dead air."""

import json
import socket
import ssl
import struct
import threading
import time

FLOW = {"module": "tts", "data": {"text": "hello"}}
# What KAZOO's schema adds to FLOW.
SAID = {
    "module": "tts",
    "data": {"text": "hello", "voice": "female", "terminators": list("123456789*0#")},
}
BIG_FLOW = FLOW | {"children": {f"{number}": FLOW for number in range(3000)}}  # more than a frame


def answer(status, content_type, body, **headers):
    """One for Web.answers, which is a function of the parameters that are not looked at."""

    def write(handler):
        text = body if isinstance(body, bytes) else body.encode()
        handler.send_response(status)
        if content_type:
            handler.send_header("Content-Type", content_type)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(text)))
        handler.end_headers()
        handler.wfile.write(text)

    return lambda _: write


def json_of(value):
    return answer(200, "application/json", value if isinstance(value, str) else json.dumps(value))


def truncated(_):
    return write_truncated


def silent(_):
    return write_nothing


def write_truncated(handler):
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"module":')
    handler.close_connection = True


def write_nothing(handler):
    handler.close_connection = True
    time.sleep(12)


class Door:
    """A port without a web server: it resets connections, or shakes hands with a certificate."""

    def __init__(self, certificate=None):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.context = None
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(f"{certificate}.pem", f"{certificate}.key")
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                client, _ = self.listener.accept()
                self.turn_away(client)
            except OSError:
                if self.listener.fileno() < 0:
                    return

    def turn_away(self, client):
        client.settimeout(10)
        with client:
            if self.context:
                self.context.wrap_socket(client, server_side=True).close()
                return
            client.recv(65536)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
