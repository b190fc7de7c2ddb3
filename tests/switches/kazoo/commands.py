"""The commands that ecallmgr takes, and the requests of offnet calls, conferences and channels' status.

The rules are those of `kapi_dialplan`, `kapi_offnet_resource`, `kapi_conference` and `kapi_call`. They are stricter
than KAZOO in one way: a key that KAZOO does not know is a fault, too. Each fault is a sentence.
"""

import kapi

KEYS = "1234567890*#"


def is_text(value):
    return isinstance(value, str)


def is_bool(value):
    return isinstance(value, bool) or value in ("true", "false")


def is_json_bool(value):
    return isinstance(value, bool)


def is_object(value):
    return isinstance(value, dict)


def is_list(value):
    return isinstance(value, list)


def is_whole(value):
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value):
    """One that KAZOO converts: an integer, or its text."""
    return is_whole(value) or isinstance(value, str) and value.isdigit()


def is_positive(value):
    return is_whole(value) and value > 0


def are_terminators(value):
    if isinstance(value, list):
        return all(key in KEYS and len(key) == 1 for key in value)
    return value in ("", "none")


def are_objects(value):
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def are_texts(value):
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def one_of(*words):
    return lambda value: value in words


MEDIA = {
    "Terminators": are_terminators,
    "Endless-Playback": is_bool,
    "Loop-Count": is_positive,
    "Leg": one_of("A", "B", "Both"),
    "Group-ID": is_text,
    "Language": is_text,
}
TRANSPORT = one_of("udp", "tcp", "tls")
VARIABLES = {
    "Custom-Channel-Vars": is_object,
    "Custom-Application-Vars": is_object,
    "Custom-SIP-Headers": is_object,
}
PEOPLE = {
    f"{prefix}{who}-ID-{what}": is_text
    for prefix in ("", "Outbound-")
    for who in ("Caller", "Callee")
    for what in ("Name", "Number")
}

# By Application-Name: what is required, and what is optional, with their checks.
COMMANDS = {
    "answer": ({}, {}),
    "hangup": ({}, {"Hangup-Cause": is_text, "Other-Leg-Only": is_bool}),
    "play": ({"Media-Name": is_text}, MEDIA | {"Format": is_text, "Voice": is_text}),
    "tts": (
        {"Text": is_text},
        MEDIA | {"Voice": one_of("male", "female"), "Engine": is_text, "Conference-ID": is_text},
    ),
    "noop": ({}, {"Filter-Applications": is_list, "B-Leg-Events": are_texts}),
    "queue": ({"Commands": are_objects}, {}),
    "record": (
        {"Media-Name": is_text},
        {
            "Terminators": are_terminators,
            "Time-Limit": is_number,
            "Silence-Threshold": is_number,
            "Silence-Hits": is_number,
        },
    ),
    "record_call": (
        {"Record-Action": one_of("start", "stop", "mask", "unmask")},
        {
            "Media-Name": is_text,
            "Media-Recording-ID": is_text,
            "Media-Recorder": is_text,
            "Media-Recording-Endpoint-ID": is_text,
            "Media-Recording-Origin": is_text,
            "Media-Transfer-Destination": is_text,
            "Media-Transfer-Method": is_text,
            "Additional-Headers": is_list,
            "Channels-As-Stereo": is_bool,
            "Follow-Transfer": is_bool,
            "Recording-Variables": is_object,
            "Record-Min-Sec": is_number,
            "Record-Sample-Rate": is_whole,
            "Time-Limit": is_number,
        },
    ),
    "tones": (
        {"Tones": are_objects},
        {"Terminators": are_terminators, "Group-ID": is_text, "Conference-ID": is_text},
    ),
    "respond": ({"Response-Code": is_text}, {"Response-Message": is_text}),
    "progress": ({}, {}),
    "park": ({}, {"Timeout": is_number, "Hangup-Cause": is_text}),
    "hold": ({}, {"Hold-Media": is_text}),
    "set": (
        {"Custom-Channel-Vars": is_object, "Custom-Call-Vars": is_object},
        {"Custom-Application-Vars": is_object, "Export-All": is_json_bool},
    ),
    "bridge": (
        {"Endpoints": are_objects},
        PEOPLE
        | VARIABLES
        | {
            "Timeout": is_number,
            "Ignore-Early-Media": is_bool,
            "Dial-Endpoint-Method": one_of("single", "simultaneous"),
            "Media": one_of("process", "bypass", "auto"),
            "Continue-On-Fail": lambda value: is_bool(value) or is_text(value) or is_list(value),
            "Continue-After": is_bool,
            "Ringback": is_text,
            "Hold-Media": is_text,
            "Secure-RTP": is_bool,
            "Fail-On-Single-Reject": lambda value: is_bool(value) or is_text(value),
            "Ignore-Forward": is_bool,
            "B-Leg-Events": are_texts,
            "Bridge-Actions": is_object,
            "Export-Variables": is_list,
            "SIP-Transport": TRANSPORT,
            "SIP-Invite-Parameters": is_list,
            "Privacy-Method": is_text,
            "Privacy-Hide-Name": is_bool,
            "Privacy-Hide-Number": is_bool,
            "Force-Fax": is_text,
            "Simplify-Loopback": is_text,
            "Loopback-Bowout": is_text,
            "Ignore-Completed-Elsewhere": is_bool,
        },
    ),
    "send_dtmf": ({"DTMFs": is_text}, {"Duration": is_number}),
    "playstop": ({}, {}),
    "store": (
        {
            "Media-Name": is_text,
            "Media-Transfer-Method": one_of("stream", "put", "post"),
            "Media-Transfer-Destination": is_text,
        },
        {"Additional-Headers": is_list, "Suppress-Error-Report": is_bool},
    ),
}

