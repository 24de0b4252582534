"""The table of moves: what leads where, what may be taken back, and that no money is asked for before a dossier was checked."""

from pathlib import Path

import pytest

from appliance import moves
from appliance.advancing import UNDOABLE, advance
from appliance.dossier import Dossier, Status
from appliance.errors import Refused
from appliance.events import Event
from appliance.rights import known
from provisioning import status_page

LINES = [{"name": "Lệ phí", "amount": 8000}]
FILED = {
    "code": "H99-1", "unit": "H99", "procedure": "p", "procedure_name": "P", "case": "C1", "channel": "online",
    "filed_at": "2026-11-20T01:00:00.000Z", "components": [], "fee_lines": LINES, "result_by": "counter",
}  # fmt: skip
ACCEPTED = FILED | {"accepted_at": "2026-11-21T01:00:00.000Z", "due": {"at": "2026-11-25T17:00:00+07:00"}, "slip": "a" * 64}


class Story:
    """A dossier and the acts done on it, each checked before it is folded."""

    def __init__(self, *acts):
        self.seq, self.dossier = 0, None
        for kind, clear in acts:
            self.do(kind, clear)

    def do(self, kind, clear=None, personal=None) -> Dossier:
        moves.check(self.dossier, kind, clear or {})
        self.seq += 1
        event = Event(
            i=self.seq, t=kind, v=1, at=f"2026-11-21T02:00:{self.seq:02d}.000Z", q="synced", a="ST04", k="d", d=clear or {}
        )
        self.dossier = advance(self.dossier, event, personal or {})
        return self.dossier


def filed() -> Story:
    return Story(("dossier.filed", FILED))


def processing() -> Story:
    return Story(("dossier.accepted", ACCEPTED), ("dossier.taken", {"holder": "ST06"}))


def pay(story: Story, amount: int = 8000) -> None:
    story.do("fee.taken", {"lines": LINES, "amount": amount, "method": "cash", "receipt": "BL-1"})


def ask(story: Story) -> None:
    story.do("payment.requested", {"lines": LINES, "amount": 8000, "request": "YC-1"})


def test_an_online_dossier_is_checked_then_paid_then_accepted():
    story = filed()
    with pytest.raises(Refused, match="money_before_check"):
        pay(story)
    ask(story)
    with pytest.raises(Refused, match="payment_open"):
        story.do("dossier.accepted", ACCEPTED)
    pay(story)
    assert story.do("dossier.accepted", ACCEPTED).status == Status.ACCEPTED
    assert not story.dossier.payment
    assert [pause.status for pause in story.dossier.pauses] == [Status.FINANCIAL]
    assert story.dossier.pause is None


def test_a_refusal_after_the_check_has_taken_no_money():
    story = filed()
    ask(story)
    assert story.do("dossier.refused", {}, {"reason": "Không nộp"}).status == Status.NOT_ACCEPTED
    assert story.dossier.fees == ()


def test_only_a_fee_that_the_law_takes_at_filing_may_be_taken_before_the_check():
    story = filed()
    story.do("fee.taken", {"lines": [LINES[0] | {"when": moves.AT_FILING}], "amount": 8000, "method": "transfer"})
    assert story.dossier.status == Status.NEW


@pytest.mark.parametrize("start", [filed, processing])
def test_papers_and_money_may_be_asked_for_one_inside_the_other(start):
    story = start()
    before = story.dossier.status
    story.do("supplement.requested", {"until": "2026-11-30"}, {"items": [{"name": "Tờ khai"}], "reason": "Thiếu"})
    ask(story)
    assert story.dossier.status == Status.FINANCIAL
    story.do("supplement.requested", {"until": "2026-12-01"})
    assert story.do("supplement.received").status == Status.FINANCIAL  # the money is still open
    pay(story)
    after = Story()
    after.seq, after.dossier = story.seq, story.dossier
    if before == Status.NEW:
        assert after.do("dossier.accepted", ACCEPTED).status == Status.ACCEPTED
    else:
        assert after.do("payment.settled", {"due": ACCEPTED["due"]}).status == Status.PROCESSING
    assert after.dossier.pause is None


def test_a_wait_refused_at_the_counter_cannot_be_refused_once_accepted():
    story = processing()
    story.do("supplement.requested", {"until": "2026-11-30"})
    with pytest.raises(Refused, match="wrong_status"):
        story.do("dossier.refused")


@pytest.mark.parametrize("start", [filed, processing])
@pytest.mark.parametrize("kind", sorted(UNDOABLE))
def test_an_act_taken_back_leaves_the_dossier_as_it_was(start, kind):
    story = start()
    prepare = {"supplement.received": "supplement.requested", "dossier.resumed": "dossier.stopped"}
    if kind in prepare and prepare[kind] in moves.legal(story.dossier):
        story.do(prepare[kind], {"until": "2026-11-30"})
    if kind not in moves.legal(story.dossier):
        return
    before = story.dossier
    clear = {"holder": "ST07", "to": "ST08", "next": 2, "lines": LINES, "amount": 1, "request": "YC", "until": "2026-12-01"}
    story.do(kind, clear, {"reason": "Nhầm"})
    after = story.do("act.undone", {"kind": kind, "seq": story.seq})
    same = {"undo", "last_at", "papers"}
    for name in set(Dossier.__struct_fields__) - same:
        assert getattr(after, name) == getattr(before, name), name
    with pytest.raises(Refused, match="nothing_to_undo"):
        story.do("act.undone", {})


def test_money_and_a_signature_cannot_be_taken_back():
    story = processing()
    pay(story)
    with pytest.raises(Refused, match="nothing_to_undo"):
        story.do("act.undone", {})


def test_every_row_names_statuses_and_a_right_that_exist():
    names = {status.name.lower() for status in Status} | {"none"}
    for row in moves.ROWS:
        assert set(row.from_) | set(row.back) <= names
        assert row.to in names | {moves.STAY, moves.BACK}
        assert known(row.right) or row.right in ("system", "file_online"), row.right


def test_the_printed_page_of_statuses_is_drawn_from_the_same_table():
    assert Path("docs/statuses.md").read_text(encoding="utf-8") == status_page.text()
