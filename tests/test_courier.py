"""The courier: a commune without a line, and everything that can happen to a stick."""

import os
import resource
import shutil
import signal
import subprocess
import tarfile
from io import BytesIO

import msgspec
import pyrage
import pytest
from click.testing import CliRunner

from appliance import files, ledger, rows
from appliance.errors import Refused
from courier_room import Courier
from provisioning.cli import main
from sync.courier import books, container, layout
from sync.courier.going import MB
from sync.courier.layout import Answer, Manifest
from sync.province import feed_out
from sync.province.admission import publish_day, revoke_device
from sync.province.courier import take_bundle
from wire_room import wire_room

PAGE = 3 * MB


@pytest.fixture
def room(tmp_path):
    with wire_room(tmp_path) as opened:
        yield opened


@pytest.fixture
def courier(room, tmp_path):
    commune = room.commune(tmp_path / "commune")
    commune.line.cut = True
    return Courier(room, commune, tmp_path / "sticks")


def held(room):
    """Give everything the province's ledger holds."""
    return room.province.db.conn.execute("SELECT device, inc, seq, digest, bytes FROM ledger ORDER BY n").fetchall()


def page(n, size=PAGE):
    """Give a page that no compression makes smaller."""
    return os.urandom(size - 4) + n.to_bytes(4)


def test_a_stick_there_and_its_answer_back_leave_both_sides_equal(room, courier):
    scan = page(1, 54_000)
    dossier = courier.commune.accept("Lê Thị Sông Hậu", scan)
    made, outcome, came = courier.round_trip()
    assert (made.events, made.keys, made.files, made.last) == (2, 1, 1, True)
    assert outcome.answer.good
    assert rows.load(room.province.db, dossier).applicant["name"] == "Lê Thị Sông Hậu"
    assert files.read(room.province.home, files.digest_of(scan)) == scan
    assert (came.receipts, came.problems, came.files) == (1, (), 1)
    state = courier.commune.state()
    assert (state["waiting"], state["waiting_files"], state["courier_receipt"]) == ("0", "0", str(came.receipt))
    assert courier.compared().found == ()


def test_who_finds_a_stick_learns_nothing_and_who_has_the_key_needs_only_age_and_tar(room, courier, tmp_path):
    courier.commune.accept("Lê Thị Sông Hậu", page(1, 5_000))
    path = courier.export().path
    assert b"motcua" not in path.read_bytes()
    assert path.name == f"motcua-{courier.commune.box.device[-8:]}-{path.name[16:24]}-goi-0001.age"
    key = room.province.home.keys / "province.age"
    tar = subprocess.run(["age", "-d", "-i", key, path], capture_output=True, check=True).stdout
    with tarfile.open(fileobj=BytesIO(tar)) as opened:
        names = opened.getnames()
        manifest = msgspec.json.decode(opened.extractfile("manifest.json").read(), type=Manifest)
        assert names == ["manifest.json", "manifest.sig", *(entry.name for entry in manifest.entries)]
        bodies = {entry.name: opened.extractfile(entry.name).read() for entry in manifest.entries}
    assert all(layout.entry_of(name, data) in manifest.entries for name, data in bodies.items())
    (tmp_path / "other").write_text(str(pyrage.x25519.Identity.generate()))
    assert subprocess.run(["age", "-d", "-i", tmp_path / "other", path], capture_output=True).returncode != 0


def test_the_answer_too_opens_with_age_and_the_key_of_the_box(courier):
    courier.commune.accept()
    answer = courier.deliver(courier.export().path).answer_path
    key = courier.commune.home.keys / "courier.age"
    tar = subprocess.run(["age", "-d", "-i", key, answer], capture_output=True, check=True).stdout
    with tarfile.open(fileobj=BytesIO(tar)) as opened:
        assert msgspec.json.decode(opened.extractfile("answer/answer.json").read(), type=Answer).good


def test_a_lost_stick_costs_nothing_and_the_next_one_carries_all_of_it_again(room, courier):
    courier.commune.accept(page=page(1, 9_000))
    shutil.rmtree(courier.export().path.parent)
    courier.commune.accept(page=page(2, 9_000))
    made, outcome, _ = courier.round_trip()
    assert (made.number, made.part, made.events, made.files) == (2, 1, 3, 2)
    assert outcome.answer.good
    assert courier.compared().found == ()


