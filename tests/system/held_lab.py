"""A held lab, as a script would use it: started by its command, known by its description, ended by SIGINT."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

READY = 120.0  # seconds in which a lab of 20 switches must hold


class HeldLab:
    """What runs, and hands on it."""

    def __init__(self, description: dict[str, Any]) -> None:
        self.description = description
        self.hosts: dict[str, dict[str, Any]] = {host["name"]: host for host in description["hosts"]}
        self.switches: list[str] = [switch["name"] for switch in description["switches"]]
        self.controllers: list[subprocess.Popen[str]] = []
        token = Path(description["controller"]["token_file"]).read_text().strip()
        headers = {"Authorization": f"Bearer {token}"}
        self.api = httpx.Client(base_url=description["controller"]["rest"], headers=headers, timeout=20)

    @property
    def rundir(self) -> Path:
        """Where the lab's Open vSwitch runs."""
        return Path(self.description["lab"]["ovs"]["rundir"])

    def inside(self, *command: str) -> str:
        """Run a command in the lab's namespace, with its Open vSwitch, and return what it prints."""
        environment = dict(os.environ, OVS_RUNDIR=str(self.rundir))
        whole = ["ip", "netns", "exec", self.description["lab"]["netns"], *command]
        done = subprocess.run(whole, capture_output=True, text=True, timeout=60, env=environment)
        assert done.returncode == 0, f"{' '.join(command)}: {done.stdout}{done.stderr}"
        return done.stdout

    def ofctl(self, action: str, switch: str, *arguments: str) -> str:
        """``ovs-ofctl`` on a switch."""
        return self.inside("ovs-ofctl", "-O", "OpenFlow14", action, switch, *arguments)

    def appctl(self, *arguments: str) -> str:
        """``ovs-appctl`` on the switch daemon."""
        return self.inside("ovs-appctl", "-t", str(self.rundir / "ovs-vswitchd.ctl"), *arguments)

    def log(self) -> str:
        """What the switch daemon has logged."""
        return (self.rundir / "ovs-vswitchd.log").read_text(errors="replace")

    def get(self, path: str, **query: str) -> Any:
        """What the API says."""
        answer = self.api.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def settled(self) -> bool:
        """Whether every switch has proven to hold what it should, and every port is ACTIVE."""
        try:
            switches, ports = self.get("/v1/switches")["switches"], self.get("/v1/ports")["ports"]
        except httpx.TransportError:
            return False
        return all(s["connected"] and s["settled"] for s in switches) and all(
            port["status"]["state"] == "ACTIVE" for port in ports
        )

    def settle(self) -> None:
        """Wait until it has settled, and let the datapath forget what it decided before.

        A barrier says that the tables are changed; the userspace datapath goes on with what it has cached for a while,
        and before Open vSwitch 3.1.3 it may keep an entry of its cache for good.
        """
        wait_until(self.settled, "the fabric settles")
        self.forget()

    def forget(self) -> None:
        """Let the datapath forget what it decided before."""
        self.appctl("revalidator/wait")
        self.appctl("revalidator/purge")

    def kill_controller(self) -> None:
        """``kill -9`` the controller that runs now."""
        if self.controllers:
            self.controllers[-1].kill()
            self.controllers.pop().wait()
        else:
            os.kill(self.description["controller"]["pid"], signal.SIGKILL)

    def start_controller(self) -> None:
        """Start the controller again, by the command that the lab gives."""
        command = self.description["controller"]["command"]
        log = open(self.description["controller"]["log"], "a")  # noqa: SIM115 (the controller's for as long as it runs)
        started = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        self.controllers.append(started)
        assert started.stdout is not None
        assert json.loads(started.stdout.readline())["ready"]

    def close(self) -> None:
        """End what was started here."""
        self.api.close()
        for controller in self.controllers:
            controller.kill()
            controller.wait()


def wait_until(truth: Callable[[], bool], what: str, seconds: float = 30.0) -> float:
    """Wait until it is true, and return how long that took in seconds."""
    began = time.monotonic()
    while not truth():
        assert time.monotonic() - began < seconds, f"{what}: not after {seconds} s"
        time.sleep(0.02)
    return time.monotonic() - began


@contextmanager
def held_lab(directory: Path, *options: str) -> Iterator[HeldLab]:
    """A lab with these options, for as long as the block runs."""
    path = directory / "lab.json"
    command = [str(Path(sys.executable).with_name("weft-lab")), "--hold", "--describe", str(path), *options]
    with (directory / "lab.out").open("w") as output:
        lab = subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL)
    held = None
    try:
        wait_until(lambda: path.exists() or lab.poll() is not None, "the lab is ready", READY)
        assert path.exists(), (directory / "lab.out").read_text()
        held = HeldLab(json.loads(path.read_text()))
        held.settle()
        yield held
    finally:
        if held is not None:
            held.close()
        lab.send_signal(signal.SIGINT)
        lab.wait(60)
