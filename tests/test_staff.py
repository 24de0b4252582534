"""Accounts: a locked leader at 16:25, a forgotten password, sets of roles, solved inside the office, seen by the province."""

from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from appliance import events, ledger, officers, staff
from appliance.box import Box
from appliance.clock import moment_of, stamp, text_of
from appliance.errors import Refused
from appliance.officers import Officer
from appliance.rights import Role
from browsing import assert_focus_visible, assert_page_good, focused, login, press, shot
from desk_room import get, log_in, post
from people import PASSWORD
from web.accounts import checked

NEW = "thuyền giấy 99 ngọn đèn"


@pytest.fixture
def box(app: Flask) -> Box:
    """Give the box behind the pages."""
    return app.extensions["box"]


def lock(box: Box, account: str) -> None:
    with box.writing() as act:
        for _ in range(officers.TRIES_MAX):
            officers.count_try(act.db, account, stamp())


def changes(box: Box) -> list[tuple[str, str, str]]:
    """Give what the ledger says of accounts: actor, officer, change."""
    every = (events.decode(data) for _, _, data in ledger.stored(box.db, ledger.incarnation(box.db).inc))
    return [(e.a, e.d["officer"], e.d["change"]) for e in every if e.t == "account.changed"]


def reset(box: Box, who: str, by: str = "ST16") -> str:
    words = staff.one_time_words()
    hashed = officers.hashed(words)
    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")  # RFC 9106, low memory.
    with box.writing() as act:
        staff.reset_password(act, by, who, hashed)
    return words


@pytest.mark.parametrize("helper", ["st16", "st03"])
def test_a_leader_locked_out_at_16_25_is_let_in_again_without_a_line(app: Flask, box: Box, helper: str) -> None:
    lock(box, "st01")
    with pytest.raises(Refused, match="login_locked"):
        checked(box, "st01", PASSWORD)
    client = log_in(app, helper)
    assert "Tạm khóa đến" in get(client, "/can-bo").text
    assert post(client, "/can-bo/ST01/mo-khoa").status_code == 303
    assert checked(box, "st01", PASSWORD).id == "ST01"
    assert changes(box) == [(helper.upper(), "ST01", "unlocked")]


def test_one_time_words_open_once_must_be_changed_and_end_by_themselves(app: Flask, box: Box) -> None:
    words = reset(box, "ST04")
    with pytest.raises(Refused, match="login_wrong"):
        checked(box, "st04", PASSWORD)
    assert checked(box, "st04", words).must_change
    client = app.test_client()
    post(client, "/dang-nhap", "/dang-nhap", account="st04", password=words)
    assert get(client, "/tiep-nhan").headers["Location"] == "/mat-khau"
    assert post(client, "/mat-khau", "/mat-khau", old=words, new=NEW, again=NEW).status_code == 303
    assert get(client, "/tiep-nhan").status_code == 200
    late = text_of(moment_of(stamp()) + staff.ONE_TIME_FOR + timedelta(minutes=1))
    assert officers.verified(box.db, "st04", NEW, late)  # The new password does not end.
    words = reset(box, "ST05")
    assert officers.verified(box.db, "st05", words, late) is None


def test_no_words_stand_in_the_ledger_or_are_the_same_twice(box: Box) -> None:
    made = {staff.one_time_words() for _ in range(200)}
    assert len(made) == 200 and all(len(one) >= officers.PASSWORD_MIN for one in made)
    words = reset(box, "ST04")
    dump = b"".join(path.read_bytes() for path in box.home.root.glob("main.db*"))
    assert words.encode() not in dump


def test_a_reset_ends_every_open_session_of_that_person(app: Flask, box: Box) -> None:
    client = log_in(app, "st04")
    assert get(client, "/tiep-nhan").status_code == 200
    reset(box, "ST04")
    assert get(client, "/tiep-nhan").status_code == 303


def test_a_person_holds_a_set_of_roles_and_new_ones_begin_with_a_new_login(app: Flask, box: Box) -> None:
    client, admin = log_in(app, "st06"), log_in(app, "st16")
    assert get(client, "/thu-phi").status_code == 403
    assert post(admin, "/can-bo/ST06/vai-tro", role=["returns", "cashier"]).status_code == 303
    assert get(client, "/tra-ket-qua").status_code == 303
    again = log_in(app, "st06")
    assert get(again, "/thu-phi").status_code == 200 and get(again, "/tra-ket-qua").status_code == 200
    assert changes(box) == [("ST16", "ST06", "roles")]


def test_who_accepts_takes_no_money_while_others_can(app: Flask, box: Box) -> None:
    admin = log_in(app, "st16")
    both = ["reception", "cashier"]
    answer = post(admin, "/can-bo/ST04/vai-tro", role=both)
    assert answer.status_code == 422 and "Đặng Văn Thủ Quỹ Mẫu" in answer.text
    assert officers.by_id(box.db, "ST04").roles == {Role.RECEPTION}
    assert post(admin, "/can-bo/ST04/vai-tro", role=both, together="1").status_code == 303
    with box.writing() as act:
        staff.set_roles(act, "ST16", "ST04", frozenset({Role.RECEPTION}))
        staff.close(act, "ST16", "ST07")
        staff.set_roles(act, "ST16", "ST04", frozenset({Role.RECEPTION, Role.CASHIER}))  # Nobody else could.


