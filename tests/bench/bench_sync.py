"""Catching up 500 dossiers over a slow line: how much of the line is used, what an event costs on the wire, what sealing costs."""

import base64
import json
import random
import statistics
import tempfile
import time
import zlib
from pathlib import Path
from urllib.parse import urlsplit

from figures import figure
from outbox import scan, stored, through
from slow_line import SlowLine, slow_line

from appliance import ledger
from appliance.events import decode
from appliance.ids import uuid7
from boxes import ACCEPTED, PERSON, UNIT
from sync.agent import round_of
from wire_room import Commune, Room, wire_room

DOSSIERS = 500
ONE_WAY_S = 0.04
LINES = {2e6: 16, 20e6: 160}  # bits a second: how many files a round
ROUNDS = 3
NAMES = ("Nguyễn Thị Ngọc Ánh", "Trần Văn Cồn Én", "Lê Thị Sông Hậu", "Phan Vàm Cống", "Đặng Đức Đào", "Võ Thị Út Mười")


def run() -> list[dict]:
    """Give the figures of the wire. Bytes are what the relay carried: HTTP with its headers, without TLS and TCP."""
    with tempfile.TemporaryDirectory() as folder, wire_room(Path(folder)) as room:
        return [*events_and_bytes(room, Path(folder)), *goodput(room, Path(folder))]


def events_and_bytes(room: Room, folder: Path) -> list[dict]:
    """Send the events of 500 dossiers, each time from a box that never sent before."""
    per_event, ratios, seconds, besides = [], [], [], []
    for n in range(ROUNDS):
        box = room.commune(folder / f"events-{n}", f"H99.99.{n:02d}")
        fill(box)
        sealed, deflated, count = sealed_bytes(box)
        with slow_line(2e6, ONE_WAY_S, urlsplit(room.url).port or 0) as line:
            seconds.append(timed_round(box, line))
        sent = box.line.bodies
        per_event.append((sent["/segments"] - sealed) / count)
        besides.append(line.carried["up"] - sent["/segments"])
        ratios.append(sealed / deflated)
    note = f"segments of {count} events of {DOSSIERS} dossiers; keys, hellos and headers {statistics.median(besides):.0f} B besides"
    return [
        figure("sync_bytes_per_event_besides_sealed", per_event, "B", "lower", note, limit=30.0),
        figure(
            "sync_sealed_over_deflated",
            ratios,
            "times",
            "lower",
            "sealed bytes over the same fields deflated, nothing sealed",
            1.25,
        ),
        figure("sync_events_500_dossiers_2mbit", seconds, "s", "lower", "keys, events, receipts, feed; 80 ms round trip"),
    ]


def goodput(room: Room, folder: Path) -> list[dict]:
    """Send scans over each line and compare with what the line can carry."""
    figures = []
    for bits_per_s, count in LINES.items():
        shares = []
        for n in range(ROUNDS):
            box = room.commune(folder / f"files-{bits_per_s:.0f}-{n}", f"H98.{int(bits_per_s / 1e6):02d}.{n:02d}")
            size = sum(scan(box) for _ in range(count))
            with slow_line(bits_per_s, ONE_WAY_S, urlsplit(room.url).port or 0) as line:
                took = timed_round(box, line)
            shares.append(size * 8 / took / bits_per_s)
        note = f"{count} files of 50-200 kB with their events, 80 ms round trip; all connections share the line"
        figures.append(figure(f"sync_goodput_{bits_per_s / 1e6:.0f}mbit", shares, "of the line", "higher", note, limit=0.80))
    return figures


def fill(box: Commune) -> None:
    """Accept, take and finish 500 dossiers."""
    chance = random.Random(30589)
    for _ in range(DOSSIERS):
        dossier = uuid7()
        numbers = {"number": f"{chance.randrange(10**12):012d}", "phone": f"+849{chance.randrange(10**8):08d}"}
        person = PERSON | {"name": chance.choice(NAMES)} | numbers
        with box.box.writing() as act:
            clear = ACCEPTED | {"code": f"{UNIT}-261121-{chance.randrange(10**4):04d}"}
            act.record("dossier.accepted", actor="ST04", dossier=dossier, clear=clear, personal={"applicant": person})
            act.record("dossier.taken", actor="ST08", dossier=dossier, clear={"holder": "ST08"})


def timed_round(box: Commune, line: SlowLine) -> float:
    """Let the agent catch up over a line; gives seconds."""
    through(box, line.port)
    start = time.perf_counter()
    assert round_of(box.agent)
    took = time.perf_counter() - start
    assert box.state()["waiting_events"] == box.state()["waiting_files"] == "0"
    box.line.pool.clear()
    return took


def sealed_bytes(box: Commune) -> tuple[int, int, int]:
    """Give bytes of all sealed parts, of the same fields only deflated, and the number of events."""
    sealed = deflated = count = 0
    life = ledger.incarnation(box.box.db)
    for event in map(decode, stored(box)):
        count += 1
        if event.p:
            sealed += len(base64.b64decode(event.p.b))
            personal = ledger.personal_of(box.box.db, box.box.device_bytes, life.inc, event)
            deflated += len(zlib.compress(json.dumps(personal, ensure_ascii=False, separators=(",", ":")).encode(), 9, wbits=-15))
    return sealed, deflated, count
