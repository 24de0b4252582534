"""The province says that a certificate, or a device, counts no more: who signs, who judges and who reads hear of it, and why."""

import shutil
import ssl

import msgspec
import pytest
from click.testing import CliRunner

from appliance import rows
from appliance.clock import moment_of, stamp, text_of
from appliance.documents import Signature
from appliance.errors import Refused
from appliance.revocations import FILE
from appliance.signatures import Trusted, validate
from appliance.trust import read_trust
from courier_room import Courier
from provisioning.cli import main
from provisioning.demo import authority
from signing_room import Desk, answering, form_pdf
from signing_steps import look_through, said, sign_by_post, signed
from sync import feed, progress, published
from sync.evidence import add_evidence
from sync.protocol import Statement
from sync.province import feed_out, revoking
from sync.province.admission import revoke_device
from sync.province.publishing import publish_trust
from sync.published import State
from sync.statements import Record
from test_rights import HTTPS, log_in
from web import line_state, state_chip
from web.courier_words import answer_words, came_words
from web.vietnamese import sentence
from wire_room import wire_room

WHY, WHO = "Mất USB Token tại chợ", "Bà Lê Trực Mẫu, Sở Nội vụ, 0296 000 111"
EARLY = "2026-01-01T00:00:00.000Z"


@pytest.fixture
def room(tmp_path):
    with wire_room(tmp_path) as opened:
        yield opened


@pytest.fixture
def wired(room, ca, tmp_path):
    """A real box on a real wire, which trusts the test authority."""
    return room.commune(tmp_path / "wired-of-an-chau", trust=ca.folder / "trust")


def der(ca, label="st01") -> bytes:
    return authority.certificate(ca.folder, label)


def revoke(room, ca, label="st01", **changed) -> bool:
    return revoking.revoke_certificate(room.province, der(ca, label), **({"reason": WHY, "by": WHO} | changed))


def newest(wired) -> tuple[State, str]:
    one = published.shown(wired.box.db)[0]
    assert one.kind == "revocation.stated" and sentence(one.line)
    return one.state, one.line.code


def judged(home, pdf: bytes):
    known = read_trust(home.trust)
    return validate(pdf, known.roots, known.crls, stamp(), known.issuers, revoked=known.revoked)


def test_a_lost_certificate_is_not_trusted_at_the_box_and_at_the_province_from_the_moment_that_is_said(room, wired, ca):
    shutil.copytree(ca.folder / "trust", room.province.home.trust)
    paper, other = ca.signed(form_pdf()), ca.signed(form_pdf(), "st02")
    assert revoke(room, ca) and not revoke(room, ca), "the same word twice is no news, however late it is said again"
    assert wired.round() and newest(wired) == (State.DONE, "published_revoked_certificate")
    for home in (wired.home, room.province.home):
        (found,) = judged(home, paper)
        assert (found.trusted, found.summary, found.intact) == (Trusted.NO, "signature_revoked_by_province", True)
        assert found.revoked_at is None, "no authority said so"
        words = sentence(found.line)
        assert WHY in words and WHO in words and words.startswith("Tỉnh báo")
        assert [one.summary for one in judged(home, other)] == ["signature_good"]


def test_what_an_authority_lists_is_said_as_its_own_word(room, wired, ca):
    revoke(room, ca, "revoked")
    assert wired.round()
    assert [one.summary for one in judged(wired.home, ca.signed(form_pdf(), "revoked"))] == ["signature_revoked"]


def test_a_signature_with_a_proven_time_before_stays_good_and_one_after_does_not(room, wired, ca):
    with answering(ca):
        lasting = add_evidence(ca.sealed(ca.signed(form_pdf())), ca.trust.roots, authority.tsa_url(ca.url)).pdf
    at = judged(wired.home, lasting)[0].timestamp_at
    assert at
    revoke(room, ca, since=text_of(moment_of(at).replace(year=moment_of(at).year - 1)))
    assert wired.round()
    assert [one.summary for one in judged(wired.home, lasting)] == ["signature_revoked_by_province", "signature_good_stamped"]
    revoke(room, ca, since=stamp())
    assert wired.round()
    assert [one.summary for one in judged(wired.home, lasting)] == ["signature_good_stamped"] * 2


