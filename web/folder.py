"""One dossier as a folder that opens without our software: papers, events, a page to read, a program that checks them.

What was erased is not in it. The folder holds personal data in clear: whoever takes it away answers for it.
"""

import json
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from jinja2 import Environment, PackageLoader
from sqlite_utils.db import Database

from appliance import chain, files, ledger, looking_back, officers, queries
from appliance.config import Home
from appliance.dossier import Dossier
from appliance.errors import Refused
from appliance.ids import device_bytes
from appliance.looking_back import Told
from web import frame, timeline
from web.vietnamese import CHANNELS
from web.words.moves import STATUS

ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
NAME_CHARS_MAX = 50
PAGES = Environment(loader=PackageLoader("web"), autoescape=True, trim_blocks=True, lstrip_blocks=True)
PAGES.filters.update(frame.FILTERS)


def pieces(home: Home, db: Database, dossier_id: str) -> Iterator[tuple[str, bytes]]:
    """Give every file of the folder as (path inside it, bytes). Raises Refused `dossier_unknown`, `file_damaged`."""
    found = queries.dossier(db, dossier_id)
    if found is None:
        raise Refused("dossier_unknown")
    device = home.settings.device
    every = looking_back.told(db, device, dossier_id)
    placed = {digest: path for digest, path in places(db, found).items() if files.has(home, digest)}
    yield "index.html", _index(db, found, every, placed)
    yield "su-kien.jsonl", _lines(_event(db, device, one) for one in every if one.digest)  # Its chain is this box's own.
    yield "thong-tin-ca-nhan.jsonl", _lines({"inc": o.inc, "seq": o.event.i, "personal": o.personal} for o in every if o.personal)
    yield "tep.json", json.dumps(placed, ensure_ascii=False, indent=1).encode()
    yield "kiem-tra.py", Path(__file__).with_name("verify_folder.py").read_bytes()
    for digest, path in placed.items():
        yield path, files.read(home, digest)


def places(db: Database, dossier: Dossier) -> dict[str, str]:
    """Name a place in the folder for each file of the dossier: papers brought, papers issued, results, the rest."""
    media = dict(db.conn.execute("SELECT digest, media FROM dossier_file WHERE dossier = ?", [dossier.id]).fetchall())
    wanted = [
        *((page["file"], f"giay-to/{n:02d}-{plain(part['name'])}-{place}") for n, part in enumerate(dossier.parts, 1)
          for place, page in enumerate(part.get("pages", ()), 1)),
        *((paper.file, f"giay-da-cap/{plain(timeline.form_title(paper.form))}-ban-{paper.copy}") for paper in dossier.papers),
        *((file, f"ket-qua/{n:02d}-ban-{place}") for n, document in enumerate(dossier.documents, 1)
          for place, file in enumerate((*document.before, document.file), 1)),
        *((digest, f"khac/{digest[:12]}") for digest in media),
    ]  # fmt: skip
    found: dict[str, str] = {}
    for digest, path in wanted:
        if digest in media:
            found.setdefault(digest, f"{path}.{ENDINGS.get(media[digest], 'bin')}")
    return found


def plain(name: str) -> str:
    """Write a name so that any file system takes it."""
    bare = unicodedata.normalize("NFD", name.lower().replace("đ", "d")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", bare)[:NAME_CHARS_MAX].strip("-")


def _event(db: Database, device: str, one: Told) -> dict[str, Any]:
    inc, seq = bytes.fromhex(one.inc), one.event.i
    row = db.conn.execute("SELECT digest FROM event WHERE inc = ? AND seq = ?", [inc, seq - 1]).fetchone()
    life = next(life for life in ledger.incarnations(db) if life.inc == inc)
    previous = bytes(row[0]) if row else chain.first_previous(device_bytes(device), life.parent)
    return {"device": device, "inc": one.inc, "seq": seq, "previous": previous.hex(), "digest": one.digest.hex(),
            "event": one.data.decode()}  # fmt: skip


def _lines(records: Iterable[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()


def _index(db: Database, found: Dossier, every: list[Told], placed: dict[str, str]) -> bytes:
    called = {officer.id: officer.name for officer in officers.everybody(db)}
    steps = queries.timeline(db, found.id)
    personal = {(one.inc, one.event.i): one.personal for one in every}
    entries = [timeline.entry_of(found, step, personal.get((step.inc, step.seq), {}), called) for step in steps]
    page = PAGES.get_template("folder_index.html")
    return page.render(dossier=found, entries=entries, files=sorted(placed.values()), STATUS=STATUS, CHANNELS=CHANNELS).encode()


def write(home: Home, db: Database, dossier_id: str, folder: Path) -> int:
    """Write the folder, which must not exist yet; gives the number of files. Raises FileExistsError."""
    folder.mkdir(parents=True)
    count = 0
    for path, data in pieces(home, db, dossier_id):
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_bytes(data)
        count += 1
    return count


def write_zip(home: Home, db: Database, dossier_id: str, name: str, out: IO[bytes]) -> None:
    """Write the folder as a zip file in which everything lies under `name`."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for path, data in pieces(home, db, dossier_id):
            packed.writestr(f"{name}/{path}", data)
