"""The conformance test: our receiver keeps every article over real HTTP, and receivers that do wrong are found where they do."""

import ast
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from appliance.config import Home
from provisioning import enrol
from provisioning.cli import main
from provisioning.conformance import articles
from sync.province import feed_out
from sync.province.admission import publish_day
from trial_room import trial_room
from wrong_receivers import WRONG, answers_nonsense, keeps_nothing, served_wrongly

OVER_HTTPS_ALONE = {"1.1"}


@pytest.fixture
def trial(tmp_path):
    with trial_room(tmp_path) as opened:
        yield opened


def test_our_receiver_keeps_every_article_that_can_be_tried_and_can_be_tried_again(trial):
    for _ in range(2):
        result = trial.run()
        assert result.exit_code == 0, result.output
        assert "SAI  " not in result.stdout
    untried = {article for article, outcome in trial.outcomes().items() if outcome == "not_tried"}
    assert untried == {*articles.UNTRIED, *OVER_HTTPS_ALONE}


def test_with_one_device_all_is_tried_but_what_needs_two_communes(trial):
    rows = json.loads(trial.run_alone("--json").stdout)["articles"]
    needs_two = {row["article"] for row in rows if "--second" in row["reason"]}
    assert needs_two == {"14.1", "14.2", "14.4", "14.5"}
    assert {row["outcome"] for row in rows if row["article"] not in needs_two} == {"holds", "not_tried"}
    home, admission = trial.home, trial.admission
    same = CliRunner().invoke(main, [
        "conformance", trial.room.url, "--home", str(home.root), "--admission", str(admission),
        "--second", str(home.root), str(admission), "H99.99.98",
    ])  # fmt: skip
    assert same.exit_code == 2 and "phải là máy khác" in same.output


@pytest.mark.parametrize("name", WRONG)
def test_a_receiver_that_does_one_thing_wrong_is_found_by_that_article_and_no_other(trial, name):
    make, article = WRONG[name]
    with served_wrongly(trial.room, make()) as trial.room.url:
        result = trial.run("--json")
    rows = json.loads(result.stdout)["articles"]
    assert {row["article"]: row["reason"] for row in rows if row["outcome"] == "fails"}.keys() == {article}, result.stdout
    assert result.exit_code == 1
    assert {row["article"] for row in rows if row["outcome"] == "not_tried"} == {*articles.UNTRIED, *OVER_HTTPS_ALONE}


@pytest.mark.parametrize(("fault", "broken"), [(keeps_nothing, {"4.1"}), (answers_nonsense, {"4.1", "8.1", "9.1", "4.6"})])
def test_a_receiver_that_does_little_right_is_told_so_and_never_breaks_the_test(trial, fault, broken):
    if fault is answers_nonsense:
        assert trial.run().exit_code == 0  # So that there is something to be wrong about.
    with served_wrongly(trial.room, fault) as trial.room.url:
        result = trial.run("--json")
    rows = json.loads(result.stdout)["articles"]
    assert broken <= {row["article"] for row in rows if row["outcome"] == "fails"}
    assert result.exit_code == 1


def test_a_test_device_is_forgotten_with_all_it_sent_and_no_other_device_can_be(trial, tmp_path):
    commune = trial.room.commune(tmp_path / "commune")
    dossier = commune.accept(page=b"trang")
    assert commune.round()
    tried = [trial.given().device, (trial.neighbour[0].keys / "device.id").read_text()]
    assert trial.run().exit_code == 0
    assert [forget(trial, device) for device in tried] == [0, 0]
    assert forget(trial, commune.box.device) == forget(trial, tried[0]) == 1
    province = trial.room.province
    tables = [table.name for table in province.db.tables if "device" in table.columns_dict and table.name != "receipt_given"]
    assert len(tables) > 10
    left = [table for table in tables if province.db.execute(f"SELECT 1 FROM {table} WHERE device IN (?, ?)", tried).fetchone()]
    assert left == []
    assert province.db.execute("SELECT count(*) FROM handover").fetchone()[0] == 0
    other = commune.accept(name="Người Đến Sau")
    assert commune.round()
    held = {row[0] for row in province.db.execute("SELECT id FROM dossier WHERE device = ?", [commune.box.device])}
    assert held == {dossier, other}


def forget(trial, device):
    """Run the command at the province."""
    return CliRunner().invoke(main, ["enrol", "forget", "--home", str(trial.room.province.home.root), device]).exit_code


def test_a_test_device_is_not_admitted_where_a_commune_works(trial, tmp_path):
    province, request = trial.room.province.home, enrol.ask(Home(tmp_path / "other"))
    commune = trial.room.commune(tmp_path / "commune")
    assert commune.round()
    assert enrol.admit_for_tests(province, request, commune.home.settings.unit, "Xã thử", datetime.now(UTC)) is None
    assert enrol.admit_for_tests(province, enrol.ask(commune.home), "H99.99.97", "Xã thử", datetime.now(UTC)) is None


def test_the_articles_tried_are_those_of_the_specification():
    written = re.findall(r"\*\*(\d+\.\d+)\*\*", Path("docs/sync.md").read_text(encoding="utf-8"))
    assert sorted(written) == sorted(articles.WORDS) and len(set(written)) == len(written)
    tried = [article for article, _ in articles.TRIED]
    assert sorted([*tried, *articles.UNTRIED, "2.1"]) == sorted(articles.WORDS)


def test_the_judge_asks_nothing_of_our_own_code():
    tree = ast.parse(Path("provisioning/conformance/written.py").read_text(encoding="utf-8"))
    named = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    named += [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    ours = {"appliance", "hardware", "sync", "web", "provisioning"}
    assert [name for name in named if str(name).split(".")[0] in ours] == []


def test_a_test_that_cannot_begin_says_why(trial, tmp_path):
    empty = CliRunner().invoke(
        main, ["conformance", trial.room.url, "--home", str(tmp_path / "x"), "--admission", str(trial.admission)]
    )
    assert empty.exit_code == 2 and "motcua enrol ask" in empty.output
    assert trial.run().exit_code == 0
    forget(trial, trial.given().device)
    strange = trial.run()
    assert strange.exit_code == 2 and "device_unknown" in strange.output
    trial.room.url = "http://127.0.0.1:9"
    away = trial.run()
    assert away.exit_code == 2 and "Không hỏi được máy nhận" in away.output


def test_a_receiver_that_leaves_out_what_no_longer_stands_keeps_the_articles(trial):
    province, device = trial.room.province, trial.given().device
    for n in range(8):
        publish_day(province, "2027-01-01", f"n{n}", "b", working=False)
    with province.writing() as db:
        assert feed_out.compact(db, province.signing, device, worth=0) == 7
    result = trial.run()
    assert result.exit_code == 0, result.output
    publish_day(province, "2027-01-02", "n", "b", working=False)
    with province.writing() as db:
        db.conn.execute("DELETE FROM feed_out WHERE device = ?1 AND n = (SELECT min(n) FROM feed_out WHERE device = ?1)", [device])
    assert {article for article, outcome in trial.outcomes().items() if outcome == "fails"} == {"8.4"}
