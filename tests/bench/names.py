"""Names as they are in a commune: a few family names for most people, many given ones. Seeded; nobody is meant."""

import random

FAMILIES = ["Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Hoàng", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý"]
WEIGHTS = (38, 11, 9, 7, 5, 5, 4, 4, 4, 2, 2, 1, 1, 1, 1, 1)
MIDDLES = ["Văn", "Thị", "Hữu", "Minh", "Ngọc", "Thanh", "Quốc", "Đức", "Xuân", "Kim", "Hồng", "Công", "Bảo", "Thùy", "Anh", "Gia"]
GIVEN = [
    "An", "Anh", "Ánh", "Bình", "Bích", "Châu", "Chi", "Cường", "Dũng", "Dung", "Đạt", "Điệp", "Giang", "Hà", "Hải", "Hạnh", "Hằng",
    "Hiền", "Hiếu", "Hoa", "Hòa", "Hùng", "Hương", "Huy", "Khánh", "Khoa", "Kiên", "Lan", "Linh", "Loan", "Long", "Lộc", "Mai",
    "Minh", "My", "Nam", "Nga", "Ngân", "Nghĩa", "Ngọc", "Nhung", "Oanh", "Phát", "Phong", "Phúc", "Phương", "Quân", "Quang", "Quý",
    "Quyên", "Sơn", "Tâm", "Tân", "Thảo", "Thắng", "Thịnh", "Thoa", "Thu", "Thủy", "Thương", "Tiến", "Toàn", "Trang", "Trâm", "Trí",
    "Trinh", "Trung", "Tú", "Tuấn", "Tùng", "Tuyết", "Uyên", "Vân", "Việt", "Vy", "Yến",
]  # fmt: skip


def person(chance: random.Random) -> dict[str, str]:
    """Give a name, an identity number and a phone."""
    family = chance.choices(FAMILIES, WEIGHTS)[0]
    name = " ".join((family, chance.choice(MIDDLES), *chance.sample(GIVEN, chance.choice((1, 1, 2)))))
    return {"name": name, "number": f"089{chance.randrange(10**9):09d}", "phone": f"+849{chance.randrange(10**8):08d}"}
