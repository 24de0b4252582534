"""What an administrator does with accounts, inside the office and without a line. Secrets stay in the accounts' table.

Each such act is also an event of the office, without names or secrets: officer id, what changed, the set of roles. It belongs
into the ledger and not into a local table because the administrator is the one whose acts somebody else must be able to see:
the province receives it, and nobody here can take it out again.
"""

import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta

import msgspec
from sqlite_utils.db import Database

from appliance import officers, sessions
from appliance.clock import moment_of, text_of
from appliance.errors import Refused
from appliance.ledger import Act
from appliance.officers import Officer
from appliance.rights import Role
from appliance.text import nfc

ID = re.compile(r"[A-Z]{2}\d{2,4}")
PROVINCE = "province"  # Actor of what the province states; no person here did it.
NAME_CHARS_MAX = 120
ONE_TIME_FOR = timedelta(hours=24)  # Words that lie on a desk for longer open nothing.
WORDS_TAKEN = 4
# Short, plain, easily said over a counter; no two sound alike without marks.
WORDS = (
    "ao banh bep bien bong buom cam canh cau chim chuoi cua da den dien dong dua ga gach gao gio gung hoa hong kem keo khe khoai"
    " lam lua may me mia mit muoi nam nang nep ngo nha nui oc ong rau rong ruong sen song tau than thuyen tom tra trau tre tuyet"
    " vang vit voi vuon xe xoai xuan yen"
)


@dataclass(frozen=True)
class LastChange:
    """The newest thing done with an account: what, by whom, when (UTC text)."""

    change: str
    actor: str
    at: str


def one_time_words() -> str:
    """Make words for one login: four of them and four figures, some 38 bits; a locked login allows 5 tries in 15 minutes."""
    return "-".join([*(secrets.choice(WORDS.split()) for _ in range(WORDS_TAKEN)), f"{secrets.randbelow(10_000):04d}"])


def open_account(act: Act, actor: str, officer: Officer, password_hash: str) -> None:
    """Open an account with one-time words; roles are set by `set_roles` in the same transaction or later.

    Raises Refused `officer_fields`, `officer_id_wrong`, `officer_id_taken`, `account_taken`, `roles_missing`.
    """
    if not officer.name.strip() or not officer.title.strip() or len(officer.name) > NAME_CHARS_MAX:
        raise Refused("officer_fields")
    if not ID.fullmatch(officer.id):
        raise Refused("officer_id_wrong")
    if officers.by_id(act.db, officer.id):
        raise Refused("officer_id_taken", officer=officer.id)
    if not officer.roles:
        raise Refused("roles_missing")
    officers.put(act.db, replace(officer, must_change=True), password_hash)
    _expire(act, officer.id)
    _record(act, actor, officer.id, "opened", officer.roles)


def set_roles(act: Act, actor: str, officer_id: str, roles: frozenset[Role], together: bool = False) -> None:
    """Give a person a set of roles; open sessions end, so that nothing goes on under the old ones.

    Who accepts does not take the money while others can; `together` says there are not enough people.
    Raises Refused `officer_unknown`, `roles_missing`, `last_admin`, `roles_apart`.
    """
    officer = _found(act.db, officer_id)
    if not roles:
        raise Refused("roles_missing")
    if Role.ADMIN not in roles:
        _keep_an_admin(act, officer)
    others = [one for one in officers.holding(act.db, Role.CASHIER) if one.id != officer_id]
    if {Role.RECEPTION, Role.CASHIER} <= roles and others and not together:
        raise Refused("roles_apart", officers=[one.name for one in others])
    if roles != officer.roles:
        officers.set_roles(act.db, officer_id, roles)
        sessions.end_all(act.db, officer_id)
        _record(act, actor, officer_id, "roles", roles)


def close(act: Act, actor: str, officer_id: str) -> None:
    """Close an account; its id stays taken for ever. Raises Refused `officer_unknown`, `own_account`, `last_admin`."""
    officer = _other(act.db, actor, officer_id)
    _keep_an_admin(act, officer)
    if officer.active:
        officers.set_active(act.db, officer_id, False)
        sessions.end_all(act.db, officer_id)
        _record(act, actor, officer_id, "closed", officer.roles)


