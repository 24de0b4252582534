"""Persons in their roles: asked for by data, found by anybody's name, corrected, printed, carried over, erased whole."""

import re
from datetime import date
from pathlib import Path

import pypdfium2
import pytest
from flask import Flask
from flask.testing import FlaskClient

from appliance import (
    alike,
    correcting,
    drafts,
    erasure,
    files,
    ledger,
    looking_back,
    queries,
    reception,
    roles,
    rows,
    searching,
    verify,
)
from appliance.box import Box
from appliance.catalogue import builtin
from appliance.drafts import Body, Part
from appliance.errors import Refused
from appliance.officers import Officer
from appliance.rights import Role
from appliance.searching import Wanted
from boxes import open_test_box
from desk_room import HTTPS, csrf, get, grant_numbers, log_in, post
from provisioning import enrol
from wire_room import wire_room

BICH = Officer("ST04", "st04", "Trần Thị Bích", frozenset({Role.RECEPTION}))
BIRTH, MARRIAGE, MARITAL = "1.001193", "1.000894", "1.004873"
FATHER = {"name": "Trần Văn Hòa", "number": "089090012347", "birth": "02/02/1990", "phone": "0912 345 678"}
PERSONS = {
    "child": {"name": "Trần Gia Bảo", "birth": "01/11/2026", "gender": "Nam"},
    "mother": {"name": "Nguyễn Thị Ngọc Ánh", "number": "089190012345", "birth": "05/08/1990"},
    "father": {"who": "applicant"},
}
BODY = Body(applicant=FATHER, procedure=BIRTH, parts={"c1": Part(have=True)}, persons=PERSONS)


def accept(box: Box, body: Body = BODY) -> str:
    with box.writing() as act:
        draft = drafts.begin(act, "ST04")
        drafts.save(act, draft, "ST04", 1, body)
        return reception.accept(act, box.home, builtin(), draft, BICH).dossier


def registration(name: str = "Trần Gia Bảo", birth: str = "01/11/2026", mother: str = "089190012345") -> list[dict]:
    typed = {"child": {"name": name, "birth": birth}, "mother": {"name": "Ánh", "number": mother}}
    return roles.written(builtin().roles_of(BIRTH, date(2026, 11, 22)), typed)


@pytest.fixture
def box(tmp_path: Path):
    box = open_test_box(tmp_path)
    yield box
    box.close()


def test_a_procedure_without_roles_asks_for_nobody():
    assert builtin().roles_of(MARITAL, date(2026, 11, 22)) == ()
    assert [one.role for one in builtin().roles_of(MARRIAGE, date(2026, 11, 22))] == ["bride", "groom"]
    assert builtin().roles_of(BIRTH, date(2025, 6, 30)) == ()


def test_whom_it_is_about_must_be_named_and_a_parent_need_not(box: Box):
    asked = builtin().roles_of(BIRTH, date(2026, 11, 22))
    assert [one.role for one in roles.missing(asked, {"child": {"who": "unknown", "name": " "}})] == ["child"]
    assert roles.missing(asked, {"child": {"name": "Trần Gia Bảo"}}) == []
    with pytest.raises(Refused) as refused:
        accept(box, Body(applicant=FATHER, procedure=BIRTH, parts={"c1": Part(have=True)}))
    assert refused.value.facts["codes"] == ["persons_missing"]


def test_who_is_unknown_is_said_to_be_and_the_applicant_is_written_once(box: Box):
    unknown = {**PERSONS, "mother": {"who": "unknown", "name": "đã gõ trước đó"}}
    dossier = queries.dossier(box.db, accept(box, Body(applicant=FATHER, procedure=BIRTH, parts=BODY.parts, persons=unknown)))
    child, mother, father = dossier.persons
    assert (child["birth"], child["about"], "number" in child) == ("2026-11-01", True, False)
    assert mother == {"role": "mother", "called": "Người mẹ", "unknown": True}
    assert father == {"role": "father", "called": "Người cha", "is": "applicant"}
    assert [one.person.get("name") for one in roles.everyone(dossier)] == ["Trần Văn Hòa", "Trần Gia Bảo", None, "Trần Văn Hòa"]


