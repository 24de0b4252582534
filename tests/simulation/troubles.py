"""What befalls machines: death, power cuts, full disks, wrong clocks, older copies, images, replacement, other versions."""

import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from appliance import database, files, ledger, restored, witness
from appliance.config import Home
from appliance.restored import Restored
from simulation.ends import BoxEnd, End
from simulation.faults import OF_AGENT, OF_BOX, OF_HEALING, OF_PROVINCE
from simulation.invariants import held_of
from sync.province import admission

BACKUPS_MAX = 4
CLOCKS = (timedelta(), timedelta(hours=-30), timedelta(days=-500), timedelta(days=2), timedelta(days=500), timedelta(minutes=3))
OF_PROVINCE_CLOCK = (timedelta(), timedelta(hours=-30), timedelta(hours=20))


@dataclass(frozen=True)
class Backup:
    """A copy of a database, with the witness and the files that were there when it was made."""

    database: Path
    witness: bytes
    files: frozenset[str]


def any_end(world, box: BoxEnd) -> End:
    """Choose the province or the box."""
    return world.nature.plan.choice([world.province, box])


def kill(world, box: BoxEnd) -> str:
    """Let a process die between two things."""
    end = any_end(world, box)
    world.died(end)
    return end.name


def arm(world, box: BoxEnd) -> str:
    """Let an end die when it next reaches a point."""
    end = any_end(world, box)
    end.dies_at = world.nature.plan.choice(OF_PROVINCE if end is world.province else [*OF_AGENT, *OF_BOX])
    return f"{end.name} at {end.dies_at}"


def power_cut(world, box: BoxEnd) -> str:
    """Let a machine lose its power: what was not synced to the disk is torn."""
    end = any_end(world, box)
    world.died(end)
    world.tear(end)
    return end.name


def line(world, box: BoxEnd) -> str:
    """Cut the line for a while, or mend it."""
    box.line.up = not box.line.up
    return "up" if box.line.up else "down"


def fill(world, box: BoxEnd) -> str:
    """Fill a disk, or free it."""
    end = any_end(world, box)
    with world.nature.at(end):
        end.room_pages = world.nature.plan.choice([0, 1, 2, 4])
        end.have_room(end.full)
    return f"{end.name} {'full' if end.full else 'has room'}"


def clock(world, box: BoxEnd) -> str:
    """Put a clock wrong, back or forth, or right."""
    end = any_end(world, box)
    end.wrong_by = world.nature.plan.choice(OF_PROVINCE_CLOCK if end is world.province else CLOCKS)
    return f"{end.name} {end.wrong_by}"


def skew(world, box: BoxEnd) -> str:
    """Let an end speak as an older or a later version would."""
    end = any_end(world, box)
    end.speaks = world.nature.plan.choice(["", "later"] if end is world.province else ["", "older", "later"])
    return f"{end.name} {end.speaks or 'as it is'}"


def backup(world, box: BoxEnd) -> str:
    """Copy the database whole, as the replica holds it."""
    kept = world.backups[box.name]
    target = world.folder / f"backup-{box.name}-{world.counted['backups']}.db"
    world.counted["backups"] += 1
    box.db.conn.execute("PRAGMA query_only=OFF")
    box.db.conn.execute("VACUUM INTO ?", [str(target)])
    box.db.conn.execute("PRAGMA query_only=ON")
    link_files(box.home.files, target.with_suffix(".files"))
    kept.append(Backup(target, _witness_of(box), frozenset(files.all_digests(box.home))))
    del kept[:-BACKUPS_MAX]
    return f"at {world.head(box)}"


def _witness_of(box: BoxEnd) -> bytes:
    return box.home.witness.read_bytes() if box.home.witness.exists() else b""  # A full disk had no room for it.


