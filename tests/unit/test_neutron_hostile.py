"""Whatever a client sends, the answer says what is wrong with it, and never that the controller has failed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any

from falcon.testing import Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.openstack import Neutron, fault
from tests.stores import MemoryStore
from weft.apps.neutron.app import RESOURCES
from weft.apps.neutron.resource import Resource
from weft.controller.service import Service

BY_NAME: dict[str, Resource] = {one.name: one for one in (kind() for kind in RESOURCES)}
ANSWERS = {200, 201, 204, 400, 403, 404, 405, 409, 503}
SHARED = "access_as_shared"
# What is asked for at least, so that what else is asked for is looked at.
LEAST: dict[str, dict[str, Any]] = {
    "subnet": {"network_id": "NETWORK", "ip_version": 4, "cidr": "10.5.0.0/24"},
    "port": {"network_id": "NETWORK"},
    "security_group_rule": {"security_group_id": "GROUP", "direction": "ingress"},
    "trunk": {"port_id": "PORT"},
    "rbac_policy": {
        "object_type": "network",
        "object_id": "NETWORK",
        "action": "access_as_shared",
        "target_tenant": "*",
    },
}
WORDS = (
    *("", "x", "10.0.0.7", "10.0.0.0/24", "10.0.0.0/0", "::", "::1", "2001:db8::/64", "fe80::1%eth0", "224.0.0.1"),
    *(
        "02:00:00:00:00:01",
        "ff:ff:ff:ff:ff:ff",
        "true",
        "-1",
        "4095",
        "vlan",
        "local",
        "slaac",
        "ingress",
        "tcp",
        "icmp",
    ),
    *("IPv4", "IPv6", "network", SHARED, "*", "NETWORK", "SUBNET", "PORT", "GROUP"),
)
KEYS = (
    *("ip_address", "subnet_id", "mac_address", "start", "end", "destination", "nexthop", "interface", "opt_name"),
    *("port_id", "segmentation_id", "segmentation_type"),
)
words = st.sampled_from(WORDS) | st.text()
plain = st.none() | st.booleans() | st.integers(-5, 70_000) | st.floats(0, 1) | words
values = st.recursive(
    plain,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=6,
)
kinds = st.sampled_from(sorted(BY_NAME))
questions = st.text(max_size=12) | st.sampled_from(("limit", "marker", "sort_key", "sort_dir", "fields"))


@st.composite
def bodies(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """A kind, and attributes of it with any values."""
    kind = draw(kinds)
    names = st.sampled_from(sorted(BY_NAME[kind].table))
    return kind, draw(st.dictionaries(names, values, max_size=4))


@st.composite
def queries(draw: st.DrawFn) -> tuple[str, dict[str, str]]:
    """A kind, and a query of its list."""
    kind = draw(kinds)
    names = st.sampled_from(sorted(BY_NAME[kind].table)) | questions
    return kind, draw(st.dictionaries(names, words, max_size=3))


@cache
def apis() -> tuple[Neutron, Neutron]:
    """The API as the operator sees it, and as a member of the operator's project does."""
    neutron = Neutron(Service(MemoryStore()))
    return neutron, neutron.of("default")


def world(neutron: Neutron) -> dict[str, str]:
    """Another network with a subnet and a port, and a group; their ids."""
    network = neutron.make("network")["id"]
    subnet = neutron.make("subnet", network_id=network, ip_version=4, cidr="10.0.0.0/24")["id"]
    port = neutron.make("port", network_id=network)["id"]
    group = neutron.client.simulate_post("/v2.0/security-groups", json={"security_group": {"name": "g"}}).json
    return {"NETWORK": network, "SUBNET": subnet, "PORT": port, "GROUP": group["security_group"]["id"]}


def named(value: Any, ids: dict[str, str]) -> Any:
    """The value, with the ids of what there is."""
    if isinstance(value, list):
        return [named(one, ids) for one in value]
    if isinstance(value, dict):
        return {key: named(one, ids) for key, one in value.items()}
    return ids.get(value, value) if isinstance(value, str) else value


def check(neutron: Neutron, ask: Callable[[], Result]) -> Result:
    """The answer is one of the API's own, and what is refused has changed nothing."""
    before = neutron.service.network.revision
    result = ask()
    assert result.status_code in ANSWERS, result.text
    if result.status_code >= 400:
        fault(result)
        assert neutron.service.network.revision == before
    return result


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(bodies(), min_size=1, max_size=5), st.booleans())
def test_any_values_are_taken_or_refused(asked: list[tuple[str, dict[str, Any]]], operator: bool) -> None:
    neutron, member = apis()
    client = (neutron if operator else member).client
    ids = world(neutron)
    members = {"network": ids["NETWORK"], "subnet": ids["SUBNET"], "port": ids["PORT"], "security_group": ids["GROUP"]}
    for kind, body in asked:
        path = f"/v2.0/{BY_NAME[kind].path}"
        wish = {kind: named(LEAST.get(kind, {}) | body, ids)}
        made = check(neutron, partial(client.simulate_post, path, json=wish))
        if made.status_code == 201:
            members[kind] = made.json[kind]["id"]
        if kind in members:
            wish = {kind: named(body, ids)}
            check(neutron, partial(client.simulate_put, f"{path}/{members[kind]}", json=wish))
            assert client.simulate_get(f"{path}/{members[kind]}").status_code == 200


@settings(max_examples=80, deadline=None)
@given(queries(), st.booleans())
def test_any_query_is_answered_or_refused(asked: tuple[str, dict[str, str]], operator: bool) -> None:
    kind, query = asked
    client = apis()[0 if operator else 1].client
    result = client.simulate_get(f"/v2.0/{BY_NAME[kind].path}", params=query, params_csv=False)
    assert result.status_code in (200, 400), result.text


def test_whatever_may_be_asked_for_is_answered() -> None:
    neutron, _ = apis()
    ids = world(neutron)
    for kind in ("trunk", "rbac_policy", "security_group_rule"):
        wish = {kind: named(LEAST[kind], ids)}
        assert neutron.client.simulate_post(f"/v2.0/{BY_NAME[kind].path}", json=wish).status_code == 201
    for resource in BY_NAME.values():
        for name, attribute in resource.table.items():
            orders = [{"sort_key": name, "sort_dir": direction} for direction in ("asc", "desc") if attribute.sort]
            for query in ({"fields": name}, *orders, *([{name: ""}] if attribute.filter else [])):
                result = neutron.client.simulate_get(f"/v2.0/{resource.path}", params=query, params_csv=False)
                assert result.status_code == 200 or (result.status_code == 400 and name in query), (query, result.text)
