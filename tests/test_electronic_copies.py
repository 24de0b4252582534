"""Certified electronic copies: scanned, numbered in a register of their own, signed, sealed, time-stamped, returned."""

import io
import subprocess
import zipfile
from hashlib import sha256

import pikepdf
import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from appliance import drafts, electronic_copies, erasure, files, numbering, officers, queries, reception, undoing, verify
from appliance.box import Box
from appliance.catalogue import builtin
from appliance.choosing import charged
from appliance.clock import stamp
from appliance.documents import Signature
from appliance.dossier import Dossier, Status
from appliance.drafts import Body, NewPage, Original
from appliance.errors import Refused
from appliance.events import FileRef
from appliance.forms import preview
from appliance.rules import BothCopiesFee
from boxes import UNIT
from desk_room import COPIES, log_in
from provisioning.demo import authority
from signing_office import Office
from signing_room import answering
from signing_steps import job_of, post, said
from sync.evidence import add_evidence
from test_rights import HTTPS
from web import viewing
from web.jobs import State

LAN = {"name": "Nguyễn Thị Lan", "number": "089190012345"}
TITLE = "Bằng của Kim Tước Hót"
BOTH, ONLY, PAPER = Original(TITLE, 2, 3, True), Original("Học bạ", 1, 0, True), Original("Căn cước", 1, 1)


def picture(words: str, media: str = "JPEG") -> bytes:
    """Draw a page at 100 dpi whose colour follows from its words."""
    out, colour = io.BytesIO(), tuple(sha256(words.encode()).digest()[:3])
    Image.new("RGB", (827, 1169), colour).save(out, media, dpi=(100, 100))
    return out.getvalue()


def begin(box: Box, originals: tuple[Original, ...], scanned: dict[str, int], media: str = "JPEG") -> str:
    """Begin a reception with so many pages scanned of each original, by the key of its component."""
    with box.writing() as act:
        draft = drafts.begin(act, "ST04")
        drafts.save(act, draft, "ST04", 1, Body(applicant=LAN, procedure=COPIES, originals=originals))
        for key, count in scanned.items():
            for n in range(count):
                data = picture(f"{key} {n}", media)
                page = NewPage(files.put(box.home, data), len(data), f"image/{media.lower()}", {})
                page_id = drafts.add_page(act, draft, key, page)
        if scanned:
            drafts.turn_page(act, draft, "ST04", page_id)
    return draft


def accept(box: Box, *originals: Original, media: str = "JPEG", **scanned: int) -> Dossier:
    draft = begin(box, originals, {f"c1{key[1:].replace('_', '-')}": n for key, n in scanned.items()}, media)
    with box.writing() as act:
        made = reception.accept(act, box.home, builtin(), draft, officers.by_id(act.db, "ST04"))
    found = queries.dossier(box.db, made.dossier)
    assert found
    return found


def prepare(office: Office, app: Flask, dossier: Dossier) -> Dossier:
    """Take the dossier and hand its copies to the leader, as the specialist does on the page."""
    client = log_in(app, "st08")
    post(client, "/viec/nhan", dossier=dossier.id)
    answer = post(client, f"/ho-so/{dossier.id}/trinh", leader="ST01", **{"f-giay_to": "Giấy tờ", "f-so_trang": "2"})
    assert answer.status_code == 303
    return office.dossier(dossier.id)


def run(office: Office, app: Flask, dossier: Dossier, officer: str, path: str, token: str, kind: str) -> None:
    """Look through all the electronic copies and sign or seal them with one PIN."""
    client = log_in(app, officer.lower())
    office.token_of(UNIT if kind == "seal" else officer, "organisation" if kind == "seal" else "leader")
    found = office.dossier(dossier.id)
    with office.box.writing() as act:
        for one in found.electronic:
            viewing.note(act, officer, one, range(1, one.pages + 1))
            viewing.choose(act, officer, one, True)
    documents = [f"{dossier.id}:{one.file}" for one in found.electronic]
    answer = post(client, f"{path}/ky", document=documents, pin=office.tokens[token].pin, shown=dossier.id)
    assert answer.status_code == 303
    assert office.collected(job_of(office, kind, officer).id).state is State.DONE


def sealed(office: Office, app: Flask, dossier: Dossier) -> Dossier:
    run(office, app, dossier, "ST01", "/ban-ky", "lanh-dao-st01", "sign")
    run(office, app, dossier, "ST09", "/dong-dau", "con-dau", "seal")
    return office.dossier(dossier.id)


def time_stamp(office: Office, dossier: Dossier) -> None:
    """Add the time-stamps as the agent does once the line is back."""
    with answering(office.ca):
        for one in office.dossier(dossier.id).electronic:
            pdf = files.read(office.box.home, one.file)
            made = add_evidence(pdf, office.ca.trust.roots, authority.tsa_url(office.ca.url))
            digest = files.put(office.box.home, made.pdf)
            body = {"document": one.id, "before": one.file, "file": digest, "stamped_at": made.timestamp_at, "findings": []}
            with office.box.writing() as act:
                named = [FileRef(digest, len(made.pdf), "application/pdf")]
                act.record("document.timestamped", actor="agent", dossier=dossier.id, clear=body, files=named)


