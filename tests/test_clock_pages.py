"""The pages of due dates without a browser: who may open and press what, what a late dossier is told, what is refused."""

from datetime import date

import pytest
from flask import Flask

from appliance import clock, clocks, declaring, extension, processing
from appliance.box import Box
from appliance.catalogue import builtin
from appliance.dossier import Status
from appliance.rights import may
from appliance.text import day_text
from appliance.working_calendar import nth_working_day
from desk_room import COPIES, accept, csrf, get, log_in, post, submit
from desk_steps import now
from people import STAFF

BLUEPRINTS = ("late", "explaining", "extending", "declared_days")
COMMUNE_STAFF = [person for person in STAFF if not person[2].startswith("province")]


def working_day(ahead: int) -> date:
    return nth_working_day(builtin().calendar, clock.local_day(clock.stamp()), ahead)


def counted(box: Box) -> str:
    """Accept a dossier of three working days whose due date was really counted."""
    dossier = accept(box)
    due = clocks.due_after_wait(builtin(), now(box, dossier), clock.local(clock.stamp()), builtin().calendar)
    with box.writing() as act:
        act.record("due.recomputed", actor="ST01", dossier=dossier, clear={"due": due, "because": "2020-01-01"})
    return dossier


@pytest.mark.parametrize("person", COMMUNE_STAFF, ids=[person[2] + person[0] for person in COMMUNE_STAFF])
def test_every_route_opens_for_those_in_the_table_and_nobody_else(app: Flask, box: Box, person: tuple) -> None:
    who, role = person[0], person[2]
    dossier, client = accept(box, days=-1), log_in(app, who.lower())
    token, checked = csrf(client, "/tai-khoan"), 0
    for rule in app.url_map.iter_rules():
        if rule.endpoint.split(".")[0] not in BLUEPRINTS:
            continue
        allowed = may({role}, app.extensions["acts"][rule.endpoint])
        path = app.url_map.bind("localhost").build(rule.endpoint, {"dossier": dossier, "day": "2026-11-27"})
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            answer = client.open(
                path,
                method=method,
                data={"csrf_token": token},
                base_url="https://localhost",
                headers={"Referer": "https://localhost"},
            )
            assert (answer.status_code == 403) != allowed, f"{role} {method} {path}: {answer.status_code}"
            assert answer.status_code < 500, path
            checked += 1
    assert checked == 16


def test_a_late_dossier_says_what_is_owed_and_the_register_refuses_it_until_then(app: Flask, box: Box) -> None:
    dossier = accept(box, COPIES, days=-2)
    submit(box, dossier, paper=True)
    clerk, specialist, leader = log_in(app, "st09"), log_in(app, "st08"), log_in(app, "st01")
    entry = {"signer": "ST01", "copies": "3"}
    assert "chưa giải trình với người đứng đầu" in post(clerk, f"/vao-so/{dossier}", **entry).text
    shown = get(specialist, f"/ho-so/{dossier}").text
    assert "Người giữ hồ sơ giải trình bằng văn bản" in shown and "Giải trình chậm hạn…" in shown
    assert post(specialist, f"/ho-so/{dossier}/giai-trinh", head="ST01", reason="").status_code == 422
    assert post(specialist, f"/ho-so/{dossier}/giai-trinh", head="ST01", reason="Chờ xác minh").status_code == 303
    assert "chưa có văn bản xin lỗi" in post(clerk, f"/vao-so/{dossier}", **entry).text
    day = day_text(working_day(9))
    assert post(specialist, f"/ho-so/{dossier}/hen-lai/du-thao", day=day, reason="Chờ công an xã").status_code == 303
    assert "Chờ công an xã" in get(leader, f"/ho-so/{dossier}/hen-lai").text
    assert post(leader, f"/ho-so/{dossier}/hen-lai", day=day, reason="Chờ công an xã").status_code == 303
    assert post(clerk, f"/vao-so/{dossier}", **entry).status_code == 303
    found = now(box, dossier)
    assert found.status == Status.DONE and found.papers[-1].form == "apology" and len(found.due["passed"]) == 1
    assert "Không kịp ngày đã hẹn" in get(specialist, f"/ho-so/{dossier}").text


