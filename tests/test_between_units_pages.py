"""Pages of a dossier on its way to another commune: what is offered, how far it has come, and that a copy is not written on."""

import re

import pytest
from flask import Flask

from appliance import between_units, events, history, ownership, rows
from appliance.box import Box
from boxes import ACCEPTED
from desk_room import accept, get, grant_numbers, log_in, post
from sync import handovers
from sync.statements import Record
from web.words.between_units import REASONS, REJECTIONS

THERE = "H99.99.98"


@pytest.fixture
def box(app: Flask) -> Box:
    """Give the box behind the pages, which knows one more commune."""
    grant_numbers(app.extensions["box"])
    tell(app.extensions["box"], "unit.known", {"unit": THERE, "name": "Xã Vĩnh An"})
    return app.extensions["box"]


def tell(box: Box, kind: str, body: dict) -> None:
    """Let a record of the feed take effect."""
    with box.writing() as act:
        act.db.conn.execute("CREATE TABLE IF NOT EXISTS file_lost (digest TEXT PRIMARY KEY, size INTEGER, gone INTEGER)")
        handovers.EFFECTS[kind](box, act, Record(box.device, 1, "0" * 64, kind, "2026-11-23T01:00:00.000Z", body))


def told(box: Box, offer: str, dossier: str, state: str, **changed) -> None:
    """Let the province say how an offer stands."""
    body = {
        "offer": offer, "dossier": dossier, "version": 1, "giver": box.device, "taker": "", "from_unit": "H99.99.99",
        "to_unit": THERE, "reason": "not_ours", "code": "H99-1", "procedure_name": "Thủ tục", "state": state, "why": "",
        "offered_at": "2026-11-23T01:00:00.000Z", "until": "2026-11-25T01:00:00.000Z", "decided_at": "2026-11-24T01:00:00.000Z",
    }  # fmt: skip
    tell(box, "handover.decided", body | changed)


def words(client, path: str) -> str:
    page = get(client, path)
    assert page.status_code == 200, path
    return " ".join(re.sub(r"<[^>]+>", " ", page.text).split())


def test_a_dossier_is_offered_and_its_page_says_only_what_is_so(app: Flask, box: Box):
    dossier = accept(box)
    client, page = log_in(app, "st01"), f"/ho-so/{dossier}"
    assert "Chuyển hồ sơ đến đơn vị khác" in words(client, page)
    assert post(client, f"{page}/chuyen-xa", to=THERE, reason="").status_code == 422
    assert post(client, f"{page}/chuyen-xa", to="", reason="not_ours").status_code == 422
    assert post(client, f"{page}/chuyen-xa", to=THERE, reason="not_ours").status_code == 303
    assert "Đã đề nghị chuyển cho Xã Vĩnh An, chờ tỉnh ghi nhận" in words(client, page)
    assert post(client, f"{page}/chuyen-xa", to=THERE, reason="not_ours").status_code == 422
    offer = between_units._own(box.db, dossier)[-1].d["offer"]
    for state, said in (
        ("open", "Tỉnh đã ghi nhận, chờ Xã Vĩnh An nhận đến"),
        ("rejected", "Xã Vĩnh An không nhận (hồ sơ chưa đủ giấy tờ để nhận). Hồ sơ vẫn của đơn vị này"),
        ("expired", "Xã Vĩnh An không trả lời trước hạn"),
        ("refused", "Tỉnh không ghi nhận đề nghị chuyển cho Xã Vĩnh An"),
    ):
        told(box, offer, dossier, state, why="incomplete" if state == "rejected" else "")
        assert said in words(client, page)
    assert REASONS["not_ours"] in words(client, "/chuyen-xa")


def test_an_offer_is_taken_back(app: Flask, box: Box):
    dossier = accept(box)
    client, page = log_in(app, "st01"), f"/ho-so/{dossier}"
    assert post(client, f"{page}/chuyen-xa/rut").status_code == 422
    post(client, f"{page}/chuyen-xa", to=THERE, reason="not_ours")
    assert post(client, f"{page}/chuyen-xa/rut").status_code == 303
    assert "Đã rút đề nghị chuyển cho Xã Vĩnh An, chờ tỉnh ghi nhận" in words(client, page)


