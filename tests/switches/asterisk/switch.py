"""A real Asterisk in a folder, installed once and started as often as a test wants.

python3 switch.py FOLDER    only installs it; its headers are then in FOLDER/headers/usr/include
"""

import fcntl
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

RELEASES = ["forky", "sid"]  # Debian 12 and 13 have no Asterisk
MODULES = """
res_timing_timerfd res_sorcery_config res_sorcery_memory res_sorcery_astdb res_stasis
res_musiconhold res_crypto res_pjproject res_pjsip res_pjsip_session res_pjsip_sdp_rtp
res_pjsip_pubsub res_pjsip_endpoint_identifier_ip res_pjsip_endpoint_identifier_user
res_pjsip_endpoint_identifier_anonymous res_pjsip_caller_id res_pjsip_dtmf_info
res_pjsip_header_funcs res_pjsip_nat res_pjsip_refer res_pjsip_rfc3326 res_pjsip_logger
res_pjsip_authenticator_digest res_pjsip_outbound_authenticator_digest res_rtp_asterisk
res_clioriginate chan_pjsip chan_bridge_media pbx_config bridge_simple bridge_softmix
bridge_native_rtp bridge_holding bridge_builtin_features bridge_builtin_interval_features
codec_ulaw codec_alaw codec_a_mu codec_g722 codec_gsm codec_resample format_gsm format_wav format_pcm format_sln app_dial
app_playback app_chanspy app_mixmonitor app_milliwatt app_playtones app_senddtmf app_stack
app_verbose app_originate func_periodic_hook func_cut func_groupcount func_uri func_callerid
func_channel func_hangupcause func_logic func_strings func_timeout func_global
""".split()
ARI_MODULES = """
res_http_websocket res_websocket_client res_stasis_answer res_stasis_playback res_stasis_recording
res_stasis_snoop res_ari_model res_ari res_ari_applications res_ari_asterisk res_ari_bridges
res_ari_channels res_ari_events res_ari_playbacks res_ari_recordings app_stasis app_while
func_dialplan func_curl res_curl res_http_media_cache
""".split()

CONFIG = {
    "logger.conf": "[general]\n[logfiles]\nconsole => notice,warning,error,verbose\n",
    "pjsip.conf": """
[global]
type = global
endpoint_identifier_order = ip,username,anonymous
[udp]
type = transport
protocol = udp
bind = 127.0.0.1:5070
[sipp]
type = endpoint
transport = udp
context = default
disallow = all
allow = ulaw,alaw,g722
dtmf_mode = auto_info
direct_media = no
rtp_symmetric = yes
media_address = 127.0.0.1
bind_rtp_to_media_address = yes
aors = sipp
[sipp]
type = aor
contact = sip:sipp@127.0.0.1:5091
qualify_frequency = 0
[sipp]
type = identify
endpoint = sipp
match = 127.0.0.1
""",
    "rtp.conf": "[general]\nrtpstart = 20000\nrtpend = 24999\nstrictrtp = no\n",
    "musiconhold.conf": "[default]\nmode = files\ndirectory = /usr/share/asterisk/moh\n",
    "res_parking.conf": """
[default]
parkext = 700
parkpos = 701-702
context = parkedcalls
[brief]
parkpos = 750-750
context = parkedbriefly
parkingtime = 2
comebacktoorigin = no
comebackcontext = comeback
""",
    "indications.conf": """
[general]
country = us
[us]
description = US
ringcadence = 2000,4000
dial = 350+440
busy = 480+620/500,0/500
ring = 440+480/2000,0/4000
congestion = 480+620/250,0/250
""",
}

ARI_URL = "http://127.0.0.1:8188"
ARI_CONFIG = {
    "http.conf": "[general]\nenabled = yes\nbindaddr = 127.0.0.1\nbindport = 8188\n",
    "ari.conf": """
[general]
enabled = yes
[pivot]
type = user
read_only = no
password = secret
""",
}


class Missing(Exception):
    """What this machine lacks: a reason to skip."""


def mirror():
    """The Debian mirror of this machine."""
    for source in pathlib.Path("/etc/apt").glob("sources.list.d/*.sources"):
        for line in source.read_text().splitlines():
            if line.startswith("URIs:"):
                return line.split()[1]
    for line in pathlib.Path("/etc/apt/sources.list").read_text().splitlines():
        words = [word for word in line.split() if not word.startswith("[")]
        if words[:1] == ["deb"]:
            return words[1]
    raise Missing("no Debian mirror is configured")


