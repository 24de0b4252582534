"""Work from hand to hand: offered, taken, declined, finished step by step, and the control slip that tells it."""

from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from appliance import handing, moves, officers, process_shelf, processing, queries, rows
from appliance.box import Box
from appliance.catalogue import builtin
from appliance.clock import moment_of, text_of
from appliance.control_slip import Verdict, hand_overs, minutes_at, verdict
from appliance.errors import Refused
from appliance.handing import Taker
from appliance.internal_process import place
from appliance.looking_back import told
from appliance.officers import Officer
from browsing import assert_axe_clean, assert_page_good, login, press, shot
from desk_room import accept, get, grant_numbers, log_in, post, prepare, submit
from desk_room import seal as sealed

SOCIAL = "1.001776"  # Its process has a section leader before and after the specialist.


@pytest.fixture
def box(app: Flask) -> Box:
    box = app.extensions["box"]
    grant_numbers(box)
    with box.writing() as act:
        for one in process_shelf.built_in(builtin()):
            process_shelf.approve(act, builtin(), one, "ST01", "QĐ thử")
        for officer, section in (("ST08", "VP"), ("ST10", "VX"), ("ST11", "VX")):
            act.db.conn.execute("UPDATE officer SET section = ? WHERE id = ?", [section, officer])
    return box


def received(box: Box, procedure: str = SOCIAL, **more) -> str:
    """Accept a dossier under the process in force for it."""
    process = next(one for one in process_shelf.approved(box.db) if one.process.code == procedure)
    return accept(box, procedure, process=process.named, **more)


def officer(box: Box, who: str) -> Officer:
    found = officers.by_id(box.db, who)
    assert found
    return found


def taken(box: Box, who: str = "ST11", **more) -> str:
    dossier = received(box, **more)
    with box.writing() as act:
        processing.take(act, dossier, who)
    return dossier


def hand(box: Box, dossier: str, giver: str, to: str = "", section: str = "", note: str = "") -> None:
    with box.writing() as act:
        handing.offer(act, dossier, officer(box, giver), Taker(to, section), note)


def test_an_offer_moves_nothing_until_it_is_taken(box: Box) -> None:
    dossier = taken(box)
    hand(box, dossier, "ST11", to="ST08", note="Nghỉ phép")
    assert (rows.load(box.db, dossier).holder, rows.load(box.db, dossier).offered_to) == ("ST11", "ST08")
    assert [one.id for one in queries.offered_to(box.db, "ST08", "VP")] == [dossier]
    assert queries.offered_to(box.db, "ST10", "VX") == []
    with pytest.raises(Refused, match="held_by_other"), box.writing() as act:
        processing.take(act, dossier, "ST10")
    with box.writing() as act:
        processing.take(act, dossier, "ST08")
    after = rows.load(box.db, dossier)
    assert (after.holder, after.offered_to) == ("ST08", "")
    assert queries.count_offered_to(box.db, "ST08", "VP") == 0


def test_whoever_of_a_section_takes_first_has_it(box: Box) -> None:
    dossier = taken(box, "ST08")
    hand(box, dossier, "ST08", section="VX")
    assert queries.count_offered_to(box.db, "ST10", "VX") == queries.count_offered_to(box.db, "ST11", "VX") == 1
    with box.writing() as act:
        processing.take(act, dossier, "ST11")
    with pytest.raises(Refused, match="held_by_other"), box.writing() as act:
        processing.take(act, dossier, "ST10")


def test_a_declined_dossier_stays_with_its_holder_and_the_reason_is_kept(box: Box) -> None:
    dossier = taken(box)
    hand(box, dossier, "ST11", to="ST08")
    with pytest.raises(Refused, match="reason_missing"), box.writing() as act:
        handing.decline(act, dossier, officer(box, "ST08"), " ")
    with pytest.raises(Refused, match="not_offered_to_you"), box.writing() as act:
        handing.decline(act, dossier, officer(box, "ST10"), "Không phải việc tôi")
    with box.writing() as act:
        handing.decline(act, dossier, officer(box, "ST08"), "Sai lĩnh vực")
    with pytest.raises(Refused, match="nothing_offered"), box.writing() as act:
        handing.decline(act, dossier, officer(box, "ST08"), "Sai lĩnh vực")
    assert rows.load(box.db, dossier).holder == "ST11"
    assert told(box.db, box.device, dossier)[-1].personal == {"reason": "Sai lĩnh vực"}


