"""A flow that a switch refuses is told to the port that it is for, and holds up no other port."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.system.held_lab import HeldLab, wait_until
from tests.system.traffic import Hosts

pytestmark = pytest.mark.system

DELIVER = 112


@pytest.fixture
def full(lab: HeldLab) -> Iterator[None]:
    """The table of leaf1 that delivers takes no further flow."""
    flows = [flow for flow in lab.get("/v1/flows", switch="leaf1")["flows"] if flow["table"] == "deliver"]
    limit = f"flow_limit={len(flows)}"
    made = ("--id=@full", "create", "Flow_Table", limit, "overflow_policy=refuse")
    lab.inside("ovs-vsctl", *made, "--", "set", "Bridge", "leaf1", f"flow_tables:{DELIVER}=@full")
    yield
    lab.inside("ovs-vsctl", "clear", "Bridge", "leaf1", "flow_tables")


def state(lab: HeldLab, port: str) -> str:
    return str(lab.get(f"/v1/ports/{port}")["status"]["state"])


def others_active(lab: HeldLab) -> bool:
    """Whether all other ports are ACTIVE. They may be in BUILD while their part is sent again, but never in ERROR."""
    states = {state(lab, port) for port in lab.hosts}
    assert "ERROR" not in states
    return states == {"ACTIVE"}


@pytest.mark.usefixtures("full")
def test_a_refused_flow_is_an_error_of_its_port_alone(lab: HeldLab, hosts: Hosts) -> None:
    segment = lab.hosts["red1"]["segment"]
    lab.inside("ovs-vsctl", "add-port", "leaf1", "extra", "--", "set", "Interface", "extra", "type=internal")
    lab.inside("ip", "link", "set", "extra", "up")
    commands = [
        {"do": "create", "kind": "port", "fields": {"id": "extra", "name": "extra", "segment": segment}},
        {
            "do": "create",
            "kind": "vif",
            "fields": {"id": "extra", "mac": "02:00:00:00:aa:01", "switch": "leaf1", "interface": "extra"},
        },
        {"do": "plug", "port": "extra", "vif": "extra"},
    ]
    lab.api.post("/v1/transactions", json={"commands": commands}).raise_for_status()
    wait_until(lambda: state(lab, "extra") == "ERROR", "the port is in error")
    reason = lab.get("/v1/ports/extra")["status"]["reason"]
    assert "leaf1" in reason
    assert "refused" in reason
    wait_until(lambda: others_active(lab), "the rest of what was refused together is taken without it", 5)
    assert lab.get("/v1/switches/leaf1")["problems"]
    lab.api.patch("/v1/ports/red2", json={"admin_up": False}).raise_for_status()  # makes room for one, too
    wait_until(lambda: state(lab, "red2") == "DOWN", "another port's change is carried out")
    lab.inside("ovs-vsctl", "clear", "Bridge", "leaf1", "flow_tables")
    lab.api.patch("/v1/ports/red2", json={"admin_up": True}).raise_for_status()
    lab.api.post("/v1/audits", json={"switch": "leaf1"}).raise_for_status()
    wait_until(lambda: state(lab, "extra") == "ACTIVE", "with room in the table, the port comes up")
    for path in ("/v1/ports/extra/vif", "/v1/ports/extra", "/v1/vifs/extra"):
        lab.api.delete(path).raise_for_status()
    lab.inside("ovs-vsctl", "del-port", "leaf1", "extra")
    lab.settle()
    assert hosts.run(0.5, 0.05, {}).clean
