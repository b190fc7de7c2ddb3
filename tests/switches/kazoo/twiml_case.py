"""Cases in which `pivot serve` performs TwiML: a switch that performs calls, beside all of serve_case."""

import ecallmgr
import kapi
import peer
import rabbit
import voice
from serve_case import ServeCase


def document(text):
    return f"<Response>{text}</Response>"


class TwimlCase(ServeCase):
    def setUp(self):
        super().setUp()
        self.switches = []
        self.peer = self.calling_peer()
        self.switch = self.peer.switch

    def tearDown(self):
        super().tearDown()
        for switch in self.switches:
            switch.check()

    def calling_peer(self, generation="5", port=0):
        """A callflow whose calls can be commanded."""
        uri = self.node.uri(password=rabbit.PASSWORD)
        switch = ecallmgr.Ecallmgr(uri, generation)
        self.addCleanup(switch.close)
        made = peer.Peer(uri, generation, switch=switch)
        self.addCleanup(made.close)
        self.switches.append(switch)
        self.peers.append(made)
        return made

    def store(self):
        """The setting without which there are no CDRs."""
        return f'store.path = "{self.folder}/store"'

    # Calls.

    def open(self, maker=None):
        """A call whose caller has not reached Pivot yet, so that a test can say what they will do."""
        return (maker or self.peer).open()

    def ask(self, pivot, path, call=None, **changes):
        request = kapi.pivot_req(
            pivot.peer.call_of(pivot, **(call or {})),
            self.web.url + path,
            **{"Request_Format": "twiml", "HTTP_Method": "post"} | changes,
        )
        pivot.peer.ask(pivot, request)
        return pivot

    def write(self, path, text):
        """The document at a path: text of TwiML's verbs."""
        self.web.answers[path] = document(text) if isinstance(text, str) else text

    def perform(self, text, path="/start", pivot=None, **changes):
        """A call whose first document this is."""
        self.write(path, text)
        return self.ask(pivot or self.open(), path, **changes)

    def end_of(self, pivot, seconds=peer.WAIT_SECONDS):
        """Waits for the end of the call, and returns its cause."""
        switch = pivot.peer.switch

        def is_over():
            return pivot.channel.cause or switch.faults or pivot.reply in ("failed", "timed out")

        if not switch.wait_for(is_over, seconds):
            self.fail(self.story_of(pivot))
        switch.check()
        return pivot.channel.cause

    def story_of(self, pivot):
        asked = [(path, parameters) for path, parameters, _ in self.web.requests]
        return f"{pivot.replies} {pivot.channel.performed}\n{asked}\n{self.logs()}"

    def heard(self, pivot):
        """What the caller has heard, in order."""
        media = ("play", "tts", "tones", "record", "conference", "bridge", "respond")
        return [one for one in pivot.channel.performed if one.split(" ")[0] in media]

    def assert_hung_up(self, pivot, *heard):
        """Pivot ended the call, after the caller had heard this."""
        self.assertEqual(self.end_of(pivot), "NORMAL_CLEARING", self.story_of(pivot))
        self.assertEqual(pivot.wait("processing"), "processing", self.logs())
        self.assertEqual(self.heard(pivot), list(heard), self.story_of(pivot))

    def parameters(self, path, count=1):
        return self.web.wait_for(path, count)[0]

    def refuse(self, path, status=500):
        self.web.answers[path] = voice.answer(status, None, "")
