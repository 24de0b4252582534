"""Which troubles a seed has, and how many. Each seed draws its own mixture: much of one trouble, nothing of another."""

from dataclasses import dataclass, field
from random import Random

from simulation.network import FAULTS, Asked
from sync.kill_points import LABELS

OF_LINE = [name for name in FAULTS if name not in ("", "no_line")]
OF_BOX = ["before_commit", "after_commit", "after_witness", "life_before_commit", "life_after_commit"]
OF_AGENT = [label for label in LABELS if label.startswith("agent") and "evidence" not in label]
OF_HEALING = [label for label in OF_AGENT if label.endswith(("taking_back", "branch", "rejoining", "file_back"))]
OF_PROVINCE = [label for label in LABELS if label.startswith("receiver")]
WORK = {
    "accept": 8,
    "act": 8,
    "round": 16,
    "office": 2,
    "void": 1,
    "erase": 1,
    "newer": 1,
    "publish": 1,
    "tidy": 1,
    "later_day": 1,
    "compact": 1,
}
TROUBLE = {
    "deliver_late": 4.0,
    "kill": 2,
    "arm": 5,
    "power_cut": 2,
    "line": 2,
    "fill": 2,
    "clock": 2,
    "backup": 3,
    "restore": 2,
    "clone": 1,
    "replace": 1,
    "revoke": 0.3,
    "skew": 1,
    "stranger": 2,
}
THEMES = (  # What a seed may be about, beside its mixture.
    {},
    {"backup": 8, "restore": 6, "erase": 4, "act": 14},
    {"power_cut": 8, "tidy": 4, "later_day": 3, "clock": 3},
)
HAND_OVER = {"offer": 14, "answer": 18, "withdraw": 1, "remark": 3, "later_day": 2, "round": 40, "act": 14}
HAND_OVER_EVERY, HAND_OVER_FIRST = 6, 4  # The seeds in which two communes hand dossiers over; these have twice the steps.
CUTS = {"lost": 0.1, "answer_lost": 0.1}


@dataclass
class Faults:
    """The mixture of one seed."""

    plan: Random
    hands_over: bool = False
    quiet: bool = False  # at the end everything is let come to rest
    rates: dict[str, float] = field(init=False)
    bytes_per_s: int = field(init=False)
    steps: dict[str, float] = field(init=False)

    def __post_init__(self) -> None:
        self.bytes_per_s = self.plan.choice([3_000, 100_000, 10_000_000])
        often = self.plan.choice([0.0, 0.02, 0.08, 0.25])
        self.rates = {name: often * self.plan.random() for name in OF_LINE if self.plan.random() < 0.5}
        troubles = {name: weight for name, weight in TROUBLE.items() if self.plan.random() < 0.5}
        theme = self.plan.choice(THEMES)
        self.steps = WORK | troubles | theme | (HAND_OVER if self.hands_over else {})
        self.rates |= CUTS if "power_cut" in theme else {}

    def of_request(self, asked: Asked) -> str:
        """Say what happens to this request."""
        if not self.quiet:
            for name, rate in self.rates.items():
                if self.plan.random() < rate:
                    return name
        return ""

    def next_step(self) -> str:
        """Say what happens next."""
        return self.plan.choices(list(self.steps), list(self.steps.values()))[0]
