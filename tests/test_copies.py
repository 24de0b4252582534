"""The copy of a box's database at the province: what is sent and when, who may, what an erasure takes, and the way back."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import SimpleNamespace

import msgspec
import pytest
import urllib3
from click.testing import CliRunner

from appliance import clock, drafts, erasure, files, health, ledger, officers, rows
from appliance.config import Home
from appliance.errors import Refused
from appliance.ledger import key_of
from appliance.officers import Officer
from appliance.rights import Role
from provisioning import enrol, replicate
from provisioning.cli import main
from sync import copies as out
from sync import cover, equality
from sync.cover import Ltx
from sync.protocol import CopyFile, CopyList
from sync.province import copies, trial
from test_provisioning import eventually
from web.line_state import copy_state
from wire_room import Commune, wire_room

NAMES = ("ltx/9/0000000000000001-0000000000000040.ltx", "ltx/2/0000000000000030-0000000000000060.ltx")
LATER = "ltx/1/0000000000000061-0000000000000063.ltx"
PAGE = bytes(range(256)) * 1024
COPY = b"a copy's page" * 20_000


@pytest.fixture
def room(tmp_path):
    with wire_room(tmp_path) as opened:
        yield opened


@pytest.fixture
def commune(room, tmp_path):
    """Give a box that has accepted a dossier and whose replica holds two files above level 0."""
    commune = room.commune(tmp_path / "commune")
    commune.dossier = commune.accept()
    for name in NAMES:
        replicated(commune, name)
    return commune


def inc_of(commune) -> str:
    return ledger.incarnation(commune.box.db).inc.hex()


def replicated(commune, name: str, data: bytes = COPY) -> None:
    path = cover.folder(commune.home, inc_of(commune)) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data + name.encode())


def an_hour_later(commune) -> bool:
    commune.agent.copy.next_at = float("-inf")
    return commune.round()


def newest(room, commune, whole: bool = False):
    return copies.newest(room.province, commune.box.device, whole)


def held(room, commune) -> set[str]:
    """Name what lies at the province of a box's copies."""
    return {path.name for path in copies.folder(room.province, commune.box.device).glob("*")}


def given(room, commune, folder) -> dict[str, bytes]:
    """Have the province open the copy; gives each file by its name."""
    code, said = ran(room.province.home, "copy", "give", commune.box.device, folder)
    assert code == 0, said
    top = folder / newest(room, commune, whole=True).inc
    return {path.relative_to(top).as_posix(): path.read_bytes() for path in top.rglob("*.ltx")}


def ran(home: Home, *words) -> tuple[int, str]:
    group, *rest = map(str, words)
    name = [rest.pop(0)] if group in ("copy", "enrol") else []
    done = CliRunner().invoke(main, [group, *name, "--home", str(home.root), *rest])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def ltx(first: int, last: int, level: int = 1) -> Ltx:
    return Ltx(f"ltx/{level}/{first:016x}-{last:016x}.ltx", first, last)


def test_a_copy_is_a_whole_file_and_what_continues_it_furthest():
    small = [ltx(5, 6), ltx(7, 7), ltx(8, 9), ltx(12, 13)]
    assert cover.choose([ltx(1, 4, 9), ltx(1, 2, 9), ltx(3, 7, 2), *small], 0) == [ltx(1, 4, 9), ltx(3, 7, 2), ltx(8, 9)]
    assert cover.choose(small, 0) == cover.choose([], 0) == []
    assert cover.choose([ltx(1, 4, 9), ltx(5, 9)], clean_from=5) == []
    assert cover.choose([ltx(1, 4, 9), ltx(1, 5, 9), ltx(5, 9)], clean_from=5) == [ltx(1, 5, 9), ltx(5, 9)]


@pytest.mark.parametrize(
    "name",
    [
        "ltx/0/0000000000000001-0000000000000001.ltx",
        "ltx/9/0000000000000009-0000000000000001.ltx",
        "ltx/9/0000000000000000-0000000000000001.ltx",
        f"../{NAMES[0]}",
        f"{NAMES[0]}.tmp",
    ],
)
def test_other_names_are_no_part_of_a_copy(name):
    assert cover.read_name(name) is None


