"""The desks in a real browser: keys, live preview, what changes under one's eyes, and every page good at three widths."""

from playwright.sync_api import Page, expect

from appliance import processing
from appliance.box import Box
from appliance.documents import Signature
from appliance.dossier import Status
from browsing import assert_focus_visible, assert_page_good, focused, login, press, shot
from desk_room import COPIES, accept, certify, prepare, seal, submit
from desk_steps import now


def on(page: Page, heading: str) -> None:
    """Wait for the page of a heading, and until its scripts answer keys."""
    expect(page.locator("h1")).to_have_text(heading)
    page.wait_for_load_state("domcontentloaded")  # Modules have run by then.


def test_a_specialist_takes_prepares_and_submits_without_a_mouse(page: Page, live_server: str, box: Box) -> None:
    first, second = accept(box, days=1), accept(box, days=5)
    login(page, live_server, "st08")
    page.wait_for_load_state("domcontentloaded")
    press(page, "F9")  # The home page's own F9 leads to the queue.
    on(page, "Việc của tôi")
    link = page.locator("#queue tbody a").first
    link.focus()
    page.keyboard.press("ArrowDown")
    assert focused(page) == now(box, second).code
    page.keyboard.press("ArrowUp")
    assert_focus_visible(page)
    press(page, "F9")  # Nothing ticked: the row one stands on.
    on(page, now(box, first).code)
    assert now(box, first).holder == "ST08" and now(box, second).holder == ""
    press(page, "F9")
    expect(page.locator("#preview")).to_contain_text("Ghi dân tộc.")
    press(page, "F9")
    expect(page).to_have_title(f"Lỗi: Soạn kết quả {now(box, first).code} – Một cửa")
    expect(page.locator("#errors")).to_be_focused()
    assert focused(page).startswith("Có 4 lỗi cần sửa")
    page.get_by_label("Dân tộc").fill("Kinh")
    page.get_by_label("Quốc tịch").fill("Việt Nam")
    page.get_by_label("Câu mẫu cho tình trạng hôn nhân").select_option(index=1)
    expect(page.get_by_label("Tình trạng hôn nhân", exact=True)).to_have_value("Hiện tại chưa đăng ký kết hôn với ai.")
    page.get_by_label("Mục đích sử dụng").fill("Để đăng ký kết hôn")
    expect(page.locator("#preview")).to_contain_text("Đã đủ thông tin")
    expect(page.locator("#preview img")).to_have_js_property("complete", True)
    page.keyboard.press("Control+s")
    expect(page.locator(".toast")).to_contain_text("Đã lưu dự thảo")
    page.wait_for_load_state("domcontentloaded")
    assert now(box, first).signature == Signature.NONE
    press(page, "F9")
    on(page, now(box, first).code)
    assert now(box, first).signature == Signature.SUBMITTED
    page.keyboard.press("Escape")
    expect(page).to_have_title("Việc của tôi – Một cửa")


def test_pages_of_paper_are_turned_with_the_arrows(page: Page, live_server: str, box: Box) -> None:
    dossier = accept(box)
    prepare(box, dossier)
    login(page, live_server, "st08")
    page.goto(f"{live_server}/ho-so/{dossier}")
    page.locator("#sheet-1").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    on(page, "Tờ khai theo mẫu")
    expect(page.locator(".title")).to_contain_text("tờ 2/3")
    expect(page.locator("#large")).to_be_focused()
    expect(page.locator("img.sheet__large")).to_have_js_property("naturalWidth", 620)
    page.keyboard.press("ArrowRight")
    on(page, "Kết quả giải quyết")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".title")).to_contain_text("tờ 2/3")
    expect(page.locator("#large")).to_be_focused()
    page.keyboard.press("Escape")
    on(page, now(box, dossier).code)


def test_the_queue_shows_a_new_dossier_by_itself_but_never_under_ones_hands(page: Page, live_server: str, box: Box) -> None:
    accept(box, days=5)
    login(page, live_server, "st08")
    page.goto(f"{live_server}/viec")
    expect(page.locator("#queue tbody tr")).to_have_count(1)
    page.wait_for_timeout(2500)  # The first round of /live only learns how things stand.
    accept(box, days=1)
    expect(page.locator("#queue tbody tr")).to_have_count(2, timeout=10_000)
    expect(page.locator("#tabs")).to_contain_text("Tất cả2")
    page.locator("#queue tbody input").first.check()
    accept(box, days=3)
    expect(page.locator("#news")).to_be_visible(timeout=10_000)
    expect(page.locator("#queue tbody tr")).to_have_count(2)
    assert page.locator("#queue tbody input").first.is_checked()


def test_an_open_dossier_follows_what_a_colleague_does(page: Page, live_server: str, box: Box) -> None:
    dossier = accept(box)
    login(page, live_server, "st08")
    page.goto(f"{live_server}/ho-so/{dossier}")
    expect(page.get_by_role("button", name="Nhận xử lý")).to_be_visible()
    page.wait_for_timeout(2500)
    with box.writing() as act:
        processing.take(act, dossier, "ST11")
    expect(page.locator("#counted")).to_contain_text("Dương Thị Chuyên Viên", timeout=10_000)
    expect(page.get_by_role("button", name="Nhận xử lý")).to_have_count(0)
    expect(page.locator("#standing")).to_contain_text("Đang xử lý")


