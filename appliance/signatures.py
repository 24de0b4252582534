"""Judge certificates before signing and signatures after it. No device, no network, no clock: everything is handed in.

Three answers about trust: yes, no, and "not known yet" while revocation could not be checked. TT 15/2025/TT-BKHCN,
Điều 5: the certificate is checked before signing is allowed. A cut-off tail of a file shows in no signature, so the
file's own SHA-256 is kept beside it.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from io import BytesIO

from asn1crypto import x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError, SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature, SignatureCoverageLevel
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import (
    InsufficientRevinfoError,
    InvalidCertificateError,
    PathError,
    RevokedError,
    ValidationError,
)

from appliance.clock import local_day, moment_of, text_of
from appliance.errors import Refused
from appliance.text import day_text

SIGNATURES_MAX = 50
KINDS = {"ky_lanh_dao": "leader", "dau_co_quan": "organisation"}
SIGNING_USE = {"non_repudiation"}
for noisy in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(noisy).setLevel(logging.CRITICAL)  # Its warnings name the persons in certificates.


class Trusted(StrEnum):
    """Whether the signer's certificate can be trusted; UNKNOWN means that revocation was not checked yet."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class SignatureFinding:
    """What is known of one signature. `summary` is a code with a Vietnamese sentence; times are UTC text."""

    field: str
    kind: str  # leader, organisation or other, by the field's name
    signer_cn: str
    signer_org: str
    cert_sha256: str
    signed_at: str | None  # what the signer's own clock said
    intact: bool  # the signed bytes are the signed bytes
    trusted: Trusted
    covers_whole_file: bool
    modification: str  # none, lta_updates, form_filling, annotations, other: what came after it
    timestamped: bool
    timestamp_at: str | None
    revoked_at: str | None
    summary: str

    @property
    def good(self) -> bool:
        """Whether the signature holds, with nothing left to check."""
        return self.summary in ("signature_good", "signature_good_stamped")


def check_before_signing(
    cert: bytes,
    chain: Sequence[bytes],
    roots: Sequence[bytes],
    crls: Sequence[bytes],
    now: str,
    registered_sha256: str | None = None,
) -> None:
    """Return when this certificate may sign at `now` (UTC text); all certificates and lists are DER.

    Raises Refused: wrong_token, cert_not_yet_valid, cert_expired, cert_wrong_use, cert_untrusted, cert_revoked,
    revocation_unknown (a list of the chain is missing or past its nextUpdate).
    """
    certificate = x509.Certificate.load(cert)
    cn = common_name(certificate)
    if registered_sha256 and certificate.sha256.hex() != registered_sha256:
        raise Refused("wrong_token", cn=cn)
    _check_dates(certificate, cn, now)
    try:
        _walk(certificate, _context(roots, chain, (), moment_of(now), hard=False))
        _walk(certificate, _context(roots, chain, crls, moment_of(now), hard=True))
    except RevokedError as error:
        raise Refused("cert_revoked", cn=cn, day=_day(error.revocation_dt)) from error
    except InvalidCertificateError as error:
        raise Refused("cert_wrong_use", cn=cn) from error
    except InsufficientRevinfoError as error:
        raise Refused("revocation_unknown", cn=cn) from error
    except (ValidationError, PathError) as error:
        raise Refused("cert_untrusted", cn=cn) from error


