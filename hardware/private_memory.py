"""Keep what a process knows inside it, as far as the kernel lets a process say so: PINs live in two of ours for minutes."""

import ctypes
import os
import resource
import signal
import sys
from dataclasses import dataclass, field

PR_SET_PDEATHSIG, PR_SET_DUMPABLE = 1, 4


@dataclass
class Pin:
    """A PIN on its way to the token: given away once, gone then."""

    _characters: bytearray = field(repr=False)

    def take(self) -> str:
        """Give the PIN and forget it."""
        pin = self._characters.decode()
        self.wipe()
        return pin

    def wipe(self) -> None:
        """Overwrite what is held."""
        self._characters[:] = bytes(len(self._characters))
        self._characters = bytearray()


def keep_memory_private() -> None:
    """Leave no core file and let no other process of this user look in."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    kernel = ctypes.CDLL(None, use_errno=True)
    kernel.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def die_with_parent(parent: int) -> None:
    """Be killed when the thread that started us ends; `parent` is its process, which may be gone already."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit()
