"""Files that events name and that have not come yet, so that a page can count them without walking the disk.

Only counted: what is taken in is decided by the events alone. After a crash a row may outlive its file's coming; readers look.
"""

from itertools import islice

from sqlite_utils.db import Database

from appliance import clock, files
from appliance.events import Event
from sync.province.opened import Province

COUNTED_MAX = 1_000  # Files of one device that are looked for on the disk; beyond that a page says "more than".


def note(province: Province, db: Database, device: str, event: Event) -> None:
    """Note the files of an event that are not here, inside the caller's transaction."""
    away = [file.s for file in event.x if not files.has(province.home, file.s)]
    sql = "INSERT OR IGNORE INTO file_wanted (device, digest, since) VALUES (?, ?, ?)"
    db.conn.executemany(sql, [(device, digest, clock.stamp()) for digest in away])


def came(province: Province, digest: str) -> None:
    """Note that a file is here."""
    with province.writing() as db:
        db.conn.execute("DELETE FROM file_wanted WHERE digest = ?", [digest])


def away(province: Province, device: str) -> tuple[int, str | None]:
    """Count a device's files that a living dossier names and that are not here (at most COUNTED_MAX + 1), and since when."""
    sql = """SELECT digest, since FROM file_wanted w WHERE device = ?
             AND EXISTS (SELECT 1 FROM dossier_file f WHERE f.digest = w.digest)"""
    rows = province.db.conn.execute(sql, [device])
    missing = ((digest, since) for digest, since in rows if not files.has(province.home, digest))
    found = list(islice(missing, COUNTED_MAX + 1))
    return len(found), min((since for _, since in found), default=None)
