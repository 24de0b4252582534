"""Receptions that are not accepted yet: what was typed, and the pages scanned so far. Never in the ledger.

A draft saves itself often, so saving is a compare-and-set on its version: a second window never overwrites unseen.
Acceptance empties the draft in its own transaction; pages nobody accepted are collected after a dated number of days.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlite_utils.db import Database

from appliance.errors import Refused
from appliance.events import FileRef
from appliance.ids import uuid7
from appliance.ledger import Act

DRAFT_BYTES_MAX = 64 * 1024
PAGES_MAX = 500
OTHER = "other"  # The place of pages that belong to no component of the procedure (yet).


class Part(msgspec.Struct, frozen=True, omit_defaults=True):
    """A component as ticked at the counter: brought or not, which kind of copy, how many, how many pages it should have."""

    have: bool = False
    copy: str = "original"  # original, copy, certified
    count: int = 1
    note: str = ""
    kept: bool = False  # the original stays at the office until it is given back


class LateEntry(msgspec.Struct, frozen=True):
    """A reception on paper while the box was down: number of the slip, when it truly was (UTC text), code of why."""

    n: int
    at: str
    why: str


class Original(msgspec.Struct, frozen=True, omit_defaults=True):
    """An original that copies are certified of: what it is, its pages, how many on paper, whether an electronic one."""

    title: str = ""
    pages: int = 0
    copies: int = 0
    electronic: bool = False

    @property
    def whole(self) -> bool:
        """Say whether all of it was typed."""
        return bool(self.title.strip() and self.pages and (self.copies or self.electronic))


class Body(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the counter has typed so far; every field may still be empty or wrong."""

    applicant: dict[str, str] = {}
    authorised: dict[str, str] = {}
    persons: dict[str, dict[str, str]] = {}  # others, by role (appliance/roles.py)
    procedure: str = ""
    case: str = ""
    parts: dict[str, Part] = {}
    channel: str = "counter"
    result_by: str = "counter"
    originals: tuple[Original, ...] = ()  # where copies are certified of them
    fee_amounts: dict[str, int] = {}  # amounts a person entered where the fee table does not know
    exemption: str = ""
    due_day: str = ""  # ISO day a person promised where the catalogue states no limit
    note: str = ""
    slot: str = ""  # where originals that are kept lie
    serves: str = ""  # what it gathers papers for where a dossier exists already: purpose and dossier (appliance/brought.py)
    wanted: dict[str, str] = {}  # key and name of those papers
    late: LateEntry | None = None
    helped_by: str = ""  # postal agent who drafted it before handing it over


class Page(msgspec.Struct, frozen=True):
    """A scanned page of a draft: its place in the component, its file, quarter turns clockwise, what imaging noticed."""

    id: str
    component: str
    place: int
    digest: str
    size: int
    media: str
    turn: int
    facts: dict[str, Any]


@dataclass(frozen=True)
class Draft:
    """A draft with its pages in order."""

    id: str
    officer: str
    body: Body
    version: int
    changed_at: str
    accepted_as: str | None
    discarded_at: str | None
    pages: tuple[Page, ...]

    def of(self, component: str) -> tuple[Page, ...]:
        """Give the pages of one component, in order."""
        return tuple(page for page in self.pages if page.component == component)


def begin(act: Act, officer: str, draft_id: str = "") -> str:
    """Open an empty draft and give its id; with an id of the caller's own, beginning twice is once."""
    draft, at = draft_id or uuid7(), act.reading.at
    sql = "INSERT OR IGNORE INTO draft (id, officer, body, version, made_at, changed_at) VALUES (?, ?, ?, 1, ?, ?)"
    act.db.conn.execute(sql, [draft, officer, msgspec.json.encode(Body()), at, at])
    return draft


def load(db: Database, draft_id: str) -> Draft:
    """Give a draft. Raises Refused `draft_unknown`."""
    row = next(db.query("SELECT * FROM draft WHERE id = ?", [draft_id]), None)
    if row is None:
        raise Refused("draft_unknown")
    body = msgspec.json.decode(row["body"], type=Body)
    pages = _pages(db, draft_id)
    kept = {name: row[name] for name in ("id", "officer", "version", "changed_at", "accepted_as", "discarded_at")}
    return Draft(**kept, body=body, pages=pages)


def pages_named(draft: Draft, component: str) -> list[dict[str, Any]]:
    """Give the pages of a component as an event names them: file, quarter turns, and which page of a file that holds several."""
    named = draft.of(component)
    return [{"file": p.digest, "turn": p.turn} | ({"n": p.facts["n"]} if "n" in p.facts else {}) for p in named]


