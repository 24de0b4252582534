"""Runs every tests/bench/bench_*.py, prints one table and writes bench.json. Times are judged here and never in the tests.

A bench module has `run()`, which gives dictionaries with the keys of COLUMNS. Names stay the same for ever, so that figures can
be compared over time. Words on the command line choose the modules whose name holds one of them.
"""

import importlib
import json
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
COLUMNS = ("name", "value", "unit", "limit", "ratio", "better", "note")


def main() -> int:
    """Measure, print, write; exit 1 when a figure misses its limit."""
    figures = measured(sys.argv[1:])
    print(table(figures))
    (ROOT / "bench.json").write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n")
    missed = [figure["name"] for figure in figures if misses(figure)]
    if missed:
        print(f"Missed: {', '.join(missed)}", file=sys.stderr)
    return 1 if missed else 0


def measured(wanted: list[str]) -> list[dict]:
    """Run the chosen modules, all by default."""
    sys.path[:0] = [str(HERE), str(HERE.parent)]
    names = [path.stem for path in sorted(HERE.glob("bench_*.py"))]
    figures: list[dict] = []
    for name in names:
        if not wanted or any(word in name for word in wanted):
            print(f"… {name}", file=sys.stderr, flush=True)
            figures += [{column: figure[column] for column in COLUMNS} for figure in importlib.import_module(name).run()]
    return figures


def misses(figure: dict) -> bool:
    """Say whether a figure is on the wrong side of its limit; without a limit it never is."""
    if figure["limit"] is None:
        return False
    return figure["value"] > figure["limit"] if figure["better"] == "lower" else figure["value"] < figure["limit"]


def table(figures: list[dict]) -> str:
    """Lay the figures out for reading."""
    rows = [COLUMNS, *(tuple(shown(figure[column]) for column in COLUMNS) for figure in figures)]
    widths = [max(len(row[n]) for row in rows) for n in range(len(COLUMNS))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)


def shown(part: object) -> str:
    """Write one cell."""
    return "-" if part is None else f"{part:.4g}" if isinstance(part, float) else str(part)


if __name__ == "__main__":
    sys.exit(main())
