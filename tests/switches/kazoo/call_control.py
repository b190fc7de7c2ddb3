"""One call as ecallmgr and its switch have it: a queue of commands, the channel, and what the caller does.

It does no I/O. What it needs of its switch is `later(seconds, function)`, which returns what `forget` takes,
`emit(channel, name, keys)` for an event of the call, `emit_of_leg` for those of other legs, `refuse` for an error about a command, and `reply`, `join` and
`leave` for the applications beside it. Media last as long as a test says, and by default a moment.
"""

import collections

MOMENT_SECONDS = 0.01
MEDIA = ("play", "tts", "tones", "record", "hold")
FOREVER = 86400
SIP_CODES = {
    "USER_BUSY": "sip:486",
    "NO_ANSWER": "sip:480",
    "CALL_REJECTED": "sip:603",
    "UNALLOCATED_NUMBER": "sip:404",
}
CAUSES = {"486": "USER_BUSY", "503": "SERVICE_UNAVAILABLE"}


class Leg:
    """Who is called: they answer after a while and talk for a while, or there is a cause why they do not."""

    def __init__(self, rings=MOMENT_SECONDS, talks=MOMENT_SECONDS, cause=None):
        self.rings, self.talks, self.cause = rings, talks, cause


def name_of(command):
    """What a command is about, in a word."""
    application = command["Application-Name"]
    if application == "bridge":
        return " ".join(
            endpoint.get("Route") or endpoint.get("Endpoint-URI") or endpoint.get("To-User") or ""
            for endpoint in command["Endpoints"]
        )
    for key in ("Media-Name", "Text", "Conference-ID", "Response-Code", "DTMFs"):
        if key in command:
            return command[key]
    return ""


def describe(command):
    return f"{command['Application-Name']} {name_of(command)}".strip()


class Performance:
    """A command that is being performed."""

    def __init__(self, channel, command, is_beside):
        self.channel, self.command, self.is_beside = channel, command, is_beside
        self.timer = None
        self.leg = None  # whom a bridge has reached
        self.leg_ids = []  # of those whom it calls
        self.has_ended = False

    @property
    def application(self):
        return self.command["Application-Name"]

    def after(self, seconds, function, *arguments):
        self.stop_timer()

        def fire():
            self.timer = None
            function(*arguments)

        self.timer = self.channel.switch.later(seconds, fire)

    def stop_timer(self):
        if self.timer is not None:
            self.channel.switch.forget(self.timer)
            self.timer = None

    def end(self, response="", **keys):
        if self.has_ended:
            return
        self.drop()
        keys = {name.replace("_", "-"): value for name, value in keys.items()}
        self.channel.emit(
            "CHANNEL_EXECUTE_COMPLETE",
            {"Application-Name": self.application, "Application-Response": response} | keys,
        )
        self.channel.advance()

    def drop(self):
        """Ends it without an event."""
        self.has_ended = True
        self.stop_timer()
        self.channel.performances.remove(self)
        self.channel.end_legs(self, "NORMAL_CLEARING" if self.leg else "ORIGINATOR_CANCEL")