def test_a_holder_takes_an_offer_back_and_a_section_leader_hands_on_what_another_holds(box: Box) -> None:
    dossier = taken(box)
    hand(box, dossier, "ST11", to="ST08")
    with box.writing() as act:
        processing.take(act, dossier, "ST11")
    assert rows.load(box.db, dossier).offered_to == ""
    with pytest.raises(Refused, match="not_holder"):
        hand(box, dossier, "ST08", to="ST10")
    hand(box, dossier, "ST10", to="ST08")
    assert rows.load(box.db, dossier).offered_to == "ST08"


@pytest.mark.parametrize(("to", "section", "code"), [
    ("", "", "taker_unknown"), ("ST04", "", "taker_unknown"), ("ST99", "", "taker_unknown"), ("", "ZZ", "taker_unknown"),
    ("ST11", "", "taker_is_holder"),
])  # fmt: skip
def test_a_dossier_goes_only_to_people_who_process(box: Box, to: str, section: str, code: str) -> None:
    dossier = taken(box)
    with pytest.raises(Refused, match=code):
        hand(box, dossier, "ST11", to=to, section=section)


def test_what_waits_for_the_citizen_is_handed_over_and_goes_on_waiting(box: Box) -> None:
    dossier = taken(box)
    with box.writing() as act:
        act.record("supplement.requested", actor="ST11", dossier=dossier, clear={"until": "2026-12-30"})
    with pytest.raises(Refused, match="nothing_offered"), box.writing() as act:
        act.record("dossier.taken", actor="ST08", dossier=dossier, clear={"holder": "ST08"})
    hand(box, dossier, "ST11", to="ST08")
    with box.writing() as act:
        processing.take(act, dossier, "ST08")
    after = rows.load(box.db, dossier)
    assert (after.holder, int(after.status)) == ("ST08", 5)


def finish(box: Box, dossier: str, who: str, number: int, following: int = 0) -> None:
    with box.writing() as act:
        handing.finish_step(act, dossier, officer(box, who), number, following, "Đồng ý")


def test_only_the_role_of_the_step_finishes_it(box: Box) -> None:
    dossier = received(box)
    submit(box, dossier, who="ST11")
    with pytest.raises(Refused, match="step_not_yours"):
        finish(box, dossier, "ST11", 4)
    with pytest.raises(Refused, match="step_moved"):
        finish(box, dossier, "ST10", 3)
    with pytest.raises(Refused, match="step_not_next"):
        finish(box, dossier, "ST10", 4, 6)
    finish(box, dossier, "ST10", 4)
    assert rows.load(box.db, dossier).step == 5
    with pytest.raises(Refused, match="step_by_act"):
        finish(box, dossier, "ST01", 5)


def test_a_dossier_without_a_process_has_no_step_to_finish(box: Box) -> None:
    dossier = accept(box)
    with pytest.raises(Refused, match="process_not_kept"):
        finish(box, dossier, "ST08", 1)


def test_a_result_sent_back_stands_again_at_its_specialist(box: Box) -> None:
    dossier = received(box)
    submit(box, dossier, who="ST11")
    finish(box, dossier, "ST10", 4)
    with box.writing() as act:
        processing.send_back(act, dossier, "ST01", "Sai ngày")
    found = rows.load(box.db, dossier)
    assert place(process_shelf.of_dossier(box.db, found), found) == 3


def slip(box: Box, dossier: str):  # noqa: ANN201
    """Give the rows of the control slip; an act each hour of working time is enough for a test."""
    found = rows.load(box.db, dossier)
    return hand_overs(told(box.db, box.device, dossier), process_shelf.of_dossier(box.db, found), lambda start, end: 60)


def test_the_control_slip_tells_every_hand_over(box: Box) -> None:
    dossier = received(box)
    sealed(box, dossier)  # Taken and prepared by ST08, signed by ST01, sealed by ST09.
    lines = slip(box, dossier)
    assert [(one.kind, one.giver, one.taker, one.steps) for one in lines] == [
        ("dossier.accepted", "", "ST04", ()),
        ("dossier.taken", "ST04", "ST08", (1, 2)),
        ("result.submitted", "ST08", "ST01", (3,)),
        ("document.signed", "ST01", "ST09", (4, 5)),
        ("document.sealed", "ST09", "", (6,)),
    ]
    assert [one.planned for one in lines] == [None, 720, 2880, 960, 240]
    assert {one.verdict for one in lines[1:]} == {Verdict.EARLY}


