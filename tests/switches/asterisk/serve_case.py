"""What tests of `pivot serve` beside a real Asterisk have in common: the dialplan, and a case."""

import re
import signal
import subprocess
import sys

import beside
import switch
from beside import CONNECTED
from case import Case, Place

DIALPLAN = """
include => parkedcalls
exten => nothing,1,Stasis(pivot)
 same => n,Verbose(0,AFTER ${STASISSTATUS} ${PIVOTSTATUS} ${PIVOTREASON})
 same => n,Hangup()
exten => parks,1,Set(PIVOT_ACTION={"voice_url": "WEB/begin", "cdr_url": "WEB/cdr"})
 same => n,Stasis(pivot)
 same => n,Verbose(0,AFTER ${PIVOTSTATUS})
 same => n,Hangup()
exten => unknown,1,Stasis(pivot,nobody)
 same => n,Verbose(0,AFTER ${STASISSTATUS} ${PIVOTSTATUS} ${PIVOTREASON})
 same => n,Hangup()
exten => resting,1,Stasis(pivot,twiml)
 same => n,Verbose(0,RESTS ${PIVOTSTATUS})
 same => n,Wait(600)
exten => a1,1,Set(CHANNEL(accountcode)=a1)
 same => n,Stasis(pivot,twiml)
 same => n,Hangup()
exten => a2,1,Set(CHANNEL(accountcode)=a2)
 same => n,Stasis(pivot,twiml)
 same => n,Hangup()
exten => 4930,1,Answer()
 same => n,Wait(30)
exten => 4931,1,Busy(5)
exten => twice,1,Stasis(pivot,twiml)
 same => n,Stasis(pivot,twiml)
 same => n,Hangup()
exten => inner,1,Set(PIVOT_ACTION={"voice_url": "WEB/inner", "req_format": "twiml"})
 same => n,Stasis(pivot)
 same => n,Hangup()
exten => wrong,1,Set(PIVOT_ACTION={"voice_url": 5})
 same => n,Stasis(pivot,twiml)
 same => n,Verbose(0,AFTER ${STASISSTATUS} ${PIVOTSTATUS} ${PIVOTREASON})
 same => n,Hangup()
"""

NUMBERS = """
[pivot-dial]
exten => _X.,1,Dial(PJSIP/sipp/sip:bob@127.0.0.1:${EXTEN},,b(pivot-headers^s^1))
exten => 4940,1,Goto(default,inner,1)
[pivot-headers]
exten => s,1,While($["${SET(PIVOT_NAME=${SHIFT(PIVOT_HEADERS)})}" != ""])
 same => n,Set(PJSIP_HEADER(add,${PIVOT_NAME})=${PIVOT_HEADER_${PIVOT_NAME}})
 same => n,EndWhile()
 same => n,Return()
"""

# Where two accounts dial their numbers.
ACCOUNTS = """
[first]
exten => _X.,1,Answer()
 same => n,Wait(1)
 same => n,Hangup()
[second]
exten => _X.,1,Answer()
 same => n,Wait(1)
 same => n,Hangup()
"""

# Asterisk connects to us as well: by one WebSocket for all calls, and by one for each.
OUTBOUND_DIALPLAN = """
exten => shared,1,Stasis(shared,twiml)
 same => n,Verbose(0,AFTER ${STASISSTATUS} ${PIVOTSTATUS} ${PIVOTREASON})
 same => n,Hangup()
exten => plain,1,Stasis(each)
 same => n,Hangup()
exten => each,1,Stasis(each,twiml)
 same => n,Verbose(0,AFTER ${STASISSTATUS} ${PIVOTSTATUS} ${PIVOTREASON})
 same => n,Hangup()
"""
ARI_USERS = """
[reader]
type = user
read_only = yes
password = secret
"""
OUTBOUND_CONFIG = """
[shared]
type = outbound_websocket
websocket_client_id = shared
apps = shared
local_ari_user = pivot
[each]
type = outbound_websocket
websocket_client_id = each
apps = each
local_ari_user = pivot
"""
WEB_SOCKET_CONFIG = """
[client](!)
type = websocket_client
uri = ws://127.0.0.1:8094/
protocols = ari
username = pivot
password = door
connection_timeout = 500
reconnect_interval = 500
[shared](client)
connection_type = persistent
[each](client)
connection_type = per_call_config
reconnect_attempts = 20
"""
LISTENING = '[asterisk]\nlisten = "127.0.0.1:8094"\nlisten_password = "door"'


class ServeCase(Case):
    program = None

    def run(self, result=None):
        """Once more if Asterisk has crashed in it: nothing of ours runs inside it."""
        before = result.testsRun, len(result.failures), len(result.errors)
        super().run(result)
        if Place.asterisk.has_crashed():
            print(f"Asterisk has crashed in {self.id()}, which runs once more", file=sys.stderr)
            result.testsRun, failures, errors = before
            del result.failures[failures:], result.errors[errors:]
            super().run(result)
        return result

    def setUp(self):
        super().setUp()
        self.toml = beside.toml(self.asterisk, self.web.url)
        self.start()
        self.serve.wait_for(CONNECTED)

    def start(self, toml=""):
        """Each case has a `pivot serve` of its own, which ends as it should."""
        self.serve = beside.start(self.program, self.asterisk, toml or self.toml)
        self.addCleanup(self.serve.kill)

    def check(self, *changes):
        """The exit status and the output of `pivot serve --check`."""
        toml = self.toml
        for old, new in changes:
            toml = toml.replace(old, new)
        path = self.asterisk.home / "checked.toml"
        path.write_text(toml)
        command = [self.program, "serve", "--check", "--config", str(path)]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
        return ended.returncode, ended.stdout + ended.stderr

    def tearDown(self):
        super().tearDown()
        self.serve.signal(signal.SIGTERM)
        self.assertEqual(self.serve.end(), 0, self.warnings())

    def warnings(self):
        return "".join(self.serve.lines)

    def calls_that(self, what):
        """Or have done."""
        told = [re.search(rf"debug call_id=(\S+) {what}", line) for line in self.serve.lines]
        return len({match[1] for match in told if match})

    def path_of(self, recording_url):
        return recording_url.removeprefix("file://")

    def keep_recordings(self):
        return self.asterisk.home / "media/recordings"


def set_up(root, url):
    asterisk = beside.set_up(
        root, url, (DIALPLAN + OUTBOUND_DIALPLAN + NUMBERS + ACCOUNTS).replace("WEB", url)
    )
    asterisk.write("ari.conf", switch.ARI_CONFIG["ari.conf"] + ARI_USERS + OUTBOUND_CONFIG)
    asterisk.write("websocket_client.conf", WEB_SOCKET_CONFIG)
    return asterisk
