"""Tables that are broken on purpose, each in one way, as a slip in a stage would break them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from tests.attacks import families
from tests.attacks.families.attempt import Family
from weft.controller.compile.audience import Placed
from weft.controller.compile.stage import Stage
from weft.controller.compile.stages import STAGES
from weft.controller.flow.actions import NEXT, TO_CONTROLLER, Action, Drop, Goto, Load, Output, Set
from weft.controller.flow.flow import Flow, flow, tagged
from weft.controller.pipeline.core import (
    ADDRESS,
    ADMIT,
    ARRIVE,
    CLASSIFY,
    COMMUNITY,
    DELIVER,
    FORWARD,
    INSPECT,
    LISTEN,
    OPEN,
    ORIGIN,
    RECEIVE,
    SEGMENT,
    STORM,
)
from weft.controller.pipeline.schema import Table

Change = Callable[[Flow], Iterable[Flow]]
ARP, RARP, IPV4, IPV6 = 0x0806, 0x8035, 0x0800, 0x86DD
UDP, ICMPV6 = 17, 58
SOLICITATION, ADVERTISEMENT = 135, 136


class Broken(NamedTuple):
    """One thing that is wrong, and who notices: the stations that try, and with what."""

    what: str
    change: Change
    senders: tuple[str, ...]
    families: tuple[Family, ...]


def stages(change: Change) -> Iterator[Stage]:
    """The stages, all whose flows go through the change."""

    def broken(stage: Stage) -> Stage:
        def run(*arguments: Any) -> Iterator[Placed]:
            for placed in stage.run(*arguments):
                wishes = change(placed.flow) if isinstance(placed.flow, Flow) else (placed.flow,)
                yield from (placed._replace(flow=wish) for wish in wishes)

        return stage._replace(run=run)

    return map(broken, STAGES)


def _is(said: Flow, table: Table, drop: str = "", priority: int | None = None, **match: object) -> bool:
    """Whether it is a flow of the table that drops for that reason and matches that, ``...`` being any value."""
    held = all(name in said.match and value in (..., said.match[name]) for name, value in match.items())
    return said.table == table and (not drop or said.drop == drop) and held and priority in (None, said.priority)


def without(table: Table, drop: str = "", priority: int | None = None, **match: object) -> Change:
    """Flows of that kind are forgotten."""
    return lambda said: () if _is(said, table, drop, priority, **match) else (said,)


def unmatched(*fields: str, table: Table, **match: object) -> Change:
    """Flows of that kind forget to match the fields."""

    def change(said: Flow) -> Iterator[Flow]:
        if _is(said, table, **{**dict.fromkeys(fields, ...), **match}) and not said.drop:
            said = said._replace(match={name: value for name, value in said.match.items() if name not in fields})
        yield said

    return change


def rematched(new: dict[str, Any], table: Table, drop: str = "", **match: object) -> Change:
    """Flows of that kind match other values."""
    return lambda said: (said._replace(match=said.match | new),) if _is(said, table, drop, **match) else (said,)


def widened(field: str, length: int, table: Table) -> Change:
    """Prefixes are cut to so many bits."""

    def change(said: Flow) -> Iterator[Flow]:
        value = said.match.get(field)
        if _is(said, table) and isinstance(value, str) and "/" in value:
            address = f"{value.partition('/')[0]}/{length}"
            said = said._replace(match=said.match | {field: _network(address)})
        yield said

    return change


def moved(priority: int, table: Table, drop: str = "", **match: object) -> Change:
    """Flows of that kind have another priority."""
    return lambda said: (said._replace(priority=priority),) if _is(said, table, drop, **match) else (said,)


def besides(added: Callable[[Flow], Flow], table: Table, drop: str = "", **match: object) -> Change:
    """For each flow of that kind there is another one."""
    return lambda said: (said, added(said)) if _is(said, table, drop, **match) else (said,)


def redone(actions: Callable[[tuple[Action, ...]], tuple[Action, ...]], table: Table, **match: object) -> Change:
    """Flows of that kind do something else."""
    return lambda said: (said._replace(actions=actions(said.actions)),) if _is(said, table, **match) else (said,)


def instead(old: Action, new: Action) -> Callable[[tuple[Action, ...]], tuple[Action, ...]]:
    """One action in the place of another."""
    return lambda actions: tuple(new if action == old else action for action in actions)


def _network(text: str) -> str:
    from ipaddress import ip_network

    return str(ip_network(text, strict=False))


def _anything(priority: int, *actions: Action, table: Table, **match: Any) -> Callable[[Flow], Flow]:
    """A flow beside one of a port's, for the same port."""

    def added(said: Flow) -> Flow:
        own = {name: said.match[name] for name in ("in_port", "source") if name in said.match}
        return flow(table, priority, *actions, **own, **match)

    return added


