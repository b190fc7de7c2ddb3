"""KAZOO's callflow as a peer: it asks for pivots, waits as `cf_pivot` and `cf_exe` do, and judges.

It speaks the two generations of the bus. In 4.3 each call has a queue of its own, with a plain
name. In master and KAZOO 5 calls share a queue, and the header Deliver-To-PID tells whose message it is;
call events come once to a node, by a consistent hash of their header call-id.

What is wrong with the answers is collected in `faults`; `check` raises if there is anything.
"""

import collections
import json
import threading
import time
import uuid

import kapi
import pika

PATIENCE_SECONDS = 15  # cf_pivot has ten; the others are for a busy machine
WAIT_SECONDS = 60  # only a failing test waits as long
TOPICS = ("callmgr", "callevt", "resources", "conference", "notifications")
DIRECTS = ("targeted", "callctl")
ENDS = ("flow", "failed", "timed out")
MARKER = {"marker": "all before it has been heard"}
GENERATIONS = ("4.3", "5")
STATUS_REQUEST = "channel_status_req"  # ecallmgr judges it
OTHERS = ("freeswitch", "ecallmgr", "konami")  # applications whose events callflow only relays


def declare_exchanges(channel):
    for name in TOPICS:
        channel.exchange_declare(name, exchange_type="topic")
    for name in DIRECTS:
        channel.exchange_declare(name, exchange_type="direct")
    channel.exchange_declare("nodes", exchange_type="fanout")


def connect(uri, **settings):
    parameters = pika.URLParameters(uri)
    parameters.heartbeat = 0  # a test that blocks does not lose its connection
    for name, value in settings.items():
        setattr(parameters, name, value)
    return pika.BlockingConnection(parameters)


class Pivot:
    """One pivot action of one call."""

    def __init__(self, peer, call_id, queue, pid, patience):
        self.peer, self.call_id, self.queue, self.pid = peer, call_id, queue, pid
        self.patience = patience
        self.replies = []  # in the order in which they came, "timed out" included
        self.flow = None
        self.channel = None  # of a switch that performs the call
        self.heard = self.began = time.monotonic()
        self.took = None  # seconds until the reply

    @property
    def reply(self):
        return self.replies[0] if self.replies else None

    @property
    def outcome(self):
        """None while it is open. `processing` becomes `flow` when CHANNEL_PIVOT has come."""
        return "flow" if self.flow is not None else self.reply

    def relay(self):
        """An event of the call which is not about the pivot: the wait begins anew."""
        self.heard = time.monotonic()

    def pass_time(self):
        if not self.outcome and time.monotonic() > self.heard + self.patience:
            self.take("timed out")

    def look(self):
        """Whether it has an outcome by now."""
        with self.peer.changed:
            self.pass_time()
            return self.outcome in ENDS

    def take(self, reply):
        """Returns what is wrong with it."""
        before = self.reply or ("CHANNEL_PIVOT" if self.flow is not None else None)
        if not before and reply != "timed out":
            self.took = time.monotonic() - self.began
        self.replies.append(reply)
        is_late = reply == "processing" and before in ("timed out", "CHANNEL_PIVOT")
        if not before or is_late and self.peer.may_lose_processing:
            return None
        return f"{reply} twice" if reply == before else f"{reply} after {before}"

    def take_flow(self, flow):
        if self.flow is not None:
            return "CHANNEL_PIVOT twice"
        before = self.reply
        self.flow = flow
        lacks_processing = before in (None, "timed out")
        if before == "processing" or lacks_processing and self.peer.may_lose_processing:
            return None
        return f"CHANNEL_PIVOT after {before}" if before else "CHANNEL_PIVOT before processing"

    def wait(self, *outcomes):
        """The outcome: one of these, or an end."""
        return self.peer.wait(self, outcomes)


