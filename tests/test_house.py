"""The house rules that no single test of a part would notice: where law may stand, names, words, and documents that stay true."""

import ast
import re
import subprocess
import sys
import tomllib
from datetime import date
from pathlib import Path

import click
import pytest

from appliance import catalogue
from provisioning.cli import main

ROOT = Path(__file__).parent.parent
PACKAGES = ("appliance", "hardware", "sync", "web", "provisioning")
MODULES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
PROCEDURE_CODE = re.compile(r"\b[123]\.\d{6}\b")
MONEY_NAME = re.compile(r"fee|amount|price|tariff|charge", re.IGNORECASE)
MONEY_MIN = 500  # đồng: no fee is smaller, most counters are.
VIETNAMESE = re.compile(r"[ăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]", re.IGNORECASE)
OUTSIDE = re.compile(r"/(work|farm)/|\.\./shared|://(?!127\.0\.0\.1|localhost)[^\s\"')]*(pypi|pythonhosted|npmjs)", re.IGNORECASE)


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def texts_in(tree: ast.Module) -> list[ast.Constant]:
    """Give the strings of a module that are not docstrings."""
    with_docs = (node for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef))
    docs = {id(node.body[0].value) for node in with_docs if node.body and isinstance(node.body[0], ast.Expr)}
    constants = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return [node for node in constants if id(node) not in docs]


def where(path: Path, node: ast.AST | None = None) -> str:
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"


def test_no_procedure_is_named_in_code():
    assert [where(path) for path in MODULES if PROCEDURE_CODE.search(path.read_text(encoding="utf-8"))] == []


def test_no_form_is_named_in_code():
    instruments = {form.instrument for form in catalogue.builtin().sheet("forms").records}
    texts = [(path, text) for path in MODULES for text in texts_in(tree_of(path))]
    found = [(path, text) for path, text in texts if any(name in text.value for name in instruments)]
    assert instruments
    assert [where(*one) for one in found] == []


def test_no_holiday_is_named_in_code():
    days = {special.day for special in catalogue.builtin().sheet("calendar").records}
    found = [(path, node) for path in MODULES for node in ast.walk(tree_of(path)) if day_of(node) in days]
    assert len(days) > 20
    assert [where(*one) for one in found] == []


def day_of(node: ast.AST) -> date | None:
    """Read a day written as a string or as date(…)."""
    try:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return date.fromisoformat(node.value)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("date", "datetime"):
            return date(*(argument.value for argument in node.args[:3]))  # type: ignore[attr-defined]
    except (ValueError, TypeError, AttributeError):
        pass
    return None


def test_no_amount_of_money_is_named_in_code():
    found = [(path, node) for path in MODULES for node in ast.walk(tree_of(path)) if is_price(node)]
    assert [where(*one) for one in found] == []


def is_price(node: ast.AST) -> bool:
    """Say whether a number of đồng is given to something named like money; bounds (…_MAX, …_MIN) are no prices."""
    pairs: list[tuple[str, ast.expr | None]] = []
    if isinstance(node, ast.Assign):
        pairs = [(getattr(target, "id", getattr(target, "attr", "")), node.value) for target in node.targets]
    elif isinstance(node, ast.keyword):
        pairs = [(node.arg or "", node.value)]
    elif isinstance(node, ast.Dict):
        pairs = [(str(getattr(key, "value", "")), value) for key, value in zip(node.keys, node.values, strict=True)]
    return any(
        MONEY_NAME.search(name)
        and not re.search(r"_MAX$|_MIN$|^SMALLEST_|^LARGEST_", name)
        and isinstance(value, ast.Constant)
        and isinstance(value.value, int)
        and value.value >= MONEY_MIN
        for name, value in pairs
    )


def test_every_module_says_what_it_holds():
    assert [where(path) for path in MODULES if not ast.get_docstring(tree_of(path))] == []


def test_no_module_takes_the_name_of_a_standard_one():
    assert [where(path) for path in MODULES if path.stem in sys.stdlib_module_names] == []


def test_nothing_speaks_of_a_workplace_or_a_registry():
    kept = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    endings = (".py", ".md", ".toml", ".sh", ".lock", ".tsv", ".html", ".js", "Makefile")
    endings = (".py", ".md", ".toml", ".sh", ".lock", ".tsv", ".html", ".js", "Makefile")
    texts = [ROOT / name for name in kept if name.endswith(endings)]
    assert len(texts) > 50
    own = Path(__file__)
    found = [path for path in texts if path != own and path.exists() and OUTSIDE.search(path.read_text(encoding="utf-8"))]
    assert [where(path) for path in found] == []


def commands_of(group: click.Group, before: str = "motcua") -> list[tuple[str, click.Command]]:
    """List every command under a group with the words that call it."""
    found: list[tuple[str, click.Command]] = []
    for name, command in group.commands.items():
        found.append((f"{before} {name}", command))
        if isinstance(command, click.Group):
            found += commands_of(command, f"{before} {name}")
    return found


@pytest.mark.parametrize(("words", "command"), commands_of(main))
def test_every_command_and_option_is_explained_in_vietnamese(words, command):
    assert VIETNAMESE.search(command.help or ""), words
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert VIETNAMESE.search(parameter.help or ""), f"{words} {parameter.name}"


def test_the_readme_names_only_commands_and_folders_that_are_there():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    called = {words for words, _ in commands_of(main)}
    assert set(re.findall(r"`make ([a-z]+)", readme)) <= targets
    assert {words.strip() for words in re.findall(r"`(motcua(?: [a-z]+(?:-[a-z]+)*)+)", readme)} <= called
    assert [name for name in re.findall(r"`([a-z_]+(?:/[\w.]+)*/)`", readme) if not (ROOT / name).is_dir()] == []
    assert [name for name in re.findall(r"\]\((?!http)([^)#]+)", readme) if not (ROOT / name).exists()] == []


def test_the_lock_holds_every_package_we_name_with_its_hashes():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = [*project["dependencies"], *(name for extra in project["optional-dependencies"].values() for name in extra)]
    lock = (ROOT / "requirements.lock").read_text()
    locked = {name.lower().replace("_", "-") for name in re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)}
    wanted = {re.match(r"[\w.-]+", name)[0].lower().replace("_", "-") for name in named}  # type: ignore[index]
    assert sorted(wanted - locked) == []
    assert all("--hash=sha256:" in part for part in re.split(r"\n(?=[\w.-]+==)", lock.strip()))


def test_every_debian_package_has_its_reason():
    rows = [line.split("\t") for line in (ROOT / "provisioning/debian.tsv").read_text().splitlines() if not line.startswith("#")]
    assert all(len(row) == 3 and row[0] in ("run", "test") and VIETNAMESE.search(row[2]) for row in rows)
    assert len({row[1] for row in rows}) == len(rows)


def test_tests_lie_flat():
    assert [str(path) for path in (ROOT / "tests").rglob("__init__.py")] == []
