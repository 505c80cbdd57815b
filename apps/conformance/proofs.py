"""Every trait of the core once: what is asked for, and the frames that pass with it and die without, or the other way.

The network is always the same: on segment s1 are v1 and v2 at the first place and v3 at the last one; on s2 are v4 at
the first place and v5 at the last. VIF vN is in port pN, has the MAC 02:00:00:00:00:0N and sits at a machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from weft.conformance.histories import (
    FAR_FUTURE,
    USUAL,
    VIRTUAL_MAC,
    Base,
    created,
    leveled,
    made_vif,
    plugged,
    unplugged,
    updated,
)
from weft.conformance.octets import arp, dhcp, ipv4, ipv6
from weft.conformance.octets import neighbours as nd
from weft.conformance.octets.ethernet import BROADCAST, Tag, ethernet, tagged
from weft.conformance.steps import Step

LIMITED = 200  # frames that are sent at once, of which a limit lets only some pass
_OWN, _PEER, _FOREIGN_IP = "10.0.0.1", "10.0.0.3", "10.0.0.66"
VIF_KINDS = ("tap", "veth", "internal", "vhost-user", "dpdk", "physical", "sriov")


class Said(NamedTuple):
    """A frame that a VIF says, so many times at once; or a machine elsewhere (``end``) in its name."""

    name: str
    vif: str
    octets: bytes
    times: int = 1
    end: tuple[str, str] | None = None


class Proof(NamedTuple):
    """What is asked for (``give``), after what (``before``), and the frames that tell whether it was honoured.

    ``denied`` must be refused afterwards (for traits that are about who may plug in), and ``denied_before`` before.
    """

    subject: str
    means: str
    give: Sequence[Step]
    says: Sequence[Said]
    before: Sequence[Step] = ()
    denied: Sequence[Step] = ()
    denied_before: Sequence[Step] = ()
    same: bool = False  # it is about what must not change: no frame need tell of it
    lenient: bool = False  # what comes before may be refused, and then no frame need tell of it either


def mac(number: int) -> str:
    """The MAC of VIF v1, v2, …"""
    return f"02:00:00:00:00:{number:02x}"


def plain(to: str, number: int, tag: int | None = None, source: str | None = None, size: int = 0) -> bytes:
    """A datagram of the VIF's link-local address."""
    local = ipv6.link_local(mac(number))
    said = ipv6.ipv6(local, "ff02::1", ipv6.UDP, ipv6.udp(local, "ff02::1", (9, 9), b"weft".ljust(size, b".")))
    frame = ethernet(to, source or mac(number), ipv6.IPV6, said)
    return frame if tag is None else tagged(frame, Tag(tag))


