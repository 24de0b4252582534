"""Who owns a dossier is decided here and nowhere else: offers of communes, their answers, and what comes of them.

Each decision compares dossier, owner and owner's version with what stands, and sets what follows, in the transaction in which its
event is folded; the feed tells it to all whom it concerns. An offer that nobody answers ends by this clock.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sqlite_utils.db import Database

from appliance import clock, events, ownership, rows
from appliance.catalogue import builtin
from appliance.clocks import declared_day, with_days
from appliance.errors import Refused
from appliance.events import Event
from appliance.ownership import ACCEPTED, COLUMNS, ERASED, NOTED, OFFERED, REJECTED, WITHDRAWN, Handover, Owner, State
from appliance.working_calendar import add_work_minutes
from sync.province import copies, feed_out
from sync.province import store_sqlite as store
from sync.province.opened import Province
from sync.province.store_sqlite import Device, Received

PART_BYTES = 256 * 1024  # Of events in one record of the feed.
TEXT_MAX = 64
TOLD_ASIDE = ("dossier_handed_over", "handover_closed")  # Reasons of being set aside that its author is told.


def take(province: Province, db: Database, received: Received, event: Event) -> bool:
    """Judge an event by who owns its dossier; says whether it goes into the dossier's row. Raises Refused: it is set aside.

    Codes: `dossier_of_another`, `dossier_handed_over`, `handover_closed`, `dossier_unknown`.
    """
    if event.t in DECIDES:
        DECIDES[event.t](province, db, received, event)
        return event.t == ACCEPTED
    holder = store.holder(db, event.k)
    now = ownership.owner(db, event.k)
    if not holder or (holder == received.device and event.o in (0, now.version)):
        return True
    _must_have_held(db, event.k, received.device)
    if event.t == ERASED and store.key_is_destroyed(db, event.k):
        return False  # Its copy follows what the owner did.
    raise Refused("dossier_handed_over", dossier=event.k)


def is_owners(db: Database, received: Received, event: Event) -> bool:
    """Say whether an event that was taken once was its owner's, so that it counts in the dossier's row."""
    return ownership.owner_in(db, event.k, event.o or _version_then(db, received, event.k)) in ("", received.device)


def _version_then(db: Database, received: Received, dossier: str) -> int:
    """Give the version of ownership that stood when an event came that names none, as other versions of the software write it."""
    sql = "SELECT 1 + count(*) FROM ledger WHERE dossier = ? AND kind = ? AND n < ? AND n NOT IN (SELECT n FROM quarantine)"
    return int(db.conn.execute(sql, [dossier, ACCEPTED, received.n]).fetchone()[0])


def _must_have_held(db: Database, dossier: str, device: str) -> None:
    if not held(db, dossier, device):
        raise Refused("dossier_of_another", dossier=dossier)


def held(db: Database, dossier: str, device: str) -> bool:
    """Say whether a device owns a dossier or ever did, as events that count say."""
    if store.holder(db, dossier) == device:
        return True
    sql = "SELECT 1 FROM handover WHERE dossier = ? AND state = ? AND ? IN (giver, taker)"
    return db.conn.execute(sql, [dossier, State.ACCEPTED, device]).fetchone() is not None


def _offered(province: Province, db: Database, received: Received, event: Event) -> None:
    """Open an offer, or say why not. The same one again (a branch that was recorded again) changes nothing."""
    known = ownership.handover(db, event.d["offer"])
    if known and (known.dossier, known.giver) == (event.k, received.device):
        return
    if known:
        raise Refused("dossier_of_another", dossier=event.k)
    row = db.conn.execute("SELECT device, code, procedure_name FROM dossier WHERE id = ?", [event.k]).fetchone()
    if row is None:
        raise Refused("dossier_unknown")
    _must_have_held(db, event.k, received.device)
    from_unit = _device(db, received.device).unit
    now, until = clock.stamp(), _answer_until(db)
    why = _why_not(db, received, event, ownership.owner(db, event.k), row[0])
    state = State.REFUSED if why else State.OPEN
    offer = Handover(
        event.d["offer"][:TEXT_MAX], event.k, max(1, event.o), received.device, "", from_unit, event.d["to"][:TEXT_MAX],
        event.d["reason"][:TEXT_MAX], row[1], row[2], now, until, state, why, now if why else "",
    )  # fmt: skip
    marks = ", ".join("?" * len(COLUMNS))
    db.conn.execute(f"INSERT INTO handover ({', '.join(COLUMNS)}) VALUES ({marks})", [getattr(offer, name) for name in COLUMNS])
    _tell(province, db, offer.offer)


def _why_not(db: Database, received: Received, event: Event, now: Owner, holder: str) -> str:
    if (received.device, event.o) != (holder, now.version):
        return "stale_owner"
    if ownership.open_offer(db, event.k):
        return "offered_already"
    if store.key_is_destroyed(db, event.k):
        return "erased"
    return "" if _takers(db, event.d["to"], received.device) else "no_box"


def _withdrawn(province: Province, db: Database, received: Received, event: Event) -> None:
    offer = _offer_of(db, event)
    if offer.giver != received.device:
        raise Refused("dossier_of_another", dossier=event.k)
    _end(province, db, offer.offer, State.WITHDRAWN)


def _accepted(province: Province, db: Database, received: Received, event: Event) -> None:
    """Compare and set: the offer is open, and its giver is the owner still, in the version that was offered."""
    offer = _answered(db, received, event)
    now, giver = ownership.owner(db, event.k), store.holder(db, event.k)
    sql = """UPDATE handover SET state = ?, taker = ?, decided_at = ?
             WHERE offer = ? AND state = ? AND giver = ? AND version = ? AND ? = version + 1"""
    place = [offer.offer, State.OPEN, giver, now.version, event.o]
    if not db.conn.execute(sql, [State.ACCEPTED, received.device, clock.stamp(), *place]).rowcount:
        raise Refused("handover_closed", dossier=event.k)
    keep = "INSERT OR IGNORE INTO copy_file (device, dossier, digest) SELECT ?, dossier, digest FROM dossier_file WHERE dossier = ?"
    db.conn.execute(keep, [giver, event.k])
    _tell(province, db, offer.offer)
    others = [one for one in store.events_of_dossier(db, event.k) if one.device != received.device]
    bring(province, db, received.device, event.k, store.set_aside_of(db, event.k, received.device), counts=False)
    bring(province, db, received.device, event.k, others)
    bring(province, db, giver, event.k, [received])


def _rejected(province: Province, db: Database, received: Received, event: Event) -> None:
    _end(province, db, _answered(db, received, event).offer, State.REJECTED, event.d["reason"][:TEXT_MAX])


def _noted(province: Province, db: Database, received: Received, event: Event) -> None:
    """Pass a note of one that held the dossier on to its owner."""
    _must_have_held(db, event.k, received.device)
    holder = store.holder(db, event.k)
    if holder != received.device:
        bring(province, db, holder, event.k, [received])


DECIDES: Mapping[str, Callable[[Province, Database, Received, Event], None]] = {
    OFFERED: _offered,
    WITHDRAWN: _withdrawn,
    ACCEPTED: _accepted,
    REJECTED: _rejected,
    NOTED: _noted,
}


def _offer_of(db: Database, event: Event) -> Handover:
    offer = ownership.handover(db, event.d["offer"])
    if offer is None or offer.dossier != event.k:
        raise Refused("dossier_of_another", dossier=event.k)
    return offer


def _answered(db: Database, received: Received, event: Event) -> Handover:
    offer = _offer_of(db, event)
    if received.device not in _takers(db, offer.to_unit, offer.giver):
        raise Refused("dossier_of_another", dossier=event.k)
    return offer


def _end(province: Province, db: Database, offer: str, state: State, why: str = "") -> None:
    """End an offer that is open; one that has ended stays as it did."""
    sql = "UPDATE handover SET state = ?, why = ?, decided_at = ? WHERE offer = ? AND state = ?"
    if db.conn.execute(sql, [state, why, clock.stamp(), offer, State.OPEN]).rowcount:
        _tell(province, db, offer)


def expire(province: Province) -> None:
    """End the offers that nobody answered in time, by this clock."""
    sql = "SELECT offer FROM handover WHERE state = ? AND until <= ? ORDER BY until, offer"
    if province.db.conn.execute(sql, [State.OPEN, clock.stamp()]).fetchone():
        with province.writing() as db:
            for (offer,) in db.conn.execute(sql, [State.OPEN, clock.stamp()]).fetchall():
                _end(province, db, offer, State.EXPIRED)


def erased(province: Province, db: Database, by: str, dossier: str, at: str) -> None:
    """Tell everybody else who holds a copy that a dossier's persons were erased by a device; an open offer of it ends."""
    if offer := ownership.open_offer(db, dossier):
        _end(province, db, offer.offer, State.WITHDRAWN, "erased")
    db.conn.execute("DELETE FROM copy_file WHERE dossier = ?", [dossier])
    found = ownership.handovers(db, "dossier = ? AND state = ?", [dossier, State.ACCEPTED])
    for device in sorted({device for one in found for device in (one.giver, one.taker)} - {by}):
        feed_out.add(db, province.signing, device, "erasure.confirmed", {"dossier": dossier, "erased_at": at})


