"""Article 13: digests of what dossiers hold. What rows hold is not judged; tried where the receiver makes them by our rules."""

import re
from typing import Any
from uuid import uuid4

from provisioning.conformance import written
from provisioning.conformance.kit import Kit, took
from provisioning.conformance.store_checks import Store, give_keys, news_of
from provisioning.conformance.written import NotTried, need

RULES = 1
HEX64, HEX16 = re.compile("[0-9a-f]{64}"), re.compile("[0-9a-f]{16}")


def whole(kit: Kit, store: Store) -> None:
    """One digest, the same twice; of the heads both ends stand at."""
    said = _asked(kit, store)
    need(HEX64.fullmatch(said["digest"]) and said["dossiers"] >= 1, f"trả lời {said}")
    lives = [one["head"] for one in kit.device.ended if one["inc"] != kit.life.inc] + [kit.life.head_at(kit.life.last)]
    need(said["at"] == written.at_of(lives, took(kit.hello())["feed"]), "at không phải của các đời máy và bản tin hai bên cùng có")
    need(_asked(kit, store) == said, "hỏi hai lần được hai trả lời khác nhau")


def buckets(kit: Kit, store: Store) -> None:
    """A dossier changes the digest of its own bucket, and of no other."""
    _asked(kit, store)
    before = _buckets(kit)
    kit.device.write(kit.life, "dossier.taken", {"holder": kit.session}, dossier=store.dossier)
    kit.level()
    after = _buckets(kit)
    changed = [n for n in range(written.BUCKETS) if before[n] != after[n]]
    need(changed == [written.bucket_of(store.dossier)], f"sau một việc của hồ sơ, các nhóm đổi là {changed}")


def rows(kit: Kit, store: Store) -> None:
    """The dossiers of a bucket in order of id, after one."""
    _asked(kit, store)
    bucket = written.bucket_of(store.dossier)
    found = _rows(kit, bucket, "")
    need(store.dossier in found and list(found) == sorted(found), "nhóm không kê hồ sơ của nó theo thứ tự")
    strange = [one for one, digest in found.items() if written.bucket_of(one) != bucket or not HEX16.fullmatch(digest)]
    need(not strange, f"nhóm kê sai {strange[:1]}")
    need(store.dossier not in _rows(kit, bucket, store.dossier), "hỏi sau một hồ sơ vẫn được chính hồ sơ đó")


def again(kit: Kit, store: Store) -> None:
    """Folding again changes nothing that was right, and nothing of what is not the device's."""
    took(give_keys(kit, news_of(store.begun(kit).dossier, store.key)))
    before, strange = _asked(kit, store), str(uuid4())
    said = took(kit.line.ask("POST", "/digests/again", written.json_of({"dossiers": [store.dossier, strange]})))
    need(said.get("why") == {strange: "of_another"}, f"trả lời {said}")
    need(_asked(kit, store)["digest"] == before["digest"], "dựng lại một hồ sơ đúng mà mã băm đổi")


def _asked(kit: Kit, store: Store) -> dict[str, Any]:
    store.begun(kit)
    said = took(kit.line.ask("GET", "/digests"))
    if said.get("rules") != RULES:
        raise NotTried(f"máy nhận dựng hồ sơ theo quy tắc {said.get('rules')}, không phải {RULES}")
    return said


def _buckets(kit: Kit) -> list[str]:
    told = took(kit.line.ask("GET", "/digests/buckets"))["buckets"]
    need(re.fullmatch("[0-9a-f]{4096}", told), "buckets không phải 256 mã băm 8 byte")
    return [told[n : n + 16] for n in range(0, len(told), 16)]


def _rows(kit: Kit, bucket: int, after: str) -> dict[str, str]:
    return took(kit.line.ask("GET", f"/digests/rows?bucket={bucket}&after={after}"))["rows"]
