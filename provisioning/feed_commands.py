"""`motcua feed`: what the province publishes to every box or to one commune's, and the leaving out of what no longer stands."""

from pathlib import Path

import click

from appliance.config import Home
from provisioning.options import home_option

file_in = click.Path(exists=True, dir_okay=False, path_type=Path)
folder_in = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group(
    "feed",
    help="Tại tỉnh: công bố cho mọi xã danh mục, quy trình, tin cậy, thu hồi, phần mềm, ngày; cho một xã tài khoản, quyết định, "
    "hồ sơ.",
)
def commands() -> None:
    """Hold the commands of the province's feed."""


@commands.command("catalogue", help="Công bố bộ danh mục trong THƯ_MỤC; có hiệu lực từ ngày ghi trong bộ.")
@home_option
@click.argument("path", metavar="THƯ_MỤC", type=folder_in)
def catalogue_command(home: Home, path: Path) -> None:
    """Publish a catalogue bundle."""
    from sync.province.publishing import publish_catalogue

    _publish(home, lambda province: publish_catalogue(province, path))


@commands.command("processes", help="Công bố tệp quy trình nội bộ TỆP. Tại xã chưa bản nào có hiệu lực trước khi được phê duyệt.")
@home_option
@click.argument("file", metavar="TỆP", type=file_in)
def processes_command(home: Home, file: Path) -> None:
    """Publish a file of internal processes; everything that was not understood is said."""
    from sync.province.publishing import publish_processes
    from web.vietnamese import sentence

    def publish(province) -> bool:
        news, notes = publish_processes(province, file.name, file.read_bytes())
        for line in notes:
            click.echo(f"  {sentence(line)}")
        return news

    _publish(home, publish)


@commands.command("trust", help="Công bố cả danh sách tin cậy: THƯ_MỤC/roots và THƯ_MỤC/issuers, tệp .der, .crt hoặc .pem.")
@home_option
@click.argument("folder", metavar="THƯ_MỤC", type=folder_in)
def trust_command(home: Home, folder: Path) -> None:
    """Publish the list of roots and issuers."""
    from provisioning.trust_commands import certificates
    from sync.province.publishing import publish_trust

    _publish(home, lambda province: publish_trust(province, *certificates(folder)))


@commands.command("software", help="Báo cho mọi xã có bản phần mềm BẢN; TIN nói có gì mới, phải làm gì. Máy không tự cài.")
@home_option
@click.argument("version", metavar="BẢN")
@click.argument("note", metavar="TIN")
def software_command(home: Home, version: str, note: str) -> None:
    """Publish a notice of software."""
    from sync.province.publishing import publish_software

    _publish(home, lambda province: publish_software(province, version, note))


@commands.command(
    "account", help="Báo cho xã tài khoản MÃ_CÁN_BỘ của HỌ_TÊN, chức danh CHỨC_DANH. Mật khẩu không đi theo: xã đặt và trao."
)
@home_option
@click.option("--unit", required=True, help="Mã đơn vị của xã, ví dụ H99.99.99.")
@click.option("--role", "roles", multiple=True, required=True, help="Vai trò, ví dụ reception; ghi nhiều lần nếu nhiều vai trò.")
@click.option("--section", default="", help="Bộ phận.")
@click.option("--closed", is_flag=True, help="Đóng tài khoản.")
@click.option("--together", is_flag=True, help="Không đủ người: một người vừa tiếp nhận vừa thu tiền.")
@click.option("--again", is_flag=True, help="Báo lại dù không có gì mới.")
@click.argument("officer", metavar="MÃ_CÁN_BỘ")
@click.argument("name", metavar="HỌ_TÊN")
@click.argument("title", metavar="CHỨC_DANH")
def account_command(home: Home, unit: str, closed: bool, again: bool, **said) -> None:
    """State an account of one commune."""
    from sync.province.publishing import publish_account

    said |= {"officer": said["officer"].upper(), "open": not closed}
    _publish(home, lambda province: publish_account(province, unit, said, again))


@commands.command("decision", help="Gửi quyết định của cấp trên về hồ sơ MÃ_HỒ_SƠ cho xã đang giữ: số SỐ, PDF đã ký TỆP.")
@home_option
@click.option(
    "--sort", required=True, help="agreed: chấp thuận; disagreed: không chấp thuận; opinion: ý kiến; supplement: bổ sung."
)
@click.option("--agency", required=True, help="Cơ quan quyết định.")
@click.option("--date", required=True, help="Ngày của văn bản, ví dụ 2026-11-20.")
@click.option("--decider", default="", help="Người ký.")
@click.option("--note", type=click.File(encoding="utf-8"), help="Tệp ghi chú; - là bàn phím.")
@click.option("--again", is_flag=True, help="Gửi lại dù không có gì mới, cho xã đang giữ hồ sơ.")
@click.argument("code", metavar="MÃ_HỒ_SƠ")
@click.argument("number", metavar="SỐ")
@click.argument("file", metavar="TỆP", type=file_in)
def decision_command(home: Home, code: str, number: str, file: Path, decider: str, note, again: bool, **said) -> None:
    """Tell a decision on a dossier to the commune that owns it; a note about a person is never typed on the command line."""
    from sync.province.deciding import publish_decision

    words = {"decider": decider, "note": note.read().strip() if note else ""}
    _publish(home, lambda province: publish_decision(province, code, said | {"text": number}, words, file.read_bytes(), again))


