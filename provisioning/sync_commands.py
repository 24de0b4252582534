"""`motcua compare`: do the box and the province hold the same, event by event and file by file?"""

import sys

import click

from appliance.config import Home
from provisioning.options import home_option

WORDS = {
    "event_damaged_here": "sự kiện ở xã bị sửa",
    "event_damaged_there": "sự kiện ở tỉnh bị sửa",
    "event_differs": "sự kiện hai bên khác nhau",
    "event_missing_here": "xã thiếu sự kiện",
    "event_not_sent": "sự kiện chưa gửi",
    "file_damaged_here": "tệp ở xã bị sửa",
    "file_damaged_there": "tệp ở tỉnh bị sửa",
    "file_missing_here": "xã thiếu tệp",
    "file_missing_there": "tỉnh thiếu tệp",
    "file_not_sent": "tệp chưa gửi",
}


@click.command(help="Đối chiếu xã với tỉnh: tính lại mã băm của từng sự kiện và từng tệp ở cả hai bên. Cần có đường truyền.")
@home_option
def compare(home: Home) -> None:
    """Compare a box with its province; exit 1 when they differ, 2 when the province could not be asked."""
    from appliance.errors import Refused
    from sync.compare import compare as compare_both
    from web.vietnamese import sentence

    try:
        outcome = compare_both(home)
    except Refused as refused:
        click.echo(sentence(refused))
        sys.exit(2)
    for inc, ours, theirs in outcome.heads:
        click.echo(f"Đời máy {inc}:\n  xã   {ours}\n  tỉnh {theirs}")
    for difference in outcome.found:
        click.echo(f"  {WORDS[difference.what]}: {difference.about}")
    click.echo(f"Giống nhau: {outcome.events_equal} sự kiện, {outcome.files_equal} tệp.")
    click.echo("Hai bên khớp nhau." if outcome.equal else "HAI BÊN KHÔNG KHỚP.")
    sys.exit(0 if outcome.equal else 1)


COMMANDS = (compare,)
