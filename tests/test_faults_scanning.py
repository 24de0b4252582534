"""Faults at the scanner, seen in a browser on the demonstration: a jam, and every process on a page's way dying under it."""

import re
from contextlib import closing, suppress

import psutil
from playwright.sync_api import Browser, Page, expect

import day
from appliance import database, drafts
from browsing import CHROMIUM, LAUNCH, press, shot
from faults import WEB, Person, kill, killed
from provisioning.demo.plan import Demo
from test_day_faults import open_form

ACCOUNT, OFFICER = "st04", "ST04"
SCANNER = "scan-quay-1"
JAMMED, CUT, DRAFTED = Person("Hứa Thử Giấy", 101), Person("Hứa Thử Quét", 102), Person("Hứa Thử Nháp", 103)

SHEETS = {"page_put": ["giay-chung-sinh", "giay-uy-quyen"], "page_stored": ["to-khai-khai-sinh", "to-khai-hon-nhan"]}


def begin(page: Page, person: Person) -> None:
    """Open a form and choose where pages go."""
    open_form(page)
    day.fill_reception(page, person.card, "tinh trang hon nhan")
    page.get_by_label("Lệ phí hộ tịch").fill("0")
    day.tick(page, "Tờ khai cấp Giấy xác nhận", pages_into=True)
    day.saved(page)


def shown(page: Page) -> list[str]:
    """List the pages whose thumbnails the browser shows, in order."""
    return page.locator("#scans a.thumb").evaluate_all("thumbs => thumbs.map(thumb => thumb.dataset.page)")


def stored(demo: Demo, person: Person) -> list[tuple[str, str]]:
    """List the pages that the person's draft holds, in order: id and digest."""
    db = database.connect(demo.commune.database, readonly=True)
    with closing(db.conn):
        (draft,) = [one for one in drafts.open_of(db, OFFICER) if one.body.applicant.get("number") == person.number]
    return [(page.id, page.digest) for page in draft.pages]


def assert_pages_are(demo: Demo, page: Page, person: Person, count: int) -> None:
    """Every thumbnail shown is a page of the draft, none twice, every sheet once."""
    kept = stored(demo, person)
    assert [name for name, _ in kept] == shown(page)
    assert len({digest for _, digest in kept}) == len(kept) == count


def test_a_jam_at_page_two_keeps_page_one_and_f8_goes_on_at_two(browser: Browser, demonstration: Demo) -> None:
    demo = demonstration
    with day.person(browser, demo, ACCOUNT, counter=1) as page:
        begin(page, JAMMED)
        day.feeder(demo, load=3, refill=False, jam_after=1)
        press(page, "F8")
        expect(page.get_by_role("alert").filter(has_text="kẹt giấy")).to_contain_text("Đã lưu 1 trang.", timeout=day.SLOW_MS)
        expect(page.locator("#scans")).to_contain_text("đặt lại từ trang 2 rồi bấm F8")
        (first,) = shown(page)
        shot(page, "loi-ket-giay")
        day.feeder(demo, load=["giay-chung-sinh", "giay-uy-quyen"], jam=False, refill=False)
        day.scan(page, have=3)
        assert shown(page)[0] == first
        assert_pages_are(demo, page, JAMMED, 3)
        day.accept(page)


def test_no_page_shown_is_lost_or_doubled_when_a_process_on_its_way_dies(browser: Browser, demonstration: Demo) -> None:
    demo = demonstration
    with day.person(browser, demo, ACCOUNT, counter=1) as page:
        begin(page, CUT)
        have = 0
        for label, kinds in SHEETS.items():
            day.feeder(demo, load=kinds, refill=False)
            have += len(kinds)
            with killed(demo, label, WEB):
                press(page, "F8")
            expect(page.locator("#scans a.thumb")).to_have_count(have, timeout=day.SLOW_MS)
            assert_pages_are(demo, page, CUT, have)
        scan_on_after_the_worker_died(page, demo, have)
        day.accept(page)


def scan_on_after_the_worker_died(page: Page, demo: Demo, have: int) -> None:
    """The worker of the scanner dies at the first of two sheets: the page says from which sheet to go on, and F8 does."""
    day.feeder(demo, load=2, refill=False)
    with killed(demo, "scan_page_stored", SCANNER):
        press(page, "F8")
    alert = page.get_by_role("alert").filter(has_text="Việc quét dừng giữa chừng")
    expect(alert).to_be_visible(timeout=day.SLOW_MS)
    words = alert.inner_text()
    shot(page, "loi-may-quet-dung")
    assert int(re.search(r"Đã lưu (\d+) trang", words)[1]) == len(shown(page)), words
    day.feeder(demo, load=["giay-xac-nhan"], refill=False)
    day.scan(page, have=len(shown(page)) + 1)


def test_a_draft_outlives_the_browser_and_the_server(browser: Browser, demonstration: Demo) -> None:
    demo = demonstration
    others = set(psutil.Process().children(recursive=True))
    doomed = browser.browser_type.launch(executable_path=CHROMIUM, args=LAUNCH)
    processes = set(psutil.Process().children(recursive=True)) - others
    context = doomed.new_context(ignore_https_errors=True)
    page = context.new_page()
    day.login(page, demo.commune_url, ACCOUNT, day.PASSWORD, 1)
    begin(page, DRAFTED)
    day.feeder(demo, load=1, refill=False)
    day.scan(page, have=1)
    page.get_by_role("textbox", name="Điện thoại").fill("0912000103")
    with killed(demo, "draft_saved", WEB):
        page.get_by_role("textbox", name="Điện thoại").press("Tab")
    day.saved(page)
    told = shown(page)
    for one in processes:
        with suppress(psutil.NoSuchProcess):
            one.kill()
    kill(demo, WEB)
    with day.person(browser, demo, ACCOUNT, counter=1) as page:
        page.get_by_role("link").filter(has_text=DRAFTED.name).first.click()
        expect(page.get_by_label("Họ, chữ đệm và tên").first).to_have_value(DRAFTED.name)
        expect(page.get_by_role("textbox", name="Điện thoại")).to_have_value(re.compile("0?912.?000.?103"))
        expect(page.get_by_label("Có: Tờ khai cấp Giấy xác nhận").first).to_be_checked()
        expect(page.locator("#scans a.thumb")).to_have_count(1)
        assert shown(page) == told
        assert_pages_are(demo, page, DRAFTED, 1)
        day.accept(page)
