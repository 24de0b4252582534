"""The demonstration's certificate authority: certificates, revocation lists, OCSP and time-stamps over HTTP.

Certomancer does the work from authority.yml. Keys are made once per folder and never leave it; nothing here may ever
vouch for a real signature.
"""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click
import yaml
from certomancer.integrations.animator import Animator, AnimatorArchStore
from certomancer.registry import ArchLabel, CertLabel, CertomancerConfig, PKIArchitecture, ServiceLabel
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from waitress import serve

from appliance.durable import write_durably

ARCHITECTURE = "demo"
KEY_BITS = 2048
PLAN = Path(__file__).with_name("authority.yml")
REVOCATION_LISTS = ("root", "issuing")
LOOPBACK = "127.0.0.1"


def prepare(folder: Path, url: str) -> None:
    """Make keys, plan and certificates in `folder`; harmless when they are there.

    `url` (no slash at its end) is where offices reach CRL, OCSP and time-stamp: it is written into the certificates.
    """
    if (folder / "authority.yml").exists():
        return
    for name in ("keys", "certs"):
        (folder / name).mkdir(parents=True, exist_ok=True, mode=0o700)
    plan = yaml.safe_load(PLAN.read_text(encoding="utf-8"))
    for key in plan["keysets"]["demo"]["keys"].values():
        write_durably(folder / "keys" / key["path"], _new_key(), mode=0o600)
    plan["external-url-prefix"] = url
    text = yaml.safe_dump(plan, allow_unicode=True, sort_keys=False)
    authority = _open(text, folder)
    for label in plan["pki-architectures"][ARCHITECTURE]["certs"]:
        write_durably(folder / "certs" / f"{label}.der", authority.get_cert(CertLabel(label)).dump())
    write_durably(folder / "authority.yml", text.encode())  # Last: its presence says that the rest is whole.


def install_trust(folder: Path, trust: Path) -> None:
    """Put this authority's root and issuer into a home's trust folder (see appliance.signatures.read_trust)."""
    for kind, label in (("roots", "root"), ("issuers", "issuing")):
        (trust / kind).mkdir(parents=True, exist_ok=True)
        write_durably(trust / kind / f"{label}.der", certificate(folder, label))


def certificate(folder: Path, label: str) -> bytes:
    """Give a certificate as DER: root, issuing, tsa, ocsp, st01, st02, organisation, expired or revoked."""
    return (folder / "certs" / f"{label}.der").read_bytes()


def revocation_lists(folder: Path, at: datetime | None = None) -> list[bytes]:
    """Give the CRLs of root and issuer as they stand at a moment, as DER, without a network."""
    services = _read(folder).service_registry
    return [services.get_crl(ServiceLabel(name), at or datetime.now(UTC)).dump() for name in REVOCATION_LISTS]


def tsa_url(url: str) -> str:
    """Say where the time-stamp service is, given the authority's address."""
    return f"{url}/{ARCHITECTURE}/tsa/tsa"


def crl_urls(url: str) -> list[str]:
    """Say where the revocation lists are, given the authority's address."""
    return [f"{url}/{ARCHITECTURE}/crls/{name}/latest.crl" for name in REVOCATION_LISTS]


def make_app(folder: Path) -> Callable:
    """Give the WSGI application that answers for CRL, OCSP and time-stamp; no page, no key leaves through it."""
    store = AnimatorArchStore({ArchLabel(ARCHITECTURE): _read(folder)})
    return Animator(store, with_web_ui=False, allow_time_override=False)


def _read(folder: Path) -> PKIArchitecture:
    return _open((folder / "authority.yml").read_text(encoding="utf-8"), folder)


def _open(plan: str, folder: Path) -> PKIArchitecture:
    return CertomancerConfig.from_yaml(plan, key_search_dir=str(folder)).get_pki_arch(ArchLabel(ARCHITECTURE))


def _new_key() -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@click.command(help="Chạy cơ quan chứng thực THỬ NGHIỆM: danh sách thu hồi, OCSP và dấu thời gian.")
@click.option("--dir", "folder", required=True, type=click.Path(path_type=Path), help="Thư mục khóa và chứng thư.")
@click.option("--port", required=True, type=int, help="Cổng nghe trên máy này.")
@click.option("--url", default=None, help="Địa chỉ ghi vào chứng thư, nếu khác cổng trên (đi qua đường truyền).")
def main(folder: Path, port: int, url: str | None) -> None:
    """Serve the authority on loopback until stopped."""
    os.umask(0o077)
    prepare(folder, url or f"http://{LOOPBACK}:{port}")
    serve(make_app(folder), host=LOOPBACK, port=port, threads=4)


if __name__ == "__main__":
    main()
