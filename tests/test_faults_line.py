"""A province that is late, twice, never; and both ends of the line dying, on the demonstration: the counter goes on working."""

import os
import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager

from playwright.sync_api import Browser, Page

import day
from appliance import chain, database, ledger
from demonstration import eventually, pid_to_signal, stopped
from faults import AGENT, RECEIVER, Person, assert_all_true, equal_at_the_province, killed
from provisioning.demo.plan import Demo
from sync import segments
from sync.protocol import Verdict
from sync.sender import open_sender
from test_day_faults import ACCOUNT, fill, open_form

NEVER, LATE = Person("Hà Thử Đường", 301), Person("Hà Thử Chậm", 302)
KILLS = (
    ("agent_before_send", AGENT),
    ("agent_after_send", AGENT),
    ("agent_after_receipt", AGENT),
    ("agent_after_chunk", AGENT),
    ("receiver_before_commit", RECEIVER),
    ("receiver_after_commit", RECEIVER),
    ("receiver_before_file_rename", RECEIVER),
    ("receiver_after_file_rename", RECEIVER),
)


def accept(page: Page, person: Person) -> str:
    """Accept a dossier on the open form; gives its code."""
    fill(page, person)
    return day.accept(page).code


@contextmanager
def frozen(demo: Demo, program: str) -> Iterator[None]:
    """Have a program hang inside the block: it takes connections and never answers."""
    pid = pid_to_signal(demo, program)
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def test_a_province_that_is_away_or_hangs_stops_nobody_at_the_counter(browser: Browser, demonstration: Demo) -> None:
    demo, told = demonstration, {}
    with day.person(browser, demo, ACCOUNT, counter=2) as page:
        open_form(page)
        with stopped(demo, RECEIVER):
            told[NEVER] = accept(page, NEVER)
            assert not arrived(demo, told[NEVER])
        with frozen(demo, RECEIVER):
            told[LATE] = accept(page, LATE)
            assert_all_true(demo, told)
    assert eventually(lambda: equal_at_the_province(demo))
    assert all(arrived(demo, code) for code in told.values())


def arrived(demo: Demo, code: str) -> bool:
    """Say whether the province has a dossier."""
    with closing(database.connect(demo.province.database, readonly=True).conn) as connection:
        return connection.execute("SELECT 1 FROM dossier WHERE code = ?", [code]).fetchone() is not None


def test_either_end_killed_while_a_dossier_is_on_its_way_loses_and_doubles_nothing(browser: Browser, demonstration: Demo) -> None:
    demo, told = demonstration, {}
    with day.person(browser, demo, ACCOUNT, counter=2) as page:
        open_form(page)
        for n, (label, program) in enumerate(KILLS):
            person = Person("Hà Thử Dây", 311 + n)
            home = demo.province if program == RECEIVER else demo.commune
            with killed(demo, label, program, home):
                told[person] = accept(page, person)
    assert eventually(lambda: equal_at_the_province(demo))
    assert_all_true(demo, told)
    assert all(arrived(demo, code) for code in told.values())


def held(demo: Demo) -> list[tuple]:
    """Give everything the province's ledger and its receipts hold."""
    with closing(database.connect(demo.province.database, readonly=True).conn) as connection:
        events = connection.execute("SELECT device, inc, seq, digest, bytes FROM ledger ORDER BY n").fetchall()
        return events + connection.execute("SELECT * FROM receipt_given ORDER BY number").fetchall()


def test_a_segment_delivered_twice_through_nginx_changes_nothing(demonstration: Demo) -> None:
    demo = demonstration
    assert eventually(lambda: equal_at_the_province(demo))
    with stopped(demo, AGENT):
        sender = open_sender(demo.commune)
        life = ledger.incarnation(sender.box.db)
        events = [data for _, _, data in ledger.stored(sender.box.db, life.inc)][:50]
        start = chain.first_previous(sender.box.device_bytes, life.parent)
        packed = segments.pack(segments.link(sender.box.device_bytes, life.inc, 1, start, events), sender.key)
        before = held(demo)
        answers = [sender.wire.segment(packed) for _ in range(2)]
        sender.box.close()
        assert [answer.verdict for answer in answers] == [Verdict.ALREADY_HAVE] * 2
        assert held(demo) == before
