"""The box was down: slips printed beforehand, each number used once, entered later with the time the citizen truly came."""

import io
import random
import re
from datetime import date

import pikepdf
import pypdfium2
import pytest
from flask import Flask

from appliance import (
    clock,
    comparing,
    drafts,
    files,
    ledger,
    looking_back,
    numbering,
    paper_slips,
    queries,
    reception,
    registers,
    rows,
    verify,
)
from appliance.box import Box
from appliance.catalogue import builtin
from appliance.control_slip import hand_overs
from appliance.drafts import Body, LateEntry, Original, Part
from appliance.errors import Refused
from appliance.officers import Officer
from appliance.paper_slips import Spoilt, State
from appliance.process_shelf import general_of
from appliance.registers import Span
from appliance.report import case_of
from appliance.rights import Role, may
from boxes import UNIT, open_test_box
from desk_room import get, log_in, post
from people import STAFF
from web.vietnamese import SENTENCES
from web.words.paper_slips import SPOILT, WHY
from wire_room import wire_room

BICH = Officer("ST04", "st04", "Trần Thị Bích", frozenset({Role.RECEPTION}))
BOOK = builtin().books["dossier"]
MARITAL, CERTIFY, BIRTH = "1.004873", "2.000815", "1.001193"
TYPED = {"name": "Nguyễn Thị Ngọc Ánh", "number": "089190012345", "birth": "05/08/1990", "phone": "0912 345 678"}
MARRIED = {"applicant": TYPED, "procedure": MARITAL, "parts": {"c1": Part(have=True)}, "fee_amounts": {"Lệ phí hộ tịch": 8000}}
COPIES = {
    "applicant": TYPED,
    "procedure": CERTIFY,
    "parts": {"c1": Part(have=True)},
    "originals": (Original("Bằng tốt nghiệp", 2, 1),),
}
MOST, DAYS = 50, 7


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch):  # noqa: ANN201
    """Set the box's clock: at("2026-11-23T02:00") is nine o'clock on Monday in Viet Nam."""

    def move(text: str) -> None:
        monkeypatch.setattr(clock, "stamp", lambda: f"{text}:00.000Z")

    move("2026-11-23T01:00")
    return move


def reserve(box: Box, count: int = 10, **how: bool) -> numbering.Block:
    with box.writing() as act:
        return paper_slips.reserve(act, BOOK, UNIT, count, MOST, "ST03", **how)


def enter(box: Box, n: int, came: str, body: dict | None = None, officer: Officer = BICH) -> reception.Accepted:
    """Enter a slip: the draft carries its number and time, the ordinary acceptance does the rest."""
    with box.writing() as act:
        draft = drafts.begin(act, officer.id)
        drafts.save(act, draft, officer.id, 1, Body(**(body or MARRIED), late=LateEntry(n, came, "power")))
        return reception.accept(act, box.home, builtin(), draft, officer)


def accept(box: Box) -> reception.Accepted:
    with box.writing() as act:
        draft = drafts.begin(act, "ST04")
        drafts.save(act, draft, "ST04", 1, Body(**MARRIED))
        return reception.accept(act, box.home, builtin(), draft, BICH)


def refused(code: str, do, *args) -> None:  # noqa: ANN001
    with pytest.raises(Refused) as caught:
        do(*args)
    assert caught.value.code == code
    assert SENTENCES[code].format(**caught.value.facts)


def states(box: Box, block: numbering.Block) -> dict[int, State]:
    return {slip.n: slip.state for slip in paper_slips.slips(box.db, block)}


# --- numbers


def test_the_counter_never_hands_out_a_number_that_lies_in_the_drawer(tmp_path, at):
    box = open_test_box(tmp_path, grant=(1, 12))
    block = reserve(box, 4)
    assert (block.first, block.last, block.begins, block.ends) == (9, 12, "2026-11-23", "2026-12-31")
    assert [accept(box).code[-4:] for _ in range(8)] == [f"{n:04d}" for n in range(1, 9)]
    refused("numbers_exhausted", accept, box)
    at("2027-01-01T02:00")
    assert [accept(box).code[-4:] for _ in range(12)][-1] == "0012"
    assert verify.verify(box.home, box.db) == []


