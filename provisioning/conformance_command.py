"""`motcua conformance`: does a receiver keep the specification, article by article?"""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from appliance.config import Home
from provisioning.options import new_home_option

MARKS = {"holds": "ĐẠT", "fails": "SAI", "not_tried": "CHƯA THỬ"}
ERASED = {True: "Các hồ sơ thử đã được xóa qua đường đồng bộ.", False: "Các hồ sơ thử CHƯA được xóa (điều 12.1)."}
AFTER = "{erased} Việc còn lại ở máy nhận: bỏ máy thử cùng những gì nó đã gửi (ở máy nhận của phần mềm này bằng lệnh bên dưới)."
FORGET = "  motcua enrol forget {device}"


@click.command(
    help="Thử một máy nhận của tỉnh theo docs/sync.md, từng điều một, bằng một máy thử của xã thử."
    " Trước đó: motcua enrol ask --home THƯ_MỤC yeu-cau.json, rồi người điều hành máy nhận ghi danh và gửi tệp trả lời."
)
@new_home_option
@click.option(
    "--admission",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Tệp trả lời ghi danh (điều 2.1).",
)
@click.option(
    "--second",
    nargs=3,
    metavar="THƯ_MỤC TỆP MÃ_ĐƠN_VỊ",
    type=(click.Path(path_type=Path), click.Path(exists=True, dir_okay=False, path_type=Path), str),
    help="Máy thử thứ hai, của một xã thử khác, để thử việc chuyển hồ sơ giữa hai xã (điều 14).",
)
@click.option("--json", "as_json", is_flag=True, help="In kết quả dạng JSON cho chương trình khác đọc.")
@click.argument("url", metavar="ĐỊA_CHỈ")
def conformance(home: Home, admission: Path, second: tuple[Path, Path, str] | None, as_json: bool, url: str) -> None:
    """Try every article; exit 1 when one fails, 2 when the test could not begin or the line went away."""
    from provisioning.conformance.articles import Party, judge
    from provisioning.conformance.device import Unfit, open_device
    from provisioning.conformance.line import Unreachable, open_line
    from provisioning.conformance.written import NotTried

    tried = [(home, admission, ""), *([(Home(second[0]), second[1], second[2])] if second else [])]
    try:
        devices = [open_device(folder, given.read_bytes()) for folder, given, _ in tried]
        if len({device.id for device in devices}) < len(devices):
            raise Unfit("máy thử thứ hai phải là máy khác")
        first, *others = (
            Party(open_line(url, device.home.keys), device, unit) for device, (*_, unit) in zip(devices, tried, strict=True)
        )
        judged = judge(first, *others)
    except Unfit as unfit:
        _stop(f"Chưa thử được: {unfit}.")
    except NotTried as why:
        _stop(f"Chưa thử được: {why}. Nếu máy thử đã dùng dở, ghi danh máy thử mới.")
    except Unreachable as away:
        _stop(f"Không hỏi được máy nhận {url}: {away}. Kiểm tra địa chỉ, đường truyền và chứng thư rồi thử lại.")
    rows = [asdict(one) for one in judged]
    click.echo(
        json.dumps({"url": url, "devices": [device.id for device in devices], "articles": rows}, ensure_ascii=False, indent=1)
        if as_json
        else said(rows)
    )
    if not as_json:
        erased = any((row["article"], row["outcome"]) == ("12.1", "holds") for row in rows)
        click.echo(AFTER.format(erased=ERASED[erased]))
        click.echo("\n".join(FORGET.format(device=device.id) for device in devices))
    sys.exit(1 if any(row["outcome"] == "fails" for row in rows) else 0)


def _stop(words: str) -> None:
    click.echo(words, err=True)
    sys.exit(2)


def said(rows: Sequence[dict[str, str]]) -> str:
    """Say what came of each article, a line each, and the sum."""
    lines = [f"{row['article']:>5}  {MARKS[row['outcome']]:<8}  {row['words']}{_why(row)}" for row in rows]
    count = {outcome: sum(row["outcome"] == outcome for row in rows) for outcome in MARKS}
    return "\n".join([*lines, f"Đạt {count['holds']} điều, sai {count['fails']} điều, chưa thử {count['not_tried']} điều."])


def _why(row: dict[str, str]) -> str:
    return f"\n{'':17}→ {row['reason']}" if row["reason"] else ""


COMMANDS = (conformance,)
