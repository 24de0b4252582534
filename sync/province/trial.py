"""A device of a test commune: admitted as one before it ever spoke, and forgotten with all it sent. No other one can be.

Receipts stay, so that their numbers are never given twice; they name no person.
"""

from sqlite_utils.db import Database

from sync.province import copies, folding
from sync.province.opened import Province

BY_DEVICE = (
    "dossier_event", "office_fact", "ledger", "life", "granted", "feed_out", "fork_seen", "branch", "speaker", "two_machines",
    "former_certificate", "copy_file", "database_copy",
    "published_to_one", "told_to_one", "key_wanted", "file_wanted", "courier_in", "dossier",
)  # fmt: skip
BY_DOSSIER = ("dossier_file", "dossier_key", "number_used", "handover")


def may_try(province: Province, device: str, unit: str) -> bool:
    """Say whether a device may be admitted for tests: it never sent anything, and no commune works under its unit."""
    sql = """SELECT EXISTS (SELECT 1 FROM device WHERE unit = ?2 AND id <> ?1 AND NOT trial)
                 OR EXISTS (SELECT 1 FROM life l JOIN device d ON d.id = l.device WHERE d.id = ?1 AND NOT d.trial)"""
    return not province.db.conn.execute(sql, [device, unit]).fetchone()[0]


def mark(province: Province, device: str) -> None:
    """Keep that a device was admitted for tests alone."""
    with province.writing() as db:
        db.conn.execute("UPDATE device SET trial = 1 WHERE id = ?", [device])


def forget(province: Province, device: str) -> bool:
    """Remove a test device and all it sent, durably; False when no device was admitted for tests under this id."""
    if not province.db.conn.execute("SELECT 1 FROM device WHERE id = ? AND trial", [device]).fetchone():
        return False
    folding.fold_new(province)
    with province.writing() as db:
        _forget_rows(db, device)
    folding.remove_doomed(province)
    copies.sweep(province, device)
    for part in (province.home.spool / "uploads").glob(f"{device}.*"):
        part.unlink()
    return True


def _forget_rows(db: Database, device: str) -> None:
    for dossier, rid in db.conn.execute("SELECT id, rid FROM dossier WHERE device = ?", [device]).fetchall():
        folding.destroy_key(db, dossier, "")  # Marks its files, which leave the disk afterwards.
        db.conn.execute("DELETE FROM dossier_search WHERE rowid = ?", [rid])
        for table in BY_DOSSIER:
            db.conn.execute(f"DELETE FROM {table} WHERE dossier = ?", [dossier])
    db.conn.execute("DELETE FROM quarantine WHERE n IN (SELECT n FROM ledger WHERE device = ?)", [device])
    for table in BY_DEVICE:
        db.conn.execute(f"DELETE FROM {table} WHERE device = ?", [device])
    db.conn.execute("DELETE FROM device WHERE id = ?", [device])
    # Numbers of arrival are given again from the highest that is left: what comes next must not count as folded.
    db.conn.execute("UPDATE folded SET n = min(n, (SELECT coalesce(max(n), 0) FROM ledger))")