def test_a_block_leaves_most_of_the_numbers_to_the_counter_and_takes_none_that_was_used(tmp_path, at):
    box = open_test_box(tmp_path, grant=(1, 30))
    for count in (0, MOST + 1):
        refused("block_size", reserve, box, count)
    refused("block_no_room", reserve, box, 11)
    for _ in range(26):
        accept(box)
    refused("block_no_room", reserve, box, 5)
    assert (reserve(box, 2).first, reserve(box, 2).first) == (29, 27)


def test_the_dossier_has_the_number_of_the_paper_and_counts_from_when_the_citizen_came(tmp_path, at):
    box = open_test_box(tmp_path)
    block = reserve(box)
    at("2026-11-27T03:00")
    made = enter(box, block.first, "2026-11-25T07:50:00.000Z", COPIES)
    dossier = queries.dossier(box.db, made.dossier)
    assert made.late and dossier.origin == "late"
    assert made.code == f"{UNIT}-261125-{block.first:04d}"
    assert dossier.accepted_at == "2026-11-25T07:50:00.000Z" and dossier.due["at"].startswith("2026-11-25")
    assert dossier.late_entry == {"entered_at": "2026-11-27T03:00:00.000Z", "why": "power"}
    after_three = enter(box, block.last, "2026-11-25T08:30:00.000Z", COPIES)
    assert after_three.due_at.startswith("2026-11-26")  # 15:30: the same-day rule asks when the citizen came.
    text = pypdfium2.PdfDocument(files.read(box.home, made.slip))[0].get_textpage().get_text_range()
    assert "Nhập sau" in text and "14 giờ 50 phút, ngày 25 tháng 11" in " ".join(text.split())
    listed = queries.to_take(box.db)
    assert [one.origin for one in listed] == ["late", "late"]


def test_accepting_the_same_draft_twice_is_one_dossier_still(tmp_path, at):
    box = open_test_box(tmp_path)
    block = reserve(box)
    at("2026-11-23T04:00")
    with box.writing() as act:
        draft = drafts.begin(act, "ST04")
        drafts.save(act, draft, "ST04", 1, Body(**MARRIED, late=LateEntry(block.first, "2026-11-23T02:00:00.000Z", "box")))
    twice = []
    for _ in range(2):
        with box.writing() as act:
            twice.append(reception.accept(act, box.home, builtin(), draft, BICH))
    assert twice[0] == twice[1]


def test_a_number_is_used_once_and_the_second_officer_is_told_where(tmp_path, at):
    box = open_test_box(tmp_path)
    block = reserve(box)
    at("2026-11-24T02:00")
    made = enter(box, block.first, "2026-11-23T02:00:00.000Z")
    for came in ("2026-11-23T02:00:00.000Z", "2026-11-24T01:00:00.000Z"):  # Nor on another day of the block.
        refused("paper_number_used", enter, box, block.first, came, None, Officer("ST05", "st05", "B", frozenset()))
    with pytest.raises(Refused) as caught, box.writing() as act:
        paper_slips.void(act, block, block.first, Spoilt.LOST, "ST04")
    assert caught.value.facts["code"] == made.code


def test_a_spoilt_slip_is_void_with_its_reason_and_is_never_entered(tmp_path, at):
    box = open_test_box(tmp_path)
    block = reserve(box, 3)
    with box.writing() as act:
        paper_slips.void(act, block, block.first, Spoilt.WRITTEN_WRONG, "ST04")
    at("2026-11-24T02:00")
    refused("paper_number_voided", enter, box, block.first, "2026-11-23T02:00:00.000Z")
    with box.writing() as act:
        assert paper_slips.void_rest(act, block, Spoilt.YEAR_OVER, "ST03") == 2
        assert paper_slips.void_rest(act, block, Spoilt.YEAR_OVER, "ST03") == 0
    assert [slip.reason for slip in paper_slips.slips(box.db, block)] == ["written_wrong", "year_over", "year_over"]
    assert verify.verify(box.home, box.db) == []


@pytest.mark.parametrize(
    ("n", "came", "code"),
    [
        ("first", "2026-11-24T02:01:00.000Z", "late_in_future"),
        ("first", "2026-11-23T00:59:00.000Z", "late_before_block"),
        ("first", "2026-11-22T02:00:00.000Z", "paper_number_days"),
        ("first", "2026-11-16T02:00:00.000Z", "late_too_old"),
        ("before", "2026-11-23T02:00:00.000Z", "paper_number_unknown"),
    ],
)
def test_the_time_on_the_paper_must_be_possible(tmp_path, at, n, came, code):
    box = open_test_box(tmp_path)
    block = reserve(box)
    at("2026-11-24T02:00")
    refused(code, enter, box, block.first if n == "first" else block.first - 1, came)
    assert set(states(box, block).values()) == {State.BLANK}


