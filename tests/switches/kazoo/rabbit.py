"""A real RabbitMQ on loopback: one node or a cluster of three, whose nodes can be killed and stopped.

It is Debian's. Everything it writes is in a temporary folder; it has an epmd of its own, and ports
of its own. All of it ends with `remove`, which kills by process id.
"""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

sys.path.append(str(pathlib.Path(__file__).parents[2] / "tools"))

from ports import reserve_port

SCRIPTS = pathlib.Path("/usr/lib/rabbitmq/bin")
USER, PASSWORD = "pivot", "a secret with / and @"
WATCHER = "watcher"  # may have queues of its own, and no answers
VHOST, ZONE = "kazoo/test", "zone"
START_SECONDS = 120  # only a failing test reaches such a bound
# A node needs one scheduler here, and must not burn the processor while it waits.
ERLANG = (
    "+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}"
    " -kernel net_ticktime 8 -start_epmd false"
)


class Missing(Exception):
    """This machine has no RabbitMQ."""


def check_installed():
    if not (SCRIPTS / "rabbitmq-server").exists():
        raise Missing("rabbitmq-server is not installed")
    if not shutil.which("epmd") or not shutil.which("erl_call"):
        raise Missing("epmd and erl_call of erlang-base are not installed")


def wait_until(is_so, what, seconds=START_SECONDS):
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            raise AssertionError(what)
        time.sleep(0.05)


