"""The tables of a box, as migrations that are appended and never edited. Ledger tables are never altered."""

from sqlite_utils import Migrations
from sqlite_utils.db import Database

migrations = Migrations("motcua")

LEDGER = """
CREATE TABLE incarnation (
    inc_no INTEGER PRIMARY KEY,
    inc BLOB NOT NULL UNIQUE,
    parent_inc BLOB, parent_seq INTEGER, parent_digest BLOB,
    opened_at TEXT NOT NULL
) STRICT;
CREATE TABLE event (
    n INTEGER PRIMARY KEY,           -- order of arrival here, over all incarnations
    inc BLOB NOT NULL, seq INTEGER NOT NULL,
    digest BLOB NOT NULL,
    bytes BLOB NOT NULL,
    UNIQUE (inc, seq)
) STRICT;
"""

ROWS = """
CREATE TABLE dossier (
    rid INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    device TEXT NOT NULL,
    code TEXT NOT NULL,
    status INTEGER NOT NULL,         -- national status, 1..10
    signature TEXT NOT NULL,         -- none, submitted, signed, sealed, timestamped, wet, void
    procedure TEXT NOT NULL,
    procedure_name TEXT NOT NULL,
    applicant TEXT,                  -- as on the card; NULL once erased
    applicant_key BLOB,              -- Vietnamese sort key
    holder TEXT,
    accepted_at TEXT NOT NULL, due_at TEXT, finished_at TEXT, returned_at TEXT,
    last_inc BLOB NOT NULL, last_seq INTEGER NOT NULL,
    state BLOB NOT NULL              -- JSON of appliance.dossier.Dossier
) STRICT;
CREATE INDEX dossier_by_code ON dossier (code);
CREATE INDEX dossier_by_status ON dossier (status, due_at);
CREATE INDEX dossier_by_holder ON dossier (holder, status);
CREATE INDEX dossier_by_acceptance ON dossier (accepted_at);
CREATE TABLE dossier_event (
    dossier TEXT NOT NULL, device TEXT NOT NULL, inc BLOB NOT NULL, seq INTEGER NOT NULL,
    kind TEXT NOT NULL, at TEXT NOT NULL, actor TEXT NOT NULL,
    PRIMARY KEY (dossier, device, inc, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE dossier_file (
    digest TEXT NOT NULL, dossier TEXT NOT NULL, size INTEGER NOT NULL, media TEXT NOT NULL,
    PRIMARY KEY (digest, dossier)
) STRICT, WITHOUT ROWID;
CREATE INDEX dossier_file_by_dossier ON dossier_file (dossier);
CREATE TABLE number_used (
    unit TEXT NOT NULL, book TEXT NOT NULL, period TEXT NOT NULL, n INTEGER NOT NULL,
    state TEXT NOT NULL,             -- used, voided, lost
    dossier TEXT, reason TEXT, at TEXT NOT NULL,
    PRIMARY KEY (unit, book, period, n)
) STRICT, WITHOUT ROWID;
CREATE VIRTUAL TABLE dossier_search USING fts5(
    words, content='', contentless_delete=1, tokenize="unicode61 remove_diacritics 0", prefix='2 3'
);
"""

