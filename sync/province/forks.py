"""Two histories under one key: what the province remembers of them, and the facts by which it tells two machines from one.

A process makes its `session` in memory, so a copy of a disk never has it, and says which answer it heard last. A session that heard
an answer given after a younger session had begun was alive beside it, where that one heard an answer too: two machines. That is
proof; no time is waited for. A hello that the line kept back until its process was gone never hears its answer.
"""

import msgspec
from sqlite_utils.db import Database

from appliance import clock, events
from appliance.errors import Refused
from sync.protocol import Hello, HelloAnswer, Why
from sync.province import store_sqlite as store
from sync.province.store_sqlite import Device
from sync.segments import Segment

SESSIONS_MAX = 32  # The newest of a device; a box that is started anew makes one.
BRANCH_BYTES_MAX = 64 * 1024 * 1024  # Of one device; what comes beyond is refused as before, and not kept.
DELIBERATE = "restored"  # Reason of a life that a technician began: whatever box wrote before is replaced, not a second one.


def heard(db: Database, device: Device, said: Hello, answer: HelloAnswer) -> int:
    """Note who speaks, and the proof that two machines do; gives the number of this answer. An end that says no session gets 0."""
    if not said.session or _is_replaced(db, device, answer):
        return 0
    number = 1 + (db.conn.execute("SELECT max(last) FROM speaker WHERE device = ?", [device.id]).fetchone()[0] or 0)
    inc, at = bytes.fromhex(said.life.inc), clock.stamp()
    db.conn.execute(
        """INSERT INTO speaker (device, session, first, last, inc, at, heard) VALUES (?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (device, session) DO UPDATE SET
               last = excluded.last, inc = excluded.inc, at = excluded.at, heard = max(heard, excluded.heard)""",
        [device.id, said.session, number, number, inc, at, said.heard],
    )
    for older, younger in _alive_together(db, device, said.session):
        sql = "INSERT OR IGNORE INTO two_machines (device, one, two, since) VALUES (?, ?, ?, ?)"
        db.conn.execute(sql, [device.id, older, younger, at])
    _forget_old(db, device)
    return number


def _is_replaced(db: Database, device: Device, answer: HelloAnswer) -> bool:
    """Say whether the device is told that a technician replaced it: it does not count as a second machine at work."""
    if answer.why != Why.REPLACED:
        return False
    sql = """SELECT l.bytes FROM life i LEFT JOIN ledger l ON l.device = i.device AND l.inc = i.inc AND l.seq = 1
             WHERE i.device = ? ORDER BY i.inc_no DESC LIMIT 1"""
    first = db.conn.execute(sql, [device.id]).fetchone()[0]
    return first is None or events.decode(bytes(first)).d.get("reason") == DELIBERATE


def _alive_together(db: Database, device: Device, session: str) -> list[tuple[str, str]]:
    sql = """SELECT o.session, y.session FROM speaker o JOIN speaker y ON y.device = o.device AND y.first > o.first
             WHERE o.device = ?1 AND ?2 IN (o.session, y.session) AND o.heard >= y.first AND y.heard >= y.first
             ORDER BY o.first, y.first LIMIT 1"""
    return db.conn.execute(sql, [device.id, session]).fetchall()


def _forget_old(db: Database, device: Device) -> None:
    sql = """DELETE FROM speaker WHERE device = ?1 AND session NOT IN
             (SELECT session FROM speaker WHERE device = ?1 ORDER BY last DESC LIMIT ?2)"""
    db.conn.execute(sql, [device.id, SESSIONS_MAX])


def are_two(db: Database, device: str) -> bool:
    """Say whether two machines were seen with this device's key and no operator has chosen one yet."""
    return db.conn.execute("SELECT 1 FROM two_machines WHERE device = ? AND settled_at IS NULL", [device]).fetchone() is not None


def must_be_one(db: Database, device: Device) -> None:
    """Refuse to take anything in while two machines speak, by whatever way it comes. Raises Refused `sync_two_machines`."""
    if are_two(db, device.id):
        raise Refused("sync_two_machines")


def chosen(db: Database, device: str, fingerprint: str) -> None:
    """Take a renewed certificate as the operator's choice of the one machine that goes on; the one it replaces is kept in mind."""
    at = clock.stamp()
    db.conn.execute(
        """INSERT OR REPLACE INTO former_certificate (tls_fp, device, until, newest)
           VALUES (?1, ?2, ?3, (SELECT coalesce(max(inc_no), 0) FROM life WHERE device = ?2))""",
        [fingerprint, device, at],
    )
    db.conn.execute("UPDATE two_machines SET settled_at = ? WHERE device = ? AND settled_at IS NULL", [at, device])
    db.conn.execute("DELETE FROM speaker WHERE device = ?", [device])


def was_replaced(db: Database, fingerprint: str) -> bool:
    """Say whether a certificate was a device's before a newer one was given."""
    return db.conn.execute("SELECT 1 FROM former_certificate WHERE tls_fp = ?", [fingerprint]).fetchone() is not None


def keep_branch(db: Database, device: Device, segment: Segment, packed: bytes) -> None:
    """Keep a segment of the branch that came second, as it came: signed by the device, part of nothing, folded by nobody."""
    held = db.conn.execute("SELECT coalesce(sum(length(bytes)), 0) FROM branch WHERE device = ?", [device.id]).fetchone()[0]
    if held + len(packed) > BRANCH_BYTES_MAX:
        return
    db.conn.execute(
        "INSERT OR IGNORE INTO branch (device, inc, first, last, head, at, bytes) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [device.id, segment.inc, segment.first, segment.last, segment.digests[-1], clock.stamp(), packed],
    )


def refusal_facts(db: Database, device: Device) -> dict[str, object]:
    """Give what a device needs to heal a fork that only its segment showed; nothing while two machines speak."""
    if are_two(db, device.id):
        return {"why": str(Why.TWO_MACHINES)}
    return {"why": str(Why.FORKED), "lives": msgspec.to_builtins(store.holding(db, device.id).lives)}
