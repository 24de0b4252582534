"""Faults at the desks of the leader and the clerk, in a browser on the demonstration: kills, a wrong PIN, a token pulled out."""

import re
import shutil
from contextlib import closing, contextmanager

from playwright.sync_api import Browser, Page, expect

import day
from appliance import database
from appliance.documents import Signature
from browsing import press, shot
from demonstration import eventually
from faults import LEADER, TOKEN, WEB, Person, assert_all_true, killed, kinds_of, only_dossier, submitted
from hardware.usb_token import PinState
from hardware.workers import ask
from provisioning.demo import tokens
from provisioning.demo.plan import Demo
from test_day import judged
from web import jobs, sign_jobs

SIGNING = {"sign_ordered": WEB, "document_signed": TOKEN, "sign_file_stored": WEB, "sign_recorded": WEB}
SEALING = {"number_taken": WEB, "seal_file_stored": WEB, "seal_recorded": WEB}
SIGN, SEAL = "ban-ky", "dong-dau"
DESKS = {SIGN: (sign_jobs.SIGN, LEADER), SEAL: (sign_jobs.SEAL, "ST09")}
DONE = {SIGN: "Đã ký", SEAL: "Đã đóng dấu"}
TOKEN_LABEL, ASK_S = "lanh-dao-st01", 5.0
EACH = 2  # Papers of a run.


def order(page: Page, demo: Demo, where: str, pin: str, count: int) -> None:
    """Look through so many papers, choose them, give the PIN, order."""
    page.goto(f"{demo.commune_url}/{where}")
    for n in range(page.locator("#sign-form input[name=document]").count() + 1, count + 1):
        day.choose(page, n)  # What was chosen for a run that did not come to it is chosen still.
    press(page, "F9")
    page.locator("#sign-form input[type=password]").fill(pin)
    expect(page.locator("#sign-button")).to_be_enabled(timeout=day.SLOW_MS)
    press(page, "F9")


def runs(demo: Demo, where: str) -> list[jobs.Job]:
    """List the runs of a desk, oldest first."""
    kind, officer = DESKS[where]
    db = database.connect(demo.commune.database, readonly=True)
    with closing(db.conn):
        return jobs.of(db, kind, officer)


def run_ended(page: Page, demo: Demo, where: str) -> str:
    """Wait until the last run of a desk has ended; gives what the page then says of it."""
    assert eventually(lambda: not any(run.open for run in runs(demo, where)))
    page.goto(f"{demo.commune_url}/{where}")
    return re.sub(r"\s+", " ", page.locator("#news").inner_text())


def waiting(page: Page) -> int:
    """Count the papers that wait at the desk, as it says."""
    return int(page.locator("#counts b").first.inner_text())


def run(page: Page, demo: Demo, where: str, count: int, pin: str = "") -> str:
    """Do so many papers in one run, to its end; gives what the page then says."""
    before = len(runs(demo, where))
    order(page, demo, where, pin or day.PINS[DESKS[where][1].lower()], count)
    assert eventually(lambda: len(runs(demo, where)) > before)
    return run_ended(page, demo, where)


def run_through_a_kill(page: Page, demo: Demo, where: str, label: str, program: str) -> None:
    """Order a run in which a program dies; what the page then says is true, and what was not done is done in a second run."""
    page.goto(f"{demo.commune_url}/{where}")
    ordered, before = len(runs(demo, where)), waiting(page)
    with killed(demo, label, program):
        order(page, demo, where, day.PINS[DESKS[where][1].lower()], EACH)
    words = run_ended(page, demo, where)
    done = int(re.search(rf"{DONE[where]} (\d+)/{EACH} văn bản", words)[1]) if len(runs(demo, where)) > ordered else 0
    shot(page, f"loi-{label}")
    assert waiting(page) == before - done, words
    if rest := EACH - done:
        assert f"{DONE[where]} {rest}/{rest} văn bản" in run(page, demo, where, rest)


