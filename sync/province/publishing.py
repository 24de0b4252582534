"""What the province publishes: to every box catalogues, processes, trust lists, notices of software; to one commune's its accounts.

Each is judged here as the boxes will judge it, so that what cannot hold is refused before it leaves.
"""

import base64
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

import msgspec
from sqlite_utils.db import Database

from appliance import catalogue, catalogue_shelf, clock, files, process_file, trust
from appliance.errors import Refused
from appliance.text import Line
from sync.protocol import Statement
from sync.province import feed_out
from sync.province import store_sqlite as store
from sync.province.opened import Province
from sync.publications import AccountSaid, CatalogueSaid, File, ProcessesSaid, SoftwareSaid, TrustSaid, packed
from sync.statements import Record

Said = TypeVar("Said", bound=msgspec.Struct)
WITH_FILES = ("catalogue.published", "processes.published", "decision.stated", "filing.stated")


def publish_catalogue(province: Province, folder: Path) -> bool:
    """Give every box a catalogue bundle. Says whether it was news. Raises Refused `catalogue_broken`, `published_too_big`."""
    bundle = catalogue_shelf.kept(province.home, catalogue_shelf.keep(province.home, folder))
    sheets = [(path.name, path.read_bytes()) for path in catalogue.files_of(folder)]
    named = _kept(province, sheets)
    said = CatalogueSaid(bundle.digest, bundle.manifest.effective_from.isoformat(), bundle.manifest.version, named)
    return _publish(province, "catalogue.published", said.digest, said)


def publish_processes(province: Province, name: str, data: bytes) -> tuple[bool, list[Line]]:
    """Give every box a file of internal processes, to be approved there. Says whether it was news, and all there is to say of it.

    Raises Refused `published_processes_wrong` where no process of it is sound.
    """
    today = clock.local_day(clock.stamp())
    found = process_file.read(data, catalogue_shelf.current(province.home, today).procedures)
    notes = [one.line for one in found.notes]
    if not found.processes:
        raise Refused("published_processes_wrong", source=name, left=found.records)
    said = ProcessesSaid(name, _kept(province, [("processes.json", data)]))
    return _publish(province, "processes.published", name, said), notes


def publish_trust(province: Province, roots: Sequence[bytes], issuers: Sequence[bytes]) -> bool:
    """Give every box the list of roots and issuers (DER) that officers' signatures are judged by, in the place of the one before.

    The province judges by it too. Says whether it was news. Raises Refused `trust_list_wrong`.
    """
    trust.keep_list(province.home.trust, roots, issuers)
    said = TrustSaid(tuple(map(_text, roots)), tuple(map(_text, issuers)))
    return _publish(province, "trust.published", "", said)


def publish_software(province: Province, version: str, note: str) -> bool:
    """Tell every box of a version of the software: what is new, and what a technician has to do. Says whether it was news."""
    return _publish(province, "software.noticed", version, SoftwareSaid(version, note))


def publish_account(province: Province, unit: str, said: dict[str, object], again: bool = False) -> bool:
    """Tell the boxes of a unit which account is to exist there (AccountSaid). Says whether it was news, or told again.

    Raises Refused `published_unit_unknown`, `published_wrong`.
    """
    account = of_form(said, AccountSaid)
    _must_have_boxes(province, unit)
    return feed_out.publish(province, "account.stated", f"{unit} {account.officer}", msgspec.to_builtins(account), unit, again)


def _must_have_boxes(province: Province, unit: str) -> None:
    if unit not in {device.unit for device in store.devices(province.db)}:
        raise Refused("published_unit_unknown", unit=unit)


def of_form(said: Mapping[str, object], kind: type[Said]) -> Said:
    """Read what is to be published as the boxes will. Raises Refused `published_wrong`."""
    try:
        return msgspec.convert(said, kind)
    except msgspec.ValidationError as error:
        raise Refused("published_wrong", field=str(error).partition("$.")[2].rstrip("`")) from None


def may_have(db: Database, device: str, digest: str) -> bool:
    """Say whether a file goes to a box by its feed: to every one, or to it alone."""
    sql = "SELECT 1 FROM published_to_all WHERE digest = ?2 UNION SELECT 1 FROM published_to_one WHERE device = ?1 AND digest = ?2"
    return bool(db.conn.execute(sql, [device, digest]).fetchone())


def send_with(db: Database, device: str, about: str, digests: Sequence[str]) -> None:
    """Let one box alone fetch files, for the sake of a dossier, inside the caller's transaction."""
    sql = "INSERT OR IGNORE INTO published_to_one (digest, device, about) VALUES (?, ?, ?)"
    db.conn.executemany(sql, [(digest, device, about) for digest in digests])


def is_about(db: Database, digest: str, *, other_than: str) -> bool:
    """Say whether a file goes to a box for the sake of another dossier than this."""
    sql = "SELECT 1 FROM published_to_one WHERE digest = ? AND about <> ?"
    return bool(db.conn.execute(sql, [digest, other_than]).fetchone())


def wanted(province: Province, device: str, after: int, wants: Sequence[str]) -> list[str]:
    """List the files that go with a device's feed after a position, and those that it waits for; only what it may have."""
    sql = "SELECT bytes FROM feed_out WHERE device = ? AND n > ? AND kind IN (SELECT value FROM json_each(?))"
    rows = province.db.conn.execute(sql, [device, after, msgspec.json.encode(WITH_FILES).decode()]).fetchall()
    said = [msgspec.json.decode(msgspec.json.decode(data, type=Statement).body, type=Record).d for (data,) in rows]
    named = [one["file"] for record in said for one in record["files"]]
    return [digest for digest in dict.fromkeys((*wants, *named)) if may_have(province.db, device, digest)]


def _text(der: bytes) -> str:
    return base64.b64encode(der).decode()


def _publish(province: Province, kind: str, key: str, said: msgspec.Struct) -> bool:
    return feed_out.publish(province, kind, key, msgspec.to_builtins(said))


def _kept(province: Province, whole: Sequence[tuple[str, bytes]]) -> tuple[File, ...]:
    """Keep files as they travel, each where every box may fetch it."""
    named = tuple(packed(data, name, partial(files.put, province.home)) for name, data in whole)
    with province.writing() as db:
        sql = "INSERT OR IGNORE INTO published_to_all (digest) VALUES (?)"
        db.conn.executemany(sql, [(one.file,) for one in named])
    return named
