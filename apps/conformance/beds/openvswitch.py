"""The bed of Open vSwitch: three bridges in a ring, in userspace, in a namespace and with daemons of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from weft.apps.lab import footprint
from weft.apps.lab.commands import check_machine, run
from weft.apps.lab.namespaces import inside
from weft.apps.lab.openvswitch import OpenVSwitch, add_bridges, call_controller
from weft.conformance.bed import Bed, Sent
from weft.conformance.wires import Wires

PLACES = ("b1", "b2", "b3")
CABLES = (("b1", "b1c1", "b2", "b2c2"), ("b2", "b2c1", "b3", "b3c2"), ("b3", "b3c1", "b1", "b1c2"))
_FORGETFUL = ("3.1.0", "3.1.1", "3.1.2")  # they may treat frames by a flow that they hold no longer
_OURS = "cookie=0x5700000000000000/0xff00000000000000"


class OpenVSwitchBed(Bed):
    """Real switches: what they forward, they forward from real interfaces to real interfaces."""

    places: Sequence[str] = PLACES

    def __init__(self, directory: Path) -> None:
        del directory  # sockets need a short path
        check_machine()
        for old in footprint.left_over():
            old.remove()
        self._own = footprint.of_this_process()
        self._own.make()
        self._socket = self._own.rundir / "controller.sock"
        self._wires = Wires()
        self._numbers = {place: count(1) for place in PLACES}
        try:
            self._make()
        except BaseException:
            self.close()
            raise

    def _make(self) -> None:
        with inside(self._own.namespace):
            run("sh", "-c", "echo 1 | tee /proc/sys/net/ipv6/conf/*/disable_ipv6 >/dev/null 2>&1", fails=True)
            self._switches = OpenVSwitch(self._own.rundir)
            for _, one, _, other in CABLES:
                run("ip", "link", "add", "name", one, "type", "veth", "peer", "name", other)
                run("ip", "link", "set", one, "up")
                run("ip", "link", "set", other, "up")
            bridges = [(place, f"{n:016x}", dict(enumerate(_ends(place), 101))) for n, place in enumerate(PLACES, 1)]
            add_bridges(bridges, "netdev")
            call_controller(PLACES, f"unix:{self._socket}")
        version = run("ovs-vswitchd", "--version").split()[3]
        self._forgetful = version in _FORGETFUL

    def documents(self) -> Mapping[str, Any]:
        """The bridges and their cables."""
        ends = {place: [e for a, one, b, other in CABLES for p, e in ((a, one), (b, other)) if p == place]
                for place in PLACES}  # fmt: skip
        return {
            "switches": [
                {"id": place, "dpid": f"{n:016x}", "fabric_interfaces": ends[place]}
                for n, place in enumerate(PLACES, 1)
            ],
            "links": [
                {"a": {"switch": a, "interface": one}, "b": {"switch": b, "interface": other}}
                for a, one, b, other in CABLES
            ],
        }

    def arguments(self) -> Sequence[str]:
        """Where the bridges call."""
        return ("--openflow-unix", str(self._socket))

    def plug(self, place: str, name: str) -> str:
        """A cable from the bridge to the machine."""
        interface, end = f"{place}{name}", f"{place}{name}-eth0"
        with inside(self._own.namespace):
            run("ip", "link", "add", "name", interface, "type", "veth", "peer", "name", end)
            run("ip", "link", "set", interface, "up")
            run("ip", "link", "set", end, "up")
            run("ovs-vsctl", "add-port", place, interface)
        self._wires.open(place, interface, self._own.namespace, end)
        return interface

    def unplug(self, place: str, interface: str) -> None:
        """Pull the cable out."""
        self._wires.shut(place, interface)
        with inside(self._own.namespace):
            run("ovs-vsctl", "del-port", place, interface)
            run("ip", "link", "delete", interface)

    def send(self, frames: Sequence[Sent]) -> list[list[Sent]]:
        """By the machines' ends of the cables. Open vSwitch 3.1.0 must be told to forget what it has cached."""
        if self._forgetful:
            run("ovs-appctl", "-t", f"{self._own.rundir}/ovs-vswitchd.ctl", "revalidator/purge")
        return self._wires.exchange(frames)

    def disturb(self, place: str, how: Random) -> str:
        """Flows are deleted, changed, or added by hand."""
        flows = [line.strip() for line in self._ofctl("dump-flows", place, "--no-stats", _OURS).splitlines()]
        flow = how.choice([line for line in flows if "actions=" in line] or [""])
        cookie, _, rest = flow.partition(", ")
        match = ",".join(part for part in rest.partition(" actions=")[0].replace(" ", "").split(","))
        kind = how.choice(("delete", "delete all", "drop", "foreign", "flood"))
        if kind == "delete all" or not flow:
            self._ofctl("del-flows", place)
            return "all flows are deleted"
        if kind == "delete":
            self._ofctl("--strict", "del-flows", place, match)
            return f"a flow is deleted: {flow}"
        if kind == "drop":
            self._ofctl("--strict", "mod-flows", place, f"{match},actions=drop")
            return f"a flow drops now: {flow} ({cookie})"
        if kind == "foreign":
            self._ofctl("add-flow", place, "table=0,priority=65000,actions=drop")
            return "a flow is added that drops all"
        self._ofctl("add-flow", place, "table=0,priority=65000,actions=flood")
        return "a flow is added that floods all"

    def _ofctl(self, *arguments: str) -> str:
        with inside(self._own.namespace):
            return run("ovs-ofctl", "-OOpenFlow14", *arguments)

    def cut(self, link: int, up: bool) -> bool:
        """Take the carrier off a cable, or put it back."""
        with inside(self._own.namespace):
            run("ip", "link", "set", CABLES[link][1], "up" if up else "down")
        return True

    def outage(self, place: str, over: bool) -> bool:
        """The bridge calls no controller any more."""
        with inside(self._own.namespace):
            if over:
                call_controller([place], f"unix:{self._socket}")
            else:
                run("ovs-vsctl", "del-controller", place)
        return True

    def close(self) -> None:
        """Daemons, namespace, directory: all is gone."""
        self._wires.close()
        self._own.remove()


def _ends(place: str) -> list[str]:
    """The ends of cables at a place."""
    return [end for a, one, b, other in CABLES for at, end in ((a, one), (b, other)) if at == place]
