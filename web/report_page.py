"""Báo cáo tình hình giải quyết hồ sơ (II.06a): a period in the address, its arithmetic shown, each number leads to its dossiers.

As CSV and as PDF/A besides. Numbers and lists are counted from the same cases, so they cannot differ.
"""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, abort, render_template, request, url_for

from appliance import forms, queries, report, report_cases
from appliance.clock import local_day, stamp
from appliance.errors import Refused
from appliance.forms import Column, TableData
from appliance.office import office_of
from appliance.registers import Span
from appliance.report import Case, Row
from appliance.text import day_text, number_text, read_day
from web import desk
from web.per_request import act, box
from web.register import attached_as, csv_of
from web.vietnamese import sentence
from web.words.report import COLUMNS

bp = Blueprint("report", __name__)
FORM = "report"
PAGE_MAX = 50
WHOLE = "*"  # All sectors, in the address.
NO_SECTOR = "(chưa rõ lĩnh vực)"


@bp.get("/bao-cao")
@act("view_report")
def page() -> tuple[str, int]:
    """Show the report of a period: `tu`, `den`; this month without them."""
    problem, span, rows = "", usual(), []
    try:
        span = asked()
        rows = report.rows((case for _, case in cases(span)), span)
    except Refused as refused:
        problem = sentence(refused)
    return render_template(
        "report.html",
        span=span,
        rows=rows,
        total=report.total(rows),
        COLUMNS=COLUMNS,
        periods=periods(),
        days=days_of(span),
        problem=problem,
        failed=bool(problem),
        NO_SECTOR=NO_SECTOR,
        WHOLE=WHOLE,
    ), 422 if problem else 200


@bp.get("/bao-cao/ho-so")
@act("view_report")
def behind() -> str:
    """List the dossiers behind one number: `linh-vuc` (or all), `cot`, page by page."""
    span, sector, column, after = asked(), request.args.get("linh-vuc", WHOLE), request.args.get("cot", ""), page_asked()
    if column not in COLUMNS:
        abort(404)
    ids = [dossier for dossier, case in cases(span) if counted(case, span, sector, column)]
    shown = ids[after * PAGE_MAX : (after + 1) * PAGE_MAX]
    address: dict[str, Any] = {**days_of(span), "linh-vuc": sector, "cot": column}
    return render_template(
        "report_behind.html",
        span=span,
        rows=desk.rows(queries.by_ids(box().db, shown)),
        count=len(ids),
        sector="" if sector == WHOLE else sector or NO_SECTOR,
        column=COLUMNS[column],
        days=days_of(span),
        first_shown=after * PAGE_MAX + 1,
        before=url_for("report.behind", **address, trang=after or None) if after else "",
        next=url_for("report.behind", **address, trang=after + 2) if len(ids) > (after + 1) * PAGE_MAX else "",
    )


@bp.get("/bao-cao.csv")
@act("view_report")
def as_csv() -> Response:
    """Give the report as CSV (UTF-8 with its mark)."""
    span = asked()
    heads = ["STT", "Lĩnh vực", *(f"{group}: {head} ({n})" for n, group, head in COLUMNS.values())]
    return attached_as(csv_of(heads, lines(span)), "text/csv", name_of(span, "csv"))


@bp.get("/bao-cao.pdf")
@act("view_report")
def as_pdf() -> Response:
    """Give the report as PDF/A, to be printed and signed."""
    span, office = asked(), office_of(box().home.settings)
    total = report.total(report.rows((case for _, case in cases(span)), span))
    heads = [Column(head=f"{group}: {head} ({n})", share=3, align="right") for n, group, head in COLUMNS.values()]
    data = TableData(
        made_at=stamp(),
        parent_agency=office.parent,
        agency=office.agency,
        place=office.place,
        subtitle=f"Từ ngày {day_text(span.first)} đến ngày {day_text(span.last)}",
        columns=(Column(head="STT", share=2), Column(head="Lĩnh vực", share=9), *heads),
        rows=tuple(lines(span)),
        empty="Không có hồ sơ nào trong kỳ.",
        notes=tuple(arithmetic(total)),
        signers=(("NGƯỜI LẬP BIỂU", ""), ("THỦ TRƯỞNG ĐƠN VỊ", "")),
    )
    return attached_as(forms.render(FORM, data), "application/pdf", name_of(span, "pdf"))


def cases(span: Span) -> list[tuple[str, Case]]:
    """List the cases of a period, sectors by the catalogue in force."""
    sectors = {code: one.sector.name or "" for code, one in desk.catalogue_now().procedures.items()}
    return report_cases.cases(box().db, sectors, span)


def counted(case: Case, span: Span, sector: str, column: str) -> bool:
    """Say whether a case stands in a cell."""
    return sector in (WHOLE, case.sector) and column in report.columns_of(case, span)


def lines(span: Span) -> list[tuple[str, ...]]:
    """Write the rows and their sum as texts."""
    rows = report.rows((case for _, case in cases(span)), span)
    named = [(str(n), row.sector or NO_SECTOR, row) for n, row in enumerate(rows, 1)]
    every = [*named, ("", "Tổng cộng", report.total(rows))] if rows else []
    return [(n, name, *(number_text(getattr(row, column)) for column in COLUMNS)) for n, name, row in every]


@bp.app_template_global()
def arithmetic(row: Row) -> list[str]:
    """Show the four sums with their numbers."""
    return [f"({words}): {number_text(whole)} = {' + '.join(map(number_text, parts))}" for words, whole, parts in row.sums()]


def asked() -> Span:
    """Read the days in the address. Raises Refused `period_wrong`, `date_invalid`."""
    today, given = local_day(stamp()), usual()
    first, last = (request.args.get(name) for name in ("tu", "den"))
    return Span(read_day(first, today) if first else given.first, read_day(last, today) if last else given.last)


def usual() -> Span:
    """Give this month up to today."""
    today = local_day(stamp())
    return Span(today.replace(day=1), today)


def periods() -> list[tuple[str, Span]]:
    """List the periods that are asked for most."""
    today = local_day(stamp())
    month = today.replace(day=1)
    last_month = (month - timedelta(days=1)).replace(day=1)
    quarter = today.replace(month=today.month - (today.month - 1) % 3, day=1)
    return [
        ("Tháng này", Span(month, today)),
        ("Tháng trước", Span(last_month, month - timedelta(days=1))),
        ("Quý này", Span(quarter, today)),
        ("Năm nay", Span(today.replace(month=1, day=1), today)),
    ]


def days_of(span: Span) -> dict[str, str]:
    """Give a period as it stands in an address."""
    return {"tu": span.first.isoformat(), "den": span.last.isoformat()}


def page_asked() -> int:
    """Give which page of a list is asked for, from 0."""
    return max(1, request.args.get("trang", 1, int)) - 1


def name_of(span: Span, ending: str) -> str:
    """Name a file."""
    return f"bao-cao-{span.first.isoformat()}-{span.last.isoformat()}.{ending}"
