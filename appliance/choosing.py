"""What a choice of procedure and case means at a moment: components, limit, due day, fee, roles; and what still lacks. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, time

from appliance import (
    fees,
    procedures,
    roles,
    workdays,
)
from appliance.catalogue import Catalogue
from appliance.dossier import Dossier
from appliance.drafts import Body, Draft, Original
from appliance.fees import FeeLine
from appliance.procedures import Asked, Procedure, ResultRule
from appliance.roles import RoleAsked
from appliance.rules import BothCopiesFee
from appliance.text import Line, day_text
from appliance.workdays import Due
from appliance.working_calendar import Calendar


@dataclass(frozen=True)
class Choice:
    """What the catalogue says about a draft's procedure and case, at a moment: the right column of the reception page."""

    procedure: Procedure
    case: str
    asked: tuple[Asked, ...]
    limit: workdays.Limit
    due: Due
    fee_lines: tuple[FeeLine, ...]
    rule: ResultRule
    roles: tuple[RoleAsked, ...] = ()
    costs: tuple[int | None, ...] = ()  # of each original, in đồng

    @property
    def certifies(self) -> bool:
        """Say whether the request is for copies of originals: each with its pages and copies is then asked for."""
        return self.rule.originals


def choose(catalogue: Catalogue, body: Body, at: datetime, calendar: Calendar) -> Choice | None:
    """Say what a draft's choice of procedure means now (local moment; the calendar of the office); None before one is chosen."""
    if not body.procedure:
        return None
    procedure, day = procedures.get(catalogue, body.procedure), at.date()
    case = body.case or procedure.cases[0].id
    rules = catalogue.rules_on(day)
    limit = procedures.limit_for(procedure, case, body.channel, rules)
    fee_lines, costs = _fee_lines(catalogue, procedure, body, day)
    return Choice(
        procedure=procedure,
        case=case,
        asked=procedures.components_for(procedure, case, body.channel),
        limit=limit,
        due=_due(workdays.due_date(rules, calendar, at, limit), body, rules.day_end(), at),
        fee_lines=fee_lines,
        costs=costs,
        rule=procedures.result_rule(catalogue.result_rules, procedure, day),
        roles=catalogue.roles_of(procedure.code, day),
    )


def received_at(body: Body, now: str) -> str:
    """Say when the papers of a draft came (UTC text): now, or when the slip that was printed beforehand says."""
    return body.late.at if body.late else now


def choice_of(catalogue: Catalogue, dossier: Dossier, at: datetime, calendar: Calendar, due_day: str = "") -> Choice | None:
    """Say what accepting a filed dossier now would mean. Raises as `choose` does."""
    body = Body(procedure=dossier.procedure, case=dossier.case, channel=dossier.channel, due_day=due_day)
    return choose(catalogue, body, at, calendar)


def _due(due: Due, body: Body, day_end: time, at: datetime) -> Due:
    """Where the catalogue states no limit, the day an officer promised stands, and says so."""
    if due.at is not None or not body.due_day:
        return due
    promised = datetime.combine(date.fromisoformat(body.due_day), day_end, at.tzinfo)
    return Due(promised, False, (Line("due_by_officer", {"day": day_text(promised.date())}),))


def _fee_lines(
    catalogue: Catalogue, procedure: Procedure, body: Body, day: date
) -> tuple[tuple[FeeLine, ...], tuple[int | None, ...]]:
    originals = [(one.pages, charged(one, catalogue.rules_on(day).both_copies_fee)) for one in body.originals]
    exempt = body.exemption or None
    lines, costs = fees.compute_for(catalogue.fee_table, procedure.code, procedure.fees, body.channel, day, originals, exempt)
    wanted = [line for line in lines if not line.on_request]
    known = [fees.entered(x, body.fee_amounts[x.name]) if x.amount is None and x.name in body.fee_amounts else x for x in wanted]
    return tuple(known), costs


def charged(original: Original, both: BothCopiesFee) -> int:
    """Count the copies of an original that are paid for."""
    return original.copies if original.copies and both == BothCopiesFee.PAPER else original.copies + original.electronic


def missing(draft: Draft, choice: Choice | None) -> list[str]:
    """List what still stands against acceptance, as codes with a sentence each; empty when the dossier can be accepted.

    A component that was not scanned does not stand in the way: a broken scanner never stops the counter.
    """
    body, found = draft.body, []
    if not any(body.applicant.get(name, "").strip() for name in ("name", "organisation")):
        found.append("applicant_missing")
    if body.authorised and not body.authorised.get("basis", "").strip():
        found.append("authority_missing")
    if choice is None:
        return [*found, "procedure_missing"]
    if roles.missing(choice.roles, body.persons):
        found.append("persons_missing")
    if not choice.certifies and not (draft.pages or any(part.have for part in body.parts.values())):
        found.append("components_missing")
    if choice.certifies and not (body.originals and all(one.whole for one in body.originals)):
        found.append("copies_missing")
    if choice.due.at is None:
        found.append("due_missing")
    if fees.total(choice.fee_lines) is None and "copies_missing" not in found:
        found.append("fee_missing")
    return found
