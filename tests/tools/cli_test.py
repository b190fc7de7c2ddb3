"""`pivot run` and `pivot check` as docs/command-line.md has them. The argument is the program."""

import json
import urllib.parse

from command_line import FLOW, SORRY, TWIML, CommandLine, dns_server, main


class Run(CommandLine):
    def test_a_processed_call(self):
        outcome = self.outcome(self.node(), status=0)
        self.assertEqual(outcome["outcome"], "processed")
        self.assertIsNone(outcome["branch"])
        self.assertIsNone(outcome["next"])
        self.assertEqual(outcome["iteration"], 1)
        self.assertEqual(outcome["format"], "kazoo")
        self.assertEqual(outcome["flow"]["module"], "play")
        self.assertEqual(outcome["flow"]["data"]["id"], "hello")
        self.assertEqual(outcome["flow"]["data"]["endless_playback"], False)
        self.assertGreater(outcome["elapsed_ms"], 0)
        self.assertIn("call_id", outcome)
        for key in ("reason", "phase", "message", "errors", "verbs"):
            self.assertNotIn(key, outcome)
        exchange = outcome["exchange"]
        self.assertEqual(exchange["method"], "GET")
        self.assertTrue(exchange["url"].startswith(self.url("/flow?")))
        self.assertEqual(exchange["status"], 200)
        self.assertEqual(exchange["content_type"], "application/json")
        self.assertEqual(exchange["redirects"], 0)
        self.assertIs(exchange["reused"], False)
        self.assertEqual(exchange["address"], f"127.0.0.1:{self.port}")
        self.assertNotIn("final_url", exchange)
        self.assertEqual(
            set(exchange["timings_us"]), {"dns", "connect", "tls", "first_byte", "total"}
        )

    def test_the_keys_have_the_documented_order(self):
        outcome = self.outcome(self.node(), status=0)
        self.assertEqual(
            list(outcome),
            "call_id outcome branch next iteration elapsed_ms format flow exchange".split(),
        )
        self.assertEqual(
            list(outcome["exchange"]),
            "method url status content_type redirects reused address timings_us".split(),
        )

    def test_a_failed_call(self):
        outcome = self.outcome(self.node("/error"), status=1)
        self.assertEqual(outcome["outcome"], "failed")
        self.assertEqual(outcome["branch"], "_")
        self.assertEqual(outcome["next"], SORRY)
        self.assertEqual(outcome["reason"], "status")
        self.assertIn("500", outcome["message"])
        self.assertEqual(outcome["exchange"]["status"], 500)
        for key in ("flow", "errors", "verbs", "format"):
            self.assertNotIn(key, outcome)

    def test_a_flow_that_is_not_valid(self):
        outcome = self.outcome(self.node("/broken"), status=1)
        self.assertEqual(outcome["reason"], "invalid_callflow")
        self.assertEqual(outcome["phase"], "parse")
        self.assertEqual([error["at"] for error in outcome["errors"]], ["/data/text"])

    def test_a_skipped_call(self):
        outcome = self.outcome(self.node(skip_module=True), status=0)
        self.assertEqual(outcome["outcome"], "skipped")
        self.assertEqual(outcome["branch"], "_")
        self.assertEqual(outcome["next"], SORRY)
        self.assertNotIn("exchange", outcome)
        self.assertEqual(self.server.asked, [])

    def test_next_is_null_without_a_default_child(self):
        node = self.node("/error")
        node["children"] = {"1": SORRY}
        outcome = self.outcome(node, status=1)
        self.assertEqual(outcome["branch"], "_")
        self.assertIsNone(outcome["next"])

    def test_a_bad_action_is_an_outcome(self):
        node = self.node(method="put")
        outcome = self.outcome(node, status=1)
        self.assertEqual(outcome["reason"], "bad_action")
        self.assertEqual(outcome["next"], SORRY)
        self.assertEqual([error["at"] for error in outcome["errors"]], ["/data/method"])
        self.assertIn("method", outcome["message"])

    def test_another_module_is_a_bad_action(self):
        outcome = self.outcome(FLOW, status=1)
        self.assertEqual(outcome["reason"], "bad_action")

    def test_the_forms_of_an_action(self):
        for action in (self.node(), {"flow": self.node()}, self.node()["data"]):
            outcome = self.outcome(action, status=0)
            self.assertEqual(outcome["outcome"], "processed", action)
        self.assertEqual(self.outcome({"flow": self.node("/error")}, status=1)["next"], SORRY)
        self.assertIsNone(self.outcome(self.node("/error")["data"], status=1)["next"])

    def test_errors_point_into_the_document(self):
        outcome = self.outcome({"flow": self.node(method="put")}, status=1)
        self.assertEqual([error["at"] for error in outcome["errors"]], ["/flow/data/method"])
        outcome = self.outcome({"voice_url": 7}, status=1)
        self.assertEqual([error["at"] for error in outcome["errors"]], ["/voice_url"])

    def test_standard_input(self):
        ended = self.pivot("run", "--allow", "127.0.0.1", "-", text=json.dumps(self.node()))
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.assertEqual(json.loads(ended.stdout)["outcome"], "processed")

    def test_a_redirect_has_a_final_url(self):
        exchange = self.outcome(self.node("/redirect"), status=0)["exchange"]
        self.assertEqual(exchange["final_url"], self.url("/flow"))
        self.assertEqual(exchange["redirects"], 1)

    def test_a_call_file(self):
        call = self.file(
            {
                "Call-ID": "a@b",
                "From": "ann@acme.example",
                "Custom-Application-Vars": {"k": "v w"},
                "Unknown": [1],
            },
            "call.json",
        )
        outcome = self.outcome(self.node(), "--call", call, status=0)
        self.assertEqual(outcome["call_id"], "a@b")
        target = self.server.asked[0][1]
        for part in ("Call-ID=a%40b&", "Custom-Application-Vars[k]=v+w&", "&From=ann&From-Realm=acme.example&"):
            self.assertIn(part, target)

    def test_what_an_earlier_pivot_left_in_the_call_is_sent(self):
        store = {
            "dial_call_status": "completed",
            "dial_call_sid": "leg2",
            "queue_sid": "q1",
            "digits_collected": "99",
            "user_vars": {"lang": "fr", "DialCallSid": "x", "Call-ID": "x"},
        }
        call = self.file({"Call-ID": "c1", "Key-Value-Store": store}, "call.json")
        for form in ("kazoo", "twiml"):
            self.outcome(self.node(req_format=form), "--call", call, status=0)
            sent = urllib.parse.parse_qs(self.server.asked[-1][1].partition("?")[2])
            for name, value in (
                ("DialCallStatus", "completed"),
                ("DialCallSid", "leg2"),
                ("QueueSid", "q1"),
                ("Digits", "99"),
                ("lang", "fr"),
            ):
                self.assertEqual(sent[name], [value], form)

    def test_a_call_file_that_cannot_be_read(self):
        action = self.file(self.node(), "action.json")
        for call in ({}, {"From": "a@b"}, "[]", "{", "", {"Call-ID": 7}):
            ended = self.pivot("run", "--call", self.file(call, "call.json"), action)
            self.assert_usage_error(ended, "call.json")
        self.assertIn("Call-ID", self.pivot("run", "--call", self.file({}, "c.json"), action).stderr)
        self.assert_usage_error(self.pivot("run", "--call", "/nowhere.json", action), "/nowhere.json")
        self.assertEqual(self.server.asked, [])

    def test_an_action_file_that_cannot_be_read(self):
        for content in ("", "{", "[]", "7", '{"voice_url":"http://h/"} x'):
            self.assert_usage_error(self.pivot("run", self.file(content, "a.json")), "a.json")
        self.assert_usage_error(self.pivot("run", "/nowhere.json"), "/nowhere.json")
        self.assert_usage_error(self.pivot("run", self.folder))
        self.assert_usage_error(self.pivot("run", "-", text="{"))

    def test_a_usage_that_is_wrong(self):
        action = self.file(self.node())
        for arguments in (
            [],
            ["nonsense"],
            ["run"],
            ["run", "--nonsense", action],
            ["run", action, action],
            ["run", "--allow"],
            ["run", "--allow", "10.0.0.0/33", action],
            ["run", "--deny", "10.0.0.0/x", action],
            ["run", "--dns", "not an address", action],
            ["run", "--dns", "127.0.0.1:99999", action],
            ["run", "--config", "/nowhere.json", action],
            ["check"],
            ["check", "--as", "nonsense", action],
        ):
            with self.subTest(arguments=arguments):
                self.assert_usage_error(self.pivot(*arguments))
        self.assertEqual(self.server.asked, [])

    def test_what_is_not_a_subcommand_says_what_there_are(self):
        self.assert_usage_error(self.pivot("simulat", "x.json"), "did you mean simulate?")
        self.assert_usage_error(self.pivot("help"), "run, check, simulate, load", "--help")

    def test_what_is_not_a_number(self):
        for option in ("--duration", "--rate"):
            ended = self.pivot("load", "--url", self.url("/"), option, "nan")
            self.assert_usage_error(ended, f"{option}: nan is not a number from 0.001 to ")

    def test_loopback_is_blocked_by_default(self):
        ended = self.pivot("run", self.file(self.node()))
        self.assertEqual(ended.returncode, 1)
        self.assertEqual(json.loads(ended.stdout)["reason"], "blocked")
        self.assertEqual(self.server.asked, [])

    def test_deny_goes_before_allow(self):
        outcome = self.outcome(self.node(), "--deny", "127.0.0.1", status=1)
        self.assertEqual(outcome["reason"], "blocked")

    def test_several_networks_may_be_allowed(self):
        action = self.file(self.node())
        ended = self.pivot("run", "--allow", "10.0.0.0/8", "--allow", "127.0.0.1/32", action)
        self.assertEqual(ended.returncode, 0, ended.stdout)

    def test_keys_that_nobody_reads_are_warnings_of_the_outcome(self):
        outcome = self.outcome(self.node("/unread", voice_urll="x"), status=0)
        self.assertEqual(
            [warning["at"] for warning in outcome["warnings"]], ["/data/voice_urll", "/data/idd"]
        )
        self.assertIn('did you mean "id"?', outcome["warnings"][1]["error"])
        outcome = self.outcome(self.node("/error", note={"a": "b"}), status=1)
        self.assertEqual([warning["at"] for warning in outcome["warnings"]], ["/data/note"])
        self.assertNotIn("warnings", self.outcome(self.node(), status=0))

    def test_keys_that_nobody_reads_stand_in_the_transcript(self):
        action = self.file(self.node("/unread", voice_urll="x"))
        ended = self.pivot("simulate", "--allow", "127.0.0.1", action)
        warnings = [line for line in ended.stdout.splitlines() if " WARNING " in line]
        self.assertEqual(len(warnings), 2, ended.stdout)
        for at in ("/data/voice_urll", "/data/idd"):
            self.assertEqual(len([line for line in warnings if at in line]), 1, warnings)

    def test_a_document_that_the_action_brings_along(self):
        twiml = {"flow_type": "application/xml", "flow_doc": "<Response><Say>no server</Say></Response>"}
        node = {"module": "pivot", "data": {"serverless": twiml}, "children": {"_": SORRY}}
        outcome = self.outcome(node, status=0)
        self.assertEqual([verb["verb"] for verb in outcome["verbs"]], ["Say"])
        self.assertNotIn("exchange", outcome)
        both = self.node(serverless=twiml)
        outcome = self.outcome(both, status=0)
        self.assertEqual([warning["at"] for warning in outcome["warnings"]], ["/data/voice_url"])
        self.assertEqual(self.server.asked, [])
        node["data"]["serverless"]["flow_doc"] = "<Response><Say>"
        outcome = self.outcome(node, status=1)
        self.assertEqual((outcome["reason"], outcome["next"]), ("invalid_twiml", SORRY))

    def test_headers_of_the_action(self):
        headers = {"X-Tenant": "acme", "x-shared-secret": "s3cret"}
        self.outcome(self.node(custom_request_headers=headers), status=0)
        self.assertEqual(self.server.headers["X-Tenant"], "acme")
        self.assertEqual(self.server.headers["X-Shared-Secret"], "s3cret")
        outcome = self.outcome(self.node(custom_request_headers={"Host": "other"}), status=1)
        self.assertEqual(outcome["reason"], "bad_action")
        self.assertEqual(outcome["errors"][0]["at"], "/data/custom_request_headers/Host")

    def test_a_dns_server(self):
        node = self.node()
        node["data"]["voice_url"] = f"http://voice.example:{self.port}/flow"
        outcome = self.outcome(node, "--dns", f"127.0.0.1:{dns_server()}", status=0)
        self.assertEqual(outcome["exchange"]["address"], f"127.0.0.1:{self.port}")

    def test_pretty(self):
        ended = self.pivot("run", "--allow", "127.0.0.1", "--pretty", self.file(self.node()))
        self.assertEqual(ended.returncode, 0)
        self.assertGreater(ended.stdout.count("\n"), 10)
        self.assertEqual(json.loads(ended.stdout)["outcome"], "processed")

    def test_a_post(self):
        self.outcome(self.node(method="post", req_body_format="json"), status=0)
        method, path, body = self.server.asked[0]
        self.assertEqual((method, path), ("POST", "/flow"))
        self.assertEqual(json.loads(body)["Api-Version"], "4.x")

    def test_a_config_file(self):
        config = self.file({"policy": {"allow": ["127.0.0.1/32"]}}, "config.json")
        ended = self.pivot("run", "--config", config, self.file(self.node()))
        self.assertEqual(ended.returncode, 0, ended.stderr + ended.stdout)
        for wrong in ("{", "[]", {"nonsense": 1}, {"policy": {"allow": 7}}):
            path = self.file(wrong, "wrong.json")
            self.assert_usage_error(self.pivot("run", "--config", path, self.file(self.node())))