def test_a_block_ends_with_its_year_and_a_new_one_is_set_aside_before(tmp_path, at):
    box = open_test_box(tmp_path)
    at("2026-12-31T02:00")
    old, new = reserve(box, 5), reserve(box, 5, next_year=True)
    assert (new.begins, new.ends, new.first) == ("2027-01-01", "2027-12-31", old.first)  # Another year's days: other numbers.
    at("2027-01-04T02:00")
    made = enter(box, old.first, "2026-12-31T03:00:00.000Z")
    assert made.code == f"{UNIT}-261231-{old.first:04d}"
    assert enter(box, new.first, "2027-01-04T01:00:00.000Z").code == f"{UNIT}-270104-{new.first:04d}"
    assert states(box, old)[old.first] == states(box, new)[new.first] == State.USED
    assert verify.verify(box.home, box.db) == []


def whole(box) -> None:
    """Let the province have said that nothing lacks here."""
    with box.writing() as act:
        sql = "INSERT INTO sync_state (name, value) VALUES (?, ?)"
        act.db.conn.execute(sql, [comparing.WHOLE, ledger.incarnation(act.db).inc.hex()])


def test_a_restored_box_still_takes_the_slips_that_were_handed_out_before(tmp_path, at):
    from appliance.box import open_new_life

    box = open_test_box(tmp_path)
    block = reserve(box)
    open_new_life(box, "restored")
    at("2026-11-24T02:00")
    with pytest.raises(Refused, match="slips_wait_for_lost"):  # Another copy of this slip's entry may lie at the province.
        enter(box, block.first, "2026-11-23T05:00:00.000Z")
    whole(box)
    assert enter(box, block.first, "2026-11-23T05:00:00.000Z").code.endswith(f"{block.first:04d}")
    assert accept(box).code.endswith("3000")
    assert verify.verify(box.home, box.db) == []


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_done_every_number_of_every_block_is_accounted_for_exactly_once(tmp_path, at, seed):
    """Random use: each number is blank, used by one dossier, or void; what was done says the same as what is read."""
    chance, box = random.Random(seed), open_test_box(tmp_path, grant=(1, 200))
    known: dict[tuple[str, int], State] = {}
    blocks: dict[str, numbering.Block] = {}
    for step in range(40):
        at(f"2026-11-{23 + step // 14}T{1 + step // 7 % 2:02d}:{step % 60:02d}")
        act_of = chance.choice(("reserve", "accept", "enter", "enter", "void", "wrong"))
        if act_of == "reserve" and len(blocks) == 4:
            continue
        if act_of == "reserve":
            block = reserve(box, chance.randint(1, 6), next_year=chance.random() < 0.2)
            blocks[block.key] = block
            known |= {(block.key, n): State.BLANK for n in range(block.first, block.last + 1)}
        elif act_of == "accept":
            n = int(accept(box).code[-4:])
            assert not any(b.first <= n <= b.last and b.holds("2026-11-23") for b in blocks.values())
        elif blocks:
            block = chance.choice(list(blocks.values()))
            n = chance.randint(block.first, block.last)
            now = clock.stamp()
            try:
                if act_of == "void":
                    with box.writing() as act:
                        paper_slips.void(act, block, n, chance.choice(list(Spoilt)), "ST04")
                    known[(block.key, n)] = State.VOIDED
                else:
                    enter(box, n, block.at if act_of == "enter" else "2026-11-20T01:00:00.000Z")
                    known[(block.key, n)] = State.USED
            except Refused as caught:
                free = known[(block.key, n)] is State.BLANK
                assert not free or act_of == "wrong" or block.begins > now, caught.code
    assert {(b.key, n): state for b in blocks.values() for n, state in states(box, b).items()} == known
    used = [code for (code,) in box.db.conn.execute("SELECT code FROM dossier")]
    assert len(used) == len(set(used))
    assert verify.verify(box.home, box.db) == []


