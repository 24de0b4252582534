"""Every fault of the line on every call, on real connections to nginx and waitress; and a real agent over an emulated line.

`make prove PROOF=line` does the same at length: other lines, a whole day, and a death at every labelled point.
"""

import time
from contextlib import ExitStack, contextmanager

import pytest

from fault_proxy import CALLS, FaultProxy, in_the_middle
from line_emulator import THIS_MACHINE, NoNamespaces, line
from line_faults import FAULTS
from line_packets import BROADBAND
from real_ends import real_ends
from real_world import RealWorld
from simulation import office
from simulation.invariants import ALWAYS
from simulation.run import ask
from sync.agent import Agent, round_of
from sync.province import admission

WORK_MAX = 6  # Some work has no pages: then no chunk is sent.
ROUNDS_MAX = 40  # More than any fault needs, on all calls together.


@contextmanager
def proxied(folder, near, far):
    """Have both ends with the proxy between them; gives the world and the proxy."""
    with ExitStack() as stack:
        ends = stack.enter_context(real_ends(folder / "d", near, far))
        demo = ends.demo
        proxy = FaultProxy(far, demo.commune, demo.province, (far.address, demo.province_port))
        stack.enter_context(in_the_middle(proxy))
        ends.through(proxy.port)
        world = RealWorld(ends, folder / "world")
        proxy.witness = world.seen
        stack.callback(world.close)
        yield world, proxy


@pytest.fixture(scope="module")
def office_and_proxy(tmp_path_factory):
    with proxied(tmp_path_factory.mktemp("l"), THIS_MACHINE, THIS_MACHINE) as made:
        yield made


def work(world) -> None:
    """Do what brings every call about: dossiers, some with pages, and something that the province announces."""
    news = f"{world.nature.entropy.getrandbits(256):064x}"
    admission.publish_catalogue_notice(world.province.opened, news, "2027-01-01", "n")
    for act in (office.accept, office.act, office.accept, office.newer):
        world.does(act)


def come_through(world) -> None:
    """Do rounds, without waiting longer between them than the province asks for, until all work has ended."""
    agent = Agent(world.box.sender)
    for _ in range(ROUNDS_MAX):
        round_of(agent)
        if not world.unrest():
            return
        time.sleep(agent.sender.wire.held_s())
    raise AssertionError(world.unrest())


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault])
def test_a_fault_on_every_call_costs_nothing_but_another_try(office_and_proxy, fault):
    world, proxy = office_and_proxy
    for call in CALLS.values():
        proxy.order(call, fault)
    for _ in range(WORK_MAX):
        work(world)
        come_through(world)
        if not proxy.owed:
            break
    assert proxy.failures == []
    assert {call for call, met in proxy.done if met == fault} == set(CALLS.values())
    ask(world, ALWAYS)


def test_what_arrives_again_long_after_changes_nothing_and_every_rule_holds(office_and_proxy):
    world, proxy = office_and_proxy
    for call in CALLS.values():
        proxy.order(call, "late_twin")
    work(world), world.does(office.erase)
    come_through(world)
    assert proxy.deliver_late() >= len(CALLS)
    world.hold()


def test_a_real_agent_brings_the_office_through_a_lossy_line(tmp_path):
    with ExitStack() as stack:
        try:
            road = stack.enter_context(line(BROADBAND))
            near, far = road.near, road.far
        except NoNamespaces:  # The connections are real all the same; only packets are not lost.
            near = far = THIS_MACHINE
        world, proxy = stack.enter_context(proxied(tmp_path, near, far))
        proxy.order("segments", "answer_lost")
        proxy.order("chunk", "request_cut_in_body", "answer_cut_in_body")
        world.ends.agent.start()
        for _ in range(WORK_MAX):
            work(world)
            world.rest()
            if not proxy.owed:
                break
        assert (proxy.owed, proxy.failures) == (0, [])
        world.hold()
