"""A pivot for the peer's own test: as small as can be, right or wrong in one way.

The Voice-URI tells it what to answer: flow:JSON, fail: or silence:.
"""

import json
import threading
import uuid

import kapi
import peer
import pika

QUEUE = "pivot_listener"
QUEUE_ARGUMENTS = {"x-max-length": 100, "x-message-ttl": 60000}

# What each kind of wrong responder has, and what the peer says about it.
WRONGS = {
    "both": "failed after processing",
    "twice": "processing twice",
    "flow first": "CHANNEL_PIVOT before processing",
    "flow twice": "CHANNEL_PIVOT twice",
    "flow after failed": "CHANNEL_PIVOT after failed",
    "late": "processing after timed out",
    "no Deliver-To-PID": "Deliver-To-PID is None",
    "no call-id": "the header call-id is None",
    "no Msg-ID": "Msg-ID is missing",
    "the same Msg-ID": "Msg-ID .* twice",
    "null": "Node is None",
    "empty": "Node is empty",
    "another key": "Reason is not a key",
    "another category": "is not a message that a pivot sends",
    "another call": "of a call that did not ask",
    "another application": "App-Name and -Version: kapps_call 4.0.0",
    "Server-ID": "Server-ID asks",
    "charset": "content_type is",
    "seconds": "timestamp is",
    "persistent": "delivery_mode is 2",
    "correlation": "correlation_id is",
    "object": "Application-Data is .*, not a string",
    "array": "not the text of a flow",
    "not JSON": "not the text of a flow",
    "raw key": "the routing key is",
    "advertises": "nobody asked for this: nodes",
    "cut body": "Expecting|Unterminated",
    "double key": "a key is there twice",
}


class Responder:
    def __init__(self, uri, wrong=None):
        self.wrong = wrong
        self.connection = peer.connect(uri)
        self.channel = self.connection.channel()
        self.channel.confirm_delivery()  # so what goes to several queues arrives in its order
        peer.declare_exchanges(self.channel)
        self.channel.queue_declare(QUEUE, auto_delete=True, arguments=QUEUE_ARGUMENTS)
        self.channel.queue_bind(QUEUE, "callmgr", "pivot.req.*")
        self.channel.basic_consume(QUEUE, self.on_request, auto_ack=True)
        self.is_closing = False
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.is_closing:
            self.connection.process_data_events(time_limit=0.05)

    def close(self):
        self.is_closing = True
        self.thread.join()
        self.connection.close()

    def on_request(self, _channel, _method, properties, body):
        request = kapi.read(properties, body)
        call, kind = request["Call"], request["Voice-URI"].partition(":")
        if kind[0] == "fail":
            self.reply(call, "failed")
            if self.wrong == "flow after failed":
                self.send_flow(call, "{}")
        elif kind[0] == "flow":
            self.answer(call, kind[2])

    def answer(self, call, flow):
        if self.wrong == "flow first":
            self.send_flow(call, flow)
        if self.wrong == "late":
            self.connection.sleep(1)
        self.reply(call, "processing")
        if self.wrong in ("both", "twice"):
            self.reply(call, "failed" if self.wrong == "both" else "processing")
        if self.wrong == "advertises":
            self.publish("nodes", "", {"Event-Name": "advertise"}, {})
        if self.wrong != "flow first":
            self.send_flow(call, flow)
        if self.wrong == "flow twice":
            self.send_flow(call, flow)

    def reply(self, call, name):
        queue, pid = kapi.split_queue(call["Controller-Queue"])
        message = {"Event-Category": "pivot", "Event-Name": name}
        message["App-Name"] = "translator" if name == "processing" else "pivot"
        headers = {"Deliver-To-PID": pid} if pid else {}
        if self.wrong == "no Deliver-To-PID":
            headers = {}
        self.publish("targeted", queue, message | self.frame(call), headers)

    def send_flow(self, call, flow):
        call_id = call["Call-ID"]
        message = {
            "Event-Category": "call_event",
            "Event-Name": "CHANNEL_PIVOT",
            "App-Name": "translator",
        }
        message["Application-Data"] = {
            "object": json.loads(flow),
            "array": "[]",
            "not JSON": "{",
        }.get(self.wrong, flow)
        key = call_id if self.wrong == "raw key" else kapi.encode(call_id)
        headers = {} if self.wrong == "no call-id" else {"call-id": call_id.encode()}
        self.publish("callevt", f"call.CHANNEL_PIVOT.{key}", message | self.frame(call), headers)

    def frame(self, call):
        frame = {
            "App-Version": "4.0.0",
            "Node": "pivot@piv1.example.com",
            "Msg-ID": uuid.uuid4().hex,
        }
        frame["Call-ID"] = call["Call-ID"]
        return frame | {
            "no Msg-ID": {"Msg-ID": ""},
            "the same Msg-ID": {"Msg-ID": "1"},
            "null": {"Node": None},
            "empty": {"Node": ""},
            "another key": {"Reason": "timeout"},
            "another category": {"Event-Category": "call"},
            "another call": {"Call-ID": "another"},
            "another application": {"App-Name": "kapps_call"},
            "Server-ID": {"Server-ID": "q"},
        }.get(self.wrong, {})

    def publish(self, exchange, key, message, headers):
        if self.wrong == "no Msg-ID":
            message.pop("Msg-ID", None)
        properties = {"content_type": "application/json", "timestamp": kapi.microseconds()}
        properties |= {
            "charset": {"content_type": "application/json; charset=utf-8"},
            "seconds": {"timestamp": kapi.microseconds() // 1_000_000},
            "persistent": {"delivery_mode": 2},
            "correlation": {"correlation_id": "1"},
        }.get(self.wrong, {})
        body = json.dumps(message)
        if self.wrong == "cut body":
            body = body[:-2]
        if self.wrong == "double key":
            body = body.replace("{", '{"Node":"n@h",', 1)
        self.channel.basic_publish(
            exchange,
            key,
            body.encode(),
            pika.BasicProperties(headers=headers or None, **properties),
        )
