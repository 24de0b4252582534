"""Online dossiers that the province gives a commune: each waits at the counter, once, and an erasure leaves nothing of it."""

import io
import json
import shutil
from datetime import timedelta

import msgspec
import pikepdf
import pytest
from click.testing import CliRunner

from appliance import catalogue_shelf, clock, erasure, files, ledger, online, procedures, queries, rows, verify
from appliance.catalogue import builtin
from appliance.dossier import Status
from appliance.errors import Refused
from courier_room import Courier
from provisioning.cli import main
from provisioning.demo import filing as demo
from provisioning.demo import sheets
from signing_room import form_pdf
from sync import feed, filings, published
from sync.province import admission, feed_out, publishing
from sync.province.filing import publish_filing
from sync.publications import Sent
from sync.published import State
from test_healing import copy_of, put_back
from test_published import bundle
from test_published_decisions import fetched
from web.vietnamese import sentence
from wire_room import UNIT, wire_room

THERE = "H99.99.98"
CODE, CONTRACT = "G22.99.99-261120-000007", "2.001035"
WHO = {"name": "Nguyễn Văn Bí Mật", "number": "089085123456", "address": "Ấp Kín, xã An Châu"}
SAID = {"code": CODE, "procedure": CONTRACT, "filed_at": "2026-11-20T01:00:00.000Z", "applicant": WHO, "note": "Gọi cô Kín."}
PAID = {
    "lines": [["Phí chứng thực giao dịch", 50_000]], "paid_at": SAID["filed_at"], "evidence": "GD-KIN-77", "where": "Cổng",
    "confirmed": True,
}  # fmt: skip
SECRET = [words.encode() for words in ("Bí Mật", "089085123456", "Kín", "GD-KIN-77")]


def first_of(code: str) -> procedures.Asked:
    """Give the first component that a procedure asks for; of one that nobody knows any."""
    procedure = builtin().procedures.get(code, builtin().procedures[CONTRACT])
    return procedures.components_for(procedure, procedure.cases[0].id, "online")[0]


FIRST = first_of(CONTRACT)
PAPER, PHOTO = demo.one_page(), sheets.draw(demo.SHEET, 1, dpi=50)


@pytest.fixture
def room(tmp_path):
    with wire_room(tmp_path) as opened:
        yield opened


@pytest.fixture
def commune(room, tmp_path):
    return room.commune(tmp_path / "commune")


def give(room, unit=UNIT, paper=PAPER, again=False, **changed) -> bool:
    return publish_filing(room.province, unit, SAID | {"paid": PAID} | changed, {FIRST.key: [paper]}, again)


def newest(commune) -> tuple[State, str]:
    one = published.shown(commune.box.db)[0]
    assert one.kind == "filing.stated" and sentence(one.line)
    return one.state, one.line.code


def filed(commune) -> list[str]:
    return [one.code for one in queries.filed(commune.box.db)]


def told(room, code: str = CODE) -> str:
    """Give the digest of the file that holds a filing."""
    return room.province.db.conn.execute("SELECT told FROM filing_told WHERE code = ?", [code]).fetchone()[0]


def says(home) -> list[str]:
    """List what of a home's database, files and logs says a word of the citizen."""
    found = [path for path in home.root.rglob("*") if path.is_file() and path.parent.name != "cache"]
    return [path.name for path in found if any(word in path.read_bytes() for word in SECRET)]


