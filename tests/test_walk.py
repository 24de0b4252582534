"""A slice of the long random walk: some hundred acts of a few seeds; `make prove` walks thousands."""

import pytest

from walk import Walk

STEPS = 250


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_anybody_tries_the_invariants_hold(tmp_path, seed):
    walk = Walk(tmp_path, seed)
    walk.run(STEPS)
    walk.close()
    assert sum(walk.seen.values()) > STEPS / 10
    assert walk.refused
    assert walk.without_right
