"""Rows as an Open vSwitch database tells them (RFC 7047, sections 4.1.6 and 5.1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid5

_NAMES = UUID(int=0)


def row_id(name: str) -> str:
    """The UUID of a row, the same for the same name."""
    return str(uuid5(_NAMES, name))


def bridge(dpid: int, *ports: str) -> dict[str, Any]:
    """A bridge's row, with ports that are named as their interfaces."""
    return {"new": {"datapath_id": f"{dpid:016x}", "ports": _references(*(f"port {port}" for port in ports))}}


def port(*interfaces: str) -> dict[str, Any]:
    """A port's row."""
    return {"new": {"interfaces": _references(*interfaces)}}


def interface(name: str, claims: str | None = None, type: str = "", **ids: str) -> dict[str, Any]:
    """An interface's row, and the port that it claims. ``attached_mac`` stands for ``attached-mac``."""
    said = {"iface-id": claims} if claims is not None else {}
    said |= {key.replace("_", "-"): value for key, value in ids.items()}
    pairs = [[key, value] for key, value in said.items()]
    return {"new": {"name": name, "type": type, "external_ids": ["map", pairs]}}


def tables(dpid: int, **claims: str) -> dict[str, Any]:
    """All rows of a bridge whose interfaces claim these ports."""
    return {
        "Bridge": {row_id(f"bridge {dpid}"): bridge(dpid, *claims)},
        "Port": {row_id(f"port {name}"): port(name) for name in claims},
        "Interface": {row_id(name): interface(name, claim, attached_mac=mac(name)) for name, claim in claims.items()},
    }


def mac(name: str) -> str:
    """The MAC of the machine behind an interface, the same for the same name."""
    return f"02:{uuid5(_NAMES, name).bytes[:5].hex(':')}"


def finished(steps: Iterator[None]) -> Any:
    """Do all the steps, and return what comes of them."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def _references(*names: str) -> list[Any]:
    found = [["uuid", row_id(name)] for name in names]
    return found[0] if len(found) == 1 else ["set", found]
