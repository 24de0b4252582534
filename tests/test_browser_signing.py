"""Leader and clerk in a real browser, by keyboard, with the real token worker: pages seen, one PIN, number and seal."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Page, expect

from appliance.documents import Signature
from appliance.dossier import Status
from browsing import WIDTHS, assert_focus_visible, assert_page_good, login, press, resize, shot
from signing_office import Office
from web import collector

TWO_PAGES = {"noi_cu_tru": "Ấp Long Định, xã An Châu, tỉnh An Giang. " * 60}


@pytest.fixture
def office(app, ca, drawer):
    office = Office(app, ca, drawer)
    yield office
    office.kill()


@pytest.fixture
def collecting(office, monkeypatch):
    """Let the collector run as in the real process; no browser is needed for it."""
    monkeypatch.setattr(collector, "POLLS", {"token": collector.POLLS["token"]})
    stop = collector.start(office.box)
    yield
    stop.set()


def open_desk(page: Page, live_server: str, account: str, name: str) -> None:
    login(page, live_server, account)
    page.get_by_role("navigation", name="Công việc").get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    expect(page.locator("#token")).to_contain_text("Đã cắm USB Token")


def choose_all(page: Page, count: int, presses_max: int = 60) -> None:
    """Press Space until every document is chosen, as somebody does who looks through them."""
    for _ in range(presses_max):
        if page.locator("#papers .badge", has_text="Đã xem, chọn").count() == count:
            return
        page.keyboard.press("Space")
        page.wait_for_load_state("networkidle")
        expect(page.locator("#desk")).not_to_have_attribute("aria-busy", "true")
    raise AssertionError(page.locator("#papers").inner_text())


def enter_pin(page: Page, pin: str) -> None:
    press(page, "F9")
    expect(page.locator("#pin")).to_be_focused()
    page.keyboard.type(pin)
    press(page, "F9")


def test_the_leader_looks_through_and_signs_by_keyboard_alone(page: Page, live_server, office, collecting):
    dossiers = [*office.submit(4), *office.submit(1, **TWO_PAGES)]
    assert [office.result(one).pages for one in dossiers] == [1, 1, 1, 1, 2]
    open_desk(page, live_server, "st01", "Bàn ký")
    expect(page.locator("#counts")).to_contain_text("đã xem 0/5")
    expect(page.locator("#choose button")).to_be_disabled()  # The lower edge of the page was not on the screen yet.
    shot(page, "ban-ky-1")
    assert_page_good(page)
    page.reload()  # A wide window may have shown the whole page.
    choose_all(page, 5)
    expect(page.locator("#counts")).to_contain_text("đã xem 5/5")
    for width in WIDTHS:
        resize(page, width)
        shot(page, f"ban-ky-2-{width}")
    resize(page, WIDTHS[0])
    press(page, "F9")
    expect(page.locator("#pin")).to_be_focused()
    assert_focus_visible(page)
    enter_pin(page, office.tokens["lanh-dao-st01"].pin)
    expect(page.locator("#sign-bar .run")).to_be_visible()
    expect(page.locator("#counts")).to_contain_text("Chờ ký")
    shot(page, "ban-ky-3")
    expect(page.locator("#news")).to_contain_text("Đã ký 5/5 văn bản", timeout=30_000)
    expect(page.locator("#papers .badge", has_text="Đã ký")).to_have_count(5)
    expect(page.get_by_text("Đã ký tại đây", exact=True)).to_be_visible()
    shot(page, "ban-ky-4")
    assert [office.result(one).signature for one in dossiers] == [Signature.SIGNED] * 5
    assert_page_good(page)
    assert office.tokens["lanh-dao-st01"].pin not in page.content()


def test_the_leader_unchooses_moves_by_arrows_and_gives_back_with_a_reason(page: Page, live_server, office):
    first, second = office.submit(2)
    open_desk(page, live_server, "st01", "Bàn ký")
    choose_all(page, 2)
    page.keyboard.press("ArrowUp")
    expect(page.locator(f"#paper-{office.result(first).id}")).to_have_attribute("aria-current", "true")
    expect(page.locator(f"#paper-{office.result(first).id}")).to_be_focused()
    page.keyboard.press("Space")
    expect(page.locator("#sign-button")).to_contain_text("Ký 1 văn bản")
    page.get_by_role("link", name="Trả lại…").click()
    expect(page.get_by_label("Lý do")).to_be_focused()
    shot(page, "ban-ky-tra-lai")
    assert_page_good(page)
    page.keyboard.type("Sai năm sinh")
    press(page, "Control+Enter")
    expect(page.locator("#counts")).to_contain_text("Chờ ký 1")
    assert (office.result(first).sent_back, office.result(second).signature) == ("Sai năm sinh", Signature.SUBMITTED)


def test_a_wrong_pin_and_a_pulled_token_are_said_on_the_page_while_it_stays_open(page: Page, live_server, office, collecting):
    office.submit(2)
    open_desk(page, live_server, "st01", "Bàn ký")
    choose_all(page, 2)
    enter_pin(page, "99999999")
    expect(page.locator("#news")).to_contain_text("Sai mã PIN, đã mất một lần thử", timeout=20_000)
    expect(page.locator("#sign-bar")).to_contain_text("không báo còn mấy lần")
    shot(page, "ban-ky-sai-pin")
    assert_page_good(page)
    page.locator("#pin").fill("12")
    place = office.pull("lanh-dao-st01")
    expect(page.locator("#token")).to_contain_text("USB Token của người khác", timeout=15_000)
    expect(page.locator("#why")).to_contain_text("không phải của người đang ký")
    expect(page.locator("#sign-button")).to_be_disabled()
    expect(page.locator("#pin")).to_have_value("12")
    shot(page, "ban-ky-rut-token")
    assert_page_good(page)
    office.plug("lanh-dao-st01", place)
    expect(page.locator("#sign-button")).to_be_enabled(timeout=15_000)
    page.locator("#pin").fill(office.tokens["lanh-dao-st01"].pin)
    press(page, "F9")
    expect(page.locator("#news")).to_contain_text("Đã ký 2/2 văn bản", timeout=20_000)


def test_a_document_that_arrives_appears_and_the_empty_desk_says_so(page: Page, live_server, office):
    open_desk(page, live_server, "st01", "Bàn ký")
    expect(page.get_by_text("Không còn văn bản chờ ký. Tốt!")).to_be_visible()
    shot(page, "ban-ky-trong")
    assert_page_good(page)
    office.submit(1)
    expect(page.locator("#papers .item")).to_have_count(1, timeout=10_000)
    press(page, "F1")
    expect(page.locator("#help")).to_contain_text("nhập PIN")
    page.keyboard.press("Escape")


def test_the_clerk_numbers_and_seals_by_keyboard_alone(page: Page, live_server, office, collecting):
    dossiers = office.submit(3)
    with ThreadPoolExecutor(1) as elsewhere:  # The browser's own event loop runs in this thread.
        elsewhere.submit(lambda: office.collected(office.order(dossiers))).result()
    open_desk(page, live_server, "st09", "Đóng dấu")
    expect(page.get_by_text("Chữ ký lãnh đạo hợp lệ: Nguyễn Minh Họa")).to_be_visible()
    shot(page, "dong-dau-1")
    assert_page_good(page)
    page.reload()
    choose_all(page, 3)
    enter_pin(page, office.tokens["con-dau"].pin)
    expect(page.locator("#news")).to_contain_text("Đã đóng dấu 3/3 văn bản", timeout=30_000)
    expect(page.locator("#news")).to_contain_text("chờ dấu thời gian")
    shot(page, "dong-dau-2")
    assert_page_good(page)
    assert [office.dossier(one).status for one in dossiers] == [Status.DONE] * 3
    page.get_by_role("navigation", name="Công việc").get_by_role("link", name="Sổ đăng ký").click()
    expect(page.get_by_role("rowheader")).to_have_text(["03/UBND-XNTTHN", "02/UBND-XNTTHN", "01/UBND-XNTTHN"])
    shot(page, "so-van-ban")
    assert_page_good(page)
