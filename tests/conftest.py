"""Fixtures every test may use: a real home with the demonstration's officers, a real server, a real browser.

def test_x(commune):          an enrolled home in a temp folder, with accounts st01 … st18, password in PASSWORD
def test_x(app, client):      the application on it, and Flask's client without a browser
def test_x(ca, drawer):         the test authority, and a folder of SoftHSM2 tokens with its certificates
def test_x(live_server, page):  the application under waitress, and Chromium at 1366×625; login(page, live_server, "st04")
"""

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree
from types import CodeType

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from playwright.sync_api import Browser, Page, sync_playwright

from appliance.config import Home
from browsing import CHROMIUM, LAUNCH, SIZE, serving, watch
from demonstration import demonstration  # noqa: F401  the fixture of the whole demonstration
from desk_steps import box  # noqa: F401
from people import PASSWORD, add_staff, make_home
from province_seat import address, result, seat  # noqa: F401
from provisioning.demo import tokens
from replica import replicating
from signing_room import WANTED, Authority, make_authority
from signing_steps import office  # noqa: F401
from web.app import create_app


@pytest.hookimpl(tryfirst=True)  # Before xdist reads the groups.
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run tests with a browser last: Playwright keeps a loop in the main thread, and pyHanko cannot run its own beside it.

    All tests of the one demonstration go to one worker, in their order.
    """
    items.sort(key=lambda item: bool({"browser", "demonstration"} & set(getattr(item, "fixturenames", ()))))
    for item in items:
        if "demonstration" in getattr(item, "fixturenames", ()) or item.path.stem == "test_demonstration":
            item.add_marker(pytest.mark.xdist_group("demonstration"))


class SharedTemplates(BytecodeCache):
    """Compile each template once for all applications of this process."""

    def __init__(self) -> None:
        self.code: dict[str, CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give what an application before compiled of the same source."""
        bucket.code = self.code.get(bucket.key + bucket.checksum)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it for the next one."""
        self.code[bucket.key + bucket.checksum] = bucket.code


Flask.jinja_options = {"bytecode_cache": SharedTemplates()}


@pytest.fixture(scope="session")
def password_hash() -> str:
    """Hash the one password of all test officers, cheaply: Argon2 is slow on purpose, and thousands of tests log in."""
    return PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)


@pytest.fixture(scope="session")
def enrolled(tmp_path_factory: pytest.TempPathFactory, password_hash: str) -> Path:
    """Make the home of Xã An Châu once, enrolled, with its staff; a test works on a copy."""
    home = make_home(tmp_path_factory.mktemp("enrolled") / "commune", "commune")
    add_staff(home, password_hash)
    return home.root


@pytest.fixture
def commune(tmp_path: Path, enrolled: Path) -> Home:
    """Give the home of Xã An Châu, enrolled, with its staff."""
    return Home(copytree(enrolled, tmp_path / "commune"))


@pytest.fixture
def app(commune: Home) -> Iterator[Flask]:
    """Make the commune's application; nothing is collected in the background."""
    app = create_app(commune, collect=False)
    yield app
    app.extensions["box"].close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Give a client that speaks as if over HTTPS, without a browser."""
    return app.test_client()


@pytest.fixture
def live_server(app: Flask, commune: Home) -> Iterator[str]:
    """Serve the application under waitress on a loopback port, replicated by Litestream; gives its address."""
    with replicating(commune), serving(app) as served:
        yield served


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Debian's Chromium for a module; after it, Playwright's loop has left the main thread to others."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=LAUNCH)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Open a fresh browser context; a script error, a CSP violation or a request to another host fails the test at its end."""
    context = browser.new_context(viewport=SIZE, locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh")
    context.set_default_timeout(8_000)
    page = context.new_page()
    complaints = watch(page)
    yield page
    context.close()
    assert complaints == []


@pytest.fixture(scope="session")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Make the test authority once; it answers over HTTP only inside `answering(ca)`."""
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def drawer(tmp_path_factory: pytest.TempPathFactory, ca: Authority) -> Path:
    """Make every token once; a desk works on a copy."""
    folder = tmp_path_factory.mktemp("drawer")
    tokens.prepare_tokens(folder, ca.folder, WANTED)
    return folder
