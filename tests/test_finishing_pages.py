"""The desks' pages from the finished result on: certified copies, return, erasing, the clock, the words."""

import shutil

import pytest
from flask import Flask

from appliance import events, numbering, processing, queries
from appliance.box import Box
from appliance.catalogue import builtin
from appliance.documents import Signature
from appliance.dossier import Status
from appliance.money import still_due
from appliance.rules import EarlyRelease
from desk_room import (
    COPIES,
    OWNER,
    accept,
    certify,
    get,
    log_in,
    post,
    prepare,
    seal,
)  # fmt: skip
from desk_steps import fields, now
from signing_room import Authority
from web import desk, next_step
from web.due_chip import Chip
from web.vietnamese import RESULT_STATES, STEPS, step_words

# --- 2.000815, offline from the queue to the return


def test_certified_copies_are_finished_without_a_line(app: Flask, box: Box) -> None:
    dossier = accept(box, COPIES, days=0, fee=8000)
    specialist, clerk, cashier, desk_of_returns = (log_in(app, who) for who in ("st08", "st09", "st07", "st06"))
    post(specialist, "/viec/nhan", dossier=dossier)
    post(specialist, f"/ho-so/{dossier}/trinh", **{"f-giay_to": "Bằng tốt nghiệp", "f-so_trang": "2", "leader": "ST02"})
    assert now(box, dossier).result.fields["quyen_so"].endswith("SCT/BS")
    post(specialist, f"/ho-so/{dossier}/in-ket-qua")
    assert next(box.db.query("SELECT body FROM job WHERE kind = 'print'"))
    assert "chưa giải quyết xong" in get(desk_of_returns, f"/tra-ket-qua/{dossier}").text
    wrong = post(clerk, f"/vao-so/{dossier}", signer="", copies="0")
    assert wrong.status_code == 422 and "Chọn người đã ký tay" in wrong.text
    assert post(clerk, f"/vao-so/{dossier}", signer="ST02", copies="3").status_code == 303
    text = get(clerk, f"/vao-so/{dossier}").text
    assert "Ghi lên giấy" in text and "3 bản, Trần Thí Dụ ký" in text
    assert post(clerk, f"/vao-so/{dossier}", signer="ST02", copies="3").status_code == 422
    assert "còn phải thu 8.000" in get(desk_of_returns, f"/tra-ket-qua/{dossier}").text
    assert post(desk_of_returns, f"/tra-ket-qua/{dossier}", receiver="owner", how="counter").status_code == 422
    little = post(cashier, f"/thu-phi/{dossier}", due="8000", method="cash", given="5.000")
    assert little.status_code == 422 and "thiếu 3.000" in little.text
    paid = post(cashier, f"/thu-phi/{dossier}", due="8000", method="cash", given="10.000")
    assert paid.status_code == 303 and paid.headers["Location"].endswith("thua=2000")
    assert post(cashier, f"/thu-phi/{dossier}", due="8000", method="cash").status_code == 422
    assert "0000001" in get(cashier, f"/thu-phi/{dossier}").text
    assert post(desk_of_returns, f"/tra-ket-qua/{dossier}", receiver="owner", how="counter").status_code == 303
    found = now(box, dossier)
    assert (found.status, found.receiver["name"], found.fees[0].receipt) == (Status.RETURNED, OWNER["name"], "0000001")
    assert numbering.account(box.db) == []


def test_the_amount_is_the_dossiers_and_not_what_a_browser_says(app: Flask, box: Box) -> None:
    dossier = accept(box, COPIES, fee=8000)
    answer = post(log_in(app, "st07"), f"/thu-phi/{dossier}", due="1000", method="cash")
    assert answer.status_code == 422 and "Số tiền vừa thay đổi" in answer.text
    assert now(box, dossier).fees == ()


def test_a_dossier_says_of_each_signature_whether_it_holds_when_it_is_looked_at(app: Flask, box: Box, ca: Authority) -> None:
    dossier = accept(box)
    seal(box, dossier, ca)
    client = log_in(app, "st08")
    assert "Đã ký tại đây, chờ dấu thời gian" in get(client, f"/ho-so/{dossier}").text
    assert get(client, f"/ho-so/{dossier}/chu-ky").text.count("Không dùng chữ ký này") == 2  # Nobody is trusted here yet.
    shutil.copytree(ca.folder / "trust", box.home.trust)
    text = get(client, f"/ho-so/{dossier}/chu-ky").text
    assert text.count("Chữ ký hợp lệ, chờ dấu thời gian") == 2
    assert "Chữ ký của lãnh đạo" in text and "Chữ ký số của cơ quan" in text


