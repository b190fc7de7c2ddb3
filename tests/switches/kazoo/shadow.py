"""Requests that are only watched, beside a pivot of KAZOO's that answers them."""

import json
import signal
import subprocess

import certificates
import kapi
import rabbit
import voice
from proxy import Proxy
from responder import Responder
from serve_case import NO_DNS, ServeCase

HEADERS = {"X-Tenant": "blue", "Cookie": "a=b"}


class KazoosPivot(Responder):
    """It answers each request with `failed`, and asks no web server."""

    def on_request(self, _channel, _method, properties, body):
        self.reply(kapi.read(properties, body)["Call"], "failed")


class Shadow(ServeCase):
    def setUp(self):
        super().setUp()
        self.peer = self.peer_of()
        self.kazoo = KazoosPivot(self.node.uri(password=rabbit.PASSWORD))
        self.addCleanup(self.stop_kazoo)
        self.flow = self.url("/flow", voice.json_of(voice.FLOW))

    def stop_kazoo(self):
        if self.kazoo:
            self.kazoo.close()
        self.kazoo = None

    def watch(self, mode, allow="", port=0):
        """One that watches as a user who could not answer if it wanted to."""
        toml = (
            f'policy.allow = [{allow}]\ndns.servers = ["{NO_DNS}"]\n'
            f'[admin]\nlisten = "{self.folder}/admin-{len(self.serves)}.sock"\n'
            f'[[kazoo]]\nname = "main"\nshadow = "{mode}"\n'
            f'brokers = ["{self.node.uri(rabbit.WATCHER, port=port)}"]\n'
            f'password_file = "{self.password_file}"\n'
        )
        serve = self.start(toml)
        serve.wait_for(": requests come from")
        return serve

    def command(self, serve, *words):
        return subprocess.run(
            [self.program, *words, "--socket", serve.socket], capture_output=True, text=True
        )

    def shown(self, serve):
        return json.loads(self.command(serve, "shadow", "--json").stdout)["shadows"][0]

    def wait_for_requests(self, serve, count):
        self.wait_until(
            lambda: sum(self.shown(serve)["requests"].values()) == count,
            lambda: f"{self.shown(serve)}\n{self.logs()}",
        )
        return self.shown(serve)

    def reasons(self, shown):
        return sorted((row["verdict"], row["reason"], row["requests"]) for row in shown["rows"])

    def test_kazoo_answers_and_every_request_is_watched(self):
        serve = self.watch("check", '"127.0.0.0/8"')
        pivots = [self.peer.pivot(self.flow) for _ in range(50)]
        for pivot in pivots:
            self.assert_outcome(pivot, "failed")
        shown = self.wait_for_requests(serve, 50)
        self.assertEqual(self.reasons(shown), [("ok", "", 50)])
        self.assertEqual(self.queue_state()[1], 1, "KAZOO's queue has KAZOO's consumer alone")
        self.peer.settle()
        self.assertEqual(self.peer.counts, {"failed": 50})

    def test_what_would_be_refused_is_listed_once_with_its_count(self):
        serve = self.watch("check")
        for _ in range(12):
            self.assert_outcome(self.peer.pivot(self.flow), "failed")
        self.peer.pivot("http://no-such-host.invalid/flow").wait()
        self.peer.pivot(self.flow, Request_Format="x").wait()
        shown = self.wait_for_requests(serve, 14)
        self.assertEqual(
            self.reasons(shown),
            [("refused", "bad_action", 1), ("refused", "blocked", 12), ("refused", "dns", 1)],
        )
        first = shown["rows"][0]
        self.assertEqual(first["url"], self.web.url)
        self.assertIn("loopback", first["why"])
        self.assertIn("policy.allow", first["todo"])
        serve.wait_for("would be refused, 1 request: .*blocked")
        serve.wait_for("would be refused, 10 requests: .*blocked")
        self.assertFalse(serve.find("would be refused.*blocked", 3))
        table = self.command(serve, "shadow")
        self.assertEqual(table.returncode, 1)
        self.assertRegex(table.stdout, "14 requests: 0 ok, 0 changed, 14 refused")
        self.assertRegex(table.stdout, f"refused +12 +[0-9a-f]+ +{self.web.url}")
        self.assertIn("only watches", self.command(serve, "status").stdout)
        self.assertIn(
            'pivot_kazoo_shadow_total{switch="kazoo-main",verdict="refused",reason="blocked"} 12',
            self.metrics(serve),
        )

    def test_asking_judges_the_answers(self):
        certificates.make(self.folder)
        untrusted = voice.Door(self.folder / "another")
        self.addCleanup(untrusted.close)
        serve = self.watch("ask", '"127.0.0.0/8"')
        self.web.answers["/bad"] = voice.json_of({"module": "no_such_module", "data": {}})
        self.web.answers["/created"] = voice.answer(201, "application/json", json.dumps(voice.FLOW))
        self.web.answers["/broken"] = voice.answer(500, "text/plain", "")
        for url in (
            self.flow,
            self.url("/bad"),
            self.url("/created"),
            self.url("/broken"),
            f"https://127.0.0.1:{untrusted.port}/flow",
        ):
            self.peer.pivot(url).wait()
        self.peer.pivot(self.flow, Custom_Request_Headers=HEADERS).wait()
        shown = self.wait_for_requests(serve, 6)
        self.assertEqual(
            self.reasons(shown),
            [
                ("changed", "headers", 1),
                ("changed", "status", 1),
                ("ok", "", 1),
                ("refused", "invalid_callflow", 1),
                ("refused", "status", 1),
                ("refused", "tls", 1),
            ],
        )
        calls = self.command(serve, "calls", "--ended", "--json")
        self.assertEqual(calls.stdout, "", "they are no calls")
        self.assertIn("pivot_outcomes_total", self.metrics(serve))
        self.assertNotRegex(
            self.metrics(serve), r'pivot_outcomes_total{outcome="processed.*} [1-9]'
        )

    def test_asking_judges_documents_that_cannot_be_performed(self):
        serve = self.watch("ask", '"127.0.0.0/8"')
        twiml = "<Response><Say>Hello</Say>{}</Response>"
        said = self.url("/said", voice.answer(200, "text/xml", twiml.format("")))
        self.peer.pivot(said).wait()
        self.peer.pivot(said, call={"Control_Queue": None}).wait()
        for path, verbs in (
            ("/verb", "<Geather/>"),
            ("/noun", "<Gather><Pley/></Gather>"),
            ("/markup", "<Say>Good<br/>bye</Say>"),
        ):
            unknown = self.url(path, voice.answer(200, "text/xml", twiml.format(verbs)))
            self.peer.pivot(unknown).wait()
        shown = self.wait_for_requests(serve, 5)
        self.assertEqual(
            self.reasons(shown),
            [
                ("changed", "unknown", 1),
                ("ok", "", 2),
                ("refused", "bad_action", 1),
                ("refused", "invalid_twiml", 1),
            ],
        )
        table = self.command(serve, "shadow").stdout
        self.assertRegex(table, "invalid_twiml: .*Geather is unknown.*mean Gather")
        self.assertRegex(table, "unknown: .*Pley is unknown.*mean Play")

    def test_each_mistake_of_a_request_is_listed(self):
        serve = self.watch("check", '"127.0.0.0/8"')
        for changes in ({"HTTP_Method": "put"}, {"Request_Timeout": "5"}, {"HTTP_Method": "put"}):
            self.peer.pivot(self.flow, **changes).wait()
        shown = self.wait_for_requests(serve, 3)
        self.assertEqual(sorted(row["requests"] for row in shown["rows"]), [1, 2])

    def test_a_document_in_the_request_is_judged_without_asking(self):
        serve = self.watch("check")
        good, bad = json.dumps(voice.FLOW), '{"module":"no_such_module","data":{}}'
        for document in (good, bad):
            self.peer.pivot(self.flow, Flow_Doc=document, Flow_Type="application/json")
        shown = self.wait_for_requests(serve, 2)
        self.assertEqual(self.reasons(shown), [("ok", "", 1), ("refused", "invalid_callflow", 1)])
        self.assertEqual({row["url"] for row in shown["rows"]}, {"no URL"})
        self.assertEqual(
            [url for url, parameters, _ in self.web.requests if url == "/flow"],
            [],
        )

    def test_a_reload_begins_a_new_list(self):
        serve = self.watch("check")
        self.peer.pivot(self.flow).wait()
        self.wait_for_requests(serve, 1)
        path = self.folder / "pivot-0.toml"
        path.write_text(path.read_text().replace("allow = []", 'allow = ["127.0.0.0/8"]'))
        serve.signal(signal.SIGHUP)
        self.wait_for_requests(serve, 0)
        self.peer.pivot(self.flow).wait()
        self.assertEqual(self.reasons(self.wait_for_requests(serve, 1)), [("ok", "", 1)])

    def test_a_connection_that_breaks_comes_back_with_a_queue_of_its_own(self):
        proxy = Proxy(self.node.port)
        self.addCleanup(proxy.close)
        serve = self.watch("check", '"127.0.0.0/8"', proxy.port)
        for times in range(1, 4):
            self.assert_outcome(self.peer.pivot(self.flow), "failed")
            self.wait_for_requests(serve, times)
            proxy.cut()
            serve.wait_for(": requests come from", times + 1)
        self.assertIn("only watches", self.command(serve, "status").stdout)

    def test_what_cannot_be_read_is_listed_and_does_no_harm(self):
        serve = self.watch("ask", '"127.0.0.0/8"')
        self.stop_kazoo()  # it would not survive it
        for body in (b"", b"{", b"\xff\xfe", b"[]", b'{"Call":5}', b"x" * 5_000_000):
            self.peer.publish("callmgr", "pivot.req.x", body)
        shown = self.wait_for_requests(serve, 6)
        self.assertEqual(self.reasons(shown), [("refused", "bad_action", 6)])

    def test_one_that_dies_or_comes_back_harms_nothing(self):
        first = self.watch("ask", '"127.0.0.0/8"')
        slow = self.url("/slow", (1, voice.json_of(voice.FLOW)))
        pivots = [self.peer.pivot(slow) for _ in range(10)]
        first.kill()
        second = self.watch("ask", '"127.0.0.0/8"')
        pivots += [self.peer.pivot(slow) for _ in range(10)]
        second.signal(signal.SIGTERM)
        for pivot in pivots:
            self.assert_outcome(pivot, "failed")
        self.assertEqual(second.end(), 0, self.logs())
        self.serves.clear()
