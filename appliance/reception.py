"""Acceptance: a draft becomes a dossier in one act, with its legal number, its due date, its fee and its slip.

Everything that is decided here is decided from the draft, the catalogue in force and the clock; nobody is asked over a line.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import msgspec

from appliance import (
    clock,
    clocks,
    drafts,
    fees,
    files,
    forms,
    moves,
    numbering,
    paper_slips,
    people,
    procedures,
    process_shelf,
    roles,
    slips,
    workdays,
)
from appliance.catalogue import Catalogue
from appliance.config import Home
from appliance.dossier import Dossier, Status
from appliance.drafts import Body, Draft, Part
from appliance.errors import Refused
from appliance.events import FileRef
from appliance.fees import FeeLine
from appliance.forms import SlipData
from appliance.ids import uuid7
from appliance.ledger import Act
from appliance.office import Office, office_of
from appliance.officers import Officer
from appliance.procedures import Asked, Kind, Procedure, ResultRule
from appliance.processing import load
from appliance.roles import RoleAsked
from appliance.text import Line, day_text
from appliance.workdays import Due
from appliance.working_calendar import Calendar

BOOK = "dossier"
OTHER_NAME = "Giấy tờ khác"


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


@dataclass(frozen=True)
class Accepted:
    """What acceptance made."""

    dossier: str
    code: str
    due_at: str  # local ISO text
    slip: str
    slip_size: int
    late: bool = False  # entered after the box was down


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
    originals = [(one.pages, one.copies) for one in body.originals]
    exempt = body.exemption or None
    lines, costs = fees.compute_for(catalogue.fee_table, procedure.code, procedure.fees, body.channel, day, originals, exempt)
    wanted = [line for line in lines if not line.on_request]
    known = [fees.entered(x, body.fee_amounts[x.name]) if x.amount is None and x.name in body.fee_amounts else x for x in wanted]
    return tuple(known), costs


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


def accept(act: Act, home: Home, catalogue: Catalogue, draft_id: str, officer: Officer, counter: str = "") -> Accepted:
    """Make a dossier of a draft: number, due date, slip, one event, and the draft emptied. Accepting twice gives the first.

    A late entry has the number of its paper, and counts from when it truly came.

    Raises Refused `not_ready` with the list of codes, `process_missing`, `numbers_exhausted`, `clock_behind`, `draft_unknown`,
    for a late entry what `paper_slips.judge` raises.
    """
    draft = drafts.load(act.db, draft_id)
    if draft.accepted_as:
        return _again(act, draft.accepted_as)
    if draft.discarded_at:
        raise Refused("draft_discarded")
    received = received_at(draft.body, act.reading.at)
    now = clock.local(received)
    choice = choose(catalogue, draft.body, now, clocks.calendar_of(catalogue, act.db))
    if (gaps := missing(draft, choice)) or choice is None:
        raise Refused("not_ready", codes=gaps)
    office = office_of(home.settings)
    number = _number(act, catalogue, office.unit, draft.body)
    process = process_shelf.for_case(act.db, choice.procedure.code, choice.case, now.date(), choice.procedure.name)
    code = catalogue.books[BOOK].write(number.n, now.date(), unit=office.unit)
    persons = {
        "applicant": people_of(draft.body.applicant),
        "authorised": people_of(draft.body.authorised),
        "persons": roles.written(choice.roles, draft.body.persons),
    }
    dossier, clear = uuid7(), _clear(draft, choice, office, code, number, received, counter) | _late(draft.body, act.reading.at)
    limit = slips.limit_words(choice.limit, choice.due)
    slip = forms.render("slip", _slip(dossier, clear, persons, names_of(draft, choice), office, limit, officer, act.reading.at))
    digest = files.put(home, slip)
    act.record(
        "dossier.accepted",
        actor=officer.id,
        dossier=dossier,
        clear=clear | {"slip": digest, "process": process.named},
        personal=persons | {"names": names_of(draft, choice), "note": draft.body.note},
        files=[*drafts.files_named(draft), FileRef(digest, len(slip), "application/pdf")],
    )
    drafts.close(act, draft_id, dossier)
    act.touch("inbox")
    assert choice.due.at
    return Accepted(dossier, code, choice.due.at.isoformat(), digest, len(slip), draft.body.late is not None)


def _number(act: Act, catalogue: Catalogue, unit: str, body: Body) -> numbering.Number:
    """Take the next number, or that of the paper of a late entry."""
    book = catalogue.books[BOOK]
    if body.late is None:
        return numbering.take(act, book, unit)
    return paper_slips.use(act, book, unit, body.late, catalogue.rules_on(clock.local_day(act.reading.at)).late_entry_days)


def _late(body: Body, now: str) -> dict[str, Any]:
    return {"late_entry": {"entered_at": now, "why": body.late.why}} if body.late else {}


def accept_filed(
    act: Act, home: Home, catalogue: Catalogue, dossier_id: str, officer: Officer, counter: str = "", due_day: str = ""
) -> Accepted:
    """Accept a dossier that was filed online or by post: its portal's code stays, no number is taken, the clock starts now.

    `due_day`: ISO day an officer promises where the catalogue states no limit. Its own officer accepting twice gets the first.
    Raises Refused `not_ready`, `wrong_status`, `already_accepted`, `payment_open`, `supplement_open`, `process_missing`,
    `procedure_unknown`.
    """
    dossier = load(act, dossier_id)
    if dossier.filed_at and dossier.accepted_by == officer.id:
        return _again(act, dossier_id)
    moves.check(dossier, "dossier.accepted")
    now = clock.local(act.reading.at)
    choice = choice_of(catalogue, dossier, now, clocks.calendar_of(catalogue, act.db), due_day)
    if choice is None or choice.due.at is None:
        raise Refused("not_ready", codes=["due_missing"])
    process = process_shelf.for_case(act.db, dossier.procedure, choice.case, now.date(), dossier.procedure_name)
    started = {"accepted_at": act.reading.at, "due": clocks.written(choice.due)}
    slip = slips.issue(home, catalogue, msgspec.structs.replace(dossier, **started), officer.name, act.reading.at)
    same = ("code", "unit", "procedure", "procedure_name", "case", "channel", "components", "fee_lines", "result_by", "offices")
    known = {name: getattr(dossier, name) for name in same}
    act.record(
        "dossier.accepted",
        actor=officer.id,
        dossier=dossier_id,
        clear=known | started | {"slip": slip.s, "counter": counter, "process": process.named},
        personal={name: getattr(dossier, name) for name in ("applicant", "authorised", "persons", "note")},
        files=[slip],
    )
    act.touch("inbox")
    return Accepted(dossier_id, dossier.code, choice.due.at.isoformat(), slip.s, slip.n)


def _again(act: Act, dossier: str) -> Accepted:
    row = next(act.db.query("SELECT code, due_at, state FROM dossier WHERE id = ?", [dossier]))
    state = msgspec.json.decode(row["state"])
    slip = state["slip"]
    size = next(act.db.query("SELECT size FROM dossier_file WHERE dossier = ? AND digest = ?", [dossier, slip]))["size"]
    return Accepted(dossier, row["code"], row["due_at"], slip, size, "late_entry" in state)


def people_of(typed: dict[str, str]) -> dict[str, Any]:
    """Check and tidy a person as typed at the counter; empty for nobody. Raises what people.person raises."""
    return people.tidy(typed) if any(value.strip() for value in typed.values()) else {}


def _clear(
    draft: Draft, choice: Choice, office: Office, code: str, number: numbering.Number, at: str, counter: str
) -> dict[str, Any]:
    body = draft.body
    due = choice.due
    return {
        "code": code,
        "number": number.clear(),
        "unit": office.unit,
        "procedure": choice.procedure.code,
        "procedure_name": choice.procedure.name,
        "case": choice.case,
        "channel": body.channel,
        "accepted_at": at,
        "due": clocks.written(due),
        "components": _components(draft, choice),
        "fee_lines": [line.clear() for line in choice.fee_lines],
        "result_by": body.result_by,
        "counter": counter,
    }


def _lines(lines: tuple[Line, ...]) -> list[dict[str, Any]]:
    return [{"code": x.code, "facts": {k: str(v) for k, v in x.facts.items()}} for x in lines]


def part_of(body: Body, asked: Asked) -> Part:
    """Give a component as ticked; untouched it is an original or a copy, as many as the catalogue asks for."""
    if part := body.parts.get(asked.key):
        return part
    wanted = asked.component
    if wanted.originals or not wanted.copies:
        return Part(count=wanted.originals or 1)
    return Part(copy="copy", count=wanted.copies)


def brought(draft: Draft, choice: Choice) -> list[Asked]:
    """List what the citizen brought: what was ticked, and what was scanned."""
    shown = _shown(choice) if choice.certifies and draft.body.originals else None
    return [asked for asked in choice.asked if asked is shown or part_of(draft.body, asked).have or draft.of(asked.key)]


def _shown(choice: Choice) -> Asked | None:
    """Give the component that originals stand for: the one that is only shown, else the first."""
    asked = choice.asked
    return next((one for one in asked if one.component.kind is Kind.PRESENT), asked[0] if asked else None)


def names_of(draft: Draft, choice: Choice) -> dict[str, str]:
    """Give what the listed originals are called, by key of their component; a title may name a person, so it is sealed."""
    keys = _original_keys(draft, choice)
    return {key: one.title.strip() for key, one in zip(keys, draft.body.originals, strict=True)}


def _original_keys(draft: Draft, choice: Choice) -> list[str]:
    shown = _shown(choice) if choice.certifies else None
    return [shown.key if n == 1 else f"{shown.key}-{n}" for n, _ in enumerate(draft.body.originals, 1)] if shown else []


def _components(draft: Draft, choice: Choice) -> list[dict[str, Any]]:
    """Give what was brought as an event names it; each original to be copied also says how many pages, copies and đồng."""
    shown = _shown(choice) if choice.certifies else None
    parts = []
    for asked in brought(draft, choice):
        part = _component(draft, asked)
        parts += _originals(draft, choice, part) if asked is shown else [part]
    return [*parts, *_others(draft)]


def _originals(draft: Draft, choice: Choice, part: dict[str, Any]) -> list[dict[str, Any]]:
    """Make of the component one for each original; what was scanned of it lies with the first."""
    listed = zip(_original_keys(draft, choice), draft.body.originals, choice.costs, strict=True)
    return [
        part
        | {"key": key, "wanted": {"pages": one.pages, "copies": one.copies, "fee": cost}}
        | ({} if key == part["key"] else {"pages": []})
        for key, one, cost in listed
    ]


def _component(draft: Draft, asked: Asked) -> dict[str, Any]:
    part = part_of(draft.body, asked)
    return {
        "key": asked.key,
        "name": asked.component.name,
        "kind": str(asked.component.kind),
        "copy": part.copy,
        "count": part.count,
        "scan": asked.scan,
        "pages": drafts.pages_named(draft, asked.key),
    } | ({"kept": True, "slot": draft.body.slot} if part.kept else {})


def _others(draft: Draft) -> list[dict[str, Any]]:
    """Give the pages that belong to no component of the procedure as one more, so that nothing scanned is left out."""
    pages = drafts.pages_named(draft, drafts.OTHER)
    paper = {"key": drafts.OTHER, "name": OTHER_NAME, "kind": "submit", "copy": "copy", "count": 1, "scan": True}
    return [{**paper, "pages": pages}] if pages else []


def _slip(
    dossier: str,
    clear: dict[str, Any],
    persons: dict[str, Any],
    names: dict[str, str],
    office: Office,
    limit: str,
    officer: Officer,
    at: str,
) -> SlipData:
    known = {name: value for name, value in clear.items() if name != "number"}
    parts = {name: tuple(clear[name]) for name in ("components", "fee_lines")}
    people_in = persons | {"persons": tuple(persons["persons"]), "part_names": names}
    value = Dossier(dossier, status=Status.ACCEPTED, **known | parts | people_in)
    return slips.slip_of(value, office, limit, officer.name, at)
