"""What a box remembers of its bundles: numbers, series of sticks, what each one carries, what the newest answer asks for."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec
import pyrage
from sqlite_utils.db import Database

from appliance.box import Box
from appliance.config import Home
from appliance.durable import write_durably
from sync.courier.layout import Answer, Manifest
from sync.protocol import HelloAnswer

LISTED_MAX = 20
LIFE, KEY, FILE = "life", "key", "file"
Carried = tuple[str, str, str]  # kind, what, detail


@dataclass(frozen=True)
class Bundle:
    """A bundle that was written to its end: `part` of a series, `last` when nothing was left out; `said` is its answer."""

    number: int
    part: int
    last: bool
    name: str
    made_at: str
    events: int
    files: int
    size: int
    answered_at: str | None
    said: Answer | None


@dataclass(frozen=True)
class Series:
    """Where the next bundle stands: its number and part, what the sticks before it in the series carry."""

    number: int
    part: int
    lives: dict[str, int]  # life: number of the last event carried
    files: frozenset[str]


BUNDLE = "SELECT number, part, last, name, made_at, events, files, bytes AS size, answered_at, said FROM courier_bundle"


def identity(home: Home) -> pyrage.x25519.Identity:
    """Give the box's own age identity that answers are sealed to; made with the first bundle, never leaves the home."""
    path = home.keys / "courier.age"
    if not path.exists():
        write_durably(path, str(pyrage.x25519.Identity.generate()).encode(), mode=0o600)
    return pyrage.x25519.Identity.from_str(path.read_text().strip())


def bundles(db: Database) -> list[Bundle]:
    """List the newest bundles, newest first."""
    rows = db.query(f"{BUNDLE} WHERE written_at IS NOT NULL ORDER BY number DESC LIMIT ?", [LISTED_MAX])
    return [_bundle(row) for row in rows]


def _bundle(row: dict[str, Any]) -> Bundle:
    said = msgspec.json.decode(row["said"], type=Answer) if row["said"] else None
    return Bundle(**row | {"last": bool(row["last"]), "said": said})


def next_of(db: Database, again: bool) -> Series:
    """Say where the next bundle stands: it goes on with a series that is not at its end and not answered, else begins one."""
    newest = next(iter(bundles(db)), None)
    number = newest.number + 1 if newest else 1
    if again or newest is None or newest.last or newest.answered_at:
        return Series(number, 1, {}, frozenset())
    sql = "SELECT kind, what, detail FROM courier_carried WHERE number BETWEEN ? AND ? ORDER BY number"
    carried = db.conn.execute(sql, [newest.number - newest.part + 1, newest.number]).fetchall()
    lives = {what: int(detail) for kind, what, detail in carried if kind == LIFE}
    return Series(number, newest.part + 1, lives, frozenset(what for kind, what, _ in carried if kind == FILE))


def begin(box: Box, manifest: Manifest, id: str, name: str, carried: Iterable[Carried], counts: tuple[int, int, int]) -> None:
    """Write down a bundle before it is written to a stick. One that never got its name is forgotten here."""
    with box.writing() as act:
        act.db.conn.execute("DELETE FROM courier_carried WHERE number >= ?", [manifest.number])
        act.db.conn.execute("DELETE FROM courier_bundle WHERE number >= ?", [manifest.number])
        act.db.conn.execute(
            """INSERT INTO courier_bundle (number, part, last, id, name, made_at, events, files, bytes)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            [manifest.number, manifest.part, manifest.last, id, name, manifest.made_at, *counts],
        )
        sql = "INSERT INTO courier_carried (number, kind, what, detail) VALUES (?, ?, ?, ?)"
        act.db.conn.executemany(sql, [(manifest.number, *one) for one in carried])


def written(box: Box, number: int, size: int) -> None:
    """Note that a bundle bears its name on the stick."""
    with box.writing() as act:
        sql = "UPDATE courier_bundle SET written_at = ?, bytes = ? WHERE number = ?"
        act.db.conn.execute(sql, [act.reading.at, size, number])


def answered(box: Box, number: int, id: str, answer: Answer) -> bool:
    """Keep an answer, and what it asks for unless a newer one has come; says whether it was the newest."""
    with box.writing() as act:
        conn = act.db.conn
        newest = conn.execute("SELECT max(number) FROM courier_bundle WHERE answered_at IS NOT NULL").fetchone()[0] or 0
        sql = "UPDATE courier_bundle SET answered_at = ?, said = ? WHERE number = ? AND id = ?"
        conn.execute(sql, [act.reading.at, msgspec.json.encode(answer), number, id])
        if number < newest:
            return False
        conn.execute("DELETE FROM courier_wish")
        conn.executemany("INSERT OR IGNORE INTO courier_wish (kind, what, after) VALUES (?, ?, ?)", wishes_of(answer))
        return True


def wishes_of(answer: Answer) -> list[tuple[str, str, int]]:
    """List what an answer asks for. A life is asked for from where the province holds it."""
    keys = {dossier for life in answer.lives for dossier in life.keys_wanted}
    lives = [mark for life in answer.lives if (mark := _lacks(life))]
    return [
        *((KEY, dossier, 0) for dossier in sorted(keys)),
        *((FILE, file.digest, 0) for file in answer.missing),
        *((LIFE, inc, after) for inc, after in lives),
    ]


def _lacks(life: HelloAnswer) -> tuple[str, int] | None:
    if life.need:
        return life.need, 0
    return (life.have.inc, life.have.seq) if life.have else None


def wishes(db: Database, kind: str) -> dict[str, int]:
    """Give what the newest answer asks for of a kind: what, and after which number."""
    return dict(db.conn.execute("SELECT what, after FROM courier_wish WHERE kind = ?", [kind]).fetchall())


def keys_of(db: Database, number: int, id: str, entries: Iterable[str]) -> list[tuple[str, str, bool]]:
    """List the keys (dossier, key id, destroyed) that some entries of a bundle carry."""
    sql = """SELECT what, detail FROM courier_carried c JOIN courier_bundle b ON b.number = c.number
             WHERE c.number = ? AND b.id = ? AND kind = ?"""
    taken = set(entries)
    rows = [(dossier, detail.split()) for dossier, detail in db.conn.execute(sql, [number, id, KEY]).fetchall()]
    return [(dossier, key_id, destroyed == "1") for dossier, (entry, key_id, destroyed) in rows if entry in taken]
