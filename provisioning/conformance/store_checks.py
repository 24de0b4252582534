"""Articles 6, 7 and 12: dossier keys, files in chunks, and what an erasure takes away."""

import base64
import hashlib
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pyrage

from appliance.clock import stamp
from appliance.events import FileRef
from appliance.sealing import DossierKey, new_key
from provisioning.conformance import written
from provisioning.conformance.kit import Kit, refused, took
from provisioning.conformance.line import Answer
from provisioning.conformance.reading import feed_pages
from provisioning.conformance.written import NotTried, need
from sync import key_bundles
from sync.protocol import CHUNK_BYTES_MAX, KeyBundle, KeyNews

SIZE = 200_000
HALF = 100_000
ERASED_TRIES, ERASED_WAIT_S = 10, 0.5


@dataclass
class Store:
    """What the checks of keys and files share: a dossier with its key and two files, made once."""

    key: DossierKey = field(default_factory=new_key)
    whole: bytes = field(default_factory=lambda: secrets.token_bytes(SIZE))
    other: bytes = field(default_factory=lambda: secrets.token_bytes(SIZE))
    dossier: str = ""

    def begun(self, kit: Kit) -> "Store":
        """Write the dossier once, and have it at the receiver."""
        if not self.dossier:
            named = tuple(FileRef(name_of(data), SIZE, "application/octet-stream") for data in (self.whole, self.other))
            self.dossier = kit.accept(self.key, named)
        kit.level()
        return self


def name_of(data: bytes) -> str:
    """Give the name of a file: SHA-256."""
    return hashlib.sha256(data).hexdigest()


def news_of(dossier: str, key: DossierKey, destroyed_at: str = "") -> KeyNews:
    """Say a key, or that it was destroyed."""
    return KeyNews(dossier, key.key_id, "" if destroyed_at else base64.b64encode(key.secret).decode(), destroyed_at)


def give_keys(kit: Kit, *news: KeyNews, device: str = "") -> Answer:
    """Send keys, sealed for the province."""
    return kit.line.ask("POST", "/keys", key_bundles.sealed(KeyBundle(device or kit.device.id, news), kit.device.recipient))


def lost_keys(kit: Kit, *dossiers: str) -> dict[str, tuple[str, str]]:
    """Ask for keys back: dossier to key id and secret. Fails when the bundle cannot be opened."""
    once = pyrage.x25519.Identity.generate()
    answer = kit.line.ask("POST", "/keys/lost", written.json_of({"dossiers": dossiers, "recipient": str(once.to_public())}))
    took(answer)
    return written.read_keys(answer.body, once, kit.device.id)


def keys_taken(kit: Kit, store: Store) -> None:
    """A bundle is taken; what cannot be opened, or is another's, is not."""
    store.begun(kit)
    said = took(give_keys(kit, news_of(store.dossier, store.key)))
    need(said.get("complete") is True and said.get("offset") == 1, f"trả lời {said}")
    refused(kit.line.ask("POST", "/keys", secrets.token_bytes(300)), 422, "keys_unreadable")
    refused(give_keys(kit, news_of(str(uuid4()), new_key()), device=str(uuid4())), 422, "keys_unreadable")


def keys_wanted(kit: Kit, store: Store) -> None:
    """Hello names the dossier whose key has not come, until it comes."""
    key = new_key()
    dossier = kit.accept(key)
    kit.level()
    need(dossier in took(kit.hello()).get("keys_wanted", []), "hello không nêu hồ sơ thiếu khóa")
    give_keys(kit, news_of(dossier, key))
    need(dossier not in took(kit.hello()).get("keys_wanted", []), "hello vẫn nêu hồ sơ đã có khóa")


def keys_stay(kit: Kit, store: Store) -> None:
    """A key is never replaced; a destroyed one never comes back."""
    store.begun(kit)
    first, gone = news_of(store.dossier, store.key), new_key()
    doomed = kit.accept(gone)
    kit.level()
    false = DossierKey(store.key.key_id, secrets.token_bytes(32))
    for news in (
        first,
        news_of(store.dossier, false),
        news_of(doomed, gone),
        news_of(doomed, gone, stamp()),
        news_of(doomed, gone),
    ):
        took(give_keys(kit, news))
    back = lost_keys(kit, store.dossier, doomed)
    need(back.get(store.dossier) == (first.key_id, first.secret), "khóa đã có bị thay bằng khóa gửi sau")
    need(not back.get(doomed, ("", ""))[1], "khóa đã hủy sống lại")


def ask_missing(kit: Kit, *digests: str) -> dict[str, Any]:
    """Ask which files are missing: digest to offset, and what is refused."""
    said = took(kit.line.ask("POST", "/files/missing", written.json_of({"digests": digests})))
    return {"missing": {one["digest"]: one["offset"] for one in said.get("missing", [])}, "refused": said.get("refused", [])}


