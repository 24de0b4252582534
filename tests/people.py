"""The same few people in every test: the demonstration's staff, all with one password. Nobody here is real."""

from pathlib import Path

from appliance import database, officers
from appliance.box import enrol
from appliance.config import Home
from appliance.officers import Officer
from appliance.rights import Role
from provisioning.enrol import approve_general_process

PASSWORD = "thuyền giấy 38 ngọn đèn"
DEVICE = "01936f00-0000-7000-8000-000000030589"
STAFF = (
    ("ST01", "Nguyễn Minh Họa", "leader", "Chủ tịch UBND xã"),
    ("ST02", "Trần Thí Dụ", "leader", "Phó Chủ tịch UBND xã"),
    ("ST03", "Lê Văn Mẫu", "centre_director", "Giám đốc trung tâm"),
    ("ST04", "Phạm Thị Giả Định", "reception", "Công chức tiếp nhận, quầy 1"),
    ("ST05", "Hoàng Thử Nghiệm", "reception", "Công chức tiếp nhận, quầy 2"),
    ("ST06", "Võ Thị Ví Dụ", "returns", "Công chức trả kết quả"),
    ("ST07", "Đặng Văn Thủ Quỹ Mẫu", "cashier", "Người thu phí, lệ phí"),
    ("ST08", "Bùi Tư Pháp Mẫu", "specialist", "Công chức tư pháp - hộ tịch"),
    ("ST09", "Đỗ Thị Văn Thư Mẫu", "clerk", "Văn thư"),
    ("ST10", "Ngô Trưởng Phòng Giả", "section_leader", "Trưởng phòng Văn hóa - Xã hội"),
    ("ST11", "Dương Thị Chuyên Viên", "specialist", "Công chức chính sách xã hội"),
    ("ST15", "Mai Thị Bưu Chính Mẫu", "postal_agent", "Nhân viên bưu chính hỗ trợ"),
    ("ST16", "Tô Quản Trị Mẫu", "admin", "Quản trị hệ thống"),
    ("ST17", "Cao Kiểm Tra Mẫu", "auditor", "Người xem nhật ký"),
    ("ST18", "Trương Công An Mẫu", "relay_contact", "Đầu mối công an xã"),
    ("VH01", "Trịnh Vận Hành Mẫu", "province_operator", "Vận hành hệ thống tỉnh"),
)

MOTCUA_TOML = """\
kind = "{kind}"
device = "{device}"
name = "{name}"
unit = "H99.99.99"
province_name = "Tỉnh An Giang"
scanners = ["quay-1", "quay-2"]
"""


def make_home(root: Path, kind: str = "commune", device: str = DEVICE) -> Home:
    """Make an enrolled home in `root`."""
    home = Home(root)
    home.make_folders()
    name = "Xã An Châu" if kind == "commune" else "Tỉnh An Giang"
    (root / "motcua.toml").write_text(MOTCUA_TOML.format(kind=kind, device=device, name=name), encoding="utf-8")
    enrol(home)
    if kind == "commune":
        approve_general_process(home, "ST16")
    return home


def add_staff(home: Home, password_hash: str) -> None:
    """Open everybody's account."""
    db = database.connect(home.database)
    with database.writing(db):
        for staff_id, name, role, title in STAFF:
            officer = Officer(staff_id, staff_id.lower(), name, frozenset({Role(role)}), title)
            officers.put(db, officer, password_hash)
    db.conn.close()
