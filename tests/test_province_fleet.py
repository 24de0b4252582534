"""The province's fleet: what came, what did not, who is silent, which device forked or was cut off."""

from datetime import timedelta

from playwright.sync_api import Page, expect

from appliance import ledger
from appliance.clock import moment_of, text_of
from appliance.events import Event
from browsing import (
    assert_no_sideways_scroll,
    assert_page_good,
    login,
    serving,
    shot,
)
from province_room import accept, province_room
from province_seat import OPERATOR, Seat
from sync.province import fleet, wanted
from sync.province.admission import revoke_device
from web.province import fleet as fleet_page


def test_a_province_without_devices_says_what_comes_next(tmp_path, password_hash, page: Page):
    with province_room(tmp_path, password_hash) as (_, app), serving(app) as address:
        login(page, address, OPERATOR)
        expect(page.get_by_text("Chưa có thiết bị nào")).to_be_visible()
        shot(page, "tinh-bang-rong")
        assert_page_good(page)


def test_the_fleet_says_how_far_each_ledger_is_held_and_under_which_receipt(seat: Seat):
    accept(seat.commune)
    assert "sổ 1, số 2" not in seat.text("/")
    seat.commune.round()
    words = seat.text("/")
    assert "Xã An Châu" in words and "sổ 1, số 2" in words and "Không có việc nào cần làm" in words
    at = fleet.standing(seat.room.province, seat.commune.box.device)
    assert at and (at.events, at.receipt, at.inc_no, at.seq) == (2, 1, 1, 2)
    assert (at.seq, at.digest) == seat.commune.head()
    assert at.receipt_at and at.heard_at and at.heard_at >= at.receipt_at


def test_a_device_that_never_spoke_is_not_said_to_be_well(seat: Seat):
    assert "Chưa liên lạc lần nào" in seat.text(f"/thiet-bi/{seat.commune.box.device}")
    assert fleet_page.unit_of(fleet.fleet(seat.room.province)[0], "2026-11-21T00:00:00.000Z").kind == "hold"


def test_files_that_events_name_are_counted_until_they_come(seat: Seat):
    device = seat.commune.box.device
    accept(seat.commune, pages=3)
    seat.commune.line.lost_requests["/files"] = 100
    seat.commune.round()
    assert wanted.away(seat.room.province.db, device)[0] == 3
    seat.commune.line.lost_requests.clear()
    seat.commune.round()
    assert wanted.away(seat.room.province.db, device) == (0, None)
    assert seat.room.province.db.conn.execute("SELECT count(*) FROM file_wanted").fetchone() == (0,)


def test_a_file_that_came_just_before_a_crash_is_not_counted_for_long(seat: Seat):
    accept(seat.commune, pages=1)
    seat.commune.round()
    digest = seat.room.province.db.conn.execute("SELECT digest FROM dossier_file").fetchone()[0]
    with seat.room.province.writing() as db:
        db.conn.execute("INSERT INTO file_wanted VALUES (?, ?, '2026-11-21T00:00:00.000Z')", [seat.commune.box.device, digest])
    seat.commune.sender.wire.missing((digest,))
    assert wanted.away(seat.room.province.db, seat.commune.box.device) == (0, None)


def test_an_event_that_cannot_be_read_is_counted_and_named_with_its_reason(seat: Seat, tmp_path):
    dossier = accept(seat.commune)
    seat.commune.round()
    other = seat.room.commune(tmp_path / "other", "H99.99.98")
    theft = Event(i=2, t="dossier.taken", v=1, at="2026-11-21T04:00:00.000Z", q="unset", k=dossier, d={"holder": "XX"})
    with other.box.writing() as act:
        ledger.append(act.db, other.box.device_bytes, ledger.incarnation(other.box.db), theft)
    other.round()
    assert "1 sự kiện đã nhận nhưng chưa đưa vào hồ sơ được" in seat.text("/")
    assert "sổ 1, số 2 việc trên hồ sơ của thiết bị khác" in seat.text(f"/thiet-bi/{other.box.device}")
    assert "Thiết bị khác để riêng: việc trên hồ sơ của thiết bị khác" in seat.text(f"/ho-so/{dossier}")


def test_a_fork_is_told_in_plain_words(seat: Seat):
    accept(seat.commune)
    seat.commune.round()
    with seat.room.province.writing() as db:
        life = db.conn.execute("SELECT inc FROM life").fetchone()[0]
        sql = "INSERT INTO fork_seen VALUES (1, ?, ?, 2, x'01', x'02', 3, '2026-11-21T04:00:00.000Z', '2026-11-21T05:00:00.000Z')"
        db.conn.execute(sql, [seat.commune.box.device, life])
    words = seat.text(f"/thiet-bi/{seat.commune.box.device}")
    assert "sổ cái khác với bản tỉnh đã nhận (3 lần)" in words and "sổ 1, số 2 3 11:00, 21/11/2026" in words
    assert "Hỏng" in seat.text("/")


def test_silence_is_yellow_after_a_day_and_red_after_three(seat: Seat):
    seat.commune.round()
    at = fleet.fleet(seat.room.province)[0]
    assert at.heard_at
    after = [text_of(moment_of(at.heard_at) + timedelta(hours=hours)) for hours in (23, 25, 71, 73)]
    assert [fleet_page.unit_of(at, moment).kind for moment in after] == ["ok", "warn", "warn", "bad"]
    assert fleet_page.unit_of(at, after[3]).sentences[0].startswith("Không liên lạc 3 ngày.")


def test_a_revoked_device_is_said_to_be_cut_off_and_nothing_else(seat: Seat):
    seat.commune.round()
    revoke_device(seat.room.province, seat.commune.box.device, "Máy bị mất", "Sở Mẫu")
    words = seat.text("/")
    assert "Đã ngắt" in words and "Không có việc nào cần làm" in words
    assert "Tỉnh đã ngừng nhận từ thiết bị này" in seat.text(f"/thiet-bi/{seat.commune.box.device}")


def test_a_commune_is_found_without_marks(seat: Seat):
    seat.commune.round()
    assert "unit-" in seat.get("/?q=an+chau") and "Không có xã nào khớp" in seat.get("/?q=zzz")


def test_the_fleet_follows_by_itself_and_keeps_the_row_one_stands_on(page: Page, seat: Seat, address: str):
    page.clock.install()
    login(page, address, OPERATOR)
    link = page.get_by_role("table").get_by_role("link", name="Xã An Châu")
    link.focus()
    accept(seat.commune)
    seat.commune.round()
    page.clock.run_for(11_000)
    expect(page.locator("#unit-rows")).to_contain_text("sổ 1, số 2")
    expect(link).to_be_focused()
    assert_no_sideways_scroll(page)
