"""The mutation table: for each broken rule the first seed that notices it. `python tests/simulation/table.py` writes docs/simulation.md."""

import sys
from collections import Counter
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent.parent)]

from simulation.mutations import MUTATIONS  # noqa: E402
from simulation.run import run_seed  # noqa: E402
from simulation.world import Broken  # noqa: E402

PAGE = HERE.parent.parent / "docs/simulation.md"
BEGIN = "| invariant | what is broken | mutation | seed |\n|---|---|---|---|\n"
SEEDS_TRIED = 200


def rule_broken(name: str, seed: int) -> str:
    """Run a seed with a mutation; gives the rule that it breaks, or nothing."""
    with pytest.MonkeyPatch.context() as patch:
        MUTATIONS[name].apply(patch)
        try:
            run_seed(seed)
        except Broken as broken:
            return broken.rule
    return ""


def first_seed(name: str) -> int:
    """Find the first seed that catches a mutation by its own rule. Raises LookupError where none does."""
    others: Counter[str] = Counter()
    for seed in range(SEEDS_TRIED):
        broken = rule_broken(name, seed)
        if broken.startswith(MUTATIONS[name].rule):
            return seed
        others[broken] += 1
    raise LookupError(f"{name}: no seed below {SEEDS_TRIED} catches it by {MUTATIONS[name].rule}, but {others}")


def rows() -> list[tuple[str, str, int]]:
    """Read (rule, mutation, seed) of the table."""
    lines = PAGE.read_text(encoding="utf-8").split(BEGIN)[1].splitlines()
    cells = [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return [(rule, name, int(seed)) for rule, _, name, seed in cells]


def write() -> None:
    """Find every seed anew and write them into the page."""
    lines = []
    for name, mutation in MUTATIONS.items():
        seed = first_seed(name)
        print(f"{seed:4} {name}", flush=True)
        lines.append(f"| {mutation.rule} | {mutation.what} | `{name}` | {seed} |")
    before = PAGE.read_text(encoding="utf-8").split(BEGIN)[0]
    PAGE.write_text(before + BEGIN + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
