"""What DHCP clients and servers say (RFC 2131, RFC 8415): the payloads of their datagrams."""

from __future__ import annotations

from ipaddress import IPv4Address

from weft.conformance.octets.ethernet import mac

SERVER, CLIENT = 67, 68
SERVER6, CLIENT6 = 547, 546
DISCOVER, OFFER, ACK = 1, 2, 5
_MAGIC = bytes.fromhex("63825363")


def dhcp(kind: int, client: str, offered: str = "0.0.0.0", server: str = "0.0.0.0") -> bytes:
    """A message of that kind about the client with that MAC."""
    operation = 1 if kind == DISCOVER else 2
    start = bytes((operation, 1, 6, 0)) + b"weft" + bytes(4)
    addresses = bytes(4) + IPv4Address(offered).packed + IPv4Address(server).packed + bytes(4)
    options = bytes((53, 1, kind, 3, 4)) + IPv4Address(server).packed + b"\xff"
    return start + addresses + mac(client).ljust(16, b"\0") + bytes(192) + _MAGIC + options


def dhcpv6(kind: int, client: str) -> bytes:
    """A message of that kind (1: solicit, 2: advertise, 7: reply) about the client with that MAC."""
    identity = bytes.fromhex("00030001") + mac(client)
    return bytes((kind,)) + b"wft" + bytes((0, 1, 0, len(identity))) + identity
