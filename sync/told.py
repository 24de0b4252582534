"""What the province tells beside what it publishes, as the bodies of feed records; any other form has no effect. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from appliance import clock
from appliance.events import EVENT_BYTES_MAX
from appliance.ownership import State
from sync.protocol import Device, Inc, Seq

EVENTS_MAX = 10_000  # Of one record; their bytes are bounded by the statement's own.
GRANTS_MAX = 1_000
Name = Annotated[str, Meta(min_length=1, max_length=2_000)]
Words = Annotated[str, Meta(max_length=2_000)]


class Granted(msgspec.Struct, frozen=True):
    """A range of numbers of a book, for a life of this device."""

    book: Name
    inc_no: Annotated[int, Meta(ge=1, lt=2**31)]
    first: Annotated[int, Meta(ge=1, lt=2**62)]
    last: Annotated[int, Meta(ge=1, lt=2**62)]

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("a range that ends before it begins")


class GrantedSaid(msgspec.Struct, frozen=True):
    """The body of `numbers.granted`."""

    unit: Name
    grants: Annotated[tuple[Granted, ...], Meta(max_length=GRANTS_MAX)]


class CrlSaid(msgspec.Struct, frozen=True):
    """The body of `crl.published`: a revocation list, base64 of DER."""

    der: str
    url: str = ""


class TimeSaid(msgspec.Struct, frozen=True):
    """The body of `time.signed`: UTC text."""

    at: Name

    def __post_init__(self) -> None:
        clock.moment_of(self.at)


class DaySaid(msgspec.Struct, frozen=True):
    """The body of `calendar.day_announced`."""

    day: date
    name: Words
    basis: Words
    working: bool


class NoticedSaid(msgspec.Struct, frozen=True):
    """The body of `catalogue.noticed`: to be read."""

    digest: Name
    note: str = ""


class UnitSaid(msgspec.Struct, frozen=True):
    """The body of `unit.known`."""

    unit: Name
    name: Name


class ErasureSaid(msgspec.Struct, frozen=True):
    """The body of `erasure.confirmed`."""

    dossier: Name
    erased_at: Name


class OfferSaid(msgspec.Struct, frozen=True):
    """The body of `handover.offered` and `handover.decided`: an offer, whole, as it stands (appliance/ownership.py)."""

    offer: Device
    dossier: Device
    version: Seq
    giver: str
    taker: str
    from_unit: str
    to_unit: str
    reason: str
    code: str
    procedure_name: str
    offered_at: str
    until: str
    state: State
    why: str
    decided_at: str


class Brought(msgspec.Struct, frozen=True):
    """An event of a box: which wrote it, in which life, its bytes as text."""

    device: Device
    inc: Inc
    event: Annotated[str, Meta(max_length=EVENT_BYTES_MAX)]


class Came(msgspec.Struct, frozen=True):
    """The body of `handover.events`; `more`: others follow before the dossier is whole."""

    dossier: Device
    counts: bool
    events: Annotated[tuple[Brought, ...], Meta(max_length=EVENTS_MAX)]
    more: bool = False


BODIES: Mapping[str, type[Any]] = {
    "numbers.granted": GrantedSaid,
    "crl.published": CrlSaid,
    "time.signed": TimeSaid,
    "calendar.day_announced": DaySaid,
    "catalogue.noticed": NoticedSaid,
    "unit.known": UnitSaid,
    "erasure.confirmed": ErasureSaid,
    "handover.offered": OfferSaid,
    "handover.decided": OfferSaid,
    "handover.events": Came,
}