class Checked(CommandLine):
    def check(self, *arguments, status, text=""):
        ended = self.pivot("check", *arguments, text=text)
        self.assertEqual(ended.returncode, status, ended.stdout + ended.stderr)
        if status != 2:
            self.assertEqual(ended.stderr, "")
        return ended.stdout.splitlines()


class Check(Checked):
    def test_what_is_valid_says_nothing(self):
        node = {"module": "pivot", "data": {"voice_url": "https://voice.example.com/"}}
        for content in (FLOW, node, {"flow": FLOW, "numbers": ["100"]}):
            self.assertEqual(self.check(self.file(content), status=0), [], content)

    def test_each_error_has_a_line_with_its_pointer(self):
        flow = {
            "module": "play",
            "data": {"id": "x"},
            "children": {
                "_": {"module": "tts", "data": {}},
                "1": {"module": "nonsense", "data": {}},
            },
        }
        path = self.file(flow)
        lines = self.check(path, status=1)
        self.assertEqual(len(lines), 2, lines)
        self.assertTrue(lines[0].startswith(f"{path}:/children/_/data/text: "), lines)
        self.assertTrue(lines[1].startswith(f"{path}:/children/1/module: "), lines)

    def test_a_document_has_its_flow_checked(self):
        path = self.file({"flow": {"module": "tts", "data": {}}, "numbers": ["100"]})
        lines = self.check(path, status=1)
        self.assertEqual(len(lines), 1, lines)
        self.assertTrue(lines[0].startswith(f"{path}:/flow/data/text: "), lines)

    def test_a_document_has_its_own_keys_checked(self):
        path = self.file({"flow": FLOW, "numbers": "100"})
        lines = self.check(path, status=1)
        self.assertEqual(len(lines), 1, lines)
        self.assertTrue(lines[0].startswith(f"{path}:/numbers: "), lines)

    def test_what_is_not_json_has_no_pointer(self):
        for content in ("{", "", "[1,]"):
            path = self.file(content)
            lines = self.check("--as", "kazoo", path, status=1)
            self.assertEqual(len(lines), 1, lines)
            self.assertTrue(lines[0].startswith(f"{path}: "), lines)

    def test_the_root_has_no_pointer(self):
        path = self.file("[]")
        lines = self.check("--as", "kazoo", path, status=1)
        self.assertTrue(lines[0].startswith(f"{path}: "), lines)

    def test_an_action(self):
        path = self.file({"voice_url": 7, "method": "put"})
        lines = self.check("--as", "action", path, status=1)
        self.assertEqual(
            sorted(line.split(": ")[0] for line in lines), [f"{path}:/method", f"{path}:/voice_url"]
        )
        self.assertEqual(self.check("--as", "action", self.file({"voice_url": "http://h/"}), status=0), [])

    def test_several_files(self):
        good = self.file(FLOW, "good.json")
        bad = self.file({"module": "tts", "data": {}}, "bad.json")
        lines = self.check(good, bad, status=1)
        self.assertEqual(len(lines), 1)
        self.assertTrue(lines[0].startswith(bad))

    def test_a_file_that_cannot_be_read(self):
        ended = self.pivot("check", "/nowhere.json")
        self.assert_usage_error(ended, "/nowhere.json")

    def test_a_file_that_cannot_be_read_does_not_hide_the_others(self):
        bad = self.file({"module": "tts", "data": {}})
        ended = self.pivot("check", "/nowhere.json", bad)
        self.assertEqual(ended.returncode, 2)
        self.assertIn("/nowhere.json", ended.stderr)


