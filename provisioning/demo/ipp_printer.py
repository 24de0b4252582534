"""A small IPP printer (RFC 8011) for demo and tests: takes a PDF, prints it into a folder, runs out of paper when told.

It answers only what CUPS asks of a printer. What it has taken in and cannot print yet waits inside, as paper jobs do.
"""

import struct
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from time import sleep

BODY_BYTES_MAX = 64 * 1024 * 1024
JOBS_KEPT = 100
LOOK_S = 0.2  # How often the trouble file is looked at.
OK, NOT_FOUND = 0x0000, 0x0406
PRINT_JOB, VALIDATE, CANCEL, GET_JOB, GET_JOBS, GET_PRINTER = 0x02, 0x04, 0x08, 0x09, 0x0A, 0x0B
OPERATIONS = (PRINT_JOB, VALIDATE, CANCEL, GET_JOB, GET_JOBS, GET_PRINTER)
GROUP_OPERATION, GROUP_JOB, GROUP_END, GROUP_PRINTER = 0x01, 0x02, 0x03, 0x04
INTEGER, BOOLEAN, ENUM, KEYWORD, URI, CHARSET, LANGUAGE, MIME, NAME = 0x21, 0x22, 0x23, 0x44, 0x45, 0x47, 0x48, 0x49, 0x42
JOB_STOPPED, JOB_CANCELED, JOB_DONE = 6, 7, 9
PRINTER_IDLE, PRINTER_STOPPED = 3, 5


class Printer:
    """What the machine holds: paper or not, jobs inside, sheets in the tray (FOLDER/printed)."""

    def __init__(self, folder: Path, port: int) -> None:
        self.trouble_file = folder / "trouble"
        self.printed = folder / "printed"
        self.printed.mkdir(parents=True, exist_ok=True)
        self.uri = f"ipp://127.0.0.1:{port}/ipp/print"
        self.waiting: dict[int, bytes] = {}
        self.states: dict[int, int] = {}
        self.last = max((int(path.stem) for path in self.printed.glob("*.pdf")), default=0)
        self.lock = Lock()

    def trouble(self) -> str:
        return self.trouble_file.read_text().strip() if self.trouble_file.exists() else ""

    def take(self, document: bytes) -> int:
        """Take a document in; it is printed when there is paper."""
        with self.lock:
            self.last += 1
            self.waiting[self.last], self.states[self.last] = document, JOB_STOPPED
            self.states.pop(self.last - JOBS_KEPT, None)
        self.go_on()
        return self.last

    def cancel(self, job: int) -> None:
        with self.lock:
            if self.waiting.pop(job, None) is not None:
                self.states[job] = JOB_CANCELED

    def go_on(self) -> None:
        """Print what waits, unless something is missing."""
        with self.lock:
            while self.waiting and not self.trouble():
                job = min(self.waiting)
                (self.printed / f"{job:04d}.pdf").write_bytes(self.waiting.pop(job))
                self.states[job] = JOB_DONE


def serve(folder: Path, port: int) -> None:
    """Be a printer until the process ends; while `gone`, nothing listens at all."""
    printer = Printer(folder, port)
    handler = type("PrinterAnswers", (Answers,), {"printer": printer})
    while True:
        while printer.trouble() == "gone":
            sleep(LOOK_S)
        with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
            server.daemon_threads, server.timeout = True, LOOK_S
            while printer.trouble() != "gone":
                printer.go_on()
                server.handle_request()


class Answers(BaseHTTPRequestHandler):
    """One connection of CUPS."""

    protocol_version = "HTTP/1.1"
    timeout = 30
    printer: Printer

    def do_POST(self) -> None:
        """Answer one IPP request; a printer that is gone hangs up instead."""
        body = b"".join(self._chunks())
        if self.printer.trouble() == "gone":
            self.close_connection = True
            return
        answer = respond(self.printer, body)
        self.send_response(200)
        self.send_header("Content-Type", "application/ipp")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def _chunks(self) -> Iterator[bytes]:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            yield self.rfile.read(min(int(self.headers.get("Content-Length", 0)), BODY_BYTES_MAX))
            return
        room = BODY_BYTES_MAX
        while (size := int(self.rfile.readline(32).split(b";")[0], 16)) and (room := room - size) > 0:
            yield self.rfile.read(size)
            self.rfile.readline(4)
        self.rfile.readline(4)

    def log_message(self, *words: object) -> None:
        """Keep quiet: titles and users are nobody's business here."""


