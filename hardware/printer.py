"""Printing through CUPS: hand over a stored file, ask what became of it. Knows no form and no dossier.

CUPS keeps the queue; what goes to a raw queue reaches the printer byte for byte. A missing printer or a dead
service is an answer (`fault`), never an exception. Titles stand in CUPS's own logs: codes only, no person.
"""

import os
import re
import subprocess
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

ASK_S = 5.0  # One question to CUPS.
SUBMIT_S = 15.0  # Handing over a file of some megabytes.
STUCK_S = 90.0  # A printer busy for longer with one slip waits for a hand.
TITLE_MAX = 60


class State(StrEnum):
    """What is known of a printed job."""

    QUEUED = "queued"
    PRINTING = "printing"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Fault(StrEnum):
    """What keeps a printer from printing; the sentences live in web/vietnamese.py."""

    OUT_OF_PAPER = "printer_out_of_paper"
    GONE = "printer_gone"
    STUCK = "printer_stuck"
    SERVICE_DOWN = "printing_service_down"


@dataclass(frozen=True)
class Queue:
    """A CUPS queue; `server` is a socket path or host:port, empty for this machine's own service."""

    name: str
    server: str = ""


@dataclass(frozen=True)
class Print:
    """A job as last seen. `job` is CUPS's id (`giay-hen-7`), None when it was never taken."""

    job: str | None
    state: State
    fault: Fault | None = None


# printer-state-reasons of CUPS and IPP, without -error/-warning/-report; the first that fits is told.
REASONS = {
    "media-empty": Fault.OUT_OF_PAPER,
    "media-needed": Fault.OUT_OF_PAPER,
    "offline": Fault.GONE,
    "shutdown": Fault.GONE,
    "timed-out": Fault.GONE,
    "media-jam": Fault.STUCK,
    "cover-open": Fault.STUCK,
    "door-open": Fault.STUCK,
    "toner-empty": Fault.STUCK,
    "marker-supply-empty": Fault.STUCK,
    "paused": Fault.STUCK,
}
# What CUPS's backends say (LC_ALL=C) where they set no reason. "connecting-to-device" also stands at each normal start.
COMPLAINTS = (
    "may not exist or is unavailable",
    "is unreachable",
    "is not responding",
    "Unable to get printer status",
    "Unable to locate printer",
    "Waiting for printer to become available",
)
NOT_PRINTED = re.compile(r"job-canceled|aborted-by-system|job-completed-with-errors")


def submit(queue: Queue, path: Path, title: str) -> Print:
    """Hand a stored PDF to the queue and return at once; asking twice prints twice."""
    taken = _ask(queue, ["lp", "-d", queue.name, "-t", title[:TITLE_MAX], "--", str(path)], SUBMIT_S)
    found = re.search(r"request id is (\S+-\d+)", taken)
    if found:
        return Print(found[1], State.QUEUED)
    return Print(None, State.FAILED, Fault.GONE if serving(queue) else Fault.SERVICE_DOWN)


def state(queue: Queue, job: str, waited_s: float = 0.0) -> Print:
    """Say what became of a job handed over `waited_s` seconds ago."""
    if not serving(queue):
        return Print(job, State.UNKNOWN, Fault.SERVICE_DOWN)
    ended = about(job, _ask(queue, ["lpstat", "-l", "-W", "completed", "-o", queue.name], ASK_S))
    if ended is not None:
        return Print(job, State.FAILED if NOT_PRINTED.search(ended) else State.DONE)
    waiting = about(job, _ask(queue, ["lpstat", "-l", "-W", "not-completed", "-o", queue.name], ASK_S))
    printer = _ask(queue, ["lpstat", "-l", "-p", queue.name], ASK_S)
    return judge(job, waiting, printer, waited_s)


def serving(queue: Queue) -> bool:
    """Say whether the printing service answers."""
    return "scheduler is running" in _ask(queue, ["lpstat", "-r"], ASK_S)


def about(job: str, listing: str) -> str | None:
    """Give what lpstat says about one job in its long listing, None when it isn't there."""
    found = re.search(rf"^{re.escape(job)} .*\n((?:[ \t]+.*\n?)*)", listing, re.MULTILINE)
    return found and found[1]


def judge(job: str, waiting: str | None, printer: str, waited_s: float) -> Print:
    """Decide about a job that has not ended, from what lpstat says about it and about its printer."""
    if waiting is None:
        return Print(job, State.UNKNOWN, None if printer else Fault.GONE)
    working = f"now printing {job}." in printer
    late = Fault.STUCK if waited_s > STUCK_S else None
    return Print(job, State.PRINTING if working else State.QUEUED, trouble(printer) or late)


def trouble(printer: str) -> Fault | None:
    """Read a fault out of `lpstat -l -p`: reasons first, then what the backend complains of."""
    if " disabled since " in printer:
        return Fault.STUCK
    alerts = " ".join(re.findall(r"^\s+Alerts: (.*)$", printer, re.MULTILINE))
    reasons = [re.sub(r"-(error|warning|report)$", "", word) for word in alerts.split()]
    told = next((fault for reason, fault in REASONS.items() if reason in reasons), None)
    return told or (Fault.GONE if any(words in printer for words in COMPLAINTS) else None)


def _ask(queue: Queue, command: list[str], wait_s: float) -> str:
    """Run one CUPS command and give what it printed; nothing when it failed, is absent or took too long."""
    surroundings = {**os.environ, "LC_ALL": "C", **({"CUPS_SERVER": queue.server} if queue.server else {})}
    try:
        done = subprocess.run(
            command, env=surroundings, capture_output=True, text=True, timeout=wait_s, stdin=subprocess.DEVNULL, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout
