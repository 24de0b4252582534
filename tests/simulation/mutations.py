"""What a mutation is: a rule of the product broken by a small patch, to see that the simulation notices.

A mutation that no seed catches is a defect of the simulation. docs/simulation.md holds the table of seeds; table.py writes it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

Patch = pytest.MonkeyPatch


@dataclass(frozen=True)
class Mutation:
    """A rule by the first letters of the invariant that must catch it, what is broken, and how."""

    rule: str
    what: str
    apply: Callable[[Patch], None]


def entering(table: dict[str, Mutation]) -> Callable[[str, str], Callable[[Callable[[Patch], None]], Callable[[Patch], None]]]:
    """Give what enters mutations into a table, each under the name of its function."""

    def breaks(rule: str, what: str) -> Callable[[Callable[[Patch], None]], Callable[[Patch], None]]:
        def enter(apply: Callable[[Patch], None]) -> Callable[[Patch], None]:
            table[apply.__name__] = Mutation(rule, what, apply)
            return apply

        return enter

    return breaks
