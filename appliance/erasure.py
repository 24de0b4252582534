"""Erasing a person: one event, the dossier's key destroyed, rows folded without the person, files and derived images deleted.

The chain still verifies. The bytes also leave the WAL; replicas forget when their retention ends, and the page says when.
Basis: Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15.
"""

import shutil
from pathlib import Path

from sqlite_utils.db import Database
from sqlite_utils.utils import sqlite3

from appliance import colleagues, database, files
from appliance.box import Box
from appliance.config import Home
from appliance.ledger import Act

SHRINK_WAIT_MS = 500
REPLICA_RETENTION_DAYS = 30  # Litestream's snapshot retention in the box's own configuration.


def erase(box: Box, dossier: str, actor: str, basis: str) -> None:
    """Erase the persons of a dossier for good. Raises Refused `dossier_unknown`. Doing it twice changes nothing more."""
    with box.writing() as act:
        doomed = forget(act, dossier)
        act.record("dossier.erased", actor=actor, dossier=dossier, clear={"basis": basis})
        owe(box.home)
    for digest in doomed:
        files.remove(box.home, digest)
    clear_derived(box.home)
    shrink(box.home)


def forget(act: Act, dossier: str) -> list[str]:
    """Destroy the key, drop what screens and drafts kept, and give the digests of files that now belong to nobody."""
    forget_key(act.db, dossier, act.reading.at)
    act.db.conn.execute("DELETE FROM job WHERE subject = ?", [dossier])
    colleagues.forget(act.db, dossier)
    act.db.conn.execute("DELETE FROM extension_draft WHERE dossier = ?", [dossier])
    act.db.conn.execute("DELETE FROM news WHERE dossier = ?", [dossier])
    return forget_files(act.db, dossier)


def forget_key(db: Database, dossier: str, at: str) -> None:
    """Destroy the dossier's key for good, also one that never came here; the row stays to say since when."""
    sql = """INSERT INTO dossier_key (dossier, key_id, secret, made_at, destroyed_at) VALUES (?, '', NULL, ?, ?)
             ON CONFLICT (dossier) DO UPDATE SET secret = NULL, destroyed_at = coalesce(destroyed_at, excluded.destroyed_at)"""
    db.conn.execute(sql, [dossier, at, at])


def forget_files(db: Database, dossier: str) -> list[str]:
    """Say which files of the dossier no other dossier names."""
    sql = """SELECT digest FROM dossier_file WHERE dossier = ?
             AND digest NOT IN (SELECT digest FROM dossier_file WHERE dossier <> ?)"""
    return [row[0] for row in db.conn.execute(sql, [dossier, dossier]).fetchall()]


def clear_derived(home: Home) -> None:
    """Delete all derived images; they are made again when looked at."""
    for path in home.cache.iterdir() if home.cache.exists() else ():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def owed(home: Home) -> Path:
    """Name the mark that says: erased words are still in the WAL, because something held it."""
    return home.run / "wal-holds-erased"


def owe(home: Home) -> None:
    """Leave the mark before the erasure is committed: a power cut between the two must not leave the words for good."""
    owed(home).touch()


def shrink(home: Home) -> bool:
    """Merge the search index (deleted words stay in it until then) and empty the WAL, so that erased bytes are gone.

    Never waits long: a WAL that Litestream holds is left with a mark, and the replica's keeper does it between two runs.
    Says whether it is done.
    """
    owe(home)
    db = database.connect(home.database)
    db.conn.execute(f"PRAGMA busy_timeout={SHRINK_WAIT_MS}")
    try:
        db.conn.execute("INSERT INTO dossier_search (dossier_search) VALUES ('optimize')")
        busy = db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except sqlite3.OperationalError:
        busy = 1
    finally:
        db.conn.close()
    if not busy:
        owed(home).unlink(missing_ok=True)
    return not busy
