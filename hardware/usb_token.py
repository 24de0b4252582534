"""What is said about USB tokens and signing jobs: values only, no device and no PIN in any of them."""

import re
from enum import StrEnum

import msgspec

from appliance.errors import Refused

ITEMS_MAX = 200
PIN_CHARACTERS = range(4, 65)
NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,127}")


class PinState(StrEnum):
    """What a token tells of its PIN; most tell no number: LOW is "a try was wasted", FINAL is "one is left"."""

    OK = "ok"
    LOW = "low"
    FINAL = "final"
    LOCKED = "locked"


class JobState(StrEnum):
    """Where a signing job is. FAILED: at least one document was not signed; STOPPED: the officer wished so."""

    WAITING = "waiting"
    SIGNING = "signing"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


class ItemState(StrEnum):
    """Where one document is."""

    WAITING = "waiting"
    SIGNING = "signing"
    DONE = "done"
    FAILED = "failed"


class Kind(StrEnum):
    """Whose signature it is: a person's, or the organisation's own."""

    LEADER = "leader"
    ORGANISATION = "organisation"


class TokenCertificate(msgspec.Struct, frozen=True):
    """One certificate on a token; times are UTC text, `der` is hex and stays inside the worker."""

    sha256: str
    cn: str
    org: str
    issuer: str
    not_before: str
    not_after: str
    der: str = ""


class Token(msgspec.Struct, frozen=True):
    """One token as it was last seen. It is known by its serial; labels and slots change."""

    serial: str
    label: str
    pin: PinState
    certificates: tuple[TokenCertificate, ...] = ()


class Stamp(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a signature goes on a form without a field for it: page from 0 (-1 last), box in points from lower left."""

    page: int = -1
    box: tuple[float, float, float, float] | None = None


class Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One document to sign. `id` names document and role together, so that asking twice signs once."""

    id: str
    path: str
    sha256: str
    field: str
    kind: Kind
    fill: dict[str, str] | None = None
    stamp: Stamp | None = None


class Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one PIN is given for."""

    job: str
    serial: str
    cert_sha256: str
    items: tuple[Item, ...]


def read_order(words: dict) -> Order:
    """Check a request to sign (without its PIN). Raises Refused("sign_request")."""
    try:
        order = msgspec.convert(words, Order)
    except msgspec.ValidationError as error:
        raise Refused("sign_request") from error
    names = [order.job, *(item.id for item in order.items)]
    if not all(NAME.fullmatch(name) for name in names) or len(set(names)) != len(names):
        raise Refused("sign_request")
    if not 0 < len(order.items) <= ITEMS_MAX:
        raise Refused("sign_request")
    return order


def tries_left(code: str, facts: dict) -> int | None:
    """Give how many PIN tries a fault proves to be left; None when the token does not tell."""
    return {"pin_locked": 0, "pin_wrong_left": facts.get("left")}.get(code)
