"""Certified copies in one pass: originals, fee, receipt, number; each act its own event, done as far as one's rights go."""

from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from appliance import drafts, erasure, officers, queries, reception, release, verify
from appliance.box import Box
from appliance.catalogue import builtin
from appliance.documents import Signature
from appliance.dossier import Status
from appliance.drafts import Body, Original
from appliance.errors import Refused
from appliance.fees import compute_for
from appliance.officers import Officer
from appliance.rights import Role
from boxes import open_test_box
from desk_room import COPIES, UNIT, get, grant_numbers, log_in, post, submit, today_rules

BICH = Officer("ST04", "st04", "Trần Thị Bích", frozenset({Role.RECEPTION}))
LAN = {"name": "Nguyễn Thị Lan", "number": "089190012345"}
ORIGINALS = (Original("Bằng tốt nghiệp đại học", 2, 3), Original("Học bạ của Trần Gia Bảo", 24, 1))
BODY = Body(applicant=LAN, procedure=COPIES, originals=ORIGINALS)
FORM = {
    "name": LAN["name"], "number": LAN["number"], "procedure": COPIES, "shown": COPIES, "case": f"{COPIES}#1", "version": "0",
    "original-1-title": "Bằng tốt nghiệp đại học", "original-1-pages": "2", "original-1-copies": "3",
    "original-2-title": "Học bạ của Trần Gia Bảo", "original-2-pages": "24", "original-2-copies": "1",
}  # fmt: skip


def accept(box: Box, body: Body = BODY) -> str:
    with box.writing() as act:
        draft = drafts.begin(act, "ST04")
        drafts.save(act, draft, "ST04", 1, body)
        return reception.accept(act, box.home, builtin(), draft, BICH).dossier


def entrust(app: Flask, account: str, *roles: Role) -> FlaskClient:
    """Give somebody these roles and log in as that person."""
    box: Box = app.extensions["box"]
    with box.writing() as act:
        officers.set_roles(act.db, account.upper(), roles)
    return log_in(app, account)


def kinds(box: Box, dossier: str) -> list[str]:
    return [step.kind for step in queries.timeline(box.db, dossier)]


def test_each_original_costs_by_its_pages_and_all_are_one_line():
    procedure, day = builtin().procedures[COPIES], today_rules() and builtin().manifest.effective_from
    (line,), costs = compute_for(builtin().fee_table, COPIES, procedure.fees, "counter", day, [(2, 3), (24, 1), (300, 2)])
    assert costs == (12_000, 26_000, 400_000)
    assert (line.amount, line.quantity, line.how.code) == (438_000, 6, "fee_originals")
    (line,), costs = compute_for(builtin().fee_table, COPIES, procedure.fees, "counter", day, [(2, 3), (0, 1)])
    assert (line.amount, line.how.code, costs) == (None, "fee_pages_unknown", (12_000, None))


def test_what_originals_are_called_is_sealed_and_gone_with_the_person(tmp_path: Path):
    box = open_test_box(tmp_path)
    dossier = accept(box)
    found = queries.dossier(box.db, dossier)
    assert [(part["name"], part["wanted"]) for part in found.originals] == [
        ("Bằng tốt nghiệp đại học", {"pages": 2, "copies": 3, "fee": 12_000}),
        ("Học bạ của Trần Gia Bảo", {"pages": 24, "copies": 1, "fee": 26_000}),
    ]
    assert "Gia Bảo" not in str(queries.timeline(box.db, dossier)[0].facts)
    erasure.erase(box, dossier, "ST03", "request")
    assert {part["name"] for part in queries.dossier(box.db, dossier).originals} == {"Bản chính giấy tờ, văn bản"}


def test_an_original_without_a_title_or_copies_is_not_accepted(tmp_path: Path):
    box = open_test_box(tmp_path)
    with pytest.raises(Refused) as refused:
        accept(box, Body(applicant=LAN, procedure=COPIES, originals=(*ORIGINALS, Original("", 2, 1))))
    assert refused.value.facts["codes"] == ["copies_missing"]


def test_one_number_stands_for_all_copies_and_the_event_keeps_each_original(app: Flask):
    box: Box = app.extensions["box"]
    grant_numbers(box)
    dossier = accept(box)
    submit(box, dossier, paper=True)
    book = builtin().books["certification_paper"]
    for wrong in ((4,), (3, 0), (1, 1, 1)):
        with pytest.raises(Refused, match="copies_wrong"), box.writing() as act:
            release.certify_copies(act, dossier, "ST09", "ST01", wrong, book, UNIT, today_rules())
    with box.writing() as act:
        assert release.certify_copies(act, dossier, "ST09", "ST01", (3, 2), book, UNIT, today_rules()) == "1"
    step = queries.timeline(box.db, dossier)[-1]
    assert (step.facts["copies"], [(one["pages"], one["copies"]) for one in step.facts["lines"]]) == (5, [(2, 3), (24, 2)])
    assert "Học bạ của Trần Gia Bảo" in queries.personal_of_step(box.db, box.device, step)["names"].values()
    assert verify.check_rows(box.db, box.device) == []
    register = get(log_in(app, "st09"), "/so-van-ban?so=certification_paper").text
    assert "Bằng tốt nghiệp đại học: 2 trang × 3 bản, Học bạ của Trần Gia Bảo: 24 trang × 2 bản" in register