def test_a_dossier_in_time_has_nothing_to_explain(app: Flask, box: Box) -> None:
    dossier, client = accept(box, days=9), log_in(app, "st08")
    assert "chưa trễ hạn nên không cần giải trình" in get(client, f"/ho-so/{dossier}/giai-trinh").text
    assert post(client, f"/ho-so/{dossier}/giai-trinh", head="ST01", reason="Chờ").status_code == 422
    assert now(box, dossier).explained_at == ""


def test_a_second_new_day_is_refused_with_the_rule_behind_it(app: Flask, box: Box) -> None:
    dossier, leader = accept(box, days=1), log_in(app, "st01")
    assert post(leader, f"/ho-so/{dossier}/hen-lai", day="", reason="Chờ").status_code == 422
    assert post(leader, f"/ho-so/{dossier}/hen-lai", day="31/02/2027", reason="Chờ").status_code == 422
    sunday = "29/11/2026"
    assert post(leader, f"/ho-so/{dossier}/hen-lai", day=sunday, reason="Chờ").status_code == 422
    assert post(leader, f"/ho-so/{dossier}/hen-lai", day=day_text(working_day(9)), reason="Chờ").status_code == 303
    assert "hết số lần được hẹn" in get(leader, f"/ho-so/{dossier}/hen-lai").text
    assert post(leader, f"/ho-so/{dossier}/hen-lai", day=day_text(working_day(20)), reason="Chờ").status_code == 422
    assert extension.drafted(box.db, dossier) is None and now(box, dossier).extensions == 1


def test_the_due_date_is_explained_line_by_line_on_the_dossiers_page(app: Flask, box: Box) -> None:
    shown = get(log_in(app, "st04"), f"/ho-so/{counted(box)}").text
    assert "thời hạn 3 ngày làm việc, tính từ ngày hôm sau" in shown
    assert "Soạn thư xin lỗi" in shown and "Xin lỗi và hẹn lại…" not in shown  # A leader's to decide.


def test_the_page_of_what_is_near_or_late_filters_by_its_address(app: Flask, box: Box) -> None:
    late, today, far = accept(box, days=-4), accept(box, days=0), accept(box, days=40)
    client = log_in(app, "st08")

    def listed(path: str) -> list[str]:
        text = get(client, path).text
        return [one for one in (late, today, far) if f'/ho-so/{one}"' in text]

    assert listed("/han-tra") == [late, today]
    assert listed("/han-tra?muc=qua-han") == [late] and listed("/han-tra?muc=hom-nay") == [today]
    assert listed("/han-tra?nguoi=toi") == [] and listed("/han-tra?nguoi=chua-nhan") == [late, today]
    assert listed("/han-tra?q=khong+co+ai") == [] and "Không có hồ sơ nào ở mức này" in get(client, "/han-tra?q=khong+co+ai").text
    assert listed("/han-tra?muc=bia-dat") == [late, today]
    assert '<b class="num">1</b> hồ sơ chưa ai nhận, quá hạn' in get(client, "/").text


def test_a_storm_is_declared_dossiers_are_chosen_and_citizens_called(app: Flask, box: Box) -> None:
    chosen, left, leader = counted(box), counted(box), log_in(app, "st01")
    day = working_day(1).isoformat()
    storm = {"day": day_text(working_day(1)), "kind": "off", "name": "Nghỉ bão số 12", "basis": "Công văn 15/UBND"}
    assert post(leader, "/ngay-nghi", **(storm | {"basis": ""})).status_code == 422
    assert post(leader, "/ngay-nghi", **storm).headers["Location"].endswith(f"/ngay-nghi/{day}")
    assert "Lịch đã tính ngày" in post(leader, "/ngay-nghi", **storm).text
    shown = get(leader, f"/ngay-nghi/{day}").text
    assert shown.count('name="dossier"') == 2 and "0912\u00a0345\u00a0678" in shown
    before = now(box, chosen).due["at"]
    assert post(leader, f"/ngay-nghi/{day}").status_code == 422 and now(box, chosen).due["at"] == before
    assert post(leader, f"/ngay-nghi/{day}", dossier=chosen).status_code == 303
    assert now(box, chosen).due["at"] > before == now(box, left).due["at"]
    caller = log_in(app, "st06")
    assert "1</b> người dân cần gọi báo ngày hẹn mới" in get(caller, "/").text
    assert 'Còn <span class="num">1</span>' in get(caller, f"/ngay-nghi/{day}/goi").text
    assert post(caller, f"/ngay-nghi/{day}/goi", dossier=chosen, called="1").status_code == 303
    assert declaring.calls(box.db, working_day(1))[0].called_by == "ST06"
    seen = [row["what"] for row in box.db.query("SELECT what FROM looking WHERE dossier = ? AND officer = 'ST06'", [chosen])]
    assert seen == ["telephone for a new date"]
    assert get(leader, "/ngay-nghi/hom-qua").status_code == 404


