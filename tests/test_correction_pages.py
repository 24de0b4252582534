"""Correction and papers printed again on the pages: who may, what is said, what two officers see, what is written down."""

import pytest
from flask import Flask

from appliance import queries
from appliance.box import Box
from boxes import PERSON
from desk_room import accept, get, log_in, post
from people import STAFF
from web import jobs

FORM = {
    "applicant.name": PERSON["name"],
    "applicant.number": "089 190 012 345",
    "applicant.birth": "05/08/1990",
    "applicant.gender": "Nữ",
    "applicant.phone": "0912 345 678",
    "applicant.email": "",
    "applicant.address": PERSON["address"],
    "applicant.organisation": "",
    "authorised.name": "",
    "authorised.number": "",
    "authorised.phone": "",
    "note": "",
    "count.c1": "1",
    "reason": "Gõ nhầm",
}


def now(box: Box, dossier: str):  # noqa: ANN201
    return queries.dossier(box.db, dossier)


def seen(client, dossier: str) -> str:  # noqa: ANN001
    return get(client, f"/ho-so/{dossier}/dinh-chinh").text.split('name="seen" value="')[1].split('"')[0]


def mend(client, dossier: str, mark: str = "", **changes: str):  # noqa: ANN001, ANN201
    return post(client, f"/ho-so/{dossier}/dinh-chinh", **(FORM | {"seen": mark or seen(client, dossier)} | changes))


def test_a_correction_is_told_before_and_after_with_its_reason(app: Flask, box: Box) -> None:
    dossier, client = accept(box), log_in(app, "st04")
    told = post(client, f"/ho-so/{dossier}/dinh-chinh/xem", **(FORM | {"applicant.phone": "0987654321", "count.c1": "2"})).text
    assert "0912\u00a0345\u00a0678" in told and "0987\u00a0654\u00a0321" in told and "Số lượng “Tờ khai theo mẫu”" in told
    assert mend(client, dossier, **{"applicant.phone": "0987654321", "count.c1": "2", "print": "1"}).status_code == 303
    page = get(client, f"/ho-so/{dossier}").text
    assert "đính chính điện thoại, số lượng “Tờ khai theo mẫu”" in page
    assert "Điện thoại: 0912\u00a0345\u00a0678 → 0987\u00a0654\u00a0321" in page and "Lý do: Gõ nhầm" in page
    assert [job.subject for job in jobs.since(box.db, "print", "")] == [dossier]


def test_what_is_wrong_or_missing_stays_in_the_form(app: Flask, box: Box) -> None:
    dossier, client = accept(box), log_in(app, "st04")
    wrong = mend(client, dossier, **{"applicant.phone": "12", "count.c1": "0", "reason": ""})
    assert wrong.status_code == 422 and 'value="12"' in wrong.text
    assert wrong.text.count("Lỗi: ") >= 3
    nothing = mend(client, dossier)
    assert nothing.status_code == 422 and "Chưa sửa ô nào" in nothing.text
    assert now(box, dossier).corrections == 0


def test_the_later_of_two_officers_sees_each_field_and_loses_nothing(app: Flask, box: Box) -> None:
    dossier, first, second = accept(box), log_in(app, "st04"), log_in(app, "st05")
    opened = seen(second, dossier)
    mend(first, dossier, **{"applicant.phone": "0987654321", "applicant.name": "Nguyễn Thị Oanh"})
    answer = mend(second, dossier, opened, **{"applicant.name": "Nguyễn Thị Ngọc Oanh", "count.c1": "2"})
    assert answer.status_code == 409
    assert "Đồng nghiệp vừa đính chính" in answer.text and "Nguyễn Thị Oanh" in answer.text
    assert 'value="Nguyễn Thị Ngọc Oanh"' in answer.text and 'value="0987 654 321"' in answer.text
    assert now(box, dossier).applicant["name"] == "Nguyễn Thị Oanh"
    again = {"applicant.name": "Nguyễn Thị Ngọc Oanh", "applicant.phone": "0987 654 321", "count.c1": "2"}
    mark = answer.text.split('name="seen" value="')[1].split('"')[0]
    assert mend(second, dossier, mark, **again).status_code == 303
    after = now(box, dossier)
    assert (after.applicant["name"], after.applicant["phone"]) == ("Nguyễn Thị Ngọc Oanh", "+84987654321")
    assert after.components[0]["count"] == 2 and after.corrections == 2


def test_a_paper_is_printed_again_byte_for_byte_and_counted(app: Flask, box: Box) -> None:
    dossier, client = accept(box), log_in(app, "st04")
    mend(client, dossier, **{"applicant.phone": "0987654321"})
    slip = now(box, dossier).slip
    answer = post(client, f"/ho-so/{dossier}/giay-da-cap/in", file=slip, why="lost")
    assert answer.status_code == 303
    job = jobs.since(box.db, "print", "")[0]
    assert job.body["digest"] == slip
    assert [(paper.file, paper.copy) for paper in now(box, dossier).papers] == [(slip, 1), (slip, 2)]
    page = get(client, f"/ho-so/{dossier}").text
    assert "in lại giấy tiếp nhận hồ sơ và hẹn trả kết quả, bản thứ 2" in page and "người dân làm mất bản trước" in page
    assert post(client, f"/ho-so/{dossier}/giay-da-cap/in", file="0" * 64, why="lost").status_code == 422
    assert post(client, f"/ho-so/{dossier}/giay-da-cap/in", file=slip, why="vì thích").status_code == 422


def test_a_finished_dossier_is_not_corrected(app: Flask, box: Box) -> None:
    dossier, client = accept(box), log_in(app, "st04")
    with box.writing() as act:
        act.record(
            "dossier.withdrawn",
            actor="ST04",
            dossier=dossier,
            clear={"request": {"key": "withdrawal", "name": "Đơn", "kind": "submit", "count": 1, "pages": []}, "refund": 0},
        )
    assert "không đính chính được nữa" in get(client, f"/ho-so/{dossier}/dinh-chinh").text
    assert mend(client, dossier, "x", **{"applicant.name": "Khác"}).status_code == 422


@pytest.mark.parametrize("person", [p for p in STAFF if not p[2].startswith("province")], ids=lambda p: p[0])
def test_only_the_roles_of_the_table_correct(app: Flask, box: Box, person: tuple) -> None:
    dossier, client = accept(box), log_in(app, person[0].lower())
    may = person[2] in ("reception", "centre_director", "specialist", "section_leader")
    assert (get(client, f"/ho-so/{dossier}/dinh-chinh").status_code == 200) == may
    assert (post(client, f"/ho-so/{dossier}/dinh-chinh").status_code == 403) == (not may)
    assert (post(client, f"/ho-so/{dossier}/dinh-chinh/xem").status_code == 403) == (not may)
