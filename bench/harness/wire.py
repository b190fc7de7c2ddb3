"""What programs on this machine say to each other over TCP, and when, by the kernel's clock."""

import ctypes
import socket
import struct
import threading

SO_ATTACH_FILTER = 26
SO_RCVBUFFORCE = 33
SO_TIMESTAMPNS = 35
ETH_P_IP = 0x0800
IP_AT = 14  # after the header of Ethernet, which loopback has, too
BYTES_MAX = 0x40000


def filter_of(port):
    """Packets of TCP from or to this port, without IP options: the kernel's classic BPF."""
    program = [
        (0x30, 0, 0, IP_AT + 9),  # the protocol
        (0x15, 0, 5, socket.IPPROTO_TCP),
        (0x28, 0, 0, IP_AT + 20),  # the source
        (0x15, 2, 0, port),
        (0x28, 0, 0, IP_AT + 22),  # the destination
        (0x15, 0, 1, port),
        (0x06, 0, 0, BYTES_MAX),
        (0x06, 0, 0, 0),
    ]
    return b"".join(struct.pack("HBBI", *line) for line in program)


class Wire:
    """Keeps (seconds, bytes) of each packet that has any, until it is stopped. Needs root."""

    def __init__(self, port):
        self.packets = []
        self.is_stopping = False
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_IP))
        program = ctypes.create_string_buffer(filter_of(port))
        lines = (len(program) - 1) // 8
        pointed = struct.pack("HL", lines, ctypes.addressof(program))
        self.socket.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, pointed)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 16 * 1024 * 1024)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.socket.bind(("lo", ETH_P_IP))
        self.socket.settimeout(0.2)
        self.thread = threading.Thread(target=self._listen)
        self.thread.start()

    def stop(self):
        self.is_stopping = True
        self.thread.join()
        self.socket.close()
        return self.packets

    def _listen(self):
        while not self.is_stopping:
            try:
                packet, notes, _, address = self.socket.recvmsg(BYTES_MAX, 128)
            except TimeoutError:
                continue
            if address[2] == socket.PACKET_OUTGOING:
                continue  # loopback shows each twice
            payload = self._payload(packet)
            if payload:
                self.packets.append((self._seconds(notes), payload))

    def _payload(self, packet):
        length = struct.unpack_from(">H", packet, IP_AT + 2)[0]
        head = 20 + (packet[IP_AT + 32] >> 4) * 4
        return packet[IP_AT + head : IP_AT + length]

    def _seconds(self, notes):
        for level, kind, data in notes:
            if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS:
                seconds, ns = struct.unpack("ll", data)
                return seconds + ns / 1e9
        raise ValueError("a packet without a time")
