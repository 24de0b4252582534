"""`motcua courier`: bundles carried by hand between a commune without a line and its province; answers on the way back."""

import sys
from pathlib import Path

import click

from appliance.config import Home
from provisioning.options import home_option

USUAL_MB = 4_000


@click.group("courier", help="Chuyển dữ liệu bằng USB khi xã không có đường truyền nhiều ngày.")
def commands() -> None:
    """Hold both directions."""


@commands.command("export", help="Tại xã: ghi gói niêm phong cho tỉnh vào thư mục của USB. Dữ liệu tại xã không thay đổi.")
@home_option
@click.option("--to", "folder", required=True, type=click.Path(exists=True, file_okay=False, path_type=Path), help="Thư mục USB.")
@click.option("--mb", default=USUAL_MB, show_default=True, help="Dung lượng lớn nhất của gói, MB. Phần chưa vừa đi gói sau.")
@click.option("--again", is_flag=True, help="Ghi lại từ đầu mọi thứ tỉnh chưa xác nhận: dùng khi mất USB.")
def export_command(home: Home, folder: Path, mb: int, again: bool) -> None:
    """Write the next bundle; exit 2 when it could not be written."""
    from appliance.errors import Refused
    from sync.courier.going import MB, make
    from sync.sender import open_sender
    from web.courier_words import made_words

    try:
        made = make(open_sender(home), folder, mb * MB, again)
    except Refused as refused:
        _refuse(refused, False)
    click.echo(str(made.path))
    for words in made_words(made):
        click.echo(words)


@commands.command("import", help="Tại tỉnh: nhận gói của xã và ghi trả lời. Tại xã: đọc trả lời của tỉnh. Nhập hai lần không sao.")
@home_option
@click.option(
    "--answer-to", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Thư mục ghi trả lời; mặc định cạnh gói."
)
@click.argument("bundle", metavar="GÓI", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_command(home: Home, answer_to: Path | None, bundle: Path) -> None:
    """Take a bundle or an answer in; exit 1 when not all of it could be taken, 2 when nothing could."""
    from appliance.errors import Refused

    province = home.settings.kind == "province"
    try:
        words, well = _at_province(home, bundle, answer_to or bundle.parent) if province else _at_commune(home, bundle)
    except Refused as refused:
        _refuse(refused, province)
    for line in words:
        click.echo(line)
    sys.exit(0 if well else 1)


def _at_province(home: Home, bundle: Path, answer_to: Path) -> tuple[list[str], bool]:
    from sync.province.courier import take_bundle
    from sync.province.opened import open_province
    from web.courier_words import answer_words

    outcome = take_bundle(open_province(home), bundle, answer_to, "motcua courier")
    told = f"{outcome.commune}, gói số {outcome.manifest.number}. Mang trả lời về xã: {outcome.answer_path}"
    return [told, *answer_words(outcome.answer)], outcome.answer.good


def _at_commune(home: Home, answer: Path) -> tuple[list[str], bool]:
    from sync.courier.coming import take_answer
    from sync.sender import open_sender
    from web.courier_words import came_words

    came = take_answer(open_sender(home), answer)
    return came_words(came), not came.problems and not came.cut


def _refuse(refused: Exception, province: bool) -> None:
    from appliance.errors import Refused
    from web.courier_words import refused_words

    assert isinstance(refused, Refused)
    click.echo(refused_words(refused, province))
    sys.exit(2)
