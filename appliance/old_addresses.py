"""Addresses from before districts ended (1/7/2025): which commune of today an old ward became, all of them where it was split.

Found by names alone, with or without marks and words like "xã"; codes of the source are not trusted and not kept. Nothing is
guessed: an address that is not found stays as written, and between several communes a person chooses.
"""

import functools
import re
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

import msgspec

from appliance.text import fold, nfc

LEVELS = 3  # Ward, district, province: the last parts of an old address.
CHARS_MAX = 500
NAMES_MAX = 2_048  # Old provinces and districts, and the wards of a few of them.
INTO, OR = ">", "|"  # In a line of the table: old ward > new commune | another new commune.
# Words before a name, folded; people and cards write them, shorten them or leave them out.
KINDS = re.compile(r"(tinh|thanh pho|tp|quan|q|huien|h|thi xa|tx|thi tran|tt|phuong|p|xa|x)(?:\s*\.\s*|\s+)(?=\S)")
KINDS_SPELLED = re.compile("(Thị trấn|Phường|Xã) ")
SAME_KIND = {
    "thanh pho": "tp",
    "quan": "q",
    "huien": "h",
    "thi xa": "tx",
    "thi tran": "tt",
    "phuong": "p",
    "xa": "x",
    "tinh": "tinh",
}


class Name(NamedTuple):
    """A name as it is compared: a short word of kind ("" where none was written) and the rest without marks."""

    kind: str
    short: str


class OldDistrict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The wards of one old district; `into` is the province of today, `wards` lines as "Xã Cũ>Xã Mới|Phường Mới"."""

    province: str
    district: str
    into: str
    wards: tuple[str, ...]


class OldAddressesAbout(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the table comes from and under which licence; `code_source` says why there are no codes."""

    version: str
    compiled: date
    title: str
    note: str
    source: str
    licence: str
    code_source: str


def translate(districts: Iterable[OldDistrict], address: str) -> tuple[str, ...]:
    """Give an old address as it is written today: one, several where the ward was split, none where it is not known."""
    parts = [part.strip() for part in nfc(address[:CHARS_MAX]).split(",")]
    if len(parts) < LEVELS or not all(parts[-LEVELS:]):
        return ()
    rest, ward = parts[:-LEVELS], parts[-LEVELS]
    wards, in_district, in_province = (_written(part) for part in parts[-LEVELS:])
    here = [old for old in districts if _is(in_province, old.province) and _is(in_district, old.district)]
    found = [(line, old.into) for old in here for line in old.wards if _is(wards, line.partition(INTO)[0])]
    if spelled := [one for one in found if _spelled(ward, one[0].partition(INTO)[0])]:
        found = spelled  # Written with its marks it is that one: Lộc Thành is not Lộc Thạnh.
    communes = dict.fromkeys(f"{commune}, {into}" for line, into in found for commune in line.partition(INTO)[2].split(OR))
    return tuple(", ".join((*rest, commune)) for commune in communes)


def _is(written: frozenset[Name], name: str) -> bool:
    return not _named(name).isdisjoint(written)


def _spelled(written: str, name: str) -> bool:
    kind = KINDS_SPELLED.match(name)
    return f" {written}".casefold().endswith(f" {name[kind.end() if kind else 0 :]}".casefold())


@functools.lru_cache(maxsize=NAMES_MAX)
def _named(name: str) -> frozenset[Name]:
    """Give the ways a full name of the table may be written: with its word of kind, or without."""
    kind, short = max(_written(name))
    return frozenset({Name(kind, short), Name("", short)})


def _written(text: str) -> frozenset[Name]:
    """Give what a written name may say: all of it a name ("Quan Hóa"), or a word of kind and a name ("Quận 1")."""
    folded = fold(text)
    match = KINDS.match(folded)
    whole = Name("", _plain(folded))
    return frozenset({whole, Name(SAME_KIND.get(match[1], match[1]), _plain(folded[match.end() :]))} if match else {whole})


def _plain(folded: str) -> str:
    return "".join(char for char in folded.lstrip("0") if char.isalnum())
