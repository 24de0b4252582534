"""One open province in this process: its home, its keys, its connections. The only database writers here go through `writing`."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from sqlite_utils.db import Database

from appliance import crash, database
from appliance.config import Home
from appliance.migrations import migrations as shared
from sync.province.tables import migrations as own


@dataclass
class Province:
    """A province's home opened by a process. `signing` signs receipts and feed; `age` opens dossier keys sent to it."""

    home: Home
    signing: Ed25519PrivateKey
    age: pyrage.x25519.Identity
    _local: threading.local = field(default_factory=threading.local)

    @property
    def db(self) -> Database:
        """Give this thread's connection for reading; it cannot write."""
        if not hasattr(self._local, "reader"):
            self._local.reader = database.connect(self.home.database, readonly=True)
        return self._local.reader

    @contextmanager
    def writing(self) -> Iterator[Database]:
        """Hold one durable transaction: when the block ends well, everything in it is on the disk."""
        if not hasattr(self._local, "writer"):
            self._local.writer = database.connect(self.home.database)
        with database.writing(self._local.writer) as db:
            yield db

    def close(self) -> None:
        """Close this thread's connections."""
        for name in ("reader", "writer"):
            if hasattr(self._local, name):
                getattr(self._local, name).conn.close()
                delattr(self._local, name)


def open_province(home: Home) -> Province:
    """Open a province's home and bring its tables up to date. Needs keys/signing.ed25519 and keys/province.age.

    An application that mounts `sync.province.api.bp` keeps the result under `app.extensions["province"]`.
    """
    if home.settings.demo:
        crash.arm_from(home.run)
    db = database.connect(home.database)
    shared.apply(db)
    own.apply(db)
    db.conn.close()
    signing = load_pem_private_key((home.keys / "signing.ed25519").read_bytes(), None)
    assert isinstance(signing, Ed25519PrivateKey)
    age = pyrage.x25519.Identity.from_str((home.keys / "province.age").read_text().strip())
    return Province(home, signing, age)
