"""A dossier between two communes: offered, accepted, rejected, expired, withdrawn; decided at the province alone."""

import pytest

from appliance import between_units, erasure, history, ledger, ownership, queries, rows, verify
from appliance.between_units import Said
from appliance.errors import Refused
from appliance.ownership import State
from sync import compare, recovery
from sync.province import handovers
from sync.sender import packed_after
from wire_room import wire_room

THERE = "H99.99.98"
PAGE = b"a scanned page"


@pytest.fixture
def room(tmp_path):
    with wire_room(tmp_path) as opened:
        yield opened


@pytest.fixture
def here(room, tmp_path):
    return room.commune(tmp_path / "here")


@pytest.fixture
def there(room, tmp_path):
    return room.commune(tmp_path / "there", THERE)


def rounds(*communes):
    for commune in (*communes, *communes):
        assert commune.round(), commune.state()
        assert commune.state()["last_error"] == ""


def offer(here, there, dossier):
    rounds(here, there)
    id = between_units.offer(here.box, dossier, THERE, "not_ours", "ST01")
    rounds(here, there)
    return id


def accepted(here, there, dossier):
    id = offer(here, there, dossier)
    between_units.accept(there.box, id, "ST02")
    rounds(there, here, there)
    return id


def do(commune, kind, dossier, clear=None, files=()):
    with commune.box.writing() as act:
        act.record(kind, actor="ST08", dossier=dossier, clear=clear or {}, files=files)


def take(commune, dossier, holder="ST08"):
    do(commune, "dossier.taken", dossier, {"holder": holder})


def stands(commune, dossier):
    return between_units.stands(commune.box.db, dossier)


def sound(room, *communes):
    """Both ends hold the same, and each box's rows are what its events fold to."""
    for commune in communes:
        assert verify.verify(commune.home, commune.box.db) == []
        room.presented = commune.certificate
        assert compare.compare_box(commune.box, commune.sender.wire).found == ()


def test_a_dossier_goes_to_another_commune_with_its_person_its_pages_and_its_past(room, here, there):
    dossier = here.accept(page=PAGE)
    take(here, dossier)
    accepted(here, there, dossier)
    came = rows.load(there.box.db, dossier)
    assert (came.applicant["name"], came.code, came.holder) == (rows.load(here.box.db, dossier).applicant["name"], came.code, "")
    assert came == rows.load(room.province.db, dossier) == rows.load(here.box.db, dossier)
    assert [kept.event.t for kept in history.of_dossier(there.box.db, there.box.db, there.box.device, dossier)] == [
        "dossier.accepted", "dossier.taken", "handover.offered", "handover.accepted",
    ]  # fmt: skip
    sound(room, here, there)


def test_the_new_owner_goes_on_and_the_old_one_may_only_add_notes(room, here, there):
    dossier = here.accept()
    accepted(here, there, dossier)
    with pytest.raises(Refused, match="dossier_handed_over"):
        take(here, dossier)
    between_units.note(here.box, dossier, "Người nộp đổi số điện thoại", "ST08")
    take(there, dossier, "ST09")
    rounds(here, there)
    assert rows.load(room.province.db, dossier).holder == rows.load(there.box.db, dossier).holder == "ST09"
    told = history.of_dossier(there.box.db, there.box.db, there.box.device, dossier)
    notes = [history.personal_of(there.box.db, one)["note"] for one in told if one.event.t == ownership.NOTED]
    assert notes == ["Người nộp đổi số điện thoại"]
    assert room.province.db.conn.execute("SELECT count(*) FROM quarantine").fetchone()[0] == 0
    sound(room, here, there)


