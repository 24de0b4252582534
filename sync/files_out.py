"""Files on their way out: those of acknowledged events that the province lacks, the most needed first, in bounded chunks.

A cut costs at most one chunk a connection: the province says from which byte it goes on. A file that cannot go blocks no other.
When an event waits, no further chunk is begun: what goes on with the files is a later call.
"""

import time
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from appliance import files
from appliance.box import Box
from appliance.crash import crash_here
from appliance.errors import Refused
from appliance.events import FileRef
from sync import progress
from sync.protocol import CHUNK_BYTES_MAX, CHUNK_BYTES_MIN, MissingFile
from sync.sender import Sender
from sync.wire import CONNECTIONS

CHUNK_S = 5.0  # A chunk should take about so long: it is what a cut costs.
BATCH_FILES = 64  # What is asked about, and then sent, at once.
TRIES_MAX = 3
SPREAD = ((125_000, 2), (1_250_000, 4), (float("inf"), CONNECTIONS))  # bytes a second of the line: connections
LEARN = 0.3  # Weight of the newest chunk in the pace.
OF_ONE_FILE = ("upload_elsewhere", "upload_damaged", "file_too_big")
LATER = "later"  # Of a file that was left where it stood.


@dataclass
class FilesOut:
    """What is remembered while the agent runs: the pace of one connection in bytes a second, and files that could not go."""

    bytes_per_s: float = CHUNK_BYTES_MIN / CHUNK_S
    connections: int = 4
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def chunk_bytes(self) -> int:
        """Give the size of the next chunk."""
        return int(min(max(CHUNK_BYTES_MIN, self.bytes_per_s * CHUNK_S), CHUNK_BYTES_MAX))

    def learn(self, size: int, took_s: float) -> None:
        """Learn from a chunk that went."""
        self.bytes_per_s += LEARN * (size / max(took_s, 0.001) - self.bytes_per_s)

    def spread(self) -> None:
        """Choose how many connections the next batch takes: few on a slow line, where each chunk is long under way."""
        line = self.bytes_per_s * self.connections
        self.connections = next(count for limit, count in SPREAD if line < limit)


def send_some(sender: Sender, out: FilesOut, held_up: Callable[[], bool] = lambda: False) -> int:
    """Send the next files, at most a batch; gives how many were looked at. Call again until it gives 0.

    `held_up` is asked before each chunk, in any thread: once it says yes, the rest waits for a later call.
    """
    sendable = _sendable(sender.box, out)
    if not sendable:
        _move_cursor(sender.box)
    batches = (sendable[start : start + BATCH_FILES] for start in range(0, len(sendable), BATCH_FILES))
    return next(filter(None, (_send_batch(sender, out, held_up, batch) for batch in batches)), 0)


def _send_batch(sender: Sender, out: FilesOut, held_up: Callable[[], bool], waiting: list[FileRef]) -> int:
    box = sender.box
    answer = sender.wire.missing(tuple(file.s for file in waiting))
    wanted = {missing.digest: missing for missing in answer.missing}
    # What is not here was erased, or is lost; it cannot go, and the comparison of both sides finds it.
    gone = {file.s for file in waiting if not files.has(box.home, file.s)}
    # Where it is refused, the event that names it was not folded there: a later round asks again.
    settled = gone | {file.s for file in waiting if file.s not in wanted} - set(answer.refused)
    batch = [(file, wanted[file.s]) for file in waiting if file.s in wanted and file.s not in settled]
    with ThreadPoolExecutor(out.connections) as pool:
        ends = list(pool.map(lambda pair: _send(sender, out, held_up, *pair), batch))
    out.spread()
    ended = {file.s: end for (file, _), end in zip(batch, ends, strict=True)}
    out.failed |= {digest: end for digest, end in ended.items() if end not in (None, LATER)}
    confirm(box, settled | {digest for digest, end in ended.items() if end is None})
    return len(settled) + len(batch)


def _sendable(box: Box, out: FilesOut) -> list[FileRef]:
    """List files of acknowledged events that were not confirmed yet and may go, the most needed first.

    After a long time without a line one walk does not see all events: then the newest of them, and the oldest when these are done.
    """
    return _ranked(box, out, newest=True) or _ranked(box, out, newest=False)


def _ranked(box: Box, out: FilesOut, newest: bool) -> list[FileRef]:
    sent = _sent(box)
    named = [(progress.rank(met), file) for met in _acknowledged(box, newest) for file in met.named.x if file.s not in sent]
    ranked = {file.s: file for _, file in sorted(named, key=lambda pair: pair[0])}
    return [file for file in ranked.values() if file.s not in out.failed]


def _acknowledged(box: Box, newest: bool = False) -> Iterator[progress.Walked]:
    known: dict[bytes, int] = {}
    for met in progress.walk(box.db, "files", newest=newest):
        if met.inc not in known:
            known[met.inc] = progress.acknowledged(box.db, met.inc)
        if met.seq <= known[met.inc]:
            yield met


def _send(sender: Sender, out: FilesOut, held_up: Callable[[], bool], file: FileRef, missing: MissingFile) -> str | None:
    """Send one file to its end; gives LATER, or the code of what is wrong with this file alone. Raises LineDown and what
    concerns all."""
    offset, tries = missing.offset, 0
    while not held_up():
        try:
            complete, offset = _send_chunk(sender, out, file, offset)
        except FileNotFoundError:
            return "file_missing"
        except EOFError:
            return "file_damaged"
        except Refused as refused:
            tries += 1
            if refused.code not in OF_ONE_FILE:
                raise
            if tries == TRIES_MAX or refused.code == "file_too_big":
                return refused.code
            told = refused.facts.get("offset")
            offset = told if isinstance(told, int) else 0
            continue
        if complete:
            return None
    return LATER


def _send_chunk(sender: Sender, out: FilesOut, file: FileRef, offset: int) -> tuple[bool, int]:
    with files.path_of(sender.box.home, file.s).open("rb") as stored:
        stored.seek(offset)
        piece = stored.read(min(out.chunk_bytes, file.n - offset))
    if not piece and offset < file.n:
        raise EOFError  # Shorter than its event says.
    crash_here("agent_before_chunk")
    began = time.monotonic()
    answer = sender.wire.chunk(file.s, offset, file.n, piece)
    out.learn(len(piece), time.monotonic() - began)
    crash_here("agent_after_chunk")
    return answer.complete, answer.offset


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
