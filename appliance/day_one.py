"""Day one with open dossiers: what the system before this one had running goes on here, under its own codes and promises.

`plan` judges the files and writes nothing; `carry_out` writes one file in the caller's transaction. Nothing is made up: what the
old system did not say stays empty, and what it promised is not counted again. A line that was taken in before is never changed.
"""

from collections.abc import Iterable, Mapping, Sequence

from sqlite_utils.db import Database

from appliance import looking_back, numbering, officers
from appliance.catalogue import Catalogue
from appliance.config import Home
from appliance.day_one_lines import Known, Plan, facts, person, say, source
from appliance.day_one_sheets import DOSSIERS, HOLDERS, REGISTERS, Remark, Row, Sheet
from appliance.ids import uuid7
from appliance.ledger import Act
from appliance.moves import IMPORTED
from appliance.office import office_of
from appliance.text import fold

CODE_CHARS_MAX = 50
LAST_MAX = 999_999


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
        say(made, row, "import_officer_unknown", officer=row.cells["ma_can_bo"])


def _register(row: Row, made: Plan, about: Known, seen: dict[str, int]) -> None:
    """A register goes on from its last number; it never goes back, and never over a number that was used here."""
    book, year, typed = (row.cells[name] for name in ("so", "nam", "so_cuoi"))
    if book not in about.catalogue.books or about.catalogue.books[book].period != "year":
        say(made, row, "import_book_unknown", book=book)
        return
    if not (typed.isascii() and typed.isdigit() and 0 < int(typed) <= LAST_MAX and year == str(about.today.year)):
        say(made, row, "import_last_wrong", last=typed, year=about.today.year)
        return
    if not _new(f"{book} {year}", row, made, seen):
        return
    last, before = int(typed), numbering.continued(about.db, about.unit, book, year)
    if last == before:
        made.already += 1
    elif before:
        _changed(row, made, f"{book} {year}", "so_cuoi", str(before), typed)
    elif why := _no_room(about, book, year, last):
        say(made, row, why[0], book=book, last=last, other=why[1])
    else:
        clear = {"unit": about.unit, "book": book, "period": year, "last": last, "source": source(made, row)}
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
        say(made, row, "import_cell_long", column="ma_ho_so", most=CODE_CHARS_MAX)
        return
    if found := about.db.conn.execute("SELECT id FROM dossier WHERE code = ? COLLATE NOCASE", [code]).fetchone():
        _compare(found[0], row, made, about)
        return
    before = len(made.remarks)
    clear, applicant = facts(row, made, about), person(row, made, about)
    if not any(remark.bad for remark in made.remarks[before:]):
        personal = {"applicant": applicant, "note": row.cells.get("ghi_chu", ""), "row": dict(row.cells)}
        made.events.append((IMPORTED, clear, personal))


def _compare(dossier: str, row: Row, made: Plan, about: Known) -> None:
    told = looking_back.told(about.db, about.device, dossier)[0]
    if told.event.t != IMPORTED:
        say(made, row, "import_code_taken", code=row.cells["ma_ho_so"])
        return
    was = told.personal.get("row", {})
    columns = [name for name in row.cells if row.cells[name] != was.get(name, "")] if was else []
    made.already += not columns
    for column in columns:
        _changed(row, made, row.cells["ma_ho_so"], column, was.get(column, ""), row.cells[column])


def _changed(row: Row, made: Plan, code: str, column: str, was: str, now: str) -> None:
    """Say what differs from the line as it was taken in; what runs here already is not overwritten."""
    say(made, row, "import_changed", bad=False, code=code, column=column, was=was or "(trống)", now=now or "(trống)")


def _new(key: str, row: Row, made: Plan, seen: dict[str, int]) -> bool:
    """Say whether no line before named the same thing, in this file or another."""
    if key in seen:
        say(made, row, "import_twice", code=key, line=seen[key])
        return False
    seen[key] = row.line
    return True


JUDGES = {DOSSIERS: _dossier, REGISTERS: _register, HOLDERS: _holder}
