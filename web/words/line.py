"""Words of the line to the province: its troubles (sync/line_troubles.py), what a technician does, and the hours' budget for files."""

FREE = "không giới hạn"
SAFE = "Hồ sơ vẫn làm và lưu đủ tại đây; máy tự gửi khi có mạng."

NOT_MEASURED = "Chưa đo: tiến trình đồng bộ chưa xong vòng đầu"
SILENT = "Tiến trình đồng bộ không báo gì từ {at}"

SENTENCES: dict[str, str] = {
    "line_cut": f"Chưa có đường truyền đến tỉnh. {SAFE} Xem đèn của bộ phát mạng.",
    "line_name": f"Mạng không tìm thấy tên máy chủ của tỉnh. {SAFE} Nếu máy khác vào mạng được, gọi kỹ thuật viên.",
    "line_untrusted": (
        "Nơi trả lời không chứng minh được là máy chủ của tỉnh: mạng dẫn sai đường hoặc có thiết bị xen giữa. "
        f"Chưa gửi gì cho nơi đó. {SAFE} Gọi kỹ thuật viên."
    ),
    "line_portal": f"Mạng đang đòi đăng nhập nên chưa đến được tỉnh. Chưa gửi gì thêm. {SAFE} Đăng nhập mạng, hoặc gọi nhà mạng.",
    "line_half_open": f"Đã nối được nhưng đường truyền im lặng giữa chừng. {SAFE} Nếu kéo dài, tắt bật lại bộ phát mạng.",
    "line_proxy": f"Máy trung gian của mạng đòi đăng nhập và chặn đường đến tỉnh. Chưa gửi gì thêm. {SAFE} Gọi kỹ thuật viên.",
    "line_gateway": f"Đến được cổng của tỉnh nhưng máy chủ nhận ở đó chưa trả lời. {SAFE} Không cần làm gì.",
    "line_foreign": f"Đường truyền bị chặn ở giữa: nơi trả lời không phải tỉnh. Chưa gửi gì thêm. {SAFE} Gọi kỹ thuật viên.",
    "line_black_hole": f"Gọi đến tỉnh không có tiếng trả lời. {SAFE} Nếu máy khác vào mạng được, gọi kỹ thuật viên.",
    "line_clock": (
        "Ngày giờ của máy sai nên không kiểm tra được chứng thư của tỉnh. Chưa gửi gì. "
        "Hồ sơ vẫn lưu đủ tại đây. Gọi kỹ thuật viên chỉnh ngày giờ, xong máy tự gửi."
    ),
    "line_untimely": (
        "Chứng thư của máy chủ tỉnh không còn hạn, hoặc ngày giờ của máy sai. Chưa gửi gì. "
        "Hồ sơ vẫn lưu đủ tại đây. Xem ngày giờ của máy; đúng rồi thì báo tỉnh."
    ),
    "province_full": "Ổ đĩa của tỉnh hết chỗ nên tệp quét phải chờ. Hồ sơ và tệp vẫn còn đủ tại đây; máy tự gửi khi tỉnh có chỗ.",
    "box_full": (
        "Ổ đĩa của máy hết chỗ nên chưa ghi nhận được trả lời của tỉnh. Việc đã lưu vẫn còn; có chỗ thì máy tự gửi tiếp. "
        "Gọi kỹ thuật viên dọn ổ đĩa ngay."
    ),
    "agent_silent": (
        "Tiến trình đồng bộ không báo gì từ {at}, nên không rõ đã gửi đến đâu. Hồ sơ vẫn làm và lưu đủ tại đây. "
        "Xem tiến trình motcua agent còn chạy không; đã dừng thì chạy lại."
    ),
    "story_all": "Tỉnh đã nhận đủ {count:n} việc, biên nhận số {receipt:n}.",
    "story_some": "Tỉnh đã nhận {taken:n} trong {count:n} việc, biên nhận số {receipt:n}; {left:n} việc chờ gửi.",
    "story_none": "Tỉnh chưa nhận việc nào; {left:n} việc chờ gửi.",
    "story_files": "Chờ gửi {count:n} tệp, {size}: {named}.",
    "story_no_files": "Không còn tệp chờ gửi.",
    "clock_off": "Ngày giờ của máy lệch {minutes:n} phút so với tỉnh. Việc gửi vẫn chạy. Gọi kỹ thuật viên chỉnh ngày giờ.",
    "budget_hours": "Không hiểu khung giờ “{given}”. Chưa đổi gì. Ghi như 7-17=256: từ 7 giờ đến 17 giờ, 256 kbit/s; giờ từ 0 đến 24.",
    "budget_twice": "Giờ thứ {hour} nằm trong hai khung. Chưa đổi gì. Ghi mỗi giờ một lần.",
    "budget_speed": "Tốc độ “{given}” không dùng được. Chưa đổi gì. Ghi 0 (không gửi tệp) hoặc từ {least:n} đến {most:n} kbit/s.",
}
STEPS: dict[str, tuple[str, str]] = {}

# What the chip on every page says instead of "vẫn làm việc bình thường" where somebody in the room can do something.
CHIP: dict[str, str] = {
    "line_portal": "mạng đòi đăng nhập",
    "line_proxy": "mạng chặn đường đến tỉnh",
    "line_untrusted": "nơi trả lời không phải tỉnh",
    "line_foreign": "nơi trả lời không phải tỉnh",
    "line_clock": "ngày giờ của máy sai",
}

# What a technician does about each trouble.
TECHNICIAN: dict[str, str] = {
    "line_cut": "Xem dây, nguồn và đèn của bộ phát mạng; thử vào mạng từ máy khác cùng mạng.",
    "line_name": "Xem máy chủ tên miền (DNS) của bộ phát mạng; đổi sang của nhà mạng; so tên trong province_url với giấy của tỉnh.",
    "line_untrusted": "Xem tên máy chủ tỉnh dẫn đến địa chỉ nào; tắt phần “kiểm tra HTTPS” của thiết bị mạng cho tên đó.",
    "line_portal": "Mở trình duyệt trên máy cùng mạng, đăng nhập hoặc nạp cước; xin nhà mạng miễn đăng nhập cho máy chủ.",
    "line_half_open": "Tắt bật lại bộ phát mạng; nếu còn, hạ MTU của đường truyền xuống 1400.",
    "line_proxy": "Xin miễn máy trung gian cho tên máy chủ tỉnh, cổng 443.",
    "line_gateway": "Gọi trực ban của tỉnh khi quá 30 phút.",
    "line_foreign": "Xem thiết bị mạng nào trả lời thay; mở cổng 443 đến tên máy chủ tỉnh.",
    "line_black_hole": "Xem tường lửa và tuyến đường đến máy chủ tỉnh, cổng 443.",
    "line_clock": "Đặt lại ngày giờ; thay pin CMOS nếu sai sau mỗi lần tắt; bật đồng bộ giờ.",
    "line_untimely": "So ngày giờ của máy với điện thoại; đúng thì báo tỉnh thay chứng thư máy chủ.",
    "province_full": "Báo trực ban của tỉnh.",
    "box_full": "Dọn ổ đĩa (motcua health); không xóa gì trong thư mục dữ liệu của máy.",
}
