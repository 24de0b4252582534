"""The agent of a box: when there is a line it sends what waits and fetches what the province says; it never holds up a screen.

One round: hello · keys · events · feed · files · at night the comparison of both ends · evidence · the copy of the database. Each
stage that is refused leaves the others their turn; a line that is cut ends the round. It wakes on new events, on a network that
changed, and on a timer.
"""

import fcntl
import logging
import random
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from appliance import durable
from appliance.config import Home
from appliance.errors import Refused
from sync import (
    copies,
    equality,
    feed,
    files_back,
    files_out,
    handovers,
    lives,
    progress,
    published,
    retry,
    stamping,
    telling,
)
from sync.carrying import OF_THE_LINE, STRETCH_S
from sync.revocation import renew_crls
from sync.sender import Sender, open_sender
from sync.wire import LineDown

POLL_S = 0.5
EVERY_S = 3600.0
SOON_S = 600.0
LINE_MARKS = Path("/proc/net/route")
PASSES_MAX = 1_000
BY_OTHERS = {"stamps", "crls"}  # Stages that need another authority than the province: their faults do not slow the sending.
# What the heartbeat is soon enough for, while new events still wake the agent.
UNREAD = ("budget_hours", "budget_speed", "budget_twice")
PATIENT = {("files", "province_full"), *((stage, code) for stage in ("files", "files_back") for code in UNREAD)}
T = TypeVar("T")
log = logging.getLogger("motcua.agent")


@dataclass
class Agent:
    """A running agent: its sender, and what it remembers between rounds. All of it may be lost without harm."""

    sender: Sender
    mood: retry.Mood = field(default_factory=retry.Mood)
    files: files_out.FilesOut = field(default_factory=files_out.FilesOut)
    copy: copies.CopyOut = field(default_factory=copies.CopyOut)
    stamps: stamping.Stamping = field(default_factory=stamping.Stamping)
    renewed_at: float = float("-inf")
    forgot_at: float = float("-inf")
    forgave_at: float = float("-inf")
    seen: int = 0  # the newest event when the round began
    faults: dict[str, str] = field(default_factory=dict)  # stage: code of what it was refused in this round
    logged: dict[str, str] = field(default_factory=dict)  # what was last logged of each stage: no log grows with every try


