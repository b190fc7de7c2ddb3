"""The peer's own tests of ecallmgr: which commands it refuses, how it performs the others, and its messages."""

import json
import uuid

import case
import commands
import ecallmgr
import kapi
import peer
import pika
import rabbit
from call_control import Channel, Leg

CALL = "a1b2@10.26.0.158"
KEYS = list("1234567890*#")
FRAME = {
    "Event-Category": "call",
    "Event-Name": "command",
    "App-Name": "kapps_call",
    "App-Version": "1.0.0",
    "Node": "pivot@piv1.example.com",
    "Server-ID": "pivot-call-7f00a1",
    "Msg-ID": "1",
    "Call-ID": CALL,
}
NOOP = {"Application-Name": "noop", "Call-ID": CALL, "Msg-ID": "marker"}


def command(application, **keys):
    own = {name.replace("_", "-"): value for name, value in keys.items()}
    return FRAME | {"Application-Name": application} | own


def play(name, **keys):
    return {
        "Application-Name": "play",
        "Call-ID": CALL,
        "Media-Name": name,
        "Terminators": KEYS,
    } | {key.replace("_", "-"): value for key, value in keys.items()}


# What each wrong command has, and what the peer says about it.
WRONGS = {
    "media-name": (command("play"), "Media-Name is missing"),
    "terminators": (play("a", Terminators="1#"), "Terminators is"),
    "terminator": (play("a", Terminators=["12"]), "Terminators is"),
    "loop": (play("a", Loop_Count=0), "Loop-Count is 0"),
    "loop as text": (play("a", Loop_Count="2"), "Loop-Count is '2'"),
    "voice": (command("tts", Text="a", Voice="alice"), "Voice is 'alice'"),
    "empty text": (command("tts", Text=""), "Text is empty"),
    "insert at": (command("answer", Insert_At="front"), "Insert-At is 'front'"),
    "playstop": (command("playstop", Insert_At="tail"), "Insert-At is 'tail'"),
    "key": (command("answer", Reason="x"), "Reason is not a key"),
    "application": (command("frobnicate"), "is not a command of KAZOO's"),
    "within": (command("queue", Commands=[{"Application-Name": "play"}]), "Call-ID is missing"),
    "nothing within": (command("queue", Commands=[]), "Commands is"),
    "tone": (command("tones", Tones=[{"Frequencies": ["440"]}]), "Duration-ON is missing"),
    "code": (command("respond", Response_Code=486), "Response-Code is 486"),
    "export": (
        command("set", Custom_Channel_Vars={}, Custom_Call_Vars={}, Export_All="true"),
        "Export-All is 'true'",
    ),
    "call vars": (command("set", Custom_Channel_Vars={}), "Custom-Call-Vars is missing"),
    "recording": (command("record_call", Record_Action="start"), "Media-Recording-ID"),
    "endpoints": (command("bridge", Endpoints=[]), "Endpoints is"),
    "format": (command("bridge", Endpoints=[{"Invite-Format": "sip"}]), "Invite-Format is 'sip'"),
    "route": (command("bridge", Endpoints=[{"Invite-Format": "route"}]), "without Route"),
    "no Msg-ID": (command("answer", Msg_ID=""), "Msg-ID is missing"),
    "category": (command("answer", Event_Category="dialplan"), "is not a command"),
}