def test_the_last_administrator_stays_and_nobody_closes_or_resets_himself(box: Box) -> None:
    for refused, wrong in (
        ("last_admin", lambda act: staff.set_roles(act, "ST16", "ST16", frozenset({Role.RECEPTION}))),
        ("last_admin", lambda act: staff.close(act, "ST03", "ST16")),
        ("own_account", lambda act: staff.close(act, "ST16", "ST16")),
        ("own_account", lambda act: staff.reset_password(act, "ST16", "ST16", "x")),
        ("roles_missing", lambda act: staff.set_roles(act, "ST16", "ST04", frozenset())),
        ("officer_unknown", lambda act: staff.unlock(act, "ST16", "ST99")),
    ):
        with pytest.raises(Refused, match=refused), box.writing() as act:
            wrong(act)
    assert changes(box) == []


def test_a_closed_account_opens_nothing_and_its_id_stays_taken(app: Flask, box: Box) -> None:
    client, admin = log_in(app, "st05"), log_in(app, "st16")
    assert post(admin, "/can-bo/ST05/dong").status_code == 303
    assert get(client, "/tiep-nhan").status_code == 303
    with pytest.raises(Refused, match="login_wrong"):
        checked(box, "st05", PASSWORD)
    with pytest.raises(Refused, match="officer_id_taken"), box.writing() as act:
        staff.open_account(act, "ST16", Officer("ST05", "st05", "Ai Khác", frozenset({Role.CLERK}), "Văn thư"), "x")
    assert post(admin, "/can-bo/ST05/mo").status_code == 303
    assert checked(box, "st05", PASSWORD)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"id": "X1", "name": "A", "title": "B", "role": "clerk"}, "Mã cán bộ gồm 2 chữ cái"),
        ({"id": "ST04", "name": "A", "title": "B", "role": "clerk"}, "đã có người mang"),
        ({"id": "ST20", "name": "", "title": "B", "role": "clerk"}, "Ghi họ tên"),
        ({"id": "ST20", "name": "A", "title": "B"}, "Chọn ít nhất một vai trò"),
        ({"id": "ST20", "name": "A", "title": "B", "role": "province_operator"}, "Chọn ít nhất một vai trò"),
        ({"id": "ST20", "name": "A", "title": "B", "role": ["reception", "cashier"]}, "không đủ người"),
    ],
)
def test_a_new_account_says_what_is_missing(app: Flask, box: Box, typed: dict, said: str) -> None:
    answer = post(log_in(app, "st16"), "/can-bo-moi", **typed)
    assert answer.status_code == 422 and said in answer.text
    assert officers.by_id(box.db, "ST20") is None


@pytest.mark.parametrize("account", ["st01", "st04", "st07", "st08", "st15", "st17", "st03"])
def test_accounts_are_the_administrators_and_help_the_directors_too(app: Flask, account: str) -> None:
    client, director = log_in(app, account), account == "st03"
    for path in ("/can-bo", "/can-bo/ST04"):
        assert (get(client, path).status_code == 200) == director
    for path in ("/can-bo-moi", "/can-bo/ST04/vai-tro", "/can-bo/ST04/dong", "/can-bo/ST04/mo"):
        assert post(client, path).status_code == 403
    assert get(client, "/can-bo-moi").status_code == 403
    for path in ("/can-bo/ST05/mo-khoa", "/can-bo/ST05/mat-khau"):
        assert (post(client, path).status_code == 403) != director


def test_the_administrator_opens_resets_and_unlocks_by_keys(page: Page, live_server: str, box: Box) -> None:
    login(page, live_server, "st16")
    page.goto(f"{live_server}/can-bo")
    assert_page_good(page)
    shot(page, "tai-khoan")
    press(page, "F9")
    expect(page.locator("h1")).to_have_text("Mở tài khoản")
    assert focused(page).startswith("Mã cán bộ")
    assert_page_good(page)
    press(page, "F9")
    expect(page.locator("#errors")).to_be_focused()
    assert_page_good(page)
    page.get_by_label("Mã cán bộ").fill("st20")
    page.get_by_label("Họ, chữ đệm và tên").fill("Lý Thị Mới Mẫu")
    page.get_by_label("Chức danh").fill("Công chức tiếp nhận, quầy 3")
    page.get_by_label("Cán bộ tiếp nhận").check()
    press(page, "F9")
    expect(page.locator("#words")).to_be_focused()
    assert_focus_visible(page)
    words = page.locator("#words").inner_text()
    assert_page_good(page)
    shot(page, "tai-khoan-moi")
    assert checked(box, "st20", words).roles == {Role.RECEPTION}
    lock(box, "st01")
    page.goto(f"{live_server}/can-bo")
    page.locator("tbody a").first.focus()
    assert focused(page) == "ST01"  # Who is locked out stands first.
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Nguyễn Minh Họa")
    assert_page_good(page)
    shot(page, "tai-khoan-khoa")
    press(page, "F9")
    expect(page.locator(".toast")).to_contain_text("Đã mở khóa")
    assert checked(box, "st01", PASSWORD)
    page.get_by_role("button", name="Đặt mật khẩu dùng một lần").click()
    expect(page.locator("#words")).to_be_visible()
