"""A feed from which was left out what no longer stands: it brings every box to the state of the full one, whenever it begins."""

import base64
import shutil
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from asn1crypto import core, crl, x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance import database, ledger
from appliance.box import Box, enrol, open_box
from appliance.config import Home, Settings, write_settings
from appliance.errors import Refused
from appliance.migrations import run_script
from boxes import UNIT
from sync import feed
from sync.compaction import COMPACTED, standing
from sync.protocol import Statement
from sync.province import admission, feed_out
from sync.province.tables import FILINGS, GIVEN
from sync.statements import Record, sign_record
from wire_room import wire_room

DEVICE = "01936f00-0000-7000-8000-000000000001"
KEY = Ed25519PrivateKey.generate()
STATE = {  # Everything of a box that its feed brings about.
    "records": "SELECT position, digest, bytes FROM feed_record ORDER BY position",
    "end": "SELECT position, digest FROM feed_state",
    "grants": "SELECT book, unit, inc_no, first, last, source FROM number_grant ORDER BY 1, 2, 3, 4",
    "days": "SELECT day, name, basis, working FROM province_day ORDER BY day",
    "published": "SELECT position, kind, state, code, facts FROM published ORDER BY position",
    "times": "SELECT source, at FROM trusted_time ORDER BY source",
}


def revocations(issuer: str, minute: int) -> str:
    """Make a revocation list of an issuer; nobody's signature is on it, and none is asked for where it is kept."""
    listed = crl.TbsCertList(
        {
            "version": "v2",
            "signature": {"algorithm": "sha256_rsa"},
            "issuer": x509.Name.build({"common_name": issuer}),
            "this_update": x509.Time({"utc_time": datetime(2026, 11, 21, 8, minute, tzinfo=UTC)}),
            "revoked_certificates": [],
        }
    )
    algorithm = {"algorithm": "sha256_rsa", "parameters": core.Null()}
    whole = crl.CertificateList({"tbs_cert_list": listed, "signature_algorithm": algorithm, "signature": b"none"})
    return base64.b64encode(whole.dump()).decode()


LISTS = {(issuer, minute): revocations(issuer, minute) for issuer in ("CA 1", "CA 2") for minute in range(4)}
DAYS = st.builds(
    lambda day, working: {"day": f"2027-01-0{day}", "name": "n", "basis": "b", "working": working}, st.integers(1, 3), st.booleans()
)
GRANTS = st.integers(0, 5).map(
    lambda n: {"unit": UNIT, "grants": [{"book": "dossier", "inc_no": 1 + n % 3, "first": 100 * n + 1, "last": 100 * n + 100}]}
)
PUBLISHED = st.one_of(
    st.tuples(st.just("time.signed"), st.integers(10, 28).map(lambda day: {"at": f"2026-11-{day}T00:00:00.000Z"})),
    st.tuples(st.just("crl.published"), st.sampled_from(sorted(LISTS)).map(lambda one: {"url": "u", "der": LISTS[one]})),
    st.tuples(st.just("crl.published"), st.just({"url": "u", "der": "AAAA"})),
    st.tuples(st.just("calendar.day_announced"), DAYS),
    st.tuples(st.just("catalogue.noticed"), st.sampled_from("ab").map(lambda c: {"digest": c * 64, "note": "n"})),
    st.tuples(st.just("numbers.granted"), GRANTS),
    st.tuples(st.just("erasure.confirmed"), st.integers(0, 3).map(lambda n: {"dossier": str(n), "erased_at": "t"})),
    st.tuples(st.just("software.noticed"), st.sampled_from("12").map(lambda v: {"version": v, "note": "n"})),
    st.tuples(st.just("trust.published"), st.sampled_from([{"roots": [], "issuers": []}, {"roots": 1}])),
    st.tuples(st.just("unheard.of"), st.integers(0, 3).map(lambda n: {"n": n})),
)
STEPS = st.lists(st.one_of(PUBLISHED, st.sampled_from(["compact", "late", "often"])), min_size=5, max_size=40)


@pytest.fixture(scope="module")
def template(tmp_path_factory) -> Home:
    """Make a box that never heard of its province."""
    home = Home(tmp_path_factory.mktemp("template"))
    home.make_folders()
    write_settings(home, Settings("commune", DEVICE, "Xã An Châu", UNIT))
    enrol(home)
    return home