def test_the_copy_arrives_sealed_whole_and_lies_apart(room, commune, tmp_path):
    assert commune.round() and newest(room, commune).whole
    assert not list(out.place(commune.home, "").iterdir())
    lying = [copies.place(room.province, commune.box.device, name).read_bytes() for name in held(room, commune)]
    assert len(lying) == 2 and all(data.startswith(b"age-encryption.org") and b"page" not in data for data in lying)
    assert files.all_digests(room.province.home) == []
    assert given(room, commune, tmp_path / "out") == {name: COPY + name.encode() for name in NAMES}
    words, state = copy_state(commune.state(), clock.stamp())
    assert words.startswith("Đủ đến") and state == "ok"


def test_only_what_is_new_travels_and_what_fell_is_let_go(room, commune, tmp_path):
    commune.round()
    sent = sum(size for path, size in commune.line.bodies.items() if path.startswith("/files/"))
    replicated(commune, LATER)
    commune.round()
    assert newest(room, commune).files == 2  # Not within the hour.
    an_hour_later(commune)
    assert newest(room, commune).whole and newest(room, commune).files == 3
    again = sum(size for path, size in commune.line.bodies.items() if path.startswith("/files/"))
    assert again - sent < 1.1 * len(COPY)
    replicated(commune, "ltx/9/0000000000000001-0000000000000070.ltx")
    an_hour_later(commune)
    assert len(held(room, commune)) == 1 and len(given(room, commune, tmp_path / "out")) == 1


def test_no_chunk_of_a_copy_goes_while_a_scan_waits(room, commune):
    scan = commune.accept("Người Có Giấy", PAGE) and files.digest_of(PAGE)
    seen: list[str] = []
    room.answered = lambda method, path, status: seen.append(path.rsplit("/", 1)[-1] if method == "PUT" else "")
    commune.agent.files.failed[scan], commune.agent.forgot_at = "file_damaged", float("inf")  # What cannot go holds nothing up.
    assert commune.round() and newest(room, commune).whole and scan not in seen
    replicated(commune, LATER)
    commune.agent.files.failed.clear()
    assert an_hour_later(commune) and newest(room, commune).files == 3
    last_of_scan, first_of_copy = max(at for at, what in enumerate(seen) if what == scan), seen.index(last_sealed(commune))
    assert last_of_scan < first_of_copy


def last_sealed(commune) -> str:
    return next(one.digest for one in out.sealed(commune.box) if one.name == LATER)


def test_a_dossier_of_this_moment_goes_between_two_chunks_of_a_copy(room, commune, monkeypatch):
    monkeypatch.setattr("sync.carrying.FilesOut.chunk_bytes", lambda self, allowed: 64 * 1024)
    commune.agent.files.lanes.open = 1
    monkeypatch.setattr("sync.lanes.Lanes.judge", lambda self, pace: None)
    order: list[str] = []

    def watch(method, path, status):
        order.append(f"{method} {path.split('/')[3]}")
        if order.count("PUT files") == 2 and "late" not in order:
            order.append("late")
            commune.accept("Người Đến Sau", PAGE)

    room.answered = watch
    assert commune.round() and newest(room, commune).whole
    after = order[order.index("late") + 1 :]
    assert "PUT files" not in after[: after.index("POST segments")]
    scan = after.index("POST copies")  # The list is said once more when everything else has gone.
    assert "POST segments" in after[:scan] and after[:scan].count("PUT files") == 4


def test_a_cut_line_costs_no_more_than_what_was_under_way(room, commune, monkeypatch):
    monkeypatch.setattr("sync.carrying.FilesOut.chunk_bytes", lambda self, allowed: 64 * 1024)
    whole = commune.line.request

    def dying(method, url, **rest):
        if method == "PUT" and commune.line.seen.count(f"PUT {url.split('/sync/v1')[1]}") == 2:
            raise urllib3.exceptions.ProtocolError("cut")
        return whole(method, url, **rest)

    monkeypatch.setattr(commune.line, "request", dying)
    assert not commune.round()
    assert not newest(room, commune).whole and newest(room, commune, whole=True) is None
    code, said = ran(room.province.home, "copy", "give", commune.box.device, commune.home.root / "out")
    assert code == 1 and "0 trong 2 tệp" in said
    assert copy_state(commune.state(), clock.stamp())[1] != "ok"
    monkeypatch.setattr(commune.line, "request", whole)
    commune.start()
    assert commune.round() and newest(room, commune).whole
    sizes = [one.size for one in out.sealed(commune.box)]
    resent = sum(size for path, size in commune.line.bodies.items() if path.startswith("/files/") and "missing" not in path)
    assert resent <= sum(sizes) - 2 * 64 * 1024


