"""The agent's own marks in a box: what it has sent. Lost marks cost nothing but asking again. Appended, never edited."""

from sqlite_utils import Migrations
from sqlite_utils.db import Database

from appliance import database
from appliance.config import Home
from appliance.migrations import run_script

migrations = Migrations("sync")

MARKS = """
CREATE TABLE key_sent (dossier TEXT PRIMARY KEY, key_id TEXT NOT NULL, destroyed INTEGER NOT NULL) STRICT;
CREATE TABLE file_sent (digest TEXT PRIMARY KEY) STRICT;                        -- confirmed, its event not yet behind the cursor
CREATE TABLE send_cursor (name TEXT PRIMARY KEY, n INTEGER NOT NULL) STRICT;    -- all events up to n are done with
"""

COURIER = """
CREATE TABLE courier_bundle (          -- bundles made here for the courier, and what became of them
    number INTEGER PRIMARY KEY, part INTEGER NOT NULL, last INTEGER NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL,
    made_at TEXT NOT NULL, events INTEGER NOT NULL, files INTEGER NOT NULL, bytes INTEGER NOT NULL,
    written_at TEXT, answered_at TEXT, said BLOB
) STRICT;
CREATE TABLE courier_carried (         -- what each one carries: ends of lives, keys, files
    number INTEGER NOT NULL, kind TEXT NOT NULL, what TEXT NOT NULL, detail TEXT NOT NULL,
    PRIMARY KEY (number, kind, what)
) STRICT, WITHOUT ROWID;
CREATE TABLE courier_wish (            -- what the newest answer asks for: keys, files, a life from a number on
    kind TEXT NOT NULL, what TEXT NOT NULL, after INTEGER NOT NULL, PRIMARY KEY (kind, what)
) STRICT, WITHOUT ROWID;
"""


def prepare(home: Home) -> None:
    """Make the marks' tables in a box, once."""
    db = database.connect(home.database)
    migrations.apply(db)
    db.conn.close()


@migrations()
def s001_marks(db: Database) -> None:
    """Keys and files the province has, and how far the agent looked."""
    run_script(db, MARKS)


@migrations()
def s002_courier(db: Database) -> None:
    """Bundles carried by hand while there is no line."""
    run_script(db, COURIER)


@migrations()
def s010_files_back(db: Database) -> None:
    """Files the ledger names that are not here after a restore; `gone`: the province has not got them either."""
    db.conn.execute("CREATE TABLE file_lost (digest TEXT PRIMARY KEY, size INTEGER NOT NULL, gone INTEGER NOT NULL) STRICT")


@migrations()
def s020_database_copy(db: Database) -> None:
    """The files of the copy of this database that the province was told of, as sealed once; `there`: it has them."""
    run_script(
        db,
        """CREATE TABLE copy_out (
            name TEXT PRIMARY KEY, inc TEXT NOT NULL,
            erasures INTEGER NOT NULL,       -- how many were done before it was chosen
            digest TEXT NOT NULL, size INTEGER NOT NULL, there INTEGER NOT NULL
        ) STRICT;""",
    )
