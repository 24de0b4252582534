"""What came of a stick, in sentences that the pages and the command share: what happened, what is safe, what to do next."""

from collections import Counter
from collections.abc import Iterable

from appliance.errors import Refused
from appliance.text import number_text
from sync.courier.coming import Came
from sync.courier.going import Made
from sync.courier.layout import Answer, Problem
from web.vietnamese import sentence
from web.words.courier import AT_PROVINCE, CUTS, PROBLEM_OTHER, PROBLEMS

REVOKED = "device_revoked"
KB, MB, GB = 1_000, 1_000_000, 1_000_000_000


def size_text(size: int) -> str:
    """Show a size as sticks are sold: in thousands, with a decimal comma."""
    if size >= GB:
        return f"{size / GB:.1f} GB".replace(".", ",")
    return f"{number_text(max(1, round(size / MB)))} MB" if size >= MB else f"{number_text(max(1, round(size / KB)))} KB"


def made_words(made: Made) -> list[str]:
    """Say what a bundle carries, and what waits for the next stick."""
    counts = f"{number_text(made.events)} sự kiện, {number_text(made.keys)} khóa hồ sơ, {number_text(made.files)} tệp"
    said = [f"Đã ghi gói số {made.number}, {size_text(made.size)}: {counts}. Dữ liệu vẫn còn đủ tại đây cho đến khi tỉnh trả lời."]
    if not made.last:
        left = f"{number_text(made.files_left)} tệp ({size_text(made.bytes_left)})" if made.files_left else "một phần sổ cái và tệp"
        said.append(f"Còn {left} chưa vừa gói này. Cắm USB khác và ghi gói tiếp theo.")
    if made.files_damaged:
        said.append(f"{number_text(made.files_damaged)} tệp không đọc được trên máy này nên chưa gửi. Gọi kỹ thuật viên đối chiếu.")
    return said


def answer_words(answer: Answer) -> list[str]:
    """Say what the province took of a bundle."""
    if _is_revoked(answer.problems):
        return [AT_PROVINCE[REVOKED]]
    held = [life.have.seq for life in answer.lives if life.have and life.have.seq]
    taken = f"Tỉnh giữ sổ cái của xã đến sự kiện số {number_text(held[-1])}." if held else "Chưa giữ sự kiện nào của đời máy này."
    said = [f"{taken} {number_text(len(answer.files))} tệp trong gói đã nhận đủ."]
    if answer.cut:
        said.append(f"{CUTS[answer.cut]} Phần trước chỗ đó đã giữ. Chép lại gói rồi nhập lại, hoặc xin xã xuất gói mới.")
    if answer.lacking:
        numbers = ", ".join(str(number) for number in answer.lacking)
        said.append(f"Còn thiếu gói số {numbers}. Phần nhận được đã giữ. Nhập gói thiếu trước, rồi nhập lại gói này.")
    said += problem_words(answer.problems)
    return said


def problem_words(problems: Iterable[Problem]) -> list[str]:
    """Count what was not taken by its reason."""
    counted = Counter(problem.code for problem in problems)
    return [f"Chưa nhận {number_text(count)} phần: {PROBLEMS.get(code, PROBLEM_OTHER)}." for code, count in counted.items()]


def came_words(came: Came) -> list[str]:
    """Say what an answer brought to the box."""
    if _is_revoked(came.problems):
        return [sentence(Refused(REVOKED))]
    said = [
        _received(came),
        f"{number_text(came.files)} tệp tỉnh đã giữ; {number_text(came.records)} tin mới của tỉnh đã có hiệu lực.",
    ]
    if came.old:
        said.append("Đã có trả lời mới hơn trả lời này. Không có gì lùi lại; không cần làm gì.")
    if came.cut:
        said.append(f"Tỉnh báo: {CUTS[came.cut]} Phần còn lại vẫn ở đây và đi trong gói tới.")
    if came.lacking:
        said.append(f"Tỉnh chưa có gói số {', '.join(map(str, came.lacking))}. Mất USB thì chọn Ghi lại từ đầu.")
    if came.behind:
        said.append(
            f"Máy này là bản cũ hơn tỉnh; {number_text(came.recovered)} sự kiện đã lấy lại từ tỉnh. "
            "Xuất thêm một gói nữa để hai bên khớp. Báo kỹ thuật viên."
        )
    if came.feed_gap:
        said.append("Tin của tỉnh trong gói nối sau tin chưa có ở đây. Chưa làm theo tin nào; trả lời của gói tới sẽ có đủ.")
    return said + problem_words(came.problems)


def _is_revoked(problems: Iterable[Problem]) -> bool:
    """Say whether nothing was taken because the device is revoked."""
    return any(problem.code == REVOKED for problem in problems)


def _received(came: Came) -> str:
    if came.receipt is None:
        return f"Trả lời cho gói số {came.number}: tỉnh chưa nhận được sự kiện nào. Dữ liệu vẫn còn đủ tại đây."
    return f"Tỉnh đã nhận: biên nhận số {number_text(came.receipt)} cho gói số {came.number}."


def refused_words(refused: Refused, province: bool) -> str:
    """Say a refusal to who stands there."""
    return AT_PROVINCE.get(refused.code, "") if province and refused.code in AT_PROVINCE else sentence(refused)
