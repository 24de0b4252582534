"""What the worker does with one document and one certificate: check, read, sign, judge the result. No queue, no socket."""

from hashlib import sha256
from pathlib import Path

from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import Signer

from appliance.certificates import check_before_signing
from appliance.clock import stamp
from appliance.errors import Refused
from appliance.signatures import validate
from appliance.trust import Trust
from hardware.sign_pdf import Place, seal_organisation, sign_leader
from hardware.usb_token import Item, Kind, Token

PDF_BYTES_MAX = 64 << 20


def check(token: Token, cert_sha256: str, trust: Trust) -> None:
    """Refuse before a PIN is used: another person's token, or a certificate that may not sign now."""
    certificate = next((one for one in token.certificates if one.sha256 == cert_sha256), None)
    if certificate is None:
        raise Refused("wrong_token", cn=", ".join(one.cn for one in token.certificates))
    der = bytes.fromhex(certificate.der)
    check_before_signing(der, trust.issuers, trust.roots, trust.crls, stamp(), cert_sha256, trust.revoked)


def read(item: Item) -> bytes:
    """Read the document the officer saw: the very bytes its digest names."""
    try:
        with Path(item.path).open("rb") as document:
            data = document.read(PDF_BYTES_MAX)
    except OSError as error:
        raise Refused("document_missing") from error
    if sha256(data).hexdigest() != item.sha256:
        raise Refused("file_changed")
    return data


def sign(item: Item, unsigned: bytes, signer: Signer, trust: Trust) -> bytes:
    """Sign in memory and judge the result as anybody else will; only a file whose every signature holds comes out."""
    at = stamp()
    try:
        pdf = _add_signature(item, unsigned, signer, at)
    except (PdfError, SigningError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused("pdf_unreadable") from error
    findings = validate(pdf, trust.roots, trust.crls, at, trust.issuers, revoked=trust.revoked)
    bad = next((finding for finding in findings if not finding.good), None)
    if bad:
        raise Refused("signature_check_failed", field=bad.field)
    return pdf


def _add_signature(item: Item, unsigned: bytes, signer: Signer, at: str) -> bytes:
    place = Place(item.stamp.page, item.stamp.box) if item.stamp and item.stamp.box else None
    if item.kind is Kind.LEADER:
        return sign_leader(unsigned, signer, at, item.field, place)
    return seal_organisation(unsigned, signer, at, item.fill, item.field, place)
