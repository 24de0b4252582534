"""Everything that is wrong with a bundle, all at once, each fault with its file and path."""

from pathlib import Path
from typing import Any

import msgspec

from appliance.catalogue import Catalogue, load_bundle
from appliance.catalogue_sheets import SHEETS, Sheet
from appliance.errors import Refused
from appliance.working_calendar import WEEK


def faults(path: Path) -> tuple[str, ...]:
    """List everything that is wrong with a bundle, each with its file and path; empty for a sound one."""
    try:
        catalogue = load_bundle(path)
    except Refused as refused:
        return refused.facts["faults"]  # type: ignore[return-value]
    found = [fault for name in SHEETS for fault in _sheet_faults(name, path / f"{name}.json")]
    return tuple(found) or _cross_faults(catalogue)


def _sheet_faults(name: str, file: Path) -> list[str]:
    """Check record by record, so that all faults come at once and not only the first."""
    about_type, record_type = SHEETS[name].__args__
    try:
        loose = msgspec.json.decode(file.read_bytes(), type=Sheet[msgspec.Raw, msgspec.Raw])
    except msgspec.MsgspecError as error:
        return [f"{file.name}: {error}"]
    parts = [("about", loose.about, about_type)]
    parts += [(f"records[{n}]", raw, record_type) for n, raw in enumerate(loose.records)]
    return [f"{file.name} {where}: {fault}" for where, raw, kind in parts if (fault := _fault(raw, kind))]


def _fault(raw: msgspec.Raw, kind: Any) -> str:
    try:
        msgspec.json.decode(raw, type=kind)
    except msgspec.MsgspecError as error:
        return str(error)
    return ""


def _cross_faults(catalogue: Catalogue) -> tuple[str, ...]:
    """Check what one file says about another."""
    return (*_twice(catalogue), *_wrong_weekdays(catalogue), *_unknown_names(catalogue), *_missing_rules(catalogue))


def _twice(catalogue: Catalogue) -> list[str]:
    found = []
    for name, key in KEYS:
        keys = [str(getattr(record, key)) for record in catalogue.sheet(name).records]
        found += [f"{name}.json: {one} twice" for one in sorted({one for one in keys if keys.count(one) > 1})]
    return found


def _wrong_weekdays(catalogue: Catalogue) -> list[str]:
    wrong = [one for one in catalogue.calendar.records if WEEK[one.day.weekday()] != one.weekday]
    return [f"calendar.json: {one.day} is not {one.weekday}" for one in wrong]


def _unknown_names(catalogue: Catalogue) -> list[str]:
    """Check that what is named exists: procedures, cases, books."""
    cases = {case.id for one in catalogue.procedures.values() for case in one.cases}
    named: list[tuple[str, set[str], set[str]]] = []
    for name in ("fees", "results", "roles"):
        used = {code for record in catalogue.sheet(name).records for code in record.procedures}
        named.append((name, used, set(catalogue.procedures)))
    for name in ("processes", "aliases"):
        named.append((name, {record.code for record in catalogue.sheet(name).records}, set(catalogue.procedures)))
    used = {case for process in catalogue.sheet("processes").records for case in process.case_ids or ()}
    named.append(("processes", used, cases))
    named.append(("results", {rule.book for rule in catalogue.result_rules if rule.book}, set(catalogue.books)))
    named.append(("results", {rule.electronic.book for rule in catalogue.result_rules if rule.electronic}, set(catalogue.books)))
    return [f"{name}.json: {one} unknown" for name, used, known in named for one in sorted(used - known)]


def _missing_rules(catalogue: Catalogue) -> list[str]:
    try:
        catalogue.rules_on(catalogue.manifest.effective_from)
    except msgspec.ValidationError as error:
        return [f"rules.json: {error}"]
    return []


KEYS = (("procedures", "code"), ("procedures.core", "code"), ("calendar", "day"), ("books", "id"), ("units", "code"))