class Clock:
    """A switch without a bus, whose time a test turns on."""

    generation, second = "4.3", 1

    def __init__(self):
        self.time, self.timers, self.events, self.legs, self.replies = 0, [], [], [], []

    def later(self, seconds, function):
        timer = [self.time + seconds, function]
        self.timers.append(timer)
        return timer

    def forget(self, timer):
        if timer in self.timers:
            self.timers.remove(timer)

    def pass_time(self, seconds):
        end = self.time + seconds
        while due := sorted(
            (timer for timer in self.timers if timer[0] <= end), key=lambda t: t[0]
        ):
            self.timers.remove(due[0])
            self.time = due[0][0]
            due[0][1]()
        self.time = end

    def emit(self, _channel, name, keys):
        about = keys.get("Application-Name") or keys.get("DTMF-Digit") or keys.get("Hangup-Cause")
        self.events.append(f"{name} {about or ''}".strip())

    def emit_of_leg(self, leg_id, name, keys):
        self.legs.append(f"{leg_id} {name} {keys.get('Hangup-Cause', '')}".strip())

    def reply(self, _request, _kind, keys):
        self.replies.append(keys["Response-Message"])

    def join(self, _channel, conference):
        self.events.append(f"joins {conference}")

    def leave(self, _channel, conference):
        self.events.append(f"leaves {conference}")

    def now(self):
        return self.time

    def new_leg(self):
        return "leg"


class CommandsOfKazoo(case.Case):
    def test_each_wrong_command_is_found(self):
        for name, (wrong, fault) in WRONGS.items():
            with self.subTest(name):
                faults = "\n".join(commands.faults_of_command(FRAME | wrong, "5"))
                self.assertIn(fault, faults)

    def test_what_kazoo_itself_sends_is_right(self):
        tone = {"Frequencies": ["440"], "Duration-ON": "500", "Duration-OFF": "100"}
        for right in (
            command("answer"),
            command("hangup", Insert_At="now"),
            command("queue", Commands=[NOOP, play("http://media.example.com/hi.mp3")]),
            command("tones", Tones=[tone]),
            command("respond", Response_Code="486", Response_Message="Busy"),
            command("set", Custom_Channel_Vars={"a": "b"}, Custom_Call_Vars={}, Insert_At="now"),
            command("record", Media_Name="a.mp3", Time_Limit=60, Silence_Hits="5"),
            command(
                "bridge", Endpoints=[{"Invite-Format": "route", "Route": "sip:a@b"}], Timeout=20
            ),
        ):
            self.assertEqual(list(commands.faults_of_command(right, "5")), [])

    def test_store_is_there_in_4_3_alone(self):
        store = command(
            "store",
            Media_Name="a",
            Media_Transfer_Method="put",
            Media_Transfer_Destination="http://a/",
        )
        self.assertEqual(list(commands.faults_of_command(store, "4.3")), [])
        self.assertIn("does not know it", "\n".join(commands.faults_of_command(store, "5")))


