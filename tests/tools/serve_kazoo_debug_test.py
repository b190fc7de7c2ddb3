"""Debug records in the shape of KAZOO's API, as docs/debug-records.md has it. The argument is the
program."""

import http.client
import json
import os
import urllib.parse

import command_line
from serving import Serving

TOKEN = "0123456789abcdef"
OTHER = "fedcba9876543210"
GREGORIAN = 62167219200
ENTRY = {
    "call_id",
    "debug_id",
    "created",
    "node",
    "iteration",
    "uri",
    "status_code",
    "has_schema_errors",
    "has_json_errors",
}


class KazooDebug(Serving):
    def serve_api(self, with_store=True):
        store = f'store.path = "{os.path.join(self.folder, "store")}"\n' if with_store else ""
        serve = self.serve_toml(
            f'policy.allow = ["127.0.0.1"]\nadmin.listen = []\n{store}'
            f'[api]\nlisten = "127.0.0.1:0"\ntokens = {{a1 = "{TOKEN}", a2 = "{OTHER}"}}\n'
        )
        self.api_port = self.api_port_of(serve)
        return serve

    def request(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.api_port, timeout=60)
        connection.request(method, path, body=body, headers=headers or {})
        answer = connection.getresponse()
        shown = json.loads(answer.read() or "null")
        connection.close()
        return answer, shown

    def pivot(self, call_id, path="/sales", token=TOKEN, **data):
        """Leaves records of a call."""
        action = {"voice_url": self.url(path), "req_format": "twiml", "debug": True, **data}
        body = json.dumps({"call": {"Call-ID": call_id}, "action": action})
        answer, _ = self.request(
            "POST", "/v1/pivot", body, {"Authorization": f"Bearer {token}"}
        )
        self.assertEqual(answer.status, 200)

    def ask(self, path="", account="a1", token=TOKEN, **parameters):
        query = "?" + urllib.parse.urlencode(parameters) if parameters else ""
        headers = {"X-Auth-Token": token} if token else {}
        return self.request(
            "GET", f"/v2/accounts/{account}/pivot/debug{path}{query}", headers=headers
        )

    def page(self, path="", **parameters):
        answer, shown = self.ask(path, **parameters)
        self.assertEqual((answer.status, shown["status"]), (200, "success"), shown)
        self.assertEqual(shown["page_size"], len(shown["data"]))
        self.assertEqual(answer.getheader("X-Request-ID"), shown["request_id"])
        return shown

    def wait_for_calls(self, count):
        self.wait_until(lambda: len(self.page()["data"]) == count)

    def pages(self, path="", size=2):
        """All pages, one after the other."""
        shown = self.page(path, page_size=size)
        yield shown["data"]
        while key := shown.get("next_start_key"):
            shown = self.page(path, page_size=size, start_key=key)
            self.assertEqual(shown["start_key"], key)
            yield shown["data"]

    def test_calls_are_listed_from_the_latest(self):
        serve = self.serve_api()
        self.pivot("first@10.0.0.1")
        self.pivot("second@10.0.0.1", "/gone")
        self.wait_for_calls(2)
        latest, first = self.page()["data"]
        self.assertEqual(set(first), ENTRY)
        self.assertEqual((first["call_id"], first["status_code"]), ("first@10.0.0.1", "200"))
        self.assertEqual((latest["call_id"], latest["status_code"]), ("second@10.0.0.1", "500"))
        self.assertTrue(first["uri"].startswith(self.url("/sales") + "?"))
        self.assertEqual(first["iteration"], 1)
        self.assertRegex(first["node"], "^pivot@")
        self.assertRegex(first["debug_id"], r"^\d{6}-first@10\.0\.0\.1$")
        self.assertGreater(first["created"], GREGORIAN)
        serve.kill()

    def test_a_call_has_documents_for_requests_and_responses(self):
        serve = self.serve_api()
        self.pivot("one@10.0.0.1", method="post")
        self.wait_for_calls(1)
        [entry] = self.page()["data"]
        for key in ("one@10.0.0.1", entry["debug_id"]):
            request, response = self.page("/" + urllib.parse.quote(key, ""))["data"]
            self.assertEqual(request["method"], "post")
            self.assertEqual(request["req_headers"]["host"], f"127.0.0.1:{self.port}")
            self.assertIn("CallSid=one", request["req_body"])
            self.assertEqual(response["resp_status_code"], "200")
            self.assertEqual(response["resp_headers"]["content-type"], "text/xml")
            self.assertEqual(response["resp_body"], "<Response/>")
            for document in (request, response):
                self.assertEqual(document["debug_id"], entry["debug_id"])
                self.assertEqual(document["created"], entry["created"])
        serve.kill()

    def test_what_was_wrong_is_a_document_too(self):
        serve = self.serve_api()
        flow = '{"module":"tts","data":{}}'
        self.pivot("flow", serverless={"flow_doc": flow, "flow_type": "application/json"})
        self.pivot("json", serverless={"flow_doc": "{", "flow_type": "application/json"})
        self.pivot("dead", voice_url="http://127.0.0.1:1/")
        self.wait_for_calls(3)
        entries = {entry["call_id"]: entry for entry in self.page()["data"]}
        self.assertTrue(entries["flow"]["has_schema_errors"])
        self.assertTrue(entries["json"]["has_json_errors"])
        self.assertNotIn("status_code", entries["dead"])
        [*_, wrong] = self.page("/flow")["data"]
        self.assertIn("message", wrong["schema_errors"]["data.text"]["error"])
        [*_, wrong] = self.page("/json")["data"]
        self.assertIn("message", wrong["json_errors"])
        [*asked, wrong] = self.page("/dead")["data"]
        self.assertFalse([each for each in asked if "resp_status_code" in each])
        self.assertEqual((wrong["reason"], wrong["phase"]), ("connect", "connect"))
        serve.kill()

    def test_pages_follow_each_other(self):
        serve = self.serve_api()
        for number in range(5):
            self.pivot(f"call-{number}", "/gone")
        self.wait_for_calls(5)
        pages = [[entry["call_id"] for entry in page] for page in self.pages()]
        self.assertEqual(pages, [["call-4", "call-3"], ["call-2", "call-1"], ["call-0"]])
        whole = self.page("/call-1")["data"]
        self.assertEqual(len(whole), 3)
        self.assertEqual([document for page in self.pages("/call-1", 2) for document in page], whole)
        self.assertEqual(list(self.pages("/call-1", 1)), [[document] for document in whole])
        for name, value in (
            ("page_size", "0"),
            ("page_size", "-1"),
            ("page_size", "x"),
            ("start_key", "-"),
            ("start_key", "1.x"),
            ("start_key", "9" * 30),
            ("created_from", "-1"),
            ("created_to", "soon"),
        ):
            answer, shown = self.ask(**{name: value})
            self.assertEqual((answer.status, shown["status"]), (400, "error"), (name, value))
            self.assertTrue(shown["data"]["message"].startswith(f'{name} is "{value}", not '), shown)
        _, shown = self.ask(created_from=2, created_to=1)
        self.assertEqual(shown["data"]["message"], "created_to is before created_from")
        serve.kill()

    def test_calls_of_a_time_are_listed(self):
        serve = self.serve_api()
        self.pivot("one")
        self.wait_for_calls(1)
        [entry] = self.page()["data"]
        at = entry["created"]
        for span, count in (
            ({"created_from": at}, 1),
            ({"created_to": at}, 1),
            ({"created_from": at - 5, "created_to": at + 5}, 1),
            ({"created_from": at + 1}, 0),
            ({"created_to": at - 1}, 0),
            ({"created_from": ""}, 1),
        ):
            self.assertEqual(len(self.page(**span)["data"]), count, span)
        for wrong in (
            {"created_from": "x"},
            {"created_to": -1},
            {"created_to": 10**30},
            {"created_from": at, "created_to": at - 1},
        ):
            answer, shown = self.ask(**wrong)
            self.assertEqual((answer.status, shown["status"]), (400, "error"), wrong)
        serve.kill()

    def test_an_account_sees_its_own_alone(self):
        serve = self.serve_api()
        self.pivot("mine")
        self.pivot("theirs", token=OTHER)
        self.wait_for_calls(1)
        self.assertEqual([entry["call_id"] for entry in self.page()["data"]], ["mine"])
        self.wait_until(lambda: self.page(account="a2", token=OTHER)["data"])
        self.assertEqual(self.page("/theirs")["data"], [])
        for account, token, status, word in (
            ("a2", TOKEN, 403, "forbidden"),
            ("a1", None, 401, "invalid_credentials"),
            ("a1", "x" * 16, 401, "invalid_credentials"),
        ):
            answer, shown = self.ask(account=account, token=token)
            self.assertEqual((answer.status, shown["message"]), (status, word))
            self.assertEqual((shown["error"], shown["status"]), (str(status), "error"))
        answer, _ = self.request(
            "GET", "/v2/accounts/a1/pivot/debug", headers={"Authorization": f"Bearer {TOKEN}"}
        )
        self.assertEqual(answer.status, 200, "either header will do")
        serve.kill()

    def test_what_is_not_there(self):
        serve = self.serve_api(with_store=False)
        answer, shown = self.ask()
        self.assertEqual((answer.status, shown["message"]), (503, "datastore_unreachable"))
        self.assertIn("store.path", shown["data"]["message"])
        for path in ("a1/callflows", "a1", "", "a1/pivot/debugs", "a1/pivot"):
            path = f"/v2/accounts/{path}"
            answer, shown = self.request("GET", path, headers={"X-Auth-Token": TOKEN})
            self.assertEqual((answer.status, shown["message"]), (404, "bad_identifier"))
            self.assertEqual(shown["data"]["message"], "only pivot/debug is served here")
        answer, _ = self.request("DELETE", "/v2/accounts/a1/pivot/debug")
        self.assertEqual(answer.status, 405)
        serve.kill()


if __name__ == "__main__":
    command_line.main()
