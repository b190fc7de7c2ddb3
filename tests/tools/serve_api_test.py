"""The API of `pivot serve`, as docs/serve.md and docs/openapi.json have it. The argument is the
program."""

import hashlib
import hmac
import http.client
import http.server
import json
import os
import signal
import threading
import time
import urllib.parse

import command_line
from serving import Serving

DOCS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../docs")
TOKEN = "0123456789abcdef"
OTHER = "fedcba9876543210"


class Api(Serving):
    def serve_api(self, toml="", admin="", top=""):
        serve = self.serve_toml(
            f'{top}policy.allow = ["127.0.0.1"]\nadmin.listen = {json.dumps(admin or [])}\n'
            f'[api]\nlisten = "127.0.0.1:0"\ntokens = {{a1 = "{TOKEN}", a2 = "{OTHER}"}}\n{toml}'
        )
        self.api_port = self.api_port_of(serve)
        return serve

    def ask(self, body, token=TOKEN, method="POST", path="/v1/pivot"):
        connection = http.client.HTTPConnection("127.0.0.1", self.api_port, timeout=60)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        text = body if isinstance(body, str) else json.dumps(body)
        connection.request(method, path, body=text, headers=headers)
        answer = connection.getresponse()
        shown = json.loads(answer.read() or "null")
        connection.close()
        return answer, shown

    def asks(self, path="/sales", **data):
        action = {"voice_url": self.url(path), "req_format": "twiml", **data}
        return {"call": {"Call-ID": "call-1", "Request": "+491@x"}, "action": action}

    def test_an_outcome_is_what_pivot_run_prints(self):
        serve = self.serve_api()
        answer, shown = self.ask(self.asks())
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.getheader("Content-Type"), "application/json")
        self.assertEqual((shown["call_id"], shown["outcome"]), ("call-1", "processed"))
        self.assertEqual(shown["format"], "twiml")
        _, asked, _ = self.server.asked[-1]
        self.assertIn("AccountSid=a1", asked)
        self.ask(self.asks(), OTHER)
        _, asked, _ = self.server.asked[-1]
        self.assertIn("AccountSid=a2", asked, "the account is the token's")
        serve.kill()

    def test_a_failed_pivot_is_an_outcome_too(self):
        serve = self.serve_api()
        answer, shown = self.ask(self.asks("/gone"))
        self.assertEqual((answer.status, shown["outcome"]), (200, "failed"))
        self.assertEqual((shown["reason"], shown["branch"]), ("status", "_"))
        serve.kill()

    def test_actions_are_said_by_name_or_belong_to_the_number(self):
        serve = self.serve_api(
            f'[actions.sales]\nvoice_url = "{self.url("/sales")}"\nreq_format = "twiml"\n'
            f'[numbers]\n"+491" = "sales"\n'
        )
        call = {"Call-ID": "call-1", "Request": "+491@x"}
        for body in ({"call": call, "action": "sales"}, {"call": call}):
            answer, shown = self.ask(body)
            self.assertEqual((answer.status, shown["outcome"]), (200, "processed"), body)
        answer, shown = self.ask({"call": {**call, "Request": "+499@x"}})
        self.assertEqual(answer.status, 400)
        self.assertIn("action: no action for the number", shown["error"])
        serve.kill()

    def test_what_is_wrong_is_said(self):
        serve = self.serve_api()
        for body, why in (
            ("", "JSON"),
            ("[1]", "not a JSON object"),
            ("{}", "call: is missing"),
            ({"call": {"Call-ID": 1}}, "Call-ID"),
            ({"call": {"Call-ID": "1"}, "action": {"voice_url": "ftp://x"}}, "action: "),
            ({"call": {"Call-ID": "1"}, "action": 7}, "action: "),
        ):
            answer, shown = self.ask(body)
            self.assertEqual(answer.status, 400, body)
            self.assertIn(why, shown["error"])
        for token in ("", "x", TOKEN[:-1], TOKEN + "0"):
            answer, shown = self.ask(self.asks(), token)
            self.assertEqual(answer.status, 401, token)
        self.assertEqual(self.ask("{}", path="/v1/nothing")[0].status, 404)
        answer, _ = self.ask("", method="GET")
        self.assertEqual((answer.status, answer.getheader("Allow")), (405, "POST"))
        serve.kill()

    def test_at_the_limit_of_an_account_the_client_is_to_try_again(self):
        serve = self.serve_api("[accounts.a1.limits]\ncalls_max = 1\n")
        silent = threading.Event()
        self.addCleanup(silent.set)
        listener = self.silent_server(silent)
        waiting = self.asks(req_timeout_ms=5000)
        waiting["action"]["voice_url"] = listener
        first = threading.Thread(target=self.ask, args=(waiting,))
        first.start()
        self.assertTrue(self.is_asked.wait(60))
        answer, shown = self.ask(self.asks())
        self.assertEqual((answer.status, answer.getheader("Retry-After")), (429, "1"))
        self.assertIn("limits.calls_max", shown["error"])
        self.assertEqual(self.ask(self.asks(), OTHER)[0].status, 200)
        silent.set()
        first.join()
        serve.kill()

    def silent_server(self, silent):
        """The URL of a server that says nothing until it may."""
        self.is_asked = is_asked = threading.Event()

        class Silent(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                is_asked.set()
                silent.wait(60)
                self.close_connection = True

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Silent)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return f"http://127.0.0.1:{server.server_address[1]}/"

    def test_the_deadline_of_the_action_holds(self):
        serve = self.serve_api()
        silent = threading.Event()
        self.addCleanup(silent.set)
        late = self.asks(req_timeout_ms=200)
        late["action"]["voice_url"] = self.silent_server(silent)
        answer, shown = self.ask(late)
        self.assertEqual((answer.status, shown["reason"], shown["phase"]), (200, "timeout", "wait"))
        self.assertGreaterEqual(shown["elapsed_ms"], 200)
        serve.kill()

    def test_a_client_that_leaves_cancels_its_pivot(self):
        serve = self.serve_api(
            "[action]\ntimeout_ms_max = 600000\n[accounts.a1.limits]\ncalls_max = 1\n"
        )
        silent = threading.Event()
        self.addCleanup(silent.set)
        waiting = self.asks(req_timeout_ms=600000)
        waiting["action"]["voice_url"] = self.silent_server(silent)
        connection = http.client.HTTPConnection("127.0.0.1", self.api_port, timeout=60)
        connection.request(
            "POST", "/v1/pivot", json.dumps(waiting), {"Authorization": f"Bearer {TOKEN}"}
        )
        self.assertTrue(self.is_asked.wait(60))
        self.assertEqual(self.ask(self.asks())[0].status, 429)
        connection.close()
        self.wait_until(lambda: self.ask(self.asks())[0].status == 200)
        serve.kill()

    def test_it_cannot_be_asked_by_the_engine_itself(self):
        serve = self.serve_api()
        body = self.asks()
        body["action"]["voice_url"] = f"http://127.0.0.1:{self.api_port}/v1/pivot"
        answer, shown = self.ask(body)
        self.assertEqual((answer.status, shown["reason"]), (200, "blocked"))
        serve.kill()

    def test_while_draining_no_call_is_taken(self):
        serve = self.serve_api()
        serve.signal(signal.SIGUSR1)
        serve.wait_for("takes no more calls")
        self.assertEqual(self.ask(self.asks())[0].status, 503)
        serve.signal(signal.SIGTERM)
        self.assertEqual(serve.end(), 0)

    def test_tokens_are_long_and_belong_to_one_account(self):
        for tokens, why in (
            ('{a1 = "short"}', "api.tokens.a1: is not a token of at least 16 characters"),
            (f'{{a1 = "{TOKEN}", a2 = "{TOKEN}"}}', "is also the token of account a1"),
        ):
            toml = f'[api]\nlisten = "127.0.0.1:0"\ntokens = {tokens}\n'
            checked = self.pivot("serve", "--check", "--config", self.file(toml, "p.toml"))
            self.assertEqual(checked.returncode, 2, tokens)
            self.assertIn(why, checked.stderr)
        toml = f'[api]\nlisten = "127.0.0.1:0"\ntokens = {{a1 = "{TOKEN}"}}\n'
        shown = self.pivot("serve", "--print-config", "--config", self.file(toml, "p.toml"))
        self.assertNotIn(TOKEN, shown.stdout)

    def serve_resting_call(self):
        """A call of the account a1, which rests, and its id."""
        admin = os.path.join(self.folder, "admin.sock")
        serve = self.serve_api(
            f'[scripted]\naction = "rest"\n[account]\nid = "a1"\n[actions.rest]\n'
            f'voice_url = "{self.url("/rest")}"\nreq_format = "twiml"\nmethod = "post"\n',
            admin,
        )
        calls = []

        def has_call():
            listed = self.pivot("calls", "--json", "--socket", admin).stdout.splitlines()
            calls.extend(json.loads(line)["id"] for line in listed)
            return calls and "/rest" in self.asked()

        self.wait_until(has_call)
        return serve, calls[0]

    def test_a_call_is_redirected_by_its_account_alone(self):
        serve, call = self.serve_resting_call()
        path = f"/v1/calls/{call}/redirect"
        body = {"url": self.url("/sales")}
        for token, status in ((OTHER, 404), ("x", 401)):
            self.assertEqual(self.ask(body, token, path=path)[0].status, status)
        for wrong in ("{}", {"url": "nowhere"}, {"url": self.url("/"), "method": "put"}):
            self.assertEqual(self.ask(wrong, path=path)[0].status, 400, wrong)
        self.assertEqual(self.ask(body, path="/v1/calls/nobody/redirect")[0].status, 404)
        self.assertEqual(self.ask(body, path=path)[0].status, 202)
        serve.wait_for("have ended: 0 failed")
        self.assertIn("/sales", self.asked())
        self.assertEqual(self.ask(body, path=path)[0].status, 404, "it is over")
        serve.kill()

    def test_a_call_is_hung_up_by_its_account_alone(self):
        serve, call = self.serve_resting_call()
        path = f"/v1/calls/{call}/hangup"
        for token, status in ((OTHER, 404), ("x", 401)):
            self.assertEqual(self.ask("", token, path=path)[0].status, status)
        self.assertEqual(self.ask("", path="/v1/calls/nobody/hangup")[0].status, 404)
        self.assertEqual(self.ask("", path="/v1/calls//hangup")[0].status, 404)
        self.assertEqual(self.ask("", path=path)[0].status, 202)
        serve.wait_for(f"info call_id={call} is hung up by the account, over the API")
        serve.wait_for("have ended: 0 failed")
        self.assertEqual(self.ask("", path=path)[0].status, 404, "it is over")
        serve.kill()

    def serve_calls_out(self, script="", toml="", top=""):
        file = self.file(script, "callees.txt")
        return self.serve_api(
            f'[scripted]\ncalls = 0\nscript = "{file}"\n[actions.menu]\n'
            f'voice_url = "{self.url("/menu")}"\nreq_format = "twiml"\nmethod = "post"\n{toml}',
            os.path.join(self.folder, "admin.sock"),
            top,
        )

    def why(self, call):
        return self.pivot("why", "--socket", os.path.join(self.folder, "admin.sock"), call).stdout

    def place(self, token=TOKEN, **body):
        return self.ask({"to": "+4930123", "action": "menu", **body}, token, path="/v1/calls")

    def show(self, call, token=TOKEN):
        return self.ask("", token, "GET", f"/v1/calls/{call}")[1]

    def wait_for_status(self, call, status):
        self.wait_until(lambda: self.show(call)["status"] == status)
        return self.show(call)

    def test_an_outbound_call_is_performed_once_it_is_answered(self):
        serve = self.serve_calls_out("leg answer after 3s\n")
        answer, shown = self.place(**{"from": "+4930555"})
        self.assertEqual(answer.status, 201)
        self.assertEqual(answer.getheader("Location"), f"/v1/calls/{shown['id']}")
        self.assertEqual((shown["status"], shown["direction"]), ("ringing", "outbound-api"))
        self.assertEqual((shown["called"], shown["from"]), ("+4930123", "+4930555"))
        self.assertEqual(self.place(**{"from": "+4930555"})[0].status, 201)
        calls = self.ask("", method="GET", path="/v1/calls")[1]["calls"]
        self.assertEqual([call["id"] for call in calls][0], shown["id"])
        self.assertEqual(self.ask("", OTHER, "GET", "/v1/calls")[1]["calls"], [])
        self.assertEqual(
            self.ask("", OTHER, "GET", f"/v1/calls/{shown['id']}")[0].status, 404, "not its own"
        )
        self.wait_for_status(shown["id"], "in-progress")

        def asked():
            return [form for _, path, form in self.server.asked if shown["id"] in form]

        self.wait_until(asked)
        told = asked()[0]
        for parameter in (
            "Direction=outbound-api",
            "CallStatus=in-progress",
            "To=%2B4930123",
            "From=%2B4930555",
            "AccountSid=a1",
        ):
            self.assertIn(parameter, told)
        answer, _ = self.ask("", path=f"/v1/calls/{shown['id']}/hangup")
        self.assertEqual(answer.status, 202)
        ended = self.wait_for_status(shown["id"], "completed")
        self.assertEqual((ended["was_answered"], ended["cause"]), (True, "NORMAL_CLEARING"))
        serve.kill()

    def test_an_outbound_call_that_nobody_answers_says_why(self):
        serve = self.serve_calls_out(
            'leg +49301 busy\nleg +49302 no answer\nleg +49303 fail CALL_REJECTED "no trunk"\n'
        )
        asked = self.asked().count("/menu")
        for to, status, cause, why in (
            ("+49301", "busy", "USER_BUSY", "nobody answered: it ended after .*, with USER_BUSY"),
            ("+49302", "no-answer", "NO_ANSWER", "nobody answered: .*, with NO_ANSWER"),
            ("+49303", "failed", "CALL_REJECTED", "it was refused: no trunk"),
        ):
            call = self.place(to=to, timeout=5)[1]["id"]
            self.assertRegex(self.why(call), "it has been ringing for|nobody answered|refused")
            ended = self.wait_for_status(call, status)
            self.assertEqual((ended["was_answered"], ended["cause"]), (False, cause))
            self.assertRegex(self.why(call), why)
        self.assertEqual(ended["refusal"], "no trunk")
        self.assertEqual(self.asked().count("/menu"), asked, "there is nobody to hear it")
        serve.wait_for("info call_id=CA.* nobody answers: USER_BUSY")
        serve.wait_for("warning call_id=CA.* cannot be made: no trunk")
        serve.kill()

    def test_an_outbound_call_that_nobody_answers_leaves_a_cdr(self):
        serve = self.serve_calls_out(
            "leg busy\n",
            f'[cdr]\nurl = "{self.url("/cdr")}"\n'
            f'[store]\npath = "{os.path.join(self.folder, "store")}"\n',
        )
        call = self.place(**{"from": "+4930555"})[1]["id"]

        def cdrs():
            forms = [form for _, path, form in self.server.asked if path == "/cdr"]
            return [dict(urllib.parse.parse_qsl(form)) for form in forms if call in form]

        self.wait_until(cdrs)
        cdr = cdrs()[0]
        self.assertEqual((cdr["Hangup-Cause"], cdr["Hangup-Code"]), ("USER_BUSY", "sip:486"))
        self.assertEqual((cdr["Caller-ID-Number"], cdr["Account-ID"]), ("+4930555", "a1"))
        self.assertEqual((cdr["Billing-Seconds"], cdr["Call-Direction"]), ("0", "outbound"))
        serve.kill()

    def test_outbound_calls_that_ring_count_among_all_calls(self):
        serve = self.serve_calls_out("leg no answer\n", "", "calls_max = 2\n")
        self.assertEqual([self.place()[0].status for _ in range(2)], [201, 201])
        answer, shown = self.place()
        self.assertEqual(answer.status, 429)
        self.assertIn("calls_max", shown["error"])
        serve.kill()

    def test_an_outbound_call_that_rings_can_be_hung_up(self):
        serve = self.serve_calls_out("leg no answer\n")
        call = self.place()[1]["id"]
        self.assertEqual(self.ask("", path=f"/v1/calls/{call}/hangup")[0].status, 202)
        self.wait_for_status(call, "canceled")
        serve.signal(signal.SIGTERM)
        self.assertEqual(serve.end(), 0)

    def test_outbound_calls_keep_to_the_limits_of_the_account(self):
        serve = self.serve_calls_out(
            "leg no answer\n",
            '[accounts.a1.limits]\nnumbers = ["+49*"]\ncaller_ids = ["+4930*"]\nlegs_max = 1\n',
        )
        for body, why in (
            ({"to": "+900123"}, "limits.numbers"),
            ({"to": "sip:900123@gateway.example.com"}, "limits.numbers"),
            ({"from": "+1900555"}, "limits.caller_ids"),
        ):
            answer, shown = self.place(**body)
            self.assertEqual(answer.status, 403, body)
            self.assertIn(why, shown["error"])
        self.assertEqual(self.place(OTHER, to="+900123")[0].status, 201)
        call = self.place(timeout=3)[1]["id"]
        answer, shown = self.place()
        self.assertEqual((answer.status, answer.getheader("Retry-After")), (429, "1"))
        self.assertIn("limits.legs_max", shown["error"])
        self.wait_for_status(call, "no-answer")
        self.assertEqual(self.place()[0].status, 201)
        serve.kill()

    def test_what_is_wrong_with_an_outbound_call_is_said(self):
        serve = self.serve_calls_out()
        for body, why in (
            ("[]", "not a JSON object"),
            ("{}", "/to: is missing"),
            ({"to": 5, "url": "http://x/"}, "/to: expected a string"),
            ({"to": "", "url": "http://x/"}, "to: "),
            ({"to": "a@b", "url": "http://x/"}, 'to: "a@b" is not a phone number'),
            ({"to": "+491", "from": "a b", "url": "http://x/"}, "from: "),
            ({"to": "+491"}, "url: is missing"),
            ({"to": "+491", "url": "menu"}, 'url: "menu" is not a URL'),
            ({"to": "+491", "url": "ftp://x/"}, "url: "),
            ({"to": "+491", "action": "nothing"}, "action: "),
            ({"to": "+491", "url": "http://x/", "action": "menu"}, "both"),
            ({"to": "+491", "url": "http://x/", "timeout": 0}, "/timeout"),
            ({"to": "+491", "url": "http://x/", "timeuot": 9}, "did you mean /timeout?"),
        ):
            answer, shown = self.ask(body, path="/v1/calls")
            self.assertEqual(answer.status, 400, body)
            self.assertIn(why, shown["error"])
        serve.signal(signal.SIGUSR1)
        serve.wait_for("takes no more calls")
        self.assertEqual(self.place()[0].status, 503)
        serve.kill()

    def test_without_a_front_end_no_call_is_made(self):
        serve = self.serve_api()
        answer, shown = self.ask({"to": "+491", "url": "http://x/"}, path="/v1/calls")
        self.assertEqual(answer.status, 503)
        self.assertIn("no front end makes calls here", shown["error"])
        serve.kill()

    def link(self, expires, key="secret", account="a1"):
        text = f"{account}\n0a1b\n{expires}".encode()
        mac = hmac.new(key.encode(), text, hashlib.sha256).hexdigest()[:32]
        return f"/r/{account}/0a1b.{expires}.{mac}"

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.api_port, timeout=60)
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer, body

    def test_a_recording_is_for_whoever_has_a_good_link(self):
        media = os.path.join(self.folder, "media")
        os.makedirs(os.path.join(media, "recordings"))
        with open(os.path.join(media, "recordings/0a1b.wav"), "wb") as file:
            file.write(b"RIFF voice")
        keys = 'recordings_key = "{}"\nrecordings_key_before = "{}"\n'
        toml = f'[media]\npath = "{media}"\nrecordings_url = "https://h/r"\n'
        serve = self.serve_api(toml + keys.format("secret", "older"))
        later = int(time.time()) + 1000
        for ending in ("", ".wav"):
            answer, body = self.get(self.link(later) + ending)
            self.assertEqual((answer.status, body), (200, b"RIFF voice"))
            self.assertEqual(answer.getheader("Content-Type"), "audio/wav")
        self.assertEqual(self.get(self.link(later, "older"))[0].status, 200)
        for path, status in (
            (self.link(later) + ".mp3", 406),
            (self.link(later, "wrong"), 403),
            (self.link(later).replace("/a1/", "/a2/"), 403),
            (self.link(1), 410),
            ("/r/a1/0a1b.wav", 404),
            ("/r/a1/../../pivot.toml", 404),
            ("/r/", 404),
        ):
            answer, body = self.get(path)
            self.assertEqual(answer.status, status, path)
            self.assertTrue(json.loads(body)["error"])
        os.remove(os.path.join(media, "recordings/0a1b.wav"))
        self.assertEqual(self.get(self.link(later))[0].status, 404)
        serve.kill()

    def test_links_lead_to_the_api_where_no_url_is_set_for_them(self):
        media = os.path.join(self.folder, "media")
        os.makedirs(os.path.join(media, "recordings"))
        with open(os.path.join(media, "recordings/0a1b.wav"), "wb") as file:
            file.write(b"RIFF voice")
        toml = f'[media]\npath = "{media}"\nrecordings_key = "secret"\n'
        serve = self.serve_api(toml, top="session.keeps_recordings = true\n")
        url = f"http://127.0.0.1:{self.api_port}/r"
        serve.wait_for(f"warning links to recordings lead to {url}: .* set media.recordings_url$")
        self.assertEqual(self.get(self.link(int(time.time()) + 1000))[0].status, 200)
        serve.signal(signal.SIGHUP)
        serve.wait_for("the configuration is read again")
        self.assertEqual(self.get(self.link(int(time.time()) + 1000))[0].status, 200)
        self.assertEqual(sum("links to recordings" in line for line in serve.lines), 1)
        serve.kill()

    def test_the_description_has_what_is_answered(self):
        with open(os.path.join(DOCS, "openapi.json"), encoding="utf-8") as file:
            description = json.load(file)
        post = description["paths"]["/v1/pivot"]["post"]
        self.assertEqual(set(post["responses"]), {"200", "400", "401", "429", "503"})
        serve = self.serve_api()
        example = post["requestBody"]["content"]["application/json"]["example"]
        example["action"]["voice_url"] = self.url("/sales")
        answer, shown = self.ask(example)
        self.assertEqual((answer.status, shown["outcome"]), (200, "processed"))
        serve.kill()

    def test_each_page_of_the_description_is_there_for_accounts(self):
        with open(os.path.join(DOCS, "openapi.json"), encoding="utf-8") as file:
            description = json.load(file)
        serve = self.serve_api()
        for path, methods in description["paths"].items():
            path = path.replace("{id}", "nobody").replace("{account_id}", "a1")
            for method, page in methods.items():
                answer, _ = self.ask("{}", token="", method=method.upper(), path=path)
                self.assertEqual((path, answer.status), (path, 401))
                answer, _ = self.ask("{}", method=method.upper(), path=path)
                self.assertIn(str(answer.status), page["responses"], path)
            answer, _ = self.ask("{}", method="PUT", path=path)
            self.assertEqual((path, answer.status), (path, 405))
            self.assertEqual(answer.getheader("Allow"), ", ".join(methods).upper(), path)
        serve.kill()


if __name__ == "__main__":
    command_line.main()
