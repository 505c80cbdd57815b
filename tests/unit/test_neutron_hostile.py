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
from weft.apps.neutron.networks import Networks
from weft.apps.neutron.ports import Ports
from weft.apps.neutron.resource import Resource
from weft.apps.neutron.subnets import Subnets
from weft.controller.service import Service

RESOURCES: dict[str, Resource] = {one.name: one for one in (Networks(), Subnets(), Ports())}
ANSWERS = {200, 201, 204, 400, 403, 404, 409, 503}
WORDS = ("", "x", "10.0.0.7", "10.0.0.0/24", "10.0.0.0/0", "::", "::1", "2001:db8::/64", "fe80::1%eth0", "224.0.0.1")
MORE = ("02:00:00:00:00:01", "ff:ff:ff:ff:ff:ff", "true", "-1", "4095", "vlan", "local", "slaac", "NET", "SUBNET")
KEYS = ("ip_address", "subnet_id", "mac_address", "start", "end", "destination", "nexthop", "interface", "opt_name")
plain = (
    st.none() | st.booleans() | st.integers(-5, 70_000) | st.floats(0, 1) | st.sampled_from(WORDS + MORE) | st.text()
)
values = st.recursive(
    plain,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=6,
)
kinds = st.sampled_from(sorted(RESOURCES))
queries = st.lists(
    st.tuples(st.text(max_size=12) | st.sampled_from(("limit", "marker", "sort_key")), st.text(max_size=8))
)


@st.composite
def bodies(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """A kind, and attributes of it with any values."""
    kind = draw(kinds)
    names = st.sampled_from(sorted(RESOURCES[kind].table))
    return kind, draw(st.dictionaries(names, values, max_size=4))


@cache
def apis() -> tuple[Neutron, Neutron]:
    """The API as the operator sees it, and as a member of the operator's project does."""
    neutron = Neutron(Service(MemoryStore()))
    return neutron, neutron.of("default")


def world() -> tuple[Neutron, dict[str, str]]:
    """Another network with a subnet and a port, and their ids."""
    neutron, _ = apis()
    network = neutron.make("network")["id"]
    subnet = neutron.make("subnet", network_id=network, ip_version=4, cidr="10.0.0.0/24")["id"]
    port = neutron.make("port", network_id=network)["id"]
    return neutron, {"network": network, "subnet": subnet, "port": port}


def named(value: Any, ids: dict[str, str]) -> Any:
    """The value, with the ids of what there is."""
    if isinstance(value, list):
        return [named(one, ids) for one in value]
    if isinstance(value, dict):
        return {key: named(one, ids) for key, one in value.items()}
    return {"NET": ids["network"], "SUBNET": ids["subnet"]}.get(value, value) if isinstance(value, str) else value


def check(neutron: Neutron, ask: Callable[[], Result]) -> None:
    """The answer is one of the API's own, and what is refused has changed nothing."""
    before = neutron.service.network.revision
    result = ask()
    assert result.status_code in ANSWERS, result.text
    if result.status_code >= 400:
        fault(result)
        assert neutron.service.network.revision == before


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(bodies(), min_size=1, max_size=5), st.booleans())
def test_any_values_are_taken_or_refused(asked: list[tuple[str, dict[str, Any]]], operator: bool) -> None:
    neutron, ids = world()
    client = neutron if operator else apis()[1]
    for kind, body in asked:
        body = named(body, ids)
        start = {"network": {}, "subnet": {"ip_version": 4, "cidr": "10.5.0.0/24"}, "port": {}}[kind]
        within = {"network_id": ids["network"]} if kind != "network" else {}
        check(neutron, partial(client.post, kind, **(within | start | body)))
        check(neutron, partial(client.put, kind, ids[kind], **body))
        for other, id in ids.items():
            assert client.get(f"{other}s/{id}").status_code == 200


@settings(max_examples=60, deadline=None)
@given(kinds, queries)
def test_any_query_is_answered_or_refused(kind: str, query: list[tuple[str, str]]) -> None:
    neutron, _ = apis()
    result = neutron.client.simulate_get(f"/v2.0/{kind}s", params=dict(query), params_csv=False)
    assert result.status_code in (200, 400)


@settings(max_examples=60, deadline=None)
@given(
    kinds, st.dictionaries(st.sampled_from(("fixed_ips", "name", "tags", "mtu", "admin_state_up", "shared")), st.text())
)
def test_any_filter_is_answered_or_refused(kind: str, query: dict[str, str]) -> None:
    neutron, _ = apis()
    assert neutron.client.simulate_get(f"/v2.0/{kind}s", params=query, params_csv=False).status_code in (200, 400)
