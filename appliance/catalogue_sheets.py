"""What the files of a catalogue bundle hold: one type for each file, checked strictly. Loads nothing itself."""

from datetime import date
from typing import Any, Generic, Literal, TypeVar

import msgspec

from appliance.fees import FeeRule, FeesAbout
from appliance.old_addresses import OldAddressesAbout, OldDistrict
from appliance.procedures import Procedure, ResultRule
from appliance.roles import RoleRule, RolesAbout
from appliance.rules import RuleEntry
from appliance.workdays import Limit
from appliance.working_calendar import CalendarAbout, SpecialDay

A = TypeVar("A")
R = TypeVar("R")


class Sheet(msgspec.Struct, Generic[A, R], frozen=True, forbid_unknown_fields=True):
    """One file of a bundle: what stands above, and the records, one a line."""

    about: A
    records: tuple[R, ...]


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a bundle is. `made_from`: versions of what was imported; `not_taken`: what was left out, and why."""

    format: Literal[1]
    id: str
    version: str
    effective_from: date
    title: str
    made_from: dict[str, str]
    not_taken: tuple[str, ...]


class About(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Version of a sheet and keys to its sources."""

    version: str
    compiled: date | None = None
    title: str | None = None
    note: str | None = None
    source_keys: dict[str, str] = {}
    basis: dict[str, str] = {}
    statistics: dict[str, Any] = {}
    statuses: dict[str, str] = {}
    minutes_per_working_day: int | None = None
    language: str | None = None


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One step of an internal process; 480 planned minutes are one working day, None is not stated."""

    no: int
    role: str
    unit: str | None
    task: str
    planned_minutes: int | None
    status_after: str
    document: str | None
    condition: str | None


class Process(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The internal process of a procedure, or of the named cases only. `basis` says who designed it."""

    id: str
    code: str
    case_ids: tuple[str, ...] | None
    name: str | None
    basis: str
    citation: str | None
    planned_total_minutes: int | None
    legal_limit: Limit | None
    steps: tuple[Step, ...]
    note: str | None
    version: str
    effective_from: date | None


class Unit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A commune, ward or special zone with its five-digit code (text)."""

    code: str
    name: str
    kind: str
    parent_code: str
    valid_from: date
    valid_to: date | None
    agency_code_qd20: str | None
    spelling_variant: str | None
    verified: bool


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A section of the demonstration commune."""

    id: str
    name: str


class Staff(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An invented officer of the demonstration commune."""

    id: str
    name: str
    section: str
    role: str
    title: str
    active_from: date
    active_to: date | None


class Demonstration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The commune of the demonstration: real name, invented unit code and people."""

    commune_code: str
    commune_name: str
    fictional_staff: Literal[True]
    unit_code_for_dossiers: str
    unit_code_note: str
    sections: tuple[Section, ...]
    staff: tuple[Staff, ...]


class Province(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The province above the communes."""

    code: str
    name: str
    valid_from: date
    agency_code_qd20: str | None
    agency_code_note: str | None
    merged_from: tuple[str, ...]
    verified: bool


class UnitsAbout(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The province, the demonstration, and where the codes were read."""

    version: str
    compiled: date
    note: str
    sources: tuple[dict[str, str], ...]
    agreement: dict[str, Any]
    province: Province
    demonstration: Demonstration


class Book(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A numbered series. `pattern` knows {unit} {yymmdd} {yy} {yyyy} {number} {symbol}; `number` is padded to `width`.

    `volume` names the paper register with the same words, None where there is none or it is not known.
    """

    id: str
    name: str
    period: Literal["day", "year"]
    pattern: str
    width: int
    volume: str | None
    effective_from: date
    source: str
    verified: bool
    note: str | None

    def write(self, number: int, day: date, *, unit: str = "", symbol: str = "") -> str:
        """Write a number of this book as it is printed, for example H99.99.99-261121-0007."""
        return self.pattern.format(number=f"{number:0{self.width}d}", unit=unit, symbol=symbol, **_of_day(day))

    def volume_name(self, day: date) -> str | None:
        """Name the paper register of the year, where it has a name."""
        return self.volume.format(**_of_day(day)) if self.volume else None


def _of_day(day: date) -> dict[str, str]:
    return {"yymmdd": f"{day:%y%m%d}", "yy": f"{day:%y}", "yyyy": f"{day:%Y}"}


class Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A printed form, keyed by what it is for; instrument, number and version are what the law calls it."""

    form: str
    instrument: str
    number: str
    name: str
    effective_from: date
    source: str
    layout_verified: bool


class Alias(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Short names officers type for a procedure; the editor's, not the law's."""

    code: str
    words: tuple[str, ...]


SHEETS: dict[str, Any] = {
    "addresses": Sheet[OldAddressesAbout, OldDistrict],
    "aliases": Sheet[About, Alias],
    "books": Sheet[About, Book],
    "calendar": Sheet[CalendarAbout, SpecialDay],
    "fees": Sheet[FeesAbout, FeeRule],
    "forms": Sheet[About, Form],
    "procedures": Sheet[About, Procedure],
    "procedures.core": Sheet[About, Procedure],
    "processes": Sheet[About, Process],
    "processes.general": Sheet[About, Process],
    "results": Sheet[About, ResultRule],
    "roles": Sheet[RolesAbout, RoleRule],
    "rules": Sheet[About, RuleEntry],
    "units": Sheet[UnitsAbout, Unit],
}
