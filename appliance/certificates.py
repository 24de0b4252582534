"""Decide whether a certificate may sign now: dates, use, chain to our roots, revocation by cached lists and the province's word.

Pure: certificates, lists (DER), what the province stated and the time (UTC text) are handed in. TT 15/2025/TT-BKHCN, Điều 5: the
certificate is checked before signing is allowed.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import x509
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import (
    InsufficientRevinfoError,
    InvalidCertificateError,
    PathError,
    RevokedError,
    ValidationError,
)

from appliance import revocations
from appliance.clock import local_day, moment_of, text_of
from appliance.errors import Refused
from appliance.revocations import Revoked
from appliance.text import day_text

SIGNING_USE = {"non_repudiation"}
for noisy in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(noisy).setLevel(logging.CRITICAL)  # Their warnings name the persons in certificates.


@dataclass(frozen=True)
class Known:
    """What is known outside the file: certificates, lists and OCSP answers, all DER, and what the province stated."""

    roots: tuple[bytes, ...]
    issuers: tuple[bytes, ...]
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    revoked: tuple[Revoked, ...] = ()


def check_before_signing(
    cert: bytes,
    chain: Sequence[bytes],
    roots: Sequence[bytes],
    crls: Sequence[bytes],
    now: str,
    registered_sha256: str | None = None,
    revoked: Sequence[Revoked] = (),
) -> None:
    """Return when this certificate may sign at `now` (UTC text); all certificates and lists are DER.

    Raises Refused: wrong_token, cert_not_yet_valid, cert_expired, cert_wrong_use, cert_untrusted, cert_revoked,
    cert_revoked_by_province (its word alone), revocation_unknown (a list of the chain is missing or past its nextUpdate).
    """
    certificate = x509.Certificate.load(cert)
    cn = common_name(certificate)
    if registered_sha256 and certificate.sha256.hex() != registered_sha256:
        raise Refused("wrong_token", cn=cn)
    _check_dates(certificate, cn, now)
    if stated := revocations.against(revoked, certificate.sha256.hex()):
        raise Refused("cert_revoked_by_province", cn=cn, **stated.facts)
    try:
        _walk(certificate, Known(tuple(roots), tuple(chain)), now, hard=False)
        _walk(certificate, Known(tuple(roots), tuple(chain), tuple(crls)), now, hard=True)
    except RevokedError as error:
        raise Refused("cert_revoked", cn=cn, day=_day(error.revocation_dt)) from error
    except InvalidCertificateError as error:
        raise Refused("cert_wrong_use", cn=cn) from error
    except InsufficientRevinfoError as error:
        raise Refused("revocation_unknown", cn=cn) from error
    except (ValidationError, PathError) as error:
        raise Refused("cert_untrusted", cn=cn) from error


def common_name(certificate: x509.Certificate) -> str:
    """Give the name a certificate was issued to."""
    return certificate.subject.native.get("common_name", "")


def wishes(known: Known, moment: datetime, hard: bool) -> dict:
    """Word for pyHanko what is known; `hard` wants every certificate's revocation checked."""
    return {
        "trust_roots": [x509.Certificate.load(data) for data in known.roots],
        "other_certs": [x509.Certificate.load(data) for data in known.issuers],
        "crls": list(known.crls),
        "ocsps": list(known.ocsps),
        "moment": moment,
        "allow_fetching": False,
        "revocation_mode": "hard-fail" if hard else "soft-fail",
        "retroactive_revinfo": True,
    }


def _check_dates(certificate: x509.Certificate, cn: str, now: str) -> None:
    if moment_of(now) < certificate.not_valid_before:
        raise Refused("cert_not_yet_valid", cn=cn, day=_day(certificate.not_valid_before))
    if moment_of(now) > certificate.not_valid_after:
        raise Refused("cert_expired", cn=cn, day=_day(certificate.not_valid_after))


def _walk(certificate: x509.Certificate, known: Known, now: str, hard: bool) -> None:
    context = ValidationContext(**wishes(known, moment_of(now), hard))
    asyncio.run(CertificateValidator(certificate, validation_context=context).async_validate_usage(SIGNING_USE))


def _day(moment: datetime) -> str:
    return day_text(local_day(text_of(moment)))
