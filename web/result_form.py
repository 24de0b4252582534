"""A result's form: which inputs a template asks of an officer, what the dossier knows already, and what was typed.

Pure. Inputs that the register fills (number, book, day) are never asked: the clerk enters them after the leader signed.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date

from appliance.dossier import Dossier
from appliance.errors import Refused
from appliance.forms.registry import Input, Kind, Template
from appliance.text import birth_text, day_text, number_grouped, read_birth, read_day, read_number
from web.forms import Form

PREFIX = "f-"  # Fields of the page are named apart from everything else on it.
LONG_CHARS_MAX = 20_000
LINE_CHARS_MAX = 1_000
SET = ("register.", "original.")  # By the register, or from each original.
# Where the names of `prefill` are found in a person; what is not here is not known and stays empty.
PERSON_FIELDS = {"name": "name", "birth": "birth", "sex": "gender", "number": "number", "address": "address"}


def asked(template: Template) -> tuple[Input, ...]:
    """List the inputs an officer fills in."""
    return tuple(field for field in template.fields if not field.prefill.startswith(SET))


def known(template: Template, dossier: Dossier) -> dict[str, str]:
    """Give what the dossier knows of the inputs: the result as prepared last, else the people of the dossier."""
    kept = next((one.fields for one in dossier.standing if one.template == template.id), None)
    if kept:
        return {field.name: str(kept.get(field.name, "")) for field in template.fields}
    return {field.name: prefilled(field, dossier) for field in asked(template)}


def prefilled(field: Input, dossier: Dossier) -> str:
    """Take one input from the dossier's people. Who came to the counter is the applicant, whose matter it is the owner."""
    whose, _, what = field.prefill.partition(".")
    if whose == "originals":
        return of_originals(dossier)[what]
    person = (dossier.authorised if whose == "applicant" else None) or dossier.applicant or {}
    value = str(person.get(PERSON_FIELDS.get(what, "")) or "")
    fits = field.kind is not Kind.PERSONAL_NUMBER or re.fullmatch(r"\d{12}", value, re.ASCII)
    return value if fits else ""


def of_originals(dossier: Dossier) -> dict[str, str]:
    """Give what the originals of a request say: their titles; the pages where it is one."""
    listed = dossier.copied
    pages = str(listed[0]["wanted"]["pages"]) if len(listed) == 1 else ""
    return {"titles": "; ".join(part["name"] for part in listed), "pages": pages}


def shown(field: Input, value: str) -> str:
    """Give a value as it stands in its field."""
    return SHOWN.get(field.kind, str)(value) if value else ""


SHOWN: dict[Kind, Callable[[str], str]] = {
    Kind.DATE: lambda value: day_text(date.fromisoformat(value)),
    Kind.BIRTH_DATE: birth_text,
    Kind.PERSONAL_NUMBER: number_grouped,
}


def read(template: Template, given: Mapping[str, str], today: date) -> tuple[Form, dict[str, str]]:
    """Read the page's fields: the form with its problems, and the sound values by the template's names."""
    form = Form(given)
    return form, {field.name: read_one(form, field, today) for field in asked(template)}


def read_one(form: Form, field: Input, today: date) -> str:
    """Read one field; a value that cannot be read is empty and noted."""
    name = PREFIX + field.name
    required = (
        f"{'Chọn' if field.kind is Kind.CHOICE else 'Ghi'} {field.label[:1].lower()}{field.label[1:]}." if field.required else ""
    )
    if field.kind is Kind.CHOICE:
        return form.choice(name, dict.fromkeys(field.choices, ""), required)
    if field.kind in (Kind.TEXT, Kind.LONG_TEXT):
        return form.text(name, required, LONG_CHARS_MAX if field.kind is Kind.LONG_TEXT else LINE_CHARS_MAX)
    return form.read(name, lambda typed: READERS[field.kind](typed, today), required) or ""


def _number(typed: str, today: date) -> str:
    digits, kind = read_number(typed)
    if kind != "12":
        raise Refused("personal_number_digits")
    return digits


def _whole(typed: str, today: date) -> str:
    if not re.fullmatch(r"[1-9]\d{0,5}", typed, re.ASCII):
        raise Refused("count_invalid")
    return typed


READERS: dict[Kind, Callable[[str, date], str]] = {
    Kind.DATE: lambda typed, today: read_day(typed, today).isoformat(),
    Kind.BIRTH_DATE: read_birth,
    Kind.PERSONAL_NUMBER: _number,
    Kind.WHOLE_NUMBER: _whole,
}
