"""What the ends take from their machines, made by one seed: time, chance, room on the disk, and the moment of death.

The product's own code runs unchanged; only what it asks of the machine is answered from here. Nothing else in it is replaced.
"""

import errno
import math
import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from appliance import clock, crash, database, durable, files, ids, sealing
from sync import agent, carrying, files_back, files_out, segments, sender, wire
from sync.province import feed_out, folding, given_back, uploads

START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
IN_TRANSACTION = ("before_commit", "feed_commit", "in_taking_back", "before_keys_commit")


class Death(BaseException):
    """The process is gone: no handler of the product may catch it."""


@dataclass
class Machine:
    """What one end stands on: how wrong its clock is, whether its disk is full, and at which point it dies next."""

    name: str
    wrong_by: timedelta = timedelta()
    full: bool = False
    dies_at: str = ""


@dataclass
class Nature:
    """One seed's time and chance. `plan` decides what happens; `entropy` makes keys and ids, and changes no plan."""

    seed: int
    plan: random.Random = field(init=False)
    entropy: random.Random = field(init=False)
    now: datetime = START
    on: Machine = field(default_factory=lambda: Machine("nobody"))  # whose code runs at present
    meanwhile: Callable[[str], None] = lambda label: None  # what others do at a point outside of transactions
    reached: Counter[str] = field(default_factory=Counter)
    died_at: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.plan, self.entropy = random.Random(self.seed), random.Random(f"entropy {self.seed}")

    @contextmanager
    def at(self, machine: Machine) -> Iterator[None]:
        """Run the block on this machine."""
        before, self.on = self.on, machine
        try:
            yield
        finally:
            self.on = before

    def wall(self) -> datetime:
        """Give what the machine's clock shows."""
        return self.now + self.on.wrong_by

    def pass_time(self, seconds: float) -> None:
        """Let time go by everywhere."""
        self.now += timedelta(seconds=seconds)

    def point(self, label: str) -> None:
        """Die here if it was so ordered; else others may act, where no transaction is open."""
        self.reached[label] += 1
        if self.on.dies_at == label:
            self.on.dies_at = ""
            self.died_at[label] += 1
            raise Death(label)
        if not label.endswith(IN_TRANSACTION):
            self.meanwhile(label)

    def room(self) -> None:
        """Raise what a full disk raises."""
        if self.on.full:
            raise OSError(errno.ENOSPC, "No space left on device")

    @contextmanager
    def in_force(self) -> Iterator[None]:
        """Let the product's modules take time, chance and disk from here inside the block."""
        with pytest.MonkeyPatch.context() as patch:
            for module, name, value in self._answers():
                patch.setattr(module, name, value)
            crash.watch(self.point)
            try:
                yield
            finally:
                crash.watch(None)

    def _answers(self) -> list[tuple[Any, str, Any]]:
        times = SimpleNamespace(monotonic=lambda: (self.now - START).total_seconds(), time=lambda: self.wall().timestamp())
        secret = SimpleNamespace(token_bytes=self.entropy.randbytes, token_hex=lambda n: self.entropy.randbytes(n).hex())
        chance = SimpleNamespace(urandom=self.entropy.randbytes)
        return [
            (clock, "datetime", _datetime(self)),
            (database, "BUSY_TIMEOUT_MS", 50),  # One thread: who waits for a lock here waits for himself.
            (files, "put_at", lambda home, digest: START.timestamp() if files.has(home, digest) else math.inf),
            *self._bounds(),
            *((module, "time", times) for module in (ids, agent, carrying, wire)),
            *((module, "secrets", secret) for module in (ids, sealing, durable, sender)),
            *((module, "os", chance) for module in (ids, sealing)),
            (durable, "os", _Disk(self)),
            (uploads, "_append", _filling(self, uploads._append)),
            (carrying, "ThreadPoolExecutor", _InTurn),
        ]

    def _bounds(self) -> list[tuple[Any, str, int]]:
        """Make the bounds of stretches small in every other seed, so that everything takes several."""
        if self.seed % 2:
            return []
        return [
            (segments, "EVENTS_MAX", 3),
            (feed_out, "FEED_RECORDS_MAX", 2),
            (folding, "BATCH_EVENTS", 2),
            (files_out, "BATCH_FILES", 2),
            (carrying, "CHUNK_BYTES_MIN", 16_000),
            (files_back, "BATCH_FILES", 1),
            (files_back, "PART_BYTES", 20_000),
            (given_back, "INVENTORY_EVENTS_MAX", 4),
        ]


def _datetime(nature: Nature) -> type[datetime]:
    class Wall(datetime):
        @classmethod
        def now(cls, tz=None):
            return nature.wall()

    return Wall


class _Disk:
    """The `os` of durable writes: on a full disk nothing new is created."""

    def __init__(self, nature: Nature):
        self._nature = nature

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def open(self, path, flags: int, mode: int = 0o777) -> int:
        if flags & os.O_CREAT:
            self._nature.room()
        return os.open(path, flags, mode)


def _filling(nature: Nature, append: Callable) -> Callable:
    def half(part, offset: int, data: bytes) -> None:
        """Write what there is room for: on a full disk half of it."""
        append(part, offset, data[: len(data) // 2] if nature.on.full else data)
        nature.room()

    return half


class _InTurn:
    """Stands for a pool of threads: one after the other, in their order."""

    def __init__(self, count: int):
        pass

    def submit(self, act: Callable, *arguments) -> Future:
        """Do it now; a death is nobody's result."""
        done: Future = Future()
        try:
            done.set_result(act(*arguments))
        except Exception as error:
            done.set_exception(error)
        return done

    def __enter__(self):
        return self

    def __exit__(self, *why) -> None:
        pass