def test_an_offer_is_told_as_waiting_until_the_province_has_it_and_then_until_the_other_answers(room, here, there):
    dossier = here.accept()
    rounds(here, there)
    here.line.cut = True
    between_units.offer(here.box, dossier, THERE, "lives_there", "ST01")
    assert stands(here, dossier).said is Said.OFFERED
    with pytest.raises(Refused, match="handover_open"):
        between_units.offer(here.box, dossier, THERE, "not_ours", "ST01")
    here.line.cut = False
    rounds(here, there)
    assert (stands(here, dossier).known.state, stands(here, dossier).said) == (State.OPEN, Said.NOTHING)
    [(found, said)] = between_units.offered_to_us(there.box)
    assert (found.dossier, found.reason, said) == (dossier, "lives_there", Said.NOTHING)
    assert rows.load(there.box.db, dossier) is None  # Nothing of the person before it is accepted.
    between_units.accept(there.box, found.offer, "ST02")
    assert between_units.offered_to_us(there.box)[0][1] is Said.ACCEPTED
    with pytest.raises(Refused, match="handover_answered"):
        between_units.reject(there.box, found.offer, "not_ours", "ST02")


def test_a_rejected_offer_leaves_the_dossier_where_it_is(room, here, there):
    dossier = here.accept()
    id = offer(here, there, dossier)
    between_units.reject(there.box, id, "incomplete", "ST02")
    rounds(there, here)
    assert (stands(here, dossier).known.state, stands(here, dossier).known.why) == (State.REJECTED, "incomplete")
    take(here, dossier)
    rounds(here, there)
    assert rows.load(room.province.db, dossier).holder == "ST08"
    assert between_units.offered_to_us(there.box) == []
    sound(room, here, there)


def test_an_offer_that_nobody_answers_expires_by_the_provinces_clock_and_a_late_yes_is_too_late(room, here, there):
    dossier = here.accept()
    id = offer(here, there, dossier)
    with room.province.writing() as db:
        db.conn.execute("UPDATE handover SET until = '2026-01-01T00:00:00.000Z'")
    between_units.accept(there.box, id, "ST02")
    rounds(there, here)
    assert stands(here, dossier).known.state is State.EXPIRED
    assert ownership.handover(there.box.db, id).state is State.EXPIRED
    assert rows.load(there.box.db, dossier) is None
    take(here, dossier)
    rounds(here, there)
    assert rows.load(room.province.db, dossier).holder == "ST08"
    sound(room, here, there)


def test_of_a_withdrawal_and_an_acceptance_that_do_not_know_of_each_other_the_first_to_arrive_wins(room, here, there):
    for first, second, ends in ((here, there, State.WITHDRAWN), (there, here, State.ACCEPTED)):
        dossier = here.accept()
        id = offer(here, there, dossier)
        between_units.withdraw(here.box, dossier, "ST01")
        between_units.accept(there.box, id, "ST02")
        rounds(first, second)
        assert stands(here, dossier).known.state is ownership.handover(there.box.db, id).state is ends
    sound(room, here, there)


def test_of_two_boxes_of_a_commune_that_both_accept_the_first_gets_it(room, here, there, tmp_path):
    second = room.commune(tmp_path / "second", THERE)
    dossier = here.accept()
    rounds(here, there, second)
    id = between_units.offer(here.box, dossier, THERE, "not_ours", "ST01")
    rounds(here, there, second)
    for commune in (there, second):
        between_units.accept(commune.box, id, "ST02")
    rounds(second, there, here)
    assert ownership.owner(room.province.db, dossier).device == second.box.device
    assert rows.load(second.box.db, dossier) == rows.load(room.province.db, dossier)
    assert rows.load(there.box.db, dossier) is None
    with pytest.raises(Refused, match="dossier_handed_over"):
        take(there, dossier)
    sound(room, here, there, second)


def test_what_the_owner_wrote_without_a_line_is_kept_set_aside_and_shown_to_both(room, here, there):
    dossier = here.accept()
    id = offer(here, there, dossier)
    here.line.cut = True
    take(here, dossier, "ST07")
    between_units.accept(there.box, id, "ST02")
    there.round(), there.round()
    take(there, dossier, "ST09")
    here.line.cut = False
    rounds(here, there)
    assert rows.load(there.box.db, dossier).holder == rows.load(room.province.db, dossier).holder == "ST09"
    for commune in (here, there):
        [late] = history.set_aside(commune.box.db, dossier)
        assert (late.event.t, late.event.d) == ("dossier.taken", {"holder": "ST07"})
    assert rows.load(here.box.db, dossier).holder == ""  # Its copy is what was handed over.
    sound(room, here, there)


