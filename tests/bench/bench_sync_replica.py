"""What Litestream costs whoever accepts a dossier: the same acts at a steady pace with the real program replicating, and without.

Stretches alternate in the same run on one box; each one with Litestream ends by restoring its copy and comparing it.
"""

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench_ledger import accept
from figures import figure, spread

from appliance.box import Box
from boxes import open_test_box
from replica import replicating

STRETCHES, ACTS, EVERY_S = 4, 100, 0.02  # Fifty acts a second: far more than any office.


def run() -> Iterator[dict]:
    """Give the median act with Litestream over the median without, and the slowest hundredth with it."""
    with tempfile.TemporaryDirectory() as folder:
        box = open_test_box(Path(folder), grant=(1, 9_999))
        warm(box)
        alone, beside = [], []
        for _ in range(STRETCHES):
            alone.append(stretch(box))
            with replicating(box.home):
                beside.append(stretch(box))
        box.close()
    medians = [[statistics.median(one) for one in way] for way in (alone, beside)]
    ratios = [theirs / ours for ours, theirs in zip(*medians, strict=True)]
    note = f"accepting takes {spread(medians[1])} ms with Litestream, {spread(medians[0])} without; {ACTS} acts, 50 a second"
    yield figure("commit_with_litestream_over_without", ratios, "times", "lower", note, limit=1.5)
    slowest = [max(one) for one in beside]
    yield figure("commit_with_litestream_p99", slowest, "ms", "lower", "the slowest of a hundred acts; the disk's as much as ours")


def warm(box: Box) -> None:
    """Accept before it counts: the first acts read the catalogue and fill caches."""
    for _ in range(ACTS):
        accept(box)


def stretch(box: Box) -> list[float]:
    """Accept dossiers at a steady pace; gives milliseconds of each."""
    taken, due = [], time.perf_counter()
    for _ in range(ACTS):
        due += EVERY_S
        time.sleep(max(0.0, due - time.perf_counter()))
        began = time.perf_counter()
        accept(box)
        taken.append((time.perf_counter() - began) * 1000)
    return taken
