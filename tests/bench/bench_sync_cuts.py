"""What a cut costs on a 3G line: bytes that are sent again, over the chunk of five seconds of the line that a cut may cost.

The line is the relay of slow_line.py (rate and delay, no loss), whose connections are all reset at once. Files of the same sizes go
over it without a cut first; all that is sent above that is what the cuts cost, new hellos and questions included.
"""

import random
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from figures import figure
from outbox import fresh, scan, through
from slow_line import SlowLine, slow_line

from sync.agent import round_of
from sync.carrying import CHUNK_S
from wire_room import Commune, Room, wire_room

BITS_PER_S, ONE_WAY_S = 384e3, 0.15
FILES, FILE_BYTES = 4, 300_000
UP_S = (8.0, 12.0)  # How long the line holds between two cuts.
ROUNDS_MAX = 20
CHANCE = random.Random(384)


def run() -> Iterator[dict]:
    """Give the bytes sent again for a cut, over a chunk; several connections share one between them."""
    with tempfile.TemporaryDirectory() as folder, wire_room(Path(folder)) as room:
        whole, other = (fresh(room, Path(folder), n) for n in range(2))
        needed, _ = carried(room, whole, cutting=False)
        sent, cuts = carried(room, other, cutting=True)
        assert cuts, "the line was never cut"
    chunk = CHUNK_S * BITS_PER_S / 8
    pieces = sum(path.startswith("PUT /files/") for path in whole.line.seen)
    note = f"{cuts} cuts, {sent - needed} of {sent} bytes sent again, a chunk is {chunk:.0f}, {pieces} pieces without a cut"
    yield figure("sync_sent_again_per_cut_over_chunk_relay", [(sent - needed) / cuts / chunk], "times", "lower", note, limit=1.0)


def carried(room: Room, box: Commune, cutting: bool) -> tuple[int, int]:
    """Send files until the province has them; give the bytes that went up, and how often the line was cut."""
    for _ in range(FILES):
        scan(box, (FILE_BYTES, FILE_BYTES))
    with slow_line(BITS_PER_S, ONE_WAY_S, urlsplit(room.url).port or 0) as line:
        through(box, line.port)
        cuts = until_done(box, line, cutting)
        box.line.pool.clear()
        return line.carried["up"], cuts


def until_done(box: Commune, line: SlowLine, cutting: bool) -> int:
    """Do rounds until nothing waits; gives how many of them were cut short."""
    for cuts in range(ROUNDS_MAX):
        cut = threading.Timer(CHANCE.uniform(*UP_S), line.cut)
        if cutting:
            cut.start()
        held = round_of(box.agent)
        cut.cancel()
        if held:
            assert box.state()["waiting_events"] == box.state()["waiting_files"] == "0"
            return cuts
    raise AssertionError(f"not done after {ROUNDS_MAX} cuts")
