"""The branches' pages without a browser: who may open and press what, what is said when it is too late, what is printed."""

import io
from datetime import timedelta

import pytest
from flask import Flask

from appliance import brought, clock, officers, online, processing, waiting
from appliance.box import Box
from appliance.catalogue import builtin
from appliance.dossier import Status
from appliance.online import Filing
from appliance.rights import may
from appliance.waiting import Missing
from desk_room import HTTPS, MARITAL, OWNER, UNIT, accept, csrf, get, log_in, post, sheet
from desk_steps import now
from people import STAFF
from web.dossier_acts import OFFERS

BLUEPRINTS = ("filed", "refusing", "supplement", "bringing", "withdrawing", "stopping", "resuming", "undoing", "branch")
ASKED = {"what-1": "Quyết định ly hôn", "where-1": "Tòa án", "form-1": "certified", "reason": "Thiếu"}


def filed(box: Box) -> str:
    """Let a dossier come in from the portal."""
    person = {name: value for name, value in OWNER.items() if name != "number_kind"}
    filing = Filing("G22.99-261121-000123", MARITAL, "2026-11-20T01:00:00.000Z", person)
    with box.writing() as act:
        return online.file_online(act, builtin(), UNIT, filing, clock.local_day(act.reading.at))


def taken(box: Box) -> str:
    """Accept a dossier and let its specialist take it."""
    dossier = accept(box)
    with box.writing() as act:
        processing.take(act, dossier, "ST08")
    return dossier


def ask(box: Box, dossier: str) -> None:
    officer = officers.by_id(box.db, "ST04")
    assert officer
    with box.writing() as act:
        waiting.request_supplement(act, box.home, dossier, officer, [Missing("Quyết định ly hôn")], "Thiếu")


def printed(box: Box) -> int:
    return box.db.conn.execute("SELECT count(*) FROM job WHERE kind = 'print'").fetchone()[0]


@pytest.mark.parametrize("person", STAFF, ids=[person[0] for person in STAFF])
def test_every_branch_opens_for_those_in_the_table_and_nobody_else(app: Flask, box: Box, person: tuple) -> None:
    who, role = person[0], person[2]
    if role.startswith("province"):
        return
    dossier, client = taken(box), log_in(app, who.lower())
    token, checked = csrf(client, "/tai-khoan"), 0
    for rule in app.url_map.iter_rules():
        if rule.endpoint.split(".")[0] not in BLUEPRINTS:
            continue
        path = app.url_map.bind("localhost").build(rule.endpoint, {"dossier": dossier, "name": "x", "number": 1})
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            answer = client.open(path, method=method, data={"csrf_token": token}, base_url=HTTPS, headers={"Referer": HTTPS})
            assert answer.status_code != 500, path
            assert (answer.status_code == 403) != may({role}, app.extensions["acts"][rule.endpoint]), f"{role} {method} {path}"
            checked += 1
    assert checked >= 19
    assert now(box, dossier).status == Status.PROCESSING  # An empty form did nothing.


def test_every_offer_has_its_page(app: Flask) -> None:
    assert {one.endpoint for one in OFFERS} <= set(app.view_functions)


def test_a_dossiers_page_offers_what_is_legal_now_for_this_officer(app: Flask, box: Box) -> None:
    dossier, fresh = taken(box), filed(box)
    counter, specialist, leader = (log_in(app, account) for account in ("st04", "st08", "st01"))

    def offered(client, which: str) -> set[str]:  # noqa: ANN001
        shown = get(client, f"/ho-so/{which}").text.partition('id="acts"')[2].partition("</nav>")[0]
        return {one.endpoint for one in OFFERS if one.endpoint.split(".")[0] in BLUEPRINTS and one.words in shown}

    assert offered(counter, dossier) == {"supplement.page", "withdrawing.page"}
    assert offered(specialist, dossier) == {"supplement.page", "undoing.page"}
    assert offered(leader, dossier) == {"stopping.page"}
    assert offered(counter, fresh) == {"supplement.page", "refusing.page", "withdrawing.page"}
    text = get(counter, f"/ho-so/{fresh}").text
    assert "chưa tiếp nhận" in text and f"/ho-so/{fresh}/tiep-nhan" in text and "Tiếp nhận <kbd" in text
    assert get(counter, "/tra-cuu?q=000123").status_code in (200, 303)


def test_a_filed_dossier_is_accepted_at_its_page_and_its_slip_printed(app: Flask, box: Box) -> None:
    dossier, client = filed(box), log_in(app, "st04")
    assert "Hẹn trả nếu tiếp nhận bây giờ" in get(client, f"/ho-so/{dossier}/tiep-nhan").text
    assert post(client, f"/ho-so/{dossier}/tiep-nhan").status_code == 303
    assert now(box, dossier).status == Status.ACCEPTED and printed(box) == 1
    assert post(client, f"/ho-so/{dossier}/tiep-nhan").status_code == 303 and printed(box) == 1
    late = post(log_in(app, "st05"), f"/ho-so/{dossier}/tiep-nhan")
    assert late.status_code == 422 and "đã được tiếp nhận" in late.text and printed(box) == 1


