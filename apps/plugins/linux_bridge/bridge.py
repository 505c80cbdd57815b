"""A bridge of the kernel, by netlink: read as items, and written."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pyroute2 import IPRoute
from pyroute2.netlink.exceptions import NetlinkError

from weft.apps.plugins.linux_bridge.items import BARE, Bridge, Item, Known, Member, Settings, Vlan

# In the order in which they can be set: what a new interface is in can be changed while VLANs are not looked at alone.
BRIDGE = Bridge(
    (
        ("vlan_default_pvid", 0),  # a new interface is in no VLAN
        ("vlan_protocol", 0x8100),
        ("vlan_filtering", 1),
        ("mcast_snooping", 0),  # a frame for many goes to all, whoever has said that he listens
        ("stp_state", 0),  # the fabric's trees have no loops
        ("group_fwd_mask", 0),  # what is for bridges alone ends here
        ("up", 1),
    )
)
# Nothing is learned: where an address is, rules of nftables say at each interface.
MEMBER: Settings = (
    ("learning", 0),
    ("unicast_flood", 1),
    ("mcast_flood", 1),
    ("bcast_flood", 1),
    ("mode", 0),  # hairpin
    ("guard", 0),
    ("protect", 0),
    ("isolated", 0),
    ("neigh_suppress", 0),
    ("proxyarp", 0),
    ("vlan_tunnel", 0),
    ("locked", 0),
)
NUD_PERMANENT, NTF_MASTER = 0x80, 0x04  # of linux/neighbour.h
UNTOUCHED: Settings = (("learning", 1), *MEMBER[1:])


class Ports(NamedTuple):
    """A bridge in the kernel, and its interfaces: their numbers by name, and whether each has carrier."""

    number: int
    numbers: Mapping[str, int]
    carriers: Mapping[str, bool]
    items: tuple[Item, ...]  # but for VLANs


def ports(kernel: IPRoute, name: str) -> Ports | None:
    """The bridge of that name; None where there is none."""
    links = list(kernel.get_links())
    bridge = next((link for link in links if link.get_attr("IFLA_IFNAME") == name and _kind(link) == "bridge"), None)
    if bridge is None:
        return None
    ours = [link for link in links if link.get_attr("IFLA_MASTER") == bridge["index"]]
    data = bridge.get_nested("IFLA_LINKINFO", "IFLA_INFO_DATA")
    said = {setting: data.get_attr(f"IFLA_BR_{setting.upper()}") for setting, _ in BRIDGE.settings}
    said["up"] = bridge["flags"] & 1
    found: list[Item] = [Bridge(_compared(said, BRIDGE.settings))]
    for link in ours:
        treated = link.get_nested("IFLA_LINKINFO", "IFLA_INFO_SLAVE_DATA")
        flags = {flag: treated.get_attr(f"IFLA_BRPORT_{flag.upper()}") for flag, _ in MEMBER} if treated else {}
        settings = _compared(flags, MEMBER)
        if settings != UNTOUCHED:
            found.append(Member(link.get_attr("IFLA_IFNAME"), settings))
    return Ports(
        bridge["index"],
        {link.get_attr("IFLA_IFNAME"): link["index"] for link in ours},
        {link.get_attr("IFLA_IFNAME"): bool(link.get_attr("IFLA_CARRIER")) for link in ours},
        tuple(found),
    )


def vlans(kernel: IPRoute, name: str, there: Ports) -> Iterator[Vlan]:
    """The VLANs of the bridge's interfaces, and of the bridge itself, which should have none."""
    names = {number: interface for interface, number in there.numbers.items()} | {there.number: name}
    for link in kernel.get_vlans():
        spec = link.get_attr("IFLA_AF_SPEC")
        if link["index"] in names and spec is not None:
            for said in spec.get_attrs("IFLA_BRIDGE_VLAN_INFO"):
                yield Vlan(names[link["index"]], said["vid"], said["flags"] & BARE)


def known(kernel: IPRoute, there: Ports) -> Iterator[Known]:
    """The MACs that the bridge has learned, or was told of. Those of the interfaces themselves are none of them."""
    names = {number: interface for interface, number in there.numbers.items()}
    for entry in kernel.fdb("dump"):
        if entry["ifindex"] in names and entry.get_attr("NDA_MASTER") and not entry["state"] & NUD_PERMANENT:
            yield Known(names[entry["ifindex"]], entry.get_attr("NDA_VLAN") or 0, entry.get_attr("NDA_LLADDR"))


def forget(kernel: IPRoute, there: Ports, one: Known) -> None:
    """Let the bridge not know that MAC any more."""
    vlan = {"vlan": one.vid} if one.vid else {}
    kernel.fdb("del", ifindex=_number(there, one.interface), lladdr=one.mac, flags=NTF_MASTER, **vlan)


def make(kernel: IPRoute, name: str, there: Ports | None) -> None:
    """Let the bridge be there, and be set as it should be. It is down while what it keeps apart is changed."""
    if there is None:
        kernel.link("add", ifname=name, kind="bridge")
        there = ports(kernel, name)
        assert there is not None
    now = next(dict(item.settings) for item in there.items if isinstance(item, Bridge))
    wanted = dict(BRIDGE.settings)
    if now["vlan_default_pvid"] or not now["vlan_filtering"]:
        kernel.link("set", index=there.number, state="down")
        kernel.link("set", index=there.number, kind="bridge", br_vlan_filtering=0)
        now["vlan_filtering"] = now["up"] = 0
    for setting, value in wanted.items():
        if now[setting] != value and setting != "up":
            kernel.link("set", index=there.number, kind="bridge", **{f"br_{setting}": value})
    if not now["up"]:
        kernel.link("set", index=there.number, state="up")


def treat(kernel: IPRoute, there: Ports, member: Member) -> None:
    """Let the bridge treat an interface so."""
    kernel.brport("set", index=_number(there, member.interface), **dict(member.settings))


def let(kernel: IPRoute, name: str, there: Ports, vlan: Vlan, be: bool) -> None:
    """Let the interface be in the VLAN, or not."""
    if vlan.interface == name:
        number, to = there.number, {"vlan_flags": "self"}
    else:
        number, to = _number(there, vlan.interface), {}
    info: dict[str, Any] = {"vid": vlan.vid}
    if be and vlan.flags == BARE:
        info["flags"] = ["pvid", "untagged"]
    kernel.vlan_filter("add" if be else "del", index=number, vlan_info=info, **to)


def words(error: NetlinkError) -> str:
    """What the kernel said."""
    return f"the kernel: {os.strerror(error.code)}"


def _number(there: Ports, interface: str) -> int:
    if interface not in there.numbers:
        raise NetlinkError(errno.ENODEV)
    return there.numbers[interface]


def _compared(said: Mapping[str, int | None], wanted: Settings) -> Settings:
    """What is set. What this kernel does not know is as it should be."""
    return tuple(
        (setting, value if said.get(setting) is None else int(said[setting] or 0)) for setting, value in wanted
    )


def _kind(link: Any) -> str | None:
    info = link.get_attr("IFLA_LINKINFO")
    return info.get_attr("IFLA_INFO_KIND") if info is not None else None
