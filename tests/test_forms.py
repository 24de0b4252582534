"""Slips and results come out as pages an office would sign: readable letters, fields in place, the same bytes again."""

import io
import re
import unicodedata

import numpy as np
import pikepdf
import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageChops
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from appliance.errors import Refused
from appliance.forms import NoticeData, Paper, ResultData, Sheet, SlipData, letters, preview, registry, render
from appliance.forms.notices import ITEMS_MAX, Item
from hardware.form_fields import fill_fields
from web.vietnamese import SENTENCES

MADE = "2026-11-21T02:15:30.123Z"
QR = "H99.99.99-261121-0007|1.004873|089198000123|Giấy tiếp nhận hồ sơ và hẹn trả kết quả"
SLIP = {
    "made_at": MADE,
    "parent_agency": "ỦY BAN NHÂN DÂN XÃ AN CHÂU",
    "agency": "TRUNG TÂM PHỤC VỤ\nHÀNH CHÍNH CÔNG",
    "place": "An Châu",
    "reception_place": "Trung tâm Phục vụ hành chính công xã An Châu",
    "dossier_code": "H99.99.99-261121-0007",
    "qr_text": QR,
    "applicant_name": "Nguyễn Thị Ngọc Ánh",
    "address": "Ấp Hòa Phú 2, xã An Châu, tỉnh An Giang",
    "phone": "0912 345 678",
    "procedure_name": "Cấp Giấy xác nhận tình trạng hôn nhân",
    "components": (Paper(name="Tờ khai theo mẫu", originals=1), Paper(name="Văn bản ủy quyền", certified=1)),
    "limit_text": "03 ngày làm việc",
    "received_at": MADE,
    "due_at": "2026-11-26T16:30:00+07:00",
    "officer_name": "Phạm Thị Giả Định",
    "book": "01/2026",
    "book_no": "7",
}
STATUS = {
    "nguoi_yeu_cau": "Nguyễn Thị Ngọc Ánh",
    "ho_ten": "Nguyễn Thị Ngọc Ánh",
    "ngay_sinh": "1998-02-03",
    "gioi_tinh": "Nữ",
    "dan_toc": "Kinh",
    "quoc_tich": "Việt Nam",
    "so_dinh_danh": "089198000123",
    "noi_cu_tru": "Ấp Hòa Phú 2, xã An Châu, tỉnh An Giang",
    "tinh_trang": "Hiện tại chưa đăng ký kết hôn với ai.",
    "muc_dich": "Đăng ký kết hôn với ông Lê Văn Bình, sinh năm 1995.",
}
COPY = {"so_chung_thuc": "1528", "quyen_so": "01/2026 - SCT/BS", "ngay_chung_thuc": "2026-11-21"}
NOTICE = {"ten_loai": "Thông báo", "noi_dung": "Đoạn một.\r\nĐoạn hai.\n" + "Nội dung dài. " * 900}
VALUES = {"marital-status": STATUS, "certified-copy": COPY, "generic-result": NOTICE}
NUMBER = {"so_van_ban": "1528/UBND-XNTTHN", "ngay_van_ban": "An Châu, ngày 21 tháng 11 năm 2026"}
TOLD = {"missing": "form_field_missing", "wrong": "form_field_wrong", "unknown": "form_field_unknown"}


def slip(**changes: object) -> SlipData:
    return SlipData(**{**SLIP, **changes})


def result(values: dict[str, str]) -> ResultData:
    return ResultData(
        made_at=MADE,
        agency="ỦY BAN NHÂN DÂN\nXÃ AN CHÂU",
        leader_title="KT. CHỦ TỊCH\nPHÓ CHỦ TỊCH",
        leader_name="Trần Thí Dụ",
        recipients=("Bà Nguyễn Thị Ngọc Ánh", "Lưu: VT, HT"),
        values=values,
    )


def words(pdf: bytes, page: int = 1) -> str:
    """Read a page's text as a reader would copy it, on one line."""
    return " ".join(pypdfium2.PdfDocument(pdf)[page - 1].get_textpage().get_text_range().split())


def picture(pdf: bytes, page: int = 1, dpi: int = 100) -> Image.Image:
    return Image.open(io.BytesIO(preview.page_png(pdf, page, dpi))).convert("L")


def notice(**changes: object) -> NoticeData:
    same = ("made_at", "parent_agency", "agency", "place", "dossier_code", "qr_text", "applicant_name", "procedure_name")
    known = {name: SLIP[name] for name in same} | {"reason": "Tờ khai chưa ký.", "signer_name": "Phạm Thị Giả Định"}
    return NoticeData(**{**known, **changes})


