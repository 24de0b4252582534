"""Where the boxes and words of a process's picture stand: plain numbers for a template that draws SVG. Pure."""

import textwrap
from dataclasses import dataclass

from appliance.catalogue_sheets import Process, Step
from appliance.rights import ROLE_NAMES, Role
from web import durations
from web.words.moves import STATUS

BOX_W, BOX_H, GAP, PER_ROW, LINE_H, TOP = 190, 138, 30, 6, 17, 46
CHARS, LINES_MAX = 25, 4


@dataclass(frozen=True)
class Box:
    """One step: its corner, its words line by line, the status it leads to, the arrow to the next one ("" for the last)."""

    x: int
    y: int
    number: int
    who: str
    lines: tuple[tuple[int, str], ...]  # baseline, words
    time: str
    status: int
    status_words: str
    condition: bool
    arrow: str


@dataclass(frozen=True)
class Picture:
    """A picture's size and boxes."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    box_width: int = BOX_W
    box_height: int = BOX_H


def picture(process: Process) -> Picture:
    """Lay a process out from left to right, in rows."""
    steps = process.steps
    columns, rows = min(len(steps), PER_ROW), -(-len(steps) // PER_ROW)
    boxes = tuple(_box(n, step, last=n + 1 == len(steps)) for n, step in enumerate(steps))
    return Picture(columns * (BOX_W + GAP) - GAP + 4, rows * (BOX_H + GAP) - GAP + 4, boxes)


def _box(n: int, step: Step, last: bool) -> Box:
    row, column = divmod(n, PER_ROW)
    x, y = column * (BOX_W + GAP) + 2, row * (BOX_H + GAP) + 2
    task = textwrap.wrap(step.task, CHARS, max_lines=LINES_MAX, placeholder=" …")
    lines = tuple((y + TOP + i * LINE_H, words) for i, words in enumerate(task))
    known = int(step.status_after) if step.status_after.isdigit() else 0
    return Box(
        x, y, step.no, role_name(step.role), lines, durations.words(step.planned_minutes), known,
        STATUS.get(known, ("", step.status_after))[1], step.condition is not None, "" if last else _arrow(x, y, column),
    )  # fmt: skip


def _arrow(x: int, y: int, column: int) -> str:
    """Draw to the next box; from the end of a row back to the beginning of the one below."""
    middle, right = y + BOX_H // 2, x + BOX_W
    if column + 1 < PER_ROW:
        return f"M{right} {middle}h{GAP - 8}"
    return f"M{x + BOX_W // 2} {y + BOX_H}v{GAP // 2}H{BOX_W // 2}v{GAP // 2 - 8}"


def role_name(role: str) -> str:
    """Name a role; one that is not known stands as it was written."""
    return ROLE_NAMES[Role(role)] if role in set(Role) else role
