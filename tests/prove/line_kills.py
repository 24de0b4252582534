"""A death at every labelled point of either end, over an emulated line: what that cost, and that nothing is missing or twice."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

from line_days import lost_and_doubled

from appliance import erasure, files
from appliance.durable import write_durably
from line_emulator import Road, line
from line_packets import BROADBAND
from provisioning.demo import authority
from real_ends import real_ends
from real_world import RealWorld
from signing_room import Authority, answering, make_authority
from simulation import office
from simulation.world import Family
from sync.kill_points import LABELS
from sync.province import admission
from test_healing import act_on, copy_of, numbered, put_back
from wire_room import Commune

OF_BOX = ("before_commit", "after_commit")  # Reached by the agent's own transactions.
POINTS = (*OF_BOX, *LABELS)
DEADLINE_S = 120.0
PAGE_BYTES = 150_000
ONE_PAGE = SimpleNamespace(choice=lambda among: 1, sample=lambda among, count: [PAGE_BYTES])
HEADING = (
    "",
    "| died at | end | at rest again after (s) | kB up beyond the same work without a death | lost | doubled |",
    "|---|---|---|---|---|---|",
)


@dataclass
class Scene:
    """An office over a line, the authority that stamps its documents, and what the last piece of work left."""

    world: RealWorld
    road: Road
    ca: Authority
    folder: Path
    paged: str = ""  # a dossier whose page the province has
    count: int = 0

    def send(self) -> None:
        """Have something to send of every kind: a dossier with a page, an erasure, and a record of the feed to fetch."""
        world, old = self.world, self.paged
        news = f"{world.nature.entropy.getrandbits(256):064x}"
        admission.publish_catalogue_notice(world.province.opened, news, "2027-01-01", "n")
        self.paged = self.accept_with_page()
        if old:
            erasure.erase(world.box.box, old, "ST16", "test")

    def accept_with_page(self) -> str:
        """Accept a dossier with one page; gives its id."""
        world, plan = self.world, self.world.nature.plan
        world.nature.plan = ONE_PAGE
        done = world.does(office.accept)
        world.nature.plan = plan
        assert "with 1 pages" in done, done
        return world.box.db.conn.execute("SELECT id FROM dossier ORDER BY rid DESC LIMIT 1").fetchone()[0]

    def heal(self) -> None:
        """Let an older copy, which cannot know it, have written on: a fork, lost events and a lost file, all in one."""
        world, box = self.world, self.world.box
        world.families[box.device] = Family(may_fork=True, may_double=True, may_lose_files=True)
        self.count += 1
        page = world.nature.entropy.randbytes(PAGE_BYTES)
        before, _ = numbered(box)
        self.sent()
        older = copy_of(box, self.folder / f"older-{self.count}")
        numbered(box, "Người Nhánh Đầu", page)
        act_on(box, before)
        self.sent()
        put_back(box, older, witnessed=False)
        files.remove(box.home, files.digest_of(page))
        numbered(box, "Người Nhánh Sau", world.nature.entropy.randbytes(PAGE_BYTES))
        act_on(box, before, holder="ST10")

    def stamp(self) -> None:
        """Have a sealed document whose time stamp is still missing."""
        box = self.world.box
        Commune.seal_result(SimpleNamespace(home=box.home, box=box.box, accept=self.accept_with_page), self.ca)

    def sent(self) -> None:
        """Let the agent send what there is, and end."""
        self.world.ends.agent.start()
        self.world.rest()
        self.world.ends.agent.stop()


Work = Callable[[Scene], None]


def work_before(label: str) -> Work:
    """Give the work that brings the agent to a point."""
    if "evidence" in label:
        return Scene.stamp
    return Scene.heal if label.endswith(("taking_back", "branch", "rejoining", "file_back")) else Scene.send


@contextmanager
def scene() -> Iterator[Scene]:
    """Have an office over a line, with an authority on its own side. Raises NoNamespaces."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="k")))
        road, ca = stack.enter_context(line(BROADBAND)), make_authority(folder / "authority")
        with road.near.entered():
            stack.enter_context(answering(ca))
        facts = {"trust": ca.folder / "trust", "tsa_url": authority.tsa_url(ca.url)}
        ends = stack.enter_context(real_ends(folder / "d", road.near, road.far, **facts))
        world = RealWorld(ends, folder / "world")
        stack.callback(world.close)
        begun = Scene(world, road, ca, folder)
        begun.send()
        begun.sent()
        yield begun


def die(scene: Scene, work: Work, label: str) -> tuple[float, int]:
    """Do the work, die at the point ("" for nowhere), come to rest; gives how long that took, and the bytes that went up."""
    world = scene.world
    work(scene)
    victim, home = (
        (world.ends.receiver, world.province.home) if label.startswith("receiver") else (world.ends.agent, world.box.home)
    )
    before, began = scene.road.counts()["up"]["carried"], time.monotonic()
    if label:
        write_durably(home.run / "CRASH_AT", label.encode())
    world.ends.agent.start()
    while label and not victim.died:
        assert time.monotonic() < began + DEADLINE_S, f"{label} was never reached"
        time.sleep(0.05)
    world.rest()
    took = time.monotonic() - began
    world.ends.agent.stop()
    world.hold()
    return took, scene.road.counts()["up"]["carried"] - before


def kills(labels: list[str]) -> list[str]:
    """Die at each of these points; gives the table. Raises simulation.world.Broken, AssertionError."""
    rows = []
    with scene() as begun:
        without: dict[Work, int] = {}
        for label in labels:
            work = work_before(label)
            if work not in without:
                _, without[work] = die(begun, work, "")
            deaths = begun.world.deaths
            took, bytes_up = die(begun, work, label)
            assert begun.world.deaths == deaths + 1, "it died once"
            lost, doubled = lost_and_doubled(begun.world)
            assert (lost, doubled) == (0, 0)
            end = "province" if label.startswith("receiver") else "commune"
            again = (bytes_up - without[work]) / 1000
            rows.append(f"| `{label}` | {end} | {took:.1f} | {again:+.0f} | {lost} | {doubled} |")
            print(rows[-1], flush=True)
    return [*HEADING, *rows]
