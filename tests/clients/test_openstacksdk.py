"""openstacksdk does a whole session: all that a lab needs of networks, and what goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from openstack import exceptions
from openstack.network.v2._proxy import Proxy

from tests.clients.ways import Way

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning")


@pytest.fixture
def sdk(come: Way) -> Proxy:
    """The operator's network service; what a test leaves behind is deleted."""
    network: Proxy = come.operator.network
    return network


@pytest.fixture(autouse=True)
def nothing_is_left(come: Way) -> Any:
    """Every test begins with an empty fabric."""
    yield
    for connection in (come.operator, come.member):
        sdk = connection.network if connection is not None else None
        for trunk in sdk.trunks() if sdk is not None else ():
            sdk.delete_trunk(trunk)
        for port in sdk.ports() if sdk is not None else ():
            sdk.delete_port(port)
        for network in sdk.networks() if sdk is not None else ():
            sdk.delete_network(network)
        for group in sdk.security_groups() if sdk is not None else ():
            if group.name != "default":
                sdk.delete_security_group(group)


def refused(status: int, type: str, do: Callable[..., Any], *what: Any, **more: Any) -> str:
    """What a client hears that asks for something wrong: the message, when status and type are these."""
    with pytest.raises(exceptions.HttpException) as raised:
        do(*what, **more)
    assert raised.value.status_code == status, raised.value
    assert raised.value.response.json()["NeutronError"]["type"] == type
    return str(raised.value)


def test_networks_subnets_and_ports_live_and_die(sdk: Proxy) -> None:
    network = sdk.create_network(name="lab", mtu=1400, is_port_security_enabled=True)
    assert (network.status, network.mtu, network.is_shared, network.subnet_ids) == ("ACTIVE", 1400, False, [])
    subnet = sdk.create_subnet(network_id=network.id, name="lab4", ip_version=4, cidr="10.0.0.0/29")
    assert (subnet.gateway_ip, subnet.allocation_pools) == ("10.0.0.1", [{"start": "10.0.0.2", "end": "10.0.0.6"}])
    six = sdk.create_subnet(
        network_id=network.id, ip_version=6, cidr="2001:db8::/64", ipv6_address_mode="slaac", ipv6_ra_mode="slaac"
    )
    assert set(sdk.get_network(network.id).subnet_ids) == {subnet.id, six.id}
    port = sdk.create_port(network_id=network.id, name="web", mac_address="02:00:00:00:00:0A")
    assert port.mac_address == "02:00:00:00:00:0a"
    assert [ip["ip_address"] for ip in port.fixed_ips] == ["10.0.0.2", "2001:db8::ff:fe00:a"]
    asked = sdk.create_port(network_id=network.id, fixed_ips=[{"subnet_id": subnet.id, "ip_address": "10.0.0.6"}])
    assert [ip["ip_address"] for ip in asked.fixed_ips][:1] == ["10.0.0.6"]
    assert [p.id for p in sdk.ports(fixed_ips="ip_address=10.0.0.6")] == [asked.id]
    changed = sdk.update_port(port, name="www", admin_state_up=False, device_id="vm7", device_owner="compute:lab")
    assert (changed.name, changed.is_admin_state_up, changed.status) == ("www", False, "DOWN")
    assert [p.id for p in sdk.ports(device_id="vm7")] == [port.id]
    sdk.update_network(network, name="other", admin_state_up=False)
    assert sdk.get_network(network.id).status == "DOWN"
    refused(409, "SubnetInUse", sdk.delete_subnet, subnet, ignore_missing=False)
    refused(409, "NetworkInUse", sdk.delete_network, network, ignore_missing=False)
    for one in (port, asked):
        sdk.delete_port(one, ignore_missing=False)
    sdk.delete_network(network, ignore_missing=False)
    assert sdk.find_network("other") is None
    refused(404, "PortNotFound", sdk.get_port, port.id)
    refused(404, "SubnetNotFound", sdk.get_subnet, subnet.id)


def test_names_are_looked_up_and_lists_are_filtered_sorted_and_paged(sdk: Proxy) -> None:
    networks = [sdk.create_network(name=f"n{place}", description=f"d{place % 2}") for place in range(5)]
    assert sdk.find_network("n3").id == sdk.find_network(networks[3].id).id == networks[3].id
    assert sdk.find_network("n9") is None
    with pytest.raises(exceptions.NotFoundException):
        sdk.find_network("n9", ignore_missing=False)
    sdk.create_network(name="n0")
    with pytest.raises(exceptions.DuplicateResource):
        sdk.find_network("n0")
    names = [network.name for network in sdk.networks(sort_key="name", sort_dir="desc", description="d0")]
    assert names == ["n4", "n2", "n0"]
    paged = [network.id for network in sdk.networks(limit=2)]
    assert sorted(paged) == sorted(network.id for network in sdk.networks())
    assert len(set(paged)) == 6
    assert {n.name for n in sdk.networks(name=["n1", "n2"])} == {"n1", "n2"}


