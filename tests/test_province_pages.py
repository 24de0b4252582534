"""The province's pages: what came, what did not, who is silent, and whether a commune's signatures hold."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from appliance import chain, erasure, files, ledger, officers
from appliance.clock import moment_of, text_of
from appliance.events import Event
from appliance.ids import uuid7
from boxes import UNIT
from browsing import (
    WIDTHS,
    assert_axe_clean,
    assert_focus_visible,
    assert_no_full_number,
    assert_no_sideways_scroll,
    assert_page_good,
    login,
    press,
    resize,
    serving,
    shot,
)
from people import PASSWORD
from province_room import accept, decide, province_room
from provisioning.demo import authority
from signing_room import Authority, answering, form_pdf
from sync.evidence import add_evidence
from sync.province import fleet, queries, wanted
from sync.province.admission import revoke_device
from test_rights import HTTPS, log_in
from web.province import fleet as fleet_page
from wire_room import Commune, Room

OPERATOR, STRANGER = "vh01", "st04"
FULL, MASKED = "089190012345", "089•••••2345"


@dataclass
class Seat:
    """A province with one commune, its pages in a client that is logged in, and the papers of one signed result."""

    room: Room
    app: Flask
    commune: Commune
    client: FlaskClient

    def get(self, path: str, status: int = 200) -> str:
        with ThreadPoolExecutor(1) as elsewhere:  # The browser's own event loop runs in this thread; validating needs one too.
            answer = elsewhere.submit(self.client.get, path, base_url=HTTPS).result()
        assert answer.status_code == status, re.findall("<title>.*|Mã lỗi.*", answer.text)
        return answer.text

    def text(self, path: str) -> str:
        """Give what a person reads of a page."""
        html = re.sub(r"(?s)<(script|style|dialog)\b.*?</\1>", " ", self.get(path))
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html).replace("&#34;", '"')).replace(" ,", ",")

    def looks(self) -> list[tuple[str, str]]:
        return self.app.extensions["box"].db.conn.execute("SELECT officer, what FROM looking ORDER BY n").fetchall()


@pytest.fixture
def seat(tmp_path: Path, password_hash: str, ca: Authority) -> Iterator[Seat]:
    with province_room(tmp_path, password_hash, ca) as (room, app):
        client = app.test_client()
        log_in(client, OPERATOR)
        yield Seat(room, app, room.commune(tmp_path / "commune"), client)


@pytest.fixture
def address(seat: Seat) -> Iterator[str]:
    with serving(seat.app) as served:
        yield served


@pytest.fixture(scope="module")
def result(ca: Authority) -> tuple[bytes, ...]:
    """Make one result's revisions: draft, signed, sealed, time-stamped with its evidence."""
    with ThreadPoolExecutor(1) as elsewhere:
        return elsewhere.submit(revisions_of, ca).result()


def revisions_of(ca: Authority) -> tuple[bytes, ...]:
    draft = form_pdf("XAC NHAN")
    signed = ca.signed(draft)
    sealed = ca.sealed(signed)
    with answering(ca):
        return draft, signed, sealed, add_evidence(sealed, ca.trust.roots, authority.tsa_url(ca.url)).pdf


def finished(seat: Seat, revisions: tuple[bytes, ...], **rest: str) -> str:
    """Have a dossier whose result is signed as far as the revisions go, all at the province."""
    dossier = accept(seat.commune, **rest)
    decide(seat.commune, dossier, *revisions)
    assert seat.commune.round()
    return dossier


# --- the fleet


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
    revoke_device(seat.room.province, seat.commune.box.device)
    words = seat.text("/")
    assert "Đã ngắt" in words and "Không có việc nào cần làm" in words
    assert "Tỉnh đã ngừng nhận từ thiết bị này" in seat.text(f"/thiet-bi/{seat.commune.box.device}")


