"""How much of the line files may use, hour by hour, as a technician set it; events, keys and hello are never held back by it.

`file_budget` in motcua.toml: {"7-17" = 256} is 256 kbit/s from 7:00 to 17:00, the office's time; 0 is no files at all; an hour that
is not named has no bound.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from appliance import clock
from appliance.config import Home
from appliance.errors import Refused

HOURS = 24
SPEED_MIN = 32  # kbit/s. Below it one chunk takes longer than a line that flaps may last.
SPEED_MAX = 10_000_000
SPAN = re.compile(r"([0-9]{1,2})-([0-9]{1,2})")
BYTES_OF_KBIT = 125
Hours = tuple[int | None, ...]  # kbit/s of each hour of the day; None: no bound


def read(given: Mapping[str, int]) -> Hours:
    """Work out each hour. Raises Refused `budget_hours`, `budget_speed`, `budget_twice`."""
    hours: list[int | None] = [None] * HOURS
    for span, speed in given.items():
        if speed and not SPEED_MIN <= speed <= SPEED_MAX:
            raise Refused("budget_speed", given=speed, least=SPEED_MIN, most=SPEED_MAX)
        for hour in hours_of(span):
            if hours[hour] is not None:
                raise Refused("budget_twice", hour=hour)
            hours[hour] = speed
    return tuple(hours)


def written(spans: Iterable[str]) -> dict[str, int]:
    """Read what a technician typed: "7-17=256". Raises Refused `budget_hours`, `budget_speed`, `budget_twice`."""
    given: dict[str, int] = {}
    for text in spans:
        span, _, speed = text.partition("=")
        hours_of(span)
        if not speed.isascii() or not speed.isdigit():
            raise Refused("budget_speed", given=speed, least=SPEED_MIN, most=SPEED_MAX)
        if span in given:
            raise Refused("budget_twice", hour=hours_of(span)[0])
        given[span] = int(speed)
    return given


def hours_of(span: str) -> list[int]:
    """List the hours of a span: "7-17" are ten, "22-5" goes over midnight. Raises Refused `budget_hours`."""
    found = SPAN.fullmatch(span)
    first, end = (int(found[1]), int(found[2])) if found else (0, 0)
    if first == end or first >= HOURS or end > HOURS:
        raise Refused("budget_hours", given=span)
    return [hour % HOURS for hour in range(first, end if first < end else end + HOURS)]


def of(home: Home) -> Hours:
    """Read what stands in motcua.toml now; it may have changed since this process began."""
    return read(Home(home.root).settings.file_budget)


def speed_at(hours: Hours, at: str) -> int | None:
    """Give the kbit/s that files may use at a moment (UTC text)."""
    return hours[clock.local(at).hour]


@dataclass
class Purse:
    """Pays for chunks: the next one may go when those before are paid for, so never more than one chunk a connection ahead."""

    paid_at: float = float("-inf")  # monotonic seconds

    def wait_s(self, now: float) -> float:
        """Say how long the next chunk has to wait."""
        return max(0.0, self.paid_at - now)

    def pay(self, size: int, bytes_per_s: float, now: float) -> None:
        """Pay for a chunk that begins now."""
        self.paid_at = max(self.paid_at, now) + size / bytes_per_s
