"""The simulation of both ends of the wire: thousands of seeds; `--seed 17` runs one of them again and prints its history."""

import argparse
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

from simulation.faults import OF_AGENT, OF_BOX, OF_PROVINCE
from simulation.run import STEPS, run_seed

SEEDS = 3000
PROCESSES = 2
SELDOM = 5  # Points at which fewer deaths than this happened are named.


def prove(words: list[str]) -> list[str]:
    """Run every seed; give what was seen. Raises simulation.world.Broken at the first rule that does not hold."""
    options = argparse.ArgumentParser()
    options.add_argument("--seed", type=int)
    options.add_argument("--seeds", type=int, default=SEEDS)
    asked = options.parse_args(words)
    return [] if asked.seed is not None and _replay(asked.seed) else _all(asked.seeds)


def _replay(seed: int) -> bool:
    try:
        print("\n".join(run_seed(seed).history))
    except BaseException as broken:
        print("\n".join(getattr(broken, "__notes__", [])))
        raise
    print(f"seed {seed}: every rule holds")
    return True


def _all(seeds: int) -> list[str]:
    began, counted, died = time.monotonic(), Counter[str](), Counter[str]()
    with ProcessPoolExecutor(PROCESSES) as pool:
        for seen, deaths in pool.map(_one, range(seeds), chunksize=20):
            counted, died = counted + seen, died + deaths
    took = time.monotonic() - began
    rare = sorted(label for label in {*OF_AGENT, *OF_BOX, *OF_PROVINCE} if died[label] < SELDOM)
    return [
        f"{seeds} seeds of {STEPS} steps in {took:.0f} s on {PROCESSES} processes: {seeds / took:.2f} seeds a second.",
        "Every rule of tests/simulation/ held after every step and at rest.",
        f"Deaths at labelled points: {sum(died.values())}, at {len(died)} of them.",
        f"Fewer than {SELDOM} times: {', '.join(rare) or 'none'}.",
        "",
        *_table("what was done, and what befell requests", counted),
        "",
        *_table("died at", died),
    ]


def _one(seed: int) -> tuple[Counter[str], Counter[str]]:
    try:
        world = run_seed(seed)
    except BaseException as broken:
        raise AssertionError(f"seed {seed}: {broken}") from broken
    return world.counted, world.nature.died_at


def _table(title: str, counted: Counter[str]) -> list[str]:
    return [f"| {title} | times |", "|---|---|", *(f"| {name} | {n} |" for name, n in counted.most_common())]
