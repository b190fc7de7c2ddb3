"""`pivot serve` as docs/serve.md has it. The argument is the program."""

import json
import os
import re
import signal
import subprocess

import command_line
from ports import reserve_port
from serving import Serving


class Serve(Serving):
    def test_scripted_calls_are_performed_and_the_program_stops_when_told(self):
        script = self.file('wait for say "press one"\npress 1\nexpect say "bye"\n', "caller.txt")
        serve = self.serve_toml(
            f'[scripted]\nscript = "{script}"\ncalls = 3\nrate = 100\n',
            "--url",
            self.url("/menu"),
        )
        serve.wait_for("all 3 scripted calls have ended: 0 failed, 0 refused")
        serve.signal(signal.SIGTERM)
        self.assertEqual(serve.end(), 0)
        self.assertEqual(self.asked().count("/menu"), 3)
        self.assertEqual(self.asked().count("/chosen"), 3)
        self.assertRegex(serve.lines[0], r"info pivot \S+ serves: 3 scripted calls, 100 a second")
        self.assertNotIn("call_id=", "".join(serve.lines), "calls that go well leave no lines")
        self.assertIn("has stopped", serve.lines[-1])

    def test_several_reactors_perform_calls_side_by_side(self):
        script = self.file('wait for say "press one"\npress 1\n', "caller.txt")
        serve = self.serve_toml(
            f'reactors = 2\n[scripted]\nscript = "{script}"\ncalls = 100\nrate = 100\n',
            "--url",
            self.url("/menu"),
        )
        serve.wait_for("all 100 scripted calls have ended: 0 failed, 0 refused")
        serve.signal(signal.SIGINT)
        self.assertEqual(serve.end(), 0)
        self.assertEqual(self.asked().count("/chosen"), 100)

    def test_a_drain_waits_for_the_call_in_flight(self):
        script = self.file('wait for say "press one"\nwait 3s\npress 1\n', "caller.txt")
        serve = self.serve_toml(
            f'[scripted]\nscript = "{script}"\ncalls = 1000000\nrate = 1\n',
            "--url",
            self.url("/menu"),
            "--log-level",
            "debug",
        )
        serve.wait_for('says "Press one"')
        serve.signal(signal.SIGTERM)
        self.assertEqual(serve.end(), 0)
        begun = self.asked().count("/menu")
        self.assertGreaterEqual(begun, 1)
        self.assertEqual(self.asked().count("/chosen"), begun, "each call has come to its end")
        self.assertTrue(serve.find("ended; NORMAL_CLEARING", begun))
        self.assertIn("has stopped", serve.lines[-1])

    def test_a_drain_ends_what_is_left_at_its_limit(self):
        serve = self.serve_toml(
            "drain_timeout_s = 1\n[scripted]\ncalls = 1\n",
            "--url",
            self.url("/rest"),
            "--log-level",
            "debug",
        )
        serve.wait_for('says "Hold on"')
        serve.signal(signal.SIGTERM)
        self.assertEqual(serve.end(), 0)
        self.assertTrue(serve.find("all 1 scripted calls have ended", 1))

    def test_a_second_signal_ends_it_at_once(self):
        serve = self.serve_toml(
            "[scripted]\ncalls = 1\n", "--url", self.url("/rest"), "--log-level", "debug"
        )
        serve.wait_for('says "Hold on"')
        serve.signal(signal.SIGTERM)
        serve.wait_for("stops")
        serve.signal(signal.SIGINT)
        self.assertEqual(serve.end(), 3)
        self.assertTrue(serve.find("second signal", 1))

    def test_usr1_takes_no_more_calls_and_goes_on(self):
        serve = self.serve_toml(
            "[scripted]\ncalls = 1000000\nrate = 1\n",
            "--url",
            self.url("/rest"),
            "--log-level",
            "debug",
        )
        serve.wait_for('says "Hold on"')
        serve.signal(signal.SIGUSR1)
        serve.wait_for("takes no more calls")
        self.assertIsNone(serve.process.poll())
        serve.signal(signal.SIGTERM)
        serve.wait_for("stops")
        serve.signal(signal.SIGTERM)
        self.assertEqual(serve.end(), 3)

    def test_a_call_gets_the_action_of_its_number(self):
        serve = self.serve_toml(
            f'policy.allow = ["127.0.0.1"]\ndefault = "{self.url("/menu")}"\n'
            f'[actions.sales]\nvoice_url = "{self.url("/sales")}"\nmethod = "post"\n'
            '[numbers]\n"+49*" = "nowhere"\n"+4930*" = "sales"\n'
            f'[actions.nowhere]\nvoice_url = "{self.url("/nowhere")}"\n'
            '[account]\nid = "a1"\n'
            '[scripted]\nto = "+49 30 12345"\nfrom = "+15551234567"\n'
        )
        serve.wait_for("all 1 scripted calls have ended: 0 failed, 0 refused")
        serve.signal(signal.SIGTERM)
        self.assertEqual(serve.end(), 0)
        [(method, path, body)] = self.server.asked
        self.assertEqual((method, path), ("POST", "/sales"))
        self.assertIn("Account-ID=a1", body)
        self.assertIn("15551234567", body)

    def test_a_call_that_fails_leaves_one_line_that_hides_its_number(self):
        serve = self.serve_toml(
            "[scripted]\nto = '+493012345678'\n",
            "--url",
            self.url("/gone?secret=1"),
            "--log-format",
            "json",
        )
        serve.wait_for("have ended: 1 failed, 0 refused")
        serve.signal(signal.SIGTERM)
        self.assertEqual(serve.end(), 0)
        lines = [json.loads(line) for line in serve.lines]
        [failed] = [line for line in lines if "call_id" in line]
        self.assertEqual(failed["level"], "warning")
        self.assertIn("failed: status: ", failed["message"])
        self.assertNotIn("secret=1", "".join(serve.lines))

    def test_a_fallback_is_performed_where_the_action_has_no_child(self):
        flow = '{"module": "tts", "data": {"text": "We are closed"}}'
        path = self.file(flow, "flow.json")
        own = '{"module": "tts", "data": {"text": "Our own"}}'
        gone = f'{{"module": "pivot", "data": {{"voice_url": "{self.url("/gone")}"}}'
        for action, says in (
            ("", "We are closed"),
            ("gone", "We are closed"),
            (f'{gone}, "children": {{"_": {own}}}}}', "Our own"),
        ):
            serve = self.serve_toml(
                f"policy.allow = ['127.0.0.1']\nfallback = '{path}'\n"
                f"[actions.gone]\nvoice_url = '{self.url('/gone')}'\n"
                f"[scripted]\naction = '{action}'\n",
                "--url",
                self.url("/gone"),
                "--log-level",
                "debug",
            )
            serve.wait_for(f'says "{says}"')
            serve.wait_for("have ended")
            serve.signal(signal.SIGTERM)
            self.assertEqual(serve.end(), 0)

    def test_a_fallback_that_is_not_a_flow_is_refused_and_a_reload_keeps_the_old(self):
        path = self.file("", "flow.json")
        toml = f"fallback = '{path}'\n[scripted]\ncalls = 1000000\nrate = 5\n"
        config = self.file(toml, "pivot.toml")
        os.remove(path)
        for flow, why in (
            (None, f"fallback: {path}: No such file or directory"),
            ("{", f"fallback: {path}: "),
            ('{"module": "tts", "data": {}}', f"fallback: {path}: /data/text: is required"),
            ('{"voice_url": "http://h/"}', f"fallback: {path}: /module: is required"),
        ):
            if flow is not None:
                self.file(flow, "flow.json")
            for more in ([], ["--check"]):
                ended = self.pivot("serve", "--config", config, *more)
                self.assert_usage_error(ended, f"pivot.toml:1:1: {why}")

        self.file('{"module": "tts", "data": {"text": "One"}}', "flow.json")
        serve = self.serve("--config", config, "--url", self.url("/gone"), "--log-level", "debug")
        serve.wait_for('says "One"')
        self.file('{"module": "tts", "data": {}}', "flow.json")
        serve.signal(signal.SIGHUP)
        serve.wait_for("error the configuration stays as it was: .*: /data/text: is required")
        heard = len(serve.lines)
        self.wait_until(lambda: any('says "One"' in line for line in serve.lines[heard:]))
        self.file('{"module": "tts", "data": {"text": "Two"}}', "flow.json")
        serve.signal(signal.SIGHUP)
        serve.wait_for('says "Two"')
        serve.signal(signal.SIGTERM)
        self.assertEqual(serve.end(), 0)

    def test_a_call_without_an_action_is_refused_and_the_line_says_why(self):
        serve = self.serve_toml('[scripted]\nto = "+493012345678"\n')
        serve.wait_for("have ended: 0 failed, 1 refused")
        serve.signal(signal.SIGTERM)
        self.assertEqual(serve.end(), 0)
        self.assertTrue(
            serve.find(r'warning call_id=CA\w+ refused: no action for the number "\+\*+678"', 1)
        )

    def test_hup_reads_the_configuration_again_and_a_bad_one_changes_nothing(self):
        toml = (
            'policy.allow = ["127.0.0.1"]\ndefault = "{}"\n[scripted]\ncalls = 1000000\nrate = 5\n'
        )
        serve = self.serve_toml(toml.format(self.url("/sales")))
        serve.wait_for("serves")

        self.file("defalt = 3\n", "pivot.toml")
        serve.signal(signal.SIGHUP)
        serve.wait_for(r"error the configuration stays as it was: \S+/pivot.toml:1:1: defalt: is")
        self.file(toml.format(self.url("/sales")) + "[store]\npath = '/tmp'\n", "pivot.toml")
        serve.signal(signal.SIGHUP)
        serve.wait_for("error the configuration stays as it was: .*/store")
        self.assertFalse(serve.find("failed", 1), "all calls so far go to the first application")

        self.file(toml.format(self.url("/gone")), "pivot.toml")
        serve.signal(signal.SIGHUP)
        serve.wait_for("the configuration is read again")
        serve.wait_for("failed: status")
        serve.signal(signal.SIGTERM)
        self.assertEqual(serve.end(), 0)

    def test_a_bad_configuration_is_refused_with_its_place_and_a_suggestion(self):
        bad = self.file('reactors = "2"\n\n[scripted]\ncals = 3\n', "bad.toml")
        for more in ([], ["--check"], ["--print-config"]):
            ended = self.pivot("serve", "--config", bad, *more)
            self.assertEqual(ended.returncode, 2)
            self.assertEqual(ended.stdout, "")
            first, second = sorted(ended.stderr.splitlines())
            self.assertIn("bad.toml:1:1: reactors: expected an integer", first)
            self.assertIn("bad.toml:4:1: scripted.cals: is not a setting: did you mean", second)

    def test_mistakes_about_kazoo_are_found_where_they_are(self):
        toml = (
            '[[kazoo]]\nname = "a b"\nbrokers = ["http://x"]\nprefetch = 0\ntls_ca = "/none.pem"\n'
            '[[kazoo]]\nbrokers = ["amqp://h"]\n[[kazoo]]\nbrokers = ["amqp://h2"]\n'
        )
        shown = self.pivot("serve", "--config", self.file(toml, "kazoo.toml"), "--check")
        self.assertEqual(shown.returncode, 2)
        for place, text in (
            (":2:1: kazoo.0.name", "use letters"),
            (":3:1: kazoo.0.brokers", "amqp://"),
            (":4:1: kazoo.0.prefetch", "from 1 to 65535"),
            (":5:1: kazoo.0.tls_ca", "/none.pem"),
            ("kazoo.2.name", "which another one has"),
        ):
            self.assertRegex(shown.stderr, f"{re.escape(place)}: .*{re.escape(text)}")

    def test_the_password_of_a_broker_is_not_shown(self):
        toml = '[[kazoo]]\nbrokers = ["amqp://pivot:hidden1@h"]\npassword = "hidden2"\n'
        shown = self.pivot("serve", "--config", self.file(toml, "kazoo.toml"), "--print-config")
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertNotIn("hidden", shown.stdout)
        self.assertIn("[redacted]", shown.stdout)

    def test_no_call_may_ask_where_asterisk_connects(self):
        port = reserve_port()
        serve = self.serve_toml(
            f"media.path = '{self.folder}/media'\npolicy.allow = ['127.0.0.0/8']\n"
            f"[asterisk]\nlisten = '127.0.0.1:{port}'\n[scripted]\ncalls = 1\n",
            "--url",
            f"http://127.0.0.1:{port}/",
        )
        serve.wait_for(f"uri = ws://127.0.0.1:{port}/")
        serve.wait_for("warning nothing can be recorded")
        serve.wait_for(f"failed: blocked: 127.0.0.1:{port} is where Pivot or its switch listens")
        serve.signal(signal.SIGTERM)
        self.assertEqual(serve.end(), 0)

    def test_an_ordinary_user_needs_no_folder_of_the_system(self):
        home = os.path.join(self.folder, "home")
        os.mkdir(home)
        under = ["env", "-u", "XDG_CACHE_HOME", "-u", "CACHE_DIRECTORY", f"HOME={home}"]
        if os.geteuid() == 0:
            nobody = 65534
            os.chown(home, nobody, nobody)
            os.chmod(self.folder, 0o755)
            under += ["setpriv", f"--reuid={nobody}", f"--regid={nobody}", "--clear-groups"]

        def may(what, path):
            return subprocess.run([*under, "test", what, path]).returncode == 0

        if may("-w", "/var/cache/pivot") or may("-w", "/var/cache") or not may("-x", self.program):
            self.skipTest("the user may write to /var/cache, or may not run the program")
        config = self.file("admin.listen = []\nasterisk.listen = '127.0.0.1:0'\n")
        arguments = ("serve", "--check", "--config", config)
        checked = subprocess.run(
            [*under, self.program, *arguments], capture_output=True, text=True, timeout=60
        )
        self.assertEqual((checked.returncode, checked.stderr), (0, ""))
        self.assertEqual(os.listdir(home), [], "a check changes nothing")
        serve = self.serve("--config", config, under=under)
        serve.wait_for(f"sounds and recordings are in {home}/.cache/pivot, because this user")
        serve.wait_for("serves: ")
        self.assertTrue(os.path.isdir(f"{home}/.cache/pivot/recordings"))
        serve.signal(signal.SIGTERM)
        self.assertEqual(serve.end(), 0)

    def test_no_call_may_ask_asterisk_itself(self):
        hosts = self.file("127.0.0.1 pbx.example\n", "hosts")
        for host in ("127.0.0.1", "localhost", "pbx.example"):
            serve = self.serve_toml(
                f"dns.hosts_file = '{hosts}'\n"
                f"media.path = '{self.folder}/media'\npolicy.allow = ['127.0.0.0/8', 'localhost']\n"
                f"[asterisk]\nurl = 'http://{host}:{self.port}'\npassword = 'x'\n"
                "[scripted]\ncalls = 1\n",
                "--url",
                f"http://127.0.0.1:{self.port}/ari/channels",
            )
            serve.wait_for(
                f"failed: blocked: 127.0.0.1:{self.port} is where Pivot or its switch listens"
            )
            serve.signal(signal.SIGTERM)
            self.assertEqual(serve.end(), 0)

    def test_where_another_program_listens_asterisk_cannot_connect(self):
        config = self.file(
            f"media.path = '{self.folder}/media'\nasterisk.listen = '127.0.0.1:{self.port}'\n"
        )
        ended = self.pivot("serve", "--config", config)
        self.assertEqual(ended.returncode, 2)
        self.assertIn("asterisk.listen: ", ended.stderr)
        self.assertIn("another process listens there", ended.stderr)

    def test_what_cannot_start_is_refused(self):
        for text, why in {
            "tls.ca_file = '/none.pem'\n": "/none.pem",
            "store.path = '/none/pivot'\n": "/none",
            "[scripted]\nscript = '/none.txt'\n": "/none.txt",
        }.items():
            for more in ([], ["--check"]):
                ended = self.pivot("serve", "--config", self.file(text, "a.toml"), *more)
                self.assertEqual(ended.returncode, 2, text)
                self.assertIn(why, ended.stderr)
        script = self.file("pres 1\n", "caller.txt")
        ended = self.pivot("serve", "--config", self.file(f"scripted.script = '{script}'\n"))
        self.assert_usage_error(ended, "caller.txt:1")
        self.assert_usage_error(self.pivot("serve", "--url", "nowhere"), "--url: default: ")
        self.assert_usage_error(self.pivot("serve", "--log-level", "loud"), "--log-level")

    def test_check_makes_no_media_folder_and_says_where_there_can_be_none(self):
        asterisk = '[asterisk]\nurl = "http://127.0.0.1:9"\npassword = "x"\n'
        folder = os.path.dirname(self.file("", "unused"))
        for path, status in ((f"{folder}/media", 0), (f"{folder}/none/media", 2)):
            toml = f'media.path = "{path}"\n{asterisk}'
            checked = self.pivot("serve", "--check", "--config", self.file(toml, "pivot.toml"))
            self.assertEqual(checked.returncode, status, checked.stderr)
            self.assertFalse(os.path.exists(path))
        self.assertIn(f"the folder of media.path {folder}/none: No such file or directory", checked.stderr)

    def test_check_passes_while_the_program_runs_and_changes_nothing(self):
        store = os.path.join(self.folder, "store")
        toml = f"store.path = '{store}'\n[scripted]\ncalls = 1\n"
        path = self.file(toml, "pivot.toml")
        url = self.url("/sales")
        checked = self.pivot("serve", "--check", "--config", path, "--url", url)
        self.assertEqual((checked.returncode, checked.stderr), (0, ""))
        self.assertFalse(os.path.exists(store))

        serve = self.serve("--config", path, "--url", url)
        serve.wait_for("have ended")
        checked = self.pivot("serve", "--check", "--config", path, "--url", url)
        self.assertEqual((checked.returncode, checked.stderr), (0, ""))
        serve.signal(signal.SIGTERM)
        self.assertEqual(serve.end(), 0)

        with open(os.path.join(store, "cdrs"), "w", encoding="utf-8") as damaged:
            damaged.write("no database, but long enough to look like one" * 100)
        checked = self.pivot("serve", "--check", "--config", path, "--url", url)
        self.assert_usage_error(checked, "cdrs: ")

    def test_the_configuration_is_printed_without_its_secrets(self):
        first = self.file('reactors = 2\n[signing]\nkey = "hunter2"\n', "a.toml")
        second = self.file('reactors = 3\n[actions.a]\nvoice_url = "http://h/"\n', "b.toml")
        ended = self.pivot(
            "serve", "--config", first, "--config", second, "--url", "http://h/", "--print-config"
        )
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        self.assertIn("reactors = 3", ended.stdout)
        self.assertIn("default = 'http://h/'", ended.stdout)
        self.assertNotIn("hunter2", ended.stdout)
        again = self.pivot("serve", "--config", self.file(ended.stdout, "c.toml"), "--print-config")
        self.assertEqual(again.stdout, ended.stdout)

    def test_the_configuration_of_the_page_is_valid(self):
        page = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../docs/serve.md")
        with open(page, encoding="utf-8") as text:
            tables = re.findall(r"```toml\n(.*?)```", text.read(), re.DOTALL)
        self.assertEqual(len(tables), 4)
        certificate, key = self.make_certificate()
        files = {
            "caller.txt": "press 1\n",
            "/etc/pivot/numbers.csv": "+493012345,sales\n",
            "/etc/pivot/recordings.key": "secret\n",
        }
        for toml in tables:
            toml = toml.replace("/var/lib/pivot", self.folder)
            toml = toml.replace("/etc/pivot/tls/fullchain.pem", certificate)
            toml = toml.replace("/etc/pivot/tls/privkey.pem", key)
            for path, content in files.items():
                toml = toml.replace(path, self.file(content, os.path.basename(path)))
            ended = self.pivot("serve", "--check", "--config", self.file(toml, "pivot.toml"))
            self.assertEqual((ended.returncode, ended.stderr), (0, ""))


if __name__ == "__main__":
    command_line.main()
