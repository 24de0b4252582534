"""The database's copy for the day on which both disks are lost: Litestream's files, each sealed once to the province's recipient.

The last class of files: no chunk of it begins while an event waits or another file can go. A list is sent to its end, then the next
one is made, at most every hour. Sealed files lie in the spool only until the province has them. See docs/sync.md, 15.
"""

import hashlib
import os
import shutil
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyrage

from appliance import clock, durable, health, ledger
from appliance.box import Box
from appliance.config import Home
from appliance.durable import sync_folder
from appliance.errors import Refused
from appliance.events import FileRef
from sync import budget, cover, files_out, progress
from sync.carrying import Carrying, FilesOut, Upload
from sync.cover import Ltx
from sync.protocol import COPY_BYTES_MAX, COPY_FILES_MAX, CopyFile, CopyList
from sync.sender import Sender
from sync.wire import LineDown

EVERY_S = 3600.0
NOT_THERE = 404
MEDIA = "application/age"


@dataclass
class CopyOut:
    """What is remembered while the agent runs: when (monotonic seconds) the next list may be made, or a refused one be tried."""

    next_at: float = float("-inf")


@dataclass(frozen=True)
class Sealed:
    """A file of the list: its name in the replica, digest and size as it travels, and whether the province has it."""

    name: str
    digest: str
    size: int
    there: bool


def send_some(sender: Sender, copy: CopyOut, out: FilesOut, held_up: Callable[[], bool] = lambda: False) -> int:
    """Send the next of the copy; gives how many chunks went. Call again until it gives 0. Raises LineDown alone.

    What it is refused is told on its own line of the health page, and tried again after an hour.
    """
    box = sender.box
    if time.monotonic() < copy.next_at:
        return 0
    try:
        out.hours = budget.of(box.home)
        if out.allowed() == 0 or _waits(box, out, held_up):
            return 0
        return _send(sender, copy, out, held_up) if _list_stands(sender) else 0
    except LineDown as down:
        if down.facts.get("status") != NOT_THERE:
            raise
        return _later(copy)  # A province of an earlier version: it has no such call.
    except Refused as refused:
        progress.tell(box, {"copy_error": refused.code})
        return _later(copy)
    except OSError as error:
        _sweep(box)  # A full disk, or a replica that fails or has just been tidied.
        progress.tell(box, {"copy_error": "box_full" if durable.is_full(error) else "copy_unreadable"})
        return _later(copy)


def _waits(box: Box, out: FilesOut, held_up: Callable[[], bool]) -> bool:
    return held_up() or progress.events_wait(box.db) or files_out.may_go(box, out)


def _later(copy: CopyOut) -> int:
    copy.next_at = time.monotonic() + EVERY_S
    return 0


def _send(sender: Sender, copy: CopyOut, out: FilesOut, held_up: Callable[[], bool]) -> int:
    """Say what the copy consists of, and send what of it lacks."""
    box, listed = sender.box, sealed(sender.box)
    files = tuple(CopyFile(one.name, one.digest, one.size) for one in listed)
    wanted = {one.digest: one for one in sender.wire.copies(CopyList(_inc(box), _until(box), files)).missing}
    _settle(box, {one.digest for one in listed} - wanted.keys())
    going = [Upload(FileRef(one.digest, one.size, MEDIA), wanted[one.digest].offset) for one in listed if one.digest in wanted]
    carrying = Carrying(sender, out, lambda: _waits(box, out, held_up), deque(going), place)
    carrying.run()
    _settle(box, {digest for digest, end in carrying.ends.items() if not end})
    if broken := {digest for digest, end in carrying.ends.items() if end}:
        return _given_up(box, copy, broken)
    if _tell(box):
        _later(copy)
    return carrying.chunks


def _given_up(box: Box, copy: CopyOut, broken: set[str]) -> int:
    """Give up a list of which a file cannot go (the province lost it, or it was torn here): a list without it would be no copy.

    What the province has stays for the next list, in which the rest is sealed anew.
    """
    _forget(box, broken | {one.digest for one in sealed(box) if not one.there})
    return _later(copy)


def _list_stands(sender: Sender) -> bool:
    """See to it that a list stands that may be sent: the one under way, or a new one; says whether there is one.

    Raises Refused `file_too_big`, `box_full`.
    """
    box = sender.box
    home, inc, erased = box.home, _inc(box), cover.erasures(box.db)
    stale = "SELECT max(inc <> ?), max(erasures <> ?) FROM copy_out"
    of_another_life, from_before_an_erasure = box.db.conn.execute(stale, [inc, erased]).fetchone()
    if of_another_life or from_before_an_erasure:
        _keep_only(box, set())
    if from_before_an_erasure:
        progress.tell(box, {"copy_whole_until": ""})
    if any(not one.there for one in sealed(box)):
        return True
    clean = cover.clean(home, inc)
    chosen = cover.choose(cover.found(home, inc), clean.last) if clean.erasures == erased else []
    if not chosen:
        return False
    _must_fit(box, chosen)
    _keep_only(box, {one.name for one in chosen})
    _seal(sender, chosen, erased)
    return True


