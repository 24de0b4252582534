"""Identifiers that need nobody's permission: UUIDv7 for dossiers and documents, random bytes for devices and lives."""

import os
import secrets
import time
import uuid

INCARNATION_BYTES = 8
DEVICE_BYTES = 16


def uuid7() -> str:
    """Make a UUIDv7 (RFC 9562): its first 48 bits are milliseconds, so ids made later sort later."""
    value = (int(time.time() * 1000) & (2**48 - 1)) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value))


def new_incarnation() -> bytes:
    """Make the random 64-bit id of one life of a ledger."""
    return secrets.token_bytes(INCARNATION_BYTES)


def device_bytes(device_id: str) -> bytes:
    """Give a device's UUID text as the 16 bytes that enter the chain."""
    return uuid.UUID(device_id).bytes
