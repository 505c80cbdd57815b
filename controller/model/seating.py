"""Which VIFs are on which segment: the index that joins ports, attachments and VIFs."""

from __future__ import annotations

from typing import NamedTuple

from weft.controller.model.facts import Key
from weft.controller.model.indexing import add, discard


class Seated(NamedTuple):
    """A port with a VIF in it: where the VIF is (None: nowhere yet), and on which segments it is, with which MAC."""

    segments: tuple[str, ...]
    mac: str
    vif: str
    switch: str | None


class Seating:
    """The seated ports, by segment and switch, and by segment and MAC."""

    def __init__(self) -> None:
        self._seated_by_port: dict[str, Seated] = {}
        self._port_by_mac: dict[tuple[str, str], str] = {}
        self._local: dict[str, dict[str, set[str]]] = {}
        self._ports_by_switch: dict[str, set[str]] = {}

    def port_of_mac(self, segment: str, mac: str) -> str | None:
        """The port of the segment whose VIF has that MAC."""
        return self._port_by_mac.get((segment, mac))

    def local(self, segment: str, switch: str) -> tuple[str, ...]:
        """The ports of the segment whose VIFs are on that switch, sorted."""
        return tuple(sorted(self._local.get(segment, {}).get(switch, ())))

    def count_local(self, segment: str, switch: str) -> int:
        """How many ports of the segment have their VIFs on that switch."""
        return len(self._local.get(segment, {}).get(switch, ()))

    def members(self, segment: str) -> frozenset[str]:
        """The switches that a VIF of the segment is on."""
        return frozenset(self._local.get(segment, ()))

    def seated(self, switch: str) -> tuple[str, ...]:
        """The ports whose VIFs are on that switch, whatever their segments, sorted."""
        return tuple(sorted(self._ports_by_switch.get(switch, ())))

    def seat(self, port: str, new: Seated | None, touched: set[Key]) -> None:
        """Let the port be seated like that, or not at all (None); ``touched`` learns what reads differently."""
        old = self._seated_by_port.pop(port, None)
        if new is not None:
            self._seated_by_port[port] = new
        if old == new:
            return
        left_switch, switch = (seated.switch if seated is not None else None for seated in (old, new))
        if left_switch != switch:
            discard(self._ports_by_switch, left_switch, port)
            if switch is not None:
                add(self._ports_by_switch, switch, port)
            touched |= {Key("seated", name) for name in (left_switch, switch) if name is not None}
        were, are = _macs(old), _macs(new)
        for gone in were - are:
            if self._port_by_mac.get(gone) == port:
                del self._port_by_mac[gone]
        for come in are - were:
            self._port_by_mac[come] = port
        left, taken = _places(old), _places(new)
        for segment, switch in left - taken:
            self._leave(segment, switch, port, touched)
        for segment, switch in taken - left:
            self._join(segment, switch, port, touched)

    def _leave(self, segment: str, switch: str, port: str, touched: set[Key]) -> None:
        local = self._local[segment]
        discard(local, switch, port)
        touched.add(Key("local", (segment, switch)))
        if switch not in local:
            touched.add(Key("members", segment))
        if not local:
            del self._local[segment]

    def _join(self, segment: str, switch: str, port: str, touched: set[Key]) -> None:
        local = self._local.setdefault(segment, {})
        if switch not in local:
            touched.add(Key("members", segment))
        add(local, switch, port)
        touched.add(Key("local", (segment, switch)))


def _macs(seated: Seated | None) -> set[tuple[str, str]]:
    return {(segment, seated.mac) for segment in seated.segments} if seated is not None else set()


def _places(seated: Seated | None) -> set[tuple[str, str]]:
    if seated is None or seated.switch is None:
        return set()
    return {(segment, seated.switch) for segment in seated.segments}