def test_the_cashier_sees_the_change_while_typing(page: Page, live_server: str, box: Box) -> None:
    dossier = accept(box, COPIES, fee=8000)
    login(page, live_server, "st07")
    page.goto(f"{live_server}/thu-phi")
    press(page, "F2")
    page.keyboard.type(f"{now(box, dossier).code}|2.000815|089190012345|Giấy tiếp nhận")
    page.keyboard.press("Enter")
    on(page, now(box, dossier).code)
    assert focused(page).startswith("Khách đưa")
    page.keyboard.type("5000")
    expect(page.locator("#change")).to_have_text("Thiếu 3.000 đ")
    press(page, "F9")
    expect(page.locator("#errors")).to_contain_text("còn thiếu 3.000 đ")
    expect(page.locator("#errors")).to_be_focused()
    page.get_by_label("Khách đưa").fill("20.000")
    expect(page.locator("#change")).to_have_text("Tiền thừa 12.000 đ")
    press(page, "F9")
    expect(page.locator("#main")).to_contain_text("biên lai 0000001")
    expect(page.locator("#main")).to_contain_text("Tiền thừa trả lại: 12.000")
    assert now(box, dossier).fees[0].amount == 8000


def test_the_clerk_and_the_counter_finish_certified_copies_by_keys(page: Page, live_server: str, box: Box) -> None:
    dossier = accept(box, COPIES)
    submit(box, dossier, paper=True)
    login(page, live_server, "st09")
    page.goto(f"{live_server}/vao-so/{dossier}")
    assert focused(page).startswith("Số bản")
    page.keyboard.type("2")
    press(page, "F9")
    expect(page.locator("#main")).to_contain_text("Ghi lên giấy")
    page.context.clear_cookies()
    login(page, live_server, "st06")
    page.goto(f"{live_server}/tra-ket-qua")
    page.keyboard.type("ngoc anh")
    page.keyboard.press("Enter")
    on(page, now(box, dossier).code)
    expect(page.get_by_label("Họ, chữ đệm và tên")).to_be_hidden()
    page.get_by_label("Người khác, có giấy ủy quyền").check()
    expect(page.get_by_label("Họ, chữ đệm và tên")).to_be_visible()
    page.get_by_label("Chủ hồ sơ").check()
    press(page, "F9")
    expect(page.locator(".toast")).to_contain_text("Đã trả kết quả")
    assert now(box, dossier).status == Status.RETURNED
    assert focused(page).startswith("Quét giấy hẹn")


def test_ctrl_k_opens_a_dossier_from_four_digits(page: Page, live_server: str, box: Box) -> None:
    dossier = accept(box)
    login(page, live_server, "st08")
    page.wait_for_load_state("domcontentloaded")
    page.keyboard.press("Control+k")
    page.keyboard.type(now(box, dossier).code[-4:])
    expect(page.locator("#palette-list a")).to_contain_text(["Nguyễn Thị Ngọc Ánh"])
    page.keyboard.press("Enter")
    on(page, now(box, dossier).code)


def test_every_page_of_the_desks_is_good_filled_empty_and_failed(page: Page, live_server: str, box: Box) -> None:
    empty = {"st08": ["/viec", "/tra-cuu"], "st09": ["/vao-so"], "st07": ["/thu-phi"], "st06": ["/tra-ket-qua"]}
    for account, paths in empty.items():
        good(page, live_server, account, paths, "trong")
    new, mine, late = accept(box), accept(box, days=1), accept(box, days=-4)
    paper, done, waits = accept(box, COPIES, fee=8000), accept(box, COPIES, fee=8000), accept(box)
    prepare(box, mine)
    submit(box, late)
    submit(box, paper, paper=True)
    certify(box, done)
    seal(box, waits)
    with box.writing() as act:
        processing.send_back(act, late, "ST01", "Sai năm sinh của người yêu cầu")
    filled = {
        "st08": ["/viec", f"/ho-so/{new}", f"/ho-so/{late}", f"/ho-so/{done}", f"/ho-so/{waits}", f"/ho-so/{late}/ket-qua",
                 f"/ho-so/{new}/ket-qua", f"/ho-so/{mine}/giay-to/1", "/tra-cuu?q=anh", "/tra-cuu?q=khong"],
        "st09": ["/vao-so", f"/vao-so/{paper}", f"/vao-so/{done}", "/dong-ho"],
        "st07": ["/thu-phi", f"/thu-phi/{paper}", "/thu-phi?q=khong"],
        "st06": ["/tra-ket-qua", f"/tra-ket-qua/{done}", f"/tra-ket-qua/{waits}", "/tra-ket-qua?q=khong"],
        "st01": [f"/ho-so/{waits}/cho-tra-truoc"],
        "st03": [f"/ho-so/{waits}/xoa"],
    }  # fmt: skip
    for account, paths in filled.items():
        good(page, live_server, account, paths, "day")
    page.context.clear_cookies()
    login(page, live_server, "st08")
    page.goto(f"{live_server}/ho-so/{late}/ket-qua")
    page.get_by_label("Dân tộc").fill("")
    press(page, "F9")
    expect(page.locator("#errors")).to_be_focused()
    shot(page, "ban-loi-ket-qua")
    assert_page_good(page)


def good(page: Page, live_server: str, account: str, paths: list[str], kind: str) -> None:
    """Look at pages as one person: axe, targets, no sideways scroll at three widths; F1 opens each one's own help."""
    page.context.clear_cookies()
    login(page, live_server, account)
    for n, path in enumerate(paths):
        page.goto(live_server + path)
        page.wait_for_load_state("networkidle")
        shot(page, f"ban-{kind}-{account}-{n}")
        assert_page_good(page)
        press(page, "F1")
        expect(page.locator("#help")).to_be_visible()
        page.keyboard.press("Escape")
