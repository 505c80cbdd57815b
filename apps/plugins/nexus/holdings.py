"""Which of all that a switch holds is Weft's.

A VLAN is Weft's by its name. What an interface has of such a VLAN is Weft's as well, where Weft may configure it. Of a
switch that has been read or told since the start, it is known besides which VLANs were Weft's, so that one which
somebody has deleted or renamed is not taken for theirs.
"""

from __future__ import annotations

from collections.abc import Iterator

from weft.apps.plugins.nexus.items import Access, Held, Member, Trunk, Vlan
from weft.apps.plugins.nexus.names import is_ours
from weft.apps.plugins.nexus.settings import Place
from weft.apps.plugins.nexus.state import InterfaceState, State

_MODES = ("access", "trunk", "vntag")


class Holdings:
    """What is known to be Weft's at one switch."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self.vlans: set[int] = set()
        self.granted: set[tuple[str, int]] = set()  # on trunks that carry everything anyhow

    def is_ours(self, state: State, number: int) -> bool:
        """Whether the VLAN is Weft's, or was, and should be there still."""
        found = state.vlans.get(number)
        return number in self.vlans or (found is not None and is_ours(self._place.owner, found.name))

    def note(self, state: State) -> None:
        """Remember which VLANs are Weft's now."""
        self.vlans |= {number for number in state.vlans if self.is_ours(state, number)}

    def switchports(self, state: State) -> dict[str, InterfaceState]:
        """The interfaces that Weft may configure, by the names that the place has for them.

        A pair has none but the virtual port channels of both. Members of a channel have their VLANs from it, and the
        link between two peers is theirs.
        """
        if self._place.peer is not None:
            named = {
                f"vpc{number}": state.interfaces[channel]
                for number, channel in state.channel_by_vpc.items()
                if channel in state.interfaces
            }
        else:
            named = {name: one for name, one in state.interfaces.items() if name not in state.peer_links}
        allowed = self._place.interfaces
        return {
            name: one
            for name, one in named.items()
            if one.switched and one.mode in _MODES and not one.bundled and (allowed is None or name in allowed)
        }

    def items(self, state: State) -> Iterator[Held]:
        """All that the switch holds of Weft's, as far as its VLANs and interfaces go."""
        ours = {number for number, vlan in state.vlans.items() if is_ours(self._place.owner, vlan.name)} | self.vlans
        for number, vlan in state.vlans.items():
            if number in ours:
                yield Vlan(number, vlan.name, self._segment(vlan.encapsulation), vlan.active)
        for name, one in self.switchports(state).items():
            carried = sorted(self._granted_on(name) & state.vlans.keys() if one.open else one.trunk & ours)
            if carried and one.mode == "trunk":
                yield Trunk(name)
            for number in carried:
                yield Member(name, number)
            if one.mode == "access" and one.access is not None and one.access in ours:
                yield Access(name, one.access)

    def _granted_on(self, name: str) -> set[int]:
        return {number for interface, number in self.granted if interface == name}

    def _segment(self, encapsulation: str) -> int | None:
        number = encapsulation.removeprefix("vxlan-")
        if self._place.vn_segment is None or number == encapsulation or not number.isdecimal():
            return None
        return int(number)
