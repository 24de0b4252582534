"""Articles 1.7, 4 and 5: segments, what is kept of them, and the receipts they are answered with."""

import secrets

import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from provisioning.conformance import written
from provisioning.conformance.kit import Kit, refused, took
from provisioning.conformance.talk_checks import check_lives
from provisioning.conformance.written import Fails, NotTried, need

DECODED_MAX = 8 * 1024 * 1024
WIRE_MAX = 1024 * 1024
EVENT_MAX = 64 * 1024
EVENTS_MAX = 5_000
ODD = (  # Spaces, an escape, a decimal's zero, an order and a field that nobody else would write.
    '{{ "t":"conformance.unknown","i":{seq}, "v":99,"at":"", "q":"", "d":{{"b":1.50,"a":"e\\u0301 \\/ đ","b2":[ ]}},'
    '"later":{{"z":1,"a":2}} }}'
)


def kept_whole(kit: Kit) -> None:
    """A good segment is taken, and the answer says the head held then."""
    try:
        kit.level()
    except NotTried as why:
        raise Fails(f"máy nhận không giữ được sự kiện nào ({why})") from None
    first = kit.life.last + 1
    kit.write(3)
    said = took(kit.give(kit.device.packed(kit.life, first)))
    need(said.get("verdict") == "extends", f"trả lời {said.get('verdict')}")
    need(said.get("have") == kit.life.head_at(kit.life.last), f"have là {said.get('have')}")


def twice_is_once(kit: Kit) -> None:
    """The same again changes nothing; what reaches back and goes on is taken from where it is new."""
    kit.level()
    have = kit.life.head_at(kit.life.last)
    for _ in range(2):
        said = took(kit.give(kit.device.packed(kit.life, 1)))
        need((said.get("verdict"), said.get("have")) == ("already_have", have), f"gửi lại được trả lời {said.get('verdict')}")
    kit.write(2)
    said = took(kit.give(kit.device.packed(kit.life, 1)))
    need(
        said.get("verdict") == "extends" and said.get("have") == kit.life.head_at(kit.life.last),
        "gói chồng lên phần đã có bị xử lý sai",
    )


def gap(kit: Kit) -> None:
    """What comes before is lacking."""
    kit.level()
    have = kit.life.last
    kit.write(3)
    refused(kit.give(kit.device.packed(kit.life, have + 3)), 409, "sync_gap", have=have)


def broken_chain(kit: Kit) -> None:
    """The events are right; the head they are said to reach is not, and is signed so."""
    kit.level()
    first = kit.life.last + 1
    kit.write(2)
    refused(kit.give(kit.device.packed(kit.life, first, head=secrets.token_hex(32))), 422, "segment_chain_broken")


def bad_signature(kit: Kit) -> None:
    """Events and chain are right; another key signed."""
    kit.level()
    first = kit.life.last + 1
    kit.write(2)
    refused(kit.give(kit.device.packed(kit.life, first, key=Ed25519PrivateKey.generate())), 422, "segment_signature_wrong")


def too_large(kit: Kit) -> None:
    """Above the bound on the wire, and above the bound once unfolded."""
    for body in (secrets.token_bytes(WIRE_MAX + 1), zstandard.compress(bytes(DECODED_MAX + 1))):
        refused(kit.give(body), 413, "segment_too_big", "sync_body_too_big")


def malformed(kit: Kit) -> None:
    """No heading, a wrong count, an event that is not at its place or too large; nothing of them is kept."""
    kit.level()
    before = kit.life.last
    refused(kit.give(b"khong phai zstd"), 422, "segment_malformed")
    refused(kit.give(zstandard.compress(b"{}\n{}")), 422, "segment_malformed")
    kit.write(2)
    plain = zstandard.decompress(kit.device.packed(kit.life, before + 1))
    refused(kit.give(zstandard.compress(plain.rsplit(b"\n", 1)[0])), 422, "segment_malformed")
    for event in (_plain(before + 2), _plain(before + 1, "x" * EVENT_MAX)):
        refused(kit.give(kit.device.packed(kit.life, before + 1, events=[event])), 422, "segment_malformed")
    need((kit.hello().said.get("have") or {}).get("seq") == before, "đã giữ lại một phần của gói bị từ chối")


