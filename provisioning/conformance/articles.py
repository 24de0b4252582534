"""The articles of docs/sync.md that can be tried, in words; in which order they are tried, and what comes of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from provisioning.conformance import copy_checks as copies
from provisioning.conformance import equality_checks as equality
from provisioning.conformance import given_checks as given
from provisioning.conformance import handover_checks as handovers
from provisioning.conformance import segment_checks as segments
from provisioning.conformance import store_checks as stores
from provisioning.conformance import talk_checks as talk
from provisioning.conformance.device import Device, Life
from provisioning.conformance.kit import Kit, Neighbour
from provisioning.conformance.line import Line, Unreachable
from provisioning.conformance.written import Fails, NotTried

Check = Callable[[Kit, stores.Store], None]
MISSHAPEN = (KeyError, TypeError, ValueError, AttributeError, IndexError)


class Outcome(StrEnum):
    """What came of an article."""

    HOLDS = "holds"
    FAILS = "fails"
    NOT_TRIED = "not_tried"


@dataclass(frozen=True)
class Judged:
    """An article, what it asks for, what came of it and why."""

    article: str
    words: str
    outcome: Outcome
    reason: str = ""


WORDS: Mapping[str, str] = {
    "1.1": "TLS 1.3 và chứng thư của máy xã",
    "1.2": "Sync-Version ở mọi trả lời; phiên bản lạ bị từ chối",
    "1.3": "Content-Digest sai hoặc thiếu thì từ chối, không giữ gì",
    "1.4": "Từ chối đúng mẫu application/problem+json",
    "1.5": "Bỏ qua trường chưa biết",
    "1.6": "Đã xác nhận thì không mất",
    "1.7": "Sự kiện loại lạ giữ nguyên từng byte và trả lại được",
    "2.1": "Tệp yêu cầu và trả lời ghi danh",
    "2.2": "Dọn máy thử sau khi thử",
    "3.1": "Hello: have, feed, keys_wanted, giấy nhận mới nhất",
    "3.2": "Hello: extends khi máy xã có thêm",
    "3.3": "Hello: already_have khi hai bên bằng nhau",
    "3.4": "Hello: need_parent khi thiếu đời máy trước",
    "3.5": "Hello: behind khi máy xã mất sự kiện",
    "3.6": "Hello: fork khi hai bên khác nhau ở cùng một chỗ",
    "4.1": "Nhận gói sự kiện, xác nhận khi đã giữ đủ",
    "4.2": "Gửi lại không đổi gì; gói chồng lên phần đã có vẫn nhận",
    "4.3": "Gói hở: 409 sync_gap kèm have",
    "4.4": "Chuỗi đứt: 422 segment_chain_broken",
    "4.5": "Chữ ký sai: 422 segment_signature_wrong",
    "4.6": "Gói quá lớn: 413",
    "4.7": "Gói sai mẫu: 422 segment_malformed, không giữ gì",
    "4.8": "Hai sự kiện cùng một chỗ: 409 sync_fork kèm lives",
    "4.9": "Đời máy chưa chào: 409 life_unknown; sự kiện đầu khớp hello",
    "4.10": "Sự kiện không hiểu được không làm tắc sự kiện khác",
    "5.1": "Giấy nhận có chữ ký của tỉnh",
    "5.2": "Giấy nhận ghi đúng máy và đúng mã băm cuối chuỗi",
    "5.3": "Mọi gói đã nhận đều có giấy nhận; hello đưa lại",
    "6.1": "Nhận khóa hồ sơ; gói khóa không mở được thì từ chối",
    "6.2": "Hello nêu hồ sơ còn thiếu khóa",
    "6.3": "Khóa không bị thay, khóa đã hủy không sống lại",
    "7.1": "Danh sách tệp thiếu; chỉ nhận tệp có sự kiện nêu",
    "7.2": "Gửi tệp từng phần, đứt thì gửi tiếp",
    "7.3": "Sai vị trí: 409 upload_elsewhere kèm vị trí đúng",
    "7.4": "Tệp không đúng tên: 422 upload_damaged, bắt đầu lại",
    "7.5": "Tệp đã có: trả lời complete ngay",
    "7.6": "Sai cỡ tệp hoặc phần quá lớn: 413",
    "8.1": "Bản tin có chữ ký của tỉnh",
    "8.2": "Bản tin nối thành chuỗi của đúng máy này",
    "8.3": "Bản tin đi tiếp từ vị trí đã hỏi, không đổi",
    "8.4": "Bản ghi bỏ ra được kê đủ trong bản kê có chữ ký",
    "8.5": "Quyết định của cấp trên chỉ đến máy giữ hồ sơ",
    "8.6": "Lời thu hồi chứng thư, máy; rút lại",
    "8.7": "Hồ sơ trực tuyến chỉ đến một máy của xã, một lần",
    "9.1": "Trả lại sự kiện của chính máy xã, tỉnh ký",
    "9.2": "Trả lại khóa hồ sơ",
    "9.3": "Trả lại tệp",
    "9.4": "Kê lại sự kiện từ bản đã giữ",
    "9.5": "Kê lại tệp từ bản đã giữ",
    "10.1": "Bản sao cũ không ghi tiếp đời máy cũ",
    "10.2": "Đời máy đã bị thay: fork, why là replaced",
    "10.3": "Hai máy cùng một khóa",
    "12.1": "Xóa hồ sơ: hủy khóa, bỏ tệp, giữ sự kiện",
    "12.2": "Bản tin xác nhận việc xóa",
    "13.1": "Một mã băm cho mọi hồ sơ, tại đúng chỗ hai bên cùng có",
    "13.2": "Mã băm của 256 nhóm hồ sơ",
    "13.3": "Mã băm của từng hồ sơ trong một nhóm",
    "13.4": "Dựng lại hồ sơ từ sự kiện đã giữ",
    "14.1": "Một hồ sơ một đơn vị giữ; đơn vị cũ chỉ ghi chú",
    "14.2": "Đề nghị chuyển và trả lời, quyết định một lần",
    "14.3": "Đề nghị quá hạn không ai trả lời",
    "14.4": "Hồ sơ đến đơn vị mới, khóa không nằm trong bản tin",
    "14.5": "Việc đến muộn để riêng, không mất",
    "15.1": "Danh sách bản sao cơ sở dữ liệu; gửi tệp từng phần",
    "15.2": "Bản sao đủ giữ đến khi bản mới đủ, không trả lại qua mạng",
    "15.3": "Xóa hồ sơ thì bản sao mất theo",
}

UNTRIED: Mapping[str, str] = {
    "2.2": "việc của người điều hành máy nhận: bỏ máy thử (tại máy nhận này: motcua enrol forget)",
    "8.5": "phải có người ở tỉnh ra một quyết định về hồ sơ thử",
    "8.6": "phải có người ở tỉnh thu hồi một chứng thư hay máy thử",
    "8.7": "phải có người ở tỉnh giao một hồ sơ trực tuyến cho xã thử",
    "10.1": "việc của máy xã, không phải của máy nhận",
    "10.3": "thử sẽ khóa máy thử đến khi người điều hành chọn lại một máy",
    "14.3": "phải chờ đến hết hạn trả lời mà máy nhận đặt, tính bằng giờ làm việc",
}


def _alone(check: Callable[[Kit], None]) -> Check:
    return lambda kit, store: check(kit)


# In the order they are tried: what pollutes nothing first, what judges every answer so far at the end, erasure last of all.
TRIED: tuple[tuple[str, Check], ...] = (
    ("1.1", _alone(talk.tls)),
    ("4.9", _alone(talk.new_life)),
    ("4.1", _alone(segments.kept_whole)),
    ("4.2", _alone(segments.twice_is_once)),
    ("3.1", _alone(talk.hello_fields)),
    ("3.2", _alone(talk.extends)),
    ("3.3", _alone(talk.already_have)),
    ("3.4", _alone(talk.need_parent)),
    ("3.5", _alone(talk.behind)),
    ("3.6", _alone(talk.forked)),
    ("10.2", _alone(talk.replaced)),
    ("1.3", _alone(talk.digests)),
    ("1.5", _alone(talk.unknown_fields)),
    ("4.3", _alone(segments.gap)),
    ("4.4", _alone(segments.broken_chain)),
    ("4.5", _alone(segments.bad_signature)),
    ("4.6", _alone(segments.too_large)),
    ("4.7", _alone(segments.malformed)),
    ("4.8", _alone(segments.fork)),
    ("4.10", _alone(segments.set_aside)),
    ("5.3", _alone(segments.receipt_reaches)),
    ("6.2", stores.keys_wanted),
    ("6.1", stores.keys_taken),
    ("7.1", stores.missing_list),
    ("7.3", stores.wrong_offset),
    ("7.4", stores.damaged),
    ("7.6", stores.too_large),
    ("7.2", stores.resumable),
    ("7.5", stores.there_already),
    ("8.1", _alone(given.feed_signed)),
    ("8.2", _alone(given.feed_chain)),
    ("8.3", _alone(given.feed_cursor)),
    ("8.4", _alone(given.feed_lists)),
    ("9.1", _alone(given.events_back)),
    ("9.2", given.keys_back),
    ("9.3", given.file_back),
    ("9.4", _alone(given.inventory)),
    ("9.5", given.inventory_files),
    ("13.1", equality.whole),
    ("13.2", equality.buckets),
    ("13.3", equality.rows),
    ("13.4", equality.again),
    ("14.2", handovers.decided),
    ("14.4", handovers.handed),
    ("14.1", handovers.owned),
    ("14.5", handovers.late),
    ("15.1", copies.listed),
    ("15.2", copies.apart),
    ("15.3", copies.erased),
    ("6.3", stores.keys_stay),
    ("1.7", _alone(segments.byte_for_byte)),
    ("12.1", stores.erased),
    ("12.2", stores.erasure_confirmed),
    ("5.1", _alone(segments.receipt_signed)),
    ("5.2", _alone(segments.receipt_names_head)),
    ("1.6", _alone(talk.acknowledged)),
    ("1.4", _alone(talk.problems)),
    ("1.2", _alone(talk.version)),
)


@dataclass(frozen=True)
class Party:
    """A test device on its own line; the unit it was admitted under is needed of the second alone."""

    line: Line
    device: Device
    unit: str = ""


def judge(first: Party, second: Party | None = None) -> list[Judged]:
    """Try every article; gives them in the order of the specification. Raises line.Unreachable, NotTried when no life can begin."""
    kit, store = Kit(first.line, first.device, _life(first.line, first.device), neighbour=_neighbour(second)), stores.Store()
    for end in kit.ends:
        _begin(end)
    found = {"2.1": Judged("2.1", WORDS["2.1"], Outcome.HOLDS)}
    for article, check in TRIED:
        found[article] = _judge(kit, article, partial(check, kit, store))
    found |= {article: Judged(article, WORDS[article], Outcome.NOT_TRIED, why) for article, why in UNTRIED.items()}
    return [found[article] for article in WORDS]


def _life(line: Line, device: Device) -> Life:
    """Give the life to write: not the device's first, so that there is one before it, unless the receiver cannot even keep that."""
    first = device.new_life()
    if device.ended:
        return first
    try:
        Kit(line, device, first).level()
    except NotTried:
        return first
    return device.new_life()


def _neighbour(second: Party | None) -> Neighbour | None:
    return Neighbour(Kit(second.line, second.device, second.device.new_life()), second.unit) if second else None


def _begin(kit: Kit) -> None:
    answer = kit.hello()
    if answer.said.get("verdict") != "extends":
        told = answer.said.get("verdict", answer.code)
        raise NotTried(f"lời chào đầu tiên của máy thử được trả lời {answer.status} {told}".strip())


def _judge(kit: Kit, article: str, check: Callable[[], None]) -> Judged:
    try:
        check()
    except Fails as fails:
        return Judged(article, WORDS[article], Outcome.FAILS, str(fails))
    except NotTried as why:
        return Judged(article, WORDS[article], Outcome.NOT_TRIED, str(why))
    except MISSHAPEN as error:  # A stranger's answer may be anything.
        return Judged(article, WORDS[article], Outcome.FAILS, f"trả lời không đúng mẫu ({type(error).__name__}: {error})")
    except Unreachable as cut:
        kit.hello()  # Away altogether: then the test ends.
        return Judged(article, WORDS[article], Outcome.FAILS, f"máy nhận ngắt đường truyền thay vì trả lời ({cut})")
    return Judged(article, WORDS[article], Outcome.HOLDS)