def every_form() -> list[bytes]:
    results = [render(form, result(values)) for form, values in VALUES.items()]
    notices = [render(form, notice()) for form in ("supplement", "refusal", "apology", "stopping")]
    return [render("slip", slip()), *results, *notices]


def test_every_bundled_font_has_all_134_vietnamese_letters() -> None:
    vowels = [unicodedata.normalize("NFC", v + t) for v in "aăâeêioôơuưy" for t in ("", *"\u0300\u0301\u0303\u0309\u0323")]
    wanted = {letter for low in (*vowels, "đ") for letter in (low, low.upper())} - set("aeiouyAEIOUY")
    assert len(wanted) == 134
    fonts = sorted(letters.FOLDER.glob("*.ttf"))
    assert len(fonts) == 6
    for font in fonts:
        assert {chr(code) for code in letters.glyphs(font)} >= wanted | set("₫–…“”\u0300\u0301\u0303\u0309\u0323"), font.name


def test_a_reader_at_the_counter_gets_the_qr_code_back_from_a_200_dpi_scan() -> None:
    found = zxingcpp.read_barcodes(np.asarray(picture(render("slip", slip()), dpi=200)))
    assert [code.text for code in found] == [QR]
    x, y = found[0].position.top_left.x, found[0].position.top_left.y
    assert x < 210 / 25.4 * 200 / 4 and y < 297 / 25.4 * 200 / 8, "it belongs into the upper left corner"


def test_the_slip_says_when_the_papers_came_and_when_the_answer_is_due() -> None:
    text = words(render("slip", slip()))
    assert "Tiếp nhận hồ sơ của: Nguyễn Thị Ngọc Ánh" in text
    assert "Thời gian nhận hồ sơ: 09 giờ 15 phút, ngày 21 tháng 11 năm 2026" in text
    assert "Thời gian trả kết quả giải quyết hồ sơ: 16 giờ 30 phút, ngày 26 tháng 11 năm 2026" in text
    assert "Vào Sổ theo dõi hồ sơ, Quyển số: 01/2026; Số thứ tự: 7" in text


def test_one_copy_goes_home_and_one_stays_with_the_dossier() -> None:
    pdf = render("slip", slip())
    assert "Giao người nộp hồ sơ" in words(pdf, 1) and "Lưu cùng hồ sơ" in words(pdf, 2)
    assert preview.page_count(render("slip", slip(sheets=(Sheet.CITIZEN,)))) == 1


def test_a_second_print_says_so_and_the_first_does_not() -> None:
    assert "Bản thứ 2" in words(render("slip", slip(print_no=2)))
    assert "Bản thứ" not in words(render("slip", slip()))


def test_the_certification_slip_adds_up_pages_copies_and_fees() -> None:
    papers = (Paper(name="Bằng tốt nghiệp", pages=1, copies=5, fee=10000), Paper(name="Học bạ", pages=24, copies=2, fee=52000))
    text = words(render("slip", slip(certification=True, components=papers)))
    assert "Lệ phí (đồng)" in text and "10.000" in text and "Tổng cộng 62.000" in text


@pytest.mark.parametrize("count", [0, 1, 30])
def test_any_number_of_papers_stands_on_the_slip_and_no_name_is_cut(count: int) -> None:
    name = "Công ty trách nhiệm hữu hạn một thành viên thương mại dịch vụ xuất nhập khẩu nông sản Hòa Bình Thịnh Vượng " * 2
    papers = tuple(Paper(name=f"Giấy tờ thứ {i} " + "có tên dài " * (i % 12), originals=1) for i in range(1, count + 1))
    pdf = render(
        "slip", slip(applicant_name=name.strip(), components=papers, email="a" * 90 + "@example.vn", sheets=(Sheet.CITIZEN,))
    )
    pages = preview.page_count(pdf)
    text = " ".join(words(pdf, page) for page in range(1, pages + 1))
    assert name.strip() in text and all(paper.name.strip() in text for paper in papers)
    assert f"Trang 1/{pages}" in words(pdf, 1) and f"Trang {pages}/{pages}" in words(pdf, pages)
    edges = [picture(pdf, page).crop((0, 0, 40, 1169)).getextrema()[0] for page in range(1, pages + 1)]
    right = [picture(pdf, page).crop((787, 0, 827, 1169)).getextrema()[0] for page in range(1, pages + 1)]
    assert min(edges + right) > 200, "something runs into the margin"


def test_the_same_data_gives_the_same_bytes_and_another_moment_does_not() -> None:
    assert every_form() == every_form()
    assert render("slip", slip()) != render("slip", slip(made_at="2026-11-21T02:15:31.123Z"))


