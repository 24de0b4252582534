"""The ledger's fsck: chain, witness, files, numbers, and rows against a rebuild. Reads only; names every finding."""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from sqlite_utils.db import Database

from appliance import chain, database, events, files, history, ledger, numbering, paper_slips, reordering, rows, witness
from appliance.config import Home
from appliance.ids import device_bytes
from appliance.migrations import migrations
from appliance.reordering import Late

REBUILD_CACHE_KB = 128 * 1024

COMPARED = {
    "dossier": "SELECT * FROM dossier ORDER BY id",  # Without `rid`, see `_read`: it is the order of arrival.
    "dossier_event": "SELECT * FROM dossier_event ORDER BY dossier, inc, seq",
    "dossier_file": "SELECT * FROM dossier_file ORDER BY digest, dossier",
    "office_fact": "SELECT * FROM office_fact ORDER BY device, topic, key",
    "number_used": "SELECT * FROM number_used ORDER BY unit, book, period, n",
}


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it must be: a code and what it is about."""

    code: str
    about: str


def verify(home: Home, db: Database) -> list[Finding]:
    """Check everything that can be checked without the province. An empty list means that all holds."""
    return [
        *check_chain(db, home.settings.device),
        *check_witness(home, db),
        *check_files(home, db),
        *(Finding("number_unaccounted", f"{g.book} {g.period} {g.first}-{g.last}") for g in numbering.account(db)),
        *(Finding("paper_number_twice", about) for about in paper_slips.twice(db)),
        *check_rows(db, home.settings.device),
    ]


def check_chain(db: Database, device: str) -> list[Finding]:
    """Recompute every digest of every incarnation, and each incarnation's hold on its parent."""
    found, mark = [], device_bytes(device)
    for life in ledger.incarnations(db):
        start = chain.first_previous(mark, life.parent)
        broken = chain.first_break(mark, life.inc, start, ledger.stored(db, life.inc))
        if broken:
            found.append(Finding(f"chain_{broken.why}", f"{life.inc.hex()} {broken.seq}"))
        if life.parent and not _holds_parent(db, life.parent):
            found.append(Finding("parent_missing", life.inc.hex()))
    return found


def _holds_parent(db: Database, parent: chain.Head) -> bool:
    sql = "SELECT digest FROM event WHERE inc = ? AND seq = ?"
    row = db.conn.execute(sql, [parent.inc, parent.seq]).fetchone()
    return row is not None and bytes(row[0]) == parent.digest


def check_witness(home: Home, db: Database) -> list[Finding]:
    """Say whether the ledger stands behind what was witnessed."""
    life, last = ledger.incarnation(db), ledger.head(db)
    behind = witness.is_behind(life.inc_no, last, witness.read(home.witness))
    return [Finding("behind_witness", f"{last.inc.hex()} {last.seq}")] if behind else []


def check_files(home: Home, db: Database) -> list[Finding]:
    """Read every file the ledger names and compare it with its digest."""
    found = []
    for (digest,) in db.conn.execute("SELECT DISTINCT digest FROM dossier_file ORDER BY digest"):
        try:
            damaged = files.digest_of(files.path_of(home, digest).read_bytes()) != digest
        except FileNotFoundError:
            found.append(Finding("file_missing", digest))
            continue
        if damaged:
            found.append(Finding("file_damaged", digest))
    return found


def check_rows(db: Database, device: str) -> list[Finding]:
    """Fold the whole ledger into a second file and compare it with the live rows, table by table."""
    with tempfile.TemporaryDirectory() as folder:
        other = rebuild(db, device, Path(folder) / "rows.db")
        try:
            return [
                Finding("rows_differ", table) for table, sql in COMPARED.items() if not _equal(_read(db, sql), _read(other, sql))
            ] + _compare_search(db, other)
        finally:
            other.conn.close()


