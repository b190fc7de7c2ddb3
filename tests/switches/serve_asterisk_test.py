"""Calls that `pivot serve` performs beside a real Asterisk: serve_asterisk_test.py PIVOT FOLDER [CASE…]

As app_pivot_test.py, of which it shares most cases: Asterisk is installed in FOLDER the first time,
or where PIVOT_ASTERISK says, and the exit status is 77 if this machine cannot have that.
"""

import json
import pathlib
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).parent / "asterisk"))

import beside
import callers
import case
import cases
import switch
from beside import CONNECTED
from running import Running
from serve_case import LISTENING, ServeCase, set_up
from telephone import Telephone

TEMPLATES = """
[asterisk.accounts.a1]
dial.number = "Local/{number}@first"
[asterisk.accounts.a2]
dial.number = "Local/{number}@second"
dial.sip_uri = ""
"""


class Prompts(cases.Prompts, ServeCase):
    pass


class Refusals(cases.Refusals, ServeCase):
    pass


class Recordings(cases.Recordings, ServeCase):
    def get(self, url):
        try:
            with urllib.request.urlopen(url, timeout=20) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def test_a_recording_is_had_by_its_signed_url_and_by_no_other(self):
        self.serve.kill()
        self.start(self.toml + '[api]\nlisten = "0.0.0.0:8095"\n')
        self.serve.wait_for("links to recordings lead to http://127.0.0.1:8095/r")
        self.serve.wait_for(CONNECTED)
        url = self.record('maxLength="2" trim="do-not-trim"')["RecordingUrl"]
        status, sound = self.get(url)
        self.assertEqual((status, sound[:4]), (200, b"RIFF"))
        self.assertEqual(self.get(f"{url}.wav"), (200, sound))
        begin, expires, mac = url.rsplit(".", 2)
        self.assertNotIn(mac, self.warnings())
        self.assertEqual(self.get(f"{begin}.{expires}.{mac[::-1]}")[0], 403)
        self.assertEqual(self.get(f"{begin}.{int(expires) + 1}.{mac}")[0], 403)


class Failures(cases.Failures, ServeCase):
    pass


class Records(cases.Records, ServeCase):
    def test_every_cdr_comes_after_a_restart(self):
        self.answer("/begin", "<Hangup/>")
        self.web.answers["/cdr"] = None  # the web server fails
        self.call(callers.ANSWER, callers.BE_HUNG_UP, to="cdr", count=20)
        self.end_calls()
        self.serve.wait_for("ended", count=20)
        self.serve.kill()
        self.web.forget()
        self.web.answers["/cdr"] = ""
        self.start()
        self.wait_until(lambda: len(self.told()) == 20, "not every CDR comes")

    def told(self):
        """Each CDR once: one may come twice, before the end of the first process and after it."""
        return {tuple(sorted(form.items())) for _, form, _ in self.web.requests[:]}

    def test_cdrs_come_of_calls_that_end_with_asterisk(self):
        self.answer("/begin", '<Gather timeout="30"/>')
        self.web.answers["/cdr"] = ""
        self.call(callers.ANSWER, callers.wait(4000), to="cdr", count=10)
        self.wait_until_answered(10)
        self.asterisk.kill()
        self.web.wait_for("/cdr", 10)
        self.asterisk.start()
        self.serve.wait_for(CONNECTED, count=2)