def test_what_the_owner_wrote_before_the_acceptance_arrived_goes_with_the_dossier(room, here, there):
    dossier = here.accept()
    id = offer(here, there, dossier)
    take(here, dossier, "ST07")
    rounds(here)
    between_units.accept(there.box, id, "ST02")
    rounds(there, here)
    found = [kept.event.t for kept in history.of_dossier(there.box.db, there.box.db, there.box.device, dossier)]
    assert found[-2:] == ["dossier.taken", "handover.accepted"]
    assert history.set_aside(here.box.db, dossier) == []


def test_a_dossier_comes_back_and_goes_again_and_its_version_only_rises(room, here, there):
    dossier = here.accept(page=PAGE)
    accepted(here, there, dossier)
    take(there, dossier, "ST09")
    rounds(there)
    back = between_units.offer(there.box, dossier, here.box.home.settings.unit, "not_ours", "ST01")
    rounds(there, here)
    between_units.accept(here.box, back, "ST02")
    rounds(here, there, here)
    take(here, dossier, "ST06")
    rounds(here, there)
    again = accepted(here, there, dossier)
    assert ownership.handover(room.province.db, again).version == 3
    assert [ownership.owner_in(room.province.db, dossier, n) for n in (1, 2, 3, 4)] == [
        here.box.device, there.box.device, here.box.device, there.box.device,
    ]  # fmt: skip
    assert rows.load(there.box.db, dossier) == rows.load(room.province.db, dossier)
    sound(room, here, there)


def test_lost_answers_and_requests_cost_nothing_but_time(room, here, there):
    dossier = here.accept(page=PAGE)
    rounds(here, there)
    id = between_units.offer(here.box, dossier, THERE, "not_ours", "ST01")
    here.line.lost_answers = {"/segments": 1, "/hello": 1, "/feed": 1}
    for _ in range(5):
        here.round()
    rounds(there)
    between_units.accept(there.box, id, "ST02")
    there.line.lost_answers = {"/segments": 1, "/feed": 1, "/keys/lost": 1, "/files": 1}
    for _ in range(8):
        there.round()
    rounds(here, there)
    assert rows.load(there.box.db, dossier) == rows.load(room.province.db, dossier)
    sound(room, here, there)


def test_a_commune_without_a_box_cannot_be_offered_anything_and_the_province_says_so(room, here, there):
    dossier = here.accept()
    rounds(here, there)
    with pytest.raises(Refused, match="handover_unit_unknown"):
        between_units.offer(here.box, dossier, "H99.99.97", "not_ours", "ST01")
    with room.province.writing() as db:
        db.conn.execute("UPDATE device SET revoked_at = '2026-01-01' WHERE id = ?", [there.box.device])
    between_units.offer(here.box, dossier, THERE, "not_ours", "ST01")
    rounds(here)
    assert (stands(here, dossier).known.state, stands(here, dossier).known.why) == (State.REFUSED, "no_box")


def test_a_stranger_cannot_accept_answer_note_or_open_what_is_not_offered_to_it(room, here, there, tmp_path):
    stranger = room.commune(tmp_path / "stranger", "H99.99.96")
    dossier = here.accept()
    id = offer(here, there, dossier)
    rounds(stranger)
    for kind, clear in (
        ("handover.accepted", {"offer": id}), ("handover.rejected", {"offer": id, "reason": "x"}),
        ("handover.withdrawn", {"offer": id}), ("dossier.noted", {}), ("handover.offered", {"offer": id, "to": "x", "reason": "x"}),
    ):  # fmt: skip
        forge(stranger, kind, dossier, clear)
    rounds(stranger)
    reasons = room.province.db.conn.execute("SELECT DISTINCT reason FROM quarantine").fetchall()
    assert reasons == [("dossier_of_another",)]
    assert ownership.handover(room.province.db, id).state is State.OPEN
    room.presented = stranger.certificate
    recovery.fetch_keys(stranger.sender, (dossier,))
    assert ledger.key_of(stranger.box.db, dossier) is None


