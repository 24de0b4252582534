"""Receivers that do one thing wrong: each a thin layer over ours that spoils one answer, or what lies behind it.

A fault gets the request and a way to ask our receiver; it gives the answer. WRONG says which article each must be found by.
"""

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from unittest import mock

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from werkzeug.wrappers import Request, Response

from appliance.ledger import key_of
from browsing import serving
from sync import segments
from sync.protocol import Statement
from sync.province import feed_out, handovers
from sync.province import store_sqlite as store
from sync.province.opened import Province
from sync.statements import Receipt, sign_receipt
from wire_room import Room, _application

Ask = Callable[..., Response]
Fault = Callable[[Request, Ask, Province], Response]


@contextmanager
def served_wrongly(room: Room, fault: Fault) -> Iterator[str]:
    """Serve the room's province through a fault; gives the address."""
    app = _application(room)
    inner = app.wsgi_app

    def outer(environ, start):
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))

        def ask(**changed: str) -> Response:
            return Response.from_app(inner, environ | {"wsgi.input": BytesIO(body)} | changed, buffered=True)

        return fault(Request(environ | {"wsgi.input": BytesIO(body)}), ask, room.province)(environ, start)

    app.wsgi_app = outer
    with serving(app) as url:
        yield url


def forgets_what_it_acknowledged() -> Fault:
    """Lose the last event of every segment once, after it was acknowledged: it was never on the disk."""
    lost = set()

    def fault(request: Request, ask: Ask, province: Province) -> Response:
        answer = ask()
        if request.path.endswith("/segments") and answer.status_code == 200:
            have = tuple(answer.get_json(force=True)["have"].values())
            if have not in lost:
                lost.add(have)
                place = [bytes.fromhex(have[0]), have[1]]
                with province.writing() as db:
                    db.conn.execute("DELETE FROM quarantine WHERE n IN (SELECT n FROM ledger WHERE inc = ? AND seq = ?)", place)
                    for table in ("receipt_given", "ledger"):
                        db.conn.execute(f"DELETE FROM {table} WHERE inc = ? AND seq = ?", place)
        return answer

    return fault


def accepts_a_broken_chain(request: Request, ask: Ask, province: Province) -> Response:
    """Say yes to events whose chain does not reach the stated head."""
    answer = ask()
    if b"segment_chain_broken" not in answer.data:
        return answer
    device = store.devices(province.db)[0].id
    inc, receipt = province.db.conn.execute("SELECT inc, bytes FROM receipt_given ORDER BY number DESC LIMIT 1").fetchone()
    have = msgspec.to_builtins(store.head(province.db, device, inc))
    return instead(answer, 200, {"verdict": "extends", "have": have, "receipt": json.loads(receipt)})


def receipts_for_the_wrong_head(request: Request, ask: Ask, province: Province) -> Response:
    """Sign the digest of another head."""
    return resigned(ask(), province.signing, lambda receipt: msgspec.structs.replace(receipt, digest=receipt.digest[::-1]))


def receipts_by_another_key(request: Request, ask: Ask, province: Province) -> Response:
    """Sign receipts with a key that is not the province's."""
    return resigned(ask(), Ed25519PrivateKey.from_private_bytes(bytes(32)), lambda receipt: receipt)


def resigned(answer: Response, key: Ed25519PrivateKey, change: Callable[[Receipt], Receipt]) -> Response:
    """Change the receipt in an answer and sign it."""
    said = answer.get_json(force=True, silent=True) if answer.status_code == 200 else None
    if not isinstance(said, dict) or "receipt" not in said:
        return answer
    receipt = msgspec.json.decode(msgspec.convert(said["receipt"], Statement).body, type=Receipt)
    return instead(answer, 200, said | {"receipt": msgspec.to_builtins(sign_receipt(change(receipt), key))})


def begins_the_feed_anew(request: Request, ask: Ask, province: Province) -> Response:
    """Give the feed from its beginning whatever was asked."""
    if request.path.endswith("/feed"):
        return ask(QUERY_STRING="after=0")
    return ask()


def writes_events_anew(request: Request, ask: Ask, province: Province) -> Response:
    """Give events back as its own library writes JSON."""
    answer = ask()
    if not request.path.endswith("/events") or answer.status_code != 200:
        return answer
    device = store.devices(province.db)[0]
    came = segments.unpack(answer.data, device.mark, province.signing.public_key())
    written = [json.dumps(json.loads(event), ensure_ascii=False, separators=(",", ":")).encode() for event in came.events]
    answer.data = segments.pack(segments.link(device.mark, came.inc, came.first, came.previous, written), province.signing)
    return answer