class Crowd(cases.Crowd, ServeCase):
    def come(self, count):
        """Callers, ten a second, who are in a menu for four seconds, and press a key."""
        steps = [callers.ANSWER, callers.wait(4000), callers.press("8"), callers.BE_HUNG_UP]
        self.call(*steps, count=count, rate=10)

    def in_menus(self, count):
        """So many come, and some of them are there."""
        self.answer("/begin", '<Gather numDigits="1" action="/got" timeout="30"/>')
        self.answer("/got", "<Hangup/>")
        self.come(count)
        self.web.wait_for("/begin", 10)

    def test_a_reload_under_load_drops_nothing(self):
        self.in_menus(15)
        path = self.asterisk.home / "pivot.toml"
        path.write_text(self.toml.replace("/begin", "/other"))
        self.answer("/other", '<Gather numDigits="1" action="/got" timeout="30"/>')
        for count in range(1, 4):
            self.serve.signal(signal.SIGHUP)
            self.serve.wait_for("the configuration is read again", count=count)
        self.come(15)
        self.web.wait_for("/other")
        self.end_calls()
        self.assertEqual(self.asked().count("/got"), 30)
        self.assertEqual(self.asked().count("/begin") + self.asked().count("/other"), 30)

    def test_a_drain_under_load_ends_every_call_that_has_begun(self):
        self.in_menus(30)
        self.serve.signal(signal.SIGTERM)
        self.assertEqual(self.serve.end(), 0)
        self.assertEqual(self.asked().count("/got"), self.asked().count("/begin"))
        self.parties.clear()  # those who came later were refused
        self.start()
        self.serve.wait_for(CONNECTED)


class Dials(cases.Dials, ServeCase):
    def dial_by_the_dialplan(self):
        """As docs/asterisk.md has it, but for the numbers: they are the ports of callees."""
        self.serve.kill()
        number = 'dial.number = "PJSIP/sipp/sip:{number}@127.0.0.1"'
        self.start(self.toml.replace(number, ""))
        self.serve.wait_for(CONNECTED)

    def test_a_caller_hears_what_the_far_end_of_the_dialplan_says_before_the_answer(self):
        self.dial_by_the_dialplan()
        self.hear_early_media("", "<Number>PORT</Number>")

    def test_a_callee_of_the_dialplan_gets_the_headers_of_the_document(self):
        self.dial_by_the_dialplan()
        callee = self.callee(callers.ANSWERED, callers.HANG_UP)
        headers = {"X-One": 'a, b "c" ${EXTEN}', "X-Two": "2"}
        data = {"to_did": str(callee.port), "custom_sip_headers": headers}
        self.answer_with_flow("answer", {}, _={"module": "resources", "data": data})
        self.call(callers.ANSWER, callers.BE_HUNG_UP, to="flow").end()
        callee.end()
        for name, value in headers.items():
            self.assertIn(f"\n{name}: {value}\n", callee.messages().replace("\r", ""))


    def test_a_number_that_pivot_has_as_well_is_a_call_of_its_own(self):
        self.dial_by_the_dialplan()
        self.answer("/begin", '<Dial action="/dialled"><Number>4940</Number></Dial>')
        self.answer("/inner", "<Say>Sales.</Say><Hangup/>")
        self.answer("/dialled", "<Hangup/>")
        self.call(callers.ANSWER, callers.BE_HUNG_UP).end()
        self.assertEqual(self.status(), "completed")
        self.assertEqual(self.said(), ["Sales."])

    def test_documents_that_dial_each_other_come_to_an_end(self):
        self.dial_by_the_dialplan()
        for path in ("/begin", "/inner"):
            self.answer(path, '<Dial action="/dialled"><Number>4940</Number></Dial>')
        self.answer("/dialled", "<Hangup/>")
        self.call(callers.ANSWER, callers.BE_HUNG_UP).end()
        self.serve.wait_for("warning call_id=.* refused: 11 calls have dialled each other")
        self.assertEqual(self.asked().count("/inner"), 10)


class Rooms(cases.Rooms, ServeCase):
    pass


class Transfers(cases.Transfers, ServeCase):
    def test_what_a_call_records_is_kept_when_it_is_transferred(self):
        flow = {"module": "transfer", "data": {"target": "local"}}
        flow = {"module": "sleep", "data": {"duration": 2}, "children": {"_": flow}}
        flow = {"module": "record_call", "data": {"action": "start"}, "children": {"_": flow}}
        self.answer_with_flow("answer", {}, _=flow)
        before = set(self.keep_recordings().glob("*.wav"))
        self.call(callers.ANSWER, callers.speak(), callers.BE_HUNG_UP, to="flow").end()
        self.wait_for_log("Executing [local@default:2]")
        self.wait_until(
            lambda: len(set(self.keep_recordings().glob("*.wav")) - before) == 1, "none is kept"
        )


