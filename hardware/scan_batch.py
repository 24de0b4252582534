"""One batch of sheets, in a process of its own that lives only for it: libsane may crash, hang or leak, and it dies alone.

Reads one JSON order on stdin, tells what happens as JSON lines on stdout. Each page is durable before the next is asked for.
"""

import contextlib
import ctypes
import errno
import io
import json
import os
import signal
import sys
import time
from pathlib import Path

import msgspec
from PIL.Image import Image

from appliance.errors import Refused
from hardware.scanner import JobState, Scanner, Wish
from hardware.spool import store_page

JPEG_QUALITY = 78
ALIVE_EVERY_S = 0.5
PR_SET_PDEATHSIG = 1


class Order(msgspec.Struct, frozen=True):
    """What to do. Without a folder the device is only looked at."""

    parent: int
    scanner: str
    settings: dict[str, str | int | float] = {}
    folder: str = ""
    first_page: int = 1
    wish: Wish = Wish()


class Told:
    """The line back to the worker."""

    def __init__(self) -> None:
        # Backends print on stdout; the worker must hear only us.
        self.out = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")
        os.dup2(2, 1)
        self.last = time.monotonic()

    def say(self, event: str, **facts: object) -> None:
        self.last = time.monotonic()
        self.out.write(json.dumps({"event": event, **facts}) + "\n")

    def alive(self) -> None:
        """Say now and then that a page is still coming in. Never raises: python-sane would crash."""
        with contextlib.suppress(Exception):
            if time.monotonic() - self.last > ALIVE_EVERY_S:
                self.say("alive")


def main() -> None:
    told = Told()
    order = msgspec.json.decode(sys.stdin.buffer.readline(), type=Order)
    _die_with(order.parent)
    stopping: list[int] = []
    signal.signal(signal.SIGTERM, lambda *_: stopping.append(1))
    from hardware import sane_scanner  # Not above: the worker imports Order from here and must never hold libsane.

    try:
        offered = sane_scanner.devices()
        told.say("devices", devices=offered)
        device = sane_scanner.find(offered, order.scanner)
        told.say("found", device=device)
        scanner = sane_scanner.SaneScanner(device["name"], order.settings)
    except Refused as refused:
        told.say("fault", code=refused.code, facts=refused.facts)
    else:
        _use(scanner, order, told, stopping)
    # Some backends hang while they tidy up, and there is nothing left to tidy.
    sys.stderr.flush()
    os._exit(0)


def _use(scanner: Scanner, order: Order, told: Told, stopping: list[int]) -> None:
    try:
        if order.folder:
            _scan(scanner, order, told, stopping)
        told.say("end", state=JobState.CANCELLED if stopping else JobState.DONE)
    except Refused as refused:
        told.say("fault", code=refused.code, facts=refused.facts)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        told.say("fault", code="scan_disk_full", facts={})
    finally:
        scanner.close()  # Also after a fault: a network scanner would keep our job and call itself busy.


def _scan(scanner: Scanner, order: Order, told: Told, stopping: list[int]) -> None:
    scanner.prepare(order.wish)
    for n, sheet in enumerate(scanner.sheets(told.alive), order.first_page):
        store_page(Path(order.folder), n, _jpeg(sheet.image, sheet.dpi))
        told.say("page", n=n)
        if stopping:
            return


def _jpeg(image: Image, dpi: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=JPEG_QUALITY, dpi=(dpi, dpi))
    return out.getvalue()


def _die_with(parent: int) -> None:
    """Ask the kernel to kill this process when the worker dies: nobody would hear of further pages."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


if __name__ == "__main__":
    main()
