"""Judge the signatures of a PDF. No device, no network, no clock: everything is handed in.

Three answers about trust: yes, no, and "not known yet" while revocation could not be checked. A cut-off tail of a file
shows in no signature, so the file's own SHA-256 is kept beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from appliance.certificates import Known
from appliance.clock import moment_of
from appliance.revocations import Revoked
from appliance.text import Line


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
    revoked_by_province: Revoked | None = None  # its own word, no authority's

    @property
    def good(self) -> bool:
        """Whether the signature holds, with nothing left to check."""
        return self.summary in ("signature_good", "signature_good_stamped")

    @property
    def line(self) -> Line:
        """Give the sentence that says it."""
        return Line(self.summary, self.revoked_by_province.facts if self.revoked_by_province else {})


def validate(
    pdf: bytes,
    roots: Sequence[bytes],
    crls: Sequence[bytes],
    moment: str,
    issuers: Sequence[bytes] = (),
    ocsps: Sequence[bytes] = (),
    revoked: Sequence[Revoked] = (),
) -> list[SignatureFinding]:
    """Judge every signature of a PDF at `moment` (UTC text), in the order they were made; no signature gives no finding.

    A signature under a good document time-stamp is judged at the time-stamp's time, with the evidence kept in the file.
    One whose certificate the province `revoked` holds where its time is proven to lie before that moment, and nowhere else.
    Raises Refused("pdf_unreadable").
    """
    from appliance import judging  # Not while a box starts; see there.

    return judging.judge(pdf, Known(tuple(roots), tuple(issuers), tuple(crls), tuple(ocsps), tuple(revoked)), moment_of(moment))


def validate_long_term(pdf: bytes, roots: Sequence[bytes], moment: str) -> list[SignatureFinding]:
    """Judge with the evidence inside the file alone, as somebody will in twenty years. Raises Refused("pdf_unreadable")."""
    return validate(pdf, roots, (), moment)
