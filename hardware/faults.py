"""What can go wrong with a device: a code and the facts its Vietnamese sentence needs, nothing else.

The sentences live in web/vietnamese.py under the same codes. Facts are numbers and device names, never personal data.
"""

# Facts of a scanner's fault: `n` is the number of the last page stored, `next` the page to put back first.
SCANNER_FAULTS: dict[str, tuple[str, ...]] = {
    "scanner_absent": (),
    "scanner_ambiguous": ("count",),  # Several devices answer to the configured name.
    "scanner_busy": (),
    "scanner_cannot": ("option", "wanted"),
    "scanner_denied": (),
    "scanner_hung": ("n", "next"),
    "scanner_io": ("n", "next"),
    "scanner_stopped": ("n", "next"),  # The process that was scanning died.
    "feeder_empty": (),
    "paper_jam": ("n", "next"),
    "cover_open": (),
    "short_page": ("n", "next"),
    "disk_full": ("n", "next"),
}

WORKER_FAULTS: dict[str, tuple[str, ...]] = {
    "worker_away": ("worker",),
    "worker_failed": (),
    "worker_twice": ("worker",),
}

FAULTS: dict[str, tuple[str, ...]] = {**SCANNER_FAULTS, **WORKER_FAULTS}


def fault(code: str, known: dict) -> dict:
    """Return {"code", "facts"} with exactly the facts that `code` needs, taken from what is `known`."""
    return {"code": code, "facts": {name: known[name] for name in FAULTS[code]}}
