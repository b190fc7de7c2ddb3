"""Has a real Asterisk keep the contract of a switch: asterisk_contract_test.py PROGRAM FOLDER

As serve_asterisk_test.py, Asterisk is installed in FOLDER the first time, or where PIVOT_ASTERISK
says, and the exit status is 77 if this machine cannot have that.
"""

import pathlib
import shutil
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "asterisk"))

import network
import switch

# Whom the contract's dials and transfers reach, and whom they do not.
DIALPLAN = """
[general]
static = yes
[contract]
exten => call,1,Stasis(pivot)
 same => n,Hangup()
[pivot-dial]
exten => +14155550100,1,Ringing()
 same => n,Wait(1)
 same => n,Answer()
 same => n,Wait(60)
exten => +14155550199,1,Hangup(17)
[elsewhere]
exten => +14155550100,1,Wait(60)
"""


def channels_left(asterisk):
    """What stays. Asterisk hangs up in threads of its channels, a moment after it was told to."""
    end = time.monotonic() + 60
    while "0 active channels" not in (left := asterisk.cli("core show channels count")):
        if time.monotonic() > end:
            return left
        time.sleep(0.05)
    return ""


def main(program, folder):
    try:
        network.enter(folder)
    except switch.Missing as missing:
        print(f"skipped: {missing}")
        return 77
    asterisk = switch.Asterisk(network.installed(folder), switch.ARI_CONFIG, switch.ARI_MODULES)
    asterisk.write("extensions.conf", DIALPLAN)
    try:
        asterisk.start()
        tested = subprocess.run(["env", f"PIVOT_ARI={switch.ARI_URL}", program])
        left = channels_left(asterisk)
    finally:
        asterisk.stop()
        shutil.copy(asterisk.log, f"{folder}.contract.log")
        asterisk.remove()
    if left:
        print(f"channels are left: {left}")
        return 1
    return tested.returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
