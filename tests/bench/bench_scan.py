"""Pages a second from the scanner to stored and thumbnailed page, against `scanimage --batch` on the same scanner."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from hardware import sane_config
from hardware.workers import ask

ROUNDS, SHEETS = 7, 20
NAME = "Bench"
WAIT_S_MAX = 120


def run() -> list[dict]:
    """Give pages a second of a batch, start-up included; ours and scanimage's rounds alternate."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        simulator, port = start_simulator()
        worker = start_worker(folder, port)
        try:
            return [compare(folder, port)]
        finally:
            for process in (worker, simulator):
                process.kill()
                process.wait()


def compare(folder: Path, port: int) -> dict:
    """Alternate the rounds and keep the medians."""
    device = f"airscan:e0:{NAME}"
    ours, theirs = [], []
    for number in range(ROUNDS + 1):  # The first round draws the sheets and warms the caches.
        ours.append(timed(port, lambda number=number: scan(folder, f"round-{number}")))
        theirs.append(timed(port, lambda: scanimage(folder, device)))
    ours, theirs = ours[1:], theirs[1:]
    note = (
        f"{SHEETS} colour A4 sheets, 200 dpi; scanimage {statistics.median(theirs):.1f} pages/s without fsync, "
        f"digest, thumbnail; spread {min(ours):.1f}-{max(ours):.1f} against {min(theirs):.1f}-{max(theirs):.1f}"
    )
    return {
        "name": "scan_pages_per_s",
        "value": round(statistics.median(ours), 2),
        "unit": "pages/s",
        "limit": None,
        "ratio": round(statistics.median(ours) / statistics.median(theirs), 3),
        "better": "higher",
        "note": note,
    }


def timed(port: int, act) -> float:
    """Load the feeder, then give pages a second of one batch."""
    body = json.dumps({"load": SHEETS}).encode()
    urllib.request.urlopen(f"http://127.0.0.1:{port}/sim", body, timeout=WAIT_S_MAX).close()
    start = time.perf_counter()
    act()
    return SHEETS / (time.perf_counter() - start)


def scan(folder: Path, job: str) -> None:
    """Scan through the worker until every page is stored, examined and thumbnailed, then forget the job."""
    socket = folder / "scan.sock"
    ask(socket, {"do": "scan", "job": job})
    deadline = time.monotonic() + WAIT_S_MAX
    while (now := ask(socket, {"do": "status", "job": job})["jobs"][job])["state"] == "scanning":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert len(now["pages"]) == SHEETS, now["fault"]
    ask(socket, {"do": "forget", "job": job})


def scanimage(folder: Path, device: str) -> None:
    """Let SANE's own program do it, with the same settings and JPEG files as the result."""
    command = ["scanimage", "-d", device, "--source", "ADF", "--mode", "Color", "--resolution", "200"]
    command += ["-x", "210", "-y", "297", "--format=jpeg", f"--batch={folder}/peer-%d.jpg"]
    subprocess.run(command, env={**os.environ, "SANE_CONFIG_DIR": str(folder / "sane")}, capture_output=True, check=False)
    pages = list(folder.glob("peer-*.jpg"))
    assert len(pages) == SHEETS
    for page in pages:
        page.unlink()


def start_simulator() -> tuple[subprocess.Popen, int]:
    """Start the scanner with an empty feeder."""
    command = [sys.executable, "-m", "provisioning.demo.escl_simulator", "--empty", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    port = int(process.stdout.readline())
    process.stdout.close()
    return process, port


def start_worker(folder: Path, port: int) -> subprocess.Popen:
    """Start a worker on it and wait until it answers."""
    sane_config.write_airscan(folder / "sane", {NAME: f"http://127.0.0.1:{port}/eSCL/"})
    command = [sys.executable, "-m", "hardware.scan_worker", "--socket", folder / "scan.sock", "--spool", folder / "spool"]
    process = subprocess.Popen([*command, "--sane-config", folder / "sane", "--scanner", NAME])
    deadline = time.monotonic() + WAIT_S_MAX
    while not (folder / "scan.sock").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return process


if __name__ == "__main__":
    print(json.dumps(run(), ensure_ascii=False, indent=1))
