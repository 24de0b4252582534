"""HTTP clients that are not ours, asked in one way: a request in, what came back out. None knows anything of the protocol.

CLIENTS[name](request) -> Reply. A request without `keys` presents no client certificate.
"""

import asyncio
import base64
import json
import ssl
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from playwright._impl._driver import compute_driver_executable

WAIT_S = 30
NODE = compute_driver_executable()[0]  # The browser's driver brings one.
NODE_SCRIPT = """
const https = require('https'), fs = require('fs'), q = JSON.parse(fs.readFileSync(0));
const pem = name => name ? fs.readFileSync(name) : undefined;
const r = https.request(q.url, {method: q.method, headers: q.headers, ca: pem(q.ca), cert: pem(q.cert), key: pem(q.key)}, a => {
  const parts = []; a.on('data', p => parts.push(p));
  const told = () => ({status: a.statusCode, headers: a.headers, body: Buffer.concat(parts).toString('base64')});
  a.on('end', () => console.log(JSON.stringify(told())));
});
r.end(q.body ? fs.readFileSync(q.body) : undefined);
"""


@dataclass(frozen=True)
class Request:
    """What to ask. `root` is the certificate to trust, `keys` the stem of a client certificate: .crt and .key; None for none."""

    method: str
    url: str
    root: Path
    keys: Path | None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(frozen=True)
class Reply:
    """What came back; names of headers in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def said(self) -> dict:
        """Give the body as JSON."""
        return json.loads(self.body)


def _run(command: list[str], body: bytes | None) -> Reply:
    """Run a command line client that prints the whole answer."""
    ran = subprocess.run(command, input=body or b"", capture_output=True, timeout=WAIT_S, check=False)
    return read_reply(ran.stdout)


def read_reply(data: bytes) -> Reply:
    """Read an answer as it was printed: status, headers, an empty line, body."""
    head, _, body = data.replace(b"\r\n", b"\n", data.count(b"\r\n")).partition(b"\n\n")
    first, *lines = head.decode("latin-1").splitlines()
    pairs = (line.split(":", 1) for line in lines)
    return Reply(int(first.split()[1]), {name.strip().lower(): value.strip() for name, value in pairs}, body)


def _headers(request: Request, flag: str) -> list[str]:
    return [word for name, value in request.headers.items() for word in (flag, f"{name}: {value}")]


def curl(request: Request) -> Reply:
    """Ask with curl; for HEAD it must be told not to wait for a body."""
    keys = ["--cert", f"{request.keys}.crt", "--key", f"{request.keys}.key"] if request.keys else []
    body = ["--data-binary", "@-"] if request.body is not None else []
    how = ["--head"] if request.method == "HEAD" else ["--request", request.method, "--include"]
    return _run(
        ["curl", "-sS", "--cacert", str(request.root), *keys, *how, *_headers(request, "-H"), *body, request.url], request.body
    )


def wget(request: Request) -> Reply:
    """Ask with wget."""
    keys = [f"--certificate={request.keys}.crt", f"--private-key={request.keys}.key"] if request.keys else []
    with tempfile.NamedTemporaryFile() as sent:
        sent.write(request.body or b"")
        sent.flush()
        body = [f"--body-file={sent.name}"] if request.body is not None else []
        how = ["-q", "--save-headers", "--content-on-error", "--tries=1", "-O", "-", f"--method={request.method}"]
        shown = ["--server-response"] if request.method == "HEAD" else []
        command = [
            "wget",
            *how,
            *shown,
            f"--ca-certificate={request.root}",
            *keys,
            *_headers(request, "--header"),
            *body,
            request.url,
        ]
        ran = subprocess.run(command, capture_output=True, timeout=WAIT_S, check=False)
    lines = b"\n".join(line.strip() for line in ran.stderr.splitlines())
    return read_reply(lines + b"\n\n" if request.method == "HEAD" else ran.stdout)


def httpie(request: Request) -> Reply:
    """Ask with HTTPie."""
    keys = [f"--cert={request.keys}.crt", f"--cert-key={request.keys}.key"] if request.keys else []
    how = ["--pretty=none", "--print=hb", f"--verify={request.root}", *([] if request.body is not None else ["--ignore-stdin"])]
    headers = [f"{name}:{value}" for name, value in request.headers.items()]
    return _run(["http", *how, *keys, request.method, request.url, *headers], request.body)


def node(request: Request) -> Reply:
    """Ask with Node's own client."""
    keys = {"cert": f"{request.keys}.crt", "key": f"{request.keys}.key"} if request.keys else {}
    with tempfile.NamedTemporaryFile() as sent:
        sent.write(request.body or b"")
        sent.flush()
        length = {"Content-Length": str(len(request.body))} if request.body is not None else {}
        asked = {"url": request.url, "method": request.method, "headers": {**request.headers, **length}, "ca": str(request.root)}
        asked |= keys | ({"body": sent.name} if request.body is not None else {})
        ran = subprocess.run(
            [NODE, "-e", NODE_SCRIPT], input=json.dumps(asked).encode(), capture_output=True, timeout=WAIT_S, check=True
        )
    told = json.loads(ran.stdout)
    return Reply(told["status"], told["headers"], base64.b64decode(told["body"]))


def aio(request: Request) -> Reply:
    """Ask with aiohttp."""
    tls = ssl.create_default_context(cafile=str(request.root))
    if request.keys:
        tls.load_cert_chain(f"{request.keys}.crt", f"{request.keys}.key")

    async def ask() -> Reply:
        async with (
            aiohttp.ClientSession() as session,
            session.request(request.method, request.url, headers=request.headers, data=request.body, ssl=tls) as answer,
        ):
            return Reply(answer.status, {name.lower(): value for name, value in answer.headers.items()}, await answer.read())

    return asyncio.run(ask())


CLIENTS: Mapping[str, Callable[[Request], Reply]] = {"curl": curl, "wget": wget, "httpie": httpie, "node": node, "aiohttp": aio}