def files_named(draft: Draft) -> list[FileRef]:
    """Name each file of the draft once; several pages may lie in one PDF."""
    return list({page.digest: FileRef(page.digest, page.size, page.media) for page in draft.pages}.values())


def open_of(db: Database, officer: str, serves: str = "") -> list[Draft]:
    """List an officer's open drafts, newest first: receptions, or those that serve one purpose on one dossier."""
    sql = """SELECT id FROM draft WHERE officer = ? AND accepted_as IS NULL AND discarded_at IS NULL
             AND coalesce(CAST(body AS TEXT) ->> '$.serves', '') = ?
             ORDER BY changed_at DESC LIMIT 50"""
    return [load(db, row["id"]) for row in db.query(sql, [officer, serves])]


def save(act: Act, draft_id: str, officer: str, version: int, body: Body) -> int:
    """Keep what was typed and give the new version; what is there already is not written again (its answer was lost).

    Raises Refused `draft_changed` (with the version that is there), `draft_accepted`, `draft_of_other`, `draft_too_long`.
    """
    draft = _own(act.db, draft_id, officer)
    if draft.body == body:
        return draft.version
    if draft.version != version:
        raise Refused("draft_changed", version=draft.version)
    data = msgspec.json.encode(body)
    if len(data) > DRAFT_BYTES_MAX:
        raise Refused("draft_too_long", limit=DRAFT_BYTES_MAX)
    sql = "UPDATE draft SET body = ?, version = version + 1, changed_at = ? WHERE id = ?"
    act.db.conn.execute(sql, [data, act.reading.at, draft_id])
    return version + 1


class NewPage(msgspec.Struct, frozen=True):
    """A page whose file is stored already: digest, size in bytes, media type, what imaging noticed."""

    digest: str
    size: int
    media: str
    facts: dict[str, Any] = {}


