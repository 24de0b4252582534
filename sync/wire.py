"""The agent's end of the HTTP line: one method a call of the protocol, bounded in time and bytes, never retrying by itself.

Raises LineDown when the province could not be asked, Refused with the province's own code when it said no.
"""

import io
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TypeVar

import msgspec
import urllib3

from appliance.config import Home
from appliance.errors import Refused
from sync import line_troubles, protocol, retry
from sync.line_troubles import Heard
from sync.problems import content_digest, refusal_of
from sync.protocol import SPOKEN, common_version

CONNECT_S = 8.0  # Also the longest that one block of a body may wait to leave.
ANSWER_S = 45.0  # A full segment is folded at the province before it is acknowledged.
ANSWER_BYTES_MAX = 16 * 1024 * 1024
CONNECTIONS = 8
BLOCK_BYTES = 16 * 1024
SILENT_MS = 20_000  # Bytes sent and not acknowledged for so long: the line is dead, whatever the socket says.
TIMEOUT = urllib3.Timeout(connect=CONNECT_S, read=ANSWER_S)
KEEPALIVE = (
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 15),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 5),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
    (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SILENT_MS),
    (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
)
ASKS_LATER = {429, 503}
BINARY = "application/octet-stream"
JSON = "application/json"
Said = TypeVar("Said")


class LineDown(Refused):
    """The province could not be asked: a code of sync/line_troubles.py. Trying again later is right."""