def put(kit: Kit, name: str, data: bytes, offset: int = 0, length: int = SIZE) -> Answer:
    """Send a chunk."""
    done = "?1" if offset + len(data) == length else "?0"
    headers = {"Upload_Offset": str(offset), "Upload_Length": str(length), "Upload_Complete": done}
    return kit.line.ask("PUT", f"/files/{name}", data, **headers)


def missing_list(kit: Kit, store: Store) -> None:
    """Named files are missing, others are refused."""
    store.begun(kit)
    named, strange = name_of(store.other), secrets.token_hex(32)
    said = ask_missing(kit, named, strange)
    need(said == {"missing": {named: 0}, "refused": [strange]}, f"trả lời {said}")
    refused(put(kit, strange, bytes(10), length=10), 404, "file_not_named")


def resumable(kit: Kit, store: Store) -> None:
    """A cut costs a chunk: the receiver says from where it goes on."""
    name = name_of(store.begun(kit).whole)
    said = took(put(kit, name, store.whole[:HALF]))
    need(said.get("offset") == HALF and said.get("complete") is False, f"sau nửa tệp trả lời {said}")
    head = kit.line.ask("HEAD", f"/files/{name}")
    took(head, 204)
    told = head.headers.get("upload-offset"), head.headers.get("upload-complete")
    need(told == (str(HALF), "?0"), f"HEAD trả lời {told}")
    need(ask_missing(kit, name)["missing"] == {name: HALF}, "danh sách thiếu không nói đã nhận đến đâu")
    said = took(put(kit, name, store.whole[HALF:], HALF), 201)
    need(said.get("complete") is True, f"sau cả tệp trả lời {said}")
    need(ask_missing(kit, name)["missing"] == {}, "tệp đã đủ vẫn nằm trong danh sách thiếu")


def wrong_offset(kit: Kit, store: Store) -> None:
    """A chunk for another place is refused with the right one."""
    name = name_of(store.begun(kit).other)
    refused(put(kit, name, store.other[HALF:], HALF), 409, "upload_elsewhere", offset=0)


def damaged(kit: Kit, store: Store) -> None:
    """A file that is not what its name says is not kept."""
    name = name_of(store.begun(kit).other)
    refused(put(kit, name, bytes(SIZE)), 422, "upload_damaged")
    need(ask_missing(kit, name)["missing"] == {name: 0}, "tệp sai không bắt đầu lại từ 0")


def there_already(kit: Kit, store: Store) -> None:
    """A file that is whole is not taken again."""
    name = name_of(store.begun(kit).whole)
    offset = ask_missing(kit, name)["missing"].get(name)
    if offset is not None:
        put(kit, name, store.whole[offset:], offset)
    said = took(put(kit, name, store.whole[:HALF]), 200, 201)
    need(said.get("complete") is True, f"trả lời {said}")


def too_large(kit: Kit, store: Store) -> None:
    """Another size than the event names, and a chunk above the bound."""
    name = name_of(store.begun(kit).other)
    refused(put(kit, name, bytes(10), length=SIZE + 1), 413, "file_too_big")
    refused(put(kit, name, bytes(CHUNK_BYTES_MAX + 1)), 413, "sync_body_too_big")


def erased(kit: Kit, store: Store) -> None:
    """An erased dossier's key and files are gone; its events stay."""
    store.begun(kit)
    for end in kit.ends:
        for dossier in end.dossiers:
            end.device.write(end.life, "dossier.erased", {"basis": "conformance"}, dossier=dossier)
        end.level()
    name = name_of(store.whole)
    for _ in range(ERASED_TRIES):
        gone = kit.line.ask("GET", f"/files/{name}?after=0&most=1").status == 404
        if gone and not any(secret for _, secret in lost_keys(kit, *kit.dossiers).values()):
            return
        time.sleep(ERASED_WAIT_S)
    raise written.Fails("sau khi xóa hồ sơ, tệp hoặc khóa vẫn lấy lại được")


def erasure_confirmed(kit: Kit, store: Store) -> None:
    """The feed says that it was done, also to the one who handed the dossier over."""
    if not store.dossier:
        raise NotTried("chưa có hồ sơ nào được xóa")
    kit.level()
    for _ in range(ERASED_TRIES):
        told = [written.said(one) for one in feed_pages(kit)]
        confirmed = {record["d"].get("dossier") for record in told if record["t"] == "erasure.confirmed"}
        if confirmed >= {dossier for end in kit.ends for dossier in end.dossiers}:
            return
        time.sleep(ERASED_WAIT_S)
    raise written.Fails("bản tin không xác nhận việc xóa")
