"""The head witness outlives what befalls a disk: no room, a cut in the middle of a write, a file that is not ours."""

import errno

import msgspec
import pytest

from appliance import witness
from appliance.chain import Head
from appliance.witness import PLACE_BYTES

INC = bytes(8)


def move(path, *numbers, inc_no=1):
    for seq in numbers:
        witness.move(path, inc_no, Head(INC, seq, bytes([seq]) * 32))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "head"


def test_it_only_moves_forward_and_a_new_life_is_further_than_any_number_of_the_old_one(path):
    assert witness.read(path) is None
    move(path, 1, 2, 7, 5)
    assert witness.read(path).seq == 7
    move(path, 1, inc_no=2)
    assert (witness.read(path).inc_no, witness.read(path).seq) == (2, 1)


def test_a_full_disk_has_room_for_it_once_it_is_there(path, monkeypatch):
    move(path, 1)

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(witness, "write_durably", full)
    size = path.stat().st_size
    move(path, 2, 3, 4)
    assert witness.read(path).seq == 4 and path.stat().st_size == size


@pytest.mark.parametrize("torn", [b"\0" * PLACE_BYTES, b"\n" * PLACE_BYTES, b'{"inc_no":1,"in' + b"\xff" * 30])
def test_a_cut_while_it_is_written_costs_the_newest_place_at_most(path, torn):
    move(path, 1, 2, 3)
    with path.open("r+b") as out:
        out.seek(path.read_bytes().index(b'"seq":3') // PLACE_BYTES * PLACE_BYTES)
        out.write(torn)
    assert witness.read(path).seq == 2
    move(path, 4)
    assert witness.read(path).seq == 4
    move(path, 5, 6)
    assert witness.read(path).seq == 6


def test_a_file_of_one_place_is_read_and_goes_on_with_two(path):
    move(path, 3)
    path.write_bytes(path.read_bytes()[:PLACE_BYTES].strip())
    assert witness.read(path).seq == 3
    move(path, 4, 5)
    assert witness.read(path).seq == 5


def test_a_file_that_is_no_witness_is_not_taken_for_a_new_box(path):
    path.write_bytes(b"something else")
    with pytest.raises(msgspec.DecodeError):
        witness.read(path)
