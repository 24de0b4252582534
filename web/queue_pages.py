"""Việc của tôi: what waits, what is being processed and by whom, the most urgent first. Taking is the only act here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from appliance import decisions, processing, queries
from appliance.clock import stamp
from appliance.documents import Signature
from appliance.dossier import Status
from appliance.errors import Refused
from appliance.text import fold
from web import desk
from web.desk import Row
from web.per_request import act, box, officer
from web.vietnamese import RESULT_STATES, sentence

bp = Blueprint("queue", __name__)
TAKEN_AT_ONCE_MAX = 50
TYPED_CHARS_MAX = 100
ELSEWHERE = (Signature.SUBMITTED, Signature.SIGNED, Signature.NUMBERED)


@dataclass(frozen=True)
class Tab:
    """A group of the queue: its word in the address, its name, which rows belong to it (given the officer's id)."""

    word: str
    name: str
    holds: Callable[[Row, str], bool]
    late: bool = False


def _open(row: Row) -> bool:
    return row.listed.status == Status.PROCESSING and row.listed.signature == Signature.NONE


TABS = (
    Tab("", "Tất cả", lambda row, me: True),
    Tab("moi-den", "Mới đến", lambda row, me: row.listed.status == Status.ACCEPTED),
    Tab("dang-xu-ly", "Đang xử lý", lambda row, me: _open(row) and row.listed.holder == me),
    Tab("cho-ky", "Chờ ký, đóng dấu", lambda row, me: row.listed.signature in ELSEWHERE),
    Tab("nguoi-khac", "Người khác giữ", lambda row, me: row.listed.holder not in (None, me)),
    Tab("sap-han", "Sắp đến hạn", lambda row, me: row.due.is_near),
    Tab("qua-han", "Quá hạn", lambda row, me: row.due.is_late, late=True),
)


@bp.get("/viec")
@act("take")
def page() -> str:
    """Show the queue: `nhom` the tab, `thu-tuc` a procedure, `q` words to look for in the list."""
    return shown(request.args.get("nhom", ""))


def shown(word: str, refused: Sequence[str] = ()) -> str:
    """Render the queue with a tab open, and what could not be taken just now."""
    every = desk.rows([*queries.to_take(box().db), *queries.in_processing(box().db)])
    every.sort(key=lambda row: (row.listed.due_at is None, row.listed.due_at or "", row.listed.code))
    me, tab = officer().id, tab_of(word)
    return render_template(
        "queue.html",
        rows=filtered([row for row in every if tab.holds(row, me)]),
        tabs=[(one, sum(one.holds(row, me) for row in every)) for one in TABS],
        tab=tab,
        procedures=sorted({(row.listed.procedure, row.listed.procedure_name) for row in every}, key=lambda pair: pair[1]),
        step_of=step_of,
        sent_back=queries.sent_back(box().db),
        news=decisions.news(box().db),
        me=me,
        at=stamp(),
        refused=refused,
        failed=bool(refused),
    )


def tab_of(word: str) -> Tab:
    """Give the tab of an address; an unknown word is the first one."""
    return next((tab for tab in TABS if tab.word == word), TABS[0])


def filtered(rows: list[Row]) -> list[Row]:
    """Keep the rows of the procedure and the words in the address."""
    procedure, words = request.args.get("thu-tuc", ""), fold(request.args.get("q", "")[:TYPED_CHARS_MAX]).split()
    rows = [row for row in rows if procedure in ("", row.listed.procedure)]
    return [row for row in rows if all(word in fold(_text_of(row)) for word in words)]


def _text_of(row: Row) -> str:
    return " ".join((row.listed.code, row.listed.applicant or "", row.listed.procedure_name, row.holder))


def step_of(row: Row, sent_back: bool = False) -> tuple[str, str]:
    """Say where a dossier is inside its national status: icon and words."""
    if sent_back:
        return "undo-2", "Lãnh đạo trả lại"
    if row.listed.status == Status.ACCEPTED:
        return "inbox", "Mới đến"
    if row.listed.signature == Signature.NONE:
        return "pen-line", "Soạn kết quả"
    return RESULT_STATES[row.listed.signature][1:]


@bp.post("/viec/nhan")
@act("take")
def take() -> Response | tuple[str, int]:
    """Take the ticked dossiers; one that a colleague holds stays with him and is named."""
    chosen, word = request.form.getlist("dossier")[:TAKEN_AT_ONCE_MAX], request.form.get("nhom", "")
    refused = [words for words in map(take_one, chosen) if words]
    if refused or not chosen:
        return shown(word, refused or ["Chưa chọn hồ sơ nào. Bấm phím cách ở dòng cần nhận rồi bấm F9."]), 422
    flash(f"Đã nhận xử lý {len(chosen)} hồ sơ.")
    if len(chosen) == 1:
        return redirect(url_for("dossier.page", dossier=chosen[0]), 303)
    return redirect(url_for("queue.page", nhom=word or None), 303)


def take_one(dossier_id: str) -> str:
    """Take one dossier in a transaction of its own; gives the sentence of a refusal, or nothing."""
    try:
        with box().writing() as at_once:
            processing.take(at_once, dossier_id, officer().id)
    except Refused as refused:
        holder = desk.names().get(str(refused.facts.get("officer")), "")
        return sentence(Refused(refused.code, **(refused.facts | ({"officer": holder} if holder else {}))))
    return ""
