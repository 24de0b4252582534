"""The line of the conformance test: asks plainly, gives every answer as it came, and keeps what every answer must have in mind."""

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import urllib3

from provisioning.conformance.written import content_digest

VERSION = "1"
ANSWER_S = 60.0
ANSWER_BYTES_MAX = 16 * 1024 * 1024
FAULTS_MAX = 5  # Of one kind; more of the same say nothing new.
BASE = "/sync/v1"
PROBLEM = "application/problem+json"


class Unreachable(Exception):
    """The receiver could not be asked at all; the words say why."""


@dataclass(frozen=True)
class Answer:
    """An answer as it came; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def said(self) -> dict[str, Any]:
        """Give the JSON object of the body; empty when it is none."""
        try:
            body = json.loads(self.body)
        except ValueError:
            return {}
        return body if isinstance(body, dict) else {}

    @property
    def code(self) -> str:
        """Give the code of a problem, or nothing."""
        return str(self.said.get("code", ""))


@dataclass
class Line:
    """One receiver. `versionless`, `misshapen`: answers that broke 1.2 or 1.4, in words."""

    url: str
    pool: urllib3.PoolManager
    versionless: list[str] = field(default_factory=list)
    misshapen: list[str] = field(default_factory=list)

    @property
    def secure(self) -> bool:
        """Say whether this is HTTPS."""
        return self.url.startswith("https:")

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str | None) -> Answer:
        """Ask once. A header is named with _ for -; None leaves it out. Raises Unreachable."""
        sent: dict[str, str | None] = {"Sync-Version": VERSION}
        if body is not None:
            media = "application/json" if body[:1] == b"{" else "application/octet-stream"
            sent |= {"Content-Digest": content_digest(body), "Content-Type": media}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        kept = {name: value for name, value in sent.items() if value is not None}
        try:
            came = self.pool.request(method, self.url + BASE + path, body=body, headers=kept, retries=False, preload_content=False)
            with came:
                answer = Answer(
                    came.status, {name.lower(): value for name, value in came.headers.items()}, came.read(ANSWER_BYTES_MAX)
                )
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise Unreachable(f"{method} {path}: {type(error).__name__}") from None
        self._keep_in_mind(f"{method} {path.split('?')[0]}", answer)
        return answer

    def _keep_in_mind(self, call: str, answer: Answer) -> None:
        if answer.headers.get("sync-version") != VERSION and len(self.versionless) < FAULTS_MAX:
            self.versionless.append(f"{call}: trả lời {answer.status} không có Sync-Version: {VERSION}")
        if answer.status >= 400 and answer.body and len(self.misshapen) < FAULTS_MAX and (words := misshapen(answer)):
            self.misshapen.append(f"{call}: {words}")


def misshapen(answer: Answer) -> str:
    """Say what is wrong with the form of a refusal; empty when nothing is."""
    media, said = answer.headers.get("content-type", "").split(";")[0].strip(), answer.said
    if media != PROBLEM:
        return f"trả lời {answer.status} có kiểu {media or 'trống'}, chờ {PROBLEM}"
    if said.get("status") != answer.status:
        return f"status trong thân là {said.get('status')}, của HTTP là {answer.status}"
    if said.get("type") != f"urn:motcua:sync:{answer.code}" or not answer.code:
        return f"type là {said.get('type')!r}, code là {answer.code!r}"
    return ""


def open_line(url: str, keys: Path) -> Line:
    """Make the line of the test device: its certificate, and the one root that may vouch for the receiver."""
    if urlsplit(url).scheme != "https":
        return Line(url.rstrip("/"), urllib3.PoolManager(timeout=ANSWER_S))
    return Line(url.rstrip("/"), urllib3.PoolManager(timeout=ANSWER_S, ssl_context=secured(keys, own=True)))


def secured(keys: Path, own: bool, newest: ssl.TLSVersion = ssl.TLSVersion.MAXIMUM_SUPPORTED) -> ssl.SSLContext:
    """Make a TLS context; `own`: with the device's certificate."""
    context = ssl.create_default_context(cafile=str(keys / "province-ca.crt"))
    context.maximum_version = newest
    if own:
        context.load_cert_chain(keys / "tls.crt", keys / "tls.key")
    return context
