"""Words of due dates, declared days, extensions and lateness."""

SENTENCES: dict[str, str] = {
    "due_restarted": "Chờ từ {asked} đến {brought}: tính lại toàn bộ thời hạn.",
    "due_waited": "Chờ từ {asked} đến {brought}: không tính vào thời hạn.",
    "due_appointed": "Ngày trả đã hẹn với người dân: {day}.",
    "due_apologised": "Đã hẹn {old}; lãnh đạo xin lỗi và hẹn lại {day}.",
    "late_unexplained": (
        "Hồ sơ {code} trễ hạn mà chưa giải trình với người đứng đầu. Kết quả chưa phát hành. Ghi giải trình, rồi làm lại việc này."
    ),
    "late_no_apology": (
        "Hồ sơ {code} trễ hạn mà chưa có văn bản xin lỗi người dân. Kết quả chưa phát hành. Lãnh đạo ký Mẫu 04, rồi làm lại việc này."
    ),
    "not_late": "Hồ sơ {code} chưa trễ hạn nên không cần giải trình. Chưa ghi gì.",
    "head_missing": "Chọn người đứng đầu nhận giải trình. Chưa ghi gì.",
    "due_unknown": "Hồ sơ {code} chưa có ngày hẹn trả nên không có gì để hẹn lại.",
    "extensions_used": "Hồ sơ {code} đã hẹn lại {most} lần, hết số lần được hẹn. Ngày hẹn giữ nguyên.",
    "extension_not_later": "Ngày hẹn mới phải sau hôm nay {today} và sau ngày đã hẹn {day}, trong vòng một năm. Ngày hẹn giữ nguyên.",
    "day_is_off": "Ngày {day} là ngày nghỉ. Ngày hẹn giữ nguyên; chọn một ngày làm việc.",
    "day_too_far": "Chỉ công bố ngày từ {back} ngày trước đến {ahead} ngày sau hôm nay. Lịch giữ nguyên.",
    "day_is_so_already": "Lịch đã tính ngày {day} như vậy. Lịch giữ nguyên.",
    "too_many_at_once": "Mỗi lần tính lại tối đa {most} hồ sơ. Chưa tính lại hồ sơ nào. Bỏ chọn bớt rồi làm nhiều lượt.",
}

STEPS: dict[str, tuple[str, str]] = {}

# How a declared or listed day counts: icon, words.
DAY_KINDS: dict[bool, tuple[str, str]] = {True: ("circle-check", "Ngày làm việc"), False: ("ban", "Ngày nghỉ")}

# Stage of a running dossier: kind of note, what it is called, who must do what next.
STAGES: dict[str, tuple[str, str, str]] = {
    "remind": ("warn", "Sắp đến hạn", "Người giữ hồ sơ làm xong trước hạn."),
    "apologise": ("warn", "Cận hạn", "Người giữ hồ sơ làm xong, hoặc trình lãnh đạo thư xin lỗi đã soạn sẵn."),
    "today": ("warn", "Đến hạn hôm nay", "Lãnh đạo đôn đốc; người giữ hồ sơ làm xong trong hôm nay."),
    "late": ("bad", "Quá hạn", "Người giữ hồ sơ giải trình; lãnh đạo xin lỗi và hẹn lại."),
    "answered": ("warn", "Trễ hạn, đã hẹn lại", "Người giữ hồ sơ làm xong đúng ngày hẹn mới."),
}
# What the first page reminds of, by stage: who holds the dossiers, who might take them, who leads, everybody else.
OWN: dict[str, str] = {
    "remind": "hồ sơ tôi giữ sắp đến hạn",
    "apologise": "hồ sơ tôi giữ cận hạn: làm xong hoặc trình thư xin lỗi",
    "today": "hồ sơ tôi giữ đến hạn hôm nay",
    "late": "hồ sơ tôi giữ quá hạn: phải giải trình",
}
NOBODYS: dict[str, str] = {
    "remind": "hồ sơ chưa ai nhận, sắp đến hạn",
    "apologise": "hồ sơ chưa ai nhận, cận hạn",
    "today": "hồ sơ chưa ai nhận, đến hạn hôm nay",
    "late": "hồ sơ chưa ai nhận, quá hạn",
}
LEADING: dict[str, str] = {
    "remind": "hồ sơ sắp đến hạn",
    "apologise": "hồ sơ cận hạn: thư xin lỗi đã soạn, chờ quyết định",
    "today": "hồ sơ đến hạn hôm nay: đôn đốc",
    "late": "hồ sơ quá hạn: xin lỗi và hẹn lại",
}
OFFICE: dict[str, str] = {
    "remind": "hồ sơ sắp đến hạn",
    "apologise": "hồ sơ cận hạn",
    "today": "hồ sơ đến hạn hôm nay",
    "late": "hồ sơ quá hạn",
}
DUTIES: dict[str, str] = {
    "explanation": "Người giữ hồ sơ giải trình bằng văn bản với người đứng đầu.",
    "apology": "Lãnh đạo ký văn bản xin lỗi và hẹn lại (Mẫu 04).",
}
