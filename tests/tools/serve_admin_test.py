"""The admin listener of `pivot serve`, as docs/serve.md and docs/metrics.md have it. The argument is
the program."""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import unittest

import command_line
from ports import reserve_port
from serving import Serving

DOCS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../docs")
TOKEN = "0123456789abcdef0123456789abcdef"

# One that calls come from, one whose broker is not there, and a listener with TLS.
ALL_FRONTS = """
[api]
listen = "127.0.0.1:0"
tls_certificate = "CERTIFICATE"
tls_key = "KEY"
[scripted]
calls = 1
[[kazoo]]
name = "main"
brokers = ["amqp://127.0.0.1:1"]
[[kazoo]]
name = "watched"
brokers = ["amqp://127.0.0.1:1"]
shadow = "check"
"""


class OverSocket(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path):
        super().__init__("localhost", timeout=30)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(30)
        self.sock.connect(self.path)


def ask(connection, path, method="GET", **headers):
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer, body


def samples_of(text):
    """The families with their types, and the samples as (family, labels, value)."""
    types, samples = {}, []
    family = None
    for line in text.splitlines():
        if line.startswith("# HELP "):
            family = line.split()[2]
            assert family not in types, line
        elif line.startswith("# TYPE "):
            types[family] = line.split()[3]
        else:
            name, labels, value = re.fullmatch(r"(\w+)(?:\{(.*)\})? (\S+)", line).groups()
            assert name.startswith(family), line
            samples.append(
                (family, dict(re.findall(r'(\w+)="([^"]*)"', labels or "")), float(value))
            )
    return types, samples


def documented():
    """The rows of docs/metrics.md: of each family the type and its labels' closed lists, if any."""
    rows = {}
    with open(os.path.join(DOCS, "metrics.md"), encoding="utf-8") as page:
        for line in page:
            row = re.match(r"\| `(\w+)` \| (\w+) \|([^|]*)\|", line)
            if not row:
                continue
            labels = {}
            for part in row[3].split(";"):
                names, _, values = part.partition(":")
                for name in re.findall(r"`(\w+)`", names):
                    labels[name] = re.findall(r"`([\w-]+)`", values)
            rows[row[1]] = (row[2], labels)
    return rows


