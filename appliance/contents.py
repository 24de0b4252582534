"""What dossiers hold, as digests: equal at two ends exactly when both made the same rows of the same events.

Worked out from the stored rows at the moment of asking and kept nowhere: a digest kept beside a row would not show that somebody
changed the row. Local and left out: order of arrival, search words, drafts, looks, jobs, whether a file lies here.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import msgspec
from sqlite_utils.db import Database

from appliance.chain import Head

RULES = 1  # Raised whenever the same events make other rows; ends with unequal rules do not compare contents.
BUCKETS = 256
SHORT = 8  # Bytes of a digest that narrow a difference down; whether there is one is said by whole digests.
DOSSIER_MARK, ALL_MARK, HEADS_MARK = b"motcua-content-1", b"motcua-contents-1", b"motcua-heads-1"
COLUMNS = (
    "device", "code", "status", "signature", "procedure", "procedure_name", "applicant", "applicant_key", "holder", "accepted_at",
    "due_at", "finished_at", "returned_at", "channel", "offered_to", "filed_at", "asked_until", "originals_kept", "money_open",
    "origin", "works", "last_inc", "last_seq", "state",
)  # fmt: skip
ROW = f"SELECT {', '.join(COLUMNS)} FROM dossier WHERE id = ?"
ACTS = """SELECT e.inc, e.seq, e.kind, e.at, e.actor, l.digest FROM dossier_event e LEFT JOIN {ledger}
          WHERE e.dossier = ? AND e.device = ? AND NOT EXISTS (  -- What the province set aside after a hand-over.
              SELECT 1 FROM brought_event b WHERE b.device = e.device AND b.inc = e.inc AND b.seq = e.seq AND b.counts = 0)
          ORDER BY 1, 2"""
FILES = "SELECT digest, size, media FROM dossier_file WHERE dossier = ? ORDER BY digest"
LEDGER = "event l ON l.inc = e.inc AND l.seq = e.seq"  # Of a box; the province's is another table.
_encode = msgspec.json.Encoder(order="sorted").encode


@dataclass(frozen=True)
class Contents:
    """The digests of a device's dossiers at one moment, and `at`: the digest of what they were made of."""

    at: str
    digests: Mapping[str, bytes]

    @cached_property
    def buckets(self) -> tuple[bytes, ...]:
        """Give the digest of each bucket: over id and digest of its dossiers, in order of id."""
        sums = [hashlib.sha256() for _ in range(BUCKETS)]
        for dossier in sorted(self.digests):
            sums[bucket_of(dossier)].update(dossier.encode() + self.digests[dossier])
        return tuple(one.digest() for one in sums)

    @property
    def digest(self) -> str:
        """Give the digest of everything, hex."""
        return hashlib.sha256(ALL_MARK + b"".join(self.buckets)).hexdigest()

    def rows(self, bucket: int) -> dict[str, str]:
        """Give the dossiers of a bucket with the beginning of their digests, hex."""
        return {dossier: self.digests[dossier][:SHORT].hex() for dossier in sorted(self.digests) if bucket_of(dossier) == bucket}


def bucket_of(dossier: str) -> int:
    """Give the bucket of a dossier: the first byte of the SHA-256 of its id, for ids made one after the other begin alike."""
    return hashlib.sha256(dossier.encode()).digest()[0]


def contents(db: Database, ledger: str, device: str, at: str) -> Contents:
    """Work out the digests of the dossiers a device owns; the caller holds one transaction around this and the making of `at`."""
    return Contents(at, {dossier: digest_of(db, ledger, device, dossier) for dossier in owned(db, device)})


def owned(db: Database, device: str) -> list[str]:
    """List the dossiers a device owns."""
    return [row[0] for row in db.conn.execute("SELECT id FROM dossier WHERE device = ?", [device]).fetchall()]


def digest_of(db: Database, ledger: str, device: str, dossier: str) -> bytes:
    """Work out the digest of one dossier."""
    return hashlib.sha256(DOSSIER_MARK + written(db, ledger, device, dossier)).digest()


def written(db: Database, ledger: str, device: str, dossier: str) -> bytes:
    """Write down what a dossier holds: its row, its owner's acts with their digests in the chain, the files it names.

    JSON without spaces, the keys of every object in order; bytes in hex.
    """
    row = db.conn.execute(ROW, [dossier]).fetchone()
    acts = db.conn.execute(ACTS.format(ledger=ledger), [dossier, device]).fetchall()
    files = db.conn.execute(FILES, [dossier]).fetchall()
    return _encode([_plain_row(row) if row else None, [_plain(act) for act in acts], files])


def at_of(heads: Iterable[Head], feed: int) -> str:
    """Give the digest of what rows are made of: the heads of all lives that have events, oldest first, and the feed; hex."""
    parts = (head.inc + head.seq.to_bytes(8, "big") + head.digest for head in heads if head.seq)
    return hashlib.sha256(HEADS_MARK + feed.to_bytes(8, "big") + b"".join(parts)).hexdigest()


def _plain_row(row: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip(COLUMNS, (*_plain(row[:-1]), _state(row[-1])), strict=True))


def _plain(values: tuple[Any, ...]) -> list[Any]:
    return [value.hex() if isinstance(value, bytes) else value for value in values]


def _state(stored: bytes) -> Any:
    """Read a state whatever the order of its fields; one that is no JSON any more counts as its bytes."""
    try:
        return msgspec.json.decode(stored)
    except msgspec.DecodeError:
        return stored.hex()
