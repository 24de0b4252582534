"""A week without a line, carried by hand: seconds and bytes for writing a bundle, taking it in and reading the answer."""

import os
import tempfile
import time
from pathlib import Path

from figures import figure

from appliance import files, ledger
from appliance.events import FileRef
from appliance.ids import uuid7
from boxes import ACCEPTED, PERSON, UNIT
from courier_room import Courier
from sync.courier.going import BYTES_MAX
from wire_room import Commune, wire_room

EVENTS, FILES, FILE_BYTES = 8_400, 1_000, 1_000_000  # Seven days of a commune: 144 MB of scans a day.
AT_ONCE = 200


def run() -> list[dict]:
    """Give the figures of one week. Both ends lie on the same disk; a stick of its own is slower by its own writing."""
    with tempfile.TemporaryDirectory() as folder, wire_room(Path(folder)) as room:
        courier = Courier(room, room.commune(Path(folder) / "commune"), Path(folder) / "sticks")
        fill(courier.commune)
        bodies = EVENTS + 1, FILES * FILE_BYTES
        made, writing = timed(lambda: courier.export(BYTES_MAX))
        outcome, taking = timed(lambda: courier.deliver(made.path))
        came, reading = timed(lambda: courier.bring_back(outcome.answer_path))
        assert (made.events, made.last, outcome.answer.good, came.files) == (bodies[0], True, True, FILES)
        besides = made.size - bodies[1]
        answer = outcome.answer_path.stat().st_size
    note = f"{bodies[0]} events, {FILES} files, {bodies[1] / 1e6:.0f} MB, one round"
    return [
        figure("courier_write_s", [writing], "s", "lower", note),
        figure("courier_take_in_s", [taking], "s", "lower", note),
        figure("courier_read_answer_s", [reading], "s", "lower", note),
        figure("courier_bytes_besides_files", [float(besides)], "B", "lower", "events, keys, tar, seal, manifest"),
        figure("courier_answer_bytes", [float(answer)], "B", "lower", "receipts, verdicts, feed"),
    ]


def timed(act):  # noqa: ANN001, ANN201
    """Do something and say how long it took."""
    began = time.monotonic()
    done = act()
    return done, time.monotonic() - began


def fill(commune: Commune) -> None:
    """Record a week: dossiers that were accepted, some with a scan."""
    left = FILES
    for start in range(0, EVENTS, AT_ONCE):
        with commune.box.writing() as act:
            for n in range(start, start + AT_ONCE):
                named = [scan(commune)] if left > 0 and n % (EVENTS // FILES) == 0 else []
                left -= len(named)
                clear = ACCEPTED | {"code": f"{UNIT}-261121-{n:06d}"}
                act.record(
                    "dossier.accepted", actor="ST04", dossier=uuid7(), clear=clear, personal={"applicant": PERSON}, files=named
                )
    assert ledger.head(commune.box.db).seq == EVENTS + 1 and left == 0


def scan(commune: Commune) -> FileRef:
    """Keep a scan that no compression makes smaller."""
    return FileRef(files.put(commune.home, os.urandom(FILE_BYTES)), FILE_BYTES, "image/jpeg")