def test_the_same_stick_twice_has_no_effect_and_gives_the_same_receipt(room, courier):
    courier.commune.accept(page=page(1, 9_000))
    path = courier.export().path
    first, before = courier.deliver(path), held(room)
    second = courier.deliver(path)
    assert held(room) == before
    assert second.answer.good
    assert first.answer.segments[0].receipt == second.answer.segments[0].receipt
    assert room.province.db.conn.execute("SELECT times FROM courier_in").fetchone() == (2,)
    courier.bring_back(first.answer_path)
    assert courier.bring_back(second.answer_path).receipts == 0


def test_several_sticks_carry_what_one_cannot_hold_and_an_answer_after_the_first_keeps_the_rest(room, courier):
    for n in range(4):
        courier.commune.accept(page=page(n))
    one, two = courier.export(8 * MB), courier.export(8 * MB)
    assert [(made.part, made.last, made.files) for made in (one, two)] == [(1, False, 2), (2, True, 2)]
    assert one.files_left == 2
    assert one.size < 8 * MB
    courier.bring_back(courier.deliver(one.path).answer_path)
    assert courier.commune.state()["waiting_files"] == "2"
    courier.bring_back(courier.deliver(two.path).answer_path)
    assert courier.compared().found == ()


def test_more_files_than_a_bundle_may_name_go_on_the_next_stick(courier, monkeypatch):
    monkeypatch.setattr("sync.courier.going.ENTRIES_MAX", 5)
    for n in range(4):
        courier.commune.accept(page=page(n, 5_000))
    assert [(made.files, made.last) for made in (courier.export(), courier.export())] == [(2, False), (2, True)]


def test_the_newest_scans_travel_first(courier):
    for n in range(3):
        courier.commune.accept(page=page(n))
    newest = courier.commune.accept(page=page(9))
    made = courier.export(4 * MB)
    carried = courier.commune.box.db.conn.execute("SELECT what FROM courier_carried WHERE kind = 'file'").fetchall()
    of = courier.commune.box.db.conn.execute("SELECT digest FROM dossier_file WHERE dossier = ?", [newest]).fetchone()
    assert (made.files, carried) == (1, [of])


def test_sticks_in_another_order_say_which_one_is_missing_and_keep_what_fits(room, courier, monkeypatch):
    monkeypatch.setattr("sync.segments.EVENTS_MAX", 5)
    monkeypatch.setattr("sync.courier.going.BODIES_BYTES_MAX", 5_000)
    for _ in range(12):
        courier.commune.accept()
    one, two = courier.export(), courier.export()
    assert (one.last, two.last, two.part) == (False, True, 2)
    late = courier.deliver(two.path).answer
    assert late.lacking == (1,)
    assert {problem.code for problem in late.problems} == {"sync_gap"}
    assert len(late.keys) == 1
    came = courier.bring_back(courier.deliver(one.path).answer_path)
    assert came.problems == ()
    assert courier.deliver(two.path).answer.good
    courier.round_trip()
    assert courier.compared().found == ()


def torn_at(path, share):
    """Cut a bundle short, as a stick that was pulled out too early."""
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return path


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_torn_stick_keeps_what_came_before_the_tear_and_the_next_brings_the_rest(room, courier, share):
    for n in range(6):
        courier.commune.accept(page=page(n, 400_000))
    outcome = courier.deliver(torn_at(courier.export().path, share))
    assert outcome.answer.cut == "courier_cut"
    assert len(outcome.answer.files) == int(6 * share)
    assert len(outcome.answer.missing) == 6 - len(outcome.answer.files)
    courier.bring_back(outcome.answer_path)
    made, again, _ = courier.round_trip()
    assert made.files == 6 - len(outcome.answer.files)
    assert again.answer.good
    assert courier.compared().found == ()


def test_a_stick_torn_in_its_first_bytes_changes_nothing(room, courier):
    courier.commune.accept(page=page(1, 400_000))
    path = torn_at(courier.export().path, 0.0005)
    with pytest.raises(Refused, match="courier_"):
        courier.deliver(path)
    assert held(room) == []


