"""Chunks of files on their way, several connections at once: which goes next, how large it is, and what came of it.

The chunk is the unit: before each one it is asked whether an event waits and whether the hour's budget allows it. A cut costs at
most one chunk a connection. A file that cannot go blocks no other.
"""

import hashlib
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path

from appliance import clock, files
from appliance.config import Home
from appliance.crash import crash_here
from appliance.errors import Refused
from appliance.events import FileRef
from sync import budget
from sync.budget import BYTES_OF_KBIT, Purse
from sync.lanes import Lanes
from sync.protocol import CHUNK_BYTES_MAX, CHUNK_BYTES_MIN
from sync.sender import Sender
from sync.wire import CONNECTIONS

CHUNK_S = 5.0  # A chunk should take about so long: it is what a cut costs.
STRETCH_S = 30.0  # After so long the province is asked for its news again.
POLL_S = 0.5
TRIES_MAX = 3
LEARN = 0.3  # Weight of the newest chunk in the pace.
OF_THE_LINE = ("upload_elsewhere", "upload_damaged")  # What a bad line may bring about: the same again may go.
OF_ONE_FILE = (*OF_THE_LINE, "file_too_big")


@dataclass
class FilesOut:
    """What is remembered while the agent runs: the pace of one connection in bytes a second, how many there are, what the budget
    was spent on, and files that could not go."""

    bytes_per_s: float = CHUNK_BYTES_MIN / CHUNK_S
    lanes: Lanes = field(default_factory=Lanes)
    purse: Purse = field(default_factory=Purse)
    hours: budget.Hours = ()
    failed: dict[str, str] = field(default_factory=dict)

    def chunk_bytes(self, allowed: float | None) -> int:
        """Give the size of the next chunk, where so many bytes a second are allowed."""
        pace = min(self.bytes_per_s, allowed) if allowed else self.bytes_per_s
        return int(min(max(CHUNK_BYTES_MIN, pace * CHUNK_S), CHUNK_BYTES_MAX))

    def take(self, most: int, held_up: Callable[[], bool]) -> int:
        """Wait until a chunk may come, and pay for it; gives its size, 0 where something else goes first or the hour has none."""
        while not held_up() and (allowed := self.allowed()) != 0:
            if not (paid_s := self.purse.wait_s(time.monotonic())):
                size = min(most, self.chunk_bytes(allowed)) if allowed else most
                if allowed:
                    self.purse.pay(size, allowed, time.monotonic())
                return size
            time.sleep(min(POLL_S, paid_s))
        return 0

    def learn(self, size: int, took_s: float) -> None:
        """Learn from a chunk that went."""
        self.bytes_per_s += LEARN * (size / max(took_s, 0.001) - self.bytes_per_s)

    def allowed(self) -> float | None:
        """Give how many bytes a second files may use in this hour; None without a bound."""
        speed = budget.speed_at(self.hours, clock.stamp()) if self.hours else None
        return None if speed is None else float(speed * BYTES_OF_KBIT)


@dataclass
class Upload:
    """A file on its way: from which byte it goes on, and how often it was refused since anything of it went."""

    file: FileRef
    offset: int
    tries: int = 0


@dataclass(frozen=True)
class Landed:
    """What the province said of a chunk: whether the file is whole, where it goes on; and the bytes and seconds it took."""

    complete: bool
    offset: int
    size: int
    took_s: float


@dataclass
class Carrying:
    """One stretch of sending: what waits its turn and where it lies, what is under way, how each ended (empty: it is there)."""

    sender: Sender
    out: FilesOut
    held_up: Callable[[], bool]
    queue: deque[Upload]
    place: Callable[[Home, str], Path] = files.path_of
    flying: dict[Future[Landed], Upload] = field(default_factory=dict)
    ends: dict[str, str] = field(default_factory=dict)
    chunks: int = 0
    busy: bool = False  # every open connection has a chunk

    def run(self) -> None:
        """Send chunk after chunk until all is there, or something else goes first. Raises LineDown and what concerns all files."""
        until = time.monotonic() + STRETCH_S
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            while self.flying or (self.queue and self._may_go_on(until)):
                while self._may_begin(until):
                    self._begin(pool)
                self.busy = len(self.flying) >= self.out.lanes.open
                self._rest()
                for done in [one for one in self.flying if one.done()]:
                    self._end(self.flying.pop(done), done)

    def _may_go_on(self, until: float) -> bool:
        return not self.held_up() and time.monotonic() < until and self.out.allowed() != 0

    def _may_begin(self, until: float) -> bool:
        free = self.queue and len(self.flying) < self.out.lanes.open and not self.out.purse.wait_s(time.monotonic())
        return bool(free) and self._may_go_on(until)

    def _begin(self, pool: ThreadPoolExecutor) -> None:
        upload, allowed = self.queue.popleft(), self.out.allowed()
        size = min(self.out.chunk_bytes(allowed), upload.file.n - upload.offset)
        if allowed:
            self.out.purse.pay(size, allowed, time.monotonic())
        path = self.place(self.sender.box.home, upload.file.s)
        self.flying[pool.submit(_send_chunk, self.sender, path, upload.file, upload.offset, size)] = upload

    def _rest(self) -> None:
        if self.flying:
            wait(self.flying, POLL_S, FIRST_COMPLETED)
        elif paid_s := self.out.purse.wait_s(time.monotonic()):
            time.sleep(min(POLL_S, paid_s))

    def _end(self, upload: Upload, done: Future[Landed]) -> None:
        try:
            landed = done.result()
        except FileNotFoundError:
            self.ends[upload.file.s] = "file_missing"
        except EOFError:
            self.ends[upload.file.s] = "file_damaged"
        except Refused as refused:
            self._refused(upload, refused)
        else:
            self._landed(upload, landed)

    def _landed(self, upload: Upload, landed: Landed) -> None:
        self.chunks += 1
        self.out.learn(landed.size, landed.took_s)
        self.out.lanes.went(landed.size, time.monotonic(), self.busy)
        if landed.complete:
            self.ends[upload.file.s] = ""
        else:
            upload.offset, upload.tries = landed.offset, 0
            self.queue.appendleft(upload)

    def _refused(self, upload: Upload, refused: Refused) -> None:
        upload.tries += 1
        if refused.code not in OF_ONE_FILE:
            raise refused
        if refused.code == "upload_damaged" and not self._is_whole_here(upload.file):
            self.ends[upload.file.s] = "file_damaged"
            return
        if upload.tries == TRIES_MAX or refused.code == "file_too_big":
            self.ends[upload.file.s] = refused.code
            return
        told = refused.facts.get("offset")
        upload.offset = told if isinstance(told, int) else 0
        self.queue.appendleft(upload)

    def _is_whole_here(self, file: FileRef) -> bool:
        with self.place(self.sender.box.home, file.s).open("rb") as stored:
            return hashlib.file_digest(stored, "sha256").hexdigest() == file.s


def _send_chunk(sender: Sender, path: Path, file: FileRef, offset: int, size: int) -> Landed:
    with path.open("rb") as stored:
        stored.seek(offset)
        piece = stored.read(size)
    if not piece and offset < file.n:
        raise EOFError  # Shorter than its event says.
    crash_here("agent_before_chunk")
    began = time.monotonic()
    answer = sender.wire.chunk(file.s, offset, file.n, piece)
    took_s = time.monotonic() - began
    crash_here("agent_after_chunk")
    return Landed(answer.complete, answer.offset, len(piece), took_s)
