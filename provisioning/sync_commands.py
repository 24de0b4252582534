"""`motcua compare`: do the box and the province hold the same, event by event, file by file and dossier by dossier?"""

import sys
from typing import TYPE_CHECKING

import click

from appliance.config import Home
from provisioning.options import home_option

if TYPE_CHECKING:
    from sync.equality import Equality

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
WHY_NOT = {
    "moved": "Nội dung hồ sơ: chưa so được, còn việc hoặc bản tin đang trên đường. Chạy lại khi đã gửi xong.",
    "other_rules": "Nội dung hồ sơ: chưa so được, tỉnh chạy phiên bản khác.",
}


@click.command(
    help="Đối chiếu xã với tỉnh: tính lại mã băm của từng sự kiện, từng tệp và từng hồ sơ ở cả hai bên; "
    "hồ sơ bị lệch được dựng lại từ sổ cái. Cần có đường truyền."
)
@home_option
def compare(home: Home) -> None:
    """Compare a box with its province; exit 1 when they differ, 2 when the province could not be asked."""
    from appliance.errors import Refused
    from sync import equality
    from sync.compare import compare_box
    from sync.sender import open_sender
    from web.vietnamese import sentence

    try:
        sender = open_sender(home)
        outcome, contents = compare_box(sender.box, sender.wire), equality.compare(sender)
    except Refused as refused:
        click.echo(sentence(refused))
        sys.exit(2)
    for inc, ours, theirs in outcome.heads:
        click.echo(f"Đời máy {inc}:\n  xã   {ours}\n  tỉnh {theirs}")
    for difference in outcome.found:
        click.echo(f"  {WORDS[difference.what]}: {difference.about}")
    click.echo(f"Giống nhau: {outcome.events_equal} sự kiện, {outcome.files_equal} tệp.")
    _say_contents(contents)
    equal = outcome.equal and contents.verdict != equality.Verdict.DIFFERS
    words = "Sổ cái và tệp khớp nhau." if contents.verdict in WHY_NOT else "Hai bên khớp nhau."
    click.echo(words if equal else "HAI BÊN KHÔNG KHỚP.")
    sys.exit(0 if equal else 1)


def _say_contents(found: "Equality") -> None:
    from web.words.forks import WHY_DIFFERS

    if found.verdict in WHY_NOT:
        click.echo(WHY_NOT[found.verdict])
        return
    for dossier in found.mended:
        click.echo(f"  hồ sơ bị lệch, đã dựng lại: {dossier}")
    for dossier, why in found.differing.items():
        click.echo(f"  hồ sơ không khớp: {dossier}. {WHY_DIFFERS[why]}")
    click.echo(f"Nội dung {found.dossiers} hồ sơ: {'không khớp' if found.differing else 'khớp'}.")


COMMANDS = (compare,)
