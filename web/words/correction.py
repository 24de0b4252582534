"""Words of correction, of papers printed again, and of looking back."""

SENTENCES: dict[str, str] = {
    "corrected_meanwhile": (
        "Hồ sơ {code} vừa được đồng nghiệp đính chính. Nội dung đang nhập còn nguyên. Xem chỗ khác nhau rồi ghi lại."
    ),
    "nothing_corrected": "Chưa sửa ô nào của hồ sơ {code}. Chưa ghi gì. Sửa ô cần đính chính rồi ghi lại.",
    "nothing_kept": "Hồ sơ {code} không còn giữ bản chính nào. Mở hồ sơ để xem đã trả lúc nào, cho ai.",
    "note_empty": "Viết nội dung ghi chú rồi bấm Ghi chú. Chưa ghi gì.",
    "no_electronic_result": "Hồ sơ {code} chưa có kết quả điện tử đã ký và đóng dấu. Chưa in gì. Mở hồ sơ để xem kết quả đang ở đâu.",
    "result_not_valid": "Chữ ký số của văn bản {number} chưa kiểm tra được hoặc không còn hợp lệ. Chưa in gì; bản điện tử vẫn nguyên.",
    "result_changed": "Kết quả của hồ sơ {code} vừa có bản mới. Chưa in gì. Bấm in lần nữa để in bản mới.",
    "paper_unknown": "Hồ sơ {code} không có giấy này. Chưa in gì. Mở lại hồ sơ rồi chọn trong danh sách giấy đã cấp.",
}

STEPS: dict[str, tuple[str, str]] = {
    "dossier.corrected": ("pen-line", "đính chính {corrected_words}"),
    "paper.printed": ("printer", "{print_words} {form_words}, bản thứ {copy}"),
}

# Field of a correction → what it is called; a count is named after its component.
FIELDS: dict[str, str] = {
    "applicant.name": "Họ, chữ đệm và tên",
    "applicant.organisation": "Tổ chức",
    "applicant.number": "Số định danh",
    "applicant.birth": "Ngày sinh",
    "applicant.gender": "Giới tính",
    "applicant.phone": "Điện thoại",
    "applicant.email": "Thư điện tử",
    "applicant.address": "Nơi cư trú",
    "authorised.name": "Người nộp thay",
    "authorised.number": "Số định danh người nộp thay",
    "authorised.phone": "Điện thoại người nộp thay",
    "authorised.basis": "Căn cứ ủy quyền",
    "note": "Ghi chú",
}
PRINT_REASONS: dict[str, str] = {
    "lost": "Người dân làm mất bản trước",
    "spoiled": "Bản trước hỏng, in mờ",
    "another": "Cần thêm một bản lưu",
}
