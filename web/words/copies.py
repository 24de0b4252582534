"""Words of the database's copy at the province: on the health page, and what a technician is told who gives it back."""

WHY_NOT: dict[str, str] = {
    "province_full": "ổ đĩa của tỉnh hết chỗ",
    "box_full": "ổ đĩa của máy hết chỗ",
    "file_too_big": "cơ sở dữ liệu quá lớn",
    "copy_unreadable": "không đọc được bản sao liên tục trong máy",
}
WHY_OTHER = "tỉnh chưa nhận"

SENTENCES: dict[str, str] = {
    "copy_device_unknown": "Tỉnh không biết máy {device}. Chưa mở gì. Xem mã máy bằng motcua copy list rồi chạy lại.",
    "copy_none": (
        "Tỉnh chưa có bản sao nào của máy này. Chưa mở gì. Sự kiện và hồ sơ xã đã gửi vẫn còn đủ ở tỉnh; "
        "tìm thư mục replica trên ổ thứ hai của máy cũ."
    ),
    "copy_incomplete": (
        "Bản sao của máy này mới đến {here:n} trong {files:n} tệp nên chưa dùng được. Chưa mở gì. "
        "Sự kiện và hồ sơ xã đã gửi vẫn còn đủ ở tỉnh; tìm thư mục replica trên ổ thứ hai của máy cũ."
    ),
    "copy_folder_taken": "Đã có thư mục {place}. Chưa mở gì. Chọn thư mục khác, hoặc xóa thư mục đó rồi chạy lại.",
    "copy_damaged": "Tệp {name} của bản sao không mở được. Bản sao ở tỉnh giữ nguyên. Kiểm tra ổ đĩa và khóa của tỉnh rồi chạy lại.",
    "device_key_differs": (
        "Máy {device} đã ghi danh với khóa khác. Chưa đổi gì. Nếu máy cũ đã mất và đây là máy mới thay nó, "
        "chạy lại với --new-machine: máy cũ sẽ bị từ chối."
    ),
}
STEPS: dict[str, tuple[str, str]] = {}