class TransfersByTelephones(ServeCase):
    """By REFER, which Asterisk itself performs."""

    def setUp(self):
        super().setUp()
        self.telephone = Telephone()
        self.addCleanup(self.telephone.close)

    def dial(self, *steps):
        """A call of the telephone to a callee who does this, with both of them."""
        callee = self.callee(callers.ANSWERED, *steps)
        calls = self.calls_that("talks to a callee")
        self.answer(
            "/begin", f'<Dial action="/after"><Sip>sip:bob@127.0.0.1:{callee.port}</Sip></Dial>'
        )
        self.answer("/after", "<Hangup/>")
        call = self.telephone.call("twiml")
        self.wait_while_it("talks to a callee", calls + 1)
        return call, callee

    def refer(self, call, extension):
        return self.telephone.refer(call, f"sip:{extension}@{callers.ASTERISK}")

    def test_who_talks_to_nobody_cannot_transfer_them_and_goes_on(self):
        self.answer("/begin", '<Gather timeout="3"/><Say>Still there?</Say>')
        call = self.telephone.call("twiml")
        self.wait_while_it("answers")
        self.assertEqual(self.refer(call, "local"), 400)
        self.wait_until(lambda: call.is_over, "the call does not end")
        self.assertEqual(self.said(), ["Still there?"])

    def test_a_callee_whom_the_caller_transfers_goes_on_talking(self):
        call, callee = self.dial(callers.WAIT_FOR_TEST, callers.HANG_UP)
        self.assertEqual(self.refer(call, "longer"), 200)
        self.telephone.hang_up(call)
        callee.go_on()
        callee.end()
        self.web.wait_for("/after")
        self.end_calls()

    def test_a_caller_whom_a_callee_transfers_goes_on_talking_and_comes_back(self):
        call, callee = self.dial(callers.WAIT_FOR_TEST, callers.transfer_caller("local"))
        callee.go_on()
        callee.end()
        self.wait_for_log("Executing [local@default:3]")
        self.web.wait_for("/after")
        self.wait_until(lambda: call.is_over, "the caller is left alone")

    def test_two_callees_are_connected(self):
        one, first = self.dial(callers.WAIT_FOR_TEST, callers.HANG_UP)
        two, second = self.dial(callers.BE_HUNG_UP)
        self.assertEqual(self.telephone.replace(one, two), 200)
        self.telephone.hang_up(one)
        first.go_on()
        first.end()
        second.end()

    def test_a_callee_is_connected_with_a_menu(self):
        one, callee = self.dial(callers.BE_HUNG_UP)
        self.answer("/begin", '<Gather timeout="8"/><Say>Nobody chose.</Say><Hangup/>')
        two = self.telephone.call("twiml")
        self.wait_while_it("answers", 2)
        self.assertEqual(self.telephone.replace(one, two), 200)
        self.telephone.hang_up(one)
        callee.end()
        self.assertEqual(self.said(), ["Nobody chose."])


class Parking(ServeCase):
    NOT_PARKED = {"module": "tts", "data": {"text": "Not parked."}}

    def park(self, slot):
        self.answer_with_flow("park", {"slot": slot}, _=self.NOT_PARKED)
        return self.call(callers.ANSWER, callers.BE_HUNG_UP, to="parks")

    def test_a_flow_goes_on_where_nobody_can_park(self):
        if "res_parking" in self.asterisk.cli("module show like res_parking"):
            self.skipTest("another case has loaded the module")
        self.park("702").end()
        self.assertEqual(self.said(), ["Not parked."])

    def test_a_parked_caller_talks_to_whoever_dials_the_slot(self):
        self.asterisk.cli("module load res_parking.so")  # which Asterisk 22 does not unload
        parked = self.park("702")
        self.wait_for_log("in 'default' at space 702")
        self.serve.wait_for("is parked in 702")
        self.call(callers.ANSWER, callers.wait(2000), callers.BYE, to="702")
        parked.end()
        self.serve.wait_for("call_id=.* ended")
        self.assertNotIn("AFTER", self.log())


class HangUps(cases.HangUps, ServeCase):
    pass


