"""Callflows of an exact size, as web servers answer with them.

A greeting that asks for a digit, and below it a branch for each digit: a text, a user who rings,
their voicemail.
"""

import json

SIZES = {"400 B": 400, "1 KB": 1024, "8 KB": 8192}


def callflow(size):
    """Compact JSON of `size` bytes, 400 at least."""
    branches = 0
    while len(_compact(_flow("", branches + 1))) <= size:
        branches += 1
    text = "Welcome. " * (size // 9 + 1)
    flow = _flow("", branches)
    room = size - len(_compact(flow))
    flow["data"]["text"] = text[: max(room, 0)].rstrip().ljust(max(room, 0), ".")
    body = _compact(flow)
    assert len(body) == size, (len(body), size)
    return body


def walked_size(value):
    """What peers/curl_multi.cpp adds up: the bytes of all keys and values."""
    if isinstance(value, dict):
        return sum(len(key.encode()) + walked_size(item) for key, item in value.items())
    if isinstance(value, list):
        return sum(map(walked_size, value))
    return len(value.encode()) if isinstance(value, str) else len(json.dumps(value))


def _compact(flow):
    return json.dumps(flow, separators=(",", ":"))


def _flow(text, branches):
    digits = {
        "module": "collect_dtmf",
        "data": {"collection_name": "choice", "max_digits": 2, "timeout": 5000, "terminator": "#"},
        "children": {"_": _choice(branches)},
    }
    return {"module": "tts", "data": {"text": text, "voice": "female"}, "children": {"_": digits}}


def _choice(branches):
    if not branches:
        return {
            "module": "pivot",
            "data": {"voice_url": "http://ivr.example.com/choice", "req_timeout_ms": 2000},
            "children": {},
        }
    return {
        "module": "branch_variable",
        "data": {"variable": "choice", "scope": "custom_channel_vars"},
        "children": {str(number): _branch(number) for number in range(1, branches + 1)},
    }


def _branch(number):
    user = {"id": f"{number:032x}"}
    voicemail = {"module": "voicemail", "data": user, "children": {}}
    ring = {"module": "user", "data": {**user, "timeout": 20}, "children": {"_": voicemail}}
    said = {"text": f"Please hold the line, we are connecting you to extension {number}."}
    return {"module": "tts", "data": said, "children": {"_": ring}}
