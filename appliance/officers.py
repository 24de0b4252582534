"""Officers and their accounts: password hashes, tries counted before they are checked, lock-out. Not in the ledger.

A try is counted first and checked second, so that many guesses at once cannot outrun the counter. Unknown account names are
counted and hashed like known ones: the answer tells nobody which accounts exist. Times are UTC text handed in by the caller.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlite_utils.db import Database

from appliance.clock import local, moment_of, text_of
from appliance.errors import Refused
from appliance.rights import Role

TRIES_MAX = 5
LOCKED_FOR = timedelta(minutes=15)
TRIES_ROWS_MAX = 2_000  # Names that somebody tried; more than that is not people mistyping.
PASSWORD_MIN = 10
PASSWORD_MAX = 200
NAME_MAX = 64
EASY = ("motcua", "matkhau", "password", "1234567", "qwerty", "anchau", "angiang")
AT_ONCE = BoundedSemaphore(2)  # Each check takes 64 MiB; sixteen at once would starve a small box.

hasher = PasswordHasher()  # argon2id, RFC 9106 low-memory profile.


@dataclass(frozen=True)
class Officer:
    """A person who works here. `id` stands in events (ST04), `account` is typed at the login (st04). See also delegations."""

    id: str
    account: str
    name: str
    roles: frozenset[Role]
    title: str = ""
    section: str = ""
    active: bool = True
    must_change: bool = False
    stands_for: str = ""  # title of the leader this person signs for today, by a delegation


def add(db: Database, officer: Officer, password: str) -> None:
    """Open an account. Raises Refused `account_taken`, `password_*`. Hash before you hold the write lock: this is slow."""
    check_new_password(password, officer.account)
    put(db, officer, hashed(password))


def put(db: Database, officer: Officer, password_hash: str) -> None:
    """Write an officer whose password is hashed already. Raises Refused `account_taken`."""
    if find(db, officer.account):
        raise Refused("account_taken", account=officer.account)
    db.conn.execute(
        """INSERT INTO officer (id, account, name, roles, title, section, active, must_change, password)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        [officer.id, officer.account, officer.name, json.dumps(sorted(officer.roles)), officer.title, officer.section,
         officer.active, officer.must_change, password_hash],
    )  # fmt: skip


def find(db: Database, account: str) -> Officer | None:
    """Find an account by the name typed at the login."""
    return _first(db, "account", account)


def by_id(db: Database, officer_id: str) -> Officer | None:
    """Find an officer by the id that stands in events."""
    return _first(db, "id", officer_id)


def everybody(db: Database) -> list[Officer]:
    """List all officers by id."""
    return [_officer(row) for row in db.query("SELECT * FROM officer ORDER BY id")]


def holding(db: Database, role: Role) -> list[Officer]:
    """List the active officers who hold a role."""
    return [officer for officer in everybody(db) if officer.active and role in officer.roles]


def able(db: Database, now: str) -> set[str]:
    """Give the ids of those whose password opens something now (UTC text)."""
    sql = "SELECT id FROM officer WHERE active = 1 AND coalesce(password_until, '9') > ?"
    return {row[0] for row in db.conn.execute(sql, [now])}


def count_try(db: Database, account: str, now: str) -> int:
    """Count one try at a password and say how many are left. Raises Refused `login_locked`; call in a transaction."""
    row = next(db.query("SELECT n, last FROM login_try WHERE account = ?", [account[:NAME_MAX]]), None)
    over = text_of(moment_of(now) - LOCKED_FOR)
    n = row["n"] if row and row["last"] > over else 0
    if row and n >= TRIES_MAX:
        raise Refused("login_locked", until=local(text_of(moment_of(row["last"]) + LOCKED_FOR)).strftime("%H:%M"))
    db.conn.execute("INSERT OR REPLACE INTO login_try (account, n, last) VALUES (?, ?, ?)", [account[:NAME_MAX], n + 1, now])
    db.conn.execute(
        """DELETE FROM login_try WHERE account NOT IN (SELECT account FROM login_try ORDER BY last DESC LIMIT ?)""",
        [TRIES_ROWS_MAX],
    )
    return TRIES_MAX - n - 1


