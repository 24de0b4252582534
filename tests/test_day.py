"""One day of a commune, whole: the line is cut from the first citizen to the seal, restored, and everything is true everywhere.

Real programs under the demonstration's own supervisor, nginx in front, a real browser for every person.
"""

import io
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pypdfium2
import zxingcpp
from playwright.sync_api import Browser, Page, expect

import day
from appliance import database, files, ledger, queries, rows, signatures, trust, verify
from appliance.clock import stamp
from appliance.config import Home
from appliance.documents import Signature
from appliance.dossier import Dossier, Status
from browsing import press
from demonstration import eventually
from provisioning.demo.plan import Demo
from replica import assert_copy_equal
from sync import compare
from sync.compare import Difference

ANSWERS = {
    "Dân tộc": "Kinh",
    "Quốc tịch": "Việt Nam",
    "Tình trạng hôn nhân": "Hiện tại chưa đăng ký kết hôn với ai.",
    "Mục đích sử dụng": "Để đăng ký kết hôn",
}


def dossier_of(demo: Demo, code: str) -> Dossier:
    """Read a dossier from the box's own rows."""
    db = database.connect(demo.commune.database, readonly=True)
    try:
        found = rows.load(db, queries.by_code(db, code))
        assert found
        return found
    finally:
        db.conn.close()


def test_the_whole_day(browser: Browser, demonstration: Demo) -> None:
    demo = demonstration
    day.turn_line(demo, "/cut")
    marriage, copies = receive(browser, demo)
    check_slips(demo, marriage, copies)
    process(browser, demo, marriage, copies)
    sign_and_seal(browser, demo, marriage)
    finish_copies_offline(browser, demo, copies)
    wait_for_the_line(browser, demo, marriage)
    day.turn_line(demo, "/restore")
    everything_reaches_the_province(demo, marriage)
    the_province_shows_it(browser, demo, marriage)
    return_it(browser, demo, marriage)
    everything_is_equal(demo)
    a_flipped_byte_and_a_missing_file_are_found(demo, marriage)


def receive(browser: Browser, demo: Demo) -> tuple[str, str]:
    """Steps 1-3: card, procedure, draft, pages scanned, one again, one turned, two moved; accepted with number and slip."""
    with day.person(browser, demo, "st04", counter=1) as page:
        day.feeder(demo, load=3, refill=False)
        day.new_reception(page, day.CARD, "tinh trang hon nhan")
        page.get_by_label("Lệ phí hộ tịch").fill("0")
        page.get_by_role("textbox", name="Điện thoại").fill("0912345678")
        day.tick(page, "Tờ khai cấp Giấy xác nhận", pages_into=True)
        day.scan(page, have=3)
        rework_pages(page, demo)
        day.saved(page)
        day.look(page, "ngay-1-tiep-nhan")
        marriage = day.accept(page).code
        day.feeder(demo, load=1, refill=False)
        day.fill_reception(page, day.OTHER_CARD, "chung thuc ban sao tu ban chinh")
        page.get_by_label("Tên bản chính 1", exact=True).fill("Bằng tốt nghiệp")
        page.get_by_label("Số trang bản chính 1", exact=True).fill("2")
        page.get_by_label("Số bản cần chứng thực 1", exact=True).fill("3")
        day.saved(page)
        copies = day.accept(page).code
    return marriage, copies


def rework_pages(page: Page, demo: Demo) -> None:
    """Scan the last page again, turn it, and let it change places with its neighbour."""
    thumbs = page.locator("#scans a.thumb")
    before = [thumbs.nth(n).get_attribute("data-page") for n in range(3)]
    day.feeder(demo, load=1, refill=False)
    thumbs.nth(2).focus()
    press(page, "Shift+F8")
    expect(page.locator(f"#page-{before[2]}")).to_have_count(0, timeout=day.SLOW_MS)
    expect(thumbs).to_have_count(3)
    again = thumbs.nth(2).get_attribute("data-page")
    thumbs.nth(2).focus()
    page.keyboard.press("r")
    expect(page.locator(f"#page-{again} img")).to_have_attribute("src", re.compile("t=1"))
    page.locator(f"#page-{again}").focus()
    page.keyboard.press("Alt+ArrowLeft")
    expect(thumbs.nth(1)).to_have_attribute("data-page", again or "")


