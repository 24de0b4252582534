"""What each act of an officer costs against a bare durable commit on the same disk, alternating in the same run.

The act is measured from the open transaction to the witness; papers that it issues are set before and not counted.
"""

import statistics
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from appliance import database, events
from appliance.ids import uuid7
from boxes import ACCEPTED, open_test_box
from walk import PERSONAL, REQUEST, SAID

LIVES = 25
LIMIT = 15.0
DOCUMENT = {"document": "00000000-0000-7000-8000-000000000001", "path": "electronic", "before": "f" * 64}
ONLINE = (
    ("dossier.filed", {"filed_at": "2026-11-20T01:00:00.000Z"}),
    ("payment.requested", {"lines": []}),
    ("fee.taken", {"lines": []}),
    ("dossier.accepted", {}),
    ("dossier.taken", {}),
    ("supplement.requested", {}),
    ("supplement.received", {"components": []}),
    ("dossier.corrected", {"fields": ["phone"], "components": []}),
    ("dossier.transferred", {}),
    ("due.extended", {}),
    ("step.finished", {}),
    ("result.prepared", DOCUMENT),
    ("result.submitted", DOCUMENT),
    ("document.signed", DOCUMENT),
    ("document.numbered", DOCUMENT),
    ("document.sealed", DOCUMENT),
    ("document.timestamped", DOCUMENT | {"stamped_at": "2026-11-21T03:00:00.000Z"}),
    ("dossier.returned", {}),
)
ENDINGS = (
    (("dossier.filed", {"filed_at": "2026-11-20T01:00:00.000Z"}), ("dossier.refused", {})),
    (("dossier.accepted", {}), ("dossier.stopped", {}), ("dossier.resumed", {}), ("dossier.withdrawn", {"request": REQUEST})),
    (("dossier.accepted", {}), ("dossier.taken", {}), ("act.undone", {"kind": "dossier.taken", "seq": None})),
)


def run() -> list[dict]:
    """Give one figure for each kind of act: the median ratio to a bare commit."""
    with tempfile.TemporaryDirectory() as folder:
        box = open_test_box(Path(folder))
        bare = database.connect(Path(folder) / "bare.db")
        bare.conn.execute("CREATE TABLE row (body BLOB)")
        spent: dict[str, list[float]] = defaultdict(list)
        commits: list[float] = []
        for _ in range(LIVES):
            for story in (ONLINE, *ENDINGS):
                live(box, story, spent)
                commits.append(timed(lambda: commit(bare)))
        bare.conn.close()
        box.close()
    return [figure(kind, times, commits) for kind, times in sorted(spent.items())]


def live(box, story, spent: dict[str, list[float]]) -> None:
    """Lead one dossier through a story."""
    dossier, seq = uuid7(), 0
    for kind, said in story:
        values = ACCEPTED | SAID | said
        if "seq" in said:
            values["seq"] = seq
        clear = {name: values[name] for name in events.KINDS[kind].clear if name in values}
        personal = {name: PERSONAL[name] for name in events.KINDS[kind].sealed if name in PERSONAL}
        began = time.perf_counter()
        with box.writing() as act:
            seq = act.record(kind, actor="ST04", dossier=dossier, clear=clear, personal=personal).i
        spent[kind].append((time.perf_counter() - began) * 1000)


def commit(db) -> None:
    """Make one row durable."""
    with database.writing(db):
        db.conn.execute("INSERT INTO row VALUES (?)", [b"x" * 1024])


def timed(act) -> float:
    """Give milliseconds."""
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


def figure(kind: str, times: list[float], commits: list[float]) -> dict:
    """Give one line of the table."""
    ours, theirs = statistics.median(times), statistics.median(commits)
    name, note = (
        f"act_{kind.replace('.', '_')}",
        f"{ours:.2f} ms against {theirs:.2f} ms, medians of {len(times)} and {len(commits)}",
    )
    return {
        "name": name,
        "value": ours / theirs,
        "unit": "times",
        "limit": LIMIT,
        "ratio": ours / theirs,
        "better": "lower",
        "note": note,
    }
