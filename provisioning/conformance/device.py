"""The test device: keys and admission in a folder, a ledger in memory, and the heads of earlier runs, so that it may run again.

What it sends is packed by the code that every box uses; what comes back is judged by `written` alone.
"""

import json
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pyrage
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from appliance import clock, events, sealing
from appliance.config import Home
from appliance.durable import write_durably
from appliance.events import Event, FileRef
from appliance.sealing import DossierKey
from provisioning.conformance import written
from provisioning.conformance.written import Head
from provisioning.enrol import Admission
from sync import segments
from sync.protocol import LIVES_MAX

MEMORY = "conformance.json"
ACTOR = "THU"
REASON = "conformance"


class Unfit(Exception):
    """The folder or the admission cannot be used; the words say why."""


@dataclass
class Life:
    """A life of the device's ledger; `digests` are the chain's, one an event."""

    inc: str
    inc_no: int
    parent: Head | None
    start: str
    events: list[bytes] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)

    @property
    def last(self) -> int:
        """Give the number of the last event."""
        return len(self.events)

    def digest_at(self, seq: int) -> str:
        """Give the chain's digest at a place; 0 is what the first event follows."""
        return self.digests[seq - 1] if seq else self.start

    def head_at(self, seq: int) -> Head:
        """Give a place of the chain as a head."""
        return {"inc": self.inc, "seq": seq, "digest": self.digests[seq - 1] if seq else written.NOTHING}


@dataclass
class Device:
    """The device as admitted: id, its event key, the province's signing key and age recipient, heads of lives that ended."""

    home: Home
    id: str
    key: Ed25519PrivateKey
    province: Ed25519PublicKey
    recipient: pyrage.x25519.Recipient
    ended: list[dict[str, Any]] = field(default_factory=list)  # {inc, inc_no, parent, head}

    def new_life(self) -> Life:
        """Begin a life after the newest that ended; its opening event is written."""
        before = self.ended[-1] if self.ended else None
        parent = before["head"] if before else None
        inc = secrets.token_hex(8)
        life = Life(inc, before["inc_no"] + 1 if before else 1, parent, written.life_start(self.id, parent))
        self.write(life, "incarnation.opened", {"inc_no": life.inc_no, "parent": parent, "reason": REASON})
        return life

    def write(self, life: Life, kind: str, clear: dict[str, Any], *, dossier: str = "", version: int = 1,
              personal: tuple[DossierKey, dict[str, Any]] | None = None, files: Sequence[FileRef] = (),
              owner: int = 0) -> int:  # fmt: skip
        """Write an event of a life, `owner` being the version of 14.1; gives its number."""
        seq = life.last + 1
        place = uuid.UUID(self.id).bytes, bytes.fromhex(life.inc), seq
        sealed = sealing.seal(personal[0], *place, personal[1]) if personal else None
        said = Event(seq, kind, version, clock.stamp(), "synced", a=ACTOR, k=dossier, o=owner, d=clear, p=sealed, x=tuple(files))
        return self.write_bytes(life, events.encode(said))

    def write_bytes(self, life: Life, event: bytes) -> int:
        """Write an event's bytes as they are."""
        life.digests.append(written.link(self.id, life.inc, life.last + 1, life.digest_at(life.last), event))
        life.events.append(event)
        return life.last

    def packed(self, life: Life, first: int, last: int | None = None, key: Ed25519PrivateKey | None = None,
               head: str = "", events: Sequence[bytes] | None = None) -> bytes:  # fmt: skip
        """Pack events of a life; `key`, `head`, `events` stand in for the right ones."""
        kept = tuple(life.events[first - 1 : last]) if events is None else tuple(events)
        device, inc, before = uuid.UUID(self.id).bytes, bytes.fromhex(life.inc), bytes.fromhex(life.digest_at(first - 1))
        segment = segments.link(device, inc, first, before, kept)
        if head:
            segment = segments.Segment(device, inc, first, before, kept, (*segment.digests[:-1], bytes.fromhex(head)))
        return segments.pack(segment, key or self.key)

    def heads(self, life: Life) -> list[Head]:
        """List the newest heads, that of a life last."""
        ended = [one["head"] for one in self.ended if one["inc"] != life.inc]
        return [*ended, life.head_at(life.last)][-LIVES_MAX:]

    def remember(self, life: Life, seq: int) -> None:
        """Keep on the disk how far a life was acknowledged: the next run continues from there."""
        known = {"inc": life.inc, "inc_no": life.inc_no, "parent": life.parent, "head": life.head_at(seq)}
        self.ended = [one for one in self.ended if one["inc"] != life.inc] + [known]
        write_durably(self.home.root / MEMORY, json.dumps({"device": self.id, "lives": self.ended}, indent=1).encode(), mode=0o600)


def open_device(home: Home, admission: bytes) -> Device:
    """Read the folder and the receiver's admission; puts certificate and root where the line finds them. Raises Unfit."""
    try:
        id = (home.keys / "device.id").read_text().strip()
        key = load_pem_private_key((home.keys / "device.ed25519").read_bytes(), None)
        given = msgspec.json.decode(admission, type=Admission)
        province, recipient = written.load_key(given.signing_key), pyrage.x25519.Recipient.from_str(given.age_recipient.strip())
        certificate = x509.load_pem_x509_certificate(given.tls_certificate.encode())
    except FileNotFoundError:
        raise Unfit("thư mục chưa có khóa của máy thử: chạy motcua enrol ask trước") from None
    except (ValueError, pyrage.RecipientError) as error:
        raise Unfit(f"tệp trả lời ghi danh không đúng mẫu ở điều 2.1 ({error})") from None
    assert isinstance(key, Ed25519PrivateKey)
    _check_own(home, id, given, certificate)
    for name, text in (("tls.crt", given.tls_certificate), ("province-ca.crt", given.server_root)):
        write_durably(home.keys / name, text.encode(), mode=0o644)
    return Device(home, id, key, province, recipient, _remembered(home, id))


def _check_own(home: Home, id: str, given: Admission, certificate: x509.Certificate) -> None:
    own = load_pem_private_key((home.keys / "tls.key").read_bytes(), None).public_key()
    plain = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if given.device != id or certificate.public_key().public_bytes(*plain) != own.public_bytes(*plain):
        raise Unfit("tệp trả lời ghi danh là của máy khác")


def _remembered(home: Home, id: str) -> list[dict[str, Any]]:
    path = home.root / MEMORY
    kept = json.loads(path.read_bytes()) if path.exists() else {}
    return kept["lives"] if kept.get("device") == id else []
