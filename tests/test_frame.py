"""The frame of every page, seen in a real browser by the people who use it."""

from flask import Flask
from playwright.sync_api import Page, expect

from browsing import assert_page_good, login, shot


def test_every_page_of_the_frame_is_good_for_everybody(page: Page, live_server: str) -> None:
    page.goto(f"{live_server}/dang-nhap")
    shot(page, "dang-nhap")
    assert_page_good(page)
    login(page, live_server, "st16")
    for path, name in (("/", "trang-chinh"), ("/suc-khoe", "suc-khoe"), ("/tai-khoan", "tai-khoan"), ("/mat-khau", "mat-khau"),
                       ("/tro-giup", "tro-giup"), ("/lenh?q=suc", "lenh"), ("/khong-co", "khong-co")):  # fmt: skip
        page.goto(live_server + path)
        shot(page, name)
        assert_page_good(page)