# --- what counts it


def test_the_report_and_the_registers_count_it_on_the_day_the_citizen_came(tmp_path, at):
    box = open_test_box(tmp_path)
    at("2026-11-30T01:00")
    block = reserve(box)
    at("2026-12-02T02:00")
    made = enter(box, block.first, "2026-11-30T03:00:00.000Z")
    every = looking_back.told(box.db, box.device, made.dossier)
    november = Span(date(2026, 11, 1), date(2026, 11, 30))
    case = case_of(every, {}, november.last)
    assert case is not None and case.accepted == november.last and case.ended is None
    assert [one.id for one in registers.received(box.db, november)] == [made.dossier]
    first = hand_overs(every, general_of(builtin()), lambda start, end: 0)[0]
    assert (first.at, first.late) == ("2026-11-30T03:00:00.000Z", True)


def test_the_province_knows_the_block_and_which_of_its_numbers_is_which(tmp_path, at):
    with wire_room(tmp_path) as room:
        commune = room.commune(tmp_path / "commune")
        from provisioning.enrol import approve_general_process

        approve_general_process(commune.home, "ST16")
        with commune.box.writing() as act:
            numbering.grant(act.db, "dossier", UNIT, 1, 1, 2999, "test")
        block = reserve(commune.box, 3)
        at("2026-11-24T02:00")
        made = enter(commune.box, block.first, "2026-11-23T02:00:00.000Z")
        with commune.box.writing() as act:
            paper_slips.void(act, block, block.last, Spoilt.LOST, "ST04")
        commune.round()
        there = room.province.db
        assert numbering.blocks(there, UNIT, "dossier") == [block]
        assert [slip.state for slip in paper_slips.slips(there, block)] == [State.USED, State.BLANK, State.VOIDED]
        assert rows.load(there, made.dossier).origin == "late"
        assert there.conn.execute("SELECT count(*) FROM quarantine").fetchone()[0] == 0


# --- paper


def test_each_blank_slip_has_two_copies_its_number_and_a_code_that_reads_back(tmp_path, at, app: Flask):
    from web import paper_slips as pages

    with app.test_request_context():
        pdf = pages.rendered(
            numbering.Block(UNIT, "dossier", 2950, 2952, "2026-11-23", "2026-12-31", clock.stamp(), "ST03"), [2950, 2952]
        )
    document = pypdfium2.PdfDocument(pdf)
    texts = [page.get_textpage().get_text_range() for page in document]
    assert len(texts) == 4 and [n for n in ("2950", "2951", "2952") if any(n in text for text in texts)] == ["2950", "2952"]
    assert "Giao người nộp" in texts[0] and "Lưu cùng hồ sơ" in texts[1]
    opened = pikepdf.open(io.BytesIO(pdf))
    assert opened.Root.MarkInfo.Marked and b"<pdfaid:part>2</pdfaid:part>" in bytes(opened.Root.Metadata.read_bytes())
    block = numbering.Block(UNIT, "dossier", 2950, 2952, "2026-11-23", "2026-12-31", "", "")
    day = date(2026, 11, 23)
    for typed in (paper_slips.qr_text(block, 2951), f"{UNIT}-261123-2951", f" {UNIT.lower()}-261123-2951 ", "2951"):
        assert paper_slips.read_code(typed, BOOK, UNIT, day) == 2951
    for typed, code in ((f"{UNIT}-261122-2951", "paper_code_day"), ("abc", "paper_code_wrong"), ("", "paper_code_wrong")):
        refused(code, paper_slips.read_code, typed, BOOK, UNIT, day)


def test_every_reason_has_its_words():
    assert set(WHY) == set(paper_slips.Why) and set(SPOILT) == set(Spoilt)


# --- pages


