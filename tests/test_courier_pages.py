"""The courier's pages: a technician and an operator carry a stick between them; whoever else comes is kept out."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from appliance.config import Home
from browsing import (
    WIDTHS,
    assert_axe_clean,
    assert_focus_visible,
    assert_no_sideways_scroll,
    assert_page_good,
    login,
    press,
    resize,
    serving,
    shot,
)
from people import add_staff
from province_room import province_room
from test_rights import HTTPS, csrf, log_in
from web import courier_jobs
from web.app import create_app
from web.jobs import State
from wire_room import Commune, Room

TECHNICIAN, OPERATOR = "st16", "vh01"
SCAN = bytes(range(256)) * 400


@dataclass
class Desk:
    """Both sides' pages; `stick` is what the technician carries."""

    room: Room
    commune: Commune
    here: Flask
    there: Flask
    stick: Path

    def client(self, app: Flask, account: str) -> FlaskClient:
        client = app.test_client()
        log_in(client, account)
        return client

    def work(self, app: Flask) -> None:
        """Do what was ordered, as the process's own thread would."""
        courier_jobs.poll(app.extensions["box"])


@pytest.fixture
def desk(tmp_path: Path, password_hash: str) -> Iterator[Desk]:
    stick = tmp_path / "KINGSTON"
    stick.mkdir()
    with province_room(tmp_path, password_hash) as (room, there):
        commune = room.commune(tmp_path / "commune", stick_folders=(str(stick),))
        commune.line.cut = True
        add_staff(commune.home, password_hash)
        here = create_app(Home(commune.home.root), collect=False)
        yield Desk(room, commune, here, there, stick)
        here.extensions["box"].close()


def post(client: FlaskClient, path: str, **fields: object):  # noqa: ANN201
    data = {"csrf_token": csrf(client, "/chuyen-usb"), **fields}
    return client.post(path, data=data, base_url=HTTPS, headers={"Referer": HTTPS}, content_type="multipart/form-data")


def told(client: FlaskClient) -> str:
    """Give what the page says of the last work."""
    html = client.get("/chuyen-usb/viec", base_url=HTTPS).text
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_a_bundle_goes_by_stick_and_its_answer_comes_back_by_the_pages_alone(desk: Desk) -> None:
    desk.commune.accept("Lê Thị Sông Hậu", SCAN)
    desk.commune.round()
    technician, operator = desk.client(desk.here, TECHNICIAN), desk.client(desk.there, OPERATOR)
    assert "Chưa ghi gói nào" in told(technician)
    assert post(technician, "/chuyen-usb/ghi", place=str(desk.stick), mb="100").status_code == 303
    assert "Đang ghi gói" in told(technician)
    desk.work(desk.here)
    assert "Đã ghi gói số 1" in told(technician) and "Chưa có trả lời" in told(technician)
    bundle = next(desk.stick.glob("*.age"))
    assert post(operator, "/chuyen-usb/doc", file=(BytesIO(bundle.read_bytes()), bundle.name)).status_code == 303
    desk.work(desk.there)
    assert "Xã An Châu, gói số 1" in told(operator) and "Nhận đủ" in told(operator)
    name = re.search(r"motcua-\w+-\d+-tra-loi-0001\.age", told(operator))[0]
    with operator.get(f"/chuyen-usb/tai-ve/{name}", base_url=HTTPS) as answer:
        assert answer.headers["Content-Disposition"].endswith(name)
        (desk.stick / name).write_bytes(answer.data)
    assert post(technician, "/chuyen-usb/doc", answer=str(desk.stick / name)).status_code == 303
    desk.work(desk.here)
    assert "biên nhận số 1" in told(technician) and "Tỉnh đã nhận" in told(technician)
    assert "tỉnh đã nhận, biên nhận 1" in technician.get("/chuyen-usb", base_url=HTTPS).text
    assert list((desk.there.extensions["box"].home.spool / "courier").glob("*.len")) == []


def test_a_bundle_may_be_fetched_by_the_browser_and_nothing_else_of_the_box(desk: Desk) -> None:
    technician = desk.client(desk.here, TECHNICIAN)
    post(technician, "/chuyen-usb/ghi", place="download", mb="100")
    desk.work(desk.here)
    name = re.search(r"motcua-\w+-\d+-goi-0001\.age", told(technician))[0]
    with technician.get(f"/chuyen-usb/tai-ve/{name}", base_url=HTTPS) as answer:
        assert answer.data.startswith(b"age-encryption.org/v1")
    (desk.commune.home.spool / "courier" / "other.age").write_bytes(b"x")
    for wrong in ("other.age", "motcua.toml", name.replace("0001", "0002")):
        assert technician.get(f"/chuyen-usb/tai-ve/{wrong}", base_url=HTTPS).status_code != 200


def test_a_large_file_comes_up_in_pieces_and_a_wrong_piece_says_where_it_stands(desk: Desk) -> None:
    desk.commune.accept(page=SCAN)
    technician, operator = desk.client(desk.here, TECHNICIAN), desk.client(desk.there, OPERATOR)
    post(technician, "/chuyen-usb/ghi", place=str(desk.stick), mb="100")
    desk.work(desk.here)
    data = next(desk.stick.glob("*.age")).read_bytes()
    token = csrf(operator, "/chuyen-usb")

    def send(start: int, end: int):  # noqa: ANN202
        address = f"/chuyen-usb/manh/00000000-0000-0000-0000-000000000007?at={start}&of={len(data)}"
        headers = {"Referer": HTTPS, "X-CSRFToken": token, "Content-Type": "application/octet-stream"}
        return operator.put(address, data=data[start:end], base_url=HTTPS, headers=headers)

    assert send(0, 50_000).json == {"at": 50_000}
    assert send(0, 50_000).status_code == 409
    assert send(60_000, len(data)).json["at"] == 50_000
    assert send(50_000, len(data)).json == {"next": "/chuyen-usb"}
    desk.work(desk.there)
    assert "Nhận đủ" in told(operator)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"place": "/etc", "mb": "100"}, "Không thấy USB đã chọn"),
        ({"place": "download", "mb": "1"}, "Mỗi gói từ 4 đến 4.000 MB"),
        ({"place": "download", "mb": "nhiều"}, "Mỗi gói từ 4 đến 4.000 MB"),
    ],
)
def test_what_cannot_be_written_is_refused_before_anything_begins(desk: Desk, fields: dict, words: str) -> None:
    answer = post(desk.client(desk.here, TECHNICIAN), "/chuyen-usb/ghi", **fields)
    assert answer.status_code == 422 and words in answer.text
    assert courier_jobs.newest(desk.here.extensions["box"]) is None