TONE = (
    {"Frequencies": is_list, "Duration-ON": is_number, "Duration-OFF": is_number},
    {"Volume": is_number, "Repeat": is_number},
)

ENDPOINT = (
    {
        "Invite-Format": one_of(
            *("username", "e164", "npan", "1npan", "route", "loopback", "contact", "endpoint"),
            *("forward", "strip_plus"),
        )
    },
    PEOPLE
    | VARIABLES
    | {
        name: is_text
        for name in (
            *("Route", "To-User", "To-Username", "To-Realm", "To-DID", "To-IP", "To-URI"),
            *("Endpoint-ID", "Endpoint-URI", "Account-ID", "Outbound-Call-ID", "Presence-ID"),
            *("Privacy-Method", "Hold-Media", "Force-Fax", "SIP-Interface", "Proxy-IP"),
            *("Proxy-Zone", "Forward-IP", "Auth-User", "Auth-Realm", "Auth-Password"),
            *("Loopback-Bowout", "Simplify-Loopback", "Call-Context"),
        )
    }
    | {
        "Endpoint-Timeout": is_number,
        "Endpoint-Delay": is_number,
        "Endpoint-Progress-Timeout": is_number,
        "Privacy-Hide-Name": is_bool,
        "Privacy-Hide-Number": is_bool,
        "Ignore-Early-Media": is_bool,
        "Bypass-Media": is_bool,
        "Ignore-Completed-Elsewhere": is_bool,
        "Codecs": is_list,
        "Endpoint-Options": is_object,
        "Endpoint-Actions": is_object,
        "Failover": is_object,
        "SIP-Transport": TRANSPORT,
        "SIP-Invite-Parameters": is_list,
        "Endpoint-Type": one_of("sip", "freetdm", "skype"),
    },
)
# What an Invite-Format cannot do without.
ADDRESSES = {
    "route": "Route",
    "loopback": "Route",
    "forward": "Route",
    "endpoint": "Endpoint-URI",
    "username": "To-User",
    "e164": "To-DID",
}

OFFNET = (
    {
        "Event-Category": one_of("resource"),
        "Event-Name": one_of("offnet_req"),
        "Application-Name": one_of("bridge"),
        "Resource-Type": one_of("audio"),
        "To-DID": is_text,
        "Call-ID": is_text,
        "Control-Queue": is_text,
        "Server-ID": is_text,
    },
    PEOPLE
    | VARIABLES
    | {
        "Account-ID": is_text,
        "Account-Realm": is_text,
        "Timeout": is_whole,
        "Media": one_of("process", "bypass", "auto"),
        "Force-Outbound": is_bool,
        "Emergency-Caller-ID-Name": is_text,
        "Emergency-Caller-ID-Number": is_text,
        "Presence-ID": is_text,
        "Flags": is_list,
        "Ignore-Early-Media": is_bool,
        "Ringback": is_text,
        "B-Leg-Events": are_texts,
        "Bypass-E164": is_bool,
        "Force-Fax": is_text,
        "Hold-Media": is_text,
        "Outbound-Actions": is_object,
    },
)

