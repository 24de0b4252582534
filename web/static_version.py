"""Where style, script, font and icon files lie, and the one version they carry together. nginx is configured from it too."""

import hashlib
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).parent / "static"


@lru_cache(maxsize=1)
def digest() -> str:
    """Give one short digest of all static files."""
    together = hashlib.sha256()
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file():
            together.update(path.relative_to(FOLDER).as_posix().encode() + b"\0" + path.read_bytes())
    return together.hexdigest()[:12]
