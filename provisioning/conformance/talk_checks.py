"""Articles 1 to 3 and 10: who may ask, versions, digests, problems, hello and its verdicts."""

import json
import ssl
import urllib.error
import urllib.request

from provisioning.conformance.kit import Kit, no_head, refused, took
from provisioning.conformance.line import BASE, secured
from provisioning.conformance.written import Fails, NotTried, need

NEVER = 999
ONCE_S = 15.0


def tls(kit: Kit) -> None:
    """Nobody without a certificate gets anything, and nobody speaks TLS 1.2."""
    if not kit.line.secure:
        raise NotTried("địa chỉ là http; chỉ thử được qua https")
    keys = kit.device.home.keys
    need(not _answers(kit, secured(keys, own=False)), "máy không có chứng thư vẫn được trả lời")
    need(not _answers(kit, secured(keys, own=True, newest=ssl.TLSVersion.TLSv1_2)), "vẫn nhận TLS 1.2")


def _answers(kit: Kit, context: ssl.SSLContext) -> bool:
    try:
        with urllib.request.urlopen(f"{kit.line.url}{BASE}/feed?after=0", timeout=ONCE_S, context=context) as answer:
            return bool(answer.status < 300)
    except (urllib.error.URLError, OSError):
        return False


def version(kit: Kit) -> None:
    """Judged last: every answer so far said its version; an unknown one is refused."""
    need(not kit.line.versionless, "; ".join(kit.line.versionless))
    refused(kit.line.ask("GET", "/feed?after=0", Sync_Version=str(NEVER)), 400, "sync_version_unknown", spoken=1)


def digests(kit: Kit) -> None:
    """A body that is not what its digest says, or says nothing, changes nothing."""
    kit.level()
    packed = kit.device.packed(kit.life, kit.write(2) - 1)
    for field in ("sha-256=:AAAA:", None):
        refused(kit.give(packed, Content_Digest=field), 422, "body_digest_wrong")
    need((kit.hello().said.get("have") or {}).get("seq") == kit.life.last - 2, "đã giữ lại một thân bị từ chối")


def problems(kit: Kit) -> None:
    """Judged last: every refusal so far had its form; what cannot be read is refused."""
    refused(kit.line.ask("POST", "/hello", b'{"life":'), 400, "sync_malformed")
    refused(kit.line.ask("GET", "/events?inc=khong-phai&after=0"), 400, "sync_malformed")
    need(not kit.line.misshapen, "; ".join(kit.line.misshapen))


def unknown_fields(kit: Kit) -> None:
    """A later version's fields are passed over."""
    kit.level()
    need(took(kit.hello(later={"a": [1]})).get("verdict") == "already_have", "hello có trường lạ không được hiểu như thường")


def acknowledged(kit: Kit) -> None:
    """Judged last: what was acknowledged was there at every hello since."""
    kit.level()
    need(not kit.lost, "; ".join(kit.lost))


def hello_fields(kit: Kit) -> None:
    """The answer says what is held, and how far the feed is."""
    kit.level()
    said = took(kit.hello())
    need(said.get("have") == kit.life.head_at(kit.life.last), f"have là {said.get('have')}")
    need(isinstance(said.get("feed", 0), int) and isinstance(said.get("keys_wanted", []), list), "feed hoặc keys_wanted sai kiểu")
    need(isinstance(said.get("receipt"), dict), "không kèm giấy nhận mới nhất")


def extends(kit: Kit) -> None:
    """The device has more."""
    kit.level()
    held = kit.life.head_at(kit.life.last)
    kit.write(2)
    said = took(kit.hello())
    need((said.get("verdict"), said.get("have")) == ("extends", held), f"trả lời {said.get('verdict')}, have {said.get('have')}")


def already_have(kit: Kit) -> None:
    """Both have the same."""
    kit.level()
    said = took(kit.hello())
    need(said.get("verdict") == "already_have", f"trả lời {said.get('verdict')}")