def test_any_person_finds_the_dossier_and_the_officer_sees_in_which_role(box: Box):
    dossier = accept(box)
    for words, called in (("gia bao", ["Trẻ được khai sinh"]), ("ngoc anh", ["Người mẹ"]), ("089 190 012 345", ["Người mẹ"])):
        listed = searching.find(box.db, Wanted(words=words), "2026-11-22").rows
        assert [one.id for one in listed] == [dossier]
        assert [one.called for one in searching.persons_found(box.db, listed, words)[dossier]] == called
    listed = queries.search(box.db, "tran van hoa")
    assert searching.persons_found(box.db, listed, "tran van hoa") == {}


def test_a_child_registered_before_is_shown_even_when_that_dossier_is_over(box: Box):
    first = accept(box)
    with box.writing() as act:
        act.db.conn.execute("UPDATE dossier SET status = 10 WHERE id = ?", [first])
    (same,) = alike.find(box.db, BIRTH, "001099000001", registration("TRẦN GIA BAO"), once={"child"})
    assert alike.find(box.db, BIRTH, "001099000001", registration("TRẦN GIA BAO")) == []
    assert (same.listed.id, same.why, same.called, same.name) == (first, "alike_person", "Trẻ được khai sinh", "Trần Gia Bảo")
    (twin,) = alike.find(box.db, BIRTH, "", registration("Trần Gia Long"), {"child"})
    assert twin.why == "alike_birth"
    assert alike.find(box.db, BIRTH, "", registration("Trần Gia Long", "03/03/2024"), {"child"}) == []
    assert alike.find(box.db, BIRTH, "", registration("Trần Gia Long", mother="001199000001"), {"child"}) == []
    assert alike.find(box.db, BIRTH, FATHER["number"]) == []  # The father's own dossier is over.
    assert alike.find(box.db, MARITAL, "", registration()) == []


def test_the_slip_names_whom_it_is_about_and_who_acts_on_what(box: Box):
    acting = {"name": "Lê Thị Hạnh", "basis": builtin().authority[0]}
    body = Body(applicant=FATHER, authorised=acting, procedure=BIRTH, parts=BODY.parts, persons=PERSONS)
    dossier = queries.dossier(box.db, accept(box, body))
    words = " ".join(pypdfium2.PdfDocument(files.read(box.home, dossier.slip))[0].get_textpage().get_text_range().split())
    assert "Trẻ được khai sinh: Trần Gia Bảo, sinh 01/11/2026" in words
    assert "Người nộp thay: Lê Thị Hạnh, căn cứ: văn bản ủy quyền có chứng thực" in words
    assert "089190012345" not in words and "Ngọc Ánh" not in words


def test_acting_for_another_needs_a_basis(box: Box):
    with pytest.raises(Refused) as refused:
        accept(box, Body(applicant=FATHER, authorised={"name": "Lê Thị Hạnh"}, procedure=BIRTH, parts=BODY.parts, persons=PERSONS))
    assert refused.value.facts["codes"] == ["authority_missing"]


def test_an_unknown_mother_becomes_known_by_a_correction(box: Box):
    unknown = PERSONS | {"mother": {"who": "unknown"}}
    dossier_id = accept(box, Body(applicant=FATHER, procedure=BIRTH, parts=BODY.parts, persons=unknown))
    values = correcting.values_of(queries.dossier(box.db, dossier_id))
    assert "persons.father.name" not in values  # The applicant is corrected once.
    typed = values | {"persons.mother.name": "Nguyễn Thị Ngọc Ánh", "persons.child.birth": "02/11/2026"}
    with box.writing() as act:
        seen = looking_back.mark(act.db, dossier_id)
        correcting.correct(act, box.home, builtin(), dossier_id, BICH, seen, correcting.tidy(typed), "ghi nhầm")
    child, mother, _ = queries.dossier(box.db, dossier_id).persons
    assert (child["birth"], child["called"], child["about"]) == ("2026-11-02", "Trẻ được khai sinh", True)
    assert mother == {"role": "mother", "called": "Người mẹ", "name": "Nguyễn Thị Ngọc Ánh"}
    step = queries.timeline(box.db, dossier_id)[-1]
    told = correcting.told(step.facts, queries.personal_of_step(box.db, box.device, step))
    assert [(one.field, one.was, one.now) for one in told] == [
        ("persons.child.birth", "2026-11-01", "2026-11-02"),
        ("persons.mother.name", "", "Nguyễn Thị Ngọc Ánh"),
    ]
    assert [one.id for one in queries.search(box.db, "ngoc anh")] == [dossier_id]


