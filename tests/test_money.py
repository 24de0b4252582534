"""Money: asked for after the check and not before, taken against a receipt, and a transfer only when a person confirms it."""

import io
from datetime import timedelta

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from flask import Flask
from PIL import Image
from playwright.sync_api import Page, expect

from appliance import clock, files, forms, money, moves, numbering, papers, processing, queries, rows, vietqr
from appliance.box import Box
from appliance.catalogue import builtin
from appliance.dossier import Status
from appliance.errors import Refused
from appliance.forms import ReceiptData, preview
from appliance.ids import uuid7
from appliance.moves import AT_FILING
from appliance.officers import by_id
from browsing import assert_page_good, focused, login, press, shot
from desk_room import OWNER, accept, get, log_in, post
from desk_steps import now
from provisioning.demo import filing
from web.vietnamese import SENTENCES

LINES = [{"name": "Lệ phí hộ tịch", "amount": 15000}, {"name": "Phí bản sao", "amount": 16000}]


def filed(box: Box, when: str = "after_check") -> str:
    return filing.file_in(box, builtin(), when, 2).id


def ask(box: Box, dossier: str, lines=LINES, who: str = "ST04", days: int = 5) -> None:
    with box.writing() as act:
        until = clock.local_day(act.reading.at) + timedelta(days=days)
        money.request_payment(act, dossier, who, lines, "Thông báo nộp lệ phí", until)


def take(box: Box, dossier: str, method: str = "cash", amount: int | None = None, reference: str = "") -> money.Taken:
    cashier = by_id(box.db, "ST07")
    assert cashier
    with box.writing() as act:
        return money.take_fee(act, box.home, builtin(), dossier, cashier, method, amount, reference)


def refused(code: str):  # noqa: ANN201
    assert code in SENTENCES
    return pytest.raises(Refused, match=f"^{code}")


# --- before the check nothing is asked for


def test_nothing_can_be_taken_while_a_dossier_is_only_filed(app: Flask, box: Box) -> None:
    dossier = filed(box)
    assert money.owed_now(now(box, dossier)).amount == 0
    assert dossier not in {one.id for one in queries.to_pay(box.db)}
    with refused("nothing_due"):
        take(box, dossier)
    with refused("money_before_check"), box.writing() as act:
        number = numbering.take(act, builtin().books["receipt"], box.home.settings.unit)
        clear = {"lines": [{"name": "x", "amount": 1}], "amount": 1, "method": "cash", "number": number.clear(), "receipt": "1"}
        act.record("fee.taken", actor="ST07", dossier=dossier, clear=clear)
    assert "Chưa thu gì khi hồ sơ chưa được kiểm tra" in get(log_in(app, "st07"), f"/thu-phi/{dossier}").text


def test_what_the_law_takes_at_filing_is_taken_at_filing_and_never_asked_for(box: Box) -> None:
    later = {"name": "Phí cấp bản sao", "amount": 8000, "when": "after_check"}
    dossier = file_with(box, [{"name": "Lệ phí đăng ký", "amount": 100_000, "when": AT_FILING}, later])
    assert money.owed_now(now(box, dossier)).amount == 100_000
    assert money.to_ask(now(box, dossier)) == (later,)
    assert [one.id for one in queries.to_pay(box.db)] == [dossier]
    take(box, dossier)
    after = now(box, dossier)
    assert (after.status, after.fees[0].amount, money.owed_now(after).amount) == (Status.NEW, 100_000, 0)
    with box.writing() as act:
        assert papers.reprint(act, dossier, "ST07", after.fees[0].file, "another").copy == 2
    ask(box, dossier, [{"name": "Phí cấp bản sao", "amount": 8000}])
    assert money.owed_now(now(box, dossier)).amount == 8000
    assert "dossier.refused" in moves.legal(now(box, dossier))  # By law it is not given back.
    with refused("payment_open"), box.writing() as act:
        act.record("dossier.accepted", actor="ST04", dossier=dossier)
    take(box, dossier)
    assert "dossier.accepted" in moves.legal(now(box, dossier)) and money.still_due(now(box, dossier)) == 0


