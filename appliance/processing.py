"""The specialist's acts: take a dossier, prepare its result from a template, hand it to the leader.

A prepared result is a frozen PDF named by its digest; preparing again makes a new file and leaves nothing to guess which one
is waiting for the signature.
"""

from collections.abc import Mapping

from appliance import files, forms, officers, rows
from appliance.clock import local_day
from appliance.config import Home
from appliance.documents import Signature
from appliance.dossier import Dossier
from appliance.errors import Refused
from appliance.events import FileRef
from appliance.forms import preview, registry
from appliance.ids import uuid7
from appliance.ledger import Act
from appliance.office import office_of, signer_title
from appliance.officers import Officer

PDF = "application/pdf"
DOTS = "……………………"


def take(act: Act, dossier_id: str, officer: str) -> None:
    """Begin to process a dossier, or take over what was offered; a holder who takes it again takes an offer back.

    Raises Refused `held_by_other` when a colleague holds it already, `not_offered_to_you` when it waits for somebody else.
    """
    dossier = load(act, dossier_id)
    offered, mine = is_offered_to(act, dossier, officer), dossier.holder == officer
    if dossier.holder and not (mine or offered):
        raise Refused("held_by_other", code=dossier.code, officer=dossier.holder)
    if dossier.offered_to and not (mine or offered):
        raise Refused("not_offered_to_you", code=dossier.code)
    if offered or not mine or dossier.offered_to or dossier.section:
        act.record("dossier.taken", actor=officer, dossier=dossier_id, clear={"holder": officer})


def is_offered_to(act: Act, dossier: Dossier, officer: str) -> bool:
    """Say whether a hand-over of the dossier waits for this officer: by name, or for anyone of the officer's section."""
    if not dossier.section:
        return dossier.offered_to == officer
    found = officers.by_id(act.db, officer)
    return found is not None and found.section == dossier.section


def prepare(
    act: Act, home: Home, dossier_id: str, officer: str, template: str, path: str, values: Mapping[str, str], leader: Officer
) -> str:
    """Set the result from its template and keep it; gives the document's id. A draft not yet signed is replaced.

    Raises Refused `not_holder`, `result_is_signed`, and what the form refuses (`form_field_missing`, …).
    """
    dossier = load(act, dossier_id)
    must_hold(dossier, officer)
    current = next((one for one in dossier.standing if not one.of), None)
    if current and current.signature not in (Signature.NONE, Signature.SUBMITTED):
        raise Refused("result_is_signed", code=dossier.code)
    pdf = forms.render(template, data_of(home, act.reading.at, values, leader))
    digest = files.put(home, pdf)
    document = current.id if current else uuid7()
    act.record(
        "result.prepared",
        actor=officer,
        dossier=dossier_id,
        clear={
            "document": document,
            "template": template,
            "template_version": registry.template_of(template, local_day(act.reading.at).isoformat()).version,
            "path": path,
            "file": digest,
            "pages": preview.page_count(pdf),
        },
        personal={"fields": dict(values) | {"leader": leader.id}},
        files=[FileRef(digest, len(pdf), PDF)],
    )
    return document


def preview_pdf(home: Home, at: str, template: str, values: Mapping[str, str], leader: Officer) -> bytes:
    """Set the result without keeping it, for the officer to look at; what is still missing is printed as dots."""
    return forms.render(template, data_of(home, at, values, leader), gap=DOTS)


def submit(act: Act, dossier_id: str, officer: str) -> None:
    """Hand what is prepared to the leader. Raises Refused `not_holder`, `no_result`, `wrong_document_state`."""
    dossier = load(act, dossier_id)
    must_hold(dossier, officer)
    if dossier.result is None:
        raise Refused("no_result", code=dossier.code)
    drafts = [one.id for one in dossier.standing if one.signature == Signature.NONE] or [dossier.result.id]
    clear = {"document": drafts[0]} | ({"also": drafts[1:]} if drafts[1:] else {})
    act.record("result.submitted", actor=officer, dossier=dossier_id, clear=clear)


def send_back(act: Act, dossier_id: str, officer: str, reason: str, digest: str = "") -> None:
    """Give a submitted result back to the specialist; of several the one with this file.

    Raises Refused `reason_missing`, `no_result`.
    """
    dossier = load(act, dossier_id)
    if not reason.strip():
        raise Refused("reason_missing")
    document = dossier.document_of(digest) if digest else dossier.result
    if document is None:
        raise Refused("no_result", code=dossier.code)
    clear, personal = {"document": document.id}, {"reason": reason.strip()}
    act.record("result.sent_back", actor=officer, dossier=dossier_id, clear=clear, personal=personal)


def load(act: Act, dossier_id: str) -> Dossier:
    """Give the dossier inside a transaction. Raises Refused `dossier_unknown`."""
    dossier = rows.load(act.db, dossier_id)
    if dossier is None:
        raise Refused("dossier_unknown")
    return dossier


def must_hold(dossier: Dossier, officer: str) -> None:
    """Refuse somebody who does not hold the dossier."""
    if dossier.holder != officer:
        raise Refused("not_holder", code=dossier.code, officer=dossier.holder)


def data_of(home: Home, at: str, values: Mapping[str, str], leader: Officer) -> forms.ResultData:
    """Give what a result is set from."""
    office = office_of(home.settings)
    return forms.ResultData(
        made_at=at,
        parent_agency=office.parent,
        agency=office.agency,
        leader_title=signer_title(leader.title, leader.stands_for),
        leader_name=leader.name,
        recipients=("Lưu: VT",),
        values=dict(values),
    )
