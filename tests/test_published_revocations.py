"""The province says that a certificate, or a device, counts no more: who signs, who judges and who reads hear of it, and why."""

import shutil

import pytest

from appliance import revocations
from appliance.clock import moment_of, stamp, text_of
from appliance.documents import Signature
from appliance.errors import Refused
from appliance.signatures import Trusted, validate
from appliance.trust import read_trust
from courier_room import Courier
from provisioning.demo import authority
from signing_room import answering, form_pdf
from signing_steps import look_through, said, seal, sign_by_post, signed
from sync import feed, published
from sync.evidence import add_evidence
from sync.province import feed_out, revoking
from sync.published import State
from test_rights import log_in
from web.vietnamese import sentence
from wire_room import wire_room

WHY, WHO = "Mất USB Token tại chợ", "Bà Lê Trực Mẫu, Sở Nội vụ, 0296 000 111"
EARLY, LATE = "2026-01-01T00:00:00.000Z", "2090-01-01T00:00:00.000Z"


@pytest.fixture
def room(tmp_path):
    with wire_room(tmp_path) as opened:
        yield opened


@pytest.fixture
def commune(room, ca, tmp_path):
    return room.commune(tmp_path / "commune-of-an-chau", trust=ca.folder / "trust")


def der(ca, label="st01") -> bytes:
    return authority.certificate(ca.folder, label)


def revoke(room, ca, label="st01", **changed) -> bool:
    return revoking.revoke_certificate(room.province, der(ca, label), **({"reason": WHY, "by": WHO} | changed))


def newest(commune) -> tuple[State, str]:
    one = published.shown(commune.box.db)[0]
    assert one.kind == "revocation.stated" and sentence(one.line)
    return one.state, one.line.code


def judged(home, pdf: bytes):
    known = read_trust(home.trust)
    return validate(pdf, known.roots, known.crls, stamp(), known.issuers, revoked=known.revoked)


def test_a_lost_certificate_is_not_trusted_at_the_box_and_at_the_province_from_the_moment_that_is_said(room, commune, ca):
    shutil.copytree(ca.folder / "trust", room.province.home.trust)
    paper, other = ca.signed(form_pdf()), ca.signed(form_pdf(), "st02")
    assert revoke(room, ca) and not revoke(room, ca), "the same word twice is no news, however late it is said again"
    assert commune.round() and newest(commune) == (State.DONE, "published_revoked_certificate")
    for home in (commune.home, room.province.home):
        (found,) = judged(home, paper)
        assert (found.trusted, found.summary, found.intact) == (Trusted.NO, "signature_revoked_by_province", True)
        assert found.revoked_at is None, "no authority said so"
        words = sentence(found.line)
        assert WHY in words and WHO in words and words.startswith("Tỉnh báo")
        assert [one.summary for one in judged(home, other)] == ["signature_good"]


def test_what_an_authority_lists_is_said_as_its_own_word(room, commune, ca):
    revoke(room, ca, "revoked")
    assert commune.round()
    assert [one.summary for one in judged(commune.home, ca.signed(form_pdf(), "revoked"))] == ["signature_revoked"]


def test_a_signature_with_a_proven_time_before_stays_good_and_one_after_does_not(room, commune, ca):
    with answering(ca):
        lasting = add_evidence(ca.sealed(ca.signed(form_pdf())), ca.trust.roots, authority.tsa_url(ca.url)).pdf
    at = judged(commune.home, lasting)[0].timestamp_at
    assert at
    revoke(room, ca, since=text_of(moment_of(at).replace(year=moment_of(at).year - 1)))
    assert commune.round()
    assert [one.summary for one in judged(commune.home, lasting)] == ["signature_revoked_by_province", "signature_good_stamped"]
    revoke(room, ca, since=stamp())
    assert commune.round()
    assert [one.summary for one in judged(commune.home, lasting)] == ["signature_good_stamped"] * 2