def run(home: Home) -> None:
    """Send and fetch until the process is ended. Raises Refused `not_enrolled`, SQLiteTooOld."""
    with (home.run / "agent.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # A second agent of this home would be taken for a second machine: it waits.
        keep_on(Agent(open_sender(home)), threading.Event())


def keep_on(agent: Agent, ended: threading.Event) -> None:
    """Do rounds until `ended` is set."""
    chance = random.Random()
    while not ended.is_set():
        try:
            round_of(agent)
        except Exception as error:  # A defect, or a full disk: it must not end the sending for good.
            _round_failed(agent, error)
        _wait(agent, agent.sender.wire.held_s() + retry.wait_s(agent.mood, time.monotonic(), chance), ended)


def _round_failed(agent: Agent, error: Exception) -> None:
    """Say once what it was, on the screens too where there is room for that, and try again later."""
    code = "box_full" if durable.is_full(error) else "agent_failed"
    if _is_news(agent, "round", repr(error)):
        log.error("a round failed: %s", code, exc_info=error)
    agent.mood = retry.failed(agent.mood)
    with suppress(Exception):
        progress.tell(agent.sender.box, {"last_error": code})


def _is_news(agent: Agent, stage: str, what: str) -> bool:
    before, agent.logged[stage] = agent.logged.get(stage), what
    return what != before


def round_of(agent: Agent) -> bool:
    """Do one round; says whether the line held. Everything it learns is written down as it happens."""
    agent.faults.clear()
    published.mend_trust(agent.sender.box)  # Also without a line: who may sign does not wait for one.
    _forget_failures(agent)
    agent.seen = _newest(agent)
    try:
        for _ in range(PASSES_MAX):
            if not _pass(agent):
                break
    except LineDown as down:
        agent.mood = retry.failed(agent.mood)
        telling.tell_down(agent.sender, down.code)
        return False
    bad = {stage for stage, code in agent.faults.items() if stage not in BY_OTHERS and (stage, code) not in PATIENT}
    agent.logged = {stage: code for stage, code in agent.logged.items() if stage in agent.faults}  # Good again: worth a line anew.
    agent.mood = retry.failed(agent.mood) if bad else retry.succeeded(agent.mood, time.monotonic())
    _tell_up(agent)
    return True


def _pass(agent: Agent) -> bool:
    """Go through the stages once; says whether there are new events that should go before anything else."""
    sender = agent.sender
    answer = _stage(agent, "events", lambda: lives.send_all(sender))
    if answer:
        _stage(agent, "feed", lambda: feed.fetch(sender, answer.feed))
    _stage(agent, "handovers", lambda: handovers.follow(sender))
    _tell_up(agent)
    began = time.monotonic()

    def held_up() -> bool:
        return answer is not None and progress.events_wait(sender.box.db)

    def turn_over() -> bool:
        return held_up() or time.monotonic() - began > STRETCH_S  # Neither new events nor the province's news wait behind scans.

    while _stage(agent, "files_back", lambda: files_back.fetch_some(sender, agent.files, turn_over)) and not turn_over():
        pass
    if held_up():
        return True
    while _stage(agent, "published", lambda: published.fetch_one(sender, all_of_it=False)):
        if held_up():
            return True
    while _stage(agent, "files", lambda: files_out.send_some(sender, agent.files, held_up)):
        _tell_up(agent)
        if turn_over():
            return True
    while _stage(agent, "published", lambda: published.fetch_one(sender)):
        if held_up():
            return True
    if _stage(agent, "equality", lambda: equality.nightly(sender)):
        return True
    _stage(agent, "crls", lambda: _renew_crls(agent))
    if _stage(agent, "stamps", lambda: stamping.stamp_some(sender.box, agent.stamps)):
        return True
    while answer and "files" not in agent.faults and copies.send_some(sender, agent.copy, agent.files, turn_over):
        if turn_over():
            return True
    return False


def _stage(agent: Agent, name: str, act: Callable[[], T]) -> T | None:
    try:
        return act()
    except LineDown:
        raise
    except Refused as refused:
        if _is_news(agent, name, refused.code):
            log.warning("%s: %s", name, refused.code)
        agent.faults[name] = refused.code
        return None


def _forget_failures(agent: Agent) -> None:
    """Let what could not go be tried again: every hour, since somebody may have mended it, and sooner what the line spoilt."""
    if time.monotonic() - agent.forgave_at > SOON_S:
        agent.forgave_at = time.monotonic()
        agent.files.failed = {digest: code for digest, code in agent.files.failed.items() if code not in OF_THE_LINE}
    if time.monotonic() - agent.forgot_at > EVERY_S:
        agent.forgot_at = time.monotonic()
        agent.stamps.undecided.clear()
        agent.files.failed.clear()
        files_back.ask_again(agent.sender.box)


def _renew_crls(agent: Agent) -> None:
    """Renew the officers' revocation lists from their own authority every hour."""
    if time.monotonic() - agent.renewed_at < EVERY_S:
        return
    home = agent.sender.box.home
    if not renew_crls(home.trust, home.settings.crl_urls, agent.stamps.http):
        agent.renewed_at = time.monotonic()


def _tell_up(agent: Agent) -> None:
    telling.tell_up(agent.sender, agent.faults, len(agent.files.failed), len(agent.stamps.undecided))


def _wait(agent: Agent, wait_s: float, ended: threading.Event) -> None:
    """Wait for the time, a changed network, or (when all is well) new events."""
    until, route, counted = time.monotonic() + wait_s, _route(), agent.seen
    while not ended.is_set() and time.monotonic() < until and _route() == route:
        newest = _newest(agent)
        if newest != agent.seen and not agent.mood.failures:
            return
        if newest != counted:
            telling.recount(agent.sender.box)
            counted = newest
        ended.wait(min(POLL_S, max(0.01, until - time.monotonic())))


def _newest(agent: Agent) -> int:
    return agent.sender.box.db.conn.execute("SELECT max(n) FROM event").fetchone()[0] or 0


def _route() -> bytes:
    """Give the kernel's routes: they change when a cable, a modem or a wireless network comes or goes."""
    return LINE_MARKS.read_bytes() if LINE_MARKS.exists() else b""
