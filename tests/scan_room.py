"""A room for the scanner tests: a simulated eSCL scanner and a scan worker, each a real process on real sockets."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from appliance.errors import Refused
from hardware import sane_config
from hardware.barcodes import read_codes
from hardware.workers import ask

NAME = "Máy quét quầy 2"
WAIT_S_MAX = 60
QUIET_S = 60.0


class Simulator:
    """The eSCL scanner as a process; `turn` is what happens to it."""

    def __init__(self, port: int = 0):
        command = [sys.executable, "-m", "provisioning.demo.escl_simulator", "--empty", "--port", str(port)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE)
        self.port = int(self.process.stdout.readline())
        self.process.stdout.close()

    def turn(self, **knobs):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/sim", json.dumps(knobs).encode())
        with urllib.request.urlopen(request, timeout=WAIT_S_MAX) as answer:
            return json.load(answer)

    def reset(self):
        calm = {"jam": False, "hatch": False, "busy": False, "hang": False, "cut": False, "delay": 0}
        return self.turn(load=0, jam_after=None, die_after=None, hang_after=None, **calm)

    def stop(self):
        self.process.kill()
        self.process.wait()


class Room:
    """A worker for one scanner, and the questions the web process asks it."""

    def __init__(self, folder: Path, port: int, quiet_s: float):
        self.folder, self.socket, self.quiet_s = folder, folder / "scan.sock", quiet_s
        sane_config.write_airscan(folder / "sane", {NAME: f"http://127.0.0.1:{port}/eSCL/"})
        self.open()

    def open(self):
        command = [sys.executable, "-m", "hardware.scan_worker", "--socket", self.socket, "--spool", self.folder / "spool"]
        command += ["--sane-config", self.folder / "sane", "--scanner", NAME, "--quiet-s", str(self.quiet_s)]
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        until(self._answers)

    def die(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def clear(self):
        """Forget every job, the one in hand too."""
        for job in self.ask("status")["jobs"]:
            self.ask("cancel", job=job)
            until(lambda job=job: self.job(job)["state"] != "scanning")
            self.ask("forget", job=job)

    def ask(self, do, **words):
        return ask(self.socket, {"do": do, **words})

    def scanner(self):
        return self.ask("status")["scanner"]

    def job(self, job):
        return self.ask("status", job=job)["jobs"][job]

    def scan(self, job, first_page=1, **options):
        """Order a scan and wait for its end."""
        self.ask("scan", job=job, options=options, first_page=first_page)
        until(lambda: self.job(job)["state"] != "scanning")
        return self.job(job)

    def pages_through(self, job, count):
        until(lambda: len(self.job(job)["pages"]) >= count)
        return self.job(job)["pages"]

    def _answers(self):
        try:
            return bool(self.ask("status"))
        except Refused:
            return False


def sheets(job: dict) -> list[str]:
    """Say which sheet each stored page shows, for example `2F`; a blank one is an empty text."""
    return [_sheet(read_codes(Path(page["path"]).read_bytes())) for page in job["pages"]]


def _sheet(codes: list[str]) -> str:
    if not codes:
        return ""
    _, _, number, side = codes[0].split("|")
    return number + side[0].upper()


def until(true, wait_s=WAIT_S_MAX):
    deadline = time.monotonic() + wait_s
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def batch_processes(worker_pid: int) -> list[int]:
    """Return the living children of a worker, its batch among them."""
    children = Path(f"/proc/{worker_pid}/task").glob("*/children")
    return [int(pid) for task in children for pid in task.read_text().split()]


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"


@contextmanager
def a_room(folder: Path, port: int, quiet_s: float = QUIET_S):
    room = Room(folder, port, quiet_s)
    try:
        yield room
    finally:
        room.die()
