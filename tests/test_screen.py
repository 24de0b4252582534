"""What stands behind the frame without a browser: colours, the chip's words, typing, background polls."""

import re
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from appliance import officers
from appliance.clock import moment_of, text_of
from appliance.errors import Refused
from appliance.text import read_phone
from web import collector
from web.forms import Form
from web.state_chip import UNKNOWN, Facts, chip, facts

TOKENS = (Path(__file__).parent.parent / "web/static/tokens.css").read_text(encoding="utf-8")
NOW = "2026-11-21T02:15:30.000Z"


def before(**length: int) -> str:
    """Give the time so long before NOW."""
    return text_of(moment_of(NOW) - timedelta(**length))


def colour(name: str) -> str:
    """Give a token's colour as six hex digits."""
    value = re.search(rf"--{name}:#([0-9a-f]{{3,6}})[;\s]", TOKENS)
    assert value, name
    return value[1] if len(value[1]) == 6 else "".join(c * 2 for c in value[1])


def contrast(one: str, other: str) -> float:
    """Compute the WCAG contrast of two tokens."""
    light, dark = sorted((luminance(colour(one)), luminance(colour(other))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(hex6: str) -> float:
    """Compute the relative luminance of a colour."""
    parts = [int(hex6[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


GROUNDS = ("sheet", "desk", "sunk")
KINDS = ("ok", "warn", "bad", "hold")
TEXT = [
    *((front, back) for back in GROUNDS for front in ("text", "muted", "ink")),
    *((kind, f"{kind}-soft") for kind in KINDS),
    *((kind, "sheet") for kind in KINDS),
    *(("on-son", back) for back in ("son", "son-deep")),
    *(("on-son-soft", "son"), ("ink-deep", "ink-soft"), ("sheet", "ink"), ("sheet", "bad")),
]
EDGES = [("edge", "sheet"), ("edge", "desk"), ("focus", "sheet"), ("focus", "desk"), ("focus-gap", "son")]
EASY = ("motcua123456", "st04-st04-st04", "aaaaaaaaaaaa")


@pytest.mark.parametrize(("front", "back"), TEXT)
def test_text_can_be_read_on_every_ground_it_stands_on(front: str, back: str) -> None:
    assert contrast(front, back) >= 4.5


@pytest.mark.parametrize(("front", "back"), EDGES)
def test_borders_and_focus_can_be_seen(front: str, back: str) -> None:
    assert contrast(front, back) >= 3


@pytest.mark.parametrize(
    ("known", "kind", "words"),
    [
        (Facts(acknowledged_at=before(minutes=0)), "ok", "Đã đồng bộ 09:15"),
        (Facts(acknowledged_at=before(days=1)), "ok", "Đã đồng bộ 09:15, 20/11"),
        (Facts(offline_since=before(hours=2)), "off", "Ngoại tuyến 2 giờ – vẫn làm việc bình thường"),
        (Facts(offline_since=before(minutes=5)), "off", "Ngoại tuyến 5 phút – vẫn làm việc bình thường"),
        (Facts(offline_since=before(hours=5)), "off4", "Ngoại tuyến 5 giờ – vẫn làm việc bình thường"),
        (Facts(offline_since=before(days=3), waiting=1214), "off3", "Ngoại tuyến 3 ngày – 1.214 hồ sơ chờ gửi"),
        (Facts(sending=12), "send", "Đang gửi 12 hồ sơ"),
        (Facts(waiting=4), "send", "4 hồ sơ chờ gửi"),
        (Facts(failed=3, offline_since=before(days=4)), "fail", "3 hồ sơ gửi lỗi"),
    ],
)
def test_the_chip_says_how_things_stand_with_the_province(known: Facts, kind: str, words: str) -> None:
    assert (chip(known, NOW).kind, chip(known, NOW).text) == (kind, words)


def test_what_nobody_knows_is_said_to_be_unknown(app: Flask) -> None:
    assert chip(facts(app.extensions["box"].db), NOW) is UNKNOWN
    assert chip(Facts(acknowledged_at=before(hours=1), told_at=before(minutes=16)), NOW) is UNKNOWN


def test_a_form_keeps_what_was_typed_beside_what_is_wrong() -> None:
    form = Form({"phone": " 0912 345 67 ", "reason": "", "way": "fly", "note": "x" * 20})
    assert form.read("phone", read_phone) is None
    assert form.text("reason", "Ghi lý do.") == ""
    assert form.choice("way", {"counter": "Tại quầy"}) == ""
    form.text("note", most=10)
    assert list(form.problems) == ["phone", "reason", "way", "note"]
    assert form.problems["phone"] == "Số điện thoại chưa đúng. Nhập 10 chữ số, bắt đầu bằng 0."
    assert Form({"phone": "0912 345 678"}).read("phone", read_phone) == "+84912345678"


def test_a_failing_poll_is_tried_again_later_and_logs_no_message(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    tries, stop = [], threading.Event()

    def poll(box: object) -> None:
        tries.append(box)
        if len(tries) == 1:
            raise ValueError("Nguyễn Thị Ngọc Ánh")
        stop.set()

    collector.run(app.extensions["box"], "trial", poll, 0.01, stop)
    assert len(tries) == 2
    assert "collect trial failed: ValueError" in caplog.text and "Ngọc Ánh" not in caplog.text


def test_a_poll_that_goes_on_failing_waits_longer_up_to_a_bound() -> None:
    waits, wait_s = [], 1.0
    for _ in range(8):
        wait_s = collector.after(wait_s, 1.0, well=False)
        waits.append(wait_s)
    assert waits[:3] == [2.0, 4.0, 8.0] and waits[-1] == collector.AFTER_ERROR_S_MAX
    assert collector.after(30.0, 1.0, well=True) == 1.0


@pytest.mark.parametrize(
    ("password", "code"),
    [("ngắn", "password_short"), ("x" * 300, "password_long"), *((word, "password_easy") for word in EASY)],
)
def test_passwords_that_are_easy_to_guess_are_refused(password: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        officers.check_new_password(password, "st04")
    assert refused.value.code == code


def test_tries_at_names_that_do_not_exist_fill_nothing_up(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(officers, "TRIES_ROWS_MAX", 5)
    with app.extensions["box"].writing() as act:
        for n in range(20):
            officers.count_try(act.db, f"nobody-{n}", text_of(moment_of(NOW) + timedelta(seconds=n)))
    assert next(app.extensions["box"].db.query("SELECT count(*) AS n FROM login_try"))["n"] == 5
