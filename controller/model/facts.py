"""The facts: frozen values that refuse to exist when malformed.

A fact is identified by its kind and its id. References between facts are ids; whether they lead anywhere is the
business of ``decide``, because a single value cannot know.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple, Union

from weft.controller.model.accounts import Limit as Limit
from weft.controller.model.accounts import Quota as Quota
from weft.controller.model.accounts import Token as Token
from weft.controller.model.attributes import Attribute as Attribute
from weft.controller.model.attributes import check_notes
from weft.controller.model.fabric import LAST_OFPORT as LAST_OFPORT
from weft.controller.model.fabric import ORIGINS
from weft.controller.model.fabric import SWITCH_NUMBERS as SWITCH_NUMBERS
from weft.controller.model.fabric import Claim as Claim
from weft.controller.model.fabric import Endpoint as Endpoint
from weft.controller.model.fabric import Interface as Interface
from weft.controller.model.fabric import Link as Link
from weft.controller.model.fabric import Switch as Switch
from weft.controller.model.fabric import link_id as link_id
from weft.controller.model.promotion import Promotion as Promotion
from weft.controller.model.rules import (
    Malformed,
    check_choice,
    check_flag,
    check_identifier,
    check_label,
    check_mac,
    check_name,
    check_names,
    check_range,
    check_text,
)
from weft.controller.model.security_groups import SecurityGroup as SecurityGroup
from weft.controller.model.security_groups import check_security_groups
from weft.controller.model.subnet import Pool as Pool
from weft.controller.model.subnet import Route as Route
from weft.controller.model.subnet import Subnet as Subnet
from weft.controller.model.trait_rules import VIF_KINDS as VIF_KINDS
from weft.controller.model.trait_rules import (
    check_allowed_addresses,
    check_connect,
    check_extent,
    check_fixed_ips,
    check_isolated,
    check_limits,
    check_offer,
    check_security,
    check_trunk,
    check_vif_kind,
    check_vif_kinds,
)
from weft.controller.model.traits import DEFAULT_SECURITY, AllowedAddress, Offer, Subport
from weft.controller.model.trunks import Trunk as Trunk

TRANSPORTS = ("local", "vlan")
VLAN_IDS = range(2, 4095)
SEGMENT_NUMBERS = range(1, 1 << 24)
PORT_NUMBERS = range(1, 1 << 24)


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
    security: str = DEFAULT_SECURITY  # of its ports that name no level of their own
    vlan_transparent: bool = False  # tags of the VIFs' own pass
    shared_with: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    description: str = ""
    attributes: tuple[Attribute, ...] = ()
    created_at: int = 0
    updated_at: int = 0
    revision: int = 0

    def __post_init__(self) -> None:
        check_identifier("id", self.id)
        check_range("number", self.number, SEGMENT_NUMBERS)
        check_label("name", self.name)
        check_name("project", self.project)
        check_choice("transport", self.transport, TRANSPORTS)
        if self.transport == "vlan":
            check_range("segmentation_id", self.segmentation_id, VLAN_IDS)
        elif self.segmentation_id is not None:
            raise Malformed("segmentation_id", f"transport {self.transport!r} carries none")
        check_flag("admin_up", self.admin_up)
        check_range("mtu", self.mtu, range(68, 65536))
        check_security("security", self.security)
        check_flag("vlan_transparent", self.vlan_transparent)
        check_names("shared_with", self.shared_with)
        check_notes(self)


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
    vif_kinds: tuple[str, ...] = ()  # none named: every kind
    connect: tuple[str, ...] = ("owner",)
    offer: Offer | None = None
    bound_vif: str | None = None  # whoever has accepted an offer
    security: str | None = None  # None: the segment's
    fixed_ips: tuple[str, ...] = ()
    allowed_addresses: tuple[AllowedAddress, ...] = ()
    router: bool = False
    dhcp_server: bool = False
    promiscuous: bool = False
    trunk: tuple[Subport, ...] = ()
    isolated: str | None = None
    max_rate: int | None = None  # kbit/s
    burst: int | None = None  # kbit
    max_broadcast: int | None = None  # frames/s
    security_groups: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    description: str = ""
    attributes: tuple[Attribute, ...] = ()
    created_at: int = 0
    updated_at: int = 0
    revision: int = 0

    def __post_init__(self) -> None:
        check_identifier("id", self.id)
        check_range("number", self.number, PORT_NUMBERS)
        check_label("name", self.name)
        check_name("project", self.project)
        check_identifier("segment", self.segment)
        check_vif_kinds("vif_kinds", self.vif_kinds)
        check_connect("connect", self.connect)
        check_offer("offer", self.offer, self.vif_kinds)
        if self.bound_vif is not None:
            check_identifier("bound_vif", self.bound_vif)
        if self.security is not None:
            check_security("security", self.security)
        check_fixed_ips("fixed_ips", self.fixed_ips)
        check_allowed_addresses("allowed_addresses", self.allowed_addresses)
        for flag in ("admin_up", "router", "dhcp_server", "promiscuous"):
            check_flag(flag, getattr(self, flag))
        check_trunk("trunk", self.trunk, self.segment)
        check_extent(self.trunk, self.fixed_ips, self.allowed_addresses)
        check_isolated("isolated", self.isolated)
        check_limits(self.max_rate, self.burst, self.max_broadcast)
        check_security_groups("security_groups", self.security_groups)
        check_notes(self)

    @property
    def segments(self) -> tuple[str, ...]:
        """The segments that it is on: its own, and those of the trunk."""
        return (self.segment, *(subport.segment for subport in self.trunk))


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
    device_owner: str = ""
    switch: str | None = None
    interface: str | None = None
    origin: str = "declared"  # or discovered: a claim has made it
    tags: tuple[str, ...] = ()
    description: str = ""
    attributes: tuple[Attribute, ...] = ()
    created_at: int = 0
    updated_at: int = 0
    revision: int = 0

    def __post_init__(self) -> None:
        check_identifier("id", self.id)
        check_mac("mac", self.mac)
        check_text("name", self.name)
        check_name("project", self.project)
        check_vif_kind("vif_kind", self.vif_kind)
        check_text("device", self.device)
        check_text("device_owner", self.device_owner)
        if (self.switch is None) != (self.interface is None):
            raise Malformed("interface", "a location is a switch and an interface together, or neither")
        if self.switch is not None:
            check_name("switch", self.switch)
            check_name("interface", self.interface)
        check_choice("origin", self.origin, ORIGINS)
        check_notes(self)

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
class Allocation:
    """The number given last from a pool. Numbers go round, so that one just freed is not soon given again."""

    kind: ClassVar[str] = "allocation"
    id: str
    last: int
    revision: int = 0


Fact = Union[  # noqa: UP007 (a runtime value)
    Segment, Port, Vif, Subnet, Attachment, Switch, Link, Interface, Claim, Allocation, Quota, Token,
    SecurityGroup, Trunk, Promotion,
]  # fmt: skip
FactId = str | Endpoint
KINDS: dict[str, type[Fact]] = {
    cls.kind: cls
    for cls in (
        *(Segment, Port, Vif, Subnet, Attachment, Switch, Link, Interface, Claim, Allocation, Quota, Token),
        *(SecurityGroup, Trunk, Promotion),
    )
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