def test_a_word_taken_back_is_as_if_it_was_never_said(room, wired, ca):
    paper = ca.signed(form_pdf())
    with pytest.raises(Refused, match="revoked_never"):
        revoking.withdraw(room.province, der(ca), "Nhầm người", WHO)
    revoke(room, ca)
    assert wired.round() and not judged(wired.home, paper)[0].good
    assert revoking.withdraw(room.province, der(ca), "Nhầm người", WHO)
    assert wired.round() and newest(wired) == (State.DONE, "published_revoked_withdrawn")
    assert judged(wired.home, paper)[0].good and read_trust(room.province.home.trust).revoked == ()
    with room.province.writing() as db:
        assert feed_out.compact(db, room.province.signing, wired.box.device, worth=0) >= 1
    assert wired.round()
    assert [one["withdrawn"] for one in feed.records(wired.box, "revocation.stated")] == [True]
    assert judged(wired.home, paper)[0].good


def test_a_box_without_a_line_hears_it_by_stick(room, wired, ca, tmp_path):
    wired.line.cut = True
    revoke(room, ca)
    Courier(room, wired, tmp_path / "sticks").round_trip()
    assert newest(wired) == (State.DONE, "published_revoked_certificate")
    assert not judged(wired.home, ca.signed(form_pdf()))[0].good


def test_a_lost_trust_folder_and_an_older_database_forget_nothing(room, wired, ca):
    known = read_trust(ca.folder / "trust")
    publish_trust(room.province, known.roots, known.issuers)
    revoke(room, ca)
    assert wired.round()
    before = read_trust(wired.home.trust)
    shutil.rmtree(wired.home.trust)
    wired.line.cut = True
    wired.start()
    wired.line.cut = True
    assert not wired.round(), "no line"
    again = read_trust(wired.home.trust)
    assert (again.roots, again.issuers, again.revoked) == (before.roots, before.issuers, before.revoked) and again.revoked
    (wired.home.trust / FILE).write_bytes(b"[{")
    assert not wired.round() and read_trust(wired.home.trust).revoked == before.revoked, "a damaged file is made anew"
    with wired.box.writing() as act:  # As a copy from before that record.
        for table in ("published", "feed_record"):
            act.db.conn.execute(f"DELETE FROM {table} WHERE position >= ?", [again.revoked[0].n])
        (state,) = act.db.conn.execute("SELECT max(position) FROM feed_record").fetchone()
        digest = act.db.conn.execute("SELECT digest FROM feed_record WHERE position = ?", [state]).fetchone()[0]
        act.db.conn.execute("UPDATE feed_state SET position = ?, digest = ?", [state, digest])
    assert not wired.round() and read_trust(wired.home.trust).revoked == before.revoked
    wired.line.cut = False
    revoking.withdraw(room.province, der(ca), "Nhầm", WHO)
    assert wired.round() and read_trust(wired.home.trust).revoked == ()


def test_a_box_admitted_later_hears_what_stands(room, ca, tmp_path):
    revoke(room, ca)
    later = room.commune(tmp_path / "later", trust=ca.folder / "trust")
    assert later.round() and newest(later) == (State.DONE, "published_revoked_certificate")


def test_a_real_token_is_not_opened_with_a_revoked_certificate_and_is_again_when_that_is_taken_back(room, ca, drawer, tmp_path):
    box = room.commune(tmp_path / "box")
    desk = Desk(box.home.root, ca, drawer)  # Its worker reads the trust folder of the box that hears the feed.
    try:
        paper = desk.document()
        paper_of_leader = desk.folder / "da-ky.pdf"
        paper_of_leader.write_bytes(ca.signed(desk.document().read_bytes()))
        revoke(room, ca)
        assert box.round()
        desk.sign("refused", "lanh-dao-st01", [paper], pin="99999999")
        fault = desk.ended("refused")["fault"]
        assert (fault["code"], fault["facts"]["reason"], fault["facts"]["by"]) == ("cert_revoked_by_province", WHY, WHO)
        assert desk.seen()["lanh-dao-st01"]["pin"] == "ok", "the PIN was not tried"
        desk.sign("seal", "con-dau", [paper_of_leader], "organisation")
        assert desk.ended("seal")["items"][0]["fault"]["code"] == "signature_check_failed", "no seal over it"
        desk.sign("other", "lanh-dao-st02", [desk.document()])
        assert desk.ended("other")["state"] == "done"
        revoking.withdraw(room.province, der(ca), "Nhầm người", WHO)
        assert box.round()
        desk.sign("again", "lanh-dao-st01", [paper])
        assert desk.ended("again")["state"] == "done"
    finally:
        desk.kill()