BESIDE = """
CREATE TABLE dossier_key (
    dossier TEXT PRIMARY KEY, key_id TEXT NOT NULL, secret BLOB, made_at TEXT NOT NULL, destroyed_at TEXT
) STRICT;
CREATE TABLE number_grant (
    book TEXT NOT NULL, unit TEXT NOT NULL, inc_no INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    source TEXT NOT NULL, PRIMARY KEY (book, unit, inc_no, first)
) STRICT;
CREATE TABLE clock_confirmation (date TEXT PRIMARY KEY, actor TEXT NOT NULL, at TEXT NOT NULL) STRICT;
CREATE TABLE trusted_time (source TEXT PRIMARY KEY, at TEXT NOT NULL) STRICT;
CREATE TABLE feed_state (id INTEGER PRIMARY KEY CHECK (id = 1), position INTEGER NOT NULL, digest BLOB NOT NULL) STRICT;
CREATE TABLE feed_record (position INTEGER PRIMARY KEY, digest BLOB NOT NULL, bytes BLOB NOT NULL) STRICT;
CREATE TABLE topic_version (topic TEXT PRIMARY KEY, n INTEGER NOT NULL) STRICT;
CREATE TABLE draft (
    id TEXT PRIMARY KEY, officer TEXT NOT NULL, body BLOB NOT NULL, version INTEGER NOT NULL,
    made_at TEXT NOT NULL, changed_at TEXT NOT NULL, accepted_as TEXT
) STRICT;
CREATE TABLE draft_page (
    id TEXT PRIMARY KEY, draft TEXT NOT NULL REFERENCES draft (id), component TEXT NOT NULL, place INTEGER NOT NULL,
    digest TEXT NOT NULL, size INTEGER NOT NULL, media TEXT NOT NULL, turn INTEGER NOT NULL DEFAULT 0,
    facts BLOB NOT NULL, made_at TEXT NOT NULL, replaced_by TEXT
) STRICT;
CREATE INDEX draft_page_by_draft ON draft_page (draft, component, place);
CREATE TABLE job (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL,  -- scan, sign, print
    subject TEXT NOT NULL,                    -- draft or dossier it belongs to
    officer TEXT NOT NULL, state TEXT NOT NULL, -- waiting, running, done, failed, cancelled
    body BLOB NOT NULL, fault TEXT, facts BLOB NOT NULL DEFAULT x'7b7d', made_at TEXT NOT NULL, changed_at TEXT NOT NULL
) STRICT;
CREATE INDEX job_by_state ON job (state, kind);
CREATE INDEX job_by_subject ON job (subject);
CREATE TABLE looking (
    n INTEGER PRIMARY KEY, at TEXT NOT NULL, officer TEXT NOT NULL, dossier TEXT NOT NULL, what TEXT NOT NULL
) STRICT;
CREATE INDEX looking_by_dossier ON looking (dossier, n);
CREATE TABLE receipt (
    inc BLOB NOT NULL, seq INTEGER NOT NULL, number INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (inc, seq)
) STRICT;
CREATE TABLE sync_state (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
"""

ACCOUNTS = """
CREATE TABLE officer (
    id TEXT PRIMARY KEY, account TEXT NOT NULL UNIQUE, name TEXT NOT NULL, roles TEXT NOT NULL,
    title TEXT NOT NULL, section TEXT NOT NULL, active INTEGER NOT NULL, must_change INTEGER NOT NULL, password TEXT NOT NULL
) STRICT;
CREATE TABLE session (
    hash TEXT PRIMARY KEY, officer TEXT NOT NULL REFERENCES officer (id), counter INTEGER NOT NULL,
    began TEXT NOT NULL, seen TEXT NOT NULL, locked INTEGER NOT NULL
) STRICT;
CREATE TABLE login_try (account TEXT PRIMARY KEY, n INTEGER NOT NULL, last TEXT NOT NULL) STRICT;
"""


def run_script(db: Database, script: str) -> None:
    """Run the statements of a script one by one, inside the migration's own transaction."""
    for statement in _statements(script):
        db.conn.execute(statement)


def _statements(script: str) -> list[str]:
    plain = "\n".join(line.split("--")[0] for line in script.splitlines())
    return [part for part in plain.split(";") if part.strip()]


@migrations()
def m001_ledger(db: Database) -> None:
    """Incarnations and their events."""
    run_script(db, LEDGER)


@migrations()
def m002_rows(db: Database) -> None:
    """What screens read; folded from events, deletable and rebuilt at any time."""
    run_script(db, ROWS)


@migrations()
def m003_beside_the_ledger(db: Database) -> None:
    """What is replicated but not rebuilt: keys, grants, drafts, jobs, feed, receipts."""
    run_script(db, BESIDE)


@migrations()
def m004_accounts(db: Database) -> None:
    """Officers, their browser sessions, and tries at passwords."""
    run_script(db, ACCOUNTS)


@migrations()
def m005_certificates(db: Database) -> None:
    """Which certificates may sign here, and whose they are."""
    run_script(
        db,
        """CREATE TABLE certificate (
            sha256 TEXT PRIMARY KEY, owner TEXT NOT NULL, kind TEXT NOT NULL, registered_at TEXT NOT NULL
        ) STRICT""",
    )


@migrations()
def m006_discarded_drafts(db: Database) -> None:
    """A discarded draft can be brought back for a while."""
    db.conn.execute("ALTER TABLE draft ADD COLUMN discarded_at TEXT")


@migrations()
def m007_viewing(db: Database) -> None:
    """Which pages of which file an officer has looked at before signing or sealing, and whether he chose it."""
    run_script(
        db,
        """CREATE TABLE viewing (
            officer TEXT NOT NULL, digest TEXT NOT NULL, seen TEXT NOT NULL, chosen INTEGER NOT NULL, changed_at TEXT NOT NULL,
            PRIMARY KEY (officer, digest)
        ) STRICT, WITHOUT ROWID""",
    )