def test_an_online_dossier_waits_at_the_counter_with_its_person_its_money_and_its_paper(room, commune, tmp_path):
    (tmp_path / "don.pdf").write_bytes(PAPER)
    described = tmp_path / "ho-so.json"
    described.write_text(json.dumps(SAID | {"paid": PAID, "files": {FIRST.key: ["don.pdf"]}}))
    order = ["feed", "online", "--home", str(room.province.home.root), "--unit", UNIT, str(described)]
    for words in ("Đã công bố", "Không có gì mới"):
        ended = CliRunner().invoke(main, order)
        assert ended.exit_code == 0 and words in ended.output, ended.output
    assert commune.round() and commune.state()["last_error"] == ""
    assert newest(commune) == (State.DONE, "published_filing") and CODE in sentence(published.shown(commune.box.db)[0].line)
    (one,) = queries.filed(commune.box.db)
    found = rows.load(commune.box.db, one.id)
    assert found and (found.status, found.code, found.channel, found.unit) == (Status.NEW, CODE, "online", UNIT)
    assert found.applicant == WHO | {"number_kind": "12"} and found.note == SAID["note"]
    assert (found.portal_payment["amount"], found.portal_payment["confirmed"], found.portal_evidence) == (50_000, True, "GD-KIN-77")
    assert [part["pages"] for part in found.components if part["pages"]] == [[{"file": files.digest_of(PAPER), "turn": 0, "n": 1}]]
    assert found.catalogue == builtin().digest and files.read(commune.home, files.digest_of(PAPER)) == PAPER
    assert commune.round() and verify.verify(commune.home, commune.box.db) == []
    there = rows.load(room.province.db, one.id)
    assert there == found
    assert not files.has(commune.home, told(room)) and not files.has(room.province.home, told(room))
    assert commune.round() and len(filed(commune)) == 1


def test_the_same_again_is_one_and_other_contents_under_the_code_are_refused(room, commune):
    assert give(room) and not give(room)
    assert give(room, again=True) and commune.round()
    assert filed(commune) == [CODE] and newest(commune) == (State.DONE, "published_filing_known")
    assert commune.round() and not give(room) and not give(room, again=True), "also after it was filed"
    for changed in ({"note": "Khác."}, {"applicant": WHO | {"phone": "0912345678"}}, {"paid": None}, {"paper": form_pdf()}):
        with pytest.raises(Refused, match="filing_changed"):
            give(room, **changed)
    assert commune.round() and filed(commune) == [CODE]


def test_no_word_about_the_citizen_stands_in_feed_database_or_log(room, commune, caplog):
    give(room)
    assert says(room.province.home) == [told(room)], "in the one file that goes with the record"
    commune.line.lost_requests = {"/files/": 99}
    assert not commune.round() or newest(commune)[0] is State.WAITING
    (record,) = feed.records(commune.box, "filing.stated")
    assert not any(word in msgspec.json.encode(record) for word in SECRET) and record["code"] == CODE
    assert "main.db" not in says(commune.home) and "main.db-wal" not in says(commune.home)
    assert CODE in published.shown(commune.box.db)[0].line.facts["about"]
    commune.line.lost_requests = {}
    assert commune.round() and filed(commune) == [CODE]
    assert not any(word.decode() in caplog.text for word in SECRET)


def test_only_the_box_that_stands_for_the_commune_can_fetch_it(room, commune, tmp_path):
    neighbour = room.commune(tmp_path / "neighbour", unit=THERE)
    give(room)
    body = files.read(room.province.home, told(room))
    assert neighbour.round() and feed.records(neighbour.box, "filing.stated") == []
    for data in (PAPER, body):
        assert fetched(neighbour, data) == "file_not_named" and fetched(commune, data) == ""
    assert commune.round() and commune.round() and filed(commune) == [CODE] and filed(neighbour) == []
    assert fetched(commune, body) == "file_not_named" and fetched(neighbour, PAPER) == "file_not_named"


def test_an_erasure_leaves_nothing_to_read_at_either_end(room, commune):
    give(room)
    assert commune.round() and commune.round()
    (dossier,) = (one.id for one in queries.filed(commune.box.db))
    assert files.has(room.province.home, files.digest_of(PAPER)) and "main.db" in "".join(says(room.province.home))
    erasure.erase(commune.box, dossier, "ST16", "request")
    assert commune.round() and commune.round()
    for home in (commune.home, room.province.home):
        assert says(home) == [] and not files.has(home, files.digest_of(PAPER)) and not files.has(home, told(room))
    assert room.province.db.conn.execute("SELECT salt FROM filing_told").fetchall() == [(None,)]
    assert fetched(commune, PAPER) == "file_not_named"
    for again in (False, True):
        with pytest.raises(Refused, match="filing_erased"):
            give(room, again=again)
    found = rows.load(commune.box.db, dossier)
    assert found and found.applicant is None and verify.verify(commune.home, commune.box.db) == []


