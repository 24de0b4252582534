"""Rows of form 06, phiếu kiểm soát quá trình giải quyết hồ sơ: who gave the dossier to whom, when, and whether in time. Pure.

Each row is an act of the ledger that passed the dossier on; its time is compared with that planned for the steps in between.
Basis: TT 03/2025/TT-VPCP, form 06 (bên giao, bên nhận, thời gian giao nhận, kết quả, ghi chú).
"""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import NamedTuple

from appliance.advancing import advance
from appliance.catalogue_sheets import Process
from appliance.dossier import Dossier, Pause
from appliance.internal_process import place
from appliance.looking_back import Told
from appliance.process_faults import planned_minutes

Worked = Callable[[str, str], int]  # Working minutes between two moments, UTC text.
ACTS_THAT_HAND_OVER = frozenset({"dossier.accepted", "dossier.taken", "dossier.returned"})
NOTED = ("note", "reason")  # Personal fields that a row tells.


class Verdict(StrEnum):
    """How the time between two hand-overs compares with the plan."""

    EARLY = "early"
    ON_TIME = "on_time"
    LATE = "late"
    NONE = ""


class HandOver(NamedTuple):
    """A row. Giver and taker are officers' ids ("" is the citizen, or nobody yet); steps the numbers that were finished by it."""

    at: str
    kind: str
    giver: str
    taker: str
    steps: tuple[int, ...]
    to_step: int
    used: int | None
    planned: int | None
    verdict: Verdict
    note: str
    offered_at: str = ""  # when a transfer was offered, before it was taken
    late: bool = False  # was written down only afterwards; `at` is when it truly was


def hand_overs(every: Iterable[Told], process: Process, worked: Worked) -> list[HandOver]:
    """Walk a dossier's events, oldest first, and give its rows."""
    dossier: Dossier | None = None
    offer: Told | None = None
    rows: list[HandOver] = []
    for told in every:
        before, dossier = dossier, advance(dossier, told.event, told.personal)
        offer = told if told.event.t == "dossier.transferred" else offer
        if dossier and dossier.accepted_at and _passes_on(before, dossier, told, process):
            row = _row(before, dossier, told, process, rows, worked)
            rows.append(_as_offered(row, offer) if before and waits(before) and told.event.t == "dossier.taken" else row)
    return [_received(row, after) for row, after in zip(rows, [*rows[1:], None], strict=True)]


def waits(dossier: Dossier) -> bool:
    """Say whether an offer to a colleague or a section is open."""
    return bool(dossier.offered_to or dossier.section)


def _as_offered(row: HandOver, offer: Told | None) -> HandOver:
    """Add when the giver offered what was taken now, and his words."""
    return row._replace(offered_at=offer.event.at, note=str(offer.personal.get("note", ""))) if offer else row


def _passes_on(before: Dossier | None, after: Dossier, told: Told, process: Process) -> bool:
    if before is None or told.event.t in ACTS_THAT_HAND_OVER:
        return True
    return place(process, before) != place(process, after)


def _row(before: Dossier | None, after: Dossier, told: Told, process: Process, rows: list[HandOver], worked: Worked) -> HandOver:
    event, to_step = told.event, place(process, after)
    from_step = rows[-1].to_step if len(rows) > 1 else 1  # The first step lies between acceptance and the first hand-over.
    steps = tuple(range(from_step, to_step)) if rows else ()
    planned = planned_minutes(step for step in process.steps if step.no in steps) if steps else None
    used = _used(rows[-1].at, told.truly_at, after.pauses, worked) if rows else None
    note = next((str(told.personal[name]) for name in NOTED if told.personal.get(name)), "")
    giver, taker = _hands(before, event.t, event.a, after)
    return HandOver(
        told.truly_at,
        event.t,
        giver,
        taker,
        steps,
        to_step,
        used,
        planned,
        verdict(used, planned),
        note,
        late=bool(event.d.get("late_entry")),
    )


def _hands(before: Dossier | None, kind: str, actor: str, after: Dossier) -> tuple[str, str]:
    """Say who gave and who received; the receiver of a finished step is known when that person acts."""
    if before is None or kind == "dossier.accepted":
        return "", actor
    if kind == "dossier.taken":
        return (before.holder or before.accepted_by if before else ""), after.holder
    return actor, ""


def _received(row: HandOver, after: HandOver | None) -> HandOver:
    """Name as receiver who acted next; a dossier that went to the citizen has none."""
    if row.taker or row.kind == "dossier.returned" or after is None:
        return row
    return row._replace(taker=after.giver)


def _used(start: str, end: str, pauses: Iterable[Pause], worked: Worked) -> int:
    """Count working minutes without those in which the citizen was waited for."""
    waited = [(max(start, pause.asked), min(end, pause.brought or end)) for pause in pauses]
    return worked(start, end) - sum(worked(begin, until) for begin, until in waited if begin < until)


def verdict(used: int | None, planned: int | None) -> Verdict:
    """Compare used with planned minutes; no plan, no verdict."""
    if used is None or not planned:
        return Verdict.NONE
    return Verdict.LATE if used > planned else Verdict.EARLY if used < planned else Verdict.ON_TIME


def minutes_at(every: Iterable[HandOver], dossier: Dossier, now: str, worked: Worked) -> int | None:
    """Count the working minutes a dossier has stood where it stands; None before the first row."""
    rows = list(every)
    return _used(rows[-1].at, now, dossier.pauses, worked) if rows else None
