"""The leader signs and the clerk seals: what is recorded, what happens when something breaks, and that nothing is signed twice."""

import pytest

from appliance import clock, files, processing, queries
from appliance.documents import Signature
from appliance.errors import Refused
from hardware.usb_token import PinState
from signing_room import until
from signing_steps import job_of, look_through, post, said, sign_by_post
from test_rights import HTTPS, log_in
from web import jobs, sign_jobs, token_state, viewing
from web.jobs import State


def test_what_the_leader_saw_is_what_is_signed_with_one_pin(office, client):
    dossiers = office.submit(3)
    shown = {one: office.result(one).file for one in dossiers}
    office.token_of("ST01")
    log_in(client, "st01")
    look_through(office, dossiers)
    assert sign_by_post(office, client, dossiers, office.tokens["lanh-dao-st01"].pin).status_code == 303
    assert office.collected(job_of(office).id).state is State.DONE
    for one in dossiers:
        document = office.result(one)
        assert (document.signature, document.signer, document.before) == (Signature.SIGNED, "ST01", (shown[one],))
        assert files.read(office.box.home, document.file).startswith(files.read(office.box.home, shown[one]))
        assert office.findings(one)["ky_lanh_dao"].summary == "signature_good"


def test_a_document_with_a_page_not_seen_cannot_be_signed(office, client):
    (dossier,) = office.submit(1)
    office.token_of("ST01")
    log_in(client, "st01")
    answer = sign_by_post(office, client, [dossier], office.tokens["lanh-dao-st01"].pin)
    assert (answer.status_code, "Chưa xem trang 1/1" in said(answer)) == (422, True)
    assert jobs.of(office.box.db, "sign", "ST01") == []
    chosen = post(client, f"/ban-ky/{dossier}/da-xem", digest=office.result(dossier).file, chosen="1")
    assert chosen.status_code == 422
    with pytest.raises(Refused, match="page_unknown"), office.box.writing() as act:
        viewing.note(act, "ST01", office.result(dossier), [2])


def test_a_document_that_changed_after_it_was_shown_is_not_signed(office, client):
    (dossier,) = office.submit(1)
    office.token_of("ST01")
    log_in(client, "st01")
    look_through(office, [dossier])
    documents = [f"{dossier}:{office.result(dossier).file}"]
    with office.box.writing() as act:
        processing.send_back(act, dossier, "ST01", "Sai dân tộc")
    office.prepare(dossier, dan_toc="Hoa")
    answer = post(client, "/ban-ky/ky", document=documents, pin=office.tokens["lanh-dao-st01"].pin, shown=dossier)
    assert (answer.status_code, "vừa đổi sang bản khác" in said(answer)) == (422, True)
    assert office.result(dossier).signature == Signature.SUBMITTED


def test_a_wrong_pin_uses_one_try_is_said_honestly_and_leaves_every_document_waiting(office, client):
    dossiers = office.submit(2)
    log_in(client, "st01")
    office.token_of("ST01")
    look_through(office, dossiers)
    sign_by_post(office, client, dossiers, "99999999")
    ended = office.collected(job_of(office).id)
    assert (ended.state, ended.fault) == (State.FAILED, "pin_wrong")
    assert office.seen()["lanh-dao-st01"]["pin"] == PinState.LOW
    assert [office.result(one).signature for one in dossiers] == [Signature.SUBMITTED] * 2
    page = said(client.get(f"/ban-ky/{dossiers[0]}", base_url=HTTPS))
    assert "Sai mã PIN, đã mất một lần thử" in page and "không báo còn mấy lần" in page
    sign_by_post(office, client, dossiers, office.tokens["lanh-dao-st01"].pin)
    assert office.collected(job_of(office).id).state is State.DONE


def test_a_pin_that_cannot_be_one_costs_no_try(office, client):
    (dossier,) = office.submit(1)
    log_in(client, "st01")
    office.token_of("ST01")
    look_through(office, [dossier])
    for pin, words in (("", "Nhập mã PIN"), ("12", "từ 4 đến 64")):
        assert words in said(sign_by_post(office, client, [dossier], pin))
    assert office.seen()["lanh-dao-st01"]["pin"] == PinState.OK
    assert jobs.of(office.box.db, "sign", "ST01") == []


