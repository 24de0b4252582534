"""What every check works with: the device on its line, what was acknowledged, a way to bring both ends level before a check.

A check may judge only what it is about: what it needs beforehand is brought there by `level`, which sends again what is lacking.
"""

import json
import secrets
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from appliance import clock
from appliance.events import FileRef
from appliance.sealing import DossierKey
from provisioning.conformance.device import Device, Life
from provisioning.conformance.line import Answer, Line
from provisioning.conformance.written import NOTHING, NotTried, need

LEVEL_TRIES = 4
NAMED = "Nguyễn Thị Thử Nghiệm"


@dataclass(frozen=True)
class Neighbour:
    """A second test device and the unit it was admitted under: dossiers may be handed over to it."""

    kit: "Kit"
    unit: str


@dataclass
class Kit:
    """`acknowledged`: how far the life is; `lost`: acknowledgements that did not stand; `receipts`: (where it came, statement);
    `dossiers`: those that the device owns."""

    line: Line
    device: Device
    life: Life
    acknowledged: int = 0
    lost: list[str] = field(default_factory=list)
    receipts: list[tuple[str, Any]] = field(default_factory=list)
    dossiers: list[str] = field(default_factory=list)
    session: str = field(default_factory=lambda: secrets.token_hex(16))
    heard: int = 0
    neighbour: Neighbour | None = None

    @property
    def ends(self) -> tuple["Kit", ...]:
        """Give every device that takes part."""
        return (self, self.neighbour.kit) if self.neighbour else (self,)

    def hello(self, **changes: Any) -> Answer:
        """Say hello for the life, or as changed."""
        life = self.life
        own = {"inc": life.inc, "inc_no": life.inc_no, "parent": life.parent}
        said = {"life": own, "heads": self.device.heads(life), "feed": 0, "session": self.session, "heard": self.heard} | changes
        answer = self.line.ask("POST", "/hello", json.dumps(said).encode())
        told = answer.said.get("told", 0)
        self.heard = max(self.heard, told if isinstance(told, int) else 0)
        self._keep_receipt("hello", answer)
        return answer

    def give(self, packed: bytes, **headers: str | None) -> Answer:
        """Send a segment; what is acknowledged is remembered."""
        answer = self.line.ask("POST", "/segments", packed, **headers)
        have = answer.said.get("have") or {}
        self._keep_receipt("segments", answer)
        if answer.status == 200 and have.get("inc") == self.life.inc and isinstance(have.get("seq"), int):
            self._acknowledge(max(self.acknowledged, min(have["seq"], self.life.last)))
        return answer

    def _acknowledge(self, seq: int) -> None:
        if seq != self.acknowledged:
            self.acknowledged = seq
            self.device.remember(self.life, seq)

    def _keep_receipt(self, where: str, answer: Answer) -> None:
        if answer.status == 200 and "receipt" in answer.said:
            self.receipts.append((where, answer.said["receipt"]))

    def level(self) -> None:
        """Bring the receiver to our head, whatever it forgot. Raises NotTried."""
        for _ in range(LEVEL_TRIES):
            answer = self.hello()
            if answer.said.get("verdict") not in ("extends", "already_have"):
                raise NotTried(f"hello trước đó được trả lời {answer.status} {answer.said.get('verdict', answer.code)}")
            held = (answer.said.get("have") or {}).get("seq", 0)
            self._note_lost(held)
            if held >= self.life.last:
                self._acknowledge(self.life.last)
                return
            self.give(self.device.packed(self.life, held + 1))
        raise NotTried("máy nhận không nhận đủ sự kiện trước đó")

    def _note_lost(self, held: int) -> None:
        if held < self.acknowledged:
            self.lost.append(f"đã xác nhận đến sự kiện {self.acknowledged}, lúc hello chỉ còn đến {held}")
            self.acknowledged = held

    def write(self, count: int = 1) -> int:
        """Write small events that belong to no dossier; gives the number of the last."""
        for _ in range(count):
            self.device.write(self.life, "clock.confirmed", {"date": clock.stamp()[:10]})
        return self.life.last

    def accept(self, key: DossierKey | None = None, files: tuple[FileRef, ...] = ()) -> str:
        """Write that a dossier was accepted, with a sealed name where there is a key; gives its id."""
        dossier = str(uuid4())
        self.dossiers.append(dossier)
        personal = (key, {"applicant": {"name": NAMED}}) if key else None
        self.device.write(
            self.life, "dossier.accepted", ACCEPTED | {"code": f"THU-{dossier}", "accepted_at": clock.stamp()},
            dossier=dossier, version=2, personal=personal, files=files,
        )  # fmt: skip
        return dossier


ACCEPTED = {
    "unit": "THU", "procedure": "thu", "procedure_name": "Hồ sơ thử", "case": "thu", "channel": "counter",
    "due": {"at": "2099-12-31T17:00:00+07:00", "provisional": False, "lines": []},
    "components": [], "fee_lines": [], "result_by": "counter", "slip": "",
}  # fmt: skip


def took(answer: Answer, *statuses: int) -> dict[str, Any]:
    """Give what a good answer says. Fails otherwise."""
    wanted = statuses or (200,)
    need(answer.status in wanted, f"chờ {wanted[0]}, nhận {answer.status} {answer.code}".strip())
    return answer.said


def refused(answer: Answer, status: int, *codes: str, **facts: Any) -> None:
    """Check that an answer is the refusal it must be. Fails otherwise."""
    need(answer.status == status and answer.code in codes, f"chờ {status} {codes[0]}, nhận {answer.status} {answer.code}".strip())
    for name, value in facts.items():
        need(answer.said.get(name) == value, f"{codes[0]}: {name} là {answer.said.get(name)!r}, chờ {value!r}")


def no_head(inc: str) -> dict[str, Any]:
    """Give the head of a life of which nothing is there."""
    return {"inc": inc, "seq": 0, "digest": NOTHING}
