"""The province's own tables, beside the rows and dossier keys it shares with a commune. Appended, never edited."""

from sqlite_utils import Migrations
from sqlite_utils.db import Database

from appliance.migrations import run_script

migrations = Migrations("province")

RECEIVED = """
CREATE TABLE device (
    id TEXT PRIMARY KEY, unit TEXT NOT NULL, name TEXT NOT NULL,
    event_key BLOB NOT NULL,         -- Ed25519, 32 bytes
    tls_fp TEXT NOT NULL UNIQUE,     -- SHA-256 of its certificate in DER, hex
    enrolled_at TEXT NOT NULL, revoked_at TEXT
) STRICT;
CREATE TABLE life (
    device TEXT NOT NULL REFERENCES device (id), inc BLOB NOT NULL, inc_no INTEGER NOT NULL,
    parent_inc BLOB, parent_seq INTEGER, parent_digest BLOB, seen_at TEXT NOT NULL,
    PRIMARY KEY (device, inc), UNIQUE (device, inc_no)
) STRICT;
CREATE TABLE ledger (
    n INTEGER PRIMARY KEY,           -- order of arrival
    device TEXT NOT NULL, inc BLOB NOT NULL, seq INTEGER NOT NULL,
    digest BLOB NOT NULL,
    bytes BLOB NOT NULL,             -- exactly as received
    dossier TEXT NOT NULL, kind TEXT NOT NULL, received_at TEXT NOT NULL,
    UNIQUE (device, inc, seq),
    FOREIGN KEY (device, inc) REFERENCES life (device, inc)
) STRICT;
CREATE INDEX ledger_by_dossier ON ledger (dossier, n);
CREATE TABLE folded (id INTEGER PRIMARY KEY CHECK (id = 1), n INTEGER NOT NULL) STRICT;
INSERT INTO folded (id, n) VALUES (1, 0);
CREATE TABLE quarantine (n INTEGER PRIMARY KEY REFERENCES ledger (n), reason TEXT NOT NULL, at TEXT NOT NULL) STRICT;
CREATE TABLE fork_seen (
    id INTEGER PRIMARY KEY, device TEXT NOT NULL, inc BLOB NOT NULL, seq INTEGER NOT NULL,
    ours BLOB, theirs BLOB, times INTEGER NOT NULL, first_at TEXT NOT NULL, last_at TEXT NOT NULL,
    UNIQUE (device, inc, seq, theirs)
) STRICT;
CREATE TABLE key_wanted (dossier TEXT PRIMARY KEY, device TEXT NOT NULL) STRICT;
CREATE TABLE doomed (                  -- what an erasure has still to remove from the disk; digest '' stands for words and WAL
    dossier TEXT NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (dossier, digest)
) STRICT, WITHOUT ROWID;
"""

GIVEN = """
CREATE TABLE receipt_given (
    number INTEGER PRIMARY KEY, device TEXT NOT NULL, inc BLOB NOT NULL, seq INTEGER NOT NULL, bytes BLOB NOT NULL,
    UNIQUE (device, inc, seq)
) STRICT;
CREATE TABLE granted (
    unit TEXT NOT NULL, book TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    device TEXT NOT NULL, inc_no INTEGER NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (unit, book, first)
) STRICT;
CREATE TABLE feed_out (
    device TEXT NOT NULL, n INTEGER NOT NULL, digest TEXT NOT NULL, kind TEXT NOT NULL, at TEXT NOT NULL, bytes BLOB NOT NULL,
    PRIMARY KEY (device, n)
) STRICT, WITHOUT ROWID;
CREATE TABLE standing (                -- what every device must know, the newest of each; new devices get it at registration
    kind TEXT NOT NULL, key TEXT NOT NULL, body BLOB NOT NULL, at TEXT NOT NULL, PRIMARY KEY (kind, key)
) STRICT;
"""

AWAY = """
CREATE TABLE file_wanted (             -- files that events name and that have not come
    device TEXT NOT NULL, digest TEXT NOT NULL, since TEXT NOT NULL, PRIMARY KEY (device, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX file_wanted_by_digest ON file_wanted (digest);
CREATE INDEX file_wanted_by_age ON file_wanted (device, since);
CREATE INDEX dossier_by_device ON dossier (device);
CREATE INDEX key_wanted_by_device ON key_wanted (device);
"""

COURIER = """
CREATE TABLE courier_in (              -- bundles that came by hand, and how they were answered
    id TEXT PRIMARY KEY, device TEXT NOT NULL, number INTEGER NOT NULL, part INTEGER NOT NULL, made_at TEXT NOT NULL,
    taken_at TEXT NOT NULL, taken_by TEXT NOT NULL, times INTEGER NOT NULL,
    whole INTEGER NOT NULL,            -- read to its end
    said BLOB NOT NULL, answer TEXT NOT NULL
) STRICT;
CREATE INDEX courier_in_by_device ON courier_in (device, number);
"""

