"""Bàn ký: the leader looks at every page of each document that waits, and signs the chosen ones with one PIN.

The digest of the file whose pages were shown travels with every post; only that file is signed. The PIN goes to the token
worker and nowhere else: it is not shown again, stored or logged.
"""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from appliance import clock, files, processing, queries, signing
from appliance.dossier import Document, Dossier, Signature
from appliance.errors import Refused
from appliance.forms import registry
from appliance.forms.registry import Template
from appliance.queries import Listed
from web import desk, paper_desk, sign_jobs, viewing
from web.paper_desk import Desk
from web.per_request import act, box, officer
from web.sign_jobs import SIGN
from web.vietnamese import sentence

bp = Blueprint("signing_desk", __name__)
WAITING = (Signature.SUBMITTED,)
REASON_CHARACTERS_MAX = 2_000


def electronic(listed: list[Listed]) -> list[Listed]:
    """Leave out results that are signed by hand on paper."""
    found = ((one, queries.dossier(box().db, one.id)) for one in listed)
    return [one for one, dossier in found if dossier and dossier.result and dossier.result.path == "electronic"]


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
    template="signing.html",
    waiting=lambda: electronic(queries.to_sign(box().db)),
    owner=lambda: officer().id,
    why_not=why_not,
    examine=is_whole,
)


@bp.get("/ban-ky")
@act("sign")
def page() -> str | tuple[str, int] | Response:
    """Go to the first document to look at; without any, say so."""
    found = paper_desk.papers(DESK, sign_jobs.latest(box().db, SIGN, officer().id))
    first = next((paper for paper in found if paper.state == "unseen"), next(iter(found), None))
    return to(first.dossier.id) if first else again("")


@bp.get("/ban-ky/usb")
@act("sign")
def usb() -> str:
    """Show the state of the token alone."""
    return render_template("token_live.html", desk=DESK, token=paper_desk.token(DESK), sentence=sentence)


@bp.get("/ban-ky/<dossier>")
@act("sign")
def paper(dossier: str) -> str | tuple[str, int] | Response:
    """Show one document among those that wait."""
    return paper_desk.anew() if paper_desk.run_is_over() else again(dossier)


@bp.post("/ban-ky/<dossier>/trang")
@act("sign")
def seen(dossier: str) -> tuple[str, int]:
    """Note that pages were on the screen."""
    document = paper_desk.paper_shown(DESK, dossier, WAITING)
    with box().writing() as at_once:
        viewing.note(at_once, officer().id, document, paper_desk.pages_posted())
    return "", 204


@bp.post("/ban-ky/<dossier>/da-xem")
@act("sign")
def choose(dossier: str) -> str | tuple[str, int] | Response:
    """Note the pages as seen and choose the document, or not any longer; go on to the next."""
    wanted = request.form.get("chosen") == "1"
    try:
        document = paper_desk.paper_shown(DESK, dossier, WAITING)
        with box().writing() as at_once:
            viewing.note(at_once, officer().id, document, paper_desk.pages_posted())
            viewing.choose(at_once, officer().id, document, wanted)
    except Refused as refused:
        return again(dossier, refused)
    return to(paper_desk.next_of(DESK, dossier) if wanted else dossier)


@bp.post("/ban-ky/<dossier>/tra-lai")
@act("return_to_specialist")
def send_back(dossier: str) -> str | tuple[str, int] | Response:
    """Give a document back to the specialist, with the reason."""
    reason = request.form.get("reason", "").strip()
    try:
        if len(reason) > REASON_CHARACTERS_MAX:
            raise Refused("field_long", most=REASON_CHARACTERS_MAX)
        following = paper_desk.next_of(DESK, dossier)
        with box().writing() as at_once:
            signing.must_wait_for(processing.load(at_once, dossier), request.form.get("digest", ""), Signature.SUBMITTED)
            if job := sign_jobs.claimed(at_once.db).get(dossier):
                raise Refused("being_signed", officer=desk.names().get(job.officer, job.officer))
            processing.send_back(at_once, dossier, officer().id, reason)
            viewing.forget(at_once, request.form.get("digest", ""))
    except Refused as refused:
        return again(dossier, refused)
    return to(following) if following != dossier else redirect(url_for("signing_desk.page"), 303)


@bp.post("/ban-ky/ky")
@act("sign")
def sign() -> str | tuple[str, int] | Response:
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
        return again(shown, refused)
    return to(shown or wanted[0].dossier)


def may_sign(dossier: Dossier, digest: str, view: viewing.Viewing) -> None:
    """Refuse what is not waiting any more, is not the file shown, is another leader's, or was not seen whole."""
    document = signing.must_wait_for(dossier, digest, Signature.SUBMITTED)
    if why := why_not(dossier, document):
        raise why
    if missing := view.missing(document):
        raise Refused("page_unseen", page=missing[0], pages=document.pages, code=dossier.code)


@bp.post("/ban-ky/dung/<job>")
@act("sign")
def stop(job: str) -> str | tuple[str, int] | Response:
    """End the run after the document in hand."""
    try:
        sign_jobs.stop(box(), job, officer().id)
    except Refused as refused:
        return again(request.form.get("shown", ""), refused)
    return to(request.form.get("shown", ""))


def again(dossier: str, problem: Refused | None = None) -> str | tuple[str, int]:
    """Show the desk with this document in front."""
    return paper_desk.show(DESK, dossier, problem, on_paper=on_paper(), newest_template=newest_template)


def to(dossier: str) -> Response:
    """Go to a document on the desk."""
    return redirect(url_for("signing_desk.paper", dossier=dossier) if dossier else url_for("signing_desk.page"), 303)


def on_paper() -> int:
    """Count results that wait for a signature by hand."""
    listed = queries.to_sign(box().db)
    return len(listed) - len(electronic(listed))


def newest_template(document: Document) -> Template | None:
    """Give the document's template as it is in force today, None where there is none any more."""
    try:
        return registry.template_of(document.template, clock.local_day(clock.stamp()).isoformat())
    except Refused:
        return None
