"""Make a catalogue bundle from collected data files, show it, check it.

What was collected is imported whole; what was written by hand (rules, fees, books, results, forms, short names) comes
from an earlier bundle. What could not be understood is listed, nothing is dropped in silence.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import click

from appliance.catalogue import BUILTIN, digest, load_bundle
from appliance.catalogue_faults import faults
from appliance.catalogue_shelf import keep
from appliance.config import Home
from appliance.durable import write_durably
from appliance.errors import Refused
from appliance.text import day_text
from provisioning.options import home_option

BY_HAND = ("addresses", "aliases", "books", "fees", "forms", "processes.general", "results", "roles", "rules")
LIMIT_KEYS = ("value", "unit", "cutoff")
SMALLEST_FEE = 1000  # đồng; a printed number below it lost its thousands.
MONEY = re.compile(r"\d{1,3}(?:\.\d{3})+")
FILE_MODE = 0o644
OUTSIDE = re.compile(r"\b[\w-]+\.md\b(?: §[\d.]+)?")  # A working paper that does not come with the product.
HEADER_KEYS = ("schema",)  # Name of the JSON Schema beside the data file; the bundle is checked by types instead.

Record = dict[str, Any]


def build(data: Path, out: Path, by_hand: Path = BUILTIN, effective_from: date | None = None) -> list[str]:
    """Build a bundle in `out` and give what could not be understood, as sentences of the technician's report."""
    out.mkdir(parents=True, exist_ok=True)
    report: list[str] = []
    made_from, not_taken = {}, _not_taken(data)
    for name, key, shape in IMPORTED:
        text = (data / f"{name}.json").read_text()
        report += [f"{name}: bỏ tên tài liệu không kèm theo: {found}" for found in OUTSIDE.findall(text)]
        sheet = json.loads(OUTSIDE.sub("a working paper", text))
        made_from[name] = sheet["version"]
        records = [shape(record) for record in sheet[key]]
        about = {k: v for k, v in sheet.items() if k not in (key, *HEADER_KEYS)}
        report += _lost(name, sheet, {"about": about, "records": records})
        write_durably(out / f"{name}.json", sheet_bytes(about, records), FILE_MODE)
    for name in BY_HAND:
        write_durably(out / f"{name}.json", (by_hand / f"{name}.json").read_bytes(), FILE_MODE)
    version = max(made_from.values())
    begins = effective_from or date.fromisoformat(version[:10].replace(".", "-"))
    write_durably(out / "manifest.json", _manifest(version, begins, made_from, not_taken), FILE_MODE)
    return report + _not_understood(out)