class Wire:
    """One line to one province; threads may share it. While the province asks to be left alone, all is refused `province_busy`."""

    def __init__(self, url: str, pool: urllib3.PoolManager):
        self.url, self._pool = url.rstrip("/") + "/sync/v1", pool
        self.heard: Heard | None = None
        self.version = max(SPOKEN)  # Until the province says that it speaks only older ones.
        self._held_until = float("-inf")

    def province_clock(self) -> datetime | None:
        """Work out what the province's clock shows now; None before it was heard."""
        return self.heard.now(time.monotonic()) if self.heard else None

    def held_s(self) -> float:
        """Say for how long the province still asks to be left alone."""
        return max(0.0, self._held_until - time.monotonic())

    def hello(self, hello: protocol.Hello) -> protocol.HelloAnswer:
        """Say how we stand; learn how the province does."""
        return self._json("POST", "/hello", protocol.HelloAnswer, msgspec.json.encode(hello))

    def segment(self, packed: bytes) -> protocol.SegmentAnswer:
        """Send a segment; what comes back was durable before it was said."""
        return self._json("POST", "/segments", protocol.SegmentAnswer, packed, BINARY)

    def keys(self, sealed: bytes) -> None:
        """Send a sealed bundle of dossier keys."""
        self._ask("POST", "/keys", sealed, BINARY)

    def missing(self, digests: tuple[str, ...]) -> protocol.FileAnswer:
        """Ask which files are wanted."""
        return self._json("POST", "/files/missing", protocol.FileAnswer, msgspec.json.encode(protocol.FileQuestion(digests)))

    def copies(self, listed: protocol.CopyList) -> protocol.FileAnswer:
        """Say of which files a copy of the database consists; learn which of them are wanted."""
        return self._json("POST", "/copies", protocol.FileAnswer, msgspec.json.encode(listed))

    def chunk(self, digest: str, offset: int, length: int, data: bytes) -> protocol.UploadAnswer:
        """Send a part of a file; the last one completes it."""
        headers = {
            "Upload-Offset": str(offset),
            "Upload-Length": str(length),
            "Upload-Complete": "?1" if offset + len(data) == length else "?0",
        }
        return self._json("PUT", f"/files/{digest}", protocol.UploadAnswer, data, BINARY, headers)

    def file_part(self, digest: str, offset: int, most: int) -> bytes:
        """Fetch bytes of a file of ours, at most so many and at least one."""
        return self._ask("GET", f"/files/{digest}?after={offset}&most={most}")

    def feed(self, after: int) -> list[protocol.Statement]:
        """Fetch the records of our feed after a position."""
        lines = self._ask("GET", f"/feed?after={after}").splitlines()
        return [_decoded(line, protocol.Statement) for line in lines]

    def lost_events(self, inc: str, after: int) -> bytes:
        """Fetch events of ours that only the province holds, as a segment it signed."""
        return self._ask("GET", f"/events?inc={inc}&after={after}")

    def lost_keys(self, dossiers: tuple[str, ...], recipient: str) -> bytes:
        """Fetch keys of our own dossiers, sealed to an age recipient made for it."""
        return self._ask("POST", "/keys/lost", msgspec.json.encode({"dossiers": dossiers, "recipient": recipient}))

    def contents(self) -> protocol.ContentsAnswer:
        """Ask what our dossiers hold at the province, as one digest."""
        return self._json("GET", "/digests", protocol.ContentsAnswer)

    def buckets(self) -> protocol.Buckets:
        """Ask for the digests of the buckets."""
        return self._json("GET", "/digests/buckets", protocol.Buckets)

    def rows(self, bucket: int, after: str) -> protocol.Rows:
        """Ask for the dossiers of a bucket after one."""
        return self._json("GET", f"/digests/rows?bucket={bucket}&after={after}", protocol.Rows)

    def fold_again(self, dossiers: tuple[str, ...]) -> protocol.FoldedAgain:
        """Have dossiers folded again."""
        question = msgspec.json.encode(protocol.AgainQuestion(dossiers))
        return self._json("POST", "/digests/again", protocol.FoldedAgain, question)

    def inventory(self, inc: str, after: int) -> protocol.InventoryLife:
        """Ask what the province's stored bytes of a life come to."""
        return self._json("GET", f"/inventory?inc={inc}&after={after}", protocol.InventoryLife)

    def inventory_files(self, after: str) -> protocol.InventoryFiles:
        """Ask what the province's stored files come to."""
        return self._json("GET", f"/inventory/files?after={after}", protocol.InventoryFiles)

    def _json(
        self,
        method: str,
        path: str,
        kind: type[Said],
        body: bytes | None = None,
        media: str = JSON,
        more: Mapping[str, str] | None = None,
    ) -> Said:
        return _decoded(self._ask(method, path, body, media, more), kind)

    def _ask(
        self, method: str, path: str, body: bytes | None = None, media: str = JSON, more: Mapping[str, str] | None = None
    ) -> bytes:
        """Ask, in an older version where the province does not know ours yet."""
        while True:
            tried = self.version
            try:
                return self._ask_once(method, path, body, media, more)
            except Refused as refused:
                spoken = refused.facts.get("spoken")
                older = common_version(SPOKEN, tried, spoken) if isinstance(spoken, int) else None
                if refused.code != "sync_version_unknown" or older is None:
                    raise
                self.version = older

    def _ask_once(
        self, method: str, path: str, body: bytes | None = None, media: str = JSON, more: Mapping[str, str] | None = None
    ) -> bytes:
        if self.held_s():
            raise Refused("province_busy")
        headers = {"Sync-Version": str(self.version), **(more or {})}
        if body is not None:
            headers |= {"Content-Type": media, "Content-Length": str(len(body)), "Content-Digest": content_digest(body)}
        try:
            # A body in blocks: the time limit then holds for each block and not for all of a large body on a slow line.
            answer = self._pool.request(
                method, self.url + path, body=io.BytesIO(body) if body is not None else None, headers=headers, preload_content=False
            )
            with answer:
                data = answer.read(ANSWER_BYTES_MAX)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise LineDown(line_troubles.of_failure(error)) from None
        if "Sync-Version" not in answer.headers:
            raise LineDown(line_troubles.of_answer(answer.status), status=answer.status)
        with suppress(KeyError, ValueError):
            self.heard = Heard(parsedate_to_datetime(answer.headers["Date"]), time.monotonic())
        if answer.status in ASKS_LATER:
            asked = retry.asked_s(answer.headers.get("Retry-After", ""), answer.headers.get("Date", ""))
            self._held_until = max(self._held_until, time.monotonic() + asked)
            raise Refused("province_busy")
        if answer.status >= 400:
            raise refusal_of(data)
        return data


def open_wire(home: Home, timeout: urllib3.Timeout = TIMEOUT) -> Wire:
    """Make the line of a box: its client certificate, and the one root that may vouch for the province."""
    keys = home.keys
    pool = urllib3.PoolManager(
        maxsize=CONNECTIONS,
        retries=False,
        timeout=timeout,
        blocksize=BLOCK_BYTES,
        socket_options=list(KEEPALIVE),
        ca_certs=_there(keys / "province-ca.crt"),
        cert_file=_there(keys / "tls.crt"),
        key_file=_there(keys / "tls.key"),
    )
    return Wire(home.settings.province_url, pool)


def _there(path: Path) -> str | None:
    return str(path) if path.exists() else None


def _decoded(data: bytes, kind: type[Said]) -> Said:
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.DecodeError:
        raise LineDown("line_foreign") from None
