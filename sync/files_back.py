"""Files that the ledger names and that are not here, after a restore: listed once the lost events are back, and fetched in chunks.

A file is kept only when its bytes are what its name says. One that the province has not either is shown to a person. Those that the
counter needs now come first and at once; the others keep to the hours' budget, as files that go out do.
"""

from collections.abc import Callable
from pathlib import Path

import msgspec

from appliance import clock, comparing, files, ledger
from appliance.box import Box
from appliance.comparing import What
from appliance.crash import crash_here
from appliance.errors import Refused
from appliance.ledger import Act
from sync import budget, file_classes
from sync.carrying import FilesOut
from sync.protocol import CHUNK_BYTES_MIN
from sync.sender import Sender

BATCH_FILES = 16  # After so many the agent looks whether new events want to go first.
PART_BYTES = 4 * CHUNK_BYTES_MIN
LOOKED = "files_looked_at"  # Name in sync_state: the life in which the files were counted.
Share = Callable[[int], int]  # Says how many bytes of those that a file still lacks may come next; 0: none now.


def freely(left: int) -> int:
    """Let bytes come whatever the hour."""
    return PART_BYTES


def fetch_some(sender: Sender, out: FilesOut, held_up: Callable[[], bool] = lambda: False) -> int:
    """Fetch the next missing files, at most a batch; gives how many were settled. Call again until it gives 0.

    `out` has the budget that they share with files going out. `held_up` is asked before each chunk that is held to it: once it says
    yes, the rest waits for a later call. Raises Refused, LineDown.
    """
    box = sender.box
    _look(box)
    if needed := _lost(box, NEEDED, [msgspec.json.encode(sorted(file_classes.needed_here(box.db, clock.stamp()))).decode()]):
        return _fetch(sender, needed, freely)
    if not (others := _lost(box, "1", [])):
        return 0
    out.hours = budget.of(box.home)
    return _fetch(sender, others, lambda left: out.take(min(left, PART_BYTES), held_up))


NEEDED = "digest IN (SELECT digest FROM dossier_file WHERE dossier IN (SELECT value FROM json_each(?)))"


def _lost(box: Box, which: str, values: list[str]) -> list[tuple[str, int]]:
    sql = f"SELECT digest, size FROM file_lost WHERE gone = 0 AND {which} ORDER BY size, digest LIMIT ?"
    return box.db.conn.execute(sql, [*values, BATCH_FILES]).fetchall()


def _fetch(sender: Sender, wanted: list[tuple[str, int]], share: Share) -> int:
    settled = 0
    for digest, size in wanted:
        if (found := fetch(sender, digest, size, share)) is None:
            break
        _settle(sender.box, digest, found)
        settled += 1
    return settled


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


def fetch(sender: Sender, digest: str, size: int, share: Share = freely) -> bool | None:
    """Bring one file here, from where an earlier try ended; says whether the province has it; None: the rest may not come now."""
    part = _part(sender.box, digest)
    part.parent.mkdir(parents=True, exist_ok=True)
    whole_from_there = not part.exists()
    try:
        while not files.has(sender.box.home, digest):
            offset = part.stat().st_size if part.exists() else 0
            if offset < size:
                if not (most := share(size - offset)):
                    return None
                with part.open("ab") as out:
                    out.write(sender.wire.file_part(digest, offset, most))
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


def forget(box: Box, digest: str) -> None:
    """Let go of what came so far of a file that nobody waits for any more."""
    _part(box, digest).unlink(missing_ok=True)


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
