"""Pages for what went wrong. An unknown error gets a code that the log has too; the log gets places in code, never values."""

import logging
import secrets
import traceback

from flask import Flask, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from appliance.errors import Refused
from web.per_request import is_navigation
from web.vietnamese import HTTP_SENTENCES, sentence

log = logging.getLogger("motcua.web")
FRAMES_MAX = 12


def set_up(app: Flask) -> None:
    """Register the pages of errors."""
    app.register_error_handler(Refused, refused)
    app.register_error_handler(CSRFError, stale_form)
    app.register_error_handler(HTTPException, known)
    app.register_error_handler(Exception, unknown)


def refused(error: Refused) -> tuple[str, int]:
    """Say a rule's no; nothing was changed."""
    return answer(422, HTTP_SENTENCES[422][0], sentence(error))


def stale_form(error: CSRFError) -> tuple[str, int]:
    """Say that a form belongs to a session that is over."""
    return answer(400, "Trang này đã cũ", "Chưa có gì thay đổi. Mở lại trang rồi thử lần nữa.")


def known(error: HTTPException) -> tuple[str, int] | HTTPException:
    """Show an HTTP error in Vietnamese; redirects pass."""
    status = error.code or 500
    if status < 400:
        return error
    if status == 500:
        return unknown(error)
    title, what = HTTP_SENTENCES.get(status, HTTP_SENTENCES[400])
    return answer(status, title, what)


def unknown(error: Exception) -> tuple[str, int]:
    """Give an unknown error a code, on the page and in the log."""
    code = f"E-{secrets.token_hex(2).upper()}"
    log.error("%s %s %s at %s", code, request.endpoint, type(error).__name__, places(error))
    return answer(500, *HTTP_SENTENCES[500], code=code)


def places(error: BaseException) -> str:
    """Say where in our code an error came up, innermost last. Messages stay out: they may hold a person's data."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES_MAX:]
    return " > ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in frames)


def answer(status: int, title: str, what: str, code: str = "") -> tuple[str, int]:
    """Render a page for a person, a note for a fragment of a page."""
    name = "error.html" if is_navigation() else "error_note.html"
    return render_template(name, status=status, title=title, what=what, code=code), status
