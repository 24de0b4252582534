"""A higher agency's decision on the dossier's page: what it says, its file, its signatures, and that the holder hears of it."""

import re

from appliance import decisions, files
from appliance.box import Box
from appliance.events import FileRef
from desk_room import accept, get, grant_numbers, log_in
from signing_room import form_pdf, make_authority


def words(client, path: str) -> str:
    page = get(client, path)
    assert page.status_code == 200, path
    return " ".join(re.sub(r"<[^>]+>", " ", page.text).split())


def received(box: Box, pdf: bytes) -> tuple[str, str]:
    """Give a dossier that ST08 holds with a decision that came, and the digest of its file."""
    grant_numbers(box)
    dossier, digest = accept(box), files.put(box.home, pdf)
    clear = {"decision": "d" * 64, "sort": "opinion", "text": "88/SXD", "date": "2026-11-20", "agency": "Sở Mẫu", "file": digest}
    with box.writing() as act:
        act.record("dossier.taken", actor="ST08", dossier=dossier, clear={"holder": "ST08"})
        decisions.receive(act, dossier, clear, {"note": "Cần ghi rõ diện tích."}, FileRef(digest, len(pdf), "application/pdf"))
    return dossier, digest


def test_the_holder_hears_of_a_decision_until_he_opened_the_dossier_and_opens_its_file(app, tmp_path):
    pdf = make_authority(tmp_path / "ca").signed(form_pdf())
    dossier, digest = received(app.extensions["box"], pdf)
    holder, other = log_in(app, "st08"), log_in(app, "st01")
    page, mine = f"/ho-so/{dossier}", "1 hồ sơ tôi giữ có văn bản mới của cấp trên"
    assert mine in words(holder, "/") and mine not in words(other, "/")
    assert "Cấp trên trả lời" in words(holder, "/viec")
    words(other, page)
    assert mine in words(holder, "/"), "somebody else's look is not the holder's"
    told = words(holder, page)
    assert "nhận văn bản số 88/SXD ngày 20/11/2026 của Sở Mẫu: cho ý kiến" in told and "Ghi chú: Cần ghi rõ diện tích." in told
    assert mine not in words(holder, "/") and "Cấp trên trả lời" not in words(holder, "/viec")
    assert get(holder, f"{page}/tep/{digest}").data == pdf and f"/tep/{digest}" in get(holder, page).text
    assert "Chữ ký của lãnh đạo" in words(holder, f"{page}/chu-ky?tep={digest}")
    assert get(holder, f"{page}/chu-ky?tep={'0' * 64}").status_code == 404
