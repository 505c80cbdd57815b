"""The traits of a port: what plugs into it, who may connect, which addresses may speak, and how much.

A trait is a field of the port. ``TRAITS`` says of each what it holds and whose right it is; rights are checked with it,
and the tables of the documents are written from it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

SECURITY_LEVELS = ("none", "mac", "mac+inner", "mac+ip")  # each checks all that those before it check
DEFAULT_SECURITY = "mac+inner"
COMMUNITIES = range(1, 0xFFFF)
WIDEST_PREFIX = {4: 8, 6: 16}  # bits; shorter ones are the operator's alone, and zero is one of them

Right = Literal["owner", "operator", "operator to lower", "operator if wide", "segment owner to widen"]


def strictest(levels: Iterable[str]) -> str:
    """The level that checks most. A port without one of its own has that of its segments; a trunk has several.

    >>> strictest(["mac", "mac+ip", "none"])
    'mac+ip'
    """
    return max(levels, key=SECURITY_LEVELS.index, default=SECURITY_LEVELS[-1])


class Offer(NamedTuple):
    """A port offered to a project (``project:NAME``) or role (``role:NAME``), for one kind of VIF, until ``expires``.

    ``expires`` is in seconds since 1970 (UTC).
    """

    to: str
    vif_kind: str
    expires: int


class AllowedAddress(NamedTuple):
    """A pair that may speak beside the VIF's own MAC and the fixed IPs.

    Without ``mac`` it is the VIF's own; without ``prefix`` that MAC speaks with the port's fixed IPs.
    """

    mac: str | None = None
    prefix: str | None = None


class Subport(NamedTuple):
    """A VLAN tag that the VIF of a trunk port uses, and the segment that it stands for there."""

    tag: int
    segment: str


class Trait(NamedTuple):
    """One trait: the field, what it holds, what holds when nobody says, whose right it is, and what it does."""

    name: str
    holds: str
    default: str
    right: Right
    doc: str


TRAITS = (
    Trait("vif_kinds", "list of VIF kinds", "every kind", "owner", "Which kinds of VIF it takes."),
    Trait("connect", "list of `owner`, `project:NAME`, `role:NAME`", "`owner`", "owner", "Who may plug a VIF in."),
    Trait(
        "offer",
        "`to`, `vif_kind`, `expires`",
        "none",
        "owner",
        "Offered to a project or role, for one kind of VIF, until a time. Who accepts binds the port to that VIF.",
    ),
    Trait(
        "security",
        "`none`, `mac`, `mac+inner` or `mac+ip`",
        "the segment's; there `mac+inner`",
        "operator to lower",
        "What a VIF may claim to be: anything; its MAC; also inside ARP and ND; also its IP addresses.",
    ),
    Trait("fixed_ips", "list of addresses", "none", "owner", "The IP addresses of the VIF. No two ports share one."),
    Trait(
        "allowed_addresses",
        "list of `mac` and/or `prefix`",
        "none",
        "operator if wide",
        "What else may speak: virtual MACs (VRRP), addresses of machines behind the VIF.",
    ),
    Trait("router", "true or false", "false", "operator", "May send router advertisements and redirects."),
    Trait(
        "dhcp_server",
        "true or false",
        "false",
        "operator",
        "May answer DHCP and DHCPv6. Who may not is held to that by `mac+ip`.",
    ),
    Trait("promiscuous", "true or false", "false", "operator", "Hears each frame of its segment that its switch sees."),
    Trait("trunk", "list of `tag`, `segment`", "none", "operator", "VLAN tags that the VIF uses, each for a segment."),
    Trait(
        "isolated",
        "`isolated`, `community:N` or `promiscuous`",
        "the community of all that name none",
        "segment owner to widen",
        "Private VLAN: whom it hears and reaches. `isolated`: promiscuous ports alone.",
    ),
    Trait("max_rate", "kbit/s", "no limit", "owner", "The most that it may send, and the most that it is sent."),
    Trait(
        "burst",
        "kbit",
        "a tenth of a second of `max_rate`",
        "owner",
        "How much may come at once on top of it; one frame in any case.",
    ),
    Trait("max_broadcast", "frames/s", "no limit", "owner", "The most broadcast and multicast frames it may send."),
)
