"""A deadline in few words, as every list and page shows it. Pure: the calendar and the moment are handed in."""

from dataclasses import dataclass
from datetime import datetime

from appliance.clock import local
from appliance.dossier import Status
from appliance.lateness import Stage, stage
from appliance.rules import Rules
from appliance.text import NBSP, time_text
from appliance.workdays import is_late, remaining
from appliance.working_calendar import Calendar

SOON_DAYS = 1
PAUSED = frozenset({Status.SUPPLEMENT, Status.FINANCIAL, Status.STOPPED})
OVER = frozenset({Status.NOT_ACCEPTED, Status.WITHDRAWN})


@dataclass(frozen=True)
class Chip:
    """`kind` as the design names it ("", soon, today, late, pause, done); `left` working days, None where nothing runs."""

    kind: str
    words: str
    left: int | None = None

    @property
    def is_near(self) -> bool:
        """Say whether it falls due today or so soon that somebody is reminded."""
        return self.kind in ("today", "soon")

    @property
    def is_late(self) -> bool:
        """Say whether it is running and overdue."""
        return self.left is not None and self.left < 0


def due_chip(rules: Rules, calendar: Calendar, now: datetime, status: Status, due_at: str | None, ended_at: str | None) -> Chip:
    """Say how a dossier stands with its deadline at a local moment; `ended_at` is `lateness.ended_at`. Dates are compared."""
    if status in PAUSED:
        return Chip("pause", "Tạm dừng")
    if status in OVER:
        return Chip("", "Không tính hạn")
    if not due_at:
        return Chip("", "Không có hạn")
    due = datetime.fromisoformat(due_at)
    if ended_at:
        return _finished(local(ended_at), due)
    return _running(remaining(calendar, now, due), due, stage(rules, calendar, due, now.date()))


def _finished(done: datetime, due: datetime) -> Chip:
    if is_late(done.date(), due):
        return Chip("late", "Xong trễ hạn")
    return Chip("done", "Xong đúng hạn" if done.date() == due.date() else "Xong trước hạn")


def _running(left: int, due: datetime, stage: Stage) -> Chip:
    if left < 0:
        return Chip("late", f"Quá {-left} ngày", left)
    if left == 0:
        return Chip("today", f"Hôm{NBSP}nay{NBSP}{time_text(due)}", left)
    return Chip("soon" if stage in (Stage.REMIND, Stage.APOLOGISE) else "", f"Còn {left} ngày", left)
