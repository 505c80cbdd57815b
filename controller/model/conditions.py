"""Conditions that several commands share: each raises a ``Refusal`` that names the field and the rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from weft.controller.model.commands import Refusal
from weft.controller.model.facts import Endpoint, Key, Link, Port, Switch, Vif
from weft.controller.model.network import Network
from weft.controller.model.rules import Malformed

LOCAL_MEMBERS = 800


def made(kind: type[Any], given: Mapping[str, Any], **more: Any) -> Any:
    """The fact, or a refusal that names the field that is malformed or missing."""
    try:
        return kind(**given, **more)
    except Malformed as error:
        raise Refusal("malformed", error.field, error.rule) from None
    except TypeError:
        missing = [f.name for f in fields(kind) if f.name not in given and f.name not in more]
        wanted = next(n for n in missing if n in ("id", "name", "project", "segment", "port", "mac", "dpid", "a", "b"))
        raise Refusal("malformed", wanted, f"a {kind.kind} needs one") from None


def found(fact: Any, name: str, id: object, field: str | None = None) -> Any:
    """The fact that was looked up, or a refusal that says what there is none of, and which field named it."""
    if fact is None:
        raise Refusal("not-found", field or name, f"there is no {name} {id!r}")
    return fact


def check_location(network: Network, vif: Vif, leaving: str | None = None) -> None:
    """A VIF is at an interface of a known switch that is not a fabric interface, and alone there.

    The VIF ``leaving`` is on its way from there.
    """
    location = vif.location
    if location is None:
        return
    switch = found(network.switch(location.switch), "switch", location.switch)
    if location.interface in switch.fabric_interfaces:
        raise Refusal("conflict", "interface", f"{location.interface} of {switch.id} is a fabric interface")
    other = network.vif_at(location)
    if other is not None and other not in (vif.id, leaving):
        raise Refusal("conflict", "interface", f"VIF {other!r} is at {location.interface} of {switch.id}")


def check_kind(port: Port, vif: Vif) -> None:
    """A port takes the kinds of VIF that it names, and where it names none, every kind."""
    if port.vif_kinds and vif.vif_kind not in port.vif_kinds:
        rule = f"port {port.id!r} takes {', '.join(port.vif_kinds)}, and VIF {vif.id!r} is of kind {vif.vif_kind}"
        raise Refusal("conflict", "vif_kinds", rule, names=[Key("vif", vif.id)])


def check_bound_kind(network: Network, before: Vif, after: Vif) -> None:
    """Who has accepted an offer for one kind of VIF stays of that kind."""
    if after.vif_kind != before.vif_kind:
        for port in sorted(network.ports_bound_to(before.id)):
            rule = f"VIF {before.id!r} has accepted the offer of port {port!r} as {before.vif_kind}"
            raise Refusal("conflict", "vif_kind", rule)


def check_mac(
    network: Network, port: Port, vif: Vif, *, segments: Iterable[str] | None = None, emptied: str | None = None
) -> None:
    """A VIF's MAC is its alone on each segment of the port (or on those named); elsewhere it may be again.

    The port ``emptied`` is losing its VIF.
    """
    for segment in port.segments if segments is None else segments:
        where = "this segment" if segment == port.segment else f"segment {segment!r}"
        other = network.port_of_mac(segment, vif.mac)
        if other is not None and other not in (port.id, emptied):
            attachment = network.attachment(other)
            seated = network.vif(attachment.vif) if attachment is not None else None
            at = f" at {seated.interface} of {seated.switch}" if seated is not None and seated.location else ""
            rule = f"{vif.mac} is on {where} already, in port {other!r}"
            raise Refusal("conflict", "mac", rule, names=[Key("port", other), *_keys(seated)], hint=at)
        sharers = (sharer for sharer in network.addresses(segment).sharers(vif.mac) if sharer != port.id)
        sharer = next(sharers, None)
        if sharer is not None:
            rule = f"{vif.mac} is among the allowed addresses of port {sharer!r} on {where}"
            raise Refusal("conflict", "mac", rule, names=[Key("port", sharer)])


def _keys(vif: Vif | None) -> list[Key]:
    return [Key("vif", vif.id)] if vif is not None else []


def check_room(network: Network, segments: Iterable[str], switch: str | None) -> None:
    """A flow-mod has 64 KiB, and the list of a broadcast's receivers on one switch must fit into one."""
    for segment in segments if switch is not None else ():
        if network.count_local(segment, switch or "") >= LOCAL_MEMBERS:
            rule = f"{switch} has {LOCAL_MEMBERS} VIFs of segment {segment!r}"
            raise Refusal("exhausted", "switch", f"{rule}, and more do not fit into a list of receivers")


def check_switch(network: Network, switch: Switch) -> None:
    """A datapath id is one switch's, no VIF sits at a fabric interface, and no link loses its end."""
    other = network.switch_of_dpid(switch.dpid) if switch.dpid is not None else None
    if other is not None and other != switch.id:
        raise Refusal("conflict", "dpid", f"{switch.dpid:016x} is switch {other!r}")
    for name in switch.fabric_interfaces:
        vif = network.vif_at(Endpoint(switch.id, name))
        if vif is not None:
            raise Refusal("conflict", "fabric_interfaces", f"VIF {vif!r} is at {name} of {switch.id}")
    before = network.switch(switch.id)
    for name in set(before.fabric_interfaces) - set(switch.fabric_interfaces) if before is not None else ():
        link = network.link_at(Endpoint(switch.id, name))
        if link is not None:
            raise Refusal("conflict", "fabric_interfaces", f"link {link!r} ends at {name}")


def check_link(network: Network, link: Link) -> None:
    """A link joins two fabric interfaces that no other link ends at."""
    for name, end in (("a", link.a), ("b", link.b)):
        switch = found(network.switch(end.switch), "switch", end.switch)
        if end.interface not in switch.fabric_interfaces:
            raise Refusal("conflict", name, f"{end.interface} is not among the fabric_interfaces of {switch.id}")
        other = network.link_at(end)
        if other is not None and other != link.id:
            raise Refusal("conflict", name, f"link {other!r} ends at {end.interface} of {end.switch}")