def test_the_budget_of_the_hour_holds_for_copies(room, commune):
    ran(commune.home, "budget", "0-24=0")
    assert commune.round() and newest(room, commune) is None


def test_an_erasure_takes_every_copy_and_none_from_before_it_is_listed_again(room, commune, tmp_path):
    commune.round()
    assert newest(room, commune).whole
    erasure.erase(commune.box, commune.dossier, "ST09", "91/2025/QH15")
    an_hour_later(commune)
    assert newest(room, commune) is None and held(room, commune) == set()
    replicated(commune, LATER)
    an_hour_later(commune)
    assert newest(room, commune) is None  # The keeper has not written everything anew.
    assert copy_state(commune.state(), clock.stamp()) == ("Chưa có bản nào đủ", "unknown")
    replicated(commune, "ltx/9/0000000000000001-0000000000000080.ltx")
    cover.note_clean(commune.home, inc_of(commune), 1)
    replicated(commune, "ltx/1/0000000000000081-0000000000000081.ltx")
    an_hour_later(commune)
    assert sorted(given(room, commune, tmp_path / "out")) == [
        "ltx/1/0000000000000081-0000000000000081.ltx",
        "ltx/9/0000000000000001-0000000000000080.ltx",
    ]


def test_a_list_under_way_when_somebody_is_erased_is_given_up_also_where_the_keeper_was_faster(room, commune):
    commune.line.lost_requests["/files/"] = 1_000
    assert not commune.round()
    assert newest(room, commune).here == 0 and len(out.sealed(commune.box)) == 2
    erasure.erase(commune.box, commune.dossier, "ST09", "91/2025/QH15")
    replicated(commune, "ltx/9/0000000000000001-0000000000000080.ltx")
    cover.note_clean(commune.home, inc_of(commune), 1)
    commune.line.lost_requests.clear()
    assert commune.round()
    assert [one.name for one in out.sealed(commune.box)] == ["ltx/9/0000000000000001-0000000000000080.ltx"]
    assert newest(room, commune).whole and len(held(room, commune)) == 1


def test_nobody_reaches_the_copy_of_another_box_and_nobody_gets_one_over_the_wire(room, commune, tmp_path):
    commune.round()
    other = room.commune(tmp_path / "other", "H99.99.98")
    other.round()
    digest = next(iter(held(room, commune)))
    for asking in (other, commune):
        room.presented = asking.certificate
        with pytest.raises(Refused, match="file_not_named"):
            asking.sender.wire.file_part(digest, 0, 100)
    room.presented = other.certificate
    with pytest.raises(Refused, match="file_not_named"):
        other.sender.wire.chunk(digest, 0, 9, b"overwrite")
    said = CopyList(inc_of(commune), clock.stamp(), (CopyFile(NAMES[0], digest, 9),))
    with pytest.raises(Refused, match="life_unknown"):
        other.sender.wire.copies(said)  # Of a life that is not its own.
    named = other.sender.wire.copies(msgspec.structs.replace(said, inc=inc_of(other)))
    assert [one.offset for one in named.missing] == [0]  # Naming it tells nothing of what lies there for another.
    assert newest(room, commune).whole and not newest(room, other).whole


def test_lists_that_are_none_are_refused_and_change_nothing(room, commune):
    commune.round()
    stands = newest(room, commune)
    good = CopyFile(NAMES[0], "a" * 64, 9)
    false = [
        {"inc": inc_of(commune), "at": "hôm qua", "files": [msgspec.to_builtins(good)]},
        {"inc": inc_of(commune), "at": "2026-99-21T00:00:00.000Z", "files": [msgspec.to_builtins(good)]},
        {"inc": inc_of(commune), "at": clock.stamp(), "files": []},
        {"inc": inc_of(commune), "at": clock.stamp(), "files": [msgspec.to_builtins(good)] * 2},
        {"inc": inc_of(commune), "at": clock.stamp(), "files": [{"name": "../../keys/province.age", "file": "a" * 64, "size": 9}]},
        {"inc": inc_of(commune), "at": clock.stamp(), "files": [{"name": NAMES[0], "file": "a" * 64, "size": 0}]},
    ]
    for body in false:
        with pytest.raises(Refused, match="sync_malformed"):
            commune.sender.wire._ask("POST", "/copies", msgspec.json.encode(body))
    many = tuple(CopyFile(NAMES[n], str(n) * 64, 5 * 1024**3) for n in (0, 1))
    with pytest.raises(Refused, match="file_too_big"):
        commune.sender.wire.copies(CopyList(inc_of(commune), clock.stamp(), many))
    with pytest.raises(Refused, match="life_unknown"):
        commune.sender.wire.copies(CopyList("0" * 16, clock.stamp(), (good,)))
    assert newest(room, commune) == stands


