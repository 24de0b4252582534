"""The components and their scripts, on one page that holds each of them once."""

import re
from pathlib import Path

import pytest
from flask import Blueprint, Flask, Response, current_app, jsonify, render_template_string, request
from playwright.sync_api import Page, expect

from browsing import assert_focus_visible, assert_page_good, focused, login, press, shot
from web import per_request
from web.per_request import act

PAGE = Path(__file__).with_name("trial_page.html")
CARD = "089190126612||Nguyễn Thị Ngọc Ánh|05081990|Nữ|Ấp Long Định, Xã An Châu|01072021"
LISTENER = """
const heard = document.getElementById("heard");
document.addEventListener("scan", (e) => { heard.textContent = "scan " + e.detail.value; });
document.addEventListener("click", (e) => { if (e.target.value) heard.textContent = "click " + e.target.value; });
document.getElementById("procedure").addEventListener("change", (e) => { heard.textContent = "chose " + e.target.value; });
"""
PROCEDURES = {"1.001193": "Đăng ký khai sinh", "1.004884": "Đăng ký lại khai sinh", "2.000528": "Khai sinh có yếu tố nước ngoài"}
OPTIONS = """{% import "macros/fields.html" as fields with context %}
{% for code, words in found.items() %}{{ fields.option(code, words, code) }}{% endfor %}"""


@pytest.fixture
def app(app: Flask) -> Flask:
    """Add a page with every component, and what its scripts ask for."""
    trial = Blueprint("trial", __name__)
    app.extensions["saved"] = []

    @trial.get("/thu")
    @act("own_work")
    def show() -> str:
        return render_template_string(PAGE.read_text(encoding="utf-8"))

    @trial.get("/thu/nghe.js")
    @act("own_work")
    def listener() -> Response:
        return Response(LISTENER, mimetype="text/javascript")

    @trial.post("/thu/nhap")
    @act("own_work")
    def save() -> Response | tuple[Response, int]:
        if current_app.extensions.get("broken"):
            return jsonify({}), 500
        current_app.extensions["saved"].append(request.form.to_dict())
        return jsonify({"saved_at": "09:15:32"})

    @trial.post("/thu/nhan")
    @act("own_work")
    def accept() -> str:
        return "nhận"

    @trial.get("/thu/thu-tuc")
    @act("own_work")
    def procedures() -> str:
        asked = request.args["q"]
        found = {code: words for code, words in PROCEDURES.items() if "khai" in asked and ("lai" not in asked or "lại" in words)}
        return render_template_string(OPTIONS, found=found)

    app.register_blueprint(trial)
    per_request.declare(app)
    return app


@pytest.fixture
def trial(page: Page, live_server: str) -> Page:
    """Open the page as a receptionist."""
    login(page, live_server, "st04")
    page.goto(f"{live_server}/thu")
    return page


def heard(page: Page, words: str) -> None:
    """Wait until the page's listener says so."""
    expect(page.locator("#heard")).to_have_text(words)


def test_every_component_is_good_at_every_width(trial: Page) -> None:
    shot(trial, "thanh-phan")
    assert_page_good(trial)


def test_every_component_is_good_in_the_airy_density(trial: Page, live_server: str) -> None:
    trial.goto(f"{live_server}/tai-khoan")
    trial.get_by_label("Thoáng, chữ lớn hơn").check()
    trial.get_by_role("button", name="Áp dụng").click()
    trial.goto(f"{live_server}/thu")
    assert trial.locator("html").get_attribute("data-density") == "thoang"
    assert_page_good(trial)


def test_the_summary_of_errors_has_focus_and_leads_to_the_field(trial: Page) -> None:
    expect(trial.locator("#errors")).to_be_focused()
    trial.keyboard.press("Tab")
    trial.keyboard.press("Enter")
    expect(trial.locator("#phone")).to_be_focused()


def test_a_card_read_into_the_scan_field_keeps_every_mark(trial: Page) -> None:
    press(trial, "F2")
    assert focused(trial).startswith("Quét hoặc nhập")
    trial.keyboard.type(CARD)
    trial.keyboard.press("Enter")
    heard(trial, f"scan {CARD}")


def test_a_card_read_into_another_field_is_taken_out_and_goes_to_the_scan_field(trial: Page) -> None:
    for label, old in (("Họ, chữ đệm và tên", "Nguyễn Thị Ngọc Ánh"), ("Nơi cư trú", "Ấp Long Định")):
        trial.locator("#heard").evaluate("e => { e.textContent = ''; }")
        field = trial.get_by_label(label)
        field.focus()
        trial.keyboard.press("End")
        trial.keyboard.type(CARD)
        trial.keyboard.press("Enter")
        heard(trial, f"scan {CARD}")
        expect(field).to_have_value(old)
        expect(trial.locator("[data-scan]")).to_have_value(CARD)


