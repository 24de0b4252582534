"""The branches of a dossier: refused, sent for papers, brought, withdrawn, stopped and resumed, undone; what none of them does."""

from datetime import date, datetime
from typing import Any

import msgspec
import pypdfium2
import pytest

from appliance import brought, clock, drafts, ending, files, officers, online, processing, reception, undoing, waiting
from appliance.advancing import UNDOABLE
from appliance.box import Box
from appliance.catalogue import builtin
from appliance.dossier import Dossier, Status
from appliance.drafts import NewPage
from appliance.errors import Refused
from appliance.officers import Officer
from appliance.online import Filing
from appliance.rules import Rules
from appliance.waiting import Missing
from desk_room import MARITAL, OWNER, UNIT, accept, prepare, seal, sheet
from desk_steps import now
from web.words.moves import UNDONE

PORTAL_CODE = "G22.99-261121-000123"
ITEMS = (Missing("Quyết định ly hôn", "Tòa án nhân dân khu vực 1", "certified"), Missing("Tờ khai, ký đủ", "Bộ phận Một cửa"))


def who(box: Box, officer: str) -> Officer:
    found = officers.by_id(box.db, officer)
    assert found
    return found


def filed(box: Box, **changes: Any) -> str:
    """Let a dossier come in from the portal."""
    person = {name: value for name, value in OWNER.items() if name != "number_kind"}
    filing = Filing(PORTAL_CODE, MARITAL, "2026-11-20T01:00:00.000Z", person, **changes)
    with box.writing() as act:
        return online.file_online(act, builtin(), UNIT, filing, clock.local_day(act.reading.at))


def taken(box: Box, **changes: Any) -> str:
    """Accept a dossier and let its specialist take it."""
    dossier = accept(box, **changes)
    with box.writing() as act:
        processing.take(act, dossier, "ST08")
    return dossier


def ask(box: Box, dossier: str, officer: str = "ST04") -> None:
    with box.writing() as act:
        waiting.request_supplement(act, box.home, dossier, who(box, officer), ITEMS, "Thiếu giấy tờ")


def gather(box: Box, dossier: str, purpose: str, *into: str, officer: str = "ST04") -> str:
    """Scan a page into each of these papers of an officer's draft for the dossier."""
    with box.writing() as act:
        draft = brought.gather(act, now(box, dossier), officer, purpose).id
        for key in into:
            page = sheet(f"{key} {dossier}")
            drafts.add_page(act, draft, key, NewPage(files.put(box.home, page), len(page), "image/jpeg"))
    return draft


def bring(box: Box, dossier: str, *ticked: str, into: tuple[str, ...] = ()) -> None:
    draft = gather(box, dossier, brought.SUPPLEMENT, *into)
    with box.writing() as act:
        waiting.receive_supplement(act, box.home, dossier, who(box, "ST04"), draft, ticked)


def stop(box: Box, dossier: str, **more: Any) -> None:
    with box.writing() as act:
        ending.stop(act, box.home, dossier, who(box, "ST01"), "Người nộp đề nghị", "applicant", **more)


def undo(box: Box, dossier: str, officer: str = "ST04", seq: int | None = None) -> str:
    with box.writing() as act:
        last = now(box, dossier).undo
        return undoing.undo(act, dossier, who(box, officer), seq if seq is not None else last.seq if last else 0, "Bấm nhầm")


def words(box: Box, digest: str) -> str:
    """Read a stored PDF as one line."""
    return " ".join(pypdfium2.PdfDocument(files.read(box.home, digest))[0].get_textpage().get_text_range().split())


def due_day(found: Dossier) -> date:
    assert found.due
    return datetime.fromisoformat(found.due["at"]).date()


# --- accepting what was filed


