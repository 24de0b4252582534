"""Correction after acceptance: what a person or a count was, what it is now, why; one event, and the slip as its next copy.

Two officers may correct at once: the later save learns, field by field, what the earlier one changed, and loses nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from appliance import files, forms, looking_back, moves, people, roles, slips
from appliance.catalogue import Catalogue
from appliance.config import Home
from appliance.dossier import Dossier
from appliance.errors import Refused
from appliance.events import FileRef
from appliance.ledger import Act
from appliance.office import office_of
from appliance.officers import Officer
from appliance.processing import load

PERSON = ("name", "organisation", "number", "birth", "gender", "phone", "email", "address")
AUTHORISED = ("name", "number", "phone", "basis")
FORM = "slip"
COUNT_MAX = 9_999

Values = Mapping[str, str]  # By field: applicant.name … authorised.phone, persons.<role>.name …, note, count.<component>.


@dataclass(frozen=True)
class Change:
    """One field that differs: what it was and what it is now; "" where nothing stands."""

    field: str
    was: str
    now: str


@dataclass(frozen=True)
class Merged:
    """A later save beside an earlier one: what colleagues changed since, and the fields with both changes in them.

    Where both changed the same field the typed value stands in `values` and the field is named in `clashes`.
    """

    values: Values
    theirs: tuple[Change, ...]
    clashes: frozenset[str]


def values_of(dossier: Dossier) -> dict[str, str]:
    """Give every field that may be corrected, as text."""
    person, other = dossier.applicant or {}, dossier.authorised or {}
    return (
        {f"applicant.{name}": str(person.get(name, "")) for name in PERSON}
        | {f"authorised.{name}": str(other.get(name, "")) for name in AUTHORISED}
        | {f"persons.{one.role}.{name}": str(one.person.get(name, "")) for one in in_roles(dossier) for name in roles.FIELDS}
        | {"note": dossier.note}
        | {f"count.{part['key']}": str(part["count"]) for part in dossier.components if part["kind"] != "present"}
    )


def in_roles(dossier: Dossier) -> list[roles.Named]:
    """List the persons in roles that are corrected as themselves; the applicant is corrected once, wherever named."""
    return [one for one in roles.in_roles(dossier.persons, None) if not one.is_applicant]


def changes(was: Values, now: Values) -> tuple[Change, ...]:
    """Tell two sets of fields apart."""
    return tuple(Change(name, was.get(name, ""), now[name]) for name in now if was.get(name, "") != now[name])


def merge(base: Values, theirs: Values, mine: Values) -> Merged:
    """Bring a save together with what was changed since its page was opened."""
    own = {change.field for change in changes(base, mine)}
    moved = changes(base, theirs)
    clashes = frozenset(one.field for one in moved if one.field in own and mine[one.field] != one.now)
    return Merged({name: mine[name] if name in own else theirs.get(name, "") for name in mine}, moved, clashes)


def tidy(typed: Values) -> dict[str, str]:
    """Check and tidy typed fields as they will be kept. Raises Refused as people.tidy does, and `count_invalid`."""
    counts = {name: _count(value) for name, value in typed.items() if name.startswith("count.")}
    whose = {name.rpartition(".")[0] for name in typed if name.count(".") and not name.startswith("count.")}
    persons = {name: value for who in sorted(whose) for name, value in _flat(who, typed).items()}
    return {name: "" for name in typed} | persons | counts | {"note": typed["note"]}


def correct(
    act: Act, home: Home, catalogue: Catalogue, dossier_id: str, officer: Officer, seen: str, values: Values, reason: str
) -> FileRef:
    """Record a correction of a dossier that was looked at as `seen`, set its slip anew, and give that file.

    `catalogue` is the one the dossier was accepted under. Raises Refused `corrected_meanwhile`, `nothing_corrected`,
    `reason_missing`, `wrong_status`, and what the slip refuses.
    """
    dossier = load(act, dossier_id)
    moves.check(dossier, "dossier.corrected")
    base = looking_back.as_seen(looking_back.told(act.db, act.device, dossier_id), seen)
    if base is None or changes(values_of(base), values_of(dossier)):
        raise Refused("corrected_meanwhile", code=dossier.code)
    changed = changes(values_of(dossier), values)
    if not changed:
        raise Refused("nothing_corrected", code=dossier.code)
    if not reason.strip():
        raise Refused("reason_missing")
    now = corrected(dossier, values, changed)
    slip = _slip(act, home, catalogue, now, officer)
    touched = {one.field.split(".")[0] for one in changed}
    counted = {"components": list(now.components)} if "count" in touched else {}
    act.record(
        "dossier.corrected",
        actor=officer.id,
        dossier=dossier_id,
        clear={"fields": [one.field for one in changed], "form": FORM, "file": slip.s} | counted,
        personal={
            "was": {one.field: one.was for one in changed},
            "now": {name: getattr(now, name) or {} for name in ("applicant", "authorised") if name in touched}
            | ({"persons": list(now.persons)} if "persons" in touched else {})
            | ({"note": now.note} if "note" in touched else {}),
            "reason": reason.strip(),
        },
        files=[slip],
    )
    return slip


def corrected(dossier: Dossier, values: Values, changed: tuple[Change, ...]) -> Dossier:
    """Give the dossier with its fields corrected; what the form does not show stays."""
    fields = {one.field for one in changed}
    parts = tuple(
        part | {"count": int(values[f"count.{part['key']}"])} if f"count.{part['key']}" in fields else part
        for part in dossier.components
    )
    people_now = {who: _person(getattr(dossier, who), who, values) for who in ("applicant", "authorised")}
    persons = tuple(_in_role(one, values, fields) for one in dossier.persons)
    return msgspec.structs.replace(dossier, components=parts, note=values["note"], persons=persons, **people_now)


def _in_role(known: dict[str, Any], values: Values, fields: set[str]) -> dict[str, Any]:
    """Give a person in a role as corrected; who was unknown and is named now is unknown no more."""
    who = f"persons.{known['role']}"
    if not any(field.startswith(f"{who}.") for field in fields):
        return known
    place = {name: known[name] for name in ("role", "called", "about") if name in known}
    return place | (_person({name: known[name] for name in known if name not in (*place, "unknown")}, who, values) or {})


def told(clear: Mapping[str, Any], personal: Mapping[str, Any]) -> tuple[Change, ...]:
    """Read a correction's event back: what changed, field by field; empty once the person was erased."""
    now, was = personal.get("now", {}), personal.get("was", {})
    flat = {f"{who}.{name}": str(value) for who in ("applicant", "authorised") for name, value in (now.get(who) or {}).items()}
    flat |= {f"persons.{one['role']}.{name}": str(value) for one in now.get("persons", ()) for name, value in one.items()}
    flat |= {"note": now.get("note", "")} | {f"count.{part['key']}": str(part["count"]) for part in clear.get("components", ())}
    return tuple(Change(name, was[name], flat.get(name, "")) for name in clear["fields"] if name in was)


