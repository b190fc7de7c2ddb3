"""Ports that programs under test may listen on."""

import atexit
import socket


def reserve_port():
    """A port that the system gives to nobody else: only whoever is told of it listens there."""
    reserved = socket.socket()
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    reserved.bind(("127.0.0.1", 0))
    atexit.register(reserved.close)  # until then it keeps its port
    return reserved.getsockname()[1]
