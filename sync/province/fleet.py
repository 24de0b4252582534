"""How every device stands at the province: head, receipts, what is on its way, what was set aside, which forks were seen.

Reads only; each device costs a handful of index look-ups, however many events it sent.
"""

from dataclasses import dataclass
from typing import Any

import msgspec
from sqlite_utils.db import Database

from sync.protocol import Statement
from sync.province import copies, forks, wanted
from sync.province.opened import Province
from sync.statements import Receipt

DEVICES_MAX = 500
TROUBLES_MAX = 100
NO_FORK = (0, None)


@dataclass(frozen=True)
class Standing:
    """How one device stands: its newest life, how far its ledger is held, what was last acknowledged, and what is amiss.

    Times are UTC text. `heard_at` is exact to half a day: a hello alone leaves a trace only that often.
    """

    device: str
    unit: str
    name: str
    enrolled_at: str
    revoked_at: str | None
    inc_no: int | None  # None while it has never said hello
    seq: int
    digest: str
    events: int
    receipt: int | None
    receipt_at: str | None
    heard_at: str | None
    files_away: int
    files_since: str | None
    keys_away: int
    set_aside: int
    forks: int
    fork_at: str | None = None  # when the newest was seen
    healed: bool = False  # a life that began after it is held
    two_machines: bool = False
    copy_until: str | None = None  # up to when the newest whole copy of its database holds
    branches: int = 0  # events of branches that are kept as they came and belong to nothing


@dataclass(frozen=True)
class SetAside:
    """An event that is held and could not be read into the rows: its place, its kind, the code of the reason."""

    inc_no: int
    seq: int
    kind: str
    dossier: str
    reason: str
    at: str


@dataclass(frozen=True)
class Fork:
    """Another history that a device showed: in which life, from which number on, how often."""

    inc_no: int | None  # None for a life that was refused whole
    seq: int
    times: int
    first_at: str
    last_at: str


NEWEST_RECEIPT = "SELECT max(seq) FROM receipt_given r WHERE r.device = l.device AND r.inc = l.inc"
HEAD = "SELECT max(seq) FROM ledger e WHERE e.device = l.device AND e.inc = l.inc"


def fleet(province: Province) -> list[Standing]:
    """Say how every device stands, by name."""
    sql = "SELECT id, unit, name, enrolled_at, revoked_at FROM device ORDER BY name, id LIMIT ?"
    found = province.db.conn.execute(sql, [DEVICES_MAX]).fetchall()
    aside, seen = _set_aside_by_device(province.db), _forks_by_device(province.db)
    return [_standing(province, row, aside.get(row[0], 0), seen.get(row[0], NO_FORK)) for row in found]


def names(db: Database) -> list[tuple[str, str]]:
    """List devices with their communes' names."""
    return db.conn.execute("SELECT id, name FROM device ORDER BY name, id LIMIT ?", [DEVICES_MAX]).fetchall()


def standing(province: Province, device: str) -> Standing | None:
    """Say how one device stands."""
    sql = "SELECT id, unit, name, enrolled_at, revoked_at FROM device WHERE id = ?"
    row = province.db.conn.execute(sql, [device]).fetchone()
    if row is None:
        return None
    aside, seen = _set_aside_by_device(province.db), _forks_by_device(province.db)
    return _standing(province, row, aside.get(device, 0), seen.get(device, NO_FORK))


