"""Judging the signatures of a PDF with pyHanko, for appliance/signatures.py alone: loading it takes half a second.

No device, no network, no clock: everything is handed in.
"""

from dataclasses import replace
from datetime import datetime
from io import BytesIO

from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError, SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature, SignatureCoverageLevel
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext

from appliance import revocations
from appliance.certificates import Known, common_name, wishes
from appliance.clock import moment_of, text_of
from appliance.errors import Refused
from appliance.revocations import Revoked
from appliance.signatures import SignatureFinding, Trusted
from appliance.trust import crl_times

SIGNATURES_MAX, STAMPS_MAX = 50, 10
KINDS = {"ky_lanh_dao": "leader", "dau_co_quan": "organisation"}


def judge(pdf: bytes, known: Known, moment: datetime) -> list[SignatureFinding]:
    """Do what appliance.signatures.validate says."""
    try:
        reader = PdfFileReader(BytesIO(pdf))
        signatures = reader.embedded_regular_signatures[:SIGNATURES_MAX]
        case = _Case(reader, known, moment)
        return [_judge(case, signature, signature is signatures[-1]) for signature in signatures]
    except (PdfError, SigningError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused("pdf_unreadable") from error


class _Case:
    """One file on the table: its evidence store and its last good document time-stamp, worked out once."""

    def __init__(self, reader: PdfFileReader, known: Known, moment: datetime):
        self.known, self.moment = known, moment
        self.store: DocumentSecurityStore | None
        try:
            self.store = DocumentSecurityStore.read_dss(reader)
        except NoDSSFoundError:
            self.store = None
        self.stamps = self._trusted_stamps(reader.embedded_timestamp_signatures[-STAMPS_MAX:])

    def stamped(self, signature: EmbeddedPdfSignature) -> datetime | None:
        """Give the earliest trusted time by which this signature existed."""
        later = [at for revision, at in self.stamps if revision > signature.signed_revision]
        return min(later, default=None)

    def context(self, moment: datetime, hard: bool = True) -> ValidationContext:
        """Give what is known outside the file together with what the file holds."""
        wanted = wishes(self.known, moment, hard)
        return self.store.as_validation_context(wanted) if self.store else ValidationContext(**wanted)

    def context_without_revocation(self, moment: datetime) -> ValidationContext:
        """Ask only whether the chain leads to a root, revocation left aside."""
        return ValidationContext(**wishes(replace(self.known, crls=(), ocsps=()), moment, hard=False))

    def _trusted_stamps(self, stamps: list[EmbeddedPdfSignature]) -> list[tuple[int, datetime]]:
        """Give revision and time of each good time-stamp; an older one is judged at the time of the next newer one.

        A time-stamp counts until its own service's certificate expires, unless a newer list revokes it; before that
        day the file needs another one.
        """
        moment, good = self.moment, []
        for stamp in reversed(stamps):
            status = validate_pdf_timestamp(stamp, validation_context=self._stamp_context(moment))
            if status.intact and status.valid and status.trusted:
                moment = status.timestamp
                good.append((stamp.signed_revision, status.timestamp))
        return good

    def _stamp_context(self, moment: datetime) -> ValidationContext:
        # The file's own list for the time-stamp service grows stale within months; only lists still current say more.
        fresh = tuple(data for data in self.known.crls if moment_of(crl_times(data)[1]) > moment)
        wanted = wishes(replace(self.known, crls=fresh, ocsps=()), moment, hard=False)
        wanted["other_certs"] += self.store.load_certs() if self.store else []
        return ValidationContext(**wanted)


def _judge(case: _Case, signature: EmbeddedPdfSignature, last: bool) -> SignatureFinding:
    stamped = case.stamped(signature)
    moment = stamped or case.moment
    try:
        status = validate_pdf_signature(signature, signer_validation_context=case.context(moment))
    except SignatureValidationError:
        return _finding(signature, None, Trusted.NO, None, "signature_broken")
    trusted, summary = _sum_up(case, signature, status, moment, last)
    by_province = revocations.against(case.known.revoked, signature.signer_cert.sha256.hex(), stamped)
    if by_province and trusted is not Trusted.NO:  # What is worse already, an authority's own list too, is said as it is.
        return _finding(signature, status, Trusted.NO, stamped, "signature_revoked_by_province", by_province)
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
    without_lists = case.context_without_revocation(moment)
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
    by_province: Revoked | None = None,
) -> SignatureFinding:
    certificate, field = signature.signer_cert, str(signature.field_name)  # A plain str, not pyHanko's own kind.
    level = status.modification_level if status else None
    signed = signature.self_reported_timestamp
    revoked = status.revocation_details if status else None
    return SignatureFinding(
        field=field,
        kind=KINDS.get(field, "other"),
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
        revoked_by_province=by_province,
    )
