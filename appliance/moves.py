"""Which act is legal in which national status and where it leads: one table, read from moves.json, an unlisted act is not legal.

Each row says who acts (the right in appliance/rights.py), what must be given, which form is issued, the text it was found in,
since when, and whether that was verified; docs/statuses.md is drawn from the same rows.
"""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec

from appliance.documents import FINISHED, Signature
from appliance.dossier import Dossier, Status
from appliance.errors import Refused

FINISHES = "done"
STAY, BACK = "stay", "back"  # Where a move leads besides a status: nowhere, or to the status that was left when the wait began.


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """One row: `kind` of event; `from` and `to` by name of status. `back` lists the statuses a wait may have begun in."""

    kind: str
    right: str
    from_: tuple[str, ...]
    to: str
    requires: str
    form: str | None
    source: str
    since: date
    verified: bool
    back: tuple[str, ...] = ()

    def allows(self, dossier: Dossier) -> bool:
        """Say whether the row lets this dossier move."""
        return dossier.status.name.lower() in self.from_ and (not self.back or status_left(dossier).name.lower() in self.back)


ROWS: tuple[Row, ...] = msgspec.json.decode(Path(__file__).with_name("moves.json").read_bytes(), type=tuple[Row, ...])
BY_KIND: Mapping[str, tuple[Row, ...]] = {kind: tuple(r for r in ROWS if r.kind == kind) for kind in {r.kind for r in ROWS}}
BORN = frozenset({"dossier.filed", "dossier.accepted", "dossier.imported"})  # Acts that may make a dossier.
IMPORTED = "dossier.imported"
IMPORTABLE = frozenset(int(Status[row.to.upper()]) for row in BY_KIND[IMPORTED])  # National statuses of what still runs.
UNDONE = "act.undone"
AT_FILING = "at_filing"  # A fee line's `when`, as the fee table says it.

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
UNSIGNED = frozenset({Signature.NONE, Signature.SUBMITTED, Signature.VOID})
ONLY_UNSIGNED = frozenset({"dossier.stopped", "dossier.withdrawn", "supplement.requested"})  # No result may exist yet.


def check(dossier: Dossier | None, kind: str, clear: Mapping[str, Any] = MappingProxyType({})) -> None:
    """Refuse an act that is not legal now; `clear` is what the event would say.

    Raises Refused `wrong_status`, `wrong_document_state`, `already_accepted`, `result_exists`, `nothing_to_undo`,
    `payment_open`, `supplement_open`, `money_before_check`, `money_taken`, `nothing_due`, `receipt_unknown`, `receipt_refunded`,
    `nothing_to_refund`, `copies_not_apart`, `dossier_unknown`.
    """
    if dossier is None:
        if kind not in BORN:
            raise Refused("dossier_unknown")
        if kind == IMPORTED and clear.get("status") not in IMPORTABLE:
            raise Refused("status_not_open")
        return
    if kind in ("dossier.filed", IMPORTED) or (kind == "dossier.accepted" and dossier.accepted_at):
        raise Refused("already_accepted", code=dossier.code)
    if row_for(dossier, kind) is None or (dossier.erased_at and kind != "dossier.erased"):
        raise Refused("wrong_status", code=dossier.code, status=int(dossier.status))
    if kind in ONLY_UNSIGNED and dossier.signature not in UNSIGNED:
        raise Refused("result_exists", code=dossier.code)
    if kind in DOCUMENT_MOVES:
        for document in (clear.get("document", ""), *clear.get("also", ())):
            _check_document(dossier, kind, document)
    if kind in GUARDS:
        GUARDS[kind](dossier, clear)


def _check_document(dossier: Dossier, kind: str, document: str) -> None:
    found = next((d for d in dossier.documents if d.id == document), None)
    if found is None or found.signature not in DOCUMENT_MOVES[kind][0]:
        raise Refused("wrong_document_state", code=dossier.code)


def _something_to_undo(dossier: Dossier, clear: Mapping[str, Any]) -> None:
    if dossier.undo is None or dossier.undo.seq != clear.get("seq", dossier.undo.seq):
        raise Refused("nothing_to_undo", code=dossier.code)


def _nothing_is_open(dossier: Dossier, clear: Mapping[str, Any]) -> None:
    _request_is_paid(dossier, clear)
    if dossier.asked:
        raise Refused("supplement_open", code=dossier.code)


def _request_is_paid(dossier: Dossier, clear: Mapping[str, Any]) -> None:
    if dossier.payment and dossier.paid_of_request < dossier.payment["amount"]:
        raise Refused("payment_open", code=dossier.code)


def _no_money_was_taken(dossier: Dossier, clear: Mapping[str, Any]) -> None:
    """A refusal has taken no money; what the law takes at filing is not asked for by a request."""
    if dossier.paid_since_asked > 0:
        raise Refused("money_taken", code=dossier.code, amount=dossier.paid_since_asked)


