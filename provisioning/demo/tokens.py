"""The demonstration's USB tokens: SoftHSM2 tokens with PINs everybody may know. Never used for a real key.

Each token lives in a folder of its own, so that moving the folder away is pulling the token out.
"""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from appliance.durable import write_durably

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
TOOL_S = 60
SO_PIN = "demo-so-pin"
KEY_ID = "01"


@dataclass(frozen=True)
class DemoToken:
    """One token: its label, PIN, and the certificate on it (label at the authority, SHA-256, common name)."""

    label: str
    pin: str
    certificate: str
    cert_sha256: str
    cn: str


WANTED = {"lanh-dao-st01": ("st01", "11223344"), "lanh-dao-st02": ("st02", "22334455"), "con-dau": ("organisation", "33445566")}


def prepare_tokens(folder: Path, authority_folder: Path, wanted: dict[str, tuple[str, str]] = WANTED) -> list[DemoToken]:
    """Make the tokens that are missing in `folder` and give them all. `wanted` maps label to (certificate, PIN).

    Needs softhsm2-util and pkcs11-tool. Raises subprocess.CalledProcessError when one of them fails.
    """
    (folder / "tokens").mkdir(parents=True, exist_ok=True, mode=0o700)
    write_durably(configuration(folder), f"directories.tokendir = {folder / 'tokens'}\nslots.removable = true\n".encode())
    made = folder / "made"
    made.mkdir(exist_ok=True)
    for label, (name, pin) in wanted.items():
        if not (made / label).exists():
            _make(folder, authority_folder, label, name, pin)
            (made / label).touch()
    return [_describe(authority_folder, label, name, pin) for label, (name, pin) in wanted.items()]


def configuration(folder: Path) -> Path:
    """Say which file SOFTHSM2_CONF must name for a process that uses these tokens."""
    return folder / "softhsm2.conf"


def token_folder(folder: Path, label: str) -> Path:
    """Find the folder of one token: moving it out of `tokens` pulls the token. Raises StopIteration if there is none."""
    return next(iter(_folders(folder, label)))


def _folders(folder: Path, label: str) -> list[Path]:
    written = label.encode()
    return [path.parent for path in (folder / "tokens").glob("*/token.object") if written in path.read_bytes()]


def _describe(authority_folder: Path, label: str, name: str, pin: str) -> DemoToken:
    from asn1crypto import x509

    from provisioning.demo import authority  # Slow to load; only who makes tokens needs it.

    certificate = x509.Certificate.load(authority.certificate(authority_folder, name))
    return DemoToken(label, pin, name, certificate.sha256.hex(), certificate.subject.native["common_name"])


def _make(folder: Path, authority_folder: Path, label: str, name: str, pin: str) -> None:
    for half_made in _folders(folder, label):
        shutil.rmtree(half_made)
    key, certificate = (str(authority_folder / path) for path in (f"keys/{name}.pem", f"certs/{name}.der"))
    commands = (
        ["softhsm2-util", "--init-token", "--free", "--label", label, "--so-pin", SO_PIN, "--pin", pin],
        ["softhsm2-util", "--import", key, "--token", label, "--label", label, "--id", KEY_ID, "--pin", pin],
        ["pkcs11-tool", "--module", MODULE, "--token-label", label, "--login", "--pin", pin, "--write-object", certificate]
        + ["--type", "cert", "--id", KEY_ID, "--label", label],
    )
    environment = {**os.environ, "SOFTHSM2_CONF": str(configuration(folder))}
    for command in commands:
        subprocess.run(command, env=environment, check=True, capture_output=True, timeout=TOOL_S)
