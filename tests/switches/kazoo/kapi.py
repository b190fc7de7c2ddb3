"""KAZOO's messages about pivots: how callflow builds a request, and what it takes for an answer.

The rules are those of `kz_api`, `kapi_pivot` and `kapi_call`. `faults_of` is stricter than KAZOO in
one way: a key or a property that KAZOO itself would not send is a fault, too.
"""

import gzip
import json
import time
import urllib.parse
import uuid

STANDARD_KEYS = {
    "App-Name",
    "App-Version",
    "Event-Category",
    "Event-Name",
    "Msg-ID",
    "Node",
    "Server-ID",
    "Server-Queue-ID",
    "System-Log-ID",
    "Account-ID",
    "Call-ID",
}
REQUIRED_KEYS = ("App-Name", "App-Version", "Event-Category", "Event-Name", "Msg-ID", "Call-ID")

# By category and name: exchange, application, and keys beside the standard ones.
ANSWERS = {
    ("pivot", "processing"): ("targeted", "translator", set()),
    ("pivot", "failed"): ("targeted", "pivot", set()),
    ("call_event", "CHANNEL_PIVOT"): ("callevt", "translator", {"Application-Data"}),
}
VERSION = "4.0.0"

UNUSED_PROPERTIES = (
    "correlation_id",
    "expiration",
    "message_id",
    "type",
    "user_id",
    "app_id",
    "cluster_id",
    "reply_to",
    "priority",
)


def encode(part):
    """A part of a routing key: kz_amqp_util:encode."""
    if part in ("", "*", "#"):
        return part
    return urllib.parse.quote(part, safe="").replace(".", "%2E").replace("%20", "+")


def split_queue(value):
    """What a Controller-Queue or Control-Queue names: a queue, and the process that waits or None."""
    if not value.startswith("pid://"):
        return value, None
    pid, _, queue = value[len("pid://") :].rpartition("/")
    return queue, pid


def microseconds():
    return time.time_ns() // 1000


def call_object(call_id, controller_queue, control_queue, **changes):
    """`Call` of a request, as kapps_call:to_json has it; a change to None takes a key away."""
    call = {
        "Account-DB": "account%2F46%2F42%2Fd64460dfba89f0938fa7736c6d1b",
        "Account-ID": "4642d64460dfba89f0938fa7736c6d1b",
        "Authorizing-ID": "0d3a9f8b7c6e5d4c3b2a190817161514",
        "Authorizing-Type": "device",
        "Call-Bridged": False,
        "Call-Direction": "inbound",
        "Call-ID": call_id,
        "Caller-ID-Name": "Ann Lee",
        "Caller-ID-Number": "+14155550100",
        "Control-Queue": control_queue,
        "Controller-Queue": controller_queue,
        "Custom-Application-Vars": {},
        "Custom-Channel-Vars": {"Authorizing-Type": "device"},
        "Custom-SIP-Headers": {"X-Tag": "a b"},
        "Fetch-ID": str(uuid.uuid4()),
        "From": "user_ann@acme.sip.example.com",
        "From-Realm": "acme.sip.example.com",
        "From-User": "user_ann",
        "Is-Call-Forward": False,
        "Is-Recording": False,
        "Key-Value-Store": {
            "cf_flow_id": "9e8d7c6b5a49382716051423324150ff",
            "cf_last_action": "pivot",
            "cf_no_match": False,
            "dtmf_collections": {"default": "42"},
        },
        "Language": "en-us",
        "Message-Left": False,
        "Owner-ID": "9afa4973c3b4440f522955fc026c33a9",
        "Request": "4155550199@acme.sip.example.com",
        "Request-Realm": "acme.sip.example.com",
        "Request-User": "+14155550199",
        "Resource-Type": "audio",
        "Switch-Nodename": "freeswitch@fs1.example.com",
        "To": "4155550199@acme.sip.example.com",
        "To-Realm": "acme.sip.example.com",
        "To-User": "4155550199",
    }
    return changed(call, changes)


