"""`pivot simulate` as docs/simulate.md has it. The argument is the program."""

import http.server
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qsl, quote, unquote, urlsplit

PIVOT = None


def twiml(body):
    return "text/xml", f"<Response>{body}</Response>"


def flow(module, data=None, **children):
    return {"module": module, "data": data or {}, "children": children}


def tts(text, **children):
    return flow("tts", {"text": text}, **children)


DOCUMENTS = {
    "/menu": twiml(
        '<Gather numDigits="1" action="/chosen" timeout="5"><Say>Press one\nplease</Say></Gather>'
        "<Say>Nothing was pressed</Say>"
    ),
    "/account": twiml(
        '<Gather finishOnKey="#" action="/chosen"><Say>Your account number</Say></Gather>'
    ),
    "/quiet": twiml('<Gather numDigits="1" action="/chosen"/><Say>Too late</Say>'),
    "/chosen": twiml("<Say>Thanks</Say>"),
    "/speech": twiml(
        '<Gather input="speech" action="/chosen" partialResultCallback="/partial">'
        "<Say>What do you want</Say></Gather>"
    ),
    "/record": twiml('<Record action="/chosen" finishOnKey="#"/><Say>Nothing was said</Say>'),
    "/large": twiml(f'<Pause length="5"/><!--{"x" * 900_000}--><Redirect/>'),
    "/dial": twiml('<Dial action="/chosen">+14155550100</Dial>'),
    "/dial-two": twiml(
        '<Dial action="/chosen"><Number>+14155550100</Number><Sip>sip:Ann@example.com</Sip></Dial>'
    ),
    "/dial-twice": twiml(
        "<Dial>+14155550100</Dial><Say>Again</Say><Dial>+14155550100</Dial><Say>Done</Say>"
    ),
    "/dial-told": twiml(
        '<Dial action="/chosen"><Number statusCallback="/slowly" statusCallbackEvent="initiated'
        ' ringing answered completed">+14155550100</Number></Dial>'
    ),
    "/dial-in-vain": twiml(
        '<Dial action="/chosen"><Number statusCallback="DEAD">+14155550100</Number></Dial>'
    ),
    "/dial-refused": twiml(
        '<Dial><Number statusCallback="/refuses">+14155550100</Number></Dial>'
    ),
    "/screened": twiml(
        '<Dial sequential="true" action="/chosen"><Number>+14155550100</Number>'
        '<Number url="/declined">+14155550200</Number><Number>+14155550300</Number></Dial>'
    ),
    "/declined": twiml("<Say>Not now</Say><Hangup/>"),
    "/clients": twiml("<Dial><Client>kim</Client><Client>lou</Client></Dial>"),
    "/stream": twiml(
        '<Connect action="/chosen"><Stream url="wss://a.example/s" statusCallback="/status"/>'
        "</Connect>"
    ),
    "/start-stream": twiml(
        '<Start><Stream url="wss://a.example/s" name="n"/></Start><Pause length="2"/>'
    ),
    "/status": twiml(""),
    "/grüße": twiml('<Say Näme="x">Grüße</Say><Dial>Grüße</Dial>'),
    "/flow-twice": flow(
        "collect_dtmf",
        {"max_digits": 4, "collection_name": "ext"},
        _=flow("pivot", {"voice_url": "/again", "method": "post", "req_body_format": "json"}),
    ),
    "/modules": flow(
        "temporal_route",
        {"rules": ["0123456789abcdef0123456789abcde0"]},
        rule=tts("open"),
        _=flow("voicemail", {"id": "0123456789abcdef0123456789abcdef"}),
    ),
    "/menu-late": twiml(
        '<Gather numDigits="1" action="/late"><Say>Press one\nplease</Say></Gather>'
    ),
    "/late-hello": twiml("<Say>Hello</Say>"),
    "/slowly": twiml(""),
    "/dial-others": twiml(
        '<Dial>+14155550100</Dial><Dial action="/chosen">+14155550200</Dial>'
    ),
    "/moves": twiml('<Gather numDigits="1" action="/moved"><Say>Press one</Say></Gather>'),
    "/wait-fails": twiml('<Enqueue waitUrl="/refuses" action="/chosen">support</Enqueue>'),
    "/whisper": twiml('<Dial><Number url="/whispered">+14155550100</Number></Dial>'),
    "/whispered": twiml(
        '<Gather numDigits="2" action="/chosen"><Say>Press two keys</Say></Gather>'
    ),
    "/conference": twiml(
        '<Dial action="/chosen"><Conference statusCallback="/status"'
        ' statusCallbackEvent="start end join leave">weekly</Conference></Dial>'
    ),
    "/queue": twiml('<Enqueue action="/chosen">support</Enqueue>'),
    "/play": twiml("<Play>http://media.example/menu.mp3</Play>"),
    "/secret": twiml("<Play>http://ann:secret@media.example/menu.mp3</Play>"),
    "/pause": twiml('<Pause length="30"/><Say>Late</Say>'),
    "/forever": twiml('<Play loop="0">http://media.example/menu.mp3</Play><Redirect/>'),
    "/long": twiml('<Pause length="100000"/>'),
    "/loop": twiml("<Redirect>/loop</Redirect>"),
    "/reject": twiml('<Reject reason="busy"/>'),
    "/hangup": twiml("<Say>Bye</Say><Hangup/>"),
    "/warning": twiml('<Say nonsense="1">Hello</Say><Bogus/>'),
    "/hostile": twiml("<Say>one&#10;00:00.0  CALLER   lies &#x9b;31m &#x202e;</Say>"),
    "/cdr": ("text/plain", ""),
    "/dies": twiml("<Say>Wait</Say><Redirect>/gone</Redirect>"),
    "/nested": flow("pivot", {"voice_url": "/dead"}, _=tts("Sorry")),
    "/flow": tts("Hello", _=flow("hangup")),
    "/nobody": flow("user", {"id": "nobody"}),
    "/skipped": tts("Skipped", _=tts("Fine")),
    "/flow-menu": flow("collect_dtmf", {"max_digits": 1, "timeout": 3000}, _=flow("hangup")),
}
REDIRECTS = {"/moved": "/chosen"}
SLOW = {"/late": 5, "/late-hello": 1, "/slowly": 0.05}  # seconds
DOCUMENTS["/skipped"]["data"]["skip_module"] = True


