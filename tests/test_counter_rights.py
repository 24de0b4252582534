"""Whose draft, whose page: what a postal agent and a colleague may not do, and what a look at a page leaves behind."""

import re
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from msgspec.structs import replace
from playwright.sync_api import Page, expect

from appliance import database, drafts, files, ledger, numbering, reception
from appliance.box import Box
from appliance.catalogue import builtin
from appliance.drafts import Body, NewPage, Part
from appliance.officers import by_id
from browsing import assert_page_good, login, press, shot
from test_rights import HTTPS, csrf, log_in

JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")
BODY = Body(
    applicant={"name": "Nguyễn Thị Ngọc Ánh"},
    procedure="1.001193",
    parts={"c1": Part(have=True)},
    persons={"child": {"name": "Trần Gia Bảo"}},
)


@pytest.fixture
def box(app: Flask) -> Box:
    """Give the application's box, with dossier numbers granted."""
    box = app.extensions["box"]
    db = database.connect(box.home.database)
    numbering.grant(db, "dossier", box.home.settings.unit, 1, 1, 500, "test")
    db.conn.close()
    return box


def draft_of(box: Box, officer: str) -> str:
    """Make a draft with one page."""
    digest = files.put(box.home, JPEG)
    with box.writing() as act:
        draft = drafts.begin(act, officer)
        drafts.save(act, draft, officer, 1, BODY)
        drafts.add_page(act, draft, "c1", NewPage(digest, len(JPEG), "image/jpeg"), page_id="p1")
    return draft


def post(client: FlaskClient, path: str, **form: str):
    """Post as a page's script does, with the form's token."""
    told = {"Referer": HTTPS, "Sec-Fetch-Mode": "cors"}
    return client.post(path, data={"csrf_token": csrf(client, "/tiep-nhan")} | form, base_url=HTTPS, headers=told)


def test_a_postal_agent_drafts_and_never_accepts(app: Flask, box: Box) -> None:
    client = app.test_client()
    log_in(client, "st15")
    draft = draft_of(box, "ST15")
    assert "Tiếp nhận và in giấy hẹn" not in client.get(f"/tiep-nhan?draft={draft}", base_url=HTTPS).text
    assert post(client, f"/tiep-nhan/{draft}/nhan").status_code == 403
    assert client.get(f"/tiep-nhan/{draft}/trang/p1/lon", base_url=HTTPS).data == JPEG


@pytest.mark.parametrize("account", ["st05", "st15"])
def test_nobody_opens_changes_or_sees_the_pages_of_anothers_draft(app: Flask, box: Box, account: str) -> None:
    client = app.test_client()
    log_in(client, account)
    draft = draft_of(box, "ST04")
    assert client.get(f"/tiep-nhan?draft={draft}", base_url=HTTPS).status_code == 403
    assert client.get(f"/tiep-nhan/{draft}/trang/p1/nho", base_url=HTTPS).status_code == 403
    for what in ("luu", "quet-tiep", "sua-trang/bo", "tep", "bo"):
        assert post(client, f"/tiep-nhan/{draft}/{what}", page="p1").status_code == 403
    assert len(drafts.load(box.db, draft).pages) == 1


def test_a_page_of_a_dossier_is_shown_recorded_and_kept_by_no_shared_cache(app: Flask, box: Box) -> None:
    draft = draft_of(box, "ST04")
    with box.writing() as act:
        made = reception.accept(act, box.home, builtin(), draft, by_id(box.db, "ST04"))
    digest, client = files.digest_of(JPEG), app.test_client()
    log_in(client, "st08")
    seen = client.get(f"/ho-so/{made.dossier}/trang/{digest}/lon", base_url=HTTPS)
    assert (seen.data, seen.headers["Cache-Control"]) == (JPEG, "private, no-cache")
    slip = client.get(f"/ho-so/{made.dossier}/trang/{made.slip}/lon?n=2", base_url=HTTPS)
    assert slip.mimetype == "image/jpeg"
    assert client.get(f"/ho-so/{made.dossier}/tep/{made.slip}", base_url=HTTPS).data == files.read(box.home, made.slip)
    looks = [(row["officer"], row["what"]) for row in box.db.query("SELECT officer, what FROM looking")]
    assert ("ST08", f"view_page {digest} lon") in looks
    assert client.get(f"/ho-so/{made.dossier}/trang/{'0' * 64}/lon", base_url=HTTPS).status_code == 404
    log_in(agent := app.test_client(), "st15")
    assert agent.get(f"/ho-so/{made.dossier}/trang/{digest}/nho", base_url=HTTPS).status_code == 403


