"""How a figure of the wire is written: the median of its rounds, with their range."""

import statistics


def figure(name: str, values: list[float], unit: str, better: str, note: str, limit: float | None = None) -> dict:
    """Give one line of the table."""
    value = statistics.median(values)
    ratio = value if unit in ("times", "of the line") else None
    return {
        "name": name, "value": value, "unit": unit, "limit": limit, "ratio": ratio, "better": better,
        "note": f"{note}; {spread(values)} of {len(values)} rounds",
    }  # fmt: skip


def spread(values: list[float]) -> str:
    """Write median and range."""
    return f"{statistics.median(values):.2f} ({min(values):.2f}-{max(values):.2f})"