DISCOVERY = (
    {
        "Event-Category": one_of("conference"),
        "Event-Name": one_of("discovery_req"),
        "Call": is_object,
    },
    {
        "Conference-ID": is_text,
        "Conference-Name": is_text,
        "Conference-Doc": is_object,
        "Moderator": is_bool,
        "Play-Welcome": is_bool,
        "Play-Welcome-Media": is_text,
        "Play-Entry-Tone": lambda value: is_bool(value) or is_text(value),
        "Play-Exit-Tone": lambda value: is_bool(value) or is_text(value),
    },
)

STATUS = (
    {
        "Event-Category": one_of("call_event"),
        "Event-Name": one_of("channel_status_req"),
        "Call-ID": is_text,
        "Server-ID": is_text,
    },
    {"Active-Only": is_bool},
)


def faults_of(message, rules, standard=True):
    """What is wrong with an object by these rules, and with its standard keys if it has any."""
    required, optional = rules
    for key in required.keys() - message.keys():
        yield f"{key} is missing"
    if standard:
        for key in {"App-Name", "App-Version", "Event-Category", "Event-Name", "Msg-ID"}:
            if not message.get(key):
                yield f"{key} is missing"
    for key, value in message.items():
        check = required.get(key) or optional.get(key)
        if not check and key in kapi.STANDARD_KEYS and standard:
            check = is_text
        if not check:
            yield f"{key} is not a key of it"
        elif not check(value):
            yield f"{key} is {value!r}"
        elif value in ("", None) and key != "Terminators":
            yield f"{key} is empty"


def faults_of_command(message, generation):
    """Those of a command, and of the commands in it."""
    for fault in (*faults_of_frame(message), *faults_of_one(message, generation)):
        yield f"{message.get('Application-Name')}: {fault}"


def faults_of_frame(message):
    if (message.get("Event-Category"), message.get("Event-Name")) != ("call", "command"):
        yield "is not a command"
    for key in ("App-Name", "App-Version", "Msg-ID", "Server-ID"):
        if not message.get(key):
            yield f"{key} is missing"


def faults_of_one(command, generation):
    name = command.get("Application-Name")
    if name not in COMMANDS:
        yield "is not a command of KAZOO's, or not one that the peer can perform"
        return
    required, optional = COMMANDS[name]
    inserts = one_of("now") if name == "playstop" else one_of("tail", "head", "flush", "now")
    frame = {"Application-Name": is_text, "Call-ID": is_text}
    rules = (required | frame, optional | {"Insert-At": inserts})
    standard = {key: value for key, value in command.items() if key in kapi.STANDARD_KEYS}
    own = {
        key: value
        for key, value in command.items()
        if key not in kapi.STANDARD_KEYS or key == "Call-ID"
    }
    yield from faults_of(own, rules, standard=False)
    for key, value in standard.items():
        if not is_text(value) or not value:
            yield f"{key} is {value!r}"
    yield from faults_within(command, name, generation)


def faults_within(command, name, generation):
    if name == "queue":
        for one in command.get("Commands", ()):
            if one.get("Application-Name") == "queue":
                yield "a queue in a queue"
            for fault in faults_of_one(one, generation):
                yield f"{one.get('Application-Name')}: {fault}"
    elif name == "tones":
        for tone in command.get("Tones", ()):
            yield from faults_of(tone, TONE, standard=False)
    elif name == "bridge":
        for endpoint in command.get("Endpoints", ()):
            yield from faults_of_endpoint(endpoint)
    elif name == "record_call" and command.get("Record-Action") == "start":
        if not command.get("Media-Recording-ID"):
            yield "ecallmgr crashes without Media-Recording-ID"
    elif name == "store" and generation != "4.3":
        yield "ecallmgr does not know it"


def faults_of_endpoint(endpoint):
    yield from faults_of(endpoint, ENDPOINT, standard=False)
    address = ADDRESSES.get(endpoint.get("Invite-Format"))
    if address and not endpoint.get(address):
        yield f"an endpoint {endpoint.get('Invite-Format')} without {address}"
