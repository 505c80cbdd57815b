"""Security groups and their rules, as Neutron's clients know them."""

from __future__ import annotations

from typing import Any

import pytest
from falcon.testing import Result

from tests.openstack import Neutron, by_name, fault, message
from tests.stores import MemoryStore
from weft.controller.service import Service


@pytest.fixture
def neutron() -> Neutron:
    return Neutron(Service(MemoryStore()), by_name, "red")


def post_rule(neutron: Neutron, **attributes: Any) -> Result:
    return neutron.client.simulate_post("/v2.0/security-group-rules", json={"security_group_rule": attributes})


def made_rule(neutron: Neutron, group: str, **attributes: Any) -> dict[str, Any]:
    result = post_rule(neutron, security_group_id=group, direction="ingress", **attributes)
    assert result.status_code == 201, result.text
    return dict(result.json["security_group_rule"])


def group_of(neutron: Neutron, id: str) -> dict[str, Any]:
    return dict(neutron.get(f"security-groups/{id}").json["security_group"])


def test_each_project_finds_a_default_group_with_four_rules(neutron: Neutron) -> None:
    default = neutron.default_group()
    rules = [(r["direction"], r["ethertype"], r["remote_group_id"]) for r in default["security_group_rules"]]
    assert rules == [
        ("egress", "IPv4", None),
        ("egress", "IPv6", None),
        ("ingress", "IPv4", default["id"]),
        ("ingress", "IPv6", default["id"]),
    ]
    assert (default["project_id"], default["description"]) == ("red", "Default security group")
    assert neutron.default_group() == default
    assert neutron.of("blue").default_group()["id"] != default["id"]
    assert neutron.get(f"security-groups/{neutron.of('blue').default_group()['id']}").status_code == 404


def test_who_only_reads_makes_no_default_group(neutron: Neutron) -> None:
    assert neutron.of("red:reader").get("security-groups").json == {"security_groups": []}
    default = neutron.default_group()
    assert neutron.of("red:reader").default_group() == default


def test_a_port_is_in_the_default_group_unless_it_says_otherwise(neutron: Neutron) -> None:
    network = neutron.make("network")["id"]
    default = neutron.default_group()["id"]
    assert neutron.make("port", network_id=network)["security_groups"] == [default]
    assert neutron.make("port", network_id=network, security_groups=[])["security_groups"] == []
    group = neutron.make_group("web")
    made = neutron.make("port", network_id=network, security_groups=[group["id"]])
    assert made["security_groups"] == [group["id"]]
    assert [port["id"] for port in neutron.listed("port", f"security_groups={group['id']}")] == [made["id"]]
    strange = neutron.put("port", made["id"], security_groups=[neutron.of("blue").default_group()["id"]])
    assert fault(strange) == (404, "SecurityGroupNotFound")
    in_use = neutron.client.simulate_delete(f"/v2.0/security-groups/{group['id']}")
    assert fault(in_use) == (409, "SecurityGroupInUse")
    assert neutron.changed("port", made["id"], security_groups=[])["security_groups"] == []
    assert neutron.client.simulate_delete(f"/v2.0/security-groups/{group['id']}").status_code == 204


def test_a_group_begins_with_all_that_goes_out(neutron: Neutron) -> None:
    made = neutron.make_group("web", description="d", stateful="false")
    assert {name: made[name] for name in ("name", "description", "stateful", "shared", "tags", "project_id")} == {
        "name": "web",
        "description": "d",
        "stateful": False,
        "shared": False,
        "tags": [],
        "project_id": "red",
    }
    assert [(r["direction"], r["ethertype"]) for r in made["security_group_rules"]] == [
        ("egress", "IPv4"),
        ("egress", "IPv6"),
    ]


def test_the_default_group_stays(neutron: Neutron) -> None:
    default = neutron.default_group()["id"]
    path = f"/v2.0/security-groups/{default}"
    assert fault(neutron.client.simulate_delete(path)) == (409, "SecurityGroupCannotRemoveDefault")
    renamed = neutron.client.simulate_put(path, json={"security_group": {"name": "other"}})
    assert fault(renamed) == (409, "SecurityGroupCannotUpdateDefault")
    twice = neutron.client.simulate_post("/v2.0/security-groups", json={"security_group": {"name": "default"}})
    assert fault(twice) == (409, "SecurityGroupDefaultAlreadyExists")


