"""The catalogue an office works by: found without marks, kept for ever, refused when it is broken."""

import json
import re
import shutil
import unicodedata
from datetime import date
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from appliance import catalogue_shelf
from appliance.catalogue import BUILTIN, builtin, digest, load_bundle
from appliance.catalogue_faults import faults
from appliance.catalogue_sheets import SHEETS
from appliance.config import Home
from appliance.errors import Refused
from appliance.procedures import Kind, ReleasePath, components_for, doubts, find, get, limit_for, result_rule
from provisioning.catalogue_bundle import build, commands
from web.vietnamese import SENTENCES, sentence

DAY = date(2026, 11, 21)
ROOT = Path(__file__).parent.parent
HOUSE = ("appliance", "hardware", "sync", "web", "provisioning")


def found(query: str, most: int = 5) -> list[str]:
    return [procedure.code for procedure in find(builtin(), query, most)]


def test_khai_sinh_without_marks_finds_birth_registration_first():
    assert found("khai sinh")[0] == found("Khai Sinh")[0] == found("KHAI  SINH ")[0] == found("khai sin")[0] == "1.001193"
    assert found(unicodedata.normalize("NFD", "khai sinh"))[0] == "1.001193"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("sao y", "2.000815"),
        ("chung thuc ban sao", "2.000815"),
        ("tinh trang hon nhan", "1.004873"),
        ("độc thân", "1.004873"),
        ("doc than", "1.004873"),
        ("2.000815", "2.000815"),
        ("1.00487", "1.004873"),
        ("hộ kinh doanh", "1.001612"),
        ("ket hon", "1.000894"),
        ("nhan cha, me, con", "1.001022"),
    ],
)
def test_what_officers_type_finds_the_procedure_they_mean(query, code):
    assert found(query)[0] == code


def test_hand_checked_procedures_come_before_the_rest():
    core = [procedure.core for procedure in find(builtin(), "dang ky")]
    assert core == sorted(core, reverse=True) and True in core and False in core


def test_nonsense_finds_nothing_and_nothing_breaks():
    assert found("xyzw qqq") == [] and found("%_'\"(") == []
    assert len(found("", 50)) == 50 and found("a" * 10_000) == []


def test_the_catalogue_holds_what_the_sources_hold():
    catalogue = builtin()
    assert len(catalogue.sheet("procedures.core").records) == 24
    assert sum(len(one.cases) for one in catalogue.sheet("procedures.core").records) == 60
    assert len(catalogue.sheet("procedures").records) == 392
    assert len(catalogue.sheet("units").records) == 102
    assert len(catalogue.sheet("processes").records) == 30
    assert len(catalogue.calendar.records) == 60
    assert catalogue.demonstration.commune_code == "30589" and len(catalogue.demonstration.staff) == 18


def test_what_is_uncertain_is_marked_and_has_words():
    unsure = {line.code for line in doubts(get(builtin(), "1.000894"), "1.000894#1")}
    assert unsure == {"basis_catalogue_without_unit", "doubt_limit"}
    assert doubts(get(builtin(), "2.000815"), "2.000815#1") == ()
    lines = [line for one in builtin().procedures.values() for case in one.cases for line in doubts(one, case.id)]
    assert len(lines) > 300 and all(sentence(line) for line in lines)


def test_papers_that_are_only_shown_are_never_scanned():
    for procedure in builtin().procedures.values():
        for case in procedure.cases:
            for channel in ("counter", "online", "post"):
                asked = components_for(procedure, case.id, channel)
                assert len({one.key for one in asked}) == len(asked)
                for one in asked:
                    assert one.scan == (channel != "online" and one.component.kind is Kind.SUBMIT)


def test_a_foundling_brings_one_paper_more():
    procedure = get(builtin(), "1.001193")
    usual, foundling = (components_for(procedure, f"1.001193#{n}", "counter") for n in (1, 2))
    assert {one.component.name for one in foundling} - {one.component.name for one in usual} == {"Biên bản về việc trẻ bị bỏ rơi"}
    with pytest.raises(Refused, match="case_unknown"):
        components_for(procedure, "1.001193#9", "counter")


def test_the_limit_depends_on_case_and_channel():
    catalogue, rules = builtin(), builtin().rules_on(DAY)
    disputes = get(catalogue, "1.012812")
    assert [limit_for(disputes, "1.012812#1", channel, rules).value for channel in ("counter", "post")] == [40, 30]
    with pytest.raises(Refused, match="channel_not_offered"):
        limit_for(disputes, "1.012812#1", "online", rules)
    assert limit_for(get(catalogue, "1.004946"), "1.004946#1", "counter", rules).round_the_clock


def test_the_law_parts_two_procedures():
    rules = builtin().result_rules
    copy, status, residence, other = (
        result_rule(rules, get(builtin(), code), DAY) for code in ("2.000815", "1.004873", "1.004222", "1.001193")
    )
    assert (copy.path, copy.book, copy.template, copy.needs_timestamp) == (
        ReleasePath.PAPER,
        "certification_paper",
        "certified-copy",
        False,
    )
    assert (status.path, status.book, status.template, status.needs_timestamp) == (
        ReleasePath.ELECTRONIC,
        "outgoing",
        "marital-status",
        True,
    )
    assert (residence.path, residence.template) == (ReleasePath.RELAY, None)
    assert (other.path, other.template) == (ReleasePath.ELECTRONIC, "generic-result")