BRANCHES = """
CREATE TABLE branch (                  -- segments of a branch that came second, as they came; never folded
    device TEXT NOT NULL, inc BLOB NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, head BLOB NOT NULL,
    at TEXT NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (device, inc, first, last, head)
) STRICT;
CREATE TABLE speaker (                 -- processes that said hello with a device's key: numbers of their first and last answer
    device TEXT NOT NULL, session TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, inc BLOB NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (device, session)
) STRICT;
CREATE TABLE two_machines (            -- two of them proved to be at work at the same time
    device TEXT NOT NULL, one TEXT NOT NULL, two TEXT NOT NULL, since TEXT NOT NULL, settled_at TEXT,
    PRIMARY KEY (device, one, two)
) STRICT;
CREATE TABLE former_certificate (tls_fp TEXT PRIMARY KEY, device TEXT NOT NULL, until TEXT NOT NULL) STRICT;
"""

FILINGS = """
CREATE TABLE filing_told (
    code TEXT PRIMARY KEY, unit TEXT NOT NULL, device TEXT NOT NULL,
    salt TEXT,                         -- proves the same contents; none after an erasure
    told TEXT NOT NULL,                -- digest of the filing's file
    said BLOB NOT NULL, at TEXT NOT NULL,
    dossier TEXT NOT NULL DEFAULT '',  -- what the box made of it
    removed INTEGER NOT NULL DEFAULT 0 -- its file has left the disk
) STRICT;
CREATE INDEX filing_told_by_dossier ON filing_told (dossier);
CREATE INDEX filing_told_to_remove ON filing_told (code) WHERE dossier <> '' AND NOT removed;
CREATE INDEX filing_told_by_device ON filing_told (device);
"""


@migrations()
def p001_received(db: Database) -> None:
    """Devices, their lives, and every event they sent."""
    run_script(db, RECEIVED)


@migrations()
def p002_given(db: Database) -> None:
    """What the province promises: receipts, number grants, feed records."""
    run_script(db, GIVEN)


@migrations()
def p003_away(db: Database) -> None:
    """Files still on their way, and a way to one commune's dossiers."""
    run_script(db, AWAY)


@migrations()
def p020_courier(db: Database) -> None:
    """Bundles carried by hand while a commune has no line."""
    run_script(db, COURIER)


@migrations()
def p010_branches(db: Database) -> None:
    """Branches in quarantine, who speaks with a device's key, and certificates that were replaced."""
    run_script(db, BRANCHES)


@migrations()
def p030_trial(db: Database) -> None:
    """Devices of a test commune, which alone may be forgotten."""
    run_script(db, "ALTER TABLE device ADD COLUMN trial INTEGER NOT NULL DEFAULT 0;")


@migrations()
def p021_chosen(db: Database) -> None:
    """The newest life that was known when an operator chose a machine: the order of the two is not the clock's to say."""
    db.conn.execute("ALTER TABLE former_certificate ADD COLUMN newest INTEGER NOT NULL DEFAULT 0")


@migrations()
def p040_copies(db: Database) -> None:
    """Files of dossiers that a device handed over: it holds them still, and may bring what it had not sent."""
    run_script(
        db,
        """CREATE TABLE copy_file (
            device TEXT NOT NULL, dossier TEXT NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (device, digest, dossier)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX copy_file_by_dossier ON copy_file (dossier);""",
    )


@migrations()
def p050_published(db: Database) -> None:
    """Files that records of every feed name."""
    run_script(db, "CREATE TABLE published_to_all (digest TEXT PRIMARY KEY) STRICT;")


@migrations()
def p060_of_one_unit(db: Database) -> None:
    """What stands for the boxes of one unit alone; '' for those of all."""
    run_script(db, "ALTER TABLE standing ADD COLUMN unit TEXT NOT NULL DEFAULT '';")


@migrations()
def p070_to_one(db: Database) -> None:
    """What was told to one box alone, so that the same is told once, and the files that go with it."""
    run_script(
        db,
        """CREATE TABLE told_to_one (
            kind TEXT NOT NULL, key TEXT NOT NULL, device TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (kind, key)
        ) STRICT;
        CREATE TABLE published_to_one (      -- `about`: the dossier whose erasure takes the file
            digest TEXT NOT NULL, device TEXT NOT NULL, about TEXT NOT NULL, PRIMARY KEY (digest, device, about)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX published_to_one_by_about ON published_to_one (about);""",
    )


@migrations()
def p075_heard(db: Database) -> None:
    """The newest answer that each process said it heard."""
    run_script(db, "ALTER TABLE speaker ADD COLUMN heard INTEGER NOT NULL DEFAULT 0;")


@migrations()
def p080_filings(db: Database) -> None:
    """Online dossiers told to a box; who filed them is in the files alone."""
    run_script(db, FILINGS)


@migrations()
def p085_database_copies(db: Database) -> None:
    """Copies of a box's database, as it listed them: the newest, and the newest of which every file is here."""
    run_script(
        db,
        """CREATE TABLE database_copy (
            id INTEGER PRIMARY KEY, device TEXT NOT NULL, inc BLOB NOT NULL,
            at TEXT NOT NULL,                -- up to which moment it holds, by the box's clock
            listed_at TEXT NOT NULL, whole_at TEXT
        ) STRICT;
        CREATE INDEX database_copy_by_device ON database_copy (device, id);
        CREATE TABLE database_copy_file (
            copy INTEGER NOT NULL REFERENCES database_copy (id) ON DELETE CASCADE,
            name TEXT NOT NULL, digest TEXT NOT NULL, size INTEGER NOT NULL, PRIMARY KEY (copy, name)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX database_copy_file_by_digest ON database_copy_file (digest);""",
    )
