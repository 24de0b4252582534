"""Runs the long proofs, tests/prove/prove_*.py, and leaves what each saw in docs/proofs/, with commit and command.

A proof module has `prove(words)`, which gives the lines of its page or raises AssertionError. The first word on the command line
may choose a module, or those whose name holds it; the others (such as --seed 17) are handed to them.
"""

import importlib
import platform
import subprocess
import sys
from datetime import date
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent


def main(words: list[str]) -> None:
    """Prove, and write one page for each proof."""
    sys.path[:0] = [str(HERE), str(HERE.parent), str(ROOT)]
    wanted = words.pop(0) if words and not words[0].startswith("-") else ""
    names = sorted(path.stem.removeprefix("prove_") for path in HERE.glob("prove_*.py"))
    for name in [wanted] if wanted in names else [name for name in names if wanted in name]:
        print(f"… {name}", flush=True)
        lines = importlib.import_module(f"prove_{name}").prove(words)
        print("\n".join(lines))
        if not words:  # A replay of one seed is no proof.
            page(name, lines)


def page(name: str, lines: list[str]) -> None:
    """Write docs/proofs/NAME.md."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
    made = f"{date.today()}, commit {commit}, Python {platform.python_version()}: `make prove`"
    head = [f"# Proof: {name}", "", made, ""]
    (ROOT / "docs/proofs" / f"{name}.md").write_text("\n".join([*head, *lines]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