def _standing(province: Province, row: tuple[Any, ...], aside: int, seen: tuple[int, str | None]) -> Standing:
    db, (device, unit, name, enrolled_at, revoked_at) = province.db, row
    sql = f"SELECT inc, inc_no, seen_at, coalesce(({HEAD}), 0), ({NEWEST_RECEIPT}) FROM life l WHERE device = ? ORDER BY inc_no"
    lives = db.conn.execute(sql, [device]).fetchall()
    number, receipt_at = max((_receipt(db, device, inc, seq) for inc, *_, seq in lives if seq), default=(None, None))
    inc, inc_no, seq = (bytes(lives[-1][0]), lives[-1][1], lives[-1][3]) if lives else (b"", None, 0)
    away, since = wanted.away(db, device)
    heard = [at for at in (receipt_at, _told_time(db, device), *(life[2] for life in lives)) if at] if lives else []
    return Standing(
        device=device,
        unit=unit,
        name=name,
        enrolled_at=enrolled_at,
        revoked_at=revoked_at,
        inc_no=inc_no,
        seq=seq,
        digest=_digest(db, device, inc, seq),
        events=sum(life[3] for life in lives),  # A chain has no holes: its last number is how many there are.
        receipt=number,
        receipt_at=receipt_at,
        heard_at=max(heard, default=None),
        files_away=away,
        files_since=since,
        keys_away=_keys_away(db, device),
        set_aside=aside,
        forks=seen[0],
        fork_at=seen[1],
        healed=bool(seen[1] and len(lives) > 1 and lives[-1][2] > seen[1] and lives[-1][3]),
        two_machines=forks.are_two(db, device),
        copy_until=copies.whole_until(db, device),
        branches=_branches(db, device),
    )


def _receipt(db: Database, device: str, inc: bytes, seq: int) -> tuple[int, str]:
    sql = "SELECT number, bytes FROM receipt_given WHERE device = ? AND inc = ? AND seq = ?"
    number, data = db.conn.execute(sql, [device, inc, seq]).fetchone()
    said = msgspec.json.decode(msgspec.json.decode(bytes(data), type=Statement).body, type=Receipt)
    return number, said.received_at


def _told_time(db: Database, device: str) -> str | None:
    sql = "SELECT at FROM feed_out WHERE device = ? AND kind = 'time.signed' ORDER BY n DESC LIMIT 1"
    row = db.conn.execute(sql, [device]).fetchone()
    return row[0] if row else None


def _digest(db: Database, device: str, inc: bytes, seq: int) -> str:
    sql = "SELECT digest FROM ledger WHERE device = ? AND inc = ? AND seq = ?"
    row = db.conn.execute(sql, [device, inc, seq]).fetchone()
    return bytes(row[0]).hex() if row else ""


def _keys_away(db: Database, device: str) -> int:
    return db.conn.execute("SELECT count(*) FROM key_wanted WHERE device = ?", [device]).fetchone()[0]


def _set_aside_by_device(db: Database) -> dict[str, int]:
    sql = "SELECT l.device, count(*) FROM quarantine q JOIN ledger l ON l.n = q.n GROUP BY l.device"
    return dict(db.conn.execute(sql).fetchall())


def _forks_by_device(db: Database) -> dict[str, tuple[int, str]]:
    sql = "SELECT device, sum(times), max(last_at) FROM fork_seen GROUP BY device"
    return {device: (times, at) for device, times, at in db.conn.execute(sql).fetchall()}


def _branches(db: Database, device: str) -> int:
    """Count the events of branches in quarantine; pieces that overlap are counted once where they begin alike."""
    sql = "SELECT coalesce(sum(n), 0) FROM (SELECT max(last) - first + 1 AS n FROM branch WHERE device = ? GROUP BY inc, first)"
    return db.conn.execute(sql, [device]).fetchone()[0]


def set_aside(db: Database, device: str) -> list[SetAside]:
    """List a device's events that could not be read into the rows, newest first."""
    sql = """SELECT i.inc_no, l.seq, l.kind, l.dossier, q.reason, q.at
             FROM quarantine q JOIN ledger l ON l.n = q.n JOIN life i ON i.device = l.device AND i.inc = l.inc
             WHERE l.device = ? ORDER BY q.n DESC LIMIT ?"""
    rows = db.conn.execute(sql, [device, TROUBLES_MAX]).fetchall()
    return [SetAside(*row) for row in rows]


def forks_seen(db: Database, device: str) -> list[Fork]:
    """List the other histories that a device showed, newest first."""
    sql = """SELECT (SELECT inc_no FROM life i WHERE i.device = f.device AND i.inc = f.inc), seq, times, first_at, last_at
             FROM fork_seen f WHERE device = ? ORDER BY last_at DESC LIMIT ?"""
    return [Fork(*row) for row in db.conn.execute(sql, [device, TROUBLES_MAX]).fetchall()]
