"""nftables, spoken with by a process of our own that has its library loaded.

The library ends the whole process on input that it does not expect, and so it is not ours; a program that is started
for every question would cost a hundred times as much.
"""

from __future__ import annotations

import os
import struct
import sys
import weakref
from contextlib import suppress
from pathlib import Path
from subprocess import PIPE
from typing import Any

from eventlet import patcher

native_subprocess: Any = patcher.original("subprocess")  # we are called in threads that have no event loop
_HEAD = struct.Struct("=iI")  # what nft ended with, and how much it says


class Refused(Exception):
    """nft did not do it, and says why."""


class Nft:
    """Whoever answers for one network namespace: that in which it was asked first, until another one is asked for."""

    def __init__(self) -> None:
        self._process: Any = None
        self._namespace: Any = None

    def run(self, script: str) -> str:
        """Do what the script says, all of it or nothing; what nft prints. Raises ``Refused``."""
        here = os.stat("/proc/thread-self/ns/net")
        if self._namespace != (here.st_dev, here.st_ino):  # one of the same name may be another one
            self._end()
            self._namespace = (here.st_dev, here.st_ino)
        try:
            ended, said = _asked(self._ready(), script.encode())
        except (OSError, struct.error) as gone:
            self._end()
            raise Refused("nft has died of it, or took too long") from gone
        if ended:
            raise Refused(next((line for line in said.splitlines() if line), f"nft ended with {ended}"))
        return said

    def _ready(self) -> Any:
        if self._process is None:
            program = Path(__file__).with_name("nft_process.py")
            command = [sys.executable, "-I", "-S", str(program)]
            self._process = native_subprocess.Popen(command, stdin=PIPE, stdout=PIPE)
            weakref.finalize(self, _close, self._process)
        return self._process

    def _end(self) -> None:
        if self._process is not None:
            _close(self._process)
            self._process = None


def _asked(process: Any, script: bytes) -> tuple[int, str]:
    process.stdin.write(_HEAD.pack(0, len(script)) + script)
    process.stdin.flush()
    ended, length = _HEAD.unpack(process.stdout.read(_HEAD.size))
    return ended, process.stdout.read(length).decode(errors="replace")


def _close(process: Any) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        with suppress(OSError):  # something is in it that nobody will read
            pipe.close()
