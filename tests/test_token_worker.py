"""Signing with USB tokens: the real worker process, real SoftHSM2 tokens, a real certificate authority behind them."""

import shutil
import subprocess
from pathlib import Path

import psutil
import pytest

from appliance.errors import Refused
from hardware.workers import ask
from provisioning.demo import tokens
from signing_room import Desk, digest, until


@pytest.fixture(scope="module")
def desk(tmp_path_factory, ca, drawer):
    desk = Desk(tmp_path_factory.mktemp("desk"), ca, drawer)
    yield desk
    desk.kill()


@pytest.fixture
def job(request):
    return request.node.name.replace("[", "-").replace("]", "")[:100]


def test_the_desk_sees_whose_tokens_are_in(desk):
    token = desk.seen()["lanh-dao-st01"]
    certificate = token["certificates"][0]
    assert (certificate["cn"], certificate["org"]) == ("Nguyễn Minh Họa", "Ủy ban nhân dân xã An Châu")
    assert certificate["sha256"] == desk.tokens["lanh-dao-st01"].cert_sha256
    assert (token["pin"], certificate["not_after"], certificate["der"]) == ("ok", "2036-01-01T00:00:00.000Z", "")


def test_the_leader_signs_several_with_one_pin_and_the_clerk_seals_them(desk, job):
    unsigned = desk.documents(3)
    assert desk.sign(job, "lanh-dao-st01", unsigned)["state"] == "waiting"
    signed = desk.ended(job)
    assert (signed["state"], signed["fault"], signed["pin_tries_left"]) == ("done", None, None)
    assert [desk.summaries(item) for item in signed["items"]] == [["signature_good"]] * 3
    desk.sign(f"{job}-2", "con-dau", [Path(item["path"]) for item in signed["items"]], "organisation")
    sealed = desk.ended(f"{job}-2")
    assert [desk.summaries(item) for item in sealed["items"]] == [["signature_good", "signature_good"]] * 3
    assert all(digest(Path(item["path"])) == item["sha256"] for item in sealed["items"])


def test_a_wrong_pin_uses_exactly_one_try_and_signs_nothing(desk, job):
    papers = desk.documents(2)
    desk.sign(job, "lanh-dao-st01", papers, pin="99999999")
    ended = desk.ended(job)
    assert (ended["state"], ended["fault"]) == ("failed", {"code": "pin_wrong", "facts": {}})
    assert [item["fault"]["code"] for item in ended["items"]] == ["not_signed", "not_signed"]
    assert ended["pin_tries_left"] is None  # SoftHSM tells that a try was wasted, never how many are left.
    assert desk.seen()["lanh-dao-st01"]["pin"] == "low"
    desk.sign(f"{job}-2", "lanh-dao-st01", papers)
    assert desk.ended(f"{job}-2")["state"] == "done"
    until(lambda: desk.seen()["lanh-dao-st01"]["pin"] == "ok")


def test_a_pin_of_impossible_length_costs_no_try(desk, job):
    with pytest.raises(Refused, match="pin_length"):
        desk.sign(job, "lanh-dao-st01", [desk.document()], pin="1")
    assert desk.seen()["lanh-dao-st01"]["pin"] == "ok"


def test_a_token_pulled_in_mid_batch_leaves_what_is_signed_and_says_what_is_not(desk, job):
    papers = desk.documents(12)
    desk.sign(job, "lanh-dao-st01", papers)
    until(lambda: desk.signed(job))
    place = tokens.token_folder(desk.token_folder, "lanh-dao-st01")
    shutil.move(place, desk.folder / "away")
    ended = desk.ended(job)
    assert (ended["state"], ended["fault"]["code"]) == ("failed", "token_removed")
    signed, rest = desk.signed(job), [item for item in ended["items"] if item["state"] == "failed"]
    assert 1 <= len(signed) < len(papers) == len(signed) + len(rest)
    assert {item["fault"]["code"] for item in rest} == {"not_signed"}
    assert all(desk.summaries(item) == ["signature_good"] for item in signed)
    until(lambda: "lanh-dao-st01" not in desk.seen())
    shutil.move(desk.folder / "away", place)
    desk.sign(f"{job}-2", "lanh-dao-st01", papers)
    again = desk.ended(f"{job}-2")
    assert again["state"] == "done"
    kept = {item["id"]: item["sha256"] for item in again["items"]}
    assert all(kept[item["id"]] == item["sha256"] for item in signed)  # Signed once, not twice.


def test_the_worker_killed_in_mid_batch_knows_afterwards_what_it_signed(desk, job):
    papers = desk.documents(3)
    (desk.folder / "CRASH_AT").write_text("document_signed")
    desk.sign(job, "lanh-dao-st01", papers)
    desk.process.wait(60)
    desk.start()
    status = desk.status(job)
    assert (status["state"], status["fault"]["code"]) == ("failed", "token_worker_stopped")
    assert [item["state"] for item in status["items"]] == ["done", "failed", "failed"]
    assert desk.summaries(status["items"][0]) == ["signature_good"]
    desk.sign(f"{job}-2", "lanh-dao-st01", papers)
    ended = desk.ended(f"{job}-2")
    assert ended["state"] == "done"
    assert ended["items"][0]["sha256"] == status["items"][0]["sha256"]


