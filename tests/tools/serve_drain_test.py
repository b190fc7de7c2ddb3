"""A drain of ten thousand calls loses none: each ends, has its row, and its CDR is delivered. The
argument is the program."""

import asyncio
import os
import re
import signal
import sqlite3
import threading

import command_line
from serving import Serving

CALLS = 10_000
DOCUMENT = b'<Response><Pause length="8"/></Response>'
LENGTH = re.compile(rb"Content-Length: (\d+)", re.IGNORECASE)


class Application:
    """Answers documents and CDRs, many at a time, and keeps the ids of the CDRs."""

    def __init__(self):
        self.asked = 0
        self.cdrs = []
        self.loop = asyncio.new_event_loop()
        self.is_open = threading.Event()
        threading.Thread(target=self.run, daemon=True).start()
        self.is_open.wait()

    def run(self):
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(
            asyncio.start_server(self.serve, "127.0.0.1", 0, backlog=4096)
        )
        self.port = server.sockets[0].getsockname()[1]
        self.is_open.set()
        self.loop.run_forever()

    async def serve(self, reader, writer):
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = LENGTH.search(head)
                body = await reader.readexactly(int(length[1])) if length else b""
                await self.answer(head, body, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def answer(self, head, body, writer):
        is_cdr = b"/cdr" in head.split(b"\r\n")[0]
        if is_cdr:
            self.cdrs.append(re.search(rb"Call-ID=([^&]*)", body)[1])
        else:
            self.asked += 1
        document = b"" if is_cdr else DOCUMENT
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n%s"
            % (len(document), document)
        )
        await writer.drain()


class Drain(Serving):
    def test_no_call_is_lost(self):
        application = Application()
        url = f"http://127.0.0.1:{application.port}"
        store = os.path.join(self.folder, "store")
        toml = (
            f'store.path = "{store}"\ncalls_max = {CALLS}\nconnections_max = 20000\n'
            f'default = "all"\ndrain_timeout_s = 120\naction.timeout_ms_max = 60000\n'
            f'policy.allow = ["127.0.0.1"]\n'
            f'[actions.all]\nvoice_url = "{url}/ivr"\nmethod = "post"\nreq_format = "twiml"\n'
            f'cdr_url = "{url}/cdr"\nreq_timeout_ms = 60000\n'
            f"[scripted]\ncalls = {CALLS}\nrate = 10000\n"
        )
        serve = self.serve_toml(toml)
        self.wait_until(lambda: application.asked >= CALLS * 0.9)
        serve.signal(signal.SIGTERM)
        serve.wait_for(r"takes no more calls: [1-9]\d* in flight")
        self.assertEqual(serve.end(), 0)
        self.assertFalse([line for line in serve.lines if "error" in line or "warning" in line])

        with sqlite3.connect(os.path.join(store, "calls")) as database:
            rows = database.execute("SELECT id, cause, failure FROM calls").fetchall()
        self.assertGreaterEqual(len(rows), CALLS * 0.9)
        self.assertEqual(len({id for id, _, _ in rows}), len(rows))
        self.assertEqual({(cause, failure) for _, cause, failure in rows}, {("NORMAL_CLEARING", "")})

        serve = self.serve_toml(toml.split("[scripted]", maxsplit=1)[0])
        self.wait_until(lambda: len(set(application.cdrs)) >= len(rows))
        serve.kill()
        ids = {id.encode() for id, _, _ in rows}
        self.assertLessEqual(ids, set(application.cdrs), "each CDR is delivered")


if __name__ == "__main__":
    command_line.main()
