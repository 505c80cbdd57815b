"""What Neutron's clients ask about projects: quotas, to whom networks are open; and about the fabric: agents, zones."""

from __future__ import annotations

import pytest

from tests.openstack import Neutron, by_name, fault
from tests.stores import MemoryStore
from weft.controller.model.commands import Create
from weft.controller.service import Service


@pytest.fixture
def operator() -> Neutron:
    return Neutron(Service(MemoryStore()), by_name, "operator")


@pytest.fixture
def red(operator: Neutron) -> Neutron:
    return operator.of("red")


def test_what_nobody_limits_is_unlimited(red: Neutron) -> None:
    quota = red.get("quotas/red").json["quota"]
    names = ("network", "subnet", "port", "security_group", "security_group_rule", "trunk", "rbac_policy")
    assert quota == dict.fromkeys(names, -1)
    assert red.get("quotas/red/default").json["quota"] == quota
    assert red.get("quotas/tenant").json["tenant"]["tenant_id"] == "red"


def test_a_quota_holds_and_is_taken_back(operator: Neutron, red: Neutron) -> None:
    put = operator.client.simulate_put("/v2.0/quotas/red", json={"quota": {"network": "1", "port": 5}})
    assert (put.status_code, put.json["quota"]["network"], put.json["quota"]["subnet"]) == (200, 1, -1)
    red.make("network")
    assert fault(red.post("network")) == (409, "OverQuota")
    details = red.get("quotas/red/details.json").json["quota"]
    assert details["network"] == {"limit": 1, "used": 1, "reserved": 0}
    assert details["port"] == {"limit": 5, "used": 0, "reserved": 0}
    more = operator.client.simulate_put("/v2.0/quotas/red", json={"quota": {"network": 2}})
    assert (more.json["quota"]["network"], more.json["quota"]["port"]) == (2, 5)
    red.make("network")
    below = {"quota": {"network": 1, "check_limit": True}}
    assert fault(operator.client.simulate_put("/v2.0/quotas/red", json=below)) == (409, "InvalidQuotaValue")
    below["quota"]["check_limit"] = False
    assert operator.client.simulate_put("/v2.0/quotas/red", json=below | {}).json["quota"]["network"] == 1
    assert operator.client.simulate_put("/v2.0/quotas/red", json={"quota": {"network": 2}}).status_code == 200
    (listed,) = operator.get("quotas").json["quotas"]
    assert (listed["project_id"], listed["network"]) == ("red", 2)
    assert operator.client.simulate_delete("/v2.0/quotas/red").status_code == 204
    assert red.get("quotas/red").json["quota"]["network"] == -1
    assert fault(operator.client.simulate_delete("/v2.0/quotas/red")) == (404, "TenantQuotaNotFound")


def test_quotas_are_the_operators_to_set_and_ones_own_to_see(operator: Neutron, red: Neutron) -> None:
    path = "/v2.0/quotas/red"
    assert fault(red.client.simulate_put(path, json={"quota": {"network": 9}})) == (403, "PolicyNotAuthorized")
    assert fault(red.client.simulate_delete(path)) == (403, "PolicyNotAuthorized")
    assert fault(red.get("quotas/blue")) == (403, "PolicyNotAuthorized")
    for wrong in ({"routers": 1}, {"network": -2}, {"network": "many"}):
        assert fault(operator.client.simulate_put(path, json={"quota": wrong})) == (400, "HTTPBadRequest")


def policy(neutron: Neutron, network: str, target: str) -> dict[str, str]:
    asked = {"object_type": "network", "object_id": network, "action": "access_as_shared", "target_tenant": target}
    result = neutron.client.simulate_post("/v2.0/rbac-policies", json={"rbac_policy": asked})
    return dict(result.json.get("rbac_policy") or dict(zip(("status", "type"), map(str, fault(result)), strict=True)))


def test_a_network_is_opened_to_others_and_closed_again(operator: Neutron, red: Neutron) -> None:
    network = red.make("network")["id"]
    blue = operator.of("blue")
    assert blue.get(f"networks/{network}").status_code == 404
    made = policy(red, network, "blue")
    assert (made["object_id"], made["target_tenant"], made["action"]) == (network, "blue", "access_as_shared")
    assert blue.shown("network", network)["shared"] is True
    assert blue.get("rbac-policies").json == {"rbac_policies": []}
    assert blue.get(f"rbac-policies/{made['id']}").status_code == 404
    assert red.get(f"rbac-policies?target_tenant=blue&object_id={network}").json == {"rbac_policies": [made]}
    assert policy(red, network, "blue") == {"status": "409", "type": "NeutronDbObjectDuplicateEntry"}
    port = blue.make("port", network_id=network)["id"]
    path = f"/v2.0/rbac-policies/{made['id']}"
    assert fault(red.client.simulate_delete(path)) == (409, "RbacPolicyInUse")
    assert blue.delete("port", port).status_code == 204
    moved = red.client.simulate_put(path, json={"rbac_policy": {"target_tenant": "green"}})
    assert (moved.status_code, moved.json["rbac_policy"]["target_tenant"]) == (200, "green")
    assert blue.get(f"networks/{network}").status_code == 404
    assert red.client.simulate_delete(f"/v2.0/rbac-policies/{moved.json['rbac_policy']['id']}").status_code == 204
    assert operator.of("green").get(f"networks/{network}").status_code == 404


def test_only_the_operator_opens_a_network_to_everybody(operator: Neutron, red: Neutron) -> None:
    network = red.make("network")["id"]
    assert policy(red, network, "*") == {"status": "403", "type": "PolicyNotAuthorized"}
    assert policy(operator, network, "*")["target_tenant"] == "*"
    assert red.shown("network", network)["shared"] is True
    assert policy(red, operator.of("blue").make("network")["id"], "red") == {"status": "404", "type": "NetworkNotFound"}


def test_switches_are_agents_to_the_operator_alone(operator: Neutron, red: Neutron) -> None:
    operator.service.submit([Create("switch", {"id": "s1", "dpid": 255})])
    (agent,) = operator.get("agents?host=s1").json["agents"]
    assert (agent["binary"], agent["alive"], agent["admin_state_up"]) == ("neutron-openvswitch-agent", False, True)
    assert agent["configurations"]["datapath_id"] == "00000000000000ff"
    assert red.get("agents").json == {"agents": []}
    path = f"/v2.0/agents/{agent['id']}"
    changed = operator.client.simulate_put(path, json={"agent": {"description": "rack 7", "admin_state_up": True}})
    assert changed.json["agent"]["description"] == "rack 7"
    shut = operator.client.simulate_put(path, json={"agent": {"admin_state_up": False}})
    assert fault(shut) == (409, "AgentInUse")
    assert fault(operator.client.simulate_delete(path)) == (409, "AgentInUse")
    assert fault(operator.client.simulate_post("/v2.0/agents", json={"agent": {}})) == (405, "HTTPMethodNotAllowed")


def test_there_is_one_availability_zone(red: Neutron) -> None:
    assert [zone["name"] for zone in red.get("availability_zones").json["availability_zones"]] == ["default"]
