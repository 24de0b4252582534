"""What files may take of the line: by the hour as a technician set it, by class, and over as many connections as repay."""

import itertools
import re
from types import SimpleNamespace

import pytest
import urllib3
from click.testing import CliRunner

from appliance import between_units, files
from appliance.config import Home
from appliance.errors import Refused
from appliance.events import FileRef
from appliance.ids import uuid7
from boxes import ACCEPTED, PERSON
from desk_room import HTTPS, log_in
from provisioning.cli import main
from sync import budget, carrying, files_back, lacking, lanes
from sync.lanes import Lanes
from web.health import of_the_line
from web.line_state import files_state, this_hour, whole_day
from web.words.line import NOT_MEASURED
from wire_room import wire_room

PAGE = 64 * 1024
SIGNING = (
    ("dossier.taken", {"holder": "ST08"}),
    ("result.prepared", {"template": "t", "template_version": "1", "path": "electronic", "pages": 1}),
    ("result.submitted", {}),
    ("document.signed", {"certificate": "c", "clock": "unset"}),
)
FAR, OVER = "2099-01-01T17:00:00+07:00", "2026-01-05T17:00:00+07:00"


@pytest.fixture
def room(tmp_path):
    with wire_room(tmp_path) as opened:
        yield opened


@pytest.fixture
def sending(room, tmp_path):
    return room.commune(tmp_path / "commune")


def set_budget(home: Home, *spans: str) -> str:
    """Set the hours as a technician does; gives what the command says."""
    done = CliRunner().invoke(main, ["budget", "--home", str(home.root), *(spans or ["--unlimited"])])
    assert done.exit_code == 0, done.output
    return done.output


def page_of(sending, fill: int, due: str = FAR, kind: str = "") -> str:
    """Accept a dossier with one page, or with a document; gives the page's digest."""
    data, dossier = bytes([fill]) * PAGE, uuid7()
    named = [FileRef(files.put(sending.home, data), len(data), "image/jpeg")]
    with sending.box.writing() as act:
        clear = ACCEPTED | {"due": {"at": due, "provisional": False, "lines": []}, "code": f"H99.99.99-261121-{fill:04}"}
        personal = {"applicant": PERSON}
        act.record("dossier.accepted", actor="ST04", dossier=dossier, clear=clear, personal=personal, files=[] if kind else named)
        document, file = {"document": uuid7()}, {"file": named[0].s}
        for event, body in SIGNING if kind else ():
            clear = body | (document if event != "dossier.taken" else {}) | (file if "path" in body or event == kind else {})
            act.record(event, actor="ST01", dossier=dossier, clear=clear, files=named if event == kind else [])
    return named[0].s


def test_hours_are_read_over_midnight_and_named_once():
    hours = budget.read(budget.written(["7-17=256", "22-5=0"]))
    assert [hours[hour] for hour in (0, 4, 5, 7, 16, 17, 22, 23)] == [0, 0, None, 256, 256, None, 0, 0]
    assert budget.read({}) == (None,) * 24


@pytest.mark.parametrize(
    ("spans", "code"),
    [
        (["7-17"], "budget_speed"),
        (["7-17=5"], "budget_speed"),
        (["7-17=-1"], "budget_speed"),
        (["7-7=64"], "budget_hours"),
        (["25-30=64"], "budget_hours"),
        (["bảy-mười=64"], "budget_hours"),
        (["7-17=64", "8-9=64"], "budget_twice"),
        (["7-17=64", "7-17=128"], "budget_twice"),
    ],
)
def test_hours_that_make_no_sense_are_refused_and_change_nothing(sending, spans, code):
    set_budget(sending.home, "1-2=64")
    with pytest.raises(Refused, match=code):
        budget.read(budget.written(spans))
    done = CliRunner().invoke(main, ["budget", "--home", str(sending.home.root), *spans])
    assert done.exit_code in (1, 2) and "Chưa đổi gì" in done.output or "No such option" in done.output
    assert budget.of(sending.home)[1] == 64