def file_with(box: Box, lines: list[dict]) -> str:
    """File a dossier whose fees are these."""
    like, dossier = now(box, filed(box)), uuid7()
    same = ("unit", "procedure", "procedure_name", "case", "channel", "filed_at", "result_by")
    clear = {name: getattr(like, name) for name in same} | {"code": f"P-{dossier[-6:]}", "components": [], "fee_lines": lines}
    with box.writing() as act:
        act.record("dossier.filed", actor="agent", dossier=dossier, clear=clear, personal={"applicant": OWNER})
    return dossier


# --- the request, the payment, and what follows


def test_a_checked_dossier_is_asked_for_money_then_accepted(box: Box) -> None:
    dossier = filed(box)
    ask(box, dossier)
    asked = now(box, dossier)
    assert (asked.status, asked.payment["amount"], asked.payment["request"]) == (Status.FINANCIAL, 31000, f"{asked.code}/1")
    assert "dossier.accepted" not in moves.legal(asked) and "dossier.refused" in moves.legal(asked)
    take(box, dossier)
    paid = now(box, dossier)
    assert paid.status == Status.FINANCIAL and "dossier.accepted" in moves.legal(paid)
    assert "dossier.refused" not in moves.legal(paid)  # A refusal has taken no money.
    with refused("money_taken"), box.writing() as act:
        act.record("dossier.refused", actor="ST04", dossier=dossier, personal={"reason": "x"})


def test_what_was_paid_on_a_first_request_forbids_refusing_after_a_second(box: Box) -> None:
    dossier = filed(box)
    ask(box, dossier)
    take(box, dossier)
    with box.writing() as act:
        act.record("supplement.requested", actor="ST04", dossier=dossier, clear={"until": "2099-01-01"}, personal={"reason": "x"})
        more = {"lines": [{"name": "Phí xác minh", "amount": 5000}], "amount": 5000, "request": "2", "until": "2099-01-01"}
        act.record("payment.requested", actor="ST04", dossier=dossier, clear=more, personal={"basis": "x"})
    asked = now(box, dossier)
    assert (asked.status, asked.paid_of_request, asked.paid_since_asked) == (Status.FINANCIAL, 0, 31000)
    with refused("money_taken"), box.writing() as act:
        act.record("dossier.refused", actor="ST04", dossier=dossier, personal={"reason": "x"})


@pytest.mark.parametrize(
    ("lines", "basis", "days", "code"),
    [
        ([], "QĐ", 1, "amount_wrong"),
        ([{"name": "a", "amount": 0}], "QĐ", 1, "amount_wrong"),
        ([{"name": "a", "amount": 2_000_000_000}], "QĐ", 1, "amount_wrong"),
        ([{"name": "a", "amount": 1}, {"name": "a ", "amount": 1}], "QĐ", 1, "line_twice"),
        ([{"name": " ", "amount": 1}], "QĐ", 1, "line_twice"),
        (LINES, " ", 1, "payment_basis_missing"),
        (LINES, "QĐ", -1, "day_past"),
    ],
)
def test_a_request_says_what_for_by_what_and_until_when(box: Box, lines, basis: str, days: int, code: str) -> None:
    dossier = filed(box)
    with refused(code), box.writing() as act:
        until = clock.local_day(act.reading.at) + timedelta(days=days)
        money.request_payment(act, dossier, "ST04", lines, basis, until)
    assert now(box, dossier).status == Status.NEW


def test_a_second_request_while_one_waits_is_not_legal(box: Box) -> None:
    dossier = filed(box)
    ask(box, dossier)
    with refused("wrong_status"):
        ask(box, dossier)


