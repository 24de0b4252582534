"""The line in words for a technician: which trouble there is and what to do, what waits, and what files may use in this hour."""

from collections.abc import Mapping
from datetime import timedelta
from itertools import groupby

from appliance import clock
from appliance.errors import Refused
from appliance.text import moment_text, number_text
from sync import budget
from sync.budget import HOURS, Hours
from web.courier_words import size_text
from web.vietnamese import sentence
from web.words.copies import WHY_NOT, WHY_OTHER
from web.words.forks import STOPPED
from web.words.line import FREE, NOT_MEASURED, TECHNICIAN


def stopped(known: Mapping[str, str]) -> str:
    """Give the code of why the province takes nothing more (sync_state), said by the line or by the feed; empty while it does."""
    code = "device_revoked" if known.get("revoked_at") else known.get("last_error", "")
    return code if code in STOPPED else ""


COPY_OLD = timedelta(days=7)


def trouble(known: Mapping[str, str]) -> str:
    """Say what the agent (sync_state) was last held up by, and what a technician does; empty when nothing did."""
    code = known.get("last_error", "")
    return f"{sentence(Refused(code))} {TECHNICIAN.get(code, '')}".strip() if code and code not in STOPPED else ""


def clock_off(known: Mapping[str, str]) -> int:
    """Give by how many minutes the clock is away from the province's; 0 while it is about right or nobody knows."""
    return abs(int(known.get("clock_off_min", "0")))


def files_state(known: Mapping[str, str], hours: Hours, now: str) -> tuple[str, str]:
    """Say how many files wait and what they may use in this hour; and how that is: ok, warn, or unknown."""
    if "waiting_files" not in known:
        return f"{NOT_MEASURED}. {this_hour(hours, now)}", "unknown"
    count, size, failed = (int(known.get(name, "0")) for name in ("waiting_files", "waiting_bytes", "files_failed"))
    waiting = f"Còn chờ {number_text(count)} tệp, {size_text(size)}" if count else "Không còn tệp chờ"
    bad = f"; {number_text(failed)} tệp không gửi được" if failed else ""
    return f"{waiting}{bad}. {this_hour(hours, now)}", "warn" if failed else "ok"


def copy_state(known: Mapping[str, str], now: str) -> tuple[str, str]:
    """Say until when the newest whole copy of the database at the province holds, what is on its way, why not; and how that is."""
    until, files, there = known.get("copy_whole_until", ""), int(known.get("copy_files", "0")), int(known.get("copy_there", "0"))
    held = f"Đủ đến {moment_text(clock.local(until))}" if until else "Chưa có bản nào đủ"
    going = f"; đang gửi {number_text(there)} trong {number_text(files)} tệp" if there < files else ""
    error = known.get("copy_error", "")
    failed = f"; chưa gửi được: {WHY_NOT.get(error, WHY_OTHER)}" if error else ""
    old = not until or clock.moment_of(now) - clock.moment_of(until) > COPY_OLD
    return f"{held}{going}{failed}", "warn" if error or (old and until) else "unknown" if old else "ok"


def this_hour(hours: Hours, now: str) -> str:
    """Say what files may use now, and when that changes if they may use nothing."""
    speed, hour = budget.speed_at(hours, now), clock.local(now).hour
    if speed == 0:
        until = next((other % HOURS for other in range(hour + 1, hour + HOURS) if hours[other % HOURS] != 0), None)
        return "Giờ này không gửi tệp" + (f", {until} giờ gửi tiếp" if until is not None else "")
    return f"Giờ này gửi tệp: {speed_text(speed)}"


def speed_text(speed: int | None) -> str:
    """Say a speed."""
    return FREE if speed is None else f"{number_text(speed)} kbit/s" if speed else "không gửi tệp"


def whole_day(hours: Hours) -> list[str]:
    """List the day's hours, those that are alike together."""
    spans = [(speed, [hour for hour, _ in run]) for speed, run in groupby(enumerate(hours), key=lambda pair: pair[1])]
    return [f"{span[0]:2} – {span[-1] + 1} giờ: {speed_text(speed)}" for speed, span in spans]
