"""The wrong role at every route: each role asks for every address of both sites, by every method, page images included.

golden/routes.tsv is read by people: site, method, address, the roles that get in. A route that is new, gone or opened to another
role shows there as a changed line: `python tests/test_every_route.py` writes it anew from the table of rights, a person reads the
difference, and this test then asks for every one of them.
"""

import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from appliance import database, officers
from appliance.config import Home
from appliance.officers import Officer
from appliance.rights import DEVICE, PROVINCE, PUBLIC, Role, may
from people import make_home
from province_room import province_room
from test_rights import HTTPS, log_in
from web.app import create_app

GOLDEN = Path(__file__).parent / "golden" / "routes.tsv"
EVERYBODY, NO_ACCOUNT = "everybody", "without an account"
SITES = {"commune": frozenset(Role), "province": PROVINCE}  # Who belongs to a site; others keep out whatever their rights.
FORBIDDEN, MOVED, UNKNOWN, BROKEN = 403, 303, 401, 500

Route = tuple[str, str]  # Method and address.


def main() -> None:
    """Write the table from the rights of each route."""
    with tempfile.TemporaryDirectory() as folder:
        lines = []
        for kind in SITES:
            with opened(kind, Path(folder) / kind, "") as app:
                lines += ["\t".join((kind, *route, roles)) for route, roles in sorted(declared(kind, app).items())]
    GOLDEN.write_text("\n".join(lines) + "\n", encoding="utf-8")


def declared(kind: str, app: Flask) -> dict[Route, str]:
    """Say of each route who gets in by the table of rights."""
    acts = app.extensions["acts"]
    return {
        (method, rule.rule): whom(acts[rule.endpoint], SITES[kind])
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def whom(act: str, belong: frozenset[Role]) -> str:
    """Name the roles of a site that hold a right."""
    if act in (PUBLIC, DEVICE):
        return NO_ACCOUNT
    if all(may({role}, act) for role in Role):
        return EVERYBODY
    return " ".join(role.value for role in Role if role in belong and may({role}, act))


def written(site: str) -> dict[Route, str]:
    """Read the table of one site."""
    rows = (line.split("\t") for line in GOLDEN.read_text(encoding="utf-8").splitlines())
    return {(method, rule): roles for kind, method, rule, roles in rows if kind == site}


def sample(rule: str) -> str:
    """Make an address of a rule; what it names does not exist, and who has no right must not even learn that."""
    return re.sub(r"<(?:(\w+)(?:\(([^,)]*)[^)]*\))?:)?(\w+)>", lambda found: _value(found[1], found[2]), rule)


def _value(converter: str | None, first_choice: str | None) -> str:
    return first_choice or {"int": "7", "uuid": str(UUID(int=7))}.get(converter or "", UUID(int=7).hex)


@pytest.fixture(params=SITES)
def site(request: pytest.FixtureRequest, tmp_path: Path, password_hash: str) -> Iterator[tuple[str, Flask]]:
    """Make a site, with one officer for each role and no other."""
    with opened(request.param, tmp_path, password_hash) as app:
        one_officer_each(app.extensions["box"].home, password_hash)
        yield request.param, app


@contextmanager
def opened(kind: str, folder: Path, password_hash: str) -> Iterator[Flask]:
    """Have the application of a site."""
    if kind == "province":
        with province_room(folder, password_hash) as (_, app):
            yield app
    else:
        app = create_app(make_home(folder), collect=False)
        yield app
        app.extensions["box"].close()


def one_officer_each(home: Home, password_hash: str) -> None:
    """Open an account for each role, named like the role."""
    with closing((db := database.connect(home.database)).conn), database.writing(db):
        for n, role in enumerate(Role, 50):
            officers.put(db, Officer(f"ST{n}", role.value, "Người Thử Quyền", frozenset({role}), ""), password_hash)


def clients(app: Flask) -> dict[Role, FlaskClient]:
    """Log everybody in."""
    found = {role: app.test_client() for role in Role}
    for role, client in found.items():
        log_in(client, role.value)
    app.config["WTF_CSRF_ENABLED"] = False  # Who lacks the right is refused before any form is read.
    return found


def ask(client: FlaskClient, route: Route) -> int:
    """Ask for a route as a person's browser does; gives the status."""
    method, rule = route
    return client.open(sample(rule), method=method, base_url=HTTPS, headers={"Referer": HTTPS}).status_code


def test_the_table_of_routes_is_the_one_a_person_has_read(site: tuple[str, Flask]) -> None:
    kind, app = site
    assert declared(kind, app) == written(kind)


def test_a_role_gets_in_where_the_table_names_it_and_nowhere_else(site: tuple[str, Flask]) -> None:
    kind, app = site
    everyone = clients(app)
    for route, roles in written(kind).items():
        if roles in (NO_ACCOUNT, EVERYBODY):
            continue
        for role, client in everyone.items():
            named = role.value in roles.split()
            if not named or route[0] == "GET":
                status = ask(client, route)
                assert (status == FORBIDDEN) != named and status < BROKEN, (route, role, status)


def test_without_an_account_every_other_address_leads_to_the_login(site: tuple[str, Flask]) -> None:
    kind, app = site
    app.config["WTF_CSRF_ENABLED"] = False
    stranger = app.test_client()
    for route, roles in written(kind).items():
        if roles != NO_ACCOUNT:
            assert ask(stranger, route) in (MOVED, UNKNOWN), route


if __name__ == "__main__":
    sys.exit(main())
