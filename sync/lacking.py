"""Files that the rows of one end name and that do not lie there: marked, so that the ordinary ways bring or send them again."""

from collections.abc import Collection

import msgspec

from appliance import files
from appliance.box import Box
from sync import progress
from sync.progress import Named

_named = msgspec.json.Decoder(Named).decode


def fetch(box: Box) -> int:
    """Mark the files that are named and not here; they are fetched as after a restore. Gives how many were not known."""
    named = box.db.conn.execute("SELECT digest, max(size) FROM dossier_file GROUP BY digest").fetchall()
    known = {row[0] for row in box.db.conn.execute("SELECT digest FROM file_lost")}
    missing = [(digest, size) for digest, size in named if digest not in known and not files.has(box.home, digest)]
    if missing:
        with box.writing() as act:
            act.db.conn.executemany("INSERT OR IGNORE INTO file_lost (digest, size, gone) VALUES (?, ?, 0)", missing)
    return len(missing)


def send_again(box: Box, missing: Collection[str]) -> int:
    """Let files that were confirmed and that the province lacks all the same go again; gives how many. Others stay confirmed."""
    cursor = progress.cursor_at(box.db, "files")
    lacked = {digest for digest in missing if files.has(box.home, digest)}
    sql = "SELECT n, bytes FROM event WHERE n <= ? ORDER BY n"
    named = [(n, {file.s for file in _named(bytes(data)).x}) for n, data in box.db.conn.execute(sql, [cursor])]
    first = next((n for n, digests in named if digests & lacked), None)
    if first is None:
        return 0  # On their way, or of nobody.
    sent = {digest for n, digests in named if n >= first for digest in digests}
    with box.writing() as act:
        progress.move_cursor(act.db, "files", first - 1)
        act.db.conn.executemany("INSERT OR IGNORE INTO file_sent (digest) VALUES (?)", [[one] for one in sorted(sent - lacked)])
        act.db.conn.executemany("DELETE FROM file_sent WHERE digest = ?", [[one] for one in sorted(sent & lacked)])
    return len(sent & lacked)
