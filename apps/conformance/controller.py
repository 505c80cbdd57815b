"""A controller for the kit: ``weft-controller`` itself, as a process with a new store, spoken with over REST."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from weft.apps.client import Client
from weft.apps.lab.commands import begin, last_lines
from weft.apps.lab.patience import await_truth
from weft.conformance.bed import Bed, Factory
from weft.conformance.world import PATIENCE, World
from weft.controller.model.capabilities import OPENVSWITCH

_START = 60.0
_END = 10.0
_ANYWHERE = "127.0.0.1:0"
_AUDIT_INTERVAL = "3600"  # seconds: audits are asked for, so that chance has no part in who repairs what


class ControllerEnded(Exception):
    """The controller did not start; the message says what it said last."""


class Process:
    """``weft-controller`` on ports of the loopback that were free."""

    def __init__(self, directory: Path, arguments: Sequence[str] = (), settings: dict[str, Any] | None = None) -> None:
        self._directory = directory
        self._arguments = list(arguments)
        if settings:
            plugins = directory / "plugins.yaml"
            plugins.write_text(yaml.safe_dump(settings))
            plugins.chmod(0o600)
            self._arguments += ["--plugins", str(plugins)]
        self._starts = 0
        self._start()

    def _start(self) -> None:
        self._starts += 1
        said = self._directory / f"controller.{self._starts}.out"
        program = Path(sys.executable).with_name("weft-controller")
        store = ["--store", str(self._directory / "weft.db"), "--token-file", str(self._directory / "weft.token")]
        listen = ["--rest", _ANYWHERE, "--neutron", "off", "--openflow", _ANYWHERE]
        command = [str(program), *listen, *store, "--audit-interval", _AUDIT_INTERVAL, *self._arguments]
        log = self._directory / "controller.log"
        self._process: subprocess.Popen[bytes] = begin(*command, output=said, errors=log)
        ready = await_truth(lambda: _ready(said) or self._process.poll() is not None, _START)
        if not isinstance(ready, dict):
            self.close()
            raise ControllerEnded(f"The controller did not start. It said last:\n{last_lines(log)}")
        self._url = str(ready["rest"])

    def client(self, project: str | None = None) -> Client:
        """The operator, or a member of a project, for whom the operator speaks."""
        token = (self._directory / "weft.token").read_text().strip()
        return Client(self._url, token, project=project)

    def restart(self) -> None:
        """Kill it, and start it again with what it has stored."""
        self._process.kill()
        self._process.wait()
        self._start()

    def close(self) -> None:
        """Ask it to end, and see to it that it does."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(_END)
            except subprocess.TimeoutExpired:
                os.kill(self._process.pid, signal.SIGKILL)
                self._process.wait()


def _ready(said: Path) -> dict[str, Any] | None:
    for line in said.read_text().splitlines(keepends=True):
        if line.startswith("{") and line.endswith("\n") and json.loads(line).get("ready"):
            return dict(json.loads(line))
    return None


def _in_force(bed: Bed) -> dict[str, Any]:
    """The settings of the bed's plug-ins, and no other plug-in: what they cannot honour is then refused at once."""
    settings = dict(bed.settings())
    used = {switch.get("plugin", OPENVSWITCH) for switch in bed.documents()["switches"]}
    return settings if OPENVSWITCH in used else {OPENVSWITCH: "off", **settings}


@contextmanager
def real_world(make: Factory, patience: float = PATIENCE) -> Iterator[World]:
    """A new bed with a new controller for it, until the block ends."""
    with TemporaryDirectory(prefix="weft-kit-") as scratch:
        directory = Path(scratch)
        bed: Bed = make(directory)
        try:
            process = Process(directory, bed.arguments(), _in_force(bed))
            try:
                world = World(bed, process, patience)
                yield world
            finally:
                process.close()
        finally:
            bed.close()
