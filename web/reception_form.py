"""What stands in the fields of the reception form, as a draft's body. Keeps what was typed; judges nothing.

A card's payload fills the person and is then forgotten: what follows its seven fields is about other people.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import msgspec

from appliance.drafts import Body, Original, Part
from appliance.errors import Refused
from appliance.people import Card, parse_card_qr
from appliance.roles import FIELDS
from appliance.text import birth_text, nfc, phone_text, read_day

COPIES = {"original": "Bản chính", "copy": "Bản sao", "certified": "Bản sao chứng thực"}
KEPT = "kept"  # Chosen as a kind of copy: an original that stays here until it is given back.
CHOSEN = {"original": COPIES["original"], KEPT: "Bản chính, giữ lại", "copy": COPIES["copy"], "certified": COPIES["certified"]}
RESULT_BY = {"counter": "Tại quầy", "post": "Qua bưu chính công ích", "electronic": "Bản điện tử"}
PARTS_MAX = 200
FEES_MAX = 20
COUNT_MAX = 9_999
ORIGINALS_MAX = 20
TITLE_CHARS_MAX = 200
SLOT_CHARS_MAX = 20
# Names of the form's fields and what they are called in a person.
APPLICANT = ("number", "name", "birth", "gender", "phone", "organisation", "email", "address", "issued", "old_number",
             "old_address")  # fmt: skip
AUTHORISED = {"a_name": "name", "a_number": "number", "a_phone": "phone", "a_basis": "basis"}
ROLE_FIELD = re.compile(r"role-([a-z_]{1,20})-(who|number|name|birth|gender)")  # Fields of a person in a role.
LABELS = {
    "number": "Số định danh", "name": "Họ, chữ đệm và tên", "birth": "Ngày sinh", "gender": "Giới tính", "phone": "Điện thoại",
    "email": "Thư điện tử",  "address": "Nơi cư trú", "procedure": "Thủ tục", "case": "Trường hợp", "note": "Ghi chú",
    "parts": "Thành phần", "slot": "Ngăn kệ", "result_by": "Nhận kết quả", "due_day": "Ngày hẹn", "fee_amounts": "Phí, lệ phí",
    "originals": "Bản chính", "exemption": "Miễn, giảm", "authorised": "Người nộp thay",
    "organisation": "Tổ chức", "persons": "Người trong hồ sơ",
}  # fmt: skip


@dataclass(frozen=True)
class Read:
    """The form as read: the body, the card if one was read just now, why it could not be read, the version it was based on.

    `whose`: the role whose card it was, "authorised", or "" for the applicant's.
    """

    body: Body
    card: Card | None
    problem: Refused | None
    version: int
    whose: str = ""


class Filled(NamedTuple):
    """A person's fields as typed, or as the card said that was read into the field of the number."""

    person: dict[str, str]
    card: Card | None = None
    problem: Refused | None = None


def read(given: Mapping[str, str], today: date, districts_ended: date | None = None) -> Read:
    """Read the whole form. What belongs to a procedure counts only if it was shown for the one that is chosen now."""
    procedure = nfc(given.get("procedure", ""))
    shown = bool(procedure) and given.get("shown") == procedure
    people = {"": _applicant(given, districts_ended), "authorised": _authorised(given, districts_ended)}
    in_roles = _in_roles(given, districts_ended) if shown else {}
    whose, told = next(((who, one) for who, one in (people | in_roles).items() if one.card or one.problem), ("", Filled({})))
    body = Body(
        applicant=people[""].person,
        authorised=people["authorised"].person,
        persons={role: one.person for role, one in in_roles.items()},
        procedure=procedure,
        note=nfc(given.get("note", "")),
        slot=nfc(given.get("slot", ""))[:SLOT_CHARS_MAX],
        result_by=_one_of(RESULT_BY, given.get("result_by"), "counter"),
    )
    if shown:
        body = msgspec.structs.replace(
            body,
            case=given.get("case", ""),
            parts=_parts(given),
            originals=_originals(given),
            fee_amounts=_amounts(given),
            exemption=given.get("exemption", ""),
            due_day=_day(given.get("due_day", ""), today),
        )
    return Read(body, told.card, told.problem, _count(given.get("version")), whose)


def _applicant(given: Mapping[str, str], districts_ended: date | None) -> Filled:
    typed = {name: value for name in APPLICANT if (value := nfc(given.get(name, "")))}
    return _filled(typed, ("phone", "email", "organisation"), districts_ended)


def _authorised(given: Mapping[str, str], districts_ended: date | None) -> Filled:
    if given.get("acting") != "yes":
        return Filled({})
    typed = {name: nfc(given.get(field, "")) for field, name in AUTHORISED.items()}
    found = _filled(typed, ("phone", "basis"), districts_ended)
    return found._replace(person={name: found.person.get(name, "") for name in AUTHORISED.values()})


def _in_roles(given: Mapping[str, str], districts_ended: date | None) -> dict[str, Filled]:
    """Read the persons in roles; of a card only what a role asks for is kept."""
    typed: dict[str, dict[str, str]] = {}
    for name, value in given.items():
        if match := ROLE_FIELD.fullmatch(name):
            typed.setdefault(match[1], {})[match[2]] = nfc(value)
    found = {role: _filled(person, (), districts_ended) for role, person in typed.items()}
    keep = ("who", "number_kind", *FIELDS)
    return {
        role: one._replace(person={field: one.person[field] for field in keep if one.person.get(field)})
        for role, one in found.items()
    }