def hear(box, n: int, **said) -> None:
    """Let a box take a statement in, as from its feed."""
    body = {"what": "certificate", "since": EARLY, "reason": WHY, "by": WHO} | said
    statement = Statement(msgspec.json.encode(Record(box.device, n, "0" * 64, "revocation.stated", EARLY, body)).decode(), "")
    with box.writing() as act:
        sql = "INSERT INTO feed_record (position, digest, bytes) VALUES (?, ?, ?)"
        act.db.conn.execute(sql, [n, b"", msgspec.json.encode(statement)])
        published.note(box, act, msgspec.json.decode(statement.body, type=Record))
    published.carry_out(box)


def test_the_desks_say_it_before_a_pin_is_asked_and_the_technician_reads_who_said_it(ca, office, client):
    done, waiting = office.submit(2)
    signed(office, [done])
    hear(office.box, 1, id=office.tokens["lanh-dao-st01"].cert_sha256, name="Nguyễn Minh Họa")
    why = office.token_of("ST01").why
    assert why and why.code == "cert_revoked_by_province" and office.token_of("ST02").why is None
    log_in(client, "st01")
    look_through(office, [waiting])
    page = said(client.get("/ban-ky", base_url=HTTPS, follow_redirects=True))
    assert WHY in page and WHO in page
    answer = sign_by_post(office, client, [waiting], "99999999")
    assert (answer.status_code, "Tỉnh báo không tin chứng thư số của" in said(answer)) == (422, True)
    assert office.seen()["lanh-dao-st01"]["pin"] == "ok"
    clerk, technician = client.application.test_client(), client.application.test_client()
    log_in(clerk, "st09")
    assert "Tỉnh báo không tin chứng thư của người ký" in said(clerk.get("/dong-dau", base_url=HTTPS, follow_redirects=True))
    assert WHO in said(clerk.get(f"/ho-so/{done}/chu-ky", base_url=HTTPS))
    log_in(technician, "st16")
    assert "Không tin chứng thư số của Nguyễn Minh Họa" in said(technician.get("/suc-khoe", base_url=HTTPS))


def test_a_sealed_document_waits_instead_of_being_voided_at_the_provinces_word(room, ca, tmp_path):
    """That may be taken back, and what is void stays void."""
    with answering(ca):
        box = room.commune(tmp_path / "box", trust=ca.folder / "trust", tsa_url=authority.tsa_url(ca.url))
        revoke(room, ca)
        assert box.round()
        dossier = box.seal_result(ca)
        assert box.round() and _signature(box, dossier) == Signature.SEALED
        assert [*box.agent.stamps.undecided.values()] == ["signature_revoked_by_province"]
        revoking.withdraw(room.province, der(ca), "Nhầm người", WHO)
        box.start()
        assert box.round() and _signature(box, dossier) == Signature.TIMESTAMPED


def _signature(box, dossier: str) -> Signature:
    found = rows.load(box.box.db, dossier)
    assert found and found.result
    return found.result.signature


# A device.


