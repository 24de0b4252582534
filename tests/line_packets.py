"""What a line does to packets, as pure arithmetic: rate, queue, loss, delay, flapping. Reads no clock, holds no packet."""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class Profile:
    """A line, the same in both directions. A flapping one is up for `up_s`, then down for `down_s`: packets then vanish."""

    name: str
    bits_per_s: float
    one_way_s: float
    loss: float
    queue_bytes: int = 64 * 1024
    up_s: float = 0.0
    down_s: float = 0.0

    def is_up(self, since_s: float) -> bool:
        """Say whether packets pass, so long after the line became this one."""
        return not self.down_s or since_s % (self.up_s + self.down_s) < self.up_s


THIRD_GENERATION = Profile("3g", 384e3, 0.15, 0.02)
SATELLITE = Profile("satellite", 2e6, 0.3, 0.005, 256 * 1024)
BROADBAND = Profile("broadband", 20e6, 0.04, 0.005, 256 * 1024)
FLAPPING = Profile("flapping", 2e6, 0.05, 0.005, up_s=20.0, down_s=40.0)
BLACK_HOLE = Profile("black-hole", 20e6, 0.04, 1.0)
PROFILES = {one.name: one for one in (THIRD_GENERATION, SATELLITE, BROADBAND, FLAPPING, BLACK_HOLE)}


@dataclass
class Way:
    """One direction of a line: says when a packet that comes now arrives, and counts what became of the packets."""

    profile: Profile
    chance: Random
    began: float = 0.0
    free_at: float = 0.0
    packets: int = 0  # that left, those lost on their way among them
    carried: int = 0  # bytes of these
    lost: int = 0
    overflowed: int = 0  # found the queue full
    swallowed: int = 0  # came while the line was down

    def become(self, profile: Profile, now: float) -> None:
        """Be another line from now on; what is on its way arrives as it would have."""
        self.profile, self.began = profile, now

    def due(self, size: int, now: float) -> float | None:
        """Give when a packet of so many bytes arrives; None when it never does."""
        line, leaves = self.profile, max(self.free_at, now)
        if not line.is_up(now - self.began):
            self.swallowed += 1
            return None
        if (leaves - now) * line.bits_per_s / 8 + size > line.queue_bytes:
            self.overflowed += 1
            return None
        self.free_at = leaves + size * 8 / line.bits_per_s
        self.packets, self.carried = self.packets + 1, self.carried + size
        if self.chance.random() < line.loss:
            self.lost += 1
            return None
        return self.free_at + line.one_way_s

    def counts(self) -> dict[str, int]:
        """Give what became of the packets so far."""
        return {name: getattr(self, name) for name in ("packets", "carried", "lost", "overflowed", "swallowed")}