class CallsOfKazoo(case.Case):
    def setUp(self):
        self.clock = Clock()
        self.channel = Channel(self.clock, CALL, ("queue", None))

    def take(self, *commands):
        for one in commands:
            self.channel.take(one)

    def test_a_queue_is_performed_from_its_end(self):
        self.take(command("queue", Commands=[NOOP, play("b"), play("a")]))
        self.clock.pass_time(1)
        self.assertEqual(self.channel.performed, ["play a", "play b", "noop"])

    def test_the_head_comes_next_and_now_comes_at_once(self):
        self.channel.last("play", 1)
        self.take(play("a"), play("b"), play("c", Insert_At="head"))
        self.take(command("answer", Insert_At="now"))
        self.clock.pass_time(9)
        self.assertEqual(self.channel.performed, ["play a", "answer", "play c", "play b"])

    def test_flush_breaks_media_off_and_empties_the_queue(self):
        self.channel.last("play", 1)
        self.take(play("a"), play("b"), NOOP | {"Insert-At": "flush"})
        self.assertEqual(self.channel.performed, ["play a", "noop"])
        self.assertEqual(self.channel.broken, ["play a"])
        ends = ["CHANNEL_EXECUTE_COMPLETE play", "CHANNEL_EXECUTE_COMPLETE noop"]
        self.assertEqual(self.clock.events, ends)

    def test_a_terminator_ends_media_and_another_key_does_not(self):
        self.channel.last("play", 9)
        self.take(play("a", Terminators=["#"]), NOOP)
        self.channel.press("1")
        self.assertEqual(self.channel.performed, ["play a"])
        self.channel.press("#")
        self.assertEqual(self.channel.performed, ["play a", "noop"])

    def record(self):
        self.take(command("record", Media_Name="a", Terminators=KEYS))

    def test_a_recording_ends_by_silence(self):
        self.record()
        self.clock.pass_time(1)
        ends = ["RECORD_STOP record", "CHANNEL_EXECUTE_COMPLETE record"]
        self.assertEqual(self.clock.events[1:], ends)

    def test_a_recording_ends_by_a_key(self):
        self.channel.last("record", 9)
        self.record()
        self.channel.press("#")
        ends = ["DTMF #", "RECORD_STOP record", "CHANNEL_EXECUTE_COMPLETE record"]
        self.assertEqual(self.clock.events[1:], ends)

    def test_a_recording_ends_with_the_call(self):
        self.channel.last("record", 9)
        self.record()
        self.channel.hang_up()
        ends = ["RECORD_STOP record", "CHANNEL_DESTROY ORIGINATOR_CANCEL"]
        self.assertEqual(self.clock.events[1:], ends)

    def test_a_bridge_talks_and_goes_on_or_says_why_not(self):
        bridge = command("bridge", Endpoints=[{"Invite-Format": "route", "Route": "sip:bob@b"}])
        self.take(bridge)
        self.clock.pass_time(1)
        self.assertIn("CHANNEL_BRIDGE", self.clock.events)
        self.assertIsNone(self.channel.cause)
        self.channel.call("bob", Leg(cause="USER_BUSY"))
        self.take(bridge)
        self.clock.pass_time(1)
        self.assertEqual(self.clock.events[-1], "CHANNEL_EXECUTE_COMPLETE bridge")
        self.assertIsNone(self.channel.other_leg)
        self.channel.call("bob", Leg(rings=100))
        self.take(bridge | {"Timeout": 30})
        self.clock.pass_time(29)
        self.assertIsNotNone(self.channel.running)
        self.clock.pass_time(2)
        self.assertIsNone(self.channel.running)

    def test_whoever_is_called_has_the_id_that_the_bridge_gives_them(self):
        endpoints = [
            {"Invite-Format": "route", "Route": f"sip:{name}@b", "Outbound-Call-ID": name}
            for name in ("ann", "bob")
        ]
        self.channel.call("bob", Leg(rings=1, talks=100))
        self.take(command("bridge", Endpoints=endpoints))
        self.assertTrue(self.channel.is_own("bob"))
        self.clock.pass_time(2)
        self.assertEqual(self.channel.other_leg, "ann")
        self.assertEqual(
            self.clock.legs[2:], ["ann CHANNEL_ANSWER", "bob CHANNEL_DESTROY LOSE_RACE"][::-1]
        )
        self.take(command("hangup", Insert_At="now") | {"Call-ID": "ann"})
        self.assertIn("ann CHANNEL_DESTROY NORMAL_CLEARING", self.clock.legs)
        self.assertIsNone(self.channel.cause)

    def test_a_bridge_may_hang_the_caller_up_and_the_other_leg_alone(self):
        self.channel.call("bob", Leg(talks=100))
        bridge = command("bridge", Endpoints=[{"Invite-Format": "route", "Route": "sip:bob@b"}])
        self.take(bridge | {"Continue-After": False})
        self.clock.pass_time(1)
        self.take(command("hangup", Other_Leg_Only=True, Insert_At="now"))
        self.assertEqual(self.channel.cause, "NORMAL_CLEARING")

    def test_the_caller_hangs_up_at_a_command(self):
        self.channel.hang_up_at = 2
        self.take(command("answer"), play("a"))
        self.assertEqual(self.channel.performed, ["answer"])
        self.assertEqual(self.clock.events[-1], "CHANNEL_DESTROY NORMAL_CLEARING")

    def test_a_cue_comes_when_its_command_begins(self):
        self.channel.last("play", 9)
        self.channel.when("play b", lambda: self.channel.press("7"))
        self.take(play("a", Terminators=[]), play("b"))
        self.assertNotIn("DTMF 7", self.clock.events)
        self.clock.pass_time(9)
        self.assertIn("DTMF 7", self.clock.events)

    def test_a_conference_hides_keys(self):
        self.channel.last("conference", 5)
        self.take({"Application-Name": "conference", "Conference-ID": "room", "Call-ID": CALL})
        self.channel.press("1")
        self.clock.pass_time(9)
        self.assertEqual(self.clock.events[:2], ["joins room", "leaves room"])


