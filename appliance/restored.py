"""The mark a restore leaves beside the head witness: this database is a copy, so a new life begins before anything is written.

It lies outside the database, and goes when that life is on the disk; a mark that a power cut left over does nothing twice.
"""

from pathlib import Path

import msgspec

from appliance.config import Home
from appliance.durable import sync_folder, write_durably


class Restored(msgspec.Struct, frozen=True):
    """What was restored: the life the copy was writing (hex), and the highest ordinal a life of this box is known to have."""

    inc: str
    above: int


def mark(home: Home, copy: Restored) -> None:
    """Leave the mark durably; done before the copy is put in its place."""
    _path(home).parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    write_durably(_path(home), msgspec.json.encode(copy))


def read(home: Home) -> Restored | None:
    """Give the mark, or None. A torn or foreign file raises msgspec.DecodeError."""
    try:
        return msgspec.json.decode(_path(home).read_bytes(), type=Restored)
    except FileNotFoundError:
        return None


def remove(home: Home) -> None:
    """Take the mark away; harmless when it is gone."""
    _path(home).unlink(missing_ok=True)
    sync_folder(_path(home).parent)


def _path(home: Home) -> Path:
    return home.witness.with_name("restored.json")
