"""Dossiers that look like the one being received: the same person and procedure, shown before acceptance; never a refusal.

An older dossier counts while it runs; of what is done once in a life, for ever: no child is registered twice. A child has no
number yet, so its name and day of birth tell, or its day of birth and one parent.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils.db import Database

from appliance import queries, rows
from appliance.dossier import Dossier, Status
from appliance.queries import Listed
from appliance.roles import Named, in_roles
from appliance.text import fold

OVER = (Status.RETURNED, Status.NOT_ACCEPTED, Status.WITHDRAWN)
NEVER_WAS = (Status.NOT_ACCEPTED, Status.WITHDRAWN)
SAME_APPLICANT, SAME_PERSON, SAME_BIRTH = "alike_applicant", "alike_person", "alike_birth"  # Codes of sentences.


@dataclass(frozen=True)
class Alike:
    """Another dossier and why it is like this one: a code with a sentence, and in which role the person stands there."""

    listed: Listed
    why: str
    called: str = ""
    name: str = ""


def find(
    db: Database, procedure: str, number: str, persons: Sequence[Mapping[str, Any]] = (), once: Collection[str] = ()
) -> list[Alike]:
    """List dossiers like one of `procedure` handed in under `number`, with persons in roles (as roles.written gives them).

    `once`: the roles for which an older dossier counts for ever.
    """
    found: dict[str, Alike] = {}
    everybody = in_roles(persons, {"number": number})
    for one in everybody:
        if one.about:
            over = NEVER_WAS if one.role in once else OVER
            for alike in _about(db, procedure, one, everybody):
                if alike.listed.status not in over:
                    found.setdefault(alike.listed.id, alike)
    for listed in _with(db, procedure, number):
        if listed.status not in OVER:
            found.setdefault(listed.id, Alike(listed, SAME_APPLICANT))
    return sorted(found.values(), key=lambda alike: alike.why == SAME_APPLICANT)


def _with(db: Database, procedure: str, *words: str) -> list[Listed]:
    """Find dossiers of a procedure by words of their persons."""
    if not all(words):
        return []
    return [listed for listed in queries.with_phrases(db, (*words, procedure)) if listed.procedure == procedure]


def _about(db: Database, procedure: str, one: Named, everybody: Sequence[Named]) -> Iterator[Alike]:
    number, name, birth = (str(one.person.get(field) or "") for field in ("number", "name", "birth"))
    parents = [str(other.person.get("number") or "") for other in everybody if not other.about]
    questions = [(number,), (name,), *((birth, parent) for parent in parents)]
    for listed in (listed for words in questions for listed in _with(db, procedure, *words)):
        dossier = rows.load(db, listed.id)
        for other in in_roles(dossier.persons, dossier.applicant) if dossier else ():
            if dossier and (why := _same(one.person, other, dossier, parents)):
                yield Alike(listed, why, other.called, str(other.person.get("name", "")))


def _same(person: Mapping[str, Any], other: Named, dossier: Dossier, parents: Sequence[str]) -> str:
    """Say why two persons may be one, or are twins (""  where nothing speaks for it)."""
    if not other.about:
        return ""
    mine, theirs = ({field: str(one.get(field) or "") for field in ("number", "name", "birth")} for one in (person, other.person))
    if mine["number"] and theirs["number"]:
        return SAME_PERSON if mine["number"] == theirs["number"] else ""
    same_name = mine["name"] and fold(mine["name"]) == fold(theirs["name"])
    if same_name and (mine["birth"] == theirs["birth"] or not (mine["birth"] and theirs["birth"])):
        return SAME_PERSON
    known = {one.person.get("number") for one in in_roles(dossier.persons, dossier.applicant) if not one.about}
    return SAME_BIRTH if mine["birth"] and mine["birth"] == theirs["birth"] and known & {n for n in parents if n} else ""
