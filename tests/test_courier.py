"""The courier: a commune without a line, and everything that can happen to a stick."""

import pytest

from appliance import files
from courier_room import Courier
from wire_room import wire_room


@pytest.fixture
def room(tmp_path):
    with wire_room(tmp_path) as opened:
        yield opened


@pytest.fixture
def courier(room, tmp_path):
    commune = room.commune(tmp_path / "commune")
    commune.line.cut = True
    return Courier(room, commune, tmp_path / "sticks")


def test_a_stick_there_and_its_answer_back_leave_both_sides_equal(room, courier):
    page = b"a scan" * 9_000
    courier.commune.accept("Lê Thị Sông Hậu", page)
    made, outcome, came = courier.round_trip()
    assert (made.events, made.keys, made.files, made.last) == (2, 1, 1, True)
    assert outcome.answer.good
    assert files.read(room.province.home, files.digest_of(page)) == page
    assert (came.receipts, came.problems, came.files) == (1, (), 1)
    assert courier.commune.round() is False
    assert (courier.commune.state()["waiting"], courier.commune.state()["waiting_files"]) == ("0", "0")
    courier.commune.line.cut = False
    assert courier.compared().found == ()