def events(places: Sequence[str], links: Sequence[str]) -> Iterator[Proof]:
    """What is no trait, and happens: to links, cables, machines and devices, and by whom it is asked."""
    first, last = places[0], places[-1]
    all_ways = [Said("to all", "v1", plain(BROADCAST, 1)), Said("to v3", "v1", plain(mac(3), 1)),
                Said("to v1", "v3", plain(mac(1), 3)), Said("to v4", "v5", plain(mac(4), 5))]  # fmt: skip
    shut = [updated("link", link, admin_up=False) for link in links]
    cut = [Step({"do": "cable", "link": number, "up": False}) for number in range(len(links))]
    yield Proof("link `admin_up`", "Shut, it carries nothing.", shut, all_ways)
    yield Proof("a cable is cut", "And all ways are; those that are left are taken.", cut, all_ways)
    yield Proof("a cable is cut, another way is left", "It is taken.", cut[:1], all_ways, same=True)
    moved = [updated("vif", "v3", switch=first, interface="m4")]
    behind = Said("to all, where v3 was", "v3", plain(BROADCAST, 3), end=(last, "m1"))
    means = "It is heard, and hears, where it is now, and nowhere else."
    yield Proof("a VIF moves", means, moved, [*all_ways, behind])
    back = [updated("vif", "v3", switch=last, interface="m1")]
    yield Proof("a VIF moves, and comes back", "The same.", [*moved, *back], all_ways, same=True)
    changed = [updated("vif", "v3", mac=mac(0x33))]
    yield Proof("a VIF has another MAC", "It is reached by that one alone.", changed, all_ways)
    gone = [Step({"do": "interface", "place": last, "name": "m1", "there": False})]
    yield Proof("an interface goes", "So does who was there.", gone, all_ways[:2])
    again = [*gone, Step({"do": "interface", "place": last, "name": "m1", "there": True})]
    yield Proof("an interface goes and comes", "All is as before.", again, all_ways, same=True)
    false = [Said(f"to all, as v{n}", "v3", plain(BROADCAST, 3, source=mac(n))) for n in (1, 2, 4, 5)]
    yield Proof("a VIF is unplugged", "It says and hears nothing.", [unplugged("p3")], [*all_ways, *false])
    dressed = [
        updated("port", "p1", admin_up=False), updated("port", "p2", security="mac+ip"),
        updated("port", "p3", isolated="isolated"), updated("port", "p5", trunk=[{"tag": 100, "segment": "s1"}]),
    ]  # fmt: skip
    lies = [
        Said("to an unknown address", "v1", plain(mac(0x77), 1)),
        Said("to all bridges", "v1", plain("01:80:c2:00:00:00", 1)),
        Said("from a group", "v1", plain(BROADCAST, 1, source="03:00:00:00:00:01")),
        *(Said(f"with tag {tag}", "v1", plain(BROADCAST, 1, tag=tag)) for tag in (0, 2, 3, 4095)),
        Said("with two tags", "v1", tagged(plain(BROADCAST, 1), Tag(2), Tag(3))),
        Said("to v4, on another segment", "v1", plain(mac(4), 1)),
    ]
    yield Proof("what nobody may say", "Nobody hears it.", [], lies, same=True)
    restart = Step({"do": "restart"})
    yield Proof("the controller is killed", "All is as it was.", [restart], all_ways, dressed[:3], same=True)
    for number in range(4):
        drift = [Step({"do": "disturb", "place": place, "seed": number}) for place in (first, last)]
        means = "What was changed by hand is put right."
        yield Proof(f"drift {number + 1}", means, drift, all_ways, same=True)
    for what, step in (
        ("another's port", updated("port", "p1", "blue", admin_up=False)),
        ("another's segment", updated("segment", "s1", "blue", admin_up=False)),
        ("a port on another's segment", created("port", "blue", id="p9", name="p9", segment="s1")),
        ("another's VIF", Step({"do": "delete", "kind": "vif", "id": "v1"}, "blue")),
        ("what is plugged into another's port", unplugged("p1", "blue")),
        ("a trait of the operator's", updated("port", "p1", "red", router=True)),
        ("where a VIF is", updated("vif", "v1", "red", switch=last, interface="m4")),
        ("a link", updated("link", links[0], "blue", admin_up=False) if links else unplugged("p1", "blue")),
    ):
        yield Proof(
            f"{what} is not everybody's", "Another project is refused it.", [], all_ways, denied=[step], same=True
        )


def proofs(places: Sequence[str], base: Base = USUAL) -> Iterator[Proof]:
    """All that are about traits, for a bed with these places."""
    yield from _transports(base)
    yield from _states()
    yield from _who(base)
    yield from _kinds(places, base)
    yield from _security()
    yield from _addresses()
    yield from _hearing()
    yield from _limits()


def network(places: Sequence[str], base: Base = USUAL) -> Iterator[Step]:
    """The network that they are about."""
    first, last = places[0], places[-1]
    yield created("segment", id="s1", name="s1", project="red", **leveled(base))
    yield created("segment", id="s2", name="s2", project="red", **leveled(base))
    seats = ((1, "s1", first, "m1"), (2, "s1", first, "m2"), (3, "s1", last, "m1"), (4, "s2", first, "m3"))
    for number, segment, place, machine in (*seats, (5, "s2", last, "m2")):
        yield created("port", id=f"p{number}", name=f"p{number}", segment=segment, project="red")
        yield made_vif(number, "red", base, place, machine)
        yield plugged(f"p{number}", f"v{number}")


def _transports(base: Base) -> Iterator[Proof]:
    away = [unplugged(f"p{number}") for number in (1, 2, 3)]
    for transport, means in (
        ("vlan", "The segment is where its VIFs are, and crosses cables with a tag of its own."),
        ("local", "The segment never leaves a place."),
    ):
        news = [created("segment", id="s3", name="s3", project="red", transport=transport, **leveled(base))]
        for number in (1, 2, 3):
            news += [created("port", id=f"q{number}", name=f"q{number}", segment="s3", project="red")]
            news += [plugged(f"q{number}", f"v{number}")]
        before = away if transport == "vlan" else []
        give = news if transport == "vlan" else [*away, *news]
        says = [Said("to all", "v1", plain(BROADCAST, 1)), Said("to v3", "v1", plain(mac(3), 1))]
        yield Proof(f"transport `{transport}`", means, give, says, before)


