"""Dossier keys on their way: a bundle as JSON, compressed, sealed with age to whom it is for. Pure but for age's own randomness."""

import msgspec
import pyrage
import zstandard

from appliance.errors import Refused
from sync.protocol import KeyBundle

PLAIN_BYTES_MAX = 1024 * 1024


def sealed(bundle: KeyBundle, recipient: pyrage.x25519.Recipient) -> bytes:
    """Seal a bundle; before it is sealed, because afterwards nothing can be compressed."""
    return pyrage.encrypt(zstandard.compress(msgspec.json.encode(bundle)), [recipient])


def opened(data: bytes, identity: pyrage.x25519.Identity, device: str) -> KeyBundle:
    """Open a bundle that this device sent, or that was sent to it. Raises Refused `keys_unreadable`."""
    try:
        packed = pyrage.decrypt(data, [identity])
        plain = zstandard.ZstdDecompressor(max_window_size=PLAIN_BYTES_MAX).stream_reader(packed).read(PLAIN_BYTES_MAX)
        bundle = msgspec.json.decode(plain, type=KeyBundle)
    except (pyrage.DecryptError, zstandard.ZstdError, ValueError):
        raise Refused("keys_unreadable") from None
    if bundle.device != device:
        raise Refused("keys_unreadable")
    return bundle