def keeps_damaged_files(request: Request, ask: Ask, province: Province) -> Response:
    """Never compare a file with its name."""
    answer = ask()
    if b"upload_damaged" not in answer.data:
        return answer
    return instead(answer, 201, {"offset": int(request.headers["Upload-Length"]), "complete": True})


def refuses_in_its_own_way(request: Request, ask: Ask, province: Province) -> Response:
    """Send refusals as plain JSON."""
    answer = ask()
    if answer.status_code >= 400:
        answer.mimetype = "application/json"
    return answer


def says_no_version(request: Request, ask: Ask, province: Province) -> Response:
    """Leave the version out of the missing list's answers."""
    answer = ask()
    if request.path.endswith("/files/missing"):
        del answer.headers["Sync-Version"]
    return answer


def answers_buckets_from_memory() -> Fault:
    """Work the digests of the buckets out once, and keep them beside the rows."""
    known: list[bytes] = []

    def fault(request: Request, ask: Ask, province: Province) -> Response:
        answer = ask()
        if request.path.endswith("/digests/buckets"):
            known.append(answer.data)
            answer.data = known[0]
        return answer

    return fault


def while_folding(name: str, wrong: Callable) -> Fault:
    """Have one function of our receiver's hand-overs be another while it answers; `wrong` is given the right one first."""
    right = getattr(handovers, name)

    def fault(request: Request, ask: Ask, province: Province) -> Response:
        with mock.patch.object(handovers, name, lambda *args, **more: wrong(right, *args, **more)):
            return ask()

    return fault


def leaves_the_past_out(right, province, db, to, dossier, found, counts=True):
    """Hand a dossier over without its first event."""
    right(province, db, to, dossier, found[1:] if counts and len(found) > 1 else found, counts)


def brings_the_key_too(right, province, db, to, dossier, found, counts=True):
    """Put the key where nothing can be taken back."""
    secret = base64.b64encode(key_of(db, dossier).secret).decode()
    right(province, db, to, dossier, found, counts)
    feed_out.add(db, province.signing, to, "handover.key", {"dossier": dossier, "secret": secret})


def opens_every_offer(right, *asked):
    """Take whatever is offered."""
    return ""


def takes_notes_of_anybody(right, db, dossier, device):
    """Never ask who held a dossier."""


def throws_late_work_away(right, province, db, received):
    """Tell nobody of what was set aside."""


def keeps_nothing(request: Request, ask: Ask, province: Province) -> Response:
    """Be too busy for every segment."""
    busy = {"type": "urn:motcua:sync:province_busy", "title": "Busy", "status": 503, "code": "province_busy"}
    return instead(Response(headers={"Sync-Version": "1"}), 503, busy) if request.path.endswith("/segments") else ask()


def answers_nonsense(request: Request, ask: Ask, province: Province) -> Response:
    """Answer hello well and everything else with something that is no answer."""
    return (
        ask() if request.path.endswith("/hello") else instead(ask(), 200, {"missing": [{}], "receipt": 7, "have": [], "keys": None})
    )


def instead(answer: Response, status: int, said: dict) -> Response:
    """Give another answer under the same headers."""
    answer.status_code, answer.mimetype, answer.data = status, "application/json", json.dumps(said)
    return answer


WRONG: dict[str, tuple[Callable[[], Fault], str]] = {
    "forgets what it acknowledged": (forgets_what_it_acknowledged, "1.6"),
    "accepts a broken chain": (lambda: accepts_a_broken_chain, "4.4"),
    "signs receipts over the wrong head": (lambda: receipts_for_the_wrong_head, "5.2"),
    "signs receipts with another key": (lambda: receipts_by_another_key, "5.1"),
    "begins the feed anew": (lambda: begins_the_feed_anew, "8.3"),
    "writes events anew": (lambda: writes_events_anew, "1.7"),
    "keeps damaged files": (lambda: keeps_damaged_files, "7.4"),
    "refuses in its own way": (lambda: refuses_in_its_own_way, "1.4"),
    "answers buckets from memory": (answers_buckets_from_memory, "13.2"),
    "lets anybody write notes": (lambda: while_folding("_must_have_held", takes_notes_of_anybody), "14.1"),
    "opens every offer": (lambda: while_folding("_why_not", opens_every_offer), "14.2"),
    "leaves the past of a dossier out": (lambda: while_folding("bring", leaves_the_past_out), "14.4"),
    "puts the key in the feed": (lambda: while_folding("bring", brings_the_key_too), "14.4"),
    "throws late work away": (lambda: while_folding("tell_aside", throws_late_work_away), "14.5"),
    "says no version": (lambda: says_no_version, "1.2"),
}