def pivot_req(call, url, **changes):
    """As cf_pivot sends it. Changes are named with `_` for `-`."""
    request = {
        "Event-Category": "dialplan",
        "Event-Name": "pivot_req",
        "App-Name": "callflow",
        "App-Version": VERSION,
        "Node": "kazoo_apps@apps1.example.com",
        "Msg-ID": uuid.uuid4().hex,
        "Voice-URI": url,
        "HTTP-Method": "get",
        "Request-Format": "kazoo",
        "Request-Body-Format": "form",
        "Debug": False,
        "Call": call,
    }
    return changed(request, changes)


def changed(fields, changes):
    merged = fields | {name.replace("_", "-"): value for name, value in changes.items()}
    return {name: value for name, value in merged.items() if value is not None}


def without_doubles(pairs):
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        raise ValueError(f"a key is there twice: {sorted(names)}")
    return dict(pairs)


def read(properties, body):
    """The message's keys and values, or an exception."""
    if properties.content_encoding == "gzip":
        body = gzip.decompress(body)
    message = json.loads(body.decode("utf-8"), object_pairs_hook=without_doubles)
    if not isinstance(message, dict):
        raise ValueError(f"{message!r} is not an object")
    return message


def text_header(properties, name):
    """An AMQP header, which is a long string or a byte array."""
    value = (properties.headers or {}).get(name)
    return value.decode() if isinstance(value, bytes) else value


def faults_of(exchange, routing_key, properties, message):
    """What is wrong with an answer, a sentence each."""
    kind = (message.get("Event-Category"), message.get("Event-Name"))
    if kind not in ANSWERS:
        return [f"{kind} is not a message that a pivot sends"]
    right_exchange, application, keys = ANSWERS[kind]
    faults = [*faults_of_properties(properties), *faults_of_keys(message, keys)]
    if exchange != right_exchange:
        faults.append(f"came through the exchange {exchange}")
    if (message.get("App-Name"), message.get("App-Version")) != (application, VERSION):
        faults.append(
            f"App-Name and -Version: {message.get('App-Name')} {message.get('App-Version')}"
        )
    if "Server-ID" in message:
        faults.append("Server-ID asks for an answer that never comes")
    if kind == ("call_event", "CHANNEL_PIVOT"):
        faults += faults_of_channel_pivot(routing_key, properties, message)
    return [f"{kind[1]}: {fault}" for fault in faults]


def faults_of_properties(properties):
    if properties.content_type != "application/json":
        yield f"content_type is {properties.content_type!r}"
    if properties.content_encoding not in (None, "gzip"):
        yield f"content_encoding is {properties.content_encoding!r}"
    if properties.delivery_mode not in (None, 1):
        yield f"delivery_mode is {properties.delivery_mode}"
    if abs((properties.timestamp or 0) - microseconds()) > 3600e6:
        yield f"timestamp is {properties.timestamp}, not microseconds of now"
    for name in UNUSED_PROPERTIES:
        if getattr(properties, name) is not None:
            yield f"{name} is {getattr(properties, name)!r}"


def faults_of_keys(message, keys):
    for key in REQUIRED_KEYS:
        if key not in message:
            yield f"{key} is missing"
    for key in keys - message.keys():
        yield f"{key} is missing"
    for key, value in message.items():
        if key not in STANDARD_KEYS and key not in keys:
            yield f"{key} is not a key of it"
        elif not isinstance(value, str):
            yield f"{key} is {value!r}, not a string"
        elif not value:
            yield f"{key} is empty"


def faults_of_channel_pivot(routing_key, properties, message):
    call_id = str(message.get("Call-ID"))
    if routing_key != f"call.CHANNEL_PIVOT.{encode(call_id)}":
        yield f"the routing key is {routing_key}"
    if text_header(properties, "call-id") != call_id:
        yield f"the header call-id is {text_header(properties, 'call-id')!r}"
    if not isinstance(flow_of(message), dict):
        yield f"Application-Data is {message.get('Application-Data')!r}, not the text of a flow"


def flow_of(message):
    """The flow of a CHANNEL_PIVOT, or what is there instead."""
    try:
        return json.loads(message.get("Application-Data"))
    except (TypeError, ValueError) as error:
        return str(error)
