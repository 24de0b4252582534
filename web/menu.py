"""The header's menu: one table of pages, the act each needs, and how many things wait there.

Add a line in the order officers work. `count` gives a number from the database, or None for no number.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlite_utils.db import Database

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
    """Count an officer's open drafts."""
    sql = "SELECT count(*) FROM draft WHERE officer = ? AND accepted_as IS NULL AND discarded_at IS NULL"
    return db.conn.execute(sql, [officer.id]).fetchone()[0] or None


def to_sign(db: Database, officer: Officer) -> int | None:
    """Count the electronic results that wait for this leader, or for any."""
    sql = """SELECT count(*) FROM dossier WHERE status = 4 AND signature = 'submitted'
             AND json_extract(CAST(state AS TEXT), '$.documents[#-1].path') = 'electronic'
             AND coalesce(json_extract(CAST(state AS TEXT), '$.documents[#-1].fields.leader'), ?1) = ?1"""
    return db.conn.execute(sql, [officer.id]).fetchone()[0] or None


def to_seal(db: Database, officer: Officer) -> int | None:
    """Count the signed results that wait for number and seal."""
    sql = "SELECT count(*) FROM dossier WHERE status = 4 AND signature IN ('signed', 'numbered')"
    return db.conn.execute(sql).fetchone()[0] or None


HOME = Item("Trang chính", "home.page", "own_work", "inbox", "")
COMMUNE: tuple[Item, ...] = (
    HOME,
    Item("Tiếp nhận", "reception.page", "draft", "file-text", "Quét thẻ, chọn thủ tục, quét giấy tờ, in giấy hẹn", drafts_of, "F9"),
    Item("Bàn ký", "signing_desk.page", "sign", "signature", "Xem từng trang, ký nhiều văn bản bằng một lần nhập PIN", to_sign),
    Item("Đóng dấu", "sealing_desk.page", "number_and_seal", "stamp", "Cấp số, ngày và đóng dấu kết quả đã ký", to_seal),
    Item("Sổ văn bản đi", "register.page", "number_and_seal", "list-checks", "Số đã cấp trong năm, số hủy"),
    Item("Sức khỏe", "health.page", "view_health", "server", "Máy chủ, ổ đĩa, máy quét, ký số, máy in, đồng bộ"),
)
PROVINCE: tuple[Item, ...] = (HOME,)


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
