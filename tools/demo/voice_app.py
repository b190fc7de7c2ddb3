#!/usr/bin/env python3
"""A small voice application to try Pivot with.

    /welcome   greets callers by name and puts them through, or takes a message
    /slow      the same, but only after three seconds
    /broken    a callflow with three mistakes
    /menu      a menu in TwiML: sales, or a message

Parameters are read from the query, from a form or from JSON, as `method` and `req_body_format`
of the pivot action have them sent. The first line on standard output is the port, which
belongs in the place of PORT in the actions beside this file; menu.json has the usual one.
"""

import argparse
import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

SUPPORT_USER = "5f1d8a0c7b9e4d3f8a6b2c1d0e9f8a7b"
SUPPORT_VOICEMAIL = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"


def node(module, data, **children):
    return {"module": module, "data": data, "children": children}


def say(text, **children):
    return node("tts", {"text": text}, **children)


def take_message(text):
    return say(text, _=node("voicemail", {"action": "compose", "id": SUPPORT_VOICEMAIL}))


def welcome(parameters):
    name = parameters.get("Caller-ID-Name", "")
    if name.lower() in ("", "unknown", "anonymous"):
        return take_message("Welcome. Please leave a message with your name and your number.")
    return say(
        f"Welcome, {name}. We put you through to support.",
        _=node(
            "user",
            {"id": SUPPORT_USER, "timeout": 20},
            USER_BUSY=take_message("Support is on another call. Please leave a message."),
            _=take_message("Nobody is in. Please leave a message."),
        ),
    )


def slow(parameters):
    time.sleep(3)
    return welcome(parameters)


def broken(_parameters):
    misspelled = node("voicemial", {"id": SUPPORT_VOICEMAIL})
    timeout_is_text = node("user", {"id": SUPPORT_USER, "timeout": "20"}, _=misspelled)
    text_is_missing = node("tts", {"voice": "female"}, _=timeout_is_text)
    return text_is_missing


def twiml(*verbs):
    return "<Response>" + "".join(verbs) + "</Response>"


MENU_SAY = "<Say>Welcome to Acme. For sales press 1, to leave a message press 2.</Say>"
RECORD = '<Record action="/menu/message" timeout="3" maxLength="60"/>'


def menu(_parameters):
    gather = f'<Gather numDigits="1" action="/menu/chosen">{MENU_SAY}</Gather>'
    return twiml(gather, "<Say>Goodbye.</Say>")


def menu_chosen(parameters):
    choice = parameters.get("Digits")
    if choice == "1":
        return twiml('<Dial timeout="20" action="/menu/dialled">+14155550111</Dial>')
    if choice == "2":
        return twiml("<Say>Please leave a message.</Say>", RECORD, "<Redirect>/menu</Redirect>")
    return twiml("<Say>There is no such choice.</Say>", "<Redirect>/menu</Redirect>")


def menu_dialled(parameters):
    if parameters.get("DialCallStatus") == "completed":
        return twiml("<Hangup/>")
    return twiml("<Say>Sales is on another call. Please leave a message.</Say>", RECORD)


def menu_message(_parameters):
    return twiml("<Say>Thank you. We will call you back.</Say>", "<Hangup/>")


ANSWERS = {
    "/welcome": welcome,
    "/slow": slow,
    "/broken": broken,
    "/menu": menu,
    "/menu/chosen": menu_chosen,
    "/menu/dialled": menu_dialled,
    "/menu/message": menu_message,
}


class VoiceApp(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # a body does not wait for the client to acknowledge its head

    def do_GET(self):
        self.answer(dict(parse_qsl(urlsplit(self.path).query)))

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        is_json = self.headers.get_content_type() == "application/json"
        try:
            parameters = json.loads(body) if is_json else dict(parse_qsl(body.decode()))
        except ValueError:
            parameters = None
        if isinstance(parameters, dict):
            self.answer(parameters)
        else:
            self.reply(400, {"error": "unreadable parameters"})

    def answer(self, parameters):
        make = ANSWERS.get(urlsplit(self.path).path)
        if make is None:
            self.reply(404, {"error": "no such answer", "answers": list(ANSWERS)})
        else:
            self.reply(200, make(parameters))

    def reply(self, status, document):
        is_twiml = isinstance(document, str)
        body = (document if is_twiml else json.dumps(document)).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/xml" if is_twiml else "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code="-", size="-"):
        path = urlsplit(self.path).path  # without the caller's data
        print(f"voice_app: {self.command} {path} {int(code)}", file=sys.stderr, flush=True)


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], ConnectionError):  # a client that gave up is not an error
            super().handle_error(request, client_address)


def main():
    parser = argparse.ArgumentParser(description="A small voice application to try Pivot with.")
    parser.add_argument("--port", type=int, default=8080, help="0 takes a free one")
    server = Server(("127.0.0.1", parser.parse_args().port), VoiceApp)
    print(server.server_port, flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
