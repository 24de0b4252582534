"""What an acceptance costs against a bare durable commit, and how fast rows are rebuilt from a long ledger."""

import statistics
import tempfile
import time
from datetime import date
from pathlib import Path

from appliance import database, numbering, verify
from appliance.catalogue_sheets import Book
from appliance.ids import uuid7
from boxes import ACCEPTED, PERSON, UNIT, open_test_box

ROUNDS, EACH = 7, 40
EVENTS = 100_000
BOOK = Book("dossier", "Hồ sơ", "day", "{unit}-{yymmdd}-{number}", 4, None, date(2026, 1, 1), "bench", verified=False, note=None)


def run() -> list[dict]:
    """Give the figures of the ledger; times are medians, ratios are taken in the same run."""
    with tempfile.TemporaryDirectory() as folder:
        box = open_test_box(Path(folder), grant=(1, 999_999))
        return [*accept_against_commit(box, Path(folder)), *rebuild(box, Path(folder))]


def accept_against_commit(box, folder: Path) -> list[dict]:
    """Alternate rounds of acceptances and of bare one-row commits on the same disk."""
    bare = database.connect(folder / "bare.db")
    bare.conn.execute("CREATE TABLE row (body BLOB)")
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(timed(lambda: accept(box)))
        theirs.append(timed(lambda: commit(bare)))
    bare.conn.close()
    ratio = statistics.median(ours) / statistics.median(theirs)
    note = f"accept {spread(ours)} ms, bare durable commit {spread(theirs)} ms; the slip is set before and not counted"
    return [figure("accept_over_bare_commit", ratio, "times", ratio, "lower", note, limit=15.0)]


def spread(values: list[float]) -> str:
    """Write median and range."""
    return f"{statistics.median(values):.2f} ({min(values):.2f}-{max(values):.2f})"


def timed(act) -> float:
    """Give milliseconds of one act, the mean of a round."""
    start = time.perf_counter()
    for _ in range(EACH):
        act()
    return (time.perf_counter() - start) * 1000 / EACH


def commit(db) -> None:
    """Make one row durable."""
    with database.writing(db):
        db.conn.execute("INSERT INTO row VALUES (?)", [b"x" * 1024])


def accept(box) -> None:
    """Accept one dossier: number, event, sealed part, rows, search, commit, witness."""
    with box.writing() as act:
        record(act)


def record(act) -> None:
    number = numbering.take(act, BOOK, UNIT)
    clear = ACCEPTED | {"number": number.clear(), "code": f"{UNIT}-261121-{number.n:04d}"}
    act.record("dossier.accepted", actor="ST04", dossier=uuid7(), clear=clear, personal={"applicant": PERSON})


def rebuild(box, folder: Path) -> list[dict]:
    """Grow the ledger to 100,000 events, then fold it into a second file."""
    have = box.db.conn.execute("SELECT count(*) FROM event").fetchone()[0]
    for _ in range((EVENTS - have) // 1000):
        with box.writing() as act:
            for _ in range(1000):
                record(act)
    have = box.db.conn.execute("SELECT count(*) FROM event").fetchone()[0]
    start = time.perf_counter()
    verify.rebuild(box.db, box.device, folder / "rows.db").conn.close()
    took = time.perf_counter() - start
    return [figure("rebuild_100k_events", took, "s", took / 60, "lower", f"{have} events, {have / took:.0f} a second", limit=60.0)]


def figure(name, value, unit, ratio, better, note, limit) -> dict:
    """Give one line of the table."""
    rounded = {"value": round(value, 3), "ratio": round(ratio, 3)}
    return {"name": name, "unit": unit, "limit": limit, "better": better, "note": note} | rounded
