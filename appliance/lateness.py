"""How near a dossier is to its due day, and what the office owes when it was late. Pure, but for the act of explaining.

Dates are compared, never moments; while the citizen is waited for, no dossier becomes late.
"""

from datetime import date, datetime
from enum import StrEnum

from appliance import clock
from appliance.clocks import passed_by, stopped_at
from appliance.dossier import Dossier, Status
from appliance.errors import Refused
from appliance.ledger import Act
from appliance.processing import load
from appliance.rules import LateDuty, Rules
from appliance.workdays import apology_by, is_late
from appliance.working_calendar import Calendar, nth_working_day

APOLOGY = "apology"  # The form's key in the registry of forms.
RUNNING = frozenset({Status.ACCEPTED, Status.PROCESSING})
UNFINISHED_ENDS = frozenset({Status.NOT_ACCEPTED, Status.WITHDRAWN})
EXPLANATION_CHARS_MAX = 4_000


class Stage(StrEnum):
    """Where a running dossier stands on the way to its due day."""

    FINE = "fine"
    REMIND = "remind"
    APOLOGISE = "apologise"
    TODAY = "today"
    LATE = "late"


def stage(rules: Rules, calendar: Calendar, due_at: datetime, today: date) -> Stage:
    """Say how a running dossier stands on a local day; the days of warning are dated rules."""
    if is_late(today, due_at):
        return Stage.LATE
    if today == due_at.date():
        return Stage.TODAY
    if today >= apology_by(rules, calendar, due_at):
        return Stage.APOLOGISE
    return Stage.REMIND if today >= nth_working_day(calendar, due_at.date(), -rules.remind_days_before) else Stage.FINE


def watched_until(rules: Rules, calendar: Calendar, today: date) -> date:
    """Give the last due day of which anybody is reminded on a local day."""
    return nth_working_day(calendar, today, rules.remind_days_before)


def ended_at(rules: Rules, finished_at: str | None, returned_at: str | None) -> str | None:
    """Give the moment (UTC text) at which lateness is judged, by the dated rule: the end of processing or the return."""
    return finished_at if rules.lateness.judged_at_status == str(int(Status.DONE)) else returned_at


def missed(dossier: Dossier, today: date) -> list[str]:
    """List the due dates (local ISO text) this dossier has missed up to a local day; a wait or the end stops the counting."""
    if dossier.status in UNFINISHED_ENDS:
        return list((dossier.due or {}).get("passed", []))
    stopped = clock.local(dossier.finished_at) if dossier.finished_at else stopped_at(dossier)
    return passed_by(dossier, min(today, stopped.date()) if stopped else today)


def owed(rules: Rules, dossier: Dossier, today: date) -> frozenset[LateDuty]:
    """Say what a late dossier still lacks before it may be finished: an explanation newer than the miss, a letter of apology."""
    days = missed(dossier, today)
    if not days:
        return frozenset()
    explained = dossier.explained_at and clock.local_day(dossier.explained_at) > datetime.fromisoformat(days[-1]).date()
    apologised = any(paper.form == APOLOGY for paper in dossier.papers)
    done = {LateDuty.EXPLANATION: explained, LateDuty.APOLOGY: apologised}
    return frozenset(duty for duty in rules.late_close_needs if not done[duty])


def must_owe_nothing(rules: Rules, dossier: Dossier, at: str) -> None:
    """Refuse to finish a late dossier for which nobody answered. Raises Refused `late_unexplained`, `late_no_apology`."""
    owes = owed(rules, dossier, clock.local_day(at))
    if LateDuty.EXPLANATION in owes:
        raise Refused("late_unexplained", code=dossier.code)
    if LateDuty.APOLOGY in owes:
        raise Refused("late_no_apology", code=dossier.code)


def explain(act: Act, dossier_id: str, officer: str, head: str, explanation: str) -> None:
    """Record the written explanation of a late dossier to the head of the unit (an officer's id).

    Raises Refused `not_late`, `reason_missing`, `head_missing`. Basis: NQ 131/NQ-CP 06/10/2022, II.2.
    """
    dossier = load(act, dossier_id)
    if not missed(dossier, clock.local_day(act.reading.at)):
        raise Refused("not_late", code=dossier.code)
    if not explanation.strip():
        raise Refused("reason_missing")
    if not head:
        raise Refused("head_missing")
    clear, personal = {"head": head}, {"explanation": explanation.strip()}
    act.record("lateness.explained", actor=officer, dossier=dossier_id, clear=clear, personal=personal)