INSIDE, STRICT = ("red2", "red8"), ("red1", "red3", "red5")
SOURCES, TAGS, BRIDGES = families.SOURCES, families.TAGS, families.BRIDGING
NEIGHBOURS, ADDRESSES, CONFIGURATION = families.NEIGHBOURS, families.ADDRESSES, families.CONFIGURATION
RESOLUTION, WRAPPING, SHAPES, LAWFUL = families.RESOLUTION, families.WRAPPING, families.SHAPES, families.LAWFUL
PRIVATE = ("blue9", "blue10", "blue12", "blue11")
OTHERS_SEGMENT = ("red1", "blue1", "blue9")

BROKEN_ENTRANCES = (
    Broken("any source MAC", unmatched("eth_src", table=ADMIT), ("red6",), SOURCES),
    Broken(
        "the last bits of a source MAC are not looked at",
        lambda said: (
            said._replace(match=said.match | {"eth_src": ("02:00:00:00:00:00", "ff:ff:ff:ff:ff:e0")})
            if _is(said, ADMIT, eth_src=...) and not said.drop and str(said.match["eth_src"]).startswith("02:00:00:00:00")
            else said,
        ),
        ("red6",),
        SOURCES,
    ),
    Broken("group sources", without(ADMIT, priority=290, eth_src=("01:00:00:00:00:00",) * 2), ("red4",), SOURCES),
    Broken("the zero source", without(ADMIT, priority=290, eth_src="00:00:00:00:00:00"), ("red4",), SOURCES),
    Broken("the bridges' group addresses", without(ADMIT, eth_dst=...), ("red6",), BRIDGES),
    Broken(
        "only the first of the bridges' group addresses",
        lambda said: (
            said._replace(match={"eth_dst": "01:80:c2:00:00:00"})
            if _is(said, ADMIT, eth_dst=("01:80:c2:00:00:00", "ff:ff:ff:ff:ff:f0"))
            else said,
        ),
        ("red6",),
        BRIDGES,
    ),
    *(
        Broken(f"{name} by its type", without(ADMIT, "admit:reserved", eth_type=ethertype), ("red6",), BRIDGES)
        for name, ethertype in (("LLDP", 0x88CC), ("EAPOL", 0x888E), ("PAUSE", 0x8808), ("LACP", 0x8809))
    ),
    Broken("reserved comes after allowed", moved(50, ADMIT, "admit:reserved"), ("red6",), BRIDGES),
    Broken(
        "LLDP of VIFs is believed",
        besides(lambda said: flow(CLASSIFY, 120, TO_CONTROLLER, eth_type=0x88CC), CLASSIFY, priority=0),
        ("red6",),
        BRIDGES,
    ),
    Broken("any tag", unmatched("vlan_vid", table=CLASSIFY, vlan_vid=0), ("red6",), TAGS),
    Broken(
        "priority tags",
        lambda said: (said, *([said._replace(match=said.match | {"vlan_vid": 0x1000})] if _native(said) else ())),
        ("red6",),
        TAGS,
    ),
    Broken(
        "VIFs' tags are read as the fabric's",
        besides(_anything(105, Goto(ARRIVE), table=CLASSIFY, vlan_vid=(0x1000, 0x1000)), CLASSIFY, "classify:tagged", priority=90),
        ("red6",),
        TAGS,
    ),
    Broken(
        "the last bit of a trunk's tag is not looked at",
        lambda said: (
            said._replace(match=said.match | {"vlan_vid": (int(str(said.match["vlan_vid"])) & 0x1FFE, 0x1FFE)})
            if _trunk(said)
            else said,
        ),
        ("red9",),
        families.EVERY_ID,
    ),
    Broken("a tag below a trunk's", without(CLASSIFY, "classify:tagged", priority=110), ("red9",), TAGS),
    Broken("a trunk's tag stays on", redone(lambda actions: actions[1:], CLASSIFY, vlan_vid=tagged(7)), ("red14",), LAWFUL),
    Broken("what is inside is not inspected", redone(instead(Goto(INSPECT), NEXT), ADMIT), INSIDE, RESOLUTION),
)


