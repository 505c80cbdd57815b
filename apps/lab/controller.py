"""The controller of a lab: a process of its own in the host's network, with a new store in the lab's directory."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from weft.apps.lab.commands import begin, last_lines
from weft.apps.lab.errors import LabError
from weft.apps.lab.footprint import MARK, Footprint
from weft.apps.lab.patience import await_truth

_START = 60.0
_END = 5.0
_ANYWHERE = "127.0.0.1:0"


class Controller:
    """``weft-controller`` on ports of the loopback that were free, and on a socket for the lab's switches."""

    def __init__(self, footprint: Footprint) -> None:
        directory = footprint.directory
        self.mark = f"{MARK}={footprint.id}"
        self.socket = footprint.rundir / "controller.sock"  # Open vSwitch calls sockets in its run directory only
        self.store = directory / "weft.db"
        self.token_file = directory / "weft.token"
        self.log = directory / "controller.log"
        self._said = directory / "controller.out"
        self._process = self._begin()
        self.rest = self.neutron = self.openflow = ""

    def _program(self, rest: str, neutron: str, openflow: str) -> list[str]:
        program = Path(sys.executable).with_name("weft-controller")
        listen = ["--rest", rest, "--neutron", neutron, "--openflow", openflow, "--openflow-unix", str(self.socket)]
        return [str(program), *listen, "--store", str(self.store), "--token-file", str(self.token_file)]

    def _begin(self) -> subprocess.Popen[bytes]:
        return begin(*self._program(*[_ANYWHERE] * 3), output=self._said, errors=self.log)

    def await_ready(self) -> None:
        """Return when it listens; ``LabError`` when it does not."""
        ready = await_truth(lambda: self._ready_line() or self._process.poll() is not None, _START)
        if not isinstance(ready, dict):
            raise LabError(f"The controller did not start. It said last:\n{last_lines(self.log)}")
        self.rest, self.neutron, self.openflow = ready["rest"], ready["neutron"], ready["openflow"]

    def _ready_line(self) -> dict[str, Any] | None:
        for line in self._said.read_text().splitlines(keepends=True):
            if line.startswith("{") and line.endswith("\n") and json.loads(line).get("ready"):
                return dict(json.loads(line))
        return None

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    @property
    def ended(self) -> bool:
        """Whether the process that the lab started has ended."""
        return self._process.poll() is not None

    @property
    def token(self) -> str:
        """What a client must show to be heard."""
        return self.token_file.read_text().strip()

    @property
    def again(self) -> list[str]:
        """The command that starts it again in its old place, with its old store. What it starts ends with the lab."""
        return ["env", self.mark, *self._program(_address(self.rest), _address(self.neutron), self.openflow)]

    def end(self) -> None:
        """Ask it to end, and wait until it has, a while at most."""
        self._process.send_signal(signal.SIGTERM)
        await_truth(lambda: self.ended, _END)


def _address(url: str) -> str:
    return url.removeprefix("http://")
