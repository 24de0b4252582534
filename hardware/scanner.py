"""What a scan is, as values: what the officer wishes, what a page and a job look like, what a scanner must be able to do.

Knows no SANE and touches no disk.
"""

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Annotated, Protocol

import msgspec
from PIL.Image import Image

PAGES_MAX = 500  # Of one job: ten full feeders.
PageNumber = Annotated[int, msgspec.Meta(ge=1, le=9999)]
A4_MM = (210.0, 297.0)


class Mode(StrEnum):
    """Colours kept. Papers with seals and signatures are scanned in colour."""

    COLOR = "color"
    GRAY = "gray"


class Source(StrEnum):
    """Where the sheet lies."""

    FLATBED = "flatbed"
    FEEDER = "feeder"
    DUPLEX = "duplex"


class ScannerState(StrEnum):
    """What the officer is told of the scanner itself."""

    UNKNOWN = "unknown"  # Not looked at yet.
    ABSENT = "absent"
    TROUBLE = "trouble"  # It's there and says no: busy elsewhere, access denied; the fault tells.
    IDLE = "idle"
    SCANNING = "scanning"


class JobState(StrEnum):
    """How far a job is."""

    SCANNING = "scanning"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to scan and how. 200 dpi is the least Decree 30/2020 allows."""

    mode: Mode = Mode.COLOR
    dpi: Annotated[int, msgspec.Meta(ge=100, le=600)] = 200
    source: Source = Source.FEEDER
    pages_max: Annotated[int, msgspec.Meta(ge=1, le=PAGES_MAX)] = PAGES_MAX


class Sheet(msgspec.Struct, frozen=True):
    """One side, fresh from the device."""

    image: Image
    dpi: int


class Scanner(Protocol):
    """A device that was opened for one job."""

    def prepare(self, wish: Wish) -> None:
        """Set the device up. Raises Refused("scanner_cannot") if it doesn't do what was wished."""

    def sheets(self, alive: Callable[[], None]) -> Iterator[Sheet]:
        """Yield whole sides in order; the next sheet is not asked for before the caller is done with this one.

        Calls `alive` now and then while a side is coming in. Raises Refused with a code of faults.py.
        """

    def close(self) -> None:
        """Let go of the device; safe after an error."""
