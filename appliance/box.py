"""One open box: its home, its database connections, its identity. Made once per process by `open_box`.

Opening looks for a roll-back first: a ledger behind its witness opens a new incarnation before anything is written.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from sqlite_utils.db import Database

from appliance import clock, crash, database, ids, ledger, restored, witness
from appliance.chain import Head
from appliance.clock import Quality, Reading
from appliance.config import Home
from appliance.crash import crash_here
from appliance.ledger import Act, Incarnation
from appliance.migrations import migrations
from appliance.restored import Restored
from appliance.witness import Witness

log = logging.getLogger("motcua.box")


@dataclass
class Box:
    """A box in this process. Connections are one per thread; every write goes through `writing`."""

    home: Home
    device: str
    opened_under: str  # the catalogue until a thread chooses another
    _local: threading.local = field(default_factory=threading.local)

    @property
    def catalogue(self) -> str:
        """Give the catalogue that this thread decides under, and that its events name: by its digest."""
        return getattr(self._local, "catalogue", self.opened_under)

    def decide_under(self, catalogue: str) -> None:
        """Let this thread decide under a catalogue from now on: between two pieces of work, never within one."""
        self._local.catalogue = catalogue

    @property
    def device_bytes(self) -> bytes:
        """Give the 16 bytes of the device id that enter the chain."""
        return ids.device_bytes(self.device)

    @property
    def db(self) -> Database:
        """Give this thread's connection for reading; it cannot write."""
        if not hasattr(self._local, "reader"):
            self._local.reader = database.connect(self.home.database, readonly=True)
        return self._local.reader

    @property
    def _writer(self) -> Database:
        if not hasattr(self._local, "writer"):
            self._local.writer = database.connect(self.home.database)
        return self._local.writer

    @contextmanager
    def writing(self) -> Iterator[Act]:
        """Hold one durable transaction. When the block ends well everything in it is on the disk and witnessed."""
        with database.writing(self._writer) as db:
            life = ledger.incarnation(db)
            act = Act(db, self.device, self.device_bytes, life, self.catalogue, self.reading(db))
            yield act
            crash_here("before_commit")
        crash_here("after_commit")
        if act.head:
            _witness(self.home, act.life, act.head)
            crash_here("after_witness")

    def reading(self, db: Database | None = None) -> Reading:
        """Look at the clock: drifting once the province's signed time was ever seen, else unset; never claims to be synced."""
        seen = (db or self.db).conn.execute("SELECT 1 FROM trusted_time LIMIT 1").fetchone()
        return Reading(clock.stamp(), Quality.DRIFTING if seen else Quality.UNSET)

    def close(self) -> None:
        """Close this thread's connections."""
        for name in ("reader", "writer"):
            with suppress(AttributeError):
                getattr(self._local, name).conn.close()
                delattr(self._local, name)


def open_box(home: Home, catalogue: str | None = None) -> Box:
    """Open a home's database, migrate it, and settle a roll-back. Raises SQLiteTooOld, Refused `not_enrolled`."""
    settings = home.settings
    if settings.demo:
        crash.arm_from(home.run)
    if catalogue is None:
        from appliance.catalogue import builtin_digest

        catalogue = builtin_digest()
    box = Box(home, settings.device, catalogue)
    migrations.apply(box._writer)
    _settle_roll_back(box)
    return box


def enrol(home: Home) -> None:
    """Open the first incarnation of a new box; harmless on a box that has one."""
    db = database.connect(home.database)
    migrations.apply(db)
    device = home.settings.device
    with database.writing(db):
        if not ledger.incarnations(db):
            act = open_incarnation(db, device, None, "enrolled")
            assert act.head
            witness.move(home.witness, 1, act.head)
    db.conn.close()


def _settle_roll_back(box: Box) -> None:
    with database.writing(box._writer) as db:
        life, last = ledger.incarnation(db), ledger.head(db)
        seen, mark = witness.read(box.home.witness), restored.read(box.home)
        above = max(seen.inc_no if seen else 0, mark.above if mark else 0)
        reason = _why_new_life(life, last, seen, mark)
        new = open_incarnation(db, box.device, last, reason, above) if reason else None
        crash_here("life_before_commit")
    if new and new.head:
        crash_here("life_after_commit")
        _witness(box.home, new.life, new.head)
    if mark:
        restored.remove(box.home)


def _witness(home: Home, life: Incarnation, head: Head) -> None:
    """Move the witness. Where the disk has no room for it the act is kept all the same, and must not be told as failed."""
    try:
        witness.move(home.witness, life.inc_no, head)
    except OSError as why:
        log.error("the head witness stays behind until the next act: %s", why.strerror)


def _why_new_life(life: Incarnation, last: Head, seen: Witness | None, mark: Restored | None) -> str:
    """Say why the life in the database must not be written on; empty when it may."""
    if mark and mark.inc == life.inc.hex():
        return "restored"
    return "rolled_back" if witness.is_behind(life.inc_no, last, seen) else ""


def open_new_life(box: Box, reason: str) -> None:
    """Begin a new incarnation on top of what is here: somebody holds more of the present one, so it must not be written on."""
    with box.writing() as act:
        new = open_incarnation(act.db, box.device, ledger.head(act.db), reason)
        act.life, act.head = new.life, new.head


def open_incarnation(db: Database, device: str, parent: Head | None, reason: str, above: int = 0) -> Act:
    """Begin a new life of the ledger, with its own first event; gives the act that goes on in it.

    `above` is an ordinal that was already used elsewhere.
    """
    number = max([above, *(i.inc_no for i in ledger.incarnations(db))]) + 1
    inc, at = ids.new_incarnation(), clock.stamp()
    db.conn.execute(
        "INSERT INTO incarnation (inc_no, inc, parent_inc, parent_seq, parent_digest, opened_at) VALUES (?, ?, ?, ?, ?, ?)",
        [number, inc, *((parent.inc, parent.seq, parent.digest) if parent else (None, None, None)), at],
    )
    life = Incarnation(number, inc, parent)
    act = Act(db, device, ids.device_bytes(device), life, "", Reading(at, Quality.UNSET))
    parent_text = {"inc": parent.inc.hex(), "seq": parent.seq, "digest": parent.digest.hex()} if parent else None
    act.record("incarnation.opened", actor="box", clear={"inc_no": number, "parent": parent_text, "reason": reason})
    return act