WORKFLOW = """
ALTER TABLE dossier ADD COLUMN channel TEXT NOT NULL DEFAULT '';
ALTER TABLE dossier ADD COLUMN offered_to TEXT;
ALTER TABLE dossier ADD COLUMN filed_at TEXT;
ALTER TABLE dossier ADD COLUMN asked_until TEXT;
ALTER TABLE dossier ADD COLUMN originals_kept INTEGER NOT NULL DEFAULT 0;
CREATE INDEX dossier_by_offer ON dossier (offered_to) WHERE offered_to IS NOT NULL;
CREATE TABLE office_fact (           -- the newest act of a kind that belongs to no dossier: days off, delegations, processes …
    device TEXT NOT NULL, topic TEXT NOT NULL, key TEXT NOT NULL,
    kind TEXT NOT NULL, body BLOB NOT NULL, actor TEXT NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (device, topic, key)
) STRICT, WITHOUT ROWID;
"""


@migrations()
def m008_workflow(db: Database) -> None:
    """What the lists of the whole workflow ask for, and the office's own acts."""
    run_script(db, WORKFLOW)


@migrations()
def m109_processes(db: Database) -> None:
    """Internal processes that were imported and that nobody approved yet."""
    run_script(
        db,
        """CREATE TABLE process_offer (
            process TEXT NOT NULL, version TEXT NOT NULL, body BLOB NOT NULL, source TEXT NOT NULL, at TEXT NOT NULL,
            PRIMARY KEY (process, version)
        ) STRICT, WITHOUT ROWID""",
    )


CLOCKS = """
CREATE TABLE province_day (          -- what the province's feed says of a day; the newest record counts
    day TEXT PRIMARY KEY, name TEXT NOT NULL, basis TEXT NOT NULL, working INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE extension_draft (       -- a new day proposed to a leader; it promises nothing
    dossier TEXT PRIMARY KEY, day TEXT NOT NULL, reason TEXT NOT NULL, officer TEXT NOT NULL, at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE to_call (               -- who was given a new due date because of a declared day
    day TEXT NOT NULL, dossier TEXT NOT NULL, old TEXT NOT NULL, new TEXT NOT NULL, called_by TEXT, called_at TEXT,
    PRIMARY KEY (day, dossier)
) STRICT, WITHOUT ROWID;
"""


@migrations()
def m110_clocks(db: Database) -> None:
    """Days the province announced, extensions waiting for a leader, citizens to be called."""
    run_script(db, CLOCKS)


FILTERS = """
CREATE INDEX dossier_filters ON dossier (rid, status, procedure, holder, channel, accepted_at, due_at, finished_at);
CREATE INDEX dossier_of_status ON dossier (status, rid, procedure, holder, channel, accepted_at, due_at, finished_at);
CREATE INDEX dossier_of_holder ON dossier (holder, rid, status, procedure, channel, accepted_at, due_at, finished_at);
CREATE INDEX dossier_of_procedure ON dossier (procedure, rid, status, holder, channel, accepted_at, due_at, finished_at);
CREATE INDEX dossier_finished_late ON dossier (rid, status, procedure, holder, channel, accepted_at, due_at, finished_at)
    WHERE finished_at >= substr(due_at, 1, 10) || 'T17:00';
"""


@migrations()
def m120_filters(db: Database) -> None:
    """All that the search page filters by, in narrow indexes, so that no filter ever reads a dossier's whole state."""
    run_script(db, FILTERS)


@migrations()
def m130_money(db: Database) -> None:
    """Receipts by the time they were written, for the count of a cash drawer; one-time words end by themselves."""
    db.conn.execute("CREATE INDEX number_by_time ON number_used (book, at)")
    db.conn.execute("ALTER TABLE officer ADD COLUMN password_until TEXT")


@migrations()
def m121_colleagues(db: Database) -> None:
    """Who has which dossier open, and notes between colleagues: beside the ledger, gone with the dossier's erasure."""
    run_script(
        db,
        """CREATE TABLE presence (
            dossier TEXT NOT NULL, officer TEXT NOT NULL, seen_at TEXT NOT NULL, PRIMARY KEY (dossier, officer)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE note (
            id TEXT PRIMARY KEY, dossier TEXT NOT NULL, officer TEXT NOT NULL, words TEXT NOT NULL, at TEXT NOT NULL
        ) STRICT;
        CREATE INDEX note_by_dossier ON note (dossier, id)""",
    )


@migrations()
def m131_office_facts(db: Database) -> None:
    """The office's own acts by their topic: delegations are asked for with every request."""
    db.conn.execute("CREATE INDEX office_fact_by_topic ON office_fact (topic, key)")


@migrations()
def m140_money_open(db: Database) -> None:
    """What the cashier still has to do after an end, and money that went back by the time it did."""
    run_script(
        db,
        """ALTER TABLE dossier ADD COLUMN money_open INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX dossier_money_open ON dossier (status) WHERE money_open = 1;
        CREATE INDEX dossier_event_money_back ON dossier_event (at) WHERE kind IN ('receipt.voided', 'fee.refunded')""",
    )


