"""Files that events name and that have not come yet, so that a page can count them without walking the disk.

Only counted: what is taken in is decided by the events alone. A row left over by a crash goes when the device asks about the file.
"""

from collections.abc import Collection

from sqlite_utils.db import Database

from appliance import clock, files
from appliance.events import Event
from sync.province.opened import Province

COUNTED_MAX = 1_000  # Beyond that a page says "more than".


def note(province: Province, db: Database, device: str, event: Event) -> None:
    """Note the files of an event that are not here, inside the caller's transaction."""
    away = [file.s for file in event.x if not files.has(province.home, file.s)]
    sql = "INSERT OR IGNORE INTO file_wanted (device, digest, since) VALUES (?, ?, ?)"
    db.conn.executemany(sql, [(device, digest, clock.stamp()) for digest in away])


def came(province: Province, digests: Collection[str]) -> None:
    """Note that files are here. Writes only where that is news."""
    marks = ",".join("?" * len(digests))
    if province.db.conn.execute(f"SELECT 1 FROM file_wanted WHERE digest IN ({marks}) LIMIT 1", [*digests]).fetchone():
        with province.writing() as db:
            db.conn.execute(f"DELETE FROM file_wanted WHERE digest IN ({marks})", [*digests])


def away(db: Database, device: str) -> tuple[int, str | None]:
    """Count a device's files that a living dossier names and that are not here (at most COUNTED_MAX + 1), and since when."""
    sql = """SELECT count(*), min(since) FROM (
                 SELECT since FROM file_wanted w
                 WHERE device = ? AND EXISTS (SELECT 1 FROM dossier_file f WHERE f.digest = w.digest)
                 ORDER BY since LIMIT ?)"""
    return db.conn.execute(sql, [device, COUNTED_MAX + 1]).fetchone()