def test_what_went_to_another_commune_is_looked_at_and_noted_on_and_nothing_else(app: Flask, box: Box):
    dossier = accept(box)
    client, page = log_in(app, "st01"), f"/ho-so/{dossier}"
    post(client, f"{page}/chuyen-xa", to=THERE, reason="not_ours")
    late(box, dossier)
    told(box, between_units._own(box.db, dossier)[-1].d["offer"], dossier, "accepted", taker="0198f7c0-0000-7000-8000-000000000002")
    shown = words(client, page)
    assert "Đã chuyển cho Xã Vĩnh An" in shown and "không tính vào hồ sơ" in shown
    assert "Xóa thông tin cá nhân…" not in shown and "Dừng giải quyết…" not in shown
    assert "Xã Vĩnh An" in post(client, f"{page}/chuyen-xa", to=THERE, reason="not_ours").text
    assert post(client, f"{page}/chuyen-xa/ghi-chu", note=" ").status_code == 422
    assert post(client, f"{page}/chuyen-xa/ghi-chu", note="Người nộp đổi số").status_code == 303
    assert "Người nộp đổi số" in words(client, page)


def late(box: Box, dossier: str) -> None:
    """Let an act of ours be set aside."""
    with box.writing() as act:
        event = act.record("paper.printed", actor="ST04", dossier=dossier, clear={"form": "f", "copy": 1})
        data = bytes(act.db.conn.execute("SELECT bytes FROM event WHERE seq = ?", [event.i]).fetchone()[0])
        history.bring(act.db, dossier, box.device, act.life.inc, data, counts=False)


def test_what_another_commune_offers_is_accepted_or_rejected_with_a_reason(app: Flask, box: Box):
    client = log_in(app, "st04")
    assert "Không có hồ sơ nào chờ trả lời" in words(client, "/chuyen-xa")
    for n in (1, 2):
        offer, dossier = f"0198f7c0-0000-7000-8000-00000000000{n}", f"0198f7c0-0000-7000-8000-00000000001{n}"
        told(box, offer, dossier, "open", giver="0198f7c0-0000-7000-8000-000000000009", from_unit=THERE, to_unit="H99.99.99")
    assert "Xã Vĩnh An" in words(client, "/chuyen-xa")
    one, two = "/chuyen-xa/0198f7c0-0000-7000-8000-000000000001", "/chuyen-xa/0198f7c0-0000-7000-8000-000000000002"
    assert post(client, f"{one}/khong-nhan").status_code == 422
    assert post(client, f"{one}/khong-nhan", reason=next(iter(REJECTIONS))).status_code == 303
    assert post(client, f"{two}/nhan").status_code == 303
    assert post(client, f"{two}/nhan").status_code == 422
    shown = words(client, "/chuyen-xa")
    assert "Đã bấm nhận, chờ tỉnh ghi nhận" in shown and "Đã trả lời không nhận, chờ tỉnh ghi nhận" in shown
    assert post(client, "/chuyen-xa/unknown/nhan").status_code == 422


def test_a_dossier_that_came_is_shown_with_its_past(app: Flask, box: Box):
    foreign, dossier = born(), "0198f7c0-0000-7000-8000-000000000021"
    offer, giver = "0198f7c0-0000-7000-8000-000000000022", "0198f7c0-0000-7000-8000-000000000009"
    told(box, offer, dossier, "open", giver=giver, from_unit=THERE, to_unit="H99.99.99")
    between_units.accept(box, offer, "ST04")
    told(box, offer, dossier, "accepted", giver=giver, from_unit=THERE, to_unit="H99.99.99", taker=box.device)
    tell(
        box,
        "handover.events",
        {"dossier": dossier, "counts": True, "events": [{"device": giver, "inc": "ab" * 8, "event": foreign}]},
    )
    assert rows.load(box.db, dossier) and ownership.owner(box.db, dossier).here
    shown = words(log_in(app, "st01"), f"/ho-so/{dossier}")
    assert "Hồ sơ do Xã Vĩnh An chuyển đến" in shown and "nhận hồ sơ do đơn vị khác chuyển" in shown


def born() -> str:
    """Give the bytes of an acceptance as another commune's box writes it, without its sealed part."""
    body = ACCEPTED | {"process": {"process": "unknown-there", "version": "9"}}
    at, dossier = "2026-11-22T01:00:00.000Z", "0198f7c0-0000-7000-8000-000000000021"
    event = events.Event(i=5, t="dossier.accepted", v=2, at=at, q="synced", a="ST77", k=dossier, o=1, c="c" * 64, d=body)
    return events.encode(event).decode()