def test_a_commune_is_found_without_marks(seat: Seat):
    seat.commune.round()
    assert "unit-" in seat.get("/?q=an+chau") and "Không có xã nào khớp" in seat.get("/?q=zzz")


# --- dossiers


def test_dossiers_are_found_by_code_name_without_marks_and_phone_and_never_show_a_number(seat: Seat):
    accept(seat.commune, "Đỗ Thị Đẹp", pages=0, n=1)
    accept(seat.commune, "Trần Văn Đức", pages=0, n=2, phone="+84987654321")
    seat.commune.round()
    for typed, name in (
        ("do thi dep", "Đỗ Thị Đẹp"),
        ("0987654321", "Trần Văn Đức"),
        ("0987 654 321", "Trần Văn Đức"),
        (f"{UNIT}-261121-0002|x", "Trần Văn Đức"),
    ):
        words = seat.text(f"/ho-so?q={typed}")
        assert name in words and words.count("261121-") == 1, typed
    html, words = seat.get("/ho-so"), seat.text("/ho-so")
    assert MASKED in words and "0987 ••• 321" in words
    assert FULL not in html and "987654321" not in html
    assert "Không có hồ sơ nào khớp" in seat.get("/ho-so?q=khong+co+ai")
    assert "Không có hồ sơ nào khớp" in seat.get("/ho-so?q=%22")


def test_the_filter_stands_in_the_address(seat: Seat, tmp_path):
    other = seat.room.commune(tmp_path / "other", "H99.99.98")
    accept(seat.commune, pages=0, n=1), accept(other, pages=0, n=2)
    taken = accept(seat.commune, pages=0, n=3)
    with seat.commune.box.writing() as act:
        act.record("dossier.taken", actor="ST08", dossier=taken, clear={"holder": "ST08"})
    seat.commune.round(), other.round()

    def found(query: str) -> list[str]:
        return re.findall(r"261121-(\d{4})</a>", seat.get(f"/ho-so?{query}"))

    assert found(f"xa={other.box.device}") == ["0002"]
    assert found("tinh-trang=4") == ["0003"]
    assert found(f"xa={seat.commune.box.device}&tinh-trang=2&q=ngoc+anh") == ["0001"]
    assert len(found("")) == 3


def test_a_long_list_goes_on_page_by_page(seat: Seat, monkeypatch):
    monkeypatch.setattr(queries, "LISTED_MAX", 2)
    for n in range(1, 6):
        accept(seat.commune, pages=0, n=n)
    seat.commune.round()
    seen, path = [], "/ho-so?q=nguyen"
    while path:
        html = seat.get(path)
        seen += re.findall(r"261121-(\d{4})</a>", html)
        path = next(iter(re.findall(r'href="([^"]+)" rel="next"', html)), "").replace("&amp;", "&")
    assert seen == ["0005", "0004", "0003", "0002", "0001"]


# --- one dossier


def test_the_dossier_shows_person_history_receipts_and_pages(seat: Seat, result):
    dossier = finished(seat, result)
    words = seat.text(f"/ho-so/{dossier}")
    assert "Nguyễn Thị Ngọc Ánh" in words and MASKED in words and FULL not in words
    for step in (
        "Cán bộ ST04 tiếp nhận hồ sơ tại quầy 2",
        "Cán bộ ST01 ký số kết quả",
        "Cán bộ ST09 cấp số 145/UBND-XN",
        "Máy chủ bổ sung dấu thời gian",
    ):
        assert step in words
    assert "Bản chính 1 2" in words
    assert "sổ 1, số 2 · về tỉnh" in words and words.count("biên nhận số 1") == 8
    images = re.findall(r'src="(/ho-so/[^"]+)"', seat.get(f"/ho-so/{dossier}"))
    assert len(images) == 3
    for image in images:
        assert seat.client.get(image.replace("&amp;", "&"), base_url=HTTPS).mimetype == "image/jpeg"


