"""Accounts that the province states of a commune's staff: what an administrator there could do, with the same traces."""

import pytest
from click.testing import CliRunner

from appliance import clock, events, ledger, officers, sessions, staff
from appliance.officers import Officer
from appliance.rights import Role
from provisioning.cli import main
from sync import feed, published
from sync.province import feed_out, publishing
from sync.published import State
from web.vietnamese import sentence
from wire_room import UNIT, wire_room

NEW = {"officer": "ST20", "name": "Lý Thị Mới Mẫu", "title": "Công chức tiếp nhận", "roles": ["reception"], "open": True}


@pytest.fixture
def room(tmp_path):
    with wire_room(tmp_path) as opened:
        yield opened


@pytest.fixture
def commune(room, tmp_path):
    """A box with one administrator and one who accepts."""
    commune = room.commune(tmp_path / "commune")
    with commune.box.writing() as act:
        for one, role in (("ST16", Role.ADMIN), ("ST04", Role.RECEPTION)):
            officers.put(act.db, Officer(one, one.lower(), f"Người {one}", frozenset({role}), "Chức danh"), "hash")
    return commune


def state(room, commune, officer="ST04", again=False, **changed):
    """Let the province state an account and the box hear of it; gives what came of it."""
    said = NEW | {"officer": officer, "name": f"Người {officer}"} | changed
    publishing.publish_account(room.province, UNIT, said, again)
    assert commune.round() and commune.state()["last_error"] == ""
    return newest(commune)


def newest(commune) -> tuple[State, str]:
    one = published.shown(commune.box.db)[0]
    assert one.kind == "account.stated" and sentence(one.line)
    return one.state, one.line.code


def traces(db_rows) -> list[tuple[str, str, str, list[str]]]:
    every = (events.decode(bytes(data)) for data in db_rows)
    return [(e.a, e.d["officer"], e.d["change"], e.d["roles"]) for e in every if e.t == "account.changed"]


def here(commune):
    return traces(data for _, _, data in ledger.stored(commune.box.db, ledger.incarnation(commune.box.db).inc))


def who(commune, officer: str) -> Officer:
    found = officers.by_id(commune.box.db, officer)
    assert found
    return found


def order(room, *words):
    return CliRunner().invoke(main, ["feed", "account", "--home", str(room.province.home.root), *words])


def test_a_new_account_opens_nothing_until_somebody_here_hands_out_its_first_password(room, commune):
    ended = order(room, "--unit", UNIT, "--role", "reception", "st20", "Lý Thị Mới Mẫu", "Công chức tiếp nhận")
    assert ended.exit_code == 0 and "Đã công bố" in ended.output
    assert commune.round() and newest(commune) == (State.DONE, "published_account_new")
    made = who(commune, "ST20")
    assert (made.account, made.name, made.roles, made.must_change) == ("st20", "Lý Thị Mới Mẫu", {Role.RECEPTION}, True)
    assert "ST20" not in officers.able(commune.box.db, clock.stamp())
    (record,) = feed.records(commune.box, "account.stated")
    assert not {"password", "hash", "pin", "words"} & record.keys()
    words = staff.one_time_words()
    with commune.box.writing() as act:
        staff.reset_password(act, "ST16", "ST20", officers.hashed(words))
    assert officers.verified(commune.box.db, "st20", words, clock.stamp()) == who(commune, "ST20")


def test_what_the_province_states_leaves_the_same_traces_as_an_administrator(room, commune):
    state(room, commune, "ST20", name=NEW["name"])
    state(room, commune, "ST20", name=NEW["name"], roles=["reception", "returns"])
    state(room, commune, "ST20", name=NEW["name"], roles=["reception", "returns"], open=False)
    state(room, commune, "ST20", name=NEW["name"], roles=["returns"])
    assert here(commune) == [
        ("province", "ST20", "opened", ["reception"]),
        ("province", "ST20", "roles", ["reception", "returns"]),
        ("province", "ST20", "closed", ["reception", "returns"]),
        ("province", "ST20", "reopened", ["reception", "returns"]),
        ("province", "ST20", "roles", ["returns"]),
    ]
    commune.round()
    sql = "SELECT bytes FROM ledger WHERE device = ? ORDER BY seq"
    assert traces(row[0] for row in room.province.db.conn.execute(sql, [commune.box.device])) == here(commune)


