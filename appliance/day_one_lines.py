"""One line of the old system's export: what it says of a running dossier, and all that stands against it. Makes nothing up."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from sqlite_utils.db import Database

from appliance import clock, officers, people, procedures, process_shelf
from appliance.catalogue import Catalogue
from appliance.clock import LOCAL
from appliance.day_one_sheets import Remark, Row, Sheet
from appliance.dossier import Status
from appliance.errors import Refused
from appliance.moves import IMPORTABLE
from appliance.text import Line, day_text, fold, read_day, read_time

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


def facts(row: Row, made: Plan, about: Known) -> dict[str, Any]:
    """Give the clear part of the event; what is wrong is said on the way."""
    cell, status = row.cells.get, _status(row, made, about)
    received, since, ended = (_moment(row, made, about, name) for name in ("nhan_luc", "cho_tu", "xong_luc"))
    due, procedure = _due(row, made, about, received), row.cells["ma_thu_tuc"]
    case, name, process = _process(row, made, about)
    channel = CHANNELS.get(fold(cell("kenh", "")))
    if channel is None or (status == Status.NEW and channel != "online"):  # At the counter nothing waits in status 1.
        say(made, row, "import_channel_wrong", channel=cell("kenh", ""))
    if status in PAUSED and not since:
        say(made, row, "import_cell_missing", column="cho_tu")
    if status == Status.DONE and not ended:
        say(made, row, "import_cell_missing", column="xong_luc")
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
        "source": source(made, row),
    } | {name: value for name, value in (begun | known_only).items() if value}


def _status(row: Row, made: Plan, about: Known) -> Status | None:
    """Read a status by its national number or its name; what has ended is not day one's business."""
    typed = row.cells["trang_thai"]
    number = next((n for n, name in about.statuses.items() if typed == str(n) or fold(typed) == fold(name)), 0)
    if number not in IMPORTABLE:
        say(made, row, "import_status_ended" if number else "import_status_unknown", status=typed)
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
        say(made, row, "import_day_wrong", column=column, typed=typed)
        return ""
    if not time_typed:
        say(made, row, "import_time_unknown", bad=False, column=column)
    at = clock.text_of(datetime.combine(day, hour, LOCAL))
    if at > about.now:
        say(made, row, "import_day_future", column=column, typed=typed)
    return at


def _due(row: Row, made: Plan, about: Known, received: str) -> dict[str, Any]:
    """Keep the day the old system promised as it is; a day alone ends with the last session of the day."""
    typed = row.cells.get("hen_tra", "")
    if not typed:
        say(made, row, "import_due_unknown", bad=False)
        return {}
    day_typed, _, time_typed = typed.replace("T", " ").partition(" ")
    try:
        day = read_day(day_typed, about.today.replace(year=about.today.year + 1, day=1))
        hour = read_time(time_typed[:5]) if time_typed else about.catalogue.rules_on(about.today).day_end()
    except Refused:
        say(made, row, "import_day_wrong", column="hen_tra", typed=typed)
        return {}
    if received and day < clock.local_day(received):
        say(made, row, "import_due_before", due=typed, received=row.cells["nhan_luc"])
    promised = datetime.combine(day, hour, LOCAL).isoformat()
    return {"at": promised, "provisional": False, "lines": [{"code": "due_imported", "facts": {"day": day_text(day)}}]}


def _process(row: Row, made: Plan, about: Known) -> tuple[str, str, dict[str, str]]:
    """Give case, name and approved process; without one nothing runs here, an imported dossier no more than another."""
    wanted = row.cells.get("truong_hop", "")
    try:
        procedure = procedures.get(about.catalogue, row.cells["ma_thu_tuc"])
        if not wanted and len(procedure.cases) > 1:
            cases = ", ".join(case.id for case in procedure.cases)
            say(made, row, "import_case_missing", procedure=procedure.code, cases=cases)
            return "", procedure.name, {}
        case = procedures.case_of(procedure, wanted or procedure.cases[0].id)
        return case.id, procedure.name, process_shelf.for_case(about.db, procedure.code, case.id, about.today, procedure.name).named
    except Refused as refused:
        made.remarks.append(Remark(made.sheet.name, row.line, Line(refused.code, refused.facts)))
        return "", "", {}


def _payment(row: Row, made: Plan) -> dict[str, Any]:
    amount = row.cells.get("so_tien_cho_nop", "").replace(".", "").replace(" ", "")
    if not (amount.isascii() and amount.isdigit() and int(amount)):
        say(made, row, "import_cell_missing", column="so_tien_cho_nop")
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
        say(made, row, "import_holder_unknown", holder=typed)
        return ""
    return found.id


def person(row: Row, made: Plan, about: Known) -> dict[str, str]:
    """Give the applicant as far as the line names him; what cannot be read is said."""
    typed = {name: row.cells.get(column, "") for column, name in PERSON.items()}
    typed = {name: value for name, value in typed.items() if value}
    wrong = people.wrong_fields(typed, about.today)
    for name, code in wrong.items():
        say(made, row, code, column=COLUMN_OF.get(name, name), field=name, most=people.FIELD_CHARS_MAX)
    if people.marks_lost(typed.get("name", ""), typed.get("address", "")):
        say(made, row, "import_no_marks", bad=False)
    return {} if wrong else people.tidy(typed, about.today)


def source(made: Plan, row: Row) -> dict[str, Any]:
    """Name the file by its digest, and the line."""
    return {"file": made.sheet.digest, "line": row.line}


def say(made: Plan, row: Row, what: str, /, bad: bool = True, **facts: Any) -> None:
    """Note something about a line."""
    made.remarks.append(Remark(made.sheet.name, row.line, Line(what, facts), bad))