def forge(commune, kind, dossier, clear):
    with commune.box.writing() as act:
        seq = ledger.head(act.db, act.life.inc).seq + 1
        event = ledger.Event(i=seq, t=kind, v=1, at=act.reading.at, q="synced", k=dossier, o=2, d=clear)
        act.head = ledger.append(act.db, act.device_bytes, act.life, event)
        rows.fold(act.db, act.device, act.life.inc, event, {})


def test_an_erasure_by_the_new_owner_reaches_the_copy_that_stayed(room, here, there):
    dossier = here.accept(page=PAGE)
    accepted(here, there, dossier)
    erasure.erase(there.box, dossier, "ST16", "test")
    rounds(there, here, here)
    for db in (here.box.db, there.box.db, room.province.db):
        assert rows.load(db, dossier).applicant is None
        assert ledger.key_of(db, dossier) is None
    assert room.province.db.conn.execute("SELECT count(*) FROM quarantine").fetchone()[0] == 0
    sound(room, here, there)


def test_an_erasure_by_who_owns_it_no_more_is_set_aside_and_takes_nothing_from_the_new_owner(room, here, there):
    dossier = here.accept(page=PAGE)
    id = offer(here, there, dossier)
    here.line.cut = True
    erasure.erase(here.box, dossier, "ST16", "test")
    between_units.accept(there.box, id, "ST02")
    rounds(there)
    here.line.cut = False
    rounds(here, there)
    [late] = history.set_aside(there.box.db, dossier)
    assert late.event.t == ownership.ERASED
    assert rows.load(there.box.db, dossier) == rows.load(room.province.db, dossier)
    assert rows.load(there.box.db, dossier).applicant is not None
    sound(room, there)


def test_a_key_that_never_left_is_destroyed_for_the_new_owner_too_and_nobody_waits_for_it(room, here, there, monkeypatch):
    """The first owner erased the person before any key had gone out, and its act came too late: nobody will ever read it."""
    rounds(here, there)
    dossier = here.accept()
    id = between_units.offer(here.box, dossier, THERE, "not_ours", "ST01")
    erasure.erase(here.box, dossier, "ST16", "test")
    monkeypatch.setattr("sync.segments.EVENTS_MAX", 2)
    room.presented, life = here.certificate, ledger.incarnation(here.box.db)
    packed, _ = next(packed_after(here.sender, life, 1))
    here.sender.wire.segment(packed)
    rounds(there)
    between_units.accept(there.box, id, "ST02")
    rounds(there)
    rounds(here, there, here)
    assert room.province.db.conn.execute("SELECT dossier FROM key_wanted").fetchall() == []
    for db in (here.box.db, there.box.db, room.province.db):
        assert ledger.key_of(db, dossier) is None and rows.load(db, dossier).applicant is None
    assert rows.load(there.box.db, dossier).erased_at
    sound(room, here, there)


def test_lists_of_the_old_owner_do_not_count_what_went_away(room, here, there):
    dossier = here.accept()
    accepted(here, there, dossier)
    assert queries.to_take(here.box.db) == []
    assert [one.id for one in queries.to_take(there.box.db)] == [dossier]
    assert queries.counts(here.box.db, "ST08")["to_take"] == 0


def test_a_long_past_comes_in_several_records_and_is_whole_before_anybody_writes(room, here, there, monkeypatch):
    monkeypatch.setattr(handovers, "PART_BYTES", 600)
    dossier = here.accept()
    for n in range(6):
        take(here, dossier, f"ST0{n}")
    id = offer(here, there, dossier)
    between_units.accept(there.box, id, "ST02")
    rounds(there, here)
    assert rows.load(there.box.db, dossier) == rows.load(room.province.db, dossier)
    sound(room, here, there)
