"""Online dossiers of the portal, told to the one box that stands for a commune; once filed there, the filing is let go of here.

Until then the province has of a person nothing but the files that go with the record. Of what was filed it keeps the papers, which
the dossier names, and the secret that proves the same contents; an erasure takes both.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlite_utils.db import Database

from appliance import catalogue_shelf, clock, files, procedures, queries
from appliance.catalogue import Catalogue
from appliance.errors import Refused
from appliance.events import Event
from sync import filings
from sync.compaction import FILING
from sync.filings import Filed, Placed, Told
from sync.province import feed_out, publishing
from sync.province.opened import Province
from sync.publications import PAPER_BYTES_MAX, PAPERS_MAX, FilingSaid, Sent


@dataclass(frozen=True)
class Case:
    """A filing that both ends would take: as it is told, its papers by digest, and the catalogue that it was judged by."""

    told: Told
    papers: Mapping[str, bytes]
    catalogue: Catalogue

    @property
    def code(self) -> str:
        """Give the code of the portal."""
        return self.told.filed.code


def publish_filing(
    province: Province, unit: str, said: dict[str, Any], papers: Mapping[str, Sequence[bytes]], again: bool = False
) -> bool:
    """Give the box of a unit an online dossier: `said` as `filings.Filed`, `papers` by key of their component.

    Says whether it was news, or told again. Raises Refused `published_wrong`, `published_unit_unknown`, `published_too_big`,
    `filing_changed`, `filing_erased`, `filing_code_taken`, and what `filings.judged` refuses.
    """
    case = _judged(province, unit, publishing.of_form(said, Filed), papers)
    with province.writing() as db:
        device = _box_of(db, unit)
        known = _known(db, case)
        if known is None:
            _keep(province, db, device, case)
        elif known or not again:
            return False
        _tell(province, db, case.code)
    return True


def _judged(province: Province, unit: str, filed: Filed, papers: Mapping[str, Sequence[bytes]]) -> Case:
    now = clock.stamp()
    if filed.filed_at > now:
        raise Refused("published_wrong", field="filed_at")
    day = clock.local_day(now)
    catalogue = catalogue_shelf.current(province.home, day)
    placed = _placed(catalogue, filed, papers)
    told = Told(secrets.token_hex(32), unit, filed, tuple(one for one, _ in placed))
    case = Case(told, {one.file: data for one, data in placed}, catalogue)
    filings.judged(catalogue, day, told, _papers(case), case.papers.__getitem__)
    return case


def _known(db: Database, case: Case) -> str | None:
    """Give the dossier that a box made of what was told under this code, "" where it has not; None where nothing was.

    Raises Refused `filing_changed`, `filing_erased`, `filing_code_taken`.
    """
    row = db.conn.execute("SELECT salt, told, dossier FROM filing_told WHERE code = ?", [case.code]).fetchone()
    if row:
        _must_be_same(case.told, *row[:2])
        return row[2]
    if queries.by_code(db, case.code):
        raise Refused("filing_code_taken", code=case.code)
    return None


def _keep(province: Province, db: Database, device: str, case: Case) -> None:
    """Keep a filing and its files, and the record that names them."""
    data = filings.written(case.told)
    digest = files.put(province.home, data)
    for paper in case.papers.values():
        files.put(province.home, paper)
    sent = (_sent(digest, data, "application/json"), *_papers(case))
    record = msgspec.json.encode(FilingSaid(case.code, case.told.filed.procedure, case.catalogue.digest, sent))
    sql = "INSERT INTO filing_told (code, unit, device, salt, told, said, at) VALUES (?, ?, ?, ?, ?, ?, ?)"
    db.conn.execute(sql, [case.code, case.told.unit, device, case.told.salt, digest, record, clock.stamp()])


def _placed(catalogue: Catalogue, filed: Filed, papers: Mapping[str, Sequence[bytes]]) -> list[tuple[Placed, bytes]]:
    """Say where each paper belongs. Raises Refused for a component that nobody asks for, and for files that no page shows."""
    procedure = procedures.get(catalogue, filed.procedure)
    asked = procedures.components_for(procedure, filed.case or procedure.cases[0].id, filed.channel)
    names = {one.key: one.component.name for one in asked}
    placed = []
    for key, data in ((key, data) for key, found in papers.items() for data in found):
        if key not in names:
            raise Refused("filing_component_unknown", name=key)
        if not filings.media_of(data):
            raise Refused("filing_paper_wrong", name=key)
        if len(data) > PAPER_BYTES_MAX:
            raise Refused("published_too_big", name=key, limit=PAPER_BYTES_MAX)
        placed.append((Placed(key, names[key], files.digest_of(data)), data))
    if len(placed) > PAPERS_MAX:
        raise Refused("published_wrong", field="files")
    return placed


def _sent(digest: str, data: bytes, media: str) -> Sent:
    return publishing.of_form({"file": digest, "size": len(data), "media": media}, Sent)


def _papers(case: Case) -> list[Sent]:
    return [_sent(digest, data, filings.media_of(data)) for digest, data in case.papers.items()]


def _must_be_same(told: Told, salt: str | None, known: str) -> None:
    """Refuse other contents under a code: written with the secret of the first, the same give the same digest."""
    if salt is None:
        raise Refused("filing_erased", code=told.filed.code)
    if files.digest_of(filings.written(msgspec.structs.replace(told, salt=salt))) != known:
        raise Refused("filing_changed", code=told.filed.code)


def _box_of(db: Database, unit: str) -> str:
    """Give the one box that stands for a unit: of several the one admitted last. Raises Refused `published_unit_unknown`."""
    sql = "SELECT id FROM device WHERE unit = ? AND revoked_at IS NULL AND NOT trial ORDER BY enrolled_at DESC, id DESC LIMIT 1"
    row = db.conn.execute(sql, [unit]).fetchone()
    if row is None:
        raise Refused("published_unit_unknown", unit=unit)
    return row[0]


def _tell(province: Province, db: Database, code: str) -> None:
    """Tell a filing to its box, and let that box alone fetch its files."""
    device, said = db.conn.execute("SELECT device, said FROM filing_told WHERE code = ?", [code]).fetchone()
    body = msgspec.json.decode(said)
    publishing.send_with(db, device, code, [one["file"] for one in body["files"]])
    feed_out.add(db, province.signing, device, FILING, body)


def pass_on(province: Province, db: Database, unit: str) -> None:
    """Tell the box of a unit what a revoked one before it never filed, inside the caller's transaction."""
    sql = """SELECT code FROM filing_told JOIN device ON device.id = filing_told.device
             WHERE filing_told.unit = ? AND dossier = '' AND revoked_at IS NOT NULL ORDER BY filing_told.at, code"""
    left = [code for (code,) in db.conn.execute(sql, [unit]).fetchall()]
    try:
        device = _box_of(db, unit)
    except Refused:
        return  # Nobody stands for it now: who is admitted next is told.
    for code in left:
        db.conn.execute("DELETE FROM published_to_one WHERE about = ?", [code])
        db.conn.execute("UPDATE filing_told SET device = ? WHERE code = ?", [device, code])
        _tell(province, db, code)


