"""What the province does for a device once a technician admitted it: registration, number grants, the first stretch of its feed."""

import base64
from collections.abc import Mapping

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from sqlite_utils.db import Database

from appliance import clock
from appliance.errors import Refused
from appliance.text import nfc
from sync.protocol import Statement
from sync.province import feed_out, filing, forks
from sync.province import store_sqlite as store
from sync.province.opened import Province
from sync.province.publishing import of_form
from sync.publications import RevocationSaid
from sync.revocations import KIND

LIVES_AHEAD = 3  # The life written now and the next two.


def register_device(
    province: Province, device: str, unit: str, name: str, event_key_pem: str, tls_certificate_pem: str, new_machine: bool = False
) -> None:
    """Let a device send; `unit` is the code its numbers carry. Again with a new certificate: the old one is refused from now on.

    Raises Refused `device_key_differs` where it has another event key than before, and no operator said that it is a new machine.
    """
    certificate = x509.load_pem_x509_certificate(tls_certificate_pem.encode())
    event_key = load_pem_public_key(event_key_pem.encode())
    assert isinstance(event_key, Ed25519PublicKey)
    presented = certificate.fingerprint(hashes.SHA256()).hex()
    with province.writing() as db:
        known = store.device(db, device)
        if known and known.event_key != event_key.public_bytes_raw() and not new_machine:
            raise Refused("device_key_differs", device=device)
        before = db.conn.execute("SELECT tls_fp FROM device WHERE id = ?", [device]).fetchone()
        if before and before[0] != presented:
            forks.chosen(db, device, before[0])
        db.conn.execute(
            """INSERT INTO device (id, unit, name, event_key, tls_fp, enrolled_at) VALUES (?, ?, ?, ?, ?, ?)
               ON CONFLICT (id) DO UPDATE
               SET name = excluded.name, tls_fp = excluded.tls_fp, event_key = excluded.event_key""",
            [device, unit, name, event_key.public_bytes_raw(), presented, clock.stamp()],
        )
        if known is None:
            feed_out.tell_time(db, province.signing, device)
            feed_out.add_standing(db, province.signing, device)
            filing.pass_on(province, db, unit)


def revoke_device(province: Province, device: str, reason: str, by: str) -> bool:
    """Refuse everything a device sends from now on; what it sent stays. Its feed ends there; the others of its unit are told.

    What it was given and did not file goes to another of its unit. Says whether it was news.
    Raises Refused `fleet_unknown`, `published_wrong`.
    """
    with province.writing() as db:
        known = store.device(db, device)
        if known is None:
            raise Refused("fleet_unknown", device=device)
        if known.revoked_at:
            return False
        said = {"what": "device", "id": device, "name": (known.name or device)[:200]}
        said |= {"since": clock.stamp(), "reason": nfc(reason), "by": nfc(by)}
        body = msgspec.to_builtins(of_form(said, RevocationSaid))
        feed_out.state(db, province.signing, KIND, f"device {device}", body, known.unit)
        db.conn.execute("UPDATE device SET revoked_at = ? WHERE id = ?", [clock.stamp(), device])
        filing.pass_on(province, db, known.unit)
    return True


def grant_numbers(province: Province, device: str, widths: Mapping[str, int]) -> None:
    """Grant ranges of `widths` (book: how many numbers a period) for the device's life and the next two, where they lack one."""
    with province.writing() as db:
        known = store.device(db, device)
        assert known
        _grant(province, db, known, widths)


def grant_ahead(province: Province, db: Database, device: store.Device) -> None:
    """Keep two lives granted ahead when a new life has begun, with the widths the device last had."""
    sql = "SELECT book, last - first + 1 FROM granted WHERE device = ? ORDER BY inc_no"
    _grant(province, db, device, dict(db.conn.execute(sql, [device.id]).fetchall()))


def initial_feed(province: Province, device: str) -> list[Statement]:
    """Give the whole feed so far: what enrolment carries to the box before it ever sees a line."""
    return feed_out.records(province.db, device, 0)


def announce_unit(province: Province, unit: str, name: str) -> bool:
    """Tell every device of a unit that has a box: dossiers may be offered to it. Says whether it was news."""
    return feed_out.publish(province, "unit.known", unit, {"unit": unit, "name": name})


def publish_crl(province: Province, url: str, der: bytes) -> bool:
    """Give every device a revocation list of the officers' authorities. Says whether it was news."""
    return feed_out.publish(province, "crl.published", url, {"url": url, "der": base64.b64encode(der).decode()})


def publish_catalogue_notice(province: Province, digest: str, effective_from: str, note: str) -> bool:
    """Tell every device that a catalogue bundle takes effect on a day (ISO date)."""
    body = {"digest": digest, "effective_from": effective_from, "note": note}
    return feed_out.publish(province, "catalogue.noticed", digest, body)


def publish_day(province: Province, day: str, name: str, basis: str, working: bool) -> bool:
    """Announce a day off, or a working day, to every device (ISO day). Says whether it was news."""
    body = {"day": day, "name": name, "basis": basis, "working": working}
    return feed_out.publish(province, "calendar.day_announced", day, body)


def _grant(province: Province, db: Database, device: store.Device, widths: Mapping[str, int]) -> None:
    current = store.newest_life_no(db, device.id)
    wanted = [(book, width, no) for book, width in widths.items() for no in range(current, current + LIVES_AHEAD)]
    granted = [found for want in wanted if (found := _grant_one(db, device, *want))]
    if granted:
        feed_out.add(db, province.signing, device.id, "numbers.granted", {"unit": device.unit, "grants": granted})


def _grant_one(db: Database, device: store.Device, book: str, width: int, inc_no: int) -> dict[str, str | int] | None:
    has = "SELECT 1 FROM granted WHERE device = ? AND book = ? AND inc_no = ?"
    if db.conn.execute(has, [device.id, book, inc_no]).fetchone():
        return None
    sql = "SELECT coalesce(max(last), 0) + 1 FROM granted WHERE unit = ? AND book = ?"
    first = db.conn.execute(sql, [device.unit, book]).fetchone()[0]
    last = first + width - 1
    db.conn.execute(
        "INSERT INTO granted (unit, book, first, last, device, inc_no, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [device.unit, book, first, last, device.id, inc_no, clock.stamp()],
    )
    return {"book": book, "inc_no": inc_no, "first": first, "last": last}
