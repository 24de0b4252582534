"""docs/sync-vectors.json is what our code makes of fixed inputs: bytes, digests, signatures, verdicts for an implementer of sync/1.

`make vectors` writes it anew; a person reads the difference. What compression and sealing choose freely is kept as it was.
"""

import base64
import json
from pathlib import Path
from typing import Any

import msgspec
import pyrage
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from appliance import chain, contents, database, events, rows
from appliance.errors import Refused
from appliance.migrations import migrations
from sync import key_bundles, segments
from sync.judging import Holding, judge, judge_hello, meeting
from sync.problems import PROBLEMS, content_digest, problem_of
from sync.protocol import Hello, KeyBundle, KeyNews, Life, Mark, Verdict
from sync.statements import FEED_MARK, FIRST_PREVIOUS, RECEIPT_MARK, Receipt, Record, record_digest, sign_receipt, sign_record

FILE = Path("docs/sync-vectors.json")
ABOUT = "Vectors of protocol sync/1; see sync.md, whose articles they name. Keys here are for tests only."
DEVICE_ID = "01936f00-0000-7000-8000-000000030589"
DEVICE = bytes.fromhex(DEVICE_ID.replace("-", ""))
INC = bytes.fromhex("a1b2c3d4e5f60718")
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(64, 96)))
PROVINCE = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
IDENTITY = "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33"
AT = "2026-11-21T02:05:00.000Z"
DOSSIER = "01936f00-0000-7000-8000-0000000000aa"
TAKEN = f'"a":"ST08","k":"{DOSSIER}","o":1,"d":{{"holder":"ST08"}}}}'
EVENTS = tuple(
    line.encode()
    for line in (
        '{"i":1,"t":"incarnation.opened","v":1,"at":"2026-11-21T02:00:00.000Z","q":"unset","a":"box",'
        '"d":{"inc_no":1,"parent":null,"reason":"enrolled"}}',
        '{"i":2,"t":"clock.confirmed","v":1,"at":"2026-11-21T02:00:01.000Z","q":"unset","a":"ST16","d":{"date":"2026-11-21"}}',
        f'{{"i":3,"t":"dossier.taken","v":1,"at":"2026-11-21T02:00:02.000Z","q":"unset",{TAKEN}',
    )
)
LATER = tuple(f'{{"i":{n},"t":"later.kind", "v":7,"at":"","q":"","d":{{"n":{n}}},"z":[]}}'.encode() for n in (4, 5))
START = chain.first_previous(DEVICE, None)
WHOLE = segments.link(DEVICE, INC, 1, START, EVENTS + LATER)


def stretch(first: int, last: int, events: tuple[bytes, ...] = EVENTS + LATER) -> segments.Segment:
    return segments.link(DEVICE, INC, first, WHOLE.digest_at(first - 1), events[first - 1 : last])


def vectors() -> dict[str, Any]:
    """Make everything the file holds."""
    return {
        "about": ABOUT,
        "lives": [life(None), life(chain.Head(INC, 3, WHOLE.digest_at(3)))],
        "content_digest": {"article": "1.3", "body": '{"digests":[]}', "field": content_digest(b'{"digests":[]}')},
        "problems": {
            "article": "1.4",
            "codes": {code: status for code, (status, _) in sorted(PROBLEMS.items())},
            "example": problem(),
        },
        "segment": segment(),
        "segments": [judged(*case) for case in SEGMENTS],
        "statements": statements(),
        "keys": keys(),
        "hellos": [greeted(*case) for case in HELLOS],
        "contents": held(),
    }


def life(parent: chain.Head | None) -> dict[str, Any]:
    told = parent and {"inc": parent.inc.hex(), "seq": parent.seq, "digest": parent.digest.hex()}
    return {"device": DEVICE.hex(), "parent": told, "first_previous": chain.first_previous(DEVICE, parent).hex()}


def problem() -> dict[str, Any]:
    status, body = problem_of(Refused("sync_gap", have=3))
    return {"status": status, "body": body.decode()}