def another(template: Home, folder: Path) -> Box:
    shutil.copytree(template.root, folder)
    return open_box(Home(folder))


def seen(box: Box) -> dict[str, object]:
    """Read everything of a box that its feed brings about."""
    found: dict[str, object] = {name: box.db.conn.execute(sql).fetchall() for name, sql in STATE.items()}
    return found | {"lists": {path.name: path.read_bytes() for path in (box.home.trust / "crls").glob("*.crl")}}


def fetch(db, box: Box) -> None:
    """Let a box have all there is, as it asks for it."""
    while lines := feed_out.page(db, DEVICE, ledger.feed_position(box.db)).lines:
        before = ledger.feed_position(box.db)
        feed.take_in(box, [msgspec.json.decode(line, type=Statement) for line in lines.splitlines()], KEY.public_key())
        assert ledger.feed_position(box.db) > before


def everything(db) -> list[tuple[int, Statement]]:
    """List what the province holds of the feed."""
    rows = db.conn.execute("SELECT n, bytes FROM feed_out ORDER BY n").fetchall()
    return [(n, msgspec.json.decode(bytes(data), type=Statement)) for n, data in rows]


def test_the_newest_list_of_each_issuer_stands_and_what_cannot_be_read_is_kept():
    def said(n, der):
        return Record(DEVICE, n, "0" * 64, "crl.published", "t", {"url": "u", "der": der})

    shown = [LISTS["CA 1", 2], LISTS["CA 2", 0], LISTS["CA 1", 3], "AAAA", LISTS["CA 1", 3], LISTS["CA 1", 1]]
    assert standing([said(n, der) for n, der in enumerate(shown, 1)]) == {2, 3, 4}


@given(steps=STEPS, small=st.booleans())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whenever_a_box_begins_a_compacted_feed_brings_it_where_the_full_one_does(
    template, tmp_path_factory, monkeypatch, steps, small
):
    folder = tmp_path_factory.mktemp("feed")
    monkeypatch.setattr(feed_out, "FEED_RECORDS_MAX", 2 if small else 200)
    db = database.connect(folder / "province.db")
    run_script(db, GIVEN)
    run_script(db, FILINGS)
    full, often, late = (another(template, folder / name) for name in ("full", "often", "late"))
    ever: dict[int, Statement] = {}
    for step in [*steps, "compact"]:
        if step == "compact":
            feed_out.compact(db, KEY, DEVICE, worth=0)
        elif step in ("late", "often"):
            fetch(db, late if step == "late" else often)
        else:
            feed_out.add(db, KEY, DEVICE, *step)
        ever |= dict(everything(db))
    whole = [ever[n] for n in sorted(ever)]
    assert sorted(ever) == list(range(1, len(ever) + 1))
    feed.take_in(full, whole, KEY.public_key())
    from_beginning = another(template, folder / "new")
    boxes = (often, late, from_beginning)
    for box in boxes:
        fetch(db, box)
        assert seen(box) == seen(full)
        assert feed.take_in(box, [*whole, *feed_out.records(db, DEVICE, 0)], KEY.public_key()) == 0
        assert seen(box) == seen(full)
    assert [n for n, _ in everything(db)] == [row[0] for row in seen(full)["records"]]
    for box in (full, *boxes):
        box.close()
    shutil.rmtree(folder)


@pytest.fixture
def room(tmp_path):
    with wire_room(tmp_path) as opened:
        yield opened


@pytest.fixture
def commune(room, tmp_path):
    return room.commune(tmp_path / "commune")


def announce(room, *days: int) -> None:
    for day in days:
        admission.publish_day(room.province, f"2027-01-0{day % 3 + 1}", f"n{day}", "b", working=False)


def compact(room, commune) -> int:
    with room.province.writing() as db:
        return feed_out.compact(db, room.province.signing, commune.box.device, worth=0)


def test_a_box_that_has_everything_goes_on_as_before_and_lets_go_of_what_fell(room, commune):
    announce(room, 1, 2, 3, 4, 5, 6)
    assert commune.round()
    before = ledger.feed_position(commune.box.db)
    left = compact(room, commune)
    assert left == 3
    announce(room, 7)
    assert commune.round() and commune.state()["last_error"] == ""
    assert ledger.feed_position(commune.box.db) == before + 2
    assert len(feed.records(commune.box, "calendar.day_announced")) == 4
    sql = "SELECT name FROM province_day ORDER BY day"
    assert commune.box.db.conn.execute(sql).fetchall() == [("n6",), ("n7",), ("n5",)]