def test_a_refusal_without_reason_says_where_and_keeps_what_was_typed(app: Flask, box: Box) -> None:
    dossier, client = filed(box), log_in(app, "st04")
    wrong = post(client, f"/ho-so/{dossier}/tu-choi", contact="0296 3999 999")
    assert wrong.status_code == 422 and "Ghi lý do từ chối." in wrong.text and "0296 3999 999" in wrong.text
    assert "<title>Lỗi: " in wrong.text
    assert post(client, f"/ho-so/{dossier}/tu-choi", reason="Không thuộc thẩm quyền").status_code == 303
    assert now(box, dossier).status == Status.NOT_ACCEPTED and printed(box) == 1
    text = get(client, f"/ho-so/{dossier}").text
    assert "Lý do: Không thuộc thẩm quyền" in text and "Phiếu từ chối tiếp nhận giải quyết hồ sơ" in text


def test_the_second_officer_learns_that_the_first_was_quicker(app: Flask, box: Box) -> None:
    dossier = filed(box)
    assert post(log_in(app, "st04"), f"/ho-so/{dossier}/tu-choi", reason="Trùng hồ sơ").status_code == 303
    second = log_in(app, "st05")
    answer = post(second, f"/ho-so/{dossier}/yeu-cau-bo-sung", **ASKED)
    assert answer.status_code == 422 and "đang ở trạng thái khác" in answer.text
    assert "đang ở trạng thái khác" in get(second, f"/ho-so/{dossier}/tu-choi").text
    assert now(box, dossier).status == Status.NOT_ACCEPTED and printed(box) == 1


def test_papers_are_asked_for_row_by_row(app: Flask, box: Box) -> None:
    dossier, client = taken(box), log_in(app, "st04")
    path = f"/ho-so/{dossier}/yeu-cau-bo-sung"
    text = get(client, path).text
    assert "what-3" in text and "what-4" not in text
    more = post(client, path, **ASKED, **{"what-3": "", "more": "1"})
    assert more.status_code == 200 and "what-6" in more.text and "Quyết định ly hôn" in more.text
    assert "Ghi ít nhất một giấy tờ" in post(client, path, reason="x").text
    assert "Ghi tên giấy tờ" in post(client, path, **ASKED | {"what-1": ""}).text
    assert now(box, dossier).status == Status.PROCESSING
    assert post(client, path, **ASKED).status_code == 303
    found = now(box, dossier)
    assert found.asked_items == ({"what": "Quyết định ly hôn", "where": "Tòa án", "form": "certified"},)
    assert "yêu cầu bổ sung, hạn" in get(client, f"/ho-so/{dossier}").text and printed(box) == 1


def test_papers_are_looked_at_before_they_are_issued_and_by_nobody_else(app: Flask, box: Box) -> None:
    dossier, client = taken(box), log_in(app, "st04")
    answer = post(client, f"/ho-so/{dossier}/yeu-cau-bo-sung/xem-truoc", **ASKED)
    image = answer.text.split('src="')[1].split('"')[0]
    assert get(client, image).mimetype == "image/jpeg"
    assert get(log_in(app, "st05"), image).status_code == 404
    assert get(log_in(app, "st15"), image).status_code == 403
    assert now(box, dossier).papers == () and printed(box) == 0


def test_what_was_brought_is_uploaded_ticked_and_taken_in(app: Flask, box: Box) -> None:
    dossier, client = taken(box), log_in(app, "st04")
    ask(box, dossier)
    path = f"/ho-so/{dossier}/nhan-bo-sung"
    page = get(client, path).text
    draft = page.split('name="draft" value="')[1].split('"')[0]
    assert "Hẹn trả mới nếu ghi nhận bây giờ" in page and "Quyết định ly hôn" in page
    assert "Chưa đánh dấu hay quét giấy tờ nào" in post(client, path, draft=draft).text
    form = {"files": (io.BytesIO(sheet("Quyết định")), "qd.jpg"), "into": "s1.1", "csrf_token": csrf(client, "/tai-khoan")}
    client.post(f"/tiep-nhan/{draft}/tep", data=form, base_url=HTTPS, headers={"Referer": HTTPS})
    assert "1 trang" in get(client, path).text
    assert get(client, f"/tiep-nhan?draft={draft}").headers["Location"].endswith(path)
    assert "Chưa có tên" not in get(client, "/").text  # It is no reception.
    assert post(client, path, draft=draft).status_code == 303
    found = now(box, dossier)
    assert (found.status, len(found.components[-1]["pages"])) == (Status.PROCESSING, 1) and printed(box) == 1
    again = post(client, path, draft=draft)
    assert again.status_code == 422 and "đang ở trạng thái khác" in again.text


