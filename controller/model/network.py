"""The facts that hold now, with the indexes that make each question cheap.

``apply`` is the only way to change them. It costs as much as the change, never as much as the network, and answers
with the keys that were touched: facts, and the indexes over them that now read differently.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, cast

from weft.controller.model.addresses import Addresses
from weft.controller.model.capabilities import EVERYTHING, OPENVSWITCH_ALONE, Capabilities
from weft.controller.model.declared import Declared
from weft.controller.model.facts import (
    KINDS,
    Allocation,
    Attachment,
    Claim,
    Endpoint,
    Fact,
    FactId,
    Interface,
    Key,
    Link,
    Port,
    Promotion,
    Quota,
    SecurityGroup,
    Segment,
    Subnet,
    Switch,
    Token,
    Trunk,
    Vif,
    key_of,
)
from weft.controller.model.grouping import Grouping
from weft.controller.model.indexing import add, discard, replace_entry, replace_member
from weft.controller.model.naming import Naming
from weft.controller.model.ownership import OWNED, Ownership
from weft.controller.model.promotion import ONLY, REAL
from weft.controller.model.seating import Seated, Seating
from weft.controller.model.traits import strictest
from weft.controller.model.trunks import Carrier, Trunks

ALL_LINKS = Key("links", "*")
NOTHING = Addresses()


class Change(NamedTuple):
    """One fact replaced: ``before`` is None where it is new, ``after`` is None where it is gone."""

    before: Fact | None
    after: Fact | None

    @property
    def key(self) -> Key:
        """Which fact it is about."""
        fact = self.after or self.before
        assert fact is not None
        return key_of(fact)

    @property
    def inverse(self) -> Change:
        """The change that undoes this one."""
        return Change(self.after, self.before)


class Network:
    """The facts, by kind and id, and their indexes. ``revision`` is that of the last change.

    ``capabilities`` are those of each plug-in in force, by its name; ``selective`` tells whether one honours less than
    everything.
    """

    def __init__(
        self,
        facts: Iterable[Fact] = (),
        revision: int = 0,
        attributes: Collection[Declared] = (),
        capabilities: Mapping[str, Capabilities] = OPENVSWITCH_ALONE,
    ) -> None:
        self.revision = revision
        self.naming = Naming(attributes)  # read only
        self.capabilities = capabilities
        self.selective = any(can[:4] != EVERYTHING[:4] for can in capabilities.values())
        if any(one.in_tables for one in attributes):
            self.selective |= not all(can.flow_tables for can in capabilities.values())
        self._facts: dict[str, dict[FactId, Fact]] = {kind: {} for kind in KINDS}
        self._addresses: dict[str, Addresses] = {}  # by segment
        self._apart: dict[str, set[str]] = {}  # ports that name a part in a private VLAN, by segment
        self._ports_by_bound: dict[str, set[str]] = {}
        self._port_by_vif: dict[str, str] = {}
        self._vif_by_location: dict[Endpoint, str] = {}
        self._vifs_by_switch: dict[str, set[str]] = {}
        self._seating = Seating()
        self.groups = Grouping()  # read only
        self.trunks = Trunks()  # read only
        self._link_by_end: dict[Endpoint, str] = {}
        self._interfaces_by_switch: dict[str, set[Endpoint]] = {}
        self._claims_by_switch: dict[str, set[Endpoint]] = {}
        self._switch_by_dpid: dict[int, str] = {}
        self._segment_by_wire: dict[tuple[str, int], str] = {}
        self._subnets_by_segment: dict[str, set[str]] = {}
        self._token_by_hash: dict[str, str] = {}
        self.ownership = Ownership()
        self.apply([Change(None, fact) for fact in facts], revision)

    def capabilities_at(self, switch: str) -> Capabilities | None:
        """What can be honoured on that switch; None where there is no such switch, or its plug-in is not in force."""
        found = self.switch(switch)
        return self.capabilities.get(found.plugin) if found is not None else None

    # facts

    def segment(self, id: str) -> Segment | None:
        """The segment of that id."""
        return cast("Segment | None", self._facts["segment"].get(id))

    def port(self, id: str) -> Port | None:
        """The port of that id."""
        return cast("Port | None", self._facts["port"].get(id))

    def vif(self, id: str) -> Vif | None:
        """The VIF of that id."""
        return cast("Vif | None", self._facts["vif"].get(id))

    def subnet(self, id: str) -> Subnet | None:
        """The subnet of that id."""
        return cast("Subnet | None", self._facts["subnet"].get(id))

    def quota(self, project: str) -> Quota | None:
        """The quota that was given to that project itself."""
        return cast("Quota | None", self._facts["quota"].get(project))

    def attachment(self, port: str) -> Attachment | None:
        """What is plugged into that port."""
        return cast("Attachment | None", self._facts["attachment"].get(port))

    def switch(self, name: str) -> Switch | None:
        """The switch of that name."""
        return cast("Switch | None", self._facts["switch"].get(name))

    def link(self, id: str) -> Link | None:
        """The link of that id."""
        return cast("Link | None", self._facts["link"].get(id))

    def interface(self, end: Endpoint) -> Interface | None:
        """What its switch said last of that interface."""
        return cast("Interface | None", self._facts["interface"].get(end))

    def claim(self, end: Endpoint) -> Claim | None:
        """What that interface said itself last."""
        return cast("Claim | None", self._facts["claim"].get(end))

    def allocation(self, pool: str) -> Allocation | None:
        """The number given last from that pool."""
        return cast("Allocation | None", self._facts["allocation"].get(pool))

    def security_group(self, id: str) -> SecurityGroup | None:
        """The security group of that id."""
        return cast("SecurityGroup | None", self._facts["security_group"].get(id))

    def trunk(self, id: str) -> Trunk | None:
        """The trunk of that id."""
        return cast("Trunk | None", self._facts["trunk"].get(id))

    @property
    def promotion(self) -> Promotion | None:
        """Which set of stages was promoted, if one was."""
        return cast("Promotion | None", self._facts["promotion"].get(ONLY))

    @property
    def promoted(self) -> str:
        """The name of the set of stages that the switches are to follow."""
        return self.promotion.shadow if self.promotion is not None else REAL

    def fact(self, key: Key) -> Fact | None:
        """The fact of that key, of whatever kind."""
        return self._facts[key.kind].get(cast(FactId, key.id))

    def of_kind(self, kind: str) -> Iterator[Fact]:
        """All facts of a kind, in the order of their making."""
        return iter(self._facts[kind].values())

    def count(self, kind: str) -> int:
        """How many facts of a kind there are."""
        return len(self._facts[kind])

    # indexes

    def ports_of(self, segment: str) -> frozenset[str]:
        """The ports on a segment: those of its own, and those whose trunk has a tag for it."""
        return frozenset(self.addresses(segment).ports)

    def security(self, port: Port) -> str:
        """The level at which the port's VIF is checked: its own, or the strictest of its segments'."""
        segments = map(self.segment, port.segments)
        return port.security or strictest(segment.security for segment in segments if segment is not None)

    def private(self, segment: str) -> bool:
        """Whether a port of the segment names a part in a private VLAN."""
        return segment in self._apart

    def addresses(self, segment: str) -> Addresses:
        """The addresses that the ports on the segment name. Read only."""
        return self._addresses.get(segment, NOTHING)

    def declared(self, kind: str) -> Mapping[str, Declared]:
        """The attributes that extensions declare on facts of a kind, by name."""
        return self.naming.declared(kind)

    def carrier(self, port: str) -> Carrier | None:
        """Who carries the port by a tag."""
        return self.trunks.carrier(port)

    def crossed_by(self, port: Port) -> tuple[str, ...]:
        """The segments whose frames cross the port's wire: its own, and those of the ports that its trunk carries."""
        carried = (self.port(id) for id in self.trunks.carried(port.id))
        return (*port.segments, *(other.segment for other in carried if other is not None))

    def vif_in(self, port: str) -> Vif | None:
        """The VIF that is plugged into the port."""
        attachment = self.attachment(port)
        return self.vif(attachment.vif) if attachment is not None else None

    def location(self, port: str) -> Endpoint | None:
        """Where frames come in by the port: where its VIF is or, when it is carried, that of the trunk's port."""
        carrier = self.trunks.carrier(port)
        vif, bearer = self.vif_in(port), self.vif_in(carrier.port if carrier is not None else port)
        return bearer.location if vif is not None and bearer is not None else None

    def ports_bound_to(self, vif: str) -> frozenset[str]:
        """The ports whose offer that VIF has accepted."""
        return frozenset(self._ports_by_bound.get(vif, ()))

    def port_of_vif(self, vif: str) -> str | None:
        """The port that the VIF is plugged into."""
        return self._port_by_vif.get(vif)

    def port_of_mac(self, segment: str, mac: str) -> str | None:
        """The port on the segment whose VIF has that MAC."""
        return self._seating.port_of_mac(segment, mac)

    def local(self, segment: str, switch: str) -> tuple[str, ...]:
        """The ports on the segment whose VIFs are on that switch, sorted."""
        return self._seating.local(segment, switch)

    def seated(self, switch: str) -> tuple[str, ...]:
        """The ports whose VIFs are on that switch, whatever their segments, sorted."""
        return self._seating.seated(switch)

    def count_local(self, segment: str, switch: str) -> int:
        """How many ports on the segment have their VIFs on that switch."""
        return self._seating.count_local(segment, switch)

    def members(self, segment: str) -> frozenset[str]:
        """The switches that a VIF of the segment is on."""
        return self._seating.members(segment)

    def vif_at(self, location: Endpoint) -> str | None:
        """The VIF that is at that interface."""
        return self._vif_by_location.get(location)

    def vifs_on(self, switch: str) -> frozenset[str]:
        """The VIFs whose location is on that switch."""
        return frozenset(self._vifs_by_switch.get(switch, ()))

    def link_at(self, end: Endpoint) -> str | None:
        """The link that ends at that interface."""
        return self._link_by_end.get(end)

    def links(self) -> tuple[str, ...]:
        """All links, sorted."""
        return tuple(sorted(cast("Iterable[str]", self._facts["link"])))

    def interfaces_of(self, switch: str) -> tuple[Endpoint, ...]:
        """The interfaces that a switch spoke of, sorted."""
        return tuple(sorted(self._interfaces_by_switch.get(switch, ())))

    def claims_of(self, switch: str) -> tuple[Endpoint, ...]:
        """The interfaces of a switch that say for which port they are, sorted."""
        return tuple(sorted(self._claims_by_switch.get(switch, ())))

    def switch_of_dpid(self, dpid: int) -> str | None:
        """The switch that has that datapath id."""
        return self._switch_by_dpid.get(dpid)

    def segment_on_wire(self, transport: str, segmentation_id: int) -> str | None:
        """The segment that uses that id on that transport."""
        return self._segment_by_wire.get((transport, segmentation_id))

    def subnets_of(self, segment: str) -> tuple[str, ...]:
        """The subnets of a segment, sorted."""
        return tuple(sorted(self._subnets_by_segment.get(segment, ())))

    def token_of(self, hash: str) -> Token | None:
        """The token whose secret has that SHA-256."""
        id = self._token_by_hash.get(hash)
        return cast("Token | None", self._facts["token"].get(id)) if id is not None else None

    # change

    def apply(self, changes: Sequence[Change], revision: int) -> set[Key]:
        """Make the changes hold, and tell which facts and indexes read differently now."""
        touched: set[Key] = set()
        for change in changes:
            key = change.key
            table = self._facts[key.kind]
            fact_id = cast(FactId, key.id)
            if change.after is None:
                table.pop(fact_id, None)
            else:
                table[fact_id] = change.after
            touched.add(key)
            if key.kind in OWNED:
                self.ownership.replace(change.before, change.after)
            touched.update(self.naming.replace(change.before, change.after))
            index = _INDEX.get(key.kind)
            if index is not None:
                index(self, change.before, change.after, touched)
        self.revision = revision
        return touched

    def _index_segment(self, before: Segment | None, after: Segment | None, touched: set[Key]) -> None:
        replace_entry(self._segment_by_wire, before, after, _wire_of, lambda segment: segment.id)

    def _index_port(self, before: Port | None, after: Port | None, touched: set[Key]) -> None:
        replace_member(self._ports_by_bound, before, after, lambda port: port.bound_vif, lambda port: port.id)
        were, are = _named_on(before), _named_on(after)
        for segment, named in were.items():
            if before is not None and are.get(segment) != named:
                addresses = self._addresses[segment]
                addresses.remove(before)
                if not addresses.ports:
                    del self._addresses[segment]
        for segment, named in are.items():
            if after is not None and were.get(segment) != named:
                self._addresses.setdefault(segment, Addresses()).add(after)
        self._set_apart(before, after, touched)
        self.groups.replace_port(before, after)
        self._seat((after or cast(Port, before)).id, touched)

    def _set_apart(self, before: Port | None, after: Port | None, touched: set[Key]) -> None:
        were, are = (set(p.segments) if p is not None and p.isolated is not None else set() for p in (before, after))
        port = (after or cast(Port, before)).id
        private = {segment for segment in were | are if self.private(segment)}
        for segment in were - are:
            discard(self._apart, segment, port)
        for segment in are - were:
            add(self._apart, segment, port)
        touched |= {Key("private", segment) for segment in were | are if self.private(segment) != (segment in private)}

    def _index_vif(self, before: Vif | None, after: Vif | None, touched: set[Key]) -> None:
        replace_entry(self._vif_by_location, before, after, lambda vif: vif.location, lambda vif: vif.id)
        replace_member(self._vifs_by_switch, before, after, lambda vif: vif.switch, lambda vif: vif.id)
        port = self._port_by_vif.get((after or cast(Vif, before)).id)
        if port is not None:
            self._seat(port, touched)

    def _index_attachment(self, before: Attachment | None, after: Attachment | None, touched: set[Key]) -> None:
        replace_entry(self._port_by_vif, before, after, lambda plugged: plugged.vif, lambda plugged: plugged.id)
        self._seat((after or cast(Attachment, before)).id, touched)

    def _index_switch(self, before: Switch | None, after: Switch | None, touched: set[Key]) -> None:
        replace_entry(self._switch_by_dpid, before, after, lambda switch: switch.dpid, lambda switch: switch.id)

    def _index_link(self, before: Link | None, after: Link | None, touched: set[Key]) -> None:
        replace_entry(self._link_by_end, before, after, lambda link: link.a, lambda link: link.id)
        replace_entry(self._link_by_end, before, after, lambda link: link.b, lambda link: link.id)
        if before is None or after is None:
            touched.add(ALL_LINKS)

    def _index_interface(self, before: Interface | None, after: Interface | None, touched: set[Key]) -> None:
        replace_member(self._interfaces_by_switch, before, after, lambda seen: seen.id.switch, lambda seen: seen.id)

    def _index_claim(self, before: Claim | None, after: Claim | None, touched: set[Key]) -> None:
        replace_member(self._claims_by_switch, before, after, lambda claim: claim.id.switch, lambda claim: claim.id)

    def _index_subnet(self, before: Subnet | None, after: Subnet | None, touched: set[Key]) -> None:
        replace_member(self._subnets_by_segment, before, after, lambda subnet: subnet.segment, lambda subnet: subnet.id)

    def _index_token(self, before: Token | None, after: Token | None, touched: set[Key]) -> None:
        replace_entry(self._token_by_hash, before, after, lambda token: token.hash, lambda token: token.id)

    def _index_security_group(
        self, before: SecurityGroup | None, after: SecurityGroup | None, touched: set[Key]
    ) -> None:
        self.groups.replace(before, after)

    def _index_trunk(self, before: Trunk | None, after: Trunk | None, touched: set[Key]) -> None:
        for port in sorted(self.trunks.replace(before, after)):
            touched.add(Key("trunking", port))
            self._seat(port, touched)
        touched |= {Key("trunking", trunk.port) for trunk in (before, after) if trunk is not None}

    def _seat(self, port_id: str, touched: set[Key]) -> None:
        """Bring the index that joins port, attachment and VIF up to date for one port."""
        port, vif, place = self.port(port_id), self.vif_in(port_id), self.location(port_id)
        switch = place.switch if place is not None else None
        seated = port is not None and vif is not None and Seated(port.segments, vif.mac, vif.id, switch)
        self._seating.seat(port_id, seated or None, touched)
        for carried in self.trunks.carried(port_id):
            self._seat(carried, touched)


_INDEX: dict[str, Callable[..., None]] = {
    "segment": Network._index_segment,
    "port": Network._index_port,
    "vif": Network._index_vif,
    "attachment": Network._index_attachment,
    "switch": Network._index_switch,
    "link": Network._index_link,
    "interface": Network._index_interface,
    "claim": Network._index_claim,
    "subnet": Network._index_subnet,
    "token": Network._index_token,
    "security_group": Network._index_security_group,
    "trunk": Network._index_trunk,
}


def _wire_of(segment: Segment) -> tuple[str, int] | None:
    return None if segment.segmentation_id is None else (segment.transport, segment.segmentation_id)


def _named_on(port: Port | None) -> dict[str, object]:
    """The addresses that a port names, on each segment that it is on."""
    return dict.fromkeys(port.segments, (port.fixed_ips, port.allowed_addresses)) if port is not None else {}
