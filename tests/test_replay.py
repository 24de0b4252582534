"""Everything a box ever sent, sent again from the first number on, and again: the province stays the same, byte for byte."""

import hashlib
from contextlib import closing

import pytest

from appliance import chain, database, erasure, files, ledger
from appliance.comparing import What
from appliance.events import Event
from appliance.ids import uuid7
from courier_room import Courier
from provisioning.demo import authority
from signing_room import answering
from sync import key_bundles, segments
from sync.compare import compare_box
from sync.protocol import KEYS_MAX, KeyBundle, Verdict
from sync.province import admission
from sync.sender import keys_to_send
from test_healing import act_on, copy_of, numbered, put_back, whats
from wire_room import wire_room

PIECE = 30_000
SCAN = bytes(range(256)) * 1000
# What may change where the box speaks and does not only send: a device's answers are counted (docs/sync.md 10.3).
COUNTED = {"speaker"}
# And that a stick was here once more, when, and under which name it was answered.
NOTED = {"courier_in"}
OUTBOX = ("receipt", "key_sent", "file_sent", "send_cursor")


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    with wire_room(tmp_path_factory.mktemp("replay")) as opened:
        yield opened


@pytest.fixture(scope="module")
def lived(room, ca):
    """Give a box that has lived: scans, a sealed result, a dossier erased, strange events, a key that came late, two branches."""
    folder = room.province.home.root.parent
    box = room.commune(folder / "commune", trust=ca.folder / "trust", tsa_url=authority.tsa_url(ca.url))
    with answering(ca):
        live(room, box, ca, folder)
    assert [life.inc_no for life in ledger.incarnations(box.box.db)] == [1, 2]
    assert set(whats(box)) == {What.BOTH_SIDES, What.NUMBER_TWICE}
    return box


@pytest.fixture
def commune(room, lived):
    room.presented = lived.certificate
    return lived


def live(room, commune, ca, folder):
    before, _ = numbered(commune, page=SCAN)
    erased, _ = numbered(commune, "Kim Tước Hót", b"a page to be erased")
    commune.seal_result(ca)
    commune.round()
    admission.publish_catalogue_notice(room.province, "c" * 64, "2027-01-01", "test")
    erasure.erase(commune.box, erased, "ST16", "test")
    strange(commune)
    commune.line.lost_requests["/keys"] = 1
    late, _ = numbered(commune, "Phan Thị Vàm Cống")
    commune.round()
    commune.round()
    older = copy_of(commune, folder / "older")
    numbered(commune, "Người Nhánh Đầu", SCAN[:70_000])
    act_on(commune, before)
    commune.round()
    put_back(commune, older, witnessed=False)
    numbered(commune, "Người Nhánh Sau", SCAN[:50_000])
    act_on(commune, before, holder="ST10")
    commune.round()
    commune.round()


def strange(commune):
    """Record an event of a later version, and one that cannot be folded."""
    life = ledger.incarnation(commune.box.db)
    with commune.box.writing() as act:
        last = ledger.head(act.db)
        told = {"v": 1, "at": "2026-11-21T00:00:00.000Z", "q": "unset"}
        later = Event(i=last.seq + 1, t="dossier.moved.far", k=uuid7(), d={"to": "?"}, **told)
        poison = Event(i=last.seq + 2, t="dossier.accepted", k="poisoned", d={"code": 5}, **told)
        for event in (later, poison):
            ledger.append(act.db, commune.box.device_bytes, life, event)


