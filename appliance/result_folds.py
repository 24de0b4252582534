"""Folding what happens to a result: prepared, signed, numbered, sealed, time-stamped, sent back, void. Pure."""

from collections.abc import Callable, Mapping

import msgspec

from appliance.documents import Document
from appliance.dossier import Changes, Dossier, Personal, Status
from appliance.events import Event
from appliance.moves import DOCUMENT_MOVES, leads_to


def prepared(dossier: Dossier, event: Event, personal: Personal) -> Changes:
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
        of=body.get("of", ""),
    )
    return {"documents": (*(d for d in dossier.documents if d.id != made.id), made)}


DRAFTED_AGAIN = ("result.sent_back", "document.voided")  # The steps after the draft are done once more.


def document_moved(dossier: Dossier, event: Event, personal: Personal) -> Changes:
    named = {event.d["document"], *event.d.get("also", ())}
    changed = tuple(_moved(d, event, personal) if d.id in named else d for d in dossier.documents)
    status = leads_to(dossier, event.t)
    finished = "" if status == Status.PROCESSING else dossier.finished_at or (event.at if status == Status.DONE else "")
    again = {"step": 0} if event.t in DRAFTED_AGAIN else {}
    return {"documents": changed, "finished_at": finished} | again


def _moved(document: Document, event: Event, personal: Personal) -> Document:
    body = event.d
    new: Changes = {"signature": DOCUMENT_MOVES[event.t][1]}
    if "file" in body:
        new |= {"file": body["file"], "before": (*document.before, document.file)}
    if "text" in body:
        new |= {"number_text": body["text"], "date": body["date"]}
    more = _DOCUMENT_FACTS.get(event.t)
    return msgspec.structs.replace(document, **new, **(more(event, personal) if more else {}))


# What else an act leaves on its document: fields by name, from the event and its personal part.
_DOCUMENT_FACTS: Mapping[str, Callable[[Event, Personal], Changes]] = {
    "result.sent_back": lambda event, personal: {"sent_back": personal.get("reason", "")},
    "document.signed": lambda event, personal: {"signer": event.a, "signed_at": event.at, "sent_back": ""},
    "document.numbered": lambda event, personal: {"numbered_at": event.at},
    "document.sealed": lambda event, personal: {"sealed_at": event.at},
    "document.timestamped": lambda event, personal: {"stamped_at": event.d["stamped_at"]},
    "document.voided": lambda event, personal: {"why_void": event.d["why"]},
    "copies.certified": lambda event, personal: {
        "copies": event.d["copies"],
        "signer": event.d["signer"],
        "signed_at": event.at,
    },
}