def reopen(act: Act, actor: str, officer_id: str) -> None:
    """Open a closed account again. Raises Refused `officer_unknown`."""
    officer = _found(act.db, officer_id)
    if not officer.active:
        officers.set_active(act.db, officer_id, True)
        _record(act, actor, officer_id, "reopened", officer.roles)


def reset_password(act: Act, actor: str, officer_id: str, password_hash: str) -> None:
    """Put one-time words in the place of a forgotten password: they end by themselves, must be changed, and end all sessions.

    The login is unlocked too. Raises Refused `officer_unknown`, `own_account`.
    """
    officer = _other(act.db, actor, officer_id)
    officers.set_password(act.db, officer_id, password_hash, must_change=True)
    officers.forget_tries(act.db, officer.account)
    sessions.end_all(act.db, officer_id)
    _expire(act, officer_id)
    _record(act, actor, officer_id, "password", officer.roles)


def unlock(act: Act, actor: str, officer_id: str) -> None:
    """Open a login that was locked by wrong passwords. Raises Refused `officer_unknown`."""
    officer = _found(act.db, officer_id)
    officers.forget_tries(act.db, officer.account)
    _record(act, actor, officer_id, "unlocked", officer.roles)


def as_stated(act: Act, stated: Officer, together: bool, password_hash: str) -> None:
    """Bring an account to what the province states of it: `roles`, and `active` for open; twice is once.

    A new one opens nothing until somebody here hands out its first password; `password_hash` is of words that nobody knows.
    Raises Refused `officer_other_name`, and what opening, closing and setting roles raise.
    """
    known = officers.by_id(act.db, stated.id)
    if known and not alike(known.name, stated.name):
        raise Refused("officer_other_name", officer=stated.id, name=known.name)
    if not stated.active:
        if known:
            close(act, PROVINCE, stated.id)
        return
    if known is None:
        open_account(act, PROVINCE, stated, password_hash)
        officers.end_password(act.db, stated.id, act.reading.at)
    elif not known.active:
        reopen(act, PROVINCE, stated.id)
    set_roles(act, PROVINCE, stated.id, stated.roles, together)


def alike(one: str, other: str) -> bool:
    """Say whether two spellings are one name."""
    return nfc(one).casefold().split() == nfc(other).casefold().split()


def last_changes(db: Database) -> dict[str, LastChange]:
    """Give the newest change of each account by officer id."""
    sql = "SELECT key, body, actor, at FROM office_fact WHERE topic = 'account'"
    return {key: LastChange(msgspec.json.decode(body)["change"], actor, at) for key, body, actor, at in db.conn.execute(sql)}


def _record(act: Act, actor: str, officer: str, change: str, roles: Collection[Role]) -> None:
    act.record("account.changed", actor=actor, clear={"officer": officer, "change": change, "roles": sorted(map(str, roles))})


def _expire(act: Act, officer: str) -> None:
    officers.end_password(act.db, officer, text_of(moment_of(act.reading.at) + ONE_TIME_FOR))


def _found(db: Database, officer_id: str) -> Officer:
    officer = officers.by_id(db, officer_id)
    if officer is None:
        raise Refused("officer_unknown")
    return officer


def _other(db: Database, actor: str, officer_id: str) -> Officer:
    officer = _found(db, officer_id)
    if actor == officer_id:
        raise Refused("own_account")
    return officer


def _keep_an_admin(act: Act, officer: Officer) -> None:
    """Refuse to leave nobody who could log in and administer; an account whose password opens nothing is nobody."""
    able = officers.able(act.db, act.reading.at)
    others = [one for one in officers.holding(act.db, Role.ADMIN) if one.id != officer.id and one.id in able]
    if officer.active and Role.ADMIN in officer.roles and not others:
        raise Refused("last_admin")
