"""Files that the ledger names and that are not here, after a restore: listed once the lost events are back, and fetched in chunks.

A file is kept only when its bytes are what its name says. One that the province has not either is shown to a person.
"""

from pathlib import Path

from appliance import comparing, files, ledger
from appliance.box import Box
from appliance.comparing import What
from appliance.crash import crash_here
from appliance.errors import Refused
from appliance.ledger import Act
from sync.protocol import CHUNK_BYTES_MIN
from sync.sender import Sender

BATCH_FILES = 16  # After so many the agent looks whether new events want to go first.
PART_BYTES = 4 * CHUNK_BYTES_MIN
LOOKED = "files_looked_at"  # Name in sync_state: the life in which the files were counted.


def fetch_some(sender: Sender) -> int:
    """Fetch the next missing files, at most a batch; gives how many were settled. Raises Refused, LineDown."""
    _look(sender.box)
    sql = "SELECT digest, size FROM file_lost WHERE gone = 0 ORDER BY size, digest LIMIT ?"
    wanted = sender.box.db.conn.execute(sql, [BATCH_FILES]).fetchall()
    for digest, size in wanted:
        _settle(sender.box, digest, fetch(sender, digest, size))
    return len(wanted)


def ask_again(box: Box) -> None:
    """Let files that the province had not got either be asked for once more: another machine may have brought them since."""
    if box.db.conn.execute("SELECT 1 FROM file_lost WHERE gone = 1 LIMIT 1").fetchone():
        with box.writing() as act:
            act.db.conn.execute("UPDATE file_lost SET gone = 0")


def _look(box: Box) -> None:
    """Count the missing files once in a life that began after a loss, when the lost events are back."""
    life = ledger.incarnation(box.db)
    looked = box.db.conn.execute("SELECT value FROM sync_state WHERE name = ?", [LOOKED]).fetchone()
    if life.parent is None or comparing.awaiting(box.db) or (looked and looked[0] == life.inc.hex()):
        return
    named = box.db.conn.execute("SELECT digest, max(size) FROM dossier_file GROUP BY digest").fetchall()
    missing = [(digest, size) for digest, size in named if not files.has(box.home, digest)]
    with box.writing() as act:
        act.db.conn.executemany("INSERT OR IGNORE INTO file_lost (digest, size, gone) VALUES (?, ?, 0)", missing)
        act.db.conn.execute("INSERT OR REPLACE INTO sync_state (name, value) VALUES (?, ?)", [LOOKED, life.inc.hex()])


def fetch(sender: Sender, digest: str, size: int) -> bool:
    """Bring one file here, from where an earlier try ended; says whether the province has it."""
    part = _part(sender.box, digest)
    part.parent.mkdir(parents=True, exist_ok=True)
    whole_from_there = not part.exists()
    try:
        while not files.has(sender.box.home, digest):
            offset = part.stat().st_size if part.exists() else 0
            if offset < size:
                with part.open("ab") as out:
                    out.write(sender.wire.file_part(digest, offset, PART_BYTES))
                crash_here("agent_in_file_back")
            elif files.put_checked(sender.box.home, part, digest):
                crash_here("agent_after_file_back")
            else:
                part.unlink()
                if whole_from_there:
                    return False  # Damaged there too: the comparison of both sides says where.
                whole_from_there = True  # A power cut may have torn what an earlier try left: once more from the beginning.
    except Refused as refused:
        if refused.code not in ("file_missing", "file_not_named"):
            raise
        return False
    return True


def _settle(box: Box, digest: str, found: bool) -> None:
    with box.writing() as act:
        if found:
            act.db.conn.execute("DELETE FROM file_lost WHERE digest = ?", [digest])
            comparing.withdraw(act, What.FILE_GONE, digest)
        else:
            act.db.conn.execute("UPDATE file_lost SET gone = 1 WHERE digest = ?", [digest])
            _tell(act, digest)


def _tell(act: Act, digest: str) -> None:
    sql = "SELECT dossier FROM dossier_file WHERE digest = ? ORDER BY dossier"
    for (dossier,) in act.db.conn.execute(sql, [digest]).fetchall():
        comparing.note(act, What.FILE_GONE, digest, dossier)


def _part(box: Box, digest: str) -> Path:
    return box.home.spool / "back" / digest