def test_an_erasure_before_the_province_knew_of_the_dossier_reaches_the_papers_too(room, commune):
    assert commune.round()
    give(room)
    commune.line.lost_requests = {"/segments": 99, "/keys": 99}
    assert not commune.round() and filed(commune) == [CODE]
    (dossier,) = (one.id for one in queries.filed(commune.box.db))
    erasure.erase(commune.box, dossier, "ST16", "request")
    commune.line.lost_requests = {}
    assert commune.round() and commune.round()
    assert says(commune.home) == says(room.province.home) == []
    assert not files.has(room.province.home, files.digest_of(PAPER))


def test_a_paper_that_another_filing_names_too_outlives_the_erasure_of_the_first(room, commune):
    give(room)
    assert commune.round() and commune.round()
    give(room, code="G22.99.99-261120-000008", applicant={"name": "Người Khác"}, note="", paid=None)
    (dossier,) = (one.id for one in queries.filed(commune.box.db))
    erasure.erase(commune.box, dossier, "ST16", "request")
    assert commune.round() and commune.round()
    assert {*filed(commune)} == {CODE, "G22.99.99-261120-000008"} and says(room.province.home) == []
    for home in (commune.home, room.province.home):
        assert files.read(home, files.digest_of(PAPER)) == PAPER


def test_a_photograph_is_a_paper_of_one_page(room, commune):
    give(room, paper=PHOTO)
    assert commune.round() and newest(commune) == (State.DONE, "published_filing")
    sql = "SELECT media FROM dossier_file WHERE digest = ?"
    assert commune.box.db.conn.execute(sql, [files.digest_of(PHOTO)]).fetchall() == [("image/jpeg",)]


def test_it_comes_by_courier_with_its_files(room, commune, tmp_path):
    commune.line.cut = True
    give(room)
    courier = Courier(room, commune, tmp_path / "sticks")
    courier.round_trip()
    assert newest(commune) == (State.DONE, "published_filing") and filed(commune) == [CODE]
    courier.round_trip()
    assert not files.has(room.province.home, told(room)) and not files.has(commune.home, told(room))


def state(room, commune, body: bytes | None = None, paper: bytes = PAPER, catalogue: str = "", code: str = CODE, **changed) -> list:
    """Say a filing to a box as it is, also what the province would not say; gives the digests of its files."""
    filed = msgspec.convert(SAID | {"paid": PAID, "code": code}, filings.Filed)
    filed = msgspec.structs.replace(filed, **{name: one for name, one in changed.items() if name in filed.__struct_fields__})
    asked = first_of(filed.procedure)
    placed = filings.Placed(asked.key, changed.get("component", asked.component.name), files.digest_of(paper))
    whole = filings.written(filings.Told("0" * 64, changed.get("unit", UNIT), filed, (placed,))) if body is None else body
    sent = [
        Sent(files.put(room.province.home, whole), len(whole), "application/json"),
        Sent(files.put(room.province.home, paper), len(paper), changed.get("media", "application/pdf")),
    ]
    record = {"code": code, "procedure": filed.procedure, "catalogue": catalogue or builtin().digest, "files": sent}
    with room.province.writing() as db:
        publishing.send_with(db, commune.box.device, code, [one.file for one in sent])
        feed_out.add(db, room.province.signing, commune.box.device, "filing.stated", msgspec.to_builtins(record))
    return [one.file for one in sent]


WRONG = {
    "procedure_unknown": {"procedure": "9.999999"},
    "case_unknown": {"case": "k99"},
    "channel_not_offered": {"procedure": next(code for code, one in builtin().procedures.items() if not demo.can_be_filed(one))},
    "amount_wrong": {"paid": filings.Paid((("x", -1),), "2026-11-20T01:00:00.000Z", "e", "w", True)},
    "personal_number_digits": {"applicant": WHO | {"number": "089"}},
    "filing_component_unknown": {"component": "Giấy không ai hỏi"},
    "filing_other_unit": {"unit": THERE},
    "filing_paper_wrong": {"media": "image/png"},
    "pdf_unreadable": {"paper": b"%PDF-1.7 broken"},
    "published_unreadable": {"body": b'{"salt": "Nguy\xe1\xbb\x85n'},
    "filing_code_taken": {},
}


