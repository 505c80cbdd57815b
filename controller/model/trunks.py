"""Trunks: one VIF that serves several ports, told apart by the VLAN tags of its frames.

The trunk's own port gets what has no tag. Each port that the trunk carries gets the frames of its tag, and is a port
like any other: on its own segment, with its own MAC, addresses and security. Only the wire is the trunk's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from weft.controller.model.attributes import Attribute, check_notes
from weft.controller.model.indexing import replace_entry
from weft.controller.model.rules import (
    Malformed,
    check_flag,
    check_identifier,
    check_name,
    check_range,
    check_text,
    entries,
)
from weft.controller.model.trait_rules import SUBPORTS, VLAN_TAGS


class Carried(NamedTuple):
    """A port that a trunk carries, and the VLAN tag that its frames have on the wire."""

    port: str
    tag: int


class Carrier(NamedTuple):
    """Who carries a port: the trunk, the trunk's own port, and the tag."""

    trunk: str
    port: str
    tag: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trunk:
    """The port whose VIF is shared, and the ports that share it. One that is not ``admin_up`` is locked."""

    kind: ClassVar[str] = "trunk"
    id: str
    name: str = ""
    project: str
    port: str
    admin_up: bool = True
    subports: tuple[Carried, ...] = ()
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
        check_identifier("port", self.port)
        check_flag("admin_up", self.admin_up)
        _check_subports(self.subports, self.port)
        check_notes(self)


def _check_subports(values: tuple[Carried, ...], native: str) -> None:
    tags: set[int] = set()
    ports = {native}
    for at, value in entries("subports", values, SUBPORTS):
        if not isinstance(value, Carried):
            raise Malformed(at, "must say port and tag")
        check_identifier(f"{at}.port", value.port)
        check_range(f"{at}.tag", value.tag, VLAN_TAGS)
        if value.tag in tags:
            raise Malformed(f"{at}.tag", f"{value.tag} is another port's already")
        if value.port == native:
            raise Malformed(f"{at}.port", f"{native!r} is the trunk's own port, whose frames have no tag")
        if value.port in ports:
            raise Malformed(f"{at}.port", f"{value.port!r} has a tag already")
        tags.add(value.tag)
        ports.add(value.port)


class Trunks:
    """Which port has a trunk, and which is carried by one."""

    def __init__(self) -> None:
        self._trunk_by_port: dict[str, str] = {}
        self._subports_by_port: dict[str, tuple[str, ...]] = {}
        self._carrier_by_port: dict[str, Carrier] = {}

    def of(self, port: str) -> str | None:
        """The trunk whose own port that is."""
        return self._trunk_by_port.get(port)

    def carrier(self, port: str) -> Carrier | None:
        """Who carries the port."""
        return self._carrier_by_port.get(port)

    def carried(self, port: str) -> tuple[str, ...]:
        """The ports that the port's trunk carries."""
        return self._subports_by_port.get(port, ())

    def concerning(self, port: str) -> str | None:
        """The trunk that the port has, or that carries it."""
        carrier = self._carrier_by_port.get(port)
        return carrier.trunk if carrier is not None else self._trunk_by_port.get(port)

    def replace(self, before: Trunk | None, after: Trunk | None) -> set[str]:
        """Let one trunk take another's place; the ports that are carried otherwise now."""
        replace_entry(self._trunk_by_port, before, after, lambda trunk: trunk.port, lambda trunk: trunk.id)
        were, are = _carriers(before), _carriers(after)
        for port in were.keys() - are.keys():
            del self._carrier_by_port[port]
        self._carrier_by_port |= are
        for trunk, ports in ((before, were), (after, are)):
            if trunk is not None:
                self._subports_by_port.pop(trunk.port, None)
                if trunk is after and ports:
                    self._subports_by_port[trunk.port] = tuple(ports)
        return {port for port in were.keys() | are.keys() if were.get(port) != are.get(port)}


def _carriers(trunk: Trunk | None) -> dict[str, Carrier]:
    return {sub.port: Carrier(trunk.id, trunk.port, sub.tag) for sub in trunk.subports} if trunk is not None else {}
