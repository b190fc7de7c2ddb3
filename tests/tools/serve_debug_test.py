"""`pivot debug`, and `pivot why` of a store, as docs/serve.md has them. The argument is the program."""

import json
import os
import signal
import subprocess
import threading

import command_line
from serving import Serving


class Debug(Serving):
    def setUp(self):
        super().setUp()
        self.socket = os.path.join(self.folder, "admin.sock")
        self.store = os.path.join(self.folder, "store")

    def serve_calls(self, path, calls=1, with_debug=True, toml=""):
        action = f'voice_url = "{self.url(path)}"\nreq_format = "twiml"\n'
        if with_debug:
            action += "debug = true\n"
        serve = self.serve_toml(
            f'default = "main"\nadmin.listen = "{self.socket}"\npolicy.allow = ["127.0.0.0/8"]\n'
            f'store.path = "{self.store}"\n{toml}'
            f"[actions.main]\n{action}[scripted]\ncalls = {calls}\nrate = 100\n"
        )
        serve.wait_for("have ended")
        return serve

    def ask(self, *arguments):
        return self.pivot(*arguments, "--socket", self.socket)

    def read(self, *arguments):
        return self.pivot(*arguments, "--store", self.store)

    def calls(self):
        listed = self.ask("calls", "--ended", "--json").stdout.splitlines()
        return [json.loads(line)["id"] for line in listed]

    def stop(self, serve):
        serve.signal(signal.SIGTERM)
        self.assertEqual(serve.end(), 0)

    def test_the_last_records_of_all_calls_are_listed_in_a_line_each(self):
        serve = self.serve_calls("/sales", calls=3)
        self.wait_until(lambda: len(self.calls()) == 3)
        shown = self.ask("debug")
        self.assertEqual((shown.returncode, shown.stderr), (0, ""))
        lines = shown.stdout.splitlines()
        self.assertEqual(len(lines), 3)
        for line in lines:
            self.assertRegex(
                line,
                rf"^\d{{4}}-\d\d-\d\d [\d:.]+Z  (\S+)  REQUEST  GET {self.url('/sales')} "
                r"-> 200 text/xml, \d+ ms$",
            )
        self.assertEqual({line.split()[2] for line in lines}, set(self.calls()))
        records = [json.loads(line) for line in self.ask("debug", "--json").stdout.splitlines()]
        self.assertEqual([record["call_id"] for record in records], [line.split()[2] for line in lines])
        serve.kill()

    def test_the_records_of_one_call_have_headers_and_bodies(self):
        serve = self.serve_calls("/gone")
        self.wait_until(self.calls)
        [call] = self.calls()
        shown = self.ask("debug", call[:8])
        self.assertEqual((shown.returncode, shown.stderr), (0, ""))
        self.assertIn("REQUEST  GET http://127.0.0.1", shown.stdout)
        self.assertIn("-> 500 text/xml", shown.stdout)
        self.assertIn("; status: the server answered 500", shown.stdout)
        self.assertIn(f"  > Host: 127.0.0.1:{self.port}\n", shown.stdout)
        self.assertIn("  < Content-Type: text/xml\n", shown.stdout)
        self.assertRegex(shown.stdout, r"  took: dns [\d.]+ ms, .* total [\d.]+ ms; 127\.0\.0\.1:")
        self.assertIn("  branch: _\n", shown.stdout)
        serve.kill()

    def test_what_has_no_records_is_said(self):
        serve = self.serve_calls("/sales", with_debug=False)
        self.wait_until(self.calls)
        for call, why in ((self.calls()[0], "has left no debug records"), ("nobody-there", "no call")):
            shown = self.ask("debug", call)
            self.assertEqual((shown.returncode, shown.stdout), (1, ""))
            self.assertIn(why, shown.stderr)
        self.assertEqual(self.ask("debug").stdout, "")
        self.stop(serve)
        self.assert_usage_error(self.ask("debug"), "no `pivot serve` runs here")
        self.assert_usage_error(
            self.pivot("debug", "--store", os.path.join(self.folder, "nothing")), "nothing/debug"
        )

    def test_without_a_store_it_says_what_to_set(self):
        serve = self.serve_toml(f'admin.listen = "{self.socket}"\n')
        serve.wait_for("serves")
        self.assert_usage_error(self.ask("debug"), "set store.path")
        serve.kill()

    def test_it_follows_new_records_as_they_come(self):
        serve = self.serve_calls("/sales")
        self.wait_until(self.calls)
        follow = subprocess.Popen(
            [self.program, "debug", "--follow", "--json", "--socket", self.socket],
            stdout=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(follow.kill)
        seen = []
        reader = threading.Thread(
            target=lambda: seen.extend(json.loads(line)["call_id"] for line in follow.stdout)
        )
        reader.start()
        self.wait_until(lambda: len(seen) == 1)
        self.stop(serve)  # and it waits for no other process
        follow.wait(timeout=60)
        reader.join()
        follow.stdout.close()
        self.assertEqual((follow.returncode, len(seen)), (2, 1))

        store = subprocess.Popen(
            [self.program, "debug", "--follow", "--json", "--store", self.store],
            stdout=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(store.stdout.close)
        self.addCleanup(store.wait)
        self.addCleanup(store.kill)
        seen = [json.loads(store.stdout.readline())["call_id"]]
        serve = self.serve_calls("/sales", calls=2)
        seen += [json.loads(store.stdout.readline())["call_id"] for _ in range(2)]
        self.assertEqual(len(set(seen)), 3)
        serve.kill()

    def test_a_stopped_process_is_explained_by_its_store(self):
        serve = self.serve_calls("/gone", calls=2)
        self.wait_until(lambda: len(self.calls()) == 2)
        calls = self.calls()
        self.stop(serve)
        why = self.read("why", calls[0][:12])
        self.assertEqual((why.returncode, why.stderr), (0, ""))
        self.assertIn("its web server failed: status: the server answered 500", why.stdout)
        self.assertEqual(self.read("why", "nobody-there").returncode, 1)
        shown = self.read("debug", calls[1])
        self.assertIn("-> 500 text/xml", shown.stdout)
        listed = self.read("debug", "--json").stdout.splitlines()
        self.assertEqual({json.loads(line)["call_id"] for line in listed}, set(calls))

    def test_a_call_of_an_earlier_process_is_known_too(self):
        serve = self.serve_calls("/gone")
        self.wait_until(self.calls)
        [call] = self.calls()
        self.stop(serve)
        serve = self.serve_calls("/sales")
        self.assertIn("its web server failed", self.ask("why", call).stdout)
        self.assertIn("-> 500 text/xml", self.ask("debug", call[:10]).stdout)
        serve.kill()


if __name__ == "__main__":
    command_line.main()