def test_a_whole_copy_stays_until_a_newer_one_is_whole(room, commune, tmp_path):
    commune.round()
    replicated(commune, "ltx/9/0000000000000001-0000000000000090.ltx")
    commune.line.lost_requests["/files/"] = 1_000
    assert not an_hour_later(commune)
    assert not newest(room, commune).whole and newest(room, commune, whole=True).files == 2
    assert len(given(room, commune, tmp_path / "out")) == 2
    assert "Đủ đến" in copy_state(commune.state(), clock.stamp())[0]


def test_a_file_the_province_lost_is_sealed_and_sent_anew(room, commune, tmp_path):
    commune.round()
    copies.place(room.province, commune.box.device, min(held(room, commune))).unlink()
    for _ in range(3):
        an_hour_later(commune)
    assert newest(room, commune).whole and len(given(room, commune, tmp_path / "out")) == 2


def test_a_list_of_which_a_file_was_torn_here_is_never_taken_for_a_copy(room, commune, tmp_path):
    commune.line.lost_requests["/files/"] = 1_000
    assert not commune.round()
    torn = out.place(commune.home, min(one.digest for one in out.sealed(commune.box)))
    torn.write_bytes(bytes(torn.stat().st_size))
    commune.line.lost_requests.clear()
    assert commune.round() and commune.round()
    assert not newest(room, commune).whole and commune.state().get("copy_whole_until", "") == ""
    for _ in range(2):
        an_hour_later(commune)
    assert newest(room, commune).whole and sorted(given(room, commune, tmp_path / "out")) == sorted(NAMES)


def test_an_older_province_is_asked_seldom_and_nothing_else_suffers(room, commune, monkeypatch):
    def without(method, url, **rest):
        if url.endswith("/copies"):
            return whole(method, url.replace("/sync/v1/copies", "/sync/v1/nothing/of/the/kind"), **rest)
        return whole(method, url, **rest)

    whole = commune.line.request
    monkeypatch.setattr(commune.line, "request", without)
    assert commune.round() and commune.round()
    assert commune.line.seen.count("POST /nothing/of/the/kind") == 1
    assert commune.state()["last_error"] == "" and commune.agent.mood.failures == 0
    assert commune.state().get("copy_error", "") == ""


def test_without_room_nothing_is_sealed_or_taken_and_the_rest_goes_on(room, commune, monkeypatch, tmp_path):
    free = {"commune": health.DISK_LOW_BYTES, "province": 1024**5}
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=free[path.relative_to(tmp_path).parts[0]]))
    commune.accept("Người Có Giấy", PAGE)
    assert commune.round() and out.sealed(commune.box) == [] and newest(room, commune) is None
    assert "ổ đĩa của máy hết chỗ" in copy_state(commune.state(), clock.stamp())[0]
    assert files.has(room.province.home, files.digest_of(PAGE))
    free |= {"commune": 1024**5, "province": copies.FREE_BYTES_MIN - 1}
    assert an_hour_later(commune) and newest(room, commune) is None
    assert "ổ đĩa của tỉnh hết chỗ" in copy_state(commune.state(), clock.stamp())[0]
    assert commune.state()["last_error"] == "" and commune.agent.mood.failures == 0
    free["province"] = 1024**5
    assert an_hour_later(commune) and newest(room, commune).whole


def test_a_test_device_is_forgotten_with_its_copies(room, commune):
    trial.mark(room.province, commune.box.device)
    commune.round()
    device = commune.box.device
    assert held(room, commune) and trial.forget(room.province, device)
    assert newest(room, commune) is None and held(room, commune) == set()


def test_a_known_device_with_other_keys_needs_an_operators_word(room, commune, tmp_path):
    new = Home(tmp_path / "new")
    asked = enrol.ask(new, commune.box.device)
    with pytest.raises(Refused, match="device_key_differs"):
        enrol.admit(room.province.home, asked, "H99.99.99", "Xã An Châu", datetime.now(UTC))
    assert commune.round()


