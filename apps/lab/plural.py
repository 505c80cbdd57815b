"""How many there are of something, in words."""

from __future__ import annotations


def count(number: int, noun: str) -> str:
    """So many of something.

    >>> count(1, "tenant"), count(2, "tenant"), count(0, "frame")
    ('1 tenant', '2 tenants', '0 frames')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