def _receipt_stands(dossier: Dossier, clear: Mapping[str, Any]) -> None:
    """A receipt is voided once, and not after its money was given back: nothing is ever given back twice."""
    fee = next((one for one in dossier.receipts if one.receipt == clear.get("receipt", one.receipt)), None)
    if fee is None:
        raise Refused("receipt_unknown", code=dossier.code)
    if fee.amount > dossier.paid:
        raise Refused("receipt_refunded", code=dossier.code, receipt=fee.receipt)


def _refund_was_decided(dossier: Dossier, clear: Mapping[str, Any]) -> None:
    """Money goes back only where an end decided it, and never more than was paid."""
    if not 0 < clear.get("amount", dossier.to_refund) <= min(dossier.to_refund, dossier.paid):
        raise Refused("nothing_to_refund", code=dossier.code)


def _money_only_at_filing(dossier: Dossier, clear: Mapping[str, Any]) -> None:
    """Before a dossier was checked, only a fee that the law takes at filing may be taken (QĐ 442/2023 An Giang, 2.3).

    After the result left, only what a voided receipt had taken.
    """
    if dossier.status == Status.RETURNED and not dossier.money_open:
        raise Refused("nothing_due", code=dossier.code)
    if dossier.status == Status.NEW and any(line.get("when") != AT_FILING for line in clear.get("lines", [{}])):
        raise Refused("money_before_check", code=dossier.code)


def _copies_wait_alone(dossier: Dossier, clear: Mapping[str, Any]) -> None:
    """Copies on paper leave by themselves, once, while electronic ones of the same request are on their way."""
    document = dossier.on_paper
    if document is None or document.signature != Signature.WET or not dossier.electronic or dossier.copies_handed_at:
        raise Refused("copies_not_apart", code=dossier.code)


def _offer_is_open(dossier: Dossier, clear: Mapping[str, Any]) -> None:
    """Only an offer can be declined; and what waits for the citizen goes to another hand only by an offer."""
    if not (dossier.offered_to or dossier.section):
        raise Refused("nothing_offered", code=dossier.code)


def _offered_while_waiting(dossier: Dossier, clear: Mapping[str, Any]) -> None:
    if dossier.pause:
        _offer_is_open(dossier, clear)


GUARDS: Mapping[str, Callable[[Dossier, Mapping[str, Any]], None]] = {
    UNDONE: _something_to_undo,
    "dossier.accepted": _nothing_is_open,
    "payment.settled": _request_is_paid,
    "fee.taken": _money_only_at_filing,
    "receipt.voided": _receipt_stands,
    "fee.refunded": _refund_was_decided,
    "dossier.taken": _offered_while_waiting,
    "transfer.declined": _offer_is_open,
    "dossier.refused": _no_money_was_taken,
    "copies.handed": _copies_wait_alone,
}


def row_for(dossier: Dossier, kind: str) -> Row | None:
    """Give the row under which a dossier may make this move now, or None."""
    return next((row for row in BY_KIND.get(kind, ()) if row.allows(dossier)), None)


def legal(dossier: Dossier) -> tuple[str, ...]:
    """List the kinds of acts that `check` lets pass now (those on a document are judged for the document in force)."""
    clear = {"document": dossier.result.id if dossier.result else ""}
    return tuple(kind for kind in sorted(BY_KIND) if _passes(dossier, kind, clear))


def _passes(dossier: Dossier, kind: str, clear: Mapping[str, Any]) -> bool:
    try:
        check(dossier, kind, clear)
    except Refused:
        return False
    return True


def leads_to(dossier: Dossier, kind: str) -> Status:
    """Give the status after an act that already happened; where no row fits, the status stays (an old or foreign event)."""
    row = row_for(dossier, kind)
    if row is None or row.to == STAY or (row.to == FINISHES and kind in DOCUMENT_MOVES and _others_wait(dossier)):
        return dossier.status
    return _back(dossier, kind) if row.to == BACK else Status[row.to.upper()]


def _others_wait(dossier: Dossier) -> bool:
    """Say whether a request whose document is being finished has others that are not, or that were voided."""
    return dossier.result is None or sum(document.signature not in FINISHED for document in dossier.standing) > 1


def _back(dossier: Dossier, kind: str) -> Status:
    """Where a finished wait leads: to the other wait while that one is open, else to the status that was left."""
    if kind == "supplement.received" and dossier.payment:
        return Status.FINANCIAL
    if kind == "payment.settled" and dossier.asked:
        return Status.SUPPLEMENT
    return status_left(dossier)


def status_left(dossier: Dossier) -> Status:
    """Give the status in which the present wait, stop or end began; the present one where none did."""
    return Status(dossier.waits_from) if dossier.waits_from else dossier.status