class MessagesOfKazoo(case.Case):
    def open(self, generation):
        uri = self.node.uri(password=rabbit.PASSWORD)
        self.switch = ecallmgr.Ecallmgr(uri, generation)
        self.addCleanup(self.switch.close)
        self.channel = self.switch.open(f"{uuid.uuid4().hex}@10.26.0.158", 1)
        self.connection = peer.connect(uri)
        self.addCleanup(lambda: case.close(self.connection))
        self.bus = self.connection.channel()

    def send(self, message, exchange="callctl", pid=None, age_us=0):
        queue, own = self.channel.control
        message = message | {"Call-ID": self.channel.call_id, "Msg-ID": uuid.uuid4().hex}
        properties = pika.BasicProperties(
            content_type="application/json",
            timestamp=kapi.microseconds() - age_us,
            headers={"Deliver-To-PID": pid or own} if own else None,
        )
        self.bus.basic_publish(exchange, queue, json.dumps(message).encode(), properties)

    def test_commands_come_in_and_events_go_out_in_both_generations(self):
        for generation in peer.GENERATIONS:
            with self.subTest(generation):
                self.open(generation)
                events = self.bus.queue_declare("", exclusive=True).method.queue
                key = f"call.*.{kapi.encode(self.channel.call_id)}"
                self.bus.queue_bind(events, "callevt", key)
                self.send(command("answer"))
                self.assertTrue(self.switch.wait_for(lambda: self.channel.is_answered))
                names = []
                for _, properties, body in self.bus.consume(events, auto_ack=True):
                    self.assertEqual(kapi.text_header(properties, "call-id"), self.channel.call_id)
                    names.append(kapi.read(properties, body)["Event-Name"])
                    if len(names) == 2:
                        break
                self.assertEqual(names, ["CHANNEL_ANSWER", "CHANNEL_EXECUTE_COMPLETE"])
                self.bus.cancel()
                self.switch.check()

    def test_a_command_after_the_end_is_a_fault_unless_it_was_on_its_way(self):
        self.open("5")
        self.switch.do(self.channel.hang_up)
        self.send(command("answer"))
        self.send(command("progress"), age_us=-ecallmgr.LATE_US)
        self.assertTrue(self.switch.wait_for(lambda: self.switch.faults))
        self.assertIn("progress", self.switch.faults[0])
        self.assertRaises(AssertionError, self.switch.check)

    def test_a_command_to_another_process_or_through_another_exchange_is_a_fault(self):
        self.open("5")
        self.send(command("answer"), pid="<0.77.0>")
        self.assertTrue(self.switch.wait_for(lambda: self.switch.faults))
        self.assertFalse(self.channel.is_answered)
        self.send(command("answer"), exchange="")
        self.assertTrue(self.switch.wait_for(lambda: len(self.switch.faults) > 1))

    def test_events_are_lost_by_a_seed(self):
        self.open("5")
        self.switch.lose_at_random(1, 0.5)
        for _ in range(20):
            self.send(command("progress"))
        self.assertTrue(self.switch.wait_for(lambda: len(self.channel.performed) == 20))
        self.assertGreater(len(self.switch.lost), 5)
        self.assertLess(len(self.switch.lost), 35)
