"""A URL instead of ACTION.json, as docs/command-line.md has it. The argument is the program."""

import http.server
import json
import threading
import urllib.parse

from command_line import FLOW, CommandLine, main


class Documents(http.server.BaseHTTPRequestHandler):
    """Answers with what `server.documents` has for the path, and keeps requests and headers."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        path, _, query = self.path.partition("?")
        sent = dict(urllib.parse.parse_qsl(body or query, keep_blank_values=True))
        self.server.asked.append((self.command, path, sent, self.headers))
        document = self.server.documents.get(path, FLOW)
        location = document if isinstance(document, str) and document.startswith("http") else ""
        text = document if isinstance(document, str) else json.dumps(document)
        self.send_response(302 if location else 200)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Type", "text/xml" if text.startswith("<") else "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


def web_server():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Documents)
    server.daemon_threads = True
    server.asked = []
    server.documents = {}
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


class Typed(CommandLine):
    def setUp(self):
        super().setUp()
        self.web = web_server()
        self.addCleanup(self.web.server_close)
        self.addCleanup(self.web.shutdown)

    def at(self, path, host="127.0.0.1"):
        return f"http://{host}:{self.web.server_address[1]}{path}"

    def run_url(self, *arguments, status=0):
        ended = self.pivot("run", *arguments)
        self.assertEqual(ended.returncode, status, ended.stdout + ended.stderr)
        return json.loads(ended.stdout)

    def simulate(self, *arguments, status=0):
        ended = self.pivot("simulate", *arguments)
        self.assertEqual(ended.returncode, status, ended.stdout + ended.stderr)
        return ended.stdout

    def paths(self):
        return [path for _, path, _, _ in self.web.asked]

    def test_its_host_needs_no_allow(self):
        for host in ("127.0.0.1", "localhost"):
            self.assertEqual(self.run_url(self.at("/ivr", host))["outcome"], "processed")
        self.simulate(self.at("/ivr"))
        for arguments in ([self.at("/ivr")], ["--url", self.at("/ivr")]):
            ended = self.pivot("load", "--json", "--count", "3", "--concurrency", "1", *arguments)
            self.assertEqual(ended.returncode, 0, ended.stderr)
            self.assertEqual(json.loads(ended.stdout)["outcomes"]["processed"], 3)

    def test_the_voice_url_of_a_file_has_not_been_typed(self):
        action = self.file({"voice_url": self.at("/ivr")})
        self.assertEqual(self.run_url(action, status=1)["reason"], "blocked")
        self.assertEqual(self.paths(), [])

    def test_the_options_are_the_actions_keys(self):
        self.run_url(self.at("/ivr"), "--method", "post", "--format", "twiml")
        method, _, sent, _ = self.web.asked[0]
        self.assertEqual((method, sent["CallSid"]), ("POST", "pivot-run"))
        self.run_url(self.at("/ivr"))
        method, _, sent, _ = self.web.asked[1]
        self.assertEqual((method, sent["Call-ID"]), ("GET", "pivot-run"))
        self.simulate(self.at("/ivr"), "--method", "POST", "--format", "twiml")
        method, _, sent, _ = self.web.asked[2]
        self.assertEqual(method, "POST")
        self.assertIn("CallSid", sent)

    def test_data_are_parameters_of_the_first_request_and_override(self):
        self.web.documents["/ivr"] = "<Response><Redirect>/next</Redirect></Response>"
        self.web.documents["/next"] = "<Response><Hangup/></Response>"
        data = ["--data", "CallStatus=busy", "--data", "My Own=a b&c=ä", "--data", "Empty="]
        for command, method in (("run", "get"), ("run", "post"), ("simulate", "get"), ("simulate", "post")):
            with self.subTest(command=command, method=method):
                self.web.asked.clear()
                ended = self.pivot(
                    command, self.at("/ivr"), "--method", method, "--format", "twiml", *data
                )
                self.assertEqual(ended.returncode, 0, ended.stdout + ended.stderr)
                first = self.web.asked[0][2]
                self.assertEqual(first["CallStatus"], "busy")
                self.assertEqual(first["My Own"], "a b&c=ä")
                self.assertEqual(first["Empty"], "")
                for _, path, sent, _ in self.web.asked[1:]:
                    self.assertEqual(path, "/next")
                    self.assertNotEqual(sent.get("CallStatus"), "busy")
                    self.assertNotIn("My Own", sent)

    def test_data_go_with_each_call_of_a_load(self):
        ended = self.pivot("load", "--count", "2", "--concurrency", "1", "--data", "Direction=out", self.at("/ivr"))
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.assertEqual({sent["Direction"] for _, _, sent, _ in self.web.asked}, {"out"})

    def test_headers_go_to_the_origin_and_to_no_other(self):
        other = web_server()
        self.addCleanup(other.server_close)
        self.addCleanup(other.shutdown)
        elsewhere = f"http://127.0.0.1:{other.server_address[1]}"
        self.web.documents["/moved"] = self.at("/ivr")
        self.web.documents["/away"] = elsewhere + "/ivr"
        self.web.documents["/ivr"] = (
            '<Response><Dial action="/done"><Number statusCallback="/told">100</Number>'
            f'<Number statusCallback="{elsewhere}/told">101</Number></Dial></Response>'
        )
        headers = ["--header", "X-Key: 4711", "--header", "User-Agent: mine", "--allow", "127.0.0.1"]
        self.run_url(self.at("/moved"), *headers)
        self.run_url(self.at("/away"), *headers)
        self.simulate(self.at("/ivr"), "--format", "twiml", *headers)
        self.assertGreaterEqual(self.paths().count("/told"), 1)
        self.assertIn("/done", self.paths())
        for _, path, _, sent in self.web.asked:
            self.assertEqual(sent.get_all("X-Key"), ["4711"], path)
            self.assertEqual(sent.get_all("User-Agent"), ["mine"], path)
        self.assertGreaterEqual(len(other.asked), 2)
        for _, path, _, sent in other.asked:
            self.assertNotIn("X-Key", sent, path)
            self.assertTrue(sent["User-Agent"].startswith("pivot/"), path)

    def test_the_host_and_port_are_admitted_as_typed_in_every_request(self):
        self.web.documents["/ivr"] = f"<Response><Redirect>{self.at('/next')}</Redirect></Response>"
        self.web.documents["/next"] = {"module": "pivot", "data": {"voice_url": self.at("/last")}}
        self.simulate(self.at("/ivr"), "--format", "twiml")
        self.assertEqual(self.paths(), ["/ivr", "/next", "/last"])

    def test_nothing_else_is_admitted(self):
        other = web_server()
        self.addCleanup(other.server_close)
        self.addCleanup(other.shutdown)
        elsewhere = f"http://127.0.0.1:{other.server_address[1]}/ivr"
        for typed, leads_to in (
            ("127.0.0.1", elsewhere),
            ("127.0.0.1", self.at("/next", "localhost")),
            ("localhost", self.at("/next")),
        ):
            with self.subTest(typed=typed, leads_to=leads_to):
                self.web.asked.clear()
                self.web.documents["/ivr"] = leads_to
                self.assertEqual(self.run_url(self.at("/ivr", typed), status=1)["reason"], "blocked")
                self.web.documents["/ivr"] = f"<Response><Redirect>{leads_to}</Redirect></Response>"
                shown = self.simulate(self.at("/ivr", typed), "--format", "twiml", status=1)
                self.assertIn("blocked", shown)
                self.web.documents["/ivr"] = {"module": "pivot", "data": {"voice_url": leads_to}}
                self.assertEqual(self.run_url(self.at("/ivr", typed), status=1)["reason"], "invalid_callflow")
                self.assertEqual(set(self.paths()), {"/ivr"})
                self.assertEqual(other.asked, [])

    def test_deny_goes_before_it(self):
        for deny in ("127.0.0.0/8", "127.0.0.1"):
            self.assertEqual(self.run_url(self.at("/ivr"), "--deny", deny, status=1)["reason"], "blocked")
        self.assertEqual(
            self.run_url(self.at("/ivr", "localhost"), "--deny", "localhost", status=1)["reason"], "blocked"
        )
        self.assertEqual(self.paths(), [])

    def test_wrong_combinations_are_said(self):
        action = self.file({"voice_url": self.at("/ivr")})
        for command in ("run", "simulate"):
            for option, value in (
                ("--method", "post"),
                ("--format", "twiml"),
                ("--data", "a=b"),
                ("--header", "A: b"),
            ):
                self.assert_usage_error(
                    self.pivot(command, option, value, action), f"{option} needs a URL"
                )
        for command in ("run", "simulate", "load"):
            for option, value, words in (
                ("--data", "a", "write name=value"),
                ("--data", "=a", "write name=value"),
                ("--header", "A", "write 'Name: value'"),
                ("--header", "A B: c", "write 'Name: value'"),
                ("--header", "A: b\r\nC: d", "control character"),
                ("--header", "content-length: 7", "Pivot sets this header itself"),
                ("--method", "put", "put"),
                ("--format", "xml", "xml"),
            ):
                self.assert_usage_error(self.pivot(command, option, value, self.at("/ivr")), words)
        self.assert_usage_error(self.pivot("load", action), "is not a URL")
        self.assert_usage_error(self.pivot("load"), "no URL is given")
        self.assert_usage_error(self.pivot("load", "--url", self.at("/ivr"), self.at("/ivr")))
        self.assertEqual(self.paths(), [])

    def test_a_url_that_is_not_one_is_said(self):
        for command in ("run", "simulate", "load"):
            for url in ("ftp://h/", "http://", "http://h:99999/", "http://a b/"):
                with self.subTest(command=command, url=url):
                    self.assert_usage_error(self.pivot(command, url), "the URL cannot be asked: ")


if __name__ == "__main__":
    main()
