"""The classes of a Nexus's object model that the emulator has: where each is in the tree, what its attributes take."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from tests.nexus import vlan_lists

Check = Callable[[str], object]
_VLAN = re.compile(r"vlan-(\d{1,5})")
_VNI = re.compile(r"vxlan-(\d{1,8})")
LONGEST_NAME = 32


class Attribute(NamedTuple):
    """What an attribute is when nobody says, and what it takes; ``check`` raises ``ValueError``."""

    default: str
    check: Check | None = None  # None: the switch alone writes it


class Kind(NamedTuple):
    """A class: its name, the relative name of its objects, the classes of their parents, its attributes.

    A relative name with ``{}`` holds the attribute ``naming``. Objects of one that is not ``creatable`` are there
    because the hardware is.
    """

    name: str
    rn: str
    parents: tuple[str, ...]
    attributes: dict[str, Attribute]
    naming: str | None = None
    creatable: bool = False

    def rn_of(self, value: str) -> str:
        """The relative name of the object that is named so."""
        return self.rn.format(value)

    def named(self, rn: str) -> str | None:
        """What the relative name names, if it is of this class."""
        if self.naming is None:
            return "" if rn == self.rn else None
        before, _, after = self.rn.partition("{}")
        return rn[len(before) : len(rn) - len(after)] if rn.startswith(before) and rn.endswith(after) else None


def choice(*values: str) -> Check:
    def check(value: str) -> None:
        if value not in values:
            raise ValueError(f"must be one of {', '.join(values)}")

    return check


def number(least: int, most: int) -> Check:
    def check(value: str) -> None:
        if not value.isdecimal() or not least <= int(value) <= most:
            raise ValueError(f"must be {least} to {most}")

    return check


def text(value: str) -> None:
    if len(value) > 254 or not value.isprintable():
        raise ValueError("must be printable, 254 characters at most")


def vlan_name(value: str) -> None:
    if len(value) > LONGEST_NAME or not value.isascii() or not value.isprintable() or set(value) & set(' "?'):
        raise ValueError(f"must be {LONGEST_NAME} characters at most, without spaces")


def vlan_number(value: str) -> int:
    """The VLAN that ``vlan-N`` names, where a VLAN may be."""
    found = _VLAN.fullmatch(value)
    if found is None or int(found[1]) not in vlan_lists.EVERY:
        raise ValueError("VLAN must be vlan-1 to vlan-4094")
    if int(found[1]) in vlan_lists.RESERVED:
        raise ValueError(f"VLAN {found[1]} is reserved for internal use")
    return int(found[1])


def vlan_encapsulation(value: str) -> None:
    vlan_number(value)


def segment_encapsulation(value: str) -> None:
    found = _VNI.fullmatch(value)
    if value != "unknown" and (found is None or not 4096 <= int(found[1]) <= 16777214):
        raise ValueError("must be unknown, or vxlan-4096 to vxlan-16777214")


def vlan_list(value: str) -> None:
    if value in ("+", "-"):
        raise ValueError("a VLAN is missing")
    vlan_lists.read(value[1:] if value[:1] in ("+", "-") else value)


_FEATURE = {"adminSt": Attribute("disabled", choice("enabled", "disabled")), "operSt": Attribute("disabled")}
_SWITCHPORT = {
    "mode": Attribute("access", choice("access", "trunk", "fex-fabric", "dot1q-tunnel", "vntag")),
    "accessVlan": Attribute("vlan-1", vlan_encapsulation),
    "nativeVlan": Attribute("vlan-1", vlan_encapsulation),
    "trunkVlans": Attribute("1-4094", vlan_list),
    "adminSt": Attribute("up", choice("up", "down")),
    "descr": Attribute("", text),
    "layer": Attribute("Layer2", choice("Layer2", "Layer3")),
    "mtu": Attribute("1500", number(576, 9216)),
    "userCfgdFlags": Attribute("none", text),
}
_OPERATIONAL = {"operSt": Attribute("down"), "operMode": Attribute("access"), "operVlans": Attribute("")}
SWITCHPORTS = ("mode", "accessVlan", "nativeVlan", "trunkVlans")

KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "topSystem",
            "sys",
            (),
            {"name": Attribute("nexus", text), "version": Attribute("10.2(5)"), "serial": Attribute("FDO00000001")},
        ),
        Kind("eqptCh", "ch", ("topSystem",), {"descr": Attribute("Nexus9000 C93180YC-FX Chassis")}),
        Kind("bdEntity", "bd", ("topSystem",), {}),
        Kind(
            "l2BD",
            "bd-[{}]",
            ("bdEntity",),
            {
                "fabEncap": Attribute("", vlan_encapsulation),
                "accEncap": Attribute("unknown", segment_encapsulation),
                "name": Attribute("", vlan_name),
                "adminSt": Attribute("active", choice("active", "suspend")),
                "BdOperName": Attribute(""),
                "operSt": Attribute("down"),
            },
            naming="fabEncap",
            creatable=True,
        ),
        Kind("interfaceEntity", "intf", ("topSystem",), {}),
        Kind("l1PhysIf", "phys-[{}]", ("interfaceEntity",), {"id": Attribute("", text), **_SWITCHPORT}, naming="id"),
        Kind("ethpmPhysIf", "phys", ("l1PhysIf",), _OPERATIONAL),
        Kind(
            "pcAggrIf",
            "aggr-[{}]",
            ("interfaceEntity",),
            {
                "id": Attribute("", text),
                **_SWITCHPORT,
                "pcMode": Attribute("on", choice("on", "static", "active", "passive", "mac-pin")),
            },
            naming="id",
            creatable=True,
        ),
        Kind("ethpmAggrIf", "aggrif", ("pcAggrIf",), _OPERATIONAL),
        Kind(
            "pcRsMbrIfs",
            "rsmbrIfs-[{}]",
            ("pcAggrIf",),
            {"tDn": Attribute("", text), "forced": Attribute("no", choice("yes", "no"))},
            naming="tDn",
            creatable=True,
        ),
        Kind("vpcEntity", "vpc", ("topSystem",), {}),
        Kind("vpcInst", "inst", ("vpcEntity",), {}, creatable=True),
        Kind("vpcDom", "dom", ("vpcInst",), {"id": Attribute("1", number(1, 1000))}, creatable=True),
        Kind("vpcKeepalive", "keepalive", ("vpcDom",), {"destIp": Attribute("", text)}, creatable=True),
        Kind("vpcPeerLink", "peerlink", ("vpcKeepalive",), {"id": Attribute("", text)}, creatable=True),
        Kind("vpcIf", "if-[{}]", ("vpcDom",), {"id": Attribute("", number(1, 16384))}, naming="id", creatable=True),
        Kind("vpcRsVpcConf", "rsvpcConf", ("vpcIf",), {"tDn": Attribute("", text)}, creatable=True),
        Kind("fmEntity", "fm", ("topSystem",), {}),
        Kind("fmNxapi", "nxapi", ("fmEntity",), {**_FEATURE, "adminSt": Attribute("enabled", choice("enabled"))}),
        Kind("fmVpc", "vpc", ("fmEntity",), _FEATURE),
        Kind("fmVnSegment", "vnsegment", ("fmEntity",), _FEATURE),
    )
}
