"""Neighbour discovery (RFC 4861) and multicast listeners (RFC 3810): what comes after the ICMPv6 checksum."""

from __future__ import annotations

from ipaddress import IPv6Address

from weft.conformance.octets.ethernet import mac
from weft.conformance.octets.ipv6 import icmpv6

ROUTER_SOLICITATION, ROUTER_ADVERTISEMENT, SOLICITATION, ADVERTISEMENT, REDIRECT = range(133, 138)
ECHO_REQUEST, OLD_REPORT, LISTENERS = 128, 131, 143
SOURCE, TARGET = 1, 2
_OVERRIDE = bytes.fromhex("20000000")


def option(kind: int, address: str, units: int = 1) -> bytes:
    """A link-layer address option; ``units`` are the 8 octets that it claims, and has."""
    return bytes((kind, units)) + mac(address) + bytes(8 * (units - 1))


def solicitation(target: str, *options: bytes) -> bytes:
    """Who has that address?"""
    return bytes(4) + IPv6Address(target).packed + b"".join(options)


def advertisement(target: str, *options: bytes) -> bytes:
    """I have that address, whatever you have heard."""
    return _OVERRIDE + IPv6Address(target).packed + b"".join(options)


def router_solicitation(*options: bytes) -> bytes:
    """Which routers are there?"""
    return bytes(4) + b"".join(options)


def router_advertisement(*options: bytes) -> bytes:
    """I am a router, for the next 1800 seconds."""
    return bytes.fromhex("40000708") + bytes(8) + b"".join(options)


def redirect(target: str, destination: str, *options: bytes) -> bytes:
    """To get to the destination, send to the target."""
    return bytes(4) + IPv6Address(target).packed + IPv6Address(destination).packed + b"".join(options)


def old_report(source: str, group: str) -> bytes:
    """The whole message: I listen to that group (RFC 2710)."""
    return icmpv6(source, group, OLD_REPORT, bytes(4) + IPv6Address(group).packed)


def listeners(group: str) -> bytes:
    """I listen to that group (version 2: one record, exclude none)."""
    return bytes.fromhex("00000001 04000000") + IPv6Address(group).packed
