"""The converted paper copy: every page as shown, with its marks; made only while the signatures hold, printed again as it is."""

import io
import shutil

import pikepdf
import pypdfium2
import pytest
from flask import Flask

from appliance import converting, files, papers, release
from appliance.box import Box
from appliance.clock import stamp
from appliance.dossier import Status
from appliance.errors import Refused
from appliance.forms import preview
from appliance.officers import by_id
from appliance.rules import EarlyRelease
from desk_room import OWNER, accept, get, log_in, post, seal
from desk_steps import now
from web.next_step import next_step

ALWAYS, NEVER = EarlyRelease.ALWAYS, EarlyRelease.NEVER


@pytest.fixture
def dossier(box: Box, ca) -> str:  # noqa: ANN001
    """Give a dossier whose result is really signed and sealed, in an office that trusts the signers' authority."""
    shutil.copytree(ca.folder / "trust", box.home.trust, dirs_exist_ok=True)
    found = accept(box)
    seal(box, found, ca)
    return found


def made(box: Box, dossier: str, who: str = "ST09") -> bytes:
    officer = by_id(box.db, who)
    assert officer
    found = now(box, dossier)
    return converting.set_copy(box.home, found, converting.convertible(found, ALWAYS), officer, stamp())


def test_the_copy_shows_every_page_and_says_what_it_was_converted_from(box: Box, dossier: str) -> None:
    pdf, source = made(box, dossier), now(box, dossier).result
    copy = pypdfium2.PdfDocument(pdf)
    assert len(copy) == source.pages + 1
    last = " ".join(copy[len(copy) - 1].get_textpage().get_text_range().split())
    for words in (
        "01/UBND-XNTTHN",
        "Đỗ Thị Văn Thư Mẫu",
        "ỦY BAN NHÂN DÂN XÃ AN CHÂU",
        "Ký, ghi rõ họ tên và đóng dấu",
    ):
        assert words in last
    assert source.file in last.replace(" ", "")
    strip = " ".join(copy[0].get_textpage().get_text_range().split())
    assert "BẢN GIẤY CHUYỂN ĐỔI TỪ VĂN BẢN ĐIỆN TỬ số 01/UBND-XNTTHN" in strip and "Trang 1/2" in strip
    assert OWNER["name"] in strip  # The words of the page lie under its picture.


def test_it_claims_to_be_tagged_and_its_pictures_have_words(box: Box, dossier: str) -> None:
    document = pikepdf.open(io.BytesIO(made(box, dossier)))
    assert "/StructTreeRoot" in document.Root and bool(document.Root.MarkInfo.Marked)
    told = document.Root.Metadata.read_bytes()
    assert b"<pdfaid:part>2</pdfaid:part>" in told and b"<pdfaid:conformance>A</pdfaid:conformance>" in told
    alternatives = [str(one.Alt) for one in document.objects if isinstance(one, pikepdf.Dictionary) and "/Alt" in one]
    assert any(OWNER["name"] in words for words in alternatives)
    assert "/AcroForm" not in document.Root


def test_nothing_is_converted_that_waits_for_its_stamp_or_was_never_sealed(box: Box, dossier: str) -> None:
    with pytest.raises(Refused, match="waits_for_timestamp"):
        converting.convertible(now(box, dossier), NEVER)
    with pytest.raises(Refused, match="waits_for_timestamp"):
        converting.convertible(now(box, dossier), EarlyRelease.LEADER_DECISION)
    with pytest.raises(Refused, match="no_electronic_result"):
        converting.convertible(now(box, accept(box)), ALWAYS)


def test_a_signature_that_does_not_hold_is_not_converted(box: Box, dossier: str) -> None:
    shutil.rmtree(box.home.trust)
    with pytest.raises(Refused, match="result_not_valid"):
        made(box, dossier)


def test_the_officer_prints_it_and_prints_it_again_byte_for_byte(app: Flask, box: Box, dossier: str) -> None:
    clerk, path = log_in(app, "st09"), f"/ho-so/{dossier}/in-ban-chuyen-doi"
    assert post(clerk, path).status_code == 422 and now(box, dossier).papers == ()  # It waits for its time-stamp.
    assert path not in get(clerk, f"/ho-so/{dossier}").text
    with box.writing() as act:
        clear = {"document": now(box, dossier).result.id, "rule": "leader_decision"}
        act.record("release.allowed", actor="ST01", dossier=dossier, clear=clear, personal={"reason": "Cần gấp"})
    assert path in get(clerk, f"/ho-so/{dossier}").text
    for _ in range(2):
        assert post(clerk, path).status_code == 303
    first, second = now(box, dossier).papers
    assert (first.file, first.copy, first.of) == (second.file, 1, now(box, dossier).result.file) and second.copy == 2
    assert preview.page_count(files.read(box.home, first.file)) == 2
    assert box.db.conn.execute("SELECT count(*) FROM job WHERE kind = 'print'").fetchone()[0] == 2
    shown = get(clerk, f"/ho-so/{dossier}").text
    assert "in bản giấy chuyển đổi từ văn bản điện tử, bản thứ 1" in shown and "in lại bản giấy chuyển đổi" in shown
    assert post(log_in(app, "st06"), path).status_code == 303
    assert now(box, dossier).papers[-1].file != first.file  # Another officer answers for a copy of his own.


def test_a_copy_of_a_voided_result_is_not_printed_again(box: Box, dossier: str) -> None:
    pdf, clerk = made(box, dossier), by_id(box.db, "ST09")
    assert clerk
    source = now(box, dossier).result
    with box.writing() as act:
        file = converting.keep(act, box.home, dossier, clerk, ALWAYS, source.file, pdf)
        with pytest.raises(Refused, match="result_changed"):
            converting.keep(act, box.home, dossier, clerk, ALWAYS, "0" * 64, pdf)
        act.record("document.voided", actor="box", dossier=dossier, clear={"document": source.id, "why": "signature_revoked"})
    with pytest.raises(Refused, match="no_electronic_result"), box.writing() as act:
        papers.reprint(act, dossier, "ST09", file.s, "another")


def test_a_dossier_whose_result_was_voided_is_processed_again_and_nothing_is_handed_over(box: Box, dossier: str) -> None:
    found = now(box, dossier)
    assert found.status == Status.DONE and found.result and found.holder
    with box.writing() as act:
        act.record(
            "document.voided", actor="agent", dossier=dossier, clear={"document": found.result.id, "why": "signature_revoked"}
        )
        with pytest.raises(Refused, match="not_finished"):
            release.hand_over(act, dossier, "ST06", ALWAYS, "counter", {"name": "Trần Văn Hòa"})
    again = now(box, dossier)
    assert (again.status, again.finished_at, again.holder) == (Status.PROCESSING, "", found.holder)
    assert next_step(again, ALWAYS).words.startswith("soạn lại kết quả")


@pytest.mark.parametrize("account", ["st01", "st04", "st07", "st08", "st15", "st16", "st17"])
def test_who_has_no_seal_converts_nothing(app: Flask, box: Box, account: str) -> None:
    assert post(log_in(app, account), f"/ho-so/{accept(box)}/in-ban-chuyen-doi").status_code == 403
