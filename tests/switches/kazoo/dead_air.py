"""The cases in which KAZOO's pivot leaves a caller in silence: kazoo-http.md 9.2, by its letters.

Each must end with `failed`, soon enough for KAZOO's ten seconds, and never with a command to the call.
"""

import json
import time

import certificates
import rabbit
import voice
from serve_case import ServeCase

BUDGET_SECONDS = 9.5
NESTED = {"module": "pivot", "data": {"voice_url": "http://localhost/next"}}


class DeadAir(ServeCase):
    def setUp(self):
        super().setUp()
        self.peer = self.peer_of()
        self.serve()

    def fail_all(self, **urls):
        """All at once: some last seconds. A value is a URL, or a URL and changes of the request."""
        pivots = {}
        for name, wanted in urls.items():
            url, changes = wanted if isinstance(wanted, tuple) else (wanted, {})
            pivots[name] = self.peer.pivot(url, **changes)
        for name, pivot in pivots.items():
            with self.subTest(name):
                self.assert_outcome(pivot, "failed")
                self.assertLess(pivot.took, BUDGET_SECONDS)
                self.assertIsNone(pivot.flow)
        self.assertEqual(self.peer.commands, [])

    def fail_answers(self, **answers):
        self.fail_all(**{name: self.url(f"/{name}", answer) for name, answer in answers.items()})

    def test_c_d_e_f_g_what_kazoo_never_asks(self):
        url = self.url("/flow", voice.json_of(voice.FLOW))
        self.fail_all(
            c_put=(url, {"HTTP_Method": "put"}),
            c_delete=(url, {"HTTP_Method": "delete"}),
            c_unknown=(url, {"HTTP_Method": "frobnicate"}),
            d_format=(url, {"Request_Format": "x"}),
            e_body=(url, {"HTTP_Method": "post", "Request_Body_Format": "xml"}),
            f_no_scheme="voice.example.com/flow",
            f_scheme="ftp://127.0.0.1/flow",
            f_empty_host="http:///flow",
            f_blank="http://a b/flow",
            g_user="http://user@127.0.0.1/flow",
        )
        self.assertEqual(self.asked("/flow"), [])

    def test_h_a_null_within_a_form(self):
        url = self.url("/flow", voice.json_of(voice.FLOW))
        call = {"Custom_Application_Vars": {"a": {"b": None}, "c": [None]}}
        for count, method in enumerate(("get", "post"), 1):
            self.assert_outcome(self.peer.pivot(url, call=call, HTTP_Method=method), "flow")
            parameters = self.web.wait_for("/flow", count)[0]
            self.assertEqual(parameters["Custom-Application-Vars[a][b]"], "")

    def test_i_a_server_that_cannot_be_asked(self):
        resets, untrusted = voice.Door(), voice.Door(self.certificate())
        self.addCleanup(resets.close)
        self.addCleanup(untrusted.close)
        closed = rabbit.reserve_port()
        silent = self.url("/silent", voice.silent)
        self.fail_all(
            dns="http://no-such-host.invalid/flow",
            refused=f"http://127.0.0.1:{closed}/flow",
            reset=f"http://127.0.0.1:{resets.port}/flow",
            not_tls=self.web.url.replace("http", "https") + "/flow",
            untrusted=f"https://127.0.0.1:{untrusted.port}/flow",
            silent=silent,
            silent_for_long=(silent, {"Request_Timeout": 60_000}),
            silent_for_short=(silent, {"Request_Timeout": 300}),
            truncated=self.url("/truncated", voice.truncated),
        )

    def certificate(self):
        certificates.make(self.folder)
        return self.folder / "another"

    def test_what_kazoo_refuses_and_pivot_takes(self):
        flow = json.dumps(voice.FLOW)
        for name, answer in {
            "201": voice.answer(201, "application/json", flow),
            "202": voice.answer(202, "application/json", flow),
            "no type": voice.answer(200, None, flow),
            "HTML": voice.answer(200, "text/html", flow),
        }.items():
            with self.subTest(name):
                pivot = self.peer.pivot(self.url(f"/{name.replace(' ', '')}", answer))
                self.assert_outcome(pivot, "flow")

    def test_j_statuses_of_failure(self):
        statuses = (204, 302, 304, 400, 401, 404, 410, 429, 500, 502, 503, 599)
        flow = json.dumps(voice.FLOW)
        self.fail_answers(
            **{f"s{status}": voice.answer(status, "application/json", flow) for status in statuses}
        )

    def test_k_l_m_n_o_bodies_that_are_not_what_they_should_be(self):
        flow = json.dumps(voice.FLOW)
        self.fail_answers(
            k_empty_json=voice.answer(200, "application/json", ""),
            k_empty_xml=voice.answer(200, "text/xml", ""),
            k_empty=voice.answer(200, None, ""),
            l_not_utf8=voice.answer(200, "application/json", b'{"module":"\xff\xfe"}'),
            l_xml=voice.answer(200, "text/xml", b"<Response><Say>\xff\xfe</Say></Response>"),
            m_xml=voice.answer(200, "text/xml", "<Response><Say></Response>"),
            m_root=voice.answer(200, "application/xml", "<Answer><Say>a</Say></Answer>"),
            m_json_as_xml=voice.answer(200, "text/xml", flow),
            m_cut=voice.answer(200, "application/json", flow[:-3]),
            m_literal=voice.answer(200, "application/json", '{"module":treu}'),
            n_json=voice.answer(200, "application/json", "Warning: mysql_connect()"),
            n_trailing=voice.answer(200, "application/json", flow + "}"),
            n_xml_as_json=voice.answer(
                200, "application/json", "<Response><Say>a</Say></Response>"
            ),
            o_html=voice.answer(200, "text/html", "<html><body>Hello</body></html>"),
        )

    def test_p_json_that_is_not_a_callflow_never_says_processing(self):
        self.fail_answers(
            p_module=voice.json_of({"module": "no_such_module", "data": {}}),
            p_no_module=voice.json_of({"data": {}}),
            p_required=voice.json_of({"module": "tts", "data": {}}),
            p_type=voice.json_of({"module": "tts", "data": {"text": 5}}),
            p_child=voice.json_of(
                voice.FLOW | {"children": {"_": {"module": "pivot", "data": {}}}}
            ),
            p_array=voice.json_of([]),
            p_string=voice.json_of('"tts"'),
            p_number=voice.json_of("5"),
            p_null=voice.json_of("null"),
            p_wrapped=voice.json_of({"flow": voice.FLOW}),
        )
        self.assertEqual(self.peer.counts["processing"], 0)

    def test_r_twiml_with_an_unknown_verb_never_says_processing(self):
        self.fail_answers(
            r_verb=voice.answer(200, "text/xml", "<Response><Frobnicate/></Response>")
        )
        self.assertEqual(self.peer.counts["processing"], 0)

    def test_u_a_server_that_answers_later_is_not_heard(self):
        pivot = self.peer.pivot(self.url("/late", (7, voice.json_of(voice.FLOW))))
        self.assert_outcome(pivot, "failed")
        self.web.wait_for("/late")
        again = self.peer.pivot(self.url("/late8", (8, voice.json_of(voice.FLOW))))
        self.assert_outcome(again, "failed")  # by when the first server has answered
        self.assertIsNone(pivot.flow)

    def test_a_failure_does_not_wait_for_the_budget(self):
        began = time.monotonic()
        self.fail_all(refused=f"http://127.0.0.1:{rabbit.reserve_port()}/flow")
        self.assertLess(time.monotonic() - began, 4)
