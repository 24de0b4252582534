"""Day one: what the old system had running goes on here, under its own codes and promises; nothing is made up, nothing twice."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from appliance import (
    clock,
    database,
    day_one_sheets,
    events,
    looking_back,
    numbering,
    processing,
    queries,
    release,
    report,
    rows,
    verify,
)
from appliance.box import Box, open_box
from appliance.catalogue import builtin
from appliance.config import Home
from appliance.dossier import Status
from appliance.rules import EarlyRelease
from boxes import BOOKS, UNIT
from desk_room import get, log_in
from people import add_staff, make_home
from provisioning.cli import main
from wire_room import wire_room

EXAMPLE = Path("tests/data/day_one")
DOSSIERS, REGISTERS, HOLDERS = (EXAMPLE / f"{name}.csv" for name in ("ho-so-dang-chay", "so-dang-ky", "nguoi-giu"))


@pytest.fixture
def home(tmp_path, password_hash, monkeypatch) -> Home:
    """Give a box on its first day, Monday 23 November at nine, with staff and granted numbers."""
    monkeypatch.setattr(clock, "stamp", lambda: "2026-11-23T02:00:00.000Z")
    home = make_home(tmp_path / "commune")
    add_staff(home, password_hash)
    db = database.connect(home.database)
    for book in BOOKS:
        numbering.grant(db, book, UNIT, 1, 1, 2999, "test")
    db.conn.close()
    return home


def run(home: Home, *args: object, fails: bool = False) -> str:
    done = CliRunner().invoke(main, ["import-open", "--home", str(home.root), *map(str, args)])
    assert (done.exit_code != 0) is fails, done.output
    return done.output


def for_good(home: Home, *files: Path) -> str:
    return run(home, "--for-good", "--officer", "ST16", *(files or (EXAMPLE,)))


def changed(tmp_path: Path, **cells: str) -> Path:
    """Write the example's first dossier again with other cells."""
    header, first = DOSSIERS.read_text().splitlines()[:2]
    row = dict(zip(header.split(";"), first.split(";"), strict=True)) | cells
    path = tmp_path / "changed.csv"
    path.write_text(header + "\n" + ";".join(row.values()) + "\n")
    return path


@pytest.fixture
def box(home) -> Box:
    for_good(home)
    return open_box(home)


def found(box: Box, code: str):
    return queries.dossier(box.db, queries.by_code(box.db, code) or "")


def test_a_trial_run_writes_nothing_and_the_second_time_for_good_neither(home):
    before = home.database.read_bytes()
    assert "Chạy thử xong, chưa ghi gì" in run(home, EXAMPLE)
    assert home.database.read_bytes() == before
    said = for_good(home)
    assert "ho-so-dang-chay.csv: đã ghi 6 mục" in said and "so-dang-ky.csv: đã ghi 2 mục" in said
    again = for_good(home)
    assert "0 mục sẽ ghi, 6 dòng đã có" in again and "đã ghi 6 mục" not in again
    box = open_box(home)
    assert box.db.conn.execute("SELECT count(*) FROM dossier").fetchone()[0] == 6
    assert verify.verify(home, box.db) == []


def test_a_dossier_keeps_its_code_its_status_and_the_promise_of_the_old_system(box):
    one = found(box, "000.00.13.H01-251118-0007")
    assert (one.status, one.holder, one.accepted_at) == (Status.PROCESSING, "ST08", "2026-11-18T01:10:00.000Z")
    assert one.due["at"] == "2026-11-25T17:00:00+07:00" and one.due["lines"][0]["code"] == "due_imported"
    assert one.applicant["phone"] == "+84912345678" and one.origin == "imported" and one.process
    assert (one.components, one.fee_lines, one.slip) == ((), (), "")  # Unknown stays unknown.
    other = found(box, "000.00.13.H01-251119-0012")
    assert "phone" not in other.applicant and "number" not in other.applicant and not other.holder
    assert other.due["at"] == "2026-11-25T11:00:00+07:00"
    filed = found(box, "H01.30589-261121-10301")
    assert (filed.status, filed.accepted_at, filed.due) == (Status.NEW, "", None) and filed.filed_at
    assert box.db.conn.execute("SELECT count(*) FROM number_used").fetchone()[0] == 0


def test_an_imported_dossier_goes_the_ordinary_way(box):
    waits, pays, done = (
        found(box, code) for code in ("H01.30589-261117-10233", "000.00.13.H01-251117-0021", "000.00.13.H01-251116-0003")
    )
    assert waits.pause and waits.pause.asked == "2026-11-20T03:00:00.000Z" and waits.asked
    assert pays.payment["amount"] == 8000 and pays.pause
    assert release.why_not_yet(done, EarlyRelease.NEVER) is None
    new = found(box, "000.00.13.H01-251119-0012")
    with box.writing() as act:
        processing.take(act, new.id, "ST08")
        release.hand_over(act, done.id, "ST06", EarlyRelease.NEVER, "counter", {"name": "Võ Văn Mẫu"})
        act.record("supplement.received", actor="ST04", dossier=waits.id, clear={})
    assert found(box, new.code).status == Status.PROCESSING
    assert found(box, done.code).status == Status.RETURNED
    assert found(box, waits.code).status == Status.PROCESSING
    assert [one.code for one in queries.search(box.db, "vo van mau")] == [done.code]
    assert verify.check_rows(box.db, box.device) == []


