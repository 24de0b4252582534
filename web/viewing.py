"""What an officer has looked at before signing or sealing: pages of one file by its digest, and whether he chose it.

Kept on the box, so that a restart or another computer does not ask him to look again. Not in the ledger.
"""

from collections.abc import Collection
from dataclasses import dataclass

import msgspec
from sqlite_utils.db import Database

from appliance.documents import Document
from appliance.errors import Refused
from appliance.ledger import Act

KEPT_PER_OFFICER_MAX = 500
PAGES_MAX = 2_000


@dataclass(frozen=True)
class Viewing:
    """The pages (from 1) of one file that were shown to one officer, and whether he chose the file."""

    seen: frozenset[int] = frozenset()
    chosen: bool = False

    def missing(self, document: Document) -> list[int]:
        """List the pages that were not seen yet."""
        return [n for n in range(1, document.pages + 1) if n not in self.seen]


def of(db: Database, officer: str) -> dict[str, Viewing]:
    """Give an officer's viewings by digest."""
    found = db.conn.execute("SELECT digest, seen, chosen FROM viewing WHERE officer = ?", [officer])
    return {digest: Viewing(frozenset(msgspec.json.decode(seen)), bool(chosen)) for digest, seen, chosen in found}


def note(act: Act, officer: str, document: Document, pages: Collection[int]) -> Viewing:
    """Note that pages of the document's file were seen. Raises Refused `page_unknown` for a page it does not have."""
    strange = [n for n in pages if not 1 <= n <= min(document.pages, PAGES_MAX)]
    if strange:
        raise Refused("page_unknown", page=strange[0], pages=document.pages)
    known = of(act.db, officer).get(document.file, Viewing())
    return _keep(act, officer, document.file, Viewing(known.seen | frozenset(pages), known.chosen))


def choose(act: Act, officer: str, document: Document, chosen: bool) -> None:
    """Choose a document, or not any longer. Raises Refused `page_unseen` while a page was not seen."""
    known = of(act.db, officer).get(document.file, Viewing())
    if chosen and (missing := known.missing(document)):
        raise Refused("page_unseen", page=missing[0], pages=document.pages)
    _keep(act, officer, document.file, Viewing(known.seen, chosen))


def forget(act: Act, digest: str) -> None:
    """Forget who looked at a file that no longer waits."""
    act.db.conn.execute("DELETE FROM viewing WHERE digest = ?", [digest])


def _keep(act: Act, officer: str, digest: str, viewing: Viewing) -> Viewing:
    sql = "INSERT OR REPLACE INTO viewing (officer, digest, seen, chosen, changed_at) VALUES (?, ?, ?, ?, ?)"
    seen = msgspec.json.encode(sorted(viewing.seen)).decode()
    act.db.conn.execute(sql, [officer, digest, seen, viewing.chosen, act.reading.at])
    old = """DELETE FROM viewing WHERE officer = ?1 AND digest NOT IN
             (SELECT digest FROM viewing WHERE officer = ?1 ORDER BY changed_at DESC LIMIT ?2)"""
    act.db.conn.execute(old, [officer, KEPT_PER_OFFICER_MAX])
    return viewing
