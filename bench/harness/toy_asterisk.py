"""A toy Asterisk: it plays the switch's part of many calls over ARI, at once and for next to nothing.

Each call comes from a SIP phone with a header, presses a key a second after its first prompt has
begun, hears the end of the second one at once, and is then hung up. If the toy itself had to wait
for a processor, it does not make up for that with a burst of calls and keys.
"""

import base64
import hashlib
import heapq
import json
import math
import re
import selectors
import socket
import struct
import threading
import time
import urllib.parse
from functools import partial

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
LISTENING_SECONDS = 1
REASONS = {101: "Switching Protocols", 200: "OK", 201: "Created", 204: "No Content"}
VARIABLES = {
    "CHANNEL(pjsip,remote_uri)": '"Alice" <sip:+15551230000@192.0.2.7>',
    "CHANNEL(pjsip,local_uri)": "<sip:700@192.0.2.1>",
    "PJSIP_HEADERS(X-)": "X-Site",
    "PJSIP_HEADER(read,X-Site)": "north",
}


class ToyAsterisk:
    """Places so many calls, `rate` a second, on a thread of its own, as soon as somebody listens."""

    def __init__(self, calls, rate):
        self.calls = calls
        self.rate = rate
        self.ended = 0
        self.has_ended = threading.Event()
        self.is_stopping = False
        self.due = []  # (when, order, what)
        self.next_at = 0  # the earliest time of what comes next of that
        self.order = 0
        self.playing = {}  # channels by playbacks
        self.prompts = {}  # how many there were, by channels
        self.events = None
        self.selector = selectors.DefaultSelector()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.selector.register(self.listener, selectors.EVENT_READ)
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def stop(self):
        self.is_stopping = True
        self.thread.join()
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()
        self.selector.close()

    def _run(self):
        while not self.is_stopping:
            for key, _ in self.selector.select(min(self._patience(), 0.1)):
                if key.fileobj is self.listener:
                    self._accept()
                else:
                    self._read(key.fileobj, key.data)
            if self._patience() == 0:
                self.next_at = time.monotonic() + 0.25 / self.rate
                heapq.heappop(self.due)[2]()

    def _patience(self):
        if not self.due:
            return math.inf
        return max(0, max(self.due[0][0], self.next_at) - time.monotonic())

    def _at(self, when, what):
        self.order += 1
        heapq.heappush(self.due, (when, self.order, what))

    def _accept(self):
        connection, _ = self.listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.selector.register(connection, selectors.EVENT_READ, bytearray())

    def _read(self, connection, unread):
        try:
            received = connection.recv(65536)
        except ConnectionResetError:
            received = b""
        if not received:
            self.selector.unregister(connection)
            connection.close()
            return
        if connection is self.events:
            return  # pongs, and the close
        unread += received
        while (end := unread.find(b"\r\n\r\n")) >= 0:
            head = unread[:end].decode()
            length = re.search(r"(?i)content-length: (\d+)", head)
            size = end + 4 + (int(length[1]) if length else 0)
            if len(unread) < size:
                return
            del unread[:size]
            self._answer(connection, head)

    # ---- requests --------------------------------------------------------------------------------

    def _answer(self, connection, head):
        method, target, _ = head.split(" ", 2)
        path = target.removeprefix("/ari/")
        if path.startswith("events?"):
            return self._register(connection, head)
        words = urllib.parse.unquote(path.partition("?")[0]).split("/")
        match method, *words:
            case "GET", "channels", _, "variable":
                self._reply(connection, 200, {"value": self._value(path)})
            case "POST", "channels", channel, "answer":
                self._reply(connection, 204)
                self._tell("ChannelStateChange", channel, "Up")
            case "POST", "channels", channel, "play", playback:
                self._reply(connection, 201, self._playback(channel, playback))
                self._play(channel, playback)
            case "DELETE", "playbacks", playback:
                self._reply(connection, 204)
                self._finish(playback)
            case "DELETE", "channels", channel:
                self._reply(connection, 204)
                self._end(channel)
            case "GET", "asterisk", "info":
                self._reply(connection, 200, {"status": {"startup_time": "long ago"}})
            case "GET", "applications", name:
                self._reply(connection, 200, {"name": name, "channel_ids": [], "bridge_ids": []})
            case _:
                self._reply(connection, 200, {})

    def _reply(self, connection, status, body=None):
        body = json.dumps(body).encode() if body is not None else b""
        head = f"HTTP/1.1 {status} {REASONS[status]}\r\nContent-Type: application/json\r\n"
        if status != 204:
            head += f"Content-Length: {len(body)}\r\n"
        connection.sendall(head.encode() + b"\r\n")
        if body:
            connection.sendall(body)  # a packet of its own, as Asterisk does

    def _value(self, path):
        expression = urllib.parse.unquote(path.partition("variable=")[2])
        return "\n".join(VARIABLES.get(name, "") for name in re.findall(r"\$\{(.*?)\}", expression))

    def _register(self, connection, head):
        key = re.search(r"(?i)sec-websocket-key: (\S+)", head)[1]
        accept = base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()
        connection.sendall(
            f"HTTP/1.1 101 {REASONS[101]}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Accept: {accept}\r\n\r\n".encode()
        )
        self.events = connection
        begin = time.monotonic() + 1
        for call in range(self.calls):
            self._at(begin + call / self.rate, partial(self._start, f"1700000000.{call}"))

    # ---- calls -----------------------------------------------------------------------------------

    def _start(self, channel):
        self.prompts[channel] = 0
        self._tell("StasisStart", channel, "Ring", args=["twiml"])

    def _play(self, channel, playback):
        self.playing[playback] = channel
        self.prompts[channel] += 1
        if self.prompts[channel] > 1:
            return self._finish(playback)
        self._at(time.monotonic() + LISTENING_SECONDS, partial(self._press, channel))

    def _press(self, channel):
        self._tell("ChannelDtmfReceived", channel, "Up", digit="5", duration_ms=100)

    def _finish(self, playback):
        channel = self.playing.pop(playback)
        told = self._playback(channel, playback) | {"state": "done"}
        self._send({"type": "PlaybackFinished", "playback": told})

    def _end(self, channel):
        self._tell("StasisEnd", channel, "Up")
        self._tell("ChannelDestroyed", channel, "Up", cause=16, cause_txt="Normal Clearing")
        del self.prompts[channel]
        self.ended += 1
        if self.ended == self.calls:
            self.has_ended.set()

    def _playback(self, channel, playback):
        uri = "sound:/var/cache/pivot/media/pivot-1"
        target = f"channel:{channel}"
        return {"id": playback, "media_uri": uri, "target_uri": target, "language": "en"}

    def _tell(self, type, channel, state, **more):
        number = channel.partition(".")[2]
        told = {
            "id": channel,
            "name": f"PJSIP/sipp-{int(number):08x}",
            "state": state,
            "protocol_id": f"{number}-1@192.0.2.7",
            "caller": {"name": "Alice", "number": "+15551230000"},
            "connected": {"name": "", "number": ""},
            "accountcode": "",
            "dialplan": {
                "context": "default",
                "exten": "700",
                "priority": 1,
                "app_name": "Stasis",
                "app_data": "pivot,twiml",
            },
            "creationtime": "2026-11-29T18:01:30.123+0000",
            "language": "en",
        }
        self._send({"type": type, **more, "channel": told})

    def _send(self, event):
        event |= {
            "timestamp": "2026-11-29T18:01:30.123+0000",
            "asterisk_id": "02:00:00:00:00:01",
            "application": "pivot",
        }
        text = json.dumps(event, separators=(",", ":")).encode()
        self.events.sendall(struct.pack(">BBH", 0x81, 126, len(text)) + text)
