"""A province with its pages open, a commune that sends to it, and dossiers as a commune makes them, result and all."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from appliance import box, files
from appliance.config import Home, Settings, write_settings
from appliance.events import FileRef
from appliance.ids import uuid7
from boxes import ACCEPTED, PERSON, UNIT
from people import add_staff
from provisioning.demo import sheets
from signing_room import FILL, Authority
from web.province.app import create_app
from wire_room import Commune, Room, wire_room

PAPER = {"name": "Tờ khai đề nghị cấp giấy xác nhận", "copy": "original", "kind": "submit", "count": 1, "scan": True}
DOCUMENT = "ket-qua"


@contextmanager
def province_room(folder: Path, password_hash: str, ca: Authority | None = None) -> Iterator[tuple[Room, Flask]]:
    """Have a province served to communes inside the block, and its pages as an application."""
    with wire_room(folder) as room:
        home = room.province.home
        write_settings(
            home, Settings("province", room.province.home.settings.device, "Tỉnh An Giang", province_name="Tỉnh An Giang")
        )
        home = Home(home.root)  # Settings are read once.
        box.enrol(home)
        add_staff(home, password_hash)
        if ca:
            shutil.copytree(ca.folder / "trust", home.trust, dirs_exist_ok=True)
        app = create_app(home, collect=False)
        yield room, app
        app.extensions["box"].close()
        app.extensions["province"].close()


def accept(commune: Commune, name: str = PERSON["name"], pages: int = 2, n: int = 1, **person: str) -> str:
    """Accept a dossier with scanned pages; gives its id."""
    dossier = uuid7()
    scans = [sheets.draw("to-khai-khai-sinh", number) for number in range(n, n + pages)]
    digests = [files.put(commune.home, scan) for scan in scans]
    part = PAPER | {"pages": [{"file": digest, "n": 1, "turn": 0} for digest in digests]}
    clear = ACCEPTED | {"code": f"{UNIT}-261121-{n:04d}", "components": [part], "counter": "2"}
    named = [FileRef(digest, len(scan), "image/jpeg") for digest, scan in zip(digests, scans, strict=True)]
    with commune.box.writing() as act:
        personal = {"applicant": PERSON | {"name": name} | person}
        act.record("dossier.accepted", actor="ST04", dossier=dossier, clear=clear, personal=personal, files=named)
    return dossier


def decide(commune: Commune, dossier: str, draft: bytes, *revisions: bytes) -> None:
    """Take a dossier through processing: drafted, then signed, sealed and time-stamped as far as there are revisions."""
    _step(commune, "dossier.taken", "ST08", dossier, {"holder": "ST08"})
    made = {"template": "xac-nhan", "template_version": "1", "path": "electronic", "pages": 1}
    _step(commune, "result.prepared", "ST08", dossier, made, draft)
    _step(commune, "result.submitted", "ST08", dossier, {})
    number = {"unit": UNIT, "book": "outgoing", "period": "2026", "n": 145}
    numbered = {"number": number, "text": FILL["so_van_ban"], "date": "2026-11-21"}
    signed = {"certificate": "", "clock": "synced"}
    steps = (
        ("document.signed", "ST01", signed),
        ("document.sealed", "ST09", signed),
        ("document.timestamped", "agent", {"stamped_at": "2026-11-21T03:00:00.000Z", "findings": []}),
    )
    for (kind, actor, clear), revision in zip(steps, revisions, strict=False):
        if kind == "document.sealed":
            _step(commune, "document.numbered", actor, dossier, numbered)
        _step(commune, kind, actor, dossier, clear, revision)


def _step(commune: Commune, kind: str, actor: str, dossier: str, clear: dict, pdf: bytes = b"") -> None:
    named = [FileRef(files.put(commune.home, pdf), len(pdf), "application/pdf")] if pdf else []
    if kind.startswith(("document.", "result.")):
        clear = clear | {"document": DOCUMENT}
    if named:
        clear = clear | {"file": named[0].s} | ({"before": ""} if kind.startswith("document.") else {})
    with commune.box.writing() as act:
        act.record(kind, actor=actor, dossier=dossier, clear=clear, files=named)
