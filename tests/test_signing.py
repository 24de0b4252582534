"""How a result is signed by the leader, then numbered, dated and sealed by the clerk, without the first signature suffering."""

import re
import subprocess

import pikepdf
import pypdfium2
import pytest

from appliance.errors import Refused
from hardware.sign_pdf import Place, sign_leader
from hardware.stamps import shown_time
from signing_room import AT, FILL, form_pdf

WORD = r'<word xMin="([\d.]+)" yMin="[\d.]+" xMax="([\d.]+)" yMax="[\d.]+">([^<]+)</word>'


@pytest.fixture(scope="module")
def sealed(ca):
    return ca.sealed(ca.signed(form_pdf()))


def test_number_and_date_come_with_the_seal_and_the_leaders_signature_stays_valid(ca, sealed):
    leader, seal = ca.judged(sealed)["ky_lanh_dao"], ca.judged(sealed)["dau_co_quan"]
    assert (leader.summary, leader.modification, leader.kind) == ("signature_good", "form_filling", "leader")
    assert (seal.summary, seal.modification, seal.kind, seal.covers_whole_file) == ("signature_good", "none", "organisation", True)
    assert (leader.signer_cn, leader.signed_at) == ("Nguyễn Minh Họa", AT)
    assert seal.signer_cn == "Ủy ban nhân dân xã An Châu"


def test_signing_only_adds_to_the_end_of_the_file(ca):
    unsigned = form_pdf()
    signed = ca.signed(unsigned)
    assert signed.startswith(unsigned)
    assert ca.sealed(signed).startswith(signed)


def test_every_vietnamese_letter_of_number_date_and_stamp_can_be_read_on_the_page(sealed, tmp_path):
    (tmp_path / "a.pdf").write_bytes(sealed)
    subprocess.run(["pdftotext", "-layout", tmp_path / "a.pdf", tmp_path / "a.txt"], check=True, timeout=30)
    text = (tmp_path / "a.txt").read_text(encoding="utf-8")
    for words in (
        *FILL.values(),
        "Người ký: Nguyễn Minh Họa",
        "Cơ quan ký: Ủy ban nhân dân xã An Châu",
        "21/11/2026 09:15:30 +07:00",
    ):
        assert words in text


def test_the_leaders_stamp_is_blue_and_the_organisations_red(sealed):
    document = pypdfium2.PdfDocument(sealed)
    document.init_forms()
    page = document[0].render(scale=2).to_pil()
    blue = page.crop((2 * 320, 2 * 660, 2 * 540, 2 * 724)).getcolors(1 << 20)
    red = page.crop((2 * 60, 2 * 660, 2 * 290, 2 * 724)).getcolors(1 << 20)
    assert any(b > 100 and r < 50 for _, (r, _, b) in blue)
    assert any(r > 150 and b < 60 for _, (r, _, b) in red)
    assert not any(b > 100 and r < 50 for _, (r, _, b) in red)


def test_the_letters_stand_as_close_as_they_should(sealed, tmp_path):
    # Fonts with other than 1000 units to the em once came out with wide gaps.
    (tmp_path / "a.pdf").write_bytes(sealed)
    told = subprocess.run(["pdftotext", "-bbox", tmp_path / "a.pdf", "-"], check=True, capture_output=True, timeout=30)
    width = {word: float(right) - float(left) for left, right, word in re.findall(WORD, told.stdout.decode())}
    assert 190 < width[FILL["ngay_van_ban"]] < 205  # As wide as 13 points of Times italic are.


def test_where_the_seal_lies_over_the_signature_both_can_still_be_read(ca, tmp_path):
    places = {"ky_lanh_dao": (340, 120, 520, 190), "dau_co_quan": (290, 110, 390, 210)}
    (tmp_path / "a.pdf").write_bytes(ca.sealed(ca.signed(form_pdf(places=places))))
    told = subprocess.run(["pdftotext", "-bbox", tmp_path / "a.pdf", "-"], check=True, capture_output=True, timeout=30)
    edges = {word[:8]: (float(left), float(right)) for left, right, word in re.findall(WORD, told.stdout.decode())}
    assert edges["Cơ quan "][1] <= 340  # The seal's words end where the signature's box begins …
    assert edges["Người ký"][0] >= 390  # … and the signature's begin where the seal's box ends.


def test_filled_fields_are_read_only_and_the_font_is_inside_the_file(sealed, tmp_path):
    (tmp_path / "a.pdf").write_bytes(sealed)
    with pikepdf.open(tmp_path / "a.pdf") as pdf:
        fields = {str(field.T): field for field in pdf.Root.AcroForm.Fields}
        assert str(fields["so_van_ban"].V) == FILL["so_van_ban"]
        assert int(fields["so_van_ban"].Ff) & 1
        font = fields["so_van_ban"].AP.N.Resources.Font.F.DescendantFonts[0]
        assert "/FontFile2" in font.FontDescriptor
        assert "/ExtGState" not in fields["ky_lanh_dao"].AP.N.get("/Resources", {})  # No transparency.


def test_a_field_is_signed_once_and_filled_once(ca, sealed):
    with pytest.raises(Refused, match="signature_field_taken"):
        ca.signed(sealed)
    with pytest.raises(Refused, match="form_field_filled"):
        ca.sealed(sealed)
    with pytest.raises(Refused, match="fill_field_missing"):
        ca.sealed(form_pdf(), {"khong_co": "1"})
    with pytest.raises(Refused, match="form_letter_unknown"):
        ca.sealed(form_pdf(), {"so_van_ban": "145/漢"})


def test_a_scan_without_fields_gets_one_where_the_office_wants_it(ca, tmp_path):
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(595, 842))
    pdf.save(tmp_path / "scan.pdf")
    scan = (tmp_path / "scan.pdf").read_bytes()
    with pytest.raises(Refused, match="signature_field_missing"):
        ca.signed(scan)
    signed = sign_leader(scan, ca.signer("st01"), AT, "ky_so_hoa", Place(0, (300, 700, 560, 760)))
    assert ca.summaries(signed) == ["signature_good"]


def test_what_is_no_pdf_is_refused(ca):
    with pytest.raises(Refused, match="pdf_unreadable"):
        ca.signed(b"khong phai PDF")


def test_the_time_on_a_document_is_the_offices_own():
    assert shown_time("2026-12-31T17:30:00.000Z") == "01/01/2027 00:30:00 +07:00"
