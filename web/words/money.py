"""Words of money: requests to pay, receipts, the cash drawer."""

SENTENCES: dict[str, str] = {
    "line_twice": "Mỗi khoản của hồ sơ {code} cần một tên riêng, khác khoản đã thu. Chưa yêu cầu gì. Sửa tên khoản rồi gửi lại.",
    "payment_basis_missing": "Ghi căn cứ của số tiền. Chưa yêu cầu gì.",
    "day_past": "Hạn này đã qua. Chưa ghi gì. Chọn từ hôm nay trở đi.",
    "reference_missing": "Ghi số tham chiếu trên báo có của ngân hàng. Chưa thu, chưa dùng số biên lai.",
    "drawer_empty": "Chưa thu khoản nào từ lần kiểm két trước. Không có gì để kiểm.",
    "drawer_changed": "Vừa có thêm khoản thu nên số phải có đã đổi. Chưa ghi kiểm két. Đếm lại rồi ghi.",
    "difference_unexplained": "Tiền đếm lệch {difference:n} đ so với biên lai. Chưa ghi kiểm két. Đếm lại, hoặc chọn lý do lệch.",
}
STEPS: dict[str, tuple[str, str]] = {}

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
