"""Words of people and accounts: accounts, roles, one-time words, delegations, hand-over of drafts."""

SENTENCES: dict[str, str] = {
    "officer_unknown": "Không có người này. Mở lại danh sách.",
    "officer_fields": "Ghi đủ mã cán bộ, họ tên và chức danh. Chưa mở tài khoản.",
    "officer_id_wrong": "Mã cán bộ gồm 2 chữ cái và 2 đến 4 chữ số, ví dụ ST19. Chưa mở tài khoản.",
    "officer_id_taken": "Mã cán bộ {officer} đã có người mang. Mã không cấp lại. Chọn mã khác.",
    "officer_other_name": (
        "Mã cán bộ {officer} ở đây là của {name}. Chưa có gì thay đổi. Mã không cấp lại; tỉnh dùng mã khác hoặc sửa tên."
    ),
    "roles_missing": "Chọn ít nhất một vai trò. Chưa có gì thay đổi.",
    "roles_apart": (
        "Vừa tiếp nhận vừa thu tiền chỉ khi không đủ người: {officers} đang giữ vai trò thu ngân. "
        "Chưa có gì thay đổi. Bỏ một vai trò, hoặc đánh dấu không đủ người."
    ),
    "last_admin": "Đây là quản trị cuối cùng. Chưa có gì thay đổi. Giao vai trò quản trị cho người khác trước.",
    "own_account": "Không đặt lại mật khẩu hay đóng tài khoản của chính mình ở đây. Dùng trang Tài khoản của tôi.",
    "admin_by_admin": "Tài khoản quản trị do quản trị viên khác đặt lại mật khẩu; giám đốc trung tâm mở khóa được.",
    "delegation_days": "Ngày cuối phải từ ngày đầu trở đi, không quá {most} ngày, và chưa qua. Chưa ghi ủy quyền.",
    "delegation_self": "Người nhận ủy quyền phải là người khác, đang làm việc. Chưa ghi ủy quyền.",
    "delegation_basis": "Ghi số văn bản ủy quyền. Chưa ghi ủy quyền.",
    "delegation_not_own": "Chỉ người có quyền hoặc quản trị viên ghi ủy quyền của người đó. Chưa có gì thay đổi.",
    "delegation_stands": "Đã có ủy quyền giữa hai người bắt đầu ngày này. Kết thúc ủy quyền cũ trước.",
    "delegation_unknown": "Không còn ủy quyền này. Tải lại trang.",
    "receiver_cannot": "Người này không nhận bản nháp được. Bản nháp vẫn của người gửi. Chọn cán bộ tiếp nhận.",
}
STEPS: dict[str, tuple[str, str]] = {}

# What was done with an account: code kept in the ledger → words.
CHANGES: dict[str, str] = {
    "opened": "mở tài khoản",
    "roles": "đổi vai trò",
    "closed": "đóng tài khoản",
    "reopened": "mở lại tài khoản",
    "password": "đặt lại mật khẩu",
    "unlocked": "mở khóa đăng nhập",
}
