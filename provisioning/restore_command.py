"""`motcua restore`: what was restored, up to when, what may lack, what happens next; all in words."""

import sys
from pathlib import Path

import click

from appliance.config import Home
from provisioning.options import home_option

NEXT = """Việc tiếp theo:
  1. Khởi động lại các tiến trình. Máy tự mở sổ mới trước khi ghi, số cấp từ đây lấy ở dải riêng của sổ mới.
  2. Có đường truyền là máy tự lấy lại từ tỉnh sự kiện, khóa và tệp đã gửi trước đó. Việc chưa kịp gửi tỉnh thì không lấy lại được:
     đối chiếu giấy hẹn, biên lai đã in sau thời điểm trên.
  3. Khi chưa lấy lại xong: tiếp nhận bình thường, không nhập phiếu in sẵn của sổ trước.
  4. Xem trang Đối chiếu để biết hồ sơ nào ghi ở cả hai phía, số nào trùng, tệp nào mất."""


@click.command(help="Khôi phục cơ sở dữ liệu từ bản sao liên tục, khi cơ sở dữ liệu mất hoặc hỏng. Dừng các tiến trình trước.")
@home_option
@click.option("--from", "source", type=click.Path(path_type=Path), help="Thư mục bản sao; không ghi thì dùng replica của máy.")
@click.option("--life", type=click.IntRange(min=1), help="Số sổ mới nhất tỉnh biết của máy này; cần khi máy không còn dấu chứng.")
@click.option("--accept-loss", is_flag=True, help="Chấp nhận bản sao cũ hơn dấu chứng: phần thiếu lấy lại từ tỉnh nếu đã gửi.")
def restore(home: Home, source: Path | None, life: int | None, accept_loss: bool) -> None:
    """Restore; exit 1 with the sentence of what stands against it."""
    from appliance.errors import Refused
    from provisioning import restoring
    from web.vietnamese import sentence

    try:
        done = restoring.restore(home, source or home.replica, life, accept_loss)
    except Refused as refused:
        click.echo(sentence(refused))
        sys.exit(1)
    click.echo(said(done))


def said(done) -> str:
    """Say what was restored (a restoring.Outcome)."""
    from appliance.clock import local
    from appliance.text import moment_text, number_text

    lacking = {None: "Chưa rõ có thiếu sự kiện nào sau đó không.", 0: "Không thiếu sự kiện nào mà máy đã biết."}
    lines = [
        f"Đã khôi phục đến sự kiện {number_text(done.seq)} của sổ {done.inc_no}, ghi lúc {moment_text(local(done.at))}.",
        lacking.get(done.lacking, f"Thiếu {number_text(done.lacking or 0)} sự kiện ghi sau đó."),
        f"Tệp không có trong máy: {number_text(done.files_missing)}. Tệp không nằm trong bản sao, máy lấy lại từ tỉnh.",
    ]
    if done.moved_aside:
        lines.append(f"Cơ sở dữ liệu hỏng được giữ lại ở {done.moved_aside}.")
    return "\n".join([*lines, NEXT])


COMMANDS = (restore,)
