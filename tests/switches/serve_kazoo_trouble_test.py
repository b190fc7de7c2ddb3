"""TwiML over KAZOO's bus when something goes wrong, on a real RabbitMQ: serve_kazoo_trouble_test.py PIVOT [CASE…]

Calls that go well are those of serve_kazoo_twiml_test.py. The exit status is 77 if this machine has no RabbitMQ or no
python3-pika.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "kazoo"))

import case

case.skip_without_packages()

from serve_case import ServeCase
from twiml_bodies import TwimlEvents, TwimlRequests
from twiml_ends import DeadBrokers, DeadServers, HangUps, LostEvents, OtherControllers

CASES = (
    DeadBrokers,
    DeadServers,
    HangUps,
    LostEvents,
    OtherControllers,
    TwimlEvents,
    TwimlRequests,
)

if __name__ == "__main__":
    ServeCase.program = sys.argv[1]
    case.main(sys.argv[2:])