class Actions(ServeCase):
    def test_a_call_without_an_action_is_refused_and_both_sides_know_why(self):
        self.call(callers.refused(603), to="nothing").end()
        self.serve.wait_for('warning call_id=.* refused: no action for the number "nothing"')
        self.wait_for_log("AFTER SUCCESS refused no action for")

    def test_an_action_that_does_not_exist_is_refused(self):
        self.call(callers.refused(603), to="unknown").end()
        self.serve.wait_for("warning call_id=.* refused: .*nobody")
        self.wait_for_log("AFTER SUCCESS refused")

    def test_a_wrong_action_in_the_variable_is_refused_whatever_the_argument(self):
        self.call(callers.refused(603), to="wrong").end()
        self.serve.wait_for("warning call_id=.* refused: .*voice_url")
        self.assertEqual(self.asked(), [])

    def test_an_operator_may_have_refused_calls_hung_up(self):
        self.serve.kill()
        self.start(self.toml.replace("[asterisk]", '[asterisk]\nrefuse = "hang-up"'))
        self.serve.wait_for(CONNECTED)
        self.call(callers.refused(404), to="nothing").end()
        self.assertNotIn("AFTER", self.log())


class Operator(ServeCase):
    def test_what_leaks_is_hung_up(self):
        """Calls of documents, and one that the dialplan has again."""
        socket = self.asterisk.home / "admin.sock"
        self.serve.kill()
        self.start(f'admin.listen = "{socket}"\n{self.toml}')
        self.serve.wait_for(CONNECTED)
        self.answer("/begin", '<Gather timeout="600"/>')
        callers_there = [self.call(callers.ANSWER, callers.BE_HUNG_UP, count=2)]
        self.wait_until_answered(2)
        self.answer("/begin", "<Say>Now the dialplan.</Say>")
        callers_there.append(self.call(callers.ANSWER, callers.BE_HUNG_UP, to="resting"))
        self.wait_for_log("RESTS DONE")
        command = [self.program, "calls", "--socket", str(socket), "--older"]
        listed = subprocess.run([*command, "0s", "--hangup", "--json"], capture_output=True)
        self.assertEqual((listed.returncode, len(listed.stdout.splitlines())), (0, 3))
        for party in callers_there:
            party.end()
        self.wait_until_idle()
        self.wait_until(
            lambda: not subprocess.run([*command, "0s", "--json"], capture_output=True).stdout,
            "a call is left",
        )


class Identities(ServeCase):
    def telephone(self):
        telephone = Telephone()
        self.addCleanup(telephone.close)
        return telephone

    def test_an_invite_that_comes_twice_is_two_calls(self):
        self.answer("/begin", '<Gather timeout="600"/>')
        first, second = self.telephone(), self.telephone()
        one = first.call("twiml")
        self.serve.wait_for(f"call_id={one.id} answers")
        other = second.call("twiml", one.id)
        self.serve.wait_for(f"call_id={one.id}~2 answers")
        self.assertEqual(self.web.wait_for("/begin", 2)[0]["CallSid"], f"{one.id}~2")
        second.hang_up(other)
        self.serve.wait_for(f"call_id={one.id}~2 ended")
        self.assertFalse(self.serve.find(f"call_id={one.id} ended", 1))
        first.hang_up(one)
        self.serve.wait_for(f"call_id={one.id} ended")

    def test_a_channel_that_is_handed_over_again_is_another_call(self):
        self.answer("/begin", "<Say>Hello.</Say>")
        self.call(callers.ANSWER, callers.BE_HUNG_UP, to="twice").end()
        self.serve.wait_for(r"call_id=[^~]+~2 ended")
        self.serve.wait_for(r"call_id=[^~\s]+ ended")
        told = [self.web.wait_for("/begin", count)[0]["CallSid"] for count in (1, 2)]
        self.assertEqual(told[1], f"{told[0]}~2")


