"""What people do: officers at the counter, a technician, the province's office, and software of other versions."""

import hashlib
from typing import Any

from appliance import between_units, erasure, events, files, ledger, numbering, rows, tidying
from appliance.catalogue import builtin
from appliance.errors import Refused
from appliance.events import Event, FileRef
from appliance.ids import uuid7
from appliance.ledger import Act
from boxes import ACCEPTED, PERSON
from simulation import feed_rules
from simulation.ends import BoxEnd
from sync.province import admission, feed_out
from sync.province import store_sqlite as store

BOOK = builtin().books["dossier"]
OFFICERS = ("ST08", "ST09", "ST10")
PAGES = (0, 0, 900, 70_000, 150_000)
CANARY = "kimtuoc"  # With the dossier's id after it: what an erasure must leave nowhere.


class Newer(Event, frozen=True):
    """An event as a later version may write it: of an unknown kind, with an unknown field."""

    z: dict[str, Any] = {}


def kept_or_not(world, box: BoxEnd, work) -> str:
    """Do an officer's work; when it is said to have failed, nothing of it may be there."""
    before = world.head(box)
    try:
        return work()
    except Exception:
        world.must("i09_an_act_and_its_rows_are_kept_together_or_not_at_all", world.head(box) == before, "failed, yet kept")
        raise


def number_of(act: Act, box: BoxEnd) -> numbering.Number:
    """Take a number; where the clock is in doubt, an officer confirms the day first, as the page asks."""
    try:
        return numbering.take(act, BOOK, box.unit)
    except Refused as refused:
        if not refused.code.startswith("clock"):
            raise
        numbering.confirm_today(act, "ST03")
        return numbering.take(act, BOOK, box.unit)


def accept(world, box: BoxEnd) -> str:
    """Accept a dossier under the next number, with a page or two."""

    def work() -> str:
        dossier, plan = uuid7(), world.nature.plan
        pages = [world.nature.entropy.randbytes(size) for size in plan.sample(PAGES, plan.choice([0, 1, 2])) if size]
        named = tuple(FileRef(files.put(box.home, page), len(page), "image/jpeg") for page in pages)
        with box.box.writing() as act:
            number = number_of(act, box)
            clear = ACCEPTED | {"code": f"{box.unit}-{number.period}-{number.n}", "unit": box.unit, "number": number.clear()}
            person = PERSON | {"name": f"{CANARY}{dossier.replace('-', '')}"}
            act.record("dossier.accepted", actor="ST04", dossier=dossier, clear=clear, personal={"applicant": person}, files=named)
        return f"{clear['code']} with {len(named)} pages"

    return kept_or_not(world, box, work)


def some_dossier(world, box: BoxEnd) -> str:
    """Choose a dossier of the box. Raises Refused where there is none."""
    found = [row[0] for row in box.db.conn.execute("SELECT id FROM dossier ORDER BY id")]
    if not found:
        raise Refused("dossier_unknown")
    return world.nature.plan.choice(found[: world.nature.plan.choice([2, len(found)])])


def act(world, box: BoxEnd) -> str:
    """Act on a dossier, as far as that is legal."""
    dossier, plan = some_dossier(world, box), world.nature.plan
    state = rows.load(box.db, dossier)
    kind, clear = plan.choice(
        [
            ("dossier.taken", {"holder": plan.choice(OFFICERS)}),
            ("dossier.transferred", {"from": state.holder if state else "", "to": plan.choice(OFFICERS)}),
            ("paper.printed", {"form": "f", "copy": 1}),
        ]
    )
    thinks_better = plan.random() < 0.15
    return kept_or_not(world, box, lambda: _record(box, kind, dossier, clear, thinks_better))


def _record(box: BoxEnd, kind: str, dossier: str, clear: dict[str, Any], thinks_better: bool = False) -> str:
    with box.box.writing() as act:
        act.record(kind, actor="ST08", dossier=dossier, clear=clear)
        if thinks_better:
            raise Refused("wrong_status")  # As a page does that sees only now that it may not be.
    return f"{kind} {dossier[-4:]}"


def office(world, box: BoxEnd) -> str:
    """Declare a day off or a working day, in this office alone."""
    day = f"2027-03-0{world.nature.plan.randint(1, 3)}"
    clear = {"day": day, "name": "n", "basis": "b", "working": world.nature.plan.random() < 0.5}
    return kept_or_not(world, box, lambda: _record(box, "calendar.day_declared", "", clear))


def void(world, box: BoxEnd) -> str:
    """Void a number that was spoilt at the printer."""

    def work() -> str:
        with box.box.writing() as act:
            number = number_of(act, box)
            act.record("number.voided", actor="ST04", clear={"number": number.clear(), "reason": "spoilt"})
        return str(number.n)

    return kept_or_not(world, box, work)


def erase(world, box: BoxEnd) -> str:
    """Erase the person of a dossier."""
    dossier = some_dossier(world, box)
    erasure.erase(box.box, dossier, "ST16", "test")
    return dossier[-4:]


