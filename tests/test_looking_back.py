"""A dossier as it was on a date, and a dossier taken away as a folder that others open and check without our software."""

import io
import json
import re
import subprocess
import sys
import zipfile
from datetime import date, timedelta

from click.testing import CliRunner
from flask import Flask

from appliance import correcting, erasure, looking_back, queries
from appliance.box import Box
from appliance.catalogue import builtin
from appliance.clock import local_day, stamp
from boxes import open_test_box
from desk_room import accept, certify, get, log_in, post
from provisioning.cli import main
from test_reception import BICH, begin, scan
from test_reception import accept as accepted


def test_a_dossier_is_folded_only_as_far_as_the_day_asked_for(tmp_path):
    box = open_test_box(tmp_path)
    made = accepted(box, begin(box))
    mark = looking_back.mark(box.db, made.dossier)
    with box.writing() as act:
        typed = correcting.values_of(queries.dossier(box.db, made.dossier)) | {"applicant.name": "Trần Thị Oanh"}
        correcting.correct(act, box.home, builtin(), made.dossier, BICH, mark, correcting.tidy(typed), "Gõ nhầm")
    every, today = looking_back.told(box.db, box.device, made.dossier), local_day(stamp())
    assert looking_back.as_it_was_on(every, today - timedelta(days=1)) is None
    assert looking_back.as_it_was_on(every, today) == queries.dossier(box.db, made.dossier)
    assert looking_back.as_seen(every, mark).applicant["name"] == "Nguyễn Thị Ngọc Ánh"
    earlier = every[1]._replace(event=every[1].event.__class__(**{**_fields(every[1].event), "at": "2099-01-01T00:00:00.000Z"}))
    assert looking_back.as_it_was_on([every[0], earlier], date(2098, 12, 31)).applicant["name"] == "Nguyễn Thị Ngọc Ánh"


def _fields(event):
    return {name: getattr(event, name) for name in event.__struct_fields__}


def test_the_page_of_a_day_keeps_the_day_in_its_address(app: Flask, box: Box) -> None:
    dossier, client = accept(box), log_in(app, "st08")
    today = get(client, f"/ho-so/{dossier}/nhu-ngay")
    assert today.status_code == 200 and "Nguyễn Thị Ngọc Ánh" in today.text
    assert "chưa có hồ sơ này" in get(client, f"/ho-so/{dossier}/nhu-ngay?ngay=01/01/2020").text
    assert get(client, f"/ho-so/{dossier}/nhu-ngay?ngay=hom qua").status_code == 422
    assert get(client, f"/ho-so/{dossier}/nhu-ngay?ngay=01/01/2090").status_code == 422
    assert get(log_in(app, "st16"), f"/ho-so/{dossier}/nhu-ngay").status_code == 403


def exported(box, code, folder):
    return CliRunner().invoke(main, ["ledger", "export", code, str(folder), "--home", str(box.home.root)])


def checked(folder):
    """Run the folder's own program with a Python that cannot see ours."""
    return subprocess.run([sys.executable, "-I", "kiem-tra.py"], cwd=folder, capture_output=True, text=True, check=False)


def test_a_folder_is_read_and_checked_without_our_software(tmp_path):
    box = open_test_box(tmp_path)
    accepted(box, begin(box))  # A neighbour in the chain.
    draft = begin(box)
    scan(box, draft)
    made = accepted(box, draft)
    told = exported(box, made.code, tmp_path / "out")
    assert told.exit_code == 0, told.output
    folder = tmp_path / "out"
    answer = checked(folder)
    assert (answer.returncode, answer.stdout) == (0, "Đã kiểm tra 1 sự kiện, 2 tệp: đúng cả.\n")
    assert "Nguyễn Thị Ngọc Ánh" in (folder / "index.html").read_text()
    assert (folder / "giay-da-cap/giay-tiep-nhan-ho-so-va-hen-tra-ket-qua-ban-1.pdf").exists()
    assert "089190012345" in (folder / "thong-tin-ca-nhan.jsonl").read_text()
    assert "089190012345" not in (folder / "su-kien.jsonl").read_text()
    assert exported(box, made.code, tmp_path / "out").exit_code == 1
    assert exported(box, "H99-khong-co", tmp_path / "other").exit_code == 1


def test_a_folder_that_somebody_changed_says_where(tmp_path):
    box = open_test_box(tmp_path)
    made = accepted(box, begin(box))
    exported(box, made.code, tmp_path / "out")
    events = tmp_path / "out/su-kien.jsonl"
    events.write_text(events.read_text().replace('\\"channel\\":\\"counter\\"', '\\"channel\\":\\"online\\"'))
    paper = next((tmp_path / "out/giay-da-cap").iterdir())
    paper.write_bytes(paper.read_bytes() + b" ")
    answer = checked(tmp_path / "out")
    assert answer.returncode == 1
    assert re.search(r"sự kiện \d+ bị sửa", answer.stdout) and f"tệp giay-da-cap/{paper.name} thiếu hoặc bị sửa" in answer.stdout


def test_what_was_erased_is_in_no_folder(tmp_path):
    box = open_test_box(tmp_path)
    made = accepted(box, begin(box))
    erasure.erase(box, made.dossier, "ST03", "subject_request")
    exported(box, made.code, tmp_path / "out")
    text = "".join(path.read_text() for path in (tmp_path / "out").iterdir() if path.suffix != ".pdf")
    assert "Ngọc Ánh" not in text and json.loads((tmp_path / "out/tep.json").read_text()) == {}
    assert looking_back.told(box.db, box.device, made.dossier)[0].personal == {}


def test_a_leader_takes_a_dossier_away_and_it_is_written_down(app: Flask, box: Box, tmp_path) -> None:
    dossier = accept(box, "2.000815")
    certify(box, dossier)
    answer = get(log_in(app, "st01"), f"/ho-so/{dossier}/xuat")
    code = queries.dossier(box.db, dossier).code
    assert answer.headers["Content-Disposition"] == f"attachment; filename={code}.zip"
    zipfile.ZipFile(io.BytesIO(answer.data)).extractall(tmp_path / "zip")
    answer.close()
    assert checked(tmp_path / "zip" / code).returncode == 0
    looks = [row["what"] for row in box.db.query("SELECT what FROM looking WHERE dossier = ?", [dossier])]
    assert looks == ["export_dossier"]
    for account in ("st04", "st08", "st09", "st16", "st17"):
        assert get(log_in(app, account), f"/ho-so/{dossier}/xuat").status_code == 403
    assert post(log_in(app, "st01"), f"/ho-so/{dossier}/xuat").status_code == 405
