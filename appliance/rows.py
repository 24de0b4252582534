"""The derived rows that screens read: written in the transaction of their event, deletable, rebuilt from the ledger.

The box and the province fold with the same `fold`; only the ledger they read from differs.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec
from sqlite_utils.db import Database

from appliance import roles
from appliance.advancing import advance
from appliance.dossier import Dossier
from appliance.events import Event
from appliance.ownership import ACCEPTED, BESIDE
from appliance.roles import Named
from appliance.text import fold as folded
from appliance.text import vkey

_encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(Dossier).decode

_sort_key = lru_cache(maxsize=4096)(vkey)  # The same name again with every act on its dossier.
SEARCHED = frozenset(
    {"dossier.filed", "dossier.imported", "dossier.accepted", "dossier.corrected", "dossier.erased"}
)  # Acts that change its words.
# What an act that belongs to no dossier is kept under: the newest with the same topic (first word of its kind) and key counts.
OFFICE_KEYS: Mapping[str, tuple[str, ...]] = {
    "calendar": ("day",),
    "register": ("unit", "book", "period"),
    "block": ("unit", "book", "begins", "first"),
    "process": ("process", "version"),
    "delegation": ("giver", "taker", "first"),
    "drawer": ("drawer", "opened_at"),
    "account": ("officer",),
}
SECTION = "section:"  # Before the id of a section, where a hand-over is offered to whoever of it takes it first.
NUMBER_STATES = {"number.voided": "voided", "receipt.voided": "voided", "numbers.lost": "lost"}

SAVE = """
INSERT INTO dossier (id, device, code, status, signature, procedure, procedure_name, applicant, applicant_key, holder,
                     accepted_at, due_at, finished_at, returned_at, channel, offered_to, filed_at, asked_until, originals_kept,
                     money_open, origin, works, away, last_inc, last_seq, state)
VALUES (:id, :device, :code, :status, :signature, :procedure, :procedure_name, :applicant, :applicant_key, :holder,
        :accepted_at, :due_at, :finished_at, :returned_at, :channel, :offered_to, :filed_at, :asked_until, :originals_kept,
        :money_open, :origin, :works, :away, :last_inc, :last_seq, :state)
ON CONFLICT (id) DO UPDATE SET
    device = excluded.device, code = excluded.code, status = excluded.status, signature = excluded.signature,
    applicant = excluded.applicant, applicant_key = excluded.applicant_key, holder = excluded.holder,
    accepted_at = excluded.accepted_at, due_at = excluded.due_at, finished_at = excluded.finished_at,
    returned_at = excluded.returned_at, offered_to = excluded.offered_to, asked_until = excluded.asked_until,
    originals_kept = excluded.originals_kept, money_open = excluded.money_open,
    origin = excluded.origin, works = excluded.works, away = excluded.away,
    last_inc = excluded.last_inc, last_seq = excluded.last_seq, state = excluded.state