def test_whoever_holds_all_rights_does_it_in_one_pass(app: Flask):
    box: Box = app.extensions["box"]
    grant_numbers(box)
    client = entrust(app, "st04", Role.RECEPTION, Role.CASHIER, Role.SPECIALIST, Role.CLERK)
    draft = str(uuid4())
    assert "Tên bản chính 1" in get(client, get(client, "/chung-thuc").headers["Location"]).text
    assert not box.db.conn.execute("SELECT 1 FROM draft").fetchone()
    answer = post(client, f"/tiep-nhan/{draft}/nhan", **FORM | {"method": "cash", "signer": "ST01"})
    dossier = answer.headers["Location"].removeprefix("/chung-thuc/")
    assert kinds(box, dossier) == [
        "dossier.accepted", "fee.taken", "dossier.taken", "result.prepared", "result.submitted", "copies.certified",
    ]  # fmt: skip
    found = queries.dossier(box.db, dossier)
    assert (found.status, found.signature, found.fees[0].amount) == (Status.DONE, Signature.WET, 38_000)
    assert found.result.fields["giay_to"] == "Bằng tốt nghiệp đại học; Học bạ của Trần Gia Bảo"
    page = get(client, f"/chung-thuc/{dossier}").text
    assert found.result.number_text in page and "0000001" in page
    assert post(client, f"/chung-thuc/{dossier}", hand_over="1").status_code == 303
    assert queries.dossier(box.db, dossier).receiver["name"] == LAN["name"]
    assert post(client, f"/tiep-nhan/{draft}/nhan", **FORM).headers["Location"] == f"/chung-thuc/{dossier}"
    assert kinds(box, dossier)[-1] == "dossier.returned" and len(kinds(box, dossier)) == 7


def test_it_stops_where_somebody_else_does_the_next_and_says_who(app: Flask):
    box: Box = app.extensions["box"]
    grant_numbers(box)
    client = entrust(app, "st04", Role.RECEPTION, Role.CASHIER)
    draft = str(uuid4())
    form = FORM | {"method": "cash", "signer": "ST01", "hand_over": "1"}
    dossier = post(client, f"/tiep-nhan/{draft}/nhan", **form).headers["Location"].removeprefix("/chung-thuc/")
    assert kinds(box, dossier) == ["dossier.accepted", "fee.taken"]
    page = get(client, f"/chung-thuc/{dossier}").text
    assert "Cán bộ chuyên môn nhận xử lý" in " ".join(page.split()) and "Làm tiếp" not in page
    specialist = log_in(app, "st08")
    assert "Làm tiếp" in get(specialist, f"/chung-thuc/{dossier}").text
    post(specialist, f"/chung-thuc/{dossier}", signer="ST01")
    assert kinds(box, dossier)[2:] == ["dossier.taken", "result.prepared", "result.submitted"]
    post(specialist, f"/chung-thuc/{dossier}", signer="ST01")
    assert queries.dossier(box.db, dossier).signature == Signature.SUBMITTED
    clerk = log_in(app, "st09")
    post(clerk, f"/chung-thuc/{dossier}")
    assert "Chưa làm gì thêm" in get(clerk, f"/chung-thuc/{dossier}").text
    assert queries.dossier(box.db, dossier).signature == Signature.SUBMITTED  # Nobody said it is signed.
    post(clerk, f"/chung-thuc/{dossier}", signer="ST02")
    assert queries.dossier(box.db, dossier).result.signer == "ST02"


def test_a_step_that_is_refused_leaves_the_ones_before(app: Flask):
    box: Box = app.extensions["box"]
    grant_numbers(box)
    client = entrust(app, "st04", Role.RECEPTION, Role.CASHIER, Role.SPECIALIST)
    draft = str(uuid4())
    answer = post(client, f"/tiep-nhan/{draft}/nhan", **FORM | {"method": "transfer"})
    dossier = answer.headers["Location"].removeprefix("/chung-thuc/")
    assert kinds(box, dossier) == ["dossier.accepted"]
    assert "số tham chiếu" in get(client, f"/chung-thuc/{dossier}").text.lower()


def test_whoever_only_receives_goes_on_to_the_next_visitor(app: Flask):
    box: Box = app.extensions["box"]
    grant_numbers(box)
    client = log_in(app, "st04")
    draft = str(uuid4())
    assert post(client, f"/tiep-nhan/{draft}/nhan", **FORM | {"method": "cash"}).headers["Location"] == "/tiep-nhan"
    assert queries.to_take(box.db)[0].procedure == COPIES
    assert get(log_in(app, "st15"), "/chung-thuc/x").status_code == 403
    assert get(log_in(app, "st01"), "/chung-thuc").status_code == 403
