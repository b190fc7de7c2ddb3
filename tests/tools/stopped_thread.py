"""Stops one thread of another process, as a system call that never returns would."""

import ctypes
import os

PTRACE_DETACH = 17
PTRACE_SEIZE = 0x4206
PTRACE_INTERRUPT = 0x4207
WALL = 0x40000000  # os lacks __WALL, which waits for threads, too


def thread_of(pid, name):
    """The id of a thread by its name."""
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/comm") as comm:
            if comm.read().strip() == name:
                return int(thread)
    raise LookupError(name)


def trace(request, thread):
    """As ptrace(2), of a process that is our child."""
    c = ctypes.CDLL(None, use_errno=True)
    c.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    if c.ptrace(request, thread, None, None) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


class StoppedThread:
    def __init__(self, test, pid, name):
        self.thread = thread_of(pid, name)
        try:
            trace(PTRACE_SEIZE, self.thread)
        except PermissionError:
            test.skipTest("ptrace is forbidden here")
        trace(PTRACE_INTERRUPT, self.thread)
        os.waitpid(self.thread, WALL)

    def go_on(self):
        trace(PTRACE_DETACH, self.thread)
