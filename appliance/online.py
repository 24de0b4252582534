"""Dossiers that come from outside the counter: filed at the portal or by post, waiting to be checked (status 1).

Filing decides nothing and takes no money: what is owed is listed with its moment of payment, and the clock does not run yet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from appliance import fees, offices, people, portal_money, procedures
from appliance.catalogue import Catalogue
from appliance.events import FileRef
from appliance.ids import uuid7
from appliance.ledger import Act
from appliance.portal_money import PortalPayment
from appliance.procedures import Asked
from appliance.rules import Rules
from appliance.working_calendar import Calendar, add_work_minutes

FILED = "dossier.filed"
PORTAL = "agent"  # What came over the line is brought by the box's own agent; no person here filed it.


@dataclass(frozen=True)
class Filing:
    """What a portal sends: its own code, the person as typed, files by component key (all in one: one PDF a component).

    `filed_at` UTC text; `offices`: codes of the units that received, resolve, support it where these differ; `paid`: money the
    portal took.
    """

    code: str
    procedure: str
    filed_at: str
    applicant: dict[str, str]
    case: str = ""
    channel: str = "online"
    result_by: str = "electronic"
    files: Sequence[tuple[str, FileRef, int]] = ()  # component key, stored file, number of its pages
    offices: dict[str, str] | None = None
    paid: PortalPayment | None = None
    note: str = ""


def file_online(act: Act, catalogue: Catalogue, unit: str, filing: Filing, day: date) -> str:
    """File a dossier under the code its portal gave it (status 1) and give its id; the same code twice is one dossier.

    Raises Refused `procedure_unknown`, `case_unknown`, `channel_not_offered`, `amount_wrong`, and what people.tidy refuses.
    """
    known = act.db.conn.execute("SELECT id FROM dossier WHERE code = ?", [filing.code]).fetchone()
    if known:
        return known[0]
    clear, personal = judged(catalogue, unit, filing, day)
    dossier = uuid7()
    named = [file for _, file, _ in filing.files]
    act.record(FILED, actor=PORTAL, dossier=dossier, clear=clear, personal=personal, files=named)
    act.touch("inbox")
    return dossier


def judged(catalogue: Catalogue, unit: str, filing: Filing, day: date) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give what the event of a filing says, in clear and of persons; records nothing. Raises Refused as `file_online`."""
    procedure, rules = procedures.get(catalogue, filing.procedure), catalogue.rules_on(day)
    case = filing.case or procedure.cases[0].id
    procedures.limit_for(procedure, case, filing.channel, rules)  # Refuses a channel the source rules out.
    owed = fees.compute(catalogue.fee_table, procedure.code, procedure.fees, filing.channel, day, when=rules.fee_when)
    fee_lines, paid = [line.clear() for line in owed if not line.on_request], {}
    if filing.paid:
        fee_lines, paid["portal_payment"] = portal_money.settle(fee_lines, filing.paid)
    clear = {
        "code": filing.code,
        "unit": unit,
        "procedure": procedure.code,
        "procedure_name": procedure.name,
        "case": case,
        "channel": filing.channel,
        "filed_at": filing.filed_at,
        "components": [_component(one, filing) for one in procedures.components_for(procedure, case, filing.channel)],
        "fee_lines": fee_lines,
        "result_by": filing.result_by,
        "offices": offices.of_filing(procedure, filing.offices, unit),
    }
    personal = {"applicant": people.tidy(filing.applicant, day), "note": filing.note}
    evidence = {"evidence": filing.paid.evidence.strip()[: portal_money.WORDS_MAX]} if filing.paid else {}
    return clear | paid, personal | evidence


def reply_by(rules: Rules, calendar: Calendar, filed_at: datetime) -> datetime:
    """Give the local moment by which an online dossier is to be accepted, refused or sent back, by the dated rule."""
    return add_work_minutes(rules, calendar, filed_at, rules.online_reply_hours * 60)


def _component(asked: Asked, filing: Filing) -> dict[str, Any]:
    pages = [
        {"file": file.s, "turn": 0, "n": n} for key, file, count in filing.files if key == asked.key for n in range(1, count + 1)
    ]
    return {
        "key": asked.key,
        "name": asked.component.name,
        "kind": str(asked.component.kind),
        "copy": "copy",
        "count": 1,
        "scan": False,
        "pages": pages,
    }
