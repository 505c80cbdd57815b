"""What a Nexus refuses beyond the shape of its objects, and what it works out of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.nexus import vlan_lists
from tests.nexus.classes import KINDS, SWITCHPORTS, vlan_number

if TYPE_CHECKING:
    from tests.nexus.tree import Object, Tree

INTERFACES = {"l1PhysIf": "ethpmPhysIf", "pcAggrIf": "ethpmAggrIf"}


def posted(found: Object, name: str, value: str) -> str:
    """What an attribute is when that was posted: ``+20`` adds to the VLANs of a trunk, ``-20`` takes away."""
    if name != "trunkVlans":
        return value
    if value[:1] not in ("+", "-"):
        return vlan_lists.write(vlan_lists.read(value))
    before, named = vlan_lists.read(found.attributes[name]), vlan_lists.read(value[1:])
    return vlan_lists.write(before | named if value[0] == "+" else before - named)


def made(tree: Tree, one: Object) -> None:
    """An object is there now."""
    match one.kind.name:
        case "l2BD":
            one.attributes["BdOperName"] = f"VLAN{vlan_number(one.attributes['fabEncap']):04d}"
        case "l1PhysIf" | "pcAggrIf":
            tree._make(one, KINDS[INTERFACES[one.kind.name]], "")
        case "pcRsMbrIfs":
            member = tree.at(one.attributes["tDn"])
            if member is None or member.kind.name != "l1PhysIf":
                raise ValueError(f"{one.attributes['tDn']} is no interface that can be in a channel")
        case "vpcInst":
            if tree.need("sys/fm/vpc").attributes["adminSt"] != "enabled":
                raise ValueError("feature vpc is not enabled")


def changed(tree: Tree, one: Object, before: dict[str, str]) -> None:
    """Attributes of an object have been posted."""
    now = one.attributes
    if one.kind.name == "l2BD":
        if now["fabEncap"] == "vlan-1" and (now["name"] != before["name"] or now["adminSt"] != "active"):
            raise ValueError("VLAN 1 cannot be changed")
        others = [bd for bd in tree.of_class("l2BD") if bd is not one]
        if now["name"] and any(bd.attributes["name"] == now["name"] for bd in others):
            raise ValueError(f"VLAN name {now['name']} is in use by another VLAN")
        if now["accEncap"] != "unknown":
            if tree.need("sys/fm/vnsegment").attributes["adminSt"] != "enabled":
                raise ValueError("feature vn-segment-vlan-based is not enabled")
            if any(bd.attributes["accEncap"] == now["accEncap"] for bd in others):
                raise ValueError(f"vn-segment {now['accEncap']} is in use by another VLAN")
        now["BdOperName"] = now["name"] or f"VLAN{vlan_number(now['fabEncap']):04d}"
    elif one.kind.name in INTERFACES and any(now[name] != before[name] for name in SWITCHPORTS):
        if now["layer"] != "Layer2":
            raise ValueError(f"{now['id']} is not a switchport")
        if one.kind.name == "l1PhysIf" and channel_of(tree, one) is not None:
            raise ValueError(f"{now['id']} is in a port channel, and takes its VLANs from there")


def removed(tree: Tree, one: Object) -> None:
    """An object is about to be gone."""
    if one.kind.name == "l2BD" and one.attributes["fabEncap"] == "vlan-1":
        raise ValueError("VLAN 1 cannot be deleted")


def channel_of(tree: Tree, interface: Object) -> Object | None:
    """The port channel that the interface is in."""
    for member in tree.of_class("pcRsMbrIfs"):
        if member.attributes["tDn"] == interface.dn:
            return member.parent
    return None


def settle(tree: Tree) -> None:
    """Work out what is operational, after a change."""
    vlans = {
        vlan_number(bd.attributes["fabEncap"]) for bd in tree.of_class("l2BD") if bd.attributes["adminSt"] == "active"
    }
    for bd in tree.of_class("l2BD"):
        bd.attributes["operSt"] = "up" if bd.attributes["adminSt"] == "active" else "down"
    for interface in tree.of_class(*INTERFACES):
        operational = interface.children[KINDS[INTERFACES[interface.kind.name]].rn].attributes
        untagged, tagged = carried(interface, vlans)
        up = interface.attributes["adminSt"] == "up" and interface.dn not in tree.unplugged
        operational["operSt"] = "up" if up else "down"
        operational["operMode"] = interface.attributes["mode"]
        operational["operVlans"] = vlan_lists.write(tagged | ({untagged} if untagged is not None else set()))
    for feature in tree.of_class("fmNxapi", "fmVpc", "fmVnSegment"):
        feature.attributes["operSt"] = feature.attributes["adminSt"]


def carried(interface: Object, vlans: set[int]) -> tuple[int | None, frozenset[int]]:
    """The VLAN that is on the interface without a tag, and those with one, of those that there are."""
    now = interface.attributes
    if now["layer"] != "Layer2":
        return None, frozenset()
    if now["mode"] == "access":
        access = vlan_number(now["accessVlan"])
        return (access if access in vlans else None), frozenset()
    if now["mode"] != "trunk":
        return None, frozenset()
    allowed, native = vlan_lists.read(now["trunkVlans"]) & vlans, vlan_number(now["nativeVlan"])
    return (native if native in allowed else None), frozenset(allowed - {native})
