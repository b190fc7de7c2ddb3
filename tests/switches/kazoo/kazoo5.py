"""What KAZOO 5 has in a request beside the rest: headers for the voice server."""

import voice
from serve_case import ServeCase


class Kazoo5(ServeCase):
    def setUp(self):
        super().setUp()
        self.peer = self.peer_of("5")
        self.serve()

    def headers_of(self, headers, **changes):
        """Those that the voice server gets."""
        got = []

        def keep(handler):
            got.append(handler.headers)
            voice.json_of(voice.FLOW)({})(handler)

        url = self.url("/headers", lambda _: keep)
        pivot = self.peer.pivot(url, Custom_Request_Headers=headers, **changes)
        self.assert_outcome(pivot, "flow")
        self.assertEqual(len(got), 1)
        return got[0]

    def test_custom_headers_come_with_the_request(self):
        for method in ("get", "post"):
            got = self.headers_of({"X-Token": "a b", "x-other": "c"}, HTTP_Method=method)
            self.assertEqual((got["X-Token"], got["X-Other"]), ("a b", "c"))

    def test_headers_that_could_do_harm_are_left_out(self):
        custom = {
            "X-Good": "yes",
            "Host": "elsewhere.example.com",
            "Content-Length": "0",
            "Authorization": "Basic x",
            "X-Break": "a\r\nX-Smuggled: b",
            "X Blank": "a",
        }
        got = self.headers_of(custom)
        self.assertEqual(got["X-Good"], "yes")
        self.assertIn("127.0.0.1", got["Host"])
        for name in ("Content-Length", "Authorization", "X-Smuggled"):
            self.assertIsNone(got[name])

    def test_headers_of_a_wrong_type_fail(self):
        url = self.url("/flow", voice.json_of(voice.FLOW))
        for headers in ("X-Token: a", ["X-Token"], 5):
            with self.subTest(headers):
                pivot = self.peer.pivot(url, Custom_Request_Headers=headers)
                self.assert_outcome(pivot, "failed")
