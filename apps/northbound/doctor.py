"""``/v1/doctor``: what is wrong, or may be, how bad it is, and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

import falcon

from weft.apps.northbound.views import datapath_text
from weft.controller.model.facts import Claim, Link, Port
from weft.controller.service import Service

Severity = Literal["error", "warning"]
STALE_CACHE = ("3.1.0", "3.1.1", "3.1.2")  # of Open vSwitch; fixed in 3.1.3 by commit 21410ff80 of openvswitch/ovs


class Finding(NamedTuple):
    """Something that somebody should know: an error when what was asked for does not work."""

    severity: Severity
    about: str
    what: str
    do: str


def findings(service: Service) -> list[Finding]:
    """``findings(service)`` returns all that there is to say, errors first; nothing is wrong when it is empty."""
    checks = (_faults, _switches, _software, _unknown, _ports, _unchecked, _links, _claims)
    found = [finding for check in checks for finding in check(service)]
    return sorted(found, key=lambda finding: finding.severity == "warning")


def _faults(service: Service) -> Iterator[Finding]:
    for complaint in service.compiler.complaints():
        yield Finding("error", "controller", complaint, "This is a fault in Weft or in an extension of it. Report it.")


def _switches(service: Service) -> Iterator[Finding]:
    for switch in service.network.of_kind("switch"):
        about = f"switch {switch.id}"
        state = service.switch_state(str(switch.id))
        if not state.connected:
            what = "It is not connected, and goes on with what it has."
            yield Finding("error", about, what, "See that it runs and has this controller: ovs-vsctl get-controller.")
            continue
        for problem in state.problems:
            do = f"See `weft flows {switch.id}` and the switch's log; it is offered again with the next audit."
            yield Finding("error", about, f"It has {problem}.", do)
        if not (state.settled or state.problems):
            what = "It has not acknowledged yet all that it should hold."
            yield Finding("warning", about, what, f"Look again in a moment: `weft switch show {switch.id}`.")


def _software(service: Service) -> Iterator[Finding]:
    for switch in service.network.of_kind("switch"):
        software = service.software(str(switch.id)) or ""
        version = re.fullmatch(r"Open vSwitch (\d+\.\d+\.\d+)\b.*", software)
        if version is not None and version[1] in STALE_CACHE:
            yield Finding(
                "warning",
                f"switch {switch.id}",
                f"{software} can treat frames by a flow that it holds no longer, where the bridge has "
                "datapath_type=netdev.",
                "Upgrade to 3.1.3 or later. Until then, run `ovs-appctl revalidator/purge` after changes.",
            )


def _unknown(service: Service) -> Iterator[Finding]:
    for dpid, address in service.unknown_switches():
        what = f"It is connected from {address}, the model does not know it, and it is told nothing."
        do = f"If it is yours: `weft switch create NAME --dpid {datapath_text(dpid)}`."
        yield Finding("warning", f"datapath {datapath_text(dpid)}", what, do)


def _ports(service: Service) -> Iterator[Finding]:
    for port in service.network.of_kind("port"):
        status = service.port_status(str(port.id))
        if status.state == "ERROR":
            yield Finding("error", f"port {port.id}", f"{status.reason}.", f"See `weft port show {port.id}`.")


def _unchecked(service: Service) -> Iterator[Finding]:
    for port in service.network.of_kind("port"):
        segment = service.network.segment(port.segment) if isinstance(port, Port) else None
        if isinstance(port, Port) and segment is not None and (port.security or segment.security) == "none":
            what = "Its security is none: its VIF may send frames with anybody's addresses."
            yield Finding("warning", f"port {port.id}", what, f"`weft port update {port.id} --security mac`, or more.")


def _links(service: Service) -> Iterator[Finding]:
    for link in service.network.of_kind("link"):
        if isinstance(link, Link) and link.admin_up and not service.link_up(link.id):
            ends = [service.network.interface(end) for end in (link.a, link.b)]
            dead = [
                f"{end.interface} of {end.switch}"
                for end, interface in zip((link.a, link.b), ends, strict=True)
                if interface is None or not interface.up
            ]
            do = f"See to the cable, or take the link out: `weft link delete {link.id}`."
            yield Finding("warning", f"link {link.id}", f"It is down: {' and '.join(dead)} has no carrier.", do)


def _claims(service: Service) -> Iterator[Finding]:
    for claim in service.network.of_kind("claim"):
        if isinstance(claim, Claim) and claim.outcome == "refused":
            what = f"It claims port {claim.port}, and was refused: {claim.field}: {claim.rule}."
            do = "Set the interface's external_ids right, or the port."
            yield Finding("warning", f"interface {claim.id.interface} of {claim.id.switch}", what, do)


class Doctor:
    """What is wrong."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """The findings, errors first."""
        resp.media = {"findings": [finding._asdict() for finding in findings(self._service)]}
