"""What a counter does with a draft and how it becomes a dossier: the real box, the built-in catalogue, the real slip."""

from datetime import datetime

import pytest

from appliance import alike, choosing, drafts, files, queries, reception
from appliance.catalogue import builtin
from appliance.clock import LOCAL
from appliance.drafts import Body, NewPage, Original, Part
from appliance.errors import Refused
from appliance.forms.preview import page_count
from appliance.officers import Officer
from appliance.rights import Role
from boxes import PERSON, UNIT, open_test_box

BICH = Officer("ST04", "st04", "Trần Thị Bích", frozenset({Role.RECEPTION}))
MARITAL, CERTIFY, BIRTH = "1.004873", "2.000815", "1.001193"
TYPED = {"name": "Nguyễn Thị Ngọc Ánh", "number": "089190012345", "birth": "05/08/1990", "phone": "0912 345 678"}
MARRIED = Body(applicant=TYPED, procedure=MARITAL, parts={"c1": Part(have=True)}, fee_amounts={"Lệ phí hộ tịch": 8000})


def begin(box, body=MARRIED, officer="ST04"):
    with box.writing() as act:
        draft = drafts.begin(act, officer)
        drafts.save(act, draft, officer, 1, body)
    return draft


def scan(box, draft, component="c1", data=b"page", **how):
    digest = files.put(box.home, data)
    with box.writing() as act:
        return drafts.add_page(act, draft, component, NewPage(digest, len(data), "image/jpeg"), **how)


def accept(box, draft):
    with box.writing() as act:
        return reception.accept(act, box.home, builtin(), draft, BICH, "2")


def test_a_draft_becomes_a_dossier_with_number_due_date_and_slip(tmp_path):
    box = open_test_box(tmp_path)
    draft = begin(box)
    scan(box, draft)
    made = accept(box, draft)
    dossier = queries.dossier(box.db, made.dossier)
    assert made.code.startswith(f"{UNIT}-") and made.code.endswith("-0001")
    assert dossier.applicant["phone"] == "+84912345678" and dossier.due["at"] == made.due_at
    assert page_count(files.read(box.home, made.slip)) == 2
    assert [c["key"] for c in dossier.components] == ["c1"] and len(dossier.components[0]["pages"]) == 1


def test_accepting_twice_gives_the_first_dossier_and_one_number(tmp_path):
    box = open_test_box(tmp_path)
    draft = begin(box)
    assert accept(box, draft) == accept(box, draft)
    assert box.db.conn.execute("SELECT count(*) FROM number_used").fetchone()[0] == 1


def test_an_accepted_draft_holds_nothing_of_the_person_any_more(tmp_path):
    box = open_test_box(tmp_path)
    draft = begin(box)
    scan(box, draft)
    accept(box, draft)
    kept = drafts.load(box.db, draft)
    assert kept.body == Body() and kept.pages == ()


def test_what_is_missing_is_listed_all_at_once(tmp_path):
    box = open_test_box(tmp_path)
    draft = begin(box, Body(procedure=CERTIFY))
    with pytest.raises(Refused) as refused:
        accept(box, draft)
    assert refused.value.facts["codes"] == ["applicant_missing", "copies_missing"]


def test_certified_copies_are_priced_by_the_pages_of_the_original(tmp_path):
    box = open_test_box(tmp_path)
    body = Body(applicant=TYPED, procedure=CERTIFY, originals=(Original("Bằng tốt nghiệp", 3, 5),))
    made = accept(box, begin(box, body))
    assert [line["amount"] for line in queries.dossier(box.db, made.dossier).fee_lines] == [25_000]


def test_an_unknown_fee_waits_for_the_officers_amount(tmp_path):
    box = open_test_box(tmp_path)
    draft = begin(box, Body(applicant=TYPED, procedure=MARITAL, parts={"c1": Part(have=True)}))
    with pytest.raises(Refused, match="not_ready"):
        accept(box, draft)


def test_what_was_scanned_counts_as_brought_even_when_nobody_ticked_it(tmp_path):
    box = open_test_box(tmp_path)
    draft = begin(box, Body(applicant=TYPED, procedure=BIRTH, persons={"child": {"name": "Trần Gia Bảo"}}))
    scan(box, draft, "c2")
    made = accept(box, draft)
    assert [c["key"] for c in queries.dossier(box.db, made.dossier).components] == ["c2"]


