"""A telephone with several calls at once, for what sipp has no scenario for: attended transfers."""

import contextlib
import re
import socket
import threading
import uuid

ASTERISK = ("127.0.0.1", 5070)


class Dialog:
    """One of its calls."""

    def __init__(self, extension, id):
        self.extension = extension
        self.id = id or uuid.uuid4().hex
        self.tag = uuid.uuid4().hex[:8]
        self.peer_tag = None
        self.numbers = {}  # of its requests
        self.statuses = {}  # final ones, by method
        self.transfer = None  # the status that was told of a transfer
        self.is_over = False


class Telephone:
    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.dialogs = {}
        self.changed = threading.Condition()
        self.listening = threading.Thread(target=self.listen, daemon=True)
        self.listening.start()

    def close(self):
        with contextlib.suppress(OSError):  # it has no peer; its thread wakes up all the same
            self.socket.shutdown(socket.SHUT_RD)
        self.listening.join()
        self.socket.close()

    def call(self, extension, id=None):
        """Until somebody has answered. `id` is the Call-ID, which may be that of another telephone."""
        dialog = Dialog(extension, id)
        self.dialogs[dialog.id] = dialog
        offer = (
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            "m=audio 29990 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
        )
        self.request(dialog, "INVITE", "Content-Type: application/sdp\r\n", offer)
        self.wait(lambda: dialog.statuses.get("INVITE") == 200)
        self.request(dialog, "ACK")
        return dialog

    def refer(self, dialog, to):
        """Returns the status of which Asterisk tells in the end."""
        contact = f"Refer-To: <{to}>\r\nReferred-By: <sip:alice@127.0.0.1>\r\n"
        self.request(dialog, "REFER", contact)
        self.wait(lambda: dialog.transfer or dialog.statuses.get("REFER", 202) != 202)
        return dialog.transfer or dialog.statuses["REFER"]

    def replace(self, dialog, other):
        """Connects the far ends of two calls."""
        replaces = f"{other.id}%3Bto-tag%3D{other.peer_tag}%3Bfrom-tag%3D{other.tag}"
        return self.refer(dialog, f"sip:{other.extension}@127.0.0.1:5070?Replaces={replaces}")

    def hang_up(self, dialog):
        self.request(dialog, "BYE")
        self.wait(lambda: "BYE" in dialog.statuses)

    def wait(self, is_so, seconds=60):
        with self.changed:
            assert self.changed.wait_for(is_so, seconds), vars(self)

    def request(self, dialog, method, headers="", body=""):
        number = dialog.numbers.get("INVITE") if method == "ACK" else len(dialog.numbers) + 1
        dialog.numbers[method] = number
        to = f";tag={dialog.peer_tag}" if dialog.peer_tag else ""
        self.send(
            f"{method} sip:{dialog.extension}@127.0.0.1:5070 SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};branch=z9hG4bK{uuid.uuid4().hex}\r\n"
            f"From: <sip:alice@127.0.0.1>;tag={dialog.tag}\r\n"
            f"To: <sip:{dialog.extension}@127.0.0.1>{to}\r\n"
            f"Call-ID: {dialog.id}\r\nCSeq: {number} {method}\r\nMax-Forwards: 70\r\n"
            f"Contact: <sip:alice@127.0.0.1:{self.port}>\r\n"
            f"{headers}Content-Length: {len(body)}\r\n\r\n{body}"
        )

    def send(self, text):
        self.socket.sendto(text.encode(), ASTERISK)

    def listen(self):
        while text := self.socket.recv(65535).decode():
            with self.changed:
                self.hear(text)
                self.changed.notify_all()

    def hear(self, text):
        dialog = self.dialogs[re.search(r"\nCall-ID: (\S+)", text)[1]]
        method = re.search(r"\nCSeq: \d+ (\w+)", text)[1]
        if answer := re.match(r"SIP/2.0 (\d+)", text):
            if tag := re.search(r"\nTo: .*;tag=([^\s;]+)", text):
                dialog.peer_tag = tag[1]
            if int(answer[1]) >= 200:
                dialog.statuses[method] = int(answer[1])
            return
        if method == "NOTIFY" and (told := re.search(r"\r\n\r\nSIP/2.0 (\d+)", text)):
            if int(told[1]) >= 200:
                dialog.transfer = int(told[1])
        if method == "BYE":
            dialog.is_over = True
        kept = re.findall(r"^(?:Via|From|To|Call-ID|CSeq): .*\r\n", text, re.MULTILINE)
        if method != "ACK":
            self.send(f"SIP/2.0 200 OK\r\n{''.join(kept)}Content-Length: 0\r\n\r\n")