class Admin(Serving):
    def socket_path(self):
        return os.path.join(self.folder, "admin.sock")

    def serve_admin(self, toml="", *arguments, listen=None):
        listen = listen or [self.socket_path()]
        return self.serve_toml(f"admin.listen = {json.dumps(listen)}\n{toml}", *arguments)

    def over_socket(self):
        return OverSocket(self.socket_path())

    def over_tcp(self, serve, pattern=r"health and metrics at (\S+):(\d+)$", tls=None):
        serve.wait_for(pattern)
        [(_, port)] = [
            re.search(pattern, line).groups() for line in serve.lines if re.search(pattern, line)
        ]
        if tls:
            return http.client.HTTPSConnection("127.0.0.1", int(port), timeout=30, context=tls)
        return http.client.HTTPConnection("127.0.0.1", int(port), timeout=30)

    def stop(self, serve):
        serve.signal(signal.SIGTERM)
        self.assertEqual(serve.end(), 0)

    def metrics(self):
        answer, body = ask(self.over_socket(), "/metrics")
        self.assertEqual(answer.status, 200)
        self.assertEqual(
            answer.getheader("Content-Type"), "text/plain; version=0.0.4; charset=utf-8"
        )
        return body

    def value(self, family, **labels):
        found = [v for f, l, v in samples_of(self.metrics())[1] if f == family and l == labels]
        self.assertEqual(len(found), 1, family)
        return found[0]

    def test_a_socket_in_the_runtime_folder_is_there_without_settings(self):
        os.environ["RUNTIME_DIRECTORY"] = self.folder
        self.addCleanup(os.environ.pop, "RUNTIME_DIRECTORY")
        serve = self.serve_toml("")
        serve.wait_for("serves")
        self.assertEqual(stat.S_IMODE(os.stat(self.socket_path()).st_mode), 0o660)
        answer, body = ask(self.over_socket(), "/livez")
        self.assertEqual((answer.status, body), (200, "ok\n"))
        self.stop(serve)
        self.assertFalse(os.path.exists(self.socket_path()))

    def test_without_a_runtime_folder_a_line_says_that_there_is_none(self):
        os.environ["RUNTIME_DIRECTORY"] = "/none"
        self.addCleanup(os.environ.pop, "RUNTIME_DIRECTORY")
        serve = self.serve_toml("")
        serve.wait_for("info there is no admin listener: ")
        self.stop(serve)

    @unittest.skipIf(os.path.exists("/run/pivot"), "the system's socket has precedence")
    def test_a_user_has_a_socket_of_their_own_and_commands_find_it(self):
        os.environ["XDG_RUNTIME_DIR"] = self.folder
        self.addCleanup(os.environ.pop, "XDG_RUNTIME_DIR")
        serve = self.serve_toml("")
        serve.wait_for("health and metrics at .*/pivot.sock$")
        self.assertEqual(self.pivot("status").returncode, 0)
        second = self.serve_toml("")
        second.wait_for("info there is no admin listener: .*/pivot.sock: another process listens")
        self.stop(second)
        self.assertEqual(self.pivot("status").returncode, 0)
        self.stop(serve)
        gone = self.pivot("status")
        self.assertEqual(gone.returncode, 2)
        self.assertIn("/run/pivot/admin.sock", gone.stderr)

    def test_readiness_ends_with_the_drain_and_health_goes_on(self):
        serve = self.serve_admin(
            "[scripted]\ncalls = 1\n", "--url", self.url("/rest"), "--log-level", "debug"
        )
        serve.wait_for('says "Hold on"')
        self.assertEqual(self.value("pivot_calls_in_flight", front="scripted"), 1)
        self.assertEqual(self.value("pivot_calls_in_flight", front="api"), 0)
        answer, body = ask(self.over_socket(), "/readyz")
        self.assertEqual((answer.status, body), (200, "ok\n"))
        answer, body = ask(self.over_socket(), "/readyz?verbose")
        shown = json.loads(body)
        self.assertEqual(answer.getheader("Content-Type"), "application/json")
        self.assertEqual(shown["fronts"], [{"name": "scripted", "ready": True}])
        self.assertEqual(shown["store"], {"ready": True})
        self.assertIs(shown["ready"], True)
        self.assertEqual(self.value("pivot_draining"), 0)

        serve.signal(signal.SIGUSR1)
        serve.wait_for("takes no more calls")
        answer, body = ask(self.over_socket(), "/readyz")
        self.assertEqual((answer.status, body), (503, "draining\n"))
        answer, body = ask(self.over_socket(), "/readyz?verbose")
        self.assertEqual(answer.status, 503)
        self.assertIs(json.loads(body)["draining"], True)
        self.assertEqual(ask(self.over_socket(), "/livez")[0].status, 200)
        self.assertEqual(self.value("pivot_draining"), 1)
        serve.signal(signal.SIGTERM)
        serve.wait_for("stops")
        self.assertEqual(ask(self.over_socket(), "/readyz")[0].status, 503, "until the end")
        serve.signal(signal.SIGTERM)
        self.assertEqual(serve.end(), 3)

    def test_a_front_end_without_its_switch_is_not_ready(self):
        with socket.socket() as refusing:
            refusing.bind(("127.0.0.1", 0))
            port = refusing.getsockname()[1]
            serve = self.serve_admin(
                f"media.path = '{self.folder}/media'\n",
                "--url",
                self.url("/sales"),
                "--asterisk",
                f"http://pivot:pw@127.0.0.1:{port}",
            )
            serve.wait_for("no connection to Asterisk")
            answer, body = ask(self.over_socket(), "/readyz")
            self.assertEqual((answer.status, body), (503, "asterisk is not ready\n"))
            [front] = json.loads(ask(self.over_socket(), "/readyz?verbose")[1])["fronts"]
            self.assertEqual((front["name"], front["ready"]), ("asterisk", False))
            self.assertIn(f"no connection to Asterisk at http://127.0.0.1:{port}", front["message"])
            self.assertEqual(self.value("pivot_switch_up", switch="asterisk"), 0)
            self.stop(serve)

    def test_status_tells_how_it_is(self):
        serve = self.serve_admin("[scripted]\ncalls = 1\n", "--url", self.url("/gone"))
        serve.wait_for("have ended: 1 failed")
        ask_status = ["status", "--socket", self.socket_path()]
        ready = self.pivot(*ask_status)
        self.assertEqual((ready.returncode, ready.stderr), (0, ""))
        self.assertRegex(
            ready.stdout,
            r"^pivot \S+ is ready\ncalls      \d+ in flight\nscripted   ok\nstore      ok\n$",
        )
        shown = json.loads(self.pivot(*ask_status, "--json").stdout)
        self.assertIs(shown["ready"], True)
        serve.signal(signal.SIGUSR1)
        serve.wait_for("takes no more calls")
        draining = self.pivot(*ask_status)
        self.assertEqual(draining.returncode, 1)
        self.assertRegex(draining.stdout, r"^pivot \S+ is draining\n")
        self.stop(serve)
        self.assert_usage_error(self.pivot(*ask_status), "no `pivot serve` runs here")
        self.assert_usage_error(self.pivot("status", "--socket", "x"), "begins with /")

    def all_fronts(self):
        certificate, key = self.make_certificate()
        return ALL_FRONTS.replace("CERTIFICATE", certificate).replace("KEY", key)

    def test_the_metrics_are_those_of_the_page(self):
        serve = self.serve_admin(self.all_fronts(), "--url", self.url("/gone"))
        serve.wait_for("have ended: 1 failed")
        types, samples = samples_of(self.metrics())
        rows = documented()
        self.assertEqual(types, {family: row[0] for family, row in rows.items()})
        for family, labels, _ in samples:
            known = rows[family][1]
            bounds = {"le"} if types[family] == "histogram" and "le" in labels else set()
            self.assertEqual(set(labels), set(known) | bounds, family)
            for name, value in labels.items():
                kind = value.replace("kazoo-main", "kazoo-NAME")
                self.assertTrue(not known.get(name) or kind in known[name], (family, name, value))
        self.assertEqual({f for f, _, _ in samples}, set(rows), "each family has a sample")
        self.assertEqual(self.value("pivot_switch_up", switch="scripted"), 1)
        self.assertGreater(self.value("process_resident_memory_bytes"), 1_000_000)
        self.assertGreater(self.value("process_open_fds"), 3)
        self.assertGreater(self.value("process_start_time_seconds"), 1.7e9)
        self.stop(serve)

    def test_promtool_finds_nothing_to_say(self):
        if shutil.which("promtool") is None:
            self.skipTest("promtool is missing (Debian's prometheus)")
        serve = self.serve_admin(self.all_fronts(), "--url", self.url("/gone"))
        serve.wait_for("have ended: 1 failed")
        checked = subprocess.run(
            ["promtool", "check", "metrics"],
            input=self.metrics(),
            capture_output=True,
            text=True,
            timeout=60,
        )
        self.assertEqual((checked.returncode, checked.stdout, checked.stderr), (0, "", ""))
        self.stop(serve)

    def test_metrics_tell_of_refused_calls_and_of_a_bad_reload(self):
        serve = self.serve_admin("[scripted]\nto = '+49'\n")
        serve.wait_for("have ended: 0 failed, 1 refused")
        self.assertEqual(self.value("pivot_calls_refused_total", reason="no_action"), 1)
        self.assertEqual(self.value("pivot_calls_refused_total", reason="limit"), 0)
        self.assertEqual(self.value("pivot_config_last_reload_successful"), 1)
        read_at = self.value("pivot_config_last_reload_success_timestamp_seconds")

        self.file("defalt = 3\n", "pivot.toml")
        serve.signal(signal.SIGHUP)
        serve.wait_for("the configuration stays as it was")
        self.assertEqual(self.value("pivot_config_last_reload_successful"), 0)
        self.assertEqual(self.value("pivot_config_last_reload_success_timestamp_seconds"), read_at)
        self.file("", "pivot.toml")
        serve.signal(signal.SIGHUP)
        serve.wait_for("the configuration is read again")
        self.assertEqual(self.value("pivot_config_last_reload_successful"), 1)
        self.assertGreater(
            self.value("pivot_config_last_reload_success_timestamp_seconds"), read_at
        )
        self.stop(serve)

    def test_on_loopback_the_token_of_the_link_opens_the_details(self):
        serve = self.serve_admin("", "--admin", "127.0.0.1:0")
        link = r"the token until the next start: http://(\S+)/readyz\?verbose&token=(\w{32})$"
        serve.wait_for(link)
        [token] = [re.search(link, line)[2] for line in serve.lines if re.search(link, line)]
        for path, status in {
            "/livez": 200,
            "/readyz": 200,
            "/metrics": 200,
            "/nope": 401,
            "/": 401,
            "/readyz?verbose": 401,
            "/readyz?verbose&token=x": 401,
            f"/readyz?verbose&token={token}": 200,
        }.items():
            answer, _ = ask(self.over_tcp(serve), path)
            self.assertEqual(answer.status, status, path)
        answer, body = ask(self.over_tcp(serve), "/readyz?verbose", Authorization=f"Bearer {token}")
        self.assertEqual(answer.status, 200)
        answer, body = ask(self.over_tcp(serve), "/readyz?verbose", Authorization="Bearer x")
        self.assertEqual(answer.getheader("WWW-Authenticate"), "Bearer")
        self.assertNotIn(token, body)
        self.assertFalse(os.path.exists(self.socket_path()), "--admin replaces the list")
        self.stop(serve)

    def test_names_of_other_hosts_and_other_methods_are_refused(self):
        serve = self.serve_admin("", listen=["127.0.0.1:0"])
        for host, status in {
            "localhost": 200,
            "127.0.0.1:1": 200,
            "[::1]": 200,
            "LocalHost:9": 200,
            "evil.example": 421,
            "localhost.evil.example": 421,
            "127.0.0.1.evil.example": 421,
        }.items():
            answer, _ = ask(self.over_tcp(serve), "/metrics", Host=host)
            self.assertEqual(answer.status, status, host)
        probe = self.over_tcp(serve)
        probe.connect()
        probe.sock.sendall(b"GET /readyz HTTP/1.0\r\n\r\n")  # as HAProxy sends it
        self.assertTrue(probe.sock.recv(4096).startswith(b"HTTP/1.1 200 "))
        probe.close()
        answer, _ = ask(self.over_tcp(serve), "/metrics", method="POST")
        self.assertEqual((answer.status, answer.getheader("Allow")), (405, "GET, HEAD"))
        answer, body = ask(self.over_tcp(serve), "/metrics", method="HEAD")
        self.assertEqual((answer.status, body), (200, ""))
        self.assertEqual(answer.getheader("X-Content-Type-Options"), "nosniff")
        self.assertIn("default-src 'none'", answer.getheader("Content-Security-Policy"))
        self.assertIsNone(answer.getheader("Access-Control-Allow-Origin"))
        self.stop(serve)

    def test_other_machines_need_tls_and_a_token_for_all_but_health(self):
        refused = self.pivot("serve", "--admin", "0.0.0.0:0", "--config", self.file("", "a.toml"))
        self.assert_usage_error(refused, "--admin: admin.listen: other machines can reach 0.0.0.0:0")
        token = self.file(f" {TOKEN}\n", "token")
        certificate, key = self.make_certificate()
        toml = f"admin.token_file = '{token}'\n"
        toml += f"admin.tls_certificate = '{certificate}'\nadmin.tls_key = '{key}'\n"
        serve = self.serve_admin(toml, listen=["0.0.0.0:0"])
        pattern = r"health and metrics at (\S+):(\d+) with TLS$"
        for path, status in {
            "/livez": 200,
            "/readyz": 200,
            "/metrics": 401,
            "/nope": 401,
            f"/metrics?token={TOKEN}": 200,
            "/readyz?verbose": 401,
        }.items():
            answer, _ = ask(self.over_tcp(serve, pattern, self.trusting(certificate)), path)
            self.assertEqual(answer.status, status, path)
        self.assertNotIn(TOKEN, "".join(serve.lines))
        self.stop(serve)
        shown = self.pivot(
            "serve", "--print-config", "--config", self.file(f"admin.token = '{TOKEN}'\n", "b.toml")
        )
        self.assertEqual(shown.returncode, 0)
        self.assertNotIn(TOKEN, shown.stdout)

    def test_no_call_may_ask_the_admin_listener(self):
        port = reserve_port()
        serve = self.serve_admin(
            "policy.allow = ['0.0.0.0/0', '::/0', 'localhost']\n[scripted]\ncalls = 1\n",
            "--url",
            f"http://127.0.0.1:{port}/metrics",
            "--admin",
            f"127.0.0.1:{port}",
        )
        serve.wait_for(f"failed: blocked: 127.0.0.1:{port} is where Pivot or its switch listens")
        self.stop(serve)

    def test_an_address_that_is_taken_is_refused(self):
        self.file("", "taken")
        for listen, why in {
            f"127.0.0.1:{self.port}": "another process listens there",
            os.path.join(self.folder, "taken"): "is not a socket",
        }.items():
            ended = self.pivot("serve", "--admin", listen, "--config", self.file("", "a.toml"))
            self.assertEqual(ended.returncode, 2)
            self.assertIn(why, ended.stderr)


if __name__ == "__main__":
    command_line.main()
