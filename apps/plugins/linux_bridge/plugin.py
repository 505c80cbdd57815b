"""The plug-in: bridges of this host, by the names of their places."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from weft.apps.plugins.linux_bridge import mapping
from weft.apps.plugins.linux_bridge.device import Device, Place
from weft.apps.plugins.linux_bridge.items import MANNER, Identity, Item
from weft.controller.compile.view import View
from weft.controller.contracts import Unreachable
from weft.controller.model.capabilities import Capabilities
from weft.controller.model.traits import SECURITY_LEVELS
from weft.controller.sync.manner import Manner

CAPABILITIES = Capabilities(
    transports=frozenset({"vlan"}),
    vif_kinds=frozenset({"tap", "veth", "internal", "physical"}),
    security=frozenset(SECURITY_LEVELS),
    traits=frozenset(
        {"fixed_ips", "allowed_addresses", "router", "dhcp_server", "promiscuous", "isolated", "max_broadcast"},
    ),
    learns=True,
)
_BRIDGE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,14}")
_NAMESPACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,200}")


class LinuxBridge:
    """Each place is a bridge of this host, here or in a named network namespace."""

    name = "linux-bridge"
    capabilities = CAPABILITIES
    manner: Manner[Any] = MANNER

    def __init__(self, places: Mapping[str, Place]) -> None:
        self._devices = {name: Device(place) for name, place in places.items()}

    def desired(self, view: View, place: str) -> Iterator[Item]:
        """What the place's bridge should hold."""
        return mapping.desired(view, place)

    def interfaces(self, place: str) -> Mapping[str, bool]:
        """The bridge's interfaces -> carrier."""
        return self._device(place).interfaces()

    def read_back(self, place: str) -> Sequence[Item]:
        """All that the bridge and our table of nftables hold."""
        return self._device(place).read_back()

    def apply(self, place: str, puts: Sequence[Item], drops: Sequence[Identity]) -> Mapping[Identity, str]:
        """Let the bridge hold ``puts`` and not ``drops``."""
        return self._device(place).apply(puts, drops)

    def _device(self, place: str) -> Device:
        if place not in self._devices:
            raise Unreachable(f"the settings of {self.name} name no place {place}")
        return self._devices[place]


def linux_bridge(settings: Mapping[str, Any]) -> LinuxBridge:
    """The plug-in as its settings want it: ``places``, each with its ``bridge`` and, where it is in one, ``namespace``.

    >>> linux_bridge({"places": {"h1": {"bridge": "weft0", "bridges": "weft1"}}})
    Traceback (most recent call last):
    ValueError: places.h1.bridges: there is no such setting; there are bridge, namespace
    """
    for field in settings:
        if field != "places":
            raise ValueError(f"{field}: there is no such setting; there is places")
    places = settings.get("places", {})
    if not isinstance(places, Mapping):
        raise ValueError("places: must be a mapping of places to their bridges")
    found: dict[str, Place] = {}
    for name, said in places.items():
        place = _place(f"places.{name}", said)
        if place in found.values():
            raise ValueError(f"places.{name}.bridge: is that of another place already")
        found[str(name)] = place
    return LinuxBridge(found)


def _place(where: str, said: Any) -> Place:
    if not isinstance(said, Mapping):
        raise ValueError(f"{where}: must be a mapping with bridge and namespace")
    for field in said:
        if field not in Place._fields:
            raise ValueError(f"{where}.{field}: there is no such setting; there are {', '.join(Place._fields)}")
    bridge, namespace = said.get("bridge"), said.get("namespace")
    if not isinstance(bridge, str) or not _BRIDGE.fullmatch(bridge):
        raise ValueError(f"{where}.bridge: must be 1 to 15 letters, digits or _-, a letter first (got {bridge!r})")
    if namespace is not None and (not isinstance(namespace, str) or not _NAMESPACE.fullmatch(namespace)):
        raise ValueError(f"{where}.namespace: must be the name of a network namespace (got {namespace!r})")
    return Place(bridge, namespace)
