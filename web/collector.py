"""Threads of the web process that fetch what device workers finished. One thread a kind: a stuck scanner stops no printer.

A page module registers its poll when it is imported:

    @collector.register("scan")
    def poll(box): ...        # bounded to a few seconds; called again and again while the process lives
"""

import logging
import threading
from collections.abc import Callable

from appliance.box import Box

Poll = Callable[[Box], None]

log = logging.getLogger("motcua.collector")
EVERY_S = 1.0
AFTER_ERROR_S_MAX = 30.0
KINDS_MAX = 16
POLLS: dict[str, tuple[Poll, float]] = {}


def register(kind: str, every_s: float = EVERY_S) -> Callable[[Poll], Poll]:
    """Add a poll under a kind's name; the same kind again replaces it."""

    def add(poll: Poll) -> Poll:
        if kind not in POLLS and len(POLLS) >= KINDS_MAX:
            raise ValueError("too many kinds of polls")
        POLLS[kind] = (poll, every_s)
        return poll

    return add


def start(box: Box) -> threading.Event:
    """Start a thread for each registered kind; setting the event that is given back ends them."""
    stop = threading.Event()
    for kind, (poll, every_s) in POLLS.items():
        threading.Thread(target=run, args=(box, kind, poll, every_s, stop), name=f"collect-{kind}", daemon=True).start()
    return stop


def run(box: Box, kind: str, poll: Poll, every_s: float, stop: threading.Event) -> None:
    """Poll until stopped. An error is logged by kind and type only, and makes the next round wait longer."""
    wait_s = every_s
    while not stop.wait(wait_s):
        wait_s = after(wait_s, every_s, attempt(box, kind, poll))
    box.close()


def attempt(box: Box, kind: str, poll: Poll) -> bool:
    """Poll once; say whether it went well."""
    try:
        poll(box)
    except Exception as error:  # A poll must never end its thread: what failed now is fetched in a later round.
        log.error("collect %s failed: %s", kind, type(error).__name__)
        return False
    return True


def after(waited_s: float, every_s: float, well: bool) -> float:
    """Say how long to wait before the next round."""
    return every_s if well else min(waited_s * 2, AFTER_ERROR_S_MAX)
