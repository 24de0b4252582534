"""Chromium for tests: how it is started, how people log in, and what every page must pass (axe, target sizes, keyboard).

login(page, live_server, "st04")
assert_axe_clean(page)                 zero findings of axe-core, WCAG 2.2 AA and best practice
assert_targets_large(page)             nothing to press below 24 px, buttons of the action bar 36 px
assert walk(page, 8) == [...]          what Tab reaches, in order
shot(page, "tiep-nhan")                picture in test-results/, to be looked at
for width in WIDTHS: resize(page, width) …
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlsplit

from flask import Flask
from playwright.sync_api import Page, expect
from waitress import wasyncore
from waitress.server import create_server

from people import PASSWORD

CHROMIUM = "/usr/bin/chromium-headless-shell"
LAUNCH = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
SIZE = {"width": 1366, "height": 625}  # What a 1366×768 screen leaves for a page.
WIDTHS = (1366, 768, 320)
AXE = Path(__file__).parent / "vendor/axe-core-4.14.1/axe.min.js"
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SHOTS = Path(__file__).parent.parent / "test-results"
SMALLEST_PX, PRESSED_PX = 24, 35.5


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve an application under waitress on a free loopback port. Chromium trusts 127.0.0.1 with Secure cookies."""
    server = create_server(app, host="127.0.0.1", port=0, threads=8)
    stop = Event()

    def run() -> None:
        while not stop.is_set():  # server.run() itself cannot be ended from another thread.
            wasyncore.loop(timeout=0.05, count=1, map=server._map)

    thread = Thread(target=run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        server.task_dispatcher.shutdown(cancel_pending=True, timeout=5)
        stop.set()
        thread.join(timeout=10)
        wasyncore.close_all(server._map)


def watch(page: Page) -> list[str]:
    """Collect what must never happen on a page: script errors, policy violations, requests to another host."""
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(f"script: {error}"))
    page.on("console", lambda m: complaints.append(m.text) if "Content Security Policy" in m.text else None)
    page.on("request", lambda r: complaints.append(r.url) if is_elsewhere(r.url) else None)
    return complaints


def is_elsewhere(url: str) -> bool:
    """Say whether an address leaves this machine."""
    parts = urlsplit(url)
    return parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in ("127.0.0.1", "localhost")


def login(page: Page, address: str, account: str, password: str = PASSWORD, counter: int = 0) -> None:
    """Log in as a person would, and wait for the first page."""
    page.goto(f"{address}/dang-nhap")
    page.get_by_label("Tài khoản").fill(account)
    page.get_by_label("Mật khẩu", exact=True).fill(password)
    if page.get_by_label("Không trực quầy").count():
        page.get_by_label(f"Quầy {counter}" if counter else "Không trực quầy").check()
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page.locator("header.head .who")).to_be_visible()
    page.wait_for_load_state()  # From here on the page's scripts hear its keys.


def press(page: Page, key: str) -> None:
    """Press a function key once the page's scripts hear keys; a person is never faster than they are."""
    page.wait_for_load_state()
    page.keyboard.press(key)


def resize(page: Page, width: int) -> None:
    """Give the window a width; small ones are tall, as tablets and telephones are."""
    page.set_viewport_size({"width": width, "height": SIZE["height"] if width > 1000 else 900})


def assert_axe_clean(page: Page) -> None:
    """Run axe-core on the page as it stands. Any finding fails, with what, where and how to mend it."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))  # Through the debugger: the page's own policy admits no such script.
    found = page.evaluate("rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", AXE_RULES)
    said = [f"{v['id']}: {n['target']} {n['failureSummary']}" for v in found["violations"] for n in v["nodes"]]
    assert said == [], "\n".join(said)


def assert_targets_large(page: Page) -> None:
    """Measure everything that can be pressed; links inside a running sentence are exempt (WCAG 2.5.8)."""
    small = page.evaluate(
        """([least, pressed]) => [...document.querySelectorAll('a[href],button,input:not([type=hidden]),select,textarea')]
             .filter(e => e.getClientRects().length && !e.closest('.vh,.skip,p') && !e.matches('.skip'))
             .map(e => [e, (e.closest('label') ?? e).getBoundingClientRect()])
             .filter(([e, r]) => r.height < (e.closest('.bar') ? pressed : least) || r.width < least)
             .map(([e, r]) => `${e.outerHTML.slice(0, 90)} ${r.width.toFixed(0)}×${r.height.toFixed(0)}`)""",
        [SMALLEST_PX, PRESSED_PX],
    )
    assert small == [], "\n".join(small)


def assert_no_sideways_scroll(page: Page) -> None:
    """At no width may a person have to scroll sideways to read the page."""
    over = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over <= 0, f"{over} px wider than the window"


def walk(page: Page, steps: int) -> list[str]:
    """Press Tab and tell what has focus each time: its accessible name or text."""
    names = []
    for _ in range(steps):
        page.keyboard.press("Tab")
        names.append(focused(page))
    return names


def focused(page: Page) -> str:
    """Tell what has focus: aria-label, label, or text."""
    return page.evaluate(
        """() => { const e = document.activeElement;
             const name = e.getAttribute('aria-label') || e.labels?.[0]?.innerText || e.innerText || e.id || e.tagName;
             return name.trim().split('\\n')[0]; }"""
    )


def assert_focus_visible(page: Page) -> None:
    """What has focus must lie inside the window, not under the header or the action bar, and must be outlined."""
    hidden = page.evaluate(
        """() => { const e = document.activeElement, r = e.getBoundingClientRect(), s = getComputedStyle(e);
             if (e === document.body) return '';
             const at = document.elementFromPoint(r.x + Math.min(r.width, innerWidth) / 2, r.y + r.height / 2);
             const covered = !(at && (e.contains(at) || at.contains(e)));
             return covered || s.outlineStyle === 'none' ? e.outerHTML.slice(0, 120) : ''; }"""
    )
    assert hidden == "", hidden


def assert_page_good(page: Page) -> None:
    """Check a page at the three widths: axe, targets, no sideways scroll. Leaves it at 1366."""
    for width in WIDTHS:
        resize(page, width)
        assert_axe_clean(page)
        assert_targets_large(page)
        assert_no_sideways_scroll(page)
    resize(page, WIDTHS[0])


def assert_no_full_number(page: Page) -> None:
    """A list shows no personal number in full, and no title or hidden attribute does either."""
    text = re.sub(r"[\s.\u00a0]", "", page.locator("main").inner_html())
    assert not re.search(r"(?<![0-9a-f-])\d{12}(?![0-9a-f-])", text), "a personal number stands in full on this page"


def shot(page: Page, name: str) -> Path:
    """Keep a picture of the window in test-results/."""
    SHOTS.mkdir(exist_ok=True)
    path = SHOTS / f"{name}.png"
    page.screenshot(path=path, caret="initial")  # Hiding it would write style attributes, which the policy forbids htmx to copy.
    return path
