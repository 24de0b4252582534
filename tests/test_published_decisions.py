"""A decision taken at the province on a commune's dossier: it stands in the dossier's history with its file, and moves nothing."""

import msgspec
import pytest
from click.testing import CliRunner

from appliance import decisions, erasure, files, ledger, ownership, queries, rows, verify
from appliance.dossier import Status
from boxes import UNIT
from courier_room import Courier
from provisioning.cli import main
from signing_room import form_pdf, make_authority
from sync import decisions as sealing
from sync import feed, published
from sync.province import deciding, feed_out, publishing
from sync.published import State
from test_between_units import accepted, take
from web.vietnamese import sentence
from wire_room import wire_room

THERE = "H99.99.98"
SAID = {"sort": "agreed", "text": "88/SXD-QLN", "date": "2026-11-20", "agency": "Sở Xây dựng Mẫu"}
WORDS = {"decider": "Trần Giám Đốc Mẫu", "note": "Ông Nguyễn Văn Bí Mật nộp thêm bản vẽ."}


@pytest.fixture(scope="module")
def signed(tmp_path_factory) -> bytes:
    """A PDF that somebody signed."""
    return make_authority(tmp_path_factory.mktemp("authority")).signed(form_pdf())


@pytest.fixture
def room(tmp_path):
    with wire_room(tmp_path) as opened:
        yield opened


@pytest.fixture
def commune(room, tmp_path):
    return room.commune(tmp_path / "commune")


def code_of(commune, dossier: str) -> str:
    found = rows.load(commune.box.db, dossier)
    assert found
    return found.code


def decide(room, commune, dossier: str, pdf: bytes, again: bool = False, **changed) -> bool:
    return deciding.publish_decision(room.province, code_of(commune, dossier), SAID | changed, WORDS, pdf, again)


def received(commune, dossier: str) -> list[dict]:
    """Give what the dossier's history says of decisions, the sealed words too."""
    steps = [step for step in queries.timeline(commune.box.db, dossier) if step.kind == ownership.DECIDED]
    return [step.facts | queries.personal_of_step(commune.box.db, commune.box.device, step) for step in steps]


def newest(commune) -> tuple[State, str]:
    one = published.shown(commune.box.db)[0]
    assert one.kind == "decision.stated" and sentence(one.line)
    return one.state, one.line.code


@pytest.fixture
def dossier(commune) -> str:
    """A dossier that ST08 holds, and that the province knows."""
    dossier = commune.accept()
    take(commune, dossier)
    assert commune.round()
    return dossier


def test_a_decision_stands_in_the_dossiers_history_with_its_file_and_moves_nothing(room, commune, dossier, signed, tmp_path):
    before = rows.load(commune.box.db, dossier)
    pdf, note = tmp_path / "decision.pdf", tmp_path / "note.txt"
    pdf.write_bytes(signed)
    note.write_text(WORDS["note"] + "\n", encoding="utf-8")
    said = ["--sort", "agreed", "--agency", SAID["agency"], "--date", SAID["date"], "--decider", WORDS["decider"]]
    words = ["--note", str(note), code_of(commune, dossier), SAID["text"], str(pdf)]
    order = ["feed", "decision", "--home", str(room.province.home.root), *said, *words]
    for told in ("Đã công bố", "Không có gì mới"):
        ended = CliRunner().invoke(main, order)
        assert ended.exit_code == 0 and told in ended.output, ended.output
    assert commune.round() and commune.state()["last_error"] == ""
    assert newest(commune) == (State.DONE, "published_decision")
    (one,) = received(commune, dossier)
    assert one == SAID | WORDS | {"decision": one["decision"], "file": files.digest_of(signed)}
    assert files.read(commune.home, one["file"]) == signed
    assert rows.load(commune.box.db, dossier) == before
    assert decisions.news_for(commune.box.db, "ST08") == [dossier]
    assert commune.round() and verify.verify(commune.home, commune.box.db) == []
    assert rows.load(room.province.db, dossier) == before
    told = room.province.db.conn.execute("SELECT kind FROM dossier_event WHERE dossier = ? ORDER BY seq", [dossier]).fetchall()
    assert told[-1] == (ownership.DECIDED,)


def test_the_same_decision_twice_is_one_and_another_is_another(room, commune, dossier, signed):
    assert decide(room, commune, dossier, signed) and commune.round()
    assert not decide(room, commune, dossier, signed)
    assert decide(room, commune, dossier, signed, again=True) and commune.round()
    assert newest(commune) == (State.DONE, "published_decision_known")
    assert decide(room, commune, dossier, signed, text="89/SXD-QLN", sort="disagreed") and commune.round()
    assert [one["text"] for one in received(commune, dossier)] == ["88/SXD-QLN", "89/SXD-QLN"]
    with room.province.writing() as db:
        assert feed_out.compact(db, room.province.signing, commune.box.device, worth=0)
    assert commune.round() and len(received(commune, dossier)) == len(feed.records(commune.box, "decision.stated")) == 2


