"""ARP and RARP packets (RFC 826, RFC 903)."""

from __future__ import annotations

from ipaddress import IPv4Address

from weft.conformance.octets.ethernet import NOBODY, mac, words

ARP, RARP = 0x0806, 0x8035
REQUEST, REPLY, REVERSE_REQUEST, REVERSE_REPLY = 1, 2, 3, 4


def arp(
    operation: int,
    sender: tuple[str, str],
    target: tuple[str, str] = (NOBODY, "0.0.0.0"),
    *,
    hardware: int = 1,
    protocol: int = 0x0800,
    lengths: tuple[int, int] = (6, 4),
) -> bytes:
    """A packet with the MAC and the IP address of its sender and of its target."""
    addresses = b"".join(mac(who) + IPv4Address(address).packed for who, address in (sender, target))
    return words(hardware, protocol) + bytes(lengths) + words(operation) + addresses
