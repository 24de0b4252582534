"""What nobody needs any more, beside the ledger: drafts left lying, jobs long ended, files that nothing names.

Nobody waits for it: files are looked through without holding the database, and what is removed is asked again when it is removed.
"""

from datetime import timedelta

from sqlite_utils.db import Database

from appliance import files
from appliance.box import Box
from appliance.clock import moment_of, stamp, text_of
from appliance.ledger import Act

JOBS_KEPT = timedelta(days=60)  # What was printed, signed and scanned stands in the ledger; a job only says how that went.
NAMED = """SELECT digest FROM dossier_file UNION SELECT digest FROM draft_page UNION SELECT digest FROM published_file
           UNION SELECT CAST(body AS TEXT) ->> 'digest' FROM job WHERE kind = 'print'"""


def tidy(box: Box, days: int) -> list[str]:
    """Delete drafts nobody touched for so many days, jobs long ended, and files that nothing names; gives the digests."""
    old = moment_of(stamp()) - timedelta(days=days)
    with box.writing() as act:
        drop_drafts(act, text_of(old))
        drop_jobs(act, text_of(moment_of(act.reading.at) - JOBS_KEPT))
    return drop_files(box, old.timestamp())


def drop_drafts(act: Act, before: str) -> None:
    """Delete open drafts last changed before a moment (UTC text), with their pages."""
    stale = "SELECT id FROM draft WHERE changed_at < ? AND accepted_as IS NULL"
    act.db.conn.execute(f"DELETE FROM draft_page WHERE draft IN ({stale})", [before])
    act.db.conn.execute("DELETE FROM draft WHERE changed_at < ? AND accepted_as IS NULL", [before])


def drop_jobs(act: Act, before: str) -> None:
    """Delete jobs that ended before a moment (UTC text), and the versions of what is no longer there."""
    act.db.conn.execute("DELETE FROM job WHERE changed_at < ? AND state NOT IN ('waiting', 'running')", [before])
    for kind in ("job", "draft"):
        gone = f"topic GLOB '{kind}:*' AND substr(topic, {len(kind) + 2}) NOT IN (SELECT id FROM {kind})"
        act.db.conn.execute(f"DELETE FROM topic_version WHERE {gone}")


def is_named(db: Database, digest: str) -> bool:
    """Say whether something names a file; inside a transaction that stays so."""
    return db.conn.execute(f"SELECT 1 FROM ({NAMED}) WHERE digest = ?", [digest]).fetchone() is not None


def drop_files(box: Box, before: float) -> list[str]:
    """Delete files last put before a moment (Unix seconds) that no dossier, draft or job names. Gives their digests."""
    named = {row[0] for row in box.db.conn.execute(NAMED)}
    idle = [digest for digest in files.all_digests(box.home) if digest not in named and files.put_at(box.home, digest) < before]
    if not idle:
        return []
    with box.writing() as act:  # Nothing can be named while this is held: files are named in transactions.
        named = {row[0] for row in act.db.conn.execute(NAMED)}
        gone = [digest for digest in idle if digest not in named and files.put_at(box.home, digest) < before]
        for digest in gone:
            files.remove(box.home, digest)
    return gone
