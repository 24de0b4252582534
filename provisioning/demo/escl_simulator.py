"""A network scanner that isn't there: speaks eSCL to the real sane-airscan, feeds drawn sheets, breaks down on request.

`POST /sim` takes JSON with any of the fields of `Knobs` and `load` (a number of sheets, or a list of kinds);
`GET /sim` shows the state. Sheets are drawn and encoded when they are loaded (fronts, colour, 200 dpi; other wishes when
first asked for) and kept, so that measuring a scan doesn't measure this program. Listens on 127.0.0.1 alone.
"""

import argparse
import io
import json
import os
import re
import threading
import time
import uuid
from dataclasses import asdict, dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle, islice
from xml.etree import ElementTree

from PIL import Image

from provisioning.demo import sheets
from provisioning.demo.escl_capabilities import CAPABILITIES, status

HANG_S_MAX = 600
BODY_BYTES_MAX = 1 << 16
JOBS_MAX = 32
UNITS_PER_INCH = 300  # eSCL measures in three-hundredths of an inch.
A4_UNITS = (2480, 3508)
SLACK_UNITS = 4

# What a mother registering her child brings, as it lies in the feeder of a demonstration.
FIRST_SHEETS = ("to-khai-khai-sinh", "giay-chung-sinh", "giay-uy-quyen")
PROVING_SHEETS = tuple(kind for kind in sheets.KINDS if kind != "giay-trang")


@dataclass(frozen=True)
class Knobs:
    """What a person at the scanner, or a fault inside it, can change."""

    jam_after: int | None = None  # The paper jams once this many more sheets are through.
    jam: bool = False
    hatch: bool = False  # The cover is open.
    busy: bool = False
    hang: bool = False  # It takes the request and never answers.
    hang_after: int | None = None  # The same, once this many more sheets are through.
    die_after: int | None = None  # The whole scanner is gone once this many more sheets are through.
    cut: bool = False  # The cable is pulled while a page is on its way.
    delay: float = 0.0  # Seconds a side takes.
    refill: bool = False  # The same sheets lie in the feeder again when it has run empty.
    glass: str = "giay-chung-sinh"  # The kind of paper on the flatbed.


@dataclass
class Job:
    """One eSCL job: its settings, and the sides already pulled in but not yet fetched."""

    source: str
    duplex: bool
    dpi: int
    gray: bool
    region: tuple[int, int, int, int]
    sides: list[tuple[str, int, bool]] = field(default_factory=list)
    glass_read: bool = False


class Scanner:
    """The simulated machine; every method is called with `lock` held."""

    def __init__(self) -> None:
        self.lock, self.knobs, self.jobs = threading.Lock(), Knobs(), dict[str, Job]()
        self.waiting: list[tuple[str, int]] = []
        self.loaded: list[str] = []
        self.served = 0
        self.awake = threading.Event()

    def load(self, wanted: int | list[str]) -> None:
        """Put sheets into the feeder, numbered from 1; what lay there is taken out."""
        self.loaded = [*islice(cycle(PROVING_SHEETS), wanted)] if isinstance(wanted, int) else list(wanted)
        self.waiting = [(kind, number) for number, kind in enumerate(self.loaded, 1)]
        for sheet in self.waiting:
            sheets.draw(*sheet)

    def turn(self, wanted: dict) -> None:
        """Turn the knobs named in `wanted`."""
        if "load" in wanted:
            self.jobs.clear()  # A job still hanging must not wake up and take the new sheets.
            self.load(wanted.pop("load"))
        self.knobs = replace(self.knobs, **wanted)
        self.awake.clear() if self.knobs.hang or self.knobs.hang_after is not None else self.awake.set()

    def feeder_state(self) -> str:
        if self.knobs.jam:
            return "ScannerAdfJam"
        if self.knobs.hatch:
            return "ScannerAdfHatchOpen"
        return "ScannerAdfLoaded" if self.waiting else "ScannerAdfEmpty"

    def next_side(self, job: Job) -> tuple[str, int, bool] | int:
        """Return the next side to send, or the HTTP status that says why there is none."""
        if job.source == "Platen":
            first, job.glass_read = not job.glass_read, True
            return (self.knobs.glass, 0, False) if first else 404
        return job.sides.pop(0) if job.sides else self._pull(job)

    def _pull(self, job: Job) -> tuple[str, int, bool] | int:
        if self.knobs.die_after == 0:
            os._exit(9)
        if self.knobs.jam_after == 0:
            self.knobs = replace(self.knobs, jam=True, jam_after=None)
        if self.knobs.jam or self.knobs.hatch:
            return 503
        if not self.waiting:
            if self.knobs.refill:
                self.load(self.loaded)
            return 404
        kind, number = self.waiting.pop(0)
        self.served += 1
        knobs = self.knobs
        self.knobs = replace(
            knobs,
            jam_after=_one_less(knobs.jam_after),
            die_after=_one_less(knobs.die_after),
            hang_after=_one_less(knobs.hang_after),
        )
        job.sides = [(kind, number, True)] if job.duplex else []
        return kind, number, False


def _one_less(count: int | None) -> int | None:
    return None if count is None else count - 1