def can_connect(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


class Node:
    """One RabbitMQ, which `start` starts again after its death, with an empty memory."""

    def __init__(self, rabbit, index):
        self.rabbit = rabbit
        self.name = f"node{index}@localhost"
        self.home = rabbit.folder / f"node{index}"
        self.port, self.tls_port, self.distribution_port = (reserve_port() for _ in range(3))
        self.process = None
        self.home.mkdir()

    def uri(self, user=USER, password="", tls=False, port=0, vhost=VHOST):
        words = urllib.parse.quote(user) + (
            f":{urllib.parse.quote(password, '')}" if password else ""
        )
        vhost = urllib.parse.quote(vhost, safe="")
        scheme, own_port = ("amqps", self.tls_port) if tls else ("amqp", self.port)
        return f"{scheme}://{words}@127.0.0.1:{port or own_port}/{vhost}"

    def configure(self):
        lines = [
            f"listeners.tcp.1 = 127.0.0.1:{self.port}",
            f"load_definitions = {self.rabbit.folder}/definitions.json",
            "log.console = false",
            "log.file.level = info",
            "cluster_partition_handling = autoheal",
            "collect_statistics_interval = 60000",
            "disk_free_limit.absolute = 1MB",
            "vm_memory_high_watermark.absolute = 2GB",
        ]
        if self.rabbit.certificates:
            folder = self.rabbit.certificates
            lines += [
                f"listeners.ssl.1 = 127.0.0.1:{self.tls_port}",
                f"ssl_options.cacertfile = {folder}/ca.pem",
                f"ssl_options.certfile = {folder}/server.pem",
                f"ssl_options.keyfile = {folder}/server.key",
                "ssl_options.verify = verify_none",
            ]
        if len(self.rabbit.nodes) > 1:
            lines.append("cluster_formation.peer_discovery_backend = classic_config")
            lines += [
                f"cluster_formation.classic_config.nodes.{index} = {node.name}"
                for index, node in enumerate(self.rabbit.nodes, 1)
            ]
        (self.home / "rabbitmq.conf").write_text("\n".join(lines) + "\n")
        (self.home / "enabled_plugins").write_text("[rabbitmq_consistent_hash_exchange].\n")

    def environment(self):
        return self.rabbit.environment() | {
            "RABBITMQ_NODENAME": self.name,
            "RABBITMQ_MNESIA_BASE": f"{self.home}/mnesia",
            "RABBITMQ_LOG_BASE": f"{self.home}/log",
            "RABBITMQ_CONFIG_FILE": f"{self.home}/rabbitmq.conf",
            "RABBITMQ_ADVANCED_CONFIG_FILE": f"{self.home}/advanced.config",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{self.home}/enabled_plugins",
            "RABBITMQ_GENERATED_CONFIG_DIR": f"{self.home}/generated",
            "RABBITMQ_CONF_ENV_FILE": f"{self.home}/none",
            "RABBITMQ_PID_FILE": f"{self.home}/pid",
            "RABBITMQ_DIST_PORT": str(self.distribution_port),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": ERLANG,
            "NOTIFY_SOCKET": f"{self.home}/notify",  # so that the script becomes the node
        }

    def start(self):
        self.configure()
        with open(self.home / "output", "ab") as output:
            self.process = subprocess.Popen(
                [SCRIPTS / "rabbitmq-server"],
                env=self.environment(),
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def wait_until_ready(self):
        ports = [self.port] + ([self.tls_port] if self.rabbit.certificates else [])
        for port in ports:
            wait_until(
                lambda: can_connect(port) or self.has_died(),
                f"{self.name} does not listen\n{self.log()}",
            )
        assert not self.has_died(), self.log()
        # It listens before it can be used.
        wait_until(lambda: self.call("rabbit is_running") == "true", f"{self.name} is not ready")

    def has_died(self):
        return self.process.poll() is not None

    def log(self):
        logs = sorted((self.home / "log").glob("*.log"))
        return "".join(path.read_text()[-4000:] for path in [*logs, self.home / "output"])

    def call(self, function):
        """What a function inside the node returns: "module function [arguments]"."""
        answer = subprocess.run(
            ["erl_call", "-c", "loopback", "-sname", self.name, "-timeout", "20", "-a", function],
            env=self.rabbit.environment(),
            capture_output=True,
            text=True,
        )
        return answer.stdout.strip() or answer.stderr.strip()

    def block_publishers(self, is_blocked):
        """The memory alarm, as when a broker has no memory left: it blocks who publishes."""
        limit = "0.0" if is_blocked else "0.9"
        self.call(f"vm_memory_monitor set_vm_memory_high_watermark [{limit}]")

    def signal(self, number):
        os.killpg(self.process.pid, number)

    def pause(self):
        self.signal(signal.SIGSTOP)

    def go_on(self):
        self.signal(signal.SIGCONT)

    def kill(self):
        if self.process and self.process.poll() is None:
            self.signal(signal.SIGKILL)
            self.process.wait()


class Rabbit:
    """A broker of so many nodes. Its certificates, if any, are files of one folder."""

    def __init__(self, nodes=1, certificates=None):
        check_installed()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="pivot-rabbit-"))
        self.certificates = certificates
        self.epmd_port = reserve_port()
        self.write_cookie()
        self.write_definitions()
        self.epmd = subprocess.Popen(
            ["epmd", "-address", "127.0.0.1", "-port", str(self.epmd_port)],
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.nodes = []
        for index in range(1, nodes + 1):
            self.nodes.append(Node(self, index))

    def environment(self):
        return {
            "HOME": str(self.folder),
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "LANG": "C.UTF-8",
            "ERL_EPMD_PORT": str(self.epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
        }

    def write_cookie(self):
        cookie = self.folder / ".erlang.cookie"
        cookie.write_text("loopback")
        cookie.chmod(0o400)

    def write_definitions(self):
        definitions = {
            "users": [{"name": user, "password": PASSWORD, "tags": ""} for user in (USER, WATCHER)],
            "vhosts": [{"name": VHOST}, {"name": ZONE}],
            "permissions": [
                {"user": USER, "vhost": vhost, "configure": ".*", "write": ".*", "read": ".*"}
                for vhost in (VHOST, ZONE)
            ]
            + [
                {
                    "user": WATCHER,
                    "vhost": VHOST,
                    "configure": "^pivot_shadow-",
                    "write": "^pivot_shadow-",
                    "read": "^(pivot_shadow-.*|callmgr)$",
                }
            ],
        }
        (self.folder / "definitions.json").write_text(json.dumps(definitions))

    def start(self):
        wait_until(lambda: can_connect(self.epmd_port), "epmd does not listen")
        for node in self.nodes:
            node.start()
        for node in self.nodes:
            node.wait_until_ready()
        return self

    def remove(self):
        for node in self.nodes:
            node.kill()
        self.epmd.kill()
        self.epmd.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.remove()
            raise

    def __exit__(self, *_):
        self.remove()