def test_in_processing_the_wait_ends_by_itself_when_all_is_paid(box: Box) -> None:
    dossier = accept(box, fee=8000)
    with box.writing() as act:
        processing.take(act, dossier, "ST08")
    take(box, dossier)
    before = now(box, dossier)
    ask(box, dossier, [{"name": "Thuế", "amount": 20000}], "ST08")
    waiting = now(box, dossier)
    assert (waiting.status, money.owed_now(waiting).amount, money.still_due(waiting)) == (Status.FINANCIAL, 20000, 20000)
    take(box, dossier, amount=5000)
    assert now(box, dossier).status == Status.FINANCIAL
    assert money.owed_now(now(box, dossier)).lines == ({"name": money.REST, "amount": 15000},)
    take(box, dossier)
    after = now(box, dossier)
    assert (after.status, after.payment, money.still_due(after)) == (Status.PROCESSING, {}, 0)
    assert after.due and after.due["at"] >= before.due["at"] and after.pauses[0].brought
    assert numbering.account(box.db) == []


def test_papers_asked_for_stay_asked_for_when_the_money_is_paid(box: Box) -> None:
    dossier = accept(box)
    with box.writing() as act:
        processing.take(act, dossier, "ST08")
        act.record("supplement.requested", actor="ST08", dossier=dossier, clear={"until": "2099-01-01"}, personal={"reason": "x"})
    ask(box, dossier)
    assert now(box, dossier).status == Status.FINANCIAL
    take(box, dossier)
    assert now(box, dossier).status == Status.SUPPLEMENT


def test_a_line_that_was_paid_is_not_asked_for_again_under_its_name(box: Box) -> None:
    dossier = accept(box, fee=8000)
    with box.writing() as act:
        processing.take(act, dossier, "ST08")
    take(box, dossier)
    with refused("line_twice"):
        ask(box, dossier, [{"name": "Phí chứng thực", "amount": 4000}])


def test_what_is_owed_in_the_row_is_what_the_lists_say(box: Box) -> None:
    fresh, asked, paid, part = (accept(box, fee=8000) for _ in range(4))
    for dossier in (asked, paid):
        with box.writing() as act:
            processing.take(act, dossier, "ST08")
    take(box, asked)
    ask(box, asked, [{"name": "Thuế", "amount": 1000}])
    take(box, paid)
    take(box, part, amount=1)
    online, checked = filed(box), filed(box)
    ask(box, checked)
    every = {row["id"] for row in box.db.query("SELECT id FROM dossier")}
    due = {one for one in every if money.owed_now(now(box, one)).amount != 0}
    assert {one.id for one in queries.to_pay(box.db)} == due == {fresh, asked, part, checked}
    assert online not in due
    assert queries.counts_at_desks(box.db)["to_pay"] == len(due)


# --- receipts


def test_a_transfer_counts_only_with_the_banks_notice(box: Box) -> None:
    dossier = accept(box, fee=8000)
    with refused("reference_missing"):
        take(box, dossier, "transfer")
    assert now(box, dossier).fees == () and numbering.account(box.db) == []
    take(box, dossier, "transfer", reference="FT26327000123")
    step = queries.timeline(box.db, dossier)[-1]
    assert step.actor == "ST07" and "FT26327000123" not in str(step.facts)
    assert queries.personal_of_step(box.db, box.device, step)["reference"] == "FT26327000123"


def test_a_receipt_says_who_paid_what_and_is_a_tagged_page(box: Box) -> None:
    dossier = accept(box, fee=8000)
    taken = take(box, dossier)
    pdf = files.read(box.home, taken.file)
    text = " ".join(pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range().split())
    for words in (
        "Số: 0000001",
        "Nguyễn Thị Ngọc Ánh",
        "8.000",
        "Tám nghìn đồng",
        "Đặng Văn Thủ Quỹ Mẫu",
        "Liên 2: Giao người nộp tiền",
    ):
        assert words in text
    document = pikepdf.open(io.BytesIO(pdf))
    assert "/StructTreeRoot" in document.Root and b"pdfaid:conformance" in document.Root.Metadata.read_bytes()
    assert preview.page_count(pdf) == 1
    assert box.db.conn.execute("SELECT 1 FROM dossier_file WHERE digest = ? AND dossier = ?", [taken.file, dossier]).fetchone()


