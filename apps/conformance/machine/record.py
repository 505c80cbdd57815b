"""What the core API has been told and has granted, as documents; and the society that this means.

Nothing here asks the controller: what it has forgotten, it must be held to all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

from weft.conformance.machine.society import LEVELS, Society, Station

Document = dict[str, Any]
Command = Mapping[str, Any]
KINDS = ("segment", "port", "vif", "switch", "link")
DEFAULTS: dict[str, Document] = {  # what the documents say holds when nobody says
    "segment": {
        "admin_up": True, "transport": "vlan", "security": "mac+inner", "vlan_transparent": False, "shared_with": [],
    },
    "port": {
        "admin_up": True, "security": None, "fixed_ips": [], "allowed_addresses": [], "router": False,
        "dhcp_server": False, "promiscuous": False, "trunk": [], "isolated": None, "max_rate": None, "burst": None,
        "max_broadcast": None, "vif_kinds": [], "connect": ["owner"], "offer": None, "bound_vif": None,
    },
    "vif": {"project": "default", "vif_kind": "veth", "switch": None, "interface": None},
    "switch": {"fabric_interfaces": []},
    "link": {"admin_up": True},
}  # fmt: skip


class Record:
    """Documents by kind and id, what is plugged into which port, and what the machines' cables and interfaces are like.

    ``there`` are the interfaces that exist; ``cut`` are cables, by their place among the links, that are unplugged.
    """

    def __init__(self) -> None:
        self.of: dict[str, dict[str, Document]] = {kind: {} for kind in KINDS}
        self.plugged: dict[str, str] = {}
        self.there: set[tuple[str, str]] = set()
        self.cut: set[int] = set()

    def note(self, command: Command, caller: str | None = None) -> None:
        """The core has granted the command to that project, or to the operator (None)."""
        match command:
            case {"do": "create", "kind": kind, "fields": fields}:
                made = {**deepcopy(DEFAULTS[kind]), **deepcopy(dict(fields))}
                made.setdefault("id", f"{kind} {len(self.of[kind])}")
                if kind == "port":
                    made.setdefault("project", caller or self.of["segment"][made["segment"]]["project"])
                elif "project" not in fields and kind in ("segment", "vif"):
                    made["project"] = caller or "default"
                self.of[kind][made["id"]] = made
            case {"do": "update", "kind": kind, "id": id, "fields": fields}:
                self.of[kind][id].update(deepcopy(dict(fields)))
            case {"do": "delete", "kind": kind, "id": id}:
                del self.of[kind][id]
                self.plugged = {p: v for p, v in self.plugged.items() if id != {"port": p, "vif": v}.get(kind)}
            case {"do": "plug", "port": port, "vif": vif}:
                self.plugged[port] = vif
                document = self.of["port"][port]
                if caller is not None and document["bound_vif"] is None and document["offer"] is not None:
                    document.update(offer=None, bound_vif=vif)
            case {"do": "unplug", "port": port}:
                self.plugged.pop(port, None)

    def port_of(self, vif: str) -> str | None:
        """The port that a VIF is plugged into."""
        return next((port for port, plugged in self.plugged.items() if plugged == vif), None)

    def society(self, learning: Iterable[str] = (), plain: Iterable[str] = ()) -> Society:
        """Who is there, and who may be reached; ``learning`` and ``plain`` are places."""
        segments = self.of["segment"]
        return Society(
            {station.name: station for port in sorted(self.plugged) if (station := self._station(port)) is not None},
            transparent=frozenset(id for id, segment in segments.items() if segment["vlan_transparent"]),
            local=frozenset(id for id, segment in segments.items() if segment["transport"] == "local"),
            shut=frozenset(id for id, segment in segments.items() if not segment["admin_up"]),
            islands=self._islands(),
            learning=frozenset(learning),
            plain=frozenset(plain),
        )

    def _station(self, port_id: str) -> Station | None:
        port, vif = self.of["port"][port_id], self.of["vif"][self.plugged[port_id]]
        place = (vif["switch"], vif["interface"])
        if vif["switch"] is None or place not in self.there:
            return None
        if vif["interface"] in self.of["switch"].get(vif["switch"], {}).get("fabric_interfaces", ()):
            return None
        trunk = tuple((subport["tag"], subport["segment"]) for subport in port["trunk"])
        levels = [self.of["segment"][id]["security"] for id in (port["segment"], *(id for _, id in trunk))]
        return Station(
            name=vif["id"],
            switch=vif["switch"],
            interface=vif["interface"],
            port=port_id,
            mac=vif["mac"],
            segment=port["segment"],
            profile=", ".join(f"{name}={value}" for name, value in port.items() if _told(name, value)),
            level=port["security"] or max(levels, key=LEVELS.index),
            addresses=tuple(port["fixed_ips"]),
            allowed=tuple((pair.get("mac"), pair.get("prefix")) for pair in port["allowed_addresses"]),
            router=port["router"],
            dhcp_server=port["dhcp_server"],
            promiscuous=port["promiscuous"],
            trunk=trunk,
            isolated=port["isolated"],
            up=port["admin_up"],
        )

    def _islands(self) -> dict[str, str]:
        island = {place: place for place in self.of["switch"]}
        for number, link in enumerate(self.of["link"].values()):
            if link["admin_up"] and number not in self.cut:
                old, new = island[link["a"]["switch"]], island[link["b"]["switch"]]
                island = {place: new if name == old else name for place, name in island.items()}
        return island


def _told(name: str, value: Any) -> bool:
    """Whether somebody who reads of a port wants to know."""
    return name in DEFAULTS["port"] and value != DEFAULTS["port"][name]
