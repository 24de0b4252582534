"""The named limits that days without a line must keep, and how evenings are judged by them. Any office, any number of days."""

from dataclasses import dataclass

from provisioning.demo.plan import LOG_BYTES_MAX, LOGS_KEPT
from soak import WAL_BYTES_MAX

MB = 1_000_000
DRAFTS_KEPT_DAYS = 30
EVENT_BYTES_MAX = 3_000  # of the database, for each event: the event, its rows, its words, its key
FILES_TWICE_MAX = 1.01  # bytes of stored files over bytes scanned for dossiers
DRAFT_DAYS_MAX = DRAFTS_KEPT_DAYS + 2  # days of pages of drafts that nobody finished
SPOOL_BYTES_MAX = MB
LOG_DAY_BYTES_MAX = 2_000  # whatever the number of tries
LINE_BYTES_MAX = 64 * 1024  # What one write of a program may add before its log is turned over.
PROGRAM_LOG_BYTES_MAX = (1 + LOGS_KEPT) * (LOG_BYTES_MAX + LINE_BYTES_MAX)
MEMORY_GROWTH_MAX = 24 * MB  # from the third evening on: the lists of what waits grow with what waits
DESCRIPTORS_GROWTH_MAX = 3


@dataclass(frozen=True)
class Day:
    """What an evening finds, in bytes and counts; `try_ms`: what the last try of the day took."""

    number: int
    events: int
    database: int
    wal: int
    scanned: int
    stored: int
    lying: int  # of pages of drafts, beside the dossiers' files
    spool: int
    log: int
    memory: int
    descriptors: int
    tries: int
    try_ms: float


def held(days: list[Day]) -> list[str]:
    """Judge the named limits; gives a line for each. Raises AssertionError where one does not hold."""
    first, last, warm = days[0], days[-1], days[min(2, len(days) - 1)]
    grown = (last.database - first.database) / (last.events - first.events)
    kept = last.lying / max(1, first.lying)
    judged = [
        ("database, bytes an event", grown, EVENT_BYTES_MAX),
        ("write-ahead log at its largest, MB", last.wal / MB, WAL_BYTES_MAX / MB),
        ("stored files over scanned bytes, drafts apart", (last.stored - last.lying) / last.scanned, FILES_TWICE_MAX),
        ("pages of unfinished drafts, days' worth", kept, DRAFT_DAYS_MAX),
        ("spool, MB", max(day.spool for day in days) / MB, SPOOL_BYTES_MAX / MB),
        ("log, bytes a day", last.log / last.number, LOG_DAY_BYTES_MAX),
        ("memory, growth since the third evening, MB", (last.memory - warm.memory) / MB, MEMORY_GROWTH_MAX / MB),
        ("descriptors, growth since the third evening", last.descriptors - warm.descriptors, DESCRIPTORS_GROWTH_MAX),
    ]
    broken = [(what, seen, most) for what, seen, most in judged if seen > most]
    assert not broken, broken
    return [f"| {what} | {seen:.2f} | {most:g} |" for what, seen, most in judged]