def test_kills_while_signing_and_sealing_lose_and_double_nothing(browser: Browser, demonstration: Demo) -> None:
    demo = demonstration
    people = [Person("Ôn Thử Ký", 201 + n) for n in range(EACH * len(SIGNING))]
    codes = submitted(demo, people)
    with day.person(browser, demo, "st01") as page:
        for label, program in SIGNING.items():
            run_through_a_kill(page, demo, SIGN, label, program)
    with day.person(browser, demo, "st09") as page:
        for label, program in SEALING.items():
            run_through_a_kill(page, demo, SEAL, label, program)
        run(page, demo, SEAL, EACH)
    for person in people:
        dossier = only_dossier(demo.commune, person)
        assert dossier.signature in (Signature.SEALED, Signature.TIMESTAMPED)
        kinds = kinds_of(demo.commune, dossier.id)
        assert [kinds.count(f"document.{kind}") for kind in ("signed", "numbered", "sealed")] == [1, 1, 1]
        assert [(one.kind, one.intact) for one in judged(demo.commune, dossier.result.file)][:2] == [
            ("leader", True),
            ("organisation", True),
        ]
    assert_all_true(demo, dict(zip(people, codes, strict=True)))


def test_a_wrong_pin_costs_one_try_and_the_right_one_then_signs(browser: Browser, demonstration: Demo) -> None:
    demo, person = demonstration, Person("Ôn Thử Mã", 221)
    submitted(demo, [person])
    before = wrong_pins(demo)
    with day.person(browser, demo, "st01") as page:
        assert "Sai mã PIN, đã mất một lần thử" in run(page, demo, SIGN, 1, pin="87654321")
        expect(page.locator("#sign-bar")).to_contain_text("Đã có lần nhập sai PIN")
        shot(page, "loi-sai-pin")
        assert only_dossier(demo.commune, person).signature == Signature.SUBMITTED
        assert (wrong_pins(demo), pin_state(demo, TOKEN_LABEL)) == (before + 1, PinState.LOW)
        assert "Đã ký 1/1 văn bản" in run(page, demo, SIGN, 1)
        assert eventually(lambda: pin_state(demo, TOKEN_LABEL) == PinState.OK)
    assert (wrong_pins(demo), only_dossier(demo.commune, person).signature) == (before + 1, Signature.SIGNED)
    seal_all(browser, demo, 1)


def pin_state(demo: Demo, label: str) -> str:
    """Say what the token itself tells of its PIN: ok, low (a wrong one was given), final, locked."""
    told = ask(demo.commune.run / "token.sock", {"do": "tokens"}, ASK_S)["tokens"]
    return next(token["pin"] for token in told if token["label"] == label)


def wrong_pins(demo: Demo) -> int:
    """Count the runs of the leader that ended at a wrong PIN."""
    return len([run for run in runs(demo, SIGN) if run.fault == "pin_wrong"])


def seal_all(browser: Browser, demo: Demo, count: int) -> None:
    """Let the clerk seal what a test has signed, so that no desk is left with its papers."""
    with day.person(browser, demo, "st09") as page:
        assert f"Đã đóng dấu {count}/{count} văn bản" in run(page, demo, SEAL, count)


@contextmanager
def pulled_out(demo: Demo, label: str):
    """Have a token out of its socket inside the block."""
    place = tokens.token_folder(demo.tokens, label)
    away = demo.folder / "pulled-out"
    shutil.move(place, away)
    try:
        yield
    finally:
        shutil.move(away, place)


def test_a_token_pulled_out_in_mid_batch_keeps_what_is_signed_and_says_what_is_not(browser: Browser, demonstration: Demo) -> None:
    demo, count = demonstration, 6
    people = [Person("Ôn Thử Thẻ", 231 + n) for n in range(count)]
    submitted(demo, people)
    with day.person(browser, demo, "st01") as page:
        order(page, demo, SIGN, day.PINS["st01"], count)
        assert eventually(lambda: signed(demo, people))
        with pulled_out(demo, TOKEN_LABEL):
            words = run_ended(page, demo, SIGN)
            shot(page, "loi-rut-the")
            done = signed(demo, people)
            assert 1 <= len(done) < count
            assert f"Đã ký {len(done)}/{count} văn bản" in words
            assert "USB Token đã bị rút khi đang ký" in words
            assert waiting(page) == count - len(done)
        before = {person: only_dossier(demo.commune, person).result.file for person in done}
        rest = count - len(done)
        assert f"Đã ký {rest}/{rest} văn bản" in run(page, demo, SIGN, rest)
    assert {person: only_dossier(demo.commune, person).result.file for person in done} == before
    seal_all(browser, demo, count)
    assert_all_true(demo, {})


def signed(demo: Demo, people: list[Person]) -> list[Person]:
    """List whose paper has the leader's signature."""
    return [one for one in people if only_dossier(demo.commune, one).signature == Signature.SIGNED]