def _plain(seq: int, date: str = "") -> bytes:
    return f'{{"i":{seq},"t":"clock.confirmed","v":1,"at":"","q":"","d":{{"date":"{date}"}}}}'.encode()


def fork(kit: Kit) -> None:
    """Another event where one is held already is refused, and changes nothing."""
    kit.level()
    last = kit.life.last
    answer = kit.give(kit.device.packed(kit.life, last, events=[_plain(last, "khac")]))
    refused(answer, 409, "sync_fork", inc=kit.life.inc, why="forked")
    check_lives(kit, answer.said.get("lives"))
    need(kit.hello().said.get("have") == kit.life.head_at(last), "sự kiện đã giữ bị thay")


def set_aside(kit: Kit) -> None:
    """An event that cannot be read into rows is acknowledged, and so is what follows it."""
    kit.level()
    first = kit.life.last + 1
    kit.device.write(kit.life, "dossier.accepted", {"code": 7}, dossier="khong-phai-uuid", version=2)
    kit.write()
    said = took(kit.give(kit.device.packed(kit.life, first)))
    need(said.get("have") == kit.life.head_at(kit.life.last), "sự kiện không hiểu được làm tắc các sự kiện sau")
    need(set(said.get("quarantined", [])) <= {first}, f"quarantined là {said.get('quarantined')}")


def byte_for_byte(kit: Kit) -> None:
    """A kind of a later version, written as nobody else would write it, comes back as it went."""
    kit.level()
    odd = kit.device.write_bytes(kit.life, ODD.format(seq=kit.life.last + 1).encode())
    kit.level()
    answer = kit.line.ask("GET", f"/events?inc={kit.life.inc}&after={odd - 1}")
    took(answer)
    events = written.read_segment(answer.body, kit.device.id, kit.device.province).events
    need(events[:1] == (kit.life.events[odd - 1],), "sự kiện loại lạ trả lại không còn nguyên từng byte")


def receipt_signed(kit: Kit) -> None:
    """Judged last: every receipt that came was signed by the province."""
    _some(kit)
    false = [
        where for where, statement in kit.receipts if not written.statement_holds(kit.device.province, written.RECEIPT, statement)
    ]
    need(
        not false,
        f"{len(false)} trên {len(kit.receipts)} giấy nhận có chữ ký không đúng (khóa tỉnh, chuỗi {written.RECEIPT.decode()})",
    )


def receipt_names_head(kit: Kit) -> None:
    """Judged last: every receipt names this device, and at its number the digest of our chain."""
    _some(kit)
    for where, statement in kit.receipts:
        said = written.said(statement)
        need({"device", "inc", "seq", "digest", "received_at", "number"} <= set(said), f"giấy nhận thiếu trường: {sorted(said)}")
        need(said["device"] == kit.device.id, "giấy nhận ghi máy khác")
        if said["inc"] == kit.life.inc:
            good = 0 < said["seq"] <= kit.life.last and said["digest"] == kit.life.digest_at(said["seq"])
            need(good, f"giấy nhận ({where}) cho sự kiện {said['seq']} ghi mã băm không phải của chuỗi")


def receipt_reaches(kit: Kit) -> None:
    """What is acknowledged is receipted: by the segment's answer, and by hello again."""
    kit.level()
    first = kit.life.last + 1
    kit.write(2)
    said = took(kit.give(kit.device.packed(kit.life, first)))
    need(written.said(said.get("receipt"))["seq"] >= kit.life.last, "giấy nhận không đến sự kiện cuối của gói")
    kit.level()
    need(written.said(took(kit.hello()).get("receipt"))["seq"] == kit.life.last, "hello không kèm giấy nhận mới nhất")


def _some(kit: Kit) -> None:
    if not kit.receipts:
        raise written.NotTried("chưa nhận được giấy nhận nào")
