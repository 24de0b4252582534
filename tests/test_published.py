"""What the province publishes for every box to take over: it goes the way of a technician's own import, or has no effect at all."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from appliance import catalogue_shelf, clock, files, process_shelf, tidying
from appliance.catalogue import BUILTIN, builtin
from appliance.trust import read_trust
from courier_room import Courier
from provisioning.cli import main
from sync import feed, published
from sync.courier.going import MB
from sync.province import feed_out, publishing
from sync.publications import CatalogueSaid
from sync.published import State
from web.vietnamese import sentence
from wire_room import wire_room

STANDS = "SELECT body FROM standing WHERE kind = 'catalogue.published'"


@pytest.fixture
def room(tmp_path):
    with wire_room(tmp_path) as opened:
        yield opened


@pytest.fixture
def commune(room, tmp_path):
    return room.commune(tmp_path / "commune")


def bundle(folder: Path, day: date) -> Path:
    """Write a bundle like the one that came with the software, which takes effect on another day."""
    shutil.copytree(BUILTIN, folder)
    manifest = msgspec.json.decode((folder / "manifest.json").read_bytes())
    manifest |= {"effective_from": day.isoformat(), "version": f"{day:%Y.%m.%d}-1"}
    (folder / "manifest.json").write_bytes(msgspec.json.encode(manifest))
    return folder


def came(commune) -> list[tuple[str, State]]:
    """Say what was published, the newest first; each has its sentence."""
    found = published.shown(commune.box.db)
    assert all(sentence(one.line) for one in found)
    return [(one.kind, one.state) for one in found]


def order(*words) -> str:
    """Let an operator or a technician give a command that holds."""
    ended = CliRunner().invoke(main, [str(word) for word in words])
    assert ended.exit_code == 0, ended.output
    return ended.output


def test_a_catalogue_of_the_province_is_the_one_in_force_from_its_day_on(room, commune, tmp_path):
    today = clock.local_day(clock.stamp())
    folder = bundle(tmp_path / "bundle", today + timedelta(days=30))
    home = room.province.home.root
    assert "Đã công bố" in order("feed", "catalogue", "--home", home, folder)
    assert "Không có gì mới" in order("feed", "catalogue", "--home", home, folder)
    assert commune.round() and commune.state()["last_error"] == ""
    assert came(commune) == [("catalogue.published", State.DONE)]
    assert catalogue_shelf.current(commune.home, today).digest == builtin().digest
    there = catalogue_shelf.current(commune.home, today + timedelta(days=30))
    by_hand = room.commune(tmp_path / "by hand").home
    order("catalogue", "keep", "--home", by_hand.root, folder)
    assert there.digest == catalogue_shelf.current(by_hand, today + timedelta(days=30)).digest != builtin().digest
    assert there.procedures.keys() == builtin().procedures.keys()


def test_a_cut_costs_a_part_of_a_published_file_and_what_is_there_is_not_fetched_again(room, commune, tmp_path, monkeypatch):
    monkeypatch.setattr("sync.files_back.PART_BYTES", 20_000)
    publishing.publish_catalogue(room.province, bundle(tmp_path / "bundle", date(2030, 1, 1)))
    commune.line.lost_answers["/files"] = 3
    for _ in range(3):
        assert not commune.round()
    asked = sum("GET /files/" in one for one in commune.line.seen)
    assert commune.round() and came(commune) == [("catalogue.published", State.DONE)]
    parts = sum(-(-one.size // 20_000) for one in _files(room))
    assert sum("GET /files/" in one for one in commune.line.seen) == parts + 3 and asked >= 3
    publishing.publish_catalogue(room.province, bundle(tmp_path / "next", date(2031, 1, 1)))
    before = len(commune.line.seen)
    assert commune.round()
    fetched = [one for one in commune.line.seen[before:] if one.startswith("GET /files/")]
    assert len(fetched) == 1, "only the manifest changed"
    assert catalogue_shelf.current(commune.home, date(2031, 1, 1)).manifest.effective_from == date(2031, 1, 1)


def test_a_catalogue_comes_after_the_scans_unless_its_day_is_near(room, commune, tmp_path):
    today = clock.local_day(clock.stamp())
    for days, first in ((30, "PUT"), (2, "GET")):
        publishing.publish_catalogue(room.province, bundle(tmp_path / str(days), today + timedelta(days=days)))
        commune.accept(page=b"a page %d" % days)
        before = len(commune.line.seen)
        assert commune.round()
        went = [one.split()[0] for one in commune.line.seen[before:] if "/files/" in one and "missing" not in one]
        assert went[0] == first and {"PUT", "GET"} == set(went), days
        assert catalogue_shelf.current(commune.home, today + timedelta(days=days)).manifest.version.endswith("-1")


def _files(room):
    (body,) = room.province.db.conn.execute(STANDS).fetchone()
    return msgspec.json.decode(body, type=CatalogueSaid).files


def test_a_bundle_that_is_broken_is_refused_at_the_province_and_where_it_comes_all_the_same(room, commune, tmp_path):
    folder = bundle(tmp_path / "bundle", date(2030, 1, 1))
    (folder / "fees.json").write_bytes(b'{"about": {}, "records": 7}')
    ended = CliRunner().invoke(main, ["feed", "catalogue", "--home", str(room.province.home.root), str(folder)])
    assert ended.exit_code == 1 and "không dùng được" in ended.output
    whole = bundle(tmp_path / "whole", date(2030, 1, 1))
    publishing.publish_catalogue(room.province, whole)
    said = msgspec.json.decode(room.province.db.conn.execute(STANDS).fetchone()[0])
    for changed in ({"digest": "a" * 64}, {"files": said["files"][1:]}, {"files": [said["files"][0] | {"name": "../../x.json"}]}):
        feed_out.publish(room.province, "catalogue.published", str(changed), said | changed)
    feed_out.publish(room.province, "catalogue.published", "text", {"digest": 1})
    publishing.publish_software(room.province, "1.2", "Cập nhật vào thứ Bảy.")
    assert commune.round() and commune.state()["last_error"] == ""
    states = [state for _, state in came(commune)]
    assert states == [State.DONE, State.REFUSED, State.REFUSED, State.REFUSED, State.REFUSED, State.DONE]
    assert [one.name for one in (commune.home.root / "catalogue").iterdir()] == [said["digest"]]
    assert len(feed.records(commune.box, "catalogue.published")) == 5, "kept as it came, whatever it is worth"


def test_processes_of_the_province_wait_for_an_approval_like_those_of_a_file(room, commune, tmp_path):
    records = msgspec.json.decode((BUILTIN / "processes.json").read_bytes())["records"]
    mine = records[0] | {"version": "tinh-1"}
    file = tmp_path / "quy-trinh-tinh.json"
    file.write_bytes(msgspec.json.encode({"processes": [mine, records[1] | {"steps": []}]}))
    order("feed", "processes", "--home", room.province.home.root, file)
    assert commune.round()
    waiting = process_shelf.offered(commune.box.db, builtin())
    assert [(one.process.id, one.source) for one in waiting if one.process.version == "tinh-1"] == [(mine["id"], file.name)]
    assert not [one for one in process_shelf.approved(commune.box.db) if one.process.version == "tinh-1"]
    (shown,) = published.shown(commune.box.db)
    assert (shown.state, shown.line.facts["count"], shown.line.facts["left"]) == (State.DONE, 1, 1)
    file.write_bytes(b"{}")
    assert CliRunner().invoke(main, ["feed", "processes", "--home", str(room.province.home.root), str(file)]).exit_code == 1


def test_a_trust_list_stands_whole_in_the_place_of_the_one_before(room, commune, ca, tmp_path):
    trusted = read_trust(ca.folder / "trust")
    folder = tmp_path / "list"
    for name, ders in (("roots", trusted.roots), ("issuers", trusted.issuers)):
        (folder / name).mkdir(parents=True)
        for n, der in enumerate(ders):
            (folder / name / f"{n}.der").write_bytes(der)
    for name in ("roots", "issuers"):
        (commune.home.trust / name).mkdir(parents=True, exist_ok=True)
        (commune.home.trust / name / "old.der").write_bytes(trusted.roots[0])
    order("feed", "trust", "--home", room.province.home.root, folder)
    assert commune.round()
    there = read_trust(commune.home.trust)
    assert (sorted(there.roots), sorted(there.issuers)) == (sorted(trusted.roots), sorted(trusted.issuers))
    by_hand = room.commune(tmp_path / "by hand").home
    order("trust", "import", "--home", by_hand.root, folder)
    assert read_trust(by_hand.trust) == read_trust(commune.home.trust)
    feed_out.publish(room.province, "trust.published", "", {"roots": ["AAAA"], "issuers": []})
    assert commune.round()
    assert came(commune)[0] == ("trust.published", State.REFUSED)
    assert read_trust(commune.home.trust) == there


def test_what_the_province_published_comes_by_courier_too(room, tmp_path):
    commune = room.commune(tmp_path / "commune")
    commune.line.cut = True
    courier = Courier(room, commune, tmp_path / "sticks")
    publishing.publish_catalogue(room.province, bundle(tmp_path / "bundle", date(2030, 1, 1)))
    courier.round_trip()
    assert came(commune) == [("catalogue.published", State.DONE)]
    assert catalogue_shelf.current(commune.home, date(2030, 1, 1)).manifest.effective_from == date(2030, 1, 1)


def test_a_file_that_a_stick_left_out_comes_with_the_next_one(room, tmp_path, monkeypatch):
    commune = room.commune(tmp_path / "commune")
    commune.line.cut = True
    courier = Courier(room, commune, tmp_path / "sticks")
    publishing.publish_catalogue(room.province, bundle(tmp_path / "bundle", date(2030, 1, 1)))
    monkeypatch.setattr("sync.province.courier_out.BODIES_BYTES_MAX", 100_000)
    courier.round_trip()
    assert came(commune) == [("catalogue.published", State.WAITING)]
    monkeypatch.setattr("sync.province.courier_out.BODIES_BYTES_MAX", 64 * MB)
    courier.round_trip()
    assert came(commune) == [("catalogue.published", State.DONE)]


def test_a_box_admitted_later_takes_over_what_stands(room, tmp_path):
    publishing.publish_software(room.province, "1.2", "Cập nhật vào thứ Bảy.")
    publishing.publish_catalogue(room.province, bundle(tmp_path / "bundle", date(2030, 1, 1)))
    commune = room.commune(tmp_path / "commune")
    assert sorted(came(commune)) == [("catalogue.published", State.WAITING), ("software.noticed", State.WAITING)]
    assert commune.round()
    assert sorted(came(commune)) == [("catalogue.published", State.DONE), ("software.noticed", State.DONE)]


def test_a_file_of_a_feed_is_not_tidied_away_while_something_waits_for_it(room, commune, tmp_path):
    publishing.publish_catalogue(room.province, bundle(tmp_path / "bundle", date(2030, 1, 1)))
    sizes = {one.file: one.size for one in _files(room)}
    commune.line.lost_requests["/files"] = 1
    assert not commune.round()
    here = files.put(commune.home, files.read(room.province.home, min(sizes)))
    tidying.drop_files(commune.box, float("inf"))
    assert files.has(commune.home, here)
    assert commune.round() and came(commune)[0][1] is State.DONE
    tidying.drop_files(commune.box, float("inf"))
    assert not files.has(commune.home, here)
