"""Article 15: the list of a copy of the database, its files apart from those of dossiers, and what an erasure takes of it."""

import secrets
import time
from typing import Any

import pyrage

from appliance import clock
from provisioning.conformance import written
from provisioning.conformance.kit import Kit, refused, took
from provisioning.conformance.line import Answer
from provisioning.conformance.store_checks import ERASED_TRIES, ERASED_WAIT_S, Store, name_of, put
from provisioning.conformance.written import Fails, NotTried, need

NAME = "ltx/9/0000000000000001-{:016x}.ltx"
BYTES = 3_000
NOT_THERE = 404


def sealed(kit: Kit) -> bytes:
    """Seal something as a box seals a file of its replica."""
    return pyrage.encrypt(secrets.token_bytes(BYTES), [kit.device.recipient])


def tell(kit: Kit, files: list[bytes], inc: str = "") -> Answer:
    """Say that a copy consists of these files."""
    named = [{"name": NAME.format(number), "file": name_of(data), "size": len(data)} for number, data in enumerate(files, start=1)]
    body = written.json_of({"inc": inc or kit.life.inc, "at": clock.stamp(), "files": named})
    return kit.line.ask("POST", "/copies", body)


def wanted(kit: Kit, *files: bytes) -> dict[str, int]:
    """Say of which files a copy consists; gives what is wanted: digest to offset. A receiver may do without the call."""
    kit.level()
    answer = tell(kit, [*files])
    if answer.status == NOT_THERE:
        raise NotTried("máy nhận không có lời gọi này")
    missing: list[dict[str, Any]] = took(answer).get("missing", [])
    return {one["digest"]: one["offset"] for one in missing}


def state(kit: Kit, data: bytes) -> int:
    """Ask whether a file is known there."""
    return kit.line.ask("HEAD", f"/files/{name_of(data)}").status


def whole_of(kit: Kit, *files: bytes) -> None:
    """Bring a copy there whole."""
    for data in files:
        if name_of(data) in wanted(kit, *files):
            took(put(kit, name_of(data), data, length=len(data)), 201)
    need(wanted(kit, *files) == {}, "đã gửi đủ bản sao mà vẫn còn tệp thiếu")


def listed(kit: Kit, store: Store) -> None:
    """What is listed is wanted, goes in chunks, and goes on after a cut; of another life nothing is taken."""
    data, half = sealed(kit), BYTES // 2
    need(wanted(kit, data) == {name_of(data): 0}, "tệp của bản sao không nằm trong danh sách thiếu")
    took(put(kit, name_of(data), data[:half], length=len(data)))
    need(wanted(kit, data) == {name_of(data): half}, "danh sách thiếu không nói đã nhận đến đâu")
    took(put(kit, name_of(data), data[half:], half, len(data)), 201)
    need(wanted(kit, data) == {}, "tệp đã đủ vẫn nằm trong danh sách thiếu")
    refused(tell(kit, [data], inc="0" * 16), 409, "life_unknown")
    refused(kit.line.ask("POST", "/copies", b'{"inc":1}'), 400, "sync_malformed")


def apart(kit: Kit, store: Store) -> None:
    """A whole copy stays until a newer one is whole; nothing of it is given back."""
    older, newer = sealed(kit), sealed(kit)
    whole_of(kit, older)
    refused(kit.line.ask("GET", f"/files/{name_of(older)}?after=0&most=1"), 404, "file_not_named")
    wanted(kit, newer)
    need(state(kit, older) == 204, "bản sao đủ bị bỏ khi bản mới chưa đủ")
    whole_of(kit, newer)
    need(state(kit, older) == NOT_THERE, "bản sao cũ vẫn còn khi bản mới đã đủ")


def erased(kit: Kit, store: Store) -> None:
    """An erasure lets the device's copies fall."""
    data, dossier = sealed(kit), kit.accept()
    whole_of(kit, data)
    kit.device.write(kit.life, "dossier.erased", {"basis": "conformance"}, dossier=dossier)
    kit.dossiers.remove(dossier)
    kit.level()
    for _ in range(ERASED_TRIES):
        if state(kit, data) == NOT_THERE:
            return
        time.sleep(ERASED_WAIT_S)
    raise Fails("sau khi xóa hồ sơ, bản sao có khóa của nó vẫn còn")
