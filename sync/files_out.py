"""Files on their way out: which of acknowledged events the province lacks, the most needed first, and which it has.

The order is that of sync/file_classes.py, how they go is in sync/carrying.py.
"""

from collections import deque
from collections.abc import Callable, Collection, Iterator
from itertools import takewhile

from appliance import clock, files, tidying
from appliance.box import Box
from appliance.events import FileRef
from sync import budget, file_classes, progress
from sync.carrying import Carrying, FilesOut, Upload
from sync.protocol import MissingFile
from sync.sender import Sender

BATCH_FILES = 128  # What is asked about, and then sent, at once.


def send_some(sender: Sender, out: FilesOut, held_up: Callable[[], bool] = lambda: False) -> int:
    """Send the next files, at most a batch; gives how much was done. Call again until it gives 0.

    `held_up` is asked before each chunk: once it says yes, the rest waits for a later call. Raises Refused, LineDown.
    """
    out.hours = budget.of(sender.box.home)
    sendable = _sendable(sender.box, out)
    if not sendable:
        _move_cursor(sender.box)
    if out.allowed() == 0:
        return 0
    batches = (sendable[start : start + BATCH_FILES] for start in range(0, len(sendable), BATCH_FILES))
    going = takewhile(lambda batch: not held_up(), batches)
    return next(filter(None, (_send_batch(sender, out, held_up, batch) for batch in going)), 0)


def _send_batch(sender: Sender, out: FilesOut, held_up: Callable[[], bool], waiting: list[FileRef]) -> int:
    box = sender.box
    answer = sender.wire.missing(tuple(file.s for file in waiting))
    wanted = {missing.digest: missing for missing in answer.missing}
    # What is not here was erased, or is lost; it cannot go, and the comparison of both sides finds it.
    gone = {file.s for file in waiting if not files.has(box.home, file.s)}
    # Where it is refused, its event was not folded there, and a later round asks again; or it was erased at both ends.
    refused = {digest for digest in answer.refused if tidying.is_named(box.db, digest)}
    settled = gone | {file.s for file in waiting if file.s not in wanted} - refused
    carrying = Carrying(sender, out, held_up, deque(_uploads(waiting, wanted, settled)))
    carrying.run()
    out.failed |= {digest: end for digest, end in carrying.ends.items() if end}
    confirm(box, settled | {digest for digest, end in carrying.ends.items() if not end})
    return len(settled) + carrying.chunks + len(carrying.ends)


def _uploads(waiting: list[FileRef], wanted: dict[str, MissingFile], settled: set[str]) -> Iterator[Upload]:
    return (Upload(file, wanted[file.s].offset) for file in waiting if file.s in wanted and file.s not in settled)


def _sendable(box: Box, out: FilesOut) -> list[FileRef]:
    """List files of acknowledged events that were not confirmed yet and may go, the most needed first.

    After a long time without a line one walk does not see all events: then the newest of them, and the oldest when these are done.
    """
    return _ranked(box, out, newest=True) or _ranked(box, out, newest=False)


def may_go(box: Box, out: FilesOut) -> bool:
    """Say whether a file of a dossier could go now, were there nothing else; what could not go holds nothing up."""
    return bool(_sendable(box, out))


def _ranked(box: Box, out: FilesOut, newest: bool) -> list[FileRef]:
    sent, rank = _sent(box), file_classes.ranking(box.db, clock.stamp())
    named = [(rank(met, file), file) for met in _acknowledged(box, newest) for file in met.named.x if file.s not in sent]
    ranked: dict[str, FileRef] = {}
    for _, file in sorted(named, key=lambda pair: pair[0]):
        ranked.setdefault(file.s, file)
    return [file for file in ranked.values() if file.s not in out.failed]


def _acknowledged(box: Box, newest: bool = False) -> Iterator[progress.Walked]:
    known: dict[bytes, int] = {}
    for met in progress.walk(box.db, "files", newest=newest):
        if met.inc not in known:
            known[met.inc] = progress.acknowledged(box.db, met.inc)
        if met.seq <= known[met.inc]:
            yield met


def _sent(box: Box) -> set[str]:
    return {row[0] for row in box.db.conn.execute("SELECT digest FROM file_sent")}


def confirm(box: Box, digests: Collection[str]) -> None:
    """Note that the province has these files, or that nothing more can come of them."""
    if digests:
        with box.writing() as act:
            act.db.conn.executemany("INSERT OR IGNORE INTO file_sent (digest) VALUES (?)", [[d] for d in sorted(digests)])
    _move_cursor(box)


def _move_cursor(box: Box) -> None:
    """Move over events all of whose files are confirmed; at the end of the ledger the marks are not needed any more."""
    sent, start = _sent(box), progress.cursor_at(box.db, "files")
    behind = start
    ahead = {met.n: met for met in progress.walk(box.db, "files")}
    confirmed = {met.n for met in _acknowledged(box) if all(file.s in sent for file in met.named.x)}
    for n in ahead:
        if n not in confirmed:
            break
        behind = n
    if behind == start:
        return
    with box.writing() as act:
        progress.move_cursor(act.db, "files", behind)
        if behind == max(ahead):
            act.db.conn.execute("DELETE FROM file_sent")
