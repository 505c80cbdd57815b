"""What runs in a lab, as a JSON document for scripts."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from weft.apps.lab.controller import Controller
from weft.apps.lab.errors import LabError
from weft.apps.lab.footprint import Footprint
from weft.topologies.fabric import End, Fabric

_SEGMENT = ("name", "id", "project", "transport", "segmentation_id")


def describe(
    fabric: Fabric,
    footprint: Footprint,
    controller: Controller,
    segments: Iterable[Mapping[str, Any]],
    processes: Mapping[str, int],
    ofports: Mapping[str, int],
) -> dict[str, Any]:
    """The document. ``segments`` are the controller's own words; port numbers are those that Open vSwitch gave."""

    def place(end: End) -> list[Any]:
        return [end.switch, ofports[end.interface]]

    segment_by_name = {segment["name"]: segment for segment in segments}
    return {
        "controller": {
            "pid": controller.pid,
            "rest": controller.rest,
            "neutron": controller.neutron,
            "token_file": str(controller.token_file),
            "openflow": controller.openflow,
            "store": str(controller.store),
            "log": str(controller.log),
            "command": controller.again,
        },
        "switches": [{"name": switch.name, "dpid": f"{switch.dpid:016x}"} for switch in fabric.switches],
        "links": [
            {
                "a": place(cable.a),
                "b": place(cable.b),
                "a_interface": cable.a.interface,
                "b_interface": cable.b.interface,
            }
            for cable in fabric.cables
        ],
        "segments": [{name: segment[name] for name in _SEGMENT} for segment in segment_by_name.values()],
        "hosts": [
            {
                "name": host.name,
                "pid": processes[host.name],
                "interface": host.interface,
                "mac": host.mac,
                "ip4": host.ip4,
                "segment": segment_by_name[host.tenant]["id"],
                "port": host.name,
                "vif": host.interface,
                "switch": host.at.switch,
                "ofport": ofports[host.at.interface],
                "switch_interface": host.at.interface,
            }
            for host in fabric.hosts
        ],
        "lab": {
            "pid": os.getpid(),
            "netns": footprint.netns,
            "directory": str(footprint.directory),
            "ovs": {"rundir": str(footprint.rundir), "db": f"unix:{footprint.rundir}/db.sock"},
        },
    }


def forget(path: Path) -> None:
    """Remove what an earlier lab wrote there, so that a script can wait for the file to appear."""
    if not path.parent.is_dir():
        raise LabError(f"There is no directory {path.parent} to write {path.name} to.")
    if path.is_dir():
        raise LabError(f"{path} is a directory; name a file for the description.")
    if path.is_file():
        path.unlink()


def write(path: Path, document: Mapping[str, Any]) -> None:
    """Write the document in one go: who finds the file finds all of it."""
    text = json.dumps(document, indent=2) + "\n"
    if path.exists() and not path.is_file():  # a terminal or a pipe
        path.write_text(text)
        return
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(text)
    draft.replace(path)