def test_names_typed_on_a_mac_come_out_as_one_letter_each() -> None:
    assert render("slip", slip(applicant_name=unicodedata.normalize("NFD", SLIP["applicant_name"]))) == render("slip", slip())


def test_nobody_can_smuggle_markup_into_a_form() -> None:
    name = '#read("/shared.typ") *đậm* $x$ [a] \\ <b> @c'
    assert name in words(render("slip", slip(applicant_name=name)))


def test_every_form_claims_pdf_a_2a_is_tagged_and_embeds_every_font() -> None:
    for pdf in every_form():
        document = pikepdf.open(io.BytesIO(pdf))
        xmp = bytes(document.Root.Metadata.read_bytes()).decode()
        assert "<pdfaid:part>2</pdfaid:part>" in xmp and "<pdfaid:conformance>A</pdfaid:conformance>" in xmp
        assert document.Root.MarkInfo.Marked and "/StructTreeRoot" in document.Root and "/OutputIntents" in document.Root
        assert str(document.Root.Lang).startswith("vi")
        fonts = [
            item for item in document.objects if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/FontDescriptor"
        ]
        assert fonts and all("/FontFile2" in font and "LiberationSerif" in str(font.FontName) for font in fonts)


def test_a_result_has_its_four_fields_empty_tagged_and_where_the_decree_wants_them() -> None:
    document = pikepdf.open(io.BytesIO(render("marital-status", result(STATUS))))
    form = document.Root.AcroForm
    fields = {str(field.T): field for field in form.Fields}
    assert sorted(fields) == ["dau_co_quan", "ky_lanh_dao", "ngay_van_ban", "so_van_ban"]
    assert not form.NeedAppearances and all("/V" not in field for field in fields.values())
    assert all(field.F == 4 and field.AP.N.read_bytes() == b"" for field in fields.values())
    parents = pikepdf.NumberTree(document.Root.StructTreeRoot.ParentTree)
    assert all(parents[field.StructParent].K.Obj.T == field.T for field in fields.values())
    box = {name: [float(v) for v in field.Rect] for name, field in fields.items()}
    assert box["so_van_ban"][2] < box["ngay_van_ban"][0] and box["so_van_ban"][1] > 700
    seal, hand = box["dau_co_quan"], box["ky_lanh_dao"]
    assert seal[0] < hand[0] and (seal[2] - hand[0]) / (hand[2] - hand[0]) == pytest.approx(1 / 3, abs=0.02)
    assert all(0 < left < right < 596 for left, _, right, _ in box.values())


def test_the_clerks_number_and_date_show_on_the_page_and_touch_nothing_else() -> None:
    pdf = render("marital-status", result(STATUS))
    out, writer = io.BytesIO(), IncrementalPdfFileWriter(io.BytesIO(pdf))
    fill_fields(writer, NUMBER)
    writer.write(out)
    assert out.getvalue().startswith(pdf)
    changed = ImageChops.difference(picture(pdf), picture(out.getvalue())).point(lambda v: 255 * (v > 60)).getbbox()
    document = pikepdf.open(io.BytesIO(pdf))
    edges = [
        (842 - float(field.Rect[k])) * 100 / 72 for field in document.Root.AcroForm.Fields if field.FT == "/Tx" for k in (1, 3)
    ]
    assert changed and min(edges) - 1 <= changed[1] < changed[3] <= max(edges) + 1
    assert changed[2] - changed[0] > 300, "both the number on the left and the date on the right"


def test_a_long_result_runs_on_and_the_leader_signs_on_the_last_page() -> None:
    pdf = render("generic-result", result(NOTICE))
    pages = preview.page_count(pdf)
    document = pikepdf.open(io.BytesIO(pdf))
    places = {str(field.T): document.pages.index(pikepdf.Page(field.P)) + 1 for field in document.Root.AcroForm.Fields}
    assert pages > 1 and places == {"so_van_ban": 1, "ngay_van_ban": 1, "ky_lanh_dao": pages, "dau_co_quan": pages}
    assert "Đoạn một. Đoạn hai." in words(pdf)


def test_the_certified_copy_page_is_for_pen_and_stamp() -> None:
    pdf = render("certified-copy", result(COPY | {"giay_to": "Bằng tốt nghiệp đại học", "so_trang": "2"}))
    text = words(pdf)
    assert "CHỨNG THỰC BẢN SAO ĐÚNG VỚI BẢN CHÍNH" in text and "Số chứng thực: 1528" in text
    assert "Ngày 21 tháng 11 năm 2026" in text and "/AcroForm" not in pikepdf.open(io.BytesIO(pdf)).Root


