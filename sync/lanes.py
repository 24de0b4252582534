"""How many connections carry files: more while the measured line gets faster by it, fewer when it gets no slower. Pure.

A number is tried for one window of chunks. A trial that brings nothing is taken back, and the next one waits twice as long.
"""

from dataclasses import dataclass, field

from sync.wire import CONNECTIONS

STEPS = (1, 2, 4, CONNECTIONS)
FIRST = 4
GAIN = 1.15  # A larger number stays when so much faster,
LOSS = 0.95  # a smaller one when not slower than this: a cut costs a chunk a connection.
WINDOW_S = 2.0
WINDOW_CHUNKS = 3  # for each connection
REST_MAX = 32  # windows between trials
LEARN = 0.3  # Weight of the newest window.


@dataclass
class Window:
    """Chunks that went while every connection was in use: since when (monotonic seconds), bytes, how many."""

    began: float
    size: int = 0
    chunks: int = 0


@dataclass
class Lanes:
    """How many connections are open to files, what they carry together (bytes a second), and the trial under way."""

    open: int = FIRST
    pace: float = 0.0
    before: int = 0  # the number before the trial; 0 when none is under way
    upward: bool = True
    rest: int = 2
    rested: int = 0
    window: Window | None = field(default=None, repr=False)

    def went(self, size: int, now: float, busy: bool) -> None:
        """Note a chunk that arrived at `now`; `busy` says whether every open connection had one."""
        if not busy:
            self.window = None
            return
        window = self.window
        if window is None:
            self.window = Window(now)
            return
        window.size += size
        window.chunks += 1
        took = now - window.began
        if window.chunks >= WINDOW_CHUNKS * self.open and took >= WINDOW_S:
            self.window = None
            self.judge(window.size / took)

    def judge(self, bytes_per_s: float) -> None:
        """Learn from a window what the open connections carry together, and choose their number for the next."""
        if self.before:
            self._end_trial(bytes_per_s)
            return
        self.pace += (LEARN if self.pace else 1.0) * (bytes_per_s - self.pace)
        self.rested += 1
        if self.rested >= self.rest:
            self._begin_trial()

    def _begin_trial(self) -> None:
        at = STEPS.index(self.open)
        for upward in (self.upward, not self.upward):
            step = at + (1 if upward else -1)
            if 0 <= step < len(STEPS):
                self.upward, self.before, self.open = upward, self.open, STEPS[step]
                return

    def _end_trial(self, bytes_per_s: float) -> None:
        won = bytes_per_s > GAIN * self.pace if self.open > self.before else bytes_per_s >= LOSS * self.pace
        if won:
            self.pace, self.rest = bytes_per_s, 1
        else:
            self.open, self.rest, self.upward = self.before, min(2 * self.rest, REST_MAX), not self.upward
        self.before, self.rested = 0, 0
