"""What an event is: compact UTF-8 JSON, NFC, at most 64 KiB, stored and hashed exactly as written, never re-serialised.

KINDS is the whole vocabulary: for every kind its version, its clear fields and its sealed (personal) fields. A kind is never
changed once released: a new need is a new version, and old ones are read for ever (tests/golden holds one of each).
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

EVENT_BYTES_MAX = 64 * 1024
REPEAT_BYTES = 256  # Kept free in every event, so that it can be recorded again in a later life.


class FileRef(msgspec.Struct, frozen=True, array_like=False):
    """A file an event names: SHA-256 in hex, size in bytes, media type."""

    s: str
    n: int
    m: str


class Sealed(msgspec.Struct, frozen=True):
    """The personal fields of an event: id of the dossier's key, and base64 of nonce ‖ ciphertext ‖ tag."""

    k: str
    b: str


class Repeats(msgspec.Struct, frozen=True):
    """The event of a life that was set aside which another one records again: life, number, digest of the chain there; hex."""

    inc: str
    seq: int
    digest: str


class Event(msgspec.Struct, frozen=True, omit_defaults=True):
    """One act. i seq · t kind · v version · at UTC text · q clock quality · f feed position seen · a actor · k dossier ·
    o owner version · c catalogue digest · d clear body · p sealed part · x files · r the event it repeats."""

    i: int
    t: str
    v: int
    at: str
    q: str
    f: int = 0
    a: str = ""
    k: str = ""
    o: int = 0
    c: str = ""
    d: dict[str, Any] = {}
    p: Sealed | None = None
    x: tuple[FileRef, ...] = ()
    r: Repeats | None = None


@dataclass(frozen=True)
class Kind:
    """Version and fields of a kind of event; everything that could point to a person is in `sealed`."""

    version: int
    clear: frozenset[str]
    sealed: frozenset[str] = frozenset()


def _kind(clear: str, sealed: str = "", version: int = 1) -> Kind:
    return Kind(version, frozenset(clear.split()), frozenset(sealed.split()))


KINDS: Mapping[str, Kind] = {
    # The box itself.
    "incarnation.opened": _kind("inc_no parent reason"),
    "clock.confirmed": _kind("date"),
    "number.voided": _kind("number reason"),
    "numbers.lost": _kind("unit book period first last reason"),
    "register.continued": _kind("unit book period last source"),
    "block.reserved": _kind("unit book first last begins ends"),
    "calendar.day_declared": _kind("day name basis working"),
    "process.approved": _kind("process version digest basis definition"),
    "delegation.given": _kind("giver taker first last basis"),
    "delegation.ended": _kind("giver taker first"),
    "drawer.counted": _kind("drawer opened_at expected counted receipts difference why transfers given_back"),
    "account.changed": _kind("officer change roles"),
    # A dossier, from the counter to its return.
    "dossier.filed": _kind(
        "code unit procedure procedure_name case channel filed_at components fee_lines result_by offices portal_payment",
        "applicant authorised persons note evidence",
    ),
    "dossier.accepted": _kind(
        "code number unit procedure procedure_name case channel accepted_at due components fee_lines result_by slip counter"
        " offices process late_entry",
        "applicant authorised persons names note exemption",
        version=2,
    ),
    "dossier.imported": _kind(
        "code unit procedure procedure_name case channel status filed_at accepted_at due since finished_at payment holder result_by"
        " process source",
        "applicant note row",
    ),
    "dossier.refused": _kind("form file refund", "reason"),
    "supplement.requested": _kind("form file until round", "reason items"),
    "supplement.received": _kind("form file due components", "names note"),
    "payment.requested": _kind("lines amount request until", "basis exemption"),
    "payment.settled": _kind("due"),
    "dossier.withdrawn": _kind("request refund", "reason"),
    "dossier.stopped": _kind("form file asked_by refund", "reason"),
    "dossier.resumed": _kind("due", "reason"),
    "dossier.taken": _kind("holder"),
    "dossier.transferred": _kind("from to section", "note"),
    "transfer.declined": _kind("to", "reason"),
    "step.finished": _kind("step next", "note"),
    "due.extended": _kind("due form file signer", "reason"),
    "due.recomputed": _kind("due because"),
    "lateness.explained": _kind("head", "explanation"),
    "dossier.corrected": _kind("fields components form file", "now was reason"),
    "act.undone": _kind("kind seq", "reason"),
    "paper.printed": _kind("form file copy why of"),
    "originals.returned": _kind("components", "receiver"),
    "fee.taken": _kind("lines amount method number receipt form file", "exemption reference", version=2),
    "receipt.voided": _kind("number receipt amount method drawer reason copy_back", "note reference"),
    "fee.refunded": _kind("amount method drawer voucher receipts confirmed form file", "receiver reference"),
    "result.prepared": _kind("document template template_version path file pages of", "fields"),
    "result.submitted": _kind("document also"),
    "result.sent_back": _kind("document", "reason"),
    "document.signed": _kind("document before file certificate clock"),
    "document.numbered": _kind("document number text date copies lines"),
    "document.sealed": _kind("document before file certificate clock"),
    "document.timestamped": _kind("document before file stamped_at findings"),
    "document.voided": _kind("document why findings"),
    "copies.certified": _kind("document number text date copies pages signer lines", "names"),
    "copies.handed": _kind("document", "receiver"),
    "release.allowed": _kind("document rule", "reason"),
    "dossier.returned": _kind("how", "receiver"),
    "dossier.erased": _kind("basis"),
    # Between communes: the owner offers, the other answers, the province decides. Whoever held a dossier may note.
    "dossier.noted": _kind("", "note"),
    "decision.received": _kind("decision sort text date agency file", "decider note"),
    "handover.offered": _kind("offer to reason"),
    "handover.withdrawn": _kind("offer"),
    "handover.accepted": _kind("offer"),
    "handover.rejected": _kind("offer reason"),
}

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Event)


def check_fields(kind: str, clear: Mapping[str, Any], personal: Mapping[str, Any]) -> None:
    """Refuse a field that the kind does not declare, or that stands on the wrong side of the seal. Raises ValueError."""
    declared = KINDS[kind]
    if extra := (set(clear) - declared.clear) | (set(personal) - declared.sealed):
        raise ValueError(f"{kind} does not declare {sorted(extra)}")


def encode(event: Event) -> bytes:
    """Write an event as the bytes that are stored, hashed and sent. Raises ValueError above 64 KiB."""
    data = unicodedata.normalize("NFC", _encoder.encode(event).decode()).encode()
    limit = EVENT_BYTES_MAX if event.r else EVENT_BYTES_MAX - REPEAT_BYTES
    if len(data) > limit:
        raise ValueError(f"event of {len(data)} bytes is above {limit}")
    return data


def decode(data: bytes) -> Event:
    """Read stored bytes; unknown fields and kinds are kept in the bytes and ignored here. Raises msgspec.ValidationError."""
    return _decoder.decode(data)
