"""Folding: what one event makes of a dossier. Pure: no clock, disk or SQL; the box, the province and the simulation fold alike."""

from collections.abc import Callable, Mapping

import msgspec

from appliance.births import BORN, accepted
from appliance.dossier import PAUSING, Changes, Dossier, Fee, Paper, Pause, Personal, Refund, Status, Undo
from appliance.events import Event
from appliance.moves import BY_KIND, DOCUMENT_MOVES, UNDONE, leads_to
from appliance.ownership import ACCEPTED, BESIDE
from appliance.result_folds import document_moved, prepared

LEAVES = PAUSING | {Status.NOT_ACCEPTED, Status.WITHDRAWN}  # Statuses that remember where they came from.
UNDOABLE = frozenset(
    {
        "dossier.taken",
        "dossier.transferred",
        "step.finished",
        "result.submitted",
        "dossier.refused",
        "supplement.requested",
        "supplement.received",
        "payment.requested",
        "dossier.withdrawn",
        "dossier.stopped",
        "dossier.resumed",
    }
)
NOBODY: Changes = {
    "applicant": None,
    "authorised": None,
    "receiver": None,
    "persons": (),
    "note": "",
    "reason": "",
    "asked_items": (),
    "part_names": {},
    "portal_evidence": "",
    "exemption": "",
}


def advance(dossier: Dossier | None, event: Event, personal: Personal) -> Dossier | None:
    """Fold one event. A kind this version does not know, or an act that cannot apply, leaves the dossier as it is."""
    if dossier is None:
        born = BORN.get(event.t)
        return born(event, personal) if born else None
    if event.t in BESIDE or event.t not in BY_KIND or (event.t == "dossier.accepted" and dossier.accepted_at):
        return dossier
    if event.t == UNDONE:
        return _undone(dossier, event)
    after = msgspec.structs.replace(dossier, **_changes(dossier, event, personal), last_at=event.at)
    return msgspec.structs.replace(after, undo=_undo(dossier, after, event))


def _changes(dossier: Dossier, event: Event, personal: Personal) -> Changes:
    status = leads_to(dossier, event.t)
    own = _FOLDS[event.t](dossier, event, personal) if event.t in _FOLDS else {}
    return {"status": status} | _left(dossier, status) | _pauses(dossier, status, event) | _papers(dossier, event) | own


def _left(dossier: Dossier, status: Status) -> Changes:
    """Remember the status a wait or an end began in; a second wait inside the first keeps the first's."""
    if status == dossier.status:
        return {}
    if status not in LEAVES:
        return {"waits_from": 0}
    return {"waits_from": dossier.waits_from or int(dossier.status)}


def _pauses(dossier: Dossier, status: Status, event: Event) -> Changes:
    """End the open wait when its status is left, begin one when a status is entered in which the clock stands still."""
    if status == dossier.status:
        return {}
    ended = tuple(p if p.brought else msgspec.structs.replace(p, brought=event.at) for p in dossier.pauses)
    begun = (Pause(status, event.at, until=event.d.get("until", "")),) if status in PAUSING else ()
    return {"pauses": (*ended, *begun)}


def _papers(dossier: Dossier, event: Event) -> Changes:
    """Keep every form an act issued; a later printing of the same form is its next copy."""
    body = event.d
    if not (body.get("form") and body.get("file")):
        return {}
    copy = body.get("copy") or 1 + sum(paper.form == body["form"] for paper in dossier.papers)
    return {"papers": (*dossier.papers, Paper(body["form"], body["file"], event.at, event.a, copy, body.get("of", "")))}


def _undo(before: Dossier, after: Dossier, event: Event) -> Undo | None:
    """Keep what an act changed while it is the last one and may be taken back."""
    if event.t not in UNDOABLE:
        return None
    old, new = _plain(before), _plain(after)
    changed = (set(old) | set(new)) - {"undo", "papers", "last_at"}  # A form that was printed stays printed.
    return Undo(event.t, event.i, {name: old.get(name) for name in sorted(changed) if old.get(name) != new.get(name)})


def _plain(dossier: Dossier) -> Changes:
    """Give a dossier as its row holds it, so that what is folded in memory and what was read back are the same."""
    plain: Changes = msgspec.json.decode(msgspec.json.encode(dossier))
    return plain


def _undone(dossier: Dossier, event: Event) -> Dossier:
    if dossier.undo is None:
        return dossier
    whole = _plain(dossier)
    whole |= dossier.undo.was
    kept = {name: value for name, value in whole.items() if value is not None or name not in dossier.undo.was}
    return msgspec.structs.replace(msgspec.convert(kept, Dossier), undo=None, last_at=event.at)


def _payment_requested(dossier: Dossier, event: Event, personal: Personal) -> Changes:
    """The lines asked for take the place of those of the same name; what was owed besides stays.

    Of the money, `taken` was there when this request was made, `before` when the first of those not settled yet was.
    """
    asked = tuple(event.d["lines"])
    others = tuple(line for line in dossier.fee_lines if line["name"] not in {one["name"] for one in asked})
    before = dossier.payment.get("before", 0) if dossier.payment else dossier.paid
    request = {name: event.d[name] for name in ("lines", "amount", "request")} | {"taken": dossier.paid, "before": before}
    return {"payment": request, "fee_lines": (*others, *asked), "exemption": personal.get("exemption") or dossier.exemption}


