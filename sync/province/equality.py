"""Whether a device's dossiers hold here what they hold there: digests to compare, narrowing to dossiers, folding again when asked.

Digests are worked out from the rows at the moment of asking. What is folded again is made of the ledger here, which stays as it is.
"""

from collections.abc import Collection

from sqlite_utils.db import Database

from appliance import chain, contents, database, events, files
from appliance.chain import Head
from appliance.contents import RULES, Contents, at_of, bucket_of, digest_of, owned
from appliance.ids import device_bytes
from appliance.ledger import key_of
from sync.protocol import DIGESTS_MAX, ROWS_MAX, Buckets, ContentsAnswer, FoldedAgain, Rows, WhyUnequal
from sync.province import feed_out, folding
from sync.province import store_sqlite as store
from sync.province.opened import Province
from sync.province.store_sqlite import Device, Received

LEDGER = "ledger l ON l.device = e.device AND l.inc = e.inc AND l.seq = e.seq"


def whole(province: Province, device: Device) -> ContentsAnswer:
    """Give the digest of everything, and the files that living dossiers name and that are not here."""
    folding.fold_new(province)
    with database.reading(province.db) as db:
        here = _contents(db, device)
        missing = tuple(digest for digest in _named(db, device) if not files.has(province.home, digest))
    return ContentsAnswer(RULES, here.at, len(here.digests), here.digest, missing[:DIGESTS_MAX])


def buckets(province: Province, device: Device) -> Buckets:
    """Give the digests of all buckets."""
    with database.reading(province.db) as db:
        here = _contents(db, device)
    return Buckets(here.at, "".join(one[: contents.SHORT].hex() for one in here.buckets))


def rows(province: Province, device: Device, bucket: int, after: str) -> Rows:
    """Give the next dossiers of a bucket with their digests, in order of id."""
    with database.reading(province.db) as db:
        found = sorted(one for one in owned(db, device.id) if bucket_of(one) == bucket and one > after)
        told = {dossier: digest_of(db, LEDGER, device.id, dossier)[: contents.SHORT].hex() for dossier in found[:ROWS_MAX]}
        return Rows(_at(db, device), told, more=len(found) > ROWS_MAX)


def fold_again(province: Province, device: Device, dossiers: Collection[str]) -> FoldedAgain:
    """Make the rows of some of the device's dossiers anew; says of each that cannot be made whole here why."""
    folding.fold_new(province)
    with province.writing() as db:
        why = {dossier: str(found) for dossier in dossiers if (found := _again(db, device, dossier))}
        return FoldedAgain(_at(db, device), why)


def _again(db: Database, device: Device, dossier: str) -> WhyUnequal | None:
    held = store.events_of_dossier(db, dossier)
    if device.id not in {one.device for one in held}:
        return WhyUnequal.OF_ANOTHER
    if not all(_fits(db, one) for one in held):
        return WhyUnequal.DAMAGED_THERE
    folding.fold_again(db, dossier)
    if any(events.decode(one.data).p for one in held) and key_of(db, dossier) is None and not store.key_is_destroyed(db, dossier):
        return WhyUnequal.KEY_WANTED
    return WhyUnequal.SET_ASIDE if _set_aside(db, device, dossier) else None


def _fits(db: Database, one: Received) -> bool:
    previous = store.digest_at(db, one.device, one.inc, one.seq - 1) or b""
    return chain.digest_of(device_bytes(one.device), one.inc, one.seq, previous, one.data) == one.digest


def _set_aside(db: Database, device: Device, dossier: str) -> bool:
    sql = "SELECT 1 FROM quarantine q JOIN ledger l ON l.n = q.n WHERE l.dossier = ? AND l.device = ?"
    return db.conn.execute(sql, [dossier, device.id]).fetchone() is not None


def _contents(db: Database, device: Device) -> Contents:
    return contents.contents(db, LEDGER, device.id, _at(db, device))


def _at(db: Database, device: Device) -> str:
    marks = (store.head(db, device.id, life.inc) for life in store.lives(db, device.id))
    heads = (Head(bytes.fromhex(mark.inc), mark.seq, bytes.fromhex(mark.digest)) for mark in marks)
    return at_of(heads, feed_out.position(db, device.id))


def _named(db: Database, device: Device) -> list[str]:
    sql = "SELECT DISTINCT f.digest FROM dossier_file f JOIN dossier d ON d.id = f.dossier WHERE d.device = ? ORDER BY f.digest"
    return [row[0] for row in db.conn.execute(sql, [device.id])]