def test_many_lines_and_long_names_stay_whole() -> None:
    long = "Công ty trách nhiệm hữu hạn một thành viên thương mại dịch vụ xuất nhập khẩu nông sản Hòa Bình " * 2
    lines = tuple((f"Khoản thu thứ {n} có tên rất dài để thử xuống dòng trong ô", 1000 * n) for n in range(1, 31))
    data = ReceiptData(
        made_at="2026-11-23T02:00:00.000Z", agency="ỦY BAN NHÂN DÂN\nXÃ AN CHÂU", place="An Châu", number="0000009",
        dossier_code="H99.99.99-261123-0001", payer_name=long.strip(), lines=lines, method="transfer", officer_name="Đặng Mẫu",
    )  # fmt: skip
    pdf = forms.render("receipt", data)
    pages = pypdfium2.PdfDocument(pdf)
    text = " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in pages)
    assert text.count("Khoản thu thứ 30 ") == 2 and text.count("465.000") == 2 and long.strip() in text
    assert forms.render("receipt", data) == pdf
    with refused("form_field_missing"):
        ReceiptData(**{name: getattr(data, name) for name in data.__struct_fields__} | {"lines": ()})


def test_a_receipt_is_printed_again_byte_for_byte_and_counted(app: Flask, box: Box) -> None:
    dossier = accept(box, fee=8000)
    first = take(box, dossier, amount=3000)
    second = take(box, dossier)
    client = log_in(app, "st07")
    for _ in range(2):
        assert post(client, f"/thu-phi/{dossier}/in-bien-lai", file=second.file).status_code == 303
    assert "Biên lai thu phí, lệ phí" in get(client, f"/ho-so/{dossier}").text
    copies = [(paper.file, paper.copy) for paper in now(box, dossier).papers]
    assert copies == [(first.file, 1), (second.file, 1), (second.file, 2), (second.file, 3)]
    jobs = [row[0] for row in box.db.conn.execute("SELECT body ->> 'digest' FROM (SELECT CAST(body AS TEXT) AS body FROM job)")]
    assert jobs == [second.file] * 2
    assert post(client, f"/thu-phi/{dossier}/in-bien-lai", file="0" * 64).status_code == 422
    with pytest.raises(Refused, match="paper_unknown"), box.writing() as act:
        papers.reprint(act, dossier, "ST07", "0" * 64, "another")


# --- VietQR


def test_a_banks_application_reads_account_amount_and_code_from_the_drawn_code() -> None:
    to = vietqr.Account("970405", "Agribank", "6200205999999", "UBND XA AN CHAU")
    text = vietqr.payload(to, 8000, "H99.99.99-261121-0007")
    # Read back and its checksum verified by two other implementations of the same standard.
    assert text == (
        "00020101021238570010A00000072701270006970405011362002059999990208QRIBFTTA5303704540480005802VN"
        "62250821H99.99.99-261121-0007630410F2"
    )
    data = ReceiptData(
        made_at="2026-11-23T02:00:00.000Z", agency="A", place="A", number="1", dossier_code=text, payer_name="A",
        lines=(("A", 1),), method="cash", officer_name="A",
    )  # fmt: skip
    page = Image.open(io.BytesIO(preview.page_png(forms.render("receipt", data), 1, 300)))
    assert text in {code.text for code in zxingcpp.read_barcodes(page)}
    assert vietqr.words_of("Lệ phí Đặng Thị Ánh, ấp Hòa Long") == "LE PHI DANG THI ANH  AP H"


# --- pages