def test_a_card_pasted_into_another_field_is_rerouted_without_enter(trial: Page) -> None:
    field = trial.get_by_label("Họ, chữ đệm và tên")
    field.focus()
    trial.keyboard.insert_text(CARD)
    heard(trial, f"scan {CARD}")
    expect(field).to_have_value("Nguyễn Thị Ngọc Ánh")


def test_typing_finds_a_procedure_and_arrows_choose_it(trial: Page) -> None:
    press(trial, "F4")
    trial.keyboard.type("khai sinh")
    expect(trial.locator("#procedure-list [role=option]")).to_have_count(3)
    shot(trial, "hop-chon")
    trial.keyboard.press("ArrowDown")
    trial.keyboard.press("Enter")
    heard(trial, "chose 1.004884")
    expect(trial.get_by_role("combobox", name="Thủ tục")).to_have_value("Đăng ký lại khai sinh")
    trial.keyboard.type("x")
    trial.keyboard.press("Escape")
    trial.keyboard.press("Tab")
    expect(trial.get_by_role("combobox", name="Thủ tục")).to_have_value("Đăng ký lại khai sinh")


def test_a_quick_hand_never_chooses_from_a_list_that_answers_older_words(trial: Page) -> None:
    press(trial, "F4")
    trial.keyboard.type("khai")
    expect(trial.locator("#procedure-list [role=option]")).to_have_count(3)
    trial.keyboard.type(" lai")
    trial.keyboard.press("Enter")
    expect(trial.locator("#procedure-list[data-for='khai lai'] [role=option]")).to_have_count(1)
    expect(trial.locator("#heard")).not_to_have_text("chose 1.001193")


def test_a_draft_saves_itself_with_composed_letters(trial: Page, app: Flask) -> None:
    trial.get_by_label("Họ, chữ đệm và tên").fill("Nguye\u0302\u0303n")
    expect(trial.locator("#saved")).to_have_text("Đã lưu nháp 09:15:32")
    assert app.extensions["saved"][-1]["name"] == "Nguyễn"


def test_what_could_not_be_saved_comes_back_with_the_page(trial: Page, app: Flask) -> None:
    app.extensions["broken"] = True
    trial.get_by_label("Họ, chữ đệm và tên").fill("Y Blứt Niê")
    trial.get_by_label("Qua bưu chính công ích").check()
    expect(trial.locator("#saved")).to_contain_text("Chưa lưu được nháp")
    trial.goto("about:blank")
    app.extensions["broken"] = False
    trial.go_back()
    expect(trial.get_by_label("Họ, chữ đệm và tên")).to_have_value("Y Blứt Niê")
    expect(trial.get_by_label("Qua bưu chính công ích")).to_be_checked()
    expect(trial.locator("#saved")).to_have_text("Đã lưu nháp 09:15:32")
    assert app.extensions["saved"][-1]["name"] == "Y Blứt Niê"


def test_a_table_is_one_tab_stop_and_is_worked_by_arrows_and_space(trial: Page) -> None:
    trial.get_by_role("link", name="H99-1").focus()
    trial.keyboard.press("ArrowDown")
    assert focused(trial) == "H99-2"
    trial.keyboard.press("Space")
    expect(trial.locator("[data-selected]")).to_have_text("Đã chọn 1")
    trial.keyboard.press("End")
    trial.keyboard.press("Space")
    expect(trial.locator("[data-selected]")).to_have_text("Đã chọn 2")
    trial.keyboard.press("Enter")
    expect(trial).to_have_url(re.compile("#row-3$"))
    trial.keyboard.press("Shift+Tab")
    assert focused(trial) == "Chọn tất cả"


def test_pages_of_paper_are_worked_by_keys(trial: Page) -> None:
    trial.get_by_role("link", name="Trang 1").focus()
    trial.keyboard.press("ArrowRight")
    assert focused(trial) == "Trang 2, mờ"
    trial.keyboard.press("r")
    heard(trial, "click rotate")
    trial.keyboard.press("Alt+ArrowLeft")
    heard(trial, "click left")
    trial.keyboard.press("Escape")
    assert focused(trial) != "Trang 2, mờ"


def test_function_keys_press_what_they_are_written_on(trial: Page) -> None:
    trial.get_by_label("Họ, chữ đệm và tên").focus()
    press(trial, "F8")
    heard(trial, "click F8")
    press(trial, "F9")
    trial.wait_for_url("**/thu/nhan")


def test_a_dialog_takes_the_keys_and_gives_the_focus_back(trial: Page) -> None:
    opener = trial.get_by_role("link", name="Từ chối…")
    opener.click()
    dialog = trial.get_by_role("dialog", name="Từ chối tiếp nhận?")
    expect(dialog.get_by_label("Lý do")).to_be_focused()
    press(trial, "F9")
    expect(dialog).to_be_visible()
    press(trial, "Control+Enter")
    heard(trial, "click refused")
    trial.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def test_everything_that_takes_focus_can_be_seen(trial: Page) -> None:
    trial.locator("body").evaluate("() => document.activeElement.blur()")
    for _ in range(24):
        trial.keyboard.press("Tab")
        assert_focus_visible(trial)
