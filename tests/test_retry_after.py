"""A province that asks to be left alone for a while is: over real HTTP, in seconds and as a date; and nobody can silence a box."""

import random
import threading
import time
from email.utils import formatdate

import pytest

from appliance import rows
from appliance.errors import Refused
from line_room import turn_to
from signing_room import until
from sync import retry
from sync.agent import keep_on
from wire_room import wire_room
from wrong_receivers import instead, served_wrongly

BUSY = {"type": "urn:motcua:sync:province_busy", "title": "Busy", "status": 503, "code": "province_busy"}
SOON_S = 2
AT = 1_800_000_000  # A moment of the province's own clock, which need not be ours.


@pytest.fixture
def room(tmp_path):
    with wire_room(tmp_path) as opened:
        yield opened


@pytest.fixture
def commune(room, tmp_path):
    return room.commune(tmp_path / "commune")


class Asks:
    """A province that answers its first segment with a status and Retry-After; it notes when each call came and when it said so."""

    def __init__(self, status=503, marked=True, **headers):
        self.status, self.marked, self.headers = status, marked, headers
        self.said_at, self.came_at = 0.0, []

    def __call__(self, request, ask, province):
        self.came_at.append(time.monotonic())
        answer = ask()
        if self.said_at or not request.path.endswith("/segments"):
            return answer
        instead(answer, self.status, BUSY | {"status": self.status})
        for name, value in self.headers.items():
            answer.headers[name.replace("_", "-")] = value
        if not self.marked:
            del answer.headers["Sync-Version"]
        self.said_at = time.monotonic()
        return answer


@pytest.mark.parametrize(
    "province",
    [
        Asks(Retry_After=str(SOON_S)),
        Asks(429, Retry_After=str(SOON_S)),
        Asks(Date=formatdate(AT, usegmt=True), Retry_After=formatdate(AT + SOON_S, usegmt=True)),
    ],
)
def test_the_agent_asks_nothing_before_and_then_goes_on_by_itself(room, commune, province):
    ended = threading.Event()
    with served_wrongly(room, province) as url:
        turn_to(commune, url)
        room.presented = commune.certificate
        agent = threading.Thread(target=keep_on, args=(commune.agent, ended))
        agent.start()
        try:
            dossier = commune.accept()
            until(lambda: rows.load(room.province.db, dossier) and commune.state().get("waiting") == "0")
        finally:
            ended.set()
            agent.join()
    after = [at - province.said_at for at in province.came_at if at > province.said_at]
    assert after and min(after) >= SOON_S


def held_s(room, commune, province) -> float:
    """Send a segment to this province; gives for how long nothing more is asked."""
    with served_wrongly(room, province) as url:
        turn_to(commune, url)
        room.presented = commune.certificate
        commune.accept()
        commune.round()
        return commune.agent.sender.wire.held_s()


@pytest.mark.parametrize(
    "said",
    ["", "soon", "-5", "1.5", "0", "99999999", "9" * 400, formatdate(AT - 60, usegmt=True), "Fri, 31 Dec 9999 23:59:59 GMT"],
)
def test_what_is_no_time_to_wait_is_not_waited_for(room, commune, said):
    assert held_s(room, commune, Asks(Date=formatdate(AT, usegmt=True), Retry_After=said)) == 0


def test_the_longest_wait_is_bounded_and_nothing_goes_out_meanwhile(room, commune):
    province = Asks(Retry_After="7200")
    assert 0 < held_s(room, commune, province) <= retry.ASKED_MAX_S
    asked = len(province.came_at)
    assert commune.round()  # The line is there: that is not what holds it up.
    with pytest.raises(Refused, match="province_busy"):
        commune.agent.sender.wire.feed(0)
    assert len(province.came_at) == asked
    assert commune.state()["last_error"] == "province_busy"


def test_who_is_not_the_province_cannot_keep_a_box_silent(room, commune):
    assert held_s(room, commune, Asks(marked=False, Retry_After="60")) == 0
    assert commune.state()["line"] == "offline"


def test_the_boxes_of_a_province_do_not_all_come_back_at_once():
    chance, mood = random.Random(3), retry.failed(retry.Mood())
    assert len({round(retry.wait_s(mood, 1e6, chance), 3) for _ in range(50)}) > 40


def test_every_form_of_a_date_that_http_knows_is_read():
    now = "Sun, 06 Nov 1994 08:49:37 GMT"
    for later in ("Sun, 06 Nov 1994 08:50:07 GMT", "Sunday, 06-Nov-94 08:50:07 GMT", "Sun Nov  6 08:50:07 1994"):
        assert retry.asked_s(later, now) == 30
    assert retry.asked_s("Sun, 06 Nov 1994 08:50:07 GMT", "") == 0