def test_a_dead_module_takes_no_signed_document_with_it(desk, job):
    desk.sign(job, "lanh-dao-st01", desk.documents(12))
    until(lambda: desk.signed(job))
    _module_of(desk).kill()
    ended = desk.ended(job)
    assert (ended["state"], ended["fault"]["code"]) == ("failed", "token_module_died")
    assert desk.signed(job)
    desk.sign(f"{job}-2", "lanh-dao-st01", [desk.document()])
    assert desk.ended(f"{job}-2")["state"] == "done"


def test_asking_twice_signs_once(desk, job):
    paper = desk.document()
    desk.sign(job, "lanh-dao-st01", [paper])
    first = desk.ended(job)
    assert desk.sign(job, "lanh-dao-st01", [paper], pin="99999999") == first  # Not even the PIN is tried.
    assert desk.seen()["lanh-dao-st01"]["pin"] == "ok"


@pytest.mark.parametrize(
    ("label", "code", "facts"),
    [
        ("het-han", "cert_expired", {"cn": "Phạm Hết Hạn Mẫu", "day": "01/01/2025"}),
        ("thu-hoi", "cert_revoked", {"cn": "Lê Thu Hồi Mẫu", "day": "01/02/2026"}),
    ],
)
def test_an_expired_or_revoked_certificate_is_refused_before_the_pin_is_used(desk, label, code, facts, job):
    desk.sign(job, label, [desk.document()], pin="99999999")
    assert desk.ended(job)["fault"] == {"code": code, "facts": facts}
    assert desk.seen()[label]["pin"] == "ok"


def test_another_officers_token_is_refused_before_the_pin_is_used(desk, job):
    mine = desk.tokens["lanh-dao-st02"].cert_sha256
    desk.sign(job, "lanh-dao-st01", [desk.document()], cert_sha256=mine, pin="99999999")
    assert desk.ended(job)["fault"] == {"code": "wrong_token", "facts": {"cn": "Nguyễn Minh Họa"}}
    assert desk.seen()["lanh-dao-st01"]["pin"] == "ok"


def test_without_current_revocation_lists_nothing_is_signed(desk, job):
    shutil.move(desk.trust / "crls", desk.folder / "crls")
    desk.sign(job, "lanh-dao-st01", [desk.document()])
    assert desk.ended(job)["fault"]["code"] == "revocation_unknown"
    shutil.move(desk.folder / "crls", desk.trust / "crls")


def test_a_document_changed_after_it_was_seen_is_not_signed_but_the_others_are(desk, job):
    papers = desk.documents(2)
    items = [desk.item(path, "leader") for path in papers]
    papers[0].write_bytes(papers[1].read_bytes())
    desk.sign(job, "lanh-dao-st01", papers, items=items)
    ended = desk.ended(job)
    assert [(item["state"], item["fault"] and item["fault"]["code"]) for item in ended["items"]] == [
        ("failed", "file_changed"),
        ("done", None),
    ]
    assert ended["state"] == "failed"


def test_a_clerk_does_not_seal_over_a_revoked_leader(desk, ca, job):
    paper = desk.folder / "thu-hoi.pdf"
    paper.write_bytes(ca.signed(desk.document().read_bytes(), "revoked"))
    desk.sign(job, "con-dau", [paper], "organisation")
    assert desk.ended(job)["items"][0]["fault"] == {"code": "signature_check_failed", "facts": {"field": "ky_lanh_dao"}}


def test_the_officer_stops_a_batch_after_the_document_in_hand(desk, job):
    desk.sign(job, "lanh-dao-st01", desk.documents(12))
    until(lambda: desk.signed(job))
    ask(desk.socket, {"do": "stop", "job": job})
    ended = desk.ended(job)
    assert ended["state"] == "stopped"
    assert {item["fault"]["code"] for item in ended["items"] if item["fault"]} == {"signing_stopped"}
    ask(desk.socket, {"do": "forget", "job": job})
    with pytest.raises(Refused, match="sign_job_unknown"):
        desk.status(job)


def test_the_pin_is_nowhere_but_in_memory(desk, job):
    pin = desk.tokens["lanh-dao-st01"].pin
    desk.sign(job, "lanh-dao-st01", desk.documents(4))
    until(lambda: desk.signed(job))
    for process in (desk.process.pid, _module_of(desk).pid):
        assert pin.encode() not in Path(f"/proc/{process}/cmdline").read_bytes()
        assert pin.encode() not in Path(f"/proc/{process}/environ").read_bytes()
    assert desk.ended(job)["state"] == "done"
    found = subprocess.run(["grep", "-ra", pin, desk.folder], capture_output=True, timeout=30)
    assert found.returncode == 1
    assert "Nguyễn" not in desk.log.read_text()


def test_an_order_that_makes_no_sense_is_refused_before_anything(desk, job):
    paper = desk.document()
    for changed in ({"items": []}, {"items": [desk.item(paper, "leader")] * 2}, {"serial": 7}):
        with pytest.raises(Refused, match="sign_request"):
            desk.sign(job, "lanh-dao-st01", [paper], **changed)
    with pytest.raises(Refused, match="sign_request"):
        desk.sign("../job", "lanh-dao-st01", [paper])


def test_a_missing_driver_is_said_so(tmp_path, ca, drawer, monkeypatch):
    monkeypatch.setattr(tokens, "MODULE", "/usr/lib/khong-co.so")
    desk = Desk(tmp_path, ca, drawer)
    trouble = ask(desk.socket, {"do": "tokens"})["fault"]
    desk.kill()
    assert trouble == {"code": "token_module_missing", "facts": {}}


def _module_of(desk: Desk) -> psutil.Process:
    """Find the process that holds the vendor's module."""
    return psutil.Process(desk.process.pid).children()[0]