def segment() -> dict[str, Any]:
    own = stretch(1, 3)
    return {
        "article": "4.5", "device": DEVICE.hex(), "inc": INC.hex(), "first": 1, "previous": START.hex(),
        "events": [event.decode() for event in EVENTS], "digests": [digest.hex() for digest in own.digests],
        "head": own.digests[-1].hex(), "key": KEY.private_bytes_raw().hex(),
        "public_key": KEY.public_key().public_bytes_raw().hex(), "signed_bytes": segments.signed_bytes(own).hex(),
        "signature": text(KEY.sign(segments.signed_bytes(own))), "wire": text(segments.pack(own, KEY)),
    }  # fmt: skip


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def repacked(own: segments.Segment, change: tuple[bytes, bytes]) -> bytes:
    return zstandard.compress(zstandard.decompress(segments.pack(own, KEY)).replace(*change))


BROKEN = segments.Segment(DEVICE, INC, 1, START, EVENTS, (*stretch(1, 3).digests[:2], bytes(32)))
ANOTHER = (*EVENTS[:2], EVENTS[2].replace(b"02:00:02", b"02:00:03"))
MISPLACED = segments.link(DEVICE, INC, 1, START, (EVENTS[1],))
SEGMENTS: tuple[tuple[str, str, int, bytes], ...] = (
    ("4.1", "nothing is held", 0, segments.pack(stretch(1, 3), KEY)),
    ("4.2", "all of it is held", 3, segments.pack(stretch(1, 3), KEY)),
    ("4.2", "a part of it is held", 2, segments.pack(stretch(1, 5), KEY)),
    ("1.7", "events of an unknown kind", 3, segments.pack(stretch(4, 5), KEY)),
    ("4.3", "what comes before is lacking", 2, segments.pack(stretch(4, 5), KEY)),
    ("4.4", "the head is another", 0, segments.pack(BROKEN, KEY)),
    ("4.5", "another key signed", 0, segments.pack(stretch(1, 3), OTHER_KEY)),
    ("4.7", "the count is another", 0, repacked(stretch(1, 3), (b'"count":3', b'"count":2'))),
    ("4.7", "an event is not at its place", 0, segments.pack(MISPLACED, KEY)),
    ("4.8", "another event is held at 3", 3, segments.pack(stretch(1, 3, ANOTHER), KEY)),
)


def judged(article: str, name: str, have: int, wire: bytes) -> dict[str, Any]:
    return {"article": article, "name": name, "have": have, "wire": text(wire), "answer": answer_to(wire, have)}


def answer_to(wire: bytes, have: int) -> dict[str, Any]:
    """Say what the receiver answers that holds the first `have` events of the life above."""
    try:
        came = segments.unpack(wire, DEVICE, KEY.public_key())
    except Refused as refused:
        return {"status": PROBLEMS[refused.code][0], "code": refused.code}
    verdict = judge(have, None if came.first > have + 1 else WHOLE.digest_at(meeting(have, came)), came)
    if verdict in (Verdict.GAP, Verdict.FORK):
        return {"status": 409, "code": f"sync_{verdict}"}
    return {"status": 200, "verdict": str(verdict), "have": max(have, came.last)}


def statements() -> dict[str, Any]:
    receipt = sign_receipt(Receipt(DEVICE_ID, INC.hex(), 3, WHOLE.digest_at(3).hex(), AT, 1), PROVINCE)
    first = sign_record(Record(DEVICE_ID, 1, FIRST_PREVIOUS, "time.signed", AT, {"at": AT}), PROVINCE)
    confirmed = {"dossier": DOSSIER, "erased_at": AT}
    second = sign_record(Record(DEVICE_ID, 2, record_digest(first), "erasure.confirmed", AT, confirmed), PROVINCE)
    record = msgspec.to_builtins(first) | {"digest": record_digest(first)}
    return {
        "articles": ["5.1", "8.1", "8.2"], "key": PROVINCE.private_bytes_raw().hex(),
        "public_key": PROVINCE.public_key().public_bytes_raw().hex(),
        "marks": {"receipt": RECEIPT_MARK.decode(), "record": FEED_MARK.decode()},
        "receipt": msgspec.to_builtins(receipt), "record": record, "next_record": msgspec.to_builtins(second),
    }  # fmt: skip


