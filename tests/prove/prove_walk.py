"""The long random walk: hundreds of seeds, a thousand acts each; `--seed 17` walks one of them again."""

import argparse
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from walk import Walk

SEEDS, STEPS = 200, 1000


def prove(words: list[str]) -> list[str]:
    """Walk every seed; give what was seen. Raises walk.Broken at the first invariant that does not hold."""
    options = argparse.ArgumentParser()
    options.add_argument("--seed", type=int)
    seed = options.parse_args(words).seed
    numbers = range(1, SEEDS + 1) if seed is None else [seed]
    seen: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    without_right = 0
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        for done_by, refused_by, lacking in pool.map(_walked, numbers):
            seen += done_by
            refused += refused_by
            without_right += lacking
    seeds = len(numbers)
    done, no = sum(seen.values()), sum(refused.values())
    return [
        f"{seeds} seeds of {STEPS} steps: {done} acts done, {no} refused with a sentence, {without_right} not tried for want",
        "of the right. Every invariant of tests/walk.py held after every act.",
        "",
        *_table("act", seen),
        "",
        *_table("refused because", refused),
    ]


def _walked(seed: int) -> tuple[Counter[str], Counter[str], int]:
    with tempfile.TemporaryDirectory() as folder:
        walk = Walk(Path(folder), seed)
        walk.run(STEPS)
        walk.close()
    return walk.seen, walk.refused, walk.without_right


def _table(title: str, counted: Counter[str]) -> list[str]:
    return [f"| {title} | times |", "|---|---|", *(f"| {name} | {n} |" for name, n in counted.most_common())]
