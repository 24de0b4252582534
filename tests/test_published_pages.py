"""What a commune's pages say and do of what the province published."""

import shutil

import msgspec

from appliance import catalogue_shelf, clock, officers
from appliance.catalogue import BUILTIN, builtin
from desk_room import get, log_in
from sync import published
from sync.protocol import Statement
from sync.statements import Record

TOLD = {"file": "0" * 64, "size": 9, "media": "application/json"}


def test_the_technician_sees_what_came_of_what_the_province_published(app, box):
    client = log_in(app, "st16")
    assert "Tin của tỉnh</h2>" not in get(client, "/suc-khoe").text
    one = officers.by_id(box.db, "ST16")
    assert one
    administrator = {"officer": one.id, "name": one.name, "title": one.title, "roles": sorted(one.roles)}
    for n, (kind, body) in enumerate(
        (
            ("software.noticed", {"version": "1.2", "note": "Cập nhật vào thứ Bảy."}),
            ("trust.published", {"roots": [], "issuers": []}),
            ("account.stated", administrator | {"open": False}),
            ("account.stated", {"officer": "ST20", "name": "Lý Mẫu", "title": "Văn thư", "roles": ["clerk"], "open": True}),
            ("filing.stated", {"code": "G22.99-261120-000001", "procedure": "2.001035", "catalogue": "0" * 64, "files": [TOLD]}),
        ),
        1,
    ):
        with box.writing() as act:
            record = Record(box.device, n, "0" * 64, kind, clock.stamp(), body)
            statement = Statement(msgspec.json.encode(record).decode(), "")
            sql = "INSERT INTO feed_record (position, digest, bytes) VALUES (?, ?, ?)"
            act.db.conn.execute(sql, [n, b"", msgspec.json.encode(statement)])
            published.note(box, act, record)
    waiting = get(client, "/suc-khoe/bo-phan").text
    assert waiting.count("Đang tải phần đi kèm") == 5
    assert "Hồ sơ trực tuyến" in waiting and "G22.99-261120-000001: Đang tải phần đi kèm" in waiting
    published.carry_out(box)
    shown = get(client, "/suc-khoe/bo-phan").text
    assert "Có bản phần mềm 1.2: Cập nhật vào thứ Bảy." in shown
    assert "Danh sách tin cậy không dùng được" in shown and "Không dùng</span>" in shown
    assert f"ST16 {one.name}: Đây là quản trị cuối cùng." in shown
    assert "Đã mở tài khoản ST20 (Lý Mẫu). Chưa ai đăng nhập được" in shown
    assert "mở tài khoản, tỉnh" in get(client, "/can-bo").text


def test_what_is_decided_at_a_page_names_the_catalogue_in_force(app, box, tmp_path):
    client = log_in(app, "st03")
    get(client, "/")
    assert box.catalogue == builtin().digest
    folder = shutil.copytree(BUILTIN, tmp_path / "bundle")
    manifest = msgspec.json.decode((folder / "manifest.json").read_bytes())
    today = clock.local_day(clock.stamp()).isoformat()
    (folder / "manifest.json").write_bytes(msgspec.json.encode(manifest | {"effective_from": today}))
    name = catalogue_shelf.keep(box.home, folder)
    get(client, "/")
    with box.writing() as act:
        assert act.catalogue == box.catalogue == name
