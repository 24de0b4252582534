"""Internal processes: imported without a silent loss, approved by a person, kept by the dossiers that were received under them."""

import json
from datetime import date

import msgspec
import pytest
from click.testing import CliRunner

from appliance import drafts, internal_process, process_file, process_shelf, reception, rows
from appliance.catalogue import BUILTIN, builtin
from appliance.catalogue_sheets import Process, Step
from appliance.documents import Document, Signature
from appliance.dossier import Dossier, Status
from appliance.drafts import Body, Part
from appliance.errors import Refused
from appliance.internal_process import GENERAL, Approved, choose
from appliance.officers import Officer
from appliance.process_faults import doubts, faults
from appliance.rights import Role
from appliance.workdays import Limit
from boxes import PERSON, open_test_box
from provisioning import catalogue_bundle
from provisioning.cli import main

MARITAL = "1.004873"
DAY = date(2026, 11, 23)
FILE = BUILTIN / "processes.json"
BICH = Officer("ST04", "st04", "Phạm Thị Giả Định", frozenset({Role.RECEPTION}))


def step(no: int, role: str, status: str, minutes: int | None = 60, condition: str | None = None) -> Step:
    return Step(no, role, None, f"Việc {no}", minutes, status, None, condition)


def process(*steps: Step, code: str = MARITAL, **more) -> Process:
    whole = {
        "id": f"{code}/all", "code": code, "case_ids": None, "name": None, "basis": "published", "citation": None,
        "planned_total_minutes": None, "legal_limit": Limit(3, "work_day"), "steps": steps, "note": None,
        "version": "2026-1", "effective_from": None,
    }  # fmt: skip
    return Process(**whole | more)


GOOD = process(
    step(1, "reception", "2"), step(2, "cashier", "2", 0, "có thu phí"), step(3, "specialist", "4", 240),
    step(4, "section_leader", "4"), step(5, "leader", "4"), step(6, "clerk", "9"), step(7, "returns", "10", 0),
)  # fmt: skip


def told(lines) -> list[str]:
    return [line.code for line in lines]


def test_all_thirty_processes_come_in_and_what_was_not_understood_is_listed():
    found = process_file.read(FILE.read_bytes(), builtin().procedures)
    assert (found.records, len(found.processes)) == (30, 30)
    assert [note for note in found.notes if note.bad] == []
    said = [note.line.code for note in found.notes]
    assert said.count("process_condition") == 18
    assert said.count("process_not_published") == 26
    assert said.count("process_ends_open") == 2
    assert {note.where for note in found.notes} == {one.id for one in found.processes}  # Each has something a person should see.


def test_every_value_of_the_thirty_is_there_after_the_import():
    raw = json.loads(FILE.read_text())["records"]
    kept = process_file.read(FILE.read_bytes(), builtin().procedures).processes
    for record, one in zip(raw, kept, strict=True):
        assert sorted(process_file.leaves(record)) == sorted(process_file.leaves(msgspec.to_builtins(one)))


def test_all_392_procedures_come_in_with_the_list_of_what_was_not_understood():
    listed = catalogue_bundle._not_understood(BUILTIN)
    assert len(builtin().procedures) == 392
    unclear = {sentence.split(":")[0] for sentence in listed}
    assert unclear <= set(builtin().procedures)
    unknown_limit = {one.code for one in builtin().procedures.values() for case in one.cases if case.limit.value is None}
    assert unknown_limit <= unclear


def test_each_case_of_392_procedures_runs_under_its_own_process_or_the_general_one(tmp_path):
    box = open_test_box(tmp_path)
    with box.writing() as act:
        for one in process_shelf.built_in(builtin()):
            process_shelf.approve(act, builtin(), one, "ST01", "QĐ thử")
    cover = process_shelf.covering(process_shelf.approved(box.db), builtin(), DAY)
    assert None not in cover.values()
    own = {code for (code, _), one in cover.items() if one.process.code != GENERAL}
    assert len(own) == len({one.code for one in builtin().sheet("processes").records})


def test_a_field_nobody_knows_is_named_and_the_rest_is_kept():
    raw = msgspec.to_builtins(GOOD) | {"colour": "red"}
    raw["steps"] = [raw["steps"][0] | {"room": "12"}, *raw["steps"][1:]]
    found = process_file.read(json.dumps({"processes": [raw]}).encode(), builtin().procedures)
    assert found.processes == (GOOD,)
    fields = [note.line.facts["field"] for note in found.notes if note.line.code == "process_field_unknown"]
    assert sorted(fields) == ["colour", "steps.1.room"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"{", "process_file_unreadable"),
        (b'{"x":1}', "process_file_unreadable"),
        (b'[1]', "process_file_unreadable"),
        (b'{"processes":[{"id":"p"}]}', "process_not_understood"),
        (b'{"processes":["p"]}', "process_not_understood"),
        (b" " * (process_file.FILE_BYTES_MAX + 1), "process_file_too_big"),
    ],
)  # fmt: skip
def test_a_file_that_is_none_says_so(data, code):
    found = process_file.read(data, builtin().procedures)
    assert found.processes == ()
    assert [note.line.code for note in found.notes if note.bad] == [code]


