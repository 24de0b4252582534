"""When to try again: full jitter, never giving up, and quickly at first after a line that was good a moment ago. Pure."""

import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

FIRST_S = 0.5
CAP_S = 20.0  # A try without a line costs nothing, and an officer may be waiting for the badge to turn.
CAP_WHILE_FRESH_S = 2.0
FRESH_S = 60.0
HEARTBEAT_S = 30.0
ASKED_MAX_S = 300.0  # However much longer the province asks to be left alone.
ABSURD_S = 86_400.0  # Nobody means this.


@dataclass(frozen=True)
class Mood:
    """How the last tries went: failures in a row, and when (monotonic seconds) the last one succeeded."""

    failures: int = 0
    good_at: float = float("-inf")


def succeeded(mood: Mood, now: float) -> Mood:
    """Note a success."""
    return Mood(0, now)


def failed(mood: Mood) -> Mood:
    """Note a failure."""
    return replace(mood, failures=mood.failures + 1)


def wait_s(mood: Mood, now: float, chance: random.Random) -> float:
    """Say how long to wait before the next try: anything between nothing and the cap, so that many boxes do not come at once."""
    if not mood.failures:
        return HEARTBEAT_S * chance.uniform(0.9, 1.1)
    cap = CAP_WHILE_FRESH_S if now - mood.good_at < FRESH_S else CAP_S
    return chance.uniform(0, min(cap, FIRST_S * 2 ** min(mood.failures, 16)))


def asked_s(field: str, date: str) -> float:
    """Read Retry-After (RFC 9110 §10.2.3): seconds, or a moment, which is counted from the `Date` of the same answer.

    Gives 0 for what is neither, is over, or is absurd.
    """
    if field.isascii() and field.isdigit():
        asked = float(field)
    else:
        try:
            asked = (_moment(field) - _moment(date)).total_seconds()
        except ValueError:
            return 0.0
    return min(asked, ASKED_MAX_S) if 0 < asked <= ABSURD_S else 0.0


def _moment(text: str) -> datetime:
    found = parsedate_to_datetime(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)  # The old form of a date names no zone.
