"""The line between an agent and the province, inside one process, at the boundary of HTTP: what a bad line does to a request.

The client's side is urllib3's own answer class, the server's side the province's own Flask application. Both see of a cut what they
would see of a real one: bytes are missing and lengths are stated. A fault is a function of FAULTS, chosen by the seed.
"""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote

import msgspec
import urllib3
from werkzeug.test import create_environ, run_wsgi_app

from simulation.nature import Death
from sync.problems import content_digest

LATE_MAX = 12  # Requests on their way for longer than their sender waits for them.
SESSION = ("session", "heard", "at", "quality", "waiting_events", "waiting_files", "app")  # What a hello may do without.
Cut = urllib3.exceptions.ProtocolError


@dataclass(frozen=True)
class Asked:
    """A request as it left: who asks, by which certificate, what."""

    machine: str
    certificate: str
    method: str
    path: str
    body: bytes
    headers: Mapping[str, str]

    @property
    def call(self) -> str:
        """Name the call without what differs each time."""
        return f"{self.method} {self.path.split('?')[0][:16]}"

    @property
    def weight(self) -> int:
        """Give how many bytes it counts for; what age seals is of a different length each time, by age's own chance."""
        return 0 if self.path == "/keys" else len(self.body)


@dataclass(frozen=True)
class Answered:
    """An answer as it left the province."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Line:
    """What the agent's wire takes for its connection pool. `world` has the province; `up` is whether there is a line at all."""

    def __init__(self, world, machine):
        self.world, self.machine, self.up = world, machine, True

    def request(self, method: str, url: str, *, body=None, headers: Mapping[str, str], preload_content: bool):
        """Carry a request there and its answer back, or do to it what the seed says."""
        data = body.read() if body else b""
        asked = Asked(self.machine.name, self.machine.certificate, method, url.split("/sync/v1")[1], data, dict(headers))
        self.world.nature.pass_time(0.2 + asked.weight / self.world.faults.bytes_per_s)
        fault = self.world.faults.of_request(asked) if self.up else "no_line"
        self.world.saw(asked, fault)
        return FAULTS[fault](self.world, self._as_spoken(asked))

    def _as_spoken(self, asked: Asked) -> Asked:
        """Let the device speak as an older or a later version of itself would."""
        if self.machine.speaks and asked.path == "/hello":
            return with_body(asked, SPEAKS[self.machine.speaks](asked.body))
        return asked


def with_body(asked: Asked, body: bytes) -> Asked:
    """Give a request with another body, rightly labelled."""
    return replace(
        asked, body=body, headers={**asked.headers, "Content-Length": str(len(body)), "Content-Digest": content_digest(body)}
    )


def _older(body: bytes) -> bytes:
    said = msgspec.json.decode(body)
    return msgspec.json.encode({name: value for name, value in said.items() if name not in SESSION})


def _later(body: bytes) -> bytes:
    return msgspec.json.encode(msgspec.json.decode(body) | {"later": {"unheard": [1, "of"]}})


SPEAKS: Mapping[str, Callable[[bytes], bytes]] = {"older": _older, "later": _later}


def deliver(world, asked: Asked, arrived: bytes | None = None) -> Answered:
    """Let the province answer what arrived of a request. Raises Cut when it is not there, or dies over it."""
    if not world.province.runs():
        raise Cut("nobody there")
    environ = create_environ(
        f"/sync/v1{asked.path}",
        base_url="https://province",
        method=asked.method,
        input_stream=io.BytesIO(asked.body if arrived is None else arrived),
        content_length=len(asked.body),
        headers={**asked.headers, "X-Client-Cert": quote(asked.certificate)},
    )
    with world.nature.at(world.province):
        try:
            chunks, status, headers = run_wsgi_app(world.province.app.wsgi_app, environ, buffered=True)
        except Death:
            world.died(world.province)
            raise Cut("died over it") from None
        answered = Answered(int(status.split()[0]), dict(headers), b"".join(chunks))
        world.witnessed(asked, answered)
    if world.province.speaks and answered.status == 200 and answered.headers.get("Content-Type") == "application/json":
        body = _later(answered.body)
        answered = Answered(200, answered.headers | {"Content-Length": str(len(body))}, body)
    return answered


def as_read(answered: Answered, method: str = "GET", arrived: int | None = None):
    """Give an answer as the client reads it, of which only so many bytes arrive."""
    return urllib3.HTTPResponse(
        body=io.BytesIO(answered.body[:arrived]),
        headers=answered.headers,
        status=answered.status,
        preload_content=False,
        request_method=method,
    )


def _well(world, asked: Asked):
    return as_read(deliver(world, asked))


def _lost(world, asked: Asked):
    raise Cut("cut before it arrived")


def _cut_in_body(world, asked: Asked):
    """Some of the body arrives, the connection is gone: a server that reads as it comes sees the beginning."""
    deliver(world, asked, asked.body[: int(len(asked.body) * world.nature.plan.random())])
    raise Cut("cut in its body")


def _answer_lost(world, asked: Asked):
    deliver(world, asked)
    raise Cut("cut before the answer came")


def _answer_cut(world, asked: Asked):
    answered = deliver(world, asked)
    return as_read(answered, arrived=int(len(answered.body) * world.nature.plan.random()))


def _twice(world, asked: Asked):
    first = deliver(world, asked)
    second = deliver(world, asked)
    return as_read(world.nature.plan.choice([first, second]))


def _late(world, asked: Asked):
    """It waits somewhere until long after its sender gave up."""
    world.late.append(asked)
    del world.late[:-LATE_MAX]
    raise Cut("no answer in time")


def _late_twin(world, asked: Asked):
    """It arrives, and once more much later."""
    world.late.append(asked)
    del world.late[:-LATE_MAX]
    return _well(world, asked)


def _garbled(world, asked: Asked):
    """A byte is changed by something that has its hands in the middle of the line."""
    where = int(len(asked.body) * world.nature.plan.random())
    changed = bytes([asked.body[where] ^ 1]) if asked.body else b""
    return as_read(deliver(world, replace(asked, body=asked.body[:where] + changed + asked.body[where + 1 :])))


def _slow(world, asked: Asked):
    world.nature.pass_time(world.nature.plan.uniform(1, 40))
    return _well(world, asked)


def _portal(world, asked: Asked):
    return as_read(Answered(200, {"Content-Type": "text/html"}, b"<html>Please log in to this network</html>"))


def _gateway(world, asked: Asked):
    return as_read(Answered(502, {}, b"<html>Bad Gateway</html>"))


FAULTS: Mapping[str, Callable] = {
    "": _well,
    "no_line": _lost,
    "lost": _lost,
    "cut_in_body": _cut_in_body,
    "answer_lost": _answer_lost,
    "answer_cut": _answer_cut,
    "twice": _twice,
    "late": _late,
    "late_twin": _late_twin,
    "garbled": _garbled,
    "slow": _slow,
    "portal": _portal,
    "gateway": _gateway,
}