def test_rules_are_made_found_and_deleted(neutron: Neutron) -> None:
    group = neutron.make_group("web")["id"]
    made = made_rule(
        neutron, group, protocol="TCP", port_range_min="80", port_range_max=81, remote_ip_prefix="10.0.0.5"
    )
    expected = {"protocol": "tcp", "port_range_min": 80, "port_range_max": 81, "remote_ip_prefix": "10.0.0.5/32"}
    assert {name: made[name] for name in expected} == expected
    assert made["ethertype"] == "IPv4"
    assert neutron.get(f"security-group-rules/{made['id']}").json["security_group_rule"] == made
    listed = neutron.get(f"security-group-rules?security_group_id={group}&direction=ingress").json
    assert listed == {"security_group_rules": [made]}
    assert made in group_of(neutron, group)["security_group_rules"]
    assert neutron.of("blue").get(f"security-group-rules/{made['id']}").status_code == 404
    assert neutron.client.simulate_delete(f"/v2.0/security-group-rules/{made['id']}").status_code == 204
    assert fault(neutron.get(f"security-group-rules/{made['id']}")) == (404, "SecurityGroupRuleNotFound")
    assert len(group_of(neutron, group)["security_group_rules"]) == 2


def test_many_rules_are_made_at_once_or_none(neutron: Neutron) -> None:
    group = neutron.make_group("web")["id"]
    bodies = [{"security_group_id": group, "direction": "ingress", "protocol": p} for p in ("tcp", "udp", 6)]
    path = "/v2.0/security-group-rules"
    twice = neutron.client.simulate_post(path, json={"security_group_rules": bodies})
    assert fault(twice) == (409, "SecurityGroupRuleExists")
    assert len(group_of(neutron, group)["security_group_rules"]) == 2
    made = neutron.client.simulate_post(path, json={"security_group_rules": bodies[:2]})
    assert [rule["protocol"] for rule in made.json["security_group_rules"]] == ["tcp", "udp"]
    assert len(group_of(neutron, group)["security_group_rules"]) == 4


REFUSED: list[tuple[dict[str, Any], int, str]] = [
    ({"direction": "up"}, 400, "HTTPBadRequest"),
    ({"ethertype": "IPX"}, 400, "HTTPBadRequest"),
    ({"protocol": "icmpv6"}, 400, "SecurityGroupEthertypeConflictWithProtocol"),
    ({"protocol": "nonsense"}, 400, "SecurityGroupRuleInvalidProtocol"),
    ({"protocol": 256}, 400, "SecurityGroupRuleInvalidProtocol"),
    ({"port_range_min": 1, "port_range_max": 2}, 400, "SecurityGroupProtocolRequiredWithPorts"),
    ({"protocol": "tcp", "port_range_min": 2, "port_range_max": 1}, 400, "SecurityGroupInvalidPortRange"),
    ({"protocol": "tcp", "port_range_min": 0, "port_range_max": 1}, 400, "SecurityGroupInvalidPortRange"),
    ({"protocol": "icmp", "port_range_max": 1}, 400, "SecurityGroupMissingIcmpType"),
    ({"protocol": "icmp", "port_range_min": 256}, 400, "SecurityGroupInvalidIcmpValue"),
    ({"remote_ip_prefix": "2001:db8::/32"}, 400, "SecurityGroupRuleParameterConflict"),
    ({"remote_ip_prefix": "10.0.0.0/8", "remote_group_id": "g"}, 400, "SecurityGroupRemoteGroupAndRemoteIpPrefix"),
    ({"remote_group_id": "none"}, 404, "SecurityGroupNotFound"),
    ({"security_group_id": "none"}, 404, "SecurityGroupNotFound"),
    ({"direction": "egress"}, 409, "SecurityGroupRuleExists"),
]


@pytest.mark.parametrize(("wrong", "status", "type"), REFUSED, ids=[str(wrong) for wrong, *_ in REFUSED])
def test_a_wrong_rule_is_refused_by_the_name_that_clients_know(
    neutron: Neutron, wrong: dict[str, Any], status: int, type: str
) -> None:
    group = neutron.make_group("web")["id"]
    result = post_rule(neutron, **{"security_group_id": group, "direction": "ingress"} | wrong)
    assert fault(result) == (status, type), message(result)