def test_a_technician_sets_hours_and_reads_them_back(sending):
    said = set_budget(sending.home, "7-17=256", "17-19=0")
    assert said.splitlines()[:4] == [
        " 0 – 7 giờ: không giới hạn",
        " 7 – 17 giờ: 256 kbit/s",
        "17 – 19 giờ: không gửi tệp",
        "19 – 24 giờ: không giới hạn",
    ]
    assert sending.home.root.joinpath("motcua.toml").read_text().count("256") == 1
    set_budget(sending.home)
    assert whole_day(budget.of(sending.home)) == [" 0 – 24 giờ: không giới hạn"]


def test_files_keep_to_the_hours_budget(room, sending, monkeypatch):
    """On a clock of our own: what is sent takes as long as the budget says, whatever the line could do."""
    now = [1000.0]
    passing = SimpleNamespace(monotonic=lambda: now[0], sleep=lambda s: now.__setitem__(0, now[0] + s))
    monkeypatch.setattr(carrying, "time", passing)
    pages = [page_of(sending, fill) for fill in range(10)]
    set_budget(sending.home, "0-24=256")
    assert sending.round()
    assert all(files.has(room.province.home, page) for page in pages)
    assert now[0] - 1000.0 == pytest.approx(9 * PAGE / (256 * 125))  # The last chunk is paid for by whoever comes next.


def test_no_file_goes_in_an_hour_without_and_every_event_does(room, sending):
    set_budget(sending.home, "0-24=0")
    page_of(sending, 1)
    assert sending.round()
    state = sending.state()
    assert (state["waiting_events"], state["waiting_files"], state["waiting_bytes"]) == ("0", "1", str(PAGE))
    assert not any(call.startswith("PUT") or "missing" in call for call in sending.line.seen)
    set_budget(sending.home)
    assert sending.round() and sending.state()["waiting_bytes"] == "0"


def lose(commune, *pages: str) -> None:
    """Let files be gone that a restore came without."""
    assert commune.round()
    for page in pages:
        files.remove(commune.home, page)
    assert lacking.fetch(commune.box) == len(pages)


def here(commune, pages: list[str]) -> list[bool]:
    return [files.has(commune.home, page) for page in pages]


def test_files_that_come_back_share_the_hours_budget_with_those_going_out(room, sending, monkeypatch):
    now = [1000.0]
    passing = SimpleNamespace(monotonic=lambda: now[0], sleep=lambda s: now.__setitem__(0, now[0] + s))
    pages = [page_of(sending, fill) for fill in range(6)]
    lose(sending, *pages)
    monkeypatch.setattr(carrying, "time", passing)
    set_budget(sending.home, "0-24=256")
    out = page_of(sending, 9)
    assert sending.round() and all(here(sending, pages)) and files.has(room.province.home, out)
    assert now[0] - 1000.0 == pytest.approx(6 * PAGE / (256 * 125))  # The last of the seven is paid for by whoever comes next.


def test_in_an_hour_without_files_only_what_the_counter_needs_comes_back(sending):
    pages = [page_of(sending, 1), page_of(sending, 2, OVER), page_of(sending, 3)]
    lose(sending, *pages)
    set_budget(sending.home, "0-24=0")
    assert sending.round() and here(sending, pages) == [False, True, False]
    set_budget(sending.home)
    assert sending.round() and all(here(sending, pages))


def test_the_papers_of_a_dossier_that_another_commune_hands_over_come_in_any_hour(room, sending, tmp_path):
    there = room.commune(tmp_path / "there", "H99.99.98")
    page = page_of(sending, 1)
    assert sending.round() and there.round()
    (dossier,) = sending.box.db.conn.execute("SELECT dossier FROM dossier_file WHERE digest = ?", [page]).fetchone()
    offer = between_units.offer(sending.box, dossier, "H99.99.98", "not_ours", "ST01")
    assert sending.round() and there.round()
    set_budget(there.home, "0-24=0")
    between_units.accept(there.box, offer, "ST02")
    assert there.round() and there.round() and here(there, [page]) == [True]


