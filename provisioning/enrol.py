"""How a box comes to belong to a province: it makes its keys, the province admits it, the box settles with what it was given.

Three steps that can travel as two small files, so that a technician can carry them where there is no line. Private keys never leave
the home that made them. Here too: the keys a province begins with, and the HTTPS certificate of a home's own pages.
"""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import msgspec
import pyrage
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from appliance import box as boxes
from appliance import catalogue, ids, process_shelf
from appliance.catalogue_sheets import Book
from appliance.config import Home, Settings, write_settings
from appliance.durable import write_durably
from appliance.errors import Refused
from provisioning import authority
from sync.feed import take_in
from sync.protocol import Statement
from sync.province import admission, trial
from sync.province.opened import open_province

LAN_NAMES = ("127.0.0.1", "localhost", "motcua.lan")
AT_ENROLMENT = "Ghi danh máy; quy trình chung, chưa đối chiếu với quyết định nào"
NUMBERS_PER_PERIOD = {"day": 3_000, "year": 100_000}  # Granted of each book to every life of a box; the busiest commune needs less.


class Request(msgspec.Struct, frozen=True):
    """What a box asks its province with: device id, public event key (PEM), TLS certificate request (PEM)."""

    device: str
    event_key: str
    tls_request: str


class Admission(msgspec.Struct, frozen=True):
    """What a province answers: the device's TLS certificate, what the box must trust from now on (PEM, and the age recipient),
    and the first stretch of its feed, with the numbers it may use before it ever sees a line."""

    device: str
    tls_certificate: str
    server_root: str
    signing_key: str
    age_recipient: str
    feed: tuple[Statement, ...]


def make_province(home: Home, name: str, now: datetime) -> None:
    """Make a province's keys, each root in its own file: device CA, signing key, age key, LAN CA. Keeps those that are there."""
    home.make_folders()
    if not (home.keys / "device-ca.crt").exists():
        authority.keep(authority.new_authority(f"{name} - CA thiết bị", now), home.keys, "device-ca")
    signing = _event_key(home.keys / "signing.ed25519")
    write_durably(home.keys / "province.pub", _public(signing), mode=0o644)
    identity = _age_identity(home.keys / "province.age")
    write_durably(home.keys / "province.age.pub", str(identity.to_public()).encode(), mode=0o644)
    serve_pages(home, name, now)


def serve_pages(home: Home, name: str, now: datetime) -> None:
    """Make the home's LAN CA once, and its pages' HTTPS certificate anew."""
    if not (home.keys / "lan-ca.crt").exists():
        authority.keep(authority.new_authority(f"{name} - CA mạng nội bộ", now), home.keys, "lan-ca")
    key = _tls_key(home.keys / "lan.key")
    certificate = authority.certify_server(authority.load(home.keys, "lan-ca"), key.public_key(), LAN_NAMES, now)
    authority.write_certificate(home.keys / "lan.crt", certificate)


def ask(home: Home, instead_of: str = "") -> Request:
    """Make the box's keys, or find those it has, and write the request for its province. Asking twice gives the same device.

    `instead_of`: the device whose machine was lost with its disks: this one goes on as that device, with keys of its own.
    """
    home.make_folders()
    device = _device_id(home.keys / "device.id", instead_of)
    event_key = _event_key(home.keys / "device.ed25519")
    tls_request = authority.request_for(_tls_key(home.keys / "tls.key"), device)
    return Request(device, _public(event_key).decode(), tls_request.public_bytes(Encoding.PEM).decode())