def _fee_taken(dossier: Dossier, event: Event, personal: Personal) -> Changes:
    """Each receipt is a paper of its own, so each begins with its first copy."""
    body = event.d
    receipt = (Paper("receipt", body["file"], event.at, event.a),) if body.get("file") else ()
    names = tuple(line["name"] for line in body["lines"])
    taken = Fee(body["amount"], body["method"], body.get("receipt", ""), event.at, event.a, body.get("file", ""), names)
    return {"fees": (*dossier.fees, taken), "papers": (*dossier.papers, *receipt)}


def _voided(dossier: Dossier, event: Event, personal: Personal) -> Changes:
    why = {"voided_at": event.at, "voided_by": event.a, "why_void": event.d["reason"]}
    void = event.d["receipt"]
    return {"fees": tuple(msgspec.structs.replace(fee, **why) if fee.receipt == void else fee for fee in dossier.fees)}


def _refunded(dossier: Dossier, event: Event, personal: Personal) -> Changes:
    body = event.d
    given = Refund(
        body["amount"], body["method"], body["voucher"], event.at, event.a, body.get("file", ""), tuple(body["receipts"])
    )
    return {"refunds": (*dossier.refunds, given), "to_refund": max(0, dossier.to_refund - given.amount)}


def _corrected(dossier: Dossier, event: Event, personal: Personal) -> Changes:
    """The new values stand in full; the form that was issued before stays among the papers."""
    now = dict(personal.get("now", {}))
    now |= {"persons": tuple(now["persons"])} if "persons" in now else {}
    body = event.d
    clear = {"components": tuple(body["components"])} if "components" in body else {}
    slip = {"slip": body["file"]} if body.get("file") else {}
    return (
        {name: now[name] for name in now if name in ("applicant", "authorised", "persons", "note")}
        | clear
        | slip
        | {"corrections": dossier.corrections + 1}
    )


def _erased(dossier: Dossier, event: Event, personal: Personal) -> Changes:
    documents = tuple(msgspec.structs.replace(d, fields=None, sent_back="") for d in dossier.documents)
    return NOBODY | {"documents": documents, "erased_at": event.at}


def _ended(dossier: Dossier, event: Event, personal: Personal) -> Changes:
    return {"reason": personal.get("reason", ""), "to_refund": event.d.get("refund", 0)}


_FOLDS: Mapping[str, Callable[[Dossier, Event, Personal], Changes]] = {
    "dossier.accepted": accepted,
    "dossier.taken": lambda dossier, event, personal: {"holder": event.d["holder"], "offered_to": "", "section": ""},
    "dossier.transferred": lambda dossier, event, personal: {"offered_to": event.d["to"], "section": event.d.get("section", "")},
    "transfer.declined": lambda dossier, event, personal: {"offered_to": "", "section": ""},
    "step.finished": lambda dossier, event, personal: {"step": event.d["next"]},
    "dossier.refused": _ended,
    "dossier.withdrawn": lambda dossier, event, personal: {
        "reason": personal.get("reason", ""),
        "components": (*dossier.components, event.d["request"]),
        "to_refund": event.d.get("refund", 0),
    },
    "dossier.stopped": _ended,
    "supplement.requested": lambda dossier, event, personal: {
        "reason": personal.get("reason", ""),
        "asked_items": tuple(personal.get("items", ())),
        "asked": True,
    },
    "supplement.received": lambda dossier, event, personal: {
        "due": event.d.get("due", dossier.due),
        "components": tuple(event.d.get("components", dossier.components)),
        "part_names": dossier.part_names | personal.get("names", {}),
        "slip": event.d.get("file") or dossier.slip,
        "asked_items": (),
        "asked": False,
    },
    "payment.requested": _payment_requested,
    "payment.settled": lambda dossier, event, personal: {"due": event.d.get("due", dossier.due), "payment": {}},
    "dossier.resumed": lambda dossier, event, personal: {
        "due": event.d.get("due", dossier.due),
        "asked_items": (),  # What was open when it was stopped is asked for anew, or not.
        "asked": False,
        "payment": {},
        "to_refund": 0,  # What was not given back by now stays paid.
    },
    "due.extended": lambda dossier, event, personal: {"due": event.d["due"], "extensions": dossier.extensions + 1},
    "due.recomputed": lambda dossier, event, personal: {"due": event.d["due"]},
    "lateness.explained": lambda dossier, event, personal: {"explained_at": event.at},
    "dossier.corrected": _corrected,
    "originals.returned": lambda dossier, event, personal: {"originals_returned_at": event.at},
    "fee.taken": _fee_taken,
    "receipt.voided": _voided,
    "fee.refunded": _refunded,
    "result.prepared": prepared,
    **dict.fromkeys(DOCUMENT_MOVES, document_moved),
    "copies.handed": lambda dossier, event, personal: {
        "copies_handed_at": event.at,
        "receiver": personal.get("receiver"),
    },
    "release.allowed": lambda dossier, event, personal: {"allowed_early": event.d["rule"]},
    "dossier.returned": lambda dossier, event, personal: {
        "returned_at": event.at,
        "returned_how": event.d["how"],
        "receiver": personal.get("receiver"),
    },
    "dossier.erased": _erased,
    ACCEPTED: lambda dossier, event, personal: {"holder": "", "offered_to": "", "section": ""},  # Nobody there has it yet.
}
