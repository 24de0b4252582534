"""Wall time, and how far it may be trusted. Nothing in the product is ordered by it.

The trusted floor (newest event, package build, newest time signed by the province, newest CRL) is the earliest moment
that "now" can honestly be; numbering and signing ask a person when the clock stands below it or absurdly above.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
AHEAD_MAX = timedelta(days=400)  # A box may have lain switched off for a year; more than that is a broken clock.
QUIET_HOURS = (1, 2, 3, 4, 12)  # Local: for what may cost a little time; noon is for a box that is switched off at night.
BUILT = "2026-11-21T00:00:00.000Z"


class Quality(StrEnum):
    """How the clock was last known to be right; what is not known is `unset`."""

    SYNCED = "synced"
    DRIFTING = "drifting"
    UNSET = "unset"


@dataclass(frozen=True)
class Reading:
    """One look at the clock: UTC text with milliseconds, and its quality."""

    at: str
    quality: Quality


def stamp() -> str:
    """Give the time now as UTC text, for example 2026-11-21T02:15:30.123Z."""
    return text_of(datetime.now(UTC))


def text_of(moment: datetime) -> str:
    """Give an aware moment as UTC text with milliseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def moment_of(at: str) -> datetime:
    """Read UTC text back into an aware datetime. Raises ValueError for anything else."""
    return datetime.fromisoformat(at.replace("Z", "+00:00"))


def local(at: str) -> datetime:
    """Show UTC text as the office's own time (Asia/Ho_Chi_Minh, no summer time)."""
    return moment_of(at).astimezone(LOCAL)


def local_day(at: str) -> date:
    """Give the legal date of a moment: the calendar day in Viet Nam."""
    return local(at).date()


def trouble(now: str, floor: str) -> str | None:
    """Say why `now` cannot be right (`clock_behind`, `clock_ahead`), or None."""
    if now < floor:
        return "clock_behind"
    if moment_of(now) - moment_of(floor) > AHEAD_MAX:
        return "clock_ahead"
    return None
