"""A guest: a user-mode-linux kernel on the file system of its host, in which a pytest runs the tests that it is named.

It is the same checkout and the same Python, with a kernel that has what this one lacks. Nothing of it is left when it
is closed, nor when whoever started it dies: it powers off when its line to the outside is cut.
"""

from __future__ import annotations

import json
import os
import platform
import select
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

KERNEL = "linux.uml"  # Debian's package user-mode-linux
MODULES = Path("/usr/lib/uml/modules")
MEMORY = 512  # MiB
BOOT, TEST, END = 120.0, 280.0, 10.0  # seconds; a boot takes 4 on a quiet machine
ROOT = Path(__file__).resolve().parents[2]


class Broken(Exception):
    """The guest has died, or has not answered in time. Its last words are in the message."""


def obstacle() -> str | None:
    """Why no guest can run here; None where one can."""
    if sys.platform != "linux" or platform.machine() != "x86_64":
        return "user-mode-linux needs Linux on x86-64"
    if os.geteuid():
        return "user-mode-linux needs root, to be root inside"
    if shutil.which(KERNEL) is None or not MODULES.is_dir():
        return "user-mode-linux is not installed (scripts/setup installs it on Debian)"
    return None


def _memory(otherwise: Path) -> str:
    """Where the guest's memory is kept, in a file that has no name: in memory, where there is room for it."""
    shared = Path("/dev/shm")
    if not shared.is_dir():
        return str(otherwise)
    left = os.statvfs(shared)
    return str(shared if left.f_bavail * left.f_frsize > MEMORY << 20 else otherwise)


class Kernel:
    """A kernel that does what its order says, and is gone when it is closed."""

    def __init__(self, order: Mapping[str, Any], out: int = subprocess.PIPE) -> None:
        self._room = Path(tempfile.mkdtemp(prefix="weft-guest-", dir="/tmp"))  # the kernel takes no spaces in paths
        (self._room / "order").write_text(json.dumps({"root": str(ROOT), "environment": dict(os.environ), **order}))
        first = f"{shlex.quote(sys.executable)} {shlex.quote(str(Path(__file__).with_name('inside.py')))}"
        (self._room / "init").write_text(f"#!/bin/sh\nexec {first} {self._room}/order\n")
        (self._room / "init").chmod(0o700)
        self._log = (self._room / "console").open("wb")
        self._process = subprocess.Popen(
            [KERNEL, f"mem={MEMORY}M", f"uml_dir={self._room}", "umid=guest", "quiet",
             "root=/dev/root", "rootfstype=hostfs", "rootflags=/", "rw", f"init={self._room}/init",
             "con=null", "con0=null,fd:2", "ssl=null", "ssl0=fd:0,fd:1"],
            stdin=subprocess.PIPE, stdout=out, stderr=self._log, start_new_session=True,
            env={**os.environ, "TMPDIR": _memory(self._room)},
        )  # fmt: skip

    def close(self) -> None:
        """Power it off, and wait until nothing of it is left."""
        assert self._process.stdin is not None
        with suppress(OSError):  # it is gone already
            self._process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(END)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)  # the session is the guest's alone
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._log.close()
        shutil.rmtree(self._room, ignore_errors=True)

    def ended(self) -> int:
        """Wait until its command has ended, and how it has."""
        self._process.wait()
        status = self._room / "status"
        return int(status.read_text()) if status.exists() else 1


class Guest(Kernel):
    """One kernel with one pytest in it that has collected ``files``."""

    def __init__(self, files: Iterable[Path]) -> None:
        super().__init__({"files": sorted(map(str, files))})
        self._heard = b""
        try:
            self._answer(time.monotonic() + BOOT)
        except BaseException:
            self.close()
            raise

    def run(self, test: str, following: str | None) -> Iterator[dict[str, Any]]:
        """Run that test, and give each of its reports, as pytest serializes them."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps({"run": test, "next": following}).encode() + b"\n")
            self._process.stdin.flush()
        except OSError as broken:
            raise self._broken("it is gone") from broken
        until = time.monotonic() + TEST
        while "done" not in (answer := self._answer(until)):
            yield answer

    def _answer(self, until: float) -> dict[str, Any]:
        """The next line that it says."""
        assert self._process.stdout is not None
        while b"\n" not in self._heard:
            left = until - time.monotonic()
            if left <= 0 or not select.select([self._process.stdout], [], [], left)[0]:
                raise self._broken("it does not answer")
            piece = os.read(self._process.stdout.fileno(), 1 << 16)
            if not piece:
                raise self._broken("it has ended")
            self._heard += piece
        line, _, self._heard = self._heard.partition(b"\n")
        found: dict[str, Any] = json.loads(line)
        return found

    def _broken(self, what: str) -> Broken:
        said = (self._room / "console").read_text(errors="replace")[-4000:]
        return Broken(f"the guest: {what}. Its console: {said}")


def main() -> int:
    """Run a command in a guest, with what it prints on ours; how it has ended."""
    why = obstacle()
    if why is not None:
        print(why, file=sys.stderr)
        return 1
    kernel = Kernel({"command": sys.argv[1:]}, out=sys.stdout.fileno())
    try:
        return kernel.ended()
    finally:
        kernel.close()


if __name__ == "__main__":
    sys.exit(main())
