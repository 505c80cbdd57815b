"""False neighbour discovery: somebody's address, somebody's MAC, a router that is none; and where it may be hidden."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from weft.conformance.families.attempt import STRANGER, STRANGER_IP6, Bare, Said, Scene
from weft.conformance.octets import ipv6
from weft.conformance.octets import neighbours as nd
from weft.conformance.octets.ethernet import NOBODY, ethernet, snap
from weft.conformance.octets.ipv6 import ALL_NODES, ALL_ROUTERS, FRAGMENT, ICMPV6, OPTIONS, ROUTING, group_mac

DIES, ROUTERS_ALONE, UNREADABLE = "admit:neighbour", "admit:router", "admit:malformed"
NONCE = 14  # an option that names no MAC
PLAINEST = ("with my MAC", "with another's MAC", "with no MAC", "with mine, then another's", "as its owner")
CUT = (*PLAINEST[1:4], "from another's")
OTHER_OPTION = bytes((NONCE, 1)) + b"nonces"


class Claim(NamedTuple):
    """A message: what it is, from which address, of which kind, and what follows the ICMPv6 checksum."""

    name: str
    source: str
    kind: int
    rest: bytes
    reason: str = DIES


def false_advertisement(scene: Scene) -> Iterator[Said]:
    """An address of somebody's with my MAC, an address of mine with somebody's MAC, and both."""
    for claim in _advertisements(scene):
        yield from _in_every_way(scene, claim)


def false_solicitation(scene: Scene) -> Iterator[Said]:
    """Questions whose link-layer option names somebody else's MAC, or that come from somebody's address."""
    for claim in _solicitations(scene):
        yield from _in_every_way(scene, claim)


def false_router(scene: Scene) -> Iterator[Said]:
    """A router that is none: advertisements, redirects, and solicitations that would move somebody."""
    for claim in _routers(scene):
        yield from _in_every_way(scene, claim)


def cut_discovery(scene: Scene) -> Iterator[Said]:
    """The same, cut off after each octet: with true lengths, so that only the message is too short."""
    me = scene.me
    claims = (*_advertisements(scene), *_solicitations(scene), *_routers(scene))
    for claim in {claim.kind: claim for claim in claims if claim.name.endswith(CUT)}.values():
        whole = ipv6.icmpv6(claim.source, ALL_NODES, claim.kind, claim.rest)
        for length in range(len(whole)):
            packet = ipv6.ipv6(claim.source, ALL_NODES, ICMPV6, whole[:length])
            said = ethernet(group_mac(ALL_NODES), me.mac, ipv6.IPV6, packet)
            yield (
                f"{claim.name}, {length} octets of {len(whole)}",
                Bare(said),
                UNREADABLE if length < 8 else claim.reason,
            )


def _advertisements(scene: Scene) -> Iterator[Claim]:
    local = ipv6.link_local(scene.me.mac)
    for whose, target in ((scene.far.name, scene.far.ip6), ("a link-local", ipv6.link_local(scene.far.mac))):
        for name, options in _options(nd.TARGET, scene.me.mac, scene.far.mac):
            yield Claim(
                f"advertisement of {whose}, {name}", local, nd.ADVERTISEMENT, nd.advertisement(target, *options)
            )
        said = nd.advertisement(target, nd.option(nd.TARGET, scene.me.mac))
        yield Claim(f"advertisement of {whose} as its owner", target, nd.ADVERTISEMENT, said)
    for name, options in _options(nd.TARGET, scene.me.mac, STRANGER):
        yield Claim(f"advertisement of mine, {name}", local, nd.ADVERTISEMENT, nd.advertisement(local, *options))
    yield Claim("advertisement of nothing", local, nd.ADVERTISEMENT, nd.advertisement("::"))


def _solicitations(scene: Scene) -> Iterator[Claim]:
    local, target = ipv6.link_local(scene.me.mac), scene.far.ip6
    for whose, source in (("mine", local), (scene.near.name, scene.near.ip6), ("a stranger", STRANGER_IP6)):
        for name, options in _options(nd.SOURCE, scene.me.mac, scene.near.mac):
            yield Claim(f"solicitation of {whose}, {name}", source, nd.SOLICITATION, nd.solicitation(target, *options))
    yield Claim("probe for somebody's", "::", nd.SOLICITATION, nd.solicitation(target))
    yield Claim("solicitation for nothing", local, nd.SOLICITATION, nd.solicitation("::"))


def _options(kind: int, mine: str, other: str) -> Iterator[tuple[str, tuple[bytes, ...]]]:
    true, false = nd.option(kind, mine), nd.option(kind, other)
    yield "with my MAC", (true,)
    yield "with another's MAC", (false,)
    yield "with no MAC", ()
    yield "with mine, then another's", (true, false)
    yield "with another's, then mine", (false, true)
    yield "with the same false one twice", (false, false)
    yield "with another's behind a nonce", (OTHER_OPTION, false)
    yield "with another's behind zeros", (nd.option(kind, NOBODY), false)
    yield "with mine, then the wrong kind", (true, nd.option(3 - kind, other))
    yield "with an endless option", (true, bytes(8))
    yield "with another's before an endless option", (false, bytes(8))
    yield "with a group's MAC", (nd.option(kind, "33:33:00:00:00:01"),)


def _routers(scene: Scene) -> Iterator[Claim]:
    local, far = ipv6.link_local(scene.me.mac), ipv6.link_local(scene.far.mac)
    mine, other = nd.option(nd.SOURCE, scene.me.mac), nd.option(nd.SOURCE, scene.far.mac)
    for whose, source in (("mine", local), ("another's", far)):
        for name, option in (("", b""), (" with my MAC", mine), (" with another's MAC", other)):
            advertised, asked = nd.router_advertisement(option), nd.router_solicitation(option)
            yield Claim(
                f"router advertisement from {whose}{name}", source, nd.ROUTER_ADVERTISEMENT, advertised, ROUTERS_ALONE
            )
            yield Claim(f"router solicitation from {whose}{name}", source, nd.ROUTER_SOLICITATION, asked)
        aside = nd.redirect(local, scene.foreign.ip6, nd.option(nd.TARGET, scene.me.mac))
        yield Claim(f"redirect from {whose}", source, nd.REDIRECT, aside, ROUTERS_ALONE)
    stranger = nd.router_solicitation(mine)
    yield Claim("router solicitation from a stranger", STRANGER_IP6, nd.ROUTER_SOLICITATION, stranger)


def _in_every_way(scene: Scene, claim: Claim) -> Iterator[Said]:
    """Plainly to all and to one; and what is told from other claims by no detail, hidden behind all that there is."""
    me, far = scene.me, scene.far
    ways: tuple[tuple[str, str], ...] = ((group_mac(ALL_NODES), ALL_NODES), (far.mac, far.ip6))
    if claim.kind in (nd.ROUTER_SOLICITATION, nd.SOLICITATION):
        ways = ((group_mac(ALL_ROUTERS), ALL_ROUTERS), *ways)
    for mac, destination in ways:
        message = ipv6.icmpv6(claim.source, destination, claim.kind, claim.rest)
        yield (
            f"{claim.name} to {destination}",
            _frame(me.mac, mac, claim.source, destination, ICMPV6, message),
            claim.reason,
        )
    if not claim.name.endswith(PLAINEST) and claim.kind not in (nd.ROUTER_ADVERTISEMENT, nd.REDIRECT):
        return
    mac, destination = ways[-2]
    coded = ipv6.icmpv6(claim.source, destination, claim.kind, claim.rest, code=1)
    yield f"{claim.name}, code 1", _frame(me.mac, mac, claim.source, destination, ICMPV6, coded), claim.reason
    message = ipv6.icmpv6(claim.source, destination, claim.kind, claim.rest)
    packet = ipv6.ipv6(claim.source, destination, ICMPV6, message)
    yield f"{claim.name} in SNAP", snap(mac, me.mac, ipv6.IPV6, packet), claim.reason
    for name, following, payload, reason in _hidden(message, claim.reason):
        yield f"{claim.name}, {name}", _frame(me.mac, mac, claim.source, destination, following, payload), reason


def _hidden(message: bytes, reason: str) -> Iterator[tuple[str, int, bytes, str]]:
    """Headers before the message, and pieces of it: how, which header is first, the payload, and why it dies."""
    yield "behind hop-by-hop options", ipv6.HOP_BY_HOP, ipv6.options(ICMPV6) + message, reason
    yield "behind options", OPTIONS, ipv6.options(ICMPV6) + message, reason
    yield "behind long options", OPTIONS, ipv6.options(ICMPV6, b"\x01\x0c" + bytes(12)) + message, reason
    yield "behind routing", ROUTING, ipv6.routing(ICMPV6) + message, reason
    yield "behind authentication", ipv6.AUTHENTICATION, ipv6.authentication(ICMPV6) + message, reason
    both = ipv6.options(OPTIONS) + ipv6.options(ROUTING) + ipv6.routing(ICMPV6) + message
    yield "behind three headers", ipv6.HOP_BY_HOP, both, reason
    yield "as an atomic piece", FRAGMENT, ipv6.fragment(ICMPV6) + message, reason
    yield "atomic, behind options", OPTIONS, ipv6.options(FRAGMENT) + ipv6.fragment(ICMPV6) + message, reason
    yield "atomic, before options", FRAGMENT, ipv6.fragment(OPTIONS) + ipv6.options(ICMPV6) + message, reason
    yield "atomic twice", FRAGMENT, ipv6.fragment(FRAGMENT) + ipv6.fragment(ICMPV6) + message, reason
    for size in (8, 16, 24):
        first = ipv6.fragment(ICMPV6, more=True) + message[:size]
        yield f"first piece of {size} octets", FRAGMENT, first, reason
        yield f"first piece of {size} octets, behind options", OPTIONS, ipv6.options(FRAGMENT) + first, reason
        last = ipv6.fragment(ICMPV6, size) + message[size:]
        yield f"last piece from octet {size}", FRAGMENT, last, reason
    options = ipv6.options(ICMPV6)
    yield "first piece of options alone", FRAGMENT, ipv6.fragment(OPTIONS, more=True) + options, UNREADABLE
    cut = ipv6.options(ICMPV6, b"\x01\x14" + bytes(20))[:8]
    yield "first piece of half the options", FRAGMENT, ipv6.fragment(OPTIONS, more=True) + cut, UNREADABLE
    yield "last piece behind options", FRAGMENT, ipv6.fragment(OPTIONS, 8) + message, reason
    nested = ipv6.fragment(FRAGMENT, more=True) + ipv6.fragment(ICMPV6, more=True) + message[:8]
    yield "first piece of a first piece", FRAGMENT, nested, reason
    yield "first piece that says nothing", FRAGMENT, ipv6.fragment(ICMPV6, more=True), UNREADABLE


def _frame(mine: str, mac: str, source: str, destination: str, following: int, payload: bytes) -> bytes:
    return ethernet(mac, mine, ipv6.IPV6, ipv6.ipv6(source, destination, following, payload))