def test_an_officer_enters_a_slip_on_the_ordinary_page_and_goes_on_to_the_next(app: Flask, box: Box, at) -> None:  # noqa: ANN001
    at("2026-11-23T02:00")
    leader, desk = log_in(app, "st03"), log_in(app, "st04")
    assert "Chưa để dành số nào" in get(leader, "/phieu-in-san").text
    made = post(leader, "/phieu-in-san", count="2", year="this")
    block = numbering.blocks(box.db, UNIT, "dossier")[0]
    assert made.location.endswith(f"/phieu-in-san/{block.key}")
    assert post(desk, f"/phieu-in-san/{block.key}/in").status_code == 303
    job = next(box.db.query("SELECT body FROM job WHERE kind = 'print'"))
    assert "Phiếu in sẵn 2998–2999" in job["body"].decode()
    at("2026-11-23T04:00")
    late = {"number": "2998", "day": "23/11/2026", "time": "10:05", "why": "power"}
    assert "Giờ nhận ghi sau lúc này" in post(desk, "/nhap-sau", **late | {"time": "11:05"}).text
    begun = post(desk, "/nhap-sau", **late)
    shown = get(desk, begun.location).text
    assert "phiếu in sẵn số 2998, nhận lúc 10:05" in shown
    draft = begun.location.split("draft=")[1]
    form = dict(re.findall(r'<input type="hidden" name="(version|shown|case|shape)" value="([^"]*)"', shown))
    form |= {"name": "Nguyễn Thị Ngọc Ánh", "procedure": BIRTH, "case": f"{BIRTH}#1", "have-c1": "1", "copy-c1": "original"}
    form |= {"shown": BIRTH, "role-child-name": "Trần Gia Bảo"}
    for _ in range(2):  # F9 pressed twice: one dossier, one print, and the page of the next slip.
        assert post(desk, f"/tiep-nhan/{draft}/nhan", **form).location.endswith("/nhap-sau")
    (found,) = box.db.query("SELECT id, code FROM dossier")
    assert found["code"] == f"{UNIT}-261123-2998"
    assert "Nhập sau" in get(desk, f"/ho-so/{found['id']}").text
    assert "tiếp nhận hồ sơ trên phiếu in sẵn lúc 10:05" in get(desk, f"/ho-so/{found['id']}").text
    assert "nhập sau" in get(log_in(app, "st08"), "/viec").text
    assert "Nhập sau, nhận trên phiếu in sẵn" in get(desk, f"/ho-so/{found['id']}/phieu-kiem-soat").text
    assert "nhập sau" in get(desk, "/so-van-ban?so=theo-doi&tu=01/11/2026&den=30/11/2026").text
    kept = get(desk, f"/phieu-in-san/{block.key}").text
    assert found["code"] in kept and "1 đã nhập" in kept
    again = post(desk, "/nhap-sau", **late)
    assert again.status_code == 422 and f"đã nhập thành hồ sơ {found['code']}" in again.text
    assert post(desk, f"/phieu-in-san/{block.key}/huy", number="2999", why="lost").status_code == 303
    assert "Mất phiếu" in get(desk, f"/phieu-in-san/{block.key}").text


def test_what_is_wrong_is_said_beside_each_field(app: Flask, box: Box) -> None:
    desk, leader = log_in(app, "st04"), log_in(app, "st01")
    empty = post(desk, "/nhap-sau")
    assert empty.status_code == 422
    assert all(words in empty.text for words in ("Ghi số phiếu", "Ghi ngày nhận", "Ghi giờ nhận", "Chọn lý do"))
    for count in ("", "0", "51", "hai"):
        assert post(leader, "/phieu-in-san", count=count, year="this").status_code == 422
    assert "Không có khối phiếu này" in get(desk, "/phieu-in-san/2026-01-01.7").text
    assert post(leader, "/phieu-in-san", count="1", year="next").status_code == 303
    block = numbering.blocks(box.db, UNIT, "dossier")[0]
    for fields in ({}, {"number": "x", "why": "lost"}, {"number": "1", "why": "lost"}, {"number": "rest", "why": "tired"}):
        assert post(desk, f"/phieu-in-san/{block.key}/huy", **fields).status_code == 422
    assert set(states(box, block).values()) == {State.BLANK}


@pytest.mark.parametrize("person", [one for one in STAFF if not one[2].startswith("province")], ids=lambda one: one[0])
def test_the_pages_open_for_those_in_the_table_and_nobody_else(app: Flask, box: Box, person: tuple) -> None:
    client, role = log_in(app, person[0].lower()), Role(person[2])
    for path, act in (("/phieu-in-san", "keep_paper_slips"), ("/nhap-sau", "enter_late")):
        assert (get(client, path).status_code == 200) is may({role}, act), (path, role)
    assert (post(client, "/phieu-in-san", count="1", year="this").status_code == 303) is may({role}, "reserve_numbers")