def _must_fit(box: Box, chosen: list[Ltx]) -> None:
    """Refuse what the province would not take, and to seal where little room is left. Raises Refused `file_too_big`, `box_full`."""
    known = {one.name: one.size for one in sealed(box)}
    sizes = {one.name: (cover.folder(box.home, _inc(box)) / one.name).stat().st_size for one in chosen if one.name not in known}
    whole = sum(sizes.values()) + sum(known.get(one.name, 0) for one in chosen)
    if len(chosen) > COPY_FILES_MAX or whole > COPY_BYTES_MAX:
        raise Refused("file_too_big", size=whole, limit=COPY_BYTES_MAX)
    if shutil.disk_usage(box.home.spool).free - sum(sizes.values()) < health.DISK_LOW_BYTES:
        raise Refused("box_full")


def _seal(sender: Sender, chosen: list[Ltx], erased: int) -> None:
    """Seal what is not sealed yet, and keep the list. `erased`: how many erasures were counted before it was chosen."""
    box, known = sender.box, {one.name for one in sealed(sender.box)}
    folder = cover.folder(box.home, _inc(box))
    until = datetime.fromtimestamp(max((folder / one.name).stat().st_mtime for one in chosen), UTC)
    made = [_sealed_file(sender, folder, one.name) for one in chosen if one.name not in known]
    with box.writing() as act:
        rows = [(one.name, _inc(box), erased, one.digest, one.size) for one in made]
        act.db.conn.executemany("INSERT INTO copy_out (name, inc, erasures, digest, size, there) VALUES (?, ?, ?, ?, ?, 0)", rows)
    progress.tell(box, {"copy_until": clock.text_of(until)})


def _sealed_file(sender: Sender, folder: Path, name: str) -> Sealed:
    """Seal one file into the spool, never holding more than a piece of it in memory."""
    spool = place(sender.box.home, "")
    spool.mkdir(parents=True, exist_ok=True, mode=0o750)
    unfinished = spool / "sealing"
    with (folder / name).open("rb") as source, unfinished.open("wb+") as made:
        pyrage.encrypt_io(source, made, [sender.recipient])
        made.flush()  # Here a full disk shows; pyrage's own way by names says nothing of it.
        os.fsync(made.fileno())
        made.seek(0)
        digest = hashlib.file_digest(made, "sha256").hexdigest()
    unfinished.replace(spool / digest)
    sync_folder(spool)
    return Sealed(name, digest, (spool / digest).stat().st_size, False)


def sealed(box: Box) -> list[Sealed]:
    """List the files of the copy as the province was told, or is to be told."""
    rows = box.db.conn.execute("SELECT name, digest, size, there FROM copy_out ORDER BY name").fetchall()
    return [Sealed(name, digest, size, bool(there)) for name, digest, size, there in rows]


def place(home: Home, digest: str) -> Path:
    """Say where a sealed file lies until the province has it."""
    return home.spool / "copies" / digest


def _inc(box: Box) -> str:
    return ledger.incarnation(box.db).inc.hex()


def _until(box: Box) -> str:
    return dict(box.db.conn.execute("SELECT name, value FROM sync_state").fetchall()).get("copy_until", "")


def _settle(box: Box, digests: set[str]) -> None:
    """Note files that the province has; what was sealed for it goes."""
    news = digests & {one.digest for one in sealed(box) if not one.there}
    if news:
        with box.writing() as act:
            act.db.conn.executemany("UPDATE copy_out SET there = 1 WHERE digest = ?", [[one] for one in sorted(news)])
    _sweep(box)


def _forget(box: Box, digests: set[str]) -> None:
    if digests:
        with box.writing() as act:
            act.db.conn.executemany("DELETE FROM copy_out WHERE digest = ?", [[one] for one in sorted(digests)])
    _sweep(box)


def _keep_only(box: Box, names: set[str]) -> None:
    """Let go of all files of the list but these."""
    _forget(box, {one.digest for one in sealed(box) if one.name not in names})


def _sweep(box: Box) -> None:
    """Delete what lies sealed and is not to be sent."""
    kept = {one.digest for one in sealed(box) if not one.there}
    folder = place(box.home, "")
    for path in folder.iterdir() if folder.exists() else ():
        if path.name not in kept:
            path.unlink(missing_ok=True)


def _tell(box: Box) -> bool:
    """Say on the screens how far the copy is, and whether it is whole; `copy_whole_until` stays while a newer one is on its way."""
    listed = sealed(box)
    there = sum(one.there for one in listed)
    whole = bool(listed) and there == len(listed)
    states = {"copy_files": str(len(listed)), "copy_there": str(there), "copy_error": ""}
    progress.tell(box, states | ({"copy_whole_until": _until(box)} if whole else {}))
    return whole
