"""Decisions of a higher agency on a dossier of this office: in its history, moving nothing, news until its holder looked.

The news is this box's own: in no ledger, gone with the dossier's erasure.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from sqlite_utils.db import Database

from appliance import history, ownership
from appliance.errors import Refused
from appliance.events import FileRef
from appliance.ledger import Act
from appliance.ownership import DECIDED

BY_LINE = "agent"  # What came over the line is brought by the box's own agent.


class Sort(StrEnum):
    """What a higher agency answers."""

    AGREED = "agreed"
    DISAGREED = "disagreed"
    OPINION = "opinion"
    SUPPLEMENT = "supplement"  # It needs more papers; asking the citizen for them is an officer's act.


def receive(act: Act, dossier: str, clear: Mapping[str, Any], personal: Mapping[str, Any], file: FileRef) -> bool:
    """Record a decision that came, with its file; the same one again (by `decision`) changes nothing. Says whether it was news.

    Raises Refused as `check` does.
    """
    check(act.db, act.device, dossier)
    if is_known(act.db, act.device, dossier, clear["decision"]):
        return False
    act.record(DECIDED, actor=BY_LINE, dossier=dossier, clear=clear, personal=personal, files=[file])
    act.db.conn.execute("INSERT OR REPLACE INTO news (dossier, at) VALUES (?, ?)", [dossier, act.reading.at])
    return True


def check(db: Database, device: str, dossier: str) -> None:
    """Refuse a decision on a dossier that is not here, was erased, or is another's.

    Raises Refused `dossier_unknown`, `already_erased`, `dossier_handed_over`, `dossier_on_its_way`.
    """
    if db.conn.execute("SELECT 1 FROM dossier WHERE id = ?", [dossier]).fetchone() is None:
        raise Refused("dossier_unknown")
    if db.conn.execute("SELECT 1 FROM dossier_key WHERE dossier = ? AND destroyed_at IS NOT NULL", [dossier]).fetchone():
        raise Refused("already_erased")
    ownership.check(db, device, dossier, DECIDED)


def is_known(db: Database, device: str, dossier: str, decision: str) -> bool:
    """Say whether a decision stands in a dossier's history already, also as another commune wrote it there."""
    told = (one.event for one in history.of_dossier(db, db, device, dossier))
    return any(event.t == DECIDED and event.d["decision"] == decision for event in told)


def news(db: Database) -> set[str]:
    """Give the dossiers of this office with a decision that their holder has not seen."""
    return {row[0] for row in db.conn.execute("SELECT n.dossier FROM news n JOIN dossier d ON d.id = n.dossier WHERE d.away = 0")}


def news_for(db: Database, officer: str) -> list[str]:
    """List the dossiers that an officer holds with a decision he has not seen, the oldest news first."""
    sql = "SELECT n.dossier FROM news n JOIN dossier d ON d.id = n.dossier WHERE d.holder = ? AND d.away = 0 ORDER BY n.at, 1"
    return [row[0] for row in db.conn.execute(sql, [officer]).fetchall()]


def seen(act: Act, dossier: str) -> None:
    """Forget the news: the holder has the dossier before him."""
    act.db.conn.execute("DELETE FROM news WHERE dossier = ?", [dossier])
    act.touch("dossiers")
