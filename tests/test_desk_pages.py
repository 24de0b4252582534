"""The desks' pages without a browser: who may open and press what, what is said, what is written down."""

from flask import Flask

from appliance import processing
from appliance.box import Box
from appliance.documents import Signature
from desk_room import (
    ANSWERS,
    COPIES,
    OWNER,
    accept,
    certify,
    get,
    log_in,
    post,
    prepare,
    submit,
)  # fmt: skip
from desk_steps import fields, now


def test_every_look_at_a_dossier_is_written_down(app: Flask, box: Box) -> None:
    dossier = accept(box)
    client = log_in(app, "st08")
    for path in (f"/ho-so/{dossier}", f"/ho-so/{dossier}/giay-to/2", f"/ho-so/{dossier}/ket-qua"):
        get(client, path)
    seen = [(row["officer"], row["what"]) for row in box.db.query("SELECT * FROM looking WHERE dossier = ? ORDER BY n", [dossier])]
    assert seen == [("ST08", "view_dossier"), ("ST08", "view_page 2"), ("ST08", "prepare")]


def test_full_numbers_stand_only_on_the_dossiers_own_page(app: Flask, box: Box) -> None:
    dossier = accept(box, fee=8000)
    certified = accept(box, COPIES)
    certify(box, certified)
    for account, paths in {
        "st08": ("/viec", "/tra-cuu?q=anh", "/lenh?q=anh"),
        "st07": ("/thu-phi",),
        "st06": ("/tra-ket-qua", f"/tra-ket-qua/{certified}"),
        "st09": ("/vao-so", f"/vao-so/{certified}"),
    }.items():
        client = log_in(app, account)
        for path in paths:
            text = get(client, path).text.replace("\u00a0", "")
            assert OWNER["number"] not in text, path
    assert "089\u00a0190\u00a0012\u00a0345" in get(log_in(app, "st08"), f"/ho-so/{dossier}").text


# --- the queue


def test_the_queue_sorts_by_deadline_and_each_tab_holds_its_own(app: Flask, box: Box) -> None:
    late, today, far = accept(box, days=-4), accept(box, days=0), accept(box, days=20)
    held, others = accept(box, days=8), accept(box, days=9)
    prepare(box, held)
    prepare(box, others, who="ST11")
    client = log_in(app, "st08")

    def listed(path: str) -> list[str]:
        text = get(client, path).text
        every = {one: text.find(f'value="{one}"') for one in (late, today, far, held, others)}
        return sorted((one for one in every if every[one] > 0), key=lambda one: every[one])

    assert listed("/viec") == [late, today, held, others, far]
    assert listed("/viec?nhom=moi-den") == [late, today, far]
    assert listed("/viec?nhom=dang-xu-ly") == [held]
    assert listed("/viec?nhom=nguoi-khac") == [others]
    assert listed("/viec?nhom=qua-han") == [late]
    assert today in listed("/viec?nhom=sap-han")
    assert listed("/viec?q=khong co ai") == []
    assert "Không có hồ sơ nào khớp bộ lọc" in get(client, "/viec?q=khong co ai").text
    assert "Dương Thị Chuyên Viên" in get(client, "/viec").text


def test_two_officers_take_at_once_and_one_is_told_who_has_it(app: Flask, box: Box) -> None:
    dossier = accept(box)
    first, second = log_in(app, "st08"), log_in(app, "st11")
    assert post(first, "/viec/nhan", dossier=dossier).status_code == 303
    answer = post(second, "/viec/nhan", dossier=dossier)
    assert answer.status_code == 422
    assert "do Bùi Tư Pháp Mẫu giữ" in answer.text
    assert "<title>Lỗi: " in answer.text
    assert now(box, dossier).holder == "ST08"


def test_f9_with_nothing_chosen_takes_nothing_and_says_how(app: Flask, box: Box) -> None:
    accept(box)
    answer = post(log_in(app, "st08"), "/viec/nhan")
    assert answer.status_code == 422
    assert "Chưa chọn hồ sơ nào" in answer.text


def test_a_result_the_leader_gave_back_is_marked_in_the_queue(app: Flask, box: Box) -> None:
    dossier = accept(box)
    submit(box, dossier)
    with box.writing() as act:
        processing.send_back(act, dossier, "ST01", "Sai năm sinh")
    client = log_in(app, "st08")
    assert "Lãnh đạo trả lại" in get(client, "/viec").text
    for path in (f"/ho-so/{dossier}", f"/ho-so/{dossier}/ket-qua"):
        assert "Sai năm sinh" in get(client, path).text


# --- the result


def test_a_result_is_prefilled_with_what_the_dossier_knows_and_nothing_else(app: Flask, box: Box) -> None:
    dossier = accept(box)
    client = log_in(app, "st08")
    post(client, "/viec/nhan", dossier=dossier)
    text = get(client, f"/ho-so/{dossier}/ket-qua").text
    assert 'name="f-ho_ten" type="text" value="Nguyễn Thị Ngọc Ánh"' in text
    assert 'value="05/08/1990"' in text
    assert 'name="f-dan_toc" type="text" value=""' in text  # Nobody told us.


def test_what_is_missing_is_said_at_each_field_and_on_top(app: Flask, box: Box) -> None:
    dossier = accept(box)
    client = log_in(app, "st08")
    post(client, "/viec/nhan", dossier=dossier)
    answer = post(client, f"/ho-so/{dossier}/trinh", **fields(dan_toc="", so_dinh_danh="089"))
    assert answer.status_code == 422
    assert "Có 2 lỗi cần sửa" in answer.text and "Lỗi: Ghi dân tộc." in answer.text
    assert 'value="089"' in answer.text  # What was typed stays.
    assert now(box, dossier).result is None


def test_a_result_is_saved_then_submitted_and_only_by_its_holder(app: Flask, box: Box) -> None:
    dossier = accept(box)
    client, other = log_in(app, "st08"), log_in(app, "st11")
    post(client, "/viec/nhan", dossier=dossier)
    assert post(client, f"/ho-so/{dossier}/ket-qua", **fields()).status_code == 303
    assert now(box, dossier).signature == Signature.NONE
    assert post(other, f"/ho-so/{dossier}/trinh", **fields()).status_code == 422
    assert "chỉ người giữ" in get(other, f"/ho-so/{dossier}/ket-qua").text
    assert post(client, f"/ho-so/{dossier}/trinh", **fields(muc_dich="Kết hôn")).status_code == 303
    found = now(box, dossier)
    assert found.signature == Signature.SUBMITTED
    assert found.result.fields == ANSWERS | {
        "muc_dich": "Kết hôn",
        "leader": "ST01",
        "can_cu": "",
        "giay_to_tuy_than": "",
        "thoi_gian_cu_tru": "",
    }


def test_a_preview_shows_gaps_as_dots_and_is_nobody_elses(app: Flask, box: Box) -> None:
    dossier = accept(box)
    client, other = log_in(app, "st08"), log_in(app, "st11")
    post(client, "/viec/nhan", dossier=dossier)
    answer = post(client, f"/ho-so/{dossier}/ket-qua/xem-truoc", **fields(dan_toc=""))
    assert "Ghi dân tộc." in answer.text
    image = answer.text.split('src="')[1].split('"')[0]
    assert get(client, image).mimetype == "image/jpeg"
    assert get(other, image).status_code == 404
    assert now(box, dossier).result is None
