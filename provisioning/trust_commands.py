"""`motcua trust`: put the list of roots and issuers that officers' signatures are judged by in its place, from files."""

from pathlib import Path

import click
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from appliance.config import Home
from provisioning.options import home_option

ENDINGS = (".der", ".crt", ".cer", ".pem")


@click.group("trust", help="Danh sách tin cậy dùng để xét chữ ký số của cán bộ.")
def commands() -> None:
    """Hold the commands of the trust list."""


@commands.command("import", help="Nạp cả danh sách từ THƯ_MỤC/roots và THƯ_MỤC/issuers, thay danh sách đang dùng.")
@home_option
@click.argument("folder", metavar="THƯ_MỤC", type=click.Path(exists=True, file_okay=False, path_type=Path))
def import_command(home: Home, folder: Path) -> None:
    """Put a list in its place; exit 1 when it is refused, and then nothing changes."""
    from appliance import trust
    from appliance.errors import Refused
    from web.vietnamese import sentence

    roots, issuers = certificates(folder)
    try:
        trust.keep_list(home.trust, roots, issuers)
    except Refused as refused:
        click.echo(sentence(refused))
        raise SystemExit(1) from None
    click.echo(f"Đã nạp {len(roots)} gốc, {len(issuers)} đơn vị cấp chứng thư.")


def certificates(folder: Path) -> tuple[list[bytes], list[bytes]]:
    """Read the certificates of a folder's `roots` and `issuers`, DER or PEM; give them as DER."""
    roots, issuers = ([der_of(path) for path in _files(folder / name)] for name in ("roots", "issuers"))
    return roots, issuers


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*") if path.suffix in ENDINGS)


def der_of(path: Path) -> bytes:
    """Read a certificate, DER or PEM; give it as DER."""
    data = path.read_bytes()
    if b"-----BEGIN" not in data:
        return data
    try:
        return x509.load_pem_x509_certificate(data).public_bytes(Encoding.DER)
    except ValueError:
        raise click.ClickException(f"{path}: không phải chứng thư.") from None
