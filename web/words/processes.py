"""Words of internal processes, of passing work on, and of the registers."""

SENTENCES: dict[str, str] = {
    # a process and its approval
    "process_missing": (
        "Chưa có quy trình nội bộ được phê duyệt cho thủ tục {procedure}, nên chưa tiếp nhận được. Bản nháp vẫn còn. "
        "Lãnh đạo phê duyệt ở trang Quy trình nội bộ, rồi bấm tiếp nhận lại."
    ),
    "process_unknown": "Không có quy trình {process}. Chưa có gì thay đổi. Mở lại trang Quy trình nội bộ.",
    "process_wrong": "Quy trình {process} còn {count} chỗ sai, chưa phê duyệt. Sửa tệp quy trình rồi nạp lại.",
    "process_version_used": "Quy trình {process} đã có bản {version} với nội dung khác. Bản cũ vẫn dùng. Đặt số phiên bản mới rồi nạp lại.",
    "basis_missing": "Ghi căn cứ phê duyệt, ví dụ số và ngày quyết định, không quá {most} ký tự. Chưa có gì thay đổi.",
    # mistakes of a process
    "process_procedure_unknown": "Danh mục không có thủ tục {procedure}.",
    "process_case_unknown": "Thủ tục không có trường hợp {case}.",
    "process_no_steps": "Quy trình không có bước nào.",
    "process_numbers_wrong": "Số thứ tự các bước là {numbers}; phải liên tục từ 1.",
    "process_role_unknown": "Bước {step}: không có vai trò {role}.",
    "process_task_missing": "Bước {step}: chưa ghi việc phải làm.",
    "process_minutes_wrong": "Bước {step}: thời gian {minutes} phút là số âm.",
    "process_status_unknown": "Bước {step}: trạng thái {status} không thuộc mười trạng thái.",
    "process_status_backwards": "Bước {step}: trạng thái lùi từ {before} về {after}.",
    "process_status_unreachable": "Bước {step}: không có việc nào chuyển trạng thái từ {before} sang {after}.",
    "process_sum_wrong": "Tổng thời gian ghi {stated:n} phút, cộng các bước là {sum:n} phút.",
    "process_over_limit": "Các bước cộng {sum:n} phút, quá thời hạn giải quyết {limit:n} phút.",
    # what a person should know before approving
    "process_not_published": "Không chép từ quyết định đã ban hành (nguồn: {basis}); thay bằng quy trình của tỉnh khi có.",
    "process_note": "Ghi chú của người nhập: {note}.",
    "process_ends_open": "Bước cuối dừng ở trạng thái {status}; kết quả do nơi khác trả.",
    "process_time_missing": "Bước {step}: chưa nêu thời gian.",
    "process_condition": "Bước {step}: điều kiện “{condition}” máy chưa hiểu; người làm tự xét có bỏ qua bước hay không.",
    "process_limit_unknown": "Chưa rõ thời hạn giải quyết nên không so được với tổng thời gian.",
    "process_limit_without_unit": "Thời hạn {value} không ghi đơn vị; tính là ngày làm việc.",
    "process_limit_differs": "Thời hạn trong quy trình ({own}) khác danh mục ({catalogue}).",
    # an imported file
    "process_file_unreadable": "Tệp không đọc được: {fault}.",
    "process_file_too_big": "Tệp lớn hơn {most:n} byte.",
    "process_field_unknown": "Mục {name}: không hiểu trường {field}.",
    "process_not_understood": "Mục {name}: không hiểu, {fault}.",
    "process_twice": "Mục {name}: quy trình {process} bản {version} có hai lần trong tệp.",
    "process_value_lost": "Giá trị {value} ({count} lần) không còn sau khi nạp.",
    # steps and hand-overs
    "step_not_yours": "Bước {step} của hồ sơ {code} thuộc vai trò {role}. Hồ sơ giữ nguyên. Báo người giữ vai trò đó.",
    "step_by_act": "Bước {step} của hồ sơ {code} xong khi trình, ký, đóng dấu hoặc trả kết quả, không bấm xong riêng được.",
    "step_moved": "Hồ sơ {code} không còn ở bước này. Chưa ghi gì. Mở lại hồ sơ để xem bước hiện tại.",
    "step_not_next": "Hồ sơ {code} không chuyển được sang bước {step}: không bỏ qua bước bắt buộc.",
    "process_not_kept": "Hồ sơ {code} không kèm quy trình nội bộ nào, không có bước để đánh dấu.",
    "nothing_offered": "Hồ sơ {code} không có lượt chuyển giao nào đang chờ. Mở lại hồ sơ để xem ai đang giữ.",
    "not_offered_to_you": "Hồ sơ {code} được chuyển cho người khác. Hồ sơ giữ nguyên.",
    "taker_unknown": "Chọn đồng nghiệp hoặc phòng nhận hồ sơ. Chưa chuyển gì.",
    "taker_is_holder": "Người nhận đang giữ hồ sơ {code}. Chọn đồng nghiệp khác.",
    "note_too_long": "Ghi chú dài quá {most} ký tự. Rút gọn rồi gửi lại.",
    # registers
    "too_many_lines": "Khoảng ngày này có quá {most:n} dòng. Chọn khoảng ngắn hơn rồi xuất lại.",
    "period_wrong": "Khoảng ngày chưa đúng: ngày đầu phải trước ngày cuối, không quá {most} ngày.",
}

STEPS: dict[str, tuple[str, str]] = {
    "transfer.declined": ("undo-2", "không nhận chuyển giao"),
}

BASES = {
    "published": "Quyết định đã ban hành",
    "published_times": "Thời gian theo quyết định, vai trò suy ra",
    "modelled": "Theo quy trình tương tự",
    "designed": "Tự soạn, chưa có quyết định",
}
VERDICTS = {"early": "Trước hạn", "on_time": "Đúng hạn", "late": "Quá hạn"}
# Conditions of steps as imported files write them, in the office's words; another stands as it was written.
CONDITIONS = {
    "procedure has a fee": "thủ tục có thu phí",
    "procedure has a fee; clock not running while status is 6": "thủ tục có thu phí; thời hạn không tính trong lúc chờ nộp tiền",
}
