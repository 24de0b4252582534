"""A document that a dossier issues, and how far its signing has come."""

from enum import StrEnum
from typing import Any

import msgspec


class Signature(StrEnum):
    """How far the result's signing has come. `wet` is signed and sealed by hand on paper."""

    NONE = "none"
    SUBMITTED = "submitted"
    SIGNED = "signed"
    NUMBERED = "numbered"
    SEALED = "sealed"
    TIMESTAMPED = "timestamped"
    WET = "wet"
    VOID = "void"


# From the least advanced: of several documents the one that is behind says how far a request is.
ADVANCED = (
    Signature.NONE, Signature.SUBMITTED, Signature.SIGNED, Signature.NUMBERED,
    Signature.SEALED, Signature.TIMESTAMPED, Signature.WET,
)  # fmt: skip
FINISHED = frozenset({Signature.SEALED, Signature.TIMESTAMPED, Signature.WET})


class Document(msgspec.Struct, frozen=True, omit_defaults=True):
    """A result on its way: `file` is the newest revision's digest, `before` the ones it grew from.

    `of` is the original (key of its component) that this is the certified electronic copy of.
    """

    id: str
    template: str
    template_version: str
    path: str  # paper or electronic
    file: str
    pages: int
    prepared_by: str
    prepared_at: str
    signature: Signature = Signature.NONE
    before: tuple[str, ...] = ()
    signer: str = ""
    signed_at: str = ""
    number_text: str = ""
    date: str = ""
    numbered_at: str = ""
    sealed_at: str = ""
    stamped_at: str = ""
    copies: int = 0
    why_void: str = ""
    sent_back: str = ""  # reason; personal
    fields: dict[str, Any] | None = None  # personal
    of: str = ""
