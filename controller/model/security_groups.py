"""Security groups: named sets of rules about what the ports in them may be sent, and may send.

A rule allows; what no rule of a port's groups allows is forbidden.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from weft.controller.model.attributes import Attribute, check_notes
from weft.controller.model.rules import (
    Malformed,
    check_choice,
    check_different,
    check_flag,
    check_identifier,
    check_name,
    check_prefix,
    check_range,
    check_text,
    check_time,
    entries,
)

DEFAULT_GROUP = "default"  # the name of the group that each project has, and that no other group has
DIRECTIONS = ("ingress", "egress")
ETHERTYPES = ("IPv4", "IPv6")
RULES = 1000
GROUPS = 64  # of one port
PORTS = range(1, 1 << 16)
OCTETS = range(256)
# Protocol numbers by the names that people use for them (IANA, "Assigned Internet Protocol Numbers").
PROTOCOLS = {
    "icmp": 1,
    "igmp": 2,
    "ipip": 4,
    "tcp": 6,
    "egp": 8,
    "udp": 17,
    "dccp": 33,
    "ipv6-encap": 41,
    "ipv6-route": 43,
    "ipv6-frag": 44,
    "rsvp": 46,
    "gre": 47,
    "esp": 50,
    "ah": 51,
    "ipv6-icmp": 58,
    "icmpv6": 58,
    "ipv6-nonxt": 59,
    "ipv6-opts": 60,
    "ospf": 89,
    "vrrp": 112,
    "pgm": 113,
    "sctp": 132,
    "udplite": 136,
}
WITH_PORTS = frozenset(PROTOCOLS[name] for name in ("tcp", "udp", "dccp", "sctp", "udplite"))
ICMP, ICMPV6 = PROTOCOLS["icmp"], PROTOCOLS["icmpv6"]
EVERYBODY = {"IPv4": "0.0.0.0/0", "IPv6": "::/0"}


class SecurityRule(NamedTuple):
    """What a rule allows. What it does not name may be anything.

    The range is of the far end's ports or, for ICMP, a type and a code. ``remote_group`` means the ports in a group.
    """

    id: str
    direction: str
    ethertype: str = "IPv4"
    protocol: str | None = None
    port_range_min: int | None = None
    port_range_max: int | None = None
    remote_ip_prefix: str | None = None
    remote_group: str | None = None
    description: str = ""
    created_at: int = 0

    @property
    def allows(self) -> tuple[object, ...]:
        """What it allows, equal for two rules that say the same in different words."""
        far = None if self.remote_ip_prefix == EVERYBODY.get(self.ethertype) else self.remote_ip_prefix
        ports = (self.port_range_min, self.port_range_max)
        return self.direction, self.ethertype, protocol_number(self.protocol), ports, far, self.remote_group


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityGroup:
    """A set of rules that ports are in. What a stateful one allows is answered as well."""

    kind: ClassVar[str] = "security_group"
    id: str
    name: str = ""
    project: str
    stateful: bool = True
    rules: tuple[SecurityRule, ...] = ()
    tags: tuple[str, ...] = ()
    description: str = ""
    attributes: tuple[Attribute, ...] = ()
    created_at: int = 0
    updated_at: int = 0
    revision: int = 0

    def __post_init__(self) -> None:
        check_identifier("id", self.id)
        check_text("name", self.name)
        check_name("project", self.project)
        check_flag("stateful", self.stateful)
        for at, rule in entries("rules", self.rules, RULES):
            check_rule(at, rule)
        check_different("rules", tuple(rule.id for rule in self.rules))
        check_notes(self)


def protocol_number(protocol: str | None) -> int | None:
    """The number of a protocol that is named, or written as a number; None for any.

    >>> protocol_number("icmpv6"), protocol_number("58"), protocol_number(None)
    (58, 58, None)
    """
    if protocol is None:
        return None
    return PROTOCOLS[protocol] if protocol in PROTOCOLS else int(protocol)


def check_security_groups(field: str, values: tuple[str, ...]) -> None:
    """The groups that a port is in, none twice."""
    for at, value in entries(field, values, GROUPS):
        check_identifier(at, value)
    check_different(field, values)


def check_rule(field: str, rule: object) -> None:
    """A rule whose parts go together."""
    if not isinstance(rule, SecurityRule):
        raise Malformed(field, "must say direction, ethertype, protocol and what else a rule has")
    check_identifier(f"{field}.id", rule.id)
    check_choice(f"{field}.direction", rule.direction, DIRECTIONS)
    check_choice(f"{field}.ethertype", rule.ethertype, ETHERTYPES)
    _check_protocol(f"{field}.protocol", rule)
    _check_range(field, rule)
    if rule.remote_group is not None:
        check_identifier(f"{field}.remote_group", rule.remote_group)
        if rule.remote_ip_prefix is not None:
            raise Malformed(f"{field}.remote_group", "a rule names a remote_ip_prefix or a remote_group, not both")
    if rule.remote_ip_prefix is not None:
        if rule.remote_ip_prefix not in EVERYBODY.values():
            check_prefix(f"{field}.remote_ip_prefix", rule.remote_ip_prefix)
        if (":" in rule.remote_ip_prefix) != (rule.ethertype == "IPv6"):
            raise Malformed(f"{field}.remote_ip_prefix", f"{rule.remote_ip_prefix} is not of {rule.ethertype}")
    check_text(f"{field}.description", rule.description)
    check_time(f"{field}.created_at", rule.created_at)


def _check_protocol(field: str, rule: SecurityRule) -> None:
    if rule.protocol is None or (isinstance(rule.protocol, str) and rule.protocol in PROTOCOLS):
        number = protocol_number(rule.protocol)
    else:
        proper = isinstance(rule.protocol, str) and rule.protocol.isascii() and rule.protocol.isdecimal()
        if not proper or len(rule.protocol) > 3 or int(rule.protocol) not in OCTETS:
            rule_text = f"must be a number from 0 to 255 or one of {', '.join(sorted(PROTOCOLS))}"
            raise Malformed(field, f"{rule_text} (got {rule.protocol!r})")
        number = int(rule.protocol)
    if number == ICMPV6 and rule.ethertype == "IPv4":
        raise Malformed(field, f"{rule.protocol} goes with ethertype IPv6, not IPv4")


def _check_range(field: str, rule: SecurityRule) -> None:
    low, high, number = rule.port_range_min, rule.port_range_max, protocol_number(rule.protocol)
    if low is None and high is None:
        return
    if number is None:
        raise Malformed(f"{field}.protocol", "a port range goes with a protocol, and there is none")
    if number in (ICMP, ICMPV6):
        if low is None:
            raise Malformed(f"{field}.port_range_min", "an ICMP code goes with a type, and there is none")
        for name, value in (("min", low), ("max", high)):
            if value is not None:
                check_range(f"{field}.port_range_{name}", value, OCTETS)
        return
    if number not in WITH_PORTS:
        raise Malformed(f"{field}.port_range_min", f"protocol {rule.protocol} has no ports")
    check_range(f"{field}.port_range_min", low, PORTS)
    check_range(f"{field}.port_range_max", high, PORTS)
    if low is not None and high is not None and low > high:
        raise Malformed(f"{field}.port_range_min", f"must not be above port_range_max, and {low} is above {high}")
