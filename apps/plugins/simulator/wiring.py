"""The wiring that the model describes: interfaces by the numbers that it gave them, and cables as it has them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from weft.controller.model.facts import Endpoint
from weft.controller.model.network import Network


class _Ports(NamedTuple):
    ofports: Mapping[str, int]
    interfaces: Mapping[int, str]


class ModelWiring:
    """Simulated switches are joined as the model says. ``carriers`` tells the interfaces of a place that have one."""

    def __init__(self, network: Network, carriers: Callable[[str], Mapping[str, bool]]) -> None:
        self._network = network
        self._carriers = carriers
        self._known: dict[str, _Ports] = {}

    def forget(self, place: str) -> None:
        """The interfaces of the place may be others."""
        self._known.pop(place, None)

    def ofports(self, place: str) -> Mapping[str, int]:
        """The OpenFlow port of each interface of the place that has carrier."""
        return self._ports(place).ofports

    def interfaces(self, place: str) -> Mapping[int, str]:
        """The same, by OpenFlow port."""
        return self._ports(place).interfaces

    def _ports(self, place: str) -> _Ports:
        known = self._known.get(place)
        if known is None:
            up = self._carriers(place)
            found = (self._network.interface(end) for end in self._network.interfaces_of(place))
            ofports = {one.id.interface: one.ofport for one in found if one is not None and up.get(one.id.interface)}
            known = self._known[place] = _Ports(ofports, {ofport: name for name, ofport in ofports.items()})
        return known

    def far_end(self, end: Endpoint) -> Endpoint | None:
        """The other end of the cable that is plugged in there; None where a machine is."""
        id = self._network.link_at(end)
        link = self._network.link(id) if id is not None else None
        if link is None:
            return None
        return link.b if link.a == end else link.a
