"""All that a network can be asked, and what the facts alone would answer: scanned, without any index."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from ipaddress import ip_network
from itertools import product
from typing import Any

from weft.controller.model.addresses import prefix_of
from weft.controller.model.facts import (
    Attachment,
    Claim,
    Endpoint,
    Fact,
    Interface,
    Key,
    Link,
    Port,
    Segment,
    Switch,
    Trunk,
    Vif,
)
from weft.controller.model.facts import key_of as key_of_fact
from weft.controller.model.network import ALL_LINKS, Network
from weft.controller.model.trunks import Carrier

Answers = dict[tuple[Any, ...], Any]


def answers(network: Network, about: Iterable[Fact]) -> Answers:
    """What the network answers to every question about these facts, whether they hold in it or not."""
    about = list(about)
    segments, switches, macs = _ids(about, Segment), _ids(about, Switch), {f.mac for f in about if isinstance(f, Vif)}
    found: Answers = {key_of_fact(fact): network.fact(key_of_fact(fact)) for fact in about}
    found |= {Key("members", s): network.members(s) for s in segments}
    found |= {Key("local", (s, at)): network.local(s, at) for s in segments for at in switches}
    found[ALL_LINKS] = network.links()
    found |= {("count local", s, at): network.count_local(s, at) for s in segments for at in switches}
    ports_named = {fact.id for fact in about if isinstance(fact, Port)}
    found |= {Key("trunking", p): (network.carrier(p), network.trunks.carried(p)) for p in ports_named}
    found |= {Key("private", s): network.private(s) for s in segments}
    found |= {("ports of", s): network.ports_of(s) for s in segments}
    found |= {("port of MAC", s, mac): network.port_of_mac(s, mac) for s in segments for mac in macs}
    found |= {("VIFs on", s): network.vifs_on(s) for s in switches}
    found |= {("claims of", s): network.claims_of(s) for s in switches}
    ports = [fact for fact in about if isinstance(fact, Port)]
    prefixes, shared = {p for port in ports for p in _prefixes(port)}, {mac for port in ports for mac in _shared(port)}
    for segment, project in product(segments, {port.project for port in ports}):
        addresses = network.addresses(segment)
        found |= {("sharers", segment, mac): frozenset(addresses.sharers(mac)) for mac in macs | shared}
        for mac in macs | shared:
            found["a stranger shares", segment, project, mac] = addresses.foreign_sharer(mac, project) is not None
        for prefix in prefixes:
            overlap = addresses.foreign_overlap(prefix_of(prefix), project) is not None
            found["a stranger has", segment, project, prefix] = overlap
    for segment, ip in product(segments, {ip for port in ports for ip in port.fixed_ips}):
        found["port of IP", segment, ip] = network.addresses(segment).port_of_ip(ip)
    found |= {("interfaces of", s): network.interfaces_of(s) for s in switches}
    for fact in about:
        if isinstance(fact, Vif):
            found["port of VIF", fact.id] = network.port_of_vif(fact.id)
            found["bound to", fact.id] = network.ports_bound_to(fact.id)
            if fact.location is not None:
                found["VIF at", fact.location] = network.vif_at(fact.location)
        elif isinstance(fact, Switch):
            found["switch of dpid", fact.dpid] = network.switch_of_dpid(fact.dpid)
        elif isinstance(fact, Link):
            found |= {("link at", end): network.link_at(end) for end in (fact.a, fact.b)}
        elif isinstance(fact, Segment) and fact.segmentation_id is not None:
            wire = (fact.transport, fact.segmentation_id)
            found["segment on wire", *wire] = network.segment_on_wire(*wire)
    return found


def scanned(facts: Iterable[Fact], questions: Iterable[tuple[Any, ...]]) -> Answers:
    """What these facts answer to the questions."""
    scan = _Scan(list(facts))
    return {question: scan.answer(question) for question in questions}


class _Scan:
    """Facts that are looked through one by one."""

    def __init__(self, facts: list[Fact]) -> None:
        self.fact_by_key = {key_of_fact(fact): fact for fact in facts}
        self.ports = [f for f in facts if isinstance(f, Port)]
        self.vifs = [f for f in facts if isinstance(f, Vif)]
        self.links = [f for f in facts if isinstance(f, Link)]
        self.facts = facts
        self.seats = [
            (port, vif)
            for plugged in facts
            if isinstance(plugged, Attachment)
            for port in self.ports
            for vif in self.vifs
            if (plugged.id, plugged.vif) == (port.id, vif.id)
        ]
        self.seats = [(port, self._placed(port, vif)) for port, vif in self.seats]

    def _placed(self, port: Port, vif: Vif) -> Vif:
        """The VIF as it is seen: on the wire of the trunk, where one carries its port."""
        carrier, _ = self.answer(("trunking", port.id))
        if carrier is None:
            return vif
        bearer = next((other for bearing, other in self.seats if bearing.id == carrier.port), None)
        return replace(vif, switch=bearer and bearer.switch, interface=bearer and bearer.interface)

    def on(self, segment: str) -> list[Port]:
        """The ports on a segment."""
        return [port for port in self.ports if segment in _on(port)]

    def answer(self, question: tuple[Any, ...]) -> Any:
        match question:
            case ("members", segment):
                return frozenset(v.switch for p, v in self.seats if segment in _on(p) and v.switch is not None)
            case ("trunking", port):
                trunks = [f for f in self.facts if isinstance(f, Trunk)]
                carrier = [Carrier(t.id, t.port, sub.tag) for t in trunks for sub in t.subports if sub.port == port]
                carried = [tuple(sub.port for sub in trunk.subports) for trunk in trunks if trunk.port == port]
                return next(iter(carrier), None), next(iter(carried), ())
            case ("private", segment):
                return any(port.isolated is not None for port in self.on(segment))
            case ("local", (segment, switch)):
                return tuple(sorted(p.id for p, v in self.seats if segment in _on(p) and v.switch == switch))
            case ("links", _):
                return tuple(sorted(link.id for link in self.links))
            case ("count local", segment, switch):
                return len(self.answer(("local", (segment, switch))))
            case ("ports of", segment):
                return frozenset(port.id for port in self.on(segment))
            case ("port of MAC", segment, mac):
                return _only(port.id for port, vif in self.seats if segment in _on(port) and vif.mac == mac)
            case ("port of IP", segment, ip):
                return _only(port.id for port in self.on(segment) if ip in port.fixed_ips)
            case ("sharers", segment, mac):
                return frozenset(port.id for port in self.on(segment) if mac in _shared(port))
            case ("a stranger shares", segment, project, mac):
                return any(port.project != project and mac in _shared(port) for port in self.on(segment))
            case ("a stranger has", segment, project, prefix):
                named = (p for port in self.on(segment) if port.project != project for p in _prefixes(port))
                return any(_overlap(prefix, other) for other in named)
            case ("bound to", vif):
                return frozenset(port.id for port in self.ports if port.bound_vif == vif)
            case ("claims of", switch):
                return tuple(sorted(f.id for f in self.facts if isinstance(f, Claim) and f.id.switch == switch))
            case ("VIFs on", switch):
                return frozenset(vif.id for vif in self.vifs if vif.switch == switch)
            case ("interfaces of", switch):
                ends = [f.id for f in self.facts if isinstance(f, Interface)]
                return tuple(sorted(end for end in ends if end.switch == switch))
            case ("port of VIF", vif):
                return _only(f.id for f in self.facts if isinstance(f, Attachment) and f.vif == vif)
            case ("VIF at", location):
                return _only(vif.id for vif in self.vifs if vif.location == location)
            case ("switch of dpid", dpid):
                return _only(f.id for f in self.facts if isinstance(f, Switch) and f.dpid == dpid)
            case ("link at", end):
                return _only(link.id for link in self.links if end in (link.a, link.b))
            case ("segment on wire", transport, number):
                segments = [f for f in self.facts if isinstance(f, Segment)]
                return _only(s.id for s in segments if (s.transport, s.segmentation_id) == (transport, number))
            case _:
                return self.fact_by_key.get(Key(*question))


def _ids(facts: Iterable[Fact], kind: type[Segment] | type[Switch]) -> set[str]:
    return {fact.id for fact in facts if isinstance(fact, kind)}


def _on(port: Port) -> set[str]:
    return {port.segment} | {subport.segment for subport in port.trunk}


def _prefixes(port: Port) -> list[str]:
    allowed = [pair.prefix for pair in port.allowed_addresses if pair.prefix is not None]
    return [*(f"{ip}/{128 if ':' in ip else 32}" for ip in port.fixed_ips), *allowed]


def _shared(port: Port) -> set[str]:
    return {pair.mac for pair in port.allowed_addresses if pair.mac is not None}


def _overlap(a: str, b: str) -> bool:
    one, other = ip_network(a), ip_network(b)
    return one.version == other.version and one.overlaps(other)


def _only(found: Iterable[str | Endpoint]) -> str | Endpoint | None:
    """The one that was found; None where there is none. Two would break a rule of the model."""
    all_found = list(found)
    assert len(all_found) < 2, f"{all_found} are in one place"
    return all_found[0] if all_found else None
