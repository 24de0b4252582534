"""Dossiers at the province: found, shown, judged, erased; whether a commune's signatures hold."""

import re

from appliance import chain, erasure, files, ledger
from boxes import UNIT
from province_room import accept, decide
from province_seat import FULL, MASKED, Seat, finished
from sync.province import queries
from test_rights import HTTPS


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