def _slip(act: Act, home: Home, catalogue: Catalogue, now: Dossier, officer: Officer) -> FileRef:
    copy = 1 + sum(paper.form == FORM for paper in now.papers)
    limit = slips.limit_of(now, catalogue)
    data = slips.slip_of(now, office_of(home.settings), limit, officer.name, act.reading.at, copy, corrected=True)
    pdf = forms.render(FORM, data)
    return FileRef(files.put(home, pdf), len(pdf), "application/pdf")


def _person(known: Mapping[str, Any] | None, who: str, values: Values) -> dict[str, Any] | None:
    typed = {name.rpartition(".")[2]: value for name, value in values.items() if name.startswith(f"{who}.")}
    known = dict(known or {})
    person = {name: value for name, value in (known | typed).items() if value}
    if (number := person.get("number", "")) != known.get("number", ""):
        person["number_kind"] = "other" if any(char.isalpha() for char in number) else ""  # Of a passport nothing is checked.
    return people.tidy(person) if any(typed.values()) else None


def _flat(who: str, typed: Values) -> dict[str, str]:
    person = _person(None, who, typed) or {}
    return {f"{who}.{name}": str(value) for name, value in person.items() if f"{who}.{name}" in typed}


def _count(typed: str) -> str:
    if not typed.strip().isascii() or not typed.strip().isdigit() or not 0 < int(typed) <= COUNT_MAX:
        raise Refused("count_invalid")
    return str(int(typed))