@pytest.mark.parametrize("at", [0.15, 0.4, 0.85])
def test_a_damaged_byte_is_found_and_nothing_after_it_is_believed(room, courier, at):
    for n in range(6):
        courier.commune.accept(page=page(n, 400_000))
    path = courier.export().path
    data = bytearray(path.read_bytes())
    data[int(len(data) * at)] ^= 1
    path.write_bytes(data)
    outcome = courier.deliver(path)
    assert outcome.answer.cut == "courier_damaged"
    assert len(outcome.answer.files) == int(6 * at)
    assert files.all_digests(room.province.home) == sorted(outcome.answer.files)


def test_a_damaged_answer_changes_nothing(courier):
    courier.commune.accept()
    answer = courier.deliver(courier.export().path).answer_path
    data = bytearray(answer.read_bytes())
    data[-1] ^= 1
    answer.write_bytes(data)
    with pytest.raises(Refused, match="courier_cut"):
        courier.bring_back(answer)
    assert courier.commune.box.db.conn.execute("SELECT count(*) FROM receipt").fetchone() == (0,)


def test_a_foreign_stick_is_named_as_such(room, courier, tmp_path):
    other = Courier(room, room.commune(tmp_path / "other", "H99.99.98"), tmp_path / "others")
    courier.commune.accept(), other.commune.accept()
    answer = other.deliver(other.export().path).answer_path
    with pytest.raises(Refused, match="courier_not_ours"):
        courier.bring_back(answer)
    with wire_room(tmp_path / "far") as far:
        stranger = Courier(far, far.commune(tmp_path / "far-commune"), tmp_path / "far-sticks")
        path = stranger.export().path
    with pytest.raises(Refused, match="courier_not_ours"):
        courier.deliver(path)
    photo = tmp_path / "photo.age"
    photo.write_bytes(b"\xff\xd8\xff" * 1000)
    with pytest.raises(Refused, match="courier_no_bundle"):
        courier.deliver(photo)


def test_a_bundle_somebody_else_made_for_the_province_is_not_taken(room, courier, tmp_path):
    """Whoever finds the province's public recipient can seal something to it, but not sign it."""
    courier.commune.accept()
    courier.export()
    manifest = msgspec.json.encode(
        Manifest(1, courier.commune.box.device, 1, 1, True, "", 0, str(books.identity(courier.commune.home).to_public()), ())
    )
    forged = tmp_path / "forged.age"
    container.write(
        forged, manifest, layout.sign(layout.MARK, manifest, room.province.signing), [], courier.commune.sender.recipient, print
    )
    with pytest.raises(Refused, match="courier_signature_wrong"):
        courier.deliver(forged)
    assert held(room) == []


def test_a_revoked_device_is_refused_by_stick_as_by_line(room, courier):
    courier.commune.accept()
    path = courier.export().path
    revoke_device(room.province, courier.commune.box.device, "Máy bị mất", "Sở Mẫu")
    assert [one.code for one in courier.deliver(path).answer.problems] == ["device_revoked"]
    assert held(room) == []


def test_a_full_stick_leaves_no_half_bundle(courier):
    """A real disk says no in the middle: the process may not write files above a size."""
    courier.commune.accept(page=page(1))
    stick = courier.stick()
    child = os.fork()
    if not child:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (MB, MB))
        box = courier.commune.box
        manifest, source = b"{}", container.body("files/x", page(1))
        try:
            container.write(stick / "whole.age", manifest, b"", [source], courier.commune.sender.recipient, lambda done: None)
        except Refused as refused:
            os._exit(42 if refused.code == "courier_stick_full" and box else 1)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 42
    assert list(stick.iterdir()) == []


def test_a_stick_pulled_while_it_is_written_bears_no_bundle(courier, monkeypatch):
    courier.commune.accept(page=page(1))
    stick, before = courier.stick(), courier.commune.head()

    def pull(done, planned):
        shutil.rmtree(stick, ignore_errors=True)

    from sync.courier.going import make

    with pytest.raises(Refused, match="courier_stick_gone"):
        make(courier.commune.sender, stick, 500 * MB, tell=pull)
    assert courier.commune.head() == before
    assert books.bundles(courier.commune.box.db) == []
    made, outcome, _ = courier.round_trip()
    assert (made.number, made.files, outcome.answer.good) == (1, 1, True)