def _filled(typed: dict[str, str], kept: tuple[str, ...], districts_ended: date | None) -> Filled:
    """Take in a number as typed, or the card that was read into its field; of what was typed before, a card leaves `kept`."""
    number = typed.pop("number", "")
    if "|" in number:
        try:
            card = parse_card_qr(number, districts_ended)
        except Refused as refused:
            return Filled(typed | {"number": number.split("|")[0][:20]}, problem=refused)
        told = {name: value for name, value in msgspec.structs.asdict(card.person).items() if value and name != "number_kind"}
        before = {name: typed[name] for name in kept if name in typed}
        return Filled(before | told | {"birth": birth_text(card.person.birth)}, card)
    if any(char.isalpha() for char in number):
        return Filled(typed | {"number": number, "number_kind": "other"})
    return Filled(typed | ({"number": "".join(re.split(r"[\s.]+", number))} if number else {}))


def _parts(given: Mapping[str, str]) -> dict[str, Part]:
    keys = sorted({name.partition("-")[2] for name in given if name.startswith(("have-", "copy-"))})
    return {key: _part(given, key) for key in keys[:PARTS_MAX]}


def _part(given: Mapping[str, str], key: str) -> Part:
    return Part(
        have=f"have-{key}" in given,
        copy=_one_of(COPIES, given.get(f"copy-{key}"), "original"),
        count=_count(given.get(f"count-{key}")) or 1,
        kept=given.get(f"copy-{key}") == KEPT,
    )


def _originals(given: Mapping[str, str]) -> tuple[Original, ...]:
    """Read the originals that copies are wanted of, each in its line; empty lines at the end are none."""
    lines = [
        Original(
            title=nfc(given.get(f"original-{n}-title", ""))[:TITLE_CHARS_MAX],
            pages=_count(given.get(f"original-{n}-pages")),
            copies=_count(given.get(f"original-{n}-copies")),
            electronic=f"original-{n}-electronic" in given,
        )
        for n in range(1, ORIGINALS_MAX + 1)
    ]
    typed = [n for n, line in enumerate(lines, 1) if line != Original()]
    return tuple(lines[: max(typed, default=0)])


def _amounts(given: Mapping[str, str]) -> dict[str, int]:
    """Read the amounts an officer entered, each under the name of its fee line."""
    found = {}
    for n in range(FEES_MAX):
        name, typed = given.get(f"feename-{n}"), re.sub(r"[\s.đ]", "", given.get(f"fee-{n}", ""))
        if name and re.fullmatch(r"\d{1,10}", typed, re.ASCII):
            found[name] = int(typed)
    return found


def _day(typed: str, today: date) -> str:
    try:
        day = read_day(typed, today.replace(year=today.year + 5))  # A promised day lies ahead: 26 is 2026, not 1926.
    except Refused:
        return ""
    return day.isoformat() if day >= today else ""


def _count(typed: str | None) -> int:
    typed = (typed or "").strip()
    return min(int(typed), COUNT_MAX) if re.fullmatch(r"\d{1,9}", typed, re.ASCII) else 0


def _one_of(among: Mapping[str, str], typed: str | None, otherwise: str) -> str:
    return typed if typed and typed in among else otherwise


def typed_person(person: Mapping[str, str]) -> dict[str, str]:
    """Give a person of a dossier as it would be typed again, to be carried over to the next one."""
    shown = {"birth": birth_text, "phone": phone_text}
    return {name: shown.get(name, str)(value).replace("\u00a0", " ") for name, value in person.items() if value}


def differences(here: Body, there: Body) -> list[tuple[str, str, str]]:
    """Tell two bodies apart for a person: label, what stands here, what stands there."""
    pairs = [(name, here.applicant.get(name, ""), there.applicant.get(name, "")) for name in APPLICANT if name in LABELS]
    for name in ("procedure", "case", "note", "due_day", "exemption", "slot"):
        pairs.append((name, str(getattr(here, name) or ""), str(getattr(there, name) or "")))
    pairs.append(("result_by", RESULT_BY.get(here.result_by, ""), RESULT_BY.get(there.result_by, "")))
    pairs.append(("originals", _listed(here.originals), _listed(there.originals)))
    for name in ("parts", "fee_amounts", "authorised", "persons"):
        if getattr(here, name) != getattr(there, name):
            pairs.append((name, _told(getattr(here, name)), _told(getattr(there, name))))
    return [(LABELS[name], a or "–", b or "–") for name, a, b in pairs if a != b]


def _listed(originals: tuple[Original, ...]) -> str:
    return "; ".join(
        f"{one.title} {one.pages} trang × {one.copies} bản{', bản điện tử' if one.electronic else ''}" for one in originals
    )


def _told(values: Mapping[str, object]) -> str:
    if any(isinstance(value, Part) for value in values.values()):
        return f"{sum(isinstance(part, Part) and part.have for part in values.values())} thành phần đã có"
    shown = (value.values() if isinstance(value, dict) else (value,) for value in values.values())
    return ", ".join(str(one) for group in shown for one in group)