def test_papers_may_come_after_the_last_day_and_the_page_says_so(app: Flask, box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    dossier, client = taken(box), log_in(app, "st04")
    ask(box, dossier)
    late = clock.text_of(clock.moment_of(clock.stamp()) + timedelta(days=60))
    monkeypatch.setattr("web.desk.stamp", lambda: late)
    assert "Đã quá hạn bổ sung" in get(client, f"/ho-so/{dossier}/nhan-bo-sung").text


def test_a_withdrawal_needs_the_request_and_says_what_the_cashier_pays_back(app: Flask, box: Box) -> None:
    dossier, client = taken(box), log_in(app, "st04")
    path = f"/ho-so/{dossier}/rut"
    draft = get(client, path).text.split('name="draft" value="')[1].split('"')[0]
    wrong = post(client, path, draft=draft, reason="Không còn nhu cầu")
    assert wrong.status_code == 422 and "Chưa có đơn yêu cầu rút" in wrong.text and "Không còn nhu cầu" in wrong.text
    form = {"files": (io.BytesIO(sheet("Đơn")), "don.jpg"), "into": "withdrawal", "csrf_token": csrf(client, "/tai-khoan")}
    client.post(f"/tiep-nhan/{draft}/tep", data=form, base_url=HTTPS, headers={"Referer": HTTPS})
    assert post(client, path, draft=draft, reason="Không còn nhu cầu").status_code == 303
    found = now(box, dossier)
    assert found.status == Status.WITHDRAWN and found.components[-1]["key"] == brought.REQUEST
    assert "Đơn yêu cầu rút hồ sơ" in get(client, f"/ho-so/{dossier}").text


def test_an_officers_papers_that_were_thrown_away_are_begun_anew(app: Flask, box: Box) -> None:
    dossier, client = taken(box), log_in(app, "st04")
    path = f"/ho-so/{dossier}/rut"
    draft = get(client, path).text.split('name="draft" value="')[1].split('"')[0]
    with box.writing() as act:
        act.db.conn.execute("DELETE FROM draft WHERE id = ?", [draft])
    answer = post(client, path, draft=draft, reason="x")
    assert answer.status_code == 422 and "Không còn bản nháp này" in answer.text and "Đơn yêu cầu rút" in answer.text
    assert now(box, dossier).status == Status.PROCESSING


def test_a_leader_stops_and_lets_go_on_and_prints_nothing_he_may_not(app: Flask, box: Box) -> None:
    dossier, leader = taken(box), log_in(app, "st01")
    text = post(leader, f"/ho-so/{dossier}/dung/xem-truoc", asked_by="applicant", reason="").text
    assert "<img" in text
    assert "Ghi căn cứ" in post(leader, f"/ho-so/{dossier}/dung", asked_by="applicant").text
    assert post(leader, f"/ho-so/{dossier}/dung", asked_by="office", reason="Chờ bản án").status_code == 303
    assert now(box, dossier).status == Status.STOPPED and printed(box) == 0
    assert "Mời cán bộ in" in get(leader, f"/ho-so/{dossier}").text
    assert "Hẹn trả mới" in get(leader, f"/ho-so/{dossier}/tiep-tuc").text
    assert post(leader, f"/ho-so/{dossier}/tiep-tuc", reason="Đã có bản án").status_code == 303
    assert now(box, dossier).status == Status.PROCESSING


def test_undo_says_what_comes_back_and_that_the_paper_must_too(app: Flask, box: Box) -> None:
    dossier, client = taken(box), log_in(app, "st04")
    ask(box, dossier)
    page = get(client, f"/ho-so/{dossier}/hoan-tac").text
    seq = page.split('name="seq" value="')[1].split('"')[0]
    assert "thu lại giấy" in page and "Phạm Thị Giả Định" in page and "Đang xử lý" in page
    assert "Ghi lý do hoàn tác" in post(client, f"/ho-so/{dossier}/hoan-tac", seq=seq).text
    assert post(client, f"/ho-so/{dossier}/hoan-tac", seq=seq, reason="Bấm nhầm").status_code == 303
    assert now(box, dossier).status == Status.PROCESSING
    assert "hoàn tác việc: yêu cầu bổ sung" in get(client, f"/ho-so/{dossier}").text
    again = post(client, f"/ho-so/{dossier}/hoan-tac", seq=seq, reason="Bấm nhầm")
    assert again.status_code == 422 and "không hoàn tác được nữa" in again.text
