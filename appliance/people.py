"""A person at the counter: as typed, as printed in the QR code of a citizen's card, and what does not fit together.

A QR code carries no signature: what it says is a typing aid, the officer still looks at the card. Warnings never block.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import msgspec

from appliance import clock
from appliance.errors import Refused
from appliance.text import nfc, read_birth, read_number, read_phone

CARD_CHARS_MAX = 2000
CARD_FIELDS = 7
FIELD_CHARS_MAX = 500
GENDERS = ("Nam", "Nữ")
# Third digit of the 12-digit number: century and sex (men even), TT 07/2016/TT-BCA.
FIRST_CENTURY = 1900


class Person(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A person or an organisation. `number_kind`: "12", "9" (old paper), "other" (passport); `birth` ISO day or year.

    `phone` is E.164, `gender` Nam or Nữ, `issued` the ISO day of issue of the paper; everything else as written, NFC.
    """

    name: str
    number: str = ""
    number_kind: str = ""
    birth: str = ""
    gender: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""
    organisation: str = ""
    issued: str = ""
    old_number: str = ""
    old_address: str = ""  # as printed before districts ended, where `address` is that of today
    basis: str = ""  # on what this person acts for another


class Card(msgspec.Struct, frozen=True):
    """What a card's QR code said, and warning codes: `marks_lost`, `birth_mismatch`, `gender_mismatch`, `address_old`."""

    person: Person
    warnings: tuple[str, ...]


def person_of(typed: Mapping[str, str], today: date) -> Person:
    """Make a person of typed fields. Raises Refused (`name_missing`, `field_long`, and those of the readers in text)."""
    texts = {field: nfc(value) for field, value in typed.items()}
    for field, value in texts.items():
        if len(value) > FIELD_CHARS_MAX:
            raise Refused("field_long", field=field, most=FIELD_CHARS_MAX)
    if not texts.get("name") and not texts.get("organisation"):
        raise Refused("name_missing")
    read = {field: READERS[field](value, today) if field in READERS and value else value for field, value in texts.items()}
    if read.get("number") and read.get("number_kind") != "other":
        read["number"], read["number_kind"] = read_number(read["number"])
    return msgspec.convert({"name": ""} | read, Person)


def plain(kept: Mapping[str, Any]) -> Person:
    """Give a person as an event keeps it, without what its role adds."""
    fields = {field: value for field, value in kept.items() if field in Person.__struct_fields__}
    return msgspec.convert({"name": ""} | fields, Person)


def tidy(typed: Mapping[str, str], today: date | None = None) -> dict[str, str]:
    """Check and tidy a typed person for an event: only fields that hold something. `today` defaults to the clock's.

    Raises Refused with the code of the first wrong field.
    """
    person = person_of(typed, today or clock.local_day(clock.stamp()))
    return {field: value for field, value in msgspec.structs.asdict(person).items() if value}


def wrong_fields(typed: Mapping[str, str], today: date) -> dict[str, str]:
    """Give for each field that cannot be read the code of its sentence, all at once; empty when the person is sound."""
    wrong = {field: code for field in typed if (code := _code({"name": "x", field: typed[field]}, today))}
    kind = {"number_kind": typed.get("number_kind", "")}
    if "number" in wrong and not _code({"name": "x", "number": typed["number"], **kind}, today):
        del wrong["number"]
    if code := _code({"name": typed.get("name", ""), "organisation": typed.get("organisation", "")}, today):
        wrong["name"] = code
    return wrong


def _code(typed: Mapping[str, str], today: date) -> str:
    try:
        person_of(typed, today)
    except Refused as refused:
        return refused.code
    return ""


def _phone(text: str, today: date) -> str:
    return read_phone(text)


def _email(text: str, today: date) -> str:
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text):
        raise Refused("email_invalid")
    return text


def _gender(text: str, today: date) -> str:
    if text not in GENDERS:
        raise Refused("gender_unknown")
    return text


READERS = {"birth": read_birth, "issued": read_birth, "phone": _phone, "email": _email, "gender": _gender}


def parse_card_qr(payload: str, districts_ended: date | None = None) -> Card:
    """Read the payload of a card's QR code: number|old number|name|ddMMyyyy|sex|residence|ddMMyyyy, the rest dropped.

    What follows the seven fields is data about other persons and is never kept. `districts_ended`: the day since when
    addresses have two levels; an older card prints an older address. Raises Refused `card_layout`, `card_number`,
    `card_date` (the fact `field` is its place, never its content).
    """
    fields = [nfc(field) for field in payload[: CARD_CHARS_MAX + 1].strip().split("|")]
    if len(payload) > CARD_CHARS_MAX or len(fields) < CARD_FIELDS or not fields[2]:
        raise Refused("card_layout", fields=len(fields))
    number, old_number, name, birth, gender, address, issued = fields[:CARD_FIELDS]
    if not re.fullmatch(r"\d{12}", number, re.ASCII):
        raise Refused("card_number")
    person = Person(
        name=name,
        number=number,
        number_kind="12",
        birth=_card_day(birth, 4),
        gender=gender if gender in GENDERS else "",
        address=address,
        issued=_card_day(issued, 7),
        old_number=old_number if re.fullmatch(r"\d{9}", old_number, re.ASCII) else "",
    )
    return Card(person, (*_reader_warnings(fields), *number_warnings(person), *_address_warnings(person, districts_ended)))


def _card_day(text: str, field: int) -> str:
    try:
        if not re.fullmatch(r"\d{8}", text, re.ASCII):
            raise ValueError
        return datetime.strptime(text, "%d%m%Y").date().isoformat()
    except ValueError:
        raise Refused("card_date", field=field) from None


def number_warnings(person: Person) -> tuple[str, ...]:
    """Say where the 12-digit number disagrees with birth year or sex. There is no check digit, and both may change."""
    if person.number_kind != "12":
        return ()
    century, male = FIRST_CENTURY + int(person.number[3]) // 2 * 100, int(person.number[3]) % 2 == 0
    warnings = []
    if person.birth and person.birth[:4] != str(century + int(person.number[4:6])):
        warnings.append("birth_mismatch")
    if person.gender and (person.gender == GENDERS[0]) != male:
        warnings.append("gender_mismatch")
    return tuple(warnings)


def marks_lost(*texts: str) -> bool:
    """Say whether a reader ate the Vietnamese letters: none left in all the texts together, or signs of broken bytes."""
    together = " ".join(texts)
    broken = any(sign in together for sign in "?\ufffd")
    return broken or (together.isascii() and any(char.isalpha() for char in together))


def _reader_warnings(fields: list[str]) -> tuple[str, ...]:
    return ("marks_lost",) if marks_lost(fields[2], fields[5]) or fields[4] not in GENDERS else ()


def _address_warnings(person: Person, districts_ended: date | None) -> tuple[str, ...]:
    """The address of a card printed before the districts ended is no address of today."""
    return ("address_old",) if districts_ended and person.issued < districts_ended.isoformat() else ()