class Application(http.server.BaseHTTPRequestHandler):
    """Answers by path, and keeps what it was asked."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # a body does not wait for the head to be acknowledged

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        url = urlsplit(unquote(self.path))
        parameters = dict(parse_qsl(url.query or body, keep_blank_values=True))
        self.server.asked.append((url.path, parameters))
        if url.path == "/gone":
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        self.server.closing.wait(SLOW.get(url.path, 0))
        if url.path in REDIRECTS:
            self.send_response(301)
            self.send_header("Location", REDIRECTS[url.path])
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        document = DOCUMENTS.get(url.path)
        if isinstance(document, dict):
            text = json.dumps(document).replace("/dead", self.server.dead_url)
            text = text.replace('"/again"', f'"{self.server.url}/flow"')
            document = "application/json", text
        content_type, text = document or ("text/plain", "there is no such thing")
        text = text.replace("DEAD", self.server.dead_url)
        self.send_response(200 if document else 404)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


def time_of(date):
    """Seconds since 1970."""
    return parsedate_to_datetime(date).timestamp()


class Simulate(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Application)
        cls.server.daemon_threads = True
        cls.server.handle_error = lambda *_: None  # a caller who hung up is not an error
        cls.server.asked = []
        cls.server.closing = threading.Event()
        cls.nobody = socket.socket()  # keeps its port, but does not listen
        cls.nobody.bind(("127.0.0.1", 0))
        cls.server.dead_url = f"http://127.0.0.1:{cls.nobody.getsockname()[1]}/dead"
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()
        cls.server.url = cls.url = f"http://127.0.0.1:{cls.server.server_address[1]}"

    @classmethod
    def tearDownClass(cls):
        cls.server.closing.set()
        cls.server.shutdown()
        cls.server.server_close()
        cls.nobody.close()

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.server.asked.clear()

    def file(self, content, name):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as out:
            out.write(content if isinstance(content, str) else json.dumps(content))
        return path

    def action(self, path, **data):
        url = path if path.startswith("http") else self.url + quote(path)
        req_format = "kazoo" if isinstance(DOCUMENTS.get(path), dict) else "twiml"
        data = {"voice_url": url, "method": "post", "req_format": req_format, **data}
        return self.file({"module": "pivot", "data": data, "children": {}}, "action.json")

    def pivot(self, *arguments):
        return subprocess.run(
            [PIVOT, "simulate", "--allow", "127.0.0.0/8", *arguments],
            capture_output=True,
            text=True,
            timeout=60,
        )

    def simulate(self, path, script=None, *arguments, status=0, **data):
        if script is not None:
            arguments = ("--script", self.file(script, "script.txt"), *arguments)
        ended = self.pivot(*arguments, self.action(path, **data))
        self.assertEqual(ended.returncode, status, ended.stderr + ended.stdout)
        if status == 0:
            self.assertEqual(ended.stderr, "")
        return ended

    def assert_unmet(self, path, script, line, *words, **data):
        """The script is not met at `line`, and the message has `words`."""
        ended = self.simulate(path, script, status=1, **data)
        self.assertIn(f"script.txt:{line}: ", ended.stderr)
        for word in words:
            self.assertIn(word, ended.stderr)
        return ended

    def asked(self, path):
        return [parameters for asked, parameters in self.server.asked if asked == path]


class Transcript(Simulate):
    def test_without_a_script_the_caller_listens(self):
        ended = self.simulate("/menu")
        first, *lines = ended.stdout.splitlines()
        self.assertRegex(first, r"^00:00\.0  CALL     begins: CallSid CA[0-9a-f]{32}$")
        self.assertIn("REQUEST  POST", lines[0])
        self.assertIn("-> 200 text/xml, ", lines[0])
        self.assertRegex(lines[1], r"^00:00\.\d  PIVOT    answers$")
        self.assertRegex(lines[2], r'^00:00\.\d  PIVOT    says "Press one please"')
        self.assertRegex(ended.stdout, r"\n00:0\d\.\d  PIVOT    waits for keys\n")
        self.assertRegex(ended.stdout, r'\n00:06\.\d  PIVOT    says "Nothing was pressed"')
        self.assertRegex(lines[-1], r"^00:0\d\.\d  END      the pivot hung up after \d\.\d s$")
        self.assertEqual(ended.stdout.count("END"), 1)

    def test_a_pause_takes_no_time(self):
        began = time.monotonic()
        ended = self.simulate("/pause", "expect say Late\nexpect end\n")
        self.assertLess(time.monotonic() - began, 30)
        self.assertRegex(ended.stdout, r"\n00:30\.\d  PIVOT    says \"Late\"")

    def test_what_a_web_server_writes_neither_ends_a_line_nor_commands_the_terminal(self):
        ended = self.simulate("/hostile")
        self.assertNotIn("\n00:00.0  CALLER", ended.stdout)
        self.assertNotIn("\x9b", ended.stdout)
        self.assertNotIn("\u202e", ended.stdout)
        self.assertIn("\\u009b31m \\u202e", ended.stdout)

    def test_the_secrets_of_a_url_are_not_shown(self):
        for arguments in ((), ("--json",)):
            ended = self.simulate("/secret", "expect play ann:secret@media\n", *arguments)
            self.assertIn("menu.mp3", ended.stdout)
            self.assertNotIn("secret@", ended.stdout)

    def test_json_is_an_object_a_line(self):
        ended = self.simulate("/menu", "wait for say one\npress 1\n", "--json")
        events = [json.loads(line) for line in ended.stdout.splitlines()]
        for event in events:
            self.assertIsInstance(event["time_ms"], int)
            for key in ("actor", "event", "subject", "text"):
                self.assertIsInstance(event[key], str)
        times = [event["time_ms"] for event in events]
        self.assertEqual(times, sorted(times))
        requests = [event for event in events if event["event"] == "request"]
        self.assertEqual(requests[1]["parameters"]["Digits"], "1")
        self.assertEqual(events[-1]["event"], "end")
        self.assertIn(
            ("CALLER", "press", "1"),
            [(event["actor"], event["event"], event["subject"]) for event in events],
        )

    def test_lines_come_as_it_happens(self):
        script = self.file("expect say one\n", "script.txt")
        running = subprocess.Popen(
            [PIVOT, "simulate", "--allow", "127.0.0.0/8", "--script", script, self.action("/menu")],
            stdout=subprocess.PIPE,
        )
        with running.stdout:
            self.assertIn(b"CALL ", running.stdout.readline())
            self.assertIn(b"REQUEST", running.stdout.readline())
            running.stdout.read()
        self.assertEqual(running.wait(), 0)

    def test_each_call_has_an_id_of_its_own_which_is_shown_first(self):
        ids = set()
        for arguments in ((), ("--json",)):
            self.server.asked.clear()
            first = self.simulate("/hangup", None, *arguments).stdout.splitlines()[0]
            call_id = self.asked("/hangup")[0]["CallSid"]
            self.assertRegex(call_id, r"^CA[0-9a-f]{32}$")
            self.assertIn(call_id, first)
            ids.add(call_id)
        self.assertEqual(json.loads(first)["subject"], call_id)
        self.assertEqual(len(ids), 2)

    def test_the_id_of_a_call_file_wins(self):
        call = self.file({"Call-ID": "call-7"}, "call.json")
        ended = self.simulate("/hangup", None, "--call", call)
        self.assertIn("CALL     begins: CallSid call-7\n", ended.stdout)
        self.assertEqual(self.asked("/hangup")[0]["CallSid"], "call-7")

    def test_a_callback_keeps_what_it_is_about(self):
        ended = self.simulate("/dial-told")
        told = [line for line in ended.stdout.splitlines() if "CALLBACK" in line]
        self.assertEqual(len(told), 4)
        for number, (line, status) in enumerate(
            zip(told, ("initiated", "ringing", "in-progress", "completed"))
        ):
            self.assertIn(f" CallStatus={status} ", line)
            self.assertIn(f" SequenceNumber={number} ", line)

    def test_a_failed_request_shows_the_answer(self):
        ended = self.simulate("/none", "expect branch _\n")
        self.assertRegex(
            ended.stdout, r'-> 404 text/plain, .* the answer was "there is no such thing"\n'
        )
        DOCUMENTS["/huge"] = "text/xml", "Grüße " * 1000
        ended = self.simulate("/huge", "expect failed request /huge\nexpect branch _\n")
        (line,) = [line for line in ended.stdout.splitlines() if "REQUEST" in line]
        self.assertIn('the answer was "Grüße Grüße ', line)
        self.assertLess(len(line), 500)

    def test_the_parameters_of_a_json_body(self):
        call = self.file({"Call-ID": "c1", "Account-ID": "acc1", "From": "a@b"}, "call.json")
        script = (
            "expect request POST /flow-twice with Account-ID=acc1 Call-ID=c1\n"
            "wait for gather\npress 1001\nexpect request /flow with Digits[ext]=1001\n"
        )
        for arguments in ((), ("--json",)):
            ended = self.simulate(
                "/flow-twice", script, "--call", call, *arguments, req_body_format="json"
            )
        events = [json.loads(line) for line in ended.stdout.splitlines()]
        asked = [event for event in events if event["event"] == "request"]
        self.assertEqual(asked[1]["parameters"]["Digits[ext]"], "1001")
        self.assertEqual(asked[1]["method"], "POST")

    def test_all_parameters_of_a_long_body(self):
        variables = {f"v{i}": "x" * 1000 for i in range(40)}
        call = {"Call-ID": "c1", "Custom-Application-Vars": variables}
        call = self.file(call, "call.json")
        for body_format in ("form", "json"):
            script = "expect request with Custom-Application-Vars[v39]=" + "x" * 1000 + "\n"
            self.simulate("/flow", script, "--call", call, req_body_format=body_format)

    def test_debug_records_are_in_the_events_where_the_action_asks_for_them(self):
        for debug in (False, True):
            ended = self.simulate("/moves", "wait for say one\npress 1\n", "--json", debug=debug)
            events = [json.loads(line) for line in ended.stdout.splitlines()]
            records = [event["record"] for event in events if "record" in event]
            self.assertEqual(len(records), 2 if debug else 0)
        self.assertIn("Press one", records[0]["resp_body"])
        self.assertEqual(len(records[1]["hops"]), 2)

    def test_the_parameters_of_the_cdr(self):
        script = "expect cdr with Hangup-Cause=NORMAL_CLEARING Duration-Seconds=1\n"
        ended = self.simulate("/hangup", script, "--json", cdr_url=self.url + "/cdr")
        events = [json.loads(line) for line in ended.stdout.splitlines()]
        (cdr,) = [event for event in events if event["event"] == "cdr"]
        self.assertEqual(cdr["parameters"], self.asked("/cdr")[0])

    def test_what_is_not_ascii_is_shown_as_it_is(self):
        ended = self.simulate("/grüße", "expect say Grüße\n")
        self.assertIn('says "Grüße"', ended.stdout)
        self.assertIn("Näme", ended.stdout)
        self.assertNotIn("??", ended.stdout)
        script = self.file("leg Grüße\n", "script.txt")
        ended = self.pivot("--script", script, self.action("/menu"))
        self.assertIn("`Grüße` is not something that a leg does", ended.stderr)

    def test_a_request_shows_what_is_new_in_it(self):
        ended = self.simulate("/menu", "wait for say one\npress 1\n")
        self.assertRegex(ended.stdout, r"REQUEST  POST \S+/chosen with .*Digits=1.* -> 200")

    def test_each_request_of_a_redirected_one_is_shown(self):
        script = (
            "wait for say one\npress 1\nexpect request /moved with Digits=1\n"
            "expect request /chosen\nexpect say Thanks\n"
        )
        ended = self.simulate("/moves", script)
        self.assertRegex(
            ended.stdout,
            r"REQUEST  POST \S+/moved with .*Digits=1.* -> 301 redirect\n"
            r"\S+  REQUEST  GET \S+/chosen -> 200 text/xml, \d+ ms\n",
        )
        ended = self.simulate("/moves", script, "--json")
        events = [json.loads(line) for line in ended.stdout.splitlines()]
        moved, landed = [event for event in events if event["event"] == "request"][1:]
        self.assertEqual(moved["subject"], self.url + "/moved")
        self.assertEqual(moved["parameters"]["Digits"], "1")
        self.assertEqual(landed["subject"], self.url + "/chosen")
        self.assertNotIn("parameters", landed)
        self.assert_unmet(
            "/moves",
            "wait for say one\npress 1\nexpect request /chosen with Digits=1\n",
            3,
            "301 redirect",
        )

    def test_a_request_that_fails_stands_before_its_warning(self):
        ended = self.simulate("/wait-fails", "queue bridge after 20s\nexpect queue bridge\n")
        self.assertRegex(
            ended.stdout, r"\n00:00\.\d  REQUEST  POST \S+/refuses .*\n00:00\.\d  WARNING  "
        )


class Steps(Simulate):
    def test_keys_during_a_prompt_and_after_it(self):
        self.simulate(
            "/account",
            'wait for say "account number"\npress 12\nwait 2s\npress 34# after 1s\n'
            "expect request /chosen with Digits=1234\nexpect say Thanks\nexpect hang up\n"
            "expect end",
        )
        self.simulate("/quiet", "wait for gather\npress 5\nexpect request /chosen with Digits=5\n")
        self.simulate(
            "/flow-menu", "wait for gather\npress 5\nexpect hang up\n", req_timeout_ms=2000
        )

    def test_the_host_redirects_the_call(self):
        ended = self.simulate(
            "/quiet",
            f"wait for gather\nredirect {self.url}/menu after 2s\n"
            "expect request /menu\nexpect say one\n",
        )
        self.assertRegex(ended.stdout, r"\n00:0\d\.\d  SWITCH   redirects the call to \S+/menu\n")
        ended = self.simulate("/quiet", "wait for gather\nredirect /menu\nexpect warning absolute\n")
        self.assertIn("says \"Too late\"", ended.stdout)

    def test_speech(self):
        self.simulate(
            "/speech",
            'wait for gather\nspeak "book a table" after 1s\n'
            'expect request /chosen with SpeechResult="book a table" Confidence=0.95\n'
            "expect callback /partial with UnstableSpeechResult=book\n",
        )
        partial = [parameters["UnstableSpeechResult"] for parameters in self.asked("/partial")]
        self.assertEqual(partial, ["book", "book a"])

    def test_a_recording_is_as_long_as_the_caller_speaks(self):
        self.simulate("/record", "record 5s\nexpect request /chosen with RecordingDuration=5\n")
        self.simulate(
            "/record",
            "record 9s\nwait for record\npress # after 4s\n"
            "expect request /chosen with RecordingDuration=4 Digits=#\n",
        )
        self.simulate(
            "/record",
            "wait for record\nhang up after 2s\nexpect request /chosen with Digits=hangup\n",
        )

    def test_a_recording_of_silence_is_not_kept(self):
        self.simulate("/record", 'record 0s\nexpect recorded\nexpect say "Nothing was said"\n')
        self.assertEqual(self.asked("/chosen"), [])

    def test_legs(self):
        for step, status in {
            "leg busy": "busy",
            "leg reject": "busy",
            "leg no answer": "no-answer",
            "leg unreachable": "failed",
            "leg fail NORMAL_TEMPORARY_FAILURE": "failed",
            "leg answer after 4s": "completed",
            "leg +14155550100 busy after 2s": "busy",
            "leg 1 hang up after 30s": "completed",
        }.items():
            with self.subTest(step=step):
                self.server.asked.clear()
                self.simulate(
                    "/dial", f"{step}\nexpect dial +14155550100\nexpect request /chosen\n"
                )
                got = self.asked("/chosen")[0]["DialCallStatus"]
                if step != "leg reject":
                    self.assertEqual(got, status)
        self.assertEqual(self.asked("/chosen")[0]["DialCallDuration"], "30")

    def test_each_dial_has_legs_of_its_own(self):
        ended = self.simulate(
            "/dial-twice",
            "leg busy\nleg answer after 1s\nleg hang up after 2s\n"
            "expect leg end USER_BUSY\nexpect say Again\nexpect leg answer\nexpect leg end\n"
            "expect say Done\n",
        )
        self.assertEqual(ended.stdout.count("USER_BUSY"), 1)

    def test_a_step_about_an_address_waits_for_the_dial_that_calls_it(self):
        self.simulate(
            "/dial-others",
            "leg +14155550200 busy\nexpect leg answer\nexpect dial +14155550200\n"
            "expect request /chosen with DialCallStatus=busy\n",
        )

    def test_one_of_several_legs(self):
        ended = self.simulate(
            "/dial-two",
            "leg 1 busy\nleg sip:ann@EXAMPLE.com answer after 5s\n"
            'expect dial SIP:ann@example.com\nexpect leg answer "LEG 2"\n',
        )
        self.assertIn("LEG 1    does not answer: USER_BUSY", ended.stdout)

    def test_a_leg_presses_keys(self):
        ended = self.simulate(
            "/whisper",
            "leg press 12 after 3s\nexpect request /whispered\n"
            "expect request /chosen with Digits=12\n",
        )
        self.assertIn("LEG 1    presses 2", ended.stdout)

    def test_legs_keep_their_place_when_one_before_them_declines(self):
        ended = self.simulate(
            "/screened",
            "leg 1 busy\nleg 2 answer after 1s\nleg 3 answer after 2s\n"
            'expect leg answer "LEG 2"\nexpect dial +14155550300\nexpect leg answer "LEG 3"\n'
            'expect bridge "LEG 3"\nexpect request /chosen with DialCallStatus=completed\n',
        )
        self.assertNotIn("LEG 4", ended.stdout)

    def test_legs_of_clients(self):
        for step in ("leg kim busy", 'leg "kim" busy', "leg client:kim busy"):
            self.simulate(
                "/clients", f'{step}\nleg lou answer after 1s\nexpect bridge "LEG 2"\n'
            )

    def test_legs_that_fit_nobody(self):
        for step in ("leg 10 busy", "leg +1415555O100 busy", "leg client:kym busy"):
            self.assert_unmet("/dial", f"{step}\nexpect bridge\n", 1, "those dialled were +1415")
        self.assert_unmet("/hangup", "expect say Bye\nleg +1 busy\n", 2, "nobody was dialled")
        self.assert_unmet("/dial", "leg 3 busy\n", 1, "fits nobody")
        self.simulate("/hangup", "leg 3 busy\n")

    def test_streams(self):
        ended = self.simulate(
            "/stream",
            "stream ends after 7s\nexpect stream wss://a.example/s\nexpect stream end\n"
            "expect request /chosen\n"
            "expect callback /status with StreamEvent=stream-started taken\n"
            "expect callback /status with StreamEvent=stream-stopped\nexpect no warnings\n",
        )
        self.assertIn("00:07.0  STREAM   ends", ended.stdout)
        self.simulate(
            "/stream",
            "stream fails\nexpect stream end\n"
            "expect callback /status with StreamEvent=stream-error\n",
        )
        self.simulate("/start-stream", "expect stream\nexpect no request /chosen\nexpect end\n")

    def test_modules_of_the_host(self):
        self.simulate(
            "/modules",
            "module temporal_route takes rule\nexpect module temporal_route\nexpect branch rule\n"
            "expect say open\nexpect no module voicemail\nexpect no warnings\n",
        )
        self.simulate(
            "/modules",
            "module temporal_route takes _ after 2s\nmodule voicemail takes _\n"
            "expect module voicemail\nexpect no warnings\n",
        )
        self.assert_unmet("/modules", "module voicmail takes _\n", 1, "no such module")
        self.assert_unmet(
            "/modules",
            "module temporal_route takes ruel\n",
            1,
            "fits no child: those of the module are rule, _; did you mean `rule`?",
        )
        self.assert_unmet(
            "/modules",
            "module temporal_route takes _\nexpect module voicemail\n"
            "module voicemail takes 1\n",
            3,
            "no such module",
        )

    def test_callbacks_that_nobody_took(self):
        self.simulate("/dial-told", "expect callback /slowly with CallStatus=completed taken\n")
        told = f"expect callback {self.server.dead_url} taken with CallStatus=completed\n"
        self.assert_unmet("/dial-in-vain", told, 1, "but it was not taken")
        self.assert_unmet("/dial-refused", "expect callback /refuses taken\n", 1, "not taken")
        self.simulate("/dial-refused", "expect callback /refuses\n")

    def test_what_must_not_happen(self):
        self.simulate("/menu", "expect no dial\nexpect no request /chosen\nexpect say one\n")
        self.simulate("/menu", "expect no failed request\nexpect no request GET\n")
        self.assert_unmet("/dial", "expect no dial\n", 1, "PIVOT    dials +14155550100")
        self.assert_unmet("/dial", "expect no dial +14155550100\n", 1)
        self.assert_unmet("/menu", "expect no request POST /menu\n", 1, "REQUEST  POST")
        self.assert_unmet("/wait-fails", "expect no failed request\nexpect end\n", 1, "/refuses")

    def test_conferences(self):
        call = self.file({"Call-ID": "call-7"}, "call.json")
        ended = self.simulate(
            "/conference",
            "conference start after 1m\nwait for conference weekly\nsomeone joins after 3s\n"
            "someone joins\nwait 2s\nsomeone leaves\nhang up after 1s\n"
            "expect callback /status with StatusCallbackEvent=participant-leave CallSid=call-7\n",
            "--call",
            call,
        )
        told = [(a["StatusCallbackEvent"], a.get("CallSid")) for a in self.asked("/status")]
        self.assertEqual(
            told,
            [
                ("participant-join", "call-7"),
                ("participant-join", "someone-1"),
                ("conference-start", "call-7"),
                ("participant-join", "someone-2"),
                ("participant-leave", "someone-2"),
                ("participant-leave", "call-7"),
            ],
            ended.stdout,
        )
        self.simulate(
            "/conference",
            "conference start after 1s\nconference end after 5s\nexpect conference WEEKLY\n"
            "expect request /chosen with DialCallStatus=answered\n",
        )

    def test_queues(self):
        for step, result in {
            "queue full": "queue-full",
            "queue fail": "error",
            "queue bridge after 7s": "bridged",
            "queue end after 3s": "bridged",
        }.items():
            with self.subTest(step=step):
                self.simulate(
                    "/queue",
                    f"{step}\nwait for queue support\n"
                    f"expect request /chosen with QueueResult={result}\n",
                )
        self.simulate(
            "/queue", "queue never\nwait for queue\nhang up after 5m\nexpect end caller\n"
        )

    def test_what_else_is_expected(self):
        self.simulate("/play", "expect play menu.mp3\n")
        self.simulate("/reject", "expect reject busy\nexpect end rejected\n")
        self.simulate("/reject", "expect reject 486\n")
        self.simulate("/hangup", "expect no warnings\nwait for say Bye\nexpect hang up\n")
        self.simulate("/warning", "expect warning nonsense\nexpect warning Bogus\n")
        self.simulate("/nobody", 'expect warning "user: there is nobody to call"\n')
        self.simulate("/dial", "expect no warnings\nexpect bridge\nexpect end\n")

    def test_a_cdr_is_posted(self):
        ended = self.simulate("/hangup", "expect hang up\nexpect cdr\n", cdr_url=self.url + "/cdr")
        self.assertRegex(ended.stdout, r"CDR      POST \S+/cdr -> 200\n\S+  END ")
        self.assertEqual(len(self.asked("/cdr")), 1)

    def test_a_cdr_that_is_refused_is_not_posted(self):
        for url, why in (
            (self.url + "/refuses", "404, which is not 2xx: not taken"),
            (self.server.dead_url, "no answer; connect: "),
        ):
            ended = self.simulate("/hangup", "expect hang up\n", cdr_url=url)
            self.assertIn(f"-> {why}", ended.stdout)
            self.assert_unmet("/hangup", "expect hang up\nexpect cdr\n", 2, why, cdr_url=url)

    def test_servers_are_told_and_asked_in_the_order_of_the_calls_own_time(self):
        for _ in range(5):
            self.server.asked.clear()
            ended = self.simulate(
                "/dial-told", "leg hang up after 1m\nexpect end\n", cdr_url=self.url + "/cdr"
            )
            told = [(path, a.get("CallStatus")) for path, a in self.server.asked[1:]]
            self.assertEqual(
                told,
                [
                    ("/slowly", "initiated"),
                    ("/slowly", "ringing"),
                    ("/slowly", "in-progress"),
                    ("/slowly", "completed"),
                    ("/chosen", "in-progress"),
                    ("/cdr", None),
                ],
                ended.stdout,
            )
        times = [time_of(a["Timestamp"]) for a in self.asked("/slowly")]
        self.assertEqual([time - times[0] for time in times], [0, 0, 3, 63])
        self.assertEqual(int(self.asked("/cdr")[0]["Timestamp"]), times[0] + 64)

    def test_a_transcript_is_the_same_each_time(self):
        shown = set()
        for _ in range(5):
            ended = self.simulate("/dial-told", "leg busy\n", "--json")
            events = [json.loads(line) for line in ended.stdout.splitlines()]
            shown.add(str([(e["time_ms"], e["actor"], e["event"]) for e in events]))
        self.assertEqual(len(shown), 1, shown)

    def test_the_clock_stands_while_a_callback_is_tried_again(self):
        ended = self.simulate("/dial-in-vain", "expect bridge\nexpect request /chosen\n")
        self.assertEqual(ended.stdout.count("CALLBACK"), 3)
        self.assertLess(ended.stdout.rindex("CALLBACK"), ended.stdout.index("/chosen"))
        self.assertEqual(len(re.findall(r"00:13\.0  CALLBACK", ended.stdout)), 3)

    def test_time_that_is_left_over_does_not_matter(self):
        self.simulate("/hangup", "leg busy\nwait for say Bye\nwait 10m\nexpect end\nqueue full\n")


class Broken(Simulate):
    def test_what_was_expected_and_what_happened_instead(self):
        ended = self.assert_unmet(
            "/menu",
            "wait for say one\npress 1\n\nexpect dial +14155550100\n",
            4,
            "`expect dial +14155550100` did not come true",
            "since line 2 (`press 1`)",
            'PIVOT    says "Thanks"',
        )
        self.assertNotIn("Press one", ended.stderr)

    def test_a_number_is_a_whole_one(self):
        self.assert_unmet("/dial", "expect dial +1415\n", 1)
        self.assert_unmet("/dial-two", "expect dial example.com\n", 1)

    def test_a_parameter_that_is_another_is_shown(self):
        self.assert_unmet(
            "/menu",
            "expect request /menu with CallStatus=busy Digits=1\n",
            1,
            'but CallStatus is "ringing", and there is no Digits among ',
        )
        self.assert_unmet(
            "/dial-told",
            "expect callback /slowly with CallStatus=busy\n",
            1,
            'but CallStatus is "initiated"',
            'but CallStatus is "completed"',
        )

    def test_a_path_is_a_whole_one(self):
        self.assert_unmet("/menu", "expect request /me\n", 1)
        self.assert_unmet("/menu", "expect request /menu with Digits=1\n", 1)

    def test_steps_that_are_left_over(self):
        for script, line in {
            'wait for say "no such words"\n': 1,
            "wait for say Bye\nwait 1m\npress 1\n": 3,
            "wait for say Bye\npress 123 after 1m\n": 2,
            'expect end\nspeak "hello"\n': 2,
            "wait for say Bye\nhang up after 1m\n": 2,
            "expect end\nexpect say Bye\n": 2,
            "expect callback /status\n": 1,
            "someone joins after 1m\n": 1,
        }.items():
            with self.subTest(script=script):
                self.assert_unmet("/hangup", script, line)

    def test_what_was_done_before_a_key_is_not_expected_after_it(self):
        self.assert_unmet("/menu", "wait 500ms\npress 1\nexpect say one\n", 3)

    def test_a_warning_where_none_is_expected(self):
        self.assert_unmet("/warning", "expect say Hello\nexpect no warnings\n", 2, "nonsense")


class Failures(Simulate):
    def test_a_pivot_that_failed(self):
        ended = self.simulate("/none", status=1)
        self.assertIn("BRANCH   _ (status: ", ended.stdout)
        self.assertIn("expect branch _", ended.stderr)
        self.simulate(self.server.dead_url, status=1)

    def test_a_dead_server_that_is_expected(self):
        self.simulate(self.server.dead_url, "expect branch _\nexpect hang up\n")

    def test_a_branch_that_is_not_a_failure(self):
        ended = self.simulate("/skipped", "expect say Fine\n")
        self.assertIn("BRANCH   _ (skip_module)", ended.stdout)

    def test_one_expectation_covers_one_failure(self):
        self.simulate("/nested", "expect branch _\nexpect say Sorry\n")
        self.simulate("/nested", "expect say Sorry\n", status=1)
        DOCUMENTS["/again"] = flow(
            "pivot", {"voice_url": "/dead"}, _=flow("pivot", {"voice_url": "/dead"}, _=tts("Sorry"))
        )
        self.simulate("/again", "expect branch _\nexpect branch _\n")
        self.simulate("/again", "expect branch _\n", status=1)
        self.simulate("/again", "expect branch _\nexpect say Sorry\n", status=1)

    def test_a_server_that_dies_in_mid_session(self):
        self.simulate("/dies", "wait for say Wait\nexpect branch _\nexpect end\n")
        self.simulate("/dies", status=1)

    def test_a_server_that_is_late(self):
        ended = self.simulate("/late", "expect branch _\nexpect end\n", req_timeout_ms=100)
        self.assertIn("BRANCH   _ (timeout: ", ended.stdout)

    def test_keys_of_a_caller_who_has_hung_up_are_not_waited_for(self):
        ended = self.simulate("/menu", "wait for say one\nhang up\n")
        self.assertNotIn("waits for keys", ended.stdout)

    def test_a_caller_who_hangs_up_while_the_server_thinks(self):
        ended = self.simulate(
            "/menu-late", "wait for say one\npress 1\nhang up\nexpect end caller\n"
        )
        self.assertNotIn("BRANCH", ended.stdout)
        self.assertRegex(
            ended.stdout, r"/late .*-> no answer, \d+ ms; given up: the call was over\n"
        )

    def test_the_clock_stands_while_the_server_thinks(self):
        ended = self.simulate(
            "/late-hello", "hang up after 100ms\nexpect end caller\n"
        )
        self.assertIn('00:00.0  PIVOT    says "Hello"\n00:00.1  CALLER ', ended.stdout)

    def test_a_long_answer_does_not_stop_the_clock(self):
        # What only waited to be submitted was waited for, until a kept connection's 30 s were over.
        began = time.monotonic()
        self.simulate("/large", "hang up after 31s\nexpect end caller\n")
        self.assertLess(time.monotonic() - began, 25)

    def test_a_caller_who_hangs_up_at_any_time(self):
        for path in (
            "/menu",
            "/record",
            "/dial",
            "/conference",
            "/queue",
            "/speech",
            "/flow-menu",
            "/whisper",
            "/dies",
            "/pause",
        ):
            for after in ("0s", "100ms", "1s", "3s", "4500ms"):
                with self.subTest(path=path, after=after):
                    script = f"hang up after {after}\n"
                    ended = self.pivot(
                        "--script", self.file(script, "script.txt"), self.action(path)
                    )
                    self.assertIn(ended.returncode, (0, 1), ended.stderr)
                    self.assertEqual(ended.stdout.count("END"), 1)
                    if "the caller hung up" in ended.stdout:
                        self.assertNotIn("script.txt", ended.stderr)

    def test_documents_that_never_end(self):
        ended = self.simulate("/long", None, "--max-time", "60", status=1)
        self.assertEqual(ended.stdout.count("END"), 1)
        self.assertIn("within 60 s", ended.stderr)
        self.simulate("/long", 'expect end "max-time"\n', "--max-time", "60")
        ended = self.simulate("/long", status=1)
        self.assertRegex(ended.stdout, r"\n60:00\.\d  END ")
        ended = self.simulate("/forever", None, "--max-time", "100", status=1)
        self.assertIn("01:40.0  END", ended.stdout)
        config = self.file({"session": {"iterations_max": 20}}, "config.json")
        ended = self.simulate("/loop", None, "--config", config, status=1)
        self.assertIn("the call has asked 20 times, which is the limit", ended.stderr)


class Demo(Simulate):
    def test_the_menu_of_the_demo_and_its_script(self):
        demo = os.path.join(os.path.dirname(__file__), "..", "..", "tools", "demo")
        application = subprocess.Popen(
            [sys.executable, os.path.join(demo, "voice_app.py"), "--port", "0"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.addCleanup(application.wait)
        self.addCleanup(application.terminate)
        with application.stdout, open(os.path.join(demo, "menu.json"), encoding="utf-8") as action:
            port = application.stdout.readline().strip()
            menu = self.file(action.read().replace("8080", port), "menu.json")
        ended = self.pivot("--script", os.path.join(demo, "menu.txt"), menu)
        self.assertEqual(ended.returncode, 0, ended.stderr + ended.stdout)
        self.assertEqual(ended.stderr, "")


class Usage(Simulate):
    def assert_refused(self, *arguments, words=()):
        ended = self.pivot(*arguments)
        self.assertEqual(ended.returncode, 2, ended.stdout)
        self.assertEqual(ended.stdout, "")
        self.assertEqual(ended.stderr.count("\n"), 1, ended.stderr)
        for word in words:
            self.assertIn(word, ended.stderr)

    def test_files_that_cannot_be_read(self):
        action = self.action("/menu")
        missing = os.path.join(self.folder, "missing")
        self.assert_refused(missing, words=[missing])
        for option in ("--script", "--call", "--directory", "--config"):
            self.assert_refused(option, missing, action, words=[missing])
            self.assert_refused(option, self.folder, action, words=[self.folder])
        for option in ("--call", "--directory", "--config"):
            self.assert_refused(
                option, self.file("{", "broken.json"), action, words=["broken.json"]
            )
        self.assert_refused(self.file("{", "broken.json"), words=["broken.json"])
        for data, word in (
            ({"data": {}, "module": "pivot"}, "voice_url"),
            ({"data": {"voice_url": "nowhere"}, "module": "pivot"}, "/data/voice_url"),
            ({"voice_url": "http://a.example", "method": "soon"}, "method"),
        ):
            self.assert_refused(self.file(data, "wrong.json"), words=["wrong.json", word])
        self.assert_refused("--script", "-", "-", words=["standard input"])
        self.assert_refused()
        for time in ("0", "-1", "nan", "inf", "-inf", "soon", "1e7"):
            self.assert_refused(
                f"--max-time={time}", action, words=[f"{time} is not a number from 0.1 to 1000000"]
            )

    def test_flows_of_a_directory_may_name_what_is_allowed(self):
        ask = flow("pivot", {"voice_url": self.url + "/flow"})
        directory = self.file({"flows": {"f": ask}}, "directory.json")
        ended = self.simulate("/menu", None, "--directory", directory)
        self.assertEqual(ended.returncode, 0)
        self.assert_refused(
            "--deny",
            "127.0.0.1",
            "--directory",
            directory,
            self.action("/menu"),
            words=["/flows/f/data/voice_url"],
        )

    def test_a_script_that_is_wrong(self):
        script = self.file("wait 1s\n\nexpct say Hello\n", "wrong.txt")
        self.assert_refused(
            "--script",
            script,
            self.action("/menu"),
            words=["wrong.txt:3: ", "did you mean `expect`?"],
        )
        self.assertEqual(self.server.asked, [])

    def test_a_full_disk_is_told(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            ended = subprocess.run(
                [PIVOT, "simulate", "--allow", "127.0.0.0/8", self.action("/hangup")],
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                timeout=60,
            )
        self.assertEqual(ended.returncode, 2)
        self.assertIn("standard output", ended.stderr)


if __name__ == "__main__":
    PIVOT = sys.argv.pop(1)
    unittest.main()
