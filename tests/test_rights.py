"""Who may do what: the table itself, and that no page escapes it."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from appliance.rights import DEVICE, PUBLIC, RIGHTS, ROLE_NAMES, Role, may
from people import PASSWORD
from web import per_request
from web.per_request import UndeclaredRoute, act

HTTPS = "https://localhost"


def log_in(client: FlaskClient, account: str) -> None:
    """Log in without a browser."""
    token = csrf(client, "/dang-nhap")
    answer = client.post(
        "/dang-nhap",
        data={"account": account, "password": PASSWORD, "csrf_token": token},
        base_url=HTTPS,
        headers={"Referer": HTTPS},
    )
    assert answer.status_code == 303, answer.text


def csrf(client: FlaskClient, path: str) -> str:
    """Take the form token out of a page."""
    return client.get(path, base_url=HTTPS).text.split('name="csrf_token" value="')[1].split('"')[0]


def test_every_role_has_a_name_and_something_to_do() -> None:
    for role in Role:
        assert ROLE_NAMES[role]
        assert may({role}, "own_work")


def test_a_postal_agent_never_accepts_refuses_or_sees_what_others_received() -> None:
    for forbidden in ("accept", "refuse", "request_supplement", "take_fee", "search", "view_dossier", "view_page", "sign"):
        assert not may({Role.POSTAL_AGENT}, forbidden)
    assert may({Role.POSTAL_AGENT}, "draft") and may({Role.POSTAL_AGENT}, "scan")


def test_who_signs_does_not_number_and_who_accepts_does_not_take_the_money() -> None:
    assert RIGHTS["sign"].isdisjoint(RIGHTS["number_and_seal"])
    assert RIGHTS["accept"].isdisjoint(RIGHTS["take_fee"])


def test_the_administrator_opens_no_dossier() -> None:
    assert not may({Role.ADMIN}, "view_dossier") and not may({Role.ADMIN}, "search")


def test_nobody_holds_an_act_that_is_not_in_the_table() -> None:
    assert not may(set(Role), "fly") and not may(set(Role), PUBLIC) and not may(set(Role), DEVICE)


def test_a_person_with_two_roles_may_do_what_either_may() -> None:
    assert may({Role.RECEPTION, Role.CASHIER}, "accept") and may({Role.RECEPTION, Role.CASHIER}, "take_fee")


def test_an_application_with_an_undeclared_route_does_not_start(app: Flask) -> None:
    app.add_url_rule("/bi-mat", "secret", lambda: "")
    with pytest.raises(UndeclaredRoute, match="secret"):
        per_request.declare(app)


def test_an_application_with_an_unknown_act_does_not_start(app: Flask) -> None:
    app.add_url_rule("/bay", "fly", act("fly")(lambda: ""))
    with pytest.raises(UndeclaredRoute, match="fly"):
        per_request.declare(app)


def test_the_receptionist_is_told_in_vietnamese_that_health_is_not_hers(client: FlaskClient) -> None:
    log_in(client, "st04")
    answer = client.get("/suc-khoe", base_url=HTTPS)
    assert answer.status_code == 403
    assert "Không có quyền làm việc này" in answer.text


def test_a_stranger_is_sent_to_the_login_and_brought_back(client: FlaskClient) -> None:
    answer = client.get("/suc-khoe?a=1", base_url=HTTPS)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/dang-nhap?tiep=/suc-khoe?a%3D1"


def test_a_login_never_leads_to_another_host(client: FlaskClient) -> None:
    for elsewhere in ("//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"):
        token = csrf(client, "/dang-nhap")
        answer = client.post(
            "/dang-nhap",
            data={"account": "st04", "password": PASSWORD, "csrf_token": token, "next": elsewhere},
            base_url=HTTPS,
            headers={"Referer": HTTPS},
        )
        assert answer.headers["Location"] == "/"
        client.post("/dang-xuat", data={"csrf_token": csrf(client, "/")}, base_url=HTTPS, headers={"Referer": HTTPS})


def test_a_post_without_the_form_token_changes_nothing(client: FlaskClient) -> None:
    log_in(client, "st04")
    answer = client.post("/dang-xuat", base_url=HTTPS, headers={"Referer": HTTPS})
    assert answer.status_code == 400
    assert client.get("/", base_url=HTTPS).status_code == 200


def test_seeing_a_dossier_leaves_who_when_and_what(app: Flask) -> None:
    app.add_url_rule("/xem/<dossier>/<int:n>", "seen.page", act("view_page")(lambda dossier, n: f"trang {n}"))
    app.add_url_rule("/xem/<dossier>/mat", "seen.gone", act("view_page")(lambda dossier: ("", 404)))
    per_request.declare(app)
    client = app.test_client()
    log_in(client, "st08")
    for path in ("/xem/d1/3", "/xem/d1/3", "/xem/d1/4", "/xem/d2/mat"):
        client.get(path, base_url=HTTPS)
    rows = list(app.extensions["box"].db.query("SELECT officer, dossier, what, at FROM looking ORDER BY n"))
    assert [(row["officer"], row["dossier"], row["what"]) for row in rows] == [
        ("ST08", "d1", "view_page 3"),
        ("ST08", "d1", "view_page 4"),
    ]
    assert all(row["at"].endswith("Z") for row in rows)


def test_a_refused_look_is_no_look(app: Flask) -> None:
    app.add_url_rule("/xem/<dossier>", "seen.page", act("view_dossier")(lambda dossier: "hồ sơ"))
    per_request.declare(app)
    client = app.test_client()
    log_in(client, "st15")
    assert client.get("/xem/d1", base_url=HTTPS).status_code == 403
    assert list(app.extensions["box"].db.query("SELECT * FROM looking")) == []
