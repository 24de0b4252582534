"""After a person is erased: the name stands nowhere any more, at the commune or at the province, in any file or log."""

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
from playwright.sync_api import Browser, expect

import day
from appliance import box, files, officers, processing
from appliance.config import Home
from browsing import press, shot
from demonstration import eventually
from desk_room import ANSWERS
from faults import LEADER, SPECIALIST, Person, assert_all_true, equal_at_the_province, only_dossier
from provisioning.demo.plan import Demo
from test_faults_scanning import begin

CANARY = Person("Kanariquyt Hót Vãng Lai", 401)
ASCII_PART = "Kanariquyt"
PHONE = "0912987401"
TRACES = {
    text.encode(coding)
    for word in (CANARY.name, ASCII_PART, CANARY.number, PHONE, PHONE[1:])
    for form in ("NFC", "NFD")
    for text in (unicodedata.normalize(form, word), unicodedata.normalize(form, word).lower())
    for coding in ("utf-8", "utf-16-le")
}


def kept(home: Home) -> Iterator[Path]:
    """List every file of a home but the replica's, which forgets when its retention ends: the page says when."""
    return (path for path in home.root.rglob("*") if path.is_file() and home.replica not in path.parents)


def traces(demo: Demo) -> list[str]:
    """Name the files that hold a trace, as bytes or as the text of a PDF.

    Looked through: both homes and every log of the demonstration. Paper that left the printer is no file of the office.
    """
    places = [*kept(demo.commune), *kept(demo.province), *(demo.folder / "log").iterdir()]
    return [str(path.relative_to(demo.root)) for path in places if holds_trace(path)]


def holds_trace(path: Path) -> bool:
    """Say whether a file names the person."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:  # Removed while we look.
        return False
    return any(trace in data or trace in data.lower() for trace in TRACES) or ASCII_PART in text_of(data)


def text_of(data: bytes) -> str:
    """Read the text of a PDF, which lies compressed in it; "" for anything else."""
    if not data.startswith(b"%PDF"):
        return ""
    pdf = pypdfium2.PdfDocument(data)
    return " ".join(page.get_textpage().get_text_bounded() for page in pdf)


def prepare_result(demo: Demo, dossier: str) -> None:
    """Let the specialist prepare a result that names the person."""
    opened = box.open_box(demo.commune)
    with opened.writing() as act:
        processing.take(act, dossier, SPECIALIST)
        fields = ANSWERS | {"nguoi_yeu_cau": CANARY.name, "ho_ten": CANARY.name, "so_dinh_danh": CANARY.number}
        leader = officers.by_id(act.db, LEADER)
        processing.prepare(act, opened.home, dossier, SPECIALIST, "marital-status", "electronic", fields, leader)
    opened.close()


def test_an_erased_person_is_found_nowhere(browser: Browser, demonstration: Demo) -> None:
    demo = demonstration
    with day.person(browser, demo, "st04", counter=1) as page:
        begin(page, CANARY)
        page.get_by_role("textbox", name="Điện thoại").fill(PHONE)
        day.feeder(demo, load=["to-khai-hon-nhan"], refill=False)
        day.scan(page, have=1)
        day.saved(page)
        code = day.accept(page).code
        page.keyboard.press("Control+k")
        page.keyboard.type(ASCII_PART)
        expect(page.get_by_role("listbox", name="Kết quả").get_by_role("option").first).to_contain_text(code)
    dossier = only_dossier(demo.commune, CANARY)
    prepare_result(demo, dossier.id)
    prepared = only_dossier(demo.commune, CANARY)
    named = [prepared.slip, prepared.result.file]
    assert eventually(lambda: equal_at_the_province(demo))
    found = traces(demo)
    assert {"commune", "province"} <= {place.split("/")[0] for place in found}
    assert len([place for place in found if "/files/" in place]) >= 4  # Slip and result, here and there.
    erase(browser, demo, dossier.id, code)
    assert eventually(lambda: traces(demo) == []), traces(demo)
    assert [one for one in named if files.has(demo.commune, one) or files.has(demo.province, one)] == []
    assert eventually(lambda: equal_at_the_province(demo))
    assert_all_true(demo, {})


def erase(browser: Browser, demo: Demo, dossier: str, code: str) -> None:
    """The director erases the person by the page, which says until when replicas may remember."""
    with day.person(browser, demo, "st03") as page:
        page.goto(f"{demo.commune_url}/ho-so/{dossier}/xoa")
        page.get_by_label("Chủ thể dữ liệu yêu cầu xóa").check()
        page.get_by_label("Gõ lại mã hồ sơ để xác nhận").fill(code)
        press(page, "Control+Enter")
        banner = page.locator(".banner").filter(has_text="Đã xóa lúc")
        expect(banner).to_contain_text(re.compile(r"Mọi bản sao lưu quên hết trước .*\d\d/\d\d/\d{4}"), timeout=day.SLOW_MS)
        shot(page, "da-xoa")
