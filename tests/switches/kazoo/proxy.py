"""A TCP proxy before a broker that can cut, and keep back what the broker or its client says."""

import socket
import struct
import threading


class Proxy:
    """Connects to `port` for whoever connects to its own. With `port` None it refuses everybody."""

    def __init__(self, port):
        self.target = port
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        self.pairs = []
        self.lock = threading.Lock()
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.may_speak = threading.Event()
        self.may_speak.set()
        self.is_closed = False
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            try:
                broker = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                client.close()
                continue
            with self.lock:
                self.pairs.append((client, broker))
            speech = (client, broker, self.may_speak)
            threading.Thread(target=self.pump, args=speech, daemon=True).start()
            answers = (broker, client, self.may_answer)
            threading.Thread(target=self.pump, args=answers, daemon=True).start()

    def pump(self, source, target, gate):
        try:
            while data := source.recv(65536):
                gate.wait()
                target.sendall(data)
        except OSError:
            pass
        for one in (source, target):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def keep_answers(self):
        self.may_answer.clear()

    def keep_speech(self):
        self.may_speak.clear()

    def cut(self):
        """Resets all connections, and loses what was kept back."""
        with self.lock:
            pairs, self.pairs = self.pairs, []
        for pair in pairs:
            for one in pair:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                try:
                    one.shutdown(socket.SHUT_RD)  # wakes its thread
                except OSError:
                    pass
                one.close()
        self.may_answer.set()
        self.may_speak.set()

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.cut()
