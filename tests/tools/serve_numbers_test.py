"""Numbers that `pivot serve` fetches, as docs/serve.md has them. The argument is the program."""

import json
import os
import signal

import command_line
from serving import Application, Serving


class Numbers(Application):
    """Has a list of numbers with an entity tag."""

    def answer(self):
        if self.path != "/numbers":
            return super().answer()
        tag = f'"{hash(self.server.numbers)}"'
        is_known = self.headers["If-None-Match"] == tag
        self.server.fetches.append(304 if is_known else self.server.status)
        body = "" if is_known else self.server.numbers
        self.send_response(self.server.fetches[-1])
        self.send_header("ETag", tag)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    do_GET = do_POST = answer


class FetchedNumbers(Serving):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server.RequestHandlerClass = Numbers

    def setUp(self):
        super().setUp()
        self.server.fetches = []
        self.server.status = 200
        self.server.numbers = "+4930*,sales\n"
        self.socket = os.path.join(self.folder, "admin.sock")

    def serve_numbers(self, toml="", to="+493012345", interval=86400, calls=1):
        return self.serve_toml(
            f'numbers_url = "{self.url("/numbers")}"\nnumbers_interval_s = {interval}\n'
            f'policy.allow = ["127.0.0.0/8"]\nadmin.listen = "{self.socket}"\n'
            f'actions.sales.voice_url = "{self.url("/sales")}"\n'
            f'actions.other.voice_url = "{self.url("/menu")}"\n{toml}\n'
            f'[scripted]\ncalls = {calls}\nrate = 20\nto = "{to}"\n'
        )

    def status(self):
        return self.pivot("status", "--socket", self.socket)

    def stop(self, serve):
        serve.signal(signal.SIGTERM)
        self.assertEqual(serve.end(), 0)

    def test_calls_wait_for_the_first_fetch(self):
        serve = self.serve_numbers()
        serve.wait_for("1 numbers from ")
        serve.wait_for("have ended: 0 failed, 0 refused")
        self.assertEqual(self.asked(), ["/sales"])
        self.assertIn("numbers    ok", self.status().stdout)
        self.stop(serve)

    def test_what_the_configuration_has_goes_before_but_the_exact_number_before_all(self):
        self.server.numbers = "+49301,sales\n+4930*,sales\n"
        for to, path in (("+49301", "/sales"), ("+49302", "/menu")):
            self.server.asked.clear()
            serve = self.serve_numbers('[numbers]\n"+4930*" = "other"', to=to)
            self.wait_until(lambda: self.asked())
            self.assertEqual(self.asked()[0], path)
            serve.kill()

    def test_they_are_fetched_again_only_if_they_have_changed(self):
        serve = self.serve_numbers(interval=1)
        self.wait_until(lambda: self.server.fetches.count(304) > 1)
        self.server.numbers = "+4930*,sales\n+4940*,sales\n"
        serve.wait_for("2 numbers from ")
        self.assertEqual(self.server.fetches.count(200), 2)
        self.stop(serve)

    def test_hup_fetches_them_at_once(self):
        serve = self.serve_numbers()
        serve.wait_for("have ended")
        self.server.numbers = "+4930*,sales\n+4940*,sales\n"
        serve.signal(signal.SIGHUP)
        serve.wait_for("2 numbers from ")
        self.stop(serve)

    def test_a_wrong_list_or_none_leaves_the_one_before(self):
        serve = self.serve_numbers(calls=1000000)
        serve.wait_for("1 numbers from ")
        self.server.numbers = "+4930*,nobody\n"
        serve.signal(signal.SIGHUP)
        serve.wait_for('cannot be taken: line 1: .*"nobody" is neither a URL nor the name')
        status = self.status()
        self.assertEqual(status.returncode, 0)
        self.assertIn('"nobody" is neither', status.stdout)
        self.server.status = 500
        serve.signal(signal.SIGHUP)
        serve.wait_for("cannot be taken: the server answers 500; those of before hold")
        asked = len(self.server.asked)
        self.wait_until(lambda: len(self.server.asked) > asked + 3)
        self.assertEqual(set(self.asked()), {"/sales"})
        self.server.status = 200
        self.server.numbers = "+4930*,sales\n"
        serve.signal(signal.SIGHUP)
        serve.wait_for("can be fetched again")
        serve.kill()

    def test_the_last_good_copy_outlives_a_restart(self):
        store = f'store.path = "{os.path.join(self.folder, "store")}"'
        serve = self.serve_numbers(store)
        serve.wait_for("have ended: 0 failed, 0 refused")
        self.stop(serve)
        self.server.status = 503
        serve = self.serve_numbers(store)
        serve.wait_for("1 numbers from .*store/numbers, until they are fetched")
        serve.wait_for("have ended: 0 failed, 0 refused")
        self.assertEqual(self.status().returncode, 0)
        self.stop(serve)

    def test_without_any_it_is_not_ready(self):
        self.server.status = 404
        serve = self.serve_numbers()
        serve.wait_for("have ended: 0 failed, 1 refused")
        self.assertEqual(self.status().returncode, 1)
        shown = json.loads(self.pivot("status", "--json", "--socket", self.socket).stdout)
        self.assertFalse(shown["ready"])
        self.assertIn("the server answers 404; there are no earlier ones", shown["numbers"]["message"])
        self.stop(serve)

    def test_a_reload_that_takes_an_action_of_theirs_away_is_refused(self):
        serve = self.serve_numbers()
        serve.wait_for("have ended")
        with open(os.path.join(self.folder, "pivot.toml"), encoding="utf-8") as file:
            text = file.read()
        self.file(text.replace("actions.sales", "actions.sold"), "pivot.toml")
        serve.signal(signal.SIGHUP)
        serve.wait_for("the configuration stays as it was: the numbers of numbers_url do not fit")
        self.stop(serve)

    def test_what_is_not_a_url_is_an_error(self):
        path = self.file('numbers_url = "ftp://x"\n', "a.toml")
        self.assert_usage_error(self.pivot("serve", "--check", "--config", path), "numbers_url")


if __name__ == "__main__":
    command_line.main()
