"""Article 14: a dossier goes from one test commune to another. Tried where a second test device, of another test unit, is there.

Each check has a dossier of its own, so that what one finds spoils no other.
"""

import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import uuid4

from appliance.events import FileRef
from appliance.sealing import DossierKey, new_key
from provisioning.conformance import written
from provisioning.conformance.kit import NAMED, Kit, took
from provisioning.conformance.reading import feed_pages
from provisioning.conformance.store_checks import Store, give_keys, lost_keys, name_of, news_of, put
from provisioning.conformance.written import Fails, NotTried, need

TRIES, WAIT_S = 10, 0.5
PAGE_BYTES = 1_000
NOWHERE = "THU-KHONG-AI"
FIELDS = {
    "offer", "dossier", "version", "giver", "taker", "from_unit", "to_unit", "reason", "code", "procedure_name", "offered_at",
    "until", "state", "why", "decided_at",
}  # fmt: skip
Record = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True)
class Case:
    """A dossier that its giver began, its key and a page of it; and the commune that may be given it."""

    giver: Kit
    taker: Kit
    unit: str
    dossier: str
    key: DossierKey
    page: bytes

    def write(self, kit: Kit, kind: str, clear: Record, version: int = 1, note: str = "") -> str:
        """Write an event on the dossier and have it at the receiver; gives its text."""
        personal = (self.key, {"note": note}) if note else None
        kit.device.write(kit.life, kind, clear, dossier=self.dossier, owner=version, personal=personal)
        kit.level()
        return kit.life.events[-1].decode()

    def offer(self, to: str = "", version: int = 1) -> str:
        """Offer the dossier; gives the offer's id."""
        offer = str(uuid4())
        self.write(self.giver, "handover.offered", {"offer": offer, "to": to or self.unit, "reason": "conformance"}, version)
        return offer

    def hand_over(self) -> str:
        """Offer the dossier and accept it; gives the acceptance."""
        offer = self.offer()
        told(self.taker, offer, "open")
        acceptance = self.write(self.taker, "handover.accepted", {"offer": offer}, version=2)
        for kit in (self.giver, self.taker):
            told(kit, offer, "accepted")
        self.giver.dossiers.remove(self.dossier)
        self.taker.dossiers.append(self.dossier)  # Who owns it erases it.
        return acceptance


def begun(kit: Kit) -> Case:
    """Have a new dossier at the receiver, with its key and its page. Raises NotTried without a second device."""
    if kit.neighbour is None:
        raise NotTried("cần máy thử thứ hai, của một xã thử khác (--second)")
    key, page = new_key(), secrets.token_bytes(PAGE_BYTES)
    dossier = kit.accept(key, (FileRef(name_of(page), PAGE_BYTES, "application/octet-stream"),))
    kit.level()
    took(give_keys(kit, news_of(dossier, key)))
    took(put(kit, name_of(page), page, length=PAGE_BYTES), 201)
    return Case(kit, kit.neighbour.kit, kit.neighbour.unit, dossier, key, page)


def told(kit: Kit, offer: str, state: str) -> Record:
    """Wait until a device is told that an offer stands so; gives what the record says. Fails when it is not."""

    def look(records: list[Record]) -> Record | None:
        bodies = [one["d"] for one in records if one["t"] in ("handover.offered", "handover.decided")]
        newest = [body for body in bodies if body.get("offer") == offer][-1:]
        return newest[0] if newest and newest[0].get("state") == state else None

    return _wait(kit, look, f"bản tin không nói đề nghị chuyển là {state}")


def brought(records: list[Record], dossier: str, counts: bool) -> list[Record]:
    """List the events of a dossier that came by a feed."""
    bodies = [one["d"] for one in records if one["t"] == "handover.events"]
    return [event for body in bodies if (body["dossier"], body["counts"]) == (dossier, counts) for event in body["events"]]


def _came(kit: Kit, case: Case, text: str, counts: bool) -> list[Record]:
    """Wait until an event came by a feed, and give the whole feed. Fails when it does not come."""

    def look(records: list[Record]) -> list[Record] | None:
        return records if text in [one["event"] for one in brought(records, case.dossier, counts)] else None

    return _wait(kit, look, f"bản tin không đưa sự kiện {json.loads(text)['t']} với counts {json.dumps(counts)}")


def _wait(kit: Kit, look: Callable[[list[Record]], T | None], lacking: str) -> T:
    for _ in range(TRIES):
        if (found := look([written.said(one) for one in feed_pages(kit)])) is not None:
            return found
        time.sleep(WAIT_S)
    raise Fails(lacking)