@pytest.mark.parametrize("why", sorted(WRONG))
def test_what_a_box_must_refuse_is_shown_in_plain_words_and_holds_up_nothing(room, commune, why):
    code = CODE
    if why == "filing_code_taken":
        found = rows.load(commune.box.db, commune.accept())
        assert found
        code = found.code.upper()
    sent = state(room, commune, code=code, **WRONG[why])
    give(room, code="G22.99.99-261120-000009", paper=form_pdf())
    assert commune.round() and commune.state()["last_error"] == ""
    done, refused = published.shown(commune.box.db)
    assert (refused.state, refused.line.code, refused.line.facts["about"]) == (State.REFUSED, why, code)
    assert sentence(refused.line) and not any(word.decode() in sentence(refused.line) for word in SECRET)
    assert done.state is State.DONE and filed(commune) == ["G22.99.99-261120-000009"]
    assert not any(files.has(commune.home, digest) for digest in sent), "nothing names them"


def blank(pages: int) -> bytes:
    """Give a PDF of so many empty pages."""
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        for _ in range(pages):
            pdf.add_blank_page()
        pdf.save(out)
    return out.getvalue()


def test_what_cannot_be_filed_is_refused_before_it_leaves(room, commune):
    tomorrow = clock.text_of(clock.moment_of(clock.stamp()) + timedelta(days=1))
    long = WHO | {name: "ộ" * 500 for name in ("name", "address", "old_address", "basis", "email", "organisation")}
    for why, changed in (
        ("published_unit_unknown", {"unit": "H00.00.00"}),
        ("published_wrong", {"code": "hồ sơ của Bí Mật"}),
        ("published_wrong", {"channel": "counter"}),
        ("published_wrong", {"filed_at": tomorrow}),
        ("published_wrong", {"filed_at": "20/11/2026"}),
        ("published_wrong", {"applicant": WHO | {"surname": "x"}}),
        ("published_wrong", {"unheard": "x"}),
        ("procedure_unknown", {"procedure": "9.999999"}),
        ("case_unknown", {"case": "k99"}),
        ("amount_wrong", {"paid": PAID | {"lines": [["x", 0]]}}),
        ("personal_number_digits", {"applicant": WHO | {"number": "089"}}),
        ("email_invalid", {"applicant": long}),
        ("filing_paper_wrong", {"paper": b"PK"}),
        ("filing_paper_wrong", {"paper": b'{"a": 1}'}),
        ("filing_paper_wrong", {"paper": PHOTO[:200]}),
        ("pdf_unreadable", {"paper": b"%PDF-1.7 broken"}),
    ):
        with pytest.raises(Refused, match=why):
            give(room, **changed)
    for why, papers in (
        ("filing_component_unknown", {"c99": [PAPER]}),
        ("filing_paper_wrong", {FIRST.key: [blank(filings.PAGES_MAX + 1)]}),
        ("filing_too_long", {FIRST.key: [blank(filings.PAGES_MAX - n) for n in range(5)]}),
        ("published_wrong", {FIRST.key: [b"%PDF-" + bytes([n]) for n in range(51)]}),
    ):
        with pytest.raises(Refused, match=why):
            publish_filing(room.province, UNIT, SAID, papers)
    assert commune.round() and feed.records(commune.box, "filing.stated") == []
    assert says(room.province.home) == [] and not files.has(room.province.home, files.digest_of(PAPER))


def test_a_filing_waits_for_the_catalogue_that_the_province_judged_by(room, commune, tmp_path):
    folder = bundle(tmp_path / "bundle", clock.local_day(clock.stamp()))
    (core,) = [path for path in folder.glob("*.json") if f'"{CONTRACT}"' in path.read_text() and "procedures" in path.name][:1]
    core.write_text(core.read_text().replace(f'"{CONTRACT}"', '"2.009999"'))
    digest = catalogue_shelf.keep(room.province.home, folder)
    assert give(room, procedure="2.009999")
    assert commune.round() and newest(commune)[0] is State.WAITING and filed(commune) == []
    assert publishing.publish_catalogue(room.province, folder)
    assert commune.round() and filed(commune) == [CODE]
    found = rows.load(commune.box.db, queries.filed(commune.box.db)[0].id)
    assert found and found.catalogue == digest


