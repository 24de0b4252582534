"""The general help: keys, how work is kept, what to do when the line or the box is away. Each page has its own under F1."""

from flask import Blueprint, render_template

from web.per_request import act

bp = Blueprint("help_pages", __name__)

KEYS = (
    ("F1", "Trợ giúp của trang đang mở"),
    ("F2", "Đến ô quét thẻ căn cước hoặc mã hồ sơ"),
    ("F4", "Đến ô chọn thủ tục"),
    ("F8", "Quét tiếp"),
    ("Shift F8", "Quét lại trang cuối"),
    ("F9", "Thao tác chính của trang, ghi trên nút màu xanh"),
    ("Ctrl K", "Tìm hoặc chạy lệnh"),
    ("Ctrl S", "Lưu nháp ngay"),
    ("Ctrl Enter", "Thao tác chính của hộp thoại hoặc của trang"),
    ("Esc", "Đóng hộp thoại, rời ô nhập, quay lại danh sách"),
)


@bp.get("/tro-giup")
@act("own_work")
def page() -> str:
    """Show the general help."""
    return render_template("help.html", keys=KEYS)
