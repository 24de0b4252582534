"""Running seeds: steps with faults, then rest, every rule asked on the way. `run_seed` is one seed from beginning to end."""

import atexit
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from appliance import erasure, files
from simulation import office, troubles
from simulation.at_rest import AT_REST, ROUNDS_MAX, i21_with_a_good_line_all_work_ends, standing
from simulation.ends import BoxEnd, make_template
from simulation.equality_rules import a_night
from simulation.invariants import ALWAYS
from simulation.nature import Nature
from simulation.world import World
from sync.province import forks

STEPS = 40
ANSWER_S = 20 * 24 * 3600  # More than the longest an offer waits for its answer, over any holiday.
FAST = Path("/dev/shm")  # A disk in memory: what is proven is the order of things, not the disk.
BY_OPERATOR = ("sync_replaced", "sync_two_machines", "device_replaced", "sync_fork")
STEP_OF: dict[str, Callable[[World, BoxEnd], str]] = {
    "accept": office.accept,
    "act": office.act,
    "round": lambda world, box: box.round() or box.state().get("last_error", ""),
    "office": office.office,
    "void": office.void,
    "erase": office.erase,
    "newer": office.newer,
    "stranger": office.stranger,
    "offer": office.offer,
    "withdraw": office.withdraw,
    "answer": office.answer,
    "remark": office.remark,
    "tidy": office.tidy,
    "publish": office.publish,
    "later_day": office.later_day,
    "compact": office.compact,
    "kill": troubles.kill,
    "arm": troubles.arm,
    "power_cut": troubles.power_cut,
    "line": troubles.line,
    "fill": troubles.fill,
    "clock": troubles.clock,
    "skew": troubles.skew,
    "backup": troubles.backup,
    "restore": troubles.restore,
    "clone": troubles.clone,
    "replace": troubles.replace,
    "revoke": troubles.revoke,
    "deliver_late": lambda world, box: world.deliver_late(),
}


@cache
def template() -> Path:
    """Make the homes every seed begins with, once a process."""
    folder = Path(tempfile.mkdtemp(dir=FAST if FAST.is_dir() else None, prefix="simulation-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    nature = Nature(0)
    with nature.in_force():
        make_template(folder, nature)
    return folder


def run_seed(seed: int, steps: int = STEPS) -> World:
    """Run one seed to its end. Raises Broken; the world's history, counts and points reached say what happened."""
    origin = template()
    nature = Nature(seed)
    folder = Path(tempfile.mkdtemp(dir=origin.parent, prefix="seed-"))
    try:
        with nature.in_force():
            return _lived(World(folder / "world", origin, nature), steps)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _lived(world: World, steps: int) -> World:
    try:
        for number in range(steps * (2 if world.faults.hands_over else 1)):
            step(world, number)
        come_to_rest(world)
        ask(world, ALWAYS + AT_REST)
    except BaseException as why:
        why.add_note("\n".join(world.history))
        raise
    finally:
        world.close()
    return world


def step(world: World, number: int) -> None:
    """Do one thing with one machine, and ask what must always hold."""
    world.revive()
    name = world.faults.next_step()
    running = world.running
    if not running:
        return
    box = world.nature.plan.choice(running)
    world.note(f"{number:3} {box.name} {name}")
    outcome = world.run(box, lambda: STEP_OF[name](world, box))
    world.note(f"    -> {outcome}")
    world.counted[f"step {name}"] += 1
    ask(world, ALWAYS)


def ask(world: World, rules: tuple[Callable, ...]) -> None:
    """Ask rules. Raises Broken at the first that does not hold."""
    world.must("the product fails nowhere inside", not world.defects.seen, "\n".join(world.defects.seen))
    for rule in rules:
        found = next(iter(rule(world)), None)
        world.must(rule.__name__, found is None, found)


def come_to_rest(world: World) -> None:
    """End all faults, let an operator choose among machines with one key, and let the agents do their rounds."""
    _end_faults(world)
    for family in {box.device for box in world.boxes}:
        _one_machine(world, [box for box in world.boxes if box.device == family])
    for number in range(ROUNDS_MAX):
        world.nature.pass_time(3_700 if number == 1 else 30)  # Within two hours of a good line everything was tried again.
        for box in world.running:
            world.note(f"rest {number} {box.name} {world.run(box, box.round)} {box.state().get('last_error', '')}")
            _operate(world, box)
        if number > 1 and not next(i21_with_a_good_line_all_work_ends(world), None):
            break
    _let_offers_expire(world)
    a_night(world, standing(world))
    for end in (world.province, *world.running):
        if erasure.owed(end.home).exists():
            erasure.shrink(end.home)  # As the keeper of the replica does between two runs.
    world.gone |= {digest for box in world.running for digest in _nowhere(world, box)}


def _let_offers_expire(world: World) -> None:
    """Let so much time go by that nobody can answer any more, and everybody hear of it."""
    if world.province.db.conn.execute("SELECT 1 FROM handover WHERE state = 'open'").fetchone():
        world.nature.pass_time(ANSWER_S)
        for _ in range(3):
            world.nature.pass_time(3_700)
            for box in world.running:
                world.note(f"answers {box.name} {world.run(box, box.round)} {box.state().get('last_error', '')}")
                _operate(world, box)


def _end_faults(world: World) -> None:
    world.faults.quiet = True
    for end in (world.province, *world.boxes):
        end.dies_at, end.speaks, end.wrong_by = "", "", type(end.wrong_by)()
        with world.nature.at(end):
            end.have_room(True)
    world.revive()
    for box in world.boxes:
        box.line.up = True
    while world.late:
        world.note(f"late {world.deliver_late()}")


def _one_machine(world: World, machines: list[BoxEnd]) -> None:
    """Where there are two, both speak for a while, then one is switched off for good."""
    if len(machines) == 1:
        return
    for _ in range(3):
        for box in machines:
            world.note(f"both {box.name} {world.run(box, box.round)} {box.state().get('last_error', '')}")
    _told_apart(world, machines)
    chosen = machines[1] if "+" in machines[1].name else world.nature.plan.choice(machines)
    for box in machines:
        if box is not chosen:
            box.close()
            box.retired = True
    world.note(f"{chosen.name} goes on")


def _told_apart(world: World, machines: list[BoxEnd]) -> None:
    """Both spoke over a good line: the province knows that they are two, unless a technician said that one replaces the other."""
    device = machines[0].device
    on_purpose = world.families[device].on_purpose or world.families[device].revoked_at >= 0
    world.must("i25_two_machines_are_told_from_one", on_purpose or forks.are_two(world.province.db, device), device)


def _operate(world: World, box: BoxEnd) -> None:
    """Let an operator renew the certificate of a box that waits for a person; where none is needed, that is a defect."""
    error = box.state().get("last_error", "")
    if error in BY_OPERATOR and world.families[box.device].revoked_at < 0:
        world.must("i21_with_a_good_line_all_work_ends", world.families[box.device].may_need_operator, error)
        world.renew(box)


def _nowhere(world: World, box: BoxEnd) -> list[str]:
    """List files that were lost before the province had them: a person is told, nobody can bring them."""
    named = [row[0] for row in box.db.conn.execute("SELECT DISTINCT digest FROM dossier_file")]
    return [d for d in named if not files.has(box.home, d) and not files.has(world.province.home, d)]
