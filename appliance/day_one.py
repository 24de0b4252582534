"""Day one with open dossiers: what the system before this one had running goes on here, under its own codes and promises.

`plan` judges the files and writes nothing; `carry_out` writes one file in the caller's transaction. Nothing is made up: what the
old system did not say stays empty, and what it promised is not counted again. A line that was taken in before is never changed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from sqlite_utils.db import Database

from appliance import clock, looking_back, numbering, officers, people, procedures, process_shelf
from appliance.catalogue import Catalogue
from appliance.clock import LOCAL
from appliance.config import Home
from appliance.day_one_sheets import DOSSIERS, HOLDERS, REGISTERS, Remark, Row, Sheet
from appliance.dossier import Status
from appliance.errors import Refused
from appliance.ids import uuid7
from appliance.ledger import Act
from appliance.moves import IMPORTABLE, IMPORTED
from appliance.office import office_of
from appliance.text import Line, day_text, fold, read_day, read_time

CODE_CHARS_MAX = 50
LAST_MAX = 999_999
CHANNELS = {
    fold(word): name for word, name in (("", "counter"), ("quầy", "counter"), ("trực tuyến", "online"), ("bưu chính", "post"))
}
PERSON = {"nguoi_nop": "name", "so_dinh_danh": "number", "dien_thoai": "phone", "dia_chi": "address"}
COLUMN_OF = {field: column for column, field in PERSON.items()}
PAUSED = (Status.SUPPLEMENT, Status.FINANCIAL, Status.STOPPED)
MONEY_LINE = "Khoản chờ nộp ở hệ thống cũ"


@dataclass(frozen=True)
class Known:
    """What the lines are judged against: names of statuses by number, holders by their old name, this box, this moment."""

    db: Database
    device: str
    catalogue: Catalogue
    unit: str
    statuses: Mapping[int, str]
    holders: Mapping[str, str]
    now: str

    @property
    def today(self) -> date:
        """Give the local day."""
        return clock.local_day(self.now)


@dataclass
class Plan:
    """What a file would do: events to write (kind, clear, personal), how many lines are here already, what is to be said."""

    sheet: Sheet
    events: list[tuple[str, dict[str, Any], dict[str, Any]]] = field(default_factory=list)
    already: int = 0
    remarks: list[Remark] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Say whether the file may be written."""
        return not any(remark.bad for remark in self.remarks)


def known(home: Home, db: Database, catalogue: Catalogue, sheets: Iterable[Sheet], statuses: Mapping[int, str], now: str) -> Known:
    """Gather what the lines are judged against; holders come from the sheets that list them."""
    rows = [row for sheet in sheets if sheet.kind == HOLDERS for row in sheet.rows]
    holders = {fold(row.cells["ten_o_he_thong_cu"]): row.cells["ma_can_bo"].upper() for row in rows}
    return Known(db, home.settings.device, catalogue, office_of(home.settings).unit, statuses, holders, now)


def plan(sheets: Sequence[tuple[Sheet, list[Remark]]], about: Known) -> list[Plan]:
    """Judge every line of every file, all at once; nothing is written."""
    plans: list[Plan] = []
    seen: dict[str, int] = {}
    for sheet, wrong in sheets:
        made = Plan(sheet, remarks=list(wrong))
        broken = {remark.line for remark in wrong if remark.bad}
        for row in sheet.rows:
            if row.line not in broken:
                JUDGES[sheet.kind](row, made, about, seen)
        plans.append(made)
    return plans


def carry_out(act: Act, made: Plan, actor: str) -> int:
    """Write one file's events; gives how many. Raises Refused what the table of moves refuses."""
    for kind, clear, personal in made.events:
        act.record(kind, actor=actor, dossier=uuid7() if kind == IMPORTED else "", clear=clear, personal=personal)
    if made.events:
        act.touch("inbox")
    return len(made.events)


def _holder(row: Row, made: Plan, about: Known, seen: dict[str, int]) -> None:
    found = officers.by_id(about.db, row.cells["ma_can_bo"].upper())
    if found is None or not found.active:
        _say(made, row, "import_officer_unknown", officer=row.cells["ma_can_bo"])


def _register(row: Row, made: Plan, about: Known, seen: dict[str, int]) -> None:
    """A register goes on from its last number; it never goes back, and never over a number that was used here."""
    book, year, typed = (row.cells[name] for name in ("so", "nam", "so_cuoi"))
    if book not in about.catalogue.books or about.catalogue.books[book].period != "year":
        _say(made, row, "import_book_unknown", book=book)
        return
    if not (typed.isascii() and typed.isdigit() and 0 < int(typed) <= LAST_MAX and year == str(about.today.year)):
        _say(made, row, "import_last_wrong", last=typed, year=about.today.year)
        return
    if not _new(f"{book} {year}", row, made, seen):
        return
    last, before = int(typed), numbering.continued(about.db, about.unit, book, year)
    if last == before:
        made.already += 1
    elif before:
        _changed(row, made, f"{book} {year}", "so_cuoi", str(before), typed)
    elif why := _no_room(about, book, year, last):
        _say(made, row, why[0], book=book, last=last, other=why[1])
    else:
        clear = {"unit": about.unit, "book": book, "period": year, "last": last, "source": _source(made, row)}
        made.events.append(("register.continued", clear, {}))


