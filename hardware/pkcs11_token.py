"""The process that loads a vendor's PKCS#11 module, because it may crash or hang: it knows tokens and digests, no documents.

Answers one JSON line on stdout for each on stdin, in one thread:

    tokens {}                          -> {"tokens": [...]}
    unlock {serial, cert_sha256, pin}  -> {"certificate": hex, "others": [hex]}   one try of the PIN, never a second
    sign   {digest}                    -> {"signature": hex}
    or {"fault": code, "facts": {...}}

What an exception is called says little about what happened, so after any error the tokens are looked at again.
"""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pkcs11
from asn1crypto import x509
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass, TokenFlag
from pkcs11.exceptions import PinIncorrect, PinLenRange, PinLocked, PKCS11Error
from pkcs11.util.ec import encode_ecdsa_signature

from appliance.clock import text_of
from appliance.errors import Refused
from hardware.private_memory import die_with_parent, keep_memory_private
from hardware.usb_token import PinState, Token, TokenCertificate

SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")  # RFC 8017, 9.2: what RSA signs before the digest.
PIN_FLAGS = (  # The worst first.
    (TokenFlag.USER_PIN_LOCKED, PinState.LOCKED),
    (TokenFlag.USER_PIN_FINAL_TRY, PinState.FINAL),
    (TokenFlag.USER_PIN_COUNT_LOW, PinState.LOW),
)
WRONG_PIN = {
    PinState.LOCKED: ("pin_locked", {}),
    PinState.FINAL: ("pin_wrong_left", {"left": 1}),
    PinState.LOW: ("pin_wrong", {}),
    PinState.OK: ("pin_wrong", {}),
}


@dataclass(frozen=True)
class Opened:
    """The unlocked token: its slot and serial, the key, and the PIN if the key wants it for each signature."""

    slot: pkcs11.Slot
    serial: str
    key: Any  # pkcs11.PrivateKey; its stubs know no sign().
    pin: str | None = field(repr=False)


class Module:
    """The loaded module, and the one token that is unlocked."""

    def __init__(self, path: str):
        self.library = pkcs11.lib(path)
        self.opened: Opened | None = None
        self.wanted = ""  # The serial of the token that was last asked for.

    def tokens(self) -> dict:
        """List every token that is there now; some modules see a change only after a new start."""
        self.library.reinitialize()
        return {"tokens": [msgspec.to_builtins(_describe(token)) for _, token in self._present()]}

    def unlock(self, serial: str, cert_sha256: str, pin: str) -> dict:
        """Open one token with one try of the PIN and find the key of one certificate."""
        self.wanted = serial
        self.library.reinitialize()
        found = next((pair for pair in self._present() if _serial(pair[1]) == serial), None)
        if found is None:
            raise Refused("token_absent")
        slot, token = found
        if _pin_state(token) is PinState.LOCKED:
            raise Refused("pin_locked")
        try:
            session = token.open(user_pin=pin)
        except (PinIncorrect, PinLocked) as error:
            code, facts = WRONG_PIN[PinState.LOCKED if isinstance(error, PinLocked) else _pin_state(slot.get_token())]
            raise Refused(code, **facts) from None
        except PinLenRange:
            raise Refused("pin_length") from None
        wanted, others = _find_certificate(session, cert_sha256)
        key = _find_key(session, wanted)
        self.opened = Opened(slot, serial, key, pin if _asks_each_time(key) else None)
        return {"certificate": wanted[Attribute.VALUE].hex(), "others": [one[Attribute.VALUE].hex() for one in others]}

    def sign(self, digest: str) -> dict:
        """Sign one SHA-256 digest, if the token is still the one that was unlocked."""
        if self.opened is None or _serial(self.opened.slot.get_token()) != self.opened.serial:
            raise Refused("token_removed")
        key, words = self.opened.key, {"pin": self.opened.pin} if self.opened.pin else {}
        data = bytes.fromhex(digest)
        if key.key_type is KeyType.EC:
            return {"signature": encode_ecdsa_signature(key.sign(data, mechanism=Mechanism.ECDSA, **words)).hex()}
        return {"signature": key.sign(SHA256_INFO + data, mechanism=Mechanism.RSA_PKCS, **words).hex()}

    def why(self) -> str:
        """Say what an unexpected error was, judged by whether the token is still there."""
        try:
            self.library.reinitialize()
            there = {_serial(token) for _, token in self._present()}
        except PKCS11Error:
            there = set()
        return "token_removed" if self.wanted and self.wanted not in there else "token_failed"

    def _present(self):
        for slot in self.library.get_slots(token_present=True):
            try:
                token = slot.get_token()
            except PKCS11Error:
                continue  # Pulled while being listed.
            if token.flags & TokenFlag.TOKEN_INITIALIZED:
                yield slot, token


def _find_certificate(session, cert_sha256: str) -> tuple:
    """Give the wanted certificate's object and those of all others. Raises Refused("token_changed")."""
    found = {x509.Certificate.load(one[Attribute.VALUE]).sha256.hex(): one for one in _certificates(session)}
    if cert_sha256 not in found:
        raise Refused("token_changed")
    return found.pop(cert_sha256), list(found.values())


def _find_key(session, certificate):
    """Give the private key of a certificate: they share an id. Raises Refused("token_without_key")."""
    same = {Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.ID: certificate[Attribute.ID]}
    key = next(iter(session.get_objects(same)), None)
    if key is None:
        raise Refused("token_without_key")
    return key


def _describe(token) -> Token:
    session = token.open()
    try:
        found = tuple(_certificate(one[Attribute.VALUE]) for one in _certificates(session))
    finally:
        session.close()
    return Token(_serial(token), token.label, _pin_state(token), found)


def _certificate(der: bytes) -> TokenCertificate:
    read = x509.Certificate.load(der)
    subject, issuer = read.subject.native, read.issuer.native
    return TokenCertificate(
        sha256=read.sha256.hex(),
        cn=subject.get("common_name", ""),
        org=subject.get("organization_name", ""),
        issuer=issuer.get("common_name", ""),
        not_before=text_of(read.not_valid_before),
        not_after=text_of(read.not_valid_after),
        der=der.hex(),
    )


def _certificates(session) -> list:
    return list(session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE}))


def _serial(token) -> str:
    return token.serial.decode("utf-8", "replace").strip()


def _pin_state(token) -> PinState:
    return next((state for flag, state in PIN_FLAGS if token.flags & flag), PinState.OK)


def _asks_each_time(key) -> bool:
    try:
        return bool(key[Attribute.ALWAYS_AUTHENTICATE])
    except PKCS11Error:
        return False  # An old module that doesn't know the attribute.


def _answer(module: Module, request: dict) -> dict:
    asked: dict[str, Callable[..., dict]] = {"tokens": module.tokens, "unlock": module.unlock, "sign": module.sign}
    try:
        return asked[request.pop("do")](**request)
    except Refused as refused:
        return {"fault": refused.code, "facts": refused.facts}
    except PKCS11Error:
        return {"fault": module.why(), "facts": {}}


def main(path: str, parent: int) -> None:
    """Answer until stdin closes. A module may print what it likes on stdout: that goes to stderr."""
    out = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")
    os.dup2(2, 1)
    keep_memory_private()
    die_with_parent(parent)
    try:
        module = Module(path)
    except (PKCS11Error, RuntimeError):
        out.write(json.dumps({"fault": "token_module_missing", "facts": {}}) + "\n")
        return
    for line in sys.stdin:
        out.write(json.dumps(_answer(module, json.loads(line))) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
