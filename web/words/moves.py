"""Words of statuses and of the acts that move a dossier."""

# National status: icon, name.
STATUS: dict[int, tuple[str, str]] = {
    1: ("inbox", "Mới đăng ký"),
    2: ("check", "Được tiếp nhận"),
    3: ("ban", "Không được tiếp nhận"),
    4: ("circle-dot", "Đang xử lý"),
    5: ("circle-pause", "Yêu cầu bổ sung giấy tờ"),
    6: ("banknote", "Yêu cầu thực hiện nghĩa vụ tài chính"),
    7: ("undo-2", "Công dân yêu cầu rút hồ sơ"),
    8: ("circle-stop", "Dừng xử lý"),
    9: ("circle-check", "Đã xử lý xong"),
    10: ("check-check", "Đã trả kết quả"),
}

SENTENCES: dict[str, str] = {
    "result_exists": "Hồ sơ {code} đã có kết quả được ký, không dừng, rút hay yêu cầu bổ sung được nữa. Kết quả vẫn nguyên vẹn.",
    "nothing_to_undo": "Việc cuối cùng của hồ sơ {code} không hoàn tác được nữa. Hồ sơ giữ nguyên; mở lại để xem diễn biến.",
    "refund_wrong": "Số tiền hoàn trả không quá {paid:n} đ đã thu. Chưa ghi gì. Sửa số tiền rồi làm lại.",
    "request_missing": "Chưa có đơn yêu cầu rút của hồ sơ {code}. Chưa ghi gì. Quét đơn hoặc chọn tệp có sẵn, rồi bấm F9.",
    "items_missing": "Chưa ghi giấy tờ phải bổ sung của hồ sơ {code}. Chưa gửi gì. Ghi từng giấy tờ, rồi bấm F9.",
    "nothing_brought": "Chưa đánh dấu hay quét giấy tờ nào của hồ sơ {code}. Chưa ghi gì. Đánh dấu giấy tờ đã nhận, rồi bấm F9.",
    "supplement_rounds_over": (
        "Hồ sơ {code} đã được yêu cầu bổ sung {most} lần, quy định không cho yêu cầu thêm. Hồ sơ giữ nguyên; giải quyết theo giấy tờ đã có."
    ),
    "undo_not_yours": "Việc cuối cùng của hồ sơ {code} thuộc vai trò khác nên không hoàn tác ở đây. Hồ sơ giữ nguyên. Mời người làm việc đó.",
    "province_has_it": (
        "Tỉnh đã nhận việc cuối cùng của hồ sơ {code} nên không hoàn tác được nữa. Hồ sơ giữ nguyên; làm tiếp bằng một việc mới."
    ),
    "payment_open": "Hồ sơ {code} còn khoản yêu cầu nộp chưa thu đủ. Thu tiền trước, rồi làm lại việc này.",
    "supplement_open": "Hồ sơ {code} còn chờ bổ sung giấy tờ. Ghi nhận giấy tờ bổ sung trước, rồi làm lại việc này.",
    "money_taken": "Hồ sơ {code} đã thu {amount:n} đ theo yêu cầu nộp, không từ chối được nữa. Tiếp nhận hồ sơ, hoặc ghi nhận rút và hoàn tiền.",
    "money_before_check": (
        "Hồ sơ {code} mới đăng ký, chưa kiểm tra nên chưa được thu tiền. Kiểm tra hồ sơ, rồi yêu cầu nghĩa vụ tài chính."
    ),
}

STEPS: dict[str, tuple[str, str]] = {
    "dossier.filed": ("inbox", "hồ sơ trực tuyến gửi đến"),
    "dossier.refused": ("ban", "từ chối tiếp nhận"),
    "supplement.requested": ("circle-pause", "yêu cầu bổ sung, hạn {until_day}"),
    "supplement.received": ("check", "nhận bổ sung"),
    "payment.requested": ("banknote", "yêu cầu nộp {amount:n} đ"),
    "payment.settled": ("circle-check", "xác nhận đã nộp đủ"),
    "dossier.withdrawn": ("undo-2", "ghi nhận công dân rút hồ sơ"),
    "dossier.stopped": ("circle-stop", "dừng giải quyết"),
    "dossier.resumed": ("circle-dot", "tiếp tục giải quyết"),
    "dossier.transferred": ("send", "chuyển hồ sơ cho {to}"),
    "step.finished": ("list-checks", "xong bước {step}, sang bước {next}"),
    "due.extended": ("clock", "xin lỗi và hẹn lại ngày trả"),
    "due.recomputed": ("clock", "tính lại ngày hẹn trả"),
    "lateness.explained": ("file-text", "giải trình chậm hạn"),
    "act.undone": ("undo-2", "hoàn tác việc: {undone}"),
    "originals.returned": ("check-check", "trả lại bản chính"),
    "calendar.day_declared": ("clock", "công bố ngày {day}"),
    "process.approved": ("shield-check", "phê duyệt quy trình {process} bản {version}"),
    "delegation.given": ("signature", "ủy quyền cho {taker}"),
    "delegation.ended": ("ban", "thôi ủy quyền cho {taker}"),
    "drawer.counted": ("banknote", "kiểm két cuối ca"),
    "account.changed": ("id-card", "thay đổi tài khoản {officer}"),
}

# What an act is called where it is taken back.
UNDONE: dict[str, str] = {
    "dossier.taken": "nhận xử lý",
    "dossier.transferred": "chuyển hồ sơ",
    "step.finished": "xong bước",
    "result.submitted": "trình lãnh đạo",
    "dossier.refused": "từ chối tiếp nhận",
    "supplement.requested": "yêu cầu bổ sung",
    "supplement.received": "nhận bổ sung",
    "payment.requested": "yêu cầu nộp tiền",
    "dossier.withdrawn": "ghi nhận rút hồ sơ",
    "dossier.stopped": "dừng giải quyết",
    "dossier.resumed": "tiếp tục giải quyết",
}
