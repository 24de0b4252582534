"""Making a bundle: everything the province has not acknowledged, packed by the very functions the line uses. Sends nothing.

Events and their keys first, then files: those asked for by name, documents, then scans, the newest first. What does not fit
goes on the next stick of the series; lost sticks cost nothing, because only a receipt or an answer moves anything here.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from appliance import clock, files, ledger
from appliance.box import Box
from appliance.errors import Refused
from appliance.events import FileRef
from appliance.ledger import Incarnation
from sync import file_classes, key_bundles, progress, published
from sync.courier import books, container, layout
from sync.courier.container import ENTRY_BYTES, TAR_END, Source, body
from sync.courier.layout import BODIES_BYTES_MAX, ENTRIES_MAX, MARK, Manifest
from sync.protocol import DIGESTS_MAX, KEYS_MAX, LIVES_MAX, KeyBundle
from sync.sender import Sender, hello_of, keys_to_send, packed_after

MB = 1_000_000
BYTES_MIN = 4 * MB
BYTES_MAX = 4_000 * MB  # A stick's own file system takes no larger file.
KEYS_CARRIED_MAX = 50 * KEYS_MAX
EVENTS_WALKED_MAX = 500_000
SEAL_SHARE = 16 / 65_536  # What age adds.
Tell = Callable[[int, int], None]  # bytes done, bytes in all


@dataclass(frozen=True)
class Made:
    """A bundle that lies on its stick: what it carries, and what had to wait for the next one."""

    number: int
    part: int
    last: bool
    path: Path
    size: int
    events: int
    keys: int
    files: int
    files_left: int
    bytes_left: int
    files_damaged: int


@dataclass
class Load:
    """What goes into a bundle, as long as there is room."""

    room: int
    bodies: int
    sources: list[Source] = field(default_factory=list)
    carried: list[books.Carried] = field(default_factory=list)
    events: int = 0
    keys: int = 0
    full: bool = False
    left: list[FileRef] = field(default_factory=list)
    damaged: int = 0

    def fits(self, size: int) -> bool:
        """Say whether one more entry has room."""
        return size + ENTRY_BYTES <= self.room and len(self.sources) < ENTRIES_MAX

    def add(self, source: Source) -> None:
        """Add an entry that fits."""
        self.room -= source.entry.size + ENTRY_BYTES
        self.sources.append(source)

    def add_body(self, name: str, data: bytes) -> bool:
        """Add a body that is held in memory; the first that does not fit ends the bundle. Says whether it was added."""
        self.full = self.full or len(data) > self.bodies or not self.fits(len(data))
        if not self.full:
            self.bodies -= len(data)
            self.add(body(name, data))
        return not self.full


def make(sender: Sender, folder: Path, bytes_max: int, again: bool = False, tell: Tell = lambda done, all: None) -> Made:
    """Make the next bundle in a folder. `again` begins from what was acknowledged, whatever other sticks carry.

    Raises Refused `courier_size`, `courier_stick_full`, `courier_stick_gone`, `courier_changed`.
    """
    room = _room(folder, bytes_max)
    box = sender.box
    series = books.next_of(box.db, again)
    load = Load(int(room * (1 - SEAL_SHARE)) - TAR_END - 1024, BODIES_BYTES_MAX)
    _add_keys(sender, load)
    _add_lives(sender, load, series)
    _add_files(box, load, series)
    return _write(sender, folder, load, series, tell)


def _room(folder: Path, bytes_max: int) -> int:
    if not BYTES_MIN <= bytes_max <= BYTES_MAX:
        raise Refused("courier_size", least=BYTES_MIN // MB, most=BYTES_MAX // MB)
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        raise Refused("courier_stick_gone") from None
    if free < BYTES_MIN:
        raise Refused("courier_stick_full")
    return min(bytes_max, free)


def _add_keys(sender: Sender, load: Load) -> None:
    db = sender.box.db
    news = keys_to_send(db, tuple(books.wishes(db, books.KEY))[:KEYS_MAX], KEYS_CARRIED_MAX)
    for number, start in enumerate(range(0, len(news), KEYS_MAX), start=1):
        some, name = news[start : start + KEYS_MAX], f"keys/{number:04d}.age"
        if not load.add_body(name, key_bundles.sealed(KeyBundle(sender.box.device, some), sender.recipient)):
            break
        load.keys += len(some)
        load.carried += [(books.KEY, one.dossier, f"{name} {one.key_id} {int(bool(one.destroyed_at))}") for one in some]


def _add_lives(sender: Sender, load: Load, series: books.Series) -> None:
    lives = ledger.incarnations(sender.box.db)[-LIVES_MAX:]
    for life in lives:
        after = _after(sender.box, life, series)
        if life is lives[-1] or ledger.head(sender.box.db, life.inc).seq > after:
            _add_life(sender, load, life, after)


def _after(box: Box, life: Incarnation, series: books.Series) -> int:
    """Say after which event a life goes on: what a stick of this series carries, else what was acknowledged and not lost there."""
    inc = life.inc.hex()
    acknowledged = progress.acknowledged(box.db, life.inc)
    return max(series.lives.get(inc, 0), min(acknowledged, books.wishes(box.db, books.LIFE).get(inc, acknowledged)))


def _add_life(sender: Sender, load: Load, life: Incarnation, after: int) -> None:
    load.add_body(f"hello/{life.inc_no:04d}.json", msgspec.json.encode(hello_of(sender.box, life)))
    for packed, last in packed_after(sender, life, after):
        if not load.add_body(f"segments/{life.inc_no:04d}-{after + 1:09d}-{last:09d}.zst", packed):
            break
        load.events += last - after
        after = last
    load.carried.append((books.LIFE, life.inc.hex(), str(after)))


def _add_files(box: Box, load: Load, series: books.Series) -> None:
    """Add files as long as they fit; none before all events are in, because a file is taken only after its event."""
    for file in _files(box):
        if file.s in series.files:
            continue
        if load.full or not load.fits(file.n):
            load.left.append(file)
        elif files.found(box.home, file.s) != file.s:
            load.damaged += 1  # Not here, or not what its name says: it cannot go, and comparing both sides finds it.
        else:
            load.add(_source(box, file))
            load.carried.append((books.FILE, file.s, ""))


def _source(box: Box, file: FileRef) -> Source:
    path = files.path_of(box.home, file.s)
    return Source(layout.Entry(f"files/{file.s}", file.n, file.s), lambda: path.open("rb"))


def _files(box: Box) -> list[FileRef]:
    """List the files the province has not confirmed, and those it misses, the most needed first."""
    sent = {row[0] for row in box.db.conn.execute("SELECT digest FROM file_sent")}
    rank = file_classes.ranking(box.db, clock.stamp())
    ranks: dict[str, file_classes.Rank] = {}
    found: dict[str, FileRef] = {}
    for met in progress.walk(box.db, "files", EVENTS_WALKED_MAX):
        for file in met.named.x:
            if file.s not in sent:
                found[file.s] = file
                ranks[file.s] = min(rank(met, file), ranks.get(file.s, (file_classes.FileClass.OTHER, 0)))
    asked = books.wishes(box.db, books.FILE)
    return [*_asked_again(box, asked, found), *sorted(found.values(), key=lambda file: ranks[file.s])]


def _asked_again(box: Box, asked: dict[str, int], found: dict[str, FileRef]) -> Iterator[FileRef]:
    """Give files the province had confirmed and misses now."""
    sql = "SELECT max(size) FROM dossier_file WHERE digest = ?"
    for digest in asked.keys() - found.keys():
        size = box.db.conn.execute(sql, [digest]).fetchone()[0]
        if size is not None:
            yield FileRef(digest, size, "")


def _write(sender: Sender, folder: Path, load: Load, series: books.Series, tell: Tell) -> Made:
    box, at = sender.box, clock.stamp()
    last = not load.full and not load.left
    manifest = Manifest(
        layout.VERSION, box.device, series.number, series.part, last, at, ledger.feed_position(box.db),
        str(books.identity(box.home).to_public()), tuple(source.entry for source in load.sources),
        tuple(digest for digest, _ in published.missing(box))[:DIGESTS_MAX],
    )  # fmt: skip
    text = msgspec.json.encode(manifest)
    name = layout.bundle_name(box.device, clock.local(at), series.number)
    carried_files = sum(kind == books.FILE for kind, _, _ in load.carried)
    planned = sum(source.entry.size + ENTRY_BYTES for source in load.sources)
    books.begin(box, manifest, layout.id_of(text), name, load.carried, (load.events, carried_files, planned))
    size = container.write(
        folder / name, text, layout.sign(MARK, text, sender.key), load.sources, sender.recipient, lambda done: tell(done, planned)
    )
    books.written(box, series.number, size)
    return Made(
        series.number, series.part, last, folder / name, size, load.events, load.keys, carried_files,
        len(load.left), sum(file.n for file in load.left), load.damaged,
    )  # fmt: skip
