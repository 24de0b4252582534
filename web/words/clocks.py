"""Words of due dates, declared days, extensions and lateness."""

SENTENCES: dict[str, str] = {
    "due_restarted": "Chờ từ {asked} đến {brought}: tính lại toàn bộ thời hạn.",
    "due_waited": "Chờ từ {asked} đến {brought}: không tính vào thời hạn.",
    "due_appointed": "Ngày trả đã hẹn với người dân: {day}.",
}

STEPS: dict[str, tuple[str, str]] = {}
