"""The simulation's world over real ends: the same office, the same rules, asked of two homes whose programs are real processes.

What the seed answered there (time, chance, disk, line, death) is the machine's own here. The officers' work is done by this
process, on both homes, beside the programs over them.
"""

import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import SimpleNamespace

from sqlite_utils.db import Database

from appliance import erasure, ledger
from appliance.config import Home
from boxes import UNIT
from line_faults import Message
from real_ends import Ends
from simulation.at_rest import AT_REST, i21_with_a_good_line_all_work_ends, i23_an_erased_person_is_nowhere
from simulation.ends import BoxEnd
from simulation.invariants import ALWAYS
from simulation.network import Answered, Asked
from simulation.office import CANARY
from simulation.run import ask
from simulation.world import Family, Observer, World
from sync import equality, progress
from sync.equality import Verdict
from sync.province.opened import Province, open_province
from sync.sender import keys_to_send, open_sender

REST_S = 300.0
LOOK_EVERY_S = 0.2
# Databases that are open here must be read as files by another process: closing such a file drops this process's locks on it,
# and SQLite then takes it for nobody's.
ELSEWHERE = (i23_an_erased_person_is_nowhere,)
RULES = ALWAYS + tuple(rule for rule in AT_REST if rule not in ELSEWHERE)


@dataclass
class RealBox(BoxEnd):
    """The box's home, opened beside its agent for the officers' work; its wire is its own, and real."""

    def open(self, world=None) -> None:
        """Open the home."""
        self.sender = open_sender(self.home)

    start = open

    def close(self) -> None:
        """Let go of the home."""
        if self.sender:
            self.box.close()
        self.sender = None


@dataclass
class RealProvince:
    """The province's home, opened beside its receiver for its office's work, and for reading."""

    ends: Ends
    name: str = "province"
    full: bool = False
    opened: Province = field(init=False)

    def __post_init__(self) -> None:
        self.opened = open_province(self.home)

    @property
    def home(self) -> Home:
        return self.ends.demo.province

    @property
    def db(self) -> Database:
        return self.opened.db

    def runs(self) -> bool:
        """Say that its home can be read, whether its programs run or not."""
        return True


class RealWorld(World):
    """What happened over real ends, and what an observer has seen so far. Raises simulation.world.Broken."""

    def __init__(self, ends: Ends, folder: Path, seed: int = 1):
        Observer.__init__(self)
        self.ends, self.folder = ends, folder
        self.template = folder / "template"
        shutil.copytree(ends.demo.province.root, self.template / "province", ignore=shutil.ignore_patterns("*.sock"))
        self.nature = SimpleNamespace(
            seed=seed, plan=Random(seed), entropy=Random(f"entropy {seed}"), at=lambda end: ends.near.entered()
        )
        self.defects = SimpleNamespace(seen=[])
        self.province = RealProvince(ends)
        home = ends.demo.commune
        self.box = RealBox("box", home=home, certificate=ends.certificate, device=home.settings.device, unit=UNIT)
        self.boxes = [self.box]
        self.families = {self.box.device: Family()}
        self.box.open()

    def close(self) -> None:
        """Let go of both homes."""
        self.box.close()
        self.province.opened.close()

    def does(self, act: Callable[[World, BoxEnd], str]) -> str:
        """Let the office do something."""
        return self.run(self.box, lambda: act(self, self.box))

    def seen(self, request: Message, answer: Message) -> None:
        """See an answer leave the province, on its way through a proxy: what it promises must be durable."""
        method, path, _ = request.first.decode("latin-1").split()
        asked = Asked("box", "", method, path.removeprefix("/sync/v1"), request.body, {})
        self.witnessed(asked, Answered(int(answer.first.split()[1]), {}, answer.body))

    @property
    def deaths(self) -> int:
        """Count the programs that had to be started again."""
        return sum(count for what, count in self.counted.items() if what.endswith("started again"))

    def rest(self, within_s: float = REST_S) -> float:
        """Start what died until all work has ended; gives how long that took. Raises Broken."""
        began = time.monotonic()
        while (died := self.ends.revive()) or (why := self.unrest()):
            self.counted.update(f"{name} started again" for name in died)
            self.must("i21_with_a_good_line_all_work_ends", time.monotonic() - began < within_s, died or why)
            time.sleep(LOOK_EVERY_S)
        return time.monotonic() - began

    def unrest(self) -> object:
        """Give something that is still to be done; None when nothing is."""
        db = self.box.db
        waiting = progress.backlog(db)
        if waiting.events or waiting.files:
            return waiting
        if keys_to_send(db):
            return "keys"
        newest = self.province.db.conn.execute("SELECT max(n) FROM feed_out WHERE device = ?", [self.box.device]).fetchone()[0]
        if ledger.feed_position(db) != (newest or 0):
            return "feed"
        return next(i21_with_a_good_line_all_work_ends(self), None)

    def hold(self) -> None:
        """Ask every rule. Raises Broken at the first that does not hold."""
        for end in (self.ends.demo.province, self.box.home):
            if erasure.owed(end).exists():
                erasure.shrink(end)  # As the keeper of the replica does between two runs.
        self._hear_promises()
        self.folder = self.template.parent / "twins"
        shutil.rmtree(self.folder, ignore_errors=True)
        with self.ends.near.entered():
            found = equality.compare(self.box.sender)
            self.must("both ends say that they hold the same", found.verdict is Verdict.EQUAL and not found.mended, found)
            ask(self, RULES)
        found_again = self._found_again()
        self.must("i23_an_erased_person_is_nowhere", not found_again, found_again)

    def _found_again(self) -> str:
        """List files of both homes in which grep finds the name of somebody who was erased."""
        erased = self.box.db.conn.execute("SELECT dossier FROM dossier_event WHERE kind = 'dossier.erased'").fetchall()
        words = "\n".join(CANARY + dossier.replace("-", "") for (dossier,) in erased)
        homes = [str(home.root) for home in (self.box.home, self.province.home)]
        command = ["grep", "-rlFe", words, "--devices=skip", *homes]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout if erased else ""

    def _hear_promises(self) -> None:
        """Count what the box holds receipts for as promised."""
        sql = "SELECT r.inc, r.seq, e.digest FROM receipt r JOIN event e USING (inc, seq)"
        for inc, seq, digest in self.box.db.conn.execute(sql).fetchall():
            place = self.box.device, bytes(inc)
            self.acknowledged[place] = max(self.acknowledged.get(place, (0, "")), (seq, bytes(digest).hex()))
