"""The leader's signature and the clerk's number and seal, as acts on the record. Devices sign elsewhere; here it is judged.

A signed file is taken only if its signatures are intact and made with the registered certificate; the number is taken
before the seal, after the leader signed (NĐ 30/2020/NĐ-CP), in an act of its own: a failed seal is tried again with it.
"""

from dataclasses import dataclass
from datetime import date

from sqlite_utils.db import Database

from appliance import clock, files, numbering, signatures
from appliance.catalogue_sheets import Book
from appliance.config import Home
from appliance.dossier import Document, Dossier, Signature
from appliance.errors import Refused
from appliance.events import FileRef
from appliance.ledger import Act
from appliance.processing import PDF, load
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
    """Give the document that waits in `state` with exactly this file. Raises Refused `document_changed`, `wrong_document_state`."""
    document = dossier.result
    if document is None or document.signature != state:
        raise Refused("wrong_document_state", code=dossier.code)
    if document.file != digest:
        raise Refused("document_changed", code=dossier.code)
    return document


def take_leader_signature(
    act: Act, home: Home, dossier_id: str, before: str, signed: bytes, officer: str, certificate: str, trust: Trust
) -> str:
    """Record a file the leader signed; gives its digest. `before` is the digest of the file that was shown and signed.

    Raises Refused `document_changed`, `signature_broken`, `wrong_signer`, `clock_behind`.
    """
    numbering.confirm_clock(act)
    document = must_wait_for(load(act, dossier_id), before, Signature.SUBMITTED)
    _judge(signed, home, before, LEADER, certificate, trust, act.reading.at)
    return _record(act, home, "document.signed", dossier_id, document, signed, officer, certificate)


def take_number(act: Act, dossier_id: str, officer: str, book: Book, unit: str, symbol: str) -> Document:
    """Give the signed result its number and today's date from the register; a result that has them keeps them.

    Raises Refused `wrong_document_state`, `numbers_exhausted`, `clock_behind`.
    """
    dossier = load(act, dossier_id)
    document = dossier.result
    if document is not None and document.signature == Signature.NUMBERED:
        return document
    if document is None or document.path != "electronic":
        raise Refused("wrong_document_state", code=dossier.code)
    number = numbering.take(act, book, unit)
    day = clock.local_day(act.reading.at)
    act.record(
        "document.numbered",
        actor=officer,
        dossier=dossier_id,
        clear={
            "document": document.id,
            "number": number.clear(),
            "text": book.write(number.n, day, unit=unit, symbol=symbol),
            "date": day.isoformat(),
        },
    )
    numbered = load(act, dossier_id).result
    assert numbered
    return numbered


def fill_of(document: Document, place: str) -> dict[str, str]:
    """Give what the seal's increment fills in: the number, and "An Châu, ngày … tháng … năm …"."""
    return {NUMBER_FIELD: document.number_text, DATE_FIELD: f"{place}, {day_form(date.fromisoformat(document.date))}"}


def take_seal(
    act: Act, home: Home, dossier_id: str, before: str, sealed: bytes, officer: str, certificate: str, trust: Trust
) -> str:
    """Record a file sealed with the organisation's certificate: the result is done (4 → 9). Gives its digest.

    Raises Refused `document_changed`, `signature_broken`, `wrong_signer`, `clock_behind`.
    """
    numbering.confirm_clock(act)
    document = must_wait_for(load(act, dossier_id), before, Signature.NUMBERED)
    _judge(sealed, home, before, ORGANISATION, certificate, trust, act.reading.at)
    return _record(act, home, "document.sealed", dossier_id, document, sealed, officer, certificate)


def _judge(pdf: bytes, home: Home, before: str, kind: str, certificate: str, trust: Trust, at: str) -> None:
    """Take only a file that grew out of the one before, whose signatures are all intact, the newest made by `certificate`."""
    if not pdf.startswith(files.read(home, before)):
        raise Refused("signature_broken", what="not an increment")
    found = signatures.validate(pdf, trust.roots, trust.crls, at, trust.issuers)
    if not found or not all(holds(one) for one in found):
        raise Refused("signature_broken", what="not intact")
    if not any(one.kind == kind and one.cert_sha256 == certificate for one in found):
        raise Refused("wrong_signer")


def holds(finding: SignatureFinding) -> bool:
    """Say whether a signature is intact and not known to be bad; revocation may still be unknown."""
    return finding.intact and finding.trusted != signatures.Trusted.NO


def _record(
    act: Act, home: Home, kind: str, dossier_id: str, document: Document, pdf: bytes, officer: str, certificate: str
) -> str:
    digest = files.put(home, pdf)
    act.record(
        kind,
        actor=officer,
        dossier=dossier_id,
        clear={
            "document": document.id,
            "before": document.file,
            "file": digest,
            "certificate": certificate,
            "clock": str(act.reading.quality),
        },
        files=[FileRef(digest, len(pdf), PDF)],
    )
    return digest
