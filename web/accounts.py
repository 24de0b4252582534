"""Who is logged in: Flask-Login's user is a Sitting, found by the session row that the signed cookie's token names."""

from dataclasses import dataclass

from flask import Flask, session
from flask_login import LoginManager, UserMixin, login_user, logout_user

from appliance import delegations, officers, sessions
from appliance.box import Box
from appliance.clock import local_day, stamp
from appliance.errors import Refused
from appliance.officers import Officer
from appliance.sessions import Session


@dataclass(frozen=True)
class Sitting(UserMixin):
    """An officer at a browser. What the cookie holds is the session's token, never the account."""

    officer: Officer
    session: Session
    token: str

    def get_id(self) -> str:
        """Give the token that Flask-Login keeps in the signed cookie."""
        return self.token


def set_up(app: Flask) -> None:
    """Teach Flask-Login to find a Sitting."""
    manager = LoginManager(app)
    manager.session_protection = None  # The row on the box is the session; addresses on an office network change.
    box: Box = app.extensions["box"]

    @manager.user_loader
    def load(token: str) -> Sitting | None:
        return sitting(box, token)


def sitting(box: Box, token: str) -> Sitting | None:
    """Find who sits behind a token: None once the session ended or the account was closed."""
    found = sessions.find(box.db, token, stamp())
    officer = officers.by_id(box.db, found.officer) if found else None
    if found is None or officer is None or not officer.active:
        return None
    return Sitting(delegations.acting(box.db, box.device, officer, local_day(stamp())), found, token)


def checked(box: Box, account: str, password: str) -> Officer:
    """Check a password. The try is counted first. Raises Refused `login_locked`, `login_wrong` (with what is left)."""
    with box.writing() as act:
        left = officers.count_try(act.db, account, stamp())
    officer = officers.verified(box.db, account, password, stamp())
    if officer is None:
        if left == 0:
            with box.writing() as act:
                officers.count_try(act.db, account, stamp())  # Raises: says until when.
        raise Refused("login_wrong", left=left)
    with box.writing() as act:
        officers.forget_tries(act.db, account)
    return officer


def log_in(box: Box, officer: Officer, counter: int) -> None:
    """Begin a session in this browser; whatever was in its cookie is forgotten, the form token too."""
    with box.writing() as act:
        token = sessions.begin(act.db, officer.id, counter, stamp())
    session.clear()
    login_user(sitting(box, token))


def log_in_again(box: Box, officer: Officer, counter: int) -> None:
    """Begin a session and keep the cookie's form token, so that pages still open in this browser go on working."""
    with box.writing() as act:
        token = sessions.begin(act.db, officer.id, counter, stamp())
    login_user(sitting(box, token))


def log_out(box: Box, token: str) -> None:
    """End this browser's session and empty its cookie."""
    with box.writing() as act:
        sessions.end(act.db, token)
    logout_user()
    session.clear()
