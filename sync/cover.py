"""Which of Litestream's files make a copy of the database: one that holds it whole, and those that continue it.

Looks at names alone. What was there before an erasure is never chosen: the replica's keeper says from where on files are clean.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec
from sqlite_utils.db import Database

from appliance.config import Home
from appliance.durable import write_durably

NAME = re.compile(r"ltx/([1-9])/([0-9a-f]{16})-([0-9a-f]{16})\.ltx")  # Level 0 is one file a second of work: far too many.


@dataclass(frozen=True)
class Ltx:
    """A file of the replica: its name below the life's folder, and the transactions it brings, first to last."""

    name: str
    first: int
    last: int


class Clean(msgspec.Struct, frozen=True):
    """What the keeper saw when it last had the whole database written anew: how many erasures it held, and its last transaction."""

    erasures: int = 0
    last: int = 0


def read_name(name: str) -> Ltx | None:
    """Read a name; None for what is no file of a replica above level 0."""
    found = NAME.fullmatch(name)
    if not found or not 0 < (first := int(found[2], 16)) <= (last := int(found[3], 16)):
        return None
    return Ltx(name, first, last)


def folder(home: Home, inc: str) -> Path:
    """Say where the replica of a life (16 hex digits) lies."""
    return home.replica / inc


def found(home: Home, inc: str) -> list[Ltx]:
    """List the files of a life's replica that a copy may be made of."""
    top = folder(home, inc)
    names = (path.relative_to(top).as_posix() for path in top.glob("ltx/[1-9]/*.ltx"))
    return [one for name in names if (one := read_name(name))]


def choose(files: Iterable[Ltx], clean_from: int) -> list[Ltx]:
    """Choose a base that holds everything up to `clean_from` or beyond, then always the file that continues furthest.

    A file that begins inside what is there already continues it too: it holds whole pages.
    """
    known = list(files)
    chain: list[Ltx] = []
    last = 0
    while going_on := [one for one in known if one.first <= last + 1 and one.last > max(last, 0 if chain else clean_from - 1)]:
        chain.append(max(going_on, key=lambda one: (one.last, one.first, one.name)))
        last = chain[-1].last
    return chain


def erasures(db: Database) -> int:
    """Count the keys that were destroyed here; it only grows."""
    return db.conn.execute("SELECT count(*) FROM dossier_key WHERE destroyed_at IS NOT NULL").fetchone()[0]


def clean(home: Home, inc: str) -> Clean:
    """Read what the keeper noted of a life; nothing was erased before it noted anything. Raises msgspec.DecodeError."""
    try:
        return msgspec.json.decode(_noted(home, inc).read_bytes(), type=Clean)
    except FileNotFoundError:
        return Clean()


def note_clean(home: Home, inc: str, erased: int) -> None:
    """Note that the newest file that holds everything was written when so many erasures were done."""
    whole = [one.last for one in found(home, inc) if one.first == 1]
    write_durably(_noted(home, inc), msgspec.json.encode(Clean(erased, max(whole))))


def _noted(home: Home, inc: str) -> Path:
    return home.replica / f"clean-{inc}.json"