def tell_aside(province: Province, db: Database, received: Received) -> None:
    """Where an event was just set aside because another one owns its dossier: let its author and the owner look at it."""
    row = db.conn.execute("SELECT reason FROM quarantine WHERE n = ?", [received.n]).fetchone()
    if row is None or row[0] not in TOLD_ASIDE:
        return
    event = events.decode(received.data)
    bring(province, db, received.device, event.k, [received], counts=False)
    if event.t == ERASED:
        db.conn.execute("DELETE FROM copy_file WHERE device = ? AND dossier = ?", [received.device, event.k])
        copies.drop(db, received.device)  # Until now the key stood in them.
        db.conn.execute("INSERT OR IGNORE INTO doomed (dossier, digest) VALUES (?, '')", [event.k])
    if row[0] == "dossier_handed_over":
        name_late_files(db, event.k)
        bring(province, db, store.holder(db, event.k), event.k, [received], counts=False)


def name_late_files(db: Database, dossier: str) -> None:
    """Let files of events that came too late be taken in and given back like the others: they may be what matters."""
    if store.key_is_destroyed(db, dossier):
        return
    sql = "SELECT l.device, l.bytes FROM ledger l JOIN quarantine q ON q.n = l.n WHERE l.dossier = ? AND q.reason = ?"
    late = [(device, events.decode(bytes(data))) for device, data in db.conn.execute(sql, [dossier, TOLD_ASIDE[0]]).fetchall()]
    without = {device for device, event in late if event.t == ERASED}  # It has no copy any more.
    for device, event in late:
        rows.name_files(db, event)
        kept = [(device, dossier, file.s) for file in event.x if device not in without]
        db.conn.executemany("INSERT OR IGNORE INTO copy_file (device, dossier, digest) VALUES (?, ?, ?)", kept)