@pytest.mark.parametrize(
    ("told", "change"),
    [
        ("missing", {"muc_dich": " "}),
        ("unknown", {"ghi_chu": "x"}),
        ("wrong", {"ngay_sinh": "1998-02-30"}),
        ("wrong", {"so_dinh_danh": "08919800012"}),
        ("wrong", {"gioi_tinh": "khác"}),
        ("wrong", {"ho_ten": "hai\ndòng"}),
        ("wrong", {"muc_dich": "d" * 20_001}),
    ],
)
def test_the_specialist_is_told_which_field_is_not_right(told: str, change: dict[str, str]) -> None:
    with pytest.raises(Refused) as refused:
        render("marital-status", result(STATUS | change))
    assert refused.value.code == TOLD[told]
    labels = {field.name: field.label for field in registry.template_of("marital-status").fields}
    assert refused.value.facts["fields"] == [labels.get(name, name) for name in change]


def test_somebody_whose_birthday_nobody_knows_is_printed_with_the_year() -> None:
    assert "Ngày, tháng, năm sinh: 1955 Giới" in words(render("marital-status", result(STATUS | {"ngay_sinh": "1955"})))


def test_a_slip_without_a_name_or_code_does_not_come_to_be() -> None:
    with pytest.raises(Refused) as refused:
        slip(applicant_name=" ", dossier_code="", components=(Paper(name=""),))
    assert refused.value.code == "form_field_missing"
    assert refused.value.facts["fields"] == ["Mã hồ sơ", "Người nộp hồ sơ", "Tên giấy tờ thứ 1"]


def test_a_notice_lists_every_paper_and_runs_on_when_they_are_many() -> None:
    items = tuple(
        Item(what=f"Giấy tờ thứ {n} " + "có tên dài " * n, where="Tòa án", form="Bản sao") for n in range(1, ITEMS_MAX + 1)
    )
    pdf = render("supplement", notice(items=items, until="2026-12-21"))
    text = " ".join(words(pdf, page) for page in range(1, preview.page_count(pdf) + 1))
    assert preview.page_count(pdf) > 1 and "đến hết ngày 21 tháng 12 năm 2026" in text
    assert all(item.what.strip() in text for item in items)


def test_a_notice_without_a_reason_or_with_too_many_papers_does_not_come_to_be() -> None:
    with pytest.raises(Refused, match="form_field_missing"):
        notice(reason=" ")
    with pytest.raises(Refused, match="form_too_long"):
        notice(items=(Item(what="x"),) * (ITEMS_MAX + 1))


@pytest.mark.parametrize("letter", ["漢", "\x07", "😀"])
def test_a_letter_the_font_cannot_draw_is_named_not_printed_as_a_box(letter: str) -> None:
    with pytest.raises(Refused) as refused:
        render("slip", slip(applicant_name=f"Nguyễn {letter}"))
    assert (refused.value.code, refused.value.facts["letters"]) == ("form_letter_unknown", letter)


def test_a_form_nobody_has_is_refused_and_so_is_one_not_yet_in_force() -> None:
    for form, data in (("khong-co", slip()), ("slip", slip(made_at="2020-01-01T00:00:00Z")), ("slip", result(STATUS))):
        with pytest.raises(Refused) as refused:
            render(form, data)
        assert refused.value.code == "form_unknown"


def test_every_template_says_where_it_comes_from_and_has_its_file() -> None:
    entries = registry.templates()
    assert len({entry.key for entry in entries}) == len(entries)
    for entry in entries:
        head = (registry.TEMPLATES / entry.file).read_text("utf-8").split("#import")[0]
        assert entry.source and (entry.compared_with_official or "Not compared with the official layout" in head)
        assert all(field.label and (field.choices or field.kind is not registry.Kind.CHOICE) for field in entry.fields)
        names = [field.name for field in entry.fields]
        assert len(set(names)) == len(names) and all(re.fullmatch("[a-z_]+", name) for name in names)


def test_page_pictures_keep_their_bounds() -> None:
    pdf = render("slip", slip())
    assert Image.open(io.BytesIO(preview.page_jpeg(pdf, 1, 72))).size == (596, 842)
    assert max(Image.open(io.BytesIO(preview.page_png(pdf, 2, 5_000))).size) <= preview.SIDE_MAX
    for page in (0, 3):
        with pytest.raises(Refused, match="page_unknown"):
            preview.page_png(pdf, page)
    with pytest.raises(Refused, match="pdf_unreadable"):
        preview.page_count(b"%PDF-1.7 not really")


def test_every_refusal_of_a_form_has_its_sentence() -> None:
    codes = {*TOLD.values(), "form_unknown", "form_letter_unknown", "form_too_long", "page_unknown", "pdf_unreadable"}
    assert sorted(codes - set(SENTENCES)) == []
