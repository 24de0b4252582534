"""What waits at a commune that had no line: whole stories of dossiers with their own people, and scans that nothing compresses."""

import base64
import os
import random
from dataclasses import replace
from pathlib import Path

from names import person

from appliance import files, ledger
from appliance.events import FileRef, decode
from appliance.ids import uuid7
from boxes import ACCEPTED, PERSON, UNIT
from sync.wire import Wire
from wire_room import Commune, Room

FILE_BYTES = (50_000, 200_000)
AT_ONCE = 50  # Dossiers recorded in one transaction.
STORY = (
    "dossier.accepted", "dossier.taken", "step.finished", "result.prepared", "result.submitted", "document.signed",
    "document.numbered", "document.sealed", "document.timestamped", "dossier.returned",
)  # fmt: skip


def live(commune: Commune, dossiers: int, seed: int = 30589) -> None:
    """Lead dossiers from the counter back to the counter: as many events each as the story has."""
    chance = random.Random(seed)
    for start in range(0, dossiers, AT_ONCE):
        with commune.box.writing() as act:
            for n in range(start, min(start + AT_ONCE, dossiers)):
                told = words(chance, n)
                dossier = uuid7()
                for kind in STORY:
                    clear, personal = told.get(kind, ({}, {}))
                    act.record(kind, actor=chance.choice(("ST04", "ST08")), dossier=dossier, clear=clear, personal=personal)


def words(chance: random.Random, n: int) -> dict[str, tuple[dict, dict]]:
    """Say what the events of a dossier hold, clear and sealed; digests, names and numbers are its own."""
    owner, document = PERSON | person(chance), {"document": uuid7()}
    drafted, signed, sealed, stamped = (f"{chance.getrandbits(256):064x}" for _ in range(4))
    certificate = {"certificate": "c" * 64, "clock": "synced"}
    prepared = {"template": "xac-nhan", "template_version": "1", "path": "electronic", "pages": 1, "file": drafted}
    return {
        "dossier.accepted": (ACCEPTED | {"code": f"{UNIT}-261121-{n:04d}"}, {"applicant": owner}),
        "dossier.taken": ({"holder": "ST08"}, {}),
        "step.finished": ({"step": 1, "next": 2}, {}),
        "result.prepared": (document | prepared, {"fields": {"name": owner["name"], "number": owner["number"]}}),
        "result.submitted": (document, {}),
        "document.signed": (document | certificate | {"file": signed, "before": drafted}, {}),
        "document.numbered": (document | {"number": None, "text": f"{n}/UBND-XN", "date": "2026-11-21"}, {}),
        "document.sealed": (document | certificate | {"file": sealed, "before": signed}, {}),
        "document.timestamped": (document | {"file": stamped, "before": sealed, "stamped_at": "2026-11-21T03:00:00.000Z"}, {}),
        "dossier.returned": ({"how": "counter"}, {"receiver": {"name": owner["name"]}}),
    }


def scan(commune: Commune, sizes: tuple[int, int] = FILE_BYTES) -> int:
    """Accept a dossier with one page; gives its bytes."""
    page = os.urandom(random.randint(*sizes))
    with commune.box.writing() as act:
        named = [FileRef(files.put(commune.home, page), len(page), "image/jpeg")]
        act.record("dossier.accepted", actor="ST04", dossier=uuid7(), clear=ACCEPTED, personal={"applicant": PERSON}, files=named)
    return len(page)


def stored(commune: Commune) -> list[bytes]:
    """Give every event of the life that is written now, as it is stored."""
    return [data for _, _, data in ledger.stored(commune.box.db, ledger.incarnation(commune.box.db).inc)]


def sealed_bytes(events: list[bytes]) -> int:
    """Add up the sealed parts of events: nothing makes these smaller."""
    return sum(len(base64.b64decode(event.p.b)) for event in map(decode, events) if event.p)


def fresh(room: Room, folder: Path, number: int) -> Commune:
    """Give a box that never sent before."""
    return room.commune(folder / f"box-{number}", f"H97.{number // 100:02d}.{number % 100:02d}")


def through(box: Commune, port: int) -> None:
    """Have the agent of a box reach the province through a relay on this machine, over connections of its own."""
    box.line.pool.clear()
    box.agent.sender = replace(box.sender, wire=Wire(f"http://127.0.0.1:{port}", box.line))
    box.room.presented = box.certificate
