"""What has to happen next with a dossier, by whom, and on which page. Pure: a table over status and state of the result."""

from dataclasses import dataclass

from appliance.documents import Signature
from appliance.dossier import Dossier, Status
from appliance.money import still_due
from appliance.release import why_not_yet
from appliance.rules import EarlyRelease


@dataclass(frozen=True)
class Next:
    """Who does what. `act` and `endpoint` say who may press the button and where it leads; both empty where nothing is pressed."""

    who: str
    words: str
    label: str = ""
    endpoint: str = ""
    act: str = ""
    kind: str = ""


OVER = {
    Status.NEW: Next("Cán bộ tiếp nhận", "đối chiếu giấy tờ rồi tiếp nhận.", "Tiếp nhận", "filed.page", "accept"),
    Status.NOT_ACCEPTED: Next("", "Hồ sơ không được tiếp nhận, không còn việc."),
    Status.SUPPLEMENT: Next(
        "Người dân", "bổ sung giấy tờ. Thời hạn đang tạm dừng.", "Nhận bổ sung", "bringing.page", "receive_supplement", "hold"
    ),
    Status.FINANCIAL: Next("Người dân", "thực hiện nghĩa vụ tài chính. Thời hạn đang tạm dừng.", kind="hold"),
    Status.WITHDRAWN: Next("", "Công dân đã rút hồ sơ, không còn việc."),
    Status.STOPPED: Next(
        "Lãnh đạo", "quyết định tiếp tục hay kết thúc. Hồ sơ đang dừng.", "Cho tiếp tục", "resuming.page", "resume", "hold"
    ),
    Status.RETURNED: Next("", "Đã trả kết quả, không còn việc."),
    Status.ACCEPTED: Next("Cán bộ chuyên môn", "nhận xử lý.", "Nhận xử lý", "queue.take", "take"),
}
SUBMITTED_ON_PAPER = Next(
    "Lãnh đạo, rồi văn thư",
    "lãnh đạo ký tay trên giấy, văn thư đóng dấu và vào sổ.",
    "Vào sổ",
    "certify.dossier",
    "number_and_seal",
)
ON_THE_WAY = {
    Signature.SUBMITTED: Next("Lãnh đạo", "xem và ký số kết quả.", "Mở bàn ký", "signing_desk.paper", "sign"),
    Signature.SIGNED: Next("Văn thư", "cấp số và đóng dấu.", "Mở bàn đóng dấu", "sealing_desk.paper", "number_and_seal"),
    Signature.NUMBERED: Next("Văn thư", "đóng dấu văn bản đã cấp số.", "Mở bàn đóng dấu", "sealing_desk.paper", "number_and_seal"),
    Signature.VOID: Next(
        "Người giữ hồ sơ", "soạn lại kết quả: văn bản trước đã hủy.", "Soạn lại", "result.page", "prepare", "warn"
    ),
}
PREPARE = Next("Người giữ hồ sơ", "xem giấy tờ và soạn kết quả.", "Soạn kết quả", "result.page", "prepare")
SUBMIT = Next("Người giữ hồ sơ", "xem lại dự thảo và trình lãnh đạo.", "Mở dự thảo", "result.page", "prepare")
MEND = Next("Người giữ hồ sơ", "sửa dự thảo theo ý kiến lãnh đạo rồi trình lại.", "Sửa dự thảo", "result.page", "prepare", "warn")
BACK = Next("Thu ngân", "hoàn trả tiền đã thu theo quyết định.", "Hoàn trả", "paying_back.refund_page", "pay_back", "hold")
PAY_AGAIN = Next("Thu ngân", "thu lại khoản của biên lai đã hủy.", "Thu phí", "cashier.dossier", "take_fee", "warn")
PAY = Next("Thu ngân", "thu phí, lệ phí trước khi trả kết quả.", "Thu phí", "cashier.dossier", "take_fee")
HAND_OVER = Next("Cán bộ trả kết quả", "mời người dân đến nhận và trả kết quả.", "Trả kết quả", "returns.dossier", "release")
RELAYED = Next("Cơ quan có thẩm quyền", "giải quyết. Ở đây chuyển hồ sơ đi và chờ kết quả về.", kind="hold")
WAIT_STAMP = Next("Máy chủ", "tự bổ sung dấu thời gian khi có đường truyền. Chưa trả được trước lúc đó.", kind="hold")
WAIT_OR_ALLOW = Next(
    "Máy chủ",
    "tự bổ sung dấu thời gian khi có đường truyền. Cần trả sớm hơn thì lãnh đạo ghi quyết định.",
    "Cho phép trả trước",
    "early_release.page",
    "decide_early_release",
    "hold",
)


def next_step(dossier: Dossier, rule: EarlyRelease, relayed: bool = False) -> Next:
    """Say what comes next. `rule`: whether this result may leave before its time-stamp; `relayed`: another agency makes it."""
    if dossier.erased_at:
        return Next("", "Thông tin cá nhân đã xóa, không còn việc.")
    if dossier.money_open:
        return BACK if dossier.to_refund else PAY_AGAIN
    if dossier.status in OVER:
        return OVER[dossier.status]
    if dossier.status == Status.DONE:
        return _finished(dossier, rule)
    return RELAYED if relayed else _processing(dossier)


def _processing(dossier: Dossier) -> Next:
    result = dossier.result
    if result is None:
        return ON_THE_WAY[Signature.VOID] if dossier.documents else PREPARE
    if result.signature == Signature.NONE:
        return MEND if result.sent_back else SUBMIT
    return SUBMITTED_ON_PAPER if result.path == "paper" else ON_THE_WAY[result.signature]


def _finished(dossier: Dossier, rule: EarlyRelease) -> Next:
    if still_due(dossier) != 0:
        return PAY
    if why_not_yet(dossier, rule) == "waits_for_timestamp":
        return WAIT_OR_ALLOW if rule == EarlyRelease.LEADER_DECISION else WAIT_STAMP
    return HAND_OVER


def steps(dossier: Dossier) -> list[tuple[str, str]]:
    """List the stations of a dossier with "done", "now" or "later", for the row under the title."""
    electronic = dossier.result is None or dossier.result.path == "electronic"
    stations = ["Tiếp nhận", "Thẩm tra", "Soạn kết quả", "Ký", "Đóng dấu" if electronic else "Vào sổ", "Trả kết quả"]
    at = _station(dossier)
    return [(words, "done" if n < at else "now" if n == at else "later") for n, words in enumerate(stations)]


AT = {Signature.SUBMITTED: 3, Signature.SIGNED: 4, Signature.NUMBERED: 4}


def _station(dossier: Dossier) -> int:
    if not dossier.accepted_at:
        return 0
    if dossier.status == Status.RETURNED:
        return 6
    if dossier.status == Status.DONE:
        return 5
    if dossier.result is None:
        return 1
    return AT.get(dossier.result.signature, 2)
