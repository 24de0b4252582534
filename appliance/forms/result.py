"""What stands on a result: the agency, the leader, and the inputs its template declares, checked one by one."""

import re
from datetime import date

import msgspec

from appliance.errors import Refused
from appliance.forms.registry import Input, Kind, Template
from appliance.forms.slip import day_words

TEXT_MAX = 20_000  # Characters of one input.
REQUIRED = {
    "made_at": "Thời điểm lập",
    "agency": "Tên cơ quan",
    "leader_title": "Chức vụ người ký",
    "leader_name": "Họ tên người ký",
}


class ResultData(msgspec.Struct, frozen=True, kw_only=True):
    """Everything printed on a result but number and date, which the clerk fills in after the leader has signed."""

    made_at: str  # When the draft was frozen (ISO with offset or Z): the PDF's creation date.
    parent_agency: str = ""  # First line at the top left, capitals; may stay empty.
    agency: str  # Bold line(s), capitals; "\n" breaks the line.
    leader_title: str  # E.g. "CHỦ TỊCH" or "KT. CHỦ TỊCH\nPHÓ CHỦ TỊCH".
    leader_name: str
    recipients: tuple[str, ...] = ()  # Nơi nhận, one line each, without dash and semicolon.
    values: dict[str, str] = {}  # By the names the template declares; dates as YYYY-MM-DD.

    def __post_init__(self) -> None:
        missing = [label for name, label in REQUIRED.items() if not getattr(self, name).strip()]
        if missing:
            raise Refused("form_field_missing", fields=missing)


def words(result: ResultData, template: Template, gap: str = "") -> dict:
    """Give what the template prints. Refuses `form_field_missing`, `form_field_unknown` and `form_field_wrong`.

    With a `gap`, missing and wrong inputs are printed as the gap.
    """
    strangers = sorted(set(result.values) - {field.name for field in template.fields})
    if strangers:
        raise Refused("form_field_unknown", fields=strangers)
    filled = {field.name: tidy(result.values.get(field.name, "")) for field in template.fields}
    missing = [field.label for field in template.fields if field.required and not filled[field.name]]
    if missing and not gap:
        raise Refused("form_field_missing", fields=missing)
    values = {field.name: printed_or_gap(field, filled[field.name], gap) for field in template.fields}
    return msgspec.to_builtins(result) | {"values": values}


def tidy(text: str) -> str:
    """Take pasted text: line ends of any system, tabs as blanks."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").strip()


def printed_or_gap(field: Input, text: str, gap: str) -> str:
    """Give one input as the form prints it; what is missing or wrong as the gap, where there is one."""
    if gap and field.required and not text:
        return gap
    try:
        return printed(field, text)
    except Refused:
        if gap:
            return gap
        raise


def printed(field: Input, text: str) -> str:
    """Give one input as the form prints it."""
    if not text:
        return ""
    try:
        if len(text) > TEXT_MAX or not FITS[field.kind](field, text):
            raise ValueError
        return PRINT.get(field.kind, str)(text)
    except ValueError:
        raise Refused("form_field_wrong", fields=[field.label]) from None


def birth_words(text: str) -> str:
    return text if len(text) == 4 else f"{date.fromisoformat(text):%d/%m/%Y}"


FITS = {
    Kind.TEXT: lambda field, text: "\n" not in text,
    Kind.LONG_TEXT: lambda field, text: True,
    Kind.DATE: lambda field, text: len(text) == 10,
    Kind.BIRTH_DATE: lambda field, text: re.fullmatch(r"\d{4}(-\d\d-\d\d)?", text),
    Kind.CHOICE: lambda field, text: text in field.choices,
    Kind.PERSONAL_NUMBER: lambda field, text: re.fullmatch(r"\d{12}", text),
    Kind.WHOLE_NUMBER: lambda field, text: re.fullmatch(r"[1-9]\d{0,5}", text),
}
PRINT = {
    Kind.DATE: lambda text: day_words(date.fromisoformat(text)),
    Kind.BIRTH_DATE: birth_words,
}