def _no_room(about: Known, book: str, year: str, last: int) -> tuple[str, int] | None:
    sql = "SELECT min(n) FROM number_used WHERE unit = ? AND book = ? AND period = ?"
    used = about.db.conn.execute(sql, [about.unit, book, year]).fetchone()[0]
    if used is not None and used <= last:
        return "import_register_used", used
    sql = "SELECT max(last) FROM number_grant WHERE unit = ? AND book = ?"
    granted = about.db.conn.execute(sql, [about.unit, book]).fetchone()[0] or 0
    return ("import_register_granted", granted) if granted <= last else None


def _dossier(row: Row, made: Plan, about: Known, seen: dict[str, int]) -> None:
    """Judge a running dossier; a line that came before is compared, never written again."""
    code = row.cells["ma_ho_so"]
    if not _new(code.upper(), row, made, seen):
        return
    if len(code) > CODE_CHARS_MAX:
        _say(made, row, "import_cell_long", column="ma_ho_so", most=CODE_CHARS_MAX)
        return
    if found := about.db.conn.execute("SELECT id FROM dossier WHERE code = ? COLLATE NOCASE", [code]).fetchone():
        _compare(found[0], row, made, about)
        return
    before = len(made.remarks)
    clear, person = _facts(row, made, about), _person(row, made, about)
    if not any(remark.bad for remark in made.remarks[before:]):
        personal = {"applicant": person, "note": row.cells.get("ghi_chu", ""), "row": dict(row.cells)}
        made.events.append((IMPORTED, clear, personal))


def _compare(dossier: str, row: Row, made: Plan, about: Known) -> None:
    told = looking_back.told(about.db, about.device, dossier)[0]
    if told.event.t != IMPORTED:
        _say(made, row, "import_code_taken", code=row.cells["ma_ho_so"])
        return
    was = told.personal.get("row", {})
    columns = [name for name in row.cells if row.cells[name] != was.get(name, "")] if was else []
    made.already += not columns
    for column in columns:
        _changed(row, made, row.cells["ma_ho_so"], column, was.get(column, ""), row.cells[column])


def _changed(row: Row, made: Plan, code: str, column: str, was: str, now: str) -> None:
    """Say what differs from the line as it was taken in; what runs here already is not overwritten."""
    _say(made, row, "import_changed", bad=False, code=code, column=column, was=was or "(trống)", now=now or "(trống)")


def _facts(row: Row, made: Plan, about: Known) -> dict[str, Any]:
    """Give the clear part of the event; what is wrong is said on the way."""
    cell, status = row.cells.get, _status(row, made, about)
    received, since, ended = (_moment(row, made, about, name) for name in ("nhan_luc", "cho_tu", "xong_luc"))
    due, procedure = _due(row, made, about, received), row.cells["ma_thu_tuc"]
    case, name, process = _process(row, made, about)
    channel = CHANNELS.get(fold(cell("kenh", "")))
    if channel is None or (status == Status.NEW and channel != "online"):  # At the counter nothing waits in status 1.
        _say(made, row, "import_channel_wrong", channel=cell("kenh", ""))
    if status in PAUSED and not since:
        _say(made, row, "import_cell_missing", column="cho_tu")
    if status == Status.DONE and not ended:
        _say(made, row, "import_cell_missing", column="xong_luc")
    begun = {"filed_at": received} if status == Status.NEW else {"accepted_at": received}
    known_only = {"due": due, "since": since if status in PAUSED else "", "finished_at": ended if status == Status.DONE else ""}
    known_only |= {"payment": _payment(row, made) if status == Status.FINANCIAL else {}, "holder": _holder_of(row, made, about)}
    return {
        "code": row.cells["ma_ho_so"],
        "unit": about.unit,
        "procedure": procedure,
        "procedure_name": name,
        "case": case,
        "channel": channel or "",
        "status": int(status or 0),
        "result_by": "counter",
        "process": process,
        "source": _source(made, row),
    } | {name: value for name, value in (begun | known_only).items() if value}


def _status(row: Row, made: Plan, about: Known) -> Status | None:
    """Read a status by its national number or its name; what has ended is not day one's business."""
    typed = row.cells["trang_thai"]
    number = next((n for n, name in about.statuses.items() if typed == str(n) or fold(typed) == fold(name)), 0)
    if number not in IMPORTABLE:
        _say(made, row, "import_status_ended" if number else "import_status_unknown", status=typed)
        return None
    return Status(number)


