"""What becomes of frames under one set of tables and under another, over a whole fabric, without a switch.

The frames are chosen from the model: from each VIF to each other one of its segment, to all, to nobody, with
addresses that are not its own, and with tags. They are walked through simulated switches and over the cables that are
up, and those that fare otherwise under the two sets of tables are told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from ipaddress import ip_address
from typing import NamedTuple

from weft.controller.compile.incremental import Incremental
from weft.controller.compile.seats import Place, Seat, Voice, seat, voice
from weft.controller.compile.view import View
from weft.controller.flow.decode import fields_of
from weft.controller.flow.entry import Identity
from weft.controller.flow.frame import INNER, Frame
from weft.controller.flow.headers import ARP, IPV4, IPV6, UDP
from weft.controller.flow.meter import METERS
from weft.controller.flow.oxm import FIELD_BY_NAME
from weft.controller.flow.simulate import Dropped, Left, SimulatedSwitch
from weft.controller.flow.text import value_text
from weft.controller.model.facts import Endpoint, Port
from weft.controller.model.network import Network

LOOK_UPS = 500  # switches that one frame may come through, with its copies: more go round for ever
BROADCAST, NOBODY, STRANGER = "ff:ff:ff:ff:ff:ff", "02:ff:ff:ff:ff:fe", "02:ff:ff:ff:ff:fd"
FOREIGN_TAG = 4094  # no trunk is likely to have it; where one has, its frame is told as what it is
LOCAL_TYPE = 0x88B5  # IEEE 802 local experimental
EVERYBODY_4, FOREIGN_4 = "255.255.255.255", "198.51.100.1"
CONTROLLER = 0xFFFFFFFD
CIRCLES = "goes round for ever"
Look = tuple[tuple[str, int], ...]  # fields of a frame, with values
_OUTER = ("eth_src", "eth_dst", "eth_type", "vlan_vid")
Tables = Mapping[str, SimulatedSwitch]  # the switches of a fabric, holding what one set of stages wants of them


class Case(NamedTuple):
    """A frame to be tried: what it is, and where it comes in."""

    what: str
    switch: str
    ofport: int
    frame: Frame


class Fate(NamedTuple):
    """What became of a frame: who heard it, and why it, or a copy of it, died anywhere. Both are sorted."""

    receivers: tuple[str, ...]
    reasons: tuple[str, ...]


class Otherwise(NamedTuple):
    """A frame that fares otherwise."""

    what: str
    before: Fate
    after: Fate


class Wiring:
    """Which cables there are, and who is at which interface, as the model knows them."""

    def __init__(self, network: Network) -> None:
        self._far: dict[tuple[str, int], tuple[str, int]] = {}
        self._who: dict[tuple[str, int], str] = {}
        for switch in network.of_kind("switch"):
            for end in network.interfaces_of(str(switch.id)):
                interface = network.interface(end)
                if interface is not None:
                    self._who[end.switch, interface.ofport] = _at(network, end)
        for id in network.links():
            link = network.link(id)
            ends = [network.interface(end) for end in (link.a, link.b)] if link is not None else []
            if link is None or not link.admin_up:
                continue
            a, b = ends
            if a is not None and b is not None and a.up and b.up:
                self._far[link.a.switch, a.ofport] = (link.b.switch, b.ofport)
                self._far[link.b.switch, b.ofport] = (link.a.switch, a.ofport)

    def fate(self, tables: Tables, case: Case) -> Fate:
        """What becomes of a frame."""
        heard: list[str] = []
        reasons: set[str] = set()
        ahead = [(case.switch, case.ofport, case.frame)]
        for _ in range(LOOK_UPS):
            if not ahead:
                break
            switch, ofport, frame = ahead.pop()
            for verdict in tables[switch].verdicts(frame, ofport) if switch in tables else ():
                match verdict:
                    case Left(out, leaving) if (switch, out) in self._far:
                        ahead.append((*self._far[switch, out], leaving))
                    case Left(out, leaving):
                        heard.append(self._heard(switch, out, leaving, case.frame))
                    case Dropped(reason, table):
                        reasons.add(reason or f"{table}:no-flow")
        else:
            reasons.add(CIRCLES)
        return Fate(tuple(sorted(heard)), tuple(sorted(reasons)))

    def _heard(self, switch: str, ofport: int, frame: Frame, sent: Frame) -> str:
        who = "the controller" if ofport == CONTROLLER else self._who.get((switch, ofport), f"{switch}:{ofport}")
        tags = "".join(f" with tag {tag & 0xFFF}" for tag in frame.vlans)
        altered = " altered" if replace(frame, vlans=()) != replace(sent, vlans=()) else ""
        return who + tags + altered


def _at(network: Network, end: Endpoint) -> str:
    vif = network.vif_at(end)
    return f"vif {vif}" if vif is not None else f"{end.switch}:{end.interface}"


class _Station(NamedTuple):
    """A port whose VIF is there, on one of its segments."""

    port: Port
    seat: Seat
    voice: Voice
    place: Place

    @property
    def vlans(self) -> tuple[int, ...]:
        return () if self.place.vlan is None else (self.place.vlan,)

    @property
    def address(self) -> str | None:
        return self.port.fixed_ips[0] if self.port.fixed_ips else None

    @property
    def name(self) -> str:
        tag = "" if self.place.vlan is None else f" (tag {self.place.vlan})"
        return f"port {self.port.id}{tag}"


def look_of(identity: Identity) -> Look:
    """What a flow looks for in a frame: fields and values. Nothing, where it looks at registers alone."""
    if identity.table == METERS:
        return ()
    told = ((field.name, value) for field, value, _ in fields_of(identity.match))
    return tuple((name, value) for name, value in told if name in _OUTER or name in INNER)


def cases(network: Network, looks: Iterable[Look] = ()) -> Iterator[Case | None]:
    """``cases(network, looks)`` yields the frames to try, and None now and then where finding them takes a while.

    First what each VIF says to all, to nobody, and with what is not its own; then what is looked for; then what it says
    to each other one. Segments take turns, so that whoever stops early has seen some of each.
    """
    incremental = Incremental(network)
    stations: dict[str, list[_Station]] = {}
    for fact in list(network.of_kind("port")):
        yield None
        view = View(network, incremental, set())
        at, said = seat(view, str(fact.id)), voice(view, str(fact.id))
        if at is None or said is None or not isinstance(fact, Port):
            continue
        for place in at.places:
            stations.setdefault(place.segment, []).append(_Station(fact, at, said, place))
    yield from _in_turns([_alone(segment, there) for segment, there in stations.items()])
    everybody = [(segment, one) for segment, there in stations.items() for one in there]
    for look in looks:
        yield from (_case(one, segment, _told(look), _looking(one, dict(look))) for segment, one in everybody)
    yield from _in_turns([_pairs(segment, there) for segment, there in stations.items()])


def _in_turns(lists: list[Iterator[Case]]) -> Iterator[Case]:
    while lists:
        left = []
        for some in lists:
            case = next(some, None)
            if case is not None:
                yield case
                left.append(some)
        lists = left


def _alone(segment: str, stations: list[_Station]) -> Iterator[Case]:
    """What each says that is for nobody in particular, or that it should not say."""
    for number, one in enumerate(stations):
        neighbour = stations[(number + 1) % len(stations)]
        own = one.seat.mac
        yield _case(one, segment, "to all", _frame(one, BROADCAST, None))
        yield _case(one, segment, "to an address that nobody has", _frame(one, NOBODY, None))
        yield _case(one, segment, "from a MAC that nobody has", Frame(STRANGER, neighbour.seat.mac, vlans=one.vlans))
        if neighbour is not one:
            stolen = Frame(neighbour.seat.mac, BROADCAST, vlans=one.vlans)
            yield _case(one, segment, f"to all from the MAC of {neighbour.name}", stolen)
        foreign = _ip(own, neighbour.seat.mac, FOREIGN_4, neighbour.address or EVERYBODY_4, one.vlans)
        yield _case(one, segment, f"to {neighbour.name} from the address {FOREIGN_4}", foreign)
        lie = _arp(own, BROADCAST, FOREIGN_4, neighbour.address or FOREIGN_4, one.vlans)
        yield _case(one, segment, f"to all, an ARP request that says it is {FOREIGN_4}", lie)
        tagged = Frame(own, BROADCAST, vlans=(FOREIGN_TAG, *one.vlans))
        yield _case(one, segment, f"to all with tag {FOREIGN_TAG}", tagged)


def _pairs(segment: str, stations: list[_Station]) -> Iterator[Case]:
    for apart in range(1, len(stations)):
        for number, one in enumerate(stations):
            other = stations[(number + apart) % len(stations)]
            yield _case(one, segment, f"to {other.name}", _frame(one, other.seat.mac, other.address))


def _looking(one: _Station, look: Mapping[str, int]) -> Frame:
    """What the station says with these fields; the others are as it may well say them."""
    plain = _frame(one, BROADCAST, None)
    macs = {name: look[name].to_bytes(6, "big").hex(":") for name in ("eth_src", "eth_dst") if name in look}
    eth_type = look.get("eth_type", plain.eth_type)
    vlan = look.get("vlan_vid", 0)
    inner = plain.inner if eth_type == plain.eth_type else {}
    return Frame(
        macs.get("eth_src", plain.src),
        macs.get("eth_dst", plain.dst),
        eth_type,
        (*((vlan & 0xFFF,) if vlan else ()), *one.vlans),
        inner={**inner, **{name: value for name, value in look.items() if name in INNER}},
    )


def _told(look: Look) -> str:
    """The fields in words.

    >>> _told((("eth_dst", 0x01005E0000FB), ("eth_type", 0x0800)))
    'with eth_dst=01:00:5e:00:00:fb, eth_type=0x800'
    """
    fields = (f"{name}={value_text(FIELD_BY_NAME[name], value)}" for name, value in look)
    return f"with {', '.join(fields)}"


def _case(one: _Station, segment: str, what: str, frame: Frame) -> Case:
    return Case(f"{segment}: {one.name} {what}", one.seat.switch, one.seat.ofport, frame)


def _frame(one: _Station, dst: str, address: str | None) -> Frame:
    """What the station may well say: IP from its own address where it has one, or else a type of its own."""
    if one.address is None:
        return Frame(one.seat.mac, dst, LOCAL_TYPE, one.vlans)
    if dst == BROADCAST and ":" not in one.address:
        return _arp(one.seat.mac, dst, one.address, address or one.address, one.vlans)
    same = address if address is not None and (":" in address) == (":" in one.address) else one.address
    return _ip(one.seat.mac, dst, one.address, same, one.vlans)


def _ip(src: str, dst: str, source: str, target: str, vlans: tuple[int, ...]) -> Frame:
    version = 6 if ":" in source else 4
    if (":" in target) != (":" in source):
        target = source
    names = (f"ipv{version}_src", f"ipv{version}_dst")
    inner = dict(zip(names, map(_number, (source, target)), strict=True)) | {"ip_proto": UDP}
    return Frame(src, dst, IPV6 if version == 6 else IPV4, vlans, inner=inner | {"udp_src": 4789, "udp_dst": 7})


def _arp(src: str, dst: str, source: str, target: str, vlans: tuple[int, ...]) -> Frame:
    if ":" in target:
        target = source
    inner = {"arp_op": 1, "arp_sha": int(src.replace(":", ""), 16)}
    inner |= {"arp_spa": _number(source), "arp_tpa": _number(target)}
    return Frame(src, dst, ARP, vlans, inner=inner)


def _number(address: str) -> int:
    return int(ip_address(address))


def rehearse(network: Network, before: Tables, after: Tables, tried: Iterable[Case]) -> Iterator[Otherwise | None]:
    """``rehearse(network, before, after, tried)`` yields of each frame how it fares otherwise, or None."""
    wiring = Wiring(network)
    for case in tried:
        fates = [wiring.fate(tables, case) for tables in (before, after)]
        yield Otherwise(case.what, *fates) if fates[0] != fates[1] else None
