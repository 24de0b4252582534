"""Make the commune's web application: one box, the page modules, and what every request goes through.

A page module holds a blueprint named `bp`; to add one, name it in PAGES (and in web/menu.py if it belongs in the header).
"""

import secrets
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from flask import Flask
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from appliance.box import open_box
from appliance.config import Home
from appliance.durable import write_durably
from web import accounts, collector, errors, frame, headers, menu, nightly, per_request, static_files
from web.nfc import NfcRequest

FRAME = ("web.static_files", "web.login", "web.home", "web.account", "web.live", "web.palette", "web.help_pages")
PAGES = (
    *FRAME,
    "web.health",
    "web.courier",
    "web.reception",
    "web.draft_handing",
    "web.draft_life",
    "web.paper_slips",
    "web.scanning",
    "web.pages",
    "web.printing",
    "web.queue_pages",
    "web.dossier_page",
    "web.correction",
    "web.looking_pages",
    "web.colleagues",
    "web.result",
    "web.certify",
    "web.walk_in",
    "web.filings",
    "web.cashier",
    "web.payments",
    "web.converting",
    "web.paying_back",
    "web.drawer_page",
    "web.returns",
    "web.originals",
    "web.early_release",
    "web.branch",
    "web.dossier_acts",
    "web.due_words",
    "web.filed",
    "web.refusing",
    "web.supplement",
    "web.bringing",
    "web.withdrawing",
    "web.stopping",
    "web.resuming",
    "web.undoing",
    "web.clock_part",
    "web.late_pages",
    "web.explaining",
    "web.extending",
    "web.declared_days",
    "web.search_pages",
    "web.erasing",
    "web.clock_page",
    "web.comparing",
    "web.staff_pages",
    "web.delegation_pages",
    "web.signing_desk",
    "web.sealing_desk",
    "web.register",
    "web.report_page",
    "web.process_pages",
    "web.handing_over",
    "web.between_units",
    "web.control_slip",
)
BODY_BYTES_MAX = 64 * 1024 * 1024  # One uploaded file; nginx holds the same limit.
FORM_BYTES_MAX = 2 * 1024 * 1024
FORM_PARTS_MAX = 2_000
KEY_BYTES = 32


@dataclass(frozen=True)
class Site:
    """What differs between the commune's pages and the province's: words, cookie, modules, menu."""

    kind: str
    sub: str
    cookie: str
    pages: tuple[str, ...]
    menu: tuple[menu.Item, ...]


COMMUNE = Site("commune", "Bộ phận Một cửa", "__Host-motcua", PAGES, menu.COMMUNE)


def create_app(home: Home, collect: bool = True) -> Flask:
    """Open the box and make the commune's application. `collect` starts the threads that fetch finished jobs."""
    nightly.register()
    return build(home, COMMUNE, collect)


def build(home: Home, site: Site, collect: bool = True, mounted: tuple[tuple[str, str], ...] = ()) -> Flask:
    """Make an application of a site. `mounted`: (module, act) of blueprints that declare no acts of their own.

    Raises UndeclaredRoute when a route says no act, Refused `not_enrolled` on a home without a ledger.
    """
    app = Flask("web", static_folder=None, root_path=str(Path(__file__).parent))
    app.request_class = NfcRequest
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)  # type: ignore[method-assign]  # nginx overwrites these two
    app.config.update(
        SECRET_KEY=secret_key(home),
        SESSION_COOKIE_NAME=site.cookie,
        SESSION_COOKIE_SECURE=True,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_PATH="/",
        MAX_CONTENT_LENGTH=BODY_BYTES_MAX,
        MAX_FORM_MEMORY_SIZE=FORM_BYTES_MAX,
        MAX_FORM_PARTS=FORM_PARTS_MAX,
        WTF_CSRF_TIME_LIMIT=None,  # A form may lie open all day; the token lives as long as the session.
    )
    app.extensions["box"] = open_box(home)
    app.extensions["site"] = site
    app.extensions["csrf"] = CSRFProtect(app)
    for set_up in (static_files.set_up, accounts.set_up, frame.set_up, per_request.set_up, headers.set_up, errors.set_up):
        set_up(app)
    for name in site.pages:
        app.register_blueprint(import_module(name).bp)
    for name, act in mounted:
        mount(app, name, act)
    per_request.declare(app)
    if collect:
        collector.start(app.extensions["box"])
    return app


def mount(app: Flask, module: str, act: str) -> None:
    """Add a blueprint from a lower layer; all its routes need `act`, and none carries a form of ours.

    The module's own `set_up(app)`, where it has one, finds the box in app.extensions["box"].
    """
    found = import_module(module)
    blueprint = found.bp
    app.register_blueprint(blueprint)
    if hasattr(found, "set_up"):
        found.set_up(app)
    app.extensions["csrf"].exempt(blueprint)
    app.extensions["mounted"] = {**app.extensions.get("mounted", {}), blueprint.name: act}


def secret_key(home: Home) -> bytes:
    """Give the key that signs cookies; made once per home."""
    path = home.keys / "web.key"
    if not path.exists():
        home.keys.mkdir(parents=True, exist_ok=True, mode=0o750)
        write_durably(path, secrets.token_bytes(KEY_BYTES), 0o600)
    return path.read_bytes()
