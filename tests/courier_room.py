"""A commune without a line: its sticks are folders, its province takes them in by hand."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sync.compare import Comparison, compare_box
from sync.courier.coming import Came, take_answer
from sync.courier.going import MB, Made, make
from sync.province.courier import Outcome, take_bundle
from wire_room import Commune, Room

ROOMY = 500 * MB


@dataclass
class Courier:
    """Who carries the sticks between a commune and its province, and may lose, double or mix them up."""

    room: Room
    commune: Commune
    folder: Path
    trips: Iterator[int] = field(default_factory=lambda: iter(range(1, 1000)))

    def stick(self) -> Path:
        """Give an empty stick."""
        found = self.folder / f"usb-{next(self.trips)}"
        found.mkdir(parents=True)
        return found

    def export(self, bytes_max: int = ROOMY, again: bool = False) -> Made:
        """Have the commune write its next bundle on a new stick."""
        return make(self.commune.sender, self.stick(), bytes_max, again)

    def deliver(self, bundle: Path) -> Outcome:
        """Have the province take a bundle in; the answer lies on the same stick."""
        return take_bundle(self.room.province, bundle, bundle.parent, "vh01")

    def bring_back(self, answer: Path) -> Came:
        """Have the commune take an answer in."""
        return take_answer(self.commune.sender, answer)

    def round_trip(self, bytes_max: int = ROOMY) -> tuple[Made, Outcome, Came]:
        """Carry everything there and the answer back."""
        made = self.export(bytes_max)
        outcome = self.deliver(made.path)
        return made, outcome, self.bring_back(outcome.answer_path)

    def compared(self) -> Comparison:
        """Compare both sides, byte by byte, over a line laid only for this."""
        self.room.presented, was_cut = self.commune.certificate, self.commune.line.cut
        self.commune.line.cut = False
        try:
            return compare_box(self.commune.box, self.commune.sender.wire)
        finally:
            self.commune.line.cut = was_cut
