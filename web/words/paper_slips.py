"""Words of slips printed beforehand and of receptions entered late."""

SENTENCES: dict[str, str] = {
    "block_size": "Mỗi khối từ 1 đến {most:n} phiếu. Chưa để dành số nào.",
    "block_no_room": (
        "Không còn chỗ để dành {count:n} số: phải để lại ít nhất hai phần ba dải số cho tiếp nhận thường. "
        "Chưa để dành số nào. Chọn ít phiếu hơn."
    ),
    "block_unknown": "Không có khối phiếu này. Mở lại danh sách.",
    "paper_code_wrong": "Chưa đọc được số phiếu. Quét mã QR trên phiếu, hoặc gõ các chữ số cuối của mã.",
    "paper_code_day": "Mã trên phiếu ghi ngày khác. Với ngày nhận đã nhập thì mã là {code}. Xem lại phiếu và ngày nhận.",
    "paper_number_unknown": "Không có phiếu in sẵn nào mang số {number}. Chưa nhập gì. Xem lại số trên phiếu.",
    "paper_number_days": (
        "Phiếu số {number} chỉ dùng từ {first} đến hết {last}. Chưa nhập gì. "
        "Xem lại ngày nhận; nhận ngoài thời gian đó thì tiếp nhận như thường và hủy phiếu."
    ),
    "paper_number_used": "Phiếu số {number} đã nhập thành hồ sơ {code}. Chưa nhập gì thêm. Mở hồ sơ đó để xem ai đã nhập.",
    "paper_number_voided": "Phiếu số {number} đã hủy. Chưa nhập gì. Tiếp nhận như thường, hồ sơ có mã mới.",
    "late_in_future": "Giờ nhận ghi sau lúc này ({now}). Chưa nhập gì. Xem lại ngày, giờ trên phiếu.",
    "late_before_block": "Phiếu số {number} để dành lúc {at}, sau giờ nhận đã ghi. Chưa nhập gì. Xem lại ngày, giờ trên phiếu.",
    "late_too_old": (
        "Chỉ nhập sau trong {days:n} ngày kể từ ngày nhận. Chưa nhập gì. "
        "Báo giám đốc trung tâm; tiếp nhận như thường thì hạn tính từ hôm nay."
    ),
}
STEPS: dict[str, tuple[str, str]] = {"block.reserved": ("files", "để dành số {first} đến {last} cho phiếu in sẵn")}

# Why a slip was used, and why one is void: code kept in the ledger → words.
WHY: dict[str, str] = {"power": "Mất điện", "box": "Máy chủ hỏng", "network": "Mất mạng trong cơ quan"}
SPOILT: dict[str, str] = {
    "written_wrong": "Viết hỏng",
    "printed_wrong": "In hỏng",
    "lost": "Mất phiếu",
    "year_over": "Hết năm, không dùng nữa",
}
# What became of a slip: kind of badge, icon, words.
SLIP_STATES: dict[str, tuple[str, str, str]] = {
    "blank": ("quiet", "circle-dashed", "Còn trống"),
    "used": ("ok", "circle-check", "Đã nhập"),
    "voided": ("bad", "ban", "Đã hủy"),
}
# How a dossier came, where not by ordinary acceptance.
ORIGINS: dict[str, str] = {"late": "nhập sau", "imported": "từ hệ thống cũ"}