def test_f9_pressed_twice_makes_one_dossier_and_one_print(app: Flask, box: Box) -> None:
    client = app.test_client()
    log_in(client, "st04")
    draft = draft_of(box, "ST04")
    shown = client.get(f"/tiep-nhan?draft={draft}", base_url=HTTPS).text
    form = dict(re.findall(r'<input type="hidden" name="(version|shown|case|shape)" value="([^"]*)"', shown))
    form |= {"name": "Nguyễn Thị Ngọc Ánh", "procedure": "1.001193", "case": "1.001193#1", "have-c1": "1", "copy-c1": "original"}
    form |= {"role-child-name": "Trần Gia Bảo"}
    for _ in range(2):
        assert post(client, f"/tiep-nhan/{draft}/nhan", **form).headers["Location"] == "/tiep-nhan"
    assert box.db.conn.execute("SELECT count(*) FROM dossier").fetchone()[0] == 1
    assert box.db.conn.execute("SELECT count(*) FROM job WHERE kind = 'print'").fetchone()[0] == 1


def test_half_a_card_payload_is_never_kept(app: Flask, box: Box) -> None:
    client, draft = app.test_client(), str(uuid4())
    log_in(client, "st04")
    answer = post(client, f"/tiep-nhan/{draft}/luu", version="0", number="089190012345|381234567|Nguyễn Thị Ng")
    assert "Mã QR không phải của thẻ căn cước" in answer.json["parts"]["notes"]
    assert drafts.load(box.db, draft).body.applicant == {"number": "089190012345"}


def test_a_postal_agent_hands_a_draft_to_who_may_accept_and_it_is_gone_from_him(app: Flask, box: Box) -> None:
    draft, agent, counter = draft_of(box, "ST15"), app.test_client(), app.test_client()
    log_in(agent, "st15")
    log_in(counter, "st04")
    for nobody in ("", "ST08", "ST15", "ST99"):
        assert post(agent, f"/tiep-nhan/{draft}/giao", to=nobody).status_code == 422
    assert post(counter, f"/tiep-nhan/{draft}/giao", to="ST05").status_code == 403
    assert post(agent, f"/tiep-nhan/{draft}/giao", to="ST04").status_code == 303
    assert agent.get(f"/tiep-nhan?draft={draft}", base_url=HTTPS).status_code == 403
    assert agent.get(f"/tiep-nhan/{draft}/trang/p1/lon", base_url=HTTPS).status_code == 403
    assert counter.get(f"/tiep-nhan/{draft}/trang/p1/lon", base_url=HTTPS).data == JPEG
    assert drafts.load(box.db, draft).body == replace(BODY, helped_by="ST15")


def test_a_postal_agent_is_kept_from_every_act_on_a_dossier(app: Flask, box: Box) -> None:
    """Walk every route that names a dossier, and the lists of dossiers: none opens, none shows a name."""
    draft, agent = draft_of(box, "ST04"), app.test_client()
    with box.writing() as act:
        made = reception.accept(act, box.home, builtin(), draft, by_id(box.db, "ST04"))
    log_in(agent, "st15")
    token, walked, before = csrf(agent, "/tiep-nhan"), 0, ledger.head(box.db)
    rules = [rule for rule in app.url_map.iter_rules() if "dossier" in rule.arguments]
    for rule in rules:
        kinds = {name: 1 if "int" in str(type(kind)).lower() else uuid4() for name, kind in rule._converters.items()}
        values = dict.fromkeys(rule.arguments, "x") | kinds | {"dossier": made.dossier}
        path = app.url_map.bind("localhost").build(rule.endpoint, values)
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            answer = agent.open(path, method=method, data={"csrf_token": token}, base_url=HTTPS, headers={"Referer": HTTPS})
            assert answer.status_code in (403, 404, 422), f"{method} {path}: {answer.status_code}"
            assert made.code not in answer.text
            walked += 1
    assert walked > 40 and ledger.head(box.db) == before
    assert box.db.conn.execute("SELECT count(*) FROM job").fetchone()[0] == 0
    for path in ("/viec", "/tra-cuu?q=anh", "/thu-phi", "/tra-ket-qua", "/truc-tuyen", "/ket", "/can-bo", "/uy-quyen", "/in", "/"):
        answer = agent.get(path, base_url=HTTPS)
        assert made.code not in answer.text and "Nguyễn Thị Ngọc Ánh" not in answer.text, path


def test_a_postal_agent_hands_over_by_keys(page: Page, live_server: str, box: Box) -> None:
    draft = draft_of(box, "ST15")
    login(page, live_server, "st15")
    page.goto(f"{live_server}/tiep-nhan?draft={draft}")
    expect(page.get_by_role("button", name="Giao bản nháp")).to_be_visible()
    assert_page_good(page)
    shot(page, "giao-ban-nhap")
    page.get_by_label("Giao cho").select_option("ST04")
    press(page, "F9")
    expect(page.locator(".toast")).to_contain_text("Đã giao bản nháp cho Phạm Thị Giả Định")
    assert drafts.load(box.db, draft).officer == "ST04"
