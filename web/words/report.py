"""Words of the report on handling dossiers (II.06a)."""

SENTENCES: dict[str, str] = {}
STEPS: dict[str, tuple[str, str]] = {}

# Column of the report → its number on the form, its group, its head.
COLUMNS: dict[str, tuple[int, str, str]] = {
    "received": (3, "Tiếp nhận", "Tổng số"),
    "online": (4, "Tiếp nhận", "Trực tuyến"),
    "direct": (5, "Tiếp nhận", "Trực tiếp, bưu chính"),
    "carried_over": (6, "Tiếp nhận", "Từ kỳ trước"),
    "resolved": (7, "Đã giải quyết", "Tổng số"),
    "resolved_early": (8, "Đã giải quyết", "Trước hạn"),
    "resolved_on_time": (9, "Đã giải quyết", "Đúng hạn"),
    "resolved_late": (10, "Đã giải quyết", "Quá hạn"),
    "pending": (11, "Đang giải quyết", "Tổng số"),
    "pending_in_time": (12, "Đang giải quyết", "Trong hạn"),
    "pending_late": (13, "Đang giải quyết", "Quá hạn"),
}
