"""The mutation table: for each broken rule the first seed that notices it. Run as a script it writes docs/simulation.md."""

import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent.parent)]

from simulation.mutations_here import AT_THE_BOX  # noqa: E402
from simulation.mutations_there import AT_THE_PROVINCE  # noqa: E402
from simulation.run import run_seed  # noqa: E402
from simulation.world import Broken  # noqa: E402

PAGE = HERE.parent.parent / "docs/simulation.md"
BEGIN = "| invariant | what is broken | mutation | seed |\n|---|---|---|---|\n"
MUTATIONS = dict(sorted((AT_THE_BOX | AT_THE_PROVINCE).items(), key=lambda entry: entry[1].rule))
SEEDS_TRIED = 200
SECONDS_MAX = 5.0  # Some break so badly that both ends go round in circles first.


def rule_broken(name: str, seed: int) -> str:
    """Run a seed with a mutation; gives the rule that it breaks, or nothing."""
    with pytest.MonkeyPatch.context() as patch:
        MUTATIONS[name].apply(patch)
        try:
            run_seed(seed)
        except Broken as broken:
            return broken.rule
    return ""


def first_seed(name: str, known: int | None) -> int:
    """Find a seed that catches a mutation by its own rule, the known one first. Raises LookupError where none does."""
    others: Counter[str] = Counter()
    for seed in [*([known] if known is not None else []), *range(SEEDS_TRIED)]:
        began, broken = time.process_time(), rule_broken(name, seed)
        if broken.startswith(MUTATIONS[name].rule) and time.process_time() - began < SECONDS_MAX:
            return seed
        others[broken] += 1
    raise LookupError(f"{name}: no seed below {SEEDS_TRIED} catches it by {MUTATIONS[name].rule}, but {others}")


def rows() -> list[tuple[str, str, int]]:
    """Read (rule, mutation, seed) of the table."""
    lines = PAGE.read_text(encoding="utf-8").split(BEGIN)[1].splitlines()
    cells = [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return [(rule, name, int(seed)) for rule, _, name, seed in cells]


def _seed_or_why(name: str, known: int | None) -> int | str:
    try:
        return first_seed(name, known)
    except LookupError as nothing:
        return str(nothing)


def write() -> None:
    """Look for every seed and write them into the page; a mutation that none catches is left out, and named."""
    lines, known = [], {name: seed for _, name, seed in rows()}
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        found = pool.map(_seed_or_why, MUTATIONS, [known.get(name) for name in MUTATIONS])
        for (name, mutation), seed in zip(MUTATIONS.items(), found, strict=True):
            print(f"{name}: {seed}", flush=True)
            if isinstance(seed, int):
                lines.append(f"| {mutation.rule} | {mutation.what} | `{name}` | {seed} |")
    before = PAGE.read_text(encoding="utf-8").split(BEGIN)[0]
    PAGE.write_text(before + BEGIN + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
