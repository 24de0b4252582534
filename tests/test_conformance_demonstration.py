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
UNIT = "H99.99.98"


def motcua(*words: object) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run([MOTCUA, *map(str, words)], capture_output=True, text=True, check=False, timeout=120)


def devices(demo: Demo) -> set[str]:
    with closing(database.connect(demo.province.database, readonly=True).conn) as connection:
        return {row[0] for row in connection.execute("SELECT id FROM device")}


def test_the_whole_way_of_a_test_over_https_from_the_request_to_the_clean_up(demonstration: Demo, tmp_path: Path) -> None:
    province, home, before = demonstration.province.root, tmp_path / "may-thu", devices(demonstration)
    asked, given = tmp_path / "yeu-cau.json", tmp_path / "tra-loi.json"
    assert motcua("enrol", "ask", "--home", home, asked).returncode == 0
    admitted = motcua("enrol", "admit", "--test", "--home", province, "--unit", UNIT, "--name", "Xã thử", asked, given)
    assert admitted.returncode == 0, admitted.stdout + admitted.stderr
    tried = motcua("conformance", "--json", "--home", home, "--admission", given, demonstration.province_url)
    rows = json.loads(tried.stdout)["articles"]
    assert tried.returncode == 0 and all(row["outcome"] != "fails" for row in rows), tried.stdout
    assert {row["article"] for row in rows if row["outcome"] == "not_tried"} == set(articles.UNTRIED)
    (device,) = devices(demonstration) - before
    assert motcua("enrol", "forget", "--home", province, device).returncode == 0
    assert devices(demonstration) == before
