"""docs/statuses.md, drawn from the table of moves: `python -m provisioning.status_page > docs/statuses.md`."""

from collections.abc import Iterator

from appliance.dossier import Status
from appliance.moves import BACK, ROWS, STAY, Row
from web.words.moves import STATUS

HEAD = """# Statuses and moves of a dossier

Drawn from `appliance/moves.json` by `python -m provisioning.status_page`; an act that is not listed is not legal.
"Left" is the status in which the present wait, stop or end began. Rows marked *unverified* are readings whose text has not been
compared by a person; each begins to count on its day.
"""


def text() -> str:
    """Write the whole page."""
    return "\n".join([HEAD, *_diagram(), "", *_table()]) + "\n"


def _diagram() -> Iterator[str]:
    yield "```mermaid"
    yield "stateDiagram-v2"
    for status in Status:
        yield f"    {status.name.lower()}: {int(status)} {STATUS[status][1]}"
    for (before, after), kinds in sorted(_arrows().items()):
        yield f"    {before} --> {after}: {', '.join(sorted(kinds))}"
    yield "```"


def _arrows() -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for row in ROWS:
        for before in row.from_ if row.to != STAY else ():
            for after in _targets(row):
                found.setdefault(("[*]" if before == "none" else before, after), set()).add(row.kind)
    return found


def _targets(row: Row) -> tuple[str, ...]:
    return (row.back or ("new", "processing")) if row.to == BACK else (row.to,)


def _table() -> Iterator[str]:
    yield "| from | act | to | who (right) | required | form | source | since | verified |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for row in ROWS:
        before = ", ".join(row.from_) + (f" (left: {', '.join(row.back)})" if row.back else "")
        checked = "yes" if row.verified else "*unverified*"
        cells = (before, row.kind, row.to, row.right, row.requires, row.form or "", row.source, row.since.isoformat(), checked)
        yield f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    print(text(), end="")