class Originations(ServeCase):
    """Calls that a program asks for, over the API."""

    API = f"""
[api]
listen = "127.0.0.1:8095"
tokens.a1 = "{"a1" * 8}"
tokens.a2 = "{"a2" * 8}"
"""

    def setUp(self):
        super().setUp()
        self.serve.kill()
        self.toml += self.API
        self.start()
        self.serve.wait_for(CONNECTED)

    def ask(self, method, path, body=None, account="a1"):
        request = urllib.request.Request(f"http://127.0.0.1:8095{path}", method=method)
        request.add_header("Authorization", "Bearer " + account * 8)
        request.data = json.dumps(body).encode() if body else None
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or "null")

    def place(self, to, account="a1", **body):
        body = {"to": to, "action": "twiml", **body}
        return self.ask("POST", "/v1/calls", body, account)["id"]

    def wait_for_status(self, call, status, account="a1"):
        def has_status():
            self.last = self.ask("GET", f"/v1/calls/{call}", account=account)
            return self.last["status"] == status

        self.wait_until(has_status, f"the call is never {status}")
        return self.last

    def at(self, party):
        return f"sip:bob@127.0.0.1:{party.port}"

    def test_who_answers_hears_the_document_and_presses_keys(self):
        self.answer(
            "/begin", '<Gather numDigits="1" action="/got" timeout="30"><Say>Hello.</Say></Gather>'
        )
        self.answer("/got", "<Hangup/>")
        callee = self.callee(
            callers.ANSWERED,
            callers.WAIT_FOR_TEST,
            callers.press_as_callee("5"),
            callers.BE_HUNG_UP,
        )
        call = self.place(self.at(callee), **{"from": "+4930555"})
        begun = self.web.wait_for("/begin")[0]
        self.wait_while_it("says")
        callee.go_on()
        self.assertEqual(begun["CallSid"], call)
        self.assertEqual(begun["Direction"], "outbound-api")
        self.assertEqual(begun["CallStatus"], "in-progress")
        self.assertEqual((begun["From"], begun["To"]), ("+4930555", "bob"))
        self.assertEqual(self.web.wait_for("/got")[0]["Digits"], "5")
        ended = self.wait_for_status(call, "completed")
        self.assertEqual(ended["cause"], "NORMAL_CLEARING")
        callee.end()
        self.assertIn("<sip:+4930555@", callee.messages())

    def test_a_callee_may_hang_up(self):
        self.answer("/begin", '<Gather timeout="60"/>')
        callee = self.callee(callers.ANSWERED, callers.WAIT_FOR_TEST, callers.HANG_UP)
        call = self.place(self.at(callee))
        self.wait_for_status(call, "in-progress")
        callee.go_on()
        self.wait_for_status(call, "completed")

    def test_a_number_goes_through_the_dialplan(self):
        self.serve.kill()
        self.start(self.toml.replace("PJSIP/sipp/sip:{number}@127.0.0.1", "Local/{number}@default"))
        self.serve.wait_for(CONNECTED)
        self.answer("/begin", "<Say>Hello.</Say>")
        self.wait_for_status(self.place("4930"), "completed")
        self.assertEqual(self.said(), ["Hello."])
        self.assertEqual(self.wait_for_status(self.place("4931"), "busy")["cause"], "USER_BUSY")
        self.wait_for_status(self.place("4939"), "failed")

    def test_each_account_dials_by_its_own_templates(self):
        self.serve.kill()
        self.start(self.toml + TEMPLATES)
        self.serve.wait_for(CONNECTED)
        self.answer("/dialled", "<Hangup/>")
        for count, (account, context) in enumerate([("a1", "first"), ("a2", "second")], 1):
            self.answer("/begin", '<Dial action="/dialled"><Number>4932</Number></Dial>')
            self.call(callers.ANSWER, callers.BE_HUNG_UP, to=account).end()
            dialled = self.web.wait_for("/dialled", count)[0]
            self.assertEqual(dialled["DialCallStatus"], "completed")
            self.answer("/begin", "<Hangup/>")
            self.wait_for_status(self.place("4933", account), "completed", account)
            for number in ("4932", "4933"):
                self.assertEqual(self.log().count(f"Executing [{number}@{context}:1]"), 1)
        refused = self.place("sip:bob@127.0.0.1", "a2")
        self.wait_for_status(refused, "failed", "a2")
        self.serve.wait_for(f"{refused} cannot be made: asterisk.accounts.a2.dial.sip_uri is empty")

    def test_why_nobody_answers_is_told(self):
        busy = self.callee(callers.BUSY)
        ended = self.wait_for_status(self.place(self.at(busy)), "busy")
        self.assertEqual((ended["cause"], ended["sip_code"]), ("USER_BUSY", 486))
        silent = self.callee(callers.CANCELLED)
        ended = self.wait_for_status(self.place(self.at(silent), timeout=2), "no-answer")
        self.assertEqual(ended["cause"], "NO_ANSWER")
        nobody = self.place("nobody")
        self.wait_for_status(nobody, "failed")
        self.assertEqual(self.asked(), [])

    def test_a_call_is_hung_up_while_it_rings_and_later(self):
        self.answer("/begin", '<Gather timeout="60"/>')
        silent = self.callee(callers.CANCELLED)
        call = self.place(self.at(silent))
        self.serve.wait_for(f"call_id={call} rings")
        self.ask("POST", f"/v1/calls/{call}/hangup")
        self.wait_for_status(call, "canceled")
        callee = self.callee(callers.ANSWERED, callers.BE_HUNG_UP)
        call = self.place(self.at(callee))
        self.wait_for_status(call, "in-progress")
        self.ask("POST", f"/v1/calls/{call}/hangup")
        self.wait_for_status(call, "completed")

    def test_a_stop_gives_up_what_rings(self):
        silent = self.callee(callers.CANCELLED)
        call = self.place(self.at(silent))
        self.serve.wait_for(f"call_id={call} rings")
        self.serve.signal(signal.SIGTERM)
        self.assertEqual(self.serve.end(), 0)
        silent.end()
        self.start()
        self.serve.wait_for(CONNECTED)