def newer(world, box: BoxEnd) -> str:
    """Write what a later version of the software would write: a kind and a field nobody here knows."""
    plan = world.nature.plan
    dossier = plan.choice(["", some_dossier(world, box)])
    with box.box.writing() as act:
        event = _newer(act, dossier, "weather.observed" if not dossier else "dossier.dreamt")
        act.head = ledger.append(act.db, act.device_bytes, act.life, event)
        rows.fold(act.db, act.device, act.life.inc, event, {})
        world.newer.add(hashlib.sha256(events.encode(event)).hexdigest())
    return event.t


def _newer(act: Act, dossier: str, kind: str) -> Newer:
    seq, position = ledger.head(act.db, act.life.inc).seq + 1, ledger.feed_position(act.db)
    return Newer(
        i=seq, t=kind, v=9, at=act.reading.at, q="synced", f=position, a="ST04", k=dossier, d={"holder": "ST08"}, z={"new": "ỡ"}
    )


def stranger(world, box: BoxEnd) -> str:
    """Write on a dossier of the other commune, as a defect or an intruder would: the province sets it aside."""
    sql = "SELECT id FROM dossier WHERE device <> ? ORDER BY id"
    found = [row[0] for row in world.province.db.conn.execute(sql, [box.device])]
    if not found:
        raise Refused("dossier_unknown")
    dossier = world.nature.plan.choice(found)
    world.strange.add((box.device, dossier))
    with box.box.writing() as act:
        kind = world.nature.plan.choice(["dossier.taken", "dossier.erased"])
        event = _newer(act, dossier, "dossier.taken" if world.faults.hands_over else kind)  # It may be its own one day.
        act.head = ledger.append(act.db, act.device_bytes, act.life, event)
        rows.fold(act.db, act.device, act.life.inc, event, {})
        world.newer.add(hashlib.sha256(events.encode(event)).hexdigest())
    return f"{event.t} {dossier[-4:]}"


def offer(world, box: BoxEnd) -> str:
    """Offer a dossier to the other commune."""
    dossier = some_dossier(world, box)
    other = next(unit for unit in sorted({one.unit for one in world.boxes}) if unit != box.unit)
    return kept_or_not(world, box, lambda: between_units.offer(box.box, dossier, other, "not_ours", "ST01") and dossier[-4:])


def withdraw(world, box: BoxEnd) -> str:
    """Take an offer back."""
    found = [stands.known.dossier for stands in between_units.ours(box.db) if stands.known]
    if not found:
        raise Refused("handover_closed")
    dossier = world.nature.plan.choice(found)
    return kept_or_not(world, box, lambda: between_units.withdraw(box.box, dossier, "ST01") or dossier[-4:])


def answer(world, box: BoxEnd) -> str:
    """Look what the other commune offers, and accept it or reject it."""
    box.round()
    found = [one for one, said in between_units.offered_to_us(box.box) if not said]
    if not found:
        raise Refused("handover_closed")
    offer, yes = world.nature.plan.choice(found), world.nature.plan.random() < 0.8
    if yes:
        return kept_or_not(world, box, lambda: between_units.accept(box.box, offer.offer, "ST02") or f"yes {offer.dossier[-4:]}")
    return kept_or_not(world, box, lambda: between_units.reject(box.box, offer.offer, "not_ours", "ST02") or "no")


def remark(world, box: BoxEnd) -> str:
    """Add a note to a dossier, be it this commune's still or not."""
    dossier = some_dossier(world, box)
    return kept_or_not(world, box, lambda: between_units.note(box.box, dossier, "a note", "ST08") or dossier[-4:])


def tidy(world, box: BoxEnd) -> str:
    """Clear away what nobody needs."""
    return f"{len(tidying.tidy(box.box, world.nature.plan.choice([1, 30])))} files"


def publish(world, box: BoxEnd) -> str:
    """Let the province's office announce something, also of a kind that boxes do not know yet."""
    plan, province = world.nature.plan, world.province
    if not province.runs():
        return "nobody there"
    with world.nature.at(province):
        what = plan.choice(["day", "notice", "unknown"])
        if what == "day":
            admission.publish_day(province.opened, f"2027-04-0{plan.randint(1, 9)}", "n", "b", plan.random() < 0.5)
        elif what == "notice":
            admission.publish_catalogue_notice(province.opened, f"{plan.randint(1, 9)}" * 64, "2027-01-01", "note")
        else:
            with province.opened.writing() as db:
                feed_out.add(db, province.opened.signing, box.device, "unheard.of", {"n": 1})
    return what


def compact(world, box: BoxEnd) -> str:
    """Let the province announce some days, and leave out of every feed what no longer stands."""
    if not world.province.runs():
        return "nobody there"
    left, plan = 0, world.nature.plan
    with world.nature.at(world.province):
        for _ in range(plan.choice([0, 1, 4])):
            day = f"2027-04-0{plan.randint(1, 9)}"
            admission.publish_day(world.province.opened, day, "n", "b", plan.random() < 0.5)
    feed_rules.remember(world)
    with world.nature.at(world.province), world.province.opened.writing() as db:
        for device in store.devices(db):
            left += feed_out.compact(db, world.province.opened.signing, device.id, worth=0)
    return f"{left} records"


def later_day(world, box: BoxEnd) -> str:
    """Let days go by."""
    hours = world.nature.plan.choice([3, 13, 24, 72, 960])
    world.nature.pass_time(hours * 3600)
    return f"{hours} hours"
