"""The day of issue's walk, step by step, as people do it in their browsers. Each step says what the page had told them.

Used by tests/test_day.py and tests/test_day_faults.py. Keyboard first; what is clicked here has a key too.
"""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, Page, expect

from browsing import SIZE, assert_axe_clean, login, press, shot, watch
from demonstration import eventually
from provisioning.demo.people import PASSWORD
from provisioning.demo.plan import Demo

CARD = "089190012345|381234567|Nguyễn Thị Ngọc Ánh|05081990|Nữ|Ấp Long Định, xã An Châu, tỉnh An Giang|10092025"
OTHER_CARD = "089085001234||Trần Văn Đức|12031985|Nam|Ấp Hòa Long, xã An Châu, tỉnh An Giang|10092025"
PINS = {"st01": "11223344", "st02": "22334455", "st09": "33445566"}
PRESSES_MAX = 12
SLOW_MS = 45_000  # Devices and a busy machine; a page itself is never waited for this long.


@dataclass
class Told:
    """What a browser was told and must stay true: the code of an accepted dossier and the words around it."""

    code: str
    toast: str


@contextmanager
def person(browser: Browser, demo: Demo, account: str, counter: int = 0, province: bool = False) -> Iterator[Page]:
    """Sit a person down at a browser of their own, logged in; what must never happen on a page fails at the end."""
    context = browser.new_context(viewport=SIZE, locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh", ignore_https_errors=True)
    context.set_default_timeout(15_000)
    page = context.new_page()
    complaints = watch(page)
    login(page, demo.province_url if province else demo.commune_url, account, PASSWORD, counter)
    yield page
    context.close()
    assert complaints == []


def turn_line(demo: Demo, path: str) -> None:
    """Turn the line: /cut or /restore."""
    urllib.request.urlopen(urllib.request.Request(demo.switch_url + path, method="POST"), timeout=10).close()


def feeder(demo: Demo, **order: object) -> None:
    """Tell the scanner simulator what lies in its feeder and how it behaves."""
    url, headers = f"http://127.0.0.1:{demo.scanner_port}/sim", {"Content-Type": "application/json"}
    request = urllib.request.Request(url, json.dumps(order).encode(), headers)
    assert eventually(lambda: urllib.request.urlopen(request, timeout=10).close() is None)


def new_reception(page: Page, card: str, procedure: str) -> None:
    """Open the form, read the card, find the procedure by words without marks."""
    press(page, "F9")
    fill_reception(page, card, procedure)


def form_answers(page: Page) -> None:
    """Wait until the form is there and its scripts answer keys."""
    expect(page.get_by_role("heading", name="Tiếp nhận hồ sơ")).to_be_visible(timeout=SLOW_MS)
    expect(page.locator("[data-combobox][data-ready]")).to_be_visible()


def fill_reception(page: Page, card: str, procedure: str) -> None:
    """Read the card into its field and choose the procedure, on an open form."""
    form_answers(page)
    press(page, "F2")
    page.keyboard.insert_text(card)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Họ, chữ đệm và tên").first).to_have_value(card.split("|")[2])
    press(page, "F4")
    page.keyboard.type(procedure)
    page.locator(f"#procedure-list[data-for='{procedure}'] [role=option]").first.wait_for()
    page.keyboard.press("Enter")
    expect(page.locator("#facts")).to_contain_text("Hẹn trả kết quả")


def tick(page: Page, component: str, pages_into: bool = False) -> None:
    """Tick a component; with `pages_into` the scanner's pages go there."""
    page.get_by_label(f"Có: {component}").first.check()
    if pages_into:
        into = page.locator("#into")
        wanted = into.locator("option", has_text=component[:24]).first.get_attribute("value")
        into.select_option(wanted)


def scan(page: Page, have: int) -> None:
    """F8, and wait until so many thumbnails lie there."""
    press(page, "F8")
    expect(page.locator("#scans a.thumb")).to_have_count(have, timeout=SLOW_MS)


def saved(page: Page) -> None:
    """Wait until the page says that the draft is saved."""
    expect(page.locator("#saved")).to_contain_text("Đã lưu nháp")


def accept(page: Page) -> Told:
    """F9; gives what the page then said."""
    press(page, "F9")
    return told(page)


def told(page: Page) -> Told:
    """Read the code in the words after an acceptance; the form is empty for the next citizen."""
    toast = page.locator(".toast")
    expect(toast).to_contain_text("Đã tiếp nhận", timeout=SLOW_MS)
    words = toast.inner_text()
    code = next(word for word in words.split() if word.count("-") == 2).strip(".,·")
    expect(page.get_by_label("Họ, chữ đệm và tên").first).to_have_value("")
    return Told(code, words)


def look(page: Page, name: str) -> None:
    """Keep a picture and let axe judge the page."""
    shot(page, name)
    assert_axe_clean(page)


def take_and_prepare(page: Page, code: str, answers: dict[str, str]) -> None:
    """Take a dossier from the queue, read its pages, fill in the result, submit it."""
    page.get_by_role("navigation").get_by_role("link", name="Việc của tôi").click()
    expect(page.get_by_role("heading", name="Việc của tôi", exact=True)).to_be_visible()
    page.get_by_label(f"Chọn {code}").check()
    press(page, "F9")
    expect(page.locator(".toast")).to_contain_text("nhận")
    open_result(page, code)
    for label, words in answers.items():
        page.get_by_label(label).first.fill(words)
    expect(page.locator("#preview img").first).to_be_visible(timeout=SLOW_MS)


def open_result(page: Page, code: str) -> None:
    """Find the dossier on any page by Ctrl+K and open the form of its result."""
    page.keyboard.press("Control+k")
    page.keyboard.type(code)
    expect(page.get_by_role("dialog", name="Tìm hoặc chạy lệnh").get_by_role("option").first).to_contain_text(code)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=code)).to_be_visible()
    press(page, "F9")
    expect(page.locator("#preview")).to_be_visible()