def test_a_decision_comes_by_courier_with_its_file(room, commune, dossier, signed, tmp_path):
    commune.line.cut = True
    decide(room, commune, dossier, signed)
    Courier(room, commune, tmp_path / "sticks").round_trip()
    assert newest(commune) == (State.DONE, "published_decision")
    assert files.read(commune.home, received(commune, dossier)[0]["file"]) == signed


def test_no_word_about_a_person_is_in_the_feed_in_clear(room, commune, dossier, signed):
    decide(room, commune, dossier, signed)
    assert commune.round()
    (record,) = feed.records(commune.box, "decision.stated")
    assert "Bí Mật" not in msgspec.json.encode(record).decode() and "Giám Đốc" not in msgspec.json.encode(record).decode()


def test_another_box_cannot_fetch_the_file(room, commune, dossier, signed, tmp_path):
    neighbour = room.commune(tmp_path / "neighbour", unit=THERE)
    decide(room, commune, dossier, signed)
    assert neighbour.round() and feed.records(neighbour.box, "decision.stated") == []
    assert fetched(neighbour, signed) == "file_not_named" and fetched(commune, signed) == ""


def fetched(commune, pdf: bytes) -> str:
    commune.room.presented = commune.certificate
    try:
        return "" if commune.sender.wire.file_part(files.digest_of(pdf), 0, 1_000) == pdf[:1_000] else "other"
    except Exception as refused:
        return getattr(refused, "code", repr(refused))


def state(room, commune, **changed) -> None:
    """Say a decision to a box as it is, also what the province would not say."""
    with room.province.writing() as db:
        feed_out.add(db, room.province.signing, commune.box.device, "decision.stated", changed)


def body(room, commune, dossier: str, pdf: bytes, **changed) -> dict:
    key = ledger.key_of(room.province.db, dossier)
    assert key
    file = files.put(room.province.home, pdf)
    named = {"dossier": dossier, "code": code_of(commune, dossier), "decision": sealing.id_of(dossier, SAID, file)}
    words = msgspec.to_builtins(sealing.sealed(key, dossier, WORDS))
    return SAID | named | {"words": words, "files": [{"file": file, "size": len(pdf), "media": "application/pdf"}]} | changed


def test_a_decision_on_a_dossier_that_is_not_here_is_refused_shown_and_its_file_is_not_fetched(room, commune, dossier, signed):
    state(room, commune, **body(room, commune, dossier, signed) | {"dossier": "0198f7c0-9999-7a6e-9d2f-3c5b8a1e4f62"})
    assert commune.round() and newest(commune) == (State.REFUSED, "dossier_unknown")
    assert published.shown(commune.box.db)[0].line.facts["about"] == f"{code_of(commune, dossier)}, số {SAID['text']}"
    assert not files.has(commune.home, files.digest_of(signed)) and len(feed.records(commune.box, "decision.stated")) == 1


def test_a_decision_on_a_dossier_that_was_handed_over_is_refused_here_and_told_anew_to_its_owner(room, commune, tmp_path, signed):
    there = room.commune(tmp_path / "there", unit=THERE)
    dossier = commune.accept()
    take(commune, dossier)
    assert commune.round()
    late = body(room, commune, dossier, signed)
    accepted(commune, there, dossier)
    state(room, commune, **late)
    assert commune.round() and newest(commune) == (State.REFUSED, "dossier_handed_over")
    assert received(commune, dossier) == [] and not files.has(commune.home, files.digest_of(signed))
    assert decide(room, commune, dossier, signed) and there.round()
    assert newest(there) == (State.DONE, "published_decision") and len(received(there, dossier)) == 1


def test_a_decision_goes_with_the_dossier_and_is_not_received_again_there(room, commune, dossier, tmp_path, signed):
    there = room.commune(tmp_path / "there", unit=THERE)
    decide(room, commune, dossier, signed)
    assert commune.round()
    accepted(commune, there, dossier)
    assert decide(room, commune, dossier, signed, again=True)
    assert there.round() and newest(there) == (State.DONE, "published_decision_known")
    assert len(received(there, dossier)) == 1 and files.has(there.home, files.digest_of(signed))


