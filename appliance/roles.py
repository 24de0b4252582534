"""Persons of a dossier in their roles: whom a procedure asks for (data of the catalogue), what was typed, who is who.

Somebody unknown stays unknown, said as such; a role that the applicant holds points to the applicant and copies nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec

from appliance import people
from appliance.dossier import Dossier

FIELDS = ("number", "name", "birth", "gender")  # What is asked of a person in a role; the form itself holds the rest.
APPLICANT, UNKNOWN = "applicant", "unknown"  # Who holds a role, where no person is typed.
APPLICANT_CALLED, AUTHORISED_CALLED = "Người nộp", "Người nộp thay"

Typed = Mapping[str, Mapping[str, str]]  # By role: `who` ("", applicant or unknown) and the fields.


class RoleAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One role. `about`: the dossier is about this person; `required`: nothing is accepted before it is stated.

    `once`: done once in a life, so that an older dossier of the same person matters however it ended.
    """

    role: str
    name: str
    about: bool = False
    required: bool = False
    once: bool = False
    may_be_applicant: bool = False
    may_be_unknown: bool = False


class RoleRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The roles some procedures ask for, from a day on."""

    procedures: tuple[str, ...]
    roles: tuple[RoleAsked, ...]
    effective_from: date
    source: str
    verified: bool
    note: str | None = None


class RolesAbout(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Version of the sheet; `authority`: on what somebody may act for another, as an officer chooses it."""

    version: str
    compiled: date
    title: str
    note: str
    authority: tuple[str, ...]
    authority_source: str
    authority_verified: bool


@dataclass(frozen=True)
class Named:
    """One person of a dossier: in which role (its name), the fields, whether said to be unknown, whether it is about this one."""

    called: str
    person: Mapping[str, Any]
    role: str = ""
    unknown: bool = False
    about: bool = False
    is_applicant: bool = False


def asked_for(rules: Iterable[RoleRule], procedure: str, day: date) -> tuple[RoleAsked, ...]:
    """Give the roles a procedure asks for on a local day, besides who hands it in."""
    fitting = [rule for rule in rules if procedure in rule.procedures and rule.effective_from <= day]
    return max(fitting, key=lambda rule: rule.effective_from).roles if fitting else ()


def missing(asked: Iterable[RoleAsked], typed: Typed) -> list[RoleAsked]:
    """List the roles that must be stated and are not."""
    return [one for one in asked if one.required and not (_who(one, typed) or typed.get(one.role, {}).get("name", "").strip())]


def fields_of(one: RoleAsked, typed: Typed) -> dict[str, str]:
    """Give what was typed of a person; nothing where the role is somebody named elsewhere, or unknown."""
    given = typed.get(one.role, {})
    return {} if _who(one, typed) else {name: given[name] for name in (*FIELDS, "number_kind") if given.get(name, "").strip()}


def written(asked: Iterable[RoleAsked], typed: Typed) -> list[dict[str, Any]]:
    """Write the persons as an event keeps them; a role nobody stated keeps its place. Raises what people.tidy raises."""
    return [_written(one, typed) for one in asked]


def _written(one: RoleAsked, typed: Typed) -> dict[str, Any]:
    place = {"role": one.role, "called": one.name} | ({"about": True} if one.about else {})
    if who := _who(one, typed):
        return place | ({"is": APPLICANT} if who == APPLICANT else {"unknown": True})
    fields = fields_of(one, typed)
    return place | (people.tidy(fields) if fields else {})


def _who(one: RoleAsked, typed: Typed) -> str:
    allowed = {APPLICANT: one.may_be_applicant, UNKNOWN: one.may_be_unknown}
    who = typed.get(one.role, {}).get("who", "")
    return who if allowed.get(who) else ""


def in_roles(persons: Sequence[Mapping[str, Any]], applicant: Mapping[str, Any] | None) -> list[Named]:
    """Give the persons in their roles, each with its fields wherever they are kept."""
    return [
        Named(
            called=str(one.get("called", "")),
            person=(applicant or {}) if one.get("is") == APPLICANT else one,
            role=str(one.get("role", "")),
            unknown=bool(one.get("unknown")),
            about=bool(one.get("about")),
            is_applicant=one.get("is") == APPLICANT,
        )
        for one in persons
    ]


def everyone(dossier: Dossier) -> list[Named]:
    """Give all persons of a dossier: who handed it in, for whom that was done, everybody in a role."""
    first = [Named(APPLICANT_CALLED, dossier.applicant)] if dossier.applicant else []
    second = [Named(AUTHORISED_CALLED, dossier.authorised)] if dossier.authorised else []
    return [*first, *second, *in_roles(dossier.persons, dossier.applicant)]