def test_a_power_cut_while_writing_leaves_a_name_nobody_takes_for_a_bundle(courier):
    courier.commune.accept(page=page(1))
    stick = courier.stick()
    child = os.fork()
    if not child:
        from sync.courier.going import make

        make(courier.commune.sender, stick, 500 * MB, tell=lambda done, planned: done > MB and os.kill(os.getpid(), signal.SIGKILL))
    os.waitpid(child, 0)
    assert [path.suffix for path in stick.iterdir()] == [container.PART]
    courier.commune.start()
    courier.commune.line.cut = True
    assert courier.round_trip()[1].answer.good


def test_an_old_answer_does_no_harm(room, courier):
    courier.commune.accept()
    old = courier.deliver(courier.export().path).answer_path
    courier.commune.accept()
    _, _, newer = courier.round_trip()
    before = courier.commune.box.db.conn.execute("SELECT kind, what, after FROM courier_wish").fetchall()
    came = courier.bring_back(old)
    assert (came.old, came.number, newer.old) == (True, 1, False)
    assert courier.commune.box.db.conn.execute("SELECT kind, what, after FROM courier_wish").fetchall() == before
    assert courier.commune.state()["courier_receipt"] == str(newer.receipt)


def test_the_line_may_come_back_between_the_stick_and_its_answer(room, courier):
    courier.commune.accept(page=page(1, 9_000))
    path = courier.export().path
    courier.commune.line.cut = False
    courier.commune.accept(page=page(2, 9_000))
    assert courier.commune.round()
    before = held(room)
    outcome = courier.deliver(path)
    assert outcome.answer.good
    assert held(room) == before
    assert room.province.db.conn.execute("SELECT count(*) FROM fork_seen").fetchone() == (0,)
    came = courier.bring_back(outcome.answer_path)
    assert (came.behind, came.problems) == (False, ())
    assert len(ledger.incarnations(courier.commune.box.db)) == 1
    assert courier.commune.round()
    assert courier.compared().found == ()


def test_the_feed_and_its_effects_come_back_and_a_gap_in_it_waits(room, courier):
    publish_day(room.province, "2027-02-05", "Nghỉ bù", "Công văn 12", False)
    early = courier.deliver(courier.export().path).answer_path
    publish_day(room.province, "2027-02-06", "Nghỉ bù", "Công văn 13", False)
    came = courier.bring_back(early)
    assert came.records == 1
    assert courier.bring_back(courier.deliver(courier.export().path).answer_path).records == 1
    days = courier.commune.box.db.conn.execute("SELECT day FROM province_day ORDER BY day").fetchall()
    assert days == [("2027-02-05",), ("2027-02-06",)]
    assert ledger.feed_position(courier.commune.box.db) == feed_out.position(room.province.db, courier.commune.box.device)


def test_keys_and_files_the_province_lost_are_asked_for_and_come_with_the_next_stick(room, courier):
    scan = page(1, 9_000)
    dossier = courier.commune.accept("Lê Thị Sông Hậu", scan)
    courier.round_trip()
    with room.province.writing() as db:
        db.conn.execute("DELETE FROM dossier_key")
        db.conn.execute("INSERT INTO key_wanted (dossier, device) VALUES (?, ?)", [dossier, courier.commune.box.device])
        wanted = "INSERT INTO file_wanted (device, digest, since) VALUES (?, ?, '')"
        db.conn.execute(wanted, [courier.commune.box.device, files.digest_of(scan)])
    files.remove(room.province.home, files.digest_of(scan))
    assert courier.round_trip()[2].missing == 1
    made, outcome, came = courier.round_trip()
    assert (made.keys, made.files, came.missing) == (1, 1, 0)
    assert files.has(room.province.home, files.digest_of(scan))
    assert room.province.db.conn.execute("SELECT count(*) FROM key_wanted").fetchone() == (0,)


