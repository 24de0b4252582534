"""Days without a line: nothing but the ledger and its files grows. `make prove` lives sixty of them."""

import pytest

from offline60 import Plan, live
from offline_limits import Day, held
from sync.compare import compare_box
from wire_room import wire_room

SMALL = Plan(days=4, dossiers=6, tries=24)


def test_days_without_a_line_leave_nothing_but_work(tmp_path):
    with wire_room(tmp_path) as room:
        commune = room.commune(tmp_path / "commune")
        days = list(live(commune, SMALL))
        assert len(held(days)) == 8
        assert days[-1].tries == SMALL.days * SMALL.tries
        assert commune.state()["waiting_events"] == str(days[-1].events)
        while not commune.round():
            pass
        assert commune.state()["waiting_files"] == "0"
        assert compare_box(commune.box, commune.sender.wire).found == ()


def test_what_grows_without_end_is_noticed():
    def evening(n: int, **more) -> Day:
        sizes = dict(events=100 * n, database=300_000 * n, wal=1, scanned=1000 * n, stored=1000 * n, lying=0, spool=0, log=100 * n)
        return Day(number=n, **sizes | {"memory": 10**8, "descriptors": 40, "tries": n, "try_ms": 1.0} | more)

    assert held([evening(n) for n in range(1, 20)])
    for grown in ({"memory": 2 * 10**8}, {"descriptors": 50}, {"log": 10**6}, {"spool": 10**8}, {"wal": 10**9}, {"stored": 40_000}):
        with pytest.raises(AssertionError):
            held([*(evening(n) for n in range(1, 19)), evening(19, **grown)])
