"""A dossier as its events made it. Pure: no clock, disk or SQL; the box, the province and the simulation fold with it alone.

MOVES says which act is legal in which national status and where it leads; an act that is not listed is not legal.
Business status, money, delivery and signature are separate fields and never one column.
"""

from collections.abc import Callable, Mapping
from enum import IntEnum, StrEnum
from typing import Any

import msgspec

from appliance.errors import Refused
from appliance.events import Event


class Status(IntEnum):
    """The ten national statuses, as numbered on the wire."""

    NEW = 1
    ACCEPTED = 2
    NOT_ACCEPTED = 3
    PROCESSING = 4
    SUPPLEMENT = 5
    FINANCIAL = 6
    WITHDRAWN = 7
    STOPPED = 8
    DONE = 9
    RETURNED = 10


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


class Document(msgspec.Struct, frozen=True, omit_defaults=True):
    """A result on its way: `file` is the newest revision's digest, `before` the ones it grew from."""

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
    sealed_at: str = ""
    stamped_at: str = ""
    copies: int = 0
    why_void: str = ""
    sent_back: str = ""  # reason; personal
    fields: dict[str, Any] | None = None  # personal


class Fee(msgspec.Struct, frozen=True, omit_defaults=True):
    """Money taken: whole đồng, how, and the receipt's number."""

    amount: int
    method: str
    receipt: str
    at: str
    actor: str


class Dossier(msgspec.Struct, frozen=True, omit_defaults=True):
    """All that is known of one dossier. Personal fields are None when they were erased or cannot be unsealed here."""

    id: str
    code: str
    unit: str
    status: Status
    procedure: str
    procedure_name: str
    case: str
    channel: str
    accepted_at: str
    accepted_by: str
    due: dict[str, Any] | None
    components: tuple[dict[str, Any], ...]
    fee_lines: tuple[dict[str, Any], ...]
    result_by: str
    slip: str
    counter: str = ""
    catalogue: str = ""
    holder: str = ""
    applicant: dict[str, Any] | None = None
    authorised: dict[str, Any] | None = None
    note: str = ""
    documents: tuple[Document, ...] = ()
    fees: tuple[Fee, ...] = ()
    allowed_early: str = ""  # rule under which a leader allowed the release before the time-stamp
    finished_at: str = ""
    returned_at: str = ""
    returned_how: str = ""
    receiver: dict[str, Any] | None = None
    erased_at: str = ""
    last_at: str = ""

    @property
    def result(self) -> Document | None:
        """Give the document in force: the newest that is not void."""
        return next((d for d in reversed(self.documents) if d.signature != Signature.VOID), None)

    @property
    def signature(self) -> Signature:
        """Give how far the result's signing has come."""
        if self.result:
            return self.result.signature
        return Signature.VOID if self.documents else Signature.NONE


PROCESSING, DONE = Status.PROCESSING, Status.DONE
LIVE = frozenset({Status.ACCEPTED, PROCESSING, DONE})

# kind: (national statuses in which it is legal, status it leads to or None to stay)
MOVES: Mapping[str, tuple[frozenset[Status], Status | None]] = {
    "dossier.taken": (frozenset({Status.ACCEPTED, PROCESSING}), PROCESSING),
    "fee.taken": (LIVE, None),
    "result.prepared": (frozenset({PROCESSING}), None),
    "result.submitted": (frozenset({PROCESSING}), None),
    "result.sent_back": (frozenset({PROCESSING}), None),
    "document.signed": (frozenset({PROCESSING}), None),
    "document.numbered": (frozenset({PROCESSING}), None),
    "document.sealed": (frozenset({PROCESSING}), DONE),
    "document.timestamped": (frozenset({DONE, Status.RETURNED}), None),
    "document.voided": (frozenset({PROCESSING, DONE, Status.RETURNED}), None),
    "copies.certified": (frozenset({PROCESSING}), DONE),
    "release.allowed": (frozenset({DONE}), None),
    "dossier.returned": (frozenset({DONE}), Status.RETURNED),
    "dossier.erased": (frozenset(Status), None),
}

# kind: signature states of the document in which it is legal, and the state it leads to
DOCUMENT_MOVES: Mapping[str, tuple[frozenset[Signature], Signature]] = {
    "result.submitted": (frozenset({Signature.NONE}), Signature.SUBMITTED),
    "result.sent_back": (frozenset({Signature.SUBMITTED}), Signature.NONE),
    "document.signed": (frozenset({Signature.SUBMITTED}), Signature.SIGNED),
    "document.numbered": (frozenset({Signature.SIGNED}), Signature.NUMBERED),
    "document.sealed": (frozenset({Signature.NUMBERED}), Signature.SEALED),
    "document.timestamped": (frozenset({Signature.SEALED}), Signature.TIMESTAMPED),
    "document.voided": (frozenset(Signature) - {Signature.VOID}, Signature.VOID),
    "copies.certified": (frozenset({Signature.SUBMITTED}), Signature.WET),
}


def check(dossier: Dossier | None, kind: str, document: str = "") -> None:
    """Refuse an act that is not legal now. Raises Refused `wrong_status`, `wrong_document_state`, `already_accepted`."""
    if kind == "dossier.accepted":
        if dossier is not None:
            raise Refused("already_accepted", code=dossier.code)
        return
    if dossier is None:
        raise Refused("dossier_unknown")
    if dossier.status not in MOVES[kind][0] or (dossier.erased_at and kind != "dossier.erased"):
        raise Refused("wrong_status", code=dossier.code, status=int(dossier.status))
    if kind in DOCUMENT_MOVES:
        found = next((d for d in dossier.documents if d.id == document), None)
        if found is None or found.signature not in DOCUMENT_MOVES[kind][0]:
            raise Refused("wrong_document_state", code=dossier.code)


