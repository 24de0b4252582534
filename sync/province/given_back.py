"""What the province gives back to a device that lost it, and what it can be held to: lost events, their keys, the inventory.

Everything is worked out from stored bytes at the moment of asking; nothing is answered from memory.
"""

import base64
import hashlib
from collections.abc import Iterator

import pyrage

from appliance import files, ledger
from appliance.chain import misfits
from appliance.errors import Refused
from sync import key_bundles, segments
from sync.protocol import DIGESTS_MAX, InventoryFile, InventoryFiles, InventoryLife, KeyBundle, KeyNews
from sync.province import handovers, publishing, uploads
from sync.province import store_sqlite as store
from sync.province.opened import Province
from sync.province.store_sqlite import Device

INVENTORY_EVENTS_MAX = 5_000
INVENTORY_BYTES_MAX = 256 * 1024 * 1024  # Of files read for one page.


def lost_events(province: Province, device: Device, inc: bytes, after: int) -> bytes:
    """Pack a device's own events after a number as a segment signed by the province. Raises Refused `life_unknown`, `sync_gap`."""
    previous = store.digest_at(province.db, device.id, inc, after)
    if store.life(province.db, device.id, inc) is None or previous is None:
        raise Refused("life_unknown", inc=inc.hex())
    until = after + segments.EVENTS_MAX
    held = segments.fitting(event.data for event in store.events_of_life(province.db, device.id, inc, after, until))
    if not held:
        raise Refused("sync_gap", have=after)
    segment = segments.link(device.mark, inc, after + 1, previous, held)
    while len(packed := segments.pack(segment, province.signing)) > segments.WIRE_BYTES_MAX:
        segment = segments.halved(segment)
    return packed


def ledger_lines(province: Province, device: Device) -> Iterator[str]:
    """Write a device's ledger as it is held here, in the form of `appliance.ledger.dump`, with the receipts given for it."""
    for held in store.lives(province.db, device.id):
        last = store.head(province.db, device.id, held.inc).seq
        events = store.events_of_life(province.db, device.id, held.inc, 0, last)
        links = ((event.seq, event.digest, event.data) for event in events)
        yield from ledger.dump_life(device.id, held, links, store.receipts(province.db, device.id, held.inc))


def lost_keys(province: Province, device: Device, dossiers: tuple[str, ...], recipient: str) -> bytes:
    """Seal keys of dossiers the device owns or held to an age recipient it made for this; destroyed ones are said to be so."""
    news = tuple(found for dossier in dossiers if (found := _key_news(province, device, dossier)))
    try:
        to = pyrage.x25519.Recipient.from_str(recipient)
    except pyrage.RecipientError:
        raise Refused("sync_malformed") from None
    return key_bundles.sealed(KeyBundle(device.id, news), to)


def _key_news(province: Province, device: Device, dossier: str) -> KeyNews | None:
    sql = "SELECT key_id, secret, destroyed_at FROM dossier_key WHERE dossier = ?"
    row = province.db.conn.execute(sql, [dossier]).fetchone()
    if row is None or not row[0] or not _may_open(province, device, dossier):
        return None
    secret = base64.b64encode(bytes(row[1])).decode() if row[1] else ""
    return KeyNews(dossier, row[0], secret, row[2] or "")


def _may_open(province: Province, device: Device, dossier: str) -> bool:
    """Say whether a device began a dossier or held it by a hand-over; an event that it wrote on another's opens nothing."""
    return store.first_writer(province.db, dossier) == device.id or handovers.held(province.db, dossier, device.id)


def file_part(province: Province, device: Device, digest: str, offset: int, most: int) -> bytes:
    """Give bytes of a file that an event of the device names, or a record of its feed.

    Raises Refused `file_not_named`, `file_missing`, `sync_gap`.
    """
    if not publishing.may_have(province.db, device.id, digest) and not uploads.has_for(province, device, digest):
        raise Refused("file_missing", digest=digest)
    with files.path_of(province.home, digest).open("rb") as stored:
        stored.seek(offset)
        data = stored.read(most)
    if not data:
        raise Refused("sync_gap", have=offset)
    return data


def inventory_of_life(province: Province, device: Device, inc: bytes, after: int) -> InventoryLife:
    """Recompute a page of a life from stored bytes. Raises Refused `life_unknown`."""
    previous = store.digest_at(province.db, device.id, inc, after)
    if store.life(province.db, device.id, inc) is None or previous is None:
        raise Refused("life_unknown", inc=inc.hex())
    held = store.events_of_life(province.db, device.id, inc, after, after + INVENTORY_EVENTS_MAX)
    links = [(event.seq, event.digest, event.data) for event in held]
    broken = tuple(misfits(device.mark, inc, previous, links))
    digests = tuple(hashlib.sha256(data).hexdigest() for _, _, data in links)
    return InventoryLife(store.head(province.db, device.id, inc), after, digests, broken)


def inventory_of_files(province: Province, device: Device, after: str) -> InventoryFiles:
    """Read a page of the device's files, in order of digest, and say what each one's bytes come to."""
    sql = """SELECT f.digest, max(f.size) FROM dossier_file f JOIN dossier d ON d.id = f.dossier
             WHERE f.digest > ?2 AND (d.device = ?1 OR EXISTS (
                 SELECT 1 FROM copy_file c WHERE c.device = ?1 AND c.digest = f.digest AND c.dossier = d.id))
             GROUP BY f.digest ORDER BY f.digest LIMIT ?3"""
    rows = province.db.conn.execute(sql, [device.id, after, DIGESTS_MAX]).fetchall()
    found: list[InventoryFile] = []
    room = INVENTORY_BYTES_MAX
    for digest, size in rows:
        room -= size
        if found and room < 0:
            break
        found.append(InventoryFile(digest, files.found(province.home, digest)))
    return InventoryFiles(tuple(found), more=len(found) < len(rows) or len(rows) == DIGESTS_MAX)