def sign(page: Page, demo: Demo, where: str, account: str, count: int, pin: str = "") -> None:
    """See every page of every paper by the space bar, which also chooses it, and sign or seal all with one PIN."""
    page.goto(f"{demo.commune_url}/{where}")
    for n in range(1, count + 1):
        choose(page, n)
    expect(page.locator("#sign-button")).to_be_enabled()  # Not before the token was seen.
    press(page, "F9")
    page.locator("#sign-form input[type=password]").fill(pin or PINS[account])
    expect(page.locator("#sign-button")).to_be_enabled()
    press(page, "F9")


def choose(page: Page, n: int) -> None:
    """Press the space bar until the n-th paper is chosen: each press shows the part of the page not yet seen."""
    chosen = page.locator("#sign-form input[name=document]")
    for _ in range(PRESSES_MAX):
        page.keyboard.press("Space")
        page.wait_for_timeout(400)
        if chosen.count() >= n:
            return
    expect(chosen).to_have_count(n)


def find_for_return(page: Page, words: str) -> None:
    """At the returns desk: scan the slip or type words, and open the one dossier they lead to."""
    page.get_by_role("navigation").get_by_role("link", name="Trả kết quả").click()
    expect(page.get_by_role("heading", name="Trả kết quả", exact=True)).to_be_visible()
    press(page, "F2")
    page.keyboard.insert_text(words)
    page.keyboard.press("Enter")


def hand_over(page: Page) -> None:
    """F9 at a result that can go."""
    expect(page.get_by_text("Trả được.")).to_be_visible(timeout=SLOW_MS)
    press(page, "F9")
    expect(page.get_by_text("Đã trả").first).to_be_visible()


def certify(page: Page, demo: Demo, code: str, signer: str) -> None:
    """The clerk enters certified copies, signed by hand, in their register."""
    page.goto(f"{demo.commune_url}/vao-so")
    page.get_by_role("link", name=code).click()
    page.get_by_label("Người đã ký tay").select_option(signer)
    press(page, "F9")
    expect(page.get_by_text("Đã vào sổ").first).to_be_visible()


def take_fee(page: Page, code: str, given: str) -> None:
    """The cashier takes the money of a dossier."""
    page.get_by_role("navigation").get_by_role("link", name="Thu phí").click()
    expect(page.get_by_role("heading", name="Thu phí, lệ phí", exact=True)).to_be_visible()
    press(page, "F2")
    page.keyboard.insert_text(code)
    page.keyboard.press("Enter")
    page.get_by_label("Khách đưa").fill(given)
    press(page, "F9")
    expect(page.get_by_text("Đã thu").first).to_be_visible()