def advance(dossier: Dossier | None, event: Event, personal: Mapping[str, Any]) -> Dossier | None:
    """Fold one event. A kind this version does not know, or an act that cannot apply, leaves the dossier as it is."""
    if event.t == "dossier.accepted":
        return _accepted(event, personal) if dossier is None else dossier
    if dossier is None or event.t not in MOVES:
        return dossier
    leads_to = MOVES[event.t][1]
    dossier = msgspec.structs.replace(dossier, status=dossier.status if leads_to is None else leads_to, last_at=event.at)
    return _FOLDS[event.t](dossier, event, personal)


def _accepted(event: Event, personal: Mapping[str, Any]) -> Dossier:
    body = event.d
    same = ("code", "unit", "procedure", "procedure_name", "case", "channel", "accepted_at", "due", "result_by", "slip")
    return Dossier(
        id=event.k,
        status=Status.ACCEPTED,
        accepted_by=event.a,
        components=tuple(body["components"]),
        fee_lines=tuple(body["fee_lines"]),
        counter=body.get("counter", ""),
        catalogue=event.c,
        applicant=personal.get("applicant"),
        authorised=personal.get("authorised"),
        note=personal.get("note", ""),
        last_at=event.at,
        **{name: body[name] for name in same},
    )


def _taken(dossier: Dossier, event: Event, personal: Mapping[str, Any]) -> Dossier:
    return msgspec.structs.replace(dossier, holder=event.d["holder"])


def _fee_taken(dossier: Dossier, event: Event, personal: Mapping[str, Any]) -> Dossier:
    body = event.d
    fee = Fee(body["amount"], body["method"], body.get("receipt", ""), event.at, event.a)
    return msgspec.structs.replace(dossier, fees=(*dossier.fees, fee))


def _prepared(dossier: Dossier, event: Event, personal: Mapping[str, Any]) -> Dossier:
    """A new version of a draft takes its place; a document that was ever signed stays in the list."""
    body = event.d
    made = Document(
        id=body["document"],
        template=body["template"],
        template_version=body["template_version"],
        path=body["path"],
        file=body["file"],
        pages=body["pages"],
        prepared_by=event.a,
        prepared_at=event.at,
        fields=personal.get("fields"),
    )
    kept = tuple(d for d in dossier.documents if d.id != made.id)
    return msgspec.structs.replace(dossier, documents=(*kept, made))


def _document_moved(dossier: Dossier, event: Event, personal: Mapping[str, Any]) -> Dossier:
    changed = tuple(_moved(d, event, personal) if d.id == event.d["document"] else d for d in dossier.documents)
    finished = dossier.finished_at or (event.at if MOVES[event.t][1] == DONE else "")
    return msgspec.structs.replace(dossier, documents=changed, finished_at=finished)


def _moved(document: Document, event: Event, personal: Mapping[str, Any]) -> Document:
    body = event.d
    new: dict[str, Any] = {"signature": DOCUMENT_MOVES[event.t][1]}
    if "file" in body:
        new |= {"file": body["file"], "before": (*document.before, document.file)}
    if "number" in body:
        new |= {"number_text": body["text"], "date": body["date"]}
    more = _DOCUMENT_FACTS.get(event.t)
    return msgspec.structs.replace(document, **new, **(more(event, personal) if more else {}))


# What else an act leaves on its document: fields by name, from the event and its personal part.
_DOCUMENT_FACTS: Mapping[str, Callable[[Event, Mapping[str, Any]], dict[str, Any]]] = {
    "result.sent_back": lambda event, personal: {"sent_back": personal.get("reason", "")},
    "document.signed": lambda event, personal: {"signer": event.a, "signed_at": event.at, "sent_back": ""},
    "document.sealed": lambda event, personal: {"sealed_at": event.at},
    "document.timestamped": lambda event, personal: {"stamped_at": event.d["stamped_at"]},
    "document.voided": lambda event, personal: {"why_void": event.d["why"]},
    "copies.certified": lambda event, personal: {
        "copies": event.d["copies"],
        "signer": event.d["signer"],
        "signed_at": event.at,
    },
}


def _release_allowed(dossier: Dossier, event: Event, personal: Mapping[str, Any]) -> Dossier:
    return msgspec.structs.replace(dossier, allowed_early=event.d["rule"])


def _returned(dossier: Dossier, event: Event, personal: Mapping[str, Any]) -> Dossier:
    return msgspec.structs.replace(dossier, returned_at=event.at, returned_how=event.d["how"], receiver=personal.get("receiver"))


def _erased(dossier: Dossier, event: Event, personal: Mapping[str, Any]) -> Dossier:
    documents = tuple(msgspec.structs.replace(d, fields=None, sent_back="") for d in dossier.documents)
    return msgspec.structs.replace(
        dossier, applicant=None, authorised=None, note="", receiver=None, documents=documents, erased_at=event.at
    )


_FOLDS = {
    "dossier.taken": _taken,
    "fee.taken": _fee_taken,
    "result.prepared": _prepared,
    "result.submitted": _document_moved,
    "result.sent_back": _document_moved,
    "document.signed": _document_moved,
    "document.numbered": _document_moved,
    "document.sealed": _document_moved,
    "document.timestamped": _document_moved,
    "document.voided": _document_moved,
    "copies.certified": _document_moved,
    "release.allowed": _release_allowed,
    "dossier.returned": _returned,
    "dossier.erased": _erased,
}
