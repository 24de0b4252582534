"""When there is a line: revocation evidence and a document time-stamp for every sealed electronic document that lacks them.

The file grows by one increment and is recorded as `document.timestamped`; a signature that is found revoked or broken voids the
document. What cannot be decided today is asked again later; nothing is voided because somebody could not be reached, nor by the
province's own word on a certificate, which it may take back: such a document waits for the authority's.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import urllib3

from appliance import files, moves, rows
from appliance.box import Box
from appliance.crash import crash_here
from appliance.documents import Document, Signature
from appliance.errors import Refused
from appliance.events import FileRef
from appliance.signatures import SignatureFinding
from appliance.trust import read_trust
from sync import progress
from sync.evidence import Evidence, add_evidence
from sync.revocation import make_http

ACTOR = "agent"
PDF = "application/pdf"
DOCUMENTS_MAX = 20  # In one round; new events go first again after so many.
VOIDING = frozenset({"signature_revoked", "signature_broken", "signature_changed_after", "signature_expired"})


@dataclass
class Stamping:
    """What is remembered while the agent runs: documents that wait for something a person must do, and why."""

    undecided: dict[str, str] = field(default_factory=dict)
    http: urllib3.PoolManager = field(default_factory=make_http)


def stamp_some(box: Box, stamping: Stamping) -> int:
    """Take the next documents; gives how many were recorded. Raises AuthorityAway when the authority cannot be reached."""
    count = 0
    if not box.home.settings.tsa_url:
        return count
    for dossier_id, document in _waiting(box, stamping):
        if count == DOCUMENTS_MAX:
            break
        count += _stamp(box, stamping, dossier_id, document)
    if not count:
        _move_cursor(box)
    return count


def _waiting(box: Box, stamping: Stamping) -> list[tuple[str, Document]]:
    return [pair for pair in _sealed(box) if pair[1].file not in stamping.undecided]


def _sealed(box: Box) -> Iterator[tuple[str, Document]]:
    for met in progress.walk(box.db, "stamps"):
        if met.named.t == "document.sealed":
            yield from ((met.named.k, document) for document in _sealed_of(box, met.named.k))


def _sealed_of(box: Box, dossier_id: str) -> list[Document]:
    found = rows.load(box.db, dossier_id)
    if found is None or found.erased_at:
        return []
    return [d for d in found.documents if d.signature == Signature.SEALED and d.path == "electronic"]


def _stamp(box: Box, stamping: Stamping, dossier_id: str, document: Document) -> bool:
    trust = read_trust(box.home.trust)
    crash_here("agent_before_evidence")
    try:
        pdf = files.read(box.home, document.file)
        evidence = add_evidence(pdf, trust.roots, box.home.settings.tsa_url, trust.issuers, stamping.http, trust.revoked)
    except Refused as refused:
        if refused.code in ("file_missing", "file_damaged", "pdf_unreadable") or getattr(refused, "permanent", False):
            stamping.undecided[document.file] = refused.code
            return False
        raise
    if evidence.added:
        return _record_stamp(box, dossier_id, document, evidence)
    why = next((f.summary for f in evidence.findings if f.summary in VOIDING), "")
    if not why:
        stamping.undecided[document.file] = next((f.summary for f in evidence.findings if not f.good), "signature_unchecked")
        return False
    return _record(box, dossier_id, "document.voided", {"document": document.id, "why": why, "findings": findings_of(evidence)}, ())


def _record_stamp(box: Box, dossier_id: str, document: Document, evidence: Evidence) -> bool:
    digest = files.put(box.home, evidence.pdf)
    body = {
        "document": document.id,
        "before": document.file,
        "file": digest,
        "stamped_at": evidence.timestamp_at,
        "findings": findings_of(evidence),
    }
    return _record(box, dossier_id, "document.timestamped", body, (FileRef(digest, len(evidence.pdf), PDF),))


def _record(box: Box, dossier_id: str, kind: str, body: dict[str, Any], named: tuple[FileRef, ...]) -> bool:
    """Record what was found, unless an officer moved the document in the meantime."""
    with box.writing() as act:
        now = rows.load(act.db, dossier_id)
        try:
            moves.check(now, kind, body)
        except Refused:
            return False
        act.record(kind, actor=ACTOR, dossier=dossier_id, clear=body, files=named)
    crash_here("agent_after_evidence")
    return True


def findings_of(evidence: Evidence) -> list[dict[str, str | None]]:
    """Give what may stand clear in an event: fields, codes and times, never a signer's name."""
    return [_finding(finding) for finding in evidence.findings]


def _finding(found: SignatureFinding) -> dict[str, str | None]:
    return {
        "field": found.field,
        "kind": found.kind,
        "certificate": found.cert_sha256,
        "summary": found.summary,
        "stamped_at": found.timestamp_at,
        "revoked_at": found.revoked_at,
    }


def _move_cursor(box: Box) -> None:
    """Move over events that leave nothing to stamp."""
    start = last = progress.cursor_at(box.db, "stamps")
    for met in progress.walk(box.db, "stamps"):
        if met.named.t == "document.sealed" and _sealed_of(box, met.named.k):
            break
        last = met.n
    if last > start:
        with box.writing() as act:
            progress.move_cursor(act.db, "stamps", last)
