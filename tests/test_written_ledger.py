"""A ledger with its receipts, checked by somebody who has neither our software nor our word."""

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from provisioning import verify_ledger
from provisioning.cli import main
from provisioning.verify_ledger import KEY, LEDGER
from wire_room import wire_room


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """A commune that sent some of its work, in three segments, and both ends' ledgers as folders."""
    folder = tmp_path_factory.mktemp("ledger")
    with wire_room(folder) as room:
        commune = room.commune(folder / "commune")
        for _ in range(3):
            commune.accept()
            assert commune.round()
        commune.accept()
        written(folder / "xa", commune.home)
        written(folder / "tinh", room.province.home, "--device", commune.box.device)
    return folder


def written(to, home, *more):
    """Run the command that writes a ledger out."""
    result = CliRunner().invoke(main, ["ledger", "dump", "--home", str(home.root), "--to", str(to), *more])
    assert result.exit_code == 0, result.output


def checked(folder, *arguments, python=("-I",)):
    """Run the checker that lies in a folder, on its own; `-S` leaves out every installed package."""
    run = [sys.executable, *python, "kiem-tra.py", *arguments]
    done = subprocess.run(run, cwd=folder, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


def changed(office, tmp_path, change):
    """Copy a folder with other lines."""
    lines = (office / "xa" / LEDGER).read_text(encoding="utf-8").splitlines()
    for name in (KEY, "kiem-tra.py"):
        (tmp_path / name).write_bytes((office / "xa" / name).read_bytes())
    (tmp_path / LEDGER).write_text("\n".join(change(lines)) + "\n", encoding="utf-8")
    return checked(tmp_path)


def test_both_ends_ledgers_hold_and_the_provinces_is_the_beginning_of_the_communes(office):
    ours, theirs = checked(office / "xa"), checked(office / "tinh")
    assert ours[0] == theirs[0] == 0, ours[1] + theirs[1]
    assert "3 giấy nhận" in ours[1] and "3 giấy nhận" in theirs[1]
    lines = [
        [json.loads(line) for line in (office / end / LEDGER).read_text(encoding="utf-8").splitlines()] for end in ("xa", "tinh")
    ]
    events = [[line for line in end if "seq" in line] for end in lines]
    assert len(events[0]) > len(events[1]) > 3
    assert events[0][: len(events[1])] == events[1]
    assert [line for line in lines[0] if "receipt" in line] == [line for line in lines[1] if "receipt" in line]


def places(lines, name):
    return [n for n, line in enumerate(lines) if name in json.loads(line)]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda lines: [line.replace("ST04", "ST05") for line in lines], "bị sửa, thiếu hoặc sai chỗ"),
        (lambda lines: [line for n, line in enumerate(lines) if n != places(lines, "seq")[1]], "bị sửa, thiếu hoặc sai chỗ"),
        (lambda lines: lines[: places(lines, "seq")[2]] + lines[places(lines, "receipt")[0] :], "không khớp sổ cái này"),
        (lambda lines: [line.replace("received_at", "received_as") for line in lines], "không có chữ ký của tỉnh"),
        (lambda lines: [*lines, "{"], "không đọc được"),
    ],
    ids=["a changed letter", "an event left out", "acknowledged events gone", "a changed receipt", "a torn line"],
)
def test_what_was_changed_is_found(office, tmp_path, change, words):
    code, said = changed(office, tmp_path, change)
    assert code == 1 and words in said


def test_receipts_of_another_province_are_not_taken(office, tmp_path):
    other = Ed25519PrivateKey.generate().public_key()

    (tmp_path / "other.pub").write_bytes(other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    code, said = checked(office / "xa", LEDGER, str(tmp_path / "other.pub"))
    assert code == 1 and said.count("không có chữ ký của tỉnh") == 3
    code, said = checked(office / "xa", LEDGER, str(tmp_path / "none.pub"))
    assert code == 0 and "CHƯA kiểm tra chữ ký" in said


def test_the_checkers_own_signatures_are_those_of_the_library():
    for n in range(4):
        key = Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32)
        public, message = key.public_key().public_bytes_raw(), b"x" * n
        good = key.sign(message)
        for check in (verify_ledger.signed, verify_ledger.signed_by_hand):
            assert check(public, message, good)
            for bad in (good[:-1], good[:40] + bytes([good[40] ^ 1]) + good[41:], bytes(64), good[:32] + b"\xff" * 32):
                assert not check(public, message, bad)
            assert not check(public, message + b"y", good)


def test_the_checker_needs_nothing_but_python(office):
    code, said = checked(office / "xa", python=("-I", "-S"))
    assert code == 0 and "3 giấy nhận" in said