def test_full_numbers_are_asked_for_and_that_is_recorded_by_itself(seat: Seat):
    dossier = accept(seat.commune, pages=1)
    seat.commune.round()
    seat.get(f"/ho-so/{dossier}")
    assert "089 190 012 345" in seat.text(f"/ho-so/{dossier}/so-day-du")
    seat.get(f"/ho-so/{dossier}/giay-to/1")
    assert seat.looks() == [("VH01", "view_dossier"), ("VH01", "view_dossier numbers"), ("VH01", "view_page 1")]


def test_of_both_signatures_it_says_that_they_hold(seat: Seat, result):
    words = seat.text(f"/ho-so/{finished(seat, result)}/chu-ky")
    assert "Cả hai chữ ký đều hợp lệ" in words
    assert words.count("Nguyên vẹn") == words.count("Tin cậy") == words.count("Tệp tự mang đủ chứng cứ") == 2
    assert "Chữ ký của lãnh đạo" in words and "Chữ ký số của cơ quan" in words and words.count("Dấu thời gian") == 2


def test_before_the_time_stamp_it_says_what_is_still_to_come(seat: Seat, result):
    words = seat.text(f"/ho-so/{finished(seat, result[:3])}/chu-ky")
    assert "Cả hai" not in words and words.count("Chưa có dấu thời gian") == 2 and words.count("chờ dấu thời gian") == 2


def test_a_leaders_signature_alone_is_enough_before_the_seal(seat: Seat, result):
    words = seat.text(f"/ho-so/{finished(seat, result[:2])}/chu-ky")
    assert "Chữ ký của lãnh đạo" in words and "Thiếu" not in words and "cơ quan:" not in words


def test_a_seal_that_the_ledger_tells_of_and_the_file_lacks_is_said(seat: Seat, result):
    draft, signed, *_ = result
    assert "Thiếu chữ ký số của cơ quan" in seat.text(f"/ho-so/{finished(seat, (draft, signed, signed))}/chu-ky")


def test_a_changed_byte_under_the_signatures_is_told(seat: Seat, result):
    flipped = bytearray(result[3])
    flipped[result[3].index(b"XAC NHAN")] ^= 1
    words = seat.text(f"/ho-so/{finished(seat, (*result[:3], bytes(flipped)))}/chu-ky")
    assert words.count("Đã bị sửa") == 2 and "hợp lệ, đã có" not in words


def test_a_province_that_trusts_nobody_says_so(seat: Seat, result):
    dossier = finished(seat, result)
    for root in (seat.room.province.home.trust / "roots").glob("*.der"):
        root.unlink()
    words = seat.text(f"/ho-so/{dossier}/chu-ky")
    assert words.count("Không tin cậy") == 2 and words.count("Nguyên vẹn") == 2


def test_a_file_on_its_way_is_a_placeholder_and_never_a_broken_image(seat: Seat, result):
    dossier = accept(seat.commune)
    decide(seat.commune, dossier, *result)
    seat.commune.line.lost_requests["/files"] = 100
    seat.commune.round()
    html = seat.get(f"/ho-so/{dossier}")
    assert html.count("Tệp chưa về tỉnh") == 3 + 1 and "/trang/" not in html and "Tải PDF" not in html  # 3 pages, and F1.
    assert "Tệp kết quả chưa về tỉnh" in seat.get(f"/ho-so/{dossier}/chu-ky")
    assert "Xã vẫn giữ tệp" in seat.get(f"/ho-so/{dossier}/giay-to/1")


def test_a_damaged_result_is_told_and_not_judged(seat: Seat, result):
    dossier = finished(seat, result)
    path = files.path_of(seat.room.province.home, files.digest_of(result[3]))
    path.chmod(0o640)
    path.write_bytes(b"%PDF-damaged")
    assert "không còn đúng nội dung ban đầu" in seat.text(f"/ho-so/{dossier}/chu-ky")


