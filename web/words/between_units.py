"""Words of handing dossiers over between communes."""

REASONS: dict[str, str] = {
    "not_ours": "Thuộc thẩm quyền giải quyết của đơn vị nhận",
    "lives_there": "Người nộp cư trú ở đơn vị nhận",
    "asked_by_person": "Người nộp đề nghị chuyển",
    "merged_unit": "Đơn vị hành chính sắp xếp lại",
}
REJECTIONS: dict[str, str] = {
    "not_ours": "Không thuộc thẩm quyền của đơn vị này",
    "incomplete": "Hồ sơ chưa đủ giấy tờ để nhận",
    "known_already": "Đã nhận hồ sơ này từ trước",
    "wrong_unit": "Gửi nhầm đơn vị",
}
# Why the province did not take an offer, or ended it.
WHY: dict[str, str] = REJECTIONS | {
    "stale_owner": "hồ sơ đã thuộc đơn vị khác trước khi đề nghị đến tỉnh",
    "offered_already": "hồ sơ đang chờ một đơn vị khác trả lời",
    "no_box": "đơn vị nhận không còn máy chủ nào làm việc với tỉnh",
    "erased": "thông tin cá nhân của hồ sơ đã xóa",
}

SENTENCES: dict[str, str] = {
    "dossier_handed_over": "Hồ sơ đã chuyển cho {name}, đơn vị này không ghi tiếp được. Hồ sơ vẫn nguyên vẹn. Cần gì thì ghi chú gửi {name}.",
    "dossier_on_its_way": "Hồ sơ đã thuộc đơn vị này nhưng chưa về đủ. Chưa ghi gì. Đợi máy chủ liên lạc với tỉnh, rồi làm lại.",
    "handover_closed": "Đề nghị chuyển không còn mở: đã rút, hết hạn hoặc đã có trả lời. Hồ sơ giữ nguyên. Mở lại trang để xem.",
    "handover_open": "Hồ sơ đang chờ trả lời một đề nghị chuyển. Chưa gửi gì thêm. Rút đề nghị đó trước, hoặc đợi trả lời.",
    "handover_answered": "Đơn vị này đã trả lời đề nghị chuyển, đang chờ tỉnh ghi nhận. Không cần làm lại.",
    "handover_unit_unknown": "Chưa chọn đơn vị nhận có máy chủ làm việc với tỉnh. Chưa gửi gì. Chọn đơn vị trong danh sách.",
    "handover_reason_missing": "Chưa chọn lý do. Chưa gửi gì. Chọn một lý do trong danh sách.",
    "note_missing": "Ghi chú còn trống. Chưa gửi gì. Ghi nội dung rồi gửi lại.",
}
STEPS: dict[str, tuple[str, str]] = {
    "dossier.noted": ("file-text", "ghi chú cho đơn vị đang giữ hồ sơ"),
    "handover.offered": ("send", "đề nghị chuyển hồ sơ cho {to}"),
    "handover.withdrawn": ("undo-2", "rút đề nghị chuyển hồ sơ"),
    "handover.accepted": ("check", "nhận hồ sơ do đơn vị khác chuyển"),
    "handover.rejected": ("ban", "không nhận hồ sơ do đơn vị khác chuyển"),
}