def rebuild(db: Database, device: str, path: Path) -> Database:
    """Fold the ledger of `db` into a new database at `path`, beside the tables that are not rebuilt. Gives it open."""
    other = database.connect(path)
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "secure_delete=OFF", f"cache_size=-{REBUILD_CACHE_KB}"):
        other.conn.execute(f"PRAGMA {pragma}")  # A file that is thrown away if anything happens needs no journal.
    migrations.apply(other)
    with database.writing(other), _indexed_afterwards(other):
        sql = "SELECT key_id, secret, dossier, made_at FROM dossier_key WHERE secret IS NOT NULL"
        other.conn.executemany(
            "INSERT INTO dossier_key (key_id, secret, dossier, made_at) VALUES (?, ?, ?, ?)", db.conn.execute(sql)
        )
        mark, late = device_bytes(device), Late({life.inc: life.inc_no for life in ledger.incarnations(db)})
        for inc, data in db.conn.execute("SELECT inc, bytes FROM event ORDER BY n"):
            event = events.decode(bytes(data))
            rows.fold(other, device, bytes(inc), event, ledger.personal_of(other, mark, bytes(inc), event))
            late.see(bytes(inc), event)
        late.fold(db, other, device)
        for dossier in history.with_brought(db):
            reordering.fold_with_brought(db, other, device, dossier)
    return other


@contextmanager
def _indexed_afterwards(db: Database) -> Iterator[None]:
    """Do without the indexes of the rebuilt tables inside the block: made at its end they cost half the time."""
    marks = ", ".join("?" * len(COMPARED))
    sql = f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ({marks})"
    indexes = db.conn.execute(sql, [*COMPARED]).fetchall()
    for name, _ in indexes:
        db.conn.execute(f'DROP INDEX "{name}"')
    yield
    for _, made_by in indexes:
        db.conn.execute(made_by)


def swap_rows(home: Home) -> None:
    """Replace the live rows by a rebuild, in one transaction. The ledger and what is beside it stay untouched."""
    db = database.connect(home.database)
    with tempfile.TemporaryDirectory(dir=home.root) as folder:
        rebuild(db, home.settings.device, Path(folder) / "rows.db").conn.close()
        db.conn.execute("ATTACH ? AS fresh", [str(Path(folder) / "rows.db")])
        with database.writing(db):
            for table in COMPARED:
                db.conn.execute(f"DELETE FROM {table}")
                db.conn.execute(f"INSERT INTO {table} SELECT * FROM fresh.{table}")
            db.conn.execute("INSERT INTO dossier_search (dossier_search) VALUES ('delete-all')")
            for rid, state in db.conn.execute("SELECT rid, state FROM dossier").fetchall():
                words = rows.search_words(rows.decode(state))
                db.conn.execute("INSERT INTO dossier_search (rowid, words) VALUES (?, ?)", [rid, words])
        db.conn.execute("DETACH fresh")
    db.conn.close()


def _read(db: Database, sql: str) -> Iterator[tuple[Any, ...]]:
    found = db.conn.execute(sql)
    kept = [n for n, column in enumerate(found.description) if column[0] != "rid"]
    for row in found:
        yield tuple(row[n] for n in kept)


def _equal(one: Iterable[tuple[Any, ...]], two: Iterable[tuple[Any, ...]]) -> bool:
    nothing = object()
    return all(a == b for a, b in zip_longest(one, two, fillvalue=nothing))


def _compare_search(db: Database, other: Database) -> list[Finding]:
    """A contentless index cannot be read back row by row; compare which dossiers each word finds."""
    return [] if _equal(_search_words(db), _search_words(other)) else [Finding("rows_differ", "dossier_search")]


def _search_words(db: Database) -> list[tuple[Any, ...]]:
    readonly = db.conn.execute("PRAGMA query_only").fetchone()[0]
    db.conn.execute("PRAGMA query_only=OFF")  # For one temporary table; nothing of the box is written.
    db.conn.execute("CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, dossier_search, instance)")
    sql = "SELECT w.term, coalesce(d.id, w.doc) AS id FROM temp.words w LEFT JOIN dossier d ON d.rid = w.doc ORDER BY w.term, id"
    found = db.conn.execute(sql).fetchall()
    db.conn.execute("DROP TABLE temp.words")
    db.conn.execute(f"PRAGMA query_only={readonly}")
    return found