def test_without_its_key_the_person_is_said_to_be_unread_and_comes_with_the_key(seat: Seat):
    dossier = accept(seat.commune, pages=0)
    with seat.commune.box.writing() as act:
        act.db.conn.execute("INSERT INTO key_sent SELECT dossier, key_id, 0 FROM dossier_key")
    seat.commune.line.lost_requests["/keys"] = 1
    seat.commune.round()
    assert "Chưa có khóa." in seat.text(f"/ho-so/{dossier}") and "(chưa có khóa)" in seat.text("/ho-so")
    assert "1 hồ sơ chưa có khóa" in seat.text("/")
    seat.commune.round()
    assert "Nguyễn Thị Ngọc Ánh" in seat.text(f"/ho-so/{dossier}") and "chưa có khóa" not in seat.text("/")


def test_an_erased_person_is_said_to_be_erased_and_no_page_is_shown(seat: Seat, result):
    dossier = finished(seat, result)
    erasure.erase(seat.commune.box, dossier, "ST03", "subject_request")
    seat.commune.round()
    words = seat.text(f"/ho-so/{dossier}")
    assert "Thông tin cá nhân đã xóa" in words and "(đã xóa)" in words and "Nguyễn Thị" not in words
    assert "/trang/" not in seat.get(f"/ho-so/{dossier}") and "(đã xóa)" in seat.text("/ho-so")


def test_an_event_of_a_kind_nobody_knows_yet_is_shown_as_such(seat: Seat):
    dossier = accept(seat.commune, pages=0)
    life = ledger.incarnation(seat.commune.box.db)
    with seat.commune.box.writing() as act:
        last = ledger.head(act.db)
        future = (
            b'{"i":3,"t":"dossier.moved.far","v":7,"at":"2031-01-01T00:00:00.000Z","q":"x","k":"%s","d":{"how":[1]}}'
            % dossier.encode()
        )
        digest = chain.digest_of(seat.commune.box.device_bytes, life.inc, 3, last.digest, future)
        act.db.conn.execute("INSERT INTO event (inc, seq, digest, bytes) VALUES (?, 3, ?, ?)", [life.inc, digest, future])
    seat.commune.round()
    words = seat.text(f"/ho-so/{dossier}")
    assert "ghi một việc mà phiên bản này chưa biết dossier.moved.far sổ 1, số 3" in words


# --- rights


def test_only_the_provinces_roles_open_these_pages(seat: Seat):
    dossier = accept(seat.commune, pages=1)
    seat.commune.round()
    digest = seat.room.province.db.conn.execute("SELECT digest FROM dossier_file").fetchone()[0]
    kept = {
        "dossier": dossier,
        "digest": digest,
        "size": "nho",
        "device": seat.commune.box.device,
        "number": 1,
        "draft": uuid7(),
        "page": "x",
    }
    own = ("home.", "dossiers.", "dossier.", "pages.", "palette.", "live.live", "help_pages.")
    routes = seat.app.url_map.bind("localhost")
    rules = [rule for rule in seat.app.url_map.iter_rules() if rule.endpoint.startswith(own)]
    paths = [routes.build(rule.endpoint, {name: kept[name] for name in rule.arguments}) for rule in rules]
    assert len(paths) == 13
    stranger, nobody = seat.app.test_client(), seat.app.test_client()
    log_in(stranger, STRANGER)
    for path in paths:
        assert stranger.get(path, base_url=HTTPS).status_code == 403, path
        assert nobody.get(path, base_url=HTTPS, headers={"Sec-Fetch-Mode": "navigate"}).status_code == 303, path
    assert seat.looks() == []


