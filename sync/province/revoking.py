"""The province's own word on an officer's signing certificate: not trusted from a moment on, or trusted again after a mistake.

For the hours between a lost token and the authority's next list, and for communes that no list reaches.
"""

import hashlib

import msgspec
from asn1crypto import x509
from sqlite_utils.db import Database

from appliance import clock, revocations
from appliance.certificates import common_name
from appliance.config import Home
from appliance.errors import Refused
from appliance.revocations import Revoked
from appliance.text import nfc
from sync.province import feed_out
from sync.province.opened import Province
from sync.province.publishing import of_form
from sync.publications import RevocationSaid
from sync.revocations import KIND


def revoke_certificate(province: Province, der: bytes, reason: str, by: str, since: str = "", again: bool = False) -> bool:
    """Tell every box not to trust a certificate (DER) since a moment (UTC text; without one, now or as it stands already).

    The province judges by it too. Says whether it was news, or told again.
    Raises Refused `revoked_no_certificate`, `published_wrong`.
    """
    now = clock.stamp()
    if since > now:
        raise Refused("published_wrong", field="since")
    with province.writing() as db:
        stands = _standing(db, der)
        since = since or (stands.since if stands and not stands.withdrawn else now)
        return _state(province, db, der, {"since": since, "reason": nfc(reason), "by": nfc(by)}, again)


def withdraw(province: Province, der: bytes, reason: str, by: str, again: bool = False) -> bool:
    """Take such a statement back, as if it was never said. Says whether it was news, or told again.

    Raises Refused `revoked_no_certificate`, `revoked_never`, `published_wrong`.
    """
    with province.writing() as db:
        stands = _standing(db, der)
        if stands is None:
            raise Refused("revoked_never", name=_name(der))
        return _state(province, db, der, {"since": stands.since, "reason": nfc(reason), "by": nfc(by), "withdrawn": True}, again)


def write_out(home: Home, db: Database) -> bool:
    """Make the province's own file of what stands; says whether anything changed."""
    rows = db.conn.execute("SELECT body FROM standing WHERE kind = ?", [KIND]).fetchall()
    said = (msgspec.json.decode(body, type=RevocationSaid) for (body,) in rows)
    stands = (Revoked(one.id, one.since, one.reason, one.by) for one in said if one.what == "certificate" and not one.withdrawn)
    return revocations.keep(home.trust, stands)


def _standing(db: Database, der: bytes) -> RevocationSaid | None:
    body = feed_out.stated(db, KIND, _key(der))
    return msgspec.json.decode(body, type=RevocationSaid) if body else None


def _state(province: Province, db: Database, der: bytes, said: dict[str, object], again: bool) -> bool:
    found = of_form(said | {"what": "certificate", "id": _digest(der), "name": _name(der)}, RevocationSaid)
    news = feed_out.state(db, province.signing, KIND, _key(der), msgspec.to_builtins(found), again=again)
    write_out(province.home, db)  # Before anybody is told.
    return news


def _name(der: bytes) -> str:
    """Give whose certificate it is. Raises Refused `revoked_no_certificate`, also for an authority's own."""
    try:
        found = x509.Certificate.load(der, strict=True)
        if found.ca:
            raise ValueError("an authority's")
        return (common_name(found) or found.subject.human_friendly)[:200]
    except (ValueError, TypeError):
        raise Refused("revoked_no_certificate") from None


def _digest(der: bytes) -> str:
    return hashlib.sha256(der).hexdigest()


def _key(der: bytes) -> str:
    return f"certificate {_digest(der)}"
