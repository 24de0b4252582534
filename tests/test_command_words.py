"""What a technician reads of the command itself is Vietnamese: help of every command, and what is said of a wrong line."""

import re
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from provisioning.cli import main

ENGLISH = re.compile(r"\b(Usage|Options|Commands|OPTIONS|COMMAND|ARGS|Show this|required|TEXT|INTEGER|DIRECTORY|FILE|PATH)\b")


def every(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """List every command, groups too, by the words that call it."""
    yield path
    for name, command in group.commands.items():
        yield from every(command, (*path, name)) if isinstance(command, click.Group) else [(*path, name)]


@pytest.mark.parametrize("path", list(every(main)), ids=" ".join)
def test_the_help_of_every_command_is_vietnamese(path: tuple[str, ...]):
    told = CliRunner().invoke(main, [*path, "--help"], prog_name="motcua")
    assert told.exit_code == 0 and "Cách dùng: motcua" in told.output
    assert not ENGLISH.search(told.output), told.output


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("courier imp", "Không có lệnh “imp”. Ý là 'import'?"),
        ("courier export --home HERE", "Thiếu tùy chọn '--to'."),
        ("courier export --home HERE --to /nowhere", "Giá trị sai ở '--to': Không có '/nowhere'."),
        ("courier import --home HERE", "Thiếu tham số 'GÓI'."),
        ("restore --home HERE --life x", "“x” không phải là số."),
        ("restore --home HERE --life 0", "0 nằm ngoài khoảng x>=1."),
        ("health --bogus", "Không có tùy chọn “--bogus”."),
        ("budget --home", "Tùy chọn --home cần một giá trị."),
        ("feed day --home HERE --basis x 2026-31-31 x", "“2026-31-31” không đúng mẫu '%Y-%m-%d'."),
        ("health --home HERE more", "Thừa tham số: more."),
        ("health --home /", "/ không phải thư mục dữ liệu của một máy đã ghi danh: không có motcua.toml. Chưa làm gì."),
        ("enrol renew --home HERE HERE/motcua.toml", "không phải tệp ghi danh của bước này. Chưa đổi gì."),
    ],
)
def test_a_wrong_line_is_answered_in_vietnamese(commune, line: str, said: str):
    told = CliRunner().invoke(main, line.replace("HERE", str(commune.root)).split(), prog_name="motcua")
    assert told.exit_code != 0 and "Lỗi: " in told.output and said in told.output, told.output
    assert "Traceback" not in told.output and not ENGLISH.search(told.output)


def test_a_folder_that_is_no_machines_is_not_made_one(tmp_path):
    assert CliRunner().invoke(main, ["health", "--home", str(tmp_path)]).exit_code == 2
    assert list(tmp_path.iterdir()) == []
