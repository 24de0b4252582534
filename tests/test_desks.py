"""What specialists, leaders, clerks, cashiers and the returns desk may do with a dossier, and when."""

from datetime import date

import msgspec
import pytest

from appliance import money, numbering, processing, queries, release, rows
from appliance.catalogue import builtin
from appliance.catalogue_sheets import Book
from appliance.documents import Signature
from appliance.dossier import Status
from appliance.errors import Refused
from appliance.ids import uuid7
from appliance.office import signer_title
from appliance.officers import Officer
from appliance.rights import Role
from appliance.rules import EarlyRelease
from boxes import ACCEPTED, PERSON, UNIT, open_test_box

# A dossier of a fixed day is late one day; what that asks for is tested with the clocks.
RULES = msgspec.structs.replace(builtin().rules_on(date(2026, 11, 21)), late_close_needs=frozenset())
CASHIER = Officer("ST07", "st07", "Đặng Văn Thủ Quỹ Mẫu", frozenset({Role.CASHIER}))
LEADER = Officer("ST01", "st01", "Nguyễn Minh Họa", frozenset({Role.LEADER}), title="Chủ tịch UBND xã")
ANSWERS = {
    "nguoi_yeu_cau": "Nguyễn Thị Ngọc Ánh",
    "ho_ten": "Nguyễn Thị Ngọc Ánh",
    "ngay_sinh": "1990-08-05",
    "gioi_tinh": "Nữ",
    "dan_toc": "Kinh",
    "quoc_tich": "Việt Nam",
    "so_dinh_danh": "089190012345",
    "noi_cu_tru": "Ấp Long Định, xã An Châu, tỉnh An Giang",
    "tinh_trang": "Hiện tại chưa đăng ký kết hôn với ai.",
    "muc_dich": "Để đăng ký kết hôn",
}


def book(name: str, pattern: str = "{number}/{yyyy}") -> Book:
    return Book(name, name, "year", pattern, 2, None, date(2026, 1, 1), "test", verified=False, note=None)


def accept(box, **changes):
    dossier = uuid7()
    day = Book("dossier", "Hồ sơ", "day", "{unit}-{yymmdd}-{number}", 4, None, date(2026, 1, 1), "t", verified=False, note=None)
    with box.writing() as act:
        number = numbering.take(act, day, UNIT)
        clear = ACCEPTED | {"number": number.clear(), "code": f"{UNIT}-261121-{number.n:04d}"} | changes
        act.record("dossier.accepted", actor="ST04", dossier=dossier, clear=clear, personal={"applicant": PERSON})
    return dossier


def prepare(box, dossier, path="electronic", officer="ST08"):
    with box.writing() as act:
        processing.take(act, dossier, officer)
        return processing.prepare(act, box.home, dossier, officer, "marital-status", path, ANSWERS, LEADER)


def test_a_dossier_goes_from_the_queue_to_the_leaders_desk(tmp_path):
    box = open_test_box(tmp_path)
    dossier = accept(box)
    assert [d.id for d in queries.to_take(box.db)] == [dossier]
    prepare(box, dossier)
    assert [d.id for d in queries.held_by(box.db, "ST08")] == [dossier]
    with box.writing() as act:
        processing.submit(act, dossier, "ST08")
    assert [d.id for d in queries.to_sign(box.db)] == [dossier]


def test_two_officers_cannot_hold_one_dossier(tmp_path):
    box = open_test_box(tmp_path)
    dossier = accept(box)
    prepare(box, dossier)
    with pytest.raises(Refused, match="held_by_other"), box.writing() as act:
        processing.take(act, dossier, "ST11")
    with pytest.raises(Refused, match="not_holder"), box.writing() as act:
        processing.submit(act, dossier, "ST11")


