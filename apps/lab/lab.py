"""A lab from its beginning to its end: made, told to the controller, tried with real frames, held, removed."""

from __future__ import annotations

import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mininet.cli import CLI
from mininet.net import Mininet

from weft.apps.lab import describe, footprint, interruption, matrix, report, usage
from weft.apps.lab.api import Api
from weft.apps.lab.controller import Controller
from weft.apps.lab.emulation import emulate
from weft.apps.lab.errors import LabError
from weft.apps.lab.namespaces import inside
from weft.apps.lab.openvswitch import OpenVSwitch, call_controller
from weft.apps.lab.plural import count
from weft.apps.lab.story import Story
from weft.topologies.fabric import Fabric
from weft.topologies.facts import commands

_WATCH = 0.2


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user wants of a lab besides its fabric."""

    hold: bool = False
    cli: bool = False
    describe: Path | None = None
    keep_logs: Path | None = None
    datapath: str = "netdev"
    patience: float = 60.0


def run(fabric: Fabric, wishes: Wishes, story: Story) -> bool:
    """Whether the frames arrived as expected. However it ends, nothing of the lab is left on the machine."""
    with story.step("clean up") as tell:
        for old in (leavings := footprint.left_over()):
            old.remove()
        tell(f"{count(len(leavings), 'lab')} that crashed" if leavings else "nothing left from earlier labs")
    own = footprint.of_this_process()
    interruption.hear_once()
    try:
        try:
            return _Lab(fabric, wishes, story, own).run()
        finally:
            interruption.hear_no_more()
            _tidy(own, wishes)
    except KeyboardInterrupt:  # it may have come while the line before was not yet reached
        _tidy(own, wishes)
        raise


def _tidy(own: footprint.Footprint, wishes: Wishes) -> None:
    if wishes.keep_logs is not None:
        wishes.keep_logs.mkdir(parents=True, exist_ok=True)
        for log in own.directory.rglob("*.log"):
            shutil.copy(log, wishes.keep_logs)
    own.remove()


class _Lab:
    """The steps, and what they share."""

    def __init__(self, fabric: Fabric, wishes: Wishes, story: Story, own: footprint.Footprint) -> None:
        self.fabric = fabric
        self.wishes = wishes
        self.story = story
        self.own = own

    def run(self) -> bool:
        if self.wishes.describe is not None:
            describe.forget(self.wishes.describe)
        self.own.make()
        controller = Controller(self.own)  # it gets ready while the switches are made
        net, switches = self._make_switches()
        self.processes = {host.name: net[host.name].pid for host in self.fabric.hosts}
        with self.story.step("controller") as tell:
            controller.await_ready()
            call_controller((switch.name for switch in self.fabric.switches), f"unix:{controller.socket}")
            tell(f"REST {controller.rest}, OpenFlow {controller.openflow}")
        segments = self._tell_controller(controller)
        correct = self._try_frames()
        with suppress(KeyboardInterrupt):  # it ends a lab that has done its work, and changes nothing of the verdict
            if self.wishes.describe is not None:
                facts = (self.fabric, self.own, controller, segments, self.processes, switches.ports())
                describe.write(self.wishes.describe, describe.describe(*facts))
            if self.wishes.hold:
                usage.show(self.story.console, self.fabric, self.own, controller, self.processes)
            if self.wishes.cli:
                self._open_cli(net)
            if self.wishes.hold:
                self._hold(controller, switches)
        controller.end()
        return correct

    def _make_switches(self) -> tuple[Mininet, OpenVSwitch]:
        with self.story.step("fabric") as tell, inside(self.own.namespace):
            switches = OpenVSwitch(self.own.rundir)
            net = emulate(self.fabric, self.wishes.datapath)
            switches.ports()
            sizes = (len(self.fabric.switches), len(self.fabric.cables), len(self.fabric.hosts))
            where = "in the kernel" if self.wishes.datapath == "system" else "in userspace"
            tell("switches: {}, cables: {}, hosts: {}; forwarding {}".format(*sizes, where))
            return net, switches

    def _tell_controller(self, controller: Controller) -> list[dict[str, Any]]:
        api = Api(controller.rest, controller.token)
        with self.story.step("model") as tell:
            asked = list(commands(self.fabric))
            made = api.transact(asked)
            tell(f"{count(len(self.fabric.tenants), 'tenant')}, {count(len(asked), 'command')}")
        with self.story.step("ports") as tell:
            api.await_active(self.wishes.patience, tell)
        return [made[n] for n, command in enumerate(asked) if getattr(command, "kind", None) == "segment"]

    def _try_frames(self) -> bool:
        expected = matrix.expected(self.fabric)
        with self.story.step("frames") as tell:
            seen = matrix.seen(self.fabric, self.processes)
            tell(f"{seen.total()} arrived, {expected.total()} expected")
        return report.show(self.story.console, self.fabric, expected, seen)

    def _open_cli(self, net: Mininet) -> None:
        interruption.hear_always()  # Mininet's CLI passes Ctrl-C on to the command that runs
        self.story.console.print("The tenants share addresses: a name that you ping is the pinger's own tenant's host.")
        with inside(self.own.namespace):
            CLI(net)
        interruption.hear_once()

    def _hold(self, controller: Controller, switches: OpenVSwitch) -> None:
        """Until somebody interrupts. A controller that ends is told of; without its switches it is no lab."""
        self.story.console.print("[bold]The lab is held. Ctrl-C ends it.[/]")
        told = False
        while not switches.dead:
            if controller.ended and not told:
                told = True
                usage.show_restart(self.story.console, controller)
            time.sleep(_WATCH)
        raise LabError(f"{' and '.join(switches.dead)} ended, and with it the fabric. --keep-logs DIR keeps the logs.")
