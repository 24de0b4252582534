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


def prepare(home: Home) -> None:
    """Make the marks' tables in a box, once."""
    db = database.connect(home.database)
    migrations.apply(db)
    db.conn.close()


@migrations()
def s001_marks(db: Database) -> None:
    """Keys and files the province has, and how far the agent looked."""
    run_script(db, MARKS)
