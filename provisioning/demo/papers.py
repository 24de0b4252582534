"""The papers citizens bring to the demonstration's counter, side by side; every person on them is invented."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Side:
    """One side of a paper: printed labels, what a hand filled in, who signed."""

    title: str
    rows: tuple[tuple[str, str], ...]  # A row with an empty second part is a printed line.
    under: str = ""
    office: tuple[str, str] = ("", "")  # Letterhead on the left; without it the paper is a citizen's own form.
    signer: tuple[str, str, str] = ("", "", "")
    seal: str = ""


APPLICANT = ("Người yêu cầu", "(Ký, ghi rõ họ, chữ đệm, tên)", "Nguyễn Thị Ngọc Ánh")
COMMUNE = ("ỦY BAN NHÂN DÂN", "XÃ AN CHÂU")

KINDS: dict[str, tuple[Side, ...]] = {
    "to-khai-khai-sinh": (
        Side(
            "TỜ KHAI ĐĂNG KÝ KHAI SINH",
            under="Kính gửi: Ủy ban nhân dân xã An Châu",
            rows=(
                ("Họ, chữ đệm, tên người yêu cầu:", "Nguyễn Thị Ngọc Ánh"),
                ("Nơi cư trú:", "Ấp Hòa Long 2, xã An Châu, tỉnh An Giang"),
                ("Giấy tờ tùy thân:", "Căn cước số 089190012345"),
                ("Quan hệ với người được khai sinh:", "Mẹ đẻ"),
                ("Đề nghị đăng ký khai sinh cho người dưới đây:", ""),
                ("Họ, chữ đệm, tên:", "Lê Nguyễn Minh Khang"),
                ("Ngày, tháng, năm sinh:", "12/11/2026"),
                ("Giới tính:", "Nam      Dân tộc: Kinh      Quốc tịch: Việt Nam"),
                ("Nơi sinh:", "Bệnh viện Đa khoa khu vực Châu Đốc"),
                ("Quê quán:", "Xã An Châu, tỉnh An Giang"),
                ("Họ, chữ đệm, tên người mẹ:", "Nguyễn Thị Ngọc Ánh"),
                ("Năm sinh:", "1990      Dân tộc: Kinh"),
                ("Họ, chữ đệm, tên người cha:", "Lê Hoàng Phúc"),
                ("Năm sinh:", "1988      Dân tộc: Kinh"),
            ),
            signer=APPLICANT,
        ),
        Side(
            "PHẦN CAM ĐOAN",
            rows=(
                ("Tôi cam đoan nội dung đề nghị trên là đúng sự thật.", ""),
                ("Đề nghị cấp bản sao:", "Có"),
                ("Số lượng:", "02 bản"),
                ("Làm tại:", "An Châu, ngày 19 tháng 11 năm 2026"),
            ),
            signer=APPLICANT,
        ),
    ),
    "giay-chung-sinh": (
        Side(
            "GIẤY CHỨNG SINH",
            office=("SỞ Y TẾ AN GIANG", "BVĐK KV CHÂU ĐỐC"),
            under="Số: 1148/2026 · Quyển số: 06",
            rows=(
                ("Họ tên mẹ:", "Nguyễn Thị Ngọc Ánh"),
                ("Năm sinh:", "1990"),
                ("Nơi thường trú:", "Ấp Hòa Long 2, xã An Châu, tỉnh An Giang"),
                ("Số định danh cá nhân:", "089190012345"),
                ("Đã sinh con vào lúc:", "04 giờ 35 phút, ngày 12/11/2026"),
                ("Tại:", "Bệnh viện Đa khoa khu vực Châu Đốc"),
                ("Số con trong lần sinh này:", "01"),
                ("Giới tính của con:", "Nam"),
                ("Cân nặng:", "3.200 gam"),
                ("Hiện trạng của con:", "Khỏe"),
                ("Dự định đặt tên con là:", "Lê Nguyễn Minh Khang"),
                ("Người đỡ đẻ:", "NHS. Phạm Thị Kim Loan"),
            ),
            signer=("Thủ trưởng cơ sở y tế", "(Ký tên, đóng dấu)", "Võ Minh Trí"),
            seal="BỆNH VIỆN",
        ),
    ),
    "giay-uy-quyen": (
        Side(
            "GIẤY ỦY QUYỀN",
            under="(V/v nộp hồ sơ và nhận kết quả)",
            rows=(
                ("Bên ủy quyền:", "Nguyễn Thị Ngọc Ánh, sinh ngày 05/08/1990"),
                ("Số căn cước:", "089190012345"),
                ("Bên được ủy quyền:", "Lê Hoàng Phúc, sinh ngày 21/02/1988"),
                ("Số căn cước:", "089088004127"),
                ("Nội dung ủy quyền:", "Nộp và nhận kết quả đăng ký khai sinh"),
                ("Thời hạn ủy quyền:", "Đến hết ngày 31/12/2026"),
            ),
            signer=("Bên ủy quyền", "(Ký, ghi rõ họ tên)", "Nguyễn Thị Ngọc Ánh"),
        ),
    ),
    "to-khai-hon-nhan": (
        Side(
            "TỜ KHAI CẤP GIẤY XÁC NHẬN\nTÌNH TRẠNG HÔN NHÂN",
            under="Kính gửi: Ủy ban nhân dân xã An Châu",
            rows=(
                ("Họ, chữ đệm, tên người yêu cầu:", "Trần Quốc Đạt"),
                ("Nơi cư trú:", "Ấp An Phú, xã An Châu, tỉnh An Giang"),
                ("Giấy tờ tùy thân:", "Căn cước số 089096007718"),
                ("Quan hệ với người được cấp giấy:", "Bản thân"),
                ("Giới tính:", "Nam      Dân tộc: Kinh      Quốc tịch: Việt Nam"),
                ("Tình trạng hôn nhân:", "Chưa đăng ký kết hôn với ai"),
                ("Trong thời gian cư trú tại:", "Ấp An Phú, xã An Châu"),
                ("Từ ngày:", "03/02/2014      đến ngày: 19/11/2026"),
                ("Mục đích sử dụng:", "Đăng ký kết hôn với Huỳnh Thị Mỹ Duyên"),
                ("Tôi cam đoan nội dung khai trên là đúng sự thật.", ""),
            ),
            signer=("Người yêu cầu", "(Ký, ghi rõ họ, chữ đệm, tên)", "Trần Quốc Đạt"),
        ),
    ),
    "giay-xac-nhan": (
        Side(
            "GIẤY XÁC NHẬN KHUYẾT TẬT",
            office=COMMUNE,
            under="Số hiệu: 8906/KT",
            rows=(
                ("Họ, chữ đệm, tên:", "Đỗ Minh Quân"),
                ("Ngày sinh:", "14/03/1985"),
                ("Số định danh cá nhân:", "089085006612"),
                ("Dạng khuyết tật:", "Vận động"),
                ("Mức độ khuyết tật:", "Nặng"),
                ("Nơi cư trú:", "Ấp Hòa Phú 1, xã An Châu, tỉnh An Giang"),
            ),
            signer=("CHỦ TỊCH", "(Đã ký)", "Huỳnh Văn Bảy"),
            seal="UBND XÃ",
        ),
    ),
    "giay-trang": (),
}