def test_a_filed_dossier_is_accepted_under_its_portals_code_and_takes_no_number(box: Box) -> None:
    dossier = filed(box)
    with box.writing() as act:
        made = reception.accept_filed(act, box.home, builtin(), dossier, who(box, "ST04"), "2")
    found = now(box, dossier)
    assert (found.status, found.code, found.accepted_by, found.counter) == (Status.ACCEPTED, PORTAL_CODE, "ST04", "2")
    assert box.db.conn.execute("SELECT count(*) FROM number_used").fetchone()[0] == 0
    assert found.due and found.due["at"] == made.due_at and found.slip == made.slip
    assert found.process and found.applicant and found.applicant["name"] == OWNER["name"]
    assert PORTAL_CODE in words(box, made.slip)


def test_accepting_twice_is_once_and_a_second_officer_is_told(box: Box) -> None:
    dossier = filed(box)
    with box.writing() as act:
        first = reception.accept_filed(act, box.home, builtin(), dossier, who(box, "ST04"))
    with box.writing() as act:
        assert reception.accept_filed(act, box.home, builtin(), dossier, who(box, "ST04")).slip == first.slip
    with pytest.raises(Refused, match="already_accepted"), box.writing() as act:
        reception.accept_filed(act, box.home, builtin(), dossier, who(box, "ST05"))


def test_a_filed_dossier_waiting_for_papers_is_not_accepted(box: Box) -> None:
    dossier = filed(box)
    ask(box, dossier)
    with pytest.raises(Refused, match="wrong_status|supplement_open"), box.writing() as act:
        reception.accept_filed(act, box.home, builtin(), dossier, who(box, "ST04"))
    assert now(box, dossier).status == Status.SUPPLEMENT


# --- refusing


def test_a_refusal_is_recorded_with_its_paper(box: Box) -> None:
    dossier = filed(box)
    with box.writing() as act:
        paper = ending.refuse(act, box.home, dossier, who(box, "ST04"), " Không thuộc thẩm quyền ", "02963 999 999")
    found = now(box, dossier)
    assert (found.status, found.reason) == (Status.NOT_ACCEPTED, "Không thuộc thẩm quyền")
    assert [(one.form, one.file) for one in found.papers] == [("refusal", paper.s)]
    text = words(box, paper.s)
    assert "PHIẾU TỪ CHỐI TIẾP NHẬN GIẢI QUYẾT HỒ SƠ" in text and "Không thuộc thẩm quyền" in text and "02963 999 999" in text


def test_a_refusal_needs_a_reason_and_an_accepted_dossier_is_never_refused(box: Box) -> None:
    dossier = filed(box)
    with pytest.raises(Refused, match="reason_missing"), box.writing() as act:
        ending.refuse(act, box.home, dossier, who(box, "ST04"), "  ")
    accepted = accept(box)
    with pytest.raises(Refused, match="wrong_status"), box.writing() as act:
        ending.refuse(act, box.home, accepted, who(box, "ST04"), "Lý do")
    assert now(box, dossier).status == Status.NEW


def test_who_brought_no_papers_in_time_may_be_refused(box: Box) -> None:
    dossier = filed(box)
    ask(box, dossier)
    with box.writing() as act:
        ending.refuse(act, box.home, dossier, who(box, "ST04"), "Quá hạn bổ sung")
    found = now(box, dossier)
    assert found.status == Status.NOT_ACCEPTED and found.pause is None


# --- asking for papers


def test_papers_are_asked_for_with_where_form_and_a_dated_last_day(box: Box) -> None:
    dossier = taken(box)
    ask(box, dossier)
    found = now(box, dossier)
    assert (found.status, found.asked) == (Status.SUPPLEMENT, True)
    assert [item["form"] for item in found.asked_items] == ["certified", "original"]
    assert found.pause and found.pause.until
    rules = builtin().rules_on(clock.local_day(found.last_at))
    waited = (date.fromisoformat(found.pause.until) - clock.local_day(found.last_at)).days
    assert waited >= rules.supplement_days and builtin().calendar.is_working(date.fromisoformat(found.pause.until))
    text = words(box, found.papers[-1].file)
    assert "Quyết định ly hôn Tòa án nhân dân khu vực 1 Bản sao có chứng thực" in text and "Lý do: Thiếu giấy tờ" in text