def check_slips(demo: Demo, *codes: str) -> None:
    """The printed thing is the stored PDF, its digest stands in the event, and a reader reads it back at 200 dpi."""
    for code in codes:
        dossier = dossier_of(demo, code)
        stored = files.read(demo.commune, dossier.slip)
        printed = demo.printer / "printed"
        assert eventually(lambda: any(path.read_bytes() == stored for path in printed.glob("*.pdf"))), code  # noqa: B023
        image = pypdfium2.PdfDocument(io.BytesIO(stored))[0].render(scale=200 / 72).to_pil()
        texts = [found.text for found in zxingcpp.read_barcodes(image)]
        assert any(text.startswith(f"{code}|") for text in texts), texts


def process(browser: Browser, demo: Demo, marriage: str, copies: str) -> None:
    """Step 4: the specialist takes both, reads the pages, prepares and submits."""
    with day.person(browser, demo, "st08") as page:
        day.take_and_prepare(page, marriage, ANSWERS)
        day.look(page, "ngay-4-soan-ket-qua")
        submit(page)
        day.take_and_prepare(page, copies, {})
        submit(page)


def submit(page: Page) -> None:
    """F9 on a filled result."""
    press(page, "F9")
    expect(page.get_by_text("trình").first).to_be_visible()
    expect(page.locator("#preview")).to_have_count(0, timeout=day.SLOW_MS)


def sign_and_seal(browser: Browser, demo: Demo, marriage: str) -> None:
    """Steps 5-6: seen page by page, signed with one PIN; number and date from the register, sealed with the office's token."""
    with day.person(browser, demo, "st01") as page:
        day.sign(page, demo, "ban-ky", "st01", 1)
        expect(page.get_by_text("Đã ký 1/1 văn bản")).to_be_visible(timeout=day.SLOW_MS)
        day.look(page, "ngay-5-ban-ky")
    assert dossier_of(demo, marriage).signature == Signature.SIGNED
    with day.person(browser, demo, "st09") as page:
        day.sign(page, demo, "dong-dau", "st09", 1)
        expect(page.get_by_text("Đã đóng dấu 1/1 văn bản")).to_be_visible(timeout=day.SLOW_MS)
        day.look(page, "ngay-6-dong-dau")
    dossier = dossier_of(demo, marriage)
    assert (dossier.status, dossier.signature) == (Status.DONE, Signature.SEALED)
    found = judged(demo.commune, dossier.result.file)
    assert [(one.kind, one.intact) for one in found] == [("leader", True), ("organisation", True)]


def judged(home: Home, digest: str) -> list[signatures.SignatureFinding]:
    """Judge a stored PDF's signatures, in a thread of its own: the browser's loop runs in this one."""
    known, pdf = trust.read_trust(home.trust), files.read(home, digest)
    with ThreadPoolExecutor(1) as aside:
        return aside.submit(signatures.validate, pdf, known.roots, known.crls, stamp(), known.issuers).result()


def finish_copies_offline(browser: Browser, demo: Demo, copies: str) -> None:
    """Step 6 on paper: wet signature, register number, fee by page, returned; 9 → 10 without a line."""
    with day.person(browser, demo, "st09") as page:
        day.certify(page, demo, copies, "ST01")
    with day.person(browser, demo, "st07") as page:
        day.take_fee(page, copies, "20000")
    with day.person(browser, demo, "st06") as page:
        day.find_for_return(page, copies)
        day.hand_over(page)
    assert dossier_of(demo, copies).status == Status.RETURNED


def wait_for_the_line(browser: Browser, demo: Demo, marriage: str) -> None:
    """Until the line is back the electronic result waits, and says so."""
    with day.person(browser, demo, "st06") as page:
        day.find_for_return(page, marriage)
        expect(page.get_by_text("Chưa trả được.")).to_be_visible()
        day.look(page, "ngay-6-cho-dau-thoi-gian")