def test_the_pin_is_found_nowhere_afterwards(office, client, caplog):
    pin, dossiers = office.tokens["lanh-dao-st01"].pin, office.submit(2)
    log_in(client, "st01")
    office.token_of("ST01")
    look_through(office, dossiers)
    answers = [sign_by_post(office, client, dossiers, "9988776655"), client.get("/ban-ky", base_url=HTTPS)]
    office.collected(job_of(office).id)
    answers.append(sign_by_post(office, client, dossiers, pin))
    office.collected(job_of(office).id)
    kept = [path for path in office.folder.rglob("*") if path.is_file() and office.token_folder not in path.parents]
    assert len(kept) > 10
    for secret in (pin.encode(), b"9988776655"):
        assert [path for path in kept if secret in path.read_bytes()] == []
        assert not any(secret in answer.data for answer in answers)
        assert secret.decode() not in caplog.text


def test_a_token_pulled_in_mid_batch_keeps_what_is_signed_and_the_rest_is_signed_later(office):
    dossiers = office.submit(12)
    job = office.order(dossiers)
    until(lambda: office.signed(job))
    place = office.pull("lanh-dao-st01")
    ended = office.collected(job)
    signed = [one for one in dossiers if office.result(one).signature == Signature.SIGNED]
    rest = [one for one in dossiers if one not in signed]
    assert (ended.state, ended.fault) == (State.FAILED, "token_removed")
    assert 1 <= len(signed) < len(dossiers)
    assert {office.result(one).signature for one in rest} == {Signature.SUBMITTED}
    assert set(ended.facts["items"]) == {office.result(one).file for one in rest}
    assert office.token_of("ST01").why.code in ("token_absent", "wrong_token")
    office.plug("lanh-dao-st01", place)
    until(lambda: office.token_of("ST01").why is None)
    before = {one: office.result(one).file for one in signed}
    assert office.collected(office.order(rest)).state is State.DONE
    assert {one: office.result(one).file for one in signed} == before


def test_the_leader_stops_after_the_document_in_hand(office):
    dossiers = office.submit(12)
    job = office.order(dossiers)
    until(lambda: office.signed(job))
    sign_jobs.stop(office.box, job, "ST02")  # Somebody else's wish is not heard.
    sign_jobs.stop(office.box, job, "ST01")
    ended = office.collected(job)
    signed = [one for one in dossiers if office.result(one).signature == Signature.SIGNED]
    assert (ended.state, ended.fault) == (State.CANCELLED, None)
    assert 1 <= len(signed) < len(dossiers)


def test_two_desks_never_sign_one_document_twice(office, client):
    dossiers = office.submit(3)
    office.order(dossiers)
    log_in(client, "st01")
    look_through(office, dossiers)
    answer = sign_by_post(office, client, dossiers[:1], office.tokens["lanh-dao-st01"].pin)
    assert (answer.status_code, "đang ký. Không ký hai lần" in said(answer)) == (422, True)
    office.collected(job_of(office).id)
    answer = sign_by_post(office, client, dossiers[:1], office.tokens["lanh-dao-st01"].pin)
    assert (answer.status_code, "chưa ở bước này" in said(answer)) == (422, True)
    kinds = [step.kind for step in queries.timeline(office.box.db, dossiers[0])]
    assert kinds.count("document.signed") == 1


def test_a_document_with_another_leaders_name_under_it_is_not_signed(office, client):
    (dossier,) = office.submit(1, leader="ST01")
    log_in(client, "st02")
    office.token_of("ST02")
    look_through(office, [dossier], "ST02")
    answer = sign_by_post(office, client, [dossier], office.tokens["lanh-dao-st02"].pin)
    assert (answer.status_code, "ghi tên Nguyễn Minh Họa" in said(answer)) == (422, True)
    ended = office.collected(office.order([dossier], "ST02", "lanh-dao-st02"))  # Even past the page, the record refuses.
    assert (ended.fault, office.result(dossier).signature) == ("other_leader", Signature.SUBMITTED)


