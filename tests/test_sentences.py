"""Every refusal has its Vietnamese sentence, and the sentences follow the house's voice."""

import ast
import re
import unicodedata
from pathlib import Path

import pytest

from appliance.errors import Refused
from web.vietnamese import AREAS, HTTP_SENTENCES, SENTENCES, sentence

ROOT = Path(__file__).parent.parent
PACKAGES = ("appliance", "hardware", "sync", "web", "provisioning")
SAYS = {"Refused", "Line"}


def said_in_code() -> dict[str, str]:
    """Find every code that is written out as the first argument of Refused(…) or Line(…)."""
    found = {}
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
            for node in calls:
                said = getattr(node.func, "id", "") in SAYS and node.args and node.args[0]
                if isinstance(said, ast.Constant):
                    found[said.value] = f"{path.relative_to(ROOT)}:{node.lineno}"
    return found


def test_every_refusal_in_the_code_has_its_sentence() -> None:
    missing = {code: place for code, place in said_in_code().items() if code not in SENTENCES}
    assert missing == {}


@pytest.mark.parametrize("words", [*SENTENCES.values(), *(part for pair in HTTP_SENTENCES.values() for part in pair)])
def test_a_sentence_follows_the_voice(words: str) -> None:
    assert words == unicodedata.normalize("NFC", words)
    assert "  " not in words
    assert not re.search(r"vui lòng|lỗi hệ thống|\bbạn\b|error|server", words, re.IGNORECASE)


def test_numbers_in_sentences_have_dots_and_absent_facts_are_marked() -> None:
    assert sentence(Refused("login_wrong", left=3)) == "Sai tài khoản hoặc mật khẩu. Còn 3 lần thử."
    assert sentence(Refused("login_locked")) == "Tài khoản tạm khóa đến …. Gọi quản trị viên để mở sớm."


def test_no_two_areas_speak_under_one_code() -> None:
    for part in ("SENTENCES", "STEPS"):
        said = [code for area in AREAS for code in getattr(area, part)]
        assert sorted(said) == sorted(set(said)), part