def keys() -> dict[str, Any]:
    identity = pyrage.x25519.Identity.from_str(IDENTITY)
    news = (
        KeyNews(DOSSIER, "00112233aabbccdd", text(bytes(range(96, 128)))),
        KeyNews(DOSSIER[:-1] + "b", "0123456789abcdef", "", AT),
    )
    bundle = KeyBundle(DEVICE_ID, news)
    return {
        "article": "6.1", "identity": IDENTITY, "recipient": str(identity.to_public()),
        "bundle": msgspec.json.encode(bundle).decode(), "sealed": text(key_bundles.sealed(bundle, identity.to_public())),
    }  # fmt: skip


ACCEPTED = (
    f'{{"i":3,"t":"dossier.accepted","v":2,"at":"2026-11-21T02:00:02.000Z","q":"unset","a":"ST04","k":"{DOSSIER}","o":1,"d":{{'
    '"code":"H99.99.99-261121-0001","unit":"H99.99.99","procedure":"1","procedure_name":"Thủ tục","case":"1#1","channel":"counter",'
    '"accepted_at":"2026-11-21T02:00:02.000Z","due":{"at":"2026-11-25T17:00:00+07:00","provisional":false,"lines":[]},'
    '"components":[],"fee_lines":[],"result_by":"counter","slip":""},"x":[{"s":"' + "ab" * 32 + '","n":3,"m":"image/jpeg"}]}'
).encode()
DREAMT = f'{{"i":5,"t":"dossier.dreamt","v":9,"at":"","q":"","k":"{DOSSIER}"}}'.encode()


def held() -> dict[str, Any]:
    """What a dossier holds after four events, one of an unknown kind, and the digests over it."""
    db = database.connect(Path(":memory:"))
    migrations.apply(db)
    link = segments.link(DEVICE, INC, 1, START, (*EVENTS[:2], ACCEPTED, EVENTS[2].replace(b'"i":3', b'"i":4'), DREAMT))
    for n, (data, digest) in enumerate(zip(link.events, link.digests, strict=True), start=1):
        db.conn.execute("INSERT INTO event (inc, seq, digest, bytes) VALUES (?, ?, ?, ?)", [INC, n, digest, data])
        rows.fold(db, DEVICE_ID, INC, events.decode(data), {})
    at = contents.at_of([chain.Head(INC, 5, link.digests[-1])], 7)
    found = contents.contents(db, contents.LEDGER, DEVICE_ID, at)
    bucket = contents.bucket_of(DOSSIER)
    return {
        "article": "13",
        "rules": contents.RULES,
        "events": [text(data) for data in link.events],
        "at": {"feed": 7, "heads": [{"inc": INC.hex(), "seq": 5, "digest": link.digests[-1].hex()}], "digest": at},
        "dossier": DOSSIER,
        "content": contents.written(db, contents.LEDGER, DEVICE_ID, DOSSIER).decode(),
        "digest": found.digests[DOSSIER].hex(),
        "bucket": {"number": bucket, "digest": found.buckets[bucket].hex(), "empty": found.buckets[bucket - 1].hex()},
        "all": found.digest,
    }


def mark(letter: str, seq: int, digit: str = "") -> Mark:
    """Name a head in short: the life a1…, its digest the number itself unless another digit is given."""
    return Mark(f"{letter}{'abc'.index(letter) + 1}" * 8, seq, digit * 64 if digit else f"{seq:02d}" * 32)


