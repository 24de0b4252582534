"""Two officers at one dossier know of each other; notes stay inside the office and go with the dossier's person."""

import pytest
from flask import Flask

from appliance import colleagues, erasure
from appliance.box import Box
from appliance.clock import moment_of, stamp, text_of
from desk_room import accept, get, log_in, post


def test_who_has_the_page_open_is_seen_by_the_other_and_not_by_himself(app: Flask, box: Box) -> None:
    dossier, first, second = accept(box), log_in(app, "st08"), log_in(app, "st11")
    assert "đang mở hồ sơ này" not in get(first, f"/ho-so/{dossier}/dong-nghiep").text
    told = get(second, f"/ho-so/{dossier}/dong-nghiep").text
    assert "Bùi Tư Pháp Mẫu" in told and "Dương Thị Chuyên Viên" not in told
    later = text_of(moment_of(stamp()) + colleagues.PRESENT)
    assert colleagues.here(box.db, dossier, later) == {}


def test_only_somebody_who_comes_makes_the_others_pages_ask_again(app: Flask, box: Box) -> None:
    dossier, client = accept(box), log_in(app, "st08")

    def version() -> int:
        row = box.db.conn.execute("SELECT n FROM topic_version WHERE topic = ?", [f"here:{dossier}"]).fetchone()
        return row[0] if row else 0

    for _ in range(3):
        get(client, f"/ho-so/{dossier}/dong-nghiep")
    assert version() == 1


def test_a_note_is_read_by_colleagues_and_never_enters_the_ledger(app: Flask, box: Box) -> None:
    dossier, client = accept(box), log_in(app, "st08")
    assert post(client, f"/ho-so/{dossier}/ghi-chu", words="Chị Ánh gọi lại sau 14 giờ").status_code == 303
    assert "Chị Ánh gọi lại" in get(log_in(app, "st04"), f"/ho-so/{dossier}/dong-nghiep").text
    assert b"14 gi" not in b"".join(bytes(row[0]) for row in box.db.conn.execute("SELECT bytes FROM event"))
    post(client, f"/ho-so/{dossier}/ghi-chu", words="  ")
    assert post(client, f"/ho-so/{dossier}/ghi-chu", words="x" * 1001).status_code == 422
    assert len(colleagues.notes(box.db, dossier)) == 1


def test_a_note_goes_with_the_persons_erasure_and_none_follows(app: Flask, box: Box) -> None:
    dossier, client = accept(box), log_in(app, "st08")
    post(client, f"/ho-so/{dossier}/ghi-chu", words="Chị Ánh gọi lại sau 14 giờ")
    erasure.erase(box, dossier, "ST03", "subject_request")
    assert colleagues.notes(box.db, dossier) == []
    assert post(client, f"/ho-so/{dossier}/ghi-chu", words="Chị Ánh").status_code == 422


@pytest.mark.parametrize("account", ["st15", "st16", "st17", "st18"])
def test_who_may_not_see_dossiers_reads_and_writes_no_note(app: Flask, box: Box, account: str) -> None:
    dossier, client = accept(box), log_in(app, account)
    assert get(client, f"/ho-so/{dossier}/dong-nghiep").status_code == 403
    assert post(client, f"/ho-so/{dossier}/ghi-chu", words="x").status_code == 403
