"""The report's page: the sums are shown, each number leads to exactly its dossiers, files go out; empty and wrong periods too."""

import csv
import io
import re
from datetime import date, timedelta

import pikepdf
import pytest
from flask import Flask

from appliance import processing, queries, report, report_cases
from appliance.box import Box
from appliance.clock import local_day, stamp
from appliance.looking_back import told
from appliance.registers import Span
from desk_room import COPIES, accept, certify, get, grant_numbers, log_in
from web.words.report import COLUMNS

SECTORS = {"1.004873": "Hộ tịch", "2.000815": "Chứng thực"}


@pytest.fixture
def box(app: Flask) -> Box:
    """Give the box behind the pages, with dossiers at several stations."""
    box = app.extensions["box"]
    grant_numbers(box)
    certify(box, accept(box, COPIES))
    withdrawn = accept(box)
    accept(box, days=-2)
    with box.writing() as act:
        processing.take(act, withdrawn, "ST08")
        clear = {"request": {"key": "x"}, "refund": 0}
        act.record("dossier.withdrawn", actor="ST04", dossier=withdrawn, clear=clear, personal={"reason": "x"})
    return box


def today() -> date:
    return local_day(stamp())


def test_a_case_from_its_row_is_the_case_from_its_events(box: Box) -> None:
    span = Span(today() - timedelta(days=3), today())
    found = report_cases.cases(box.db, SECTORS, span)
    assert len(found) == 3
    for dossier, case in found:
        assert case == report.case_of(told(box.db, box.device, dossier), SECTORS, span.last)
    assert report_cases.cases(box.db, SECTORS, Span(today() - timedelta(days=9), today() - timedelta(days=8))) == []
    later = Span(today() + timedelta(days=1), today() + timedelta(days=5))
    assert {case.ended for _, case in report_cases.cases(box.db, SECTORS, later)} == {None}


def test_each_number_leads_to_as_many_dossiers(app: Flask, box: Box) -> None:
    client = log_in(app, "st01")
    page = get(client, "/bao-cao")
    assert page.status_code == 200 and "(3 = 4 + 5 + 6): 3 = 0 + 3 + 0" in page.text
    assert "(7 = 8 + 9 + 10): 2 = 1 + 1 + 0" in page.text and "(11 = 12 + 13): 1 = 0 + 1" in page.text
    cells = re.findall(r'href="(/bao-cao/ho-so\?[^"]+)"[^>]*>(\d+)</a>', page.text)
    assert len(cells) > 10
    for address, number in cells:
        listed = get(client, address.replace("&amp;", "&"))
        assert listed.text.count('data-th="Người nộp"') == int(number), address
    assert get(client, "/bao-cao/ho-so?cot=nothing").status_code == 404


def test_long_lists_are_paged_and_nothing_is_cut(app: Flask, box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.report_page.PAGE_MAX", 2)
    client = log_in(app, "st01")
    first = get(client, "/bao-cao/ho-so?cot=received")
    assert "1–2</span> trong" in first.text and "trang=2" in first.text
    assert get(client, "/bao-cao/ho-so?cot=received&trang=2").text.count('data-th="Người nộp"') == 1


def test_it_goes_out_as_csv_with_its_mark_and_as_tagged_pdf(app: Flask, box: Box) -> None:
    client = log_in(app, "st09")
    data = get(client, "/bao-cao.csv").data
    assert data.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert len(lines[0]) == 2 + len(COLUMNS) and lines[-1][1] == "Tổng cộng" and lines[-1][2] == "3"
    document = pikepdf.open(io.BytesIO(get(client, "/bao-cao.pdf").data))
    assert "/StructTreeRoot" in document.Root and len(document.pages) == 1


@pytest.mark.parametrize("address", ["tu=31/02/2026", "tu=01/02/2026&den=01/01/2026", "tu=2020-01-01&den=2026-01-01"])
def test_wrong_days_are_told(app: Flask, box: Box, address: str) -> None:
    client = log_in(app, "st03")
    assert get(client, f"/bao-cao?{address}").status_code == 422
    assert get(client, f"/bao-cao.csv?{address}").status_code == 422


def test_an_empty_period_says_so(app: Flask, box: Box) -> None:
    answer = get(log_in(app, "st10"), "/bao-cao?tu=01/01/2020&den=31/01/2020")
    assert answer.status_code == 200 and "Không có hồ sơ nào trong kỳ này" in answer.text
    assert queries.by_ids(box.db, []) == []


@pytest.mark.parametrize("account", ["st04", "st06", "st07", "st08", "st15", "st16", "st17", "st18"])
def test_a_report_is_not_for_everybody(app: Flask, box: Box, account: str) -> None:
    client = log_in(app, account)
    for path in ("/bao-cao", "/bao-cao.csv", "/bao-cao.pdf", "/bao-cao/ho-so?cot=received"):
        assert get(client, path).status_code == 403