def _states() -> Iterator[Proof]:
    to_all = [Said("to all", "v1", plain(BROADCAST, 1)), Said("to v1", "v3", plain(mac(1), 3))]
    shut = "Shut, it says and hears nothing."
    yield Proof("port `admin_up`", shut, [updated("port", "p1", admin_up=False)], to_all)
    yield Proof("segment `admin_up`", shut, [updated("segment", "s1", admin_up=False)], to_all)
    yield Proof(
        "segment `security`",
        "What holds for ports that name no level of their own.",
        [updated("segment", "s1", security="mac+ip")],
        [Said("an IP packet from another's address", "v1", _ipv4(_FOREIGN_IP))],
    )
    yield Proof(
        "segment `vlan_transparent`",
        "Tags of VIFs' own pass.",
        [updated("segment", "s1", vlan_transparent=True)],
        [Said("with a tag of its own", "v1", plain(BROADCAST, 1, tag=77))],
    )
    yield Proof(
        "segment `shared_with`",
        "Another project has ports on it.",
        [
            updated("segment", "s1", shared_with=["blue"]),
            created("port", "blue", id="p9", name="p9", segment="s1"),
            unplugged("p2"),
            plugged("p9", "v2"),
        ],
        [Said("to v1", "v3", plain(mac(1), 3))],
        denied_before=[created("port", "blue", id="p8", name="p8", segment="s1")],
    )


def _who(base: Base) -> Iterator[Proof]:
    blue = [unplugged("p2"), updated("vif", "v2", switch=None, interface=None)]
    guest = created("vif", "blue", id="v9", mac=mac(9), vif_kind=base.vif_kind)
    there = updated("vif", "v9", switch="{first}", interface="m2")
    heard = [Said("to v9", "v1", plain(mac(9), 1)), Said("to all", "v9", plain(BROADCAST, 9))]
    yield Proof(
        "`connect`",
        "Who may plug a VIF in.",
        [updated("port", "p2", connect=["project:blue"]), plugged("p2", "v9", "blue"), there],
        heard,
        before=[*blue, guest],
        denied_before=[plugged("p2", "v9", "blue")],
        denied=[updated("port", "p1", connect=["project:blue"]), unplugged("p1"), plugged("p1", "v1", "red")],
    )
    offer = {"to": "project:blue", "vif_kind": base.vif_kind, "expires": FAR_FUTURE}
    yield Proof(
        "`offer`",
        "Whom it is offered to may bind it.",
        [updated("port", "p2", offer=offer), plugged("p2", "v9", "blue"), there],
        heard,
        before=[*blue, guest],
        denied_before=[plugged("p2", "v9", "blue")],
    )


def _kinds(places: Sequence[str], base: Base) -> Iterator[Proof]:
    heard = [Said("to v1", "v3", plain(mac(1), 3)), Said("to all", "v1", plain(BROADCAST, 1))]
    other = {"veth": "tap", "physical": "sriov"}.get(base.vif_kind, "veth" if base.vif_kind == "tap" else "physical")
    yield Proof(
        "`vif_kinds`",
        "Which kinds of VIF it takes.",
        [updated("port", "p1", vif_kinds=[base.vif_kind]), plugged("p1", "v1")],
        heard,
        before=[unplugged("p1")],
        denied=[unplugged("p2"), updated("port", "p2", vif_kinds=[other]), plugged("p2", "v2")],
    )
    where = {"switch": places[0], "interface": "m1"}
    gone = [unplugged("p1"), Step({"do": "delete", "kind": "vif", "id": "v1"})]
    for kind in VIF_KINDS:
        made = created("vif", id="v1", project="red", mac=mac(1), vif_kind=kind, **where)
        yield Proof(f"VIF kind `{kind}`", "A VIF of that kind speaks.", [made, plugged("p1", "v1")], heard, gone)


def _security() -> Iterator[Proof]:
    stolen = Said("from a MAC that is not its own", "v1", plain(BROADCAST, 1, source=mac(0x66)))
    lie = arp.arp(arp.REPLY, (mac(0x66), _OWN), (mac(3), _PEER))
    false_arp = Said("ARP that names another's MAC", "v1", ethernet(mac(3), mac(1), arp.ARP, lie))
    false_ip = Said("an IP packet from another's address", "v1", _ipv4(_FOREIGN_IP))
    for level, lower, means, said in (
        ("none", "mac", "It may claim to be anybody.", stolen),
        ("mac", "none", "It speaks with its MAC alone.", stolen),
        ("mac+inner", "mac", "And names no other inside ARP and neighbour discovery.", false_arp),
        ("mac+ip", "mac+inner", "And sends IP from its own addresses alone.", false_ip),
    ):
        before = [updated("port", "p1", security=lower)]
        own: dict[str, Any] = {"fixed_ips": [_OWN]} if level == "mac+ip" else {}
        give = [updated("port", "p1", security=level, **own)]
        yield Proof(f"`security` `{level}`", means, give, [said], before, lenient=True)


