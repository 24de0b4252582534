"""Papers brought for a dossier that exists: gathered in a draft of their own, scanned and uploaded as at reception.

The draft names what it serves, so that each officer has one for each purpose and finds it again.
"""

from typing import Any

from appliance import drafts
from appliance.dossier import Dossier
from appliance.drafts import Body, Draft
from appliance.errors import Refused
from appliance.ledger import Act

SUPPLEMENT, WITHDRAWAL = "supplement", "withdrawal"
REQUEST, REQUEST_NAME = "withdrawal", "Đơn yêu cầu rút hồ sơ"


def gather(act: Act, dossier: Dossier, officer: str, purpose: str) -> Draft:
    """Give the officer's open draft for a purpose on this dossier, begun if there is none."""
    serves, wanted = f"{purpose}:{dossier.id}", wanted_by(dossier, purpose)
    found = next(iter(drafts.open_of(act.db, officer, serves)), None)
    draft_id = found.id if found else drafts.begin(act, officer)
    version = found.version if found else 1
    drafts.save(act, draft_id, officer, version, Body(serves=serves, wanted=wanted))
    return drafts.load(act.db, draft_id)


def wanted_by(dossier: Dossier, purpose: str) -> dict[str, str]:
    """Name the papers by key: what the open request asks for, or the request to withdraw."""
    if purpose == WITHDRAWAL:
        return {REQUEST: REQUEST_NAME}
    return {key_of(dossier, n): item["what"] for n, item in enumerate(dossier.asked_items, 1)}


def key_of(dossier: Dossier, n: int) -> str:
    """Give the key of the n-th paper the open request asks for; another request has other keys."""
    return f"s{len(dossier.pauses)}.{n}"


def taken(act: Act, draft_id: str, dossier: Dossier, officer: str, purpose: str) -> Draft:
    """Give a draft whose papers go into the dossier now. Raises Refused `draft_unknown`, `draft_accepted`, `draft_of_other`."""
    draft = drafts.load(act.db, draft_id)
    if draft.accepted_as:
        raise Refused("draft_accepted")
    if draft.officer != officer or draft.body.serves != f"{purpose}:{dossier.id}":
        raise Refused("draft_of_other", officer=draft.officer)
    return draft


def request(draft: Draft) -> dict[str, Any]:
    """Give the request to withdraw with every page of the draft, whatever it was scanned into."""
    pages = [*drafts.pages_named(draft, REQUEST), *drafts.pages_named(draft, drafts.OTHER)]
    return component(draft, REQUEST, REQUEST_NAME) | {"pages": pages}


def component(draft: Draft, key: str, name: str, copy: str = "original") -> dict[str, Any]:
    """Give one of the papers as an event names it, with its pages."""
    paper = {"key": key, "name": name, "kind": "submit", "copy": copy, "count": 1, "scan": True}
    return paper | {"pages": drafts.pages_named(draft, key)}
