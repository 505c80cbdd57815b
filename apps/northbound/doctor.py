"""``/v1/doctor``: what is wrong, or may be, how bad it is, and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar, Literal, NamedTuple

import falcon

from weft.apps.northbound.description.operations import Answer, Operation, Operations
from weft.apps.northbound.description.shown import Findings
from weft.apps.northbound.seeing import measured_ports, sight_of
from weft.apps.northbound.spelling import datapath_text
from weft.controller.model.facts import Claim, Link, Port, Switch
from weft.controller.model.promotion import REAL
from weft.controller.model.visibility import NOBODYS
from weft.controller.service import Service
from weft.controller.sight import Sight

Severity = Literal["error", "warning"]
NAMED = 5  # switches, where more have the same
STALE_CACHE = ("3.1.0", "3.1.1", "3.1.2")  # of Open vSwitch; fixed in 3.1.3 by commit 21410ff80 of openvswitch/ovs


class Finding(NamedTuple):
    """Something that somebody should know: an error when what was asked for does not work."""

    severity: Severity
    about: str
    what: str
    do: str


def findings(service: Service, sight: Sight | None = None) -> list[Finding]:
    """``findings(service)`` returns all that there is to say, errors first; nothing is wrong when it is empty.

    With a ``sight``, what its caller may be told: of everything, or of its own ports.
    """
    sight = sight if sight is not None else service.sight()
    everything = sight.caller.may("get_doctor", NOBODYS)
    ports = list(measured_ports(sight))
    found = [*(f for check in (_ports, _unchecked, _silenced) for f in check(service, ports))]
    if everything:
        checks = (_faults, _shadows, _switches, _software, _unknown, _links, _claims)
        found += [finding for check in checks for finding in check(service)]
    return sorted(_together(found), key=lambda finding: finding.severity == "warning")


def _together(found: Iterable[Finding]) -> Iterator[Finding]:
    """What is the same of several switches is said once, where it comes first."""
    same: dict[Finding, list[str]] = {}
    for finding in found:
        kind, _, name = finding.about.partition(" ")
        if kind == "switch":
            same.setdefault(finding._replace(about=kind), []).append(name)
        else:
            same[finding] = []
    for finding, switches in same.items():
        yield finding._replace(about=_about(switches)) if switches else finding


def _about(switches: Sequence[str]) -> str:
    """One switch or several, all of them or the first few.

    >>> _about(["s1"]), _about(["s1", "s2", "s3"])
    ('switch s1', 'switches s1, s2 and s3')
    >>> _about([f"s{n}" for n in range(1, 9)])
    'switches s1, s2, s3, s4, s5 and 3 more'
    """
    if len(switches) == 1:
        return f"switch {switches[0]}"
    more = len(switches) - NAMED
    *first, last = (*switches[:NAMED], f"{more} more") if more > 0 else switches
    return f"switches {', '.join(first)} and {last}"


def _faults(service: Service) -> Iterator[Finding]:
    followed = service.shadows.running.name
    do = "This is a fault in Weft or in an extension of it. Report it."
    if followed != REAL:
        do = f"The switches follow the stages {followed!r}: mend these, or follow the real ones: `weft shadow demote`."
    for complaint in service.compiler.complaints():
        yield Finding("error", "controller", complaint, do)


def _shadows(service: Service) -> Iterator[Finding]:
    shadows = service.shadows
    if shadows.missing:
        what = f"Stages {shadows.missing!r} were promoted and are not there: the switches follow the real ones."
        yield Finding(
            "error", "controller", what, "Start it with them (--shadow), or let that be: `weft shadow demote`."
        )
    for name, why in shadows.unusable.items():
        what = f"It cannot be compiled: {why}."
        yield Finding("warning", f"shadow {name}", what, "Mend it, and start the controller again.")
    for name, shadow in shadows.by_name.items():
        wrong = [shadow.given_up] if shadow.given_up else shadow.compiler.complaints()
        for why in wrong[:1]:
            more = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
            what = f"{'It was given up: ' if shadow.given_up else ''}{why}{more}."
            yield Finding("warning", f"shadow {name}", what, f"No switch follows it. See `weft shadow show {name}`.")


def _switches(service: Service) -> Iterator[Finding]:
    for switch in service.network.of_kind("switch"):
        assert isinstance(switch, Switch)
        about = f"switch {switch.id}"
        state = service.switch_state(str(switch.id))
        if not state.connected:
            yield Finding("error", about, *_unconnected(service, switch, state.problems))
            continue
        for problem in state.problems:
            do = f"See `weft flows {switch.id}` and the switch's log; it is offered again with the next audit."
            yield Finding("error", about, f"It has {problem}.", do)
        if not (state.settled or state.problems):
            what = "It has not acknowledged yet all that it should hold."
            yield Finding("warning", about, what, f"Look again in a moment: `weft switch show {switch.id}`.")


def _unconnected(service: Service, switch: Switch, problems: Sequence[str]) -> tuple[str, str]:
    """Why a switch is not connected, and what to do about it."""
    can = service.network.capabilities_at(switch.id)
    why = f"{'; '.join(problems)}. What" if problems else "what"
    what = f"Not connected: {why} is installed stays in force."
    if can is None:
        return what, f"Start the controller with --plugins FILE that names {switch.plugin}, or take the switch out."
    if can.openflow:
        return what, "See that it runs and has this controller: ovs-vsctl get-controller."
    return what, f"See to the device, and to what --plugins says of {switch.plugin}; it is tried again all the while."


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


def _ports(service: Service, ports: Sequence[Port]) -> Iterator[Finding]:
    for port in ports:
        status = service.port_status(port.id)
        if status.state == "ERROR":
            yield Finding("error", f"port {port.id}", f"{status.reason}.", f"See `weft port show {port.id}`.")


def _unchecked(service: Service, ports: Sequence[Port]) -> Iterator[Finding]:
    for port in ports:
        if service.network.security(port) == "none":
            what = "Its security is none: its VIF may send frames with anybody's addresses."
            yield Finding("warning", f"port {port.id}", what, f"`weft port update {port.id} --security mac`, or more.")


def _silenced(service: Service, ports: Sequence[Port]) -> Iterator[Finding]:
    for port in ports:
        if service.network.attachment(port.id) is None:
            continue
        addressed = port.fixed_ips or any(allowed.prefix for allowed in port.allowed_addresses)
        if service.network.security(port) == "mac+ip" and not addressed:
            what = "Its security is mac+ip and it has no address, so it speaks from link-local addresses alone."
            do = f"`weft port update {port.id} --fixed-ip ADDRESS`, or a lower security."
            yield Finding("warning", f"port {port.id}", what, do)


def _links(service: Service) -> Iterator[Finding]:
    for link in service.network.of_kind("link"):
        if isinstance(link, Link) and link.admin_up and not service.link_up(link.id):
            ends = [service.network.interface(end) for end in (link.a, link.b)]
            dead = [
                f"{end.interface} of {end.switch}"
                for end, interface in zip((link.a, link.b), ends, strict=True)
                if interface is None or not interface.up
            ]
            has = "has" if len(dead) == 1 else "have"
            do = f"See to the cable, or take the link out: `weft link delete {link.id}`."
            yield Finding("warning", f"link {link.id}", f"It is down: {' and '.join(dead)} {has} no carrier.", do)


def _claims(service: Service) -> Iterator[Finding]:
    for claim in service.network.of_kind("claim"):
        if isinstance(claim, Claim) and claim.outcome == "refused":
            what = f"It claims port {claim.port}, and was refused: {claim.field}: {claim.rule}."
            do = "Set the interface's external_ids right, or the port."
            yield Finding("warning", f"interface {claim.id.interface} of {claim.id.switch}", what, do)


class Doctor:
    """What is wrong."""

    operations: ClassVar[Operations] = {
        "GET": Operation(
            id="list_findings",
            group="fabric",
            summary="Say what is wrong",
            doc="What is wrong or may be, how bad it is, and what to do about it. Whoever may not be told of all "
            "is told of their own ports.",
            answers={200: Answer("What was found.", Findings)},
            refusals=(403,),
        )
    }

    def __init__(self, service: Service) -> None:
        self._service = service

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """The findings, errors first."""
        resp.media = {
            "findings": [finding._asdict() for finding in findings(self._service, sight_of(self._service, req))]
        }