def picture(side: tuple[str, int, bool], job: Job) -> bytes:
    """Return the JPEG of the region the job asked for; the whole sheet goes out as it was encoded."""
    whole = sheets.draw(*side, dpi=job.dpi, gray=job.gray)
    x, y, width, height = job.region
    if x == y == 0 and abs(width - A4_UNITS[0]) <= SLACK_UNITS and abs(height - A4_UNITS[1]) <= SLACK_UNITS:
        return whole
    scale = job.dpi / UNITS_PER_INCH
    box = (round(x * scale), round(y * scale), round((x + width) * scale), round((y + height) * scale))
    out = io.BytesIO()
    Image.open(io.BytesIO(whole)).crop(box).save(out, "JPEG", quality=sheets.JPEG_QUALITY, dpi=(job.dpi, job.dpi))
    return out.getvalue()


def job_from(xml: bytes) -> Job:
    """Read eSCL scan settings."""
    settings = ElementTree.fromstring(xml)

    def said(name: str, otherwise: str) -> str:
        return settings.findtext(f".//{{*}}{name}", otherwise)

    return Job(
        source=said("InputSource", "Platen"),
        duplex=said("Duplex", "false") == "true",
        dpi=int(said("XResolution", "200")),
        gray=said("ColorMode", "RGB24") != "RGB24",
        region=(
            int(said("XOffset", "0")),
            int(said("YOffset", "0")),
            int(said("Width", str(A4_UNITS[0]))),
            int(said("Height", str(A4_UNITS[1]))),
        ),
    )


class Wire(BaseHTTPRequestHandler):
    """The eSCL requests sane-airscan makes, and /sim."""

    protocol_version = "HTTP/1.1"
    scanner: Scanner

    def do_GET(self) -> None:
        if self.path == "/eSCL/ScannerCapabilities":
            self._send(200, CAPABILITIES)
        elif self.path == "/eSCL/ScannerStatus":
            self._send(200, status(self.scanner.knobs.busy, self.scanner.feeder_state()))
        elif self.path == "/sim":
            self._send_json(self._sim())
        elif job := re.fullmatch(r"/eSCL/ScanJobs/(\w+)/NextDocument", self.path):
            self._next_document(job[1])
        else:
            self._send(404)

    def do_POST(self) -> None:
        body = self.rfile.read(min(int(self.headers.get("Content-Length", 0)), BODY_BYTES_MAX))
        if self.path == "/sim":
            self._turn(json.loads(body))
        elif self.path == "/eSCL/ScanJobs":
            self._begin(job_from(body))
        else:
            self._send(404)

    def do_DELETE(self) -> None:
        with self.scanner.lock:
            self.scanner.jobs.pop(self.path.rsplit("/", 1)[-1], None)
        self._send(200)

    def _begin(self, job: Job) -> None:
        with self.scanner.lock:
            knobs = self.scanner.knobs
            if knobs.busy or len(self.scanner.jobs) >= JOBS_MAX:
                return self._send(503)
            if job.source != "Platen" and self.scanner.feeder_state() != "ScannerAdfLoaded":
                return self._send(409)
            name = uuid.uuid4().hex
            self.scanner.jobs[name] = job
        self._send(201, Location=f"http://{self.headers['Host']}/eSCL/ScanJobs/{name}")

    def _next_document(self, name: str) -> None:
        knobs = self.scanner.knobs
        if knobs.hang or knobs.hang_after == 0:
            self.scanner.awake.wait(HANG_S_MAX)
        time.sleep(knobs.delay)
        with self.scanner.lock:
            job = self.scanner.jobs.get(name)
            if not job:
                return self._send(404)
            side = self.scanner.next_side(job)
        if isinstance(side, int):
            return self._send(side)
        self._send(200, picture(side, job), "image/jpeg", cut=self.scanner.knobs.cut)

    def _turn(self, wanted: dict) -> None:
        with self.scanner.lock:
            try:
                self.scanner.turn(wanted)
            except (TypeError, KeyError) as error:
                return self._send(400, str(error).encode())
        self._send_json(self._sim())

    def _sim(self) -> dict:
        scanner = self.scanner
        return {
            **asdict(scanner.knobs),
            "waiting": scanner.waiting,
            "served": scanner.served,
            "jobs": len(scanner.jobs),
        }

    def _send_json(self, value: dict) -> None:
        self._send(200, json.dumps(value).encode(), "application/json")

    def _send(self, status: int, body: str | bytes = b"", media: str = "text/xml", cut: bool = False, **headers: str) -> None:
        body = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        for name, value in {"Content-Type": media, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)
        self.close_connection = self.close_connection or cut

    def log_message(self, *words: object) -> None:
        """Say nothing: a scan makes dozens of requests."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Say nothing of callers that were killed while we answered: killing them is what the tests are for."""


def main() -> None:
    parser = argparse.ArgumentParser(description="Máy quét eSCL mô phỏng, chỉ dùng để trình diễn và thử nghiệm.")
    parser.add_argument("--port", type=int, default=8090, help="cổng trên 127.0.0.1; 0 là cổng trống bất kỳ")
    parser.add_argument("--empty", action="store_true", help="khay giấy trống khi bắt đầu, không tự nạp lại")
    wanted = parser.parse_args()
    Wire.scanner = Scanner()
    if not wanted.empty:
        Wire.scanner.turn({"load": [*FIRST_SHEETS], "refill": True})
    with _Server(("127.0.0.1", wanted.port), Wire) as server:
        print(server.server_address[1], flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
