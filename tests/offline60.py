"""Many days without a line on a clock of our own: the office works, the agent fails all the time, and what grows is measured.

days = list(live(commune, Plan()))        one Day after each evening, to be judged by offline_limits.held
"""

import gc
import io
import itertools
import logging
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
import urllib3

from appliance import clock, drafts, files, ids, tidying
from appliance.drafts import Body, NewPage
from appliance.errors import Refused
from appliance.events import FileRef
from appliance.ids import uuid7
from boxes import ACCEPTED, PERSON, UNIT
from offline_limits import DRAFTS_KEPT_DAYS, Day
from simulation.ends import Once
from sync import agent, carrying
from sync.agent import keep_on
from sync.problems import problem_of
from web import jobs
from wire_room import Commune

START = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
BUSY_SHARE = 0.2


@dataclass(frozen=True)
class Plan:
    """What an office does in a day, how often its agent tries, and for how many days."""

    days: int = 60
    dossiers: int = 24
    tries: int = 24
    page_bytes: int = 6_000
    pages: int = 2
    drafts: int = 3  # left lying every day
    seed: int = 30589


class DeadLine:
    """A line on which nothing ever comes through: each request meets another trouble."""

    def __init__(self, chance: random.Random):
        self.chance = chance

    def request(self, method: str, url: str, **rest):
        """Fail as real lines do; now and then the province is there and says that it cannot."""
        if self.chance.random() < BUSY_SHARE:
            status, body = problem_of(Refused("province_busy"))
            return urllib3.HTTPResponse(io.BytesIO(body), {"Sync-Version": "1"}, status, preload_content=False)
        raise self.chance.choice(
            [
                urllib3.exceptions.ProtocolError("Connection aborted.", ConnectionResetError(104, "reset")),
                urllib3.exceptions.ConnectTimeoutError(None, "timed out"),
                urllib3.exceptions.ReadTimeoutError(None, url, "timed out"),
                urllib3.exceptions.NameResolutionError("province.test", None, OSError("no such name")),
            ]
        )


@dataclass
class Clock:
    """The only clock there is for the box and its agent."""

    now: datetime = START

    def pass_by(self, by: timedelta) -> None:
        """Let time go by."""
        self.now += by

    @contextmanager
    def in_force(self) -> Iterator[None]:
        """Let the product's modules read it inside the block."""
        times = SimpleNamespace(
            monotonic=lambda: (self.now - START).total_seconds(),
            time=self.now_s,
            sleep=lambda s: self.pass_by(timedelta(seconds=s)),
        )
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(clock, "datetime", self._datetime())
            for module in (ids, agent, carrying):
                patch.setattr(module, "time", times)
            yield

    def now_s(self) -> float:
        """Give seconds since 1970."""
        return self.now.timestamp()

    def _datetime(self) -> type[datetime]:
        class Wall(datetime):
            @classmethod
            def now(cls, tz=None):
                return self.now

        return Wall


