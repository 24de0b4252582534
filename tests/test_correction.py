"""What was typed wrong at the counter is put right: an event, a further copy of the slip, nothing of a colleague's lost."""

import pypdfium2
import pytest

from appliance import correcting, files, looking_back, processing, queries, reception, rows
from appliance.catalogue import builtin
from appliance.correcting import Change, changes, merge, values_of
from appliance.drafts import Original
from appliance.errors import Refused
from boxes import open_test_box
from test_reception import BICH, CERTIFY, TYPED, accept, begin
from wire_room import wire_room

HIEN = BICH.__class__("ST05", "st05", "Hoàng Thử Nghiệm", BICH.roles)


@pytest.fixture
def box(tmp_path):
    return open_test_box(tmp_path)


def found(box, dossier):
    return queries.dossier(box.db, dossier)


def mend(box, dossier, who=BICH, seen="", reason="Gõ nhầm", **fields):
    """Correct fields (name with _ for .) as seen now or earlier."""
    typed = values_of(found(box, dossier)) | {name.replace("__", "."): value for name, value in fields.items()}
    with box.writing() as act:
        seen = seen or looking_back.mark(act.db, dossier)
        return correcting.correct(act, box.home, builtin(), dossier, who, seen, correcting.tidy(typed), reason)


def words(box, digest):
    pdf = pypdfium2.PdfDocument(files.read(box.home, digest))
    return " ".join(word for page in pdf for word in page.get_textpage().get_text_range().split())


def test_a_mended_name_and_phone_stand_on_a_second_slip_and_the_first_stays(box):
    made = accept(box, begin(box))
    slip = mend(box, made.dossier, applicant__name="Nguyễn Thị Ngọc Oanh", applicant__phone="0987 654 321")
    dossier = found(box, made.dossier)
    assert (dossier.applicant["name"], dossier.applicant["phone"]) == ("Nguyễn Thị Ngọc Oanh", "+84987654321")
    assert dossier.applicant["number"] == "089190012345" and dossier.corrections == 1
    assert [(paper.file, paper.copy) for paper in dossier.papers] == [(made.slip, 1), (slip.s, 2)]
    assert "Bản thứ 2 (đính chính)" in words(box, slip.s) and "Ngọc Oanh" in words(box, slip.s)
    assert "03 ngày làm việc" in words(box, slip.s)
    assert "Ngọc Ánh" in words(box, made.slip) and dossier.slip == slip.s


def test_a_mended_name_is_found_and_the_wrong_one_is_not(box):
    made = accept(box, begin(box))
    mend(box, made.dossier, applicant__name="Đặng Thị Oanh")
    assert [one.applicant for one in queries.search(box.db, "dang oanh")] == ["Đặng Thị Oanh"]
    assert queries.search(box.db, "ngoc anh") == []


def test_a_mended_count_changes_the_component_alone(box):
    made = accept(box, begin(box))
    mend(box, made.dossier, **{"count__c1": "3"})
    after = found(box, made.dossier)
    assert [part["count"] for part in after.components] == [3]
    assert after.applicant["name"] == TYPED["name"]


def test_the_ledger_tells_what_was_and_what_is(box):
    made = accept(box, begin(box))
    mend(box, made.dossier, applicant__phone="0987 654 321", count__c1="2")
    last = looking_back.told(box.db, box.device, made.dossier)[-1]
    assert correcting.told(last.event.d, last.personal) == (
        Change("applicant.phone", "+84912345678", "+84987654321"),
        Change("count.c1", "1", "2"),
    )
    assert last.personal["reason"] == "Gõ nhầm"
    assert b"0987" not in last.data and b"98765" not in last.data


def test_a_correction_needs_a_change_and_a_reason(box):
    made = accept(box, begin(box))
    with pytest.raises(Refused, match="nothing_corrected"):
        mend(box, made.dossier)
    with pytest.raises(Refused, match="reason_missing"):
        mend(box, made.dossier, reason=" ", applicant__name="Khác")
    assert len(found(box, made.dossier).papers) == 1


def test_the_second_of_two_officers_learns_what_the_first_changed(box):
    made = accept(box, begin(box))
    seen = looking_back.mark(box.db, made.dossier)
    mend(box, made.dossier, applicant__phone="0987 654 321")
    with pytest.raises(Refused, match="corrected_meanwhile"):
        mend(box, made.dossier, HIEN, seen, applicant__name="Nguyễn Thị Ngọc Oanh")
    assert found(box, made.dossier).applicant["name"] == TYPED["name"]


def test_an_act_that_changes_no_field_is_no_conflict(box):
    made = accept(box, begin(box))
    seen = looking_back.mark(box.db, made.dossier)
    with box.writing() as act:
        processing.take(act, made.dossier, "ST08")
    mend(box, made.dossier, HIEN, seen, applicant__name="Nguyễn Thị Ngọc Oanh")
    assert found(box, made.dossier).holder == "ST08"


def test_two_saves_are_brought_together_and_nothing_typed_is_lost():
    base = {"name": "A", "phone": "1", "note": ""}
    merged = merge(base, base | {"phone": "2", "name": "B"}, base | {"name": "C", "note": "x"})
    assert merged.values == {"name": "C", "phone": "2", "note": "x"}
    assert merged.theirs == (Change("name", "A", "B"), Change("phone", "1", "2"))
    assert merged.clashes == {"name"}
    assert changes(base, base) == ()


def test_certified_copies_keep_their_pages_and_fee_on_the_corrected_slip(box):
    body = reception.Body(applicant=TYPED, procedure=CERTIFY, originals=(Original("Bằng tốt nghiệp", 3, 5),))
    made = accept(box, begin(box, body))
    slip = mend(box, made.dossier, applicant__name="Nguyễn Thị Ngọc Oanh")
    assert "25.000" in words(box, slip.s)


def test_the_province_shows_the_corrected_name(tmp_path):
    with wire_room(tmp_path) as room:
        commune = room.commune(tmp_path / "commune")
        dossier = commune.accept("Lê Thị Sông Hậu")
        mend(commune.box, dossier, applicant__name="Lê Thị Sông Hương")
        commune.round()
        assert rows.load(room.province.db, dossier).applicant["name"] == "Lê Thị Sông Hương"
        assert [one.applicant for one in queries.search(room.province.db, "song huong")] == ["Lê Thị Sông Hương"]