def restore(world, box: BoxEnd) -> str:
    """Put an older copy in place: restored as told (with or without the witness), noticed by the witness alone, or by nothing."""
    if not world.backups[box.name]:
        return "no backup"
    plan = world.nature.plan
    copy, how = plan.choice(world.backups[box.name]), plan.choice(["marked", "marked, new disk", "witnessed", "unnoticed"])
    box.have_room(True)  # A technician makes room first.
    if box.runs():
        destroyed = box.db.conn.execute("SELECT dossier FROM dossier_key WHERE destroyed_at IS NOT NULL")
        world.keys_gone |= {dossier for (dossier,) in destroyed}
    box.close()
    put_in_place(box.home, copy)
    box.files_lost |= copy.files - set(files.all_digests(box.home))  # Erased since; the older copy still names them.
    if how.startswith("marked"):
        mark(box.home, above=how == "marked")
        if plan.random() < 0.7:
            lose_files(box, copy)
    if how == "unnoticed":  # A whole disk went back.
        box.home.witness.unlink(missing_ok=True)
        if copy.witness:
            box.home.witness.write_bytes(copy.witness)
        link_files(copy.database.with_suffix(".files"), box.home.files)
    _excuse(world, box, how)
    if plan.random() < 0.5:
        box.dies_at = plan.choice(OF_HEALING)  # What only a restored box ever reaches.
    world.run(box, lambda: box.open(world))
    return f"{how}, {len(box.files_lost)} files lost, goes on at {world.head(box) if box.runs() else 'nothing yet'}"


def _excuse(world, box: BoxEnd, how: str) -> None:
    family = world.families[box.device]
    family.may_lose_files = True
    family.on_purpose |= how.startswith("marked")
    family.may_fork |= how == "unnoticed"
    several = sum(other.device == box.device for other in world.boxes) > 1  # Each may begin a life of the same ordinal.
    family.may_double |= several or how in ("unnoticed", "marked, new disk")
    family.may_need_operator |= how in ("unnoticed", "marked, new disk")  # It may not know a later life of its own.


def put_in_place(home: Home, copy: Backup) -> None:
    """Let a copy of the database take the place of the home's own."""
    for name in ("main.db", "main.db-wal", "main.db-shm"):
        (home.root / name).unlink(missing_ok=True)
    shutil.copy(copy.database, home.database)


def link_files(source: Path, target: Path) -> None:
    """Let every file of one folder be in another too."""
    for path in source.glob("??/??/[!.]*"):
        there = target / path.relative_to(source)
        there.parent.mkdir(parents=True, exist_ok=True)
        if not there.exists():
            there.hardlink_to(path)


def lose_files(box: BoxEnd, copy: Backup) -> None:
    """Take away the files made since the copy: the disk is another one."""
    gone = set(files.all_digests(box.home)) - copy.files
    for digest in gone:
        files.remove(box.home, digest)
    box.files_lost |= gone


def mark(home: Home, above: bool) -> None:
    """Leave the mark of a restore; without `above` the disk is new and nobody knows which lives there were."""
    db = database.connect(home.database, readonly=True)
    life = ledger.incarnation(db)
    db.conn.close()
    seen = witness.read(home.witness) if above else None
    if not above:
        home.witness.unlink(missing_ok=True)
    restored.mark(home, Restored(life.inc.hex(), max(life.inc_no, seen.inc_no if seen else 0)))


def clone(world, box: BoxEnd) -> str:
    """Copy the disk into a second machine; both go on."""
    return _second(world, box, replaced=False)


def replace(world, box: BoxEnd) -> str:
    """Put a new machine in the box's place, restored from its copy; the old one wakes up again as a zombie."""
    return _second(world, box, replaced=True)


def _second(world, box: BoxEnd, replaced: bool) -> str:
    if sum(other.device == box.device for other in world.boxes) > 1:
        return "has one already"
    box.close()
    name = f"{box.name}{'+' if replaced else '='}"
    shutil.copytree(box.home.root, world.folder / name, ignore=shutil.ignore_patterns("*.lock"))
    twin = BoxEnd(name, home=Home(world.folder / name), certificate=box.certificate, device=box.device, unit=box.unit)
    twin.files_lost = set(box.files_lost)
    if replaced:
        mark(twin.home, above=True)
    family = world.families[box.device]
    family.cloned = family.may_need_operator = family.may_lose_files = True
    family.on_purpose |= replaced
    family.may_fork |= not replaced
    family.may_double |= not replaced
    world.boxes.append(twin)
    for machine in (box, twin):
        world.run(machine, lambda machine=machine: machine.open(world))
    return name


def revoke(world, box: BoxEnd) -> str:
    """Let the province revoke a device for good, while the other still may send."""
    families = world.families.values()
    if not world.province.runs() or any(family.revoked_at >= 0 for family in families):
        return "nobody there"
    with world.nature.at(world.province):
        admission.revoke_device(world.province.opened, box.device, "Máy bị mất", "Sở Mẫu")
    world.families[box.device].revoked_at = held_of(world, box.device)
    world.families[box.device].may_lose_files = True  # What it had not sent by then is nowhere else.
    return box.name