def _moment(row: Row, made: Plan, about: Known, column: str) -> str:
    """Read a local day with its time as UTC text; a day alone is its first minute, and that is said."""
    typed = row.cells.get(column, "")
    if not typed:
        return ""
    day_typed, _, time_typed = typed.replace("T", " ").partition(" ")
    try:
        day, hour = read_day(day_typed, about.today), read_time(time_typed[:5]) if time_typed else time()
    except Refused:
        _say(made, row, "import_day_wrong", column=column, typed=typed)
        return ""
    if not time_typed:
        _say(made, row, "import_time_unknown", bad=False, column=column)
    at = clock.text_of(datetime.combine(day, hour, LOCAL))
    if at > about.now:
        _say(made, row, "import_day_future", column=column, typed=typed)
    return at


def _due(row: Row, made: Plan, about: Known, received: str) -> dict[str, Any]:
    """Keep the day the old system promised as it is; a day alone ends with the last session of the day."""
    typed = row.cells.get("hen_tra", "")
    if not typed:
        _say(made, row, "import_due_unknown", bad=False)
        return {}
    day_typed, _, time_typed = typed.replace("T", " ").partition(" ")
    try:
        day = read_day(day_typed, about.today.replace(year=about.today.year + 1, day=1))
        hour = read_time(time_typed[:5]) if time_typed else about.catalogue.rules_on(about.today).day_end()
    except Refused:
        _say(made, row, "import_day_wrong", column="hen_tra", typed=typed)
        return {}
    if received and day < clock.local_day(received):
        _say(made, row, "import_due_before", due=typed, received=row.cells["nhan_luc"])
    promised = datetime.combine(day, hour, LOCAL).isoformat()
    return {"at": promised, "provisional": False, "lines": [{"code": "due_imported", "facts": {"day": day_text(day)}}]}


def _process(row: Row, made: Plan, about: Known) -> tuple[str, str, dict[str, str]]:
    """Give case, name and approved process; without one nothing runs here, an imported dossier no more than another."""
    wanted = row.cells.get("truong_hop", "")
    try:
        procedure = procedures.get(about.catalogue, row.cells["ma_thu_tuc"])
        if not wanted and len(procedure.cases) > 1:
            cases = ", ".join(case.id for case in procedure.cases)
            _say(made, row, "import_case_missing", procedure=procedure.code, cases=cases)
            return "", procedure.name, {}
        case = procedures.case_of(procedure, wanted or procedure.cases[0].id)
        return case.id, procedure.name, process_shelf.for_case(about.db, procedure.code, case.id, about.today, procedure.name).named
    except Refused as refused:
        made.remarks.append(Remark(made.sheet.name, row.line, Line(refused.code, refused.facts)))
        return "", "", {}


def _payment(row: Row, made: Plan) -> dict[str, Any]:
    amount = row.cells.get("so_tien_cho_nop", "").replace(".", "").replace(" ", "")
    if not (amount.isascii() and amount.isdigit() and int(amount)):
        _say(made, row, "import_cell_missing", column="so_tien_cho_nop")
        return {}
    lines = [{"name": MONEY_LINE, "amount": int(amount)}]
    return {"lines": lines, "amount": int(amount), "request": "", "taken": 0}


def _holder_of(row: Row, made: Plan, about: Known) -> str:
    """Give the officer whom the table of holders names for a name of the old system."""
    typed = row.cells.get("nguoi_giu", "")
    if not typed:
        return ""
    found = officers.by_id(about.db, about.holders.get(fold(typed), typed.upper()))
    if found is None or not found.active:
        _say(made, row, "import_holder_unknown", holder=typed)
        return ""
    return found.id


def _person(row: Row, made: Plan, about: Known) -> dict[str, str]:
    typed = {name: row.cells.get(column, "") for column, name in PERSON.items()}
    typed = {name: value for name, value in typed.items() if value}
    wrong = people.wrong_fields(typed, about.today)
    for name, code in wrong.items():
        _say(made, row, code, column=COLUMN_OF.get(name, name), field=name, most=people.FIELD_CHARS_MAX)
    if people.marks_lost(typed.get("name", ""), typed.get("address", "")):
        _say(made, row, "import_no_marks", bad=False)
    return {} if wrong else people.tidy(typed, about.today)


def _source(made: Plan, row: Row) -> dict[str, Any]:
    return {"file": made.sheet.digest, "line": row.line}


def _new(key: str, row: Row, made: Plan, seen: dict[str, int]) -> bool:
    """Say whether no line before named the same thing, in this file or another."""
    if key in seen:
        _say(made, row, "import_twice", code=key, line=seen[key])
        return False
    seen[key] = row.line
    return True


def _say(made: Plan, row: Row, what: str, /, bad: bool = True, **facts: Any) -> None:
    made.remarks.append(Remark(made.sheet.name, row.line, Line(what, facts), bad))


JUDGES = {DOSSIERS: _dossier, REGISTERS: _register, HOLDERS: _holder}