def test_a_request_needs_items_and_a_reason(box: Box) -> None:
    dossier = taken(box)
    for items, reason, code in (
        ((), "x", "items_missing"),
        ((Missing(" "),), "x", "items_missing"),
        (ITEMS, " ", "reason_missing"),
    ):
        with pytest.raises(Refused, match=code), box.writing() as act:
            waiting.request_supplement(act, box.home, dossier, who(box, "ST04"), items, reason)
    assert now(box, dossier).status == Status.PROCESSING


def test_a_specialist_asks_only_for_what_he_holds(box: Box) -> None:
    dossier = taken(box)
    with pytest.raises(Refused, match="not_holder"):
        ask(box, dossier, "ST11")
    ask(box, dossier, "ST08")
    assert now(box, dossier).status == Status.SUPPLEMENT


def test_a_limit_on_rounds_holds_where_a_dated_rule_knows_one(box: Box) -> None:
    dossier = taken(box)
    ask(box, dossier)
    bring(box, dossier, "s1.1")
    rules: Rules = builtin().rules_on(date(2026, 11, 21))
    assert rules.supplement_rounds_max is None
    waiting.check_round(now(box, dossier), rules)
    with pytest.raises(Refused, match="supplement_rounds_over"):
        waiting.check_round(now(box, dossier), msgspec.structs.replace(rules, supplement_rounds_max=1))
    ask(box, dossier)
    assert waiting.rounds(now(box, dossier)) == 2


def test_nothing_is_asked_for_once_the_result_is_signed(box: Box) -> None:
    dossier = accept(box)
    seal(box, dossier)
    with pytest.raises(Refused, match="wrong_status|result_exists"):
        ask(box, dossier)


# --- bringing them


def test_what_is_brought_joins_the_dossier_and_a_new_slip_says_the_new_day(box: Box) -> None:
    dossier = taken(box, days=1)
    before = now(box, dossier)
    ask(box, dossier)
    bring(box, dossier, "s1.2", into=("s1.1", "s1.1", "other"))
    found = now(box, dossier)
    assert (found.status, found.asked, found.asked_items) == (Status.PROCESSING, False, ())
    new = found.parts[len(before.components) :]
    assert [(part["name"], part["copy"], len(part["pages"])) for part in new] == [
        ("Quyết định ly hôn", "certified", 2),
        ("Tờ khai, ký đủ", "original", 0),
        ("Giấy tờ bổ sung khác", "copy", 1),
    ]
    assert len({part["key"] for part in found.components}) == len(found.components)
    assert due_day(found) != due_day(before) and found.slip == found.papers[-1].file
    assert "Ngày hẹn trả đã tính lại khi nhận bổ sung" in words(box, found.slip) and "Quyết định ly hôn" in words(box, found.slip)


def test_what_an_officer_wrote_about_papers_is_never_in_clear_and_goes_with_the_person(box: Box) -> None:
    dossier = taken(box)
    ask(box, dossier)
    bring(box, dossier, "s1.1")
    with box.writing() as act:
        waiting.request_supplement(act, box.home, dossier, who(box, "ST04"), ITEMS, "Còn thiếu")
    told = b"".join(bytes(row[0]) for row in box.db.conn.execute("SELECT bytes FROM event")).decode()
    assert "ly hôn" not in told and "Còn thiếu" not in told
    with box.writing() as act:
        act.record("dossier.erased", actor="ST03", dossier=dossier, clear={"basis": "subject_request"})
    found = now(box, dossier)
    assert [part["name"] for part in found.parts][-1] == "Giấy tờ bổ sung 1.1" and found.asked_items == ()


def test_nothing_brought_is_nothing_received(box: Box) -> None:
    dossier = taken(box)
    ask(box, dossier)
    with pytest.raises(Refused, match="nothing_brought"):
        bring(box, dossier, "c1")
    assert now(box, dossier).status == Status.SUPPLEMENT


