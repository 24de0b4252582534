"""The technician's page: each part of the box in words, and what to do about those that are not well. Repairs nothing."""

from dataclasses import dataclass

from flask import Blueprint, render_template

from appliance import health, numbering
from appliance.clock import local, moment_of
from appliance.errors import Refused
from appliance.health import Alarm, Facts
from appliance.text import Line, day_text, number_text, time_text
from sync import budget, published
from web import comparing, line_state, state_chip
from web.compared import compared
from web.per_request import act, box
from web.vietnamese import sentence
from web.words.line import NOT_MEASURED, SILENT
from web.words.published import KINDS

bp = Blueprint("health", __name__)
GB = 1024**3
BAD = frozenset({Alarm.DISK_FULL, Alarm.REPLICA_STOPPED, Alarm.CLOCK_BEHIND, Alarm.CLOCK_AHEAD})


@dataclass(frozen=True)
class Part:
    """One part of the box: what was seen, and how it is (ok, warn, bad, or unknown)."""

    name: str
    icon: str
    seen: str
    state: str


@bp.get("/suc-khoe")
@act("view_health")
def page() -> str:
    """Show the parts of the box and what to do."""
    return render_template("health.html", **look())


@bp.get("/suc-khoe/bo-phan")
@act("view_health")
def fragment() -> str:
    """Give the same, for the page that refreshes itself."""
    return render_template("health_parts.html", **look())


def look() -> dict[str, object]:
    """Look at the box now: its parts, the alarms with their sentences, the time of looking."""
    seen = health.facts(box().home, numbering.floor(box().db))
    alarms = health.alarms(seen)
    todo = [("bad" if alarm in BAD else "warn", sentence(Line(alarm, facts_of(seen)))) for alarm in alarms]
    todo += [("warn", words) for words in [*of_the_line(sync_state()), *silent(seen.now)]]
    if stopped := comparing.stopped():
        todo.insert(0, ("bad", stopped))
    return {"parts": parts(seen, alarms), "todo": todo, "news": news(), "at": seen.now, "device": box().device}


def news() -> list[tuple[str, str, str, str]]:
    """Say what the province published and what came of it: kind, sentence, state, since when."""
    return [(KINDS[one.kind], _told(one.line), one.state, one.at) for one in published.shown(box().db)]


def _told(line: Line) -> str:
    about = line.facts.get("about")
    return f"{about}: {sentence(line)}" if about else sentence(line)


def of_the_line(known: dict[str, str]) -> list[str]:
    """Say what is wrong with the line, and with the clock as the province's answers show it."""
    off = line_state.clock_off(known)
    return [words for words in (line_state.trouble(known), sentence(Refused("clock_off", minutes=off)) if off else "") if words]


def clock_seen(seen: Facts, alarms: list[Alarm]) -> tuple[str, str]:
    """Say how the clock stands, by the ledger and by the province's answers."""
    off = line_state.clock_off(sync_state())
    if off and not seen.clock_trouble:
        return f"Lệch {number_text(off)} phút so với tỉnh", "warn"
    return "Khớp với sổ cái" if not seen.clock_trouble else "Không đúng", worst(alarms, "clock")


def sync_state() -> dict[str, str]:
    """Read what the agent wrote."""
    return dict(box().db.conn.execute("SELECT name, value FROM sync_state").fetchall())


def sending(now: str) -> tuple[str, str]:
    """Say what waits and what files may use in this hour, and how that is; a budget that cannot be read is said to be so."""
    try:
        words, state = line_state.files_state(sync_state(), budget.of(box().home), now)
        return words, "unknown" if silent(now) else state
    except Refused as refused:
        return sentence(refused), "bad"


def parts(seen: Facts, alarms: list[Alarm]) -> list[Part]:
    """Say each part in words. What nobody looked at is said to be unknown."""
    both = compared(box().db, seen.now)
    known = state_chip.facts(box().db)
    link = state_chip.chip(known, seen.now)
    calm = "warn" if line_state.trouble(sync_state()) else "ok"
    link_state = {"ok": calm, "send": calm, "off": calm, "off4": "warn"}.get(link.kind, "bad")
    return [
        Part("Ổ đĩa", "hard-drive", f"Còn trống {gigabytes(seen.disk_free_bytes)}", worst(alarms, "disk")),
        Part("Đồng hồ", "clock", *clock_seen(seen, alarms)),
        Part("Cơ sở dữ liệu", "database", f"Nhật ký ghi {gigabytes(seen.wal_bytes)}", worst(alarms, "wal")),
        Part("Sao lưu liên tục", "archive", replicated(seen), worst(alarms, "replica")),
        Part("Bản sao cơ sở dữ liệu ở tỉnh", "server", *line_state.copy_state(sync_state(), seen.now)),
        Part("Đồng bộ", link.icon, link_words(link, known.told_at), "unknown" if link is state_chip.UNKNOWN else link_state),
        Part("Gửi tệp", "files", *sending(seen.now)),
        Part("Đối chiếu với tỉnh", "list-checks", both.words, both.state),
    ]


def link_words(link: state_chip.Chip, told_at: str | None) -> str:
    """Say how the line is; where nobody knows, why."""
    if link is not state_chip.UNKNOWN:
        return link.text
    return SILENT.format(at=since(told_at)) if told_at else NOT_MEASURED


def silent(now: str) -> list[str]:
    """Say that the agent has told nothing for too long, and what to do; nothing while it speaks, or never spoke."""
    known = state_chip.facts(box().db)
    if not known.told_at or state_chip.chip(known, now) is not state_chip.UNKNOWN:
        return []
    return [sentence(Refused("agent_silent", at=since(known.told_at)))]


def since(at: str) -> str:
    """Say a moment with its day."""
    return f"{time_text(local(at))} ngày {day_text(local(at).date())}"


def worst(alarms: list[Alarm], part: str) -> str:
    """Say how a part is: alarms are named after their part."""
    mine = [alarm for alarm in alarms if alarm.startswith(part)]
    return "ok" if not mine else "bad" if any(alarm in BAD for alarm in mine) else "warn"


def facts_of(seen: Facts) -> dict[str, object]:
    """Give what the sentences of alarms are filled with."""
    return vars(seen) | {"free_mb": seen.disk_free_bytes // 1024**2}


def gigabytes(size: int) -> str:
    """Show a size in GB or MB, with a decimal comma."""
    return f"{size / GB:.1f} GB".replace(".", ",") if size >= GB // 10 else f"{size // 1024**2} MB"


def replicated(seen: Facts) -> str:
    """Say when the copy was last written."""
    if not seen.replicated_at:
        return "Chưa có bản sao nào"
    age_s = max(0, int(moment_of(seen.now).timestamp() - seen.replicated_at))
    age = f"{age_s} giây" if age_s < 120 else f"{age_s // 60} phút"
    return f"{'Bản' if seen.replica_runs else 'Không chạy; bản'} sao mới nhất cách đây {age}"
