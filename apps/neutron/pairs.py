"""Allowed address pairs: what Neutron calls so, and what the model calls allowed addresses."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_network
from typing import Any

from weft.apps.neutron.faults import invalid
from weft.controller.model.traits import AllowedAddress


def allowed(said: list[dict[str, Any]], mac: str) -> tuple[AllowedAddress, ...]:
    """``allowed(pairs, mac)`` returns them as the model has them. The port's own MAC goes without saying.

    Raises a 400 ``Fault`` where one is named twice.
    """
    found: list[AllowedAddress] = []
    for pair in said:
        own = pair.get("mac_address") in (None, mac)
        entry = AllowedAddress(None if own else pair["mac_address"], str(ip_network(pair["ip_address"])))
        if entry in found:
            which = f"mac_address {pair.get('mac_address') or mac} ip_address {pair['ip_address']}"
            raise invalid(f"Request contains duplicate address pair: {which}.", "DuplicateAddressPairInRequest")
        found.append(entry)
    return tuple(found)


def pairs(entries: Iterable[AllowedAddress], mac: str) -> list[dict[str, str]]:
    """The entries as clients see them. Those that name no address are none of Neutron's."""
    return [
        {"mac_address": entry.mac or mac, "ip_address": _shown(entry.prefix)}
        for entry in entries
        if entry.prefix is not None
    ]


def _shown(prefix: str) -> str:
    network = ip_network(prefix)
    return str(network.network_address) if network.num_addresses == 1 else prefix