@dataclass
class Office:
    """An office in its box, its agent, and what they leave behind."""

    commune: Commune
    plan: Plan
    clock: Clock
    chance: random.Random
    log: Path
    scanned: int = 0
    wal: int = 0
    tries: int = 0
    try_ms: float = 0.0

    def day(self, number: int) -> Day:
        """Work from morning to evening; the agent tries all day and all night."""
        step = timedelta(hours=8) / self.plan.dossiers
        between = [self.plan.tries * n // self.plan.dossiers for n in range(self.plan.dossiers + 1)]
        for n, (first, last) in enumerate(itertools.pairwise(between)):
            self._dossier(number * self.plan.dossiers + n)
            self.clock.pass_by(step)
            for _ in range(first, last):
                self._try()
        for _ in range(self.plan.drafts):
            self._draft()
        tidying.tidy(self.commune.box, DRAFTS_KEPT_DAYS)
        self.clock.pass_by(timedelta(days=1) - step * self.plan.dossiers)
        return self._evening(number)

    def _dossier(self, n: int) -> None:
        dossier, box = uuid7(), self.commune.box
        pages = [self._page(n * self.plan.pages + page) for page in range(self.plan.pages)]
        self.scanned += sum(page.n for page in pages)
        with box.writing() as act:
            clear = ACCEPTED | {"code": f"{UNIT}-{clock.local_day(act.reading.at):%y%m%d}-{n % 3000:04}"}
            personal = {"applicant": PERSON}
            act.record("dossier.accepted", actor="ST04", dossier=dossier, clear=clear, personal=personal, files=pages)
            jobs.create(act, "print", dossier, "ST04", {"digest": pages[0].s})
        with box.writing() as act:
            for job in jobs.of(act.db, "print", dossier):
                jobs.change(act, job, jobs.State.DONE)
        for kind, body in (("dossier.taken", {"holder": "ST08"}), ("result.prepared", PREPARED | {"document": uuid7()})):
            with box.writing() as act:
                act.record(kind, actor="ST08", dossier=dossier, clear=body)
            self.wal = max(self.wal, size_of(box.home.database.with_name("main.db-wal")))

    def _page(self, n: int) -> FileRef:
        data = random.Random(n).randbytes(self.plan.page_bytes)
        return FileRef(files.put(self.commune.home, data), len(data), "image/jpeg")

    def _draft(self) -> None:
        """Begin a reception that nobody ever finishes, with a page."""
        data = self.chance.randbytes(self.plan.page_bytes)
        with self.commune.box.writing() as act:
            draft = drafts.begin(act, "ST04")
            drafts.save(act, draft, "ST04", 0, Body())
            drafts.add_page(act, draft, "request", NewPage(files.put(self.commune.home, data), len(data), "image/jpeg"))

    def _try(self) -> None:
        """Let the agent do one round of its own loop, and wait for a while as it would."""
        began = psutil.Process().cpu_times().user
        keep_on(self.commune.agent, Once())
        self.try_ms = (psutil.Process().cpu_times().user - began) * 1000
        self.tries += 1
        self.clock.pass_by(timedelta(seconds=10))

    def _evening(self, number: int) -> Day:
        gc.collect()
        home, box, me = self.commune.home, self.commune.box, psutil.Process()
        pages, size = (box.db.conn.execute(f"PRAGMA {what}").fetchone()[0] for what in ("page_count", "page_size"))
        lying = box.db.conn.execute("SELECT count(*) FROM draft_page").fetchone()[0] * self.plan.page_bytes
        return Day(
            number + 1,
            box.db.conn.execute("SELECT count(*) FROM event").fetchone()[0],
            pages * size,
            self.wal,
            self.scanned,
            size_of(home.files),
            lying,
            size_of(home.spool),
            size_of(self.log),
            me.memory_info().rss,
            me.num_fds(),
            self.tries,
            self.try_ms,
        )


PREPARED = {"template": "t", "template_version": "1", "path": "paper", "pages": 1, "file": "f" * 64}


def size_of(path: Path) -> int:
    """Give the bytes of a file, or of all files in a folder."""
    if path.is_dir():
        return sum(one.stat().st_size for one in path.rglob("*") if one.is_file())
    return path.stat().st_size if path.exists() else 0


def live(commune: Commune, plan: Plan) -> Iterator[Day]:
    """Let an office live without a line, day by day; afterwards its agent has its line back."""
    good, time, log = commune.sender.wire._pool, Clock(), commune.home.log / "agent.log"
    handler = logging.FileHandler(log)
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))  # As the agent's process does.
    logger = logging.getLogger("motcua")
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    commune.sender.wire._pool = DeadLine(random.Random(plan.seed))
    office = Office(commune, plan, time, random.Random(plan.seed), log)
    try:
        with time.in_force():
            for number in range(plan.days):
                yield office.day(number)
    finally:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)
        handler.close()
        commune.sender.wire._pool = good