RETURNING rid"""


def load(db: Database, dossier_id: str) -> Dossier | None:
    """Give the dossier as its events made it, or None."""
    row = db.conn.execute("SELECT state FROM dossier WHERE id = ?", [dossier_id]).fetchone()
    return decode(row[0]) if row else None


def fold(db: Database, device: str, inc: bytes, event: Event, personal: Mapping[str, Any], decided: bool = False) -> Dossier | None:
    """Take one event into the rows, inside the caller's transaction. Gives the dossier it belongs to, if any.

    `decided`: an acceptance of a hand-over counts, because the province decided so.
    """
    _keep_number(db, event)
    if not event.k:
        keep_office_fact(db, device, event)
        return None
    enter(db, device, inc, event)
    if event.t in BESIDE or (event.t == ACCEPTED and not decided):
        return load(db, event.k)
    row = db.conn.execute("SELECT state, device FROM dossier WHERE id = ?", [event.k]).fetchone()
    dossier = advance(decode(row[0]) if row else None, event, personal)
    if dossier is not None:
        owner = row[1] if row and event.t != ACCEPTED else device
        save(db, owner, inc, event, dossier, event.t in SEARCHED, away=owner != device)
    return dossier


def enter(db: Database, device: str, inc: bytes, event: Event) -> None:
    """Enter an event among its dossier's acts, and the files it names among the dossier's."""
    db.conn.execute(
        "INSERT OR IGNORE INTO dossier_event (dossier, device, inc, seq, kind, at, actor) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [event.k, device, inc, event.i, event.t, event.at, event.a],
    )
    name_files(db, event)
    if event.t == "dossier.erased":
        db.conn.execute("DELETE FROM dossier_file WHERE dossier = ?", [event.k])


def name_files(db: Database, event: Event) -> None:
    """Enter the files an event names among those of its dossier."""
    for file in event.x:
        db.conn.execute(
            "INSERT OR IGNORE INTO dossier_file (digest, dossier, size, media) VALUES (?, ?, ?, ?)",
            [file.s, event.k, file.n, file.m],
        )


def save(db: Database, device: str, inc: bytes, event: Event, dossier: Dossier, words: bool, away: bool = False) -> None:
    """Write a dossier as it is after its last event; `words`: what it is found by may have changed; `away`: not this box's now."""
    person = dossier.applicant or {}
    name = person.get("name") or person.get("organisation")
    rid = db.conn.execute(
        SAVE,
        {
            "id": dossier.id,
            "device": device,
            "code": dossier.code,
            "status": int(dossier.status),
            "signature": str(dossier.signature),
            "procedure": dossier.procedure,
            "procedure_name": dossier.procedure_name,
            "applicant": name,
            "applicant_key": _sort_key(name) if name else None,
            "holder": dossier.holder or None,
            "accepted_at": dossier.accepted_at,
            "due_at": (dossier.due or {}).get("at"),
            "finished_at": dossier.finished_at or None,
            "returned_at": dossier.returned_at or None,
            "channel": dossier.channel,
            "offered_to": dossier.offered_to or (f"{SECTION}{dossier.section}" if dossier.section else None),
            "filed_at": dossier.filed_at or None,
            "asked_until": (dossier.pause.until or None) if dossier.pause else None,
            "originals_kept": int(not dossier.originals_returned_at and any(part.get("kept") for part in dossier.components)),
            "money_open": int(dossier.money_open),
            "origin": dossier.origin,
            "works": dossier.works,
            "away": int(away),
            "last_inc": inc,
            "last_seq": event.i,
            "state": _encode(dossier),
        },
    ).fetchone()[0]
    if words:
        db.conn.execute("DELETE FROM dossier_search WHERE rowid = ?", [rid])
        db.conn.execute("INSERT INTO dossier_search (rowid, words) VALUES (?, ?)", [rid, search_words(dossier)])


def keep_office_fact(db: Database, device: str, event: Event) -> None:
    """Keep an act that belongs to no dossier under its topic and key; the newest of a key stands."""
    topic = event.t.split(".")[0]
    if topic not in OFFICE_KEYS:
        return
    key = "|".join(str(event.d[name]) for name in OFFICE_KEYS[topic])
    db.conn.execute(
        "INSERT OR REPLACE INTO office_fact (device, topic, key, kind, body, actor, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [device, topic, key, event.t, _encode(event.d), event.a, event.at],
    )


def office_facts(db: Database, topic: str) -> list[tuple[str, str, dict[str, Any]]]:
    """List the standing acts of a topic as (kind, actor, body), ordered by key."""
    sql = "SELECT kind, actor, body FROM office_fact WHERE topic = ? ORDER BY key"
    return [(kind, actor, msgspec.json.decode(body)) for kind, actor, body in db.conn.execute(sql, [topic])]


def search_words(dossier: Dossier) -> str:
    """Give the folded words a dossier is found by: code, procedure, and while they exist everybody's name and numbers."""
    words = [dossier.code, dossier.procedure, dossier.procedure_name]
    return folded(" ".join([*words, *(word for one in roles.everyone(dossier) for word in person_words(one))]))


def person_words(one: Named) -> list[str]:
    """Give the words one person is found by; whom a dossier is about also by the day of birth: a child may have no number."""
    if one.is_applicant:
        return []  # Stands there already.
    found = [str(one.person.get(field) or "") for field in ("name", "organisation", "number", "phone", *("birth",) * one.about)]
    phone = str(one.person.get("phone") or "")
    return [*found, "0" + phone.removeprefix("+84")] if phone.startswith("+84") else found


def _keep_number(db: Database, event: Event) -> None:
    """Account for every number an event uses, voids or lists as lost; one that is void stays void when its use is folded again."""
    state, reason = NUMBER_STATES.get(event.t, "used"), event.d.get("reason")
    for number in numbers(event):
        db.conn.execute(
            """INSERT INTO number_used (unit, book, period, n, state, dossier, reason, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
               ON CONFLICT (unit, book, period, n) DO UPDATE SET state = excluded.state, reason = excluded.reason
               WHERE NOT (state = 'voided' AND excluded.state = 'used')""",
            [number["unit"], number["book"], number["period"], number["n"], state, event.k or None,
             reason if state != "used" else None, event.at],
        )  # fmt: skip


def numbers(event: Event) -> list[dict[str, Any]]:
    """List the numbers of books that an event uses, voids or lists as lost."""
    body = event.d
    if event.t == "numbers.lost":
        same = {name: body[name] for name in ("unit", "book", "period")}
        return [same | {"n": n} for n in range(body["first"], body["last"] + 1)]
    return [body["number"]] if isinstance(body.get("number"), dict) else []