@pytest.mark.parametrize("changed", [{"open": False}, {"roles": ["returns"]}])
def test_who_was_closed_or_has_other_roles_is_logged_out_at_once(room, commune, changed):
    with commune.box.writing() as act:
        token = sessions.begin(act.db, "ST04", 1, clock.stamp())
        other = sessions.begin(act.db, "ST16", 0, clock.stamp())
    assert state(room, commune, "ST04", **changed)[0] is State.DONE
    assert sessions.find(commune.box.db, token, clock.stamp()) is None
    assert sessions.find(commune.box.db, other, clock.stamp())
    assert who(commune, "ST04").active == ("open" not in changed)


@pytest.mark.parametrize("changed", [{"open": False, "roles": ["admin"]}, {"roles": ["returns"]}])
def test_the_last_who_can_administer_stays_even_beside_one_who_never_got_a_password(room, commune, changed):
    state(room, commune, "ST20", roles=["admin"])
    assert state(room, commune, "ST16", **changed) == (State.REFUSED, "last_admin")
    assert "ST16" in published.shown(commune.box.db)[0].line.facts["about"]
    assert (who(commune, "ST16").active, who(commune, "ST16").roles) == (True, {Role.ADMIN})
    with commune.box.writing() as act:
        staff.reset_password(act, "ST16", "ST20", officers.hashed(staff.one_time_words()))
    assert not publishing.publish_account(room.province, UNIT, NEW | {"officer": "ST16", "name": "Người ST16"} | changed)
    assert state(room, commune, "ST16", again=True, **changed)[0] is State.DONE
    assert Role.ADMIN not in who(commune, "ST16").roles or not who(commune, "ST16").active


def test_the_rules_of_roles_hold_for_the_province_too(room, commune):
    state(room, commune, "ST05", roles=["cashier"])
    assert state(room, commune, "ST04", roles=["reception", "cashier"]) == (State.REFUSED, "roles_apart")
    assert who(commune, "ST04").roles == {Role.RECEPTION}
    assert state(room, commune, "ST04", roles=["reception", "cashier"], together=True)[0] is State.DONE
    assert who(commune, "ST04").roles == {Role.RECEPTION, Role.CASHIER}


def test_an_id_that_somebody_else_bears_here_is_left_alone(room, commune):
    assert state(room, commune, "ST04", name="Ai Khác", roles=["admin"]) == (State.REFUSED, "officer_other_name")
    assert who(commune, "ST04").roles == {Role.RECEPTION}
    assert state(room, commune, "ST04", name=" người  ST04 ", roles=["returns"])[0] is State.DONE


def test_an_account_is_stated_to_the_boxes_of_its_commune_now_and_later(room, commune, tmp_path):
    neighbour = room.commune(tmp_path / "neighbour", unit="H99.99.98")
    state(room, commune, "ST20")
    assert neighbour.round() and feed.records(neighbour.box, "account.stated") == []
    later = room.commune(tmp_path / "later")
    assert later.round() and newest(later) == (State.DONE, "published_account_new")
    third = room.commune(tmp_path / "third", unit="H99.99.98")
    assert third.round() and feed.records(third.box, "account.stated") == []


def test_only_the_newest_word_on_an_account_stands(room, commune):
    for roles in (["returns"], ["clerk"], ["specialist"]):
        state(room, commune, "ST20", roles=roles)
    with room.province.writing() as db:
        assert feed_out.compact(db, room.province.signing, commune.box.device, worth=0) >= 2
    assert commune.round()
    assert [one["roles"] for one in feed.records(commune.box, "account.stated")] == [["specialist"]]
    assert who(commune, "ST20").roles == {Role.SPECIALIST}


def test_what_cannot_be_an_account_is_refused_at_the_province(room, commune):
    for words, said in (
        (("--unit", "H00.00.00", "--role", "clerk", "ST20", "n", "t"), "H00.00.00"),
        (("--unit", UNIT, "--role", "king", "ST20", "n", "t"), "roles"),
        (("--unit", UNIT, "--role", "province_operator", "ST20", "n", "t"), "không đúng mẫu"),
        (("--unit", UNIT, "--role", "clerk", "20", "n", "t"), "officer"),
    ):
        ended = order(room, *words)
        assert ended.exit_code == 1 and said in ended.output, ended.output
    assert commune.round() and feed.records(commune.box, "account.stated") == []