class Outbound(ServeCase):
    def setUp(self):
        super().setUp()
        self.serve.kill()
        self.toml = self.toml.replace("[asterisk]", LISTENING)
        self.start()
        self.serve.wait_for("Asterisk connects by")

    def gather(self, to):
        self.answer("/begin", '<Gather numDigits="1" action="/got" timeout="30"/>')
        self.answer("/got", "<Hangup/>")
        self.call(callers.ANSWER, callers.wait(1000), callers.press("5"), callers.BE_HUNG_UP, to=to)
        self.assertEqual(self.web.wait_for("/got")[0]["Digits"], "5")

    def test_calls_that_share_a_web_socket_are_performed(self):
        self.serve.wait_for("Asterisk at .* is connected: the application shared")
        self.gather("shared")

    def test_a_call_with_a_web_socket_of_its_own_is_performed(self):
        self.gather("each")
        self.serve.wait_for("is connected: the application each:PJSIP/")

    def test_a_url_alone_performs_the_calls_of_an_asterisk_that_connects(self):
        self.serve.kill()
        path = self.asterisk.home / "pivot.toml"
        path.write_text(self.toml.partition("[asterisk]")[0])
        self.serve = Running(
            *(self.program, "--config", str(path), "--url", self.web.url + "/begin"),
            *("--log-level", "debug"),
        )
        self.addCleanup(self.serve.kill)
        self.serve.wait_for(r"same => n,Stasis\(pivot\)")
        self.gather("plain")

    def start_without_http(self):
        self.serve.kill()
        url = f'url = "{switch.ARI_URL}"'
        self.start(self.toml.replace(url, "").replace('password = "secret"', ""))
        self.serve.wait_for("warning nothing can be recorded: .*asterisk.url")

    def test_without_http_a_recording_is_refused(self):
        self.start_without_http()
        self.answer("/begin", '<Record maxLength="5"/><Say>Sorry.</Say>')
        self.call(callers.ANSWER, callers.BE_HUNG_UP, to="each").end()
        self.wait_for_log("AFTER SUCCESS DONE")

    def test_a_recording_comes_over_http(self):
        self.answer("/begin", '<Record action="/recorded" finishOnKey="5" playBeep="false"/>')
        self.answer("/recorded", "<Hangup/>")
        caller = self.call(*callers.press_when_told("5"), to="each")
        self.wait_while_it("records")
        caller.go_on()
        self.assertEqual(self.web.wait_for("/recorded")[0]["Digits"], "5")

    def test_without_http_a_key_interrupts_a_prompt(self):
        self.start_without_http()
        self.answer(
            "/begin", '<Gather numDigits="1" action="/got"><Say>A long menu.</Say></Gather>'
        )
        self.answer("/got", "<Hangup/>")
        caller = self.call(*callers.press_when_told("5"), to="each")
        self.wait_while_it("says")
        caller.go_on()
        form, got = self.web.wait_for("/got")
        self.assertEqual(form["Digits"], "5")
        self.assertLess(got - self.web.wait_for("/begin")[1], case.LONG_SECONDS)

    def test_without_http_callers_meet_as_well(self):
        self.start_without_http()
        self.test_callers_with_web_sockets_of_their_own_meet()

    def test_callers_with_web_sockets_of_their_own_meet(self):
        self.answer("/begin", "<Dial><Conference>room</Conference></Dial>")
        steps = [callers.ANSWER, callers.WAIT_FOR_TEST, callers.BYE]
        parties = [self.call(*steps, to="each") for _ in range(2)]

        def joined():
            return re.findall(r"joined '\w+' stasis-bridge <(pivot-\S+)>", self.log())

        self.wait_until(lambda: len(joined()) == 2, "they do not meet")
        self.assertEqual(len(set(joined())), 1)
        for party in parties:
            party.go_on()
        self.end_calls()
        self.wait_until(
            lambda: "pivot-" not in self.asterisk.cli("bridge show all"), "a bridge is left"
        )

    def test_callers_of_a_killed_process_are_given_back_by_the_next(self):
        self.answer("/begin", '<Gather timeout="30"/>')
        self.serve.wait_for("the application shared")
        parties = [
            self.call(callers.ANSWER, callers.BE_HUNG_UP, to=to) for to in ("shared", "each")
        ]
        self.wait_until_answered(2)
        self.serve.kill()
        self.start()
        self.serve.wait_for("the application each:")
        for party in parties:
            party.end()
        self.wait_until(lambda: self.log().count("\nAFTER SUCCESS lost") == 2, "some are lost")