def decided(kit: Kit, store: Store) -> None:
    """What cannot be offered is refused, one offer stands at a time, and each end of it is told to both communes."""
    case = begun(kit)
    for to, version, why in ((NOWHERE, 1, "no_box"), ("", 2, "stale_owner")):
        said = told(kit, case.offer(to, version), "refused")["why"]
        need(said == why, f"đề nghị bị từ chối vì {said!r}, chờ {why}")
    first = case.offer()
    for end in (kit, case.taker):
        _stands_whole(case, told(end, first, "open"))
    said = told(kit, case.offer(), "refused")["why"]
    need(said == "offered_already", f"đề nghị thứ hai bị từ chối vì {said!r}")
    case.write(kit, "handover.withdrawn", {"offer": first})
    second = case.offer()
    told(case.taker, second, "open")
    case.write(case.taker, "handover.rejected", {"offer": second, "reason": "conformance"})
    for offer, state in ((first, "withdrawn"), (second, "rejected")):
        for end in (kit, case.taker):
            told(end, offer, state)


def _stands_whole(case: Case, record: Record) -> None:
    need(set(record) >= FIELDS, f"bản ghi thiếu trường: {sorted(FIELDS - set(record))}")
    said = record["dossier"], record["version"], record["giver"], record["to_unit"]
    need(said == (case.dossier, 1, case.giver.device.id, case.unit), f"bản ghi nói {said}")
    need(record["until"] > record["offered_at"], "đề nghị hết hạn ngay khi đến")
    need(NAMED not in json.dumps(record, ensure_ascii=False), "bản ghi nêu tên người nộp")


def handed(kit: Kit, store: Store) -> None:
    """The new owner gets every event as it was stored, the key when it asks, the file; no key is in a feed."""
    case = begun(kit)
    acceptance = case.hand_over()
    past = [event.decode() for event in kit.life.events if case.dossier.encode() in event]
    at_taker = _came(case.taker, case, past[-1], counts=True)
    came = [(one["device"], one["inc"], one["event"]) for one in brought(at_taker, case.dossier, counts=True)]
    need(came == [(kit.device.id, kit.life.inc, event) for event in past], f"đến đơn vị mới {len(came)} trên {len(past)} sự kiện")
    at_giver = _came(kit, case, acceptance, counts=True)
    secret = news_of(case.dossier, case.key).secret
    need(lost_keys(case.taker, case.dossier) == {case.dossier: (case.key.key_id, secret)}, "đơn vị mới không hỏi được khóa hồ sơ")
    need(secret not in json.dumps([at_taker, at_giver]), "khóa hồ sơ nằm trong bản tin")
    answer = case.taker.line.ask("GET", f"/files/{name_of(case.page)}?after=0&most={PAGE_BYTES}")
    took(answer)
    need(answer.body == case.page, "tệp đến đơn vị mới không còn nguyên")


def owned(kit: Kit, store: Store) -> None:
    """Who had it before may note, and that alone; who never had it writes nothing."""
    case, strange = begun(kit), begun(kit)
    case.hand_over()
    strange.write(case.taker, "dossier.noted", {}, note="conformance")
    taken = case.write(kit, "dossier.taken", {"holder": kit.session})
    note = case.write(kit, "dossier.noted", {}, note="conformance")
    came = brought(_came(case.taker, case, note, counts=True), case.dossier, counts=True)
    need(taken not in [one["event"] for one in came], "việc của đơn vị cũ được tính như của đơn vị đang giữ")
    at_giver = [written.said(one) for one in feed_pages(kit)]
    need(not brought(at_giver, strange.dossier, counts=True), "ghi chú của đơn vị chưa từng giữ hồ sơ được nhận")


def late(kit: Kit, store: Store) -> None:
    """What was written before it was known is given to its author and to the owner, and does not count."""
    case, closed = begun(kit), begun(kit)
    case.hand_over()
    taken = case.write(kit, "dossier.taken", {"holder": kit.session})
    for end in (kit, case.taker):
        _came(end, case, taken, counts=False)
    offer = closed.offer()
    closed.write(kit, "handover.withdrawn", {"offer": offer})
    acceptance = closed.write(case.taker, "handover.accepted", {"offer": offer}, version=2)
    _came(case.taker, closed, acceptance, counts=False)
    told(case.taker, offer, "withdrawn")
