"""Sixty days without a line, on a clock of our own: named limits for disk, memory and logs; then everything arrives at once.

`--days 10` lives fewer.
"""

import argparse
import tempfile
from pathlib import Path

from offline60 import Plan, live
from offline_limits import MB, PROGRAM_LOG_BYTES_MAX, Day, held
from sync.compare import compare_box
from wire_room import wire_room

SHOWN = 8  # evenings in the table
TRIES_OF_A_DAY = 8_640  # What the agent's own waiting comes to: one in ten seconds, the mean of its longest wait.


def prove(words: list[str]) -> list[str]:
    """Live the days; give what each limit came to. Raises AssertionError where one does not hold, or where something is lost."""
    options = argparse.ArgumentParser()
    options.add_argument("--days", type=int, default=Plan.days)
    plan = Plan(days=options.parse_args(words).days)
    with tempfile.TemporaryDirectory() as folder, wire_room(Path(folder)) as room:
        commune = room.commune(Path(folder) / "commune")
        days = list(live(commune, plan))
        limits = held(days)
        while not commune.round():
            pass
        both = compare_box(commune.box, commune.sender.wire)
        assert both.found == () and commune.state()["waiting_files"] == "0"
    return [*_told(plan, days), "", "| limit | seen | at most |", "|---|---|---|", *limits, "", *_table(days), "", _end(both)]


def _told(plan: Plan, days: list[Day]) -> list[str]:
    busy_s = days[-1].try_ms * TRIES_OF_A_DAY / 1000
    return [
        f"{plan.days} days; on each {plan.dossiers} dossiers of {plan.pages} pages, {plan.drafts} drafts left lying, and",
        f"{plan.tries} tries of the agent, each of which meets another trouble. A real agent tries about",
        f"{TRIES_OF_A_DAY} times a day: with what waits on the last evening that is {busy_s / 864:.1f} % of one core.",
        "A try leaves nothing on the disk but the state that screens show.",
        "The log of each program, nginx's lines of calls among them, is turned over by the supervisor: it never takes more than",
        f"{PROGRAM_LOG_BYTES_MAX / MB:.1f} MB, however many days (tests/test_program_logs.py).",
    ]


def _table(days: list[Day]) -> list[str]:
    head = [
        "| evening | events | database MB | log of writes MB | files MB | agent's log B | memory MB | descriptors | a try, ms |"
    ]
    step = max(1, len(days) // SHOWN)
    return [*head, "|---|---|---|---|---|---|---|---|---|", *(_row(day) for day in [*days[step - 1 : -1 : step], days[-1]])]


def _row(day: Day) -> str:
    return (
        f"| {day.number} | {day.events} | {day.database / MB:.1f} | {day.wal / MB:.1f} | {day.stored / MB:.1f} | {day.log} "
        f"| {day.memory / MB:.0f} | {day.descriptors} | {day.try_ms:.0f} |"
    )


def _end(both) -> str:
    return (
        f"Then the line is back: {both.events_equal} events and {both.files_equal} files are equal at both ends, none is missing."
    )
