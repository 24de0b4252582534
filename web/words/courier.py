"""Words of bundles carried by hand: refusals, and what came of a stick. Each says what happened, what is safe, what to do."""

SENTENCES: dict[str, str] = {
    "courier_size": "Mỗi gói từ {least:n} đến {most:n} MB. Chưa ghi gì. Nhập lại dung lượng.",
    "courier_stick_full": (
        "USB không đủ chỗ. Không để lại gói dở; dữ liệu vẫn còn đủ tại đây. Xóa bớt tệp trên USB hoặc dùng USB khác rồi ghi lại."
    ),
    "courier_stick_gone": (
        "Không ghi được vào USB: USB đã rút ra, bị khóa ghi hoặc hỏng. Không có gói dở nào mang tên gói; dữ liệu vẫn còn đủ tại đây. "
        "Cắm lại USB rồi ghi lại."
    ),
    "courier_changed": "Có tệp vừa bị xóa trong lúc ghi gói. Không để lại gói dở. Ghi lại gói.",
    "courier_interrupted": "Máy chủ khởi động lại giữa chừng. Dữ liệu vẫn còn đủ. Làm lại việc này.",
    "courier_failed": "Chương trình gặp lỗi giữa chừng. Dữ liệu vẫn còn đủ. Làm lại; nếu vẫn lỗi, gọi kỹ thuật viên.",
    "courier_busy": "Một gói khác đang được ghi hoặc đọc. Chưa làm gì thêm. Chờ gói đó xong rồi làm tiếp.",
    "courier_folder": "Không thấy USB đã chọn. Chưa ghi gì. Cắm lại USB, bấm Tìm lại rồi chọn.",
    "courier_no_file": "Chưa chọn gói. Chọn tệp có tên bắt đầu bằng motcua-, đuôi .age.",
    "courier_answer_gone": "Tệp trả lời này không còn trên máy chủ. Dữ liệu vẫn còn đủ. Nhập lại gói của xã để có trả lời mới.",
    "courier_bundle_gone": "Gói này không còn trên máy chủ. Dữ liệu vẫn còn đủ. Xuất gói mới để tải về.",
    "courier_unreadable": "Không đọc được tệp. Chưa thay đổi gì. Cắm lại USB rồi đọc lại.",
    "courier_no_bundle": "Tệp này không phải gói chuyển bằng USB. Chưa thay đổi gì. Chọn tệp có tên bắt đầu bằng motcua-, đuôi .age.",
    "courier_not_ours": (
        "Gói này niêm phong cho nơi khác, hoặc hỏng ngay từ đầu. Chưa thay đổi gì. "
        "Kiểm tra tên gói và lấy đúng USB; nếu đúng gói, xuất gói mới."
    ),
    "courier_other_device": "Trả lời này gửi cho máy khác. Chưa thay đổi gì. Lấy đúng USB của xã mình.",
    "courier_malformed": (
        "Gói mở được nhưng bên trong không đúng bản kê đã ký. Phần đã kiểm tra đúng vẫn giữ. "
        "Xuất gói mới; nếu vẫn vậy, gọi kỹ thuật viên."
    ),
    "courier_signature_wrong": "Chữ ký trên gói không phải của nơi ghi trong gói. Không nhận gì. Giữ lại USB và gọi kỹ thuật viên.",
    "courier_version_unknown": "Gói do phiên bản phần mềm khác ghi. Chưa thay đổi gì. Cập nhật phần mềm rồi đọc lại.",
    "courier_cut": "Gói chép chưa đủ, thiếu phần cuối. Chưa thay đổi gì. Chép lại gói rồi đọc lại.",
    "courier_damaged": "Gói có chỗ hỏng, không đọc tiếp được. Chưa thay đổi gì. Chép lại sang USB khác rồi đọc lại.",
}
STEPS: dict[str, tuple[str, str]] = {}

# What the province says to its own operator where a commune reads another sentence.
AT_PROVINCE: dict[str, str] = {
    "device_unknown": "Gói của một máy mà tỉnh chưa nhận. Không nhận gì. Ghi danh máy trước, rồi nhập lại gói.",
    "device_revoked": (
        "Máy ghi gói này đã bị thu hồi. Không nhận gì; dữ liệu đã có từ trước vẫn giữ. "
        "Báo xã dừng dùng máy đó; mang trả lời về để chính máy đó báo."
    ),
}
# Why an entry was not taken. Others are said by their sentence on the line.
PROBLEMS: dict[str, str] = {
    "sync_gap": "một đoạn sổ cái đến trước đoạn liền trước nó",
    "sync_fork": "sổ cái trong gói khác sổ cái tỉnh đang giữ; nối mạng một lần để máy tự ghép, hoặc gọi kỹ thuật viên",
    "life_unknown": "một đoạn sổ cái của đời máy mà tỉnh chưa nhận",
    "file_not_named": "tệp đến trước sự kiện nêu tên nó",
    "upload_elsewhere": "tệp đang được gửi cùng lúc qua đường truyền",
    "upload_damaged": "tệp không đúng nội dung",
    "file_too_big": "tệp quá lớn",
    "keys_unreadable": "gói khóa không mở được",
    "segment_signature_wrong": "đoạn sổ cái không đúng chữ ký của máy",
    "segment_chain_broken": "đoạn sổ cái không khớp chuỗi",
}
PROBLEM_OTHER = "phần không đọc được"
# How reading a bundle ended before its end.
CUTS: dict[str, str] = {
    "courier_cut": "Gói chép chưa đủ, thiếu phần cuối.",
    "courier_damaged": "Gói có chỗ hỏng, đọc được đến trước chỗ đó.",
}
