"""`pivot calls` and `pivot why`, as docs/serve.md has them. The argument is the program."""

import contextlib
import http.client
import json
import os
import re
import signal
import sqlite3

import command_line
from serving import Serving


class Calls(Serving):
    def serve_calls(self, toml, *arguments):
        listen = json.dumps([self.socket_path()])
        serve = self.serve_toml(f"admin.listen = {listen}\n{toml}", *arguments)
        serve.wait_for("serves")
        return serve

    def socket_path(self):
        return os.path.join(self.folder, "admin.sock")

    def ask(self, *arguments):
        return self.pivot(*arguments, "--socket", self.socket_path())

    def listed(self, *arguments):
        answer = self.ask("calls", "--json", *arguments)
        self.assertEqual((answer.returncode, answer.stderr), (0, ""))
        return [json.loads(line) for line in answer.stdout.splitlines()]

    def test_calls_in_flight_are_listed_and_explained(self):
        serve = self.serve_calls(
            '[scripted]\ncalls = 2\nrate = 100\nfrom = "+491"\nto = "+492"\n',
            "--url",
            self.url("/rest"),
        )
        self.wait_until(lambda: len(self.listed()) == 2)
        call = self.listed()[0]
        self.assertEqual((call["from"], call["called"]), ("+491", "+492"))
        self.assertEqual(call["action"], self.url("/rest"))
        self.assertEqual(self.listed("--older", "1h"), [])
        self.assertEqual(self.listed("--ended"), [])
        shown = self.ask("calls").stdout.splitlines()
        self.assertEqual(shown[0].split(), ["BEGAN", "LASTED", "FROM", "TO", "CALL"])
        self.assertEqual(len(shown), 3)
        why = self.ask("why", call["id"])
        self.assertEqual(why.returncode, 0)
        self.assertRegex(why.stdout, f"^call {call['id']}: it has been in flight for ")
        serve.kill()

    def test_a_call_that_failed_says_why_and_what_to_do(self):
        serve = self.serve_calls("[scripted]\ncalls = 1\n", "--url", self.url("/gone"))
        serve.wait_for("have ended: 1 failed")
        [call] = self.listed("--ended")
        self.assertRegex(call["failure"], "^status: the server answered 500")
        why = self.ask("why", call["id"][:8])
        self.assertEqual((why.returncode, why.stderr), (0, ""))
        self.assertIn("its web server failed: status: the server answered 500", why.stdout)
        self.assertIn("what to do: look into the web server's log", why.stdout)
        shown = json.loads(self.ask("why", call["id"], "--json").stdout)["calls"]
        self.assertEqual([one["id"] for one in shown], [call["id"]])
        self.assertTrue(any("BRANCH" in line["text"] for line in shown[0]["lines"]))
        serve.kill()

    def test_calls_that_it_was_killed_with_are_lost(self):
        store = os.path.join(self.folder, "store")

        def written():
            with contextlib.closing(sqlite3.connect(f"{store}/calls")) as ledger:
                return ledger.execute("SELECT count(*) FROM calls_in_flight").fetchone()[0]

        serve = self.serve_calls(
            f'store.path = "{store}"\n[scripted]\ncalls = 2\nrate = 100\nfrom = "+491"\n',
            *("--url", self.url("/rest")),
        )
        self.wait_until(lambda: written() == 2)
        serve.kill()
        serve = self.serve_calls(f'store.path = "{store}"\n[scripted]\ncalls = 0\n')
        self.wait_until(lambda: written() == 0)
        lost = self.listed("--ended")
        self.assertEqual([call["from"] for call in lost], ["+491", "+491"])
        why = self.ask("why", lost[0]["id"]).stdout
        self.assertIn(": it was lost: pivot serve ended while it performed this call; that", why)
        serve.wait_for(f"warning call_id={lost[0]['id']} lost: pivot serve ended while")
        serve.kill()

    def test_a_refused_call_is_explained_too(self):
        serve = self.serve_calls('[scripted]\ncalls = 1\nto = "+499"\n')
        serve.wait_for("refused")
        self.wait_until(lambda: self.listed("--ended"))
        [call] = self.listed("--ended")
        self.assertIn("it was refused: no action", self.ask("why", call["id"]).stdout)
        serve.kill()

    def test_what_leaks_is_hung_up(self):
        serve = self.serve_calls(
            "[scripted]\ncalls = 3\nrate = 100\n", "--url", self.url("/rest"), "--log-level=debug"
        )
        self.wait_until(lambda: len(self.listed()) == 3)
        serve.wait_for("PIVOT    .*answers", 3)
        self.assert_usage_error(self.ask("calls", "--hangup"), "--older")
        self.assert_usage_error(self.ask("calls", "--hangup", "--older", "1s", "--ended"), "--ended")
        self.assertEqual(self.listed("--older", "1h", "--hangup"), [])
        self.assertEqual(len(self.listed("--older", "0s", "--hangup")), 3)
        serve.wait_for("info call_id=.* is hung up by the operator", 3)
        self.wait_until(lambda: self.listed() == [])
        causes = {call["cause"] for call in self.listed("--ended")}
        self.assertEqual(causes, {"NORMAL_CLEARING"})
        serve.kill()

    def test_what_names_no_call_or_several_is_said(self):
        serve = self.serve_calls(
            "[scripted]\ncalls = 40\nrate = 10000\n", "--url", self.url("/sales")
        )
        serve.wait_for("have ended")
        unknown = self.ask("why", "nobody-there")
        self.assertEqual((unknown.returncode, unknown.stdout), (1, ""))
        self.assertIn("no call has the id nobody-there", unknown.stderr)
        self.assertEqual(self.ask("why", "CA").returncode, 1, "too short")
        self.assert_usage_error(self.ask("why"), "call is required")
        self.assert_usage_error(self.ask("why", ""), "call: is empty")
        self.assert_usage_error(self.ask("calls", "--older", "2x"), "--older")
        self.assert_usage_error(self.ask("calls", "--older", "-1h", "--hangup"), "--older: -3600")
        self.assert_usage_error(
            self.pivot("calls", "--oldr", "1h"), "--oldr is not an option: did you mean --older?"
        )
        self.assert_usage_error(
            self.pivot("why", "--store", "/none", "nobody-there"), "/none/calls: unable to open"
        )
        serve.signal(signal.SIGTERM)
        serve.end()
        self.assert_usage_error(self.ask("calls"), "no `pivot serve` runs here")

    def test_rows_of_ended_calls_outlive_a_process_that_is_killed(self):
        store = os.path.join(self.folder, "store")
        toml = f'store.path = "{store}"\n[calls]\nkeep_days = 2\n[scripted]\ncalls = 3\nrate = 100\n'
        serve = self.serve_calls(toml, "--url", self.url("/sales"))
        serve.wait_for("have ended")
        self.wait_until(lambda: len(self.listed("--ended")) == 3)
        serve.signal(signal.SIGKILL)
        serve.end()
        serve = self.serve_calls(toml, "--url", self.url("/sales"))
        self.wait_until(lambda: len(self.listed("--ended")) == 6)
        serve.signal(signal.SIGTERM)
        self.assertEqual(serve.end(), 0)

    def test_a_drain_can_be_undone(self):
        toml = "[scripted]\ncalls = 1000000\nrate = 20\n"
        serve = self.serve_calls(toml, "--url", self.url("/sales"))
        self.assertEqual(self.ask("drain").returncode, 0)
        serve.wait_for("takes no more calls")
        self.assertEqual(self.ask("status").returncode, 1)
        asked = len(self.server.asked)
        self.assertEqual(self.ask("drain", "--undo").returncode, 0)
        serve.wait_for("takes calls again")
        self.wait_until(lambda: len(self.server.asked) > asked + 20)
        self.assertEqual(self.ask("status").returncode, 0)
        serve.signal(signal.SIGUSR1)
        serve.wait_for("takes no more calls", 2)
        self.assertEqual(self.ask("drain", "--undo").returncode, 0)
        serve.wait_for("takes calls again", 2)
        serve.signal(signal.SIGTERM)
        self.assertEqual(serve.end(), 0)

    def test_over_tcp_calls_need_the_token(self):
        token = "0123456789abcdef0123456789abcdef"
        toml = f'admin.listen = ["127.0.0.1:0"]\nadmin.token = "{token}"\n'
        serve = self.serve_toml(toml)
        pattern = r"health and metrics at \S+:(\d+)$"
        serve.wait_for(pattern)
        [port] = [int(found[1]) for line in serve.lines if (found := re.search(pattern, line))]
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for headers, status in (({}, 401), ({"Authorization": f"Bearer {token}"}, 200)):
            connection.request("GET", "/calls", headers=headers)
            answer = connection.getresponse()
            answer.read()
            self.assertEqual(answer.status, status)
        connection.close()
        serve.kill()


if __name__ == "__main__":
    command_line.main()