def test_the_registers_go_on_from_the_last_number_and_never_back(home, tmp_path, box):
    book = builtin().books["outgoing"]
    with box.writing() as act:
        assert numbering.take(act, book, UNIT).n == 1528
        act.record("number.voided", actor="ST09", clear={"number": numbering.take(act, book, UNIT).clear(), "reason": "x"})
        assert numbering.take(act, book, UNIT).n == 1529
    assert numbering.account(box.db) == []
    lower = tmp_path / "so.csv"
    lower.write_text("so,nam,so_cuoi\noutgoing,2026,1500\ncertification_paper,2026,2999\ndossier,2026,5\nreceipt,2025,9\n")
    said = run(home, lower, fails=True)
    assert "đã nạp là “1527”, tệp này ghi “1500”. Không ghi đè" in said
    assert "Tỉnh mới cấp" in said and "Không có sổ theo năm nào tên dossier" in said and "của năm 2026" in said
    assert numbering.continued(box.db, UNIT, "outgoing", "2026") == 1527
    with box.writing() as act:
        used = numbering.take(act, builtin().books["certification_paper"], UNIT)
        act.record("number.voided", actor="ST09", clear={"number": used.clear(), "reason": "x"})
    lower.write_text("so,nam,so_cuoi\ncertification_paper,2026,40\n")
    assert "đã dùng số 1, không nối tiếp" in run(home, lower, fails=True)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"ma_thu_tuc": "9.999999"}, "Danh mục không có thủ tục 9.999999"),
        ({"truong_hop": "1.004873#9"}, "không có trường hợp này"),
        ({"nguoi_giu": "Người Lạ"}, "Chưa biết Người Lạ là ai"),
        ({"nhan_luc": "31/02/2026 08:00"}, "nhan_luc “31/02/2026 08:00” không phải ngày"),
        ({"nhan_luc": "24/12/2026 08:00"}, "chưa tới"),
        ({"hen_tra": "17/11/2026"}, "trước ngày nhận"),
        ({"trang_thai": "Đang ngâm"}, "Không hiểu trạng thái"),
        ({"trang_thai": "10"}, "đã kết thúc"),
        ({"trang_thai": "5"}, "Thiếu cho_tu"),
        ({"trang_thai": "6", "cho_tu": "20/11/2026"}, "Thiếu so_tien_cho_nop"),
        ({"trang_thai": "9"}, "Thiếu xong_luc"),
        ({"trang_thai": "1"}, "chỉ có kênh trực tuyến"),
        ({"nguoi_nop": "Nguy?n Th? V\ufffd D?"}, "mất dấu tiếng Việt"),
        ({"nguoi_nop": ""}, "Thiếu nguoi_nop"),
        ({"so_dinh_danh": "12"}, "số định danh"),
        ({"kenh": "chim câu"}, "Kênh “chim câu” chưa đúng"),
        ({"ma_ho_so": "H" * 51}, "dài quá 50 ký tự"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line_and_nothing_is_written(home, tmp_path, cells, words):
    path = changed(tmp_path, **cells)
    said = run(home, "--for-good", "--officer", "ST16", path, HOLDERS, fails=True)
    assert words in said and "changed.csv dòng 2" in said and "chưa ghi gì" in said
    assert open_box(home).db.conn.execute("SELECT count(*) FROM dossier").fetchone()[0] == 0


def test_all_faults_of_all_files_are_told_at_once(home, tmp_path):
    shutil.copytree(EXAMPLE, tmp_path / "in")
    (tmp_path / "in" / "a.csv").write_text("cot_la;khac\n1;2\n")
    (tmp_path / "in" / "b.csv").write_bytes("ma_ho_so;nguoi_nop\nNguyễn".encode("utf-16"))
    lines = DOSSIERS.read_text().splitlines()
    (tmp_path / "in" / DOSSIERS.name).write_text("\n".join([*lines, lines[1], "thiếu;ô"]))
    said = run(home, tmp_path / "in", fails=True)
    for words in (
        "a.csv dòng 1: Dòng đầu không phải",
        "b.csv dòng 1: Tệp không phải UTF-8",
        "dòng 8: 000.00.13.H01-251118-0007 đã có ở dòng 2",
        "dòng 9: Dòng có 2 ô, tiêu đề có 16 ô",
    ):
        assert words in said, said


def test_a_changed_line_is_a_difference_and_is_never_written_over(home, tmp_path, box):
    path = changed(tmp_path, hen_tra="30/11/2026")
    said = run(home, "--for-good", "--officer", "ST16", path, HOLDERS)
    assert "hen_tra đã nạp là “25/11/2026”, tệp này ghi “30/11/2026”. Không ghi đè" in said
    assert found(box, "000.00.13.H01-251118-0007").due["at"].startswith("2026-11-25")


def test_a_code_that_was_given_here_is_not_taken_for_an_old_one(home, tmp_path, box):
    from desk_room import accept

    own = queries.dossier(box.db, accept(box))
    assert f"Máy đã có hồ sơ mã {own.code}" in run(home, changed(tmp_path, ma_ho_so=own.code), HOLDERS, fails=True)


def test_without_an_approved_process_nothing_is_taken_in(home, tmp_path, monkeypatch):
    monkeypatch.setattr(clock, "stamp", lambda: "2026-11-22T00:00:00.000Z")  # Before the approval counts.
    monkeypatch.setattr("appliance.process_shelf.approved", lambda db: [])
    said = run(home, changed(tmp_path), HOLDERS, fails=True)
    assert "chưa có quy trình" in said.lower()


def test_only_an_administrator_writes_and_the_template_reads_back(home):
    for officer in ("", "ST04", "ST99"):
        assert "quản trị viên" in run(home, "--for-good", "--officer", officer, EXAMPLE, fails=True)
    said = run(home, "--template")
    for kind in day_one_sheets.TABLES:
        sheet, wrong = day_one_sheets.read("mau.csv", day_one_sheets.template(kind).encode())
        assert day_one_sheets.template(kind) in said and sheet.kind == kind and len(sheet.rows) == 1 and not wrong
    assert "Chưa có tệp CSV nào" in run(home, fails=True)


def test_a_cell_may_hold_the_separator_and_a_line_break():
    header = ",".join(column.name for column in day_one_sheets.TABLES["holders"])
    sheet, wrong = day_one_sheets.read("x.csv", f'{header}\r\n"Trần, Văn\nCũ",ST08\r\n\r\nB,ST09\r\n'.encode())
    assert not wrong and [(row.line, row.cells["ten_o_he_thong_cu"]) for row in sheet.rows] == [(2, "Trần, Văn\nCũ"), (5, "B")]


def test_the_report_carries_it_over_and_a_finished_one_is_resolved_on_its_day(box):
    cases = [
        report.case_of(looking_back.told(box.db, box.device, one.id), {}, date(2026, 11, 30))
        for one in map(lambda code: found(box, code), ("000.00.13.H01-251118-0007", "000.00.13.H01-251116-0003"))
    ]
    assert [(case.accepted, case.ended) for case in cases] == [(date(2026, 11, 18), None), (date(2026, 11, 16), date(2026, 11, 20))]
    before = date(2026, 11, 23) - timedelta(days=1)  # What was before day one is the old system's report.
    assert report.case_of(looking_back.told(box.db, box.device, found(box, "000.00.13.H01-251118-0007").id), {}, before) is None


def test_the_page_says_where_it_came_from(app: Flask, monkeypatch, commune):
    monkeypatch.setattr(clock, "stamp", lambda: "2026-11-23T02:00:00.000Z")
    box = app.extensions["box"]
    with box.writing() as act:
        for book in BOOKS:
            numbering.grant(act.db, book, UNIT, 1, 1, 2999, "test")
    for_good(commune)
    one = found(box, "000.00.13.H01-251118-0007")
    client = log_in(app, "st08")
    shown = get(client, f"/ho-so/{one.id}").text
    assert "Từ hệ thống cũ" in shown and "chuyển từ hệ thống cũ" in shown
    assert "từ hệ thống cũ" in get(client, "/viec").text
    assert get(client, f"/ho-so/{one.id}/phieu-kiem-soat").text.count("Chuyển từ hệ thống cũ") == 1
    for code in ("H01.30589-261117-10233", "000.00.13.H01-251116-0003", "H01.30589-261121-10301", "000.00.13.H01-251117-0021"):
        assert get(client, f"/ho-so/{found(box, code).id}").status_code == 200


def test_the_province_takes_imported_dossiers_and_registers_in(tmp_path, password_hash, monkeypatch):
    monkeypatch.setattr(clock, "stamp", lambda: "2026-11-23T02:00:00.000Z")
    with wire_room(tmp_path) as room:
        commune = room.commune(tmp_path / "commune")
        add_staff(commune.home, password_hash)
        from provisioning.enrol import approve_general_process

        approve_general_process(commune.home, "ST16")
        with commune.box.writing() as act:
            for book in BOOKS:
                numbering.grant(act.db, book, UNIT, 1, 1, 2999, "test")
        for_good(commune.home)
        commune.round()
        there = room.province.db
        assert there.conn.execute("SELECT count(*) FROM quarantine").fetchone()[0] == 0
        here = {code: status for code, status in commune.box.db.conn.execute("SELECT code, status FROM dossier")}
        assert {code: status for code, status in there.conn.execute("SELECT code, status FROM dossier")} == here and len(here) == 6
        assert rows.load(there, found(commune.box, "000.00.13.H01-251118-0007").id).applicant["name"] == "Nguyễn Thị Ví Dụ"
        assert numbering.continued(there, UNIT, "outgoing", "2026") == 1527


def test_what_a_line_said_of_a_person_is_sealed():
    assert {"applicant", "note", "row"} == set(events.KINDS["dossier.imported"].sealed)