def test_a_revoked_device_and_the_others_of_its_unit_are_told(room, wired, tmp_path):
    lost, elsewhere = room.commune(tmp_path / "lost"), room.commune(tmp_path / "elsewhere", unit="H99.99.98")
    assert revoke_device(room.province, lost.box.device, "Máy bị trộm", WHO)
    assert not revoke_device(room.province, lost.box.device, "Máy bị trộm", WHO)
    assert wired.round() and newest(wired) == (State.DONE, "published_revoked_device")
    assert state_chip.chip(state_chip.facts(wired.box.db), stamp()).kind == "ok"
    assert elsewhere.round() and feed.records(elsewhere.box, "revocation.stated") == []
    later = room.commune(tmp_path / "later")
    assert later.round() and newest(later) == (State.DONE, "published_revoked_device")
    assert lost.round() and lost.state()["last_error"] == "device_revoked"
    assert chip_of(lost) == "Tỉnh đã thu hồi máy", "also where nothing waits to be sent"


def chip_of(commune) -> str:
    return state_chip.chip(state_chip.facts(commune.box.db), stamp()).text


def test_a_revoked_device_hears_of_it_by_stick_and_nothing_later(room, wired, tmp_path):
    wired.line.cut = True
    wired.accept()
    courier = Courier(room, wired, tmp_path / "sticks")
    revoke_device(room.province, wired.box.device, "Máy bị trộm", WHO)
    with room.province.writing() as db:
        feed_out.add(db, room.province.signing, wired.box.device, "software.noticed", {"version": "9", "note": "n"})
    _, outcome, came = courier.round_trip()
    assert [one.code for one in outcome.answer.problems] == [one.code for one in came.problems] == ["device_revoked"]
    assert came_words(came) == [sentence(Refused("device_revoked"))] and "mang trả lời về" in answer_words(outcome.answer)[0]
    assert newest(wired) == (State.DONE, "device_revoked") and feed.records(wired.box, "software.noticed") == []
    assert not wired.round() and chip_of(wired) == "Tỉnh đã thu hồi máy", "beside a line that is down"
    assert line_state.stopped(wired.state()) == "device_revoked"
    assert room.province.db.conn.execute("SELECT count(*) FROM ledger").fetchone() == (0,), "nothing of it is taken"
    assert came.receipt is None and progress.backlog(wired.box.db).events, "nothing counts as sent"
    assert courier.round_trip()[2].records == 0


# At the province's keyboard.


def order(room, *words, status=0) -> str:
    group, *rest = words
    ended = CliRunner().invoke(main, [group, rest[0], "--home", str(room.province.home.root), *map(str, rest[1:])])
    assert ended.exit_code == status, ended.output
    return ended.output


def test_a_certificate_is_revoked_and_taken_back_by_command(room, wired, ca, tmp_path):
    file, reason = tmp_path / "st01.pem", ("--reason", WHY, "--by", WHO)
    file.write_text(ssl.DER_cert_to_PEM_cert(der(ca)))
    assert "chưa báo gì" in order(room, "feed", "revoke", *reason, "--withdraw", file, status=1)
    assert "Đã công bố" in order(room, "feed", "revoke", *reason, "--since", "2026-11-20T09:30", file)
    assert "Không có gì mới" in order(room, "feed", "revoke", *reason, file)
    assert wired.round()
    (one,) = feed.records(wired.box, "revocation.stated")
    assert (one["name"], one["since"]) == ("Nguyễn Minh Họa", "2026-11-20T02:30:00.000Z")
    assert "Đã công bố" in order(room, "feed", "revoke", *reason, "--withdraw", file)
    assert "since" in order(room, "feed", "revoke", *reason, "--since", "2090-01-01T00:00", file, status=1)
    for wrong in (authority.certificate(ca.folder, "issuing"), b"<html>"):
        file.write_bytes(wrong)
        assert "không phải chứng thư số của người ký" in order(room, "feed", "revoke", *reason, file, status=1)


def test_a_device_is_revoked_by_command(room, wired):
    reason = ("--reason", "Máy bị trộm", "--by", WHO)
    assert "Tỉnh không có máy" in order(room, "enrol", "revoke", *reason, "0" * 36, status=1)
    assert "Đã thu hồi máy" in order(room, "enrol", "revoke", *reason, wired.box.device)
    assert "từ trước" in order(room, "enrol", "revoke", *reason, wired.box.device)
    assert wired.round() and wired.state()["last_error"] == "device_revoked"
