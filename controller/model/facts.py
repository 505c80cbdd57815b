"""The facts: frozen values that refuse to exist when malformed.

A fact is identified by its kind and its id. References between facts are ids; whether they lead anywhere is the
business of ``decide``, because a single value cannot know.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple, Union

from weft.controller.model.rules import (
    Malformed,
    check_flag,
    check_identifier,
    check_mac,
    check_name,
    check_names,
    check_range,
    check_text,
)

TRANSPORTS = ("local", "vlan")
VIF_KINDS = ("tap", "veth", "internal", "vhost-user", "dpdk", "physical", "sriov")
VLAN_IDS = range(2, 4095)
SEGMENT_NUMBERS = range(1, 1 << 24)
PORT_NUMBERS = range(1, 1 << 24)
SWITCH_NUMBERS = range(1, 1 << 16)
LAST_OFPORT = 0xFFFFFEFF  # OFPP_MAX is 0xffffff00 (OpenFlow 1.4, section 7.2.1)


class Endpoint(NamedTuple):
    """One end of a link: an interface of a switch, both by name."""

    switch: str
    interface: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """An isolated layer-2 space. ``number`` is its name inside the switches, never shown on a wire."""

    kind: ClassVar[str] = "segment"
    id: str
    number: int
    name: str
    project: str
    transport: str = "vlan"
    segmentation_id: int | None = None
    admin_up: bool = True
    mtu: int = 1500
    shared_with: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    description: str = ""
    revision: int = 0

    def __post_init__(self) -> None:
        check_identifier("id", self.id)
        check_range("number", self.number, SEGMENT_NUMBERS)
        check_name("name", self.name)
        check_name("project", self.project)
        if self.transport not in TRANSPORTS:
            raise Malformed("transport", f"must be one of {', '.join(TRANSPORTS)}, not {self.transport!r}")
        if self.transport == "vlan":
            check_range("segmentation_id", self.segmentation_id, VLAN_IDS)
        elif self.segmentation_id is not None:
            raise Malformed("segmentation_id", f"transport {self.transport!r} carries none")
        check_flag("admin_up", self.admin_up)
        check_range("mtu", self.mtu, range(68, 65536))
        check_names("shared_with", self.shared_with)
        check_names("tags", self.tags)
        check_text("description", self.description)


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """A connection point on one segment. ``number`` names it in the registers SOURCE and PORT."""

    kind: ClassVar[str] = "port"
    id: str
    number: int
    name: str
    project: str
    segment: str
    admin_up: bool = True
    tags: tuple[str, ...] = ()
    description: str = ""
    revision: int = 0

    def __post_init__(self) -> None:
        check_identifier("id", self.id)
        check_range("number", self.number, PORT_NUMBERS)
        check_name("name", self.name)
        check_name("project", self.project)
        check_identifier("segment", self.segment)
        check_flag("admin_up", self.admin_up)
        check_names("tags", self.tags)
        check_text("description", self.description)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vif:
    """The virtual interface of a machine, and where it is: an interface of a switch, or nowhere yet."""

    kind: ClassVar[str] = "vif"
    id: str
    mac: str
    name: str = ""
    project: str = "default"
    vif_kind: str = "veth"
    device: str = ""
    switch: str | None = None
    interface: str | None = None
    tags: tuple[str, ...] = ()
    description: str = ""
    revision: int = 0

    def __post_init__(self) -> None:
        check_identifier("id", self.id)
        check_mac("mac", self.mac)
        check_text("name", self.name)
        check_name("project", self.project)
        if self.vif_kind not in VIF_KINDS:
            raise Malformed("vif_kind", f"must be one of {', '.join(VIF_KINDS)}, not {self.vif_kind!r}")
        check_text("device", self.device)
        if (self.switch is None) != (self.interface is None):
            raise Malformed("interface", "a location is a switch and an interface together, or neither")
        if self.switch is not None:
            check_name("switch", self.switch)
            check_name("interface", self.interface)
        check_names("tags", self.tags)
        check_text("description", self.description)

    @property
    def location(self) -> Endpoint | None:
        """Where the VIF is, as an interface of a switch."""
        return Endpoint(self.switch, self.interface) if self.switch and self.interface else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A VIF plugged into a port: at most one VIF a port, one port a VIF. Its id is the port's."""

    kind: ClassVar[str] = "attachment"
    id: str
    vif: str
    revision: int = 0

    def __post_init__(self) -> None:
        check_identifier("id", self.id)
        check_identifier("vif", self.vif)


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """A switch of the fabric, known by name. ``fabric_interfaces`` lead to other switches, never to a VIF."""

    kind: ClassVar[str] = "switch"
    id: str
    number: int
    dpid: int
    fabric_interfaces: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    description: str = ""
    revision: int = 0

    def __post_init__(self) -> None:
        check_name("id", self.id)
        check_range("number", self.number, SWITCH_NUMBERS)
        check_range("dpid", self.dpid, range(1, 1 << 64))
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
        if self.origin not in ("declared", "discovered"):
            raise Malformed("origin", f"must be declared or discovered, not {self.origin!r}")
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
class Allocation:
    """The number given last from a pool. Numbers go round, so that one just freed is not soon given again."""

    kind: ClassVar[str] = "allocation"
    id: str
    last: int
    revision: int = 0


Fact = Union[Segment, Port, Vif, Attachment, Switch, Link, Interface, Allocation]  # noqa: UP007 (a runtime value)
FactId = str | Endpoint
KINDS: dict[str, type[Fact]] = {
    cls.kind: cls for cls in (Segment, Port, Vif, Attachment, Switch, Link, Interface, Allocation)
}


class Key(NamedTuple):
    """The identity of a fact, or of an index over facts (``local``, ``members``, ``links``)."""

    kind: str
    id: FactId | tuple[str, str]

    def __str__(self) -> str:
        return f"{self.kind} {':'.join(self.id) if isinstance(self.id, tuple) else self.id}"


def key_of(fact: Fact) -> Key:
    """The identity of a fact."""
    return Key(fact.kind, fact.id)