class CheckAsRun(Checked):
    """What `pivot run` refuses with the same settings is an error."""

    def places(self, content, *arguments, status):
        path = self.file(content)
        lines = self.check(*arguments, path, status=status)
        for line in lines:
            self.assertTrue(line.startswith(path + ":"), line)
        return sorted(line[len(path) + 1 :].split(": ")[0] for line in lines)

    def test_addresses_that_may_not_be_asked_are_errors_wherever_they_stand(self):
        for host in ("127.0.0.1", "127.0.0.2", "localhost", "10.0.0.5", "169.254.169.254", "[::1]"):
            for key in ("voice_url", "fallback_url", "cdr_url"):
                data = {"voice_url": "https://voice.example.com/", key: f"http://{host}/x"}
                pivot = {"module": "pivot", "data": data}
                menu = {"module": "menu", "data": {"id": "m"}, "children": {"1": pivot}}
                with self.subTest(host=host, key=key):
                    self.assertEqual(self.places(data, status=1), [f"/{key}"])
                    self.assertEqual(self.places(pivot, status=1), [f"/data/{key}"])
                    self.assertEqual(self.places(menu, status=1), [f"/children/1/data/{key}"])
                    self.assertEqual(
                        self.places({"flow": pivot, "numbers": ["1"]}, status=1), [f"/flow/data/{key}"]
                    )

    def test_allow_deny_and_config_count_as_in_run(self):
        node = {"module": "pivot", "data": {"voice_url": "http://127.0.0.1:8080/menu"}}
        config = self.file({"policy": {"allow": ["127.0.0.1"]}}, "config.json")
        self.assertEqual(self.places(node, "--allow", "127.0.0.0/8", status=0), [])
        self.assertEqual(self.places(node, "--config", config, status=0), [])
        self.assertEqual(
            self.places(node, "--config", config, "--deny", "127.0.0.1", status=1), ["/data/voice_url"]
        )
        public = {"voice_url": "https://voice.example.com/"}
        self.assertEqual(self.places(public, "--deny", "*.example.com", status=1), ["/voice_url"])
        path = self.file(node)
        self.assert_usage_error(self.pivot("check", "--allow", "10.0.0.0/33", path), "10.0.0.0/33")
        self.assert_usage_error(self.pivot("check", "--config", "/nowhere.json", path), "/nowhere.json")
        config = self.file({"callflow": {"coerce_types": True, "depth_max": 3}}, "config.json")
        self.assertEqual(self.places({"module": "response", "data": {"code": "486"}}, "--config", config, status=0), [])
        deep = {"module": "play", "data": {}, "children": {"_": FLOW}}
        self.assertEqual(len(self.check("--config", config, self.file(deep), status=1)), 1)

    def test_extensions_of_a_pivot_node_are_judged_as_in_an_action(self):
        data = {"voice_url": "http://h.example/", "fallback_url": 5, "fallback_method": "put", "cdr_url": "http://"}
        pivot = {"module": "pivot", "data": data}
        expected = ["/data/cdr_url", "/data/fallback_method", "/data/fallback_url"]
        self.assertEqual(self.places(pivot, status=1), expected)
        outcome = self.outcome(pivot, status=1)
        self.assertEqual(sorted(error["at"] for error in outcome["errors"]), expected)
        nested = {"module": "play", "data": {"id": "a"}, "children": {"_": pivot}}
        self.assertEqual(self.places(nested, status=1), ["/children/_" + at for at in expected])

    def test_a_document_that_a_node_brings_along_is_judged(self):
        def node(document, **more):
            return {"module": "pivot", "data": {"serverless": {"flow_doc": document}, **more}}

        at = "/data/serverless/flow_doc"
        self.assertEqual(self.places(node("<Response/>"), status=0), [])
        self.assertEqual(self.places(node({"module": "tts", "data": {"text": "a"}}), status=0), [])
        self.assertEqual(self.places(node({"module": "tts"}), status=1), [at + "/data/text"])
        self.assertEqual(self.places(node('{"module":"tts"}'), status=1), [at + "/data/text"])
        self.assertEqual(self.places(node("<Response><Say></Response>"), status=1), [at])
        nested = {"module": "play", "data": {"id": "a"}, "children": {"_": node("<Response><Sya/></Response>")}}
        self.assertEqual(self.places(nested, status=0), ["/children/_" + at])
        both = node("<Response/>", voice_url="http://voice.example.com/")
        self.assertEqual(self.places(both, status=0), ["/data/voice_url"])
        self.assertEqual(self.places(both["data"], status=0), ["/voice_url"])
        self.assertEqual(self.places(node("<Response/>")["data"], status=0), [])
        inside = {"module": "callflow", "data": {"flow": node({"module": "tts"})}}
        self.assertEqual(self.places(inside, status=1), ["/data/flow" + at + "/data/text"])

    def test_modules_of_the_operators_own_are_known(self):
        schema = self.file({"required": ["id"], "properties": {"id": {"type": "string"}}}, "shop.json")
        config = self.file({"callflow": {"modules": {"shop": schema, "loyalty": ""}}}, "config.json")
        self.assertEqual(self.places({"module": "shop", "data": {"id": "a"}}, status=1), ["/module"])
        flow = {"module": "loyalty", "data": {"any": 1}, "children": {"_": {"module": "shop", "data": {}}}}
        self.assertEqual(self.places(flow, "--config", config, status=1), ["/children/_/data/id"])
        config = self.file({"callflow": {"modules": {"play": ""}}}, "config.json")
        self.assert_usage_error(self.pivot("check", "--config", config, self.file(flow)), "KAZOO has a module")

    def test_an_answer_is_the_flow_itself(self):
        wrapped = self.file({"flow": FLOW})
        lines = self.check("--as", "kazoo", wrapped, status=1)
        self.assertEqual(len(lines), 1)
        self.assertIn("/module: is required: an answer is the flow itself", lines[0])
        lines = self.check(wrapped, status=0)
        self.assertEqual(len(lines), 1)
        self.assertIn("warning: is read as a stored callflow", lines[0])

    def test_keys_of_an_action_that_nobody_reads_are_warnings(self):
        data = {"voice_url": "https://voice.example.com/", "mehtod": "get"}
        for content, at in ((data, "/mehtod"), ({"module": "pivot", "data": data}, "/data/mehtod")):
            for arguments in ([], ["--as", "action"]):
                path = self.file(content)
                lines = self.check(*arguments, path, status=0)
                self.assertEqual(
                    lines, [f'{path}:{at}: warning: "mehtod" is not a key of pivot: did you mean "method"?']
                )

    def test_keys_that_nobody_reads_are_warnings(self):
        flow = {"module": "play", "data": {"idd": "a"}, "chlidren": {}}
        path = self.file(flow)
        self.assertEqual(
            sorted(self.check(path, status=0)),
            [
                f'{path}:/chlidren: warning: "chlidren" is not a key of a node: did you mean "children"?',
                f'{path}:/data/idd: warning: "idd" is not a key of play: did you mean "id"?',
            ],
        )

    def test_strict_makes_errors_of_warnings_in_json(self):
        path = self.file({"module": "play", "data": {"idd": "a"}})
        self.assertEqual(
            self.check("--strict", path, status=1),
            [f'{path}:/data/idd: "idd" is not a key of play: did you mean "id"?'],
        )


