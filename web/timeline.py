"""A dossier's history in words: what each event did, and the personal part that a page must show (a reason, a receiver).

The commune's page and the province's tell the same events with the same words; only how names are known differs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from appliance import correcting, ownership, queries
from appliance.clock import local
from appliance.dossier import Dossier
from appliance.errors import Refused
from appliance.events import KINDS
from appliance.forms import registry
from appliance.queries import Step
from appliance.text import Line, birth_text, day_text, moment_text, number_grouped, phone_text
from web import desk
from web.per_request import box
from web.vietnamese import FEE_METHODS, RETURNED_HOW, SENTENCES, sentence, step_words
from web.words.correction import FIELDS, PRINT_REASONS
from web.words.money import VOID_REASONS
from web.words.moves import UNDONE
from web.words.paper_slips import WHY
from web.words.persons import FIELDS as ROLE_FIELDS
from web.words.persons import SOMEBODY
from web.words.published import DECISIONS

BOX = ("box", "agent")  # Actors that are no persons.
# The page shows their persons itself.
TOLD_ELSEWHERE = frozenset({"dossier.accepted", "dossier.filed", "dossier.imported", "result.prepared"})
DETAILS = (("reason", "Lý do"), ("explanation", "Giải trình"), ("basis", "Căn cứ"), ("decider", "Người ký"), ("note", "Ghi chú"))
SHOWN = {"phone": phone_text, "birth": birth_text, "number": lambda number: number_grouped(number) if number.isdigit() else number}


@dataclass(frozen=True)
class Entry:
    """One line of the history: icon, who, what, a detail where there is one, what the province has said of it, a file to open."""

    at: str
    icon: str
    who: str
    words: str
    detail: str
    receipt: int | None
    file: str = ""


def history(dossier: Dossier, until: str = "9999") -> list[Entry]:
    """Tell the dossier's history, newest first, up to a moment (UTC text)."""
    called = desk.names() | dict(ownership.units(box().db))
    steps = [step for step in queries.timeline(box().db, dossier.id) if step.at <= until]
    return [entry_of(dossier, step, opened(step), called) for step in reversed(steps)]


def opened(step: Step) -> Mapping[str, Any]:
    """Open what is sealed in a step and shown in a history (a reason, a receiver)."""
    shown_here = step.kind in KINDS and step.kind not in TOLD_ELSEWHERE and KINDS[step.kind].sealed
    return queries.personal_of_step(box().db, box().device, step) if shown_here else {}


def entry_of(dossier: Dossier, step: Step, personal: Mapping[str, Any], called: Mapping[str, str]) -> Entry:
    """Say one step in words. `called`: names of officers by id."""
    parts = names_in(dossier)
    icon, words = step_words(step.kind, worded(step.facts, called, parts))
    who = "Máy chủ" if step.actor in BOX else step.actor if step.device else called.get(step.actor, step.actor)
    file = step.facts.get("file", "") if step.kind == ownership.DECIDED and not dossier.erased_at else ""
    return Entry(step.at, icon, who, words, detail_of(step.kind, step.facts, personal, parts), step.acknowledged, file)


def names_in(dossier: Dossier) -> dict[str, str]:
    """Name what a correction may name: components by key, roles as `persons.` and the role."""
    return {part["key"]: part["name"] for part in dossier.parts} | {
        f"persons.{one['role']}": one["called"] for one in dossier.persons
    }


def worded(facts: Mapping[str, Any], called: Mapping[str, str], parts: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Add to an event's facts the words that stand for its codes. `parts`: names of components by key."""
    counter, how = facts.get("counter"), RETURNED_HOW.get(facts.get("how", ""))
    people = {name: called.get(facts[name], facts[name]) for name in ("to", "taker", "giver") if isinstance(facts.get(name), str)}
    return dict(facts) | people | {
        "at_counter": f" tại quầy {counter}" if counter else "",
        "how_words": f", {how[0].lower()}{how[1:]}" if how else "",
        "method": FEE_METHODS.get(facts.get("method", ""), "").lower(),
        "signer_name": called.get(facts.get("signer", ""), facts.get("signer", "")),
        "corrected_words": ", ".join(lower_first(field_words(name, parts or {})) for name in facts.get("fields", ())),
        "print_words": "in" if facts.get("copy") == 1 else "in lại",
        "form_words": lower_first(form_title(facts.get("form", ""))),
        "until_day": day_text(date.fromisoformat(facts["until"])) if facts.get("until") else "",
        "void_words": lower_first(VOID_REASONS.get(facts.get("reason", ""), "")),
        "undone": UNDONE.get(facts.get("kind", ""), ""),
        "late_words": late_words(facts),
        "decision_words": DECISIONS.get(facts.get("sort", ""), ""),
        "decided_day": day_text(date.fromisoformat(facts["date"])) if facts.get("date") else "",
    }  # fmt: skip


def detail_of(kind: str, facts: Mapping[str, Any], personal: Mapping[str, Any], parts: Mapping[str, str]) -> str:
    """Give the personal part of a step that a page must show, and what explains a code."""
    if kind in TOLD_ELSEWHERE:
        return ""
    if kind == "document.voided":
        return sentence(Line(facts["why"])) if facts.get("why") in SENTENCES else ""
    told = []
    if kind == "dossier.corrected":
        told += [f"{field_words(one.field, parts)}: {shown(one.field, one.was)} → {shown(one.field, one.now)}"
                 for one in correcting.told(facts, personal)]  # fmt: skip
    if facts.get("why") in PRINT_REASONS:
        told.append(f"Lý do: {lower_first(PRINT_REASONS[facts['why']])}")
    if name := (personal.get("receiver") or {}).get("name"):
        told.append(f"Người nhận: {name}")
    told += [f"{label}: {personal[key]}" for key, label in DETAILS if isinstance(personal.get(key), str) and personal[key]]
    return ". ".join(told)


def field_words(field: str, parts: Mapping[str, str]) -> str:
    """Name a field that was corrected."""
    group, _, key = field.partition(".")
    if group == "persons":
        whose, _, name = field.rpartition(".")
        return f"{ROLE_FIELDS[name]}, {lower_first(parts.get(whose, SOMEBODY))}"
    return f"Số lượng “{parts.get(key, key)}”" if group == "count" else FIELDS.get(field, field)


def shown(field: str, value: str) -> str:
    """Show a field's value as people write it."""
    return SHOWN.get(field.rpartition(".")[2], str)(value) if value else "(trống)"


def form_title(form: str) -> str:
    """Name a form by its title."""
    try:
        return registry.template_of(form).title if form else ""
    except Refused:
        return form


def late_words(facts: Mapping[str, Any]) -> str:
    """Say of a reception that was entered after the box was down when it truly was, and why it came late."""
    if not (late := facts.get("late_entry")):
        return ""
    return f" trên phiếu in sẵn lúc {moment_text(local(facts['accepted_at']))}, nhập sau ({lower_first(WHY[late['why']])})"


def lower_first(words: str) -> str:
    """Let a phrase go on inside a sentence."""
    return words[:1].lower() + words[1:]