def test_a_file_without_the_signatures_the_record_speaks_of_is_not_passed_over(app: Flask, box: Box) -> None:
    dossier = accept(box)
    seal(box, dossier)
    assert "Không thấy chữ ký số nào" in get(log_in(app, "st08"), f"/ho-so/{dossier}/chu-ky").text


# --- the return


def test_a_result_without_time_stamp_waits_and_a_leader_may_decide(app: Flask, box: Box) -> None:
    dossier = accept(box)
    seal(box, dossier)
    counter, leader = log_in(app, "st06"), log_in(app, "st01")
    text = get(counter, f"/tra-ket-qua/{dossier}").text
    assert "Chưa trả được" in text and "chờ dấu thời gian" in text
    assert post(counter, f"/tra-ket-qua/{dossier}", receiver="owner", how="counter").status_code == 422
    assert post(leader, f"/ho-so/{dossier}/cho-tra-truoc", reason=" ").status_code == 422
    assert post(leader, f"/ho-so/{dossier}/cho-tra-truoc", reason="Người dân đi xa, mất mạng ba ngày").status_code == 303
    assert "Người dân đi xa" in get(leader, f"/ho-so/{dossier}").text
    assert post(counter, f"/tra-ket-qua/{dossier}", receiver="owner", how="counter").status_code == 303
    assert now(box, dossier).status == Status.RETURNED