def test_numbers_are_written_as_the_book_says():
    books = builtin().books
    assert books["dossier"].write(7, DAY, unit="H99.99.99") == "H99.99.99-261121-0007"
    assert books["dossier"].write(12345, DAY, unit="H99.99.99").endswith("-12345")
    assert books["outgoing"].write(3, DAY, symbol="UBND-XNTTHN") == "03/UBND-XNTTHN"
    assert books["certification_paper"].volume_name(DAY) == "01/2026 - SCT/BS"
    assert books["certification_electronic"].volume_name(DAY) is None
    assert {book.period for book in books.values()} == {"day", "year"}


def test_a_form_is_named_by_what_it_is_for():
    assert builtin().form_on("slip", DAY).number == "01"
    with pytest.raises(Refused, match="form_unknown"):
        builtin().form_on("slip", date(2020, 1, 1))


def test_every_rule_says_where_it_comes_from():
    entries = builtin().rule_entries_on(DAY)
    assert all(entry.source for entry in entries.values())
    assert set(entries) == {field.name for field in msgspec.structs.fields(type(builtin().rules_on(DAY)))}


def copy_of_bundle(folder: Path) -> Path:
    return Path(shutil.copytree(BUILTIN, folder / "bundle"))


def test_the_digest_follows_content_and_names_only(tmp_path):
    copy = copy_of_bundle(tmp_path)
    assert digest(copy) == builtin().digest
    (copy / "rules.json").write_bytes((copy / "rules.json").read_bytes() + b"\n")
    assert digest(copy) != builtin().digest


def test_a_newer_rule_takes_over_on_its_day(tmp_path):
    copy = copy_of_bundle(tmp_path)
    sheet = json.loads((copy / "rules.json").read_text())
    sheet["records"].append(
        {
            "rule": "same_day",
            "effective_from": "2027-03-01",
            "value": {"cutoff": "16:00", "inclusive": True},
            "source": "x",
            "verified": True,
        }
    )
    (copy / "rules.json").write_text(json.dumps(sheet))
    catalogue = load_bundle(copy)
    assert [catalogue.rules_on(date(2027, month, 1)).same_day.cutoff for month in (2, 3)] == ["15:00", "16:00"]


def test_all_faults_of_a_bundle_are_told_at_once(tmp_path):
    copy = copy_of_bundle(tmp_path)
    core = json.loads((copy / "procedures.core.json").read_text())
    core["records"][0]["cases"][0]["limit"]["value"] = "one"
    core["records"][3]["surprise"] = 1
    (copy / "procedures.core.json").write_text(json.dumps(core))
    (copy / "books.json").write_text("{")
    told = faults(copy)
    assert len(told) == 3
    assert any("records[0]" in fault and "cases[0].limit.value" in fault for fault in told)
    assert any("records[3]" in fault and "surprise" in fault for fault in told)
    assert any("books.json" in fault for fault in told)


@pytest.mark.parametrize(
    ("sheet", "change", "told"),
    [
        ("results", lambda x: x["records"][0].update(procedures=["9.999999"]), "9.999999 unknown"),
        ("results", lambda x: x["records"][0].update(book="nowhere"), "nowhere unknown"),
        ("calendar", lambda x: x["records"].append(x["records"][0]), "2024-01-01 twice"),
        ("calendar", lambda x: x["records"][0].update(weekday="Tue"), "2024-01-01 is not Tue"),
        ("rules", lambda x: x["records"].pop(0), "same_day"),
        ("processes", lambda x: x["records"][0].update(case_ids=["1.001193#7"]), "1.001193#7 unknown"),
    ],
)
def test_what_one_file_says_about_another_is_checked(tmp_path, sheet, change, told):
    copy = copy_of_bundle(tmp_path)
    content = json.loads((copy / f"{sheet}.json").read_text())
    change(content)
    (copy / f"{sheet}.json").write_text(json.dumps(content))
    assert any(told in fault for fault in faults(copy)), faults(copy)


def test_a_missing_or_strange_file_is_refused(tmp_path):
    copy = copy_of_bundle(tmp_path)
    (copy / "fees.json").rename(copy / "surprise.json")
    with pytest.raises(Refused) as refused:
        load_bundle(copy)
    assert refused.value.facts["faults"] == ("fees.json", "surprise.json")
    assert "surprise" not in sentence(refused.value) and "fees.json" in sentence(refused.value)


def test_a_bundle_changed_under_a_running_box_is_not_used(tmp_path):
    copy = copy_of_bundle(tmp_path)
    catalogue = load_bundle(copy)
    (copy / "fees.json").write_text((copy / "fees.json").read_text().replace("8000", "9000"))
    with pytest.raises(Refused, match="catalogue_changed"):
        catalogue.fee_table  # noqa: B018