def test_many_ports_are_made_at_once_or_none(sdk: Proxy) -> None:
    network = sdk.create_network(name="lab")
    sdk.create_subnet(network_id=network.id, ip_version=4, cidr="10.0.0.0/24")
    made = list(sdk.create_ports([{"network_id": network.id, "name": f"p{n}", "tags": ["x"]} for n in range(30)]))
    assert len({port.fixed_ips[0]["ip_address"] for port in made}) == 30
    assert [port.name for port in made] == [f"p{n}" for n in range(30)]
    assert len(list(sdk.ports(tags="x"))) == 30
    twice = [{"network_id": network.id, "mac_address": "02:00:00:00:00:01"} for _ in range(2)]
    refused(409, "MacAddressInUse", lambda: list(sdk.create_ports(twice)))
    assert len(list(sdk.ports())) == 30


def test_tags_are_set_and_found(sdk: Proxy) -> None:
    one, other = sdk.create_network(name="a"), sdk.create_network(name="b")
    sdk.set_tags(one, ["blue", "old"])
    sdk.set_tags(other, ["blue"])
    assert sorted(sdk.get_network(one.id).tags) == ["blue", "old"]
    assert [n.name for n in sdk.networks(tags="blue,old")] == ["a"]
    assert {n.name for n in sdk.networks(any_tags="old,blue")} == {"a", "b"}
    assert [n.name for n in sdk.networks(not_tags="old")] == ["b"]
    sdk.set_tags(one, [])
    assert sdk.get_network(one.id).tags == []


def test_a_change_may_ask_that_nobody_was_faster(sdk: Proxy) -> None:
    network = sdk.create_network(name="lab")
    seen = network.revision_number
    changed = sdk.update_network(network, name="mine", if_revision=seen)
    assert changed.revision_number > seen
    with pytest.raises(exceptions.PreconditionFailedException):
        sdk.update_network(network.id, name="yours", if_revision=seen)
    with pytest.raises(exceptions.PreconditionFailedException):
        sdk.delete_network(network.id, if_revision=seen)
    assert sdk.get_network(network.id).name == "mine"


def test_security_groups_are_kept_and_checked(sdk: Proxy) -> None:
    network, group = sdk.create_network(name="lab"), sdk.create_security_group(name="web", description="d")
    (default,) = sdk.security_groups(name="default", project_id=group.project_id)
    assert len(default.security_group_rules) == 4
    rule = {"security_group_id": group.id, "direction": "ingress", "protocol": "tcp"}
    made = sdk.create_security_group_rule(**rule, port_range_min=80, port_range_max=80, remote_ip_prefix="10.0.0.0/8")
    assert (made.ether_type, made.port_range_max) == ("IPv4", 80)
    exists = refused(
        409,
        "SecurityGroupRuleExists",
        sdk.create_security_group_rule,
        **rule,
        port_range_min=80,
        port_range_max=80,
        remote_ip_prefix="10.0.0.0/8",
    )
    assert made.id in exists
    refused(400, "SecurityGroupInvalidPortRange", sdk.create_security_group_rule, **rule, port_range_min=9)
    assert len(sdk.get_security_group(group.id).security_group_rules) == 3
    port = sdk.create_port(network_id=network.id, security_groups=[group.id])
    assert port.security_group_ids == [group.id]
    refused(409, "SecurityGroupInUse", sdk.delete_security_group, group, ignore_missing=False)
    sdk.delete_security_group_rule(made, ignore_missing=False)
    assert sdk.find_security_group_rule(made.id) is None
    assert sdk.update_port(port, security_groups=[]).security_group_ids == []
    sdk.delete_security_group(sdk.find_security_group("web"), ignore_missing=False)


def test_trunks_carry_ports(sdk: Proxy) -> None:
    networks = [sdk.create_network(name=f"n{place}") for place in range(3)]
    parent, *others = [sdk.create_port(network_id=network.id) for network in networks]
    subports = [
        {"port_id": port.id, "segmentation_type": "vlan", "segmentation_id": str(tag)}
        for tag, port in enumerate(others, 10)
    ]
    trunk = sdk.create_trunk(name="t", port_id=parent.id, sub_ports=subports[:1])
    assert (trunk.status, [sub["segmentation_id"] for sub in trunk.sub_ports]) == ("DOWN", [10])
    sdk.add_trunk_subports(trunk, subports[1:])
    assert [sub["segmentation_id"] for sub in sdk.get_trunk_subports(trunk)["sub_ports"]] == [10, 11]
    details = sdk.get_port(parent.id).trunk_details
    assert (details["trunk_id"], len(details["sub_ports"])) == (trunk.id, 2)
    refused(409, "PortInUseAsSubPort", sdk.delete_port, others[0], ignore_missing=False)
    sdk.delete_trunk_subports(trunk, [{"port_id": others[0].id}])
    assert sdk.find_trunk("t").sub_ports == [subports[1] | {"segmentation_id": 11}]
    assert sdk.update_trunk(trunk, name="u", admin_state_up=False).is_admin_state_up is False
    sdk.delete_trunk(trunk, ignore_missing=False)
    assert sdk.get_port(parent.id).trunk_details is None


