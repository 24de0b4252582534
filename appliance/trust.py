"""The roots, issuers and revocation lists that officers' signatures are judged by, as files of one folder.

roots/*.der and issuers/*.der are a list that a technician or the province puts there whole; crls/*.crl is a cache that the agent
renews; what the province itself stated of certificates stands beside them (revocations.py). These roots serve officers' signatures
alone and are never mixed with the roots of devices, the LAN or software updates.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from asn1crypto import crl, x509

from appliance import revocations
from appliance.clock import text_of
from appliance.durable import write_durably
from appliance.errors import Refused
from appliance.revocations import Revoked

FILES_MAX = 200
CRL_BYTES_MAX = 8 << 20


@dataclass(frozen=True)
class Trust:
    """What is trusted (roots), what helps to reach it (issuers), and what is known of revocation (crls), all DER;
    and what the province stated of certificates (revoked).
    """

    roots: tuple[bytes, ...]
    issuers: tuple[bytes, ...]
    crls: tuple[bytes, ...]
    revoked: tuple[Revoked, ...] = ()


def read_trust(folder: Path) -> Trust:
    """Read a home's trust folder; an empty one trusts nobody."""
    kinds = ("roots/*.der", "issuers/*.der", "crls/*.crl")
    roots, issuers, crls = (tuple(path.read_bytes() for path in sorted(folder.glob(kind))[:FILES_MAX]) for kind in kinds)
    return Trust(roots, issuers, crls, revocations.read(folder))


def keep_list(folder: Path, roots: Sequence[bytes], issuers: Sequence[bytes]) -> None:
    """Put a whole list of trusted roots and their issuers (DER) in the place of the one that stands; again is once.

    Raises Refused `trust_list_wrong`: no root, too many, or one that is no certificate of an authority. Then nothing changes.
    """
    if not roots or len(roots) > FILES_MAX or len(issuers) > FILES_MAX:
        raise Refused("trust_list_wrong", n=0)
    for n, der in enumerate((*roots, *issuers), 1):
        if not _is_authority(der, root=n <= len(roots)):
            raise Refused("trust_list_wrong", n=n)
    for name, ders in (("roots", roots), ("issuers", issuers)):
        wanted = {f"{hashlib.sha256(der).hexdigest()}.der": der for der in ders}
        (folder / name).mkdir(parents=True, exist_ok=True)
        for file, der in wanted.items():
            write_durably(folder / name / file, der)
        for path in (folder / name).glob("*.der"):
            if path.name not in wanted:
                path.unlink()


def _is_authority(der: bytes, root: bool) -> bool:
    try:
        found = x509.Certificate.load(der, strict=True)
        return bool(found.ca) and (not root or found.self_issued)
    except (ValueError, TypeError):
        return False


def keep_crl(folder: Path, data: bytes) -> bool:
    """Cache a revocation list, one file per issuer; an older one than the cached is left out (False).

    Its signature is judged when it is used. Raises Refused("crl_unreadable").
    """
    issued = crl_times(data)[0]
    path = folder / "crls" / f"{crl_issuer(data)}.crl"
    if path.exists() and crl_times(path.read_bytes())[0] >= issued:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    write_durably(path, data)
    return True


def crl_times(data: bytes) -> tuple[str, str]:
    """Give when a revocation list was issued and until when it counts, as UTC text. Raises Refused("crl_unreadable")."""
    listed = _read(data)["tbs_cert_list"]
    until: datetime | None = listed["next_update"].native
    issued = text_of(listed["this_update"].native)
    return issued, text_of(until) if until else issued


def crl_issuer(data: bytes) -> str:
    """Name the issuer of a revocation list: SHA-256, hex. Raises Refused("crl_unreadable")."""
    return _read(data).issuer.sha256.hex()


def newest_issue(crls: tuple[bytes, ...]) -> str | None:
    """Give the newest issue time of some lists: no honest clock stands before it."""
    return max((crl_times(data)[0] for data in crls), default=None)


def crl_urls(certificates: tuple[bytes, ...]) -> list[str]:
    """List where the revocation lists of these certificates are published, each address once."""
    points = [point for data in certificates for point in x509.Certificate.load(data).crl_distribution_points]
    return list(dict.fromkeys(point.url for point in points if point.url))


def _read(data: bytes) -> crl.CertificateList:
    try:
        listed = crl.CertificateList.load(data[:CRL_BYTES_MAX], strict=True)
        listed.issuer.native  # noqa: B018  asn1crypto parses when asked.
        return listed
    except (ValueError, TypeError) as error:
        raise Refused("crl_unreadable") from error
