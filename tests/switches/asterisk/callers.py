"""SIP callers and callees: sipp, with a scenario written for each."""

import itertools
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import time

ASTERISK = "127.0.0.1:5070"
VOICE = "/usr/share/sip-tester/g711a.pcap"  # eight seconds of a voice
PORTS = itertools.count(6000, 2)
MEDIA_PORTS = itertools.count(30000, 4)
NUMBERS = itertools.count(1)

HEADER = '<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="caller">\n'
OFFER = """v=0
o=sipp 1 1 IN IP4 127.0.0.1
s=-
c=IN IP4 127.0.0.1
t=0 0
m=audio [media_port] RTP/AVP 8 96
a=rtpmap:8 PCMA/8000
a=rtpmap:96 telephone-event/8000
a=fmtp:96 0-15
"""

G722_OFFER = OFFER.replace("AVP 8", "AVP 9").replace("8 PCMA/", "9 G722/")

INVITE = f"""<send retrans="500"><![CDATA[
INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
From: "Alice" <sip:+15551230000@[local_ip]:[local_port]>;tag=[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:alice@[local_ip]:[local_port]>
X-Site: north
Max-Forwards: 70
Content-Type: application/sdp
Content-Length: [len]

{OFFER}]]></send>
<recv response="100"/>
"""
RINGING = '<recv response="180" optional="true"/>\n<recv response="183" optional="true"/>\n'


def request(method, number, extra=""):
    """A request within the dialog, or the ACK of a refusal."""
    return f"""<send{' retrans="500"' if method == "BYE" else ""}><![CDATA[
{method} [next_url] SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
[routes]
From: "Alice" <sip:+15551230000@[local_ip]:[local_port]>;tag=[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: {number} {method}
Max-Forwards: 70
Content-Length: 0
{extra}
]]></send>
"""


ANSWER = RINGING + '<recv response="200" rrs="true"/>\n' + request("ACK", 1)
BYE = request("BYE", 2) + '<recv response="200"/>\n'
OK = """<send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
"""
BE_REFERRED = (
    '<recv request="REFER"/>\n'
    + OK.replace("200 OK", "202 Accepted")
    + """<send retrans="500"><![CDATA[
NOTIFY [next_url] SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
[routes]
From: "Alice" <sip:+15551230000@[local_ip]:[local_port]>;tag=[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: 2 NOTIFY
Contact: <sip:alice@[local_ip]:[local_port]>
Event: refer
Subscription-State: terminated;reason=noresource
Content-Type: message/sipfrag
Content-Length: [len]

SIP/2.0 200 OK
]]></send>
<recv response="200"/>
"""
)
BE_HUNG_UP = '<recv request="BYE"/>\n' + OK


# Until the test says go_on(), in a scenario with one call that is answered.
WAIT_FOR_TEST = '<recv request="MESSAGE"/>\n'


def wait(milliseconds):
    return f'<pause milliseconds="{milliseconds}"/>\n'


def press(keys):
    """Takes about 0.3 s a key, while the scenario goes on: in a pause a BYE would be unexpected."""
    return f'<nop><action><exec play_dtmf="{keys}"/></action></nop>\n'


def press_when_told(keys):
    """All steps of a caller who does, and is hung up then."""
    return [ANSWER, WAIT_FOR_TEST, press(keys), BE_HUNG_UP]


def press_as_callee(digit):
    """With the payload type that Asterisk offers, which is not the one of play_dtmf."""
    path = f"/usr/share/sip-tester/dtmf_2833_{digit}.pcap"
    return f'<nop><action><exec play_pcap_audio="{path}"/></action></nop>\n'


def speak():
    """For eight seconds, while the scenario goes on."""
    return f'<nop><action><exec play_pcap_audio="{VOICE}"/></action></nop>\n'


def send_sound(path):
    """A file in A-law without a header, while the scenario goes on."""
    return f'<nop><action><exec rtp_stream="{path},1,8,PCMA/8000"/></action></nop>\n'


def tell(text):
    """A line of what notes() returns."""
    return f'<nop><action><log message="{text}"/></action></nop>\n'


CANCEL = """<send retrans="500"><![CDATA[
CANCEL sip:[service]@[remote_ip]:[remote_port] SIP/2.0
[last_Via:]
From: "Alice" <sip:+15551230000@[local_ip]:[local_port]>;tag=[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 CANCEL
Max-Forwards: 70
Content-Length: 0

]]></send>
<recv response="200"/>
<recv response="487"/>
""" + request(
    "ACK", 1
)


def cancel_after(milliseconds):
    """While it rings."""
    return '<recv response="180"/>\n' + wait(milliseconds) + CANCEL


def refused(code):
    return RINGING + f'<recv response="{code}"/>\n' + request("ACK", 1)


def ringing(code):
    return f"""<send><![CDATA[
SIP/2.0 {code} Yes
[last_Via:]
[last_From:]
[last_To:];tag=callee[call_number]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:bob@[local_ip]:[local_port]>
Content-Length: 0

]]></send>
"""


