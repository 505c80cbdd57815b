"""The fabric: switches, the links between them, and what switches say of their interfaces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from weft.controller.model.rules import (
    Malformed,
    check_choice,
    check_flag,
    check_name,
    check_names,
    check_range,
    check_text,
)

ORIGINS = ("declared", "discovered")
SWITCH_NUMBERS = range(1, 1 << 16)
LAST_OFPORT = 0xFFFFFEFF  # OFPP_MAX is 0xffffff00 (OpenFlow 1.4, section 7.2.1)


class Endpoint(NamedTuple):
    """One end of a link: an interface of a switch, both by name."""

    switch: str
    interface: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """A switch of the fabric, known by name. ``fabric_interfaces`` lead to other switches, never to a VIF.

    ``plugin`` names who realises it; ``dpid`` is its datapath id, where it is one that has any.
    """

    kind: ClassVar[str] = "switch"
    id: str
    number: int
    dpid: int | None = None
    plugin: str = "openvswitch"
    fabric_interfaces: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    description: str = ""
    revision: int = 0

    def __post_init__(self) -> None:
        check_name("id", self.id)
        check_range("number", self.number, SWITCH_NUMBERS)
        if self.dpid is not None:
            check_range("dpid", self.dpid, range(1, 1 << 64))
        check_name("plugin", self.plugin)
        check_names("fabric_interfaces", self.fabric_interfaces)
        check_names("tags", self.tags)
        check_text("description", self.description)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A cable between two fabric interfaces, declared by somebody or discovered by LLDP."""

    kind: ClassVar[str] = "link"
    id: str
    a: Endpoint
    b: Endpoint
    admin_up: bool = True
    origin: str = "declared"
    revision: int = 0

    def __post_init__(self) -> None:
        for field, end in (("a", self.a), ("b", self.b)):
            check_name(f"{field}.switch", end.switch)
            check_name(f"{field}.interface", end.interface)
        if self.a.switch == self.b.switch:
            raise Malformed("b.switch", "a link joins two different switches")
        check_flag("admin_up", self.admin_up)
        check_choice("origin", self.origin, ORIGINS)
        if self.id != link_id(self.a, self.b):
            raise Malformed("id", f"the id of this link is {link_id(self.a, self.b)!r}")


def link_id(a: Endpoint, b: Endpoint) -> str:
    """The id of the link between two interfaces, the same whichever end is named first.

    >>> link_id(Endpoint("s2", "eth1"), Endpoint("s1", "eth3"))
    's1:eth3~s2:eth1'
    """
    return "~".join(f"{end.switch}:{end.interface}" for end in sorted((a, b)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """What a switch said last of one of its interfaces: its OpenFlow port number, and whether it has carrier."""

    kind: ClassVar[str] = "interface"
    id: Endpoint
    ofport: int
    up: bool = True
    revision: int = 0

    def __post_init__(self) -> None:
        check_flag("up", self.up)
        check_range("ofport", self.ofport, range(1, LAST_OFPORT + 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What an interface says itself: for which port it is, with which MAC. And what came of it.

    ``field`` and ``rule`` say why it was refused. ``located`` says that the VIF is there because of this claim.
    """

    kind: ClassVar[str] = "claim"
    id: Endpoint
    port: str
    mac: str
    vif_kind: str
    project: str | None = None
    device: str = ""
    outcome: str
    field: str = ""
    rule: str = ""
    located: bool = False
    revision: int = 0

    def __post_init__(self) -> None:
        check_name("switch", self.id.switch)
        check_name("interface", self.id.interface)
        for said in ("port", "mac", "vif_kind", "device", "field", "rule"):
            check_text(said, getattr(self, said))
        if self.project is not None:
            check_text("project", self.project)
        check_choice("outcome", self.outcome, ("granted", "refused"))
        check_flag("located", self.located)
