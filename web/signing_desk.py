"""Bàn ký: the leader looks at every page of each document that waits, and signs the chosen ones with one PIN.

The digest of the file whose pages were shown travels with every post; only that file is signed. The PIN goes to the token
worker and nowhere else: it is not shown again, stored or logged.
"""

from flask import Blueprint, request

from appliance import clock, files, processing, queries, signing
from appliance.documents import Document, Signature
from appliance.dossier import Dossier
from appliance.errors import Refused
from appliance.forms import registry
from appliance.forms.registry import Template
from appliance.queries import Listed
from web import desk, paper_desk, paper_routes, sign_jobs, viewing
from web.paper_desk import Desk
from web.paper_routes import Page
from web.per_request import act, box, officer
from web.sign_jobs import SIGN

bp = Blueprint("signing_desk", __name__)
REASON_CHARACTERS_MAX = 2_000


def electronic(listed: list[Listed]) -> list[Listed]:
    """Leave out results that are signed by hand on paper."""
    found = ((one, queries.dossier(box().db, one.id)) for one in listed)
    return [one for one, dossier in found if dossier and any(d.signature == Signature.SUBMITTED for d in dossier.electronic)]


def why_not(dossier: Dossier, document: Document) -> Refused | None:
    """Say why this officer cannot sign a document: another leader's name stands under it."""
    try:
        signing.must_be_addressed_to(dossier, document, officer().id)
    except Refused as refused:
        return Refused(refused.code, code=dossier.code, officer=desk.names().get(signing.addressed_to(document) or "", "…"))
    return None


def is_whole(document: Document) -> Refused | None:
    """Say what is wrong with the file: it must be there and still be what its digest names."""
    try:
        files.read(box().home, document.file)
    except Refused as refused:
        return refused
    return None


DESK = Desk(
    kind=SIGN,
    blueprint="signing_desk",
    path="/ban-ky",
    act="sign",
    template="signing.html",
    states=(Signature.SUBMITTED,),
    waiting=lambda: electronic(queries.to_sign(box().db)),
    owner=lambda: officer().id,
    why_not=why_not,
    examine=is_whole,
    more=lambda: {"on_paper": on_paper(), "newest_template": newest_template},
)
paper_routes.add(bp, DESK)


@bp.post("/ban-ky/<dossier>/tra-lai")
@act("return_to_specialist")
def send_back(dossier: str) -> Page:
    """Give a document back to the specialist, with the reason."""
    reason = request.form.get("reason", "").strip()
    try:
        if len(reason) > REASON_CHARACTERS_MAX:
            raise Refused("field_long", most=REASON_CHARACTERS_MAX)
        following, _ = paper_desk.next_of(DESK, dossier)
        with box().writing() as at_once:
            document = signing.must_wait_for(processing.load(at_once, dossier), request.form.get("digest", ""), Signature.SUBMITTED)
            if job := sign_jobs.claim_of(sign_jobs.claimed(at_once.db), dossier, document):
                raise Refused("being_signed", officer=desk.names().get(job.officer, job.officer))
            processing.send_back(at_once, dossier, officer().id, reason, document.file)
            viewing.forget(at_once, document.file)
    except Refused as refused:
        return paper_desk.show(DESK, dossier, refused)
    return paper_routes.to(DESK, following if following != dossier else "")


@bp.post("/ban-ky/ky")
@act("sign")
def order() -> Page:
    """Sign the chosen documents with one PIN."""
    shown = request.form.get("shown", "")
    try:
        wanted = paper_desk.wanted_posted(request.form)
        token = paper_desk.ready(DESK, request.form.get("pin", ""), request.form.get("last_try") == "1")
        with box().writing() as at_once:
            views = viewing.of(at_once.db, officer().id)
            for one in wanted:
                may_sign(processing.load(at_once, one.dossier), one.digest, views.get(one.digest, viewing.Viewing()))
            job = sign_jobs.order(at_once, SIGN, officer().id, token, wanted)
        sign_jobs.hand_over(box(), job, request.form.get("pin", ""))
    except Refused as refused:
        return paper_desk.show(DESK, shown, refused)
    return paper_routes.to(DESK, shown or wanted[0].dossier)


def may_sign(dossier: Dossier, digest: str, view: viewing.Viewing) -> None:
    """Refuse what is not waiting any more, is not the file shown, is another leader's, or was not seen whole."""
    document = signing.must_wait_for(dossier, digest, Signature.SUBMITTED)
    if why := why_not(dossier, document):
        raise why
    if missing := view.missing(document):
        raise Refused("page_unseen", page=missing[0], pages=document.pages, code=dossier.code)


def on_paper() -> int:
    """Count results that wait for a signature by hand."""
    return len(queries.to_certify(box().db))


def newest_template(document: Document) -> Template | None:
    """Give the document's template as it is in force today, None where there is none any more."""
    try:
        return registry.template_of(document.template, clock.local_day(clock.stamp()).isoformat())
    except Refused:
        return None