def page_of(client: FlaskClient, path: str) -> str:
    return said(client.get(path, base_url=HTTPS))


def test_paper_and_electronic_copies_of_one_request_go_their_own_ways_to_the_citizen(office, app):
    dossier = accept(office.box, BOTH, ONLY, PAPER, c=2, c_2=1)
    assert [part["wanted"]["fee"] for part in dossier.originals] == [16_000, 2_000, 2_000]
    found = prepare(office, app, dossier)
    assert [(one.of, one.path, one.pages, one.signature) for one in found.standing] == [
        ("", "paper", 1, Signature.SUBMITTED), ("c1", "electronic", 3, Signature.SUBMITTED),
        ("c1-2", "electronic", 2, Signature.SUBMITTED),
    ]  # fmt: skip
    client = log_in(app, "st01")
    desk = page_of(client, f"/ban-ky/{dossier.id}?ban=c1-2")
    assert f"Bản sao điện tử: {TITLE}" in desk and 'id="h-paper">Bản sao điện tử: Học bạ' in desk

    found = sealed(office, app, dossier)
    assert (found.status, {one.signature for one in found.electronic}) == (Status.PROCESSING, {Signature.SEALED})
    assert [one.number_text for one in found.electronic] == ["1", "1"]
    for one in found.electronic:
        judged = office.ca.judged(files.read(office.box.home, one.file))
        assert {name: finding.summary for name, finding in judged.items()} == dict.fromkeys(
            ("ky_lanh_dao", "dau_co_quan"), "signature_good"
        )
        words = preview.page_words(files.read(office.box.home, one.file), one.pages)
        assert "giờ" in words and "phút, ngày" in words and "Số chứng thực: " in words

    client = log_in(app, "st09")
    assert 'name="copies-3"' not in page_of(client, f"/vao-so/{dossier.id}")  # Học bạ has no copy on paper.
    assert post(client, f"/vao-so/{dossier.id}", signer="ST01", **{"copies-1": "3", "copies-2": "1"}).status_code == 303
    found = office.dossier(dossier.id)
    assert (found.status, found.on_paper.number_text, found.signature) == (Status.DONE, "1", Signature.SEALED)
    electronic = page_of(client, "/so-van-ban?so=certification_electronic")
    assert f"{TITLE}: 2 trang × 1 bản điện tử, Học bạ: 1 trang × 1 bản điện tử" in electronic and "Nguyễn Minh Họa" in electronic
    assert f"{TITLE}: 2 trang × 3 bản, Căn cước: 1 trang × 1 bản" in page_of(client, "/so-van-ban?so=certification_paper")
    assert numbering.account(office.box.db) == []

    client = log_in(app, "st07")
    assert post(client, f"/thu-phi/{dossier.id}", method="cash", due="20000", given="20.000").status_code == 303
    client = log_in(app, "st06")
    assert "trao bản giấy trước" in page_of(client, f"/tra-ket-qua/{dossier.id}")
    assert "Đã trao bản sao cho người nộp" in page_of(client, f"/chung-thuc/{dossier.id}")
    post(client, f"/chung-thuc/{dossier.id}", hand_over="1")
    found = office.dossier(dossier.id)
    assert (found.status, bool(found.copies_handed_at)) == (Status.DONE, True)
    assert post(client, f"/tra-ket-qua/{dossier.id}", receiver="owner", how="counter").status_code == 422
    time_stamp(office, dossier)
    shown = page_of(client, f"/tra-ket-qua/{dossier.id}")
    assert "Bản giấy đã trao" in shown and shown.count("Mở PDF: ") == 2
    assert post(client, f"/tra-ket-qua/{dossier.id}", receiver="owner", how="counter").status_code == 303
    assert office.dossier(dossier.id).status == Status.RETURNED
    assert verify.check_rows(office.box.db, office.box.device) == []
    client = log_in(app, "st08")
    assert "trao bản giấy, bản điện tử trả sau" in page_of(client, f"/ho-so/{dossier.id}")

    client = log_in(app, "st03")
    with client.get(f"/ho-so/{dossier.id}/xuat", base_url=HTTPS) as answer:
        folder = zipfile.ZipFile(io.BytesIO(answer.data))
    assert sum("/ket-qua/" in name for name in folder.namelist()) == 9  # One on paper; four revisions of each copy.
    erasure.erase(office.box, dossier.id, "ST03", "request")
    assert not any(files.has(office.box.home, one.file) for one in found.electronic)
    assert verify.check_rows(office.box.db, office.box.device) == []
    hit = subprocess.run(["grep", "-ral", "Kim Tước", str(office.box.home.files)], capture_output=True, text=True, check=False)
    assert hit.stdout == ""