def everything_reaches_the_province(demo: Demo, marriage: str) -> None:
    """Step 7: events, keys and files flow by themselves; evidence is added; the receipt covers the newest act."""
    assert eventually(lambda: dossier_of(demo, marriage).signature == Signature.TIMESTAMPED)
    assert eventually(lambda: compare_both(demo).found == ())


def compare_both(demo: Demo):
    """Compare both sides' digests, as the command does."""
    return compare.compare(demo.commune)


def the_province_shows_it(browser: Browser, demo: Demo, marriage: str) -> None:
    """The province's page shows the dossier, its pages, the signed result, and that both signatures hold."""
    with day.person(browser, demo, "pv01", province=True) as page:
        page.keyboard.press("Control+k")
        page.keyboard.type(marriage)
        expect(page.get_by_role("dialog", name="Tìm hoặc chạy lệnh").get_by_role("option").first).to_contain_text(marriage)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name=marriage)).to_be_visible()
        expect(page.get_by_text("Nguyễn Thị Ngọc Ánh").first).to_be_visible()
        expect(page.get_by_text("Cả hai chữ ký đều hợp lệ.")).to_be_visible(timeout=day.SLOW_MS)
        expect(page.get_by_text("biên nhận số").first).to_be_visible()
        day.look(page, "ngay-7-tinh")
        page.get_by_role("link", name="Xem 1 trang").click()
        expect(page.locator("img.paper").first).to_be_visible()


def return_it(browser: Browser, demo: Demo, marriage: str) -> None:
    """Step 8: found by the slip's QR, by name without marks, by phone; handed over."""
    with day.person(browser, demo, "st06") as page:
        for words in (f"{marriage}|1.004873|089190012345|Giấy tiếp nhận", "nguyen thi ngoc anh", "0912345678"):
            day.find_for_return(page, words)
            expect(page.get_by_text("Trả được.")).to_be_visible(timeout=day.SLOW_MS)
        day.hand_over(page)
        page.goto(f"{demo.commune_url}/ho-so/{dossier_of(demo, marriage).id}")
        expect(page.get_by_text("Tỉnh đã nhận").first).to_be_visible(timeout=day.SLOW_MS)
        day.look(page, "ngay-8-ho-so")


def everything_is_equal(demo: Demo) -> None:
    """Nothing twice, nothing missing, and the ledger, rows, files, numbers, replica and province all agree."""
    assert eventually(lambda: compare_both(demo).found == ())
    db = database.connect(demo.commune.database, readonly=True)
    try:
        assert verify.verify(demo.commune, db) == []
        head = ledger.head(db)
    finally:
        db.conn.close()
    assert head.seq > 10
    assert eventually(lambda: copy_is_equal(demo))


def copy_is_equal(demo: Demo) -> bool:
    """Say whether Litestream's newest copy verifies and ends where the box ends."""
    try:
        assert_copy_equal(demo.commune, Path(demo.folder / "restored.db"))
    except AssertionError:
        return False
    return True


def a_flipped_byte_and_a_missing_file_are_found(demo: Demo, marriage: str) -> None:
    """The comparison finds one flipped byte at the province and one file missing there, and names them."""
    slip, result = dossier_of(demo, marriage).slip, dossier_of(demo, marriage).result.file
    flipped, missing = (files.path_of(demo.province, digest) for digest in (slip, result))
    before = flipped.read_bytes()
    flipped.chmod(0o640)
    flipped.write_bytes(before[:-1] + bytes([before[-1] ^ 1]))
    hidden = missing.rename(missing.with_suffix(".hidden"))
    found = compare_both(demo).found
    assert {(one.what, one.about) for one in found} == {
        (Difference.FILE_DAMAGED_THERE, slip),
        (Difference.FILE_MISSING_THERE, result),
    }
    flipped.write_bytes(before)
    hidden.rename(missing)
    assert compare_both(demo).found == ()