def test_before_acceptance_papers_are_received_without_a_slip(box: Box) -> None:
    dossier = filed(box)
    ask(box, dossier)
    bring(box, dossier, "s1.1")
    found = now(box, dossier)
    assert (found.status, found.slip, found.due) == (Status.NEW, "", None)
    with box.writing() as act:
        reception.accept_filed(act, box.home, builtin(), dossier, who(box, "ST04"))
    assert now(box, dossier).parts[-1]["name"] == "Quyết định ly hôn"


def test_papers_gathered_by_a_colleague_or_for_another_dossier_are_not_taken(box: Box) -> None:
    one, other = taken(box), taken(box)
    ask(box, one)
    ask(box, other)
    for draft in (gather(box, other, brought.SUPPLEMENT, "s1.1"), gather(box, one, brought.SUPPLEMENT, "s1.1", officer="ST05")):
        with pytest.raises(Refused, match="draft_of_other"), box.writing() as act:
            waiting.receive_supplement(act, box.home, one, who(box, "ST04"), draft, ())


def test_an_officer_finds_the_papers_again_and_they_are_no_reception(box: Box) -> None:
    dossier = taken(box)
    ask(box, dossier)
    assert gather(box, dossier, brought.SUPPLEMENT, "s1.1") == gather(box, dossier, brought.SUPPLEMENT)
    assert drafts.open_of(box.db, "ST04") == []


# --- withdrawing


def test_a_withdrawal_keeps_the_request_and_what_is_paid_back(box: Box) -> None:
    dossier = taken(box)
    draft = gather(box, dossier, brought.WITHDRAWAL, "withdrawal", "other")
    with box.writing() as act:
        ending.withdraw(act, dossier, who(box, "ST04"), draft, "Không còn nhu cầu")
    found = now(box, dossier)
    assert (found.status, found.components[-1]["name"]) == (Status.WITHDRAWN, "Đơn yêu cầu rút hồ sơ")
    pages = found.components[-1]["pages"]
    assert len(pages) == 2 and all(files.path_of(box.home, page["file"]).exists() for page in pages)
    assert drafts.load(box.db, draft).accepted_as == dossier


def test_without_the_request_nobody_withdraws_and_nobody_gets_back_more_than_was_paid(box: Box) -> None:
    dossier = taken(box)
    with pytest.raises(Refused, match="request_missing"), box.writing() as act:
        ending.withdraw(act, dossier, who(box, "ST04"), brought.gather(act, now(box, dossier), "ST04", brought.WITHDRAWAL).id, "x")
    draft = gather(box, dossier, brought.WITHDRAWAL, "withdrawal")
    with pytest.raises(Refused, match="refund_wrong"), box.writing() as act:
        ending.withdraw(act, dossier, who(box, "ST04"), draft, "x", 8000)
    assert now(box, dossier).status == Status.PROCESSING


def test_a_finished_dossier_is_not_withdrawn(box: Box) -> None:
    dossier = accept(box)
    seal(box, dossier)
    with pytest.raises(Refused, match="wrong_status"), box.writing() as act:
        ending.withdraw(act, dossier, who(box, "ST04"), "", "x")


# --- stopping and going on


def test_a_dossier_is_stopped_with_its_notice_and_goes_on_with_a_new_due_date(box: Box) -> None:
    dossier = taken(box)
    stop(box, dossier)
    found = now(box, dossier)
    assert found.status == Status.STOPPED and found.pause
    text = words(box, found.papers[-1].file)
    assert "THÔNG BÁO DỪNG GIẢI QUYẾT HỒ SƠ" in text and "Đang xử lý" in text and "CHỦ TỊCH" in text and "Chưa thu" in text
    with box.writing() as act:
        ending.resume(act, box.home, dossier, who(box, "ST01"), "Người nộp đề nghị tiếp tục")
    found = now(box, dossier)
    assert (found.status, found.holder, found.pause) == (Status.PROCESSING, "ST08", None)
    assert found.due and found.due["lines"]


