"""A voice server in PHP, with the shapes of KAZOO's published samples."""

import shutil
import subprocess
import unittest

import rabbit
from serve_case import ServeCase

# How the pages of KAZOO write an application: headers by hand, JSON as text or by json_encode.
TEXT = """<?php
header('content-type:application/json');
?>
{"module":"tts","data":{"text":"hello"}}
"""
BY_CALLER = """<?php
header('Content-Type: application/json; charset=utf-8');
$from = $_REQUEST['From'];
if ($from == 'user_ann') {
  $flow = array('module' => 'tts', 'data' => array('text' => 'hello'), 'children' => new stdClass());
} else {
  $flow = array('module' => 'hangup', 'data' => new stdClass());
}
echo json_encode($flow);
"""
BY_DIGITS = """<?php
header('content-type: application/json');
$digits = $_REQUEST['Digits']['default'];
$tag = $_REQUEST['Custom-SIP-Headers']['X-Tag'];
echo '{"module":"tts","data":{"text":"' . $digits . ' ' . $tag . '"}}';
"""
COLLECT = """<?php
header('content-type: application/json');
echo json_encode(['module' => 'tts', 'data' => ['text' => 'Press a key'], 'children' => ['_' =>
  ['module' => 'collect_dtmf', 'data' => ['max_digits' => 4, 'terminator' => '#'], 'children' => ['_' =>
    ['module' => 'pivot', 'data' => ['voice_url' => 'http://voice.example.com/digits.php', 'req_format' => 'kazoo']]]]]]);
"""
BY_BODY = """<?php
$call = json_decode(file_get_contents('php://input'), true);
header('content-type: application/json');
echo json_encode(['module' => 'tts', 'data' => ['text' => $call['Digits']['default'] . ' ' . $call['To']]]);
"""
WARNS = """<?php
ini_set('display_errors', '1');
echo $undefined;
header('content-type: application/json');
echo '{"module":"tts","data":{"text":"hello"}}';
"""
DIES = "<?php header('content-type: application/json'); http_response_code(500); exit(1);"


@unittest.skipUnless(shutil.which("php"), "php-cli is not installed")
class Php(ServeCase):
    def setUp(self):
        super().setUp()
        self.port = rabbit.reserve_port()
        for name, text in {
            "text": TEXT,
            "caller": BY_CALLER,
            "digits": BY_DIGITS,
            "collect": COLLECT,
            "body": BY_BODY,
            "warns": WARNS,
            "dies": DIES,
        }.items():
            (self.folder / f"{name}.php").write_text(text)
        self.php = subprocess.Popen(
            ["php", "-S", f"127.0.0.1:{self.port}", "-t", self.folder],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.addCleanup(self.php.wait)
        self.addCleanup(self.php.kill)
        self.wait_until(lambda: rabbit.can_connect(self.port), "PHP does not listen")
        self.peer = self.peer_of()
        self.serve()

    def pivot(self, name, **changes):
        return self.peer.pivot(f"http://127.0.0.1:{self.port}/{name}.php", **changes)

    def assert_says(self, pivot, text):
        self.assert_outcome(pivot, "flow")
        self.assertEqual((pivot.flow["module"], pivot.flow["data"]["text"]), ("tts", text))

    def test_published_samples_are_answered(self):
        self.assert_says(self.pivot("text"), "hello")
        for method in ("get", "post"):
            self.assert_says(self.pivot("caller", HTTP_Method=method), "hello")
            self.assert_says(self.pivot("digits", HTTP_Method=method), "42 a b")
        json = {"HTTP_Method": "post", "Request_Body_Format": "json"}
        self.assert_says(self.pivot("body", **json), "42 4155550199")
        self.assert_says(self.pivot("collect"), "Press a key")

    def test_an_application_that_fails_is_a_failure(self):
        self.assert_outcome(self.pivot("dies"), "failed")
        self.assert_outcome(self.pivot("warns"), "failed")
        self.assert_outcome(self.pivot("missing"), "failed")