def test_a_box_that_was_away_begins_from_the_list_in_pages_and_over_cuts(room, commune, monkeypatch):
    monkeypatch.setattr(feed_out, "FEED_RECORDS_MAX", 2)
    announce(room, *range(9))
    compact(room, commune)
    announce(room, 9)
    commune.line.lost_answers["/feed"] = 1
    assert not commune.round()
    assert commune.round() and commune.state()["last_error"] == ""
    assert ledger.feed_position(commune.box.db) == feed_out.position(room.province.db, commune.box.device)
    sql = "SELECT name FROM province_day ORDER BY day"
    assert commune.box.db.conn.execute(sql).fetchall() == [("n9",), ("n7",), ("n8",)]


def test_a_box_admitted_after_the_compaction_has_its_numbers_before_it_sees_a_line(room, commune, tmp_path):
    announce(room, 1, 2, 3, 4, 5)
    compact(room, commune)
    statements = admission.initial_feed(room.province, commune.box.device)
    fresh = room.commune(tmp_path / "fresh")
    assert fresh.line.seen == []
    kinds = [msgspec.json.decode(statement.body, type=Record).t for statement in statements]
    assert kinds[0] == COMPACTED and "numbers.granted" in kinds
    assert feed.take_in(commune.box, statements, commune.sender.province) > 0
    assert ledger.feed_position(commune.box.db) == feed_out.position(room.province.db, commune.box.device)


def ahead_of(room, commune, ten: int = 9) -> list[Statement]:
    """Give what the province answers a box for which records were left out."""
    announce(room, *range(ten))
    compact(room, commune)
    return feed_out.records(room.province.db, commune.box.device, ledger.feed_position(commune.box.db))


def test_a_list_over_which_a_record_is_missing_is_refused_and_the_box_stays_where_it_was(room, commune):
    over, *stand = ahead_of(room, commune)
    assert len(stand) == 3
    position = ledger.feed_position(commune.box.db)
    with pytest.raises(Refused, match="feed_false"):
        feed.take_in(commune.box, [over, *stand[1:]], commune.sender.province)
    with pytest.raises(Refused, match="feed_false"):
        feed.take_in(commune.box, stand, commune.sender.province)
    assert ledger.feed_position(commune.box.db) == position
    assert feed.take_in(commune.box, [over, *stand], commune.sender.province) == 4


def test_a_list_is_refused_that_is_of_another_box_in_disorder_or_names_what_was_never_said(room, commune):
    over, *stand = ahead_of(room, commune)
    said = msgspec.json.decode(over.body, type=Record)
    stands = said.d["stands"]
    position = ledger.feed_position(commune.box.db)
    for changed in (
        {"device": "01936f00-0000-7000-8000-000000000000"},
        {"d": {"stands": [*stands[1:], stands[0]]}},
        {"d": {"stands": [*stands, [said.n, stands[0][1]]]}},
        {"d": {"stands": [stands[0], [stands[1][0], "0" * 64], *stands[2:]]}},
        {"d": {"stands": "all"}},
        {"d": {}},
    ):
        false = sign_record(msgspec.structs.replace(said, **changed), room.province.signing)
        with pytest.raises(Refused, match="feed_false"):
            feed.take_in(commune.box, [false, *stand], commune.sender.province)
    assert ledger.feed_position(commune.box.db) < said.n
    assert feed.take_in(commune.box, [over, *stand], commune.sender.province) > 0
    assert ledger.feed_position(commune.box.db) == said.n > position


def test_nothing_is_compacted_that_would_cost_everybody_more_than_it_saves(room, commune):
    device = commune.box.device
    announce(room, 1, 2, 3, 4)
    assert feed_out.compact_all(room.province) == {device: 0}
    for n in range(60):
        announce(room, n)
    assert feed_out.compact_all(room.province)[device] > 30
    assert feed_out.compact_all(room.province) == {device: 0}
    assert commune.round() and commune.state()["last_error"] == ""