def test_an_erasure_travels_and_its_files_leave_the_province(room, courier):
    from appliance import erasure

    scan = page(1, 9_000)
    dossier = courier.commune.accept("Lê Thị Sông Hậu", scan)
    courier.round_trip()
    erasure.erase(courier.commune.box, dossier, "ST02", "theo yêu cầu")
    _, outcome, came = courier.round_trip()
    assert outcome.answer.good
    assert not files.has(room.province.home, files.digest_of(scan))
    assert came.records == 1


def test_what_an_older_copy_lost_comes_back_by_stick_alone(room, courier, tmp_path):
    courier.commune.accept("Lê Thị Sông Hậu")
    courier.round_trip()
    courier.commune.box.close()
    older = tmp_path / "older"
    shutil.copytree(courier.commune.home.root, older)
    lost = courier.commune.accept("Trần Văn Cồn Én")
    courier.round_trip()
    courier.commune.box.close()
    shutil.rmtree(courier.commune.home.root)
    shutil.copytree(older, courier.commune.home.root)
    courier.commune.start()
    courier.commune.line.cut = True
    came = courier.round_trip()[2]
    assert came.behind
    came = courier.round_trip()[2]
    assert rows.load(courier.commune.box.db, lost).applicant["name"] == "Trần Văn Cồn Én"
    courier.round_trip()
    assert courier.compared().found == ()


def test_seven_days_without_a_line_wholly_by_courier(room, courier):
    """Three hundred events and sixty files, a stick a day of which two are lost and one comes twice; the line is never used."""
    stray = []
    for day in range(7):
        publish_day(room.province, f"2027-03-{day + 1:02d}", "Nghỉ bù", f"Công văn {day}", False)
        for n in range(43):
            courier.commune.accept(page=page(day * 100 + n, 20_000) if n % 5 == 0 else b"")
        made = courier.export()
        if day in (1, 4):
            continue  # Lost.
        outcome = courier.deliver(made.path)
        if day == 2:
            stray.append(made.path)
        courier.bring_back(outcome.answer_path)
    courier.deliver(stray[0])
    assert not any(courier.commune.line.seen)
    state = courier.commune.state()
    assert (state["waiting"], state["waiting_events"], state["waiting_files"]) == ("0", "0", "0")
    comparison = courier.compared()
    assert (comparison.found, comparison.events_equal, comparison.files_equal) == ((), 302, 63)
    receipts = courier.commune.box.db.conn.execute("SELECT count(*), max(seq) FROM receipt").fetchone()
    assert receipts == (5, 302)
    assert courier.commune.box.db.conn.execute("SELECT count(*) FROM province_day").fetchone() == (7,)


def test_the_commands_say_in_words_what_came_of_a_stick(room, courier):
    runner, stick = CliRunner(), courier.stick()
    courier.commune.accept(page=page(1, 300_000))

    def said(*words, status=0):
        answer = runner.invoke(main, ["courier", *map(str, words)])
        assert answer.exit_code == status, answer.output
        return answer.output

    here, there = ("--home", courier.commune.home.root), ("--home", room.province.home.root)
    assert "Đã ghi gói số 1" in said("export", *here, "--to", stick, "--mb", 100)
    bundle = next(stick.glob("*-goi-*"))
    assert "Tỉnh giữ sổ cái của xã đến sự kiện số 2. 1 tệp trong gói đã nhận đủ." in said("import", *there, bundle)
    answer = next(stick.glob("*-tra-loi-*"))
    assert "Tỉnh đã nhận: biên nhận số 1 cho gói số 1." in said("import", *here, answer)
    assert "niêm phong cho nơi khác" in said("import", *there, answer, status=2)
    assert "Phần trước chỗ đó đã giữ" in said("import", *there, torn_at(bundle, 0.7), status=1)
    revoke_device(room.province, courier.commune.box.device, "Máy bị mất", "Sở Mẫu")
    assert "đã bị thu hồi" in said("import", *there, bundle, status=1)
    assert "từ 4 đến 4.000 MB" in said("export", *here, "--to", stick, "--mb", 1, status=2)


def test_who_brings_no_bundle_at_all_is_told(room, tmp_path):
    with pytest.raises(Refused, match="courier_unreadable"):
        take_bundle(room.province, tmp_path / "nothing.age", tmp_path, "vh01")
