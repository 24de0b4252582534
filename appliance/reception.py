"""Acceptance: a draft becomes a dossier in one act, with its legal number, its due date, its fee and its slip.

Everything that is decided here is decided from the draft, the catalogue in force and the clock; nobody is asked over a line.
"""

from dataclasses import dataclass
from typing import Any

import msgspec

from appliance import (
    clock,
    clocks,
    drafts,
    files,
    forms,
    money,
    moves,
    numbering,
    offices,
    paper_slips,
    people,
    process_shelf,
    roles,
    slips,
)
from appliance.catalogue import Catalogue
from appliance.choosing import Choice, choice_of, choose, missing, received_at
from appliance.components import components, names_of, unscanned
from appliance.config import Home
from appliance.dossier import Dossier, Status
from appliance.drafts import Body, Draft
from appliance.errors import Refused
from appliance.events import FileRef
from appliance.forms import SlipData
from appliance.ids import uuid7
from appliance.ledger import Act
from appliance.office import Office, office_of
from appliance.officers import Officer
from appliance.processing import load

BOOK = "dossier"


@dataclass(frozen=True)
class Accepted:
    """What acceptance made."""

    dossier: str
    code: str
    due_at: str  # local ISO text
    slip: str
    slip_size: int
    late: bool = False  # entered after the box was down


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
    if (gaps := [*missing(draft, choice), *(why.code for _, why in unscanned(draft, choice))]) or choice is None:
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
        personal=persons
        | {"names": names_of(draft, choice), "note": draft.body.note}
        | ({"exemption": draft.body.exemption} if draft.body.exemption else {}),
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
    act: Act,
    home: Home,
    catalogue: Catalogue,
    dossier_id: str,
    officer: Officer,
    counter: str = "",
    due_day: str = "",
    exemption: str = "",
) -> Accepted:
    """Accept a dossier that was filed online or by post: its portal's code stays, no number is taken, the clock starts now.

    `due_day`: ISO day an officer promises where the catalogue states no limit; `exemption`: why fee lines that are not paid yet
    stand at 0, as the fee table lists it. Its own officer accepting twice gets the first.
    Raises Refused `not_ready`, `exemption_not_listed`, `wrong_status`, `already_accepted`, `payment_open`, `supplement_open`,
    `process_missing`, `procedure_unknown`.
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
    if exemption:
        known["fee_lines"] = money.waive(money.of_table(catalogue, dossier, now.date()), dossier.fee_lines, exemption)
    act.record(
        "dossier.accepted",
        actor=officer.id,
        dossier=dossier_id,
        clear=known | started | {"slip": slip.s, "counter": counter, "process": process.named},
        personal={name: getattr(dossier, name) for name in ("applicant", "authorised", "persons", "note")}
        | ({"exemption": exemption} if exemption else {}),
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
    if typed.get("old_address") == typed.get("address"):  # The citizen was asked, and it stays.
        typed = {field: value for field, value in typed.items() if field != "old_address"}
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
        "components": components(draft, choice),
        "fee_lines": [line.clear() for line in choice.fee_lines],
        "result_by": body.result_by,
        "counter": counter,
        "offices": offices.of_counter(choice.procedure, body.helped_by),
    }


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
