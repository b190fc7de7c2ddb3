"""`pivot serve` in the place of KAZOO's pivot, on a real RabbitMQ: serve_kazoo_test.py PIVOT [CASE…]

The peer, tests/switches/kazoo/peer.py, is KAZOO's callflow, and a case fails for anything that KAZOO
would not take. The exit status is 77 if this machine has no RabbitMQ or no python3-pika.
"""

import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent / "kazoo"))

import case

case.skip_without_packages()

import certificates
from answers import Answers, Records
from dead_air import DeadAir
from kazoo5 import Kazoo5
from lost_brokers import LostBrokers
from odd_requests import OddRequests
from old_requests import OldRequests
from other_queues import OtherQueues
from php import Php
from serve_case import ServeCase
from shadow import Shadow
from tls import Tls
from why import Why
from wrong_requests import WrongRequests

CASES = (
    Answers,
    DeadAir,
    Kazoo5,
    LostBrokers,
    OddRequests,
    OldRequests,
    OtherQueues,
    Php,
    Records,
    Shadow,
    Tls,
    Why,
    WrongRequests,
)

if __name__ == "__main__":
    ServeCase.program = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        case.main(sys.argv[2:], certificates=certificates.make(folder))