# --- reminded where one looks first


def held(box: Box, days: int, who: str = "ST08") -> str:
    """Accept a dossier due `days` working days ahead and let somebody hold it."""
    ahead = (working_day(days) - clock.local_day(clock.stamp())).days if days > 0 else days
    dossier = accept(box, days=ahead)
    with box.writing() as act:
        processing.take(act, dossier, who)
    return dossier


def test_each_is_reminded_on_the_first_page_of_what_is_his(app: Flask, box: Box) -> None:
    held(box, -3)
    held(box, 1)
    held(box, 1, "ST11")
    held(box, 30)
    own = get(log_in(app, "st08"), "/").text
    assert '<b class="num">1</b> hồ sơ tôi giữ quá hạn' in own and '<b class="num">1</b> hồ sơ tôi giữ cận hạn' in own
    leader = get(log_in(app, "st01"), "/").text
    assert '<b class="num">2</b> hồ sơ cận hạn: thư xin lỗi đã soạn, chờ quyết định' in leader
    assert '<b class="num">1</b> hồ sơ quá hạn: xin lỗi và hẹn lại' in leader
    counter = get(log_in(app, "st04"), "/").text
    assert '<b class="num">1</b> hồ sơ quá hạn<' in counter
    listed = get(log_in(app, "st08"), "/han-tra?muc=can-han&nguoi=toi").text
    assert listed.count('data-th="Người nộp"') == 1


def test_the_letter_lies_ready_a_day_before_and_the_leader_opens_it_filled(app: Flask, box: Box) -> None:
    near, far = held(box, 1), held(box, 3)
    leader = log_in(app, "st01")
    reason = builtin().rules_on(clock.local_day(clock.stamp())).apology_reason
    opened = get(leader, f"/ho-so/{near}/hen-lai").text
    assert reason in opened and "Máy soạn sẵn" in opened and day_text(working_day(2)) in opened
    assert reason not in get(leader, f"/ho-so/{far}/hen-lai").text
    assert extension.drafted(box.db, near) is None  # Nothing was written down: it promises nothing.
    assert "Thư xin lỗi đã soạn sẵn" in get(leader, "/han-tra").text
    done = post(leader, f"/ho-so/{near}/hen-lai", day=day_text(working_day(2)), reason=reason)
    assert done.status_code == 303 and now(box, near).extensions == 1


def test_long_lists_are_paged_and_say_how_many_there_are(app: Flask, box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        held(box, -1)
    monkeypatch.setattr("web.late_pages.PAGE_MAX", 2)
    client = log_in(app, "st01")
    first = get(client, "/han-tra?muc=qua-han").text
    assert "trang=2" in first and first.count('data-th="Người nộp"') == 2 and "trong <span" in first
    assert get(client, "/han-tra?muc=qua-han&trang=2").text.count('data-th="Người nộp"') == 1


def test_dossiers_a_day_moves_are_paged_and_the_calls_go_out_whole(app: Flask, box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    every = [counted(box) for _ in range(3)]
    day = working_day(1)
    with box.writing() as act:
        calendar = clocks.calendar_of(builtin(), act.db)
        declaring.declare(act, "ST01", calendar, day, "Nghỉ bão", "Công điện", False)
    monkeypatch.setattr(declaring, "SHOWN_MAX", 2)
    leader = log_in(app, "st01")
    first = get(leader, f"/ngay-nghi/{day}").text
    assert first.count('name="dossier"') == 2 and "Trang sau" in first
    after = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert get(leader, after).text.count('name="dossier"') == 1
    with box.writing() as act:
        declaring.recompute(act, builtin(), lambda _: builtin(), "ST01", day, every)
    data = get(leader, f"/ngay-nghi/{day}/goi.csv").data
    assert data.startswith(b"\xef\xbb\xbf") and data.decode("utf-8-sig").count("0912 345 678") == 3
    assert get(leader, f"/ngay-nghi/{day}/goi.pdf").data.startswith(b"%PDF")
