"""The process that stands for one PKCS#11 module: takes signing orders over its socket and signs, one document at a time.

The module itself lives in a process below this one and dies with each job. A PIN lives here from the request until the
token is opened, and is never tried twice. Documents signed before a fault stay signed; the rest is said to be not signed.

    tokens {}                                     -> {"tokens": [...], "state", "fault", "looked_at"} as last seen
    certificate {sha256}                          -> {"der": hex}, of a token that is in
    sign   {job, serial, cert_sha256, pin, items} -> status; the same job again does nothing
    status {job}                                  -> {"job", "state", "fault", "pin_tries_left", "items": [...]}
    stop   {job}                                  -> status; the document in hand is finished first
    forget {job}                                  -> {}; the job's documents are deleted
"""

import argparse
import logging
import os
import queue
import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from appliance import crash
from appliance.clock import stamp
from appliance.errors import Refused
from appliance.trust import Trust, read_trust
from hardware import documents
from hardware import signing_spool as spool
from hardware.faults import DOCUMENT_FAULTS, fault
from hardware.private_memory import Pin, keep_memory_private
from hardware.token_module import TokenModule, TokenSigner
from hardware.usb_token import PIN_CHARACTERS, Item, JobState, Order, Token, read_order, tries_left
from hardware.workers import serve

LOOK_EVERY_S = 1.5  # How often tokens are looked for …
WATCHED_S = 30.0  # … while somebody asked within so long.
WAITING_JOBS_MAX = 4
JOBS_MAX = 200  # Kept in the spool until they are forgotten.

log = logging.getLogger(__name__)


