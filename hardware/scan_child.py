"""The worker's side of a batch process: start it, hear what it tells, kill it with everything it started."""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from hardware.scan_batch import Order

END_S = 5.0  # For letting go of the device.
READ_BYTES = 1 << 16
LAST = ("end", "fault")


def spawn(sane_config: Path, order: Order) -> subprocess.Popen:
    """Start a process for one order."""
    child = subprocess.Popen(
        [sys.executable, "-m", "hardware.scan_batch"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,  # Its group is killed whole: drivers start helpers of their own.
        # Faults are told by English sentences; another language would hide them.
        env={**os.environ, "SANE_CONFIG_DIR": str(sane_config), "LC_ALL": "C.UTF-8"},
    )
    assert child.stdin
    child.stdin.write(msgspec.json.encode(order) + b"\n")
    child.stdin.close()
    return child


def told_by(child: subprocess.Popen, quiet_s: Callable[[], float]) -> Iterator[dict]:
    """Yield what the child tells until it ends. Raises TimeoutError, the child killed, when it's silent for too long.

    A driver that hangs while it lets go, after the last word, is killed too; that takes nothing back.
    """
    assert child.stdout
    heard, ended = b"", False
    try:
        while True:
            if not select.select([child.stdout], [], [], END_S if ended else quiet_s())[0]:
                kill(child)
                if ended:
                    return
                raise TimeoutError
            read = os.read(child.stdout.fileno(), READ_BYTES)
            if not read:
                return
            *lines, heard = (heard + read).split(b"\n")
            for event in map(json.loads, lines):
                ended |= event["event"] in LAST
                yield event
    finally:
        child.stdout.close()
        _wait(child)


def _wait(child: subprocess.Popen) -> None:
    try:
        child.wait(END_S)
    except subprocess.TimeoutExpired:
        kill(child)
        child.wait()


def kill(child: subprocess.Popen) -> None:
    """Kill the child and whatever it started."""
    if child.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
