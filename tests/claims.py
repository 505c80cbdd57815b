"""Interfaces that say for which port they are, and what came of it."""

from __future__ import annotations

from typing import Any

from tests.world import World
from weft.controller.model.commands import ObserveClaim
from weft.controller.model.facts import Endpoint, Vif

A, B = "02:00:00:00:00:0a", "02:00:00:00:00:0b"
NOW = 1_000
E1, E2, FAR = Endpoint("s1", "e1"), Endpoint("s1", "e2"), Endpoint("s2", "e1")
Said = tuple[str, str, str]
GRANTED = ("granted", "", "")


def claim(place: Endpoint = E1, port: str | None = "p", mac: str = A, **more: Any) -> ObserveClaim:
    """What an interface says."""
    return ObserveClaim(*place, port, mac, **({"at": NOW} | more))


def outcome(net: World, at: Endpoint = E1) -> Said | None:
    """What came of the claim of that interface: outcome, field, rule."""
    found = net.network.claim(at)
    return (found.outcome, found.field, found.rule) if found is not None else None


def refused(net: World, command: ObserveClaim) -> Said | None:
    """What came of a claim that must change nothing but itself."""
    before = [fact for fact in net.facts() if fact.kind != "claim"]
    net.do(command)
    assert [fact for fact in net.facts() if fact.kind != "claim"] == before
    return outcome(net, Endpoint(command.switch, command.interface))


def plugged(net: World, port: str = "p") -> Vif:
    """The VIF in that port."""
    attachment = net.network.attachment(port)
    found = net.network.vif(attachment.vif) if attachment is not None else None
    assert found is not None, f"nothing is in port {port}"
    return found


def empty(net: World, port: str = "p") -> bool:
    """Whether nothing is in that port."""
    return net.network.attachment(port) is None
