"""Đóng dấu: the clerk gives signed results number and date from the register and seals them with the organisation's token.

The number is taken in an act of its own before the seal and stays with the document, however often the seal has to be tried.
"""

from functools import lru_cache
from hashlib import sha256
from typing import Any

import msgspec
from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from appliance import files, numbering, processing, queries, signatures, signing
from appliance.catalogue_sheets import Book
from appliance.clock import stamp
from appliance.config import Home
from appliance.crash import crash_here
from appliance.documents import Document, Signature
from appliance.dossier import Dossier
from appliance.errors import Refused
from appliance.office import office_of
from appliance.signatures import SignatureFinding, Trusted
from appliance.trust import Trust, read_trust
from web import desk, paper_desk, paper_routes, sign_jobs, viewing
from web.paper_desk import Desk
from web.paper_routes import Page
from web.per_request import act, box, officer
from web.sign_jobs import SEAL, Wanted

bp = Blueprint("sealing_desk", __name__)
WAITING = (Signature.SIGNED, Signature.NUMBERED)
FINDINGS_KEPT = 256


def leaders_signature(document: Document) -> SignatureFinding | None:
    """Judge the leader's signature of a document's file, by what is known of revocation now."""
    trust = read_trust(box().home.trust)
    stated = msgspec.json.encode(trust.revoked)
    known = sha256(b"".join((*trust.roots, *trust.issuers, *trust.crls, stated))).hexdigest()
    return _finding(box().home, document.file, known, stamp()[:13])


@lru_cache(maxsize=FINDINGS_KEPT)
def _finding(home: Home, digest: str, known: str, hour: str) -> SignatureFinding | None:
    """A file never changes, so the answer only changes with what is known and with time."""
    return judged(files.read(home, digest), read_trust(home.trust), stamp())


def judged(pdf: bytes, trust: Trust, at: str) -> SignatureFinding | None:
    """Give the finding on the leader's signature, None where there is none. Raises Refused `pdf_unreadable`."""
    found = signatures.validate(pdf, trust.roots, trust.crls, at, trust.issuers, revoked=trust.revoked)
    return next((one for one in found if one.kind == signing.LEADER), None)


def why_not_sealed(document: Document) -> Refused | None:
    """Say why a document must not be sealed: the leader's signature is missing, bad, or its revocation is not known."""
    try:
        finding = leaders_signature(document)
    except Refused as refused:
        return refused
    if finding is None or not signing.holds(finding):
        return Refused(finding.line.code, **finding.line.facts) if finding else Refused("signature_broken")
    return Refused("revocation_unknown", cn=finding.signer_cn) if finding.trusted == Trusted.UNKNOWN else None


DESK = Desk(
    kind=SEAL,
    blueprint="sealing_desk",
    path="/dong-dau",
    act="number_and_seal",
    template="sealing.html",
    states=WAITING,
    waiting=lambda: queries.to_seal(box().db),
    owner=lambda: box().home.settings.unit,
    why_not=lambda dossier, document: None,
    examine=why_not_sealed,
    more=lambda: more(),
)
paper_routes.add(bp, DESK)


@bp.post("/dong-dau/ky")
@act("number_and_seal")
def order() -> Page:
    """Number the chosen documents, each in an act of its own, and seal them with one PIN."""
    shown = request.form.get("shown", "")
    try:
        wanted = paper_desk.wanted_posted(request.form)
        token = paper_desk.ready(DESK, request.form.get("pin", ""), request.form.get("last_try") == "1")
        for one in wanted:
            may_seal(desk.found(one.dossier), one.digest)
        filled = [number(one) for one in wanted]
        with box().writing() as at_once:
            for one in filled:
                signing.must_wait_for(processing.load(at_once, one.dossier), one.digest, Signature.NUMBERED)
            job = sign_jobs.order(at_once, SEAL, officer().id, token, filled)
        sign_jobs.hand_over(box(), job, request.form.get("pin", ""))
    except Refused as refused:
        return paper_desk.show(DESK, shown, refused)
    return paper_routes.to(DESK, shown or wanted[0].dossier)


def may_seal(dossier: Dossier, digest: str) -> None:
    """Refuse what does not wait for the seal, is not the file shown, was not seen whole, or whose signature does not hold."""
    found = dossier.document_of(digest)
    state = found.signature if found and found.signature in WAITING else Signature.SIGNED
    document = signing.must_wait_for(dossier, digest, state)
    if missing := viewing.of(box().db, officer().id).get(digest, viewing.Viewing()).missing(document):
        raise Refused("page_unseen", page=missing[0], pages=document.pages, code=dossier.code)
    if why := why_not_sealed(document):
        raise why


def number(wanted: Wanted) -> Wanted:
    """Give a document its number, or keep the one it has; say what the seal fills in."""
    dossier = desk.found(wanted.dossier)
    found = dossier.document_of(wanted.digest)
    if found is None:
        raise Refused("document_changed", code=dossier.code)
    book, symbol = register_of(dossier, found)
    with box().writing() as at_once:
        if job := sign_jobs.claim_of(sign_jobs.claimed(at_once.db), wanted.dossier, found):
            raise Refused("being_signed", officer=desk.names().get(job.officer, job.officer))
        unit, rules = box().home.settings.unit, desk.rules_now()
        document = signing.take_number(at_once, wanted.dossier, officer().id, book, unit, symbol, rules, wanted.digest)
    crash_here("number_taken")
    return Wanted(wanted.dossier, wanted.digest, signing.fill_of(document, office_of(box().home.settings).place))


def register_of(dossier: Dossier, document: Document) -> tuple[Book, str]:
    """Say in which register a result is entered and with which symbol; electronic copies have one of their own.

    Raises Refused `result_rule_missing`, `electronic_register_missing`.
    """
    rule = desk.rule_of(dossier)
    if document.of:
        return electronic_register(dossier), ""
    book = desk.catalogue_now().books.get(rule.book or "")
    if book is None:
        raise Refused("result_rule_missing", procedure=dossier.procedure)
    return book, rule.symbol or ""


def electronic_register(dossier: Dossier) -> Book:
    """Give the register of certified electronic copies. Raises Refused `electronic_register_missing`."""
    wanted = desk.rule_of(dossier).electronic
    book = desk.catalogue_now().books.get(wanted.book) if wanted else None
    if book is None:
        raise Refused("electronic_register_missing", code=dossier.code)
    return book


@bp.post("/dong-dau/xac-nhan-ngay")
@act("confirm_clock")
def confirm_day() -> Response:
    """Confirm today's date by name, so that numbering and signing go on by a clock that is in doubt."""
    with box().writing() as at_once:
        numbering.confirm_today(at_once, officer().id)
    return redirect(url_for("sealing_desk.page"), 303)


def more() -> dict[str, Any]:
    """Give what the page shows of registers, signatures and the day."""
    place = office_of(box().home.settings).place
    return {"leaders_signature": leaders_signature, "register_of": register_of, "place_name": place, "today": stamp()}
