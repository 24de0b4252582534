"""Five HTTP clients that are not ours speak to our receiver as docs/sync.md says, through nginx, with TLS of their own."""

from contextlib import closing
from dataclasses import dataclass
from types import SimpleNamespace

import msgspec
import pytest

from appliance import files, ledger
from http_clients import CLIENTS, Reply, Request
from real_ends import Ends, real_ends
from sync import key_bundles
from sync.problems import content_digest
from sync.protocol import KeyBundle
from sync.sender import Sender, hello_of, keys_to_send, open_sender, packed_after
from test_healing import numbered

PAGE = bytes(range(256)) * 800
HALF = len(PAGE) // 2


@dataclass
class Foreign:
    """A client with the box's certificate: asks as the specification says, with a Content-Digest made here."""

    ends: Ends
    name: str

    def ask(self, method: str, path: str, body: bytes | None = None, digest: str = "", keys: bool = True, **more: str) -> Reply:
        """Ask; names of headers are written with underscores here."""
        home = self.ends.demo.commune
        headers = {"Sync-Version": "1"} | {name.replace("_", "-"): value for name, value in more.items()}
        if body is not None:
            headers |= {"Content-Type": "application/octet-stream"}
            headers |= {"Content-Digest": digest or content_digest(body)} if digest != "none" else {}
        request = Request(
            method,
            f"{self.ends.url}/sync/v1{path}",
            home.keys / "province-ca.crt",
            home.keys / "tls" if keys else None,
            headers,
            body,
        )
        return CLIENTS[self.name](request)


@pytest.fixture(scope="module")
def ends(tmp_path_factory):
    with real_ends(tmp_path_factory.mktemp("c")) as made:
        yield made


@pytest.fixture(scope="module")
def box(ends):
    """The box itself, whose agent does not run: others send for it."""
    sender = open_sender(ends.demo.commune)
    with closing(sender.box):
        yield sender


@pytest.fixture(params=CLIENTS)
def client(ends, request):
    return Foreign(ends, request.param)


def hello(box: Sender) -> bytes:
    return msgspec.json.encode(hello_of(box.box, ledger.incarnation(box.box.db)))


def test_hello_is_answered_with_a_verdict_and_a_version(client, box):
    reply = client.ask("POST", "/hello", hello(box))
    assert (reply.status, reply.headers["sync-version"]) == (200, "1")
    assert reply.said["verdict"] in ("extends", "already_have")


@pytest.mark.parametrize("digest", ["none", content_digest(b"another body")])
def test_a_body_that_is_not_what_its_digest_says_changes_nothing(client, box, digest):
    reply = client.ask("POST", "/hello", hello(box), digest)
    assert (reply.status, reply.headers["content-type"]) == (422, "application/problem+json")
    assert reply.said["type"] == "urn:motcua:sync:body_digest_wrong"


def test_without_a_client_certificate_nobody_is_told_anything(client):
    reply = client.ask("GET", "/feed?after=0", keys=False)
    assert reply.status == 403
    assert "sync-version" not in reply.headers


def test_the_feed_is_given_as_the_box_has_it_and_is_empty_at_its_end(client, box):
    kept = [bytes(row[0]) for row in box.box.db.conn.execute("SELECT bytes FROM feed_record ORDER BY position").fetchall()]
    assert kept
    assert client.ask("GET", "/feed?after=0").body.splitlines() == kept
    end = client.ask("GET", f"/feed?after={len(kept)}")
    assert (end.status, end.body) == (200, b"")


def test_a_dossier_is_sent_and_its_page_goes_on_from_where_it_was_cut(client, box):
    page = PAGE + client.name.encode()
    numbered(SimpleNamespace(box=box.box, home=box.box.home), page=page)
    life = ledger.incarnation(box.box.db)
    have = client.ask("POST", "/hello", hello(box)).said["have"]
    after = have["seq"] if have else 0
    bundle = KeyBundle(box.box.device, keys_to_send(box.box.db))
    assert client.ask("POST", "/keys", key_bundles.sealed(bundle, box.recipient)).said["complete"] is True
    for packed, last in packed_after(box, life, after):
        answer = client.ask("POST", "/segments", packed)
        assert (answer.status, answer.said["have"]["seq"]) == (200, last)
    send_in_two_parts(client, page)


def send_in_two_parts(client: Foreign, page: bytes) -> None:
    """Send half of a file, ask how far it came, and send the rest from there."""
    path, whole = f"/files/{files.digest_of(page)}", {"Upload_Length": str(len(page))}
    first = client.ask("PUT", path, page[:HALF], Upload_Offset="0", Upload_Complete="?0", **whole)
    assert (first.status, first.said) == (200, {"offset": HALF, "complete": False})
    state = client.ask("HEAD", path)
    assert (state.status, state.headers["upload-complete"]) == (204, "?0")
    offset = int(state.headers["upload-offset"])
    wrong = client.ask("PUT", path, page[5:], Upload_Offset="5", Upload_Complete="?1", **whole)
    assert (wrong.status, wrong.said["offset"]) == (409, offset)
    rest = client.ask("PUT", path, page[offset:], Upload_Offset=str(offset), Upload_Complete="?1", **whole)
    assert (rest.status, rest.said["complete"]) == (201, True)
    assert client.ask("HEAD", path).headers["upload-complete"] == "?1"
    assert files.read(client.ends.demo.province, files.digest_of(page)) == page