def on_disk(home) -> dict[str, str]:
    """Give the digest of every file of the province, its database among them, once the log has run into it."""
    with closing(database.connect(home.database).conn) as connection:
        assert connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone() == (0, 0, 0)
    paths = [path for path in sorted(home.root.rglob("*")) if path.is_file() and not path.name.endswith(("-wal", "-shm"))]
    return {str(path.relative_to(home.root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def in_tables(home, but=()) -> dict[str, list[tuple]]:
    """Give every row of every table, those of the search index included."""
    with closing(database.connect(home.database, readonly=True).conn) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]
        return {
            name: sorted(connection.execute(f"SELECT * FROM [{name}]").fetchall(), key=repr) for name in tables if name not in but
        }


def send_all_again(commune, events_max: int) -> None:
    """Send keys, segments and files as the calls of the line do, in stretches of another length than before."""
    sender, box = commune.sender, commune.box
    dossiers = [row[0] for row in box.db.conn.execute("SELECT dossier FROM dossier_key").fetchall()]
    news = keys_to_send(box.db, tuple(dossiers))
    assert 0 < len(news) == len(dossiers) < KEYS_MAX
    sender.wire.keys(key_bundles.sealed(KeyBundle(box.device, news), sender.recipient))
    for packed in outbox(commune, events_max):
        assert sender.wire.segment(packed).verdict is Verdict.ALREADY_HAVE
    for digest in named(box):
        data = files.read(box.home, digest)
        assert sender.wire.missing((digest,)).missing == ()
        for start in range(0, len(data), PIECE):
            assert sender.wire.chunk(digest, start, len(data), data[start : start + PIECE]).complete


def outbox(commune, events_max: int):
    """Pack every life from its first event on."""
    for life in ledger.incarnations(commune.box.db):
        events = [data for _, _, data in ledger.stored(commune.box.db, life.inc)]
        digest = chain.first_previous(commune.box.device_bytes, life.parent)
        for start in range(0, len(events), events_max):
            some = segments.link(commune.box.device_bytes, life.inc, start + 1, digest, events[start : start + events_max])
            digest = some.digests[-1]
            yield segments.pack(some, commune.sender.key)


def named(box) -> list[str]:
    return [row[0] for row in box.db.conn.execute("SELECT DISTINCT digest FROM dossier_file ORDER BY digest").fetchall()]


def forget_all_was_sent(commune) -> None:
    """Take from the box every mark and receipt, as if nothing of its outbox had ever left."""
    with commune.box.writing() as act:
        for table in OUTBOX:
            act.db.conn.execute(f"DELETE FROM {table}")


@pytest.mark.parametrize("events_max", [1, 7, segments.EVENTS_MAX])
def test_the_whole_outbox_sent_twice_more_leaves_the_province_as_it_was(room, commune, events_max):
    before, fed = on_disk(room.province.home), commune.sender.wire.feed(0)
    for _ in range(2):
        send_all_again(commune, events_max)
    assert on_disk(room.province.home) == before
    assert commune.sender.wire.feed(0) == fed
    assert compare_box(commune.box, commune.sender.wire).found == ()


def test_an_agent_that_forgot_all_it_sent_sends_it_all_and_nothing_changes_but_that_it_spoke(room, commune):
    before, held = in_tables(room.province.home, COUNTED), on_disk(room.province.home).keys()
    for _ in range(2):
        forget_all_was_sent(commune)
        commune.line.seen.clear()
        assert commune.round()
        assert "POST /keys" in commune.line.seen
    assert in_tables(room.province.home, COUNTED) == before
    assert on_disk(room.province.home).keys() == held
    assert (commune.state()["waiting_events"], commune.state()["waiting_files"]) == ("0", "0")
    assert compare_box(commune.box, commune.sender.wire).found == ()


def test_a_stick_with_the_whole_outbox_taken_in_twice_changes_nothing_but_that_it_was_here(room, commune, tmp_path):
    forget_all_was_sent(commune)
    courier = Courier(room, commune, tmp_path / "sticks")
    before, held = in_tables(room.province.home, NOTED), on_disk(room.province.home).keys()
    made = courier.export()
    assert made.events == room.province.db.conn.execute("SELECT count(*) FROM ledger").fetchone()[0]
    answers = [courier.deliver(made.path).answer for _ in range(2)]
    assert [(answer.good, answer.problems) for answer in answers] == [(True, ())] * 2
    assert in_tables(room.province.home, NOTED) == before
    assert on_disk(room.province.home).keys() == held


def test_a_stick_that_brings_everything_first_and_twice_leaves_what_it_brought_once(room, commune, tmp_path):
    other = room.commune(tmp_path / "other", "H99.99.98")
    other.line.cut = True
    for n in range(3):
        other.accept(page=SCAN[n:60_000])
    courier = Courier(room, other, tmp_path / "sticks")
    made = courier.export()
    courier.deliver(made.path)
    before, held = in_tables(room.province.home, NOTED), on_disk(room.province.home).keys()
    for _ in range(2):
        courier.deliver(made.path)
    assert in_tables(room.province.home, NOTED) == before
    assert on_disk(room.province.home).keys() == held
