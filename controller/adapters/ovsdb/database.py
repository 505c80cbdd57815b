"""What one Open vSwitch database has said so far, as far as claims need it."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from weft.controller.adapters.ovsdb.claims import Claimed, claimed
from weft.controller.adapters.ovsdb.values import Garbage, is_uuid, members, shown, text, texts_by_text, uuids

NAME = "Open_vSwitch"
MOST_BRIDGES = 1000
COLUMNS = {"Bridge": ("datapath_id", "ports"), "Port": ("interfaces",), "Interface": ("name", "type", "external_ids")}

_ROW_WEIGHT, _REFERENCE_WEIGHT = 400, 100  # bytes, more or less
_DATAPATH_ID = re.compile(r"[0-9a-f]{16}")

Claims = Mapping[str, Claimed]  # by interface
State = Mapping[int, Claims]  # by datapath id


class _Bridge(NamedTuple):
    dpid: int | None = None
    ports: tuple[str, ...] = ()


@dataclass
class _Rows:
    """The rows by UUID: bridges, ports with their interfaces, and what those interfaces claim that claim something."""

    bridges: dict[str, _Bridge] = field(default_factory=dict)
    ports: dict[str, tuple[str, ...]] = field(default_factory=dict)
    interfaces: dict[str, Claimed] = field(default_factory=dict)
    weight: int = 0

    def copy(self) -> _Rows:
        return _Rows(dict(self.bridges), dict(self.ports), dict(self.interfaces), self.weight)

    def put_bridge(self, uuid: str, row: Mapping[str, Any] | None) -> None:
        before = self.bridges.pop(uuid, None)
        if before is not None:
            self.weight -= _weight(before.ports)
        if row is not None:
            # Without a datapath id it is about to be given one again: Open vSwitch is starting.
            dpid = _dpid(row["datapath_id"]) or (before.dpid if before is not None else None)
            after = self.bridges[uuid] = _Bridge(dpid, uuids(row["ports"]))
            self.weight += _weight(after.ports)
            if len(self.bridges) > MOST_BRIDGES:
                raise Garbage(f"it has more than {MOST_BRIDGES} bridges")

    def put_port(self, uuid: str, row: Mapping[str, Any] | None) -> None:
        before = self.ports.pop(uuid, None)
        if before is not None:
            self.weight -= _weight(before)
        if row is not None:
            after = self.ports[uuid] = uuids(row["interfaces"])
            self.weight += _weight(after)

    def put_interface(self, uuid: str, row: Mapping[str, Any] | None) -> None:
        before = self.interfaces.pop(uuid, None)
        if before is not None:
            self.weight -= _ROW_WEIGHT + before.weight
        if row is not None:
            if not row["name"]:
                raise Garbage("an interface has no name")
            after = claimed(text(row["name"]), text(row["type"]), texts_by_text(row["external_ids"]))
            if after is not None:
                self.interfaces[uuid] = after
                self.weight += _ROW_WEIGHT + after.weight


_PUT = {"Bridge": _Rows.put_bridge, "Port": _Rows.put_port, "Interface": _Rows.put_interface}


class Database:
    """The rows of one database. ``update`` and ``state`` go in small steps, and a step of one may come between the
    other's: what an update changes is seen whole or not at all.
    """

    def __init__(self) -> None:
        self._rows = _Rows()
        self._gone: set[int] = set()  # datapath ids of bridges that were taken away, until everybody has heard

    @property
    def weight(self) -> int:
        """The memory that it takes, in bytes, more or less."""
        return self._rows.weight + _REFERENCE_WEIGHT * len(self._gone)

    @property
    def dpids(self) -> set[int]:
        """The datapath ids of its bridges. One that is only starting has none."""
        return {bridge.dpid for bridge in self._rows.bridges.values() if bridge.dpid is not None}

    @property
    def gone(self) -> set[int]:
        """The datapath ids of bridges that were taken away while we looked, and that no other bridge has."""
        return self._gone - self.dpids

    def forget(self, gone: Iterable[int]) -> None:
        """Everybody has heard that these bridges were taken away."""
        self._gone.difference_update(gone)

    def update(self, updates: Any) -> Iterator[None]:
        """Take in <table-updates> (RFC 7047, section 4.1.6), one row a step. Raises ``Garbage``."""
        before, rows = self.dpids, self._rows.copy()
        for table, changes in _object(updates).items():
            if table not in COLUMNS:
                raise Garbage(f"nobody asked for table {shown(table)}")
            for uuid, change in _object(changes).items():
                if not is_uuid(uuid):
                    raise Garbage(f"{shown(uuid)} is where a row's UUID should be")
                new = _object(change).get("new")
                _PUT[table](rows, uuid, None if new is None else _row(table, new))
                yield
        self._rows = rows
        self._gone = (self._gone | before) - self.dpids

    def state(self) -> Generator[None, None, State]:
        """What the interfaces of each bridge claim, one port a step. A bridge that is gone claims nothing any more."""
        rows = self._rows
        found: dict[int, dict[str, Claimed]] = {dpid: {} for dpid in self.gone}
        for bridge in rows.bridges.values():
            if bridge.dpid is not None:
                claims = found.setdefault(bridge.dpid, {})
                for port in bridge.ports:
                    for interface in rows.ports.get(port, ()):
                        claim = rows.interfaces.get(interface)
                        if claim is not None:
                            claims[claim.interface] = claim
                    yield
        return found


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Garbage(f"{shown(value)} is where an object should be")
    return value


def _row(table: str, value: Any) -> dict[str, Any]:
    """A <row> with every column that was asked for."""
    row = _object(value)
    for column in COLUMNS[table]:
        if column not in row:
            raise Garbage(f"a row of table {table} has no {column}")
    return row


def _dpid(value: Any) -> int | None:
    """A bridge's datapath id, if it has one that can be."""
    found = members(value)
    if len(found) == 1 and _DATAPATH_ID.fullmatch(text(found[0]).lower()):
        return int(found[0], 16) or None
    return None


def _weight(references: tuple[str, ...]) -> int:
    return _ROW_WEIGHT + _REFERENCE_WEIGHT * len(references)
