"""Officers read, type and sort Vietnamese as they always did."""

import unicodedata
from datetime import date, datetime

import pytest

from appliance.errors import Refused
from appliance.text import (
    birth_text,
    day_form,
    fold,
    moment_form,
    moment_text,
    money_form,
    money_text,
    money_words,
    nfc,
    number_grouped,
    number_masked,
    number_words,
    phone_masked,
    phone_text,
    read_birth,
    read_day,
    read_number,
    read_phone,
    read_time,
    vkey,
)

TODAY = date(2026, 11, 21)


def code_of(act, *args) -> str:
    with pytest.raises(Refused) as refused:
        act(*args)
    return refused.value.code


def test_a_name_typed_without_marks_finds_the_same_name_with_them():
    assert fold("Nguyễn Đức  Thuỵ") == fold("NGUYEN duc thuy") == "nguien duc thui"
    assert fold("Hoà") == fold("Hòa") == fold(unicodedata.normalize("NFD", "Hòa"))
    assert fold("Quý") == fold("Quí")
    assert fold("H\u2019Hen Niê") == fold("h'hen nie")


def test_a_name_from_a_phone_is_stored_composed():
    assert nfc(unicodedata.normalize("NFD", " Nguyễn ")) == "Nguyễn"


def test_names_sort_by_given_name_then_letters_then_tones():
    wanted = [
        "Lê Văn An",
        "Trần Văn An",
        "Bùi Ẩn",
        "Bùi Ấn",
        "Võ Bình",
        "Đỗ Dung",
        "Hồ Đẹp",
        "Y Blứt Êban",
        "Lê Hoa",
        "An Hòa",
        "Phan Yên",
    ]
    assert sorted(reversed(wanted), key=vkey) == wanted


def test_sorting_survives_names_the_alphabet_does_not_know():
    assert vkey("H'Hen Niê") and vkey("Ñandú") and vkey("李") and vkey("") == vkey(" ")
    assert vkey(unicodedata.normalize("NFD", "Nguyễn Thị Ngọc Ánh")) == vkey("Nguyễn Thị Ngọc Ánh")


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "Không"),
        (5, "Năm"),
        (10, "Mười"),
        (11, "Mười một"),
        (15, "Mười lăm"),
        (20, "Hai mươi"),
        (24, "Hai mươi tư"),
        (55, "Năm mươi lăm"),
        (14, "Mười bốn"),
        (101, "Một trăm linh một"),
        (8000, "Tám nghìn"),
        (15000, "Mười lăm nghìn"),
        (21000, "Hai mươi mốt nghìn"),
        (105000, "Một trăm linh năm nghìn"),
        (200000, "Hai trăm nghìn"),
        (1005000, "Một triệu không trăm linh năm nghìn"),
        (1000005, "Một triệu không trăm linh năm"),
        (1234567, "Một triệu hai trăm ba mươi tư nghìn năm trăm sáu mươi bảy"),
        (10**9, "Một tỷ"),
        (2 * 10**12 + 15, "Hai nghìn tỷ không trăm mười lăm"),
    ],
)
def test_a_receipt_says_its_amount_in_words(number, words):
    assert number_words(number) == words


def test_the_south_says_le_for_linh():
    assert money_words(105000, "lẻ") == "Một trăm lẻ năm nghìn đồng"


def test_money_is_shown_and_written():
    assert money_text(8000) == "8.000\u00a0đ"
    assert money_form(8000) == "8.000 đồng (Bằng chữ: Tám nghìn đồng)"
    with pytest.raises(ValueError):
        number_words(-1)


def test_days_and_moments_are_shown_and_written():
    assert day_form(TODAY) == "ngày 21 tháng 11 năm 2026"
    assert day_form(date(2026, 2, 5)) == "ngày 05 tháng 02 năm 2026"
    assert day_form(date(2026, 3, 10)) == "ngày 10 tháng 3 năm 2026"
    moment = datetime(2026, 11, 23, 16, 30)
    assert moment_text(moment) == "16:30\u00a0Thứ\u00a0Hai, 23/11/2026"
    assert moment_form(moment) == "16 giờ 30 phút, ngày 23 tháng 11 năm 2026"


@pytest.mark.parametrize("typed", ["21112026", "211126", "21/11/26", "21-11-2026", " 21.11.2026", "2026-11-21"])
def test_a_day_may_be_typed_in_many_ways(typed):
    assert read_day(typed, TODAY) == TODAY


@pytest.mark.parametrize("typed", ["", "31/02/2026", "21112", "21/11", "hôm nay", "0/0/0000", "２１/11/2026"])
def test_a_day_that_does_not_exist_is_refused(typed):
    assert code_of(read_day, typed, TODAY) == "date_invalid"


def test_a_birth_year_of_two_digits_is_never_in_the_future():
    assert read_birth("5/2/90", TODAY) == "1990-02-05"
    assert read_birth("05/02/26", TODAY) == "2026-02-05"
    assert read_birth("1955", TODAY) == "1955"
    assert code_of(read_birth, "22/11/2026", TODAY) == "date_in_future"
    assert (birth_text("1990-02-05"), birth_text("1955")) == ("05/02/1990", "1955")


def test_a_time_may_be_typed_in_many_ways():
    assert {read_time(typed).isoformat("minutes") for typed in ("0905", "9h5", "9:05", "09H05")} == {"09:05"}
    assert read_time("9h").hour == 9
    assert {code_of(read_time, typed) for typed in ("2460", "25h", "chín giờ", "")} == {"time_invalid"}


@pytest.mark.parametrize("typed", ["0912345678", "+84 912 345 678", "84912345678", "0912.345.678"])
def test_a_telephone_number_is_kept_in_one_form(typed):
    assert read_phone(typed) == "+84912345678"


def test_a_telephone_number_is_shown_and_masked():
    assert phone_text("+84912345678") == "0912\u00a0345\u00a0678"
    assert phone_masked("+84912345678") == "0912\u00a0•••\u00a0678"
    assert {code_of(read_phone, typed) for typed in ("113", "0112345678", "không có", "")} == {"phone_invalid"}


def test_a_personal_number_is_checked_grouped_and_masked():
    assert read_number("001 190 012 345") == ("001190012345", "12")
    assert read_number("351234567") == ("351234567", "9")
    assert {code_of(read_number, typed) for typed in ("00119001234", "00119001234x", "")} == {"personal_number_digits"}
    assert number_grouped("001190012345") == "001\u00a0190\u00a0012\u00a0345"
    assert number_masked("089190126612") == "089•••••6612"
    assert "351" not in number_masked("351234567")