def test_a_stick_that_was_pulled_out_a_stranger_and_a_second_order_are_said_in_words(desk: Desk) -> None:
    technician, operator = desk.client(desk.here, TECHNICIAN), desk.client(desk.there, OPERATOR)
    post(technician, "/chuyen-usb/ghi", place=str(desk.stick), mb="100")
    again = post(technician, "/chuyen-usb/ghi", place=str(desk.stick), mb="100")
    assert again.status_code == 422 and "Một gói khác đang được ghi" in again.text
    shutil.rmtree(desk.stick)
    desk.work(desk.here)
    assert "Không ghi được vào USB" in told(technician)
    post(operator, "/chuyen-usb/doc", file=(BytesIO(b"a photo"), "motcua-x.age"))
    desk.work(desk.there)
    assert "không phải gói chuyển bằng USB" in told(operator)
    assert "Chưa chọn gói" in post(operator, "/chuyen-usb/doc").text
    assert post(operator, "/chuyen-usb/ghi").status_code == 404


def test_work_that_a_restart_broke_off_is_said_to_be_so(desk: Desk) -> None:
    technician = desk.client(desk.here, TECHNICIAN)
    post(technician, "/chuyen-usb/ghi", place=str(desk.stick), mb="100")
    with desk.here.extensions["box"].writing() as act:
        act.db.conn.execute("UPDATE job SET state = ?", [State.RUNNING])
    desk.work(desk.here)
    assert "Máy chủ khởi động lại giữa chừng" in told(technician)


def test_an_operator_reads_of_a_revoked_device_in_words_meant_for_him(desk: Desk) -> None:
    from sync.province.admission import revoke_device

    technician, operator = desk.client(desk.here, TECHNICIAN), desk.client(desk.there, OPERATOR)
    post(technician, "/chuyen-usb/ghi", place=str(desk.stick), mb="100")
    desk.work(desk.here)
    revoke_device(desk.room.province, desk.commune.box.device, "Máy bị mất", "Sở Mẫu")
    bundle = next(desk.stick.glob("*.age"))
    post(operator, "/chuyen-usb/doc", file=(BytesIO(bundle.read_bytes()), bundle.name))
    desk.work(desk.there)
    assert "Máy ghi gói này đã bị thu hồi" in told(operator)


def test_both_sides_walk_the_whole_way_by_keys(page: Page, desk: Desk) -> None:
    desk.commune.accept("Lê Thị Sông Hậu", SCAN)
    desk.commune.round()
    with serving(desk.here) as here, serving(desk.there) as there:
        login(page, here, TECHNICIAN)
        page.goto(f"{here}/chuyen-usb")
        expect(page.locator("main")).to_contain_text("Chưa ghi gói nào")
        assert_page_good(page)
        shot(page, "courier-empty")
        page.get_by_label("Dung lượng lớn nhất, MB").fill("1")
        press(page, "F9")
        expect(page.locator("#errors")).to_be_focused()
        assert_page_good(page)
        page.get_by_label("Dung lượng lớn nhất, MB").fill("500")
        assert_focus_visible(page)
        press(page, "F9")
        expect(page.locator("#job")).to_contain_text("Đang ghi gói")
        assert_axe_clean(page)
        shot(page, "courier-busy")
        desk.work(desk.here)
        expect(page.locator("#job")).to_contain_text("Đã ghi gói số 1")
        assert_page_good(page)
        shot(page, "courier-written")
        login(page, there, OPERATOR)
        page.goto(f"{there}/chuyen-usb")
        expect(page.locator("main")).to_contain_text("Chưa nhập gói nào")
        shot(page, "courier-province-empty")
        page.set_input_files("#file", next(desk.stick.glob("*.age")))
        press(page, "F9")
        expect(page.locator("#job")).to_contain_text("Đang nhập gói")
        desk.work(desk.there)
        expect(page.locator("#job")).to_contain_text("Xã An Châu, gói số 1")
        assert_page_good(page)
        shot(page, "courier-province")
        with page.expect_download() as fetched:
            page.get_by_role("link", name="Tải trả lời").press("Enter")
        fetched.value.save_as(desk.stick / fetched.value.suggested_filename)
        page.goto(f"{here}/chuyen-usb")
        page.get_by_role("button", name="Đọc trả lời").press("Enter")
        expect(page.locator("#job")).to_contain_text("Đang đọc trả lời")
        desk.work(desk.here)
        expect(page.locator("#job")).to_contain_text("biên nhận số 1")
        page.reload()
        expect(page.locator("header")).to_contain_text("tỉnh đã nhận, biên nhận 1")
        assert_page_good(page)
        shot(page, "courier-answered")
        for width in WIDTHS:
            resize(page, width)
            assert_no_sideways_scroll(page)
            assert_axe_clean(page)
            shot(page, f"courier-answered-{width}")