def test_transfers_stand_on_the_slip_with_their_words(box: Box) -> None:
    dossier = taken(box)
    hand(box, dossier, "ST11", to="ST08", note="Nghỉ phép")
    with box.writing() as act:
        processing.take(act, dossier, "ST08")
    last = slip(box, dossier)[-1]
    assert (last.kind, last.giver, last.taker, last.steps) == ("dossier.taken", "ST11", "ST08", ())
    assert last.note == "Nghỉ phép" and last.offered_at


@pytest.mark.parametrize(("used", "planned", "said"), [
    (59, 60, Verdict.EARLY), (60, 60, Verdict.ON_TIME), (61, 60, Verdict.LATE), (5, None, Verdict.NONE), (None, 60, Verdict.NONE),
])  # fmt: skip
def test_used_time_is_compared_with_the_plan(used: int | None, planned: int | None, said: Verdict) -> None:
    assert verdict(used, planned) == said


def test_waiting_for_the_citizen_is_not_counted(box: Box) -> None:
    dossier = taken(box)
    with box.writing() as act:
        act.record("supplement.requested", actor="ST11", dossier=dossier, clear={"until": "2026-12-30"})
    found = rows.load(box.db, dossier)
    lines = hand_overs(told(box.db, box.device, dossier), process_shelf.of_dossier(box.db, found), _minutes)
    later = text_of(moment_of(found.pause.asked) + timedelta(hours=30))
    assert minutes_at(lines, found, later, _minutes) < 5


