"""A service proxy that has asked Keystone already: its word is taken, and nobody else's."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from weft.apps.identity.identity import Identity, Presented, Unidentified, identity, translated

USER, PROJECT, ROLES, STATUS = "x-user-id", "x-project-id", "x-roles", "x-identity-status"
HEADERS = (USER, PROJECT, ROLES, STATUS)

Network = IPv4Network | IPv6Network


def networks(addresses: Sequence[str]) -> tuple[Network, ...]:
    """The networks of these addresses and prefixes. Raises ``ValueError``."""
    return tuple(ip_network(address) for address in addresses)


class TrustedProxy:
    """Believes the headers of keystonemiddleware where they come from one of these addresses."""

    def __init__(self, trusted: Sequence[Network], operators: Collection[str]) -> None:
        self._trusted = trusted
        self._operators = operators

    def __call__(self, presented: Presented) -> Identity | None:
        """Who the proxy says it is; None where no proxy speaks, or it says nothing of anybody."""
        user = presented.headers.get(USER)
        if user is None or not self._trusts(presented.peer):
            return None
        if presented.headers.get(STATUS, "Confirmed") != "Confirmed":
            raise Unidentified("the proxy has not confirmed who this is")
        roles = [role.strip() for role in presented.headers.get(ROLES, "").split(",")]
        held = translated([role for role in roles if role], self._operators)
        project = presented.headers.get(PROJECT) or None
        return identity(user, project, held, f"proxy {user} {project}")

    def _trusts(self, peer: str) -> bool:
        try:
            address = ip_address(peer)
        except ValueError:
            return False
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        return any(address in network for network in self._trusted)