def sheet_bytes(about: Record, records: list[Record]) -> bytes:
    """Write a sheet as compact JSON, one record a line, so that a difference can be read."""
    lines = ",\n".join(_compact(record) for record in records)
    return f'{{"about":{_compact(about)},\n"records":[\n{lines}\n]}}\n'.encode()


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _manifest(version: str, begins: date, made_from: dict[str, str], not_taken: list[str]) -> bytes:
    manifest = {
        "format": 1,
        "id": "motcua-builtin",
        "version": version,
        "effective_from": begins.isoformat(),
        "title": "Danh mục thủ tục, lịch và quy tắc",
        "made_from": made_from,
        "not_taken": not_taken,
    }
    return (json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode()


def _same(record: Record) -> Record:
    return record


def _core(record: Record) -> Record:
    """Give a hand-checked record the common shape: limits by channel as limits, components of a case in the case."""
    return {**record, "cases": [_core_case(case) for case in record["cases"]]}


def _core_case(case: Record) -> Record:
    limit = {key: value for key, value in case["limit"].items() if key != "per_channel"}
    by_channel = case["limit"]["per_channel"] or {}
    shaped = {**case, "limit": limit, "components": case["components_only_here"]}
    if by_channel:
        shaped["channels"] = {key: None if n is None else {**limit, "value": n} for key, n in by_channel.items()}
        shaped["channels_differ"] = len(set(by_channel.values()) - {None}) > 1
    return {key: value for key, value in shaped.items() if key != "components_only_here"}


def _parsed(record: Record) -> Record:
    """Give a parsed record the common shape: the limit says its basis, a fee that contradicts its text is marked."""
    cases = [{**case, "limit": _with_basis(case)} for case in record["cases"]]
    return {**record, "cases": cases, "fees": [_with_doubt(fee) for fee in record["fees"]]}


def _with_basis(case: Record) -> Record:
    for channel in case["channels"].values():
        if all(channel[key] == case["limit"][key] for key in LIMIT_KEYS):
            return {**case["limit"], "basis": channel["basis"]}
    return case["limit"]


def _with_doubt(fee: Record) -> Record:
    amount, explained = fee["amount"], fee["source_text"].partition("(")[2]
    named = [int(number.replace(".", "")) for number in MONEY.findall(explained)]
    if amount and fee["unit"] == "VND" and amount < SMALLEST_FEE:
        return {**fee, "doubt": "number_too_small"}
    if amount and fee["unit"] == "VND" and named and amount not in named:
        return {**fee, "doubt": "number_contradicts_text"}
    return fee


IMPORTED: tuple[tuple[str, str, Callable[[Record], Record]], ...] = (
    ("procedures.core", "procedures", _core),
    ("procedures", "procedures", _parsed),
    ("processes", "processes", _same),
    ("calendar", "days", _same),
    ("units", "communes", _same),
)
LEFT_OUT = (
    (".other_agency.json", "thủ tục do hải quan, thuế, bảo hiểm xã hội, kho bạc hoặc tòa án giải quyết"),
    ("due_dates.json", "ví dụ tính ngày hẹn, dùng để kiểm thử"),
    (".schema.json", "khuôn dạng của dữ liệu; bộ danh mục được kiểm bằng kiểu chặt hơn"),
    (".md", "thuyết minh cho người đọc"),
)


def _not_taken(data: Path) -> list[str]:
    """Name the files of the folder that the bundle leaves out, with the reason where one is known."""
    taken = {f"{name}.json" for name, _, _ in IMPORTED}
    left = [file.name for file in sorted(data.iterdir()) if file.name not in taken]
    return [f"{name}: {next((why for end, why in LEFT_OUT if name.endswith(end)), 'không rõ là gì')}" for name in left]


def _lost(name: str, before: Record, after: Record) -> list[str]:
    """Compare every value of the source with what was written; a value that is not there any more is reported."""
    kept = Counter(_leaves(after))
    gone = Counter(_leaves({k: v for k, v in before.items() if k not in HEADER_KEYS})) - kept
    return [f"{name}: mất giá trị {value!r} ({count} lần)" for value, count in gone.items()]


def _leaves(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner)
    elif value is not None:
        yield repr(value)


def _not_understood(out: Path) -> list[str]:
    """List what stands in the bundle but must not be relied on."""
    if found := faults(out):
        return [f"sai: {fault}" for fault in found]
    catalogue = load_bundle(out)
    return [sentence for one in catalogue.procedures.values() for sentence in _uncertain(one)]


def _uncertain(procedure: Any) -> Iterator[str]:
    for case in procedure.cases:
        if case.limit.value is None:
            yield f"{procedure.code}: không có thời hạn ({case.id})"
        elif case.limit.unit is None:
            yield f"{procedure.code}: thời hạn {case.limit.value} không có đơn vị ({case.id})"
    for fee in procedure.fees:
        if fee.doubt or fee.unit == "USD":
            yield f"{procedure.code}: mức phí không dùng được: {fee.source_text[:80]}"
        elif fee.amount is None:
            yield f"{procedure.code}: chưa rõ mức phí ({fee.set_by or 'không nêu'})"
    marks = procedure.quality or {}
    if marks.get("limit") == "unit_conflict":
        yield f"{procedure.code}: đơn vị thời hạn in trái với mô tả"
    if marks.get("components") in ("uncertain", "missing"):
        yield f"{procedure.code}: thành phần hồ sơ {'chưa chắc' if marks['components'] == 'uncertain' else 'không có'}"


commands = click.Group("catalogue", help="Danh mục thủ tục: tạo, xem, kiểm tra.")


@commands.command("build", help="Tạo bộ danh mục từ thư mục dữ liệu DATA vào thư mục OUT.")
@click.argument("data", metavar="DỮ_LIỆU", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("out", metavar="NƠI_GHI", type=click.Path(file_okay=False, path_type=Path))
@click.option("--full", is_flag=True, help="In từng điều chưa rõ.")
def build_command(data: Path, out: Path, full: bool) -> None:
    report = build(data, out)
    for sentence in report if full else ():
        click.echo(f"  {sentence}")
    click.echo(f"Đã tạo bộ danh mục {digest(out)[:12]}. Điều chưa rõ: {len(report)} (xem đủ với --full).")


@commands.command("show", help="Xem bộ danh mục (mặc định: bộ có sẵn) và quy tắc đang có hiệu lực, kèm nguồn.")
@click.argument("path", metavar="THƯ_MỤC", type=click.Path(exists=True, file_okay=False, path_type=Path), default=BUILTIN)
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="Ngày xem; mặc định là ngày hiệu lực của bộ.")
def show_command(path: Path, day: Any) -> None:
    catalogue = _loaded(path)
    manifest = catalogue.manifest
    when = day.date() if day else manifest.effective_from
    click.echo(f"Bộ danh mục {manifest.id}, bản {manifest.version}, hiệu lực từ {day_text(manifest.effective_from)}")
    click.echo(f"Mã băm {catalogue.digest}")
    core = sum(procedure.core for procedure in catalogue.procedures.values())
    click.echo(f"{len(catalogue.procedures)} thủ tục, {core} thủ tục đã đối chiếu từng mục; {len(catalogue.books)} sổ")
    click.echo(f"Quy tắc ngày {day_text(when)}:")
    for name, entry in sorted(catalogue.rule_entries_on(when).items()):
        checked = "đã đối chiếu" if entry.verified else "chưa đối chiếu"
        click.echo(f"  {name} = {_compact(entry.value)} (từ {day_text(entry.effective_from)}, {checked}) – {entry.source}")


@commands.command("verify", help="Kiểm tra bộ danh mục; in mọi chỗ sai cùng một lúc.")
@click.argument("path", metavar="THƯ_MỤC", type=click.Path(exists=True, file_okay=False, path_type=Path), default=BUILTIN)
def verify_command(path: Path) -> None:
    found = faults(path)
    for fault in found:
        click.echo(f"  {fault}")
    if found:
        raise click.ClickException(f"Bộ danh mục không dùng được: {len(found)} chỗ sai.")
    click.echo(f"Bộ danh mục đúng. Mã băm {digest(path)}")


@commands.command("keep", help="Giữ bộ danh mục trong THƯ_MỤC ở máy của xã; có hiệu lực từ ngày ghi trong bộ.")
@home_option
@click.argument("path", metavar="THƯ_MỤC", type=click.Path(exists=True, file_okay=False, path_type=Path))
def keep_command(home: Home, path: Path) -> None:
    try:
        name = keep(home, path)
    except Refused as refused:
        raise click.ClickException(f"Bộ danh mục không dùng được: {refused.facts.get('first')}") from None
    begins = load_bundle(path).manifest.effective_from
    click.echo(f"Đã giữ bộ danh mục {name[:12]}, hiệu lực từ {day_text(begins)}.")


def _loaded(path: Path) -> Any:
    try:
        return load_bundle(path)
    except Refused as refused:
        raise click.ClickException(f"Bộ danh mục không dùng được: {refused.facts.get('first')}") from None
