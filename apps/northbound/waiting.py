"""``wait=active``: the answer comes when the switches have acknowledged, or patience ends. Nobody else waits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from http import HTTPStatus
from time import monotonic
from typing import Literal, NamedTuple

import eventlet
import falcon

from weft.apps.northbound.problems import Problem, malformed
from weft.controller.model.facts import Fact, Port, Segment, Vif
from weft.controller.service import Service
from weft.controller.sight import Sight

PATIENCE = 15.0  # seconds, unless somebody says how many
MOST_PATIENCE = 120.0
_SECONDS = re.compile(r"\d{1,3}(\.\d{1,3})?", re.ASCII)
_FIRST_NAP, _LONGEST_NAP = 0.002, 0.05
_HOPELESS = ("the port is administratively down", "the segment is administratively down", "no VIF is plugged in")


class Waited(NamedTuple):
    """How far the switches have come with what was asked for, and why no further."""

    state: Literal["active", "build", "down", "error"]
    reason: str = ""

    def __str__(self) -> str:
        """As a header says it: in ASCII."""
        text = f"{self.state}; {self.reason}" if self.reason else self.state
        return text.encode("ascii", "backslashreplace").decode()


def asked(req: falcon.Request) -> float | None:
    """``asked(req)`` returns the seconds that somebody will wait; None: not at all. Raises a 400 ``Problem``."""
    wanted, text = req.get_param("wait"), req.get_param("timeout")
    if wanted not in (None, "active"):
        raise malformed("must be active", "wait")
    if text is None:
        return PATIENCE if wanted else None
    if not _SECONDS.fullmatch(text) or not 0 < float(text) <= MOST_PATIENCE:
        raise malformed(f"must be a number of seconds, more than 0 and at most {MOST_PATIENCE:g}", "timeout")
    if wanted is None:
        return None
    if float(text) > PATIENCE and not req.env.get("weft.stay", lambda: True)():
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "too many others wait that long", field="timeout")
    return float(text)


def wait(service: Service, sight: Sight, facts: Iterable[Fact | None], patience: float) -> Waited:
    """``wait(service, sight, facts, seconds)`` returns when no more is to be expected of the switches, or of time.

    It is about the ports in sight that the facts concern; where that is none, about everything that the switches
    should hold.
    """
    end, nap = monotonic() + patience, _FIRST_NAP
    ports = sorted(port for port in set(_ports(service, facts)) if sight.port(port) is not None)
    while True:
        reached = _of_ports(service, ports) if ports else _of_switches(service)
        if reached.state in ("active", "error") or reached.reason.endswith(_HOPELESS) or monotonic() >= end:
            return reached
        eventlet.sleep(min(nap, max(end - monotonic(), 0)))
        nap = min(nap * 1.5, _LONGEST_NAP)


def _ports(service: Service, facts: Iterable[Fact | None]) -> Iterator[str]:
    """The ports that the facts concern."""
    for fact in facts:
        match fact:
            case Port():
                yield fact.id
            case Vif():
                port = service.network.port_of_vif(fact.id)
                if port is not None:
                    yield port
            case Segment():
                yield from service.network.ports_of(fact.id)


def _of_ports(service: Service, ports: Sequence[str]) -> Waited:
    """The worst of these ports: one in error, one that is under way, one that is down; those that are gone are done."""
    worst = Waited("active")
    for number, port in enumerate(ports, 1):
        if number % 50 == 0:
            eventlet.sleep(0)
        if service.network.port(port) is None:
            continue
        state, reason = service.port_status(port)
        about = f"port {port}: {reason}"
        if state == "ERROR":
            return Waited("error", about)
        if state == "BUILD" or (state == "DOWN" and worst.state == "active"):
            worst = Waited("build" if state == "BUILD" else "down", about)
    return worst


def _of_switches(service: Service) -> Waited:
    """Whether every switch that is connected has acknowledged all that it should hold."""
    if not service.compiled:
        return Waited("build", "the change is being compiled")
    for switch in service.network.of_kind("switch"):
        state = service.switch_state(str(switch.id))
        if state.problems:
            return Waited("error", f"switch {switch.id} has {state.problems[0]}")
        if state.connected and not state.settled:
            return Waited("build", f"switch {switch.id} has not acknowledged it yet")
    return Waited("active")
