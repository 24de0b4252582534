"""Articles 8 and 9: the feed, and what a device that lost something is given back."""

import hashlib
from itertools import pairwise
from typing import Any

from provisioning.conformance import written
from provisioning.conformance.kit import Kit, refused, took
from provisioning.conformance.reading import feed_page, feed_pages
from provisioning.conformance.store_checks import HALF, SIZE, Store, ask_missing, give_keys, lost_keys, name_of, news_of, put
from provisioning.conformance.written import FEED, NotTried, need

PART = 1_000
PAGES_MAX = 200
STRANGE = "fedcba9876543210"


def feed_signed(kit: Kit) -> None:
    """Every record is signed by the province and says what a record says."""
    for statement in _some(kit):
        need(written.statement_holds(kit.device.province, FEED, statement), "bản tin có chữ ký không đúng")
        said = written.said(statement)
        need({"device", "n", "previous", "t", "at", "d"} <= set(said), f"bản ghi thiếu trường: {sorted(said)}")


def feed_chain(kit: Kit) -> None:
    """Records count from 1 without a hole, each names the one before, and all are this device's."""
    every = _some(kit)
    need(all(written.said(one).get("device") == kit.device.id for one in every), "bản tin của máy khác")
    led = led_over(every)
    if led is None:
        first = written.said(every[0])
        begins = (first.get("n"), first.get("previous")) == (1, written.NOTHING)
        need(begins, "bản ghi đầu không mang số 1 hoặc không nối từ số không")
    for before, after in pairwise(every if led is None else led[1]):
        told, said = written.said(before), written.said(after)
        need(said.get("n") == told["n"] + 1, f"sau bản ghi {told['n']} là bản ghi {said.get('n')}")
        need(said.get("previous") == written.record_digest(before), f"bản ghi {said['n']} không nối với bản ghi trước")


def feed_lists(kit: Kit) -> None:
    """Where records were left out, the list names every one that came, by number and digest, and none besides."""
    led = led_over(_some(kit))
    if led is None:
        return  # Nothing was left out, and so nothing has to be listed: `feed_chain` saw every record.
    came, (over, *_) = led
    named = written.said(over).get("d", {}).get("stands")
    found = [[written.said(one).get("n"), written.record_digest(one)] for one in came]
    need(named == found, f"bản kê {written.said(over).get('n')} không kê đúng các bản ghi còn lại")


def led_over(every: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]] | None:
    """Split a feed that begins with a list into the records before it, and itself with those after; None for a whole one."""
    lists = [one for one in every if written.said(one).get("t") == "feed.compacted"]
    if written.said(every[0]).get("n") == 1 or not lists or lists[0] is not every[0]:
        return None
    at = written.said(every[0]).get("n", 0)
    rest = [one for one in every if one["body"] != every[0]["body"]]
    before = [one for one in rest if written.said(one).get("n", 0) < at]
    return before, [every[0], *(one for one in rest if written.said(one).get("n", 0) > at)]


def feed_cursor(kit: Kit) -> None:
    """The answer begins after the position; the same question gets the same records."""
    every = feed_page(kit, 0)
    if not every:
        raise NotTried("bản tin của máy thử còn trống")
    need(feed_page(kit, 0)[: len(every)] == every, "hỏi hai lần được hai bản tin khác nhau")
    led = led_over(every)
    chain = every if led is None else led[1]
    for at, one in enumerate(chain, 1):
        after = written.said(one).get("n", 0)
        page = feed_page(kit, after)
        need(page[: len(chain) - at] == chain[at:], f"hỏi sau bản ghi {after} không được đúng các bản ghi tiếp theo")
    kit.level()
    position = took(kit.hello()).get("feed", 0)
    need(feed_page(kit, position) == [], f"hello nói bản tin đến {position}, nhưng sau đó vẫn còn")


def _some(kit: Kit) -> list[dict[str, Any]]:
    every = feed_pages(kit)
    if not every:
        raise NotTried("bản tin của máy thử còn trống")
    return every


def events_back(kit: Kit) -> None:
    """A device's own events come back as they were, signed by the province; beyond the end there is nothing."""
    kit.level()
    after = max(0, kit.life.last - 5)
    answer = kit.line.ask("GET", f"/events?inc={kit.life.inc}&after={after}")
    took(answer)
    back = written.read_segment(answer.body, kit.device.id, kit.device.province)
    need((back.inc, back.first) == (kit.life.inc, after + 1), "sự kiện trả lại không bắt đầu ở chỗ đã hỏi")
    need(back.events == tuple(kit.life.events[after : after + len(back.events)]), "sự kiện trả lại khác sự kiện đã gửi")
    refused(kit.line.ask("GET", f"/events?inc={kit.life.inc}&after={kit.life.last}"), 409, "sync_gap")
    refused(kit.line.ask("GET", f"/events?inc={STRANGE}&after=0"), 409, "life_unknown")


def keys_back(kit: Kit, store: Store) -> None:
    """Keys of own dossiers come back for the recipient that asks, and none of a dossier nobody wrote."""
    store.begun(kit)
    sent = news_of(store.dossier, store.key)
    took(give_keys(kit, sent))
    back = lost_keys(kit, store.dossier, "00000000-0000-7000-8000-000000000000")
    need(back == {store.dossier: (sent.key_id, sent.secret)}, "khóa trả lại không phải khóa đã gửi")


def file_back(kit: Kit, store: Store) -> None:
    """Bytes of a file from a place on; a file that has not come is said to be missing."""
    name = name_of(store.begun(kit).whole)
    offset = ask_missing(kit, name)["missing"].get(name)
    if offset is not None:
        took(put(kit, name, store.whole[offset:], offset), 201)
    answer = kit.line.ask("GET", f"/files/{name}?after={HALF}&most={PART}")
    took(answer)
    fits = 0 < len(answer.body) <= PART and store.whole[HALF:].startswith(answer.body)
    need(fits, "byte trả lại không phải của tệp")
    refused(kit.line.ask("GET", f"/files/{name_of(store.other)}?after=0&most={PART}"), 404, "file_missing")


def inventory(kit: Kit) -> None:
    """What the stored bytes of a life come to."""
    kit.level()
    found: list[str] = []
    for _ in range(PAGES_MAX):
        said = took(kit.line.ask("GET", f"/inventory?inc={kit.life.inc}&after={len(found)}"))
        need(said.get("head") == kit.life.head_at(kit.life.last), f"head là {said.get('head')}")
        need(not said.get("broken"), f"broken là {said.get('broken')}")
        if not said.get("events"):
            break
        found += said["events"]
    need(found == [hashlib.sha256(event).hexdigest() for event in kit.life.events], "mã băm của các sự kiện không đúng")


def inventory_files(kit: Kit, store: Store) -> None:
    """What the stored bytes of the files come to; empty for one that is not there."""
    name, other = name_of(store.begun(kit).whole), name_of(store.other)
    offset = ask_missing(kit, name)["missing"].get(name)
    if offset is not None:
        took(put(kit, name, store.whole[offset:SIZE], offset), 201)
    found: dict[str, str] = {}
    for _ in range(PAGES_MAX):
        said = took(kit.line.ask("GET", f"/inventory/files?after={max(found, default='')}"))
        found |= {one["digest"]: one["found"] for one in said.get("files", [])}
        if not said.get("more"):
            break
    need((found.get(name), found.get(other)) == (name, ""), "mã băm của các tệp không đúng")
