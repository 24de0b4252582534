"""The header's menu: one table of pages, the act each needs, and how many things wait there.

Add a line in the order officers work. `count` gives a number from the database, or None for no number.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlite_utils.db import Database

from appliance import comparing, queries
from appliance.clock import local_day, stamp
from appliance.officers import Officer
from appliance.rights import Role, may

ITEMS_MAX = 6
AT_A_COUNTER = frozenset({Role.RECEPTION, Role.RETURNS, Role.CASHIER, Role.POSTAL_AGENT})


@dataclass(frozen=True)
class Item:
    """One menu entry. `hint` is the line under it on the home page."""

    label: str
    endpoint: str
    act: str
    icon: str
    hint: str
    count: Callable[[Database, Officer], int | None] | None = None
    key: str = ""


def drafts_of(db: Database, officer: Officer) -> int | None:
    """Count the receptions an officer has begun."""
    sql = "SELECT count(*) FROM draft WHERE officer = ? AND accepted_as IS NULL AND discarded_at IS NULL "
    sql += " AND coalesce(CAST(body AS TEXT) ->> '$.serves', '') = ''"  # Papers for a dossier that exists are no reception.
    return db.conn.execute(sql, [officer.id]).fetchone()[0] or None


def to_check(db: Database, officer: Officer) -> int | None:
    """Count the online dossiers that nobody has answered yet."""
    return db.conn.execute("SELECT count(*) FROM dossier WHERE status = 1 AND away = 0").fetchone()[0] or None


def to_sign(db: Database, officer: Officer) -> int | None:
    """Count the electronic results that wait for this leader, or for any."""
    sql = """SELECT count(*) FROM dossier WHERE status = 4 AND away = 0 AND works LIKE '%electronic:submitted%' AND EXISTS (
                 SELECT 1 FROM json_each(CAST(state AS TEXT), '$.documents')
                 WHERE value ->> 'path' = 'electronic' AND value ->> 'signature' = 'submitted'
                 AND coalesce(value ->> '$.fields.leader', ?1) = ?1)"""
    return db.conn.execute(sql, [officer.id]).fetchone()[0] or None


def to_seal(db: Database, officer: Officer) -> int | None:
    """Count the signed results that wait for number and seal."""
    sql = f"SELECT count(*) FROM dossier WHERE status = 4 AND away = 0 AND {queries.TO_SEAL}"
    return db.conn.execute(sql).fetchone()[0] or None


def waiting_for_me(db: Database, officer: Officer) -> int | None:
    """Count what nobody has taken, and what this officer holds."""
    waiting = queries.counts(db, officer.id)
    return waiting["to_take"] + waiting["held"] or None


def offered(db: Database, officer: Officer) -> int | None:
    """Count what colleagues offered to this officer or to the section."""
    return queries.count_offered_to(db, officer.id, officer.section) or None


def waiting_to_go(db: Database, officer: Officer) -> int | None:
    """Count results that were not handed over yet."""
    return queries.counts(db, officer.id)["to_return"] or None


def at_desk(*names: str) -> Callable[[Database, Officer], int | None]:
    """Count what waits at the cashier's or the register's desk."""
    return lambda db, officer: sum(queries.counts_at_desks(db)[name] for name in names) or None


def offered_by_others(db: Database, officer: Officer) -> int | None:
    """Count the dossiers that other communes offer and nobody decided yet."""
    ours = "EXISTS (SELECT 1 FROM dossier d WHERE d.id = h.dossier AND away = 0)"
    return db.conn.execute(f"SELECT count(*) FROM handover h WHERE state = 'open' AND NOT {ours}").fetchone()[0] or None


def to_compare(db: Database, officer: Officer) -> int | None:
    """Count what nobody has compared yet after a restore or a fork."""
    return comparing.count(db) or None


def due_or_late(db: Database, officer: Officer) -> int | None:
    """Count the running dossiers due today or late: one's own for who processes, else the office's."""
    tomorrow = (local_day(stamp()) + timedelta(days=1)).isoformat()
    sql = "SELECT count(*) FROM dossier WHERE status IN (2, 4) AND away = 0 AND due_at < ?"
    own = may(officer.roles, "take") and not may(officer.roles, "extend")
    args = [tomorrow, officer.id] if own else [tomorrow]
    return db.conn.execute(f"{sql} AND holder = ?" if own else sql, args).fetchone()[0] or None


HOME = Item("Trang chính", "home.page", "own_work", "inbox", "")
COMMUNE: tuple[Item, ...] = (
    HOME,
    Item("Tiếp nhận", "reception.page", "draft", "file-text", "Quét thẻ, chọn thủ tục, quét giấy tờ, in giấy hẹn", drafts_of, "F9"),
    Item("Trực tuyến", "filings.page", "accept", "inbox", "Hồ sơ nộp qua cổng, chờ kiểm tra và tiếp nhận", to_check),
    Item("Bàn ký", "signing_desk.page", "sign", "signature", "Xem từng trang, ký nhiều văn bản bằng một lần nhập PIN", to_sign),
    Item("Đóng dấu", "sealing_desk.page", "number_and_seal", "stamp", "Cấp số, ngày và đóng dấu kết quả đã ký", to_seal),
    Item("Việc của tôi", "queue.page", "take", "inbox", "Hồ sơ mới đến, đang xử lý, sắp đến hạn, quá hạn", waiting_for_me, "F9"),
    Item("Thu phí", "cashier.page", "take_fee", "banknote", "Thu phí, lệ phí, cấp biên lai", at_desk("to_pay", "to_refund"), "F9"),
    Item("Kiểm két", "drawer.page", "view_drawers", "banknote", "Tiền đã thu trong ca, đếm két, chốt ca"),
    Item("Trả kết quả", "returns.page", "release", "check-check", "Tìm theo giấy hẹn, họ tên, số điện thoại", waiting_to_go),
    Item(
        "Vào sổ",
        "certify.page",
        "number_and_seal",
        "list-checks",
        "Kết quả ký tay trên giấy: cấp số, vào sổ",
        at_desk("to_certify"),
    ),
    Item("Tra cứu", "search_pages.page", "search", "search", "Tìm hồ sơ theo mã, họ tên, số điện thoại, thủ tục"),
    Item("Tài khoản", "staff.page", "help_accounts", "id-card", "Mở khóa, đặt lại mật khẩu, vai trò của từng người"),
    Item("Ủy quyền", "delegations.page", "delegate", "signature", "Ai làm thay ai, từ ngày nào đến ngày nào"),
    Item("Sức khỏe", "health.page", "view_health", "server", "Máy chủ, ổ đĩa, máy quét, ký số, máy in, đồng bộ"),
    Item("USB", "courier.page", "courier", "usb", "Gói niêm phong mang lên tỉnh và trả lời mang về, khi không có mạng"),
    Item("Hạn trả", "late.page", "view_dossier", "clock", "Sắp đến hạn, quá hạn, xin lỗi và hẹn lại, giải trình", due_or_late),
    Item("Ngày nghỉ", "declared_days.page", "declare_day", "clock", "Công bố ngày nghỉ, ngày làm bù; tính lại ngày hẹn"),
    Item("Bàn giao", "handing_over.page", "take", "send", "Hồ sơ đồng nghiệp chuyển đến, bàn giao cuối ca", offered),
    Item(
        "Chuyển giữa các xã",
        "between_units.page",
        "answer_handover",
        "send",
        "Hồ sơ xã khác chuyển đến, hồ sơ đã chuyển đi",
        offered_by_others,
    ),
    Item("Sổ đăng ký", "register.page", "view_registers", "list-checks", "Sổ theo dõi hồ sơ, văn bản đi, chứng thực, biên lai"),
    Item("Nhập hồ sơ nhận lúc máy hỏng", "paper_slips.late", "enter_late", "file-text", "Phiếu viết tay: nhập số và giờ nhận thật"),
    Item("Phiếu in sẵn", "paper_slips.page", "keep_paper_slips", "files", "Để dành số, in phiếu cho lúc máy chủ hỏng, hủy phiếu"),
    Item("Đối chiếu", "comparing.page", "compare_after_loss", "list-checks", "Đã khớp với tỉnh chưa, cần xem gì", to_compare),
    Item("Báo cáo", "report.page", "view_report", "file-text", "Tiếp nhận, giải quyết, quá hạn theo lĩnh vực, từng kỳ"),
    Item("Chứng thực bản sao", "walk_in.begin", "accept", "stamp", "Bản chính, số trang, số bản, phí, số chứng thực một lượt"),
    Item("Quy trình nội bộ", "processes.page", "approve_process", "list-checks", "Xem và phê duyệt quy trình của từng thủ tục"),
)
PROVINCE: tuple[Item, ...] = (
    Item("Bảng thiết bị", "home.page", "view_fleet", "server", "Thiết bị của từng xã, những gì đã về tỉnh"),
    Item("Hồ sơ toàn tỉnh", "dossiers.page", "search", "files", "Tìm hồ sơ của mọi xã theo mã, tên, số điện thoại"),
    Item("USB", "courier.page", "courier", "usb", "Gói của xã không có mạng: nhập gói, lấy trả lời mang về"),
)


def items_for(menu: tuple[Item, ...], officer: Officer) -> list[Item]:
    """List what an officer's roles may open, at most six entries."""
    return [item for item in menu if may(officer.roles, item.act)][:ITEMS_MAX]


def home_label(officer: Officer, kind: str) -> str:
    """Name the home page after where the officer works."""
    if kind == "province":
        return "Tổng quan"
    if may(officer.roles, "take"):
        return HOME.label  # The queue is what such an officer calls his work.
    return "Quầy của tôi" if officer.roles & AT_A_COUNTER else "Việc của tôi"