def test_the_page_asks_line_by_line_and_says_what_is_wrong(app: Flask, box: Box) -> None:
    dossier = filed(box)
    client = log_in(app, "st04")
    path = f"/ho-so/{dossier}/yeu-cau-nop"
    assert 'value="Phí cấp bản sao' in get(client, path).text or "name-0" in get(client, path).text
    wrong = post(
        client, path, **{"name-0": "Lệ phí", "amount-0": "", "name-1": "", "amount-1": "x", "basis": "", "until": "31/02/2027"}
    )
    assert wrong.status_code == 422
    for words in ("Ghi số tiền của khoản này", "Ghi tên khoản thu", "Ghi căn cứ", "Ngày chưa đúng"):
        assert words in wrong.text
    late = post(client, path, **{"name-0": "Lệ phí", "amount-0": "15.000", "basis": "QĐ 12", "until": "01/01/2026"})
    assert late.status_code == 422 and "Hạn này đã qua" in late.text
    until = f"{clock.local_day(clock.stamp()) + timedelta(days=3):%d/%m/%Y}"
    assert post(client, path, **{"name-0": "Lệ phí", "amount-0": "15.000", "basis": "QĐ 12", "until": until}).status_code == 303
    assert now(box, dossier).payment["amount"] == 15000
    shown = get(client, f"/ho-so/{dossier}").text
    assert "Chờ nộp" in shown and until in shown
    assert "Chưa yêu cầu nộp được" in get(client, path).text
    assert post(client, path, **{"name-0": "Lệ phí", "amount-0": "1", "basis": "x", "until": until}).status_code == 422


@pytest.mark.parametrize("account", ["st01", "st06", "st07", "st09", "st15", "st16", "st17"])
def test_who_may_not_ask_for_money_is_refused(app: Flask, box: Box, account: str) -> None:
    dossier = filed(box)
    client = log_in(app, account)
    assert get(client, f"/ho-so/{dossier}/yeu-cau-nop").status_code == 403
    assert post(client, f"/ho-so/{dossier}/yeu-cau-nop").status_code == 403
    if account != "st07":
        assert post(client, f"/thu-phi/{dossier}/in-bien-lai", file="0" * 64).status_code == 403


def test_an_officer_asks_and_the_cashier_confirms_a_transfer_by_keys(page: Page, live_server: str, box: Box) -> None:
    dossier = filed(box)
    login(page, live_server, "st04")
    page.goto(f"{live_server}/ho-so/{dossier}/yeu-cau-nop")
    assert focused(page) == "Khoản thu 1"
    assert_page_good(page)
    page.get_by_label("Khoản thu 1").fill("Lệ phí hộ tịch")
    page.get_by_label("Số tiền 1").fill("15.000")
    press(page, "F9")
    expect(page.locator("#errors")).to_be_focused()
    expect(page.locator("#errors")).to_contain_text("Ghi căn cứ")
    assert_page_good(page)
    shot(page, "yeu-cau-nop-loi")
    page.get_by_label("Căn cứ").fill("Nghị quyết của Hội đồng nhân dân tỉnh")
    press(page, "F9")
    expect(page.locator("#dossier")).to_contain_text("Chờ nộp 15.000")
    shot(page, "yeu-cau-nop-xong")
    page.context.clear_cookies()
    login(page, live_server, "st07")
    page.goto(f"{live_server}/thu-phi/{dossier}")
    page.get_by_label("Chuyển khoản", exact=True).check()
    expect(page.locator(".qr svg")).to_be_visible()
    expect(page.locator("#pay")).to_contain_text("Quét mã chưa phải là đã nộp.")
    assert_page_good(page)
    shot(page, "thu-phi-chuyen-khoan")
    press(page, "F9")
    expect(page.locator("#errors")).to_contain_text("Ghi số tham chiếu")
    assert now(box, dossier).fees == ()
    page.get_by_label("Số tham chiếu trên báo có").fill("FT26327000123")
    press(page, "F9")
    expect(page.locator("#main")).to_contain_text("biên lai 0000001")
    assert now(box, dossier).fees[0].method == "transfer"
    assert_page_good(page)
    shot(page, "thu-phi-xong")
    page.get_by_role("button", name="In lại biên lai").click()
    expect(page.locator(".toast")).to_contain_text("Đang in lại biên lai")
    assert rows.load(box.db, dossier).papers[-1].copy == 2