class Worker:
    """One module: `answer` is called from the socket, `work` runs in a thread of its own."""

    def __init__(self, module: TokenModule, spool_folder: Path, trust_folder: Path):
        self.module, self.spool, self.trust_folder = module, spool_folder, trust_folder
        self.orders: queue.Queue[tuple[Order, Pin]] = queue.Queue(maxsize=WAITING_JOBS_MAX)
        self.open: dict[str, spool.Job] = {}
        self.stopping: set[str] = set()
        self.tokens: list[Token] = []
        self.looked_at = ""
        self.trouble: dict | None = None
        self.asked = -WATCHED_S

    def answer(self, request: dict) -> dict:
        asked: dict[str, Callable[..., dict]] = {
            "tokens": self._tokens,
            "certificate": self._certificate,
            "sign": self._sign,
            "status": self._status,
            "stop": self._stop,
            "forget": self._forget,
        }
        words = dict(request)
        return asked[words.pop("do")](**words)

    def begin(self) -> None:
        """Take up the spool and start working."""
        self.spool.mkdir(parents=True, exist_ok=True, mode=0o700)
        spool.mend(self.spool)
        threading.Thread(target=self._work_or_die, daemon=True).start()

    def work(self) -> None:
        """Carry out orders, and look for tokens while somebody watches, for ever."""
        self._look()
        while True:
            try:
                order, pin = self.orders.get(timeout=LOOK_EVERY_S)
            except queue.Empty:
                if time.monotonic() - self.asked < WATCHED_S:
                    self._look()
                continue
            self._carry_out(order, pin)

    # Requests: quick, no device.

    def _tokens(self) -> dict:
        self.asked = time.monotonic()
        state = "signing" if self.open else "idle"
        return {
            "tokens": [_shown(token) for token in self.tokens],
            "state": state,
            "fault": self.trouble,
            "looked_at": self.looked_at,
        }

    def _certificate(self, sha256: str) -> dict:
        found = (one for token in self.tokens for one in token.certificates if one.sha256 == sha256)
        certificate = next(found, None)
        if certificate is None:
            raise Refused("token_absent")
        return {"der": certificate.der}

    def _sign(self, pin: str, **words: object) -> dict:
        order = read_order(words)
        known = self._known(order.job)
        if known:
            return spool.shown(self.spool, known)
        if len(pin) not in PIN_CHARACTERS:
            raise Refused("pin_length")
        if len(spool.jobs(self.spool)) >= JOBS_MAX or self.orders.full():
            raise Refused("token_busy")
        job = spool.Job(order)
        spool.write_job(self.spool, job)
        self.open[order.job] = job
        self.orders.put_nowait((order, Pin(bytearray(pin.encode()))))
        return spool.shown(self.spool, job)

    def _status(self, job: str) -> dict:
        known = self._known(job)
        if known is None:
            raise Refused("sign_job_unknown")
        return spool.shown(self.spool, known)

    def _stop(self, job: str) -> dict:
        if job in self.open:
            self.stopping.add(job)
        return self._status(job)

    def _forget(self, job: str) -> dict:
        if job in self.open:
            raise Refused("token_busy")
        spool.forget(self.spool, job)
        return {}

    def _known(self, job: str) -> spool.Job | None:
        return self.open.get(job) or spool.read_job(self.spool, job)

    # Work: slow, one thing at a time.

    def _work_or_die(self) -> None:
        """End the whole process with this thread: a worker that answers but never works would be worse than none."""
        try:
            self.work()
        except BaseException:
            log.exception("stopped working")
            os._exit(1)

    def _look(self) -> None:
        try:
            self.tokens = msgspec.convert(self.module.ask("tokens")["tokens"], list[Token])
            self.trouble = None
        except Refused as refused:
            self.tokens, self.trouble = [], fault(refused.code, refused.facts)
        self.looked_at = stamp()

    def _carry_out(self, order: Order, pin: Pin) -> None:
        why, left = None, None
        try:
            self._batch(order, pin)
        except Refused as refused:
            why, left = fault(refused.code, refused.facts), tries_left(refused.code, refused.facts)
        except Exception:
            log.exception("job %s failed", order.job)
            why = fault("worker_failed", {})
        finally:
            pin.wipe()
            self.module.end()
        self._look()  # Before the end is told, so that whoever hears of a wrong PIN sees the token as it is now.
        end = spool.closed(self.open[order.job], why, left, order.job in self.stopping)
        spool.write_job(self.spool, end)
        self.stopping.discard(order.job)
        del self.open[order.job]
        log.info("job %s %s: %d of %d signed", order.job, end.state, len(end.done), len(order.items))

    def _batch(self, order: Order, pin: Pin) -> None:
        """Check the certificate, open the token with one try, sign what can be signed. A device's fault ends it."""
        self._change(order.job, state=JobState.SIGNING)
        trust = read_trust(self.trust_folder)
        self.module.end()  # A module that was looked at for hours may be stale; a new process isn't.
        self._look()
        documents.check(self._present(order), order.cert_sha256, trust)
        if order.job in self.stopping:
            return
        opened = self.module.ask("unlock", serial=order.serial, cert_sha256=order.cert_sha256, pin=pin.take())
        chain = tuple(bytes.fromhex(other) for other in opened["others"]) + trust.issuers
        signer = TokenSigner(self.module, bytes.fromhex(opened["certificate"]), chain)
        for item in order.items:
            if order.job in self.stopping:
                return
            self._one(order.job, item, signer, trust)

    def _one(self, job: str, item: Item, signer: TokenSigner, trust: Trust) -> None:
        self._change(job, in_hand=item.id)
        try:
            unsigned = documents.read(item)
            pdf = spool.signed_before(self.spool, item, unsigned) or documents.sign(item, unsigned, signer, trust)
        except Refused as refused:
            if refused.code not in DOCUMENT_FAULTS:
                raise
            faults = self.open[job].faults
            self._change(job, faults={**faults, item.id: fault(refused.code, refused.facts)})
            return
        digest = spool.store(self.spool, job, item.id, pdf)
        crash.crash_here("document_signed")
        self._change(job, done={**self.open[job].done, item.id: digest})

    def _present(self, order: Order) -> Token:
        if self.trouble:
            raise Refused(self.trouble["code"], **self.trouble["facts"])
        found = next((token for token in self.tokens if token.serial == order.serial), None)
        if found is None:
            raise Refused("token_absent")
        return found

    def _change(self, job: str, **new: object) -> None:
        self.open[job] = msgspec.structs.replace(self.open[job], **new)


def _shown(token: Token) -> dict:
    bare = msgspec.structs.replace(token, certificates=tuple(msgspec.structs.replace(c, der="") for c in token.certificates))
    return msgspec.to_builtins(bare)


def main() -> None:
    parser = argparse.ArgumentParser(description="Tiến trình ký số: mỗi trình điều khiển USB Token chạy một tiến trình.")
    parser.add_argument("--socket", type=Path, required=True, help="nơi nhận yêu cầu")
    parser.add_argument("--module", required=True, help="tệp trình điều khiển PKCS#11 của USB Token (.so)")
    parser.add_argument("--spool", type=Path, required=True, help="thư mục chờ của văn bản đã ký; mỗi tiến trình một thư mục con")
    parser.add_argument("--trust", type=Path, required=True, help="thư mục chứng thư gốc, chứng thư cấp và danh sách thu hồi")
    parser.add_argument("--run", type=Path, help="thư mục có lệnh dừng đột ngột (chỉ dùng khi thử nghiệm)")
    wanted = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    keep_memory_private()
    if wanted.run:
        crash.arm_from(wanted.run)
    worker = Worker(TokenModule(wanted.module), wanted.spool / wanted.socket.stem, wanted.trust)
    serve(wanted.socket, worker.answer, worker.begin)


if __name__ == "__main__":
    main()