def test_the_rule_that_never_lets_go_stops_the_leader_too(app: Flask, box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    dossier = accept(box)
    seal(box, dossier)
    monkeypatch.setattr(desk, "early_release", lambda found: EarlyRelease.NEVER)
    leader = log_in(app, "st01")
    assert "không để lãnh đạo quyết định" in get(leader, f"/ho-so/{dossier}/cho-tra-truoc").text
    assert post(leader, f"/ho-so/{dossier}/cho-tra-truoc", reason="Gấp").status_code == 422
    assert "Cho phép trả trước" not in get(leader, f"/ho-so/{dossier}").text


def test_the_counter_finds_a_dossier_by_slip_name_phone_and_card(app: Flask, box: Box) -> None:
    dossier = accept(box)
    other = accept(box, owner={"name": "Trần Văn Đức", "phone": "+84987654321", "number": "089085001122"})
    code = now(box, dossier).code
    client = log_in(app, "st06")
    card = "089190012345||Nguyễn Thị Ngọc Ánh|05081990|Nữ|Ấp Long Định|01072021"
    for typed in (code, code.lower(), f"{code}|1.004873|089190012345|Giấy tiếp nhận", "ngoc anh", "0912 345 678", card):
        answer = client.get("/tra-ket-qua", query_string={"q": typed}, base_url="https://localhost")
        assert answer.headers.get("Location", "").endswith(dossier), typed
    both = client.get("/tra-ket-qua", query_string={"q": "tinh trang hon nhan"}, base_url="https://localhost").text
    assert dossier in both and other in both
    assert "Không tìm thấy" in client.get("/tra-ket-qua", query_string={"q": "khong ai"}, base_url="https://localhost").text


def test_somebody_else_receives_only_with_name_number_and_paper(app: Flask, box: Box) -> None:
    dossier = accept(box, COPIES)
    certify(box, dossier)
    client = log_in(app, "st06")
    answer = post(client, f"/tra-ket-qua/{dossier}", receiver="other", how="counter", name="Lê Văn Bình")
    assert answer.status_code == 422 and "Có 2 lỗi cần sửa" in answer.text
    good = {"name": "Lê Văn Bình", "number": "089085001122", "paper": "Số 12 ngày 20/11/2026"}
    assert post(client, f"/tra-ket-qua/{dossier}", receiver="other", how="counter", **good).status_code == 303
    assert now(box, dossier).receiver == {"as": "other", **good}


def test_ctrl_k_offers_the_hand_over_of_a_finished_dossier(app: Flask, box: Box) -> None:
    dossier = accept(box, COPIES)
    certify(box, dossier)
    text = get(log_in(app, "st06"), "/lenh?q=ngoc anh").text
    assert text.index(f"/tra-ket-qua/{dossier}") < text.index(f"/ho-so/{dossier}")
    assert dossier not in get(log_in(app, "st15"), "/lenh?q=ngoc anh").text


# --- erasing, clock


def test_a_person_is_erased_only_after_the_code_was_typed_again(app: Flask, box: Box, commune: object) -> None:
    dossier = accept(box)
    prepare(box, dossier)
    found = now(box, dossier)
    shown = post(log_in(app, "st08"), f"/ho-so/{dossier}/ket-qua/xem-truoc", **fields()).text.split('src="')[1].split('"')[0]
    client = log_in(app, "st03")
    assert post(client, f"/ho-so/{dossier}/xoa", basis="subject_request", code="H99").status_code == 422
    assert now(box, dossier).applicant
    assert post(client, f"/ho-so/{dossier}/xoa", basis="subject_request", code=found.code).status_code == 303
    assert "Mọi bản sao lưu quên hết trước" in get(client, f"/ho-so/{dossier}/xoa").text
    text = get(client, f"/ho-so/{dossier}").text
    assert "Thông tin cá nhân đã xóa" in text and OWNER["name"] not in text
    specialist = log_in(app, "st08")
    assert get(specialist, "/tra-cuu?q=ngoc anh").text.count(dossier) == 0
    assert get(specialist, shown).status_code == 404  # The preview in memory went too.
    assert post(client, f"/ho-so/{dossier}/xoa", basis="subject_request", code=found.code).status_code == 422


def test_a_clock_in_doubt_is_confirmed_by_name_for_the_day_that_was_shown(app: Flask, box: Box) -> None:
    client = log_in(app, "st09")
    assert "Không cần xác nhận" in get(client, "/dong-ho").text
    with box.writing() as act:
        act.db.conn.execute("INSERT INTO trusted_time (source, at) VALUES ('test', '2099-01-01T00:00:00.000Z')")
    text = get(client, "/dong-ho").text
    assert "chậm hơn sổ cái" in text
    day = text.split('name="day" value="')[1].split('"')[0]
    assert post(client, "/dong-ho", day="2020-01-01").status_code == 422
    assert post(client, "/dong-ho", day=day).status_code == 303
    assert "Đỗ Thị Văn Thư Mẫu đã xác nhận" in get(client, "/dong-ho").text


# --- words


def test_every_kind_of_event_and_every_state_of_a_result_has_its_words() -> None:
    assert set(STEPS) == set(events.KINDS)
    assert set(RESULT_STATES) == {str(state) for state in Signature}
    assert step_words("from.the.future", {}) == ("circle-dashed", "ghi một việc mà phiên bản này chưa biết")


def test_the_history_says_what_the_province_has_acknowledged_and_no_more(app: Flask, box: Box) -> None:
    dossier = accept(box)
    prepare(box, dossier)
    steps = queries.timeline(box.db, dossier)
    with box.writing() as act:
        sql = "INSERT INTO receipt (inc, seq, number, bytes) VALUES (?, ?, 7, x'')"
        act.db.conn.execute(sql, [bytes.fromhex(steps[0].inc), steps[1].seq])
    text = get(log_in(app, "st08"), f"/ho-so/{dossier}").text
    assert text.count("biên nhận số") == 2 + 1 and text.count("tỉnh chưa xác nhận") == 1 + 1  # So do story and help.


def test_what_comes_next_is_said_at_every_station(box: Box) -> None:
    dossier = accept(box, COPIES, fee=8000)
    said = [next_step.next_step(now(box, dossier), EarlyRelease.ALWAYS).label]
    prepare(box, dossier, paper=True)
    said.append(next_step.next_step(now(box, dossier), EarlyRelease.ALWAYS).label)
    with box.writing() as act:
        processing.submit(act, dossier, "ST08")
    said.append(next_step.next_step(now(box, dossier), EarlyRelease.ALWAYS).label)
    assert said == ["Nhận xử lý", "Mở dự thảo", "Vào sổ"]
    assert still_due(now(box, dossier)) == 8000


def test_what_another_agency_decides_is_not_prepared_here(app: Flask, box: Box) -> None:
    relayed = next(p.code for p in builtin().procedures.values() if p.offline_class == "C" and p.core)
    dossier = accept(box, relayed)
    client = log_in(app, "st08")
    post(client, "/viec/nhan", dossier=dossier)
    assert "Cơ quan có thẩm quyền" in get(client, f"/ho-so/{dossier}").text
    assert "do cơ quan khác giải quyết" in get(client, f"/ho-so/{dossier}/ket-qua").text
    assert post(client, f"/ho-so/{dossier}/trinh", leader="ST01").status_code == 422


def test_a_chip_knows_near_from_late() -> None:
    assert Chip("late", "", -1).is_late and not Chip("late", "Xong trễ hạn").is_late
    assert Chip("soon", "", 1).is_near and Chip("today", "", 0).is_near and not Chip("", "", 2).is_near
