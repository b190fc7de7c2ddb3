"""The request of a pivot, as `pivot load` itself sends it: peers send the same bytes, or build the
same parameters."""

import dataclasses
import re
import socket
import threading
import urllib.parse

from harness import callflows


@dataclasses.dataclass
class Request:
    text: str  # from the request line to the empty line

    def head(self, port):
        """The request, for the server on this port."""
        return re.sub(r"(?im)^Host: [^\r]*", f"Host: 127.0.0.1:{port}", self.text)

    @property
    def target(self):
        return self.text.split(" ")[1]

    @property
    def parameters(self):
        return urllib.parse.parse_qsl(
            urllib.parse.urlsplit(self.target).query, keep_blank_values=True
        )


def capture(peers):
    """Asks `pivot load` for one pivot, and keeps what it sends."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        heads = []
        threading.Thread(target=_answer_all, args=(listener, heads), daemon=True).start()
        peers.pivot_load(listener.getsockname()[1], 1, "--count", 1)
        listener.shutdown(socket.SHUT_RDWR)
    return Request(heads[-1])


def _answer_all(listener, heads):
    body = callflows.callflow(400)
    answer = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_answer, args=(client, answer.encode(), heads), daemon=True).start()


def _answer(client, answer, heads):
    with client:
        received = b""
        while data := client.recv(65536):
            received += data
            while b"\r\n\r\n" in received:
                head, _, received = received.partition(b"\r\n\r\n")
                heads.append(head.decode() + "\r\n\r\n")
                client.sendall(answer)