A3, A3_OTHER, A7, B1, B2, C1 = mark("a", 3), mark("a", 3, "f"), mark("a", 7), mark("b", 1), mark("b", 2, "b"), mark("c", 1, "c")
HELLOS: tuple[tuple[str, str, tuple[Mark, ...], int, Mark | None, tuple[Mark, ...], tuple[Mark, ...]], ...] = (
    # article, what stands, heads (the last is the life's), its ordinal, its parent; what is held, by ordinal; other digests
    ("3.2", "first hello of a new device", (A3,), 1, None, (), ()),
    ("3.2", "the device has more", (A3,), 1, None, (mark("a", 2),), ()),
    ("3.3", "both have the same", (A3,), 1, None, (A3,), ()),
    ("3.5", "the device is an older copy", (A3,), 1, None, (A7,), (A3,)),
    ("3.6", "another event at the same place", (A3,), 1, None, (A3_OTHER,), ()),
    ("3.6", "an older copy that went another way", (A3,), 1, None, (A7,), (A3_OTHER,)),
    ("3.4", "a new life whose parent is not here", (A3, B1), 2, A3, (), ()),
    ("3.4", "a new life whose parent is not here whole", (A3, B1), 2, A3, (mark("a", 2),), ()),
    ("3.2", "a new life of a parent that is here", (A3, B1), 2, A3, (A3,), ()),
    ("3.5", "a new life, and events of its parent that it lost", (A3, B1), 2, A3, (A7,), (A3,)),
    ("3.2", "a new life that has its lost events again", (A7, B1), 2, A3, (A7,), (A3,)),
    ("3.6", "two lives under one ordinal", (A3, B1), 1, A3, (A3,), ()),
    ("10.2", "a life after which another one is held", (A3,), 1, None, (A3, B1), ()),
    ("3.6", "a second beginning without a parent", (B1,), 2, None, (A3,), ()),
    ("3.5", "an older life that the device does not know", (A3, C1), 3, A3, (A3, B2), ()),
)


def greeted(article, name, heads, inc_no, parent, held, others) -> dict[str, Any]:
    said = Hello(Life(heads[-1].inc, inc_no, parent), heads)
    known = {(one.inc, one.seq): one.digest for one in (*held, *others)}
    ordinals = {one.inc: n for n, one in enumerate(held, 1)}
    holding = Holding({one.inc: one for one in held}, ordinals, lambda inc, seq: known.get((inc, seq)))
    told = {"life": msgspec.to_builtins(said.life), "heads": msgspec.to_builtins(heads)}
    return {
        "article": article, "name": name, "hello": told, "held": msgspec.to_builtins(held),
        "digests": msgspec.to_builtins(others), "answer": json.loads(msgspec.json.encode(judge_hello(said, holding))),
    }  # fmt: skip


def kept(new: Any, old: Any, name: str = "") -> Any:
    """Give `new`, but where only the freedom of compression or sealing differs, what was there."""
    if isinstance(new, dict) and isinstance(old, dict):
        return {key: kept(value, old.get(key), key) for key, value in new.items()}
    if isinstance(new, list) and isinstance(old, list) and len(new) == len(old):
        return [kept(*pair) for pair in zip(new, old, strict=True)]
    same = name in SAME and isinstance(old, str) and SAME[name](old) == SAME[name](new)
    return old if same else new


SAME = {
    "wire": lambda given: zstandard.ZstdDecompressor().decompressobj().decompress(base64.b64decode(given)),
    "sealed": lambda given: key_bundles.opened(base64.b64decode(given), pyrage.x25519.Identity.from_str(IDENTITY), DEVICE_ID),
}


def test_the_published_vectors_are_what_our_code_makes():
    published = json.loads(FILE.read_text(encoding="utf-8"))
    assert json.loads(json.dumps(kept(vectors(), published))) == published


def test_every_published_segment_gets_its_published_answer():
    cases = json.loads(FILE.read_text(encoding="utf-8"))["segments"]
    assert [answer_to(base64.b64decode(case["wire"]), case["have"]) for case in cases] == [case["answer"] for case in cases]


if __name__ == "__main__":
    made = kept(vectors(), json.loads(FILE.read_text(encoding="utf-8")))
    FILE.write_text(json.dumps(made, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
