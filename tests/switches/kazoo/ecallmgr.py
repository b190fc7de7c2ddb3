"""The node that drives the switch, as a peer: it performs the commands of calls and tells their events.

Beside it are what answers TwiML's other requests: stepswitch, which dials numbers, and the application of conferences.

In 4.3 each call has a control queue of its own, with a plain name. In master and KAZOO 5 calls share a queue, and the header
Deliver-To-PID tells whose command it is. What is wrong with a command is collected in `faults`.
"""

import json
import random
import threading
import time
import uuid

import commands
import kapi
import peer
import pika
from call_control import Channel

GREGORIAN = 62167219200
LATE_US = 2_000_000  # what was on its way when the call ended is allowed
REMOVED_FROM_CDR = {
    "App-Name",
    "App-Version",
    "Event-Category",
    "Event-Name",
    "Msg-ID",
    "Node",
    "Custom-Channel-Vars",
}


class Ecallmgr:
    """`second` is how long a second of a dial's timeout lasts here."""

    def __init__(self, uri, generation="5", second=0.02):
        self.uri, self.generation, self.second = uri, generation, second
        self.node = f"ecallmgr@{uuid.uuid4().hex[:8]}"
        self.channels, self.by_control, self.faults, self.msg_ids = {}, {}, [], set()
        self.offnets, self.discoveries, self.statuses, self.lost = [], [], [], []
        self.loses = lambda _name: False
        self.changed = threading.Condition()
        self.connect()

    # The connection, which a case may lose.

    def connect(self):
        self.is_closing = False
        self.connection = peer.connect(self.uri)
        self.bus = self.connection.channel()
        peer.declare_exchanges(self.bus)
        if self.generation != "4.3":
            self.shared = f"ecallmgr_call_control@{self.node}"
            self.consume(self.shared, "callctl", self.shared, self.on_command)
        self.consume("", "callevt", "call.status_req.#", self.on_status)
        self.consume("", "resources", "offnet.resource.req.#", self.on_offnet)
        self.consume("", "conference", "conference.discovery", self.on_discovery)
        for channel in self.channels.values():
            self.open_control_queue(channel)
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def consume(self, queue, exchange, key, callback):
        queue = self.bus.queue_declare(queue, auto_delete=True).method.queue
        self.bus.queue_bind(queue, exchange, key)
        self.bus.basic_consume(queue, callback, auto_ack=True)
        return queue

    def run(self):
        try:
            while not self.is_closing:
                self.connection.process_data_events(time_limit=0.1)
        except pika.exceptions.AMQPError as error:
            if not self.is_closing:
                self.fault(f"ecallmgr lost its connection: {error!r}")

    def disconnect(self):
        self.is_closing = True
        self.thread.join()
        try:
            self.connection.close()
        except pika.exceptions.AMQPError:
            pass  # a broker that is gone

    close = disconnect

    def in_thread(self, function, *arguments):
        """Runs it where the connection may be used."""
        done, result = threading.Event(), []

        def run():
            try:
                result.append(function(*arguments))
            finally:
                done.set()

        self.connection.add_callback_threadsafe(run)
        assert done.wait(peer.WAIT_SECONDS), "the thread of ecallmgr is stuck"
        return result[0]

    # Calls.

    def open(self, call_id, number):
        """A new call, which rings."""
        pid = None if self.generation == "4.3" else f"<0.{number}.1>"
        name = f"{self.node}-{number}" if pid is None else self.shared
        channel = Channel(self, call_id, (name, pid), fetch_id=str(uuid.uuid4()))
        with self.changed:
            self.channels[call_id] = channel
            self.by_control[channel.control] = channel
        self.in_thread(self.open_control_queue, channel)
        return channel

    def open_control_queue(self, channel):
        queue, pid = channel.control
        if pid is None and not channel.cause:
            self.consume(queue, "callctl", queue, self.on_command)

    @staticmethod
    def control_queue_of(channel):
        queue, pid = channel.control
        return f"pid://{pid}/{queue}" if pid else queue

    def replace(self, channel, call_id):
        """The channel goes on under another id, as after an attended transfer."""
        keys = {
            "Replaced-By": call_id,
            "Custom-Channel-Vars": {"Fetch-ID": channel.fetch_id},
        }
        self.emit(channel, "CHANNEL_REPLACED", keys)
        with self.changed:
            self.channels[call_id] = channel
            channel.call_id = call_id

    # Commands.

    def on_command(self, _bus, method, properties, body):
        with self.changed:
            try:
                command = kapi.read(properties, body)
            except (ValueError, OSError) as error:
                self.fault(f"{body!r}: {error}")
                return
            pid = kapi.text_header(properties, "Deliver-To-PID")
            channel = self.by_control.get((method.routing_key, pid))
            faults = [
                *kapi.faults_of_properties(properties),
                *commands.faults_of_command(command, self.generation),
                *self.faults_of_address(channel, method, properties, command),
            ]
            for fault in faults:
                self.fault(f"{fault}: {command}")
            if channel and not faults:
                channel.take(command)
            self.changed.notify_all()

    def faults_of_address(self, channel, method, properties, command):
        pid = kapi.text_header(properties, "Deliver-To-PID")
        if method.exchange != "callctl":
            yield f"came through the exchange {method.exchange}"
        if channel is None:
            yield f"no call has the queue {method.routing_key} and the process {pid}"
            return
        for one in (
            channel.leaves_of(command) if isinstance(command.get("Commands", []), list) else []
        ):
            if not channel.is_own(one.get("Call-ID")):
                yield f"{one.get('Call-ID')} is not a leg of {channel.call_id} now: {channel.performed}"
        if command.get("Msg-ID") in self.msg_ids:
            yield f"Msg-ID {command.get('Msg-ID')} twice"
        self.msg_ids.add(command.get("Msg-ID"))
        if channel.lost_at is not None and (properties.timestamp or 0) > channel.lost_at + LATE_US:
            yield f"the call ended or was taken away before ({channel.cause})"

    def on_status(self, _bus, _method, properties, body):
        request = self.read("channel_status_req", commands.STATUS, properties, body)
        channel = self.channels.get(request.get("Call-ID"))
        if channel:
            is_there = not channel.cause and request["Call-ID"] == channel.call_id
            status = {"Status": "active" if is_there else "terminated"}
            keys = status | {"Call-ID": request["Call-ID"]}
            self.reply(request, ("call_event", "channel_status_resp"), keys)
        with self.changed:
            self.statuses.append(request.get("Call-ID"))
            self.changed.notify_all()

    def read(self, name, rules, properties, body):
        request = kapi.read(properties, body)
        with self.changed:
            for fault in (
                *kapi.faults_of_properties(properties),
                *commands.faults_of(request, rules),
            ):
                self.fault(f"{name}: {fault}: {request}")
        return request

    def on_offnet(self, _bus, _method, properties, body):
        request = self.read("offnet_req", commands.OFFNET, properties, body)
        with self.changed:
            self.offnets.append(request)
            channel = self.channels.get(request.get("Call-ID"))
            if not channel:
                return  # that of another node
            if request.get("Control-Queue") != self.control_queue_of(channel):
                self.fault(f"offnet_req: the Control-Queue is not that of the call: {request}")
                return
            endpoint = {"Invite-Format": "route", "Route": request["To-DID"]}
            if "Outbound-Call-ID" in request:
                endpoint["Outbound-Call-ID"] = request["Outbound-Call-ID"]
            command = {
                "Application-Name": "bridge",
                "Endpoints": [endpoint],
                "Timeout": request.get("Timeout", 30),
                "offnet": request,
            }
            leg = channel.found(channel.legs, command, None)
            if leg and leg.cause == "NO_ROUTE_DESTINATION":
                keys = {"Response-Message": leg.cause, "Response-Code": "sip:404"}
                keys["Call-ID"] = channel.call_id
                self.reply(request, ("resource", "offnet_resp"), keys)
            else:
                channel.put([command])
                channel.advance()
            self.changed.notify_all()

    def on_discovery(self, _bus, _method, properties, body):
        request = self.read("discovery_req", commands.DISCOVERY, properties, body)
        with self.changed:
            self.discoveries.append(request)
            channel = self.channels.get(request.get("Call", {}).get("Call-ID"))
            if not channel:
                return  # that of another node
            conference = request.get("Conference-ID") or uuid.uuid4().hex
            channel.put([{"Application-Name": "conference", "Conference-ID": conference}])
            channel.advance()
            self.changed.notify_all()

    # What a channel needs.

    def later(self, seconds, function):
        def run():
            with self.changed:
                function()
                self.changed.notify_all()

        return self.connection.call_later(seconds, run)

    def forget(self, timer):
        self.connection.remove_timeout(timer)

    def now(self):
        return kapi.microseconds()

    def new_leg(self):
        return f"{uuid.uuid4().hex}-b@10.26.0.158"

    def emit(self, channel, name, keys):
        event = self.event_of(channel.call_id, name, keys)
        if name == "CHANNEL_DESTROY":
            channel.destroyed = event
        if self.loses(name):
            self.lost.append(name)
            return
        self.publish_event(channel.call_id, event)

    def emit_of_leg(self, leg_id, name, keys):
        self.publish_event(leg_id, self.event_of(leg_id, name, keys))

    def refuse(self, channel, command):
        """What ecallmgr says about a command that it does not perform."""
        error = self.event_of(channel.call_id, "dialplan", {"Request": command}, "ecallmgr")
        error |= {"Event-Category": "error", "Error-Message": "invalid media"}
        self.publish_event(channel.call_id, error | {"Msg-ID": command["Msg-ID"]})

    def event_of(self, call_id, name, keys, application="freeswitch"):
        return {
            "Event-Category": "call_event",
            "Event-Name": name,
            "Call-ID": call_id,
            "Msg-ID": str(kapi.microseconds()),
            "Timestamp": int(time.time()) + GREGORIAN,
            "App-Name": application,
            "App-Version": "1.0",
            "Node": self.node,
            "Switch-Nodename": "freeswitch@fs1.example.com",
            "Call-Direction": "inbound",
            "Caller-ID-Name": "Ann Lee",
            "Caller-ID-Number": "+14155550100",
        } | keys

    def publish_event(self, call_id, event):
        """Only in the thread of the connection."""
        key = f"call.{event['Event-Name']}.{kapi.encode(call_id)}"
        self.publish("callevt", key, event, headers={"call-id": call_id.encode()})

    def reply(self, request, kind, keys):
        queue, pid = kapi.split_queue(request["Server-ID"])
        message = {
            "Event-Category": kind[0],
            "Event-Name": kind[1],
            "App-Name": "ecallmgr",
            "App-Version": "4.0.0",
            "Node": self.node,
            "Msg-ID": request["Msg-ID"],
        }
        headers = {"Deliver-To-PID": pid} if pid else None
        self.publish("targeted", queue, message | keys, headers=headers)

    def publish(self, exchange, key, message, **properties):
        properties = {
            "content_type": "application/json",
            "timestamp": kapi.microseconds(),
        } | properties
        body = json.dumps(message).encode()
        self.bus.basic_publish(exchange, key, body, pika.BasicProperties(**properties))

    def join(self, channel, conference):
        for event in ("conference-create", "add-member"):
            self.emit_conference(channel, conference, event)

    def leave(self, channel, conference):
        for event in ("del-member", "conference-destroy"):
            self.emit_conference(channel, conference, event)

    def emit_conference(self, channel, conference, event):
        account = "4642d64460dfba89f0938fa7736c6d1b"
        key = f"conference.event.{event}.{account}.{conference}.{kapi.encode(channel.call_id)}"
        message = self.event_of(channel.call_id, "event", {"Event": event})
        message |= {
            "Event-Category": "conference",
            "Conference-ID": conference,
            "Participant-ID": 1,
            "Account-ID": account,
        }
        self.publish("conference", key, message)

    # What a test asks and does.

    def do(self, function, *arguments):
        """A deed of a caller or of another application."""

        def run():
            with self.changed:
                function(*arguments)
                self.changed.notify_all()

        self.in_thread(run)

    def lose_at_random(self, seed, share):
        dice = random.Random(seed)
        self.loses = lambda _name: dice.random() < share

    def wait_for(self, is_so, seconds=peer.WAIT_SECONDS):
        with self.changed:
            return self.changed.wait_for(is_so, seconds)

    def fault(self, text):
        with self.changed:
            self.faults.append(text)
            self.changed.notify_all()

    def check(self):
        assert not self.faults, "\n".join(self.faults[:20])


def cdr_of(channel):
    """What a CDR says of the call: the last event less what KAZOO leaves out."""
    return {
        name: value for name, value in channel.destroyed.items() if name not in REMOVED_FROM_CDR
    }