def filed(db: Database, device: str, event: Event) -> None:
    """Note that a box filed what it was told: its papers are now the dossier's, and go with its erasure."""
    sql = "UPDATE filing_told SET dossier = ? WHERE code = ? AND device = ? AND dossier = '' RETURNING told"
    for (told,) in db.conn.execute(sql, [event.k, event.d["code"], device]).fetchall():
        sql = "DELETE FROM published_to_one WHERE about = ? AND digest <> ? RETURNING digest"
        papers = [digest for (digest,) in db.conn.execute(sql, [event.d["code"], told]).fetchall()]
        publishing.send_with(db, device, event.k, papers)
        db.conn.execute("DELETE FROM published_to_one WHERE digest = ?", [told])


def erased(db: Database, dossier: str) -> None:
    """Let go of the secret that would prove what an erased filing said."""
    db.conn.execute("UPDATE filing_told SET salt = NULL WHERE dossier = ?", [dossier])


def remove_filed(province: Province) -> None:
    """Delete the filings that have become dossiers; their papers stay, which the dossier names."""
    sql = "SELECT code, told FROM filing_told WHERE dossier <> '' AND NOT removed"
    if found := province.db.conn.execute(sql).fetchall():
        for _, told in found:
            files.remove(province.home, told)
        with province.writing() as db:
            db.conn.executemany("UPDATE filing_told SET removed = 1 WHERE code = ?", [(code,) for code, _ in found])