def _minutes(start: str, end: str) -> int:
    return int((moment_of(end) - moment_of(start)).total_seconds() // 60)


def test_the_slip_is_a_page_a_pdf_and_a_print_that_is_kept(app: Flask, box: Box) -> None:
    dossier = received(box)
    submit(box, dossier, who="ST11")
    client = log_in(app, "st08")
    page = get(client, f"/ho-so/{dossier}/phieu-kiem-soat").text
    assert "Phạm Thị Giả Định" in page and "Xong bước 1–2" in page and "Trưởng phòng" in page
    paper = get(client, f"/ho-so/{dossier}/phieu-kiem-soat.pdf")
    assert paper.data.startswith(b"%PDF") and paper.mimetype == "application/pdf"
    assert post(client, f"/ho-so/{dossier}/phieu-kiem-soat").status_code == 303
    kept = rows.load(box.db, dossier).papers[-1]
    assert (kept.form, kept.copy, kept.actor) == ("control", 1, "ST08")


def test_the_dossier_says_where_it_stands_and_offers_the_step_to_its_role(app: Flask, box: Box) -> None:
    dossier = received(box)
    submit(box, dossier, who="ST11")
    leader, specialist = log_in(app, "st10"), log_in(app, "st11")
    assert "Xong bước 4" in get(leader, f"/ho-so/{dossier}").text
    seen = get(specialist, f"/ho-so/{dossier}").text
    assert "bước 4/7" in seen and "Xong bước 4" not in seen
    refused = post(specialist, f"/ho-so/{dossier}/buoc", step="4")
    assert refused.status_code == 422 and "thuộc vai trò Trưởng phòng" in refused.text
    assert post(leader, f"/ho-so/{dossier}/buoc", step="4", note="Đồng ý").status_code == 303
    assert rows.load(box.db, dossier).step == 5


@pytest.mark.parametrize("who", ["st04", "st06", "st07", "st09", "st01", "st15", "st16", "st17", "st18"])
def test_who_does_not_process_neither_gives_nor_takes(app: Flask, box: Box, who: str) -> None:
    dossier = taken(box)
    hand(box, dossier, "ST11", to="ST08")
    client = log_in(app, who)
    assert get(client, "/ban-giao").status_code == 403
    for path in ("/ban-giao", "/ban-giao/nhan", "/ban-giao/khong-nhan", f"/ho-so/{dossier}/chuyen"):
        assert post(client, path, dossier=dossier, to="ST10", reason="x").status_code == 403
    assert rows.load(box.db, dossier).offered_to == "ST08"


@pytest.mark.parametrize("who", ["st15", "st16", "st17", "st18"])
def test_a_stranger_to_dossiers_sees_no_slip(app: Flask, box: Box, who: str) -> None:
    dossier = taken(box)
    client = log_in(app, who)
    for path in (f"/ho-so/{dossier}/phieu-kiem-soat", f"/ho-so/{dossier}/phieu-kiem-soat.pdf"):
        assert get(client, path).status_code == 403
    assert post(client, f"/ho-so/{dossier}/buoc", step="3").status_code == 403


def test_choosing_nothing_says_so_and_a_refused_dossier_is_named(app: Flask, box: Box) -> None:
    client = log_in(app, "st08")
    assert "Chưa chọn hồ sơ nào" in post(client, "/ban-giao/nhan").text
    kept = taken(box)
    answer = post(client, "/ban-giao/nhan", dossier=kept)
    assert answer.status_code == 422 and "Dương Thị Chuyên Viên" in answer.text
    hand(box, kept, "ST11", to="ST08")
    assert "lý do" in post(client, "/ban-giao/khong-nhan", dossier=kept).text
    assert post(client, "/ban-giao/khong-nhan", dossier=kept, reason="Sai lĩnh vực").status_code == 303
    assert rows.load(box.db, kept).offered_to == ""


def test_one_dossier_is_passed_on_from_its_page(app: Flask, box: Box) -> None:
    dossier = taken(box)
    client = log_in(app, "st11")
    assert "Chuyển cho…" in get(client, f"/ho-so/{dossier}").text
    assert "dossier.transferred" in moves.legal(rows.load(box.db, dossier))
    wrong = post(client, f"/ho-so/{dossier}/chuyen", to="")
    assert wrong.status_code == 422 and "Chọn đồng nghiệp hoặc phòng" in wrong.text
    assert post(client, f"/ho-so/{dossier}/chuyen", to="section:VP", note="Nhờ xem").status_code == 303
    assert "Đang chờ" in get(client, f"/ho-so/{dossier}/chuyen").text
    assert "1 hồ sơ đồng nghiệp chuyển đến" in get(log_in(app, "st08"), "/viec").text


def test_a_whole_shift_is_handed_over_and_taken_by_keyboard(live_server: str, page: Page, box: Box) -> None:
    given = [taken(box), taken(box), taken(box)]
    login(page, live_server, "st11")
    page.goto(f"{live_server}/ban-giao")
    page.get_by_label("Chọn tất cả hồ sơ đang giữ").focus()
    page.keyboard.press("Space")
    page.get_by_label("Chuyển cho").select_option("ST08")
    page.get_by_label("Lời dặn").focus()
    page.keyboard.type("Hết ca, nhờ làm tiếp")
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_contain_text("Đã chuyển 3 hồ sơ")
    assert_page_good(page)
    shot(page, "ban-giao-di")
    page.context.clear_cookies()
    login(page, live_server, "st08")
    page.goto(f"{live_server}/ban-giao")
    expect(page.get_by_text("Hết ca, nhờ làm tiếp").first).to_be_visible()
    assert_page_good(page)
    shot(page, "ban-giao-den")
    page.get_by_label("Chọn tất cả hồ sơ chuyển đến").focus()
    page.keyboard.press("Space")
    press(page, "F9")
    expect(page.locator(".toast")).to_contain_text("Đã nhận 3 hồ sơ")
    assert {rows.load(box.db, one).holder for one in given} == {"ST08"}


def test_the_dossier_its_slip_and_its_hand_over_are_good_pages(live_server: str, page: Page, box: Box) -> None:
    dossier = received(box)
    prepare(box, dossier, who="ST11")
    with box.writing() as act:
        processing.submit(act, dossier, "ST11")
    login(page, live_server, "st10")
    for path, name in ((f"ho-so/{dossier}", "ho-so-quy-trinh"), (f"ho-so/{dossier}/phieu-kiem-soat", "phieu-kiem-soat"),
                       (f"ho-so/{dossier}/chuyen", "chuyen")):  # fmt: skip
        page.goto(f"{live_server}/{path}")
        assert_axe_clean(page)
        shot(page, name)
    page.goto(f"{live_server}/ho-so/{dossier}")
    page.get_by_role("button", name="Xong bước 4").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_contain_text("Đã xong bước 4")
    expect(page.get_by_text("bước 5/7")).to_be_visible()
