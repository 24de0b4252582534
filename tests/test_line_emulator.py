"""The emulated line itself: packets leave at its rate, wait in its queue, get lost at its share, vanish while it is down."""

import socket
from dataclasses import replace
from random import Random

from line_emulator import NoNamespaces, line
from line_packets import BLACK_HOLE, BROADBAND, FLAPPING, Profile, Way

PACKET = 1000
SLOW = Profile("slow", 8e3, 0.5, 0.0, queue_bytes=4 * PACKET)  # One packet a second.


def test_packets_leave_one_after_the_other_and_arrive_after_the_delay():
    way = Way(SLOW, Random(1))
    assert [way.due(PACKET, 10.0), way.due(PACKET, 10.0), way.due(PACKET, 20.0)] == [11.5, 12.5, 21.5]


def test_a_packet_that_finds_the_queue_full_is_dropped_and_the_next_has_room_when_one_left():
    way = Way(SLOW, Random(1))
    assert [way.due(PACKET, 0.0) is None for _ in range(5)] == [False] * 4 + [True]
    assert way.due(PACKET, 1.0) == 5.5
    assert (way.packets, way.carried, way.overflowed) == (5, 5 * PACKET, 1)


def test_the_share_that_is_lost_is_the_lines_and_takes_its_time_on_the_line():
    way = Way(Profile("lossy", 8e6, 0.0, 0.02), Random(1))
    arrived = [way.due(PACKET, float(second)) for second in range(10_000)]
    assert way.lost == arrived.count(None)
    assert 150 < way.lost < 250
    assert way.packets == 10_000


def test_a_flapping_line_swallows_while_it_is_down_and_begins_with_its_good_part():
    way = Way(BROADBAND, Random(1))
    way.become(FLAPPING, 1000.0)
    seen = [way.due(PACKET, 1000.0 + second) is None for second in (0, 19, 21, 59, 61)]
    assert seen == [False, False, True, True, False]
    assert way.swallowed == 2


def test_tcp_crosses_between_the_two_ends_and_in_a_black_hole_nobody_says_no():
    try:
        with line(replace(BROADBAND, loss=0.0)) as road:
            with road.far.entered():
                server = socket.create_server((road.far.address, 0))
            address = server.getsockname()
            with server, road.near.entered(), socket.create_connection(address) as here:
                there = server.accept()[0]
                with there:
                    here.sendall(b"a" * 100_000)
                    assert there.recv(100_000, socket.MSG_WAITALL) == b"a" * 100_000
                assert road.counts()["up"]["carried"] > 100_000
                assert knocks((road.far.address, 1)) == "refused"
                road.become(BLACK_HOLE)
                assert knocks(address) == "no answer"
    except NoNamespaces as why:
        assert str(why), "a machine that allows no namespaces says why"


def knocks(address) -> str:
    """Knock at an address and say what came."""
    with socket.socket() as knocking:
        knocking.settimeout(2.0)
        try:
            knocking.connect(address)
        except TimeoutError:
            return "no answer"
        except OSError:
            return "refused"
    return "taken"
