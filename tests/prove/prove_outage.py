"""Seven days without a line, then catching up over 20 Mbit/s while the office works on; `--days 1` makes it smaller.

The agent, nginx and the receiver are processes of their own; the order is read from what nginx wrote of each call it answered.
"""

import argparse
import random
import statistics
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import outage
from appliance import clock, database, events, files
from appliance.box import Box
from appliance.config import Home
from bench.slow_line import SlowLine, slow_line
from outage import Call, New, Plan, Story, Week
from real_ends import Ends, real_ends
from sync.compare import compare
from sync.sender import open_sender
from sync.wire import CONNECTIONS

ONE_WAY_S = 0.04
NEW_EVERY_S = 4.0
NEW_BYTES = (100_000, 600_000)
BESIDE = (
    4 * CONNECTIONS
)  # Old chunks beside the scans of a new dossier: there are two of them, and connections are not equally quick.
DEADLINE_FLOORS = 6.0
SLACK_S = 300.0
LOOK_EVERY_S = 0.25
THIRD_GENERATION = 384e3


@dataclass
class AccessLog:
    """What nginx wrote of every call, in the order of its answers: time, method, path, status."""

    path: Path

    def calls(self) -> list[Call]:
        """Read all of it."""
        lines = (line.split() for line in self.path.read_text().splitlines())
        return [Call(method, path, int(status)) for _, method, path, status, *_ in lines]

    def __len__(self) -> int:
        return len(self.calls())


def prove(words: list[str]) -> list[str]:
    """Live the days, then catch up; give what was seen. Raises AssertionError where something old went before something new."""
    options = argparse.ArgumentParser()
    options.add_argument("--days", type=int, default=Plan.days)
    options.add_argument("--scans-a-day", type=int, default=Plan.scans_a_day)
    options.add_argument("--mbit", type=float, default=20.0)
    asked = options.parse_args(words)
    plan, rate = Plan(days=asked.days, scans_a_day=asked.scans_a_day), asked.mbit * 1e6
    with (
        tempfile.TemporaryDirectory() as folder,
        real_ends(Path(folder)) as ends,
        slow_line(rate, ONE_WAY_S, ends.demo.province_port) as line,
    ):
        ends.through(line.port)
        return _caught_up(ends, line, plan)


def _caught_up(ends: Ends, line: SlowLine, plan: Plan) -> list[str]:
    box, log = open_sender(ends.demo.commune).box, AccessLog(ends.demo.province.log / "nginx.log")
    week, making_s = _timed(lambda: outage.fill(box, plan))
    began = clock.stamp()
    ends.agent.start()
    news, took_s = _timed(lambda: _work_on(box, log, week, ends.demo.province, line.bits_per_s))
    heads, delays, events_s = _acknowledged(ends.demo.province, began, week, news)
    story = Story(log.calls(), heads, week, news)
    story.check(CONNECTIONS, BESIDE)
    compared = compare(ends.demo.commune)
    box.close()
    assert compared.found == (), compared.found
    floor_s = (week.size + sum(new.size for new in news)) * 8 / line.bits_per_s
    before, beside = (max(map(count, news)) for count in (story.chunks_before_its_event, story.old_chunks_before_its_scans))
    return [
        *_told(plan, week, making_s, line, len(news)),
        "",
        "| what | seen | bound |",
        "|---|---|---|",
        f"| all events of the days acknowledged | after {events_s:.0f} s, before any file | before any file |",
        f"| chunks of old files before the last that goes sooner | {story.old_chunks_before_sooner()} | {CONNECTIONS - 1} |",
        f"| chunks between a new dossier and its receipt, most | {before} | {CONNECTIONS} |",
        f"| seconds between the two, median and most | {statistics.median(delays):.1f}, {max(delays):.1f} | |",
        f"| old chunks between its receipt and its last scan, most | {beside} | {BESIDE} |",
        f"| equal on both sides: events, files | {compared.events_equal}, {compared.files_equal} | all |",
        f"| seconds until all was there | {took_s:.0f} | |",
        f"| over the floor: the files' bytes at the line's rate, {floor_s:.0f} s | {took_s / floor_s:.2f} | |",
        "",
        f"The line carried {line.carried['up'] / 1e6:.0f} MB up. Over 3G of {THIRD_GENERATION / 1e3:.0f} kbit/s that is at least",
        f"{line.carried['up'] * 8 / THIRD_GENERATION / 3600:.1f} h; worked out, not run.",
    ]


def _told(plan: Plan, week: Week, making_s: float, line: SlowLine, news: int) -> list[str]:
    megabytes, mbit, each = week.size / 1e6, line.bits_per_s / 1e6, outage.NEW_SCANS
    return [
        f"Made without a line, in {making_s:.0f} s: {week.head} events of {plan.days} days, {megabytes:.0f} MB of files, of which",
        f"{week.scans} scans; {len(week.sooner)} of the files go sooner, by their class. Then a line of {mbit:.0f} Mbit/s and",
        f"{2e3 * line.one_way_s:.0f} ms there and back; meanwhile {news} dossiers with {each} scans each were accepted, one",
        f"every {NEW_EVERY_S:.0f} s.",
    ]


def _timed(act):  # noqa: ANN001, ANN202
    began = time.monotonic()
    return act(), time.monotonic() - began


def _work_on(box: Box, log: AccessLog, week: Week, province: Home, bits_per_s: float) -> list[New]:
    """Accept a dossier every few seconds until all the files of the days are there; then wait for the last new ones."""
    chance, news, left = random.Random(1), [], set(week.old | week.sooner)
    began = due = time.monotonic()
    until = began + DEADLINE_FLOORS * week.size * 8 / bits_per_s + SLACK_S
    while left:
        assert time.monotonic() < until, f"{len(left)} files of the days have not come"
        if time.monotonic() >= due and len(left) < len(week.old | week.sooner):  # The first when files have begun to go.
            news.append(outage.accept(box, chance, NEW_BYTES, log))
            due = time.monotonic() + NEW_EVERY_S
        left = {digest for digest in left if not files.has(province, digest)}
        time.sleep(LOOK_EVERY_S)
    while not all(files.has(province, digest) for new in news for digest in new.scans) or _waiting(box):
        assert time.monotonic() < until, "what was accepted meanwhile has not come"
        time.sleep(LOOK_EVERY_S)
    assert news, "nothing was accepted meanwhile: the days were too short"
    return news


def _waiting(box: Box) -> bool:
    told = dict(box.db.conn.execute("SELECT name, value FROM sync_state").fetchall())
    return (told["waiting_events"], told["waiting_files"]) != ("0", "0")


def _acknowledged(province: Home, began: str, week: Week, news: list[New]) -> tuple[list[int], list[float], float]:
    """Give the heads of the receipts, the seconds each new dossier waited for its own, and those all events of the days took."""
    with closing(database.connect(province.database, readonly=True).conn) as connection:
        heads = [row[0] for row in connection.execute("SELECT seq FROM receipt_given ORDER BY number").fetchall()]
        rows = dict(connection.execute("SELECT seq, received_at FROM ledger").fetchall())
        sql = "SELECT bytes FROM ledger WHERE seq = ?"
        told = [events.decode(bytes(connection.execute(sql, [new.seq]).fetchone()[0])).at for new in news]
    delays = [_seconds(at, rows[new.seq]) for at, new in zip(told, news, strict=True)]
    return heads, delays, _seconds(began, rows[week.head])


def _seconds(one: str, other: str) -> float:
    return (clock.moment_of(other) - clock.moment_of(one)).total_seconds()
