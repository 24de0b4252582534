"""The worker's side of a PKCS#11 process: ask it within a time, end it when it hangs, and sign PDFs through it.

The PIN goes to it over a pipe and nowhere else; ending the process hands its memory back to the kernel.
"""

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from dataclasses import dataclass
from hashlib import sha256
from typing import IO

from asn1crypto import x509
from pyhanko.sign.signers import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore

from appliance.errors import Refused

LOOK_S = 15.0  # OpenSC takes 0.3 s to find a card; a bad reader driver much longer.
UNLOCK_S = 30.0
SIGN_S = 60.0  # A slow card needs 2 to 4 s.
END_S = 2.0
LIMITS_S = {"tokens": LOOK_S, "unlock": UNLOCK_S, "sign": SIGN_S}
EC_SIGNATURE_BYTES_MAX = 150


@dataclass(frozen=True)
class _Process:
    popen: subprocess.Popen[bytes]
    stdin: IO[bytes]


class TokenModule:
    """One PKCS#11 process at a time, started when it is first needed. To be used by one thread."""

    def __init__(self, path: str):
        self._path = path
        self._process: _Process | None = None
        self._answers: queue.Queue[str] = queue.Queue()

    def ask(self, do: str, **words: object) -> dict:
        """Ask and wait. Raises Refused with the module's fault, token_module_died, or token_hung (it is killed then)."""
        questions = self._process.stdin if self._process else self._start()
        try:
            questions.write((json.dumps({"do": do, **words}) + "\n").encode())
            questions.flush()
            line = self._answers.get(timeout=LIMITS_S[do])
        except BrokenPipeError:
            line = self._last_words()
        except queue.Empty:
            self.end()
            raise Refused("token_hung") from None
        if not line:
            self.end()
            raise Refused("token_module_died")
        answer = json.loads(line)
        if "fault" in answer:
            raise Refused(answer["fault"], **answer["facts"])
        return answer

    def end(self) -> None:
        """End the process and everything it knew; the next question starts another."""
        if self._process is None:
            return
        ended, self._process = self._process, None
        ended.popen.kill()
        ended.popen.wait(END_S)
        with contextlib.suppress(BrokenPipeError):
            ended.stdin.close()

    def _start(self) -> IO[bytes]:
        command = [sys.executable, "-m", "hardware.pkcs11_token", self._path, str(os.getpid())]
        # A crash here can only lose the process itself, so stderr may go where ours goes: it holds no PIN.
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
        assert process.stdin and process.stdout  # They are pipes.
        self._process, self._answers = _Process(process, process.stdin), queue.Queue()
        threading.Thread(target=_listen, args=(process.stdout, self._answers), daemon=True).start()
        return process.stdin

    def _last_words(self) -> str:
        try:
            return self._answers.get(timeout=END_S)
        except queue.Empty:
            return ""


class TokenSigner(Signer):
    """A pyHanko signer whose private key stays on the token: only SHA-256 digests go there."""

    def __init__(self, module: TokenModule, certificate: bytes, chain: tuple[bytes, ...]):
        store = SimpleCertificateStore()
        store.register_multiple(x509.Certificate.load(data) for data in chain)
        signing_cert = x509.Certificate.load(certificate)
        super().__init__(signing_cert=signing_cert, cert_registry=store, embed_roots=False)
        key = signing_cert.public_key
        self._module, self._size = module, EC_SIGNATURE_BYTES_MAX if key.algorithm == "ec" else key.byte_size

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        """Sign; part of what pyHanko asks of a signer."""
        if dry_run:
            return bytes(self._size)
        return bytes.fromhex(self._module.ask("sign", digest=sha256(data).hexdigest())["signature"])


def _listen(stream, answers: queue.Queue) -> None:
    with stream:
        for line in stream:
            answers.put(line)
    answers.put("")