class Checks(ServeCase):
    """What `--check` finds out, while a `pivot serve` with the same application takes calls."""

    def test_asterisk_plays_a_file(self):
        media = self.asterisk.home / "media"
        self.assertEqual(self.check(), (0, "the configuration is valid\n"))
        self.assertEqual(list(media.glob("pivot-check-*")), [])
        self.assertNotIn("registered the application", self.warnings())
        self.assertEqual(self.asterisk.cli("bridge show all").count("mixing"), 0)

    def test_a_folder_that_asterisk_sees_elsewhere_is_refused(self):
        status, said = self.check(("media_path", "#"))
        self.assertEqual(status, 2)
        self.assertRegex(said, r"Asterisk at .*: it cannot play .*media/pivot-check-\d+\.wav: ")

    def test_a_user_who_may_only_read_is_refused(self):
        status, said = self.check(("[asterisk]", '[asterisk]\nuser = "reader"'))
        self.assertEqual(status, 2)
        self.assertIn("the user reader may only read", said)

    def test_a_wrong_password_is_refused(self):
        status, said = self.check(('"secret"', '"hunter2"'))
        self.assertEqual(status, 2)
        self.assertIn("401: wrong user or password", said)
        self.assertNotIn("hunter2", said)

    def test_an_asterisk_that_is_away_is_said_and_no_mistake(self):
        status, said = self.check((switch.ARI_URL, "http://127.0.0.1:1"))
        self.assertEqual(status, 0)
        self.assertRegex(said, "is valid, but Asterisk at .* could not be tried: .*refused")