def add_page(act: Act, draft_id: str, component: str, page: NewPage, *, page_id: str = "", replaces: str = "") -> str:
    """Append a stored page to a component, or put it in the place of another, and give its id.

    With a `page_id` of the caller's own, taking in the same page twice is one page. A page to replace that has gone
    meanwhile is no reason to lose the new one: it is appended. Raises Refused `draft_accepted`, `too_many_pages`.
    """
    draft = load(act.db, draft_id)
    if page_id and act.db.conn.execute("SELECT 1 FROM draft_page WHERE id = ?", [page_id]).fetchone():
        return page_id
    if draft.accepted_as:
        raise Refused("draft_accepted")
    if len(draft.pages) >= PAGES_MAX:
        raise Refused("too_many_pages", limit=PAGES_MAX)
    page_id = page_id or uuid7()
    old = next((page for page in draft.pages if page.id == replaces), None)
    place = old.place if old else 1 + max((p.place for p in draft.of(component)), default=0)
    act.db.conn.execute(
        """INSERT INTO draft_page (id, draft, component, place, digest, size, media, facts, made_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        [page_id, draft_id, old.component if old else component, place, page.digest, page.size, page.media,
         msgspec.json.encode(page.facts), act.reading.at],
    )  # fmt: skip
    if old:
        act.db.conn.execute("UPDATE draft_page SET replaced_by = ? WHERE id = ?", [page_id, old.id])
    act.touch(f"draft:{draft_id}")
    return page_id


def turn_page(act: Act, draft_id: str, officer: str, page_id: str, quarters: int = 1) -> None:
    """Turn how a page is shown, by quarter turns clockwise; the scanned bytes stay as they are."""
    page = _page(_own(act.db, draft_id, officer), page_id)
    act.db.conn.execute("UPDATE draft_page SET turn = ? WHERE id = ?", [(page.turn + quarters) % 4, page_id])
    act.touch(f"draft:{draft_id}")


def move_page(act: Act, draft_id: str, officer: str, page_id: str, by: int) -> None:
    """Let a page change places with its neighbour: -1 towards the front, 1 towards the back; at an end nothing happens."""
    draft = _own(act.db, draft_id, officer)
    page = _page(draft, page_id)
    row = draft.of(page.component)
    there = row.index(page) + by
    if 0 <= there < len(row):
        for one, place in ((page, row[there].place), (row[there], page.place)):
            act.db.conn.execute("UPDATE draft_page SET place = ? WHERE id = ?", [place, one.id])
        act.touch(f"draft:{draft_id}")


def assign_page(act: Act, draft_id: str, officer: str, page_id: str, component: str) -> None:
    """Put a page at the end of another component."""
    draft = _own(act.db, draft_id, officer)
    place = 1 + max((p.place for p in draft.of(component)), default=0)
    page = _page(draft, page_id)
    sql = "UPDATE draft_page SET component = ?, place = ? WHERE id = ?"
    act.db.conn.execute(sql, [component, place, page.id])
    act.touch(f"draft:{draft_id}")


def set_aside(act: Act, draft_id: str, components: Sequence[str]) -> None:
    """Put pages whose component is none of these beside the others: another procedure was chosen after they were scanned."""
    for page in load(act.db, draft_id).pages:
        if page.component not in (*components, OTHER):
            place = 1 + max((p.place for p in load(act.db, draft_id).of(OTHER)), default=0)
            sql = "UPDATE draft_page SET component = ?, place = ? WHERE id = ?"
            act.db.conn.execute(sql, [OTHER, place, page.id])
            act.touch(f"draft:{draft_id}")


def remove_page(act: Act, draft_id: str, officer: str, page_id: str) -> None:
    """Take a page out; `restore_page` brings it back while the draft is open."""
    page = _page(_own(act.db, draft_id, officer), page_id)
    act.db.conn.execute("UPDATE draft_page SET replaced_by = 'removed' WHERE id = ?", [page.id])
    act.touch(f"draft:{draft_id}")


def restore_page(act: Act, draft_id: str, officer: str, page_id: str) -> None:
    """Undo a removal."""
    _own(act.db, draft_id, officer)
    sql = "UPDATE draft_page SET replaced_by = NULL WHERE id = ? AND draft = ? AND replaced_by = 'removed'"
    act.db.conn.execute(sql, [page_id, draft_id])
    act.touch(f"draft:{draft_id}")


def close(act: Act, draft_id: str, accepted_as: str) -> None:
    """Empty an accepted draft: its persons and pages now stand in the dossier, and must be nowhere else."""
    sql = "UPDATE draft SET body = ?, accepted_as = ?, changed_at = ? WHERE id = ?"
    act.db.conn.execute(sql, [msgspec.json.encode(Body()), accepted_as, act.reading.at, draft_id])
    act.db.conn.execute("DELETE FROM draft_page WHERE draft = ?", [draft_id])


def discard(act: Act, draft_id: str, officer: str) -> None:
    """Give up a draft of one's own; `restore` brings it back until it is purged."""
    _own(act.db, draft_id, officer)
    act.db.conn.execute("UPDATE draft SET discarded_at = ? WHERE id = ?", [act.reading.at, draft_id])


def hand_over(act: Act, draft_id: str, officer: str, to: str, helped_by: str = "") -> None:
    """Give a draft of one's own to a colleague, pages and all; from then on it is nobody else's. `helped_by`: a postal agent."""
    body = _own(act.db, draft_id, officer).body
    body = msgspec.structs.replace(body, helped_by=helped_by or body.helped_by)
    sql = "UPDATE draft SET officer = ?, body = ?, version = version + 1, changed_at = ? WHERE id = ?"
    act.db.conn.execute(sql, [to, msgspec.json.encode(body), act.reading.at, draft_id])
    act.touch(f"draft:{draft_id}")


def restore(act: Act, draft_id: str, officer: str) -> None:
    """Undo a discard. Raises Refused `draft_unknown` once it was purged."""
    _own(act.db, draft_id, officer, discarded=True)
    act.db.conn.execute("UPDATE draft SET discarded_at = NULL WHERE id = ?", [draft_id])


def purge(act: Act, before: str) -> None:
    """Delete the drafts that were discarded before a moment (UTC text), with their pages; files are collected later."""
    gone = "SELECT id FROM draft WHERE discarded_at < ?"
    act.db.conn.execute(f"DELETE FROM draft_page WHERE draft IN ({gone})", [before])
    act.db.conn.execute("DELETE FROM draft WHERE discarded_at < ?", [before])


def _page(draft: Draft, page_id: str) -> Page:
    found = next((page for page in draft.pages if page.id == page_id), None)
    if found is None:
        raise Refused("page_unknown")
    return found


def _own(db: Database, draft_id: str, officer: str, discarded: bool = False) -> Draft:
    draft = load(db, draft_id)
    if draft.accepted_as:
        raise Refused("draft_accepted")
    if draft.discarded_at and not discarded:
        raise Refused("draft_discarded")
    if draft.officer != officer:
        raise Refused("draft_of_other", officer=draft.officer)
    return draft


def _pages(db: Database, draft_id: str) -> tuple[Page, ...]:
    sql = "SELECT * FROM draft_page WHERE draft = ? AND replaced_by IS NULL ORDER BY component, place"
    keep = ("id", "component", "place", "digest", "size", "media", "turn")
    return tuple(Page(**{k: row[k] for k in keep}, facts=msgspec.json.decode(row["facts"])) for row in db.query(sql, [draft_id]))
