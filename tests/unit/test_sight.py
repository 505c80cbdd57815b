"""What a caller sees: its own, what is open to it, and nothing else, at the price of what it sees."""

from __future__ import annotations

import pytest

from tests.controller import Controller
from weft.controller.model.commands import Create, Delete, Plug, Unplug, Update
from weft.controller.model.facts import Port, Segment
from weft.controller.model.policy import BUILTIN, Target
from weft.controller.model.rights import MEMBER, OPERATOR, Caller
from weft.controller.model.traits import Offer
from weft.controller.sight import Sight

NOW = 1000
RED, BLUE, GREEN = (Caller(project, MEMBER, False, NOW) for project in ("red", "blue", "green"))
A, B = "02:00:00:00:00:0a", "02:00:00:00:00:0b"


@pytest.fixture
def net() -> Controller:
    """Red and blue have a segment with a subnet, a port and a VIF each, named by project; green has nothing."""
    net = Controller()
    for project, mac in (("red", A), ("blue", B)):
        net.do(
            Create("segment", {"id": project, "name": "lan", "project": project}),
            Create("subnet", {"id": project, "segment": project, "cidr": "10.0.0.0/24"}),
            Create("port", {"id": project, "name": "web", "segment": project}),
            Create("vif", {"id": project, "mac": mac, "project": project}),
        )
    return net.do(Create("switch", {"id": "s1", "dpid": 1}))


def seen(net: Controller, caller: Caller) -> dict[str, list[str]]:
    """The ids of all that a caller sees, by kind; a single question and a list must not differ."""
    sight = net.service.sight(caller)
    listed = {}
    for kind in ("segment", "subnet", "port", "vif", "switch", "quota", "token"):
        listed[kind] = [str(fact.id) for fact in sight.all(kind)]
        everything = [str(fact.id) for fact in net.service.network.of_kind(kind)]
        assert sorted(listed[kind]) == sorted(id for id in everything if sight.fact(kind, id) is not None)
    return {kind: ids for kind, ids in listed.items() if ids}


def own(project: str) -> dict[str, list[str]]:
    return {kind: [project] for kind in ("segment", "subnet", "port", "vif")}


def test_a_project_sees_its_own(net: Controller) -> None:
    assert seen(net, RED) == own("red")
    assert seen(net, RED._replace(roles=frozenset({"reader"}))) == own("red")
    assert seen(net, GREEN) == {}


def test_an_operator_sees_all(net: Controller) -> None:
    both = {kind: ["red", "blue"] for kind in ("segment", "subnet", "port", "vif")}
    assert seen(net, OPERATOR) == both | {"switch": ["s1"]}


@pytest.mark.parametrize("roles", [frozenset(), frozenset({"tester"})])
def test_who_has_no_base_role_sees_nothing(net: Controller, roles: frozenset[str]) -> None:
    assert seen(net, RED._replace(roles=roles)) == {}


@pytest.mark.parametrize("shared", [("blue",), ("*",)])
def test_a_shared_segment_is_seen_with_its_subnets_and_without_its_ports(
    net: Controller, shared: tuple[str, ...]
) -> None:
    net.do(Update("segment", "red", {"shared_with": shared}))
    assert seen(net, BLUE) == own("blue") | {"segment": ["blue", "red"], "subnet": ["blue", "red"]}
    net.do(Update("segment", "red", {"shared_with": ()}))
    assert seen(net, BLUE) == own("blue")


def test_an_offered_port_is_seen_until_the_offer_ends(net: Controller) -> None:
    net.do(Update("port", "red", {"offer": Offer("project:blue", "veth", NOW + 1)}))
    assert seen(net, BLUE) == own("blue") | {"port": ["blue", "red"]}, "and not the segment that it is on"
    assert seen(net, GREEN) == {}
    assert seen(net, BLUE._replace(at=NOW + 1)) == own("blue")


def test_a_port_is_seen_by_whom_it_names_and_by_who_is_in_it(net: Controller) -> None:
    net.do(Update("port", "red", {"connect": ("owner", "role:tester")}))
    tester = BLUE._replace(roles=frozenset({"member", "tester"}))
    assert seen(net, tester)["port"] == ["blue", "red"]
    assert seen(net, BLUE)["port"] == ["blue"]
    net.do(Plug("red", "blue")).do(Update("port", "red", {"connect": ("owner",)}))
    assert seen(net, BLUE)["port"] == ["blue", "red"]
    assert seen(net, RED) == own("red"), "whose VIF it is, is not red's to see"
    net.do(Unplug("red"))
    assert seen(net, BLUE)["port"] == ["blue"]