def later(folder: Path, begins: str) -> Path:
    copy = copy_of_bundle(folder)
    manifest = json.loads((copy / "manifest.json").read_text()) | {"version": "2027.01.01-1", "effective_from": begins}
    (copy / "manifest.json").write_text(json.dumps(manifest))
    return copy


def test_a_kept_bundle_takes_effect_on_its_day_and_the_old_one_stays(tmp_path):
    home = Home(tmp_path)
    old = catalogue_shelf.keep(home, BUILTIN)
    new = catalogue_shelf.keep(home, later(tmp_path, "2027-01-01"))
    assert catalogue_shelf.keep(home, tmp_path / "bundle") == new != old == builtin().digest
    assert catalogue_shelf.current(home, date(2026, 12, 31)).digest == old
    assert catalogue_shelf.current(home, date(2027, 1, 1)).digest == new
    assert catalogue_shelf.kept(home, new).manifest.version == "2027.01.01-1"
    assert catalogue_shelf.kept(home, old).digest == old


def test_a_broken_bundle_is_not_kept(tmp_path):
    copy = later(tmp_path, "2027-01-01")
    (copy / "books.json").write_text("{}")
    with pytest.raises(Refused, match="catalogue_broken"):
        catalogue_shelf.keep(Home(tmp_path), copy)
    assert not list((tmp_path / "catalogue").glob("*"))


@pytest.mark.parametrize("name", ["f" * 64, "../bundle", ""])
def test_an_unknown_bundle_is_refused_by_name(tmp_path, name):
    with pytest.raises(Refused, match="catalogue_unknown"):
        catalogue_shelf.kept(Home(tmp_path), name)


def test_building_again_from_what_was_built_loses_nothing(tmp_path):
    """The import keeps every value of its source; what it leaves out it names."""
    data = tmp_path / "data"
    data.mkdir()
    for name, key in (("calendar", "days"), ("units", "communes"), ("processes", "processes"), ("procedures", "procedures")):
        sheet = json.loads((BUILTIN / f"{name}.json").read_text())
        (data / f"{name}.json").write_text(json.dumps({"schema": "x", **sheet["about"], key: sheet["records"]}))
    core = json.loads((BUILTIN / "procedures.core.json").read_text())
    for record in core["records"]:
        for case in record["cases"]:
            case["limit"]["per_channel"] = {"counter": 3} if case["id"].endswith("#1") else None
            case["components_only_here"] = case.pop("components", [])
            for key in ("channels", "channels_differ"):
                case.pop(key, None)
    (data / "procedures.core.json").write_text(json.dumps({**core["about"], "procedures": core["records"]}))
    (data / "notes.txt").write_text("left out")
    report = build(data, tmp_path / "out")
    assert not [line for line in report if "mất" in line or "sai" in line]
    for name in ("calendar", "units", "processes", "procedures"):
        assert (tmp_path / "out" / f"{name}.json").read_bytes() == (BUILTIN / f"{name}.json").read_bytes()
    manifest = load_bundle(tmp_path / "out").manifest
    assert manifest.not_taken == ("notes.txt: không rõ là gì",)
    assert "1.001731: không có thời hạn (1.001731#1)" in report
    assert any(line.startswith("1.002755: mức phí không dùng được") for line in report)


def test_the_technician_builds_shows_and_verifies(tmp_path):
    shown = CliRunner().invoke(commands, ["show"])
    assert shown.exit_code == 0 and builtin().digest in shown.output and "same_day" in shown.output
    assert CliRunner().invoke(commands, ["verify"]).exit_code == 0
    copy = copy_of_bundle(tmp_path)
    (copy / "books.json").write_text("{}")
    broken = CliRunner().invoke(commands, ["verify", str(copy)])
    assert broken.exit_code == 1 and "books.json" in broken.output


def test_no_procedure_code_stands_in_a_python_file_outside_the_tests():
    codes = re.compile(r"(?<![\d.])[1-6]\.\d{6}(?!\d)")
    files = [file for part in HOUSE for file in (ROOT / part).rglob("*.py")]
    assert files
    assert [f"{file.name}: {hit}" for file in files for hit in codes.findall(file.read_text())] == []


def test_no_holiday_stands_in_a_python_file_outside_the_tests():
    days = {special.day for special in builtin().calendar.records}
    spelled = {f"{day:%Y-%m-%d}" for day in days} | {f"date({day.year}, {day.month}, {day.day})" for day in days}
    texts = {file.name: file.read_text() for part in HOUSE for file in (ROOT / part).rglob("*.py")}
    assert [(name, day) for name, text in texts.items() for day in spelled if day in text] == []


def test_the_bundle_is_composed_text_only():
    for name in SHEETS:
        text = (BUILTIN / f"{name}.json").read_text()
        assert unicodedata.is_normalized("NFC", text), name


def test_every_refusal_of_the_catalogue_has_a_sentence():
    parts = ("catalogue", "catalogue_shelf", "fees", "people", "procedures", "text")
    raised = {code for part in parts for code in re.findall(r'Refused\("(\w+)"', (ROOT / "appliance" / f"{part}.py").read_text())}
    assert len(raised) > 15 and raised <= set(SENTENCES)
