"""`pivot serve` performs TwiML over KAZOO's bus, on a real RabbitMQ: serve_kazoo_twiml_test.py PIVOT [CASE…]

The switch is that of tests/switches/kazoo/ecallmgr.py. A case fails for any command that KAZOO would not take, and for
any that comes after the call has ended or somebody else has taken it. The exit status is 77 if this machine has no
RabbitMQ or no python3-pika.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "kazoo"))

import case

case.skip_without_packages()

from debug_records import DebugRecords
from serve_case import ServeCase
from twiml_calls import TwimlCalls, TwimlKeys, TwimlRecord
from twiml_dial import TwimlConference, TwimlDial
from twiml_ends import TwimlRecords
from twiml_operator import Operators

CASES = (
    DebugRecords,
    Operators,
    TwimlCalls,
    TwimlConference,
    TwimlDial,
    TwimlKeys,
    TwimlRecord,
    TwimlRecords,
)

if __name__ == "__main__":
    ServeCase.program = sys.argv[1]
    case.main(sys.argv[2:])
