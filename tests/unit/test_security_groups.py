"""Security groups: what a rule must be, which groups there may be, and what goes with them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.world import World
from weft.controller.model.commands import Command, Create, Delete, Update
from weft.controller.model.facts import Limit, SecurityGroup
from weft.controller.model.rights import MEMBER, Caller
from weft.controller.model.rules import Malformed
from weft.controller.model.security_groups import SecurityRule

RED, BLUE = Caller("red", MEMBER, False, 5), Caller("blue", MEMBER, False, 5)


def rule(id: str = "r", direction: str = "ingress", **more: Any) -> SecurityRule:
    """A rule about what comes in."""
    return SecurityRule(id, direction, **more)


MALFORMED: list[tuple[dict[str, Any], str]] = [
    ({"id": ""}, "rules[0].id: must be 1 to 64 letters, digits or _.:- (got '')"),
    ({"direction": "up"}, "rules[0].direction: must be one of ingress, egress, not 'up'"),
    ({"ethertype": "ipv4"}, "rules[0].ethertype: must be one of IPv4, IPv6, not 'ipv4'"),
    ({"protocol": "icmpv6"}, "rules[0].protocol: icmpv6 goes with ethertype IPv6, not IPv4"),
    ({"port_range_min": 1}, "rules[0].protocol: a port range goes with a protocol, and there is none"),
    (
        {"protocol": "tcp", "port_range_min": 9, "port_range_max": 8},
        "rules[0].port_range_min: must not be above port_range_max, and 9 is above 8",
    ),
    (
        {"protocol": "tcp", "port_range_min": 0, "port_range_max": 8},
        "rules[0].port_range_min: must be a whole number from 1 to 65535 (got 0)",
    ),
    (
        {"protocol": "6", "port_range_min": 1},
        "rules[0].port_range_max: must be a whole number from 1 to 65535 (got None)",
    ),
    ({"protocol": "gre", "port_range_min": 1}, "rules[0].port_range_min: protocol gre has no ports"),
    (
        {"protocol": "icmp", "port_range_max": 1},
        "rules[0].port_range_min: an ICMP code goes with a type, and there is none",
    ),
    (
        {"protocol": "icmp", "port_range_min": 256},
        "rules[0].port_range_min: must be a whole number from 0 to 255 (got 256)",
    ),
    (
        {"remote_ip_prefix": "10.0.0.0/8", "remote_group": "g"},
        "rules[0].remote_group: a rule names a remote_ip_prefix or a remote_group, not both",
    ),
    ({"remote_ip_prefix": "2001:db8::/32"}, "rules[0].remote_ip_prefix: 2001:db8::/32 is not of IPv4"),
    (
        {"remote_ip_prefix": "10.0.0.1/8"},
        "rules[0].remote_ip_prefix: must be written 10.0.0.0/8 (got '10.0.0.1/8')",
    ),
]


@pytest.mark.parametrize(("fields", "text"), MALFORMED, ids=[text for _, text in MALFORMED])
def test_a_rule_whose_parts_do_not_go_together_refuses_to_exist(fields: dict[str, Any], text: str) -> None:
    with pytest.raises(Malformed) as refusal:
        SecurityGroup(id="g", project="p", rules=(SecurityRule(**{"id": "r", "direction": "ingress"} | fields),))
    assert str(refusal.value) == text


@pytest.mark.parametrize("protocol", ["256", "-1", "tcpp", "٣", "1000"])
def test_a_protocol_has_a_name_or_a_number(protocol: str) -> None:
    with pytest.raises(Malformed, match=r"rules\[0\].protocol: must be a number from 0 to 255 or one of ah, dccp"):
        SecurityGroup(id="g", project="p", rules=(rule(protocol=protocol),))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"protocol": "tcp"}, {"protocol": "6"}),
        ({"protocol": "icmpv6", "ethertype": "IPv6"}, {"protocol": "ipv6-icmp", "ethertype": "IPv6"}),
        ({"remote_ip_prefix": "0.0.0.0/0"}, {}),
        ({"description": "x", "created_at": 5}, {}),
    ],
)
def test_nothing_is_allowed_twice(one: dict[str, Any], other: dict[str, Any]) -> None:
    net = World()
    twice = Create("security_group", {"id": "g", "project": "red", "rules": (rule("a", **one), rule("b", **other))})
    assert net.refusal(twice) == "conflict, rules[1]: rule 'a' allows the same"


@pytest.fixture
def net() -> World:
    """Red has a default group, and one that names it, with a port in each; blue has a default group."""
    net = World().segment("red").segment("blue")
    net.do(
        Create("security_group", {"id": "d", "name": "default", "rules": (rule("d1", remote_group="d"),)}), caller=RED
    )
    net.do(Create("security_group", {"id": "g", "name": "web", "rules": (rule("g1", remote_group="d"),)}), caller=RED)
    net.do(Create("security_group", {"id": "b", "name": "default"}), caller=BLUE)
    return net.port("p", "red", security_groups=("d",)).port("q", "red", security_groups=("g",))


REFUSED: list[tuple[Command, str]] = [
    (
        Create("security_group", {"id": "e", "name": "default"}),
        "conflict, name: project 'red' has its default group 'd' already",
    ),
    (
        Update("security_group", "d", {"name": "other"}),
        "conflict, name: the default group of a project keeps its name, and no other has it",
    ),
    (
        Update("security_group", "g", {"name": "default"}),
        "conflict, name: the default group of a project keeps its name, and no other has it",
    ),
    (Update("security_group", "g", {"stateful": False}), "conflict, stateful: ports are in security group 'g'"),
    (
        Update("security_group", "g", {"project": "blue"}),
        "conflict, project: the project of a security_group is fixed when it is made",
    ),
    (
        Update("security_group", "g", {"rules": (rule("d1"),)}),
        "conflict, rules[0].id: there is a rule 'd1' already",
    ),
    (
        Update("security_group", "g", {"rules": (rule("x", remote_group="none"),)}),
        "not-found, rules[0].remote_group: there is no security_group 'none'",
    ),
    (
        Update("security_group", "g", {"rules": (rule("x", remote_group="b"),)}),
        "not-found, rules[0].remote_group: there is no security_group 'b'",
    ),
    (Update("port", "p", {"security_groups": ("b",)}), "not-found, security_groups[0]: there is no security_group 'b'"),
    (Update("port", "p", {"security_groups": ("g", "g")}), "malformed, security_groups[1]: is named twice"),
    (Delete("security_group", "g"), "conflict, id: ports 'q' still depend on security_group 'g'"),
    (Delete("security_group", "b"), "not-found, security_group: there is no security_group 'b'"),
]


@pytest.mark.parametrize(("command", "refusal"), REFUSED, ids=[refusal for _, refusal in REFUSED])
def test_a_refusal_names_the_field_and_the_rule(net: World, command: Command, refusal: str) -> None:
    assert net.refusal(command, caller=RED) == refusal


def test_a_default_group_is_deleted_by_the_operator_alone_and_what_names_it_goes_with_it(net: World) -> None:
    net.do(Update("port", "p", {"security_groups": ()}), caller=RED)
    stays = "conflict, id: 'd' is the default group of project 'red', and stays"
    assert net.refusal(Delete("security_group", "d"), caller=RED) == stays
    net.do(Delete("security_group", "d"))
    group = net.network.security_group("g")
    assert group is not None
    assert group.rules == ()
    assert net.network.groups.of_rule("g1") is None


def test_rules_are_counted_by_project(net: World) -> None:
    net.do(Create("quota", {"id": "red", "limits": (Limit("security_group_rule", 3), Limit("security_group", 2))}))
    more = Update("security_group", "g", {"rules": (rule("g1", remote_group="d"), rule("g2"), rule("g3", "egress"))})
    full = "exhausted, quota: project 'red' may have 3 of kind security_group_rule, and has 2, and would have 4"
    assert net.refusal(more, caller=RED) == full
    net.do(Update("security_group", "g", {"rules": (rule("g2"), rule("g3", "egress"))}), caller=RED)
    assert net.refusal(Create("security_group", {"id": "h"}), caller=RED) == (
        "exhausted, quota: project 'red' may have 2 of kind security_group, and has as many"
    )
