"""Đóng dấu: number, date and seal in one increment, and who may not."""

import pytest

from appliance import files, numbering
from appliance.documents import Signature
from appliance.dossier import Status
from appliance.events import FileRef
from boxes import UNIT
from signing_room import until
from signing_steps import job_of, look_through, post, said, seal, sign_by_post, signed
from test_rights import HTTPS, log_in
from web import jobs, sign_jobs
from web.jobs import State


def test_number_date_and_seal_come_in_one_increment_and_the_leaders_signature_stays_valid(office, client):
    dossiers = office.submit(2)
    signed(office, dossiers)
    log_in(client, "st09")
    office.token_of(UNIT, "organisation")
    assert seal(office, client, dossiers).state is State.DONE
    for n, one in enumerate(dossiers, 1):
        document, found = office.result(one), office.findings(one)
        assert (document.signature, office.dossier(one).status) == (Signature.SEALED, Status.DONE)
        assert document.number_text == f"{n:02d}/UBND-XNTTHN"
        assert (found["ky_lanh_dao"].summary, found["dau_co_quan"].summary) == ("signature_good", "signature_good")
        assert found["ky_lanh_dao"].modification == "form_filling"
    assert "chờ dấu thời gian" in said(client.get(f"/dong-dau/{dossiers[0]}", base_url=HTTPS))
    assert numbering.account(office.box.db) == []
    register = said(client.get("/so-van-ban", base_url=HTTPS))
    assert "01/UBND-XNTTHN" in register and "02/UBND-XNTTHN" in register and "Nguyễn Minh Họa" in register


def test_a_number_stays_with_its_document_when_the_seal_has_to_be_tried_again(office, client):
    (dossier,) = office.submit(1)
    signed(office, [dossier])
    log_in(client, "st09")
    office.token_of(UNIT, "organisation")
    look_through(office, [dossier], "ST09")
    sign_by_post(office, client, [dossier], "99999999", "/dong-dau/ky")
    assert office.collected(job_of(office, "seal", "ST09").id).fault == "pin_wrong"
    assert (office.result(dossier).signature, office.result(dossier).number_text) == (Signature.NUMBERED, "01/UBND-XNTTHN")
    assert "Đã cấp số, chưa đóng dấu" in said(client.get(f"/dong-dau/{dossier}", base_url=HTTPS))
    assert seal(office, client, [dossier]).state is State.DONE
    assert office.result(dossier).number_text == "01/UBND-XNTTHN"
    used = office.box.db.conn.execute("SELECT count(*) FROM number_used WHERE book = 'outgoing'").fetchone()[0]
    assert used == 1


def test_without_the_token_no_number_is_taken(office, client):
    (dossier,) = office.submit(1)
    signed(office, [dossier])
    office.pull("con-dau")
    log_in(client, "st09")
    until(lambda: office.token_of(UNIT, "organisation").why is not None)
    look_through(office, [dossier], "ST09")
    assert sign_by_post(office, client, [dossier], office.tokens["con-dau"].pin, "/dong-dau/ky").status_code == 422
    assert office.result(dossier).signature == Signature.SIGNED


def test_a_result_whose_leaders_signature_does_not_hold_is_blocked_and_gets_no_number(office, client):
    (dossier,) = office.submit(1)
    before = office.result(dossier)
    pdf = office.ca.signed(files.read(office.box.home, before.file))
    broken = bytearray(pdf)
    broken[len(pdf) // 3] ^= 1  # Inside what was signed.
    digest = files.put(office.box.home, bytes(broken))
    clear = {"document": before.id, "before": before.file, "file": digest, "certificate": "", "clock": "unset"}
    with office.box.writing() as act:
        ref = [FileRef(digest, len(broken), "application/pdf")]
        act.record("document.signed", actor="ST01", dossier=dossier, clear=clear, files=ref)
    log_in(client, "st09")
    office.token_of(UNIT, "organisation")
    look_through(office, [dossier], "ST09")
    page = said(client.get(f"/dong-dau/{dossier}", base_url=HTTPS))
    assert "Không dùng tệp này" in page or "Không đọc được" in page
    assert sign_by_post(office, client, [dossier], office.tokens["con-dau"].pin, "/dong-dau/ky").status_code == 422
    assert (office.result(dossier).signature, office.result(dossier).number_text) == (Signature.SIGNED, "")


def test_a_clerk_cannot_sign_and_a_leader_cannot_seal(office, client):
    (dossier,) = office.submit(1)
    log_in(client, "st09")
    assert client.get("/ban-ky", base_url=HTTPS).status_code == 403
    assert post(client, "/ban-ky/ky", document=f"{dossier}:{office.result(dossier).file}", pin="11223344").status_code == 403
    other = client.application.test_client()
    log_in(other, "st01")
    assert other.get("/dong-dau", base_url=HTTPS).status_code == 403


def test_a_run_that_cannot_be_followed_keeps_no_other_waiting(office, monkeypatch):
    first, second = office.submit(2)
    stuck = office.order([first])
    real = sign_jobs.follow
    monkeypatch.setattr(sign_jobs, "follow", lambda box, job: 1 / 0 if job.id == stuck else real(box, job))
    job = office.order([second])
    until(lambda: [pytest.raises(RuntimeError, sign_jobs.poll, office.box)] and not jobs.load(office.box.db, job).open)
    assert office.result(second).signature == Signature.SIGNED
    monkeypatch.undo()
    assert office.collected(stuck).state is State.DONE


# Kills. The process that collects is a second one, and really dies.
