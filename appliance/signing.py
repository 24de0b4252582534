"""The leader's signature and the clerk's number and seal, as acts on the record. Devices sign elsewhere; here it is judged.

A signed file is taken only if its signatures are intact and made with the registered certificate; the number is taken
before the seal, after the leader signed (NĐ 30/2020/NĐ-CP), in an act of its own: a failed seal is tried again with it.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlite_utils.db import Database

from appliance import clock, files, lateness, numbering, signatures
from appliance.catalogue_sheets import Book
from appliance.config import Home
from appliance.documents import Document, Signature
from appliance.dossier import Dossier
from appliance.errors import Refused
from appliance.events import FileRef
from appliance.ledger import Act
from appliance.processing import PDF, load
from appliance.rules import Rules
from appliance.signatures import SignatureFinding
from appliance.text import day_form
from appliance.trust import Trust

NUMBER_FIELD, DATE_FIELD = "so_van_ban", "ngay_van_ban"
LEADER, ORGANISATION = "leader", "organisation"


@dataclass(frozen=True)
class Registered:
    """A certificate that may sign here: SHA-256 of its DER, whose it is (officer id, or the unit for the organisation)."""

    sha256: str
    owner: str
    kind: str


def register(db: Database, sha256: str, owner: str, kind: str, at: str) -> None:
    """Register a certificate for an officer or the organisation; again is harmless."""
    sql = "INSERT OR REPLACE INTO certificate (sha256, owner, kind, registered_at) VALUES (?, ?, ?, ?)"
    db.conn.execute(sql, [sha256, owner, kind, at])


def registered(db: Database, kind: str, owner: str | None = None) -> list[Registered]:
    """List the certificates of a kind, of one owner or of all."""
    sql = "SELECT sha256, owner, kind FROM certificate WHERE kind = ? AND (? IS NULL OR owner = ?) ORDER BY owner, sha256"
    return [Registered(*row) for row in db.conn.execute(sql, [kind, owner, owner])]


def must_wait_for(dossier: Dossier, digest: str, state: Signature) -> Document:
    """Give the electronic document that waits in `state` with exactly this file.

    Raises Refused `document_changed`, `wrong_document_state`.
    """
    waiting = [document for document in dossier.electronic if document.signature == state]
    if not waiting:
        raise Refused("wrong_document_state", code=dossier.code)
    found = next((document for document in waiting if document.file == digest), None)
    if found is None:
        raise Refused("document_changed", code=dossier.code)
    return found


def addressed_to(document: Document) -> str | None:
    """Give the officer whose name and title stand under the document, None where it was not kept."""
    return (document.fields or {}).get("leader")


def must_be_addressed_to(dossier: Dossier, document: Document, officer: str) -> None:
    """Refuse a leader whose name is not the one printed under the document. Raises Refused `other_leader`."""
    if addressed_to(document) not in (None, officer):
        raise Refused("other_leader", code=dossier.code)


@dataclass(frozen=True)
class Judged:
    """A signed file that was judged and kept: what it grew out of, its own digest and size, who made its newest signature."""

    before: str
    digest: str
    size: int
    kind: str
    certificate: str


def judge(home: Home, pdf: bytes, before: str, kind: str, certificate: str, trust: Trust, at: str) -> Judged:
    """Keep a file that grew out of `before`, whose signatures are all intact, the newest made by `certificate`.

    Takes a tenth of a second: call it before the transaction. Raises Refused `signature_broken`,
    `signature_revoked_by_province`, `wrong_signer`, `file_missing`.
    """
    if not pdf.startswith(files.read(home, before)):
        raise Refused("signature_broken", what="not an increment")
    found = signatures.validate(pdf, trust.roots, trust.crls, at, trust.issuers, revoked=trust.revoked)
    if stated := next((one.line for one in found if one.revoked_by_province), None):
        raise Refused(stated.code, **stated.facts)
    if not found or not all(holds(one) for one in found):
        raise Refused("signature_broken", what="not intact")
    if not any(one.kind == kind and one.cert_sha256 == certificate for one in found):
        raise Refused("wrong_signer")
    return Judged(before, files.put(home, pdf), len(pdf), kind, certificate)


def holds(finding: SignatureFinding) -> bool:
    """Say whether a signature is intact and not known to be bad; revocation may still be unknown."""
    return finding.intact and finding.trusted != signatures.Trusted.NO


def is_taken(dossier: Dossier, before: str) -> bool:
    """Say whether a file that grew out of `before` was recorded already."""
    return any(before in document.before for document in dossier.documents)


def take_leader_signature(act: Act, dossier_id: str, judged: Judged, officer: str) -> None:
    """Record a file the leader signed with his registered certificate.

    Raises Refused `document_changed`, `wrong_document_state`, `other_leader`, `wrong_signer`, `clock_behind`.
    """
    dossier = load(act, dossier_id)
    document = must_wait_for(dossier, judged.before, Signature.SUBMITTED)
    must_be_addressed_to(dossier, document, officer)
    _must_be_registered(act.db, judged, LEADER, officer)
    _record(act, "document.signed", dossier_id, document, judged, officer)


def take_number(
    act: Act, dossier_id: str, officer: str, book: Book, unit: str, symbol: str, rules: Rules, digest: str = ""
) -> Document:
    """Give the signed result (of several the one with this file) its number and today's date; one that has them keeps them.

    All electronic copies of one request bear one number of their register.

    Raises Refused `wrong_document_state`, `numbers_exhausted`, `clock_behind`, and for a late dossier what
    `lateness.must_owe_nothing` raises.
    """
    dossier = load(act, dossier_id)
    lateness.must_owe_nothing(rules, dossier, act.reading.at)
    document = dossier.document_of(digest) if digest else dossier.result
    if document is not None and document.signature == Signature.NUMBERED:
        return document
    if document is None or document.path != "electronic":
        raise Refused("wrong_document_state", code=dossier.code)
    day = clock.local_day(act.reading.at)
    numbered: dict[str, Any] = {"document": document.id, "date": day.isoformat()}
    shared = next((one.number_text for one in dossier.documents if document.of and one.of and one.number_text), "")
    if shared:
        numbering.confirm_clock(act)
        numbered |= {"text": shared}
    else:
        number = numbering.take(act, book, unit)
        numbered |= {"number": number.clear(), "text": book.write(number.n, day, unit=unit, symbol=symbol)}
        numbered |= _entered(dossier) if document.of else {}
    act.record("document.numbered", actor=officer, dossier=dossier_id, clear=numbered)
    return next(one for one in load(act, dossier_id).standing if one.id == document.id)


def _entered(dossier: Dossier) -> dict[str, Any]:
    """Say what the register of electronic copies enters under one number: each original with its pages."""
    copied = dossier.copied_electronically
    lines = [{"key": part["key"], "pages": part["wanted"]["pages"], "copies": 1} for part in copied]
    return {"lines": lines, "copies": len(lines)}


def fill_of(document: Document, place: str) -> dict[str, str]:
    """Give what the seal's increment fills in: the number, and "An Châu, ngày … tháng … năm …".

    A certified electronic copy bears the hour and day it was certified (NĐ 45/2020/NĐ-CP, Điều 10).
    """
    when = f"{place}, {day_form(date.fromisoformat(document.date))}"
    if document.of:
        at = clock.local(document.numbered_at)
        when = f"{at:%H} giờ {at:%M} phút, {day_form(at.date())}"
    return {NUMBER_FIELD: document.number_text, DATE_FIELD: when}


def take_seal(act: Act, dossier_id: str, judged: Judged, officer: str, unit: str, rules: Rules) -> None:
    """Record a file sealed with the organisation's registered certificate: the result is done (4 → 9).

    Raises Refused `document_changed`, `wrong_document_state`, `wrong_signer`, `clock_behind`, `late_…` as take_number.
    """
    dossier = load(act, dossier_id)
    lateness.must_owe_nothing(rules, dossier, act.reading.at)
    document = must_wait_for(dossier, judged.before, Signature.NUMBERED)
    _must_be_registered(act.db, judged, ORGANISATION, unit)
    _record(act, "document.sealed", dossier_id, document, judged, officer)


def _must_be_registered(db: Database, judged: Judged, kind: str, owner: str) -> None:
    if judged.kind != kind or judged.certificate not in {one.sha256 for one in registered(db, kind, owner)}:
        raise Refused("wrong_signer")


def _record(act: Act, kind: str, dossier_id: str, document: Document, judged: Judged, officer: str) -> None:
    numbering.confirm_clock(act)
    act.record(
        kind,
        actor=officer,
        dossier=dossier_id,
        clear={
            "document": document.id,
            "before": document.file,
            "file": judged.digest,
            "certificate": judged.certificate,
            "clock": str(act.reading.quality),
        },
        files=[FileRef(judged.digest, judged.size, PDF)],
    )
