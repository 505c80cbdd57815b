"""How to use a lab that is held: what to type, ready to be copied."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from rich.console import Console

from weft.apps.lab.controller import Controller
from weft.apps.lab.footprint import Footprint
from weft.topologies.fabric import Fabric


def show(
    console: Console, fabric: Fabric, footprint: Footprint, controller: Controller, processes: dict[str, int]
) -> None:
    """Print the commands for the API, the command line, a host, a switch and a cable."""
    weft = Path(sys.executable).with_name("weft")
    host, switch = fabric.hosts[0], fabric.switches[0]
    end = fabric.ends[0] if fabric.ends else host.at
    ofctl = f"OVS_RUNDIR={footprint.rundir} ovs-ofctl -O OpenFlow14"
    parts = {
        f"REST at {controller.rest}, Neutron at {controller.neutron}, OpenFlow at {controller.openflow}": (
            f"export WEFT_URL={controller.rest} WEFT_TOKEN_FILE={controller.token_file}"
        ),
        "Ask the controller (after the line above)": f"{weft} status",
        f"A shell on host {host.name} ({host.ip4})": f"nsenter --net --target {processes[host.name]} bash",
        f"The flows of switch {switch.name}": f"{ofctl} dump-flows {switch.name}",
        f"Cut the cable at {end.interface} (and put it back with up)": (
            f"ip netns exec {footprint.netns} ip link set {end.interface} down"
        ),
        f"The logs, in {footprint.directory}": f"tail -F {controller.log}",
    }
    for title, command in parts.items():
        console.print(f"[bold]{title}[/]", highlight=False)
        console.print(f"    {command}", highlight=False, markup=False, soft_wrap=True)


def show_restart(console: Console, controller: Controller) -> None:
    """Say that the controller is gone, and how to have it back."""
    console.print("[yellow]The controller has ended; the switches go on as they were. To start it again:[/]")
    console.print(f"    {shlex.join(controller.again)}", highlight=False, markup=False, soft_wrap=True)
