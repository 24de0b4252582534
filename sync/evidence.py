"""Make the signatures of a PDF last: revocation evidence and one document time-stamp, added when there is a line.

It only appends, in one increment, after all signatures are there (a signature time-stamp cannot be put under a second
signature). A time-stamp shows when the authority saw the file; it is never back-dated. No VRI entries: rewriting one
breaks a later signature.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import urllib3
from asn1crypto import x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.signers import PdfTimeStamper
from pyhanko.sign.timestamps import TimestampRequestError
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import PathError, ValidationError

from appliance.clock import stamp
from appliance.revocations import Revoked
from appliance.signatures import SignatureFinding, validate, validate_long_term
from appliance.trust import crl_urls
from sync.revocation import AuthorityAway, BoundedTimeStamper, fetch_crls, fetch_ocsp, make_http

DIGEST = "sha256"


@dataclass(frozen=True)
class Evidence:
    """The file as it is now, what its signatures are worth, and whether evidence is in it.

    `added` is False when a signature does not hold (revoked before, broken, or not to be trusted by the province's word): then
    `pdf` is the file as it came.
    """

    pdf: bytes
    added: bool
    timestamp_at: str | None
    findings: tuple[SignatureFinding, ...]


@dataclass(frozen=True)
class _Answers:
    """What the authority said of revocation: OCSP answers and lists, as DER."""

    ocsps: tuple[bytes, ...]
    crls: tuple[bytes, ...]


def add_evidence(
    pdf: bytes,
    roots: Sequence[bytes],
    tsa_url: str,
    issuers: Sequence[bytes] = (),
    http: urllib3.PoolManager | None = None,
    revoked: Sequence[Revoked] = (),
) -> Evidence:
    """Add what proves for years that the signatures were good now; a file that has it already comes back unchanged.

    Raises AuthorityAway (revocation_unreachable, tsa_unreachable, tsa_untrusted, evidence_failed) with `permanent`, and
    Refused("pdf_unreadable"). Nothing is half done: without an answer there is no new file.
    """
    http = http or make_http()
    findings = validate(pdf, roots, (), stamp(), issuers, revoked=revoked)
    if not findings or all(finding.summary == "signature_good_stamped" for finding in findings):
        return _evidence(pdf, bool(findings), findings)
    certificates = _certificates(pdf, issuers)
    timestamper = BoundedTimeStamper(tsa_url, http)
    answers = _ask(certificates, _tsa_certificates(timestamper), http)
    findings = validate(pdf, roots, answers.crls, stamp(), issuers, answers.ocsps, revoked)
    if not all(finding.good for finding in findings):
        return _evidence(pdf, False, findings)
    stamped = _write(pdf, roots, certificates, answers, timestamper)
    findings = validate_long_term(stamped, roots, stamp())
    if not all(finding.summary == "signature_good_stamped" for finding in findings):
        raise AuthorityAway("evidence_failed", permanent=True)
    return _evidence(stamped, True, findings)


def _evidence(pdf: bytes, added: bool, findings: list[SignatureFinding]) -> Evidence:
    times = [finding.timestamp_at for finding in findings if finding.timestamp_at]
    return Evidence(pdf, added, max(times, default=None), tuple(findings))


def _certificates(pdf: bytes, issuers: Sequence[bytes]) -> dict[bytes, x509.Certificate]:
    """Collect the certificates of all signatures and the known issuers, by SHA-256."""
    found = [x509.Certificate.load(data) for data in issuers]
    for signature in PdfFileReader(BytesIO(pdf)).embedded_regular_signatures:
        found += [signature.signer_cert, *signature.other_embedded_certs]
    return {certificate.sha256: certificate for certificate in found}


def _tsa_certificates(timestamper: BoundedTimeStamper) -> list[x509.Certificate]:
    """Learn the time-stamp service's certificates; its first answer, needed for the size anyway, holds them."""
    try:
        asyncio.run(timestamper.async_dummy_response(DIGEST))
    except TimestampRequestError as error:
        raise AuthorityAway("tsa_unreachable") from error
    return list(timestamper.cert_registry)


def _ask(certificates: dict[bytes, x509.Certificate], tsa: list[x509.Certificate], http: urllib3.PoolManager) -> _Answers:
    """Ask OCSP where a certificate names one and its issuer is known; otherwise fetch its list."""
    by_name = {certificate.subject.hashable: certificate for certificate in certificates.values()}
    ocsps, listed = [], list(tsa)
    for certificate in certificates.values():
        issuer = by_name.get(certificate.issuer.hashable)
        try:
            ocsps.append(fetch_ocsp(certificate, issuer, http) if issuer else None)
        except AuthorityAway:
            issuer = None
        if issuer is None:
            listed.append(certificate)
    urls = crl_urls(tuple(certificate.dump() for certificate in listed))
    lists, failed = fetch_crls(urls, http)
    if failed:
        raise AuthorityAway("revocation_unreachable")
    return _Answers(tuple(answer for answer in ocsps if answer), tuple(lists))


def _write(
    pdf: bytes,
    roots: Sequence[bytes],
    certificates: dict[bytes, x509.Certificate],
    answers: _Answers,
    timestamper: BoundedTimeStamper,
) -> bytes:
    """Write store and time-stamp as one increment, so that the time-stamp covers the evidence."""
    context = ValidationContext(
        trust_roots=[x509.Certificate.load(data) for data in roots],
        other_certs=list(certificates.values()),
        ocsps=list(answers.ocsps),
        crls=list(answers.crls),
        revocation_mode="hard-fail",
    )
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    DocumentSecurityStore.supply_dss_in_writer(
        writer, None, certs=list(certificates.values()), validation_context=context, embed_roots=False
    )
    try:
        return PdfTimeStamper(timestamper).timestamp_pdf(writer, DIGEST, validation_context=context).getvalue()
    except TimestampRequestError as error:
        raise AuthorityAway("tsa_unreachable") from error
    except (ValidationError, PathError) as error:
        raise AuthorityAway("tsa_untrusted", permanent=True) from error