@commands.command(
    "revoke", help="Báo cho mọi xã không tin chứng thư số trong tệp TỆP: USB Token mất, chờ đơn vị cấp chứng thư thu hồi."
)
@home_option
@click.option("--reason", required=True, help="Lý do, ví dụ: mất USB Token.")
@click.option("--by", required=True, help="Ai báo, gọi ai: tên, chức danh, số điện thoại.")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%dT%H:%M"]),
    help="Từ lúc nào, giờ Việt Nam, ví dụ 2026-11-20T09:30; không ghi: từ bây giờ.",
)
@click.option("--withdraw", is_flag=True, help="Báo nhầm: rút lại, như chưa từng báo.")
@click.option("--again", is_flag=True, help="Báo lại dù không có gì mới.")
@click.argument("file", metavar="TỆP", type=file_in)
def revoke_command(home: Home, reason: str, by: str, since, withdraw: bool, again: bool, file: Path) -> None:
    """State that an officer's certificate is not to be trusted, or take that back."""
    from appliance.clock import LOCAL, text_of
    from provisioning.trust_commands import der_of
    from sync.province import revoking

    der, at = der_of(file), text_of(since.replace(tzinfo=LOCAL)) if since else ""
    if withdraw:
        _publish(home, lambda province: revoking.withdraw(province, der, reason, by, again))
    else:
        _publish(home, lambda province: revoking.revoke_certificate(province, der, reason, by, at, again))


@commands.command(
    "online",
    help="Giao cho một xã hồ sơ nộp trực tuyến tả trong TỆP (JSON); files trong đó: mã thành phần, rồi tên các tệp nằm cạnh TỆP.",
)
@home_option
@click.option("--unit", metavar="ĐƠN_VỊ", required=True, help="Mã đơn vị của xã, ví dụ H99.99.99.")
@click.option("--again", is_flag=True, help="Giao lại hồ sơ xã chưa nhận vào.")
@click.argument("file", metavar="TỆP", type=file_in)
def online_command(home: Home, unit: str, again: bool, file: Path) -> None:
    """Give a commune an online dossier; what names a person is read from files, never typed on the command line."""
    from sync.province.filing import publish_filing

    _publish(home, lambda province: publish_filing(province, unit, *_described(file), again))


@commands.command("day", help="Công bố một ngày nghỉ hoặc ngày làm bù cho mọi xã.")
@home_option
@click.option("--working", is_flag=True, help="Là ngày làm việc.")
@click.option("--basis", required=True, help="Căn cứ, ví dụ Công điện 01.")
@click.argument("day", metavar="NĂM-THÁNG-NGÀY", type=click.DateTime(["%Y-%m-%d"]))
@click.argument("name", metavar="TÊN_NGÀY")
def day_command(home: Home, working: bool, basis: str, day, name: str) -> None:
    """Announce a day off or a working day."""
    from sync.province.admission import publish_day

    _publish(home, lambda province: publish_day(province, day.date().isoformat(), name, basis, working))


@commands.command("compact", help="Dọn bản tin của mọi máy: bỏ bản ghi đã có bản mới hơn, thay bằng một bản kê có chữ ký.")
@home_option
def compact_command(home: Home) -> None:
    """Leave out of every feed what no longer stands."""
    from sync.province.feed_out import compact_all
    from sync.province.opened import open_province

    left = compact_all(open_province(home))
    click.echo(f"Đã bỏ {sum(left.values())} bản ghi trong bản tin của {sum(map(bool, left.values()))} máy.")


def _described(file: Path) -> tuple[dict[str, object], dict[str, list[bytes]]]:
    """Read a described filing and its papers, which lie beside it. Raises Refused `published_wrong`."""
    import msgspec

    from appliance.errors import Refused

    try:
        said = msgspec.json.decode(file.read_bytes(), type=dict[str, object])
        named = msgspec.convert(said.pop("files", {}), dict[str, list[str]])
        return said, {key: [(file.parent / name).read_bytes() for name in names] for key, names in named.items()}
    except (ValueError, OSError):
        raise Refused("published_wrong", field="files") from None


def _publish(home: Home, publish) -> None:
    """Publish and say what came of it; exit 1 when it was refused."""
    from appliance.errors import Refused
    from sync.province.opened import open_province
    from web.vietnamese import sentence

    try:
        news = publish(open_province(home))
    except Refused as refused:
        click.echo(sentence(refused))
        raise SystemExit(1) from None
    click.echo("Đã công bố. Mỗi xã nhận khi có đường truyền hoặc qua USB." if news else "Bản này đã công bố. Không có gì mới.")
