"""A slice of the simulation of both ends, and every mutation with the seed that notices it; `make prove` runs thousands."""

import pytest

from simulation.run import run_seed
from simulation.table import MUTATIONS, rows, rule_broken

pytestmark = pytest.mark.xdist_group("simulation")
TABLE = rows()
FOUND = (65, 196, 316)  # Each broke a rule once.
SLICE = sorted({*range(8), *FOUND, *(seed for _, _, seed in TABLE)})


@pytest.mark.parametrize("seed", SLICE)
def test_whatever_befalls_both_ends_every_rule_of_the_wire_holds(seed):
    world = run_seed(seed)
    assert world.counted["step round"]


@pytest.mark.parametrize(("rule", "name", "seed"), TABLE)
def test_a_broken_rule_is_noticed(rule, name, seed):
    assert rule_broken(name, seed).startswith(rule)


def test_every_mutation_has_its_seed():
    assert [(rule, name) for rule, name, _ in TABLE] == [(one.rule, name) for name, one in MUTATIONS.items()]


def test_a_seed_tells_the_same_story_twice():
    assert run_seed(2).history == run_seed(2).history