def _native(said: Flow) -> bool:
    return _is(said, CLASSIFY, priority=100, vlan_vid=0)


def _trunk(said: Flow) -> bool:
    return _is(said, CLASSIFY, priority=100, vlan_vid=...) and said.match["vlan_vid"] != 0


BROKEN_INSIDES = (
    Broken("any ARP sender MAC", unmatched("arp_sha", table=INSPECT, eth_type=ARP), INSIDE, RESOLUTION),
    Broken("any ARP sender address", unmatched("arp_spa", table=INSPECT, eth_type=ARP), STRICT, RESOLUTION),
    Broken("ARP sender addresses of a /24", widened("arp_spa", 24, INSPECT), STRICT, RESOLUTION),
    Broken("any ARP operation", unmatched("arp_op", table=INSPECT, eth_type=ARP), INSIDE, RESOLUTION),
    Broken(
        "ARP replies are not inspected",
        besides(_anything(105, NEXT, table=INSPECT, eth_type=ARP, arp_op=2), INSPECT, eth_type=ARP, arp_op=1),
        INSIDE,
        RESOLUTION,
    ),
    Broken("ARP that cannot be read", without(INSPECT, "admit:arp-sender", eth_type=ARP), INSIDE, RESOLUTION),
    Broken("RARP is not inspected", without(INSPECT, "admit:arp-sender", eth_type=RARP), INSIDE, RESOLUTION),
    Broken("RARP for another target", unmatched("arp_tha", table=INSPECT, eth_type=RARP), INSIDE, RESOLUTION),
    *(
        Broken(name, without(INSPECT, "admit:ethertype", eth_type=ethertype), INSIDE, WRAPPING + TAGS)
        for name, ethertype in (
            ("MPLS", 0x8847),
            ("NSH", 0x894F),
            ("PPPoE", 0x8864),
            ("backbone bridging", 0x88E7),
            ("9100", 0x9100),
            ("LLC without SNAP", 0x05FF),
        )
    ),
    Broken("two guests' tags", without(INSPECT, "admit:ethertype", eth_type=0x8100), ("blue3",), TAGS),
    Broken("what hides comes after the rest", moved(5, INSPECT, "admit:ethertype"), INSIDE, WRAPPING),
    Broken(
        "all types at mac+ip",
        besides(_anything(5, NEXT, table=INSPECT), INSPECT, eth_type=IPV4, priority=60),
        STRICT,
        LAWFUL,
    ),
    Broken("any source link-layer option", unmatched("nd_sll", table=INSPECT), INSIDE, NEIGHBOURS),
    Broken("any target link-layer option", unmatched("nd_tll", table=INSPECT), INSIDE, NEIGHBOURS),
    Broken("any advertised target", unmatched("nd_target", table=INSPECT, icmpv6_type=ADVERTISEMENT), STRICT, NEIGHBOURS),
    Broken("a link-layer option twice", without(INSPECT, nd_target="::"), INSIDE, NEIGHBOURS),
    Broken("discovery in pieces", unmatched("ip_frag", table=INSPECT, eth_type=IPV6), INSIDE, NEIGHBOURS),
    Broken("discovery with another code", unmatched("icmpv6_code", table=INSPECT), INSIDE, NEIGHBOURS),
    Broken("discovery that no rule knows", without(INSPECT, "admit:neighbour", priority=90), INSIDE, NEIGHBOURS),
    Broken("router advertisements", without(INSPECT, "admit:router", icmpv6_type=134), INSIDE, NEIGHBOURS),
    Broken("redirects", without(INSPECT, "admit:router", icmpv6_type=137), INSIDE, NEIGHBOURS),
    Broken("router solicitations of anybody", unmatched("ipv6_src", table=INSPECT), INSIDE, NEIGHBOURS),
    Broken("ICMPv6 that begins in a later piece", without(INSPECT, icmpv6_type=0), INSIDE, NEIGHBOURS),
    Broken("headers that go on in a later piece", without(INSPECT, ip_proto=0), INSIDE, NEIGHBOURS + SHAPES),
)
BROKEN_ADDRESSES = (
    Broken("any IPv4 source", unmatched("ipv4_src", table=ADDRESS, priority=100), STRICT, ADDRESSES),
    Broken("IPv4 sources of a /24", widened("ipv4_src", 24, ADDRESS), STRICT, ADDRESSES),
    Broken("any IPv6 source", unmatched("ipv6_src", table=ADDRESS, priority=100), STRICT, ADDRESSES),
    Broken("any link-local source", widened("ipv6_src", 10, ADDRESS), STRICT, ADDRESSES),
    Broken("any MAC with any of one's addresses", unmatched("eth_src", table=ADDRESS), STRICT, ADDRESSES),
    Broken("IP is not looked at", redone(instead(Goto(ADDRESS), NEXT), INSPECT, priority=60), STRICT, ADDRESSES),
    Broken("sources of discovery are not looked at", redone(instead(Goto(ADDRESS), NEXT), INSPECT, priority=110), STRICT, NEIGHBOURS),
    Broken(
        "later pieces are not looked at",
        besides(_anything(140, NEXT, table=ADDRESS, eth_type=IPV4, ip_frag=3), ADDRESS, eth_type=IPV4, priority=100),
        STRICT,
        ADDRESSES,
    ),
    Broken("IPv4 DHCP servers", without(ADDRESS, "admit:dhcp-server", udp_src=67), STRICT, CONFIGURATION),
    Broken("IPv4 DHCP servers on other ports", without(ADDRESS, "admit:dhcp-server", udp_dst=68), STRICT, CONFIGURATION),
    Broken("IPv6 DHCP servers", without(ADDRESS, "admit:dhcp-server", udp_src=547), STRICT, CONFIGURATION),
    Broken("IPv6 DHCP servers on other ports", without(ADDRESS, "admit:dhcp-server", udp_dst=546), STRICT, CONFIGURATION),
    Broken("only whole packets are a DHCP server's", rematched({"ip_frag": 0}, ADDRESS, "admit:dhcp-server"), STRICT, CONFIGURATION),
    Broken("datagrams that begin in a later piece", without(ADDRESS, "admit:malformed"), STRICT, CONFIGURATION),
    Broken("DHCP servers come after one's own sources", moved(90, ADDRESS, "admit:dhcp-server"), STRICT, CONFIGURATION),
    Broken("requests from nobody to one", unmatched("ipv4_dst", table=ADDRESS), STRICT, CONFIGURATION + ADDRESSES),
    Broken("anything from nobody", unmatched("udp_src", "udp_dst", table=ADDRESS), STRICT, CONFIGURATION + ADDRESSES),
    Broken("detection of others' addresses", unmatched("nd_target", table=ADDRESS), STRICT, NEIGHBOURS),
    Broken("all of ICMPv6 from nobody", unmatched("icmpv6_type", table=ADDRESS, icmpv6_type=133), STRICT, ADDRESSES + NEIGHBOURS),
)
BROKEN_WAYS = (
    Broken(
        "a segment's tag is another's too",
        lambda said: (
            said._replace(match={"vlan_vid": (tagged(0), 0x1FFC)}, priority=110)
            if _is(said, ARRIVE, vlan_vid=tagged(2))
            else said,
        ),
        OTHERS_SEGMENT,
        LAWFUL,
    ),
    Broken(
        "a VIF is on another segment",
        lambda said: (
            said._replace(actions=tuple(Load(SEGMENT, 2) if a == Load(SEGMENT, 1) else a for a in said.actions))
            if _is(said, CLASSIFY, in_port=..., vlan_vid=0)
            else said,
        ),
        OTHERS_SEGMENT,
        LAWFUL,
    ),
    Broken("unknown addresses are flooded", redone(lambda _: (Goto(STORM),), FORWARD, priority=0), ("red2",), WRAPPING),
    Broken("shared MACs are nobody's", without(FORWARD, priority=90), ("red2",), LAWFUL),
    Broken("all hear what is for a shared MAC", besides(lambda _: flow(RECEIVE, 10, NEXT), RECEIVE, priority=0), ("red2",), LAWFUL),
    Broken("nobody hears groups", without(RECEIVE, eth_dst=("01:00:00:00:00:00",) * 2), ("red2",), LAWFUL),
    Broken("promiscuous ports hear nothing", without(LISTEN, priority=100), ("red2",), LAWFUL),
    Broken(
        "promiscuous ports are given groups' frames too",
        unmatched("eth_dst", table=LISTEN, priority=100),
        ("red2",),
        LAWFUL,
    ),
    Broken("a trunk is given another tag", redone(instead(Set("vlan_vid", tagged(100)), Set("vlan_vid", tagged(101))), DELIVER), ("blue7",), LAWFUL),
    Broken("a trunk is given no tag", redone(lambda actions: tuple(a for a in actions if isinstance(a, Output)), DELIVER), ("blue7",), LAWFUL),
    Broken("isolated ports hear all", unmatched("community", table=DELIVER), PRIVATE, LAWFUL),
    Broken("isolated ports hear each other", besides(lambda said: said._replace(match={k: v for k, v in said.match.items() if k != "open"} | {"community": 0xFFFF}), DELIVER, open=1), PRIVATE, LAWFUL),
    Broken("isolated ports are heard by all", redone(lambda actions: tuple(Load(COMMUNITY, 0) if a == Load(COMMUNITY, 0xFFFF) else a for a in actions), CLASSIFY), PRIVATE, LAWFUL),
    Broken("communities are told on one switch only", without(ORIGIN, priority=100), PRIVATE, LAWFUL),
    Broken("who is open to all is so on one switch only", redone(lambda actions: tuple(a for a in actions if a != Load(OPEN, 1)), ORIGIN), PRIVATE, LAWFUL),
    Broken("a community is another", rematched({"community": 8}, DELIVER, community=7), PRIVATE, LAWFUL),
    Broken("nobody is dropped at all", lambda said: (_let(said),), ("red6", "red2"), SOURCES + RESOLUTION),
)


def _let(said: Flow) -> Flow:
    """The flow, going on where it dropped."""
    dies = any(isinstance(action, Drop) for action in said.actions)
    return said._replace(actions=(NEXT,)) if dies and said.table in (ADMIT, INSPECT) else said


BROKEN = BROKEN_ENTRANCES + BROKEN_INSIDES + BROKEN_ADDRESSES + BROKEN_WAYS
