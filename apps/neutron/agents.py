"""Agents: the switches of the fabric, as those look for them who know Neutron. Weft itself is what acts on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from weft.apps.neutron import values
from weft.apps.neutron.asking import Asking
from weft.apps.neutron.attributes import inner, settable, shown
from weft.apps.neutron.faults import Fault, conflict
from weft.apps.neutron.resource import Resource
from weft.apps.neutron.standard import time_text
from weft.controller.model.commands import Command, Update
from weft.controller.model.facts import Switch

_AGENTS = UUID("0f0b0f5e-52d5-5c0e-8f60-6b2d5a3f9c11")


class Agent(NamedTuple):
    """A switch under the id that it has as an agent."""

    id: str
    switch: Switch
    revision: int = 0


class Agents(Resource):
    """``/v2.0/agents``."""

    name, collection, kind, missing = "agent", "agents", "switch", "AgentNotFound"
    tagged = False
    attributes = (
        shown("id"),
        shown("agent_type"),
        shown("binary"),
        shown("topic"),
        shown("host"),
        shown("availability_zone"),
        settable("admin_state_up", values.boolean, filter=True),
        settable("description", values.optional(values.text())),
        shown("alive", values.boolean),
        shown("created_at"),
        shown("started_at"),
        shown("heartbeat_timestamp"),
        inner("configurations"),
        shown("resources_synced", values.boolean),
        inner("resource_versions"),
    )

    def document(self, asking: Asking, fact: Agent) -> dict[str, Any]:
        """The switch as an agent."""
        switch, state = fact.switch, asking.service.switch_state(fact.switch.id)
        seen = time_text(asking.caller.at if state.connected else 0).replace("T", " ").removesuffix("Z")
        return {
            "id": fact.id,
            "agent_type": "Open vSwitch agent",
            "binary": "neutron-openvswitch-agent",
            "topic": "N/A",
            "host": switch.id,
            "availability_zone": None,
            "admin_state_up": True,
            "description": switch.description,
            "alive": state.connected,
            "created_at": seen,
            "started_at": seen,
            "heartbeat_timestamp": seen,
            "configurations": {
                "datapath_id": f"{switch.dpid:016x}" if switch.dpid is not None else None,
                "settled": state.settled,
                "problems": list(state.problems),
                "fabric_interfaces": list(switch.fabric_interfaces),
                "software": asking.service.software(switch.id),
                "devices": len(asking.service.network.vifs_on(switch.id)),
            },
            "resources_synced": state.settled,
            "resource_versions": {},
        }

    def state(self, asking: Asking, fact: Agent) -> tuple[object, ...]:
        """It is alive now or not."""
        return (object(),)

    def find(self, asking: Asking, id: str) -> Any:
        """The switch that has that id as an agent."""
        return next((agent for agent in self._all(asking) if agent.id == id), None)

    def candidates(self, asking: Asking, wanted: Mapping[str, list[str]]) -> Iterable[Any]:
        """All switches that the caller may see."""
        return self._all(asking)

    def create(self, asking: Asking, asked: dict[str, Any]) -> tuple[str, list[Command]]:
        """Agents report themselves in Neutron, and switches are declared in Weft."""
        raise Fault(HTTPStatus.METHOD_NOT_ALLOWED, "HTTPMethodNotAllowed", "Switches are declared in Weft itself.")

    def change(self, asking: Asking, fact: Agent, asked: dict[str, Any]) -> list[Command]:
        """Its description may be another; what it forwards is not stopped here."""
        if not asked.get("admin_state_up", True):
            raise conflict("AgentInUse", "A switch is not shut as a whole: shut its ports, or its networks.")
        return (
            [Update("switch", fact.switch.id, {"description": asked["description"] or ""})]
            if "description" in asked
            else []
        )

    def delete(self, asking: Asking, fact: Agent) -> list[Command]:
        """Not here."""
        raise conflict("AgentInUse", f"Switch {fact.switch.id} is a part of the fabric, and is deleted in Weft itself.")

    def revision(self, asking: Asking, fact: Agent) -> int:
        """That of the switch."""
        return fact.switch.revision

    def _all(self, asking: Asking) -> Iterable[Agent]:
        for switch in asking.sight.all("switch"):
            if isinstance(switch, Switch):
                yield Agent(str(uuid5(_AGENTS, switch.id)), switch)
