"""The plug-in for Cisco's Nexus: its places are switches, or pairs of them that are one to whoever is connected."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from weft.apps.plugins.nexus import mapping, settings
from weft.apps.plugins.nexus.device import Device
from weft.apps.plugins.nexus.items import Identity, Item, Partial, same, vlan_used_by
from weft.apps.plugins.nexus.names import name_of
from weft.apps.plugins.nexus.secret import Secret
from weft.apps.plugins.nexus.session import Session
from weft.controller.compile.view import View
from weft.controller.contracts import Connection, Unreachable
from weft.controller.model.capabilities import Capabilities
from weft.controller.sync.manner import Manner

Answer = TypeVar("Answer")
CAPABILITIES = Capabilities(
    transports=frozenset({"vlan"}),
    vif_kinds=frozenset({"physical", "sriov"}),
    security=frozenset({"none"}),
    traits=frozenset(),
    learns=True,
)
_ORDER = ("vlan", "trunk", "member", "access", "profile", "virtual")
MANNER: Manner[Item] = Manner(
    same=same,
    rank=lambda item: (_ORDER.index(item.identity[0]), item.identity),
    referent=lambda identity: bool(identity[0] == "vlan"),
    uses=vlan_used_by,
)


class NexusPlugin:
    """Realises places that the settings name."""

    name = "nexus"
    capabilities = CAPABILITIES
    manner: Manner[Any] = MANNER

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._places = settings.read(given).places
        self._devices = {name: [_device(one, place) for one in _peers(place)] for name, place in self._places.items()}

    def __repr__(self) -> str:
        return f"<plug-in nexus: {', '.join(self._places)}>"

    def close(self) -> None:
        """Let go of the connections."""
        for devices in self._devices.values():
            for device in devices:
                device.close()

    def desired(self, view: View, place: str) -> Iterator[Item]:
        """What the place should hold."""
        known = self._places.get(place)
        if known is not None:
            yield from mapping.desired(view, place, known.owner, known.vn_segment)

    def interfaces(self, place: str) -> Mapping[str, bool]:
        """The switchports; of a pair, the virtual port channels. One has carrier where any peer has it."""
        found: dict[str, bool] = {}
        for one in self._ask(place, Device.interfaces):
            for name, carrier in (one or {}).items():
                found[name] = carrier or found.get(name, False)
        return found

    def read_back(self, place: str) -> list[Item]:
        """All that the place holds. What the peers of a pair hold differently is a ``Partial``."""
        held = self._ask(place, Device.read_back)
        found: list[Item] = []
        for identity in sorted(set().union(*(one or {} for one in held))):
            items = [one.get(identity) if one is not None else None for one in held]
            first = items[0]
            alike = first is not None and all(item is not None and same(first, item) for item in items)
            found.append(first if alike and first is not None else Partial(*identity))
        return found

    def apply(self, place: str, puts: Sequence[Item], drops: Sequence[Identity]) -> dict[Hashable, str]:
        """Tell the place, both peers of a pair; what one of them refuses is refused."""
        refused: dict[Hashable, str] = {}
        pair = len(self._known(place)) > 1
        wanted = [item for item in puts if not isinstance(item, Partial)]
        answers = self._ask(place, lambda device: device.apply(wanted, drops))
        for device, answer in zip(self._known(place), answers, strict=True):
            if answer is None:
                refused |= {item.identity: f"{device.url} does not answer" for item in puts}
            else:
                refused |= {one: f"{device.url}: {why}" if pair else why for one, why in answer.items()}
        return refused

    def connection(self, place: str, segment: str, vif_kind: str) -> Connection:
        """By 802.1Qbh a host hands the name of a port profile on; a physical machine is simply there."""
        known = self._places.get(place)
        if known is None or vif_kind != "sriov" or not known.channels:
            return Connection("other", {"connectivity": "l2", "port_filter": False})
        profile = name_of(known.owner, segment)
        return Connection("802.1qbh", {"connectivity": "l2", "port_filter": False, "profileid": profile})

    def _ask(self, place: str, ask: Callable[[Device], Answer]) -> list[Answer | None]:
        """What each peer answers; None where it does not, and another does. Raises ``Unreachable`` where none does."""
        answers: list[Answer | None] = []
        silent: list[Unreachable] = []
        for device in self._known(place):
            try:
                answers.append(ask(device))
            except Unreachable as error:
                answers.append(None)
                silent.append(error)
        if len(silent) == len(answers):
            raise silent[0]
        return answers

    def _known(self, place: str) -> list[Device]:
        devices = self._devices.get(place)
        if devices is None:
            raise Unreachable(f"the settings of plug-in nexus name no place {place}")
        return devices


def _peers(place: settings.Place) -> list[settings.Device]:
    return [place, place.peer] if place.peer is not None else [place]


def _device(one: settings.Device, place: settings.Place) -> Device:
    session = Session(one.url, one.username, Secret(one.password), one.ca, one.verify, one.timeout)
    return Device(session, place)