def test_an_erasure_takes_words_and_file_at_both_ends_also_where_the_event_never_came(room, commune, dossier, signed):
    digest = files.digest_of(signed)
    decide(room, commune, dossier, signed)
    other = signed + b"\n"
    decide(room, commune, dossier, other, text="89")
    commune.line.lost_requests = {f"/files/{files.digest_of(other)}": 99}
    commune.round()
    assert files.has(commune.home, digest) and len(received(commune, dossier)) == 1
    erasure.erase(commune.box, dossier, "ST16", "request")
    commune.line.lost_requests = {}
    assert commune.round() and commune.round()
    for home in (commune.home, room.province.home):
        assert not files.has(home, digest) and not files.has(home, files.digest_of(other))
    assert newest(commune) == (State.REFUSED, "already_erased") and decisions.news_for(commune.box.db, "ST08") == []
    assert fetched(commune, signed) == fetched(commune, other) == "file_not_named"
    with pytest.raises(Exception, match="already_erased"):
        decide(room, commune, dossier, signed, text="90")
    assert verify.verify(commune.home, commune.box.db) == []


def test_what_cannot_be_a_decision_is_refused_at_the_province(room, commune, dossier, signed):
    code = code_of(commune, dossier)
    for why, where, said, words, pdf in (
        ("decision_dossier_unknown", "H99-0", SAID, WORDS, signed),
        ("decision_unsigned", code, SAID, WORDS, form_pdf()),
        ("pdf_unreadable", code, SAID, WORDS, b"%PDF"),
        ("published_wrong", code, SAID | {"sort": "perhaps"}, WORDS, signed),
        ("published_wrong", code, SAID | {"date": "20/11/2026"}, WORDS, signed),
        ("published_wrong", code, SAID, {"note": "n" * 2_001}, signed),
    ):
        with pytest.raises(Exception, match=why):
            deciding.publish_decision(room.province, where, said, words, pdf)
    assert commune.round() and feed.records(commune.box, "decision.stated") == []
    assert not files.has(room.province.home, files.digest_of(signed))


def test_words_sealed_for_another_dossier_are_refused(room, commune, dossier, signed):
    other = commune.accept()
    assert commune.round()
    key = ledger.key_of(room.province.db, other)
    assert key
    state(room, commune, **body(room, commune, dossier, signed, words=msgspec.to_builtins(sealing.sealed(key, other, WORDS))))
    with room.province.writing() as db:
        db.conn.execute("INSERT INTO published_to_one VALUES (?, ?, ?)", [files.digest_of(signed), commune.box.device, dossier])
    assert commune.round() and newest(commune) == (State.REFUSED, "sealed_part_damaged")
    assert not files.has(commune.home, files.digest_of(signed)), "nothing names it"


def test_a_key_that_is_not_here_yet_is_waited_for(room, commune, dossier, signed):
    key = commune.box.db.conn.execute("SELECT * FROM dossier_key WHERE dossier = ?", [dossier]).fetchone()
    with commune.box.writing() as act:
        act.db.conn.execute("DELETE FROM dossier_key WHERE dossier = ?", [dossier])
    decide(room, commune, dossier, signed)
    assert commune.round() and newest(commune) == (State.WAITING, "published_waiting")
    with commune.box.writing() as act:
        act.db.conn.execute(f"INSERT INTO dossier_key VALUES ({', '.join('?' * len(key))})", key)
    assert commune.round() and newest(commune) == (State.DONE, "published_decision")


def test_a_defect_in_what_one_record_does_is_shown_and_logged_without_words_and_the_next_takes_effect(
    room, commune, dossier, signed, monkeypatch, caplog
):
    def fails(box, said):
        raise KeyError("Nguyễn Văn Bí Mật")

    monkeypatch.setattr(published, "KINDS", {**published.KINDS, "software.noticed": fails})
    publishing.publish_software(room.province, "1.2", "Cập nhật.")
    decide(room, commune, dossier, signed)
    assert commune.round() and commune.state()["last_error"] == ""
    told = {one.kind: (one.state, one.line.code) for one in published.shown(commune.box.db)}
    assert told == {
        "software.noticed": (State.REFUSED, "published_failed"), "decision.stated": (State.DONE, "published_decision"),
    }  # fmt: skip
    assert "KeyError in fails" in caplog.text and "Bí Mật" not in caplog.text


def test_a_crash_between_the_event_and_its_mark_makes_no_second_event(room, commune, dossier, signed):
    decide(room, commune, dossier, signed)
    assert commune.round()
    with commune.box.writing() as act:
        act.db.conn.execute("UPDATE published SET state = 'waiting'")
    assert published.carry_out(commune.box) == 1 and len(received(commune, dossier)) == 1
    found = rows.load(commune.box.db, dossier)
    assert found and found.status is Status.PROCESSING and UNIT in found.code