class Channel:
    def __init__(self, switch, call_id, control, fetch_id=""):
        self.switch, self.call_id, self.control, self.fetch_id = switch, call_id, control, fetch_id
        self.other_leg = None
        self.leg_ids = set()  # of all whom its bridges have called
        self.is_answered = False
        self.cause = None  # of its end
        self.destroyed = None  # the event of its end
        self.lost_at = None  # microseconds: since when nobody may command it
        self.queue = collections.deque()
        self.performances = []
        self.variables = {}
        self.arrived = []  # commands, in the order in which they are to be performed
        self.performed = []  # those that began, each in words
        self.moments = []  # when they began, and when the call ended
        self.broken = []  # those that were broken off, each in words
        self.cues, self.lengths, self.legs = [], {}, {}
        self.hang_up_at = None  # the caller hangs up when so many commands have arrived
        self.falls_silent = False  # a recording ends by silence, even one of words
        self.refused = None  # words of a command that is not performed, which an error says
        self.swallowed = None  # the same, and nothing says it

    # What a test says beforehand.

    def when(self, words, deed):
        """The next command that begins, and is about these words, makes the deed happen."""
        self.cues.append((words, deed))

    def last(self, words, seconds):
        """Media about these words last so long."""
        self.lengths[words] = seconds

    def call(self, words, leg):
        """How somebody who is called answers."""
        self.legs[words] = leg

    def found(self, table, command, otherwise):
        text = describe(command)
        return next((value for words, value in table.items() if words in text), otherwise)

    # Commands.

    def take(self, command):
        leaves = self.leaves_of(command)
        self.arrived += leaves
        if self.hang_up_at is not None and len(self.arrived) >= self.hang_up_at:
            self.hang_up()
            return
        if self.is_about(self.swallowed, leaves):
            return
        if self.is_about(self.refused, leaves):
            self.switch.refuse(self, command)
            return
        insert_at = command.get("Insert-At", "tail")
        if insert_at == "now":
            for leaf in leaves:
                self.begin(leaf, is_beside=True)
        elif insert_at == "head":
            self.queue.extendleft(reversed(leaves))
        else:
            self.put(leaves, is_flush=insert_at == "flush")
        self.advance()

    @staticmethod
    def is_about(words, leaves):
        return words is not None and any(words in describe(leaf) for leaf in leaves)

    def leaves_of(self, command):
        if command["Application-Name"] != "queue":
            return [command]
        leaves = list(command["Commands"])
        return leaves if command.get("Insert-At") in ("now", "head") else leaves[::-1]

    def put(self, leaves, is_flush=False):
        if is_flush:
            self.queue.clear()
            self.break_media()
        self.queue.extend(leaves)

    @property
    def running(self):
        return next((one for one in self.performances if not one.is_beside), None)

    def advance(self):
        while self.queue and not self.running and not self.cause:
            self.begin(self.queue.popleft())

    def begin(self, command, is_beside=False):
        if self.cause:
            return
        self.performed.append(describe(command))
        self.moments.append(self.switch.now())
        performance = Performance(self, command, is_beside)
        self.performances.append(performance)
        getattr(self, f"perform_{performance.application}")(performance)
        self.cue(command)

    def cue(self, command):
        text = describe(command)
        for cue in list(self.cues):
            if cue[0] in text and cue in self.cues:
                self.cues.remove(cue)
                cue[1]()
                return

    def break_media(self):
        """As uuid_break does: all media of the channel."""
        for one in list(self.performances):
            if one.application in MEDIA:
                self.broken.append(describe(one.command))
                self.end_media(one, "FILE PLAYED")

    # Each application.

    def perform_answer(self, performance):
        self.answer()
        performance.end()

    def answer(self):
        if not self.is_answered:
            self.is_answered = True
            self.emit("CHANNEL_ANSWER", {})

    def perform_noop(self, performance):
        performance.end(performance.command.get("Msg-ID", ""))

    def perform_progress(self, performance):
        self.emit("CHANNEL_PROGRESS_MEDIA", {})
        performance.end()

    def perform_play(self, performance):
        self.last_for(performance, self.length_of(performance.command))

    perform_tts = perform_tones = perform_hold = perform_play

    def length_of(self, command):
        is_endless = command.get("Endless-Playback") in (True, "true")
        if is_endless or command["Application-Name"] == "hold":
            return FOREVER
        return self.found(self.lengths, command, MOMENT_SECONDS) * command.get("Loop-Count", 1)

    def last_for(self, performance, seconds):
        performance.after(seconds, self.end_media, performance, "FILE PLAYED")

    def end_media(self, performance, response, terminator=""):
        if performance.application == "record":
            self.stop_record(performance, terminator, is_silent=False)
        performance.end(response)

    def perform_record(self, performance):
        """It ends by silence, unless a test says that the caller goes on speaking."""
        seconds = self.found(self.lengths, performance.command, None)
        self.switch.emit(self, "RECORD_START", {"Application-Name": "record"})
        if seconds is None or self.falls_silent:
            performance.after(MOMENT_SECONDS, self.end_in_silence, performance)
        else:
            self.last_for(performance, seconds)

    def end_in_silence(self, performance):
        self.stop_record(performance, "", is_silent=True)
        performance.end("FILE RECORDED")

    def stop_record(self, performance, terminator, is_silent):
        path = f"/tmp/{performance.command['Media-Name']}"
        length = self.found(self.lengths, performance.command, 0) * 1000
        event = {
            "Application-Name": "record",
            "Application-Response": path,
            "Length": str(int(length)),
            "Silence-Terminated": is_silent,
            "Recording": {"File-Path": path, "File-MilliSeconds": str(int(length))},
        }
        if terminator:
            event["Terminator"] = terminator
        self.emit("RECORD_STOP", event)

    def perform_record_call(self, performance):
        is_start = performance.command["Record-Action"] == "start"
        if is_start or performance.command["Record-Action"] == "stop":
            self.emit("RECORD_START" if is_start else "RECORD_STOP", {})
        performance.end()

    def perform_store(self, performance):
        performance.end()

    def perform_set(self, performance):
        command = performance.command
        for key in ("Custom-Channel-Vars", "Custom-Call-Vars", "Custom-Application-Vars"):
            self.variables |= command.get(key, {})
        performance.end()

    def perform_send_dtmf(self, performance):
        performance.end()

    def perform_park(self, performance):
        performance.end()

    def perform_playstop(self, performance):
        performance.drop()
        self.break_media()

    def perform_hangup(self, performance):
        command = performance.command
        leg_id = command.get("Call-ID", self.call_id)
        if command.get("Other-Leg-Only") in (True, "true"):
            performance.drop()
            self.hang_up_other_leg()
        elif leg_id != self.call_id:
            performance.drop()
            if any(leg_id in one.leg_ids for one in self.performances):
                self.hang_up_other_leg()
        else:
            self.end(command.get("Hangup-Cause", "NORMAL_CLEARING"))

    def perform_respond(self, performance):
        code = performance.command["Response-Code"]
        self.end(CAUSES.get(code, "NORMAL_TEMPORARY_FAILURE"), f"sip:{code}")

    # Other people.

    def perform_bridge(self, performance):
        command = performance.command
        leg = self.found(self.legs, command, Leg())
        limit = int(command.get("Timeout", 20)) * self.switch.second
        for endpoint in command["Endpoints"]:
            performance.leg_ids.append(endpoint.get("Outbound-Call-ID") or self.switch.new_leg())
            self.leg_ids.add(performance.leg_ids[-1])
            self.emit_of_leg(performance.leg_ids[-1], "CHANNEL_CREATE")
        if leg.cause:
            performance.after(leg.rings, self.fail_bridge, performance, leg.cause)
        elif leg.rings > limit:
            performance.after(limit, self.fail_bridge, performance, "NO_ANSWER")
        else:
            performance.after(leg.rings, self.connect, performance, leg)

    def emit_of_leg(self, leg_id, name, **keys):
        """An event of another channel, whose other leg this is."""
        keys = {name.replace("_", "-"): value for name, value in keys.items()}
        self.switch.emit_of_leg(leg_id, name, keys | {"Other-Leg-Call-ID": self.call_id})

    def end_legs(self, performance, cause):
        for leg_id in performance.leg_ids:
            self.emit_of_leg(leg_id, "CHANNEL_DESTROY", Hangup_Cause=cause)
        performance.leg_ids = []

    def fail_bridge(self, performance, cause):
        self.end_legs(performance, cause)
        self.reply_offnet(performance, cause)
        performance.end(cause, Hangup_Cause=cause, Hangup_Code=SIP_CODES.get(cause, "sip:500"))

    def connect(self, performance, leg):
        performance.leg = leg
        self.other_leg = performance.leg_ids.pop(0)
        self.end_legs(performance, "LOSE_RACE")
        performance.leg_ids = [self.other_leg]
        self.emit_of_leg(self.other_leg, "CHANNEL_ANSWER")
        if self.switch.generation == "4.3":
            self.emit("LEG_CREATED", {"Other-Leg-Call-ID": self.other_leg})
        self.answer()
        ids = {"Bridge-A-Unique-ID": self.call_id, "Bridge-B-Unique-ID": self.other_leg}
        self.emit("CHANNEL_BRIDGE", ids | {"Other-Leg-Call-ID": self.other_leg})
        performance.after(leg.talks, self.disconnect, performance)

    def disconnect(self, performance):
        self.emit("CHANNEL_UNBRIDGE", {"Other-Leg-Call-ID": self.other_leg})
        self.end_legs(performance, "NORMAL_CLEARING")
        self.other_leg = None
        goes_on = performance.command.get("Continue-After") not in (False, "false")
        self.reply_offnet(performance, "SUCCESS")
        performance.end("NORMAL_CLEARING", Bridge_Hangup_Cause="NORMAL_CLEARING")
        if not goes_on:
            self.end("NORMAL_CLEARING")

    def reply_offnet(self, performance, message):
        request = performance.command.get("offnet")
        if request:
            code = "sip:200" if message == "SUCCESS" else SIP_CODES.get(message, "sip:500")
            self.switch.reply(
                request,
                ("resource", "offnet_resp"),
                {"Response-Message": message, "Response-Code": code, "Call-ID": self.call_id},
            )

    def hang_up_other_leg(self):
        for one in list(self.performances):
            if one.leg:
                one.stop_timer()
                self.disconnect(one)
            elif one.application == "bridge":
                one.stop_timer()
                self.fail_bridge(one, "ORIGINATOR_CANCEL")

    def perform_conference(self, performance):
        self.switch.join(self, performance.command["Conference-ID"])
        seconds = self.found(self.lengths, performance.command, MOMENT_SECONDS)
        performance.after(seconds, self.leave, performance)

    def leave(self, performance):
        self.switch.leave(self, performance.command["Conference-ID"])
        performance.end()

    # The caller, and the end.

    def press(self, keys):
        for key in keys:
            if self.cause:
                return
            if not any(one.application == "conference" for one in self.performances):
                self.emit("DTMF", {"DTMF-Digit": key, "DTMF-Duration": 2000})
            for one in list(self.performances):
                if one.application in MEDIA and key in (one.command.get("Terminators") or ""):
                    self.end_media(one, "FILE PLAYED", key)

    def hang_up(self):
        self.end("NORMAL_CLEARING" if self.is_answered else "ORIGINATOR_CANCEL")

    def end(self, cause, code="sip:200"):
        if self.cause:
            return
        for one in list(self.performances):
            if one.application == "record":
                self.stop_record(one, "", is_silent=False)
            if one.application == "conference":
                self.switch.leave(self, one.command["Conference-ID"])
            one.drop()
        self.cause = cause
        self.moments.append(self.switch.now())
        self.queue.clear()
        self.lose()
        self.emit(
            "CHANNEL_DESTROY",
            {
                "Hangup-Cause": cause,
                "Hangup-Code": code,
                "Disposition": "ANSWER" if self.is_answered else "CANCEL",
                "Duration-Seconds": "7",
                "Billing-Seconds": "5" if self.is_answered else "0",
                "Ringing-Seconds": "2",
                "Custom-Channel-Vars": {"Fetch-ID": self.fetch_id, "Account-ID": "4642d644"},
                "Custom-Application-Vars": {"tenant": "blue"},
            },
        )

    def lose(self):
        """From now on nobody but its new controller may command it."""
        if self.lost_at is None:
            self.lost_at = self.switch.now()

    def is_own(self, call_id):
        """Whether its control takes commands for this leg, which may just have gone."""
        return call_id == self.call_id or call_id in self.leg_ids

    def emit(self, name, keys):
        self.switch.emit(self, name, keys)
