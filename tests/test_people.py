"""Persons at the counter: typed, read from a card, and what does not fit together."""

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import Refused
from appliance.people import Person, number_warnings, parse_card_qr, person_of, tidy, wrong_fields
from web.vietnamese import SENTENCES

TODAY = date(2026, 11, 21)
CARD = "089190126612|351234567|Nguyễn Thị Ngọc Ánh|05081990|Nữ|Tổ 3, Long Định, An Châu, An Giang|10072025"
ENDED = date(2025, 7, 1)


def test_a_card_fills_the_person():
    card = parse_card_qr(CARD + "\r\n", ENDED)
    assert card.warnings == ()
    assert card.person == Person(
        name="Nguyễn Thị Ngọc Ánh",
        number="089190126612",
        number_kind="12",
        birth="1990-08-05",
        gender="Nữ",
        address="Tổ 3, Long Định, An Châu, An Giang",
        issued="2025-07-10",
        old_number="351234567",
    )


def test_data_about_other_persons_on_a_new_card_is_dropped():
    card = parse_card_qr(CARD + "|Nguyễn Văn Cha|Trần Thị Mẹ|089060000001")
    assert "Cha" not in repr(card) and "089060000001" not in repr(card)


def test_an_empty_old_number_and_decomposed_letters_are_fine():
    payload = unicodedata.normalize("NFD", CARD.replace("351234567", ""))
    assert parse_card_qr(payload).person.name == "Nguyễn Thị Ngọc Ánh"


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ("", "card_layout"),
        ("https://example.vn/x", "card_layout"),
        ("|".join(CARD.split("|")[:6]), "card_layout"),
        (CARD.replace("Nguyễn Thị Ngọc Ánh", ""), "card_layout"),
        (CARD + "|" + "x" * 3000, "card_layout"),
        (CARD.replace("089190126612", "08919012661"), "card_number"),
        (CARD.replace("089190126612", "０89190126612"), "card_number"),
        (CARD.replace("05081990", "31021990"), "card_date"),
        (CARD.replace("05081990", "5081990"), "card_date"),
        (CARD.replace("10072025", ""), "card_date"),
    ],
)
def test_what_is_no_card_is_refused_and_nothing_is_filled(payload, code):
    with pytest.raises(Refused) as refused:
        parse_card_qr(payload)
    assert refused.value.code == code and code in SENTENCES
    assert "Nguyễn" not in repr(refused.value.facts)


@pytest.mark.parametrize(
    ("payload", "warning"),
    [
        (CARD.replace("1990|", "1991|"), "birth_mismatch"),
        (CARD.replace("|Nữ|", "|Nam|"), "gender_mismatch"),
        (CARD.replace("10072025", "10072024"), "address_old"),
        (
            "089190126612||Nguyn Th Ngc nh|05081990|Nữ|T 3, Long nh, An Chu, An Giang|10072025",
            "marks_lost",
        ),
        (CARD.replace("|Nữ|", "|N|"), "marks_lost"),
        (CARD.replace("Nguyễn", "Nguy?n"), "marks_lost"),
    ],
)
def test_what_does_not_fit_is_a_warning_and_never_blocks(payload, warning):
    assert warning in parse_card_qr(payload, ENDED).warnings
    assert warning in SENTENCES


def test_a_short_plain_name_with_a_vietnamese_address_lost_nothing():
    card = parse_card_qr("066190126612||Y Blut|05081990|Nữ|Buôn Đôn, Đắk Lắk|10072025")
    assert card.warnings == ()


def test_a_child_of_this_century_has_the_right_digit():
    child = Person(name="Lê Văn Mẫu", number="089225000001", number_kind="12", birth="2025-01-02", gender="Nam")
    assert number_warnings(child) == ()
    assert number_warnings(Person(name="x", number="351234567", number_kind="9", birth="1990")) == ()


@given(st.text(max_size=300))
def test_no_payload_breaks_the_reader(payload):
    try:
        parse_card_qr(payload)
    except Refused as refused:
        assert refused.code in SENTENCES


def test_a_typed_person_is_tidied_for_the_event():
    typed = {
        "name": " Y Blứt Niê ",
        "number": "001 190 012 345",
        "birth": "1955",
        "phone": "0912 345 678",
        "email": "",
        "gender": "",
    }
    assert tidy(typed, TODAY) == {
        "name": "Y Blứt Niê",
        "number": "001190012345",
        "number_kind": "12",
        "birth": "1955",
        "phone": "+84912345678",
    }


def test_tidying_twice_changes_nothing():
    once = tidy({"name": "H'Hen Niê", "number": "001190012345", "birth": "5/2/1990", "phone": "0912345678"}, TODAY)
    assert tidy(once, TODAY) == once


def test_a_passport_number_is_taken_as_written():
    assert person_of({"name": "Anna", "number": "C1234567", "number_kind": "other"}, TODAY).number == "C1234567"


def test_all_wrong_fields_are_told_at_once():
    typed = {
        "name": " ",
        "number": "123",
        "birth": "31/02/2000",
        "phone": "113",
        "email": "a",
        "gender": "Khác",
        "address": "x" * 600,
    }
    wrong = wrong_fields(typed, TODAY)
    assert wrong == {
        "name": "name_missing",
        "number": "personal_number_digits",
        "birth": "date_invalid",
        "phone": "phone_invalid",
        "email": "email_invalid",
        "gender": "gender_unknown",
        "address": "field_long",
    }
    assert set(wrong.values()) <= set(SENTENCES)
    assert wrong_fields({"organisation": "Hợp tác xã Mẫu", "phone": ""}, TODAY) == {}
    assert wrong_fields({"name": "Anna", "number": "C1234567", "number_kind": "other"}, TODAY) == {}