def test_new_events_go_before_the_next_part_that_comes_back(sending, monkeypatch):
    """A file comes in parts; what is accepted meanwhile does not wait for the file's end."""
    monkeypatch.setattr(files_back, "PART_BYTES", PAGE // 8)
    page = page_of(sending, 1)
    lose(sending, page)
    sending.line.seen.clear()
    good = sending.line.request

    def meanwhile(method, url, **rest):
        if "after=" in url and "/files/" in url and sum("/files/" in call for call in sending.line.seen) == 2:
            sending.accept()
        return good(method, url, **rest)

    sending.line.request = meanwhile
    assert sending.round() and here(sending, [page]) == [True]
    parts = [at for at, call in enumerate(sending.line.seen) if call == f"GET /files/{page}"]
    segment = sending.line.seen.index("POST /segments")
    assert len([at for at in parts if at < segment]) == 3 and len(parts) == 8


def test_a_budget_that_cannot_be_read_stops_files_alone_and_is_said(sending):
    text = sending.home.root.joinpath("motcua.toml").read_text().replace("[file_budget]", '[file_budget]\n"99" = 64')
    sending.home.root.joinpath("motcua.toml").write_text(text)
    page_of(sending, 1)
    assert sending.round() and not sending.agent.mood.failures
    assert (sending.state()["last_error"], sending.state()["waiting_events"]) == ("budget_hours", "0")


def test_the_page_says_what_this_hour_allows_and_what_waits():
    at = "2026-11-22T03:00:00.000Z"  # 10:00 in the office
    hours = budget.read({"7-12": 256, "12-14": 0})
    assert this_hour(hours, at) == "Giờ này gửi tệp: 256 kbit/s"
    assert this_hour(hours, "2026-11-22T05:30:00.000Z") == "Giờ này không gửi tệp, 14 giờ gửi tiếp"
    assert this_hour(budget.read({"0-24": 0}), at) == "Giờ này không gửi tệp"
    known = {"waiting_files": "1200", "waiting_bytes": "150000000", "files_failed": "0"}
    assert files_state(known, hours, at) == ("Còn chờ 1.200 tệp, 150 MB. Giờ này gửi tệp: 256 kbit/s", "ok")
    assert files_state(known | {"files_failed": "2"}, hours, at)[1] == "warn"
    assert files_state({}, hours, at)[1] == "unknown"


def test_the_technicians_page_says_the_trouble_and_what_to_do(app):
    box = app.extensions["box"]
    with box.writing() as act:
        for name, value in {"last_error": "line_portal", "clock_off_min": "-120"}.items():
            act.db.conn.execute("INSERT INTO sync_state (name, value) VALUES (?, ?)", [name, value])
    told = of_the_line({"last_error": "line_portal", "clock_off_min": "-120"})
    assert "Mạng đang đòi đăng nhập" in told[0] and "Mở trình duyệt" in told[0] and "120 phút" in told[1]
    page = log_in(app, "st16").get("/suc-khoe", base_url=HTTPS).text
    assert [words for words in (*told, "Lệch 120 phút", "Giờ này gửi tệp: không giới hạn") if words not in page] == []


def test_what_nobody_measured_is_said_to_be_so_and_a_silent_agent_is_something_to_do(app):
    box, client = app.extensions["box"], log_in(app, "st16")

    def seen() -> list[tuple[str, str]]:
        page = client.get("/suc-khoe", base_url=HTTPS).text
        assert ("không báo gì" in page) == ("Xem tiến trình motcua agent còn chạy không" in page)
        return re.findall(r'<b>(?:Đồng bộ|Gửi tệp)</b>.*?class="half">(.*?)</span><span class="badge is-(\w+)', page)

    assert seen() == [(NOT_MEASURED, "hold"), (f"{NOT_MEASURED}. Giờ này gửi tệp: không giới hạn", "hold")]
    told = {"last_ok": "2026-01-05T03:00:00.000Z", "waiting": "0", "waiting_files": "0"}
    with box.writing() as act:
        act.db.conn.executemany("INSERT INTO sync_state (name, value) VALUES (?, ?)", told.items())
    (line, how), files_line = seen()
    assert (line, how) == ("Tiến trình đồng bộ không báo gì từ 10:00 ngày 05/01/2026", "hold") and files_line[1] == "hold"


def test_files_go_by_their_class(sending, monkeypatch):
    monkeypatch.setattr(lanes, "STEPS", (1,))
    sending.agent.files.lanes.open = 1
    old, over, document, new, asked = (
        page_of(sending, 1),
        page_of(sending, 2, OVER),
        page_of(sending, 3, kind="document.signed"),
        page_of(sending, 4),
        page_of(sending, 5),
    )
    with sending.box.writing() as act:
        act.db.conn.execute("INSERT INTO courier_wish (kind, what, after) VALUES ('file', ?, 0)", [asked])
    assert sending.round()
    sent = [call.rsplit("/", 1)[1] for call in sending.line.seen if call.startswith("PUT")]
    assert sent == [asked, over, document, new, old]


@pytest.mark.parametrize("connections", lanes.STEPS)
def test_a_cut_costs_at_most_a_chunk_a_connection(sending, monkeypatch, connections):
    monkeypatch.setattr(lanes, "STEPS", (connections,))
    monkeypatch.setattr(carrying, "CHUNK_BYTES_MAX", PAGE // 4)
    sending.agent.files.lanes.open = connections
    pages, arrive, attempts, good = 12, 20, itertools.count(1), sending.line.request

    def cut_in_the_middle(method, url, **rest):
        if method == "PUT" and next(attempts) > arrive:
            raise urllib3.exceptions.ProtocolError("cut")
        return good(method, url, **rest)

    for fill in range(pages):
        page_of(sending, fill)
    sending.line.request = cut_in_the_middle
    assert not sending.round()
    assert arrive < next(attempts) - 1 <= arrive + connections
    sending.line.request = good
    sending.line.seen.clear()
    assert sending.round() and sending.state()["waiting_files"] == "0"
    assert sum(call.startswith("PUT") for call in sending.line.seen) == 4 * pages - arrive


@pytest.mark.parametrize(
    ("one", "line", "wanted"),
    [(100_000, 10_000_000, 8), (100_000, 400_000, 4), (100_000, 200_000, 2), (50_000, 50_000, 1)],
)
def test_connections_are_as_many_as_the_line_repays(one, line, wanted):
    """A connection carries `one` bytes a second alone, the line `line` in all."""
    open_at = settle(Lanes(), one, line)
    assert max(set(open_at), key=open_at.count) == wanted
    assert set(open_at) <= set(lanes.STEPS)
    assert sum(count != wanted for count in open_at) <= len(open_at) // 10  # What trials cost.


def test_connections_are_closed_when_the_line_gets_worse_and_opened_when_it_gets_better():
    learning = Lanes()
    settle(learning, 100_000, 10_000_000)
    assert settle(learning, 50_000, 50_000)[-1] == 1
    assert settle(learning, 100_000, 10_000_000)[-1] == 8


def settle(learning: Lanes, one: float, line: float) -> list[int]:
    """Let 400 windows pass; gives how many connections each of the last 300 had."""
    seen = []
    for _ in range(400):
        learning.judge(min(line, one * learning.open))
        seen.append(learning.open if not learning.before else learning.before)
    return seen[100:]


def test_only_windows_in_which_every_connection_was_busy_are_judged():
    learning = Lanes()
    for second in range(100):
        learning.went(PAGE, float(second), busy=second % 10 != 0)
    assert learning.pace == 0
    for second in range(100, 120):
        learning.went(PAGE, float(second), busy=True)
    assert learning.pace == PAGE  # One a second.
