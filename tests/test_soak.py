"""A small soak: rounds under faults leave no descriptor, thread or file behind. And the long one's judge notices what grows."""

import threading
from collections import Counter
from pathlib import Path

import pytest

from soak import BOUNDS, WAL_BYTES_MAX, Sample, judged, passing_files
from sync.wire import CONNECTIONS
from wire_room import wire_room

WARM, ROUNDS = 6, 40
CALLS = ("/hello", "/keys", "/segments", "/feed", "/files/missing", "/files/")
SERVER_THREADS = 8
OF_ONE_CONNECTION = 2  # The database and its log; their shared memory is mapped and closed.


def descriptors(*roots: Path) -> Counter[str]:
    """Count what this process has open: sockets, files under each root, and all other."""
    found: Counter[str] = Counter()
    for link in Path("/proc/self/fd").iterdir():
        try:
            target = str(link.readlink())
        except FileNotFoundError:  # The folder that is being read.
            continue
        found[next((root.name for root in roots if target.startswith(f"{root}/")), target.partition(":")[0])] += 1
    return found


def test_rounds_under_faults_leave_nothing_open_and_nothing_lying_about(tmp_path):
    with wire_room(tmp_path) as room:
        commune = room.commune(tmp_path / "commune")
        homes = (commune.home, room.province.home)

        def live(rounds: int) -> None:
            for n in range(rounds):
                commune.accept(page=bytes([n]) * 90_000 + n.to_bytes(4))
                drops = (commune.line.lost_requests, commune.line.lost_answers)[n % 2]
                drops[CALLS[n // 2 % len(CALLS)]] = 1
                commune.line.cut = n % 7 == 6
                commune.round()
            commune.line.cut = False
            while not commune.round():
                pass

        live(WARM)
        before = descriptors(*(home.root for home in homes)), [passing_files(home) for home in homes], threading.active_count()
        live(ROUNDS)
        after = descriptors(*(home.root for home in homes)), [passing_files(home) for home in homes], threading.active_count()
        assert commune.state()["waiting_files"] == "0"
        assert after[1:] == before[1:]
        assert after[0]["commune"] == before[0]["commune"]
        assert after[0]["province"] <= before[0]["province"] + 2 * OF_ONE_CONNECTION * SERVER_THREADS
        assert after[0]["socket"] <= before[0]["socket"] + 2 * CONNECTIONS
        others = {"commune", "province", "socket"}
        assert {k: n for k, n in after[0].items() if k not in others} == {k: n for k, n in before[0].items() if k not in others}
        assert all(database_log(home) <= WAL_BYTES_MAX for home in homes)


def database_log(home) -> int:
    return home.database.with_name("main.db-wal").stat().st_size


def series(what: str, values) -> list[Sample]:
    return [Sample(float(n), {("agent", what): value}) for n, value in enumerate(values)]


@pytest.mark.parametrize("what", BOUNDS)
def test_the_judge_notices_what_grows_and_forgives_what_only_wavers(what):
    bound, most = BOUNDS[what].growth, BOUNDS[what].most
    wavers = [most / 2 + (n % 3 - 1) * bound / 4 for n in range(100)]
    grows = [value + max(0, n - 50) * bound * 1.2 / 49 for n, value in enumerate(wavers)]
    settles = [value if n > 30 else 0 for n, value in enumerate(wavers)]
    too_much = [*wavers[:10], most * 1.01, *wavers[11:]]
    assert [next(judged(series(what, values))).holds for values in (wavers, settles, grows, too_much)] == [True, True, False, False]