class Peer:
    """One node of callflow. With a `switch`, an Ecallmgr, its calls can be commanded."""

    calls = set()  # of all nodes

    def __init__(self, uri, generation="5", patience=PATIENCE_SECONDS, switch=None):
        self.generation, self.patience, self.switch = generation, patience, switch
        # A node that dies or stops may, or keep it for long; CHANNEL_PIVOT alone moves a call, too.
        self.may_lose_processing = False
        self.node = f"kazoo_apps@{uuid.uuid4().hex[:8]}"
        self.pivots, self.faults, self.commands = {}, [], []
        self.counts = collections.Counter()
        self.msg_ids = set()
        self.queues, self.markers = [], 0
        self.changed = threading.Condition()
        self.processes = 0
        self.mouth_lock = threading.Lock()
        self.mouth = connect(uri)
        self.mouth_channel = self.mouth.channel()
        declare_exchanges(self.mouth_channel)
        self.ears = connect(uri)
        self.channel = self.ears.channel()
        self.listen()
        self.is_closing = False
        self.thread = threading.Thread(target=self.hear, daemon=True)
        self.thread.start()

    # Queues.

    def listen(self):
        self.control_queue = self.consume(f"ecallmgr_call_control@{self.node}", self.on_command)
        self.bind(self.control_queue, "callctl", self.control_queue)
        stray = self.consume("", self.on_stray)
        used = () if self.switch is None else ("resources", "conference")
        for exchange in {"resources", "conference", "notifications", "nodes"}.difference(used):
            self.bind(stray, exchange, "#")
        if self.generation != "4.3":
            self.shared_queue = self.consume(f"callflow_exe@{self.node}", self.on_answer)
            self.bind(self.shared_queue, "targeted", self.shared_queue)
            self.listen_by_hash()

    def listen_by_hash(self):
        events = f"kz_events_{self.node}"
        self.channel.exchange_declare(
            events,
            exchange_type="x-consistent-hash",
            auto_delete=True,
            arguments={"hash-header": "call-id"},
        )
        for index in range(2):
            self.bind(self.consume(f"{events}_{index}", self.on_answer), events, "20")
        self.channel.exchange_bind(events, "callevt", "call.#")

    def consume(self, queue, callback):
        queue = self.channel.queue_declare(queue, auto_delete=True).method.queue
        if callback == self.on_answer:
            self.queues.append(queue)
        self.channel.basic_consume(queue, callback, auto_ack=True)
        return queue

    def bind(self, queue, exchange, key):
        self.channel.queue_bind(queue, exchange, key)

    def open_call_queue(self, call_id):
        """4.3: a queue for one call."""
        queue = self.consume(
            f"{self.node}-<0.{self.processes}.0>-{uuid.uuid4().hex[:8]}", self.on_answer
        )
        self.bind(queue, "targeted", queue)
        self.bind(queue, "callevt", f"call.*.{kapi.encode(call_id)}")
        return queue

    def hear(self):
        try:
            while not self.is_closing:
                self.ears.process_data_events(time_limit=0.1)
        except pika.exceptions.AMQPError as error:
            if not self.is_closing:
                self.fault(f"the peer lost its connection: {error!r}")

    def in_thread(self, function):
        """Runs it where the ears' connection may be used."""
        done, result = threading.Event(), []

        def run():
            result.append(function())
            done.set()

        self.ears.add_callback_threadsafe(run)
        assert done.wait(WAIT_SECONDS), "the peer's thread is stuck"
        return result[0]

    # Asking.

    def open(self, call_id=None, plain=False):
        """A pivot action that has not asked yet. `plain` has a queue name without pid:// in any generation."""
        self.processes += 1
        call_id = call_id or f"{uuid.uuid4().hex}@10.26.0.158"
        pid = None
        if self.generation == "4.3":
            queue = self.in_thread(lambda: self.open_call_queue(call_id))
        else:
            queue, pid = self.shared_queue, None if plain else f"<0.{self.processes}.0>"
        pivot = Pivot(self, call_id, queue, pid, self.patience)
        if self.switch is not None:
            pivot.channel = self.switch.channels.get(call_id) or self.switch.open(
                call_id, self.processes
            )
        with self.changed:
            self.pivots[call_id] = pivot
            Peer.calls.add(call_id)
        return pivot

    def call_of(self, pivot, **changes):
        """Its Call object."""
        controller, control = pivot.queue, self.control_queue
        if pivot.pid:
            controller = f"pid://{pivot.pid}/{pivot.queue}"
            control = f"pid://<0.991.0>/{control}"
        if pivot.channel:
            control = self.switch.control_queue_of(pivot.channel)
            variables = {"Authorizing-Type": "device", "Fetch-ID": pivot.channel.fetch_id}
            own = {"Fetch_ID": pivot.channel.fetch_id, "Custom_Channel_Vars": variables}
            changes = own | changes
        return kapi.call_object(pivot.call_id, controller, control, **changes)

    def pivot(self, url, call=None, plain=False, **changes):
        """Asks for one, and returns it. `changes` are those of the request, `call` those of its Call."""
        pivot = self.open(plain=plain)
        self.ask(pivot, kapi.pivot_req(self.call_of(pivot, **(call or {})), url, **changes))
        return pivot

    def ask(self, pivot, request, age_us=0, **properties):
        pivot.began = pivot.heard = time.monotonic()
        realm = (
            request.get("Call", {}).get("From-Realm", "norealm")
            if isinstance(request, dict)
            else "x"
        )
        self.publish("callmgr", f"pivot.req.{kapi.encode(realm)}", request, age_us, **properties)

    def publish(self, exchange, key, message, age_us=0, **properties):
        body = message if isinstance(message, bytes) else json.dumps(message).encode()
        properties.setdefault("content_type", "application/json")
        properties.setdefault("timestamp", kapi.microseconds() - age_us)
        with self.mouth_lock:
            self.mouth_channel.basic_publish(
                exchange, key, body, pika.BasicProperties(**properties)
            )

    # Answers.

    def on_answer(self, _, method, properties, body):
        with self.changed:
            try:
                message = kapi.read(properties, body)
            except (ValueError, OSError) as error:
                self.fault(f"{body!r}: {error}")
                return
            if message == MARKER:
                self.markers += 1
                self.changed.notify_all()
                return
            if message.get("App-Name") in OTHERS or message.get("Event-Name") == STATUS_REQUEST:
                self.relay(message)
                return
            for fault in kapi.faults_of(method.exchange, method.routing_key, properties, message):
                self.fault(f"{fault}: {message}")
            self.judge(method, properties, message)
            self.changed.notify_all()

    def relay(self, message):
        pivot = self.pivots.get(message.get("Call-ID"))
        if pivot:
            pivot.relay()
        self.changed.notify_all()

    def judge(self, method, properties, message):
        name, msg_id = message.get("Event-Name"), message.get("Msg-ID")
        pivot = self.pivots.get(message.get("Call-ID"))
        if not pivot and name == "CHANNEL_PIVOT" and message.get("Call-ID") in Peer.calls:
            return  # all nodes hear the events of all calls
        if not pivot:
            self.fault(f"{name} of a call that did not ask: {message}")
            return
        self.counts[name] += 1
        if msg_id in self.msg_ids:
            self.fault(f"{name}: Msg-ID {msg_id} twice")
        self.msg_ids.add(msg_id)
        pivot.pass_time()
        if name == "CHANNEL_PIVOT":
            fault = pivot.take_flow(kapi.flow_of(message))
            if pivot.channel:
                pivot.channel.lose()  # from now on the call is callflow's
        else:
            fault = self.fault_of_address(pivot, method, properties) or pivot.take(name)
        if fault:
            self.fault(f"{pivot.call_id}: {fault}")

    def fault_of_address(self, pivot, method, properties):
        """Whether it reaches the process that waits."""
        pid = kapi.text_header(properties, "Deliver-To-PID")
        if method.routing_key != pivot.queue:
            return f"sent to {method.routing_key}, not {pivot.queue}"
        return f"Deliver-To-PID is {pid}, not {pivot.pid}" if pid != pivot.pid else None

    def on_command(self, _channel, method, properties, body):
        with self.changed:
            self.commands.append(kapi.read(properties, body))
            if method.exchange != "callctl":
                self.fault(f"a command through the exchange {method.exchange}")
            self.changed.notify_all()

    def on_stray(self, _channel, method, _properties, body):
        self.fault(f"nobody asked for this: {method.exchange} {method.routing_key} {body!r}")

    def fault(self, text):
        with self.changed:
            self.faults.append(text)
            self.changed.notify_all()

    # What a test asks.

    def wait(self, pivot, outcomes):
        end = time.monotonic() + WAIT_SECONDS
        with self.changed:
            while pivot.outcome not in {*outcomes, *ENDS} and time.monotonic() < end:
                self.changed.wait(0.05)
                pivot.pass_time()
        return pivot.outcome

    def wait_all(self):
        for pivot in list(self.pivots.values()):
            pivot.wait()

    def settle(self):
        """Waits until everything that is in its queues has been heard."""
        with self.changed:
            expected = self.markers + len(self.queues)
        for queue in self.queues:
            self.publish("", queue, MARKER)
        with self.changed:
            assert self.changed.wait_for(lambda: self.markers >= expected, WAIT_SECONDS)

    def outcomes(self):
        with self.changed:
            return collections.Counter(pivot.outcome for pivot in self.pivots.values())

    def check(self):
        assert not self.faults, "\n".join(self.faults[:20])

    def close(self):
        self.is_closing = True
        self.thread.join()
        for connection in (self.ears, self.mouth):
            try:
                connection.close()
            except pika.exceptions.AMQPError:
                pass  # a broker that is gone
