"""What a person sees when the demonstration is up: addresses, accounts, PINs, the switch of the line."""

from appliance.rights import ROLE_NAMES
from provisioning.demo import tokens
from provisioning.demo.people import PASSWORD, commune_people, province_people
from provisioning.demo.plan import Demo


def text(demo: Demo) -> str:
    """Give the lines `make run` prints, in Vietnamese."""
    accounts = (f"  {one.account}   {ROLE_NAMES[one.role]:<28} {one.name}" for one in (*commune_people(), *province_people()))
    pins = (f"  {label:<16} mã PIN {pin}" for label, (_, pin) in tokens.WANTED.items())
    return "\n".join(
        (
            "",
            f"Trang của xã:     {demo.commune_url}",
            f"Trang của tỉnh:   {demo.province_url}",
            f"Đường truyền:     {demo.switch_url}   {'ĐÃ CẮT' if demo.line_cut.exists() else 'đang thông'}"
            "   (motcua demo line cut | restore | status)",
            f"Chứng thư gốc:    {demo.commune.keys / 'lan-ca.crt'} và {demo.province.keys / 'lan-ca.crt'}",
            "                  (cài vào trình duyệt, hoặc chấp nhận cảnh báo khi mở trang)",
            "",
            f"Tài khoản trình diễn, mật khẩu chung: {PASSWORD}",
            *accounts,
            "",
            "USB Token giả lập:",
            *pins,
            "",
            "Bấm Ctrl-C để dừng tất cả. Dữ liệu được giữ lại; bắt đầu lại từ đầu: make run RESET=1",
        )
    )