def bring(province: Province, db: Database, to: str, dossier: str, found: list[Received], counts: bool = True) -> None:
    """Give a device events, as many as a record may hold at once; the last record says that it is the last."""
    if not found:
        return
    parts: list[list[dict[str, Any]]] = [[]]
    size = 0
    for one in found:
        if parts[-1] and size + len(one.data) > PART_BYTES:
            parts, size = [*parts, []], 0
        parts[-1].append({"device": one.device, "inc": one.inc.hex(), "event": one.data.decode()})
        size += len(one.data)
    for number, part in enumerate(parts, start=1):
        body = {"dossier": dossier, "counts": counts, "events": part, "more": number < len(parts)}
        feed_out.add(db, province.signing, to, "handover.events", body)


def _tell(province: Province, db: Database, offer: str) -> None:
    """Tell an offer as it stands to who gives and to whom it was offered."""
    found = ownership.handover(db, offer)
    assert found
    kind = "handover.offered" if found.state is State.OPEN else "handover.decided"
    others = [] if found.state is State.REFUSED else _takers(db, found.to_unit, found.giver)
    for device in (found.giver, *others):
        feed_out.add(db, province.signing, device, kind, {name: getattr(found, name) for name in COLUMNS})


def _takers(db: Database, unit: str, giver: str) -> list[str]:
    """List the devices of a unit that may answer: of several the first whose answer arrives."""
    return [one.id for one in store.devices(db) if one.unit == unit and one.id != giver]


def _device(db: Database, id: str) -> Device:
    found = store.device(db, id)
    assert found
    return found


def _answer_until(db: Database) -> str:
    """Give the moment an offer made now expires: so many working hours, by the dated rule and the days this province announced."""
    now = clock.local(clock.stamp())
    rules, told = builtin().rules_on(now.date()), store.standing(db, "calendar.day_announced")
    calendar = with_days(builtin().calendar, map(declared_day, told))
    return clock.text_of(add_work_minutes(rules, calendar, now, rules.handover_answer_hours * 60))
