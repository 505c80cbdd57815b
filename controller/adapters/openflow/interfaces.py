"""A switch's interfaces, as its descriptions of ports say them (OpenFlow 1.4, section 7.2.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from weft.controller.model.facts import LAST_OFPORT

MOST_INTERFACES = 4096  # a switch that names more is not believed
OFPPC_PORT_DOWN, OFPPC_NO_RECV, OFPPC_NO_FWD = 1 << 0, 1 << 2, 1 << 5
OFPPS_LINK_DOWN = 1 << 0
_SHUT = OFPPC_PORT_DOWN | OFPPC_NO_RECV | OFPPC_NO_FWD


class Interfaces:
    """OpenFlow port number, and whether frames pass, by name; a number is one interface's."""

    def __init__(self) -> None:
        self._by_name: dict[str, tuple[int, bool]] = {}
        self._name_by_ofport: dict[int, str] = {}

    @property
    def by_name(self) -> Mapping[str, tuple[int, bool]]:
        """All of them."""
        return self._by_name

    def name_of(self, ofport: int) -> str | None:
        """The interface that has that number."""
        return self._name_by_ofport.get(ofport)

    def add(self, port: Any) -> None:
        """There is such an interface, and it is like this now. Raises ``ValueError`` when there are too many."""
        if not 1 <= port.port_no <= LAST_OFPORT:
            return
        name, up = printable(port.name), not port.config & _SHUT and not port.state & OFPPS_LINK_DOWN
        if name not in self._by_name and len(self._by_name) >= MOST_INTERFACES:
            raise ValueError(f"it names more than {MOST_INTERFACES} interfaces")
        self._forget(self._name_by_ofport.get(port.port_no))
        self._forget(name)
        self._by_name[name] = (port.port_no, up)
        self._name_by_ofport[port.port_no] = name

    def remove(self, port: Any) -> None:
        """The interface with that number and name is gone."""
        if self._name_by_ofport.get(port.port_no) == printable(port.name):
            self._forget(self._name_by_ofport[port.port_no])

    def _forget(self, name: str | None) -> None:
        if name is not None and name in self._by_name:
            ofport, _ = self._by_name.pop(name)
            del self._name_by_ofport[ofport]


def printable(name: bytes | str) -> str:
    r"""The name in characters that anybody may print; different names stay different.

    >>> printable(b"eth0"), printable(b"\x1b[31m\xff")
    ('eth0', '\\x1b[31m\\xff')
    """
    text = name.decode("utf-8", "backslashreplace") if isinstance(name, bytes) else name
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)