def test_two_records_of_one_version_that_differ_are_named():
    twice = [msgspec.to_builtins(GOOD), msgspec.to_builtins(GOOD) | {"name": "Khác"}]
    found = process_file.read(json.dumps({"processes": twice}).encode(), builtin().procedures)
    assert len(found.processes) == 1
    assert "process_twice" in [note.line.code for note in found.notes if note.bad]


def test_all_mistakes_of_a_process_are_reported_at_once():
    wrong = process(
        step(1, "reception", "2"), step(3, "wizard", "9"), step(4, "specialist", "11"), step(5, "clerk", "2", -5),
        planned_total_minutes=10, legal_limit=Limit(1, "hour"), case_ids=("nowhere",),
    )  # fmt: skip
    assert told(faults(wrong, builtin().procedures)) == [
        "process_case_unknown",
        "process_numbers_wrong",
        "process_role_unknown",
        "process_minutes_wrong",
        "process_status_unreachable",
        "process_status_unknown",
        "process_status_backwards",
        "process_sum_wrong",
        "process_over_limit",
    ]
    assert told(faults(process(code="9.999999"), builtin().procedures)) == ["process_procedure_unknown", "process_no_steps"]
    assert faults(GOOD, builtin().procedures) == ()


@pytest.mark.parametrize(
    ("limit", "minutes", "late"),
    [
        (Limit(3, "work_day"), 1440, False),
        (Limit(3, "work_day"), 1441, True),
        (Limit(15, "calendar_day"), 4800, False),
        (Limit(15, "calendar_day"), 4801, True),
        (Limit(8, "hour"), 480, False),
        (Limit(1, "same_day", "15:00"), 481, True),
        (Limit(None, None), 99_999, False),
    ],
)
def test_planned_time_is_held_against_the_legal_limit(limit, minutes, late):
    one = process(step(1, "reception", "2", minutes), legal_limit=limit)
    assert ("process_over_limit" in told(faults(one, builtin().procedures))) is late


def test_what_is_only_somebodys_design_is_said_before_it_is_approved():
    one = process(step(1, "reception", "2", None), step(2, "specialist", "4"), basis="designed", legal_limit=Limit(5, "work_day"))
    assert told(doubts(one, builtin().procedures)) == [
        "process_not_published", "process_ends_open", "process_time_missing", "process_limit_differs",
    ]  # fmt: skip


def approved(one: Process, at: str = "2026-11-20T02:00:00.000Z") -> Approved:
    return Approved(one, at, "ST01", "QĐ 1")


def test_the_closest_and_newest_process_in_force_is_chosen():
    general, own = approved(process_shelf.general_of(builtin())), approved(GOOD)
    named = approved(process(*GOOD.steps, id="n", case_ids=("1.004873#1",)))
    newer = approved(process(*GOOD.steps, version="2026-2"), "2026-11-22T02:00:00.000Z")
    later = approved(process(*GOOD.steps, version="2027-1", effective_from=date(2027, 1, 1)))
    assert choose([], MARITAL, "1.004873#1", DAY) is None
    assert choose([general, own], "2.000815", "x", DAY) == general
    assert choose([own, general, newer, later], MARITAL, "1.004873#2", DAY) == newer
    assert choose([own, general, newer, later], MARITAL, "1.004873#2", date(2027, 1, 1)) == later
    assert choose([own, named, newer], MARITAL, "1.004873#1", DAY) == named
    assert choose([newer], MARITAL, "1.004873#1", date(2026, 11, 21)) is None


BARE = Dossier("d", "H-1", "H", Status.ACCEPTED, MARITAL, "P", f"{MARITAL}#1", "counter", accepted_at="2026-11-20T02:00:00.000Z")


def result(signature: Signature) -> tuple[Document, ...]:
    return (Document("r", "t", "1", "electronic", "f", 1, "ST08", "", signature),)


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({}, 3),
        ({"fee_lines": ({"name": "Phí", "amount": 1000},)}, 2),
        ({"status": Status.PROCESSING}, 3),
        ({"status": Status.PROCESSING, "documents": result(Signature.SUBMITTED)}, 4),
        ({"status": Status.PROCESSING, "documents": result(Signature.SUBMITTED), "step": 5}, 5),
        ({"status": Status.PROCESSING, "documents": result(Signature.SIGNED)}, 6),
        ({"status": Status.SUPPLEMENT, "waits_from": 4}, 3),
        ({"status": Status.DONE}, 7),
        ({"status": Status.RETURNED}, 8),
    ],
)
def test_a_dossier_stands_where_its_acts_have_brought_it(changes, at):
    assert internal_process.place(GOOD, msgspec.structs.replace(BARE, **changes)) == at


