"""Running the programs of the system: to their end, or beside the lab."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from weft.apps.lab.errors import LabError

NEEDED = (
    "ip",
    "ethtool",
    "ifconfig",
    "mnexec",
    "ping",
    "setpriv",
    "ovsdb-tool",
    "ovsdb-server",
    "ovs-vswitchd",
    "ovs-vsctl",
    "ovs-dpctl",
)


def check_machine() -> None:
    """Raise ``LabError`` if this machine or this user cannot run a lab."""
    if os.geteuid() != 0:
        raise LabError("A lab makes network namespaces, which only root may do. Start it with sudo.")
    missing = [program for program in NEEDED if shutil.which(program) is None]
    if missing:
        raise LabError(f"Not found: {', '.join(missing)}. scripts/setup installs what a lab needs.")
    run("mnexec", "-n", "true")  # Mininet would wait for ever for a host that cannot have namespaces of its own


def run(*command: str, given: str | None = None, fails: bool = False) -> str:
    """What the program printed. ``LabError`` when it fails, unless it ``fails`` without harm."""
    done = subprocess.run(command, input=given, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode and not fails:
        said = (done.stderr or done.stdout).strip()
        raise LabError(f"`{' '.join(command)[:200]}` failed with status {done.returncode}: {said}")
    return done.stdout


def begin(*command: str, output: Path, errors: Path | None = None) -> subprocess.Popen[bytes]:
    """A program that runs beside the lab, and ends with it at the latest. Ctrl-C at the terminal does not reach it."""
    with output.open("ab") as out, (errors or output).open("ab") as err:
        return subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", *command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )


def last_lines(path: Path, count: int = 15) -> str:
    """The end of a log, for a message about what went wrong."""
    lines = path.read_text(errors="replace").splitlines() if path.exists() else []
    return "\n".join(f"  {line}" for line in lines[-count:]) or "  (it said nothing)"