def admit(
    home: Home, request: Request, unit: str, name: str, now: datetime, announced: bool = True, new_machine: bool = False
) -> Admission:
    """Let a box in: certify its TLS key, register it, grant numbers for its life and the next two. Again renews the certificate.

    `announced`: the other communes are told of it, so that dossiers may be offered to it. `new_machine`: its keys are new, the old
    ones were lost. Raises ValueError when the request does not prove its key, Refused `device_key_differs`.
    """
    asked = x509.load_pem_x509_csr(request.tls_request.encode())
    certificate = authority.certify_device(authority.load(home.keys, "device-ca"), asked, request.device, now)
    pem = certificate.public_bytes(Encoding.PEM).decode()
    province = open_province(home)
    try:
        admission.register_device(province, request.device, unit, name, request.event_key, pem, new_machine)
    except Refused:
        province.close()
        raise
    admission.grant_numbers(province, request.device, grant_sizes(catalogue.builtin().books.values()))
    if announced:
        admission.announce_unit(province, unit, name)
    feed = tuple(admission.initial_feed(province, request.device))
    province.close()
    kept = ("lan-ca.crt", "province.pub", "province.age.pub")
    server_root, signing_key, age_recipient = ((home.keys / name).read_text() for name in kept)
    return Admission(request.device, pem, server_root, signing_key, age_recipient, feed)


def admit_for_tests(home: Home, request: Request, unit: str, name: str, now: datetime) -> Admission | None:
    """Let a device of a test commune in, which `sync.province.trial` can forget; None where it would stand beside real ones."""
    province = open_province(home)
    may = trial.may_try(province, request.device, unit)
    given = admit(home, request, unit, name, now, announced=False) if may else None
    if given:
        trial.mark(province, request.device)
    province.close()
    return given


def grant_sizes(books: Iterable[Book]) -> dict[str, int]:
    """Say how many numbers of each book one life of a box gets for every period."""
    return {book.id: NUMBERS_PER_PERIOD[book.period] for book in books}


def settle(home: Home, given: Admission, settings: Settings) -> None:
    """Put what the province gave in its places, open the ledger and take in the feed. Harmless when done before."""
    put_in_place(home, given, settings)
    boxes.enrol(home)
    box = boxes.open_box(home)
    key = load_pem_public_key(given.signing_key.encode())
    assert isinstance(key, Ed25519PublicKey)
    take_in(box, given.feed, key)
    box.close()


def put_in_place(home: Home, given: Admission, settings: Settings) -> None:
    """Put what the province gave in its places, and no ledger: it comes by `motcua restore`, and the feed by the line."""
    kept = {
        "tls.crt": given.tls_certificate,
        "province-ca.crt": given.server_root,
        "province.pub": given.signing_key,
        "province.age.pub": given.age_recipient,
    }
    for name, text in kept.items():
        write_durably(home.keys / name, text.encode(), mode=0o644)
    write_settings(home, settings)


def renew(home: Home, given: Admission) -> None:
    """Put only the new certificate in its place: the box stays the same device, with its ledger, its keys and its settings.

    Raises Refused `admission_of_another`.
    """
    if given.device != home.settings.device:
        raise Refused("admission_of_another", device=given.device)
    write_durably(home.keys / "tls.crt", given.tls_certificate.encode(), mode=0o644)


def approve_general_process(home: Home, person: str) -> None:
    """Record that the person who enrols a box lets it work by the general internal process until others are approved.

    It is marked as nobody's decision; without any approved process nothing is received. Harmless when done before.
    """
    box = boxes.open_box(home)
    with box.writing() as act:
        bundle = catalogue.builtin()
        process_shelf.approve(act, bundle, process_shelf.general_of(bundle), person, AT_ENROLMENT)
    box.close()


def _device_id(path: Path, instead_of: str) -> str:
    if not path.exists():
        write_durably(path, (instead_of or ids.uuid7()).encode())
    return path.read_text()


def _event_key(path: Path) -> Ed25519PrivateKey:
    if not path.exists():
        pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        write_durably(path, pem, mode=0o600)
    key = load_pem_private_key(path.read_bytes(), None)
    assert isinstance(key, Ed25519PrivateKey)
    return key


def _tls_key(path: Path) -> EllipticCurvePrivateKey:
    if not path.exists():
        authority.write_key(path, generate_private_key(SECP256R1()))
    key = load_pem_private_key(path.read_bytes(), None)
    assert isinstance(key, EllipticCurvePrivateKey)
    return key


def _age_identity(path: Path) -> pyrage.x25519.Identity:
    if not path.exists():
        write_durably(path, str(pyrage.x25519.Identity.generate()).encode(), mode=0o600)
    return pyrage.x25519.Identity.from_str(path.read_text())


def _public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