def test_what_waited_when_it_was_stopped_waits_no_more_when_it_goes_on(box: Box) -> None:
    dossier = taken(box)
    ask(box, dossier)
    stop(box, dossier)
    with box.writing() as act:
        ending.resume(act, box.home, dossier, who(box, "ST01"), "Tiếp tục")
    found = now(box, dossier)
    assert (found.status, found.asked, found.asked_items) == (Status.PROCESSING, False, ())


def test_a_dossier_with_a_signed_result_is_not_stopped(box: Box) -> None:
    dossier = accept(box)
    prepare(box, dossier)
    stop(box, dossier)  # A draft is no result.
    other = accept(box)
    seal(box, other)
    with pytest.raises(Refused, match="wrong_status|result_exists"):
        stop(box, other)


def test_only_what_was_stopped_goes_on(box: Box) -> None:
    dossier = taken(box)
    with pytest.raises(Refused, match="wrong_status"), box.writing() as act:
        ending.resume(act, box.home, dossier, who(box, "ST01"), "x")


# --- undoing


def test_every_act_that_can_be_taken_back_has_its_name() -> None:
    assert set(UNDONE) == UNDOABLE


def test_a_mistaken_refusal_is_taken_back_and_its_paper_stays_on_record(box: Box) -> None:
    dossier = filed(box)
    with box.writing() as act:
        ending.refuse(act, box.home, dossier, who(box, "ST04"), "Nhầm")
    assert undo(box, dossier) == "dossier.refused"
    found = now(box, dossier)
    assert (found.status, found.reason, len(found.papers)) == (Status.NEW, "", 1)
    with pytest.raises(Refused, match="nothing_to_undo"):
        undo(box, dossier)


def test_papers_taken_in_by_mistake_go_out_again_with_the_old_slip_and_day(box: Box) -> None:
    dossier = taken(box)
    ask(box, dossier)
    before = now(box, dossier)
    bring(box, dossier, into=("s1.1",))
    undo(box, dossier)
    found = now(box, dossier)
    assert (found.status, found.components, found.due, found.slip) == (before.status, before.components, before.due, before.slip)
    assert found.asked_items == before.asked_items and found.pause == before.pause


def test_only_who_may_do_an_act_may_take_it_back(box: Box) -> None:
    dossier = taken(box)
    stop(box, dossier)
    with pytest.raises(Refused, match="undo_not_yours"):
        undo(box, dossier, "ST04")
    assert undo(box, dossier, "ST02") == "dossier.stopped"


def test_nothing_is_taken_back_that_the_province_acknowledged(box: Box) -> None:
    dossier = taken(box)
    ask(box, dossier)
    inc, seq = box.db.conn.execute("SELECT last_inc, last_seq FROM dossier WHERE id = ?", [dossier]).fetchone()
    with box.writing() as act:
        act.db.conn.execute("INSERT INTO receipt (inc, seq, number, bytes) VALUES (?, ?, 1, x'00')", [inc, seq - 1])
    assert not undoing.acknowledged(box.db, dossier)
    with box.writing() as act:
        act.db.conn.execute("INSERT INTO receipt (inc, seq, number, bytes) VALUES (?, ?, 2, x'00')", [inc, seq])
    with pytest.raises(Refused, match="province_has_it"):
        undo(box, dossier)
    assert now(box, dossier).status == Status.SUPPLEMENT


def test_an_act_that_followed_meanwhile_is_not_taken_back_in_place_of_the_one_that_was_seen(box: Box) -> None:
    dossier = taken(box)
    seen = now(box, dossier).undo
    assert seen
    ask(box, dossier)
    with pytest.raises(Refused, match="nothing_to_undo"):
        undo(box, dossier, seq=seen.seq)
    assert now(box, dossier).asked