ANSWERED = f"""<send retrans="500"><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:];tag=callee[call_number]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:bob@[local_ip]:[local_port]>
Content-Type: application/sdp
Content-Length: [len]

{OFFER}]]></send>
<recv request="ACK"/>
"""
FORWARDS = (
    ringing(302).replace("sip:bob@[local_ip]:[local_port]", "sip:mallory@example.com")
    + '<recv request="ACK"/>\n'
)
BUSY = ringing(486) + '<recv request="ACK"/>\n'
CANCELLED = (
    '<recv request="CANCEL"/>\n'
    + OK
    + ringing(487).replace("[last_CSeq:]", "CSeq: [cseq] INVITE")
    + '<recv request="ACK"/>\n'
)
INVITED = """<recv request="INVITE" rrs="true"><action>
<ereg regexp="[^ ].*" search_in="hdr" header="From:" assign_to="caller"/>
<ereg regexp="[^ ].*" search_in="hdr" header="To:" assign_to="callee"/>
</action></recv>
<Reference variables="caller,callee"/>
"""
HANG_UP = """<send retrans="500"><![CDATA[
BYE [next_url] SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
[routes]
From: [$callee];tag=callee[call_number]
To: [$caller]
Call-ID: [call_id]
CSeq: 2 BYE
Max-Forwards: 70
Content-Length: 0

]]></send>
<recv response="200"/>
"""


def transfer_caller(extension):
    """As a callee, whom Asterisk hangs up then."""
    notified = '<recv request="NOTIFY"/>\n' + OK
    refer = HANG_UP.partition("<recv")[0].replace("BYE", "REFER")
    refer = refer.replace(
        "Max-Forwards",
        f"Contact: <sip:bob@[local_ip]:[local_port]>\nRefer-To: <sip:{extension}@{ASTERISK}>\n"
        "Max-Forwards",
    )
    return refer + '<recv response="202"/>\n' + 2 * notified


SPEAKS = (  # before the answer
    ANSWERED.partition("<recv")[0]
    .replace("200 OK", "183 Session Progress")
    .replace(' retrans="500"', "")
    + speak()
)

GO_ON = (
    "MESSAGE sip:party@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK{number}\r\n"
    "From: <sip:test@127.0.0.1>;tag=1\r\nTo: <sip:party@127.0.0.1>\r\nCall-ID: {call}\r\n"
    "CSeq: {number} MESSAGE\r\nContent-Length: 0\r\n\r\n"
)


class Party:
    """A sipp that follows the steps of a scenario."""

    def __init__(self, steps, *arguments, seconds=90):
        self.seconds = seconds
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.port = next(PORTS)
        scenario = self.folder / "scenario.xml"
        scenario.write_text(HEADER + "".join(steps) + "</scenario>\n")
        self.process = subprocess.Popen(
            [
                "sipp",
                "-sf",
                str(scenario),
                "-i",
                "127.0.0.1",
                "-p",
                str(self.port),
                "-mp",
                str(next(MEDIA_PORTS)),
                "-nostdin",
                "-timeout",
                f"{seconds}s",
                "-timeout_error",
                "-trace_err",
                "-error_file",
                f"{self.folder}/errors",
                "-trace_msg",
                "-message_file",
                f"{self.folder}/messages",
                "-trace_logs",
                "-log_file",
                f"{self.folder}/notes",
                *arguments,
            ],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def end(self):
        """Waits until it has done all its steps."""
        status = self.process.wait(self.seconds + 10)
        if status != 0:
            told = [file.read_text(errors="replace")[-4000:] for file in self.folder.glob("*s")]
            raise AssertionError("\n".join([f"sipp ended with {status}", *told]))

    def messages(self):
        """What it has sent and received so far."""
        messages = self.folder / "messages"
        return messages.read_text(errors="replace") if messages.exists() else ""

    def go_on(self):
        """Ends the wait for the test, once the call is there."""
        end = time.monotonic() + self.seconds
        while "\nACK sip:" not in self.messages():
            assert time.monotonic() < end, "there is no call"
            time.sleep(0.02)
        call = re.search(r"\nCall-ID: *(\S+)", self.messages())[1]
        message = GO_ON.format(call=call, number=next(NUMBERS))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as test:
            test.sendto(message.encode(), ("127.0.0.1", self.port))

    def notes(self):
        """What its scenario has told so far."""
        notes = self.folder / "notes"
        return notes.read_text().splitlines() if notes.exists() else []

    def kill(self):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder)


class Caller(Party):
    """`count` calls to an extension of Asterisk, so many a second."""

    def __init__(self, extension, *steps, count=1, rate=100, seconds=90, offer=OFFER):
        super().__init__(
            [INVITE.replace(OFFER, offer), *steps],
            ASTERISK,
            "-s",
            extension,
            "-m",
            str(count),
            "-l",
            str(count),
            "-r",
            str(rate),
            seconds=seconds,
        )


class Callee(Party):
    """For one call to 127.0.0.1 and `port`."""

    def __init__(self, *steps):
        super().__init__([INVITED, *steps], "-m", "1")
