"""Bodies that are odd and legal, as KAZOO 4.3, master and 5 and programs beside them publish them."""

import json

import kapi
import peer
import voice
from serve_case import ServeCase


class OddRequests(ServeCase):
    def setUp(self):
        super().setUp()
        self.serve()
        self.flow = self.url("/flow", voice.json_of(voice.FLOW))

    def ask(self, maker, call=None, text=None, properties=None, **changes):
        """A request. `text` makes its body from its JSON."""
        pivot = maker.open()
        request = kapi.pivot_req(maker.call_of(pivot, **(call or {})), self.flow, **changes)
        body = text(json.dumps(request)).encode() if text else request
        maker.ask(pivot, body, **(properties or {}))
        return pivot

    def assert_all(self, outcome, **cases):
        for generation in peer.GENERATIONS:
            maker = self.peer_of(generation)
            pivots = {name: self.ask(maker, **case) for name, case in cases.items()}
            for name, pivot in pivots.items():
                with self.subTest(name, generation=generation):
                    self.assert_outcome(pivot, outcome)
                    self.assertLess(pivot.took, 9)

    def told(self, name, **case):
        """What the web server is told in a parameter."""
        pivot = self.ask(self.peer_of(), **case)
        self.assert_outcome(pivot, "flow")
        return [
            parameters.get(name)
            for _, parameters, _ in self.asked("/flow")
            if parameters.get("Call-ID") == pivot.call_id
        ][-1]

    def test_what_a_call_may_lack(self):
        whole = kapi.call_object("", "", "")
        needed = {"Call-ID", "Controller-Queue"}
        bare = {name.replace("-", "_"): None for name in whole if name not in needed}
        nulls = {name: {"text": lambda text, name=name: with_null(text, name)} for name in whole}
        for name in needed:
            nulls.pop(name)
        self.assert_all("flow", bare={"call": bare}, **nulls)

    def test_objects_that_are_empty_or_lists(self):
        objects = (
            "Custom_Application_Vars",
            "Custom_Channel_Vars",
            "Custom_SIP_Headers",
            "Key_Value_Store",
        )
        cases = {}
        for name in objects:
            for value in ({}, [], "", "undefined", 5, False):
                cases[f"{name} {value!r}"] = {"call": {name: value}}
        for value in ([], {}, "", "42", 42, {"default": 42}, {"default": {}}, {"default": ["4"]}):
            cases[f"digits {value!r}"] = {"call": {"Key_Value_Store": {"dtmf_collections": value}}}
        for value in ([], "", {}, {"module": 5}, {"children": []}, {"module": "pivot"}, "x"):
            cases[f"flow {value!r}"] = {"call": {"Key_Value_Store": {"cf_flow": value}}}
        self.assert_all("flow", **cases)

    def test_values_of_another_type(self):
        cases = {}
        for name in kapi.call_object("", "", ""):
            if name in ("Call-ID", "Controller-Queue", "From-Realm"):
                continue
            key = name.replace("-", "_")
            for value in (5, 1.5, True, "undefined", "true"):
                cases[f"{name} {value!r}"] = {"call": {key: value}}
        self.assert_all("flow", **cases)

    def test_numbers_of_callers_that_are_numbers(self):
        number = self.told("Caller-ID-Number", call={"Caller_ID_Number": 4155550100})
        self.assertEqual(number, "4155550100")
        self.assertEqual(self.told("From", call={"From_User": 1001}), "1001")

    def test_odd_callers(self):
        for name in (
            "anonymous",
            "",
            "O'Neill \"Bob\" <x>",
            "名前 😀",
            "a\nb\r\n\tc",
            "a\x00b",
            "&=?#%+",
            "x" * 50_000,
        ):
            with self.subTest(name[:20]):
                told = self.told("Caller-ID-Name", call={"Caller_ID_Name": name})
                self.assertEqual(told[:60], (name or "unknown")[:60])

    def test_odd_messages(self):
        self.assert_all(
            "flow",
            app={"App_Name": "konami"},
            server={"Server_ID": ""},
            unknown={"Something": {"new": [1, None]}},
            no_node={"Node": None},
            no_debug={"Debug": None},
            text_debug={"Debug": "false"},
            no_method={"HTTP_Method": None},
            upper={"Request_Format": "KAZOO", "Request_Body_Format": "JSON"},
            byte_order_mark={"text": lambda text: "\ufeff" + text},
            spaces={"text": lambda text: " \r\n" + text + "\n\n"},
            deep={"call": {"Custom_Channel_Vars": nested(200)}},
            large={"call": {"Custom_Channel_Vars": {"Padding": "p" * 3_000_000}}},
            no_type={"properties": {"content_type": None}},
            charset={"properties": {"content_type": "application/json; charset=utf-8"}},
            persistent={"properties": {"delivery_mode": 2, "priority": 9, "expiration": "10000"}},
            no_time={"properties": {"timestamp": 0}},
            cdr={"CDR_URI": {}},
        )

    def test_the_same_key_twice(self):
        def doubled(text):
            return text[:-1] + ',"Voice-URI":"http://no-such-host.invalid/"}'

        self.assert_outcome(self.ask(self.peer_of(), text=doubled), "flow", "failed")

    def test_a_body_in_latin_1(self):
        pivot = self.peer_of().open()
        maker = self.peers[-1]
        request = kapi.pivot_req(maker.call_of(pivot, Caller_ID_Name="José"), self.flow)
        maker.ask(pivot, json.dumps(request, ensure_ascii=False).encode("latin-1"))
        self.assert_outcome(pivot, "flow")
        self.assertEqual(self.asked("/flow")[-1][1]["Caller-ID-Name"], "José")

    def test_what_is_not_a_request_fails_at_once(self):
        self.assert_all(
            "failed",
            category={"Event_Category": "dialplan2"},
            name={"Event_Name": "route_req"},
            event={"Event_Category": "call_event", "Event_Name": "CHANNEL_DESTROY"},
            nobody={"App_Name": ""},
            id={"Msg_ID": ""},
            timeout={"Request_Timeout": "5000"},
            object_timeout={"Request_Timeout": {}},
            url={"Voice_URI": ""},
            spaces={"Voice_URI": "   "},
            scheme={"Voice_URI": "ftp://example.com/"},
            javascript={"Voice_URI": "javascript:alert(1)"},
            list_url={"Voice_URI": ["http://example.com/"]},
            huge_url={"Voice_URI": "http://example.com/" + "x" * 1_000_000},
        )

    def test_what_kazoo_5_brings_along(self):
        document = json.dumps(voice.FLOW)
        self.assert_all(
            "flow",
            headers={"Custom_Request_Headers": {}},
            odd_headers={"Custom_Request_Headers": {"X-A": 5, "X-B": None, "X-": "", "": "x"}},
            document={"Flow_Doc": document, "Flow_Type": "application/json", "Voice_URI": None},
            no_type={"Flow_Doc": document, "Voice_URI": None},
            parameter={"Flow_Doc": document, "Flow_Type": "application/json; charset=utf-8"},
            other_type={"Flow_Doc": document, "Flow_Type": "text/plain", "Voice_URI": None},
        )
        self.assert_all(
            "failed",
            headers={"Custom_Request_Headers": "X-A: b"},
            document={"Flow_Doc": "nonsense", "Voice_URI": None},
            empty={"Flow_Doc": "", "Voice_URI": None},
        )


def nested(depth):
    value = {}
    for _ in range(depth):
        value = {"a": [value]}
    return value


def with_null(text, name):
    request = json.loads(text)
    request["Call"][name] = None
    return json.dumps(request)