def test_the_provinces_auditor_reads_the_same(seat: Seat, password_hash):
    seat.commune.round()
    with seat.app.extensions["box"].writing() as act:
        officers.put(
            act.db, officers.Officer("GS01", "gs01", "Quách Mẫu", frozenset({officers.Role.PROVINCE_AUDITOR}), ""), password_hash
        )
    client = seat.app.test_client()
    log_in(client, "gs01")
    assert [client.get(path, base_url=HTTPS).status_code for path in ("/", "/ho-so")] == [200, 200]


def test_what_is_not_here_is_a_page_in_vietnamese(seat: Seat):
    assert "Không có hồ sơ này ở đây" in seat.get(f"/ho-so/{uuid7()}", 422)
    assert "Không có trang này" in seat.get(f"/thiet-bi/{uuid7()}", 404)
    dossier = accept(seat.commune, pages=1)
    seat.commune.round()
    seat.get(f"/ho-so/{dossier}/giay-to/2", 404), seat.get(f"/ho-so/{dossier}/chu-ky", 404)


# --- in a browser


def test_every_page_of_the_province_is_good(page: Page, seat: Seat, address: str, result):
    dossier = finished(seat, result)
    late = accept(seat.commune, "Trần Văn Đức", n=3)
    seat.commune.line.lost_requests["/files"] = 100
    seat.commune.round()
    login(page, address, OPERATOR)
    pages = {
        "bang": "/",
        "thiet-bi": f"/thiet-bi/{seat.commune.box.device}",
        "ho-so": "/ho-so",
        "ho-so-khong": "/ho-so?q=zzz",
        "mot-ho-so": f"/ho-so/{dossier}",
        "chua-ve": f"/ho-so/{late}",
        "trang": f"/ho-so/{dossier}/giay-to/3",
        "trang-chua-ve": f"/ho-so/{late}/giay-to/1",
    }
    for name, path in pages.items():
        page.goto(address + path)
        if name == "mot-ho-so":
            expect(page.locator("#signatures")).to_contain_text("Cả hai chữ ký đều hợp lệ")
        shot(page, f"tinh-{name}")
        assert_page_good(page)
        for width in WIDTHS[1:]:
            resize(page, width)
            page.screenshot(path=f"test-results/tinh-{name}-{width}.png", full_page=True)
        resize(page, WIDTHS[0])
        if name.startswith("ho-so"):
            assert_no_full_number(page)
    broken = page.evaluate("() => [...document.images].filter(i => i.complete && !i.naturalWidth).length")
    assert broken == 0


def test_an_operator_finds_and_reads_a_dossier_by_keys_alone(page: Page, seat: Seat, address: str, result):
    finished(seat, result, name="Đỗ Thị Đẹp")
    login(page, address, OPERATOR)
    page.keyboard.press("Control+k")
    page.keyboard.type("do thi dep")
    expect(page.get_by_role("dialog", name="Tìm hoặc chạy lệnh").get_by_role("option").first).to_contain_text("Đỗ Thị Đẹp")
    page.keyboard.press("Escape")
    page.goto(f"{address}/ho-so")
    press(page, "F2")
    page.keyboard.type("do thi dep")
    page.keyboard.press("Enter")
    page.wait_for_url("**/ho-so?*q=do+thi+dep*")
    page.locator("tbody a").first.focus()
    assert_focus_visible(page)
    page.keyboard.press("Enter")
    expect(page.locator("#signatures")).to_contain_text("Cả hai chữ ký đều hợp lệ")
    press(page, "F1")
    expect(page.get_by_role("dialog")).to_contain_text("Những gì tỉnh đã nhận")
    assert_axe_clean(page)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.wait_for_url("**/ho-so")


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


def test_the_result_downloads_as_the_very_bytes(page: Page, seat: Seat, address: str, result):
    dossier = finished(seat, result)
    login(page, address, OPERATOR)
    page.goto(f"{address}/ho-so/{dossier}")
    with page.expect_download() as given:
        page.get_by_role("link", name="Tải PDF").click()
    assert Path(given.value.path()).read_bytes() == result[3]
    assert PASSWORD not in page.content()
