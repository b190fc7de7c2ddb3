"""Programs under measurement and their peers: started, pinned to a core, ended by their id, and
read.

Clients run on the first core that this process may use, servers on the last one. A client is a
function that returns a Cost; a server is a context that gives its port on 127.0.0.1 and ends with
the context.
"""

import contextlib
import ctypes
import dataclasses
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from harness import callflows

_CORES = sorted(os.sched_getaffinity(0))
CLIENT_CORE, SERVER_CORE = {_CORES[0]}, {_CORES[-1]}
ALL_CORES = set(_CORES)

_PACKAGES = {"nginx": "nginx-light", "wrk": "wrk"}
_LIBC = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1


class Missing(Exception):
    """A peer that is not installed."""


class Failed(Exception):
    """A program that did not do what it was started for."""


@dataclasses.dataclass
class Cost:
    """What a client did in its measured window, and what it cost: CPU in µs per request."""

    requests: int
    seconds: float
    user: float
    system: float

    @property
    def cpu(self):
        return self.user + self.system

    @property
    def rate(self):
        return self.requests / self.seconds


@contextlib.contextmanager
def nginx(body, workers=1, cores=SERVER_CORE):
    """nginx with a configuration of its own, that answers every request with `body` from memory."""
    program = _installed("nginx")
    # A parameter in its configuration is limited to 4 KB.
    pieces = [body[at : at + 2048] for at in range(0, len(body), 2048)]
    sets = "".join(f"set $piece{number} '{piece}';\n" for number, piece in enumerate(pieces))
    whole = "".join(f"${{piece{number}}}" for number in range(len(pieces)))
    with tempfile.TemporaryDirectory(prefix="pivot-bench-") as folder:
        port = _free_port()
        with open(f"{folder}/nginx.conf", "w") as file:
            file.write(
                _NGINX.format(folder=folder, port=port, workers=workers, sets=sets, whole=whole)
            )
        command = [program, "-p", folder, "-c", f"{folder}/nginx.conf", "-e", f"{folder}/error.log"]
        server = _start(command, cores, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            _wait_for(port, server)
            yield port
        finally:
            _end(server)


_NGINX = """
daemon off;
pid {folder}/nginx.pid;
worker_processes {workers};
worker_rlimit_nofile 20000;
events {{ worker_connections 19000; }}
http {{
    access_log off;
    client_header_buffer_size 4k;
    client_body_temp_path {folder}/client;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    keepalive_requests 1000000000;
    keepalive_timeout 3600s;
    default_type application/json;
    server {{
        listen 127.0.0.1:{port} backlog=4096 reuseport;
        location / {{
            {sets}
            return 200 "{whole}";
        }}
    }}
}}
"""


@dataclasses.dataclass
class Peers:
    """Where the programs are: Pivot's command line, and the folder of what bench/peers is built to."""

    pivot: str
    folder: str

    @contextlib.contextmanager
    def delay_server(self, body, delay_us, processes=1, cores=SERVER_CORE):
        """Answers `delay_us` after each request. None: never."""
        with _file(body) as path:
            delay = "never" if delay_us is None else str(int(delay_us))
            command = [f"{self.folder}/delay_server", str(processes), delay, path]
            server = _start(
                command, cores, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            try:
                line = server.stdout.readline()
                if not line:
                    raise Failed("delay_server did not start")
                yield int(line)
            finally:
                server.stdin.close()
                _end(server)

    def raw_ring(self, port, connections, seconds, request, answer_size):
        with _file(request.head(port)) as path:
            found = self._client("raw_ring", str(port), connections, seconds, path)
        return _checked_cost(found, answer_size)

    def curl_multi(self, port, concurrency, seconds, request, body, way):
        with _file("".join(f"{name}\n{value}\n" for name, value in request.parameters)) as path:
            url = f"http://127.0.0.1:{port}/flow"
            found = self._client("curl_multi", url, concurrency, seconds, path, way)
        return _checked_cost(found, callflows.walked_size(json.loads(body)))

    def pivot_load(self, port, concurrency, *more, cores=CLIENT_CORE):
        """What `pivot load --json` prints, with `more` of its arguments."""
        command = [self.pivot, "load", "--json", "--allow", "127.0.0.0/8"]
        command += ["--url", f"http://127.0.0.1:{port}/flow", "--concurrency", concurrency, *more]
        return json.loads(_run(command, cores))

    def _client(self, name, where, connections, seconds, *more):
        warm_up = min(0.3, seconds)
        command = [f"{self.folder}/{name}", where, connections, warm_up, seconds, *more]
        return json.loads(_run(command, CLIENT_CORE))


def wrk(port, silent_port, connections, seconds):
    """wrk's bare GET, without its start.

    wrk tells the CPU of no window, so that the whole process is what can be measured. Starting and
    connecting are much of that in a short run. They are measured by themselves, on a server that
    never answers, and taken off; what its first requests cost goes with them.
    """
    start_us, _ = _run_wrk(silent_port, connections, 1)
    whole_us, output = _run_wrk(port, connections, max(1, round(seconds)))
    found = re.search(r"(\d+) requests in ([\d.]+)(m?s)", output)
    if not found or "Non-2xx" in output or "Socket errors" in output:
        raise Failed(f"wrk: {output}")
    requests = int(found[1])
    took = float(found[2]) / (1000 if found[3] == "ms" else 1)
    user, system = ((whole - start) / requests for whole, start in zip(whole_us, start_us))
    return Cost(requests, took, user, system)


def _run_wrk(port, connections, seconds):
    """Returns the CPU of the process in µs, user and system, and what it printed."""
    command = [_installed("wrk"), "--threads", "1", "--connections", connections]
    command += ["--duration", f"{seconds}s", f"http://127.0.0.1:{port}/flow"]
    client = _start(command, CLIENT_CORE, stdout=subprocess.PIPE)
    try:
        output = client.stdout.read().decode()
        _, status, usage = os.wait4(client.pid, 0)
        client.returncode = os.waitstatus_to_exitcode(status)
    finally:
        _end(client)
    return (usage.ru_utime * 1e6, usage.ru_stime * 1e6), output


def answer_size(port):
    """The bytes of a whole answer, its head included."""
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(b"GET /flow HTTP/1.1\r\nHost: bench\r\nConnection: keep-alive\r\n\r\n")
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += client.recv(65536)
        head, _, _ = answer.partition(b"\r\n\r\n")
        return len(head) + 4 + int(re.search(rb"Content-Length: (\d+)", head)[1])


def pivot_cost(report):
    """The Cost in a report of `pivot load`, all of whose pivots must have been processed."""
    if any(count and name != "processed" for name, count in report["outcomes"].items()):
        raise Failed(f"pivot load: {report['outcomes']}")
    cpu = report["cpu_us_per_pivot"]
    return Cost(report["pivots"], report["seconds"], cpu["user"], cpu["system"])


def _checked_cost(found, checksum_of_one):
    if found["checksum"] != found["requests"] * checksum_of_one:
        raise Failed(f"an answer was not whole: {found}, {checksum_of_one} each")
    cpu = found["cpu_us_per_request"]
    return Cost(found["requests"], found["seconds"], cpu["user"], cpu["system"])


def _installed(name):
    # Debian has servers in /usr/sbin, which is not in everybody's path.
    found = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin")
    if not found:
        raise Missing(f"{name} is not installed: it is in Debian's package {_PACKAGES[name]}")
    return found


def _start(command, cores, **streams):
    def before_exec():
        os.sched_setaffinity(0, cores)
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)

    return subprocess.Popen([str(word) for word in command], preexec_fn=before_exec, **streams)


def _run(command, cores):
    """What a program prints. It has failed if it printed nothing, whatever its status."""
    program = _start(command, cores, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        output, complaint = program.communicate()
    finally:
        _end(program)
    if not output:
        raise Failed(f"{' '.join(map(str, command))}: {complaint.strip()}")
    return output


def _end(program):
    if program.poll() is not None:
        return
    program.terminate()
    try:
        program.wait(10)
    except subprocess.TimeoutExpired:
        program.kill()
        program.wait()


def _wait_for(port, server):
    for _ in range(500):
        if server.poll() is not None:
            raise Failed(f"{server.args[0]} ended with status {server.returncode}")
        with contextlib.suppress(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port)).close()
            return
        time.sleep(0.01)
    raise Failed(f"{server.args[0]} does not listen")


def _free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@contextlib.contextmanager
def _file(text):
    with tempfile.NamedTemporaryFile("w", prefix="pivot-bench-") as file:
        file.write(text)
        file.flush()
        yield file.name
