"""`motcua restore` from the real Litestream's copy: only over what is gone or broken, into a new life, and said in plain words."""

import os
import shutil
import signal

import pytest
from click.testing import CliRunner

from appliance import database, files, ledger, restored, rows
from appliance.box import open_box
from appliance.errors import Refused
from boxes import PERSON
from provisioning import replicate, restoring
from provisioning.cli import main
from replica import replicating
from test_healing import assert_equal, numbered, numbers_of, whats
from wire_room import wire_room

PAGE = bytes(range(256)) * 2000


@pytest.fixture
def room(tmp_path):
    with wire_room(tmp_path) as opened:
        yield opened


@pytest.fixture
def commune(room, tmp_path):
    """Give a box whose replica stands behind it: one dossier in the copy, one more that only the province has, with its page."""
    commune = room.commune(tmp_path / "commune", demo=True)
    commune.kept, commune.first = numbered(commune)
    with replicating(commune.home):
        pass
    commune.round()
    commune.lost, commune.number = numbered(commune, "Người Bị Mất", PAGE)
    commune.round()
    commune.box.close()
    return commune


def lose(commune, *more) -> None:
    for path in (commune.home.root.glob("main.db*"), *more):
        for one in path:
            one.unlink()


def ran(commune, *words) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["restore", "--home", str(commune.home.root), *words])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def test_a_restored_box_heals_from_the_province_and_gives_no_number_twice(room, commune):
    lose(commune)
    shutil.rmtree(commune.home.files)
    code, said = ran(commune)
    assert code == 1 and "--accept-loss" in said and "thiếu 1 sự kiện" in said
    assert not commune.home.database.exists()
    code, said = ran(commune, "--accept-loss")
    assert code == 0 and "đến sự kiện 2 của sổ 1" in said and "Thiếu 1 sự kiện" in said and "Đối chiếu" in said
    commune.start()
    assert ledger.incarnation(commune.box.db).inc_no == 2
    assert restored.read(commune.home) is None
    _, new = numbered(commune, "Người Mới Đến")
    assert commune.round()
    assert rows.load(commune.box.db, commune.lost).applicant["name"] == "Người Bị Mất"
    assert files.read(commune.home, files.digest_of(PAGE)) == PAGE
    assert {n for _, _, n, _ in numbers_of(commune.box.db)} == {commune.first, commune.number, new}
    assert len(numbers_of(commune.box.db)) == 3
    assert whats(commune) == []
    assert_equal(room, commune)


def test_a_database_that_lives_is_never_replaced(commune):
    assert ran(commune) == (1, ran(commune)[1])
    assert "còn tốt" in ran(commune)[1]
    lost = ledger.head(database.connect(commune.home.database)).seq
    assert lost == 3


def test_nothing_is_replaced_under_a_process_that_runs(commune):
    lose(commune)
    import fcntl

    with (commune.home.run / "agent.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(Refused, match="restore_running"):
            restoring.restore(commune.home, commune.home.replica, accept_loss=True)


def test_a_broken_database_is_moved_aside_and_kept(commune):
    commune.home.database.write_bytes(b"not a database" * 1000)
    code, said = ran(commune, "--accept-loss")
    assert code == 0 and "broken-1-1.db" in said
    assert (commune.home.root / "broken-1-1.db").read_bytes().startswith(b"not a database")
    assert rows.load(open_box(commune.home).db, commune.kept).applicant["name"] == PERSON["name"]


def test_without_a_witness_the_province_must_say_which_life_was_the_last(room, commune):
    lose(commune, commune.home.witness.parent.iterdir())
    code, said = ran(commune)
    assert code == 1 and "--life" in said
    code, said = ran(commune, "--life", "2")
    assert code == 0 and "Chưa rõ" in said
    commune.start()
    assert ledger.incarnation(commune.box.db).inc_no == 3
    assert commune.round()
    assert rows.load(commune.box.db, commune.lost)
    assert_equal(room, commune)


def test_the_newest_life_is_restored_of_several(commune):
    lose(commune)
    restoring.restore(commune.home, commune.home.replica, accept_loss=True)
    box = open_box(commune.home)
    with replicating(commune.home):
        pass
    box.close()
    for path in commune.home.replica.rglob("*"):
        os.utime(path, (0, 0) if replicate.incarnation_of(commune.home) in str(path) else None)
    lose(commune)
    assert restoring.restore(commune.home, commune.home.replica).inc_no == 2


def test_the_copy_of_another_box_and_an_empty_folder_are_refused(room, commune, tmp_path):
    other = room.commune(tmp_path / "other", "H99.99.98")
    with replicating(other.home):
        pass
    lose(commune)
    with pytest.raises(Refused, match="restore_foreign"):
        restoring.restore(commune.home, other.home.replica, accept_loss=True)
    with pytest.raises(Refused, match="restore_no_copy"):
        restoring.restore(commune.home, tmp_path / "nothing", accept_loss=True)
    assert not commune.home.database.exists() and restored.read(commune.home) is None


@pytest.mark.parametrize("label", ["restore_after_mark", "restore_after_moving_aside", "life_before_commit", "life_after_commit"])
def test_a_power_cut_in_the_middle_of_a_restore_is_mended_by_doing_it_again(room, commune, label):
    commune.home.database.write_bytes(b"not a database" * 1000)
    (commune.home.run / "CRASH_AT").write_text(label)
    assert in_a_process_of_its_own(lambda: [ran(commune, "--accept-loss"), open_box(commune.home)]) == signal.SIGKILL
    if label.startswith("restore"):
        assert ran(commune, "--accept-loss")[0] == 0
    commune.start()
    assert [life.inc_no for life in ledger.incarnations(commune.box.db)] == [1, 2]
    assert commune.round()
    assert rows.load(commune.box.db, commune.lost)
    assert_equal(room, commune)


def in_a_process_of_its_own(act) -> int:
    """Give the exit status of a forked process that does something."""
    child = os.fork()
    if not child:
        act()
        os._exit(0)
    return os.waitpid(child, 0)[1]