def test_quotas_hold(come: Way, sdk: Proxy) -> None:
    before = sdk.get_quota(come.red)
    assert (before.networks, before.ports) == (-1, -1)
    assert sdk.update_quota(come.red, networks=1, ports="2").networks == 1
    first = sdk.create_network(name="first", project_id=come.red)
    over = refused(409, "OverQuota", sdk.create_network, name="second", project_id=come.red)
    assert "may have 1" in over
    assert sdk.get_quota(come.red, details=True).networks == {"limit": 1, "used": 1, "reserved": 0}
    assert come.red in [quota.project_id or quota.id for quota in sdk.quotas()]
    sdk.delete_quota(come.red, ignore_missing=False)
    assert sdk.get_quota(come.red).networks == -1
    sdk.delete_network(first)


def test_wrong_input_is_told_in_words(sdk: Proxy) -> None:
    network = sdk.create_network(name="lab")
    subnet = sdk.create_subnet(network_id=network.id, ip_version=4, cidr="10.0.0.0/24")
    for status, type, do, what, word in (
        (400, "HTTPBadRequest", sdk.create_subnet, {"ip_version": 4, "cidr": "10.0.0.0/99"}, "cidr"),
        (400, "HTTPBadRequest", sdk.create_port, {"mac_address": "nonsense"}, "mac_address"),
        (409, "IpAddressInUse", sdk.create_port, {"fixed_ips": [{"ip_address": "10.0.0.77"}]}, "10.0.0.77"),
        (400, "HTTPBadRequest", sdk.create_port, {"extra_dhcp_opts": "x"}, "extra_dhcp_opts"),
        (404, "SecurityGroupNotFound", sdk.create_port, {"security_groups": ["none"]}, "none"),
    ):
        if type == "IpAddressInUse":
            sdk.create_port(network_id=network.id, fixed_ips=[{"ip_address": "10.0.0.77"}])
        assert word in refused(status, type, do, network_id=network.id, **what)
    refused(404, "NetworkNotFound", sdk.create_port, network_id="none")
    refused(400, "HTTPBadRequest", lambda: list(sdk.networks(base_path="/networks?colour=red")))
    assert sdk.get_subnet(subnet.id).cidr == "10.0.0.0/24"


def test_another_project_sees_what_is_opened_to_it_and_nothing_else(come: Way, sdk: Proxy) -> None:
    if come.member is None:
        pytest.skip("everybody is the operator here")
    member = come.member.network
    network = sdk.create_network(name="shared", project_id="somebody")
    assert member.find_network("shared") is None
    refused(404, "NetworkNotFound", member.get_network, network.id)
    asked = {"object_type": "network", "object_id": network.id, "action": "access_as_shared"}
    policy = sdk.create_rbac_policy(**asked, target_project_id=come.red)
    assert (policy.target_project_id, [p.id for p in sdk.rbac_policies()]) == (come.red, [policy.id])
    assert member.find_network("shared").is_shared is True
    refused(403, "PolicyNotAuthorized", member.update_network, network.id, name="mine")
    port = member.create_port(network_id=network.id, name="guest")
    assert (port.project_id, port.security_group_ids) == (come.red, [member.find_security_group("default").id])
    refused(409, "RbacPolicyInUse", sdk.delete_rbac_policy, policy, ignore_missing=False)
    member.delete_port(port)
    sdk.delete_rbac_policy(policy, ignore_missing=False)
    assert member.find_network("shared") is None
    own = member.create_network(name="own")
    assert (own.project_id, own.provider_network_type) == (come.red, None)
    assert list(member.agents()) == []
    refused(403, "PolicyNotAuthorized", member.update_quota, come.red, networks=5)


def test_switches_are_agents(come: Way, sdk: Proxy) -> None:
    come.controller.make(("switch", {"id": "s1", "dpid": "00000000000000ff"}))
    (agent,) = sdk.agents(host="s1")
    assert (agent.agent_type, agent.binary, agent.is_alive) == (
        "Open vSwitch agent",
        "neutron-openvswitch-agent",
        False,
    )
    assert sdk.get_agent(agent.id).configuration["datapath_id"] == "00000000000000ff"
    assert sdk.update_agent(agent, description="rack 7").description == "rack 7"
    refused(409, "AgentInUse", sdk.update_agent, agent, admin_state_up=False)
    assert [zone.name for zone in sdk.availability_zones()] == ["default"]
    come.controller.api.delete("/v1/switches/s1").raise_for_status()
