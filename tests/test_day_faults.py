"""Power cuts in the middle of the day: every process that people lean on dies at labelled points, on the demonstration itself.

What the browser had been told is compared with the box afterwards: nothing acknowledged is lost, nothing is doubled.
"""

from playwright.sync_api import Browser, Page

import day
from appliance import files
from browsing import press
from demonstration import eventually, stopped
from faults import AGENT, COUNTER, WEB, Person, assert_all_true, dossiers_of, kill, killed, only_dossier
from provisioning.demo.plan import Demo

ACCOUNT = COUNTER.lower()
PROCEDURE = "tinh trang hon nhan"
ACCEPTING = (
    ("before_commit", Person("Lâm Thử Điện", 1)),
    ("after_commit", Person("Đinh Thử Điện", 2)),
    ("accept_before_commit", Person("Kiều Thử Điện", 3)),
    ("accept_after_commit", Person("Quách Thử Điện", 4)),
    ("after_witness", Person("Mạc Thử Điện", 5)),
    ("print_claimed", Person("Tống Thử Điện", 6)),
)


def open_form(page: Page) -> None:
    """Open an empty form."""
    press(page, "F9")
    day.form_answers(page)


def fill(page: Page, person: Person) -> None:
    """Fill the open form as far as it can be accepted."""
    day.fill_reception(page, person.card, PROCEDURE)
    page.get_by_label("Lệ phí hộ tịch").fill("0")
    day.tick(page, "Tờ khai cấp Giấy xác nhận")
    day.saved(page)


def accept_through_a_power_cut(page: Page, demo: Demo, label: str, person: Person) -> str:
    """F9 with the cut on its way. The page comes back by itself, with the code or with the whole draft; F9 again where it must."""
    with killed(demo, label):
        press(page, "F9")
    day.form_answers(page)
    name = page.get_by_label("Họ, chữ đệm và tên").first
    if name.input_value() == person.name:
        assert dossiers_of(demo.commune, person) == []
        day.saved(page)
        return day.accept(page).code
    return day.told(page).code


def test_power_cuts_while_accepting_lose_and_double_nothing(browser: Browser, demonstration: Demo) -> None:
    demo, told = demonstration, {}
    with stopped(demo, AGENT), day.person(browser, demo, ACCOUNT, counter=2) as page:
        open_form(page)
        for label, person in ACCEPTING:
            fill(page, person)
            told[person] = accept_through_a_power_cut(page, demo, label, person)
        unknown = Person("Tống Thử Điện", 7)
        fill(page, unknown)
        told[unknown] = day.accept(page).code
        kill(demo, WEB)  # The toast stands on the screen: from now on it must be true.
        assert_all_true(demo, told)
        assert_nothing_printed_twice(page, demo, told)


def assert_nothing_printed_twice(page: Page, demo: Demo, told: dict[Person, str]) -> None:
    """No slip left the printer twice; of the one whose job died between claim and queue the page says that nobody knows."""
    lost = dict((label, told[person]) for label, person in ACCEPTING)["print_claimed"]
    assert eventually(lambda: "Chưa rõ đã in" in print_row(page, demo, lost))
    sheets = [path.read_bytes() for path in (demo.printer / "printed").glob("*.pdf")]
    counts = {code: sheets.count(files.read(demo.commune, only_dossier(demo.commune, who).slip)) for who, code in told.items()}
    assert all(count <= 1 for count in counts.values()), counts
    assert counts[lost] == 0


def print_row(page: Page, demo: Demo, code: str) -> str:
    """Read what the list of prints says of a dossier now."""
    page.goto(f"{demo.commune_url}/in")
    return page.get_by_role("row").filter(has_text=code).inner_text()
