"""Addresses from before districts ended: found with or without marks, asked where a ward was split, never guessed."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from appliance import drafts, queries, reception
from appliance.box import Box
from appliance.catalogue import builtin
from appliance.drafts import Body, Part
from appliance.old_addresses import INTO, OR, translate
from desk_room import HTTPS, csrf, get, grant_numbers, log_in
from test_reception import BICH, MARITAL

DISTRICTS = builtin().sheet("addresses").records
TODAY = "Ấp Long Định, Xã An Châu, Tỉnh An Giang"


def test_the_table_holds_every_old_ward_and_says_where_it_comes_from():
    about = builtin().sheet("addresses").about
    wards = [line for old in DISTRICTS for line in old.wards]
    assert (len(wards), sum(OR in line for line in wards)) == (10_035, 471)
    assert "vietnamadminunits 1.0.4" in about.source and about.licence.startswith("MIT") and "không lấy mã" in about.code_source


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Ấp Long Định, Thị trấn An Châu, Huyện Châu Thành, Tỉnh An Giang", (TODAY,)),
        ("Ấp Long Định, An Châu, Châu Thành, An Giang", (TODAY,)),
        ("AP LONG DINH, AN CHAU, CHAU THANH, AN GIANG", ("AP LONG DINH, Xã An Châu, Tỉnh An Giang",)),
        ("Tổ 5, P. Phúc Xá, Q.Ba Đình, TP Hà Nội", ("Tổ 5, Phường Hồng Hà, Thành phố Hà Nội",)),
        ("Trung Thành, Quan Hóa, Thanh Hóa", ("Xã Trung Thành, Tỉnh Thanh Hóa",)),
        ("Lộc Thành, Lộc Ninh, Bình Phước", ("Xã Lộc Thành, Tỉnh Đồng Nai",)),
        ("Loc Thanh, Loc Ninh, Binh Phuoc", ("Xã Lộc Thành, Tỉnh Đồng Nai", "Xã Lộc Thạnh, Tỉnh Đồng Nai")),
        ("Thốt Nốt, Thốt Nốt, Cần Thơ", ("Phường Thuận Hưng, Thành phố Cần Thơ", "Phường Thốt Nốt, Thành phố Cần Thơ")),
        ("Xã Thốt Nốt, Thốt Nốt, Cần Thơ", ()),  # There was a phường of that name, no xã.
        (TODAY, ()),
        ("Không Đâu, Châu Thành, An Giang", ()),
        ("An Châu, , An Giang", ()),
        ("An Giang", ()),
        ("", ()),
    ],
)
def test_an_old_address_is_written_as_today_or_left_alone(old: str, new: tuple[str, ...]):
    assert translate(DISTRICTS, old) == new


def test_every_old_ward_written_in_full_is_found_as_itself():
    for old in DISTRICTS[::7]:
        for line in old.wards:
            name, _, into = line.partition(INTO)
            found = translate(DISTRICTS, f"{name}, {old.district}, {old.province}")
            assert set(found) == {f"{commune}, {old.into}" for commune in into.split(OR)}


def save(client: FlaskClient, **form: str) -> dict:
    draft = "01936f00-0000-7000-8000-0000000000ab"
    told = {"Referer": HTTPS, "Sec-Fetch-Mode": "cors"}
    data = {"csrf_token": csrf(client, "/tiep-nhan")} | form
    return client.post(f"/tiep-nhan/{draft}/luu", data=data, base_url=HTTPS, headers=told).json


def test_a_card_of_before_offers_the_address_of_today_and_a_split_ward_chooses_nothing(app: Flask):
    client = log_in(app, "st04")
    card = "089190012345||Nguyễn Thị Ngọc Ánh|05081990|Nữ|{}|10092023"
    once = save(client, version="0", number=card.format("Ấp Long Định, An Châu, Châu Thành, An Giang"))
    assert f'data-address="{TODAY}"' in once["parts"]["notes"] and "Giữ địa chỉ cũ" in once["parts"]["notes"]
    split = save(client, version=once["version"], number=card.format("Thốt Nốt, Thốt Nốt, Cần Thơ"))
    assert "Xã cũ đã chia ra 2 nơi" in split["parts"]["notes"]
    assert "Thốt Nốt, Thốt Nốt, Cần Thơ</textarea>" in split["parts"]["person"]
    kept = save(client, version=split["version"], name="Ánh", address="A, Thốt Nốt, Cần Thơ", old_address="A, Thốt Nốt, Cần Thơ")
    assert "Giữ địa chỉ cũ" not in kept["parts"]["notes"]


def test_the_printed_address_is_kept_beside_the_new_one(app: Flask):
    box: Box = app.extensions["box"]
    grant_numbers(box)
    typed = {"name": "Nguyễn Thị Ngọc Ánh", "address": TODAY, "old_address": "Ấp Long Định, An Châu, Châu Thành, An Giang"}
    body = Body(applicant=typed, procedure=MARITAL, parts={"c1": Part(have=True)}, fee_amounts={"Lệ phí hộ tịch": 0})
    made = []
    for applicant in (typed, typed | {"old_address": TODAY}):
        with box.writing() as act:
            draft = drafts.begin(act, "ST04")
            drafts.save(act, draft, "ST04", 1, Body(applicant, procedure=MARITAL, parts=body.parts, fee_amounts=body.fee_amounts))
            made.append(reception.accept(act, box.home, builtin(), draft, BICH).dossier)
    first, second = (queries.dossier(box.db, one).applicant for one in made)
    assert (first["address"], first["old_address"], "old_address" in second) == (TODAY, typed["old_address"], False)
    assert "trên thẻ: Ấp Long Định, An Châu, Châu Thành, An Giang" in get(log_in(app, "st08"), f"/ho-so/{made[0]}").text
