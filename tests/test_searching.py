"""Finding dossiers by every key, with filters in the address, page by page, as quickly after years as on the first day."""

import pytest
from flask import Flask

from appliance import database, queries, searching
from appliance.box import Box
from appliance.searching import PAGE_MAX, Wanted
from boxes import open_test_box
from desk_room import OWNER, accept, certify, get, log_in, prepare
from people import STAFF

TODAY = "2026-11-23"
MANY = """
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
INSERT INTO dossier (id, device, code, status, signature, procedure, procedure_name, applicant, holder, accepted_at, due_at,
                     finished_at, channel, last_inc, last_seq, state)
SELECT 'd' || i, 'x', 'H-' || i, CASE WHEN i % 20 = 0 THEN 4 ELSE 10 END, 'none', 'p' || (i % 7), 'Thủ tục', 'Nguyễn Văn ' || i,
       'ST' || (i % 3), strftime('%Y-%m-%dT%H:%M:%fZ', '2026-01-01', '+' || i || ' days'), '2026-10-01T17:00:00+07:00',
       CASE WHEN i % 20 = 0 THEN NULL WHEN i % 9 = 0 THEN '2026-10-01T17:00:00.000Z' ELSE '2026-10-01T16:59:00.000Z' END,
       CASE WHEN i % 4 = 0 THEN 'online' ELSE 'counter' END, x'00', i, zeroblob(100) FROM n"""


@pytest.fixture
def many(tmp_path):
    """Give a database with 300 dossiers of three officers."""
    db = database.connect(open_test_box(tmp_path).home.database)
    with database.writing(db):
        db.conn.execute(MANY)
        db.conn.execute("INSERT INTO dossier_search (rowid, words) SELECT rid, 'nguien van ' || code FROM dossier")
    return db


def codes(db, wanted):
    """Walk all pages."""
    found, after = [], 0
    while True:
        page = searching.find(db, wanted, TODAY, after)
        assert len(page.rows) <= PAGE_MAX
        found += [int(row.code[2:]) for row in page.rows]
        if not page.after:
            return found
        after = page.after


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(), range(1, 301)),
        (Wanted(status=4), range(20, 301, 20)),
        (Wanted(status=10, officer="ST1"), [i for i in range(1, 301) if i % 20 and i % 3 == 1]),
        (Wanted(procedure="p3", channel="online"), [i for i in range(1, 301) if i % 7 == 3 and i % 4 == 0]),
        (Wanted(due="late"), range(20, 301, 20)),
        (Wanted(due="done_late"), [i for i in range(1, 301) if i % 9 == 0 and i % 20]),
        (Wanted(due="today"), []),
        (Wanted(first="2026-02-01", last="2026-02-03"), [31, 32, 33]),
        (Wanted(words="nguyễn văn", status=4, officer="ST0"), [60, 120, 180, 240, 300]),
        (Wanted(words="h-17"), [17, *range(170, 180)]),
        (Wanted(words="“ ”"), []),
    ],
)
def test_every_filter_and_every_page_gives_just_what_was_asked_for(many, wanted, expected):
    assert codes(many, wanted) == sorted(expected, reverse=True)


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(status=4), Wanted(status=10, procedure="p1"), Wanted(officer="ST1", channel="online"), Wanted(due="late"),
        Wanted(due="done_late"), Wanted(first="2026-02-01", last="2026-02-03"), Wanted(words="nguyen", status=4), Wanted(),
    ],
)  # fmt: skip
def test_no_filter_reads_a_dossiers_state_while_it_looks(many, wanted):
    sql, args = searching.query(wanted, TODAY)
    plan = [row[3] for row in many.conn.execute(f"EXPLAIN QUERY PLAN {sql}", args)]
    of_dossiers = [line for line in plan if " dossier " in f"{line} "]
    assert of_dossiers and all("USING COVERING INDEX" in line for line in of_dossiers), plan
    if wanted.status == 4 or wanted.procedure or wanted.officer or wanted.first:
        assert not any(line.startswith("SCAN dossier ") for line in plan), plan


@pytest.mark.parametrize("typed", ["0912 345 678", "0912345678", "089 190 012 345", "ngoc anh", "NGỌC ÁNH", "tinh trang hon nhan"])
def test_a_dossier_is_found_by_every_key(app: Flask, box: Box, typed: str) -> None:
    dossier = accept(box)
    code = queries.dossier(box.db, dossier).code
    client = log_in(app, "st08")
    assert code in get(client, f"/tra-cuu?q={typed}").text
    assert code in get(client, f"/tra-cuu?q={code.lower()}").text
    assert code in get(client, f"/tra-cuu?q={code}|1.0|089190012345|Giấy hẹn").text


def test_the_letter_d_with_a_stroke_is_found_without_it(app: Flask, box: Box) -> None:
    accept(box, owner=OWNER | {"name": "Đặng Đình Đức"})
    client = log_in(app, "st08")
    for typed in ("dang dinh duc", "Đặng Đình Đức", "dinh"):
        assert "Đặng Đình Đức" in get(client, f"/tra-cuu?q={typed}").text


def test_filters_stand_in_the_address_and_stay_in_the_form(app: Flask, box: Box) -> None:
    held, late = accept(box), accept(box, days=-3)
    prepare(box, held)
    client = log_in(app, "st03")
    page = get(client, "/tra-cuu?trang_thai=4&can_bo=ST08&kenh=counter").text
    assert queries.dossier(box.db, held).code in page and queries.dossier(box.db, late).code not in page
    assert '<option value="4" selected>' in page and '<option value="ST08" selected>' in page
    page = get(client, "/tra-cuu?han=late").text
    assert queries.dossier(box.db, late).code in page and queries.dossier(box.db, held).code not in page
    assert "với bộ lọc này" in get(client, "/tra-cuu?trang_thai=8").text
    assert get(client, "/tra-cuu?tu=hom qua").status_code == 422
    assert get(client, "/tra-cuu?tu=02/11/2026&den=01/11/2026").status_code == 422
    assert get(client, "/tra-cuu?trang_thai=77&han=x&kenh=y&sau=-5").status_code == 200


def test_the_second_page_follows_the_first(app: Flask, box: Box) -> None:
    for _ in range(PAGE_MAX + 1):
        accept(box)
    client = log_in(app, "st08")
    first = get(client, "/tra-cuu?kenh=counter").text
    following = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = get(client, following).text
    assert first.count('class="num" href="/ho-so/') == PAGE_MAX
    assert second.count('class="num" href="/ho-so/') == 1 and 'rel="next"' not in second


@pytest.mark.parametrize("person", [p for p in STAFF if p[2] in ("postal_agent", "admin", "auditor", "relay_contact")])
def test_who_may_not_see_dossiers_may_not_search_them(app: Flask, box: Box, person: tuple) -> None:
    assert get(log_in(app, person[0].lower()), "/tra-cuu?trang_thai=4").status_code == 403


def test_a_list_shows_no_persons_number(app: Flask, box: Box) -> None:
    certify(box, accept(box, "2.000815"))
    assert OWNER["number"] not in get(log_in(app, "st08"), "/tra-cuu?han=&kenh=counter").text.replace("\u00a0", "")
