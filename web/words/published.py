"""Words of what the province publishes: what came of it, and why it has no effect."""

SENTENCES: dict[str, str] = {
    "published_waiting": "Đang tải phần đi kèm. Máy làm việc theo bản đang có. Không phải làm gì.",
    "published_catalogue": "Đã giữ bộ danh mục bản {version}; có hiệu lực từ {begins}. Hồ sơ đã nhận vẫn theo bộ cũ.",
    "published_processes": (
        "Đã nhận {count:n} quy trình từ {source}, {left:n} quy trình không nạp. Chưa áp dụng; lãnh đạo xem và phê duyệt ở trang "
        "Quy trình nội bộ."
    ),
    "published_trust": "Đã thay danh sách tin cậy: {roots:n} gốc, {issuers:n} đơn vị cấp chứng thư.",
    "published_software": "Có bản phần mềm {version}: {note}",
    "published_account_new": (
        "Đã mở tài khoản {officer} ({name}). Chưa ai đăng nhập được: quản trị đặt mật khẩu đầu tiên ở trang Cán bộ rồi trao tận tay."
    ),
    "published_account_open": "Tài khoản {officer} ({name}) đang mở với các vai trò tỉnh ghi.",
    "published_account_closed": "Tài khoản {officer} ({name}) không mở; mọi phiên làm việc của người này đã kết thúc.",
    "published_decision": "Đã ghi quyết định số {text} vào hồ sơ {code}. Trạng thái hồ sơ giữ nguyên.",
    "published_decision_known": "Quyết định số {text} của hồ sơ {code} đã có ở đây. Không ghi thêm.",
    "published_revoked_certificate": (
        "Không tin chứng thư số của {name} từ {since}. Lý do: {reason}. Người báo: {by}. "
        "Máy không ký bằng chứng thư này; chữ ký có dấu thời gian trước lúc đó vẫn dùng được."
    ),
    "published_revoked_withdrawn": (
        "Tỉnh rút lại lời báo về chứng thư số của {name}. Lý do: {reason}. Người báo: {by}. Chứng thư lại được xét như mọi chứng thư khác."
    ),
    "published_revoked_device": (
        "Tỉnh đã thu hồi một máy của {name} từ {since}. Lý do: {reason}. Người báo: {by}. "
        "Máy này làm việc bình thường; đừng dùng máy kia nữa."
    ),
    "cert_revoked_by_province": (
        "Tỉnh báo không tin chứng thư số của {cn} từ {since}. Lý do: {reason}. Người báo: {by}. Chưa ký, chưa dùng mã PIN. "
        "Ngừng dùng USB Token này, ký tay trên giấy hoặc người khác ký; nếu báo nhầm, gọi {by} rút lại."
    ),
    "signature_revoked_by_province": (
        "Tỉnh báo không tin chứng thư của người ký từ {since}. Lý do: {reason}. Người báo: {by}. "
        "Chữ ký không có dấu thời gian trước lúc đó. Không dùng chữ ký này; tệp vẫn giữ. Hỏi {by} trước khi ký lại."
    ),
    "revoked_no_certificate": "Tệp không phải chứng thư số của người ký. Chưa báo gì. Chọn tệp chứng thư .crt, .cer, .der hoặc .pem.",
    "revoked_never": "Tỉnh chưa báo gì về chứng thư số của {name} nên không có gì để rút lại. Xem lại tệp chứng thư.",
    "fleet_unknown": "Tỉnh không có máy {device}. Chưa thu hồi gì. Xem lại mã máy trên bảng thiết bị.",
    "published_filing": "Đã nhận hồ sơ trực tuyến {code}. Hồ sơ chờ kiểm tra ở trang Hồ sơ trực tuyến.",
    "published_filing_known": "Hồ sơ trực tuyến {code} đã có ở đây. Không ghi thêm.",
    "filing_code_taken": "Mã {code} đã là của hồ sơ khác. Không ghi gì; hồ sơ đó giữ nguyên. Tỉnh xem lại mã của Cổng.",
    "filing_other_unit": "Hồ sơ này gửi cho đơn vị {unit}. Không ghi gì. Báo tỉnh giao lại cho đúng xã.",
    "filing_catalogue_away": "Hồ sơ {code} đợi bộ danh mục của tỉnh. Chưa ghi gì; máy tự làm khi bộ danh mục về.",
    "filing_ledger_away": "Hồ sơ {code} đợi máy lấy lại sổ cái. Chưa ghi gì; máy tự làm khi đủ.",
    "filing_component_unknown": "Thủ tục không có thành phần {name}. Chưa ghi gì. Xem lại thành phần hồ sơ rồi giao lại.",
    "filing_paper_wrong": "Tệp của {name} không phải PDF, JPEG, PNG đọc được, hoặc quá nhiều trang. Chưa ghi gì. Sửa tệp rồi giao lại.",
    "filing_too_long": "Hồ sơ {code} dài quá mức một lần ghi. Chưa ghi gì. Rút gọn, hoặc gộp bớt trang, rồi giao lại.",
    "filing_changed": "Mã {code} đã giao với nội dung khác. Bản đã giao giữ nguyên. Giao dưới mã mới của Cổng.",
    "filing_erased": "Dữ liệu cá nhân của hồ sơ {code} đã xóa. Chưa công bố gì. Công dân nộp lại dưới mã mới.",
    "published_failed": "Máy gặp lỗi khi làm theo tin này nên không làm. Mọi thứ giữ nguyên. Báo kỹ thuật viên, rồi tỉnh báo lại.",
    "decision_dossier_unknown": "Tỉnh chưa có hồ sơ {code}. Chưa công bố gì. Xem lại mã, hoặc đợi xã gửi hồ sơ.",
    "decision_key_missing": "Khóa của hồ sơ {code} chưa về tỉnh. Chưa công bố gì. Đợi xã liên lạc, rồi làm lại.",
    "decision_unsigned": "Tệp không có chữ ký số còn nguyên vẹn. Chưa công bố gì. Chọn tệp đã ký, rồi làm lại.",
    "published_unit_unknown": "Không có máy nào của đơn vị {unit} đang làm việc với tỉnh. Chưa công bố gì. Xem lại mã đơn vị.",
    "published_wrong": "Tin không đúng mẫu ở {field}. Chưa công bố gì. Sửa rồi làm lại.",
    "published_processes_wrong": (
        "Không quy trình nào trong {source} dùng được ({left:n} quy trình sai hoặc trùng bản đã phê duyệt). "
        "Quy trình đang áp dụng giữ nguyên. Tỉnh sửa tệp rồi công bố lại."
    ),
    "published_unreadable": "Tin này không đọc được. Máy không làm theo; mọi thứ giữ nguyên. Báo tỉnh công bố lại.",
    "published_too_big": "{name} lớn hơn {limit:n} byte khi nén. Chưa công bố gì. Chia nhỏ rồi làm lại.",
    "trust_list_wrong": (
        "Danh sách tin cậy không dùng được: không có gốc nào, quá nhiều, hoặc chứng thư thứ {n} không phải của đơn vị cấp chứng thư. "
        "Danh sách đang dùng giữ nguyên. Sửa danh sách rồi nạp lại."
    ),
}
STEPS: dict[str, tuple[str, str]] = {
    "decision.received": ("stamp", "nhận văn bản số {text} ngày {decided_day} của {agency}: {decision_words}"),
}
DECISIONS = {
    "agreed": "chấp thuận",
    "disagreed": "không chấp thuận",
    "opinion": "cho ý kiến",
    "supplement": "yêu cầu bổ sung giấy tờ",
}
KINDS = {
    "catalogue.published": "Bộ danh mục",
    "processes.published": "Quy trình nội bộ",
    "trust.published": "Danh sách tin cậy",
    "software.noticed": "Phần mềm",
    "account.stated": "Tài khoản",
    "decision.stated": "Quyết định của cấp trên",
    "revocation.stated": "Thu hồi",
    "filing.stated": "Hồ sơ trực tuyến",
    "numbers.granted": "Dải số",
    "crl.published": "Danh sách thu hồi",
    "time.signed": "Giờ của tỉnh",
    "calendar.day_announced": "Ngày nghỉ, làm bù",
    "catalogue.noticed": "Báo trước bộ danh mục",
    "unit.known": "Xã có máy",
    "erasure.confirmed": "Xóa dữ liệu cá nhân",
    "handover.offered": "Chuyển hồ sơ",
    "handover.decided": "Chuyển hồ sơ",
    "handover.events": "Hồ sơ chuyển đến",
}
