"""The checksum of the Internet protocols (RFC 1071)."""

from __future__ import annotations


def checksum(octets: bytes) -> bytes:
    """The two octets that make the sum of all right; those in their place must be zero."""
    padded = octets + b"\0" * (len(octets) % 2)
    total = sum(int.from_bytes(padded[at : at + 2], "big") for at in range(0, len(padded), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return (total ^ 0xFFFF).to_bytes(2, "big")
