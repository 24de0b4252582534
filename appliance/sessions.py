"""Who sits at which browser: one row a session, found by the hash of a random token that only the browser holds.

A session that nobody touched for IDLE_MAX is locked: the page stays, a password opens it. After LIFE_MAX it is over.
Background requests of a page do not count as touching; keys and clicks do.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlite_utils.db import Database

from appliance.clock import moment_of, text_of

IDLE_MAX = timedelta(minutes=10)
LIFE_MAX = timedelta(hours=12)
SEEN_EVERY = timedelta(seconds=30)  # How often activity is written down; each write is a durable commit.
SESSIONS_MAX = 2_000
TOKEN_BYTES = 32


@dataclass(frozen=True)
class Session:
    """One browser's session. `counter` 0 means: not at a counter today."""

    hash: str
    officer: str
    counter: int
    began: str
    seen: str
    locked: bool


def begin(db: Database, officer_id: str, counter: int, now: str) -> str:
    """Open a session and give its token; the token itself is kept nowhere here."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    db.conn.execute("DELETE FROM session WHERE began < ?", [text_of(moment_of(now) - LIFE_MAX)])
    db.conn.execute(
        "INSERT INTO session (hash, officer, counter, began, seen, locked) VALUES (?, ?, ?, ?, ?, 0)",
        [hash_of(token), officer_id, counter, now, now],
    )
    db.conn.execute("DELETE FROM session WHERE hash NOT IN (SELECT hash FROM session ORDER BY seen DESC LIMIT ?)", [SESSIONS_MAX])
    return token


def find(db: Database, token: str, now: str) -> Session | None:
    """Find the session of a token; None when it was ended or has reached its age. Idle ones come back locked."""
    row = next(db.query("SELECT * FROM session WHERE hash = ?", [hash_of(token)]), None)
    if row is None or row["began"] < text_of(moment_of(now) - LIFE_MAX):
        return None
    idle = row["seen"] < text_of(moment_of(now) - IDLE_MAX)
    return Session(**{**row, "locked": bool(row["locked"]) or idle})


def is_stale(session: Session, now: str) -> bool:
    """Say whether activity now should be written down."""
    return session.seen < text_of(moment_of(now) - SEEN_EVERY)


def touch(db: Database, session: Session, now: str) -> None:
    """Note that somebody is there."""
    db.conn.execute("UPDATE session SET seen = ? WHERE hash = ? AND locked = 0", [now, session.hash])


def lock(db: Database, session: Session) -> None:
    """Lock the screen now."""
    db.conn.execute("UPDATE session SET locked = 1 WHERE hash = ?", [session.hash])


def unlock(db: Database, session: Session, now: str) -> None:
    """Open a locked screen again, after the password."""
    db.conn.execute("UPDATE session SET locked = 0, seen = ? WHERE hash = ?", [now, session.hash])


def end(db: Database, token: str) -> None:
    """Log out one browser."""
    db.conn.execute("DELETE FROM session WHERE hash = ?", [hash_of(token)])


def end_all(db: Database, officer_id: str, but: str = "") -> int:
    """Log out every browser of an officer, except the one whose token is `but`; gives how many."""
    return db.conn.execute("DELETE FROM session WHERE officer = ? AND hash <> ?", [officer_id, hash_of(but)]).rowcount


def hash_of(token: str) -> str:
    """Name a token by its SHA-256: a stolen database opens no session."""
    return hashlib.sha256(token.encode()).hexdigest()
