"""How tests tell a plug-in what is wanted, as the controller does: read back, then put and drop the difference."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from weft.apps.plugins.nexus import NexusPlugin
from weft.apps.plugins.nexus.items import Identity, Item, Member, Trunk, Vlan


class Difference(NamedTuple):
    """What a place lacks, and what it has too much."""

    puts: list[Item]
    drops: list[Identity]


def difference(plugin: NexusPlugin, wanted: Iterable[Item], place: str = "n1") -> Difference:
    """What is between what the place holds and what is wanted of it."""
    held = {item.identity: item for item in plugin.read_back(place)}
    asked = {item.identity: item for item in wanted}
    same = plugin.manner.same
    puts = [item for item in asked.values() if item.identity not in held or not same(held[item.identity], item)]
    return Difference(sorted(puts, key=plugin.manner.rank), sorted(held.keys() - asked.keys()))


def tell(plugin: NexusPlugin, wanted: Iterable[Item], place: str = "n1") -> dict[Any, str]:
    """Let the place be as wanted, and return what it refuses."""
    puts, drops = difference(plugin, wanted, place)
    return plugin.apply(place, puts, drops)


def cabled(interface: str, *vlans: int) -> list[Item]:
    """What carries these VLANs on an interface; their segments are named after their numbers."""
    return [
        *(Vlan(number, f"weft-s{number}") for number in vlans),
        *([Trunk(interface)] if vlans else []),
        *(Member(interface, number) for number in vlans),
    ]
