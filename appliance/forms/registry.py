"""Which forms can be rendered: one entry a template, keyed by (instrument, form, version). It holds no rule of law.

The entries lie in registry.json beside this file. Form numbers shift between instruments (04-06 did in 2025), so
nothing may look a template up by its number alone.
"""

import json
from enum import StrEnum
from functools import cache
from pathlib import Path

import msgspec

from appliance.errors import Refused

FOLDER = Path(__file__).parent
TEMPLATES = FOLDER / "templates"


class Kind(StrEnum):
    """How an input is filled in: what the page shows for it, and how its text is checked and printed."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    DATE = "date"  # YYYY-MM-DD
    BIRTH_DATE = "birth_date"  # YYYY-MM-DD or, when only the year is known, YYYY
    CHOICE = "choice"
    PERSONAL_NUMBER = "personal_number"  # twelve digits
    WHOLE_NUMBER = "whole_number"


class Input(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing an officer fills in. `prefill` names where the dossier may know it already, e.g. `owner.name`."""

    name: str
    label: str
    kind: Kind
    required: bool = False
    choices: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    hint: str = ""
    prefill: str = ""


class Template(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One version of one form. `electronic`: carries fields for number, date and two digital signatures."""

    id: str
    kind: str
    title: str
    instrument: str
    form: str
    version: str
    file: str
    source: str
    compared_with_official: bool
    electronic: bool
    fields: tuple[Input, ...]

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.instrument, self.form, self.version)


@cache
def templates() -> tuple[Template, ...]:
    """Give every template, in the order of registry.json."""
    return msgspec.convert(json.loads((FOLDER / "registry.json").read_text("utf-8")), tuple[Template, ...])


def template_of(form_id: str, day: str = "9999-12-31") -> Template:
    """Give the newest version in force on `day` (YYYY-MM-DD). Refuses `form_unknown`."""
    versions = [t for t in templates() if t.id == form_id and t.version <= day]
    if not versions:
        raise Refused("form_unknown", form=form_id)
    return max(versions, key=lambda t: t.version)