def _addresses() -> Iterator[Proof]:
    strict = [updated("port", "p1", security="mac+ip")]
    own = Said(f"an IP packet from {_OWN}", "v1", _ipv4(_OWN))
    yield Proof("`fixed_ips`", "Its addresses.", [updated("port", "p1", fixed_ips=[_OWN])], [own], strict)
    virtual = Said("from a virtual MAC", "v1", plain(BROADCAST, 1, source=VIRTUAL_MAC))
    allowed = [{"mac": VIRTUAL_MAC, "prefix": None}]
    give = [updated("port", "p1", allowed_addresses=allowed)]
    to_it = Said("to the virtual MAC", "v3", plain(VIRTUAL_MAC, 3))
    yield Proof("`allowed_addresses` `mac`", "What else may speak.", give, [virtual, to_it])
    behind = [updated("port", "p1", allowed_addresses=[{"mac": None, "prefix": "10.0.0.64/26"}])]
    false_ip = Said(f"an IP packet from {_FOREIGN_IP}", "v1", _ipv4(_FOREIGN_IP))
    yield Proof("`allowed_addresses` `prefix`", "Whose addresses are behind it.", behind, [false_ip], strict)
    local = ipv6.link_local(mac(1))
    advert = ipv6.icmpv6(local, ipv6.ALL_NODES, nd.ROUTER_ADVERTISEMENT, nd.router_advertisement())
    packet = ipv6.ipv6(local, ipv6.ALL_NODES, ipv6.ICMPV6, advert)
    frame = ethernet(ipv6.group_mac(ipv6.ALL_NODES), mac(1), ipv6.IPV6, packet)
    router = [updated("port", "p1", router=True)]
    yield Proof("`router`", "It may advertise itself as one.", router, [Said("a router advertisement", "v1", frame)])
    everybody = "255.255.255.255"
    offer = ipv4.udp(_OWN, everybody, (67, 68), dhcp.dhcp(dhcp.OFFER, mac(3), _PEER, _OWN))
    answer = ethernet(BROADCAST, mac(1), ipv4.IPV4, ipv4.ipv4(_OWN, everybody, ipv4.UDP, offer))
    with_ip = [*strict, updated("port", "p1", fixed_ips=[_OWN])]
    server = [updated("port", "p1", dhcp_server=True)]
    yield Proof("`dhcp_server`", "It may answer DHCP.", server, [Said("a DHCP offer", "v1", answer)], with_ip)


def _hearing() -> Iterator[Proof]:
    for_v3 = [Said("to v3", "v1", plain(mac(3), 1)), Said("to v1", "v3", plain(mac(1), 3))]
    to_all = Said("to all", "v1", plain(BROADCAST, 1))
    promiscuous = [updated("port", "p2", promiscuous=True)]
    yield Proof("`promiscuous`", "It hears what is for others.", promiscuous, [*for_v3, to_all])
    trunk = [updated("port", "p1", trunk=[{"tag": 100, "segment": "s2"}])]
    tagged_ = [Said("with tag 100", "v1", plain(BROADCAST, 1, tag=100)), Said("to v1", "v5", plain(mac(1), 5))]
    yield Proof("`trunk`", "Its tag 100 is segment s2.", trunk, tagged_)
    apart = [Said("to v2", "v1", plain(mac(2), 1)), to_all]
    isolated = [updated("port", f"p{number}", isolated="isolated") for number in (1, 2)]
    yield Proof("`isolated` `isolated`", "They hear promiscuous ports alone.", isolated, [*apart, *for_v3])
    community = [updated("port", f"p{number}", isolated="community:7") for number in (1, 3)]
    yield Proof("`isolated` `community`", "They hear each other.", community, [*apart, *for_v3])
    opened = [updated("port", "p1", isolated="promiscuous")]
    yield Proof("`isolated` `promiscuous`", "All hear it.", opened, apart, before=isolated[1:])


def _limits() -> Iterator[Proof]:
    many = [Said("many long frames to v3", "v1", plain(mac(3), 1, size=1000), LIMITED)]
    slow = [updated("port", "p1", max_rate=400, burst=40)]
    yield Proof("`max_rate`", "The most that it may send.", slow, many)
    fast = [updated("port", "p1", max_rate=400, burst=100_000)]
    yield Proof("`burst`", "How much may come at once on top of it.", fast, many, before=slow)
    storm = [Said("many frames to all", "v1", plain(BROADCAST, 1), LIMITED)]
    most = [updated("port", "p1", max_broadcast=20)]
    yield Proof("`max_broadcast`", "The most broadcast frames.", most, storm)


def _ipv4(source: str) -> bytes:
    datagram = ipv4.udp(source, _PEER, (4000, 53), b"weft")
    return ethernet(mac(3), mac(1), ipv4.IPV4, ipv4.ipv4(source, _PEER, ipv4.UDP, datagram))