class CheckTwiml(Checked):
    def test_valid_twiml_says_nothing(self):
        for text in ("<Response/>", "<?xml version='1.0'?>\n<Response><Say>Hello</Say></Response>"):
            path = self.file(text, "good.xml")
            self.assertEqual(self.check(path, status=0), [], text)
            self.assertEqual(self.check("--strict", path, status=0), [], text)

    def test_warnings_have_line_and_column_and_leave_it_valid(self):
        path = self.file(TWIML, "menu.xml")
        lines = self.check(path, status=0)
        self.assertEqual(len(lines), 2, lines)
        self.assertTrue(lines[0].startswith(f"{path}:3:34: warning: timeout of Gather "), lines)
        self.assertEqual(lines[1], f"{path}:6:3: warning: Foobar is unknown, and skipped")

    def test_strict_makes_errors_of_warnings(self):
        path = self.file(TWIML, "menu.xml")
        lines = self.check("--strict", path, status=1)
        self.assertTrue(lines[0].startswith(f"{path}:3:34: timeout of Gather "), lines)
        self.assertEqual(lines[1], f"{path}:6:3: Foobar is unknown, and skipped")

    def test_what_a_call_would_warn_of_is_a_warning(self):
        flaws = (
            '<Dial callerId="Acme Ltd">100</Dial>',
            "<Dial>415-555-1212 x 12</Dial>",
            '<Dial><Sip>"Bob" &lt;sip:bob@example.com&gt;</Sip></Dial>',
            "<Dial><Sip>sip:bob@example.com?Subject=x</Sip></Dial>",
            "<Dial><Client>Front Desk</Client></Dial>",
            "<Dial>" + "".join(f"<Number>{i}</Number>" for i in range(1, 12)) + "</Dial>",
            "<Play>C:\\sounds\\hello.wav</Play>",
            "<Play/>",
            "<Redirect>localhost:5000/next</Redirect>",
        )
        path = self.file("<Response>\n" + "\n".join(flaws) + "\n</Response>", "flaws.xml")
        lines = self.check(path, status=0)
        self.assertEqual(len(lines), len(flaws), lines)
        for number, line in enumerate(lines, 2):
            self.assertTrue(line.startswith(f"{path}:{number}:"), line)
            self.assertIn(": warning: ", line)
        self.assertEqual(len(self.check("--strict", path, status=1)), len(flaws))

    def test_urls_of_a_document_are_judged_by_the_policy(self):
        path = self.file('<Response><Gather action="http://10.0.0.5/x"/></Response>', "menu.xml")
        self.assertEqual(len(self.check(path, status=0)), 1)
        self.assertEqual(self.check("--allow", "10.0.0.0/8", path, status=0), [])

    def test_what_is_not_well_formed_has_line_and_column(self):
        for text, place in (
            ("<Response>\n  <Say>a & b</Say></Response>", "2:10"),
            ("<Response>\n<Say>", "2:"),
            ("<response/>", "1:1"),
            ("<!DOCTYPE Response><Response/>", "1:1"),
        ):
            path = self.file(text, "bad.xml")
            lines = self.check(path, status=1)
            self.assertEqual(len(lines), 1, lines)
            self.assertTrue(lines[0].startswith(f"{path}:{place}"), lines)

    def test_as_twiml_reads_whatever_it_is_as_twiml(self):
        path = self.file(FLOW)
        lines = self.check("--as", "twiml", path, status=1)
        self.assertTrue(lines[0].startswith(f"{path}:1:1: "), lines)

    def test_twiml_that_cannot_be_read_is_a_usage_error(self):
        self.assert_usage_error(self.pivot("check", "/nowhere.xml"), "/nowhere.xml")