def test_a_copy_that_is_sent_back_is_set_anew_and_the_others_stay(office, app):
    found = prepare(office, app, accept(office.box, BOTH, ONLY, c=2, c_2=1))
    client = log_in(app, "st01")
    first, second = found.electronic
    assert post(client, f"/ban-ky/{found.id}/tra-lai", digest=second.file, reason="Mờ trang 1").status_code == 303
    after = office.dossier(found.id)
    assert [one.signature for one in after.electronic] == [Signature.SUBMITTED, Signature.NONE]
    assert queries.sent_back(office.box.db) == {found.id}
    client = log_in(app, "st08")
    assert "Mờ trang 1" in page_of(client, f"/ho-so/{found.id}")
    post(client, f"/ho-so/{found.id}/trinh", leader="ST02", **{"f-giay_to": "x"})
    again = office.dossier(found.id)
    assert {one.signature for one in again.standing} == {Signature.SUBMITTED}
    assert {one.id for one in again.standing} == {one.id for one in found.standing}
    assert {one.fields["leader"] for one in again.electronic} == {"ST02"} and first.file not in {x.file for x in again.standing}
    assert verify.check_rows(office.box.db, office.box.device) == []


def test_handing_in_is_taken_back_for_all_copies_at_once(office, app):
    found = prepare(office, app, accept(office.box, BOTH, ONLY, c=2, c_2=1))
    with office.box.writing() as act:
        undoing.undo(act, found.id, officers.by_id(act.db, "ST08"), found.undo.seq, "Nhầm")
    after = office.dossier(found.id)
    assert ({one.signature for one in after.standing}, after.works) == ({Signature.NONE}, "electronic:none paper:none")
    assert queries.to_sign(office.box.db) == [] and verify.check_rows(office.box.db, office.box.device) == []


def test_only_electronic_copies_need_no_paper_register(office, app):
    dossier = prepare(office, app, accept(office.box, ONLY, c=1))
    assert [one.path for one in dossier.standing] == ["electronic"] and queries.to_certify(office.box.db) == []
    found = sealed(office, app, dossier)
    assert (found.status, found.signature, found.result.number_text) == (Status.DONE, Signature.SEALED, "1")
    client = log_in(app, "st06")
    assert "Chưa trả được" in page_of(client, f"/tra-ket-qua/{dossier.id}")
    with pytest.raises(Refused, match="copies_not_apart"), office.box.writing() as act:
        act.record("copies.handed", actor="ST06", dossier=dossier.id, clear={"document": ""})


def test_an_original_is_scanned_whole_before_it_is_accepted(office, app):
    for scanned, code in (({}, "original_not_scanned"), ({"c1": 1}, "original_pages_differ"), ({"c1": 3}, "original_pages_differ")):
        draft = begin(office.box, (BOTH,), scanned)
        with pytest.raises(Refused) as refused, office.box.writing() as act:
            reception.accept(act, office.box.home, builtin(), draft, officers.by_id(act.db, "ST04"))
        assert refused.value.facts["codes"] == [code]
    client = log_in(app, "st04")
    page = page_of(client, f"/tiep-nhan?draft={draft}&kiem=1")
    assert f"Bản chính {TITLE} ghi 2 trang mà bản quét có 3 trang." in page


def test_the_copy_is_the_scan_byte_for_byte_and_one_page_more(office):
    dossier, leader = accept(office.box, BOTH, c=2), officers.by_id(office.box.db, "ST01")
    at = stamp()
    copies = [electronic_copies.set_copies(office.box.home, dossier, "certified-electronic-copy", leader, "", at) for _ in range(2)]
    assert copies[0] == copies[1]
    with pikepdf.open(io.BytesIO(copies[0][0].pdf)) as pdf:
        scans = [page.Resources.XObject.Scan.read_raw_bytes() for page in list(pdf.pages)[:-1]]
        assert scans == [picture("c1 0"), picture("c1 1")]
        assert [int(page.get("/Rotate", 0)) for page in pdf.pages] == [0, 90, 0]
        assert [round(float(page.mediabox[2])) for page in pdf.pages] == [595, 595, 595]
        assert [str(one.Alt) for one in pdf.Root.StructTreeRoot.K[0].K if one.S == "/Figure"] == [
            f"{TITLE}, trang 1", f"{TITLE}, trang 2",
        ]  # fmt: skip
    (png,) = electronic_copies.set_copies(
        office.box.home, accept(office.box, ONLY, media="PNG", c=1), "certified-electronic-copy", leader, "", at
    )
    assert preview.page_count(png.pdf) == 2


@pytest.mark.parametrize(("rule", "counted"), [(BothCopiesFee.EACH, (4, 1, 1)), (BothCopiesFee.PAPER, (3, 1, 1))])
def test_what_both_kinds_cost_is_a_dated_rule(rule, counted):
    assert tuple(charged(one, rule) for one in (BOTH, ONLY, PAPER)) == counted