def test_an_office_that_lost_both_disks_goes_on_in_a_new_machine_with_its_drafts_and_accounts(room, tmp_path):
    commune = room.commune(tmp_path / "commune")
    kept, gone = commune.accept("Người Được Giữ"), commune.accept("Người Bị Xóa")
    with replicating_fast(commune.home):
        keys = {dossier: key_of(commune.box.db, dossier).secret for dossier in (kept, gone)}
        assert eventually(lambda: holds(commune, keys[gone]))
    erasure.erase(commune.box, gone, "ST09", "91/2025/QH15")
    with replicating_fast(commune.home):  # The keeper has everything written anew before it begins.
        with commune.box.writing() as act:
            draft = drafts.begin(act, "ST04")
            officers.add(act.db, Officer("ST44", "st44", "Người Làm Thêm", frozenset({Role.RECEPTION})), "một câu thật dài")
        after = key_of(commune.box.db, commune.accept("Người Đến Sau")).secret
        assert eventually(lambda: holds(commune, after))
    assert commune.round() and newest(room, commune).whole
    lost = commune.accept("Người Chỉ Còn Ở Tỉnh", PAGE)
    assert commune.round()
    device, head = commune.box.device, commune.head()
    commune.box.close()
    shutil.rmtree(commune.home.root)

    new = Home(tmp_path / "new")
    code, said = ran(room.province.home, "copy", "give", device, tmp_path / "given")
    assert code == 0 and "--life 1" in said and device in said
    assert device in ran(room.province.home, "copy", "list")[1]
    opened = b"".join(path.read_bytes() for path in (tmp_path / "given").rglob("*.ltx"))
    assert keys[kept] in opened and keys[gone] not in opened
    unit = ("--unit", "H99.99.99", "--name", "Xã An Châu")
    asked, answered = tmp_path / "asked.json", tmp_path / "answered.json"
    assert ran(new, "enrol", "ask", "--instead-of", device, asked)[0] == 0
    code, said = ran(room.province.home, "enrol", "admit", *unit, asked, answered)
    assert code == 1 and "--new-machine" in said
    assert ran(room.province.home, "enrol", "admit", *unit, "--new-machine", asked, answered)[0] == 0
    there = ("--province-name", "An Giang", "--province-url", room.url, "--person", "ST09", "--no-ledger")
    assert ran(new, "enrol", "settle", *unit, *there, answered)[0] == 0
    code, said = ran(new, "restore", "--from", tmp_path / "given", "--life", 1)
    assert code == 0, said

    given = msgspec.json.decode(answered.read_bytes(), type=enrol.Admission)
    back = Commune(room, new, given.tls_certificate)
    assert back.round() and back.round()
    assert rows.load(back.box.db, lost).applicant["name"] == "Người Chỉ Còn Ở Tỉnh"
    assert files.read(new, files.digest_of(PAGE)) == PAGE
    assert ledger.head(back.box.db, ledger.incarnations(back.box.db)[0].inc).seq == head[0]
    assert drafts.load(back.box.db, draft).officer == "ST04"
    assert officers.verified(back.box.db, "st44", "một câu thật dài", clock.stamp())
    assert equality.compare(back.sender).verdict is equality.Verdict.EQUAL
    room.presented = commune.certificate
    with pytest.raises(Refused, match="device_replaced"):
        back.sender.wire.feed(0)


@contextmanager
def replicating_fast(home: Home) -> Iterator[None]:
    """Have the real litestream replicate as its keeper does, with levels of seconds in the place of minutes and hours."""
    inc = replicate.incarnation_of(home)
    configuration = replicate.configure(home, inc, 0)
    text = configuration.read_text().replace("{interval: 5m}, {interval: 1h}", "{interval: 1s}, {interval: 2s}")
    configuration.write_text(text)
    replicate._begin_behind_erasures(home, inc, configuration)
    running = replicate._start(home, configuration)
    try:
        yield
    finally:
        running.terminate()
        running.wait(replicate.STOP_S)


def holds(commune, secret: bytes) -> bool:
    """Say whether a file above level 0 holds a dossier's key: bytes of chance are not packed."""
    return any(secret in path.read_bytes() for path in cover.folder(commune.home, inc_of(commune)).glob("ltx/[1-9]/*.ltx"))