def test_what_was_filed_no_longer_stands_and_what_was_not_does(room, commune):
    give(room)
    assert commune.round() and commune.round()
    give(room, code="G22.99.99-261120-000008", paper=form_pdf())
    with room.province.writing() as db:
        assert feed_out.compact(db, room.province.signing, commune.box.device, worth=0)
    assert commune.round() and commune.state()["last_error"] == ""
    assert [one["code"] for one in feed.records(commune.box, "filing.stated")] == ["G22.99.99-261120-000008"]
    assert sorted(filed(commune)) == [CODE, "G22.99.99-261120-000008"]


@pytest.mark.parametrize("order", ["revoked first", "admitted first"])
def test_the_box_that_takes_the_place_of_another_gets_what_that_one_never_filed(room, commune, tmp_path, order):
    give(room)
    assert commune.round() and commune.round()
    give(room, code="G22.99.99-261120-000008", paper=form_pdf())
    if order == "revoked first":
        admission.revoke_device(room.province, commune.box.device, "thử", "thử")
    later = room.commune(tmp_path / "later")
    assert later.round() and filed(later) == (["G22.99.99-261120-000008"] if order == "revoked first" else [])
    if order == "admitted first":
        admission.revoke_device(room.province, commune.box.device, "thử", "thử")
        assert later.round()
    assert filed(later) == ["G22.99.99-261120-000008"], "and nothing twice"
    assert later.round() and not give(room, code="G22.99.99-261120-000008", paper=form_pdf(), again=True)
    assert fetched(commune, form_pdf()) != ""


def test_with_nobody_there_a_filing_is_refused_and_with_two_boxes_the_newer_gets_it(room, commune, tmp_path):
    second = room.commune(tmp_path / "second")
    give(room)
    assert commune.round() and second.round() and (filed(commune), filed(second)) == ([], [CODE])
    for one in (commune, second):
        admission.revoke_device(room.province, one.box.device, "thử", "thử")
    with pytest.raises(Refused, match="published_unit_unknown"):
        give(room, code="G22.99.99-261120-000008")


def test_an_older_copy_of_the_box_files_nothing_twice(room, commune, tmp_path):
    assert commune.round()
    older = copy_of(commune, tmp_path / "older")
    give(room)
    assert commune.round() and commune.round()
    before = [one.id for one in queries.filed(commune.box.db)]
    put_back(commune, older)
    shutil.rmtree(commune.home.files)
    assert commune.round() and commune.round()
    assert [one.id for one in queries.filed(commune.box.db)] == before
    assert newest(commune) == (State.DONE, "published_filing_known")
    assert files.read(commune.home, files.digest_of(PAPER)) == PAPER and not files.has(commune.home, told(room))
    assert verify.verify(commune.home, commune.box.db) == []


def test_a_copy_in_which_it_waited_waits_until_the_ledger_is_whole(room, commune, tmp_path):
    give(room)
    commune.line.lost_requests = {f"/files/{told(room)}": 99}
    commune.round()
    assert newest(commune)[0] is State.WAITING
    older = copy_of(commune, tmp_path / "older")
    body = files.read(room.province.home, told(room))
    commune.line.lost_requests = {}
    assert commune.round() and commune.round()
    before = [one.id for one in queries.filed(commune.box.db)]
    put_back(commune, older)
    files.put(commune.home, body)
    assert published.carry_out(commune.box) == 0 and filed(commune) == []
    assert commune.round() and [one.id for one in queries.filed(commune.box.db)] == before
    assert not files.has(commune.home, told(room))


def test_a_crash_between_the_event_and_its_mark_files_nothing_twice(room, commune):
    give(room)
    assert commune.round()
    with commune.box.writing() as act:
        act.db.conn.execute("UPDATE published SET state = 'waiting'")
    assert published.carry_out(commune.box) == 1 and filed(commune) == [CODE]
    inc = ledger.incarnation(commune.box.db).inc
    assert sum(online.FILED.encode() in data for _, _, data in ledger.stored(commune.box.db, inc)) == 1


def test_many_that_went_well_do_not_hide_what_did_not(room, commune):
    state(room, commune, body=b"{}")
    for n in range(published.SHOWN_MAX):
        give(room, code=f"G22.99.99-261121-{n:06d}", paid=None)
    assert commune.round() and len(filed(commune)) == published.SHOWN_MAX
    assert [one.state for one in published.shown(commune.box.db)] == [State.DONE] * published.DONE_SHOWN_MAX + [State.REFUSED]