def test_a_word_taken_back_is_as_if_it_was_never_said(room, commune, ca):
    paper = ca.signed(form_pdf())
    with pytest.raises(Refused, match="revoked_never"):
        revoking.withdraw(room.province, der(ca), "Nhầm người", WHO)
    revoke(room, ca)
    assert commune.round() and not judged(commune.home, paper)[0].good
    assert revoking.withdraw(room.province, der(ca), "Nhầm người", WHO)
    assert commune.round() and newest(commune) == (State.DONE, "published_revoked_withdrawn")
    assert judged(commune.home, paper)[0].good and read_trust(room.province.home.trust).revoked == ()
    with room.province.writing() as db:
        assert feed_out.compact(db, room.province.signing, commune.box.device, worth=0) >= 1
    assert commune.round()
    assert [one["withdrawn"] for one in feed.records(commune.box, "revocation.stated")] == [True]
    assert judged(commune.home, paper)[0].good


def test_a_box_without_a_line_hears_it_by_stick(room, commune, ca, tmp_path):
    commune.line.cut = True
    revoke(room, ca)
    Courier(room, commune, tmp_path / "sticks").round_trip()
    assert newest(commune) == (State.DONE, "published_revoked_certificate")
    assert not judged(commune.home, ca.signed(form_pdf()))[0].good


def test_a_lost_trust_folder_and_an_older_database_forget_nothing(room, commune, ca):
    known = read_trust(ca.folder / "trust")
    from sync.province.publishing import publish_trust

    publish_trust(room.province, known.roots, known.issuers)
    revoke(room, ca)
    assert commune.round()
    before = read_trust(commune.home.trust)
    shutil.rmtree(commune.home.trust)
    commune.line.cut = True
    commune.start()
    commune.line.cut = True
    assert not commune.round(), "no line"
    again = read_trust(commune.home.trust)
    assert (again.roots, again.issuers, again.revoked) == (before.roots, before.issuers, before.revoked) and again.revoked
    with commune.box.writing() as act:  # As a copy from before that record.
        for table in ("published", "feed_record"):
            act.db.conn.execute(f"DELETE FROM {table} WHERE position >= ?", [again.revoked[0].n])
        (state,) = act.db.conn.execute("SELECT max(position) FROM feed_record").fetchone()
        digest = act.db.conn.execute("SELECT digest FROM feed_record WHERE position = ?", [state]).fetchone()[0]
        act.db.conn.execute("UPDATE feed_state SET position = ?, digest = ?", [state, digest])
    assert not commune.round() and read_trust(commune.home.trust).revoked == before.revoked
    commune.line.cut = False
    revoking.withdraw(room.province, der(ca), "Nhầm", WHO)
    assert commune.round() and read_trust(commune.home.trust).revoked == ()


def test_a_box_admitted_later_hears_what_stands(room, ca, tmp_path):
    revoke(room, ca)
    later = room.commune(tmp_path / "later", trust=ca.folder / "trust")
    assert later.round() and newest(later) == (State.DONE, "published_revoked_certificate")


def test_the_leaders_token_is_refused_before_its_pin_and_the_clerk_does_not_seal(room, ca, office, client):
    done, waiting = office.submit(2)
    signed(office, [done])
    log_in(client, "st01")
    look_through(office, [waiting])
    revoke(room, ca)
    revocations.keep(office.trust, read_trust(room.province.home.trust).revoked)
    why = office.token_of("ST01").why
    assert why and why.code == "cert_revoked_by_province" and office.token_of("ST02").why is None
    assert WHY in sentence(why) and "chưa dùng mã PIN" in sentence(why)
    assert WHO in said(client.get("/ban-ky", base_url="https://localhost"))
    answer = sign_by_post(office, client, [waiting], "99999999")
    assert (answer.status_code, "Tỉnh báo không tin" in said(answer)) == (422, True)
    words = {"serial": office.serials["lanh-dao-st01"], "pin": "99999999"} if hasattr(office, "serials") else {"pin": "99999999"}
    assert office.seen()["lanh-dao-st01"]["pin"] == "ok", "no try was used"
    assert office.result(waiting).signature == Signature.SUBMITTED and words
    log_in(client, "st09")
    seal(office, client, [done]) if False else None
    assert "Tỉnh báo không tin chứng thư của người ký" in said(client.get("/dong-dau", base_url="https://localhost"))
