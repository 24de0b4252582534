"""Waiting for papers: what is missing is asked for once and in full, and what is brought joins the dossier with a new due date."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

import msgspec

from appliance import brought, catalogue_shelf, clock, clocks, drafts, moves, notices, slips
from appliance.brought import key_of
from appliance.config import Home
from appliance.dossier import Dossier, Status
from appliance.drafts import OTHER, Draft
from appliance.errors import Refused
from appliance.events import FileRef
from appliance.forms import NoticeData
from appliance.forms.notices import Item
from appliance.ledger import Act
from appliance.notices import SUPPLEMENT
from appliance.officers import Officer
from appliance.processing import load, must_hold
from appliance.rights import may
from appliance.rules import Rules
from appliance.text import day_text
from appliance.working_calendar import Calendar, working_day_on_or_after

FORMS = {"original": "Bản chính", "copy": "Bản sao", "certified": "Bản sao có chứng thực"}
OTHER_NAME = "Giấy tờ bổ sung khác"
LATER = "Giấy tờ bổ sung {n}"  # How a component that was brought later is called in clear.
NEW_DUE = "Ngày hẹn trả đã tính lại khi nhận bổ sung ngày {day}. Giấy này thay bản in trước."


class Missing(msgspec.Struct, frozen=True):
    """A paper that must be brought or mended: what, where to get it, and as original, copy or certified copy."""

    what: str
    where: str = ""
    form: str = "original"


def rounds(dossier: Dossier) -> int:
    """Count how often papers were asked for."""
    return sum(pause.status == Status.SUPPLEMENT for pause in dossier.pauses)


def until_day(rules: Rules, calendar: Calendar, today: date) -> date:
    """Give the last day for bringing papers asked for today: the dated number of days, never ending on a day off."""
    return working_day_on_or_after(calendar, today + timedelta(days=rules.supplement_days))


def check_round(dossier: Dossier, rules: Rules) -> None:
    """Refuse `supplement_rounds_over` where the dated rule knows a limit and it is reached."""
    most = rules.supplement_rounds_max
    if most is not None and rounds(dossier) >= most:
        raise Refused("supplement_rounds_over", code=dossier.code, most=most)


def request(
    home: Home, dossier: Dossier, officer: Officer, at: str, items: Sequence[Missing], reason: str, until: date, contact: str = ""
) -> NoticeData:
    """Give what stands on form 02."""
    printed = tuple(Item(what=item.what, where=item.where, form=FORMS[item.form]) for item in items)
    more = {"items": printed, "until": until.isoformat(), "contact": contact}
    return notices.notice_of(home, SUPPLEMENT, dossier, officer, at, reason, **more)


def request_supplement(
    act: Act, home: Home, dossier_id: str, officer: Officer, items: Sequence[Missing], reason: str, contact: str = ""
) -> FileRef:
    """Ask for papers (1, 4, 6 → 5) and give the form 02; the clock stands still until they are brought.

    While it is processed the counter asks, or who holds it. Raises Refused `wrong_status`, `result_exists`, `not_holder`,
    `items_missing`, `reason_missing`, `supplement_rounds_over`, and what the form refuses.
    """
    dossier = load(act, dossier_id)
    moves.check(dossier, "supplement.requested")
    if dossier.status == Status.PROCESSING and not may(officer.roles, "receive_supplement"):
        must_hold(dossier, officer.id)
    if not items or not all(item.what.strip() for item in items):
        raise Refused("items_missing", code=dossier.code)
    if not reason.strip():
        raise Refused("reason_missing")
    today = clock.local_day(act.reading.at)
    catalogue = catalogue_shelf.current(home, today)
    rules = catalogue.rules_on(today)
    check_round(dossier, rules)
    until = until_day(rules, clocks.calendar_of(catalogue, act.db), today)
    data = request(home, dossier, officer, act.reading.at, items, reason.strip(), until, contact)
    file = notices.issue(home, SUPPLEMENT, data)
    act.record(
        "supplement.requested",
        actor=officer.id,
        dossier=dossier_id,
        clear={"form": SUPPLEMENT, "file": file.s, "until": until.isoformat(), "round": rounds(dossier) + 1},
        personal={"reason": reason.strip(), "items": [msgspec.structs.asdict(item) for item in items]},
        files=[file],
    )
    return file


def receive_supplement(
    act: Act, home: Home, dossier_id: str, officer: Officer, draft_id: str, ticked: Collection[str], note: str = ""
) -> FileRef | None:
    """Take in what was brought (5 → where the wait began): papers of the draft and those only ticked; give the new slip.

    No slip while the clock does not run again: before acceptance, or while money is still waited for.
    Raises Refused `wrong_status`, `nothing_brought`, those of `brought.taken`, and what the slip refuses.
    """
    dossier = load(act, dossier_id)
    moves.check(dossier, "supplement.received")
    draft = brought.taken(act, draft_id, dossier, officer.id, brought.SUPPLEMENT)
    parts = _parts(dossier, draft, ticked)
    if not parts:
        raise Refused("nothing_brought", code=dossier.code)
    names = {part["key"]: item for part, item in parts}
    after = msgspec.structs.replace(
        dossier, components=(*dossier.components, *(part for part, _ in parts)), part_names=dossier.part_names | names
    )
    clear: dict[str, Any] = {"components": list(after.components)}
    slip = None
    if dossier.accepted_at and not dossier.payment:
        catalogue = catalogue_shelf.kept(home, dossier.catalogue)
        now = clock.local(act.reading.at)
        due = clocks.due_after_wait(catalogue, dossier, now, clocks.calendar_of(catalogue, act.db))
        notes = (NEW_DUE.format(day=day_text(now)),)
        slip = slips.issue(home, catalogue, msgspec.structs.replace(after, due=due), officer.name, act.reading.at, notes)
        clear |= {"due": due, "form": slips.FORM, "file": slip.s}
    named = [*drafts.files_named(draft), *([slip] if slip else [])]
    act.record(
        "supplement.received",
        actor=officer.id,
        dossier=dossier_id,
        clear=clear,
        personal={"note": note.strip(), "names": names},
        files=named,
    )
    drafts.close(act, draft_id, dossier_id)
    return slip


def _parts(dossier: Dossier, draft: Draft, ticked: Collection[str]) -> list[tuple[dict[str, Any], str]]:
    """List what came, each with its name, which is free text and stays sealed: what was asked for, then whatever was scanned."""
    asked = [(key_of(dossier, n), item) for n, item in enumerate(dossier.asked_items, 1)]
    came = [(key, item) for key, item in asked if key in ticked or draft.of(key)]
    parts = [(brought.component(draft, key, LATER.format(n=key[1:]), item["form"]), item["what"]) for key, item in came]
    if draft.of(OTHER):
        key = key_of(dossier, 0)
        parts.append((brought.component(draft, OTHER, LATER.format(n=key[1:]), "copy") | {"key": key}, OTHER_NAME))
    return parts