def test_a_guest_is_not_told_who_else_is_one(net: Controller) -> None:
    offer = Offer("project:blue", "veth", NOW + 1)
    net.do(Update("segment", "red", {"shared_with": ("blue", "green")}))
    net.do(Update("port", "red", {"connect": ("owner", "project:green"), "offer": offer}))
    segment, port = (net.service.sight(BLUE).fact(kind, "red") for kind in ("segment", "port"))
    assert isinstance(segment, Segment)
    assert isinstance(port, Port)
    assert (segment.shared_with, port.connect, port.offer) == (("blue",), (), offer)
    green = net.service.sight(GREEN).port("red")
    assert green is not None
    assert (green.connect, green.offer) == (("project:green",), None)
    for caller in (RED, RED._replace(roles=frozenset({"reader"})), OPERATOR):
        whole = net.service.sight(caller)
        assert [whole.fact(kind, "red") for kind in ("segment", "port")] == [
            net.service.network.segment("red"),
            net.service.network.port("red"),
        ]
    assert [fact.shared_with for fact in net.service.sight(BLUE).all("segment") if isinstance(fact, Segment)] == [
        (),
        ("blue",),
    ]


def test_things_are_found_by_name(net: Controller) -> None:
    sight = net.service.sight(BLUE)
    assert [fact.id for fact in sight.named("segment", "lan")] == ["blue"]
    assert [fact.id for fact in net.service.sight(OPERATOR).named("segment", "lan")] == ["red", "blue"]
    net.do(Update("segment", "blue", {"name": "new"}))
    assert sight.named("segment", "lan") == []
    assert [fact.id for fact in net.service.sight(BLUE).named("segment", "new")] == ["blue"]


def test_a_quota_is_its_projects_to_see_and_a_token_nobodys(net: Controller) -> None:
    net.do(Create("quota", {"id": "red"}), Create("quota", {"id": "*"}))
    net.do(Create("token", {"id": "t", "hash": "0" * 64, "user": "ann", "project": "red", "roles": ("member",)}))
    assert seen(net, RED) == own("red") | {"quota": ["red"]}
    assert seen(net, OPERATOR)["token"] == ["t"]


def test_what_is_gone_is_not_seen(net: Controller) -> None:
    net.do(Delete("port", "red"), Delete("vif", "red"), Delete("subnet", "red"), Delete("segment", "red"))
    assert seen(net, RED) == {}


class Auditors:
    """A policy by which auditors see the segments of blue, and an ombudsman those of everybody."""

    def allows(self, rule: str, target: Target, caller: Caller) -> bool:
        if rule == "get_segment" and "auditor" in caller.roles:
            return target.project == "blue"
        return "ombudsman" in caller.roles or BUILTIN.allows(rule, target, caller)

    def customized(self, rule: str) -> bool:
        return rule == "get_segment"


def test_a_policy_may_show_more_than_ones_own(net: Controller) -> None:
    network = net.service.network
    auditor, ombudsman = (
        GREEN._replace(roles=frozenset({role}), policy=Auditors()) for role in ("auditor", "ombudsman")
    )
    assert [fact.id for fact in Sight(network, auditor).all("segment")] == ["blue"]
    assert [fact.id for fact in Sight(network, ombudsman).all("segment")] == ["red", "blue"]
    assert [fact.id for fact in Sight(network, RED._replace(policy=Auditors())).all("segment")] == ["red"]


def test_a_list_looks_at_no_more_than_it_shows(net: Controller, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(300):
        net.submit(Create("port", {"id": f"r{number}", "name": "r", "segment": "red"}))
    looked: list[str] = []
    network = net.service.network
    fact = network.fact
    monkeypatch.setattr(network, "fact", lambda key: looked.append(str(key)) or fact(key))
    assert [port.id for port in net.service.sight(BLUE).all("port")] == ["blue"]
    assert len(looked) < 10
