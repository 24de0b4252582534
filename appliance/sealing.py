"""The sealed part of an event: personal fields under a key of the dossier's own. The key never enters the chain.

Destroying the key erases the person while the chain still verifies. The nonce is random: a cloned box may reach the same
incarnation and seq with other content, so neither may determine it.
"""

import base64
import os
import secrets
import zlib
from dataclasses import dataclass
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from appliance.errors import Refused
from appliance.events import Sealed

KEY_BYTES = 32
NONCE_BYTES = 12
PLAIN_BYTES_MAX = 256 * 1024  # Bounds what a hostile deflate stream can unfold to.


@dataclass(frozen=True)
class DossierKey:
    """The key of one dossier: its id (16 hex digits) and 32 secret bytes."""

    key_id: str
    secret: bytes


def new_key() -> DossierKey:
    """Make a key for a new dossier."""
    return DossierKey(secrets.token_hex(8), secrets.token_bytes(KEY_BYTES))


def seal(key: DossierKey, device: bytes, inc: bytes, seq: int, personal: dict[str, Any]) -> Sealed:
    """Encrypt personal fields, bound to the place of the event in its chain."""
    nonce = os.urandom(NONCE_BYTES)
    plain = zlib.compress(msgspec.json.encode(personal), 9, wbits=-15)
    cipher = AESGCM(key.secret).encrypt(nonce, plain, _bound_to(device, inc, seq, key.key_id))
    return Sealed(key.key_id, base64.b64encode(nonce + cipher).decode())


def unseal(key: DossierKey, device: bytes, inc: bytes, seq: int, sealed: Sealed) -> dict[str, Any]:
    """Give the personal fields back. Raises Refused `sealed_part_damaged` when key, place or bytes do not fit."""
    raw = base64.b64decode(sealed.b)
    try:
        plain = AESGCM(key.secret).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], _bound_to(device, inc, seq, sealed.k))
    except InvalidTag:
        raise Refused("sealed_part_damaged", seq=seq) from None
    return msgspec.json.decode(zlib.decompressobj(wbits=-15).decompress(plain, PLAIN_BYTES_MAX))


def _bound_to(device: bytes, inc: bytes, seq: int, key_id: str) -> bytes:
    return b"|".join((device.hex().encode(), inc.hex().encode(), str(seq).encode(), key_id.encode()))
