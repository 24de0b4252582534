"""How a database is opened and written. Only the web and the agent of a box (and the province's receiver) write.

SQLite below 3.51.3 can corrupt a WAL that another process checkpoints at the same moment (Litestream does), so the process
refuses to start with one. synchronous=FULL: with NORMAL a power cut takes back acknowledged acts and forks the chain.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlite_utils
from sqlite_utils.db import Database
from sqlite_utils.utils import sqlite3

SQLITE_MIN = (3, 51, 3)
BUSY_TIMEOUT_MS = 10_000
CACHED_STATEMENTS = 1024  # Far more than there are: a full cache evicts the newest statement, so each would be parsed anew.


class SQLiteTooOld(RuntimeError):
    """The SQLite linked here can corrupt the database; nothing was opened."""


def check_sqlite() -> None:
    """Refuse an SQLite with the WAL-reset race. Raises SQLiteTooOld with a sentence for the technician."""
    if sqlite3.sqlite_version_info < SQLITE_MIN:
        needed = ".".join(map(str, SQLITE_MIN))
        raise SQLiteTooOld(
            f"SQLite {sqlite3.sqlite_version} quá cũ: có thể làm hỏng cơ sở dữ liệu khi sao lưu đang chạy. "
            f"Chưa mở tệp nào. Cần SQLite {needed} trở lên: cài lại gói pysqlite3 rồi khởi động lại."
        )


def connect(path: Path, readonly: bool = False) -> Database:
    """Open the database with the pragmas every process must use. A reader's connection cannot write."""
    check_sqlite()
    connection = sqlite3.connect(
        str(path),
        isolation_level=None,
        check_same_thread=False,
        timeout=BUSY_TIMEOUT_MS / 1000,
        cached_statements=CACHED_STATEMENTS,
    )
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    if readonly:
        connection.execute("PRAGMA query_only=ON")
    return sqlite_utils.Database(connection)


@contextmanager
def writing(db: Database) -> Iterator[Database]:
    """Hold the write lock from the first statement: BEGIN IMMEDIATE … COMMIT, or ROLLBACK and the error goes on."""
    db.conn.execute("BEGIN IMMEDIATE")
    try:
        yield db
    except BaseException:
        if db.conn.in_transaction:  # A full disk may have ended it already; what is told is that, not that nothing is open.
            db.conn.execute("ROLLBACK")
        raise
    db.conn.execute("COMMIT")


@contextmanager
def reading(db: Database) -> Iterator[Database]:
    """Look at one moment of the database, whatever is written meanwhile."""
    db.conn.execute("BEGIN")
    try:
        yield db
    finally:
        db.conn.execute("COMMIT")
