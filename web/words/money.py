"""Words of money: requests to pay, receipts, the cash drawer."""

SENTENCES: dict[str, str] = {
    "line_twice": "Mỗi khoản của hồ sơ {code} cần một tên riêng, khác khoản đã thu. Chưa yêu cầu gì. Sửa tên khoản rồi gửi lại.",
    "amount_not_of_table": "Bảng phí ghi khoản {name} là {amount:n} đ. Chưa yêu cầu gì. Sửa số tiền theo bảng phí rồi gửi lại.",
    "all_waived": "Diện này miễn hết các khoản của hồ sơ {code}, không còn gì để yêu cầu nộp. Tiếp nhận hồ sơ và chọn diện miễn ở đó.",
    "payment_basis_missing": "Ghi căn cứ của số tiền. Chưa yêu cầu gì.",
    "day_past": "Hạn này đã qua. Chưa ghi gì. Chọn từ hôm nay trở đi.",
    "reference_missing": "Ghi số tham chiếu trên báo có của ngân hàng. Chưa thu, chưa dùng số biên lai.",
    "drawer_empty": "Chưa thu, chưa chi khoản nào từ lần kiểm két trước. Không có gì để kiểm.",
    "drawer_changed": "Vừa có thêm khoản thu nên số phải có đã đổi. Chưa ghi kiểm két. Đếm lại rồi ghi.",
    "receipt_unknown": "Hồ sơ {code} không có biên lai này, hoặc biên lai đã hủy. Chưa có gì thay đổi. Mở lại hồ sơ để xem.",
    "receipt_refunded": "Tiền của biên lai {receipt} đã hoàn trả nên không hủy được nữa. Hồ sơ {code} giữ nguyên.",
    "receipt_void": "Biên lai này của hồ sơ {code} đã hủy nên không in lại. Bản lưu vẫn mở xem được.",
    "void_needs_another": (
        "Ca thu biên lai {receipt} đã chốt nên cần người thứ hai hủy: thu ngân khác, giám đốc trung tâm hoặc lãnh đạo. Biên lai còn nguyên."
    ),
    "void_note_missing": "Chưa thu lại liên giao người nộp của biên lai {receipt}: ghi rõ vì sao. Chưa hủy gì.",
    "nothing_to_refund": "Hồ sơ {code} không có khoản nào chờ hoàn trả. Chưa chi gì. Mở lại hồ sơ để xem.",
    "drawer_short": (
        "Trong két từ lần kiểm trước chỉ có {has:n} đ tiền mặt, không đủ trả {amount:n} đ. Chưa chi, chưa ghi gì. Trả bằng chuyển khoản."
    ),
    "difference_unexplained": "Tiền đếm lệch {difference:n} đ so với biên lai. Chưa ghi kiểm két. Đếm lại, hoặc chọn lý do lệch.",
}
STEPS: dict[str, tuple[str, str]] = {
    "receipt.voided": ("ban", "hủy biên lai {receipt}, {amount:n} đ: {void_words}"),
    "fee.refunded": ("banknote", "hoàn trả {amount:n} đ, {method}, giấy số {voucher}"),
}

# Why a receipt was voided: code kept in the ledger → words.
VOID_REASONS: dict[str, str] = {
    "wrong_amount": "Sai số tiền",
    "wrong_person": "Sai người nộp",
    "wrong_dossier": "Thu nhầm hồ sơ",
    "wrong_method": "Sai cách nộp",
    "twice": "Thu hai lần",
}

# Why counted cash differs from the receipts: code kept in the ledger → words. No free text stands in clear there.
DIFFERENCES: dict[str, str] = {
    "change": "Trả tiền thừa sai",
    "false_note": "Có tờ tiền không dùng được",
    "float": "Tiền lẻ đầu ca để lẫn",
    "unknown": "Chưa rõ, báo lãnh đạo",
}
WHEN: dict[str, str] = {
    "at_filing": "thu khi nộp hồ sơ",
    "after_check": "thu sau khi kiểm tra",
    "after_result": "thu khi trả kết quả",
}
