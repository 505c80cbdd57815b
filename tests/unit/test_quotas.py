"""Quotas: how many of a kind a project may have is seen to where it is made."""

from __future__ import annotations

import pytest

from tests.controller import Controller
from tests.world import World
from weft.apps.northbound.views import view
from weft.controller.model.commands import Create, Delete, Update
from weft.controller.model.facts import Limit
from weft.controller.model.quotas import limit_of
from weft.controller.model.rights import MEMBER, Caller
from weft.controller.model.security_groups import SecurityRule
from weft.controller.service import Refused

RED = Caller("red", MEMBER, False, 0)
FULL = "exhausted, quota: project 'red' may have {} of kind {}, and has as many"


@pytest.fixture
def net() -> World:
    return World().segment("red")


def port(id: str, segment: str = "red") -> Create:
    return Create("port", {"id": id, "name": id, "segment": segment})


def test_without_a_quota_there_is_no_limit(net: World) -> None:
    assert limit_of(net.network, "red", "port") == -1
    net.do(*(port(f"p{number}") for number in range(20)), caller=RED)


def test_a_project_has_no_more_than_its_quota_says(net: World) -> None:
    net.do(Create("quota", {"id": "red", "limits": (Limit("port", 2), Limit("segment", 0))})).do(port("a"), port("b"))
    for caller in (RED, Caller(None, frozenset(), True, 0)):
        assert net.refusal(Create("port", {"id": "c", "name": "c", "segment": "red", "project": "red"}), caller) == (
            FULL.format(2, "port")
        )
    more = "exhausted, quota: project 'red' may have 0 of kind segment, and has 1, and would have 2"
    assert net.refusal(Create("segment", {"id": "n", "name": "n"}), RED) == more
    net.do(Delete("port", "a")).do(port("c"), caller=RED)
    net.do(Create("vif", {"id": "v", "mac": "02:00:00:00:00:01"}), caller=RED)


def test_who_has_no_quota_has_that_of_everybody(net: World) -> None:
    net.do(Create("quota", {"id": "*", "limits": (Limit("port", 1), Limit("vif", 5))}))
    net.do(Create("quota", {"id": "blue", "limits": (Limit("port", -1),)}))
    assert [limit_of(net.network, project, "port") for project in ("red", "blue")] == [1, -1]
    assert limit_of(net.network, "blue", "vif") == 5, "what its own does not name, the quota of everybody says"
    net.do(port("a"), caller=RED)
    assert net.refusal(port("b"), RED) == FULL.format(1, "port")
    net.do(Update("quota", "*", {"limits": ()})).do(port("b"), caller=RED)


def test_a_quota_that_is_less_than_there_is_takes_nothing_away(net: World) -> None:
    net.do(port("a"), port("b")).do(Create("quota", {"id": "red", "limits": (Limit("port", 1),)}))
    assert net.network.ownership.count("port", "red") == 2
    net.do(Update("port", "a", {"name": "n"}), Delete("port", "b"), caller=RED)
    assert net.refusal(port("c"), RED) == FULL.format(1, "port")


def test_a_quota_counts_what_the_same_transaction_has_made() -> None:
    controller = Controller().do(
        Create("segment", {"id": "red", "name": "red", "project": "red"}),
        Create("quota", {"id": "red", "limits": (Limit("port", 2),)}),
    )
    with pytest.raises(Refused, match="may have 2 of kind port") as refused:
        controller.service.submit([port("a"), port("b"), port("c")], RED)
    assert refused.value.index == 2
    assert controller.service.network.ownership.count("port", "red") == 0
    controller.service.submit([port("a"), port("b"), Delete("port", "a"), port("c")], RED)


def test_what_is_shown_as_used_is_what_a_quota_counts() -> None:
    net = Controller()
    rule = SecurityRule("r", "ingress")
    net.do(Create("segment", {"id": "red", "name": "red", "project": "red", "shared_with": ("blue", "green")}))
    net.do(Create("security_group", {"id": "g", "name": "g", "project": "red", "rules": (rule,)}))
    (quota,) = net.submit(Create("quota", {"id": "red"}))
    assert quota is not None
    used = {kind: used for kind, used in view(net.service, quota)["usage"].items() if used}
    assert used == {"segment": 1, "rbac_policy": 2, "security_group": 1, "security_group_rule": 1}


def test_a_quota_is_the_operators_to_give(net: World) -> None:
    assert net.refusal(Create("quota", {"id": "red"}), RED).startswith("forbidden, roles: project 'red' is not allowed")
    net.do(Create("quota", {"id": "red"}))
    assert net.refusal(Update("quota", "red", {"limits": (Limit("port", 9),)}), RED).startswith("forbidden")
    blue = Caller("blue", MEMBER, False, 0)
    assert net.refusal(Update("quota", "red", {"limits": ()}), blue) == "not-found, quota: there is no quota 'red'"
