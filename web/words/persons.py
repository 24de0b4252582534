"""Words of persons in their roles: who is missing, who may be one already registered."""

SENTENCES: dict[str, str] = {
    "person_missing": "Ghi họ tên: {called}.",
    "persons_missing": "Chưa ghi đủ người trong hồ sơ. Chưa tiếp nhận. Ghi họ tên người mà thủ tục này hỏi.",
    "nothing_wished": "Chưa làm gì thêm. Chọn cách thu, người đã ký hoặc đánh dấu đã trao, rồi bấm F9.",
    "no_originals": "Hồ sơ {code} không yêu cầu chứng thực bản sao. Chưa làm gì. Mở hồ sơ để xem việc tiếp theo.",
    "authority_missing": "Chọn căn cứ ủy quyền của người nộp thay.",
    "alike_applicant": "Người này đã có hồ sơ cùng thủ tục:",
    "alike_person": "{called} {name} đã có hồ sơ cùng thủ tục, xem kỹ trước khi tiếp nhận:",
    "alike_birth": "Cùng ngày sinh và cùng cha hoặc mẹ với {name} ({called}), có thể trùng hoặc sinh đôi:",
}

STEPS: dict[str, tuple[str, str]] = {}

# What is said of a field of a person in a role, before the role's own name.
FIELDS: dict[str, str] = {"name": "Họ tên", "number": "Số định danh", "birth": "Ngày sinh", "gender": "Giới tính"}
SOMEBODY = "người trong hồ sơ"