def respond(printer: Printer, body: bytes) -> bytes:
    """Give the answer to one IPP request."""
    version, operation, request = struct.unpack(">HHI", body[:8])
    asked, document = attributes(body)
    job = int(asked.get("job-id") or asked.get("job-uri", "/0").rsplit("/", 1)[-1])
    status, groups = OK, b""
    if operation == PRINT_JOB:
        job = printer.take(document)
    if operation == CANCEL:
        printer.cancel(job)
    if operation == GET_PRINTER:
        groups = bytes([GROUP_PRINTER]) + printer_attributes(printer)
    elif operation in (PRINT_JOB, GET_JOB, CANCEL):
        status = OK if job in printer.states else NOT_FOUND
        groups = bytes([GROUP_JOB]) + job_attributes(printer, job) if status == OK else b""
    head = struct.pack(">HHI", version, status, request) + bytes([GROUP_OPERATION])
    head += value(CHARSET, "attributes-charset", "utf-8") + value(LANGUAGE, "attributes-natural-language", "en")
    return head + groups + bytes([GROUP_END])


def attributes(body: bytes) -> tuple[dict[str, str], bytes]:
    """Read a request's attributes (first values, as text) and the document behind them."""
    found: dict[str, str] = {}
    at = 8
    while body[at] != GROUP_END:
        if body[at] < 0x10:
            at += 1
            continue
        tag, (length,) = body[at], struct.unpack(">H", body[at + 1 : at + 3])
        name = body[at + 3 : at + 3 + length].decode()
        at += 3 + length
        (length,) = struct.unpack(">H", body[at : at + 2])
        raw = body[at + 2 : at + 2 + length]
        at += 2 + length
        if name:
            found[name] = str(int.from_bytes(raw, "big")) if tag in (INTEGER, ENUM) else raw.decode("utf-8", "replace")
    return found, body[at + 1 :]


def printer_attributes(printer: Printer) -> bytes:
    """Say what this machine is and how it feels."""
    empty = printer.trouble() == "out_of_paper"
    return b"".join(
        (
            value(URI, "printer-uri-supported", printer.uri),
            value(KEYWORD, "uri-security-supported", "none"),
            value(KEYWORD, "uri-authentication-supported", "none"),
            value(NAME, "printer-name", "print"),
            value(ENUM, "printer-state", PRINTER_STOPPED if empty else PRINTER_IDLE),
            value(KEYWORD, "printer-state-reasons", "media-empty-error" if empty else "none"),
            value(BOOLEAN, "printer-is-accepting-jobs", True),
            value(KEYWORD, "ipp-versions-supported", "1.1", "2.0"),
            value(ENUM, "operations-supported", *OPERATIONS),
            value(CHARSET, "charset-configured", "utf-8"),
            value(CHARSET, "charset-supported", "utf-8"),
            value(LANGUAGE, "natural-language-configured", "en"),
            value(LANGUAGE, "generated-natural-language-supported", "en"),
            value(MIME, "document-format-default", "application/octet-stream"),
            value(MIME, "document-format-supported", "application/octet-stream", "application/pdf"),
            value(INTEGER, "queued-job-count", len(printer.waiting)),
            value(KEYWORD, "pdl-override-supported", "not-attempted"),
            value(KEYWORD, "compression-supported", "none"),
            value(INTEGER, "printer-up-time", 1),
        )
    )


def job_attributes(printer: Printer, job: int) -> bytes:
    return (
        value(INTEGER, "job-id", job)
        + value(URI, "job-uri", f"{printer.uri}/{job}")
        + value(ENUM, "job-state", printer.states[job])
        + value(KEYWORD, "job-state-reasons", "none" if printer.states[job] == JOB_DONE else "printer-stopped")
    )


def value(tag: int, name: str, *values: object) -> bytes:
    """Encode one attribute; further values carry an empty name."""
    packed = b""
    for one in values:
        raw = bytes([one]) if isinstance(one, bool) else struct.pack(">i", one) if isinstance(one, int) else str(one).encode()
        packed += bytes([tag]) + struct.pack(">H", len(name)) + name.encode() + struct.pack(">H", len(raw)) + raw
        name = ""
    return packed