def forget_tries(db: Database, account: str) -> None:
    """Open a locked account again: after the right password, or by the administrator."""
    db.conn.execute("DELETE FROM login_try WHERE account = ?", [account[:NAME_MAX]])


def locked_until(db: Database, account: str, now: str) -> str:
    """Give the local time until which a login is locked by wrong passwords; empty when it is not."""
    row = next(db.query("SELECT n, last FROM login_try WHERE account = ?", [account[:NAME_MAX]]), None)
    if row is None or row["n"] < TRIES_MAX or row["last"] <= text_of(moment_of(now) - LOCKED_FOR):
        return ""
    return local(text_of(moment_of(row["last"]) + LOCKED_FOR)).strftime("%H:%M")


def verified(db: Database, account: str, password: str, now: str) -> Officer | None:
    """Check a password (slow, outside any transaction): the active officer it belongs to, or None. One-time words end."""
    sql = "SELECT * FROM officer WHERE account = ? AND active = 1 AND coalesce(password_until, '9') > ?"
    row = next(db.query(sql, [account, now]), None)
    right = holds(row["password"] if row else nobody(), password)
    return _officer(row) if row and right else None


def holds(password_hash: str, password: str) -> bool:
    """Say whether a password is the one that was hashed."""
    with AT_ONCE:
        try:
            return hasher.verify(password_hash, password[:PASSWORD_MAX])
        except (VerificationError, InvalidHashError):
            return False


@cache
def nobody() -> str:
    """Give a hash to compare with where there is no account, so that both answers take as long."""
    return hasher.hash("không có ai")


def hashed(password: str) -> str:
    """Hash a password with Argon2id."""
    with AT_ONCE:
        return hasher.hash(password)


def check_new_password(password: str, account: str) -> None:
    """Refuse a password that is too short, too long, or too easy to guess."""
    if len(password) < PASSWORD_MIN:
        raise Refused("password_short", least=PASSWORD_MIN)
    if len(password) > PASSWORD_MAX:
        raise Refused("password_long", most=PASSWORD_MAX)
    plain = password.lower()
    if account.lower() in plain or len(set(plain)) < 5 or any(plain.startswith(word) for word in EASY):
        raise Refused("password_easy")


def set_password(db: Database, officer_id: str, password_hash: str, must_change: bool = False) -> None:
    """Write a new password's hash. The caller ends the officer's sessions in the same transaction."""
    sql = "UPDATE officer SET password = ?, must_change = ?, password_until = NULL WHERE id = ?"
    db.conn.execute(sql, [password_hash, must_change, officer_id])


def end_password(db: Database, officer_id: str, at: str) -> None:
    """Let the present password open nothing from a moment (UTC text) on."""
    db.conn.execute("UPDATE officer SET password_until = ? WHERE id = ?", [at, officer_id])


def set_roles(db: Database, officer_id: str, roles: Iterable[Role]) -> None:
    """Write a person's set of roles."""
    db.conn.execute("UPDATE officer SET roles = ? WHERE id = ?", [json.dumps(sorted(roles)), officer_id])


def set_active(db: Database, officer_id: str, active: bool) -> None:
    """Open or close an account."""
    db.conn.execute("UPDATE officer SET active = ? WHERE id = ?", [active, officer_id])


def password_hash_of(db: Database, officer_id: str) -> str:
    """Give the stored hash, to check the old password before a change."""
    return next(db.query("SELECT password FROM officer WHERE id = ?", [officer_id]))["password"]


def roles_of(words: Iterable[str]) -> frozenset[Role]:
    """Read role names. Raises ValueError for an unknown one."""
    return frozenset(Role(word) for word in words)


def _first(db: Database, column: str, value: str) -> Officer | None:
    row = next(db.query(f"SELECT * FROM officer WHERE {column} = ?", [value]), None)
    return _officer(row) if row else None


def _officer(row: dict) -> Officer:
    return Officer(
        id=row["id"],
        account=row["account"],
        name=row["name"],
        roles=roles_of(json.loads(row["roles"])),
        title=row["title"],
        section=row["section"],
        active=bool(row["active"]),
        must_change=bool(row["must_change"]),
    )