class RunTwiml(CommandLine):
    def test_an_answer_in_twiml_has_verbs_and_warnings(self):
        outcome = self.outcome(self.node("/twiml"), status=0)
        self.assertEqual(outcome["outcome"], "processed")
        self.assertEqual(outcome["format"], "twiml")
        gather, hangup = outcome["verbs"]
        self.assertEqual(gather["verb"], "Gather")
        self.assertEqual(gather["line"], 3)
        self.assertEqual(gather["attributes"], {"action": "/menu", "numDigits": 1})
        self.assertEqual(
            gather["children"],
            [{"verb": "Say", "line": 4, "attributes": {"voice": "alice"}, "text": "Press one."}],
        )
        self.assertEqual(hangup, {"verb": "Hangup", "line": 7})
        self.assertEqual([warning["at"] for warning in outcome["warnings"]], ["3:34", "6:3"])
        self.assertNotIn("flow", outcome)

    def test_debug_shows_what_was_said(self):
        fallback = self.url("/flow")
        outcome = self.outcome(self.node("/error", debug=True, fallback_url=fallback), status=0)
        first, second = outcome["records"]
        self.assertEqual(first["resp_body"], "sorry")
        self.assertIn({"name": "Content-Type", "value": "application/json"}, second["resp_headers"])
        self.assertNotIn("records", self.outcome(self.node(), status=0))

    def test_a_pivot_has_no_cdr_and_says_so(self):
        (warning,) = self.outcome(self.node(cdr_url=self.url("/cdr")), status=0)["warnings"]
        self.assertIn("cdr_url has no effect on a single pivot", warning["error"])

    def test_an_answer_in_broken_twiml_fails_with_its_place(self):
        outcome = self.outcome(self.node("/broken-twiml"), status=1)
        self.assertEqual(outcome["reason"], "invalid_twiml")
        self.assertEqual(outcome["errors"][0]["at"], "2:10")


class Help(CommandLine):
    def test_version(self):
        ended = self.pivot("--version")
        self.assertEqual(ended.returncode, 0)
        self.assertIn("0.1.0", ended.stdout)
        self.assertEqual(ended.stderr, "")

    def test_help(self):
        for arguments in (["--help"], ["run", "--help"], ["check", "--help"]):
            ended = self.pivot(*arguments)
            self.assertEqual(ended.returncode, 0)
            self.assertEqual(ended.stderr, "")
            self.assertIn("pivot", ended.stdout)
        for option in ("--call", "--config", "--allow", "--deny", "--dns", "--pretty"):
            self.assertIn(option, self.pivot("run", "--help").stdout)
        self.assertIn("--as", self.pivot("check", "--help").stdout)


if __name__ == "__main__":
    main()
