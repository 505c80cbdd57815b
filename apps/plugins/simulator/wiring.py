"""The wiring that the model describes: interfaces by the numbers that it gave them, and cables as it has them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from weft.controller.model.facts import Endpoint
from weft.controller.model.network import Network


class ModelWiring:
    """Simulated switches are joined as the model says. ``carriers`` tells the interfaces of a place that have one."""

    def __init__(self, network: Network, carriers: Callable[[str], Mapping[str, bool]]) -> None:
        self._network = network
        self._carriers = carriers

    def ofports(self, place: str) -> Mapping[str, int]:
        """The OpenFlow port of each interface of the place that has carrier."""
        up = self._carriers(place)
        known = (self._network.interface(end) for end in self._network.interfaces_of(place))
        return {one.id.interface: one.ofport for one in known if one is not None and up.get(one.id.interface)}

    def far_end(self, end: Endpoint) -> Endpoint | None:
        """The other end of the cable that is plugged in there; None where a machine is."""
        id = self._network.link_at(end)
        link = self._network.link(id) if id is not None else None
        if link is None:
            return None
        return link.b if link.a == end else link.a