def test_rebuilt_rows_are_the_live_ones(box: Box):
    accept(box)
    assert verify.check_rows(box.db, box.device) == []


def test_the_province_folds_and_finds_everybody_too(tmp_path: Path):
    with wire_room(tmp_path) as room:
        commune = room.commune(tmp_path / "commune")
        enrol.approve_general_process(commune.box.home, "ST16")
        dossier = accept(commune.box)
        commune.round()
        assert rows.load(room.province.db, dossier) == rows.load(commune.box.db, dossier)
        assert [one.id for one in queries.search(room.province.db, "gia bao")] == [dossier]


def test_an_erased_dossier_has_nobody_left_anywhere(box: Box):
    dossier = accept(box)
    erasure.erase(box, dossier, "ST03", "request")
    assert queries.dossier(box.db, dossier).persons == ()
    for words in ("gia bao", "ngoc anh", "van hoa", "089190012345"):
        assert queries.search(box.db, words) == []
    data = b"".join(path.read_bytes() for path in box.home.root.glob("main.db*"))
    for word in ("Trần Gia Bảo", "Ngọc Ánh", "089190012345"):
        assert word.encode() not in data
    assert ledger.head(box.db)


def save(client: FlaskClient, draft: str, **form: str) -> dict:
    """Save a draft as the page's script does."""
    told = {"Referer": HTTPS, "Sec-Fetch-Mode": "cors"}
    data = {"csrf_token": csrf(client, "/tiep-nhan")} | form
    return client.post(f"/tiep-nhan/{draft}/luu", data=data, base_url=HTTPS, headers=told).json


def test_the_next_dossier_of_a_visitor_keeps_the_parents_and_asks_for_the_other_child(app: Flask):
    box: Box = app.extensions["box"]
    grant_numbers(box)
    dossier, client = accept(box), log_in(app, "st04")
    draft = post(client, f"/tiep-nhan/tiep-theo/{dossier}", "/tiep-nhan").headers["Location"].split("draft=")[1]
    body = drafts.load(box.db, draft).body
    assert body.persons == {
        "mother": {"name": "Nguyễn Thị Ngọc Ánh", "number": "089190012345", "number_kind": "12", "birth": "05/08/1990"},
        "father": {"who": "applicant"},
    }
    form = {"version": "2", "procedure": "", "name": FATHER["name"], "number": FATHER["number"]}
    saved = save(client, draft, **form)
    chosen = save(client, draft, **form | {"version": saved["version"], "procedure": BIRTH})
    assert 'value="Nguyễn Thị Ngọc Ánh"' in chosen["parts"]["work"]


def test_a_card_fills_the_person_whose_field_it_was_read_into(app: Flask):
    box: Box = app.extensions["box"]
    client = log_in(app, "st04")
    draft = "01936f00-0000-7000-8000-0000000000aa"
    card = "089190012345||Nguyễn Thị Ngọc Ánh|05081990|Nữ|Ấp Long Định, xã An Châu, tỉnh An Giang|10092025"
    form = {"name": "Trần Văn Hòa", "procedure": BIRTH, "shown": BIRTH, "case": f"{BIRTH}#1", "role-mother-number": card}
    answer = save(client, draft, version="0", **form)
    assert answer["card"] == "Người mẹ" and "person" not in answer["parts"]
    assert drafts.load(box.db, draft).body.persons["mother"] == {
        "number": "089190012345", "name": "Nguyễn Thị Ngọc Ánh", "birth": "05/08/1990", "gender": "Nữ",
    }  # fmt: skip
    assert drafts.load(box.db, draft).body.applicant == {"name": "Trần Văn Hòa"}


def test_the_pages_show_everybody_in_their_roles(app: Flask):
    box: Box = app.extensions["box"]
    grant_numbers(box)
    dossier, client = accept(box), log_in(app, "st04")
    page = re.sub(r"<[^>]+>|\s+", " ", get(client, f"/ho-so/{dossier}").text)
    assert "Người cha là người nộp" in " ".join(page.split())
    assert "Trẻ được khai sinh" in page and "Trần Gia Bảo" in page
    assert "Trẻ được khai sinh: <b>Trần Gia Bảo</b>" in get(client, "/tra-cuu?q=gia+bao").text
    assert "persons.child.name" in get(client, f"/ho-so/{dossier}/dinh-chinh").text
