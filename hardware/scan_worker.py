"""The process that stands for one scanner: `python -m hardware.scan_worker`; what it answers is said in scan_work.py."""

import argparse
import contextlib
import logging
from pathlib import Path

from appliance import crash
from hardware.scan_work import QUIET_S, Place, ScannerWork
from hardware.workers import serve


def _setting(text: str) -> tuple[str, str | int | float]:
    name, _, value = text.partition("=")
    for kind in (int, float):
        with contextlib.suppress(ValueError):
            return name, kind(value)
    return name, value


def main() -> None:
    parser = argparse.ArgumentParser(description="Tiến trình quét: mỗi máy quét chạy một tiến trình.")
    parser.add_argument("--socket", type=Path, required=True, help="nơi nhận yêu cầu")
    parser.add_argument("--spool", type=Path, required=True, help="thư mục chờ của các trang đã quét; mỗi máy quét một thư mục con")
    parser.add_argument("--sane-config", type=Path, required=True, help="thư mục cấu hình SANE riêng")
    parser.add_argument("--scanner", required=True, help="tên thiết bị, hoặc một phần của hãng và kiểu máy")
    parser.add_argument("--set", type=_setting, action="append", default=[], help="tùy chọn riêng: tên=giá trị")
    parser.add_argument("--quiet-s", type=float, default=QUIET_S, help="số giây im lặng thì coi là treo")
    parser.add_argument("--run", type=Path, help="thư mục có lệnh dừng đột ngột (chỉ dùng khi thử nghiệm)")
    wanted = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    if wanted.run:
        crash.arm_from(wanted.run)
    # A folder of its own: another scanner's jobs are none of this worker's business.
    own_spool = wanted.spool / wanted.socket.stem
    place = Place(own_spool, wanted.sane_config, wanted.scanner, dict(wanted.set), wanted.quiet_s)
    work = ScannerWork(place)
    serve(wanted.socket, work.answer, work.begin)


if __name__ == "__main__":
    main()