def test_a_document_replaced_while_it_is_being_signed_is_not_taken(office):
    kept, changed = office.submit(2)
    before = office.result(changed).file
    job = office.order([kept, changed])
    office.prepare(changed, dan_toc="Hoa")
    ended = office.collected(job)
    assert (ended.fault, ended.facts["items"][before]["code"]) == ("signed_partly", "document_changed")
    assert (office.result(kept).signature, office.result(changed).signature) == (Signature.SIGNED, Signature.SUBMITTED)


def test_the_leader_gives_a_document_back_with_the_reason(office, client):
    dossier, other = office.submit(2)
    log_in(client, "st01")
    digest = office.result(dossier).file
    empty = post(client, f"/ban-ky/{dossier}/tra-lai", digest=digest, reason="  ")
    assert (empty.status_code, "Ghi lý do" in said(empty)) == (422, True)
    assert post(client, f"/ban-ky/{dossier}/tra-lai", digest=digest, reason="Sai ngày sinh").status_code == 303
    assert (office.result(dossier).signature, office.result(dossier).sent_back) == (Signature.NONE, "Sai ngày sinh")
    office.order([other])
    claimed = post(client, f"/ban-ky/{other}/tra-lai", digest=office.result(other).file, reason="Sai")
    assert (claimed.status_code, "đang ký" in said(claimed)) == (422, True)


# The certificate, the lists and the clock, before a PIN is used.


def test_without_a_line_the_cached_lists_are_enough_and_without_lists_the_document_waits(office, client):
    (dossier,) = office.submit(1)
    log_in(client, "st01")
    assert office.token_of("ST01").why is None
    for path in (office.trust / "crls").glob("*.crl"):
        path.unlink()
    assert office.token_of("ST01").why.code == "revocation_unknown"
    look_through(office, [dossier])
    answer = sign_by_post(office, client, [dossier], office.tokens["lanh-dao-st01"].pin)
    assert (answer.status_code, "Chờ có mạng rồi ký lại" in said(answer)) == (422, True)
    assert office.result(dossier).signature == Signature.SUBMITTED


def test_the_desk_says_whose_token_is_in_and_who_must_register_first(office):
    office.pull("lanh-dao-st01")
    until(lambda: office.token_of("ST01").why is not None)
    why = office.token_of("ST01").why
    assert why.code == "wrong_token" and "Trần Thí Dụ" in why.facts["cn"]
    assert office.token_of("ST03").why.code == "certificate_not_registered"
    office.kill()
    assert token_state.look(office.box, "leader", "ST02").why.code == "worker_away"


TOLD = {"state": "idle", "fault": None, "looked_at": "2026-11-21T02:15:30.000Z", "tokens": []}
CERTIFICATE = {"sha256": "aa", "cn": "A", "issuer": "B", "not_after": "2036-01-01T00:00:00.000Z"}
ONE = {"serial": "1", "pin": "ok", "certificates": [CERTIFICATE]}


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({}, "token_absent"),
        ({"tokens": [ONE]}, None),
        ({"tokens": [ONE | {"pin": "locked"}]}, "pin_locked"),
        ({"tokens": [ONE | {"certificates": [CERTIFICATE | {"sha256": "bb"}]}]}, "wrong_token"),
        ({"fault": {"code": "token_module_missing", "facts": {}}}, "token_module_missing"),
        ({"looked_at": "2026-11-21T01:00:00.000Z", "tokens": [ONE]}, "token_looking"),
        ({"looked_at": "2026-11-21T01:00:00.000Z", "tokens": [ONE], "state": "signing"}, None),
    ],
)
def test_every_state_of_a_token_has_its_reason(told, why):
    state = token_state.seen(TOLD | told, {"aa"}, "2026-11-21T02:15:31.000Z")
    assert (state.why.code if state.why else None) == why


def test_a_clock_behind_the_ledger_stops_signing_until_somebody_confirms_the_day(office, client, monkeypatch):
    (dossier,) = office.submit(1)
    office.token_of("ST01")
    monkeypatch.setattr(clock, "BUILT", "2027-05-01T00:00:00.000Z")
    assert office.token_of("ST01").why.code == "clock_behind"
    log_in(client, "st09")
    assert post(client, "/dong-dau/xac-nhan-ngay").status_code == 303
    assert office.token_of("ST01").why is None
    assert office.collected(office.order([dossier])).state is State.DONE


# The clerk.
