"""CDRs of `pivot serve`, as docs/serve.md has them. The argument is the program."""

import collections
import os
import signal
import urllib.parse

import command_line
from serving import Application, Serving


class Billing(Application):
    """Takes CDRs once it is told to, and remembers how often each was sent."""

    def answer(self):
        if self.path != "/cdr":
            return super().answer()
        form = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.cdrs[self.headers["Idempotency-Key"]].append(
            dict(urllib.parse.parse_qsl(form))["Call-ID"]
        )
        self.send_response(200 if self.server.takes_cdrs else 503)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST = answer


class Cdrs(Serving):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server.RequestHandlerClass = Billing

    def setUp(self):
        super().setUp()
        self.server.takes_cdrs = True
        self.server.cdrs = collections.defaultdict(list)

    def serve_calls(self, calls, toml="", path="/sales"):
        store = os.path.join(self.folder, "store")
        return self.serve_toml(
            f'policy.allow = ["127.0.0.0/8"]\nstore.path = "{store}"\n{toml}'
            f"[scripted]\ncalls = {calls}\nrate = 100\n",
            "--url",
            self.url(path),
        )

    def cdr_url(self):
        return f'cdr.url = "{self.url("/cdr")}"\n'

    def test_every_call_leaves_one_at_the_operators_url(self):
        serve = self.serve_calls(3, self.cdr_url())
        serve.wait_for("all 3 scripted calls have ended: 0 failed")
        self.wait_until(lambda: len(self.server.cdrs) == 3)
        calls = [call for sent in self.server.cdrs.values() for call in sent]
        self.assertEqual(len(set(calls)), 3)
        serve.kill()

    def test_an_account_may_have_none(self):
        serve = self.serve_calls(
            3, self.cdr_url() + 'account.id = "a1"\ncdr.accounts.a1 = ""\n'
        )
        serve.wait_for("all 3 scripted calls have ended: 0 failed")
        serve.signal(signal.SIGTERM)
        self.assertEqual(serve.end(), 0)
        self.assertEqual(self.server.cdrs, {})

    def test_each_is_sent_until_it_is_taken_with_the_same_key_after_a_kill_too(self):
        self.server.takes_cdrs = False
        serve = self.serve_calls(20, self.cdr_url())
        serve.wait_for("all 20 scripted calls have ended: 0 failed")
        self.wait_until(lambda: self.server.cdrs)
        serve.signal(signal.SIGKILL)
        serve.end()
        refused = dict(self.server.cdrs)
        self.server.takes_cdrs = True
        serve = self.serve_calls(1, self.cdr_url())
        self.wait_until(lambda: len(self.server.cdrs) == 21)
        for key, calls in self.server.cdrs.items():
            self.assertEqual(len(set(calls)), 1, key)
        self.assertTrue(refused)
        self.wait_until(lambda: all(len(self.server.cdrs[key]) > 1 for key in refused))
        serve.kill()

    def test_the_operators_url_needs_a_store(self):
        path = self.file(self.cdr_url(), "a.toml")
        refused = self.pivot("serve", "--check", "--config", path)
        self.assert_usage_error(refused, "cdr: needs a store", "store.path")


if __name__ == "__main__":
    command_line.main()
