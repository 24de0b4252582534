"""Procedures as the counter uses them: find, choose a case, list the components, know limit, fee and release path."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import msgspec

from appliance.errors import Refused
from appliance.fees import Fee
from appliance.text import Line, fold
from appliance.workdays import Limit

if TYPE_CHECKING:
    from appliance.catalogue import Catalogue
    from appliance.rules import Rules

FOUND_MAX = 50
QUERY_CHARS_MAX = 200


class Kind(StrEnum):
    """What a citizen does with a component: hand it in, only show it, or nothing (data is looked up or declared)."""

    SUBMIT = "submit"
    PRESENT = "present"
    DATA = "data"


class ReleasePath(StrEnum):
    """How a result leaves: paper with wet signature and seal, signed electronic document, or another agency's."""

    PAPER = "paper"
    ELECTRONIC = "electronic"
    RELAY = "relay"


class Component(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A paper of the dossier. Numbers of originals and copies are None where the catalogue does not state them."""

    name: str
    kind: Kind
    originals: int | None
    copies: int | None
    form_code: str | None
    condition: str | None
    kind_basis: str | None = None


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One case of a procedure with its own limit. `channels` overrides the limit where channels were printed apart."""

    id: str
    name: str
    limit: Limit
    channels: dict[str, Limit | None] = {}
    channels_differ: bool = False
    components: tuple[Component, ...] = ()
    fee_note: str | None = None


class Named(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A code and a name, either of them unknown."""

    code: str | None
    name: str | None


class Outcome(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A result the procedure may end in, with its national result code where that is known."""

    code: str | None
    name: str | None
    code_well_formed: bool | None = None
    signed: bool | None = None


class Replacement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A paper that need not be asked for, because a database holds the data."""

    paper: str
    database: str
    database_owner: str
    legal_basis: str


class Procedure(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One administrative procedure with all the source said. `checks` marks the hand-checked, `quality` the parsed."""

    code: str
    name: str
    sector: Named
    ministry: Named
    levels: tuple[str, ...]
    resolving_authority: str | None
    commune_role: str
    offline_class: str
    offline_reason: str
    cases: tuple[Case, ...]
    fees: tuple[Fee, ...]
    components: tuple[Component, ...]
    results: tuple[Outcome, ...]
    source: dict[str, Any]
    decision_no: str | None = None
    data_replacements: tuple[Replacement, ...] = ()
    legal_bases: tuple[Named, ...] = ()
    steps_text: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    checks: dict[str, str] | None = None
    quality: dict[str, str | bool] | None = None
    name_source: str | None = None
    kind: str | None = None
    applicants: str | None = None
    conditions: str | None = None
    offline_basis: str | None = None
    component_notes: tuple[str, ...] = ()
    raw: dict[str, str | None] | None = None

    @property
    def core(self) -> bool:
        """Say whether this one was read against its source by hand."""
        return self.checks is not None


class ElectronicCopies(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """That originals may be certified as electronic copies too: by which template, in which register of their own."""

    template: str
    book: str
    needs_timestamp: bool


class ResultRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How results leave. A rule naming the procedure wins, then one naming its offline class, then the general one."""

    template: str | None
    path: ReleasePath
    book: str | None
    needs_timestamp: bool
    effective_from: date
    source: str
    verified: bool
    procedures: tuple[str, ...] = ()
    offline_class: str | None = None
    symbol: str | None = None
    note: str | None = None
    electronic: ElectronicCopies | None = None
    originals: bool = False  # copies are certified of originals that the counter lists, each with pages and copies


class Asked(msgspec.Struct, frozen=True):
    """A component as the counter lists it: `key` is stable inside one catalogue digest, `scan` says whether to scan it."""

    key: str
    component: Component
    scan: bool


def get(catalogue: Catalogue, code: str) -> Procedure:
    """Give a procedure, the hand-checked record first. Raises Refused `procedure_unknown`."""
    try:
        return catalogue.procedures[code]
    except KeyError:
        raise Refused("procedure_unknown", procedure=code) from None


def case_of(procedure: Procedure, case_id: str) -> Case:
    """Give a case of a procedure. Raises Refused `case_unknown`."""
    for case in procedure.cases:
        if case.id == case_id:
            return case
    raise Refused("case_unknown", procedure=procedure.code)


def find(catalogue: Catalogue, query: str, most: int = FOUND_MAX) -> list[Procedure]:
    """Find by words typed without marks, their beginnings, common short names, or code; hand-checked ones first."""
    wanted = fold(query[:QUERY_CHARS_MAX])
    words = _words(wanted)
    if wanted and not words:
        return []
    ranked = [(rank, entry) for entry in catalogue.search_index if (rank := _rank(entry, wanted, words))]
    ranked.sort(key=lambda pair: pair[0])
    return [catalogue.procedures[entry.code] for _, entry in ranked[:most]]


class SearchEntry(msgspec.Struct, frozen=True):
    """What `find` looks at: code, whether hand-checked, folded name, folded short names, all words."""

    code: str
    core: bool
    name: str
    aliases: tuple[str, ...]
    words: tuple[str, ...]


def search_entry(procedure: Procedure, aliases: tuple[str, ...]) -> SearchEntry:
    """Fold a procedure's names for finding."""
    name, short = fold(procedure.name), tuple(fold(alias) for alias in aliases)
    words = tuple(_words(" ".join((name, *short))))
    return SearchEntry(procedure.code, procedure.core, name, short, words)


def _words(text: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in text).split()


def _rank(entry: SearchEntry, wanted: str, words: list[str]) -> tuple[bool, bool, int, int, str] | None:
    """Rank a hit, smallest first; None for no hit. Whole phrase before scattered words, short names before long."""
    by_code = bool(wanted) and entry.code.startswith(wanted)
    if not by_code and not all(any(word.startswith(typed) for word in entry.words) for typed in words):
        return None
    by_alias = any(alias.startswith(wanted) for alias in entry.aliases) if wanted else False
    place = 0 if by_code or by_alias else entry.name.find(wanted)
    return (not entry.core, place < 0, place, len(entry.name), entry.code)


def components_for(procedure: Procedure, case_id: str, channel: str) -> tuple[Asked, ...]:
    """List what the case asks for. Only what is handed in on paper is scanned: never a paper that is merely shown."""
    case = case_of(procedure, case_id)
    common = [(f"c{n}", component) for n, component in enumerate(procedure.components, 1)]
    special = [(f"{case.id}.{n}", component) for n, component in enumerate(case.components, 1)]
    on_paper = channel != "online"
    return tuple(Asked(key, part, on_paper and part.kind is Kind.SUBMIT) for key, part in special + common)


def limit_for(procedure: Procedure, case_id: str, channel: str, rules: Rules) -> Limit:
    """Give the limit of a case on a channel. Raises Refused `channel_not_offered` where the source rules it out."""
    case = case_of(procedure, case_id)
    limit = case.channels.get(channel, case.limit)
    if limit is None:
        raise Refused("channel_not_offered", procedure=procedure.code, channel=channel)
    if procedure.code in rules.hours_round_the_clock:
        return msgspec.structs.replace(limit, round_the_clock=True)
    return limit


def result_rule(rules: tuple[ResultRule, ...], procedure: Procedure, day: date) -> ResultRule:
    """Say by which template and path a result of this procedure leaves on `day`. Raises Refused `result_rule_missing`."""
    fitting = [rule for rule in rules if rule.effective_from <= day and _fits(rule, procedure)]
    if not fitting:
        raise Refused("result_rule_missing", procedure=procedure.code)
    return max(fitting, key=lambda rule: (bool(rule.procedures), rule.offline_class is not None, rule.effective_from))


def _fits(rule: ResultRule, procedure: Procedure) -> bool:
    if rule.procedures:
        return procedure.code in rule.procedures
    return rule.offline_class in (None, procedure.offline_class)


def doubts(procedure: Procedure, case_id: str) -> tuple[Line, ...]:
    """List what is uncertain about a procedure and one case, for the officer to see before relying on it."""
    limit = case_of(procedure, case_id).limit
    found = [] if limit.basis in SURE_BASES else [Line(f"basis_{limit.basis or 'not_stated'}")]
    marks = procedure.checks or procedure.quality or {}
    for field, word in marks.items():
        if field in DOUBTED_FIELDS and word not in SURE_WORDS:
            found.append(Line(f"doubt_{field}", {"word": word}))
    return tuple(found)


SURE_BASES = {"source", "catalogue", "derived_from_text", "provincial_decision"}
SURE_WORDS = {"source", "ok", "derived", "from_decision", "provincial_decision"}
DOUBTED_FIELDS = ("limit", "fee", "components", "results")