def test_a_result_that_comes_back_can_be_mended_and_submitted_again(tmp_path):
    box = open_test_box(tmp_path)
    dossier = accept(box)
    first = prepare(box, dossier)
    with box.writing() as act:
        processing.submit(act, dossier, "ST08")
        processing.send_back(act, dossier, "ST01", "Sai năm sinh")
    assert rows.load(box.db, dossier).result.sent_back == "Sai năm sinh"
    assert prepare(box, dossier) == first
    with box.writing() as act:
        processing.submit(act, dossier, "ST08")
    assert rows.load(box.db, dossier).signature == Signature.SUBMITTED


def test_certified_copies_take_one_number_for_all_copies_and_finish_offline(tmp_path):
    box = open_test_box(tmp_path)
    dossier = accept(box, fee_lines=[{"name": "Phí chứng thực", "amount": 4000}])
    prepare(box, dossier, path="paper")
    with box.writing() as act:
        processing.submit(act, dossier, "ST08")
    with pytest.raises(Refused, match="not_finished"), box.writing() as act:
        release.hand_over(act, dossier, "ST06", EarlyRelease.NEVER, "counter", {"name": "Nguyễn Thị Ngọc Ánh"})
    with box.writing() as act:
        assert release.certify_copies(act, dossier, "ST09", "ST01", (3,), book("certification_paper"), UNIT, RULES) == "01/2026"
    assert rows.load(box.db, dossier).status == Status.DONE
    with pytest.raises(Refused, match="fee_due"), box.writing() as act:
        release.hand_over(act, dossier, "ST06", EarlyRelease.NEVER, "counter", {"name": "Nguyễn Thị Ngọc Ánh"})
    with box.writing() as act:
        money.take_fee(act, box.home, builtin(), dossier, CASHIER, "cash")
        release.hand_over(act, dossier, "ST06", EarlyRelease.NEVER, "counter", {"name": "Nguyễn Thị Ngọc Ánh"})
    done = rows.load(box.db, dossier)
    assert (done.status, done.fees[0].amount, done.returned_how) == (Status.RETURNED, 4000, "counter")


def test_money_is_not_taken_twice_nor_in_amounts_that_cannot_be(tmp_path):
    box = open_test_box(tmp_path)
    dossier = accept(box, fee_lines=[{"name": "Lệ phí", "amount": 8000}])
    for wrong in (0, -1, 2_000_000_000):
        with pytest.raises(Refused, match="amount_wrong"), box.writing() as act:
            money.take_fee(act, box.home, builtin(), dossier, CASHIER, "cash", wrong)
    with box.writing() as act:
        money.take_fee(act, box.home, builtin(), dossier, CASHIER, "cash")
    with pytest.raises(Refused, match="nothing_due"), box.writing() as act:
        money.take_fee(act, box.home, builtin(), dossier, CASHIER, "cash")
    assert numbering.account(box.db) == []


def test_a_dossier_is_found_by_code_by_name_without_marks_by_phone_and_by_the_slips_code(tmp_path):
    box = open_test_box(tmp_path)
    dossier = accept(box)
    code = rows.load(box.db, dossier).code
    for typed in (code, code[-4:], "nguyen thi ngoc anh", "anh nguyen", "0912 345 678", "089190012345", f"{code}|1.004873|x|y"):
        assert [d.id for d in queries.search(box.db, typed)] == [dossier], typed
    assert queries.search(box.db, "tran van duc") == []
    assert queries.search(box.db, '"* OR') == []


def test_the_timeline_tells_every_act_in_order(tmp_path):
    box = open_test_box(tmp_path)
    dossier = accept(box)
    prepare(box, dossier)
    steps = queries.timeline(box.db, dossier)
    assert [s.kind for s in steps] == ["dossier.accepted", "dossier.taken", "result.prepared"]
    personal = queries.personal_of_step(box.db, box.device, steps[2])
    assert personal["fields"]["ho_ten"] == "Nguyễn Thị Ngọc Ánh"


def test_a_deputy_signs_for_the_head():
    assert signer_title("Chủ tịch UBND xã") == "CHỦ TỊCH"
    assert signer_title("Phó Chủ tịch UBND xã") == "KT. CHỦ TỊCH\nPHÓ CHỦ TỊCH"