def test_only_steps_without_an_act_of_their_own_are_finished_by_hand():
    by_hand = [one.no for one in GOOD.steps if internal_process.is_finished_by_hand(GOOD, one)]
    assert by_hand == [4]
    assert internal_process.following(GOOD, 1) == (2, 3)
    assert internal_process.following(GOOD, 7) == (8,)


MARRIED = Body(
    applicant={
        "name": PERSON["name"],
        "number": PERSON["number"],
        "birth": "05/08/1990",
        "gender": "Nữ",
        "address": "Ấp Long Định",
    },
    procedure=MARITAL,
    parts={"c1": Part(have=True)},
    fee_amounts={"Lệ phí hộ tịch": 8000},
)


def receive(box) -> Dossier:
    with box.writing() as act:
        draft = drafts.begin(act, "ST04")
        drafts.save(act, draft, "ST04", 1, MARRIED)
        made = reception.accept(act, box.home, builtin(), draft, BICH)
    found = rows.load(box.db, made.dossier)
    assert found
    return found


def test_nothing_is_received_without_an_approved_process(tmp_path):
    box = open_test_box(tmp_path)
    with box.writing() as act:
        act.db.conn.execute("DELETE FROM office_fact WHERE topic = 'process'")
    with pytest.raises(Refused, match="process_missing"):
        receive(box)
    assert box.db.conn.execute("SELECT count(*) FROM dossier").fetchone() == (0,)


def test_a_running_dossier_keeps_the_version_under_which_it_was_received(tmp_path):
    box = open_test_box(tmp_path)
    first = receive(box)
    with box.writing() as act:
        process_shelf.approve(act, builtin(), GOOD, "ST01", "QĐ 12/QĐ-UBND ngày 20/11/2026")
    second = receive(box)
    assert process_shelf.of_dossier(box.db, first).code == GENERAL
    assert process_shelf.of_dossier(box.db, second) == GOOD
    newer = msgspec.structs.replace(GOOD, version="2026-2")
    with box.writing() as act:
        process_shelf.approve(act, builtin(), newer, "ST01", "QĐ 13")
    assert process_shelf.of_dossier(box.db, rows.load(box.db, second.id)) == GOOD
    assert second.process["digest"] == internal_process.digest_of(GOOD)


def test_a_wrong_process_is_not_approved_and_a_version_never_changes(tmp_path):
    box = open_test_box(tmp_path)
    with pytest.raises(Refused, match="process_wrong") as refused, box.writing() as act:
        process_shelf.approve(act, builtin(), process(), "ST01", "QĐ")
    assert told(refused.value.facts["faults"]) == ["process_no_steps"]
    with pytest.raises(Refused, match="basis_missing"), box.writing() as act:
        process_shelf.approve(act, builtin(), GOOD, "ST01", "  ")
    with box.writing() as act:
        process_shelf.approve(act, builtin(), GOOD, "ST01", "QĐ")
        process_shelf.approve(act, builtin(), GOOD, "ST01", "QĐ")
    with pytest.raises(Refused, match="process_version_used"), box.writing() as act:
        process_shelf.approve(act, builtin(), msgspec.structs.replace(GOOD, name="Khác"), "ST01", "QĐ")
    assert len(process_shelf.approved(box.db)) == 2


def test_the_ground_of_an_approval_stands_in_the_ledger(tmp_path):
    box = open_test_box(tmp_path)
    one = process_shelf.approved(box.db)[0]
    assert (one.actor, one.process.code) == ("ST16", GENERAL)
    assert "chưa đối chiếu" in one.basis


def run(*args: str):
    return CliRunner().invoke(main, ["process", *args])


def test_the_technician_sees_what_comes_in_before_it_comes_in(tmp_path):
    home = str(open_test_box(tmp_path).home.root)
    dry = run("import", "--home", home, "--dry-run", str(FILE))
    assert "chưa ghi: 30 quy trình" in dry.output and dry.exit_code == 0
    assert run("list", "--home", home).output.count("chờ phê duyệt") == 30
    real = run("import", "--home", home, str(FILE))
    assert "Đã nạp, chờ phê duyệt: 30 quy trình. Không nạp: 0." in real.output
    shown = run("list", "--home", home).output
    assert "1 bản đã phê duyệt, 30 chờ. 392 thủ tục" in shown  # The same version offered twice is one.


def test_a_file_with_mistakes_says_which_and_fails(tmp_path):
    home = str(open_test_box(tmp_path).home.root)
    bad = tmp_path / "sai.json"
    bad.write_text(json.dumps({"processes": [msgspec.to_builtins(GOOD), msgspec.to_builtins(process())]}))
    done = run("import", "--home", home, str(bad))
    assert done.exit_code == 1
    assert "SAI 1.004873/all: Quy trình không có bước nào." in done.output
    assert "Không nạp: 1." in done.output
    assert "1.004873/all bản 2026-1: chờ phê duyệt, từ sai.json" in run("list", "--home", home).output