@migrations()
def m140_origin(db: Database) -> None:
    """How a dossier came, where not by ordinary acceptance: entered late from paper, or from the system before this one."""
    db.conn.execute("ALTER TABLE dossier ADD COLUMN origin TEXT NOT NULL DEFAULT ''")


@migrations()
def m150_works(db: Database) -> None:
    """Which documents of a dossier wait where: certified copies have one on paper and electronic ones."""
    db.conn.execute("ALTER TABLE dossier ADD COLUMN works TEXT NOT NULL DEFAULT ''")


ASIDE = """
CREATE TABLE event_aside (           -- events of a branch the province does not hold, as they were; recorded again in a new life
    inc BLOB NOT NULL, seq INTEGER NOT NULL, digest BLOB NOT NULL, bytes BLOB NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (inc, seq, digest)
) STRICT;
CREATE TABLE to_compare (            -- what a person must look at after a restore or a fork
    id INTEGER PRIMARY KEY, what TEXT NOT NULL, about TEXT NOT NULL, dossier TEXT NOT NULL, other TEXT NOT NULL,
    found_at TEXT NOT NULL, settled_at TEXT, settled_by TEXT, UNIQUE (what, about, dossier)
) STRICT;
"""


@migrations()
def m160_aside(db: Database) -> None:
    """Branches that were set aside, and what a person must compare after a restore or a fork."""
    run_script(db, ASIDE)


HANDOVER = """
CREATE TABLE handover (              -- offers between communes as the province decided them; here by its feed alone
    offer TEXT PRIMARY KEY, dossier TEXT NOT NULL,
    version INTEGER NOT NULL,        -- the owner's, when it was offered
    giver TEXT NOT NULL, taker TEXT NOT NULL, from_unit TEXT NOT NULL, to_unit TEXT NOT NULL, reason TEXT NOT NULL,
    code TEXT NOT NULL, procedure_name TEXT NOT NULL, offered_at TEXT NOT NULL, until TEXT NOT NULL,
    state TEXT NOT NULL, why TEXT NOT NULL, decided_at TEXT NOT NULL,
    here INTEGER NOT NULL DEFAULT 0  -- the taker has all that came with it
) STRICT;
CREATE INDEX handover_by_dossier ON handover (dossier, version);
CREATE INDEX handover_by_state ON handover (state, until);
CREATE TABLE brought_event (         -- events of other boxes that came with a dossier; own ones only where they do not count
    n INTEGER PRIMARY KEY, dossier TEXT NOT NULL, device TEXT NOT NULL, inc BLOB NOT NULL, seq INTEGER NOT NULL,
    bytes BLOB NOT NULL, counts INTEGER NOT NULL, sealed INTEGER NOT NULL, UNIQUE (device, inc, seq)
) STRICT;
CREATE INDEX brought_by_dossier ON brought_event (dossier, n);
CREATE TABLE known_unit (unit TEXT PRIMARY KEY, name TEXT NOT NULL) STRICT;
CREATE TABLE erase_due (dossier TEXT PRIMARY KEY, at TEXT NOT NULL) STRICT;  -- its owner erased it: here too, by the next round
ALTER TABLE dossier ADD COLUMN away INTEGER NOT NULL DEFAULT 0;              -- another box owns it
"""


@migrations()
def m170_handover(db: Database) -> None:
    """Dossiers handed over between communes: who owns them, and what came with them."""
    run_script(db, HANDOVER)


PUBLISHED = """
CREATE TABLE published (             -- what the province published for this box to take over, and what came of it
    position INTEGER PRIMARY KEY, kind TEXT NOT NULL,
    state TEXT NOT NULL,             -- waiting, done, refused
    code TEXT NOT NULL, facts TEXT NOT NULL, at TEXT NOT NULL
) STRICT;
CREATE TABLE published_file (        -- files it needs, as long as it waits
    position INTEGER NOT NULL, digest TEXT NOT NULL, size INTEGER NOT NULL, PRIMARY KEY (position, digest)
) STRICT, WITHOUT ROWID;
"""


@migrations()
def m180_published(db: Database) -> None:
    """What the province publishes: catalogues, processes, trust lists, notices of software."""
    run_script(db, PUBLISHED)


@migrations()
def m190_news(db: Database) -> None:
    """Dossiers with a decision of a higher agency that their holder has not seen."""
    run_script(db, "CREATE TABLE news (dossier TEXT PRIMARY KEY, at TEXT NOT NULL) STRICT;")
