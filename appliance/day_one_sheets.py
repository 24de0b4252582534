"""The three tables of day one as CSV: running dossiers, last numbers of registers, holders. Which is which is told by the header.

Reads bytes and gives rows with their line numbers; what a row means is judged in appliance/day_one.py. Codes stay text.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from appliance import files
from appliance.text import Line, nfc

FILE_BYTES_MAX = 20 * 1024 * 1024
ROWS_MAX = 20_000
CELL_CHARS_MAX = 2_000
DELIMITERS = ";,"
BROKEN = re.compile("\ufffd|\\w\\?\\w")  # What other encodings leave of Vietnamese letters.


@dataclass(frozen=True)
class Column:
    """A column: its header, whether every row must fill it, and what stands in it (shown in the template)."""

    name: str
    required: bool
    example: str


DOSSIERS, REGISTERS, HOLDERS = "dossiers", "registers", "holders"
TABLES: Mapping[str, tuple[Column, ...]] = {
    DOSSIERS: (
        Column("ma_ho_so", True, "000.00.13.H01-251120-0012"),
        Column("ma_thu_tuc", True, "mã thủ tục của danh mục"),
        Column("truong_hop", False, ""),
        Column("nguoi_nop", True, "Nguyễn Thị Ví Dụ"),
        Column("so_dinh_danh", False, "089190012345"),
        Column("dien_thoai", False, "0912 345 678"),
        Column("dia_chi", False, "Ấp Mẫu, xã An Châu"),
        Column("nhan_luc", True, "20/11/2026 08:10"),
        Column("hen_tra", False, "25/11/2026"),
        Column("trang_thai", True, "4"),
        Column("cho_tu", False, "21/11/2026 09:00"),
        Column("so_tien_cho_nop", False, "8000"),
        Column("xong_luc", False, "24/11/2026 15:00"),
        Column("nguoi_giu", False, "Trần Văn Cũ"),
        Column("kenh", False, "quầy"),
        Column("ghi_chu", False, "chuyển từ hệ thống cũ"),
    ),
    REGISTERS: (Column("so", True, "outgoing"), Column("nam", True, "2026"), Column("so_cuoi", True, "1527")),
    HOLDERS: (Column("ten_o_he_thong_cu", True, "Trần Văn Cũ"), Column("ma_can_bo", True, "ST08")),
}


@dataclass(frozen=True)
class Row:
    """A row: its line in the file (the header is line 1) and its cells by header; empty cells are ""."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Sheet:
    """A file as read. `kind` is "" where the header is none of ours; then there are no rows."""

    name: str
    digest: str
    kind: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Remark:
    """Something to say about a line: `bad` keeps the whole file out, the rest is to be looked at."""

    file: str
    line: int
    said: Line
    bad: bool = True


def template(kind: str) -> str:
    """Write an empty table with one example row, as the technician fills it."""
    columns = TABLES[kind]
    return "\n".join((";".join(column.name for column in columns), ";".join(column.example for column in columns))) + "\n"


def read(name: str, data: bytes) -> tuple[Sheet, list[Remark]]:
    """Read a file: UTF-8 with or without a mark in front, `;` or `,` between cells. Says all that is wrong at once."""
    blank = Sheet(name, files.digest_of(data), "", ())
    if len(data) > FILE_BYTES_MAX:
        return blank, [Remark(name, 1, Line("import_too_large", {"most": FILE_BYTES_MAX // 1024 // 1024}))]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return blank, [Remark(name, 1, Line("import_not_utf8"))]
    header = [nfc(cell).lower() for cell in _cells(text.split("\n", 1)[0])]
    kind = next((kind for kind, columns in TABLES.items() if {c.name for c in columns if c.required} <= set(header)), "")
    if not kind:
        return blank, [Remark(name, 1, Line("import_header_unknown"))]
    known = {column.name for column in TABLES[kind]}
    wrong = [Remark(name, 1, Line("import_column_unknown", {"column": one}), False) for one in header if one and one not in known]
    rows: list[Row] = []
    for line, cells in _lines(text):
        if len(cells) != len(header):
            wrong.append(Remark(name, line, Line("import_cells_wrong", {"got": len(cells), "wanted": len(header)})))
        elif len(rows) == ROWS_MAX:
            wrong.append(Remark(name, line, Line("import_too_many", {"most": ROWS_MAX})))
            break
        else:
            row = Row(line, {key: nfc(cell) for key, cell in zip(header, cells, strict=True) if key in known})
            rows.append(row)
            wrong += [Remark(name, line, said) for said in _faults(kind, row)]
    return Sheet(name, blank.digest, kind, tuple(rows)), wrong


def _delimiter(text: str) -> str:
    first = text.split("\n", 1)[0]
    return max(DELIMITERS, key=first.count)


def _cells(text: str) -> list[str]:
    return next(csv.reader([text.strip("\r")], delimiter=_delimiter(text)), [])


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Walk the rows after the header with the line each begins on; empty lines are passed over."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    next(reader, None)
    begins = reader.line_num + 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield begins, cells
        begins = reader.line_num + 1


def _faults(kind: str, row: Row) -> Iterator[Line]:
    """Say what is missing, too long, or lost its marks on the way (a letter no alphabet has, a ? inside a word)."""
    for column in TABLES[kind]:
        cell = row.cells.get(column.name, "")
        if column.required and not cell:
            yield Line("import_cell_missing", {"column": column.name})
        if len(cell) > CELL_CHARS_MAX:
            yield Line("import_cell_long", {"column": column.name, "most": CELL_CHARS_MAX})
        if BROKEN.search(cell):
            yield Line("import_marks_lost", {"column": column.name})
