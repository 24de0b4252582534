"""Faults on a running demonstration: a kill at a labelled point, what browsers had been told, and the oracle that compares.

with killed(demo, "accept_after_commit"): press(page, "F9")      dies there, and runs again at the end of the block
assert_all_true(demo, told)                                              what was said stands, once; ledger, rows and files hold
"""

import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass

from msgspec import structs

from appliance import box, database, drafts, files, officers, processing, reception, rows, verify
from appliance.catalogue import builtin
from appliance.config import Home
from appliance.dossier import Dossier
from appliance.drafts import Body, Part
from demonstration import asking, eventually, pid_of, pid_to_signal
from desk_room import ANSWERS
from provisioning.demo.plan import Demo
from sync import compare
from sync.wire import LineDown

WEB, AGENT, RECEIVER, TOKEN = "commune-web", "commune-agent", "province-web", "token"
MARITAL = "1.004873"
COUNTER, SPECIALIST, LEADER = "ST05", "ST08", "ST01"
BODY = Body(procedure=MARITAL, parts={"c1": Part(have=True)}, fee_amounts={"Lệ phí hộ tịch": 0})


@dataclass(frozen=True)
class Person:
    """A citizen nobody else in the tests is: `n` makes the number of the card."""

    name: str
    n: int

    @property
    def number(self) -> str:
        """Give the twelve digits: An Giang, a woman born in 1990."""
        return f"089190{self.n:06d}"

    @property
    def card(self) -> str:
        """Give the payload of the card's QR code."""
        return f"{self.number}||{self.name}|05081990|Nữ|Ấp Long Định, xã An Châu, tỉnh An Giang|10092025"


@contextmanager
def killed(demo: Demo, label: str, program: str = WEB, home: Home | None = None) -> Iterator[None]:
    """Have the program die once at the label inside the block; at the end of the block it has, and it runs again."""
    order, before = (home or demo.commune).run / "CRASH_AT", pid_of(demo, program)
    order.with_suffix(".new").write_text(label)
    order.with_suffix(".new").rename(order)
    yield
    assert eventually(lambda: not order.exists()), f"{label} was never reached"
    wait_for_another(demo, program, before)


def kill(demo: Demo, program: str) -> None:
    """Kill a program as a power cut would, and wait until the supervisor has it running again."""
    before = pid_to_signal(demo, program)
    os.kill(before, signal.SIGKILL)
    wait_for_another(demo, program, before)


def wait_for_another(demo: Demo, program: str, before: int) -> None:
    """Wait until a program runs in another process than before; the pages also answer."""
    assert eventually(lambda: pid_of(demo, program) not in (0, before)), f"{program} did not come back"
    if program == WEB:
        with asking(demo.commune.keys / "lan-ca.crt") as pool:
            assert eventually(lambda: pool.request("GET", demo.commune_url + "/dang-nhap").status == 200)


def dossiers_of(home: Home, person: Person) -> list[Dossier]:
    """List every dossier whose applicant has this person's number."""
    with closing(database.connect(home.database, readonly=True).conn) as connection:
        states = connection.execute("SELECT state FROM dossier").fetchall()
    found = [rows.decode(state[0]) for state in states]
    return [one for one in found if (one.applicant or {}).get("number") == person.number]


def only_dossier(home: Home, person: Person) -> Dossier:
    """Give the one dossier of a person; two, or none, is what must never happen."""
    (found,) = dossiers_of(home, person)
    return found


def kinds_of(home: Home, dossier: str) -> list[str]:
    """List what was done on a dossier, by kind."""
    with closing(database.connect(home.database, readonly=True).conn) as connection:
        return [row[0] for row in connection.execute("SELECT kind FROM dossier_event WHERE dossier = ?", [dossier])]


def assert_all_true(demo: Demo, told: dict[Person, str]) -> None:
    """Compare the box with what browsers were told: each code is the person's one dossier, and everything holds.

    Chain, witness, files, numbers, and the rows table by table against a rebuild; agents may be writing, so it may take a look
    or two until nothing moves.
    """
    for person, code in told.items():
        dossier = only_dossier(demo.commune, person)
        assert (dossier.code, dossier.applicant["name"]) == (code, person.name)
        assert files.read(demo.commune, dossier.slip).startswith(b"%PDF")
    assert len(set(told.values())) == len(told)
    assert eventually(lambda: findings(demo) == []), findings(demo)


def findings(demo: Demo) -> list[verify.Finding]:
    """Verify the commune's home."""
    db = database.connect(demo.commune.database, readonly=True)
    with closing(db.conn):
        return verify.verify(demo.commune, db)


def equal_at_the_province(demo: Demo) -> bool:
    """Say whether the province holds every event and file, and nothing else, by recomputed digests; not while it is away."""
    try:
        return compare.compare(demo.commune).found == ()
    except LineDown:
        return False


def submitted(demo: Demo, people: Sequence[Person]) -> list[str]:
    """Bring a dossier of each person as far as the leader's desk, by the same acts the pages use; gives the codes."""
    opened = box.open_box(demo.commune)
    try:
        return [_submit(opened, person) for person in people]
    finally:
        opened.close()


def _submit(opened: box.Box, person: Person) -> str:
    typed = {"name": person.name, "number": person.number, "birth": "05/08/1990", "gender": "Nữ", "address": "Ấp Long Định"}
    counter, leader = (officers.by_id(opened.db, one) for one in (COUNTER, LEADER))
    with opened.writing() as act:
        draft = drafts.begin(act, COUNTER)
        drafts.save(act, draft, COUNTER, 1, structs.replace(BODY, applicant=typed))
        made = reception.accept(act, opened.home, builtin(), draft, counter)
    with opened.writing() as act:
        processing.take(act, made.dossier, SPECIALIST)
        fields = ANSWERS | {"nguoi_yeu_cau": person.name, "ho_ten": person.name, "so_dinh_danh": person.number}
        processing.prepare(act, opened.home, made.dossier, SPECIALIST, "marital-status", "electronic", fields, leader)
        processing.submit(act, made.dossier, SPECIALIST)
    return made.code
