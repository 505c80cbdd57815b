"""The facts that hold now, with the indexes that make each question cheap.

``apply`` is the only way to change them. It costs as much as the change, never as much as the network, and answers
with the keys that were touched: facts, and the indexes over them that now read differently.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, TypeVar, cast

from weft.controller.model.facts import (
    KINDS,
    Allocation,
    Attachment,
    Endpoint,
    Fact,
    FactId,
    Interface,
    Key,
    Link,
    Port,
    Segment,
    Switch,
    Vif,
    key_of,
)

ALL_LINKS = Key("links", "*")
K = TypeVar("K")
V = TypeVar("V")


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


class Seated(NamedTuple):
    """A port with a VIF in it: where the VIF is (None: nowhere yet), and on which segment it speaks with which MAC."""

    segment: str
    mac: str
    vif: str
    switch: str | None


class Network:
    """The facts, by kind and id, and their indexes. ``revision`` is that of the last change."""

    def __init__(self, facts: Iterable[Fact] = (), revision: int = 0) -> None:
        self.revision = revision
        self._facts: dict[str, dict[FactId, Fact]] = {kind: {} for kind in KINDS}
        self._ports_by_segment: dict[str, set[str]] = {}
        self._port_by_vif: dict[str, str] = {}
        self._vif_by_location: dict[Endpoint, str] = {}
        self._vifs_by_switch: dict[str, set[str]] = {}
        self._seated_by_port: dict[str, Seated] = {}
        self._port_by_mac: dict[tuple[str, str], str] = {}
        self._local: dict[str, dict[str, set[str]]] = {}
        self._link_by_end: dict[Endpoint, str] = {}
        self._interfaces_by_switch: dict[str, set[Endpoint]] = {}
        self._switch_by_dpid: dict[int, str] = {}
        self._segment_by_wire: dict[tuple[str, int], str] = {}
        self.apply([Change(None, fact) for fact in facts], revision)

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

    def allocation(self, pool: str) -> Allocation | None:
        """The number given last from that pool."""
        return cast("Allocation | None", self._facts["allocation"].get(pool))

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
        """The ports of a segment."""
        return frozenset(self._ports_by_segment.get(segment, ()))

    def port_of_vif(self, vif: str) -> str | None:
        """The port that the VIF is plugged into."""
        return self._port_by_vif.get(vif)

    def port_of_mac(self, segment: str, mac: str) -> str | None:
        """The port of the segment whose VIF has that MAC."""
        return self._port_by_mac.get((segment, mac))

    def vif_at(self, location: Endpoint) -> str | None:
        """The VIF that is at that interface."""
        return self._vif_by_location.get(location)

    def vifs_on(self, switch: str) -> frozenset[str]:
        """The VIFs whose location is on that switch."""
        return frozenset(self._vifs_by_switch.get(switch, ()))

    def local(self, segment: str, switch: str) -> tuple[str, ...]:
        """The ports of the segment whose VIFs are on that switch, sorted."""
        return tuple(sorted(self._local.get(segment, {}).get(switch, ())))

    def count_local(self, segment: str, switch: str) -> int:
        """How many ports of the segment have their VIFs on that switch."""
        return len(self._local.get(segment, {}).get(switch, ()))

    def members(self, segment: str) -> frozenset[str]:
        """The switches that a VIF of the segment is on."""
        return frozenset(self._local.get(segment, ()))

    def link_at(self, end: Endpoint) -> str | None:
        """The link that ends at that interface."""
        return self._link_by_end.get(end)

    def links(self) -> tuple[str, ...]:
        """All links, sorted."""
        return tuple(sorted(cast("Iterable[str]", self._facts["link"])))

    def interfaces_of(self, switch: str) -> tuple[Endpoint, ...]:
        """The interfaces that a switch spoke of, sorted."""
        return tuple(sorted(self._interfaces_by_switch.get(switch, ())))

    def switch_of_dpid(self, dpid: int) -> str | None:
        """The switch that has that datapath id."""
        return self._switch_by_dpid.get(dpid)

    def segment_on_wire(self, transport: str, segmentation_id: int) -> str | None:
        """The segment that uses that id on that transport."""
        return self._segment_by_wire.get((transport, segmentation_id))

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
            index = _INDEX.get(key.kind)
            if index is not None:
                index(self, change.before, change.after, touched)
        self.revision = revision
        return touched

    def _index_segment(self, before: Segment | None, after: Segment | None, touched: set[Key]) -> None:
        _replace(self._segment_by_wire, before, after, _wire_of, lambda segment: segment.id)

    def _index_port(self, before: Port | None, after: Port | None, touched: set[Key]) -> None:
        for port in _gone(before, after):
            _discard(self._ports_by_segment, port.segment, port.id)
        if after is not None:
            self._ports_by_segment.setdefault(after.segment, set()).add(after.id)
        self._seat((after or cast(Port, before)).id, touched)

    def _index_vif(self, before: Vif | None, after: Vif | None, touched: set[Key]) -> None:
        _replace(self._vif_by_location, before, after, lambda vif: vif.location, lambda vif: vif.id)
        for vif in _gone(before, after):
            _discard(self._vifs_by_switch, vif.switch, vif.id)
        if after is not None and after.switch is not None:
            self._vifs_by_switch.setdefault(after.switch, set()).add(after.id)
        port = self._port_by_vif.get((after or cast(Vif, before)).id)
        if port is not None:
            self._seat(port, touched)

    def _index_attachment(self, before: Attachment | None, after: Attachment | None, touched: set[Key]) -> None:
        _replace(self._port_by_vif, before, after, lambda attachment: attachment.vif, lambda attachment: attachment.id)
        self._seat((after or cast(Attachment, before)).id, touched)

    def _index_switch(self, before: Switch | None, after: Switch | None, touched: set[Key]) -> None:
        _replace(self._switch_by_dpid, before, after, lambda switch: switch.dpid, lambda switch: switch.id)

    def _index_link(self, before: Link | None, after: Link | None, touched: set[Key]) -> None:
        _replace(self._link_by_end, before, after, lambda link: link.a, lambda link: link.id)
        _replace(self._link_by_end, before, after, lambda link: link.b, lambda link: link.id)
        if before is None or after is None:
            touched.add(ALL_LINKS)

    def _index_interface(self, before: Interface | None, after: Interface | None, touched: set[Key]) -> None:
        for interface in _gone(before, after):
            _discard(self._interfaces_by_switch, interface.id.switch, interface.id)
        if after is not None:
            self._interfaces_by_switch.setdefault(after.id.switch, set()).add(after.id)

    def _seat(self, port_id: str, touched: set[Key]) -> None:
        """Bring the indexes that join port, attachment and VIF up to date for one port."""
        old, new = self._seated_by_port.get(port_id), self._seating(port_id)
        if old == new:
            return
        if old is not None:
            del self._seated_by_port[port_id]
            if self._port_by_mac.get((old.segment, old.mac)) == port_id:
                del self._port_by_mac[old.segment, old.mac]
        if new is not None:
            self._seated_by_port[port_id] = new
            self._port_by_mac[new.segment, new.mac] = port_id
        was = (old.segment, old.switch) if old is not None else (None, None)
        now = (new.segment, new.switch) if new is not None else (None, None)
        if was == now:
            return
        for segment, switch, act in ((*was, _discard), (*now, _add)):
            if segment is not None and switch is not None:
                local = self._local.setdefault(segment, {})
                members = len(local)
                act(local, switch, port_id)
                touched.add(Key("local", (segment, switch)))
                if len(local) != members:
                    touched.add(Key("members", segment))
                if not local:
                    del self._local[segment]

    def _seating(self, port_id: str) -> Seated | None:
        port, attachment = self.port(port_id), self.attachment(port_id)
        vif = self.vif(attachment.vif) if attachment is not None else None
        return Seated(port.segment, vif.mac, vif.id, vif.switch) if port is not None and vif is not None else None


F = TypeVar("F", bound=Fact)
_INDEX: dict[str, Callable[..., None]] = {
    "segment": Network._index_segment,
    "port": Network._index_port,
    "vif": Network._index_vif,
    "attachment": Network._index_attachment,
    "switch": Network._index_switch,
    "link": Network._index_link,
    "interface": Network._index_interface,
}


def _gone(before: F | None, after: F | None) -> Iterator[F]:
    if before is not None:
        yield before


def _wire_of(segment: Segment) -> tuple[str, int] | None:
    return None if segment.segmentation_id is None else (segment.transport, segment.segmentation_id)


def _replace(
    table: dict[K, V], before: F | None, after: F | None, key: Callable[[F], K | None], value: Callable[[F], V]
) -> None:
    """Let ``table`` say of ``after`` what it said of ``before``, without touching what somebody else put there."""
    if before is not None and (old := key(before)) is not None and table.get(old) == value(before):
        del table[old]
    if after is not None and (new := key(after)) is not None:
        table[new] = value(after)


def _add(table: dict[K, set[V]], key: K, member: V) -> None:
    table.setdefault(key, set()).add(member)


def _discard(table: dict[K, set[V]], key: K | None, member: V) -> None:
    """Take the member out, and the set with it when it was the last."""
    if key is not None and key in table:
        table[key].discard(member)
        if not table[key]:
            del table[key]
