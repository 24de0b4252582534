"""Certificate authorities a technician keeps: the province's device CA and the LAN CA of a box. Each signs one kind of certificate.

Never mixed, each a file of its own under keys/: the device CA says which box may send; a LAN CA says that a page comes from this
box. The signing key of the province, the roots for officers' signatures and the software-update key are none of these.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from appliance.durable import write_durably

AUTHORITY_DAYS = 3650
DEVICE_DAYS = 1095
SERVER_DAYS = 397  # Browsers refuse server certificates that live longer than 398 days.
BACKDATED = timedelta(days=1)  # A box whose clock is a little slow must still accept what was issued a moment ago.


@dataclass(frozen=True)
class Authority:
    """A CA: its key and its own certificate."""

    key: EllipticCurvePrivateKey
    certificate: x509.Certificate


def new_authority(common_name: str, now: datetime) -> Authority:
    """Make a CA that may sign end certificates only."""
    key = generate_private_key(SECP256R1())
    name = _name(common_name)
    builder = _dated(name, name, key.public_key(), now, AUTHORITY_DAYS)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_key_usage(certificates=True), critical=True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    return Authority(key, builder.sign(key, hashes.SHA256()))


def certify_device(authority: Authority, request: x509.CertificateSigningRequest, device: str, now: datetime) -> x509.Certificate:
    """Sign a device's TLS client certificate; its common name is the device id, whatever the request asked for.

    Raises ValueError when the request was not signed by the key it names.
    """
    key = request.public_key()
    if not request.is_signature_valid or not isinstance(key, EllipticCurvePublicKey):
        raise ValueError("the request does not prove its key")
    builder = _dated(authority.certificate.subject, _name(device), key, now, DEVICE_DAYS)
    return _end(builder, authority, key, ExtendedKeyUsageOID.CLIENT_AUTH)


def certify_server(authority: Authority, key: EllipticCurvePublicKey, names: tuple[str, ...], now: datetime) -> x509.Certificate:
    """Sign the certificate of the pages served under `names` (host names and addresses)."""
    builder = _dated(authority.certificate.subject, _name(names[0]), key, now, SERVER_DAYS)
    builder = builder.add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
    return _end(builder, authority, key, ExtendedKeyUsageOID.SERVER_AUTH)


def request_for(key: EllipticCurvePrivateKey, device: str) -> x509.CertificateSigningRequest:
    """Make the request a device sends to be certified."""
    return x509.CertificateSigningRequestBuilder().subject_name(_name(device)).sign(key, hashes.SHA256())


def keep(authority: Authority, folder: Path, stem: str) -> None:
    """Write <stem>.key (owner only) and <stem>.crt durably."""
    write_key(folder / f"{stem}.key", authority.key)
    write_certificate(folder / f"{stem}.crt", authority.certificate)


def load(folder: Path, stem: str) -> Authority:
    """Read a CA that `keep` wrote."""
    key = load_pem_private_key((folder / f"{stem}.key").read_bytes(), None)
    assert isinstance(key, EllipticCurvePrivateKey)
    return Authority(key, x509.load_pem_x509_certificate((folder / f"{stem}.crt").read_bytes()))


def write_key(path: Path, key: EllipticCurvePrivateKey) -> None:
    """Write a private key as PEM that only its owner may read."""
    write_durably(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), mode=0o600)


def write_certificate(path: Path, certificate: x509.Certificate) -> None:
    """Write a certificate as PEM."""
    write_durably(path, certificate.public_bytes(Encoding.PEM), mode=0o644)


def fingerprint(certificate: x509.Certificate) -> str:
    """Give the SHA-256 of a certificate in hex: how the province's receiver knows a device."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def _dated(issuer: x509.Name, subject: x509.Name, key: EllipticCurvePublicKey, now: datetime, days: int) -> x509.CertificateBuilder:
    start = now.astimezone(UTC) - BACKDATED
    return (
        x509.CertificateBuilder()
        .issuer_name(issuer)
        .subject_name(subject)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=days))
    )


def _end(
    builder: x509.CertificateBuilder, authority: Authority, key: EllipticCurvePublicKey, purpose: x509.ObjectIdentifier
) -> x509.Certificate:
    issuer_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_key_usage(certificates=False), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    builder = builder.add_extension(issuer_key, critical=False)
    return builder.sign(authority.key, hashes.SHA256())


def _key_usage(certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certificates,
        crl_sign=certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)
