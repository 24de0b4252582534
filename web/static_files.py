"""Style, script, font and icon files under an address that carries their common version, so browsers keep them for good."""

import mimetypes
from functools import cache

from flask import Blueprint, Flask, Response, abort, send_from_directory, url_for
from markupsafe import Markup

from appliance.rights import PUBLIC
from web.per_request import act
from web.static_version import FOLDER, digest

bp = Blueprint("files", __name__)
MAX_AGE_S = 365 * 24 * 3600
# A bare Debian has no /etc/mime.types, and nosniff makes browsers refuse a module of the wrong type.
for kind, ending in (("text/javascript", ".js"), ("font/woff2", ".woff2"), ("image/svg+xml", ".svg")):
    mimetypes.add_type(kind, ending)


@bp.get("/static/<version>/<path:name>")
@act(PUBLIC)
def file(version: str, name: str) -> Response:
    """Send a static file. Any version in the address gives the file of today; only today's may be kept for good."""
    answer = send_from_directory(FOLDER, name)
    keep = version == digest()
    answer.headers["Cache-Control"] = f"public, max-age={MAX_AGE_S}, immutable" if keep else "no-cache"
    return answer


@cache  # The same for every page while the process lives.
def static(name: str) -> str:
    """Give the address of a static file; a name that is not there is a mistake in a template."""
    if not (FOLDER / name).is_file():
        abort(500, f"no static file {name}")
    return url_for("files.file", version=digest(), name=name)


@cache
def icon(name: str, css: str = "") -> Markup:
    """Draw an icon of the sprite; always beside a word, so screen readers skip it."""
    return Markup('<svg class="icon {}" aria-hidden="true"><use href="{}#i-{}"/></svg>').format(css, static("icons.svg"), name)


def set_up(app: Flask) -> None:
    """Give templates `static` and `icon`."""
    app.jinja_env.globals.update(static=static, icon=icon)
