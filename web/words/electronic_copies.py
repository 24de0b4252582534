"""Words of certified electronic copies: what is not scanned, which register lacks, what left on paper first."""

SENTENCES: dict[str, str] = {
    "original_not_scanned": "Chưa quét bản chính {name}. Chưa làm gì. Chọn bản chính ở mục Quét vào, quét đủ các trang rồi bấm F9.",
    "original_pages_differ": (
        "Bản chính {name} ghi {pages} trang mà bản quét có {scanned} trang. Chưa làm gì."
        " Quét đủ mọi trang có chữ, hoặc sửa số trang, rồi bấm F9."
    ),
    "original_too_big": (
        "Bản sao điện tử của {name} nặng quá {most:n} MB nên không ký được. Bản quét vẫn còn. Chọn bản giấy, hoặc quét lại bằng mẫu xám."
    ),
    "electronic_register_missing": (
        "Danh mục chưa mở sổ chứng thực bản sao điện tử cho hồ sơ {code}. Chưa dùng số nào. Bản giấy vẫn làm được; gọi quản trị viên."
    ),
    "copies_not_apart": (
        "Bản giấy của hồ sơ {code} chưa trao riêng được: chưa vào sổ, đã trao rồi, hoặc không có bản điện tử nào phải chờ."
        " Chưa ghi gì. Mở hồ sơ để xem việc tiếp theo."
    ),
}

STEPS: dict[str, tuple[str, str]] = {
    "copies.handed": ("check", "trao bản giấy, bản điện tử trả sau"),
}
