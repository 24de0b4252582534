"""What a soak looks at, and how it judges: every process and every home is measured again and again; nothing may go on growing.

samples = [sample(pids, homes, moment), …]; for verdict in judged(samples): verdict.holds, verdict.line
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import linear_regression

import psutil

from appliance.config import Home

MB = 1_000_000
POINTS_MIN = 10
WAL_BYTES_MAX = 16 * MB  # SQLite empties its log at 4 MB, unless a reader or the replica holds it for a while.


@dataclass(frozen=True)
class Bound:
    """What a quantity may grow over the second half, by the straight line through it, and what it may ever be."""

    growth: float
    most: float
    unit: str
    scale: float = 1


BOUNDS = {
    "memory": Bound(8 * MB, 600 * MB, "MB", MB),  # An allocator settles late; a leak of 100 bytes a call is more in half an hour.
    "descriptors": Bound(3, 120, ""),
    "threads": Bound(2, 60, ""),
    "files": Bound(3, 100, ""),
    "wal": Bound(4 * MB, WAL_BYTES_MAX, "MB", MB),
    "spool": Bound(MB, 8 * MB, "MB", MB),
    "log": Bound(4 * MB, 20 * MB, "MB", MB),  # nginx's lines of calls, which a soak makes faster than an office does.
}


@dataclass(frozen=True)
class Sample:
    """Quantities at a moment (seconds since the beginning): of a process or a home by name."""

    at: float
    seen: Mapping[tuple[str, str], float]


@dataclass(frozen=True)
class Verdict:
    """What became of one quantity: first and last of the second half, growth by the straight line, the most ever seen."""

    who: str
    what: str
    first: float
    last: float
    growth: float
    most: float

    @property
    def holds(self) -> bool:
        """Say whether it stayed within its bound."""
        return self.growth <= BOUNDS[self.what].growth and self.most <= BOUNDS[self.what].most

    @property
    def line(self) -> str:
        """Give its line of a table."""
        bound = BOUNDS[self.what]
        first, last, growth, most, may, ever = (
            f"{number / bound.scale:.1f}" if bound.scale > 1 else f"{number:.1f}".removesuffix(".0")
            for number in (self.first, self.last, self.growth, self.most, bound.growth, bound.most)
        )
        return f"| {self.who} | {self.what} {bound.unit} | {first} | {last} | {growth} | {may} | {most} | {ever} |".replace(
            "  ", " "
        )


def sample(at: float, processes: Mapping[str, int], homes: Mapping[str, Home]) -> Sample:
    """Measure now. A process that is just being started anew is left out."""
    seen: dict[tuple[str, str], float] = {}
    for name, pid in processes.items():
        try:
            process = psutil.Process(pid)
            with process.oneshot():
                seen[name, "memory"] = process.memory_info().rss
                seen[name, "threads"] = process.num_threads()
                seen[name, "descriptors"] = process.num_fds()
        except psutil.NoSuchProcess:
            pass
    for name, home in homes.items():
        seen[name, "wal"] = _size(home.database.with_name("main.db-wal"))
        seen[name, "spool"] = sum(_size(path) for path in home.spool.rglob("*"))
        seen[name, "log"] = sum(_size(path) for path in home.log.rglob("*"))
        seen[name, "files"] = len(passing_files(home))
    return Sample(at, seen)


def passing_files(home: Home) -> set[Path]:
    """List what lies in a home beside the files of dossiers, and what was left unfinished among these."""
    store = home.files
    beside = {path for folder in home.root.iterdir() if folder != store for path in [folder, *folder.rglob("*")]}
    return {path for path in (*beside, *store.rglob(".*")) if path.is_file() and path.suffix not in ("-shm", ".ltx")}


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def judged(samples: Sequence[Sample]) -> Iterator[Verdict]:
    """Judge every quantity by the second half of the samples in which it was seen."""
    middle = (samples[0].at + samples[-1].at) / 2
    for who, what in sorted({key for one in samples for key in one.seen}):
        points = [(one.at, one.seen[who, what]) for one in samples if one.at >= middle and (who, what) in one.seen]
        assert len(points) >= POINTS_MIN, f"{who} was measured {len(points)} times only"
        times, values = zip(*points, strict=True)
        growth = linear_regression(times, values).slope * (times[-1] - times[0])
        yield Verdict(who, what, values[0], values[-1], growth, max(one.seen.get((who, what), 0) for one in samples))