def test_pages_of_an_earlier_choice_stay_in_the_dossier_as_other_papers(tmp_path):
    box = open_test_box(tmp_path)
    draft = begin(box)
    scan(box, draft, "gone.7")
    with box.writing() as act:
        drafts.set_aside(act, draft, ["c1"])
    made = accept(box, draft)
    last = queries.dossier(box.db, made.dossier).components[-1]
    assert (last["key"], last["name"], len(last["pages"])) == ("other", "Giấy tờ khác", 1)


def test_the_limit_is_explained_by_sentences(tmp_path):
    body = Body(applicant=TYPED, procedure=MARITAL)
    choice = choosing.choose(builtin(), body, datetime(2026, 11, 20, 9, 15, tzinfo=LOCAL), builtin().calendar)
    assert choice.due.at.date().isoformat() == "2026-11-26"  # 24/11 is a day off
    assert [line.code for line in choice.due.lines][:2] == ["due_work_days", "due_unconfirmed_day"]


def test_a_day_the_officer_promises_stands_where_the_catalogue_states_no_limit(tmp_path):
    catalogue, at = builtin(), datetime(2026, 11, 20, 9, 15, tzinfo=LOCAL)
    unknown = next(c for c, p in catalogue.procedures.items() if p.cases[0].limit.value is None and not p.cases[0].channels)
    assert choosing.choose(catalogue, Body(procedure=unknown), at, catalogue.calendar).due.at is None
    promised = choosing.choose(catalogue, Body(procedure=unknown, due_day="2026-12-01"), at, catalogue.calendar)
    assert promised.due.at.date().isoformat() == "2026-12-01"


def test_a_second_window_never_overwrites_unseen(tmp_path):
    box = open_test_box(tmp_path)
    draft = begin(box)
    with pytest.raises(Refused, match="draft_changed"), box.writing() as act:
        drafts.save(act, draft, "ST04", 1, Body(note="khác"))
    assert drafts.load(box.db, draft).body == MARRIED


def test_a_save_whose_answer_was_lost_is_no_conflict(tmp_path):
    box = open_test_box(tmp_path)
    draft = begin(box)
    with box.writing() as act:
        assert drafts.save(act, draft, "ST04", 1, MARRIED) == 2


def test_a_page_taken_in_twice_is_one_page_even_when_it_replaces_another(tmp_path):
    box = open_test_box(tmp_path)
    draft = begin(box)
    old = scan(box, draft, data=b"blurred")
    for _ in range(2):
        scan(box, draft, data=b"sharp", page_id="job-1", replaces=old)
    assert [p.id for p in drafts.load(box.db, draft).pages] == ["job-1"]


def test_a_new_page_for_one_that_is_gone_is_kept_all_the_same(tmp_path):
    box = open_test_box(tmp_path)
    draft = begin(box)
    scan(box, draft, page_id="job-1", replaces="gone")
    assert [p.id for p in drafts.load(box.db, draft).pages] == ["job-1"]


def test_a_discarded_draft_comes_back_until_it_is_purged(tmp_path):
    box = open_test_box(tmp_path)
    draft = begin(box)
    scan(box, draft)
    with box.writing() as act:
        drafts.discard(act, draft, "ST04")
    assert drafts.open_of(box.db, "ST04") == []
    with pytest.raises(Refused, match="draft_discarded"):
        accept(box, draft)
    with box.writing() as act:
        drafts.restore(act, draft, "ST04")
    assert len(drafts.open_of(box.db, "ST04")[0].pages) == 1
    with box.writing() as act:
        drafts.discard(act, draft, "ST04")
        drafts.purge(act, "9999")
    with pytest.raises(Refused, match="draft_unknown"):
        drafts.load(box.db, draft)


def test_the_same_persons_same_request_is_found(tmp_path):
    box = open_test_box(tmp_path)
    accept(box, begin(box))
    assert len(alike.find(box.db, MARITAL, PERSON["number"])) == 1
    assert alike.find(box.db, BIRTH, PERSON["number"]) == []
