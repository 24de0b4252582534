"""The demonstration's province, real processes behind real nginx, tried as another vendor's receiver is: by commands alone."""

import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from appliance import database
from provisioning.conformance import articles
from provisioning.demo.plan import Demo

MOTCUA = Path(sys.executable).with_name("motcua")
UNIT, THERE = "H99.99.98", "H99.99.97"


def motcua(*words: object) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run([MOTCUA, *map(str, words)], capture_output=True, text=True, check=False, timeout=120)


def devices(demo: Demo) -> set[str]:
    with closing(database.connect(demo.province.database, readonly=True).conn) as connection:
        return {row[0] for row in connection.execute("SELECT id FROM device")}


def admitted(province: Path, home: Path, unit: str) -> tuple[Path, Path]:
    """Make a test device's keys and have it admitted; gives its folder and the answer."""
    asked, given = (home.with_name(f"{home.name}-{name}.json") for name in ("yeu-cau", "tra-loi"))
    assert motcua("enrol", "ask", "--home", home, asked).returncode == 0
    told = motcua("enrol", "admit", "--test", "--home", province, "--unit", unit, "--name", "Xã thử", asked, given)
    assert told.returncode == 0, told.stdout + told.stderr
    return home, given


def test_the_whole_way_of_a_test_over_https_from_the_request_to_the_clean_up(demonstration: Demo, tmp_path: Path) -> None:
    province, before = demonstration.province.root, devices(demonstration)
    (home, given), second = (admitted(province, tmp_path / unit, unit) for unit in (UNIT, THERE))
    two = ("--home", home, "--admission", given, "--second", *second, THERE)
    tried = motcua("conformance", "--json", *two, demonstration.province_url)
    rows = json.loads(tried.stdout)["articles"]
    assert tried.returncode == 0 and all(row["outcome"] != "fails" for row in rows), tried.stdout
    assert {row["article"] for row in rows if row["outcome"] == "not_tried"} == set(articles.UNTRIED)
    tried_with = devices(demonstration) - before
    assert tried_with == set(json.loads(tried.stdout)["devices"])
    for device in tried_with:
        assert motcua("enrol", "forget", "--home", province, device).returncode == 0
    assert devices(demonstration) == before