def need_parent(kit: Kit) -> None:
    """A life that continues what is not there yet waits for it, and is not kept."""
    kit.level()
    ahead = kit.life.head_at(kit.life.last) | {"seq": kit.life.last + 5, "digest": "5" * 64}
    child = {"inc": "0123456789abcdef", "seq": 1, "digest": "6" * 64}
    life = {"inc": child["inc"], "inc_no": kit.life.inc_no + 1, "parent": ahead}
    said = took(kit.hello(life=life, heads=[*kit.device.heads(kit.life)[:-1], ahead, child]))
    need((said.get("verdict"), said.get("need")) == ("need_parent", kit.life.inc), f"trả lời {said.get('verdict')}")
    need(took(kit.hello()).get("verdict") == "already_have", "đã giữ lại đời máy chưa có đời trước")


def behind(kit: Kit) -> None:
    """An older copy is told which events it lost."""
    kit.level()
    if kit.life.last < 3:
        kit.write(3)
        kit.level()
    older = kit.life.head_at(kit.life.last - 2)
    said = took(kit.hello(heads=[*kit.device.heads(kit.life)[:-1], older]))
    need(said.get("verdict") == "behind", f"trả lời {said.get('verdict')}")
    lost = {"inc": kit.life.inc, "after": older["seq"], "until": kit.life.last}
    need(said.get("lost") == lost, f"lost là {said.get('lost')}, chờ {lost}")


def forked(kit: Kit) -> None:
    """Another event at the same place is a fork, and all lives held are told."""
    kit.level()
    other = kit.life.head_at(kit.life.last) | {"digest": "f" * 64}
    said = took(kit.hello(heads=[*kit.device.heads(kit.life)[:-1], other]))
    need(
        (said.get("verdict"), said.get("why")) == ("fork", "forked"), f"trả lời {said.get('verdict')} {said.get('why', '')}".strip()
    )
    check_lives(kit, said.get("lives"))


def check_lives(kit: Kit, lives: object) -> None:
    """Check that the lives told hold ours with its head."""
    own = {"inc": kit.life.inc, "inc_no": kit.life.inc_no, "parent": kit.life.parent, "head": kit.life.head_at(kit.life.last)}
    if not isinstance(lives, list) or own not in lives:
        raise Fails(f"lives không có đời máy đang ghi: {json.dumps(lives)[:200]}")


def replaced(kit: Kit) -> None:
    """An end that does not know a later life is told that it was replaced, and is not taken for a fork to be healed."""
    kit.level()
    old = kit.device.ended[-2] if len(kit.device.ended) > 1 else None
    if old is None:
        raise NotTried("máy thử mới có một đời")
    life = {name: old[name] for name in ("inc", "inc_no", "parent")}
    known = [one["head"] for one in kit.device.ended[:-2]] + [old["head"]]
    said = took(kit.hello(life=life, heads=known))
    need(
        (said.get("verdict"), said.get("why")) == ("fork", "replaced"),
        f"trả lời {said.get('verdict')} {said.get('why', '')}".strip(),
    )


def new_life(kit: Kit) -> None:
    """A life that no hello named is refused; after hello, its first event must say the same as hello did."""
    strange = kit.device.new_life()
    refused(kit.line.ask("POST", "/segments", kit.device.packed(strange, 1)), 409, "life_unknown")
    said = took(kit.hello())
    have = said.get("have") or no_head(kit.life.inc)
    need(said.get("verdict") == "extends" and not have["seq"], f"hello của đời mới được trả lời {said.get('verdict')}")
    false = kit.life.events[0].replace(f'"inc_no":{kit.life.inc_no}'.encode(), f'"inc_no":{kit.life.inc_no + 7}'.encode())
    answer = kit.line.ask("POST", "/segments", kit.device.packed(kit.life, 1, events=[false]))
    refused(answer, 422, "segment_malformed")
