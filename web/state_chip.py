"""The chip in the header: how things stand with the province, in words. What is not known is shown as not known.

Facts come from `sync_state` (name, value), written by the agent; a name that is not there is unknown, never guessed.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlite_utils.db import Database

from appliance.clock import local, moment_of
from appliance.text import number_text, time_text
from web.line_state import stopped
from web.words.forks import STOPPED
from web.words.line import CHIP

CALM = timedelta(hours=4)
PATIENT = timedelta(days=3)
SILENT = timedelta(minutes=15)  # The agent speaks at least every five; after this long nobody knows.


@dataclass(frozen=True)
class Facts:
    """What the agent knows: UTC texts and counts of dossiers; None is unknown."""

    acknowledged_at: str | None = None
    offline_since: str | None = None
    waiting: int | None = None
    sending: int | None = None
    failed: int | None = None
    receipt: int | None = None  # the newest one that came back by hand
    told_at: str | None = None  # when the agent last found the line well
    stopped: str = ""  # code of why the province takes nothing more of this box, or cannot be reached


@dataclass(frozen=True)
class Chip:
    """What the header shows: a kind of the design (ok, off, off4, off3, send, fail), an icon, a text."""

    kind: str
    icon: str
    text: str


UNKNOWN = Chip("off", "circle-dashed", "Đồng bộ: chưa rõ")


def facts(db: Database) -> Facts:
    """Read what the agent wrote."""
    rows = {row["name"]: row["value"] for row in db.query("SELECT name, value FROM sync_state")}
    number = {name: int(rows[name]) for name in ("waiting", "sending", "failed") if rows.get(name, "").isdigit()}
    came = rows.get("courier_receipt", "")
    receipt = int(came) if came.isdigit() else None
    at, since = rows.get("acknowledged_at") or None, rows.get("offline_since") or None
    return Facts(
        at, since, receipt=receipt, told_at=rows.get("last_ok"), stopped=stopped(rows) or rows.get("last_error", ""), **number
    )


def chip(known: Facts, now: str) -> Chip:
    """Say the state: failures first, then a lost line, then sending, then the last acknowledgement."""
    if known.stopped in STOPPED:
        return Chip("fail", "cloud-alert", STOPPED[known.stopped])
    if known.failed:
        return Chip("fail", "cloud-alert", f"{number_text(known.failed)} hồ sơ gửi lỗi")
    if known.offline_since:
        return offline(known, moment_of(now) - moment_of(known.offline_since))
    if known.told_at and moment_of(now) - moment_of(known.told_at) > SILENT:
        return UNKNOWN
    if known.sending:
        return Chip("send", "cloud-upload", f"Đang gửi {number_text(known.sending)} hồ sơ")
    if known.waiting:
        return Chip("send", "cloud-upload", f"{number_text(known.waiting)} hồ sơ chờ gửi")
    if known.acknowledged_at:
        at = local(known.acknowledged_at)
        day = "" if at.date() == local(now).date() else f", {at:%d/%m}"
        return Chip("ok", "cloud-check", f"Đã đồng bộ {time_text(at)}{day}")
    return UNKNOWN


def offline(known: Facts, away: timedelta) -> Chip:
    """Say how long the line has been away: calm to four hours, amber to three days, then red. A stick's answer calms it again."""
    if known.receipt and known.waiting == 0:
        return Chip("off", "usb", f"Ngoại tuyến {span(away)} – tỉnh đã nhận, biên nhận {number_text(known.receipt)}")
    if away >= PATIENT:
        waiting = f" – {number_text(known.waiting)} hồ sơ chờ gửi" if known.waiting else ""
        return Chip("off3", "triangle-alert", f"Ngoại tuyến {span(away)}{waiting}")
    kind = "off" if away < CALM else "off4"
    return Chip(kind, "cloud-off", f"Ngoại tuyến {span(away)} – {CHIP.get(known.stopped, 'vẫn làm việc bình thường')}")


def span(away: timedelta) -> str:
    """Say a length of time in its largest whole unit."""
    minutes = max(0, int(away.total_seconds() // 60))
    if minutes < 60:
        return f"{minutes} phút"
    return f"{minutes // 60} giờ" if minutes < 24 * 60 else f"{minutes // (24 * 60)} ngày"
