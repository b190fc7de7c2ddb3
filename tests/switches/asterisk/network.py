"""A network in which there is nobody else: calls to a real Asterisk need fixed ports."""

import os
import pathlib
import shutil
import signal
import subprocess
import sys

import switch


def installed(folder):
    """The folder of Asterisk: this one, or the one that PIVOT_ASTERISK names."""
    return pathlib.Path(os.environ.get("PIVOT_ASTERISK", folder)).absolute()


def enter(folder):
    """Runs this program again where there are Asterisk, SIP callers and no other programs.

    Raises switch.Missing if this machine cannot have that.
    """
    if os.environ.get("PIVOT_NETWORK") == "own":
        return
    switch.install(installed(folder))
    if shutil.which("sipp") is None or shutil.which("ip") is None:
        raise switch.Missing("sipp (sip-tester) and ip (iproute2) are not installed")
    if subprocess.run(["unshare", "-n", "true"], stderr=subprocess.DEVNULL).returncode != 0:
        raise switch.Missing("this machine allows no network of one's own (unshare -n)")
    os.environ["PIVOT_NETWORK"] = "own"
    signal.signal(signal.SIGINT, lambda *_: None)  # the other gets it, too, and ends first
    again = ["sh", "-c", 'ip link set lo up && exec "$0" "$@"', sys.executable, *sys.argv]
    sys.exit(subprocess.run(["unshare", "-n", *again]).returncode)
