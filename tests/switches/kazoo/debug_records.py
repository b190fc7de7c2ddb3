"""Debug records of calls over the bus, as KAZOO's API shows them (kazoo-http.md 12)."""

import json
import urllib.parse
import urllib.request

import rabbit
import voice
from twiml_case import TwimlCase

ACCOUNT = "4642d64460dfba89f0938fa7736c6d1b"
TOKEN = "0123456789abcdef"
GREGORIAN = 62167219200


class DebugRecords(TwimlCase):
    def setUp(self):
        super().setUp()
        port = rabbit.reserve_port()
        self.api = f"http://127.0.0.1:{port}/v2/accounts/{ACCOUNT}/pivot/debug"
        api = f'[api]\nlisten = "127.0.0.1:{port}"\ntokens.{ACCOUNT} = "{TOKEN}"'
        self.serve(top=f"{self.store()}\n{api}")

    def get(self, *path, query=""):
        parts = [urllib.parse.quote(part, safe="") for part in path]
        request = urllib.request.Request("/".join([self.api, *parts]) + query)
        request.add_header("X-Auth-Token", TOKEN)
        with urllib.request.urlopen(request) as response:
            return json.load(response)

    def documents(self, pivot, count):
        """Those of one call, when there are so many."""
        found = []

        def are_there():
            found[:] = self.get(pivot.call_id)["data"]
            return len(found) >= count

        self.wait_until(are_there, lambda: f"{found}\n{self.logs()}", 20)
        return found

    def test_each_iteration_of_a_document_is_there(self):
        self.write("/next", "<Hangup/>")
        pivot = self.perform("<Say>Hello</Say><Redirect>/next</Redirect>", Debug=True)
        self.assert_hung_up(pivot, "tts Hello")
        documents = self.documents(pivot, 4)
        self.assertEqual([one["iteration"] for one in documents], [1, 1, 2, 2])
        asked, answered = documents[:2]
        self.assertTrue(asked["uri"].startswith(self.web.url + "/start"))
        self.assertEqual(asked["method"].lower(), "post")
        self.assertIn("CallSid=", asked["req_body"])
        self.assertEqual(str(answered["resp_status_code"]), "200")
        self.assertIn("<Say>Hello</Say>", answered["resp_body"])
        self.assertEqual({one["call_id"] for one in documents}, {pivot.call_id})
        self.assertGreater(asked["created"], GREGORIAN)

    def test_a_call_is_listed_once_and_found_by_either_id(self):
        self.write("/next", "<Hangup/>")
        pivot = self.perform("<Redirect>/next</Redirect>", Debug="true")
        self.assert_hung_up(pivot)
        documents = self.documents(pivot, 4)
        (listed,) = self.get()["data"]
        self.assertEqual(listed["call_id"], pivot.call_id)
        self.assertRegex(listed["debug_id"], rf"^\d{{6}}-{pivot.call_id}$")
        self.assertEqual(listed["iteration"], 1)
        self.assertEqual(str(listed["status_code"]), "200")
        self.assertEqual(self.get(listed["debug_id"])["data"], documents)

    def test_errors_are_there_and_calls_without_debug_are_not(self):
        self.web.answers["/schema"] = voice.json_of({"module": "tts", "data": {}})
        self.web.answers["/json"] = voice.answer(200, "application/json", '{"module":')
        schema = self.ask(self.open(), "/schema", Debug=True, Request_Format="kazoo")
        broken = self.ask(self.open(), "/json", Debug=True, Request_Format="kazoo")
        silent = self.ask(self.open(), "/json", Debug=False, Request_Format="kazoo")
        for pivot in (schema, broken, silent):
            self.assert_outcome(pivot, "failed")
        self.assertTrue(any("schema_errors" in one for one in self.documents(schema, 3)))
        self.assertTrue(any("json_errors" in one for one in self.documents(broken, 3)))
        listed = {one["call_id"]: one for one in self.get()["data"]}
        self.assertTrue(listed[schema.call_id]["has_schema_errors"])
        self.assertTrue(listed[broken.call_id]["has_json_errors"])
        self.assertNotIn(silent.call_id, listed)

    def test_calls_come_in_pages(self):
        self.web.answers["/flow"] = voice.json_of(voice.FLOW)
        pivots = [self.ask(self.open(), "/flow", Debug=True) for _ in range(5)]
        for pivot in pivots:
            self.assert_outcome(pivot, "flow")
            self.documents(pivot, 2)
        first = self.get(query="?page_size=3")
        second = self.get(query=f"?page_size=3&start_key={first['next_start_key']}")
        ids = [one["call_id"] for one in first["data"] + second["data"]]
        self.assertEqual(sorted(ids), sorted(pivot.call_id for pivot in pivots))
        self.assertEqual(len(first["data"]), 3)
        self.assertNotIn("next_start_key", second)