def validate(
    pdf: bytes, roots: Sequence[bytes], crls: Sequence[bytes], moment: str, issuers: Sequence[bytes] = ()
) -> list[SignatureFinding]:
    """Judge every signature of a PDF at `moment` (UTC text), in the order they were made; no signature gives no finding.

    A signature under a good document time-stamp is judged at the time-stamp's time, with the evidence kept in the file.
    Raises Refused("pdf_unreadable").
    """
    try:
        reader = PdfFileReader(BytesIO(pdf))
        signatures = reader.embedded_regular_signatures[:SIGNATURES_MAX]
        case = _Case(reader, tuple(roots), tuple(crls), tuple(issuers), moment_of(moment))
        return [_judge(case, signature, signature is signatures[-1]) for signature in signatures]
    except (PdfError, SigningError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused("pdf_unreadable") from error


def validate_long_term(pdf: bytes, roots: Sequence[bytes], moment: str) -> list[SignatureFinding]:
    """Judge with the evidence inside the file alone, as somebody will in twenty years. Raises Refused("pdf_unreadable")."""
    return validate(pdf, roots, (), moment)


def common_name(certificate: x509.Certificate) -> str:
    """Give the name a certificate was issued to."""
    return certificate.subject.native.get("common_name", "")


class _Case:
    """One file on the table: its evidence store and its last good document time-stamp, worked out once."""

    def __init__(self, reader: PdfFileReader, roots: tuple, crls: tuple, issuers: tuple, moment: datetime):
        self.roots, self.crls, self.issuers, self.moment = roots, crls, issuers, moment
        try:
            self.store = DocumentSecurityStore.read_dss(reader)
        except NoDSSFoundError:
            self.store = None
        self.stamps = [found for stamp in reader.embedded_timestamp_signatures if (found := self._stamp(stamp))]

    def stamped(self, signature: EmbeddedPdfSignature) -> datetime | None:
        """Give the earliest trusted time by which this signature existed."""
        later = [at for revision, at in self.stamps if revision > signature.signed_revision]
        return min(later, default=None)

    def context(self, moment: datetime, hard: bool = True, crls: bool = True) -> ValidationContext:
        lists = self.crls if crls else ()
        if self.store is None or not crls:
            return _context(self.roots, self.issuers, lists, moment, hard)
        return self.store.as_validation_context(_wishes(self.roots, self.issuers, lists, moment, hard))

    def _stamp(self, stamp: EmbeddedPdfSignature) -> tuple[int, datetime] | None:
        # Soft: the list that answers for the time-stamp's own certificate is newer than the time-stamp.
        status = validate_pdf_timestamp(stamp, validation_context=self.context(self.moment, hard=False))
        good = status.intact and status.valid and status.trusted
        return (stamp.signed_revision, status.timestamp) if good else None


def _judge(case: _Case, signature: EmbeddedPdfSignature, last: bool) -> SignatureFinding:
    stamped = case.stamped(signature)
    moment = stamped or case.moment
    try:
        status = validate_pdf_signature(signature, signer_validation_context=case.context(moment))
    except SignatureValidationError:
        return _finding(signature, None, Trusted.NO, None, "signature_broken")
    trusted, summary = _sum_up(case, signature, status, moment, last)
    if summary == "signature_good" and stamped:
        summary = "signature_good_stamped"
    return _finding(signature, status, trusted, stamped, summary)


def _sum_up(
    case: _Case, signature: EmbeddedPdfSignature, status: PdfSignatureStatus, moment: datetime, last: bool
) -> tuple[Trusted, str]:
    """Decide by bottom_line; `valid` alone stays true for an altered byte."""
    if not (status.intact and status.valid):
        return Trusted.NO, "signature_broken"
    if not status.docmdp_ok or (last and (status.modification_level or ModificationLevel.NONE) > ModificationLevel.LTA_UPDATES):
        return Trusted.NO, "signature_changed_after"  # After the last signature only evidence may be added.
    if status.bottom_line:
        return Trusted.YES, "signature_good"
    if status.revoked:
        return Trusted.NO, "signature_revoked"
    without_lists = case.context(moment, hard=False, crls=False)
    if validate_pdf_signature(signature, signer_validation_context=without_lists, skip_diff=True).trusted:
        return Trusted.UNKNOWN, "signature_unchecked"
    expired = signature.signer_cert.not_valid_after < moment
    return Trusted.NO, "signature_expired" if expired else "signature_untrusted"


def _finding(
    signature: EmbeddedPdfSignature,
    status: PdfSignatureStatus | None,
    trusted: Trusted,
    stamped: datetime | None,
    summary: str,
) -> SignatureFinding:
    certificate = signature.signer_cert
    level = status.modification_level if status else None
    signed = signature.self_reported_timestamp
    revoked = status.revocation_details if status else None
    return SignatureFinding(
        field=signature.field_name,
        kind=KINDS.get(signature.field_name, "other"),
        signer_cn=common_name(certificate),
        signer_org=certificate.subject.native.get("organization_name", ""),
        cert_sha256=certificate.sha256.hex(),
        signed_at=text_of(signed) if signed else None,
        intact=bool(status and status.intact and status.valid),
        trusted=trusted,
        covers_whole_file=bool(status and status.coverage == SignatureCoverageLevel.ENTIRE_FILE),
        modification=level.name.lower() if level is not None else "none",
        timestamped=stamped is not None,
        timestamp_at=text_of(stamped) if stamped else None,
        revoked_at=text_of(revoked.revocation_date) if revoked else None,
        summary=summary,
    )


def _check_dates(certificate: x509.Certificate, cn: str, now: str) -> None:
    if moment_of(now) < certificate.not_valid_before:
        raise Refused("cert_not_yet_valid", cn=cn, day=_day(certificate.not_valid_before))
    if moment_of(now) > certificate.not_valid_after:
        raise Refused("cert_expired", cn=cn, day=_day(certificate.not_valid_after))


def _walk(certificate: x509.Certificate, context: ValidationContext) -> None:
    asyncio.run(CertificateValidator(certificate, validation_context=context).async_validate_usage(SIGNING_USE))


def _context(roots, issuers, crls, moment: datetime, hard: bool) -> ValidationContext:
    return ValidationContext(**_wishes(roots, issuers, crls, moment, hard))


def _wishes(roots, issuers, crls, moment: datetime, hard: bool) -> dict:
    return {
        "trust_roots": [x509.Certificate.load(data) for data in roots],
        "other_certs": [x509.Certificate.load(data) for data in issuers],
        "crls": list(crls),
        "moment": moment,
        "allow_fetching": False,
        "revocation_mode": "hard-fail" if hard else "soft-fail",
        "retroactive_revinfo": True,
    }


def _day(moment: datetime) -> str:
    return day_text(local_day(text_of(moment)))
