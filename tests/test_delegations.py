"""Standing in for somebody: from one day to another, under one's own name, ending by itself."""

from datetime import date, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from appliance import clock, delegations, officers
from appliance.box import Box
from appliance.errors import Refused
from appliance.office import signer_title
from appliance.rights import Role, may
from browsing import assert_page_good, focused, login, press, shot
from desk_room import accept, get, log_in, post

TODAY = clock.local_day(clock.stamp())
DAY = timedelta(days=1)


def give(
    box: Box, giver: str = "ST01", taker: str = "ST03", first: date = TODAY, last: date = TODAY, by: str = "", basis: str = "12/QĐ"
) -> None:
    actor = officers.by_id(box.db, by or giver)
    assert actor
    with box.writing() as act:
        delegations.give(act, actor, giver, taker, first, last, basis)


def acting(box: Box, who: str, day: date = TODAY):  # noqa: ANN201
    found = officers.by_id(box.db, who)
    assert found
    return delegations.acting(box.db, box.device, found, day)


def test_the_taker_may_do_the_givers_acts_on_those_days_alone(box: Box) -> None:
    give(box, "ST01", "ST08", TODAY + DAY, TODAY + 3 * DAY)
    for days, allowed in ((0, False), (1, True), (3, True), (4, False)):
        assert may(acting(box, "ST08", TODAY + days * DAY).roles, "sign") is allowed
    assert may(acting(box, "ST08", TODAY + DAY).roles, "take")  # His own work goes on.


def test_it_begins_and_ends_in_the_pages_by_itself(app: Flask, box: Box) -> None:
    client = log_in(app, "st08")
    assert get(client, "/uy-quyen").status_code == 403
    give(box, "ST01", "ST08")
    assert get(client, "/uy-quyen").status_code == 200
    with box.writing() as act:
        delegations.end(act, officers.by_id(act.db, "ST01"), "ST01", "ST08", TODAY)
    assert get(client, "/uy-quyen").status_code == 403


def test_what_was_delegated_is_not_passed_on(box: Box) -> None:
    give(box, "ST01", "ST08")
    give(box, "ST08", "ST04", by="ST16")
    assert not may(acting(box, "ST04").roles, "sign") and may(acting(box, "ST04").roles, "take")


def test_what_another_office_delegates_counts_nothing_here(box: Box) -> None:
    give(box, "ST01", "ST08")
    with box.writing() as act:
        act.db.conn.execute("UPDATE office_fact SET device = 'another'")  # As at the province, where all offices' acts arrive.
    assert not may(acting(box, "ST08").roles, "sign")


def test_a_closed_account_gives_and_takes_nothing(box: Box) -> None:
    give(box, "ST01", "ST08")
    with box.writing() as act:
        officers.set_active(act.db, "ST01", False)
    assert not may(acting(box, "ST08").roles, "sign")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"taker": "ST01"}, "delegation_self"),
        ({"taker": "ST99"}, "delegation_self"),
        ({"last": TODAY - DAY}, "delegation_days"),
        ({"first": TODAY - 2 * DAY, "last": TODAY - DAY}, "delegation_days"),
        ({"last": TODAY + 400 * DAY}, "delegation_days"),
        ({"basis": " "}, "delegation_basis"),
        ({"basis": "x" * 81}, "delegation_basis"),
        ({"by": "ST02"}, "delegation_not_own"),
        ({"by": "ST16", "taker": "ST16"}, "delegation_not_own"),
    ],
)
def test_a_delegation_that_cannot_be_is_refused(box: Box, changes: dict, code: str) -> None:
    with pytest.raises(Refused, match=code):
        give(box, **changes)
    assert delegations.standing(box.db, box.device, TODAY) == []


def test_the_same_delegation_stands_once_and_strangers_do_not_end_it(box: Box) -> None:
    give(box)
    with pytest.raises(Refused, match="delegation_stands"):
        give(box)
    for who, taker, code in (("ST02", "ST03", "delegation_not_own"), ("ST01", "ST08", "delegation_unknown")):
        with pytest.raises(Refused, match=code), box.writing() as act:
            delegations.end(act, officers.by_id(act.db, who), "ST01", taker, TODAY)


@pytest.mark.parametrize(
    ("title", "stands_for", "printed"),
    [
        ("Chủ tịch UBND xã", "", "CHỦ TỊCH"),
        ("Phó Chủ tịch UBND xã", "", "KT. CHỦ TỊCH\nPHÓ CHỦ TỊCH"),
        ("Phó Chủ tịch UBND xã", "Chủ tịch UBND xã", "KT. CHỦ TỊCH\nPHÓ CHỦ TỊCH"),
        ("Giám đốc trung tâm", "Chủ tịch UBND xã", "TUQ. CHỦ TỊCH\nGIÁM ĐỐC TRUNG TÂM"),
    ],
)
def test_titles_on_paper_stay_true(title: str, stands_for: str, printed: str) -> None:
    assert signer_title(title, stands_for) == printed


def test_a_result_can_be_prepared_for_who_stands_in_under_the_true_title(app: Flask, box: Box) -> None:
    dossier = accept(box)
    client = log_in(app, "st08")
    post(client, "/viec/nhan", dossier=dossier)
    path = f"/ho-so/{dossier}/ket-qua"
    assert 'value="ST03"' not in get(client, path).text
    give(box, "ST01", "ST03")
    assert 'value="ST03"' in get(client, path).text
    assert acting(box, "ST03").stands_for == "Chủ tịch UBND xã" and acting(box, "ST03").title == "Giám đốc trung tâm"
    assert Role.LEADER not in officers.by_id(box.db, "ST03").roles


@pytest.mark.parametrize("account", ["st04", "st06", "st07", "st08", "st09", "st15", "st17"])
def test_who_may_not_delegate_is_refused(app: Flask, account: str) -> None:
    client = log_in(app, account)
    assert get(client, "/uy-quyen").status_code == 403
    assert post(client, "/uy-quyen").status_code == 403 and post(client, "/uy-quyen/thoi").status_code == 403


def test_a_leader_delegates_by_keys_before_leaving(page: Page, live_server: str, box: Box) -> None:
    login(page, live_server, "st01")
    page.goto(f"{live_server}/uy-quyen")
    assert focused(page) == "Người nhận"
    expect(page.locator("#main")).to_contain_text("Không có ủy quyền nào")
    assert_page_good(page)
    press(page, "F9")
    expect(page.locator("#errors")).to_be_focused()
    assert_page_good(page)
    page.get_by_label("Người nhận").select_option("ST03")
    page.get_by_label("Số văn bản ủy quyền").fill("12/QĐ-UBND")
    press(page, "F9")
    expect(page.locator("#main")).to_contain_text("Đang có hiệu lực")
    assert_page_good(page)
    shot(page, "uy-quyen")
    page.get_by_role("button", name="Thôi ủy quyền").click()
    expect(page.locator("#main")).to_contain_text("Không có ủy quyền nào")
