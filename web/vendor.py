"""Copy other people's browser files into the repository, by exact version and hash. Never runs on a box: the copies are committed.

python -m web.vendor fetch      download what vendor.lock names, check it, copy it, rewrite THIRD_PARTY.md
python -m web.vendor check      compare the committed copies and THIRD_PARTY.md with vendor.lock (no network)
python -m web.vendor outdated   ask the registry for newer versions
"""

import hashlib
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
LOCK = Path(__file__).parent / "vendor.lock"
THIRD_PARTY = ROOT / "THIRD_PARTY.md"
PACK_TIMEOUT_S = 120


def locked() -> dict[str, list[dict]]:
    """Read vendor.lock: `package` (copied from npm) and `bundled` (kept by hand, named for their licence)."""
    return {"package": [], "bundled": []} | tomllib.loads(LOCK.read_text())


def problems() -> list[str]:
    """Compare what is committed with vendor.lock; an empty list means that every byte is as locked."""
    found = []
    for package in locked()["package"]:
        for source, file in package["files"].items():
            target = ROOT / file["to"]
            if not target.exists() or digest(target.read_bytes()) != file["sha256"]:
                found.append(f"{file['to']} is not {source} of {package['name']} {package['version']}")
    if not THIRD_PARTY.exists() or THIRD_PARTY.read_text() != third_party():
        found.append("THIRD_PARTY.md does not say what vendor.lock says")
    return found


def fetch() -> None:
    """Download each locked package, check every file's hash, copy the files, rewrite THIRD_PARTY.md."""
    for package in locked()["package"]:
        with tempfile.TemporaryDirectory() as folder:
            copy_files(package, download(f"{package['name']}@{package['version']}", Path(folder)))
    THIRD_PARTY.write_text(third_party())


def download(name_at_version: str, folder: Path) -> Path:
    """Let npm fetch one package; gives the tarball. The version is always named: bare names resolve differently by machine."""
    command = ["npm", "pack", "--silent", name_at_version]
    printed = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, timeout=PACK_TIMEOUT_S).stdout
    return folder / printed.split()[-1]


def copy_files(package: dict, tarball: Path) -> None:
    """Copy the listed files out of a package. Raises ValueError if one differs from what was locked."""
    with tarfile.open(tarball) as archive:
        for source, file in package["files"].items():
            member = archive.extractfile(f"package/{source}")
            data = member.read() if member else b""
            if digest(data) != file["sha256"]:
                raise ValueError(f"{package['name']} {package['version']}: {source} is not the locked file")
            target = ROOT / file["to"]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)


def third_party() -> str:
    """Write the page that tells whose work is in this repository and under which licence."""
    rows = locked()
    lines = [
        "# Third-party work in this repository",
        "",
        "Written by `python -m web.vendor fetch` from `web/vendor.lock`. Python packages are named in `pyproject.toml`.",
        "",
        "| what | version | licence | where | why |",
        "|---|---|---|---|---|",
    ]
    for row in [*rows["package"], *rows["bundled"]]:
        lines.append(f"| {row['name']} | {row['version']} | {row['licence']} | `{row['where']}` | {row['why']} |")
    return "\n".join(lines) + "\n"


def outdated() -> list[str]:
    """Ask the registry which locked packages have another version now."""
    found = []
    for package in locked()["package"]:
        command = ["npm", "view", package["name"], "version"]
        newest = subprocess.run(command, check=True, capture_output=True, text=True, timeout=PACK_TIMEOUT_S).stdout.strip()
        if newest != package["version"]:
            found.append(f"{package['name']} {package['version']} -> {newest}")
    return found


def digest(data: bytes) -> str:
    """Name bytes by SHA-256."""
    return hashlib.sha256(data).hexdigest()


if __name__ == "__main__":
    wish = sys.argv[1] if len(sys.argv) > 1 else "check"
    said = {"fetch": fetch, "check": problems, "outdated": outdated}[wish]()
    print("\n".join(said or ["as locked"]))
    sys.exit(1 if said else 0)
