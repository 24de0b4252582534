"""The leader signs and the clerk seals: what is recorded, what happens when something breaks, and that nothing is signed twice."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from appliance import clock, files, numbering, processing, queries, verify
from appliance.dossier import Signature, Status
from appliance.errors import Refused
from appliance.events import FileRef
from boxes import UNIT
from hardware.usb_token import PinState
from signing_office import Office
from signing_room import until
from test_rights import HTTPS, csrf, log_in
from web import jobs, sign_jobs, token_state, viewing
from web.jobs import State


@pytest.fixture
def office(app, ca, drawer):
    office = Office(app, ca, drawer)
    yield office
    office.kill()


def look_through(office, dossiers, officer="ST01"):
    with office.box.writing() as act:
        for one in dossiers:
            document = office.result(one)
            viewing.note(act, officer, document, range(1, document.pages + 1))
            viewing.choose(act, officer, document, True)


def post(client, path, **data):
    token = csrf(client, "/tai-khoan")
    return client.post(path, data=data | {"csrf_token": token}, base_url=HTTPS, headers={"Referer": HTTPS})


def sign_by_post(office, client, dossiers, pin, path="/ban-ky/ky"):
    documents = [f"{one}:{office.result(one).file}" for one in dossiers]
    return post(client, path, document=documents, pin=pin, shown=dossiers[0])


def job_of(office, kind="sign", officer="ST01"):
    return jobs.of(office.box.db, kind, officer)[-1]


def signed(office, dossiers):
    assert office.collected(office.order(dossiers)).state is State.DONE


def seal(office, client, dossiers):
    look_through(office, dossiers, "ST09")
    assert sign_by_post(office, client, dossiers, office.tokens["con-dau"].pin, "/dong-dau/ky").status_code == 303
    return office.collected(job_of(office, "seal", "ST09").id)


def said(answer):
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


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
    assert set(ended.facts["items"]) == set(rest)
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
    job = office.order([kept, changed])
    office.prepare(changed, dan_toc="Hoa")
    ended = office.collected(job)
    assert (ended.fault, ended.facts["items"][changed]["code"]) == ("signed_partly", "document_changed")
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

COLLECT = """
import sys, time
from appliance import crash
from appliance.box import open_box
from appliance.config import Home
from web import jobs, sign_jobs
box = open_box(Home(__import__("pathlib").Path(sys.argv[1])))
crash.arm_from(box.home.run)
while jobs.load(box.db, sys.argv[2]).open:
    sign_jobs.poll(box)
    time.sleep(0.02)
"""


def collect_elsewhere(office, job, crash_at=""):
    if crash_at:
        (office.box.home.run / "CRASH_AT").write_text(crash_at)
    return subprocess.run([sys.executable, "-c", COLLECT, office.folder, job], timeout=60).returncode


def events_of(office, dossier, kind):
    return [step for step in queries.timeline(office.box.db, dossier) if step.kind == kind]


def assert_whole(office):
    assert verify.verify(office.box.home, office.box.db) == []
    assert numbering.account(office.box.db) == []


@pytest.mark.parametrize("label", ["sign_file_stored", "sign_recorded", "before_commit", "after_commit"])
def test_a_collector_killed_at_any_point_loses_nothing_and_records_once(office, label):
    dossiers = office.submit(3)
    job = office.order(dossiers)
    assert collect_elsewhere(office, job, label) == -signal.SIGKILL
    assert collect_elsewhere(office, job) == 0
    assert jobs.load(office.box.db, job).state is State.DONE
    assert_whole(office)
    for one in dossiers:
        assert len(events_of(office, one, "document.signed")) == 1
        assert office.findings(one)["ky_lanh_dao"].summary == "signature_good"


@pytest.mark.parametrize("label", ["seal_file_stored", "seal_recorded"])
def test_a_seal_survives_a_kill_while_it_is_taken(office, client, label):
    dossiers = office.submit(2)
    signed(office, dossiers)
    log_in(client, "st09")
    office.token_of(UNIT, "organisation")
    look_through(office, dossiers, "ST09")
    sign_by_post(office, client, dossiers, office.tokens["con-dau"].pin, "/dong-dau/ky")
    job = job_of(office, "seal", "ST09").id
    assert collect_elsewhere(office, job, label) == -signal.SIGKILL
    assert collect_elsewhere(office, job) == 0
    for one in dossiers:
        assert len(events_of(office, one, "document.sealed")) == 1
        assert {f.summary for f in office.findings(one).values()} == {"signature_good"}
    assert_whole(office)


POST = """
import sys
from pathlib import Path
from appliance import crash
from appliance.config import Home
from test_rights import log_in
from test_signing_desk import post
from web.app import create_app
app = create_app(Home(Path(sys.argv[1])), collect=False)
crash.arm_from(Path(sys.argv[1]) / "run")
client = app.test_client()
log_in(client, sys.argv[2])
print(post(client, sys.argv[3], document=sys.argv[5:], pin=sys.argv[4]).status_code)
"""


def post_elsewhere(office, officer, path, pin, dossiers, crash_at):
    (office.box.home.run / "CRASH_AT").write_text(crash_at)
    documents = [f"{one}:{office.result(one).file}" for one in dossiers]
    command = [sys.executable, "-c", POST, office.folder, officer, path, pin, *documents]
    return subprocess.run(command, cwd=Path(__file__).parent, timeout=60).returncode


def test_an_order_that_never_reached_the_token_frees_the_documents(office):
    dossiers = office.submit(2)
    office.token_of("ST01")
    look_through(office, dossiers)
    pin = office.tokens["lanh-dao-st01"].pin
    assert post_elsewhere(office, "st01", "/ban-ky/ky", pin, dossiers, "sign_ordered") == -signal.SIGKILL
    ended = office.collected(job_of(office).id)
    assert (ended.state, ended.fault) == (State.FAILED, "sign_not_heard")
    signed(office, dossiers)
    assert_whole(office)


def test_a_number_taken_before_a_kill_is_the_number_that_is_sealed(office, client):
    dossiers = office.submit(2)
    signed(office, dossiers)
    office.token_of(UNIT, "organisation")
    look_through(office, dossiers, "ST09")
    pin = office.tokens["con-dau"].pin
    assert post_elsewhere(office, "st09", "/dong-dau/ky", pin, dossiers, "number_taken") == -signal.SIGKILL
    assert [office.result(one).number_text for one in dossiers] == ["01/UBND-XNTTHN", ""]
    log_in(client, "st09")
    assert seal(office, client, dossiers).state is State.DONE
    assert [office.result(one).number_text for one in dossiers] == ["01/UBND-XNTTHN", "02/UBND-XNTTHN"]
    assert_whole(office)


def test_a_token_worker_killed_in_mid_batch_comes_back_with_what_it_signed(office):
    dossiers = office.submit(4)
    (office.box.home.run.parent / "CRASH_AT").write_text("document_signed")
    job = office.order(dossiers)
    office.process.wait(60)
    sign_jobs.poll(office.box)
    assert jobs.load(office.box.db, job).open  # Nobody knows yet what was signed.
    office.start()
    ended = office.collected(job)
    states = [office.result(one).signature for one in dossiers]
    assert (ended.fault, states.count(Signature.SIGNED)) == ("token_worker_stopped", 1)
    signed(office, [one for one in dossiers if office.result(one).signature == Signature.SUBMITTED])
    assert_whole(office)
