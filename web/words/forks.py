"""Words of forks, restores and replaced boxes: what happened, what is safe, what to do."""

SENTENCES: dict[str, str] = {
    "sync_replaced": (
        "Tỉnh đã nhận sổ mới hơn của xã từ một máy khác: máy này đã được thay. Không gửi nữa; việc ghi tại đây vẫn còn tại đây. "
        "Ngừng tiếp nhận trên máy này và gọi kỹ thuật viên. Nếu đây mới là máy đúng, xin tỉnh ghi danh lại."
    ),
    "sync_two_machines": (
        "Hai máy đang cùng dùng khóa của xã. Tỉnh chưa nhận của máy nào cho đến khi chọn một; việc ghi tại đây vẫn còn đủ. "
        "Gọi kỹ thuật viên: giữ một máy và ghi danh lại máy đó, tắt máy kia."
    ),
    "device_replaced": (
        "Tỉnh đã ghi danh lại xã này trên máy khác. Máy này không gửi được nữa; việc đã ghi vẫn còn tại đây. "
        "Ngừng tiếp nhận trên máy này và gọi kỹ thuật viên."
    ),
    "admission_of_another": "Tệp trả lời này cấp cho máy {device}, không phải máy này. Chưa đổi gì. Xin tỉnh ghi lại tệp cho đúng máy.",
    "fleet_two_machines": (
        "Hai máy đang cùng dùng khóa của xã này: có bản sao của máy. Đã chặn cả hai gửi lên; việc tại xã vẫn ghi tại từng máy. "
        "Gọi xã chọn máy giữ lại, ghi danh lại máy đó (motcua enrol ask, admit, renew), tắt máy kia."
    ),
    "fleet_healed": (
        "Sổ cái của xã rẽ hai nhánh và đã tự nối lại: nhánh sau được ghi lại ở sổ mới. Tỉnh giữ nguyên văn nhánh sau để đối chiếu. "
        "Hỏi xã đã xem trang Đối chiếu chưa và vì sao máy chạy bản cũ."
    ),
    "restore_running": "Các tiến trình của máy còn chạy. Chưa khôi phục gì. Dừng trang, đồng bộ và sao lưu rồi chạy lại.",
    "restore_alive": (
        "Cơ sở dữ liệu của máy còn tốt và là bản mới nhất. Chưa khôi phục gì. "
        "Nếu vẫn muốn dùng bản sao, tự chuyển tệp main.db đi nơi khác rồi chạy lại."
    ),
    "restore_no_copy": "Không có bản sao nào đọc được trong {place}. Chưa khôi phục gì. Tìm thư mục replica của máy cũ, ghi sau --from.",
    "restore_foreign": "Bản sao này là sổ cái của máy khác hoặc đã hỏng. Chưa khôi phục gì. Tìm đúng bản sao của máy này.",
    "restore_life_unknown": (
        "Máy không còn dấu chứng nên không biết đã dùng đến sổ nào. Chưa khôi phục gì, để không cấp trùng số. "
        "Xem số sổ của xã trên bảng thiết bị của tỉnh, chạy lại với --life và số đó."
    ),
    "restore_loses": (
        "Bản sao dừng ở {at}, cũ hơn dấu chứng của máy: thiếu {events} sự kiện. Chưa khôi phục gì. "
        "Tìm bản sao mới hơn; không có thì chạy lại với --accept-loss, phần đã gửi tỉnh sẽ được lấy lại."
    ),
    "compared_already": "Việc này đã có người ghi là đối chiếu xong. Chưa đổi gì. Mở lại trang Đối chiếu.",
    "slips_wait_for_lost": (
        "Chưa nhập phiếu số {number}: máy vừa được khôi phục, việc đã ghi trước đó còn chờ tỉnh trả lại và phiếu này có thể đã nhập rồi. "
        "Giữ phiếu, nhập lại khi máy đồng bộ xong."
    ),
}
STEPS: dict[str, tuple[str, str]] = {}

# Why the province takes nothing more of this box: code → what stands on every page.
STOPPED: dict[str, str] = {
    "sync_replaced": "Máy đã được thay",
    "device_replaced": "Máy đã được thay",
    "sync_two_machines": "Hai máy chung khóa",
    "sync_fork": "Sổ cái khác tỉnh",
    "device_revoked": "Tỉnh đã thu hồi máy",
}
# What is to be compared: its name, and what to do.
COMPARED: dict[str, tuple[str, str]] = {
    "both_sides": (
        "Hồ sơ ghi ở cả hai phía",
        "Mở hồ sơ, xem các bước trước và sau khi khôi phục có trái nhau không; trái thì làm tiếp từ bước đúng.",
    ),
    "number_twice": (
        "Một số nằm trên hai giấy",
        "Giữ nguyên số trên cả hai giấy đã in. Báo lãnh đạo chọn hồ sơ đổi số, đổi giấy cho người dân.",
    ),
    "file_gone": ("Tệp không còn ở máy và ở tỉnh", "Tìm bản giấy trong túi hồ sơ, quét lại vào hồ sơ."),
    "content_differs": (
        "Hồ sơ không khớp với tỉnh",
        "Hồ sơ ở đây vẫn dùng bình thường, không phải nhập lại gì. Báo kỹ thuật viên mã hồ sơ và lý do ghi bên cạnh.",
    ),
}
# Why a dossier does not hold the same at the province, and could not be mended: code → what stands beside it.
WHY_DIFFERS: dict[str, str] = {
    "key_wanted": "Tỉnh và máy này đều không còn khóa mở phần riêng của hồ sơ",
    "key_lost": "Máy này không còn khóa mở phần riêng của hồ sơ",
    "set_aside": "Tỉnh đã giữ nhưng chưa đọc được một việc của hồ sơ",
    "damaged_here": "Một việc của hồ sơ lưu ở máy này bị hỏng",
    "damaged_there": "Một việc của hồ sơ lưu ở tỉnh bị hỏng",
    "of_another": "Tỉnh đang giữ hồ sơ này dưới tên xã khác",
    "folds_otherwise": "Hai bên có cùng các việc mà dựng ra hồ sơ khác nhau: lỗi phần mềm",
}
# What the last comparison of all dossiers with the province said.
COMPARED_AT: dict[str, str] = {
    "equal": "Đã đối chiếu với tỉnh lúc {at}: khớp, {dossiers} hồ sơ.",
    "mended": "Đã đối chiếu với tỉnh lúc {at}: khớp, {dossiers} hồ sơ. {mended} hồ sơ bị lệch đã tự dựng lại đúng.",
    "differs": "Đã đối chiếu với tỉnh lúc {at}: {differing} trong {dossiers} hồ sơ không khớp. Việc tại đây vẫn ghi bình thường.",
}
NEVER_COMPARED = "Chưa đối chiếu hồ sơ với tỉnh lần nào. Máy tự đối chiếu mỗi đêm khi có đường truyền."
NOT_COMPARED_SINCE = "Từ đó đến nay chưa đối chiếu lại được."
OTHER_RULES = "Tỉnh đang chạy phiên bản khác nên chưa so được hồ sơ; máy thử lại mỗi đêm."
