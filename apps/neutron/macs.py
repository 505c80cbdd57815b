"""MACs that are given to VIFs which bring none of their own."""

from __future__ import annotations

import secrets

from weft.apps.neutron.asking import Asking
from weft.apps.neutron.faults import Fault, conflict

PREFIX = "fa:16:3e"  # as OpenStack's are


def new_mac(asking: Asking, segment: str) -> str:
    """A MAC that nobody on the segment has."""
    while True:
        mac = f"{PREFIX}:{secrets.token_bytes(3).hex(':')}"
        network = asking.service.network
        shared = any(True for _ in network.addresses(segment).sharers(mac))
        if network.port_of_mac(segment, mac) is None and not shared and (segment, mac) not in asking.promised:
            return mac


def mac_in_use(segment: str, mac: str) -> Fault:
    """Somebody on the network has it."""
    message = f"Unable to complete operation for network {segment}. The mac address {mac} is in use."
    return conflict("MacAddressInUse", message)