class Restarts(ServeCase):
    def menu(self):
        """A caller who is in a menu and presses a key after a while."""
        self.answer("/begin", '<Gather numDigits="1" action="/got" timeout="30"/>')
        self.answer("/got", "<Hangup/>")

    def test_a_drain_waits_for_the_call_and_takes_no_other(self):
        self.menu()
        caller = self.call(*callers.press_when_told("5"))
        self.wait_until_answered()
        self.serve.signal(signal.SIGTERM)
        self.serve.wait_for("takes no more calls")
        self.call(callers.refused(603)).end()
        caller.go_on()
        self.web.wait_for("/got")
        self.assertEqual(self.asked().count("/begin"), 1)
        self.end_calls()
        self.assertEqual(self.serve.end(), 0)
        self.start()
        self.serve.wait_for(CONNECTED)

    def test_callers_of_a_killed_process_are_given_back_by_the_next(self):
        self.answer("/begin", '<Gather timeout="30"><Say>A long menu.</Say></Gather>')
        caller = self.call(callers.ANSWER, callers.BE_HUNG_UP, count=20)
        self.wait_until_answered(20)
        self.serve.kill()
        self.start()
        self.serve.wait_for(CONNECTED)
        caller.end()
        self.wait_until(lambda: self.log().count("\nAFTER lost") == 20, "some are lost")

    def test_a_caller_whose_application_another_program_takes_is_given_back(self):
        self.menu()
        caller = self.call(callers.ANSWER, callers.BE_HUNG_UP)
        self.wait_until_answered()
        first = self.serve
        self.start(self.toml.replace('/media"', '/media2"').replace('/store"', '/store2"'))
        self.serve.wait_for(CONNECTED)
        self.serve.kill()
        self.serve = first
        self.serve.wait_for("another client has registered the application pivot")
        caller.end()
        self.wait_for_log("AFTER lost")

    def test_an_application_that_another_program_has_taken_is_taken_back_by_a_reload(self):
        first = self.serve
        self.start(self.toml.replace('/media"', '/media2"').replace('/store"', '/store2"'))
        first.wait_for("another client has registered the application pivot")
        (self.asterisk.home / "pivot.toml").write_text(self.toml)
        first.signal(signal.SIGHUP)
        first.wait_for(CONNECTED, count=2)
        self.serve.wait_for("another client has registered the application pivot")
        self.serve.signal(signal.SIGTERM)
        self.assertEqual(self.serve.end(), 0)
        self.serve = first
        self.menu()
        self.call(callers.ANSWER, callers.wait(1000), callers.press("5"), callers.BE_HUNG_UP)
        self.web.wait_for("/got")

    def test_after_a_crash_of_asterisk_calls_are_performed_again(self):
        self.menu()
        self.call(callers.ANSWER, callers.wait(3000))
        self.wait_until_answered()
        self.asterisk.kill()
        self.serve.wait_for("call_id=.* ended")
        self.asterisk.start()
        self.serve.wait_for(CONNECTED, count=2)
        self.call(callers.ANSWER, callers.wait(1000), callers.press("5"), callers.BE_HUNG_UP)
        self.web.wait_for("/got")

    def test_asterisk_may_come_later(self):
        self.serve.kill()
        self.asterisk.stop()
        self.start()
        self.serve.wait_for("warning .*Connection refused")
        self.asterisk.start()
        self.serve.wait_for(CONNECTED)

    def test_a_wrong_password_is_named(self):
        self.serve.kill()
        self.start(self.toml.replace('"secret"', '"hunter2"'))
        self.serve.wait_for("warning .*401: wrong user or password")
        self.assertNotIn("hunter2", self.warnings())

    def test_a_user_who_may_only_read_gets_no_calls(self):
        self.serve.kill()
        self.wait_for_log("Deactivating Stasis app 'pivot'")  # it does not see the end at once
        self.start(self.toml.replace("[asterisk]", '[asterisk]\nuser = "reader"'))
        self.serve.wait_for("warning .*the user reader may only read: .*read_only = no")
        self.call(callers.refused(603), to="nothing")
        self.end_calls()
        self.wait_for_log("AFTER FAILED")


if __name__ == "__main__":
    ServeCase.program, folder, *names = sys.argv[1:]
    case.main(folder, set_up, names)