def install(root):
    """Debian with Asterisk and its headers in the folder `root`, which takes half a minute once."""
    root = pathlib.Path(root).absolute()
    if (root / "complete").exists():
        return
    if os.geteuid() != 0:
        raise Missing("only root can install and run an Asterisk in a folder")
    for tool in ("mmdebstrap", "dpkg-deb"):
        if shutil.which(tool) is None:
            raise Missing(f"{tool} is not installed")
    root.parent.mkdir(parents=True, exist_ok=True)
    with open(f"{root}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests run side by side
        tries = [try_release(root, release) for release in RELEASES]
    if not any(tries):
        raise Missing(f"the Debian mirror has no Asterisk: see {root}.log")


def try_release(root, release):
    if (root / "complete").exists():
        return True
    shutil.rmtree(root, ignore_errors=True)
    command = ["mmdebstrap", "--mode=root", "--variant=apt", "--keyring=/usr/share/keyrings"]
    command += [
        '--aptopt=Acquire::Check-Valid-Until "false"',
        '--aptopt=APT::Install-Recommends "false"',
    ]
    command += [
        "--include=asterisk,asterisk-core-sounds-en-gsm,libc-bin",
        release,
        str(root),
        mirror(),
    ]
    fetch = "apt-get update -qq && cd /tmp && apt-get download -qq asterisk-dev"
    fetch += " && dpkg-deb -x asterisk-dev_*.deb /headers"
    with open(f"{root}.log", "w") as log:
        for step in (command, ["chroot", str(root), "sh", "-c", fetch]):
            if step[0] == "chroot":
                shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
            if (
                subprocess.run(step, stdout=log, stderr=log, stdin=subprocess.DEVNULL).returncode
                != 0
            ):
                return False
    shutil.rmtree(root / "var/lib/apt/lists", ignore_errors=True)
    (root / "complete").write_text(release)
    return True


class Asterisk:
    """One that runs, with folders of its own inside the installed one."""

    def __init__(self, root, config, modules=()):
        self.root = pathlib.Path(root)
        (self.root / "runs").mkdir(exist_ok=True)
        self.home = pathlib.Path(tempfile.mkdtemp(dir=self.root / "runs"))
        self.inside = "/" + str(self.home.relative_to(self.root))
        self.log = self.home / "asterisk.log"
        self.process = None
        self.modules = [*MODULES, *modules]
        for folder in ("etc", "lib/keys", "spool/recording", "run", "log", "modules", "libraries", "cache"):
            (self.home / folder).mkdir(parents=True)
        own = self.root / "usr/lib/x86_64-linux-gnu/asterisk/modules"
        for each in own.glob("*.so"):
            (self.home / "modules" / each.name).symlink_to("/" + str(each.relative_to(self.root)))
        self.write_config({**CONFIG, **config})

    def add_module(self, path):
        """One of ours, with the libraries that this release lacks."""
        module = pathlib.Path(path)
        shutil.copy(module, self.home / "modules")
        self.modules.append(module.stem)
        lacking = self.run("ldd", f"{self.inside}/modules/{module.name}")
        here = {name: path for name, path in libraries(["ldd", str(module)])}
        for name, path in lacking_libraries(lacking):
            shutil.copy(here[name], self.home / "libraries" / name)

    def write_config(self, files):
        places = {
            "astetcdir": "etc",
            "astvarlibdir": "lib",
            "astdbdir": "lib",
            "astkeydir": "lib",
            "astspooldir": "spool",
            "astrundir": "run",
            "astlogdir": "log",
            "astmoddir": "modules",
            "astcachedir": "cache",
        }
        lines = ["[directories]"] + [
            f"{name} => {self.inside}/{place}" for name, place in places.items()
        ]
        lines += [
            "astdatadir => /usr/share/asterisk",
            "[options]",
            "verbose = 4",
            "nocolor = yes",
            "hideconnect = yes",
        ]
        files["asterisk.conf"] = "\n".join(lines) + "\n"
        for name, text in files.items():
            self.write(name, text)
        music = self.root / "usr/share/asterisk/moh"
        music.mkdir(exist_ok=True)
        if not (music / "hold.gsm").exists():
            shutil.copy(
                self.root / "usr/share/asterisk/sounds/en_US_f_Allison/demo-thanks.gsm",
                music / "hold.gsm",
            )

    def write(self, name, text):
        (self.home / "etc" / name).write_text(text)

    def run(self, *command):
        done = subprocess.run(
            ["chroot", str(self.root), *command],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        return done.stdout + done.stderr

    def start(self):
        loads = "".join(f"load = {name}.so\n" for name in self.modules)
        self.write("modules.conf", f"[modules]\nautoload = no\n{loads}")
        with open(self.log, "a") as log:
            self.process = subprocess.Popen(
                [
                    "chroot",
                    str(self.root),
                    "/usr/sbin/asterisk",
                    "-C",
                    f"{self.inside}/etc/asterisk.conf",
                    "-f",
                    "-n",
                ],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env={
                    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
                    "LD_LIBRARY_PATH": f"{self.inside}/libraries",
                },
            )
        for _ in range(600):
            if "fully booted" in self.cli("core waitfullybooted"):
                return self
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise RuntimeError(f"Asterisk does not start: {self.log.read_text()[-3000:]}")

    def cli(self, command):
        return self.run(
            "/usr/sbin/asterisk", "-C", f"{self.inside}/etc/asterisk.conf", "-rx", command
        )

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def has_crashed(self):
        """It has ended by itself."""
        return self.process is not None and not self.is_running()

    def stop(self):
        if not self.is_running():
            return
        self.cli("core stop now")
        try:
            self.process.wait(20)
            self.process = None
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process = None

    def remove(self):
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)


def libraries(command):
    for line in subprocess.run(command, capture_output=True, text=True).stdout.splitlines():
        words = line.split()
        if len(words) > 2 and words[1] == "=>" and words[2].startswith("/"):
            yield words[0], words[2]


def lacking_libraries(output):
    for line in output.splitlines():
        if "not found" in line and "=>" in line:
            yield line.split()[0], None


if __name__ == "__main__":
    try:
        install(sys.argv[1])
    except Missing as missing:
        sys.exit(f"Asterisk cannot be installed: {missing}")
