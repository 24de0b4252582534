"""The conformance test: our receiver keeps every article over real HTTP, and receivers that do wrong are found where they do."""

import ast
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from appliance.config import Home
from provisioning import enrol
from provisioning.cli import main
from provisioning.conformance import articles
from wire_room import Room, wire_room
from wrong_receivers import WRONG, served_wrongly

UNIT = "H99.99.98"
OVER_HTTPS_ALONE = {"1.1"}


@dataclass
class Trial:
    """A province with a test device admitted, and the command that tries it."""

    room: Room
    home: Home
    admission: Path

    def run(self, *more: str):
        """Try the receiver as a technician would."""
        said = [self.room.url, "--home", str(self.home.root), "--admission", str(self.admission), *more]
        return CliRunner().invoke(main, ["conformance", *said])

    def try_it(self) -> str:
        """Try the receiver with the test device's certificate; gives the device."""
        given = msgspec.json.decode(self.admission.read_bytes(), type=enrol.Admission)
        self.room.presented = given.tls_certificate
        assert self.run().exit_code == 0
        return given.device

    def outcomes(self) -> dict[str, str]:
        """Say what came of each article."""
        return {row["article"]: row["outcome"] for row in json.loads(self.run("--json").stdout)["articles"]}


@pytest.fixture
def trial(tmp_path):
    with wire_room(tmp_path) as room:
        home, path = Home(tmp_path / "may-thu"), tmp_path / "admission.json"
        given = enrol.admit_for_tests(room.province.home, enrol.ask(home), UNIT, "Xã thử", datetime.now(UTC))
        assert given
        path.write_bytes(msgspec.json.encode(given))
        room.presented = given.tls_certificate
        yield Trial(room, home, path)


def test_our_receiver_keeps_every_article_that_can_be_tried_and_can_be_tried_again(trial):
    for _ in range(2):
        result = trial.run()
        assert result.exit_code == 0, result.output
        assert "SAI  " not in result.stdout
    untried = {article for article, outcome in trial.outcomes().items() if outcome == "not_tried"}
    assert untried == {*articles.UNTRIED, *OVER_HTTPS_ALONE}


@pytest.mark.parametrize("name", WRONG)
def test_a_receiver_that_does_one_thing_wrong_is_found_by_that_article_and_no_other(trial, name):
    make, article = WRONG[name]
    with served_wrongly(trial.room, make()) as trial.room.url:
        result = trial.run("--json")
    rows = json.loads(result.stdout)["articles"]
    assert {row["article"]: row["reason"] for row in rows if row["outcome"] == "fails"}.keys() == {article}, result.stdout
    assert result.exit_code == 1
    assert {row["article"] for row in rows if row["outcome"] == "not_tried"} == {*articles.UNTRIED, *OVER_HTTPS_ALONE}


def test_a_test_device_is_forgotten_with_all_it_sent_and_no_other_device_can_be(trial, tmp_path):
    commune = trial.room.commune(tmp_path / "commune")
    dossier = commune.accept(page=b"trang")
    assert commune.round()
    tried = trial.try_it()
    assert forget(trial, tried) == 0
    assert forget(trial, commune.box.device) == forget(trial, tried) == 1
    province = trial.room.province
    tables = [table.name for table in province.db.tables if "device" in table.columns_dict and table.name != "receipt_given"]
    assert len(tables) > 10
    left = [table for table in tables if province.db.execute(f"SELECT 1 FROM {table} WHERE device = ?", [tried]).fetchone()]
    assert left == []
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
    trial.room.url = "http://127.0.0.1:9"
    away = trial.run()
    assert away.exit_code == 2 and "Không hỏi được máy nhận" in away.output
