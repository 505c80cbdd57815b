"""What a lab leaves on the machine, and how it is removed.

Nothing is written down about it: everything carries the lab's id, which is the pid of its process and the moment when
that process began. A directory, a namespace or a process whose lab lives no more is therefore known on sight, however
the lab came to its end and however little it had made by then.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from weft.apps.lab.commands import run

MARK = "WEFT_LAB"  # this environment variable of a process says which lab it belongs to
_DIRECTORIES = Path("/run/weft-lab")  # short, because the path of a socket has 107 characters at most
_NAMESPACES = Path("/run/netns")
_PREFIX = "weft-lab-"
_ID = re.compile(r"\d+-\d+")


@dataclass(frozen=True, slots=True)
class Footprint:
    """A lab's directory, network namespace and processes."""

    id: str

    @property
    def directory(self) -> Path:
        """Where its files are: store, token, logs, and the next one."""
        return _DIRECTORIES / self.id

    @property
    def rundir(self) -> Path:
        """The run directory of its Open vSwitch."""
        return self.directory / "ovs"

    @property
    def netns(self) -> str:
        """The name of the network namespace that its switches are in."""
        return _PREFIX + self.id

    @property
    def namespace(self) -> Path:
        """That namespace as a file."""
        return _NAMESPACES / self.netns

    @property
    def alive(self) -> bool:
        """Whether its process still runs. Another process that was given the same pid began at another moment."""
        return _id_of(int(self.id.partition("-")[0])) == self.id

    def make(self) -> None:
        """Make the directories and the namespace, and mark all processes that this one starts from now on."""
        os.environ[MARK] = self.id
        self.rundir.mkdir(parents=True)
        self.directory.chmod(0o700)
        run("ip", "netns", "add", self.netns)

    def remove(self) -> None:
        """End its processes, and remove its namespace and its directory. What is gone already does no harm."""
        give_up = time.monotonic() + 10
        while (pids := list(self._processes())) and time.monotonic() < give_up:
            for pid in pids:
                _kill(pid)
            time.sleep(0.02)
        if self.namespace.exists():
            run("ip", "netns", "delete", self.netns, fails=True)
        shutil.rmtree(self.directory, ignore_errors=True)

    def _processes(self) -> Iterator[int]:
        mark = f"{MARK}={self.id}".encode()
        for pid in _pids():
            try:
                environment = Path(f"/proc/{pid}/environ").read_bytes()
            except OSError:  # it ended meanwhile
                continue
            if mark in environment.split(b"\0"):
                yield pid


def of_this_process() -> Footprint:
    """The footprint that the lab of this process has."""
    return Footprint(_id_of(os.getpid()) or "")


def left_over() -> list[Footprint]:
    """The footprints of labs whose process is gone."""
    directories = (path.name for path in _DIRECTORIES.glob("*"))
    namespaces = (path.name.removeprefix(_PREFIX) for path in _NAMESPACES.glob(_PREFIX + "*"))
    found = {Footprint(id) for id in (*directories, *namespaces) if _ID.fullmatch(id)}
    return sorted((footprint for footprint in found if not footprint.alive), key=lambda footprint: footprint.id)


def _pids() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _id_of(pid: int) -> str | None:
    """The pid and the clock tick in which the process began; None when there is no such process, or a dead one."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    state, *fields = stat.rpartition(")")[2].split()  # the name before it may hold anything
    return None if state in "ZX" else f"{pid}-{fields[18]}"


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
