"""Who may do what: a project with its own things, the operator with all; whatever else is forbidden says why."""

from __future__ import annotations

from typing import Any

import pytest

from tests.controller import Controller
from tests.world import World
from weft.controller.model.commands import (
    Command,
    Create,
    Delete,
    ObserveClaim,
    ObserveInterfaces,
    ObserveLink,
    Plug,
    Unplug,
    Update,
)
from weft.controller.model.facts import Endpoint
from weft.controller.model.rights import MEMBER, Caller
from weft.controller.model.traits import TRAITS, AllowedAddress, Offer, Subport
from weft.controller.service import Refused

A, B, C = "02:00:00:00:00:0a", "02:00:00:00:00:0b", "02:00:00:00:00:0c"
NOW = 1_000
RED, BLUE = (Caller(project, MEMBER, False, NOW) for project in ("red", "blue"))
LINK = "s1:f1~s2:f1"


@pytest.fixture
def net() -> World:
    """Red's segment is shared with blue; red has VIF a in port a there, blue the empty port guest and VIF b."""
    net = World().switch("s1", ["e1", "e2"], ["f1"]).switch("s2", ["e1"], ["f1"]).link(("s1", "f1"), ("s2", "f1"))
    net.segment("red", shared_with=("blue",)).segment("blue").segment("green")
    net.do(
        Create("port", {"id": "a", "name": "a", "segment": "red"}),
        Create("vif", {"id": "a", "mac": A, "project": "red", "switch": "s1", "interface": "e1"}),
        Plug("a", "a"),
        Create("port", {"id": "guest", "name": "guest", "segment": "red", "project": "blue"}),
        Create("vif", {"id": "b", "mac": B, "project": "blue"}),
    )
    return net


KINDS = "must be one of segment, port, vif, subnet, switch, link, quota, token, security_group, trunk"
HIDDEN = "not-found, {0}: there is no {0} '{1}'"
REDS = "is of project 'red', and the caller of 'blue'"
TELLS = "forbidden, do: what switches say is the operator's to tell"
FABRIC = "forbidden, kind: switches and links are the operator's"
PLACE = "forbidden, {}: where a VIF is, its hypervisor's switch or the operator says"
FORBIDDEN: list[tuple[Command, str]] = [
    # what is another project's
    (Update("segment", "red", {"name": "mine"}), f"forbidden, project: segment 'red' {REDS}"),
    (Update("port", "a", {"name": "mine"}), HIDDEN.format("port", "a")),
    (Update("port", "a", {}), HIDDEN.format("port", "a")),
    (Update("vif", "a", {"mac": C}), HIDDEN.format("vif", "a")),
    (Delete("segment", "red"), f"forbidden, project: segment 'red' {REDS}"),
    (Delete("port", "a"), HIDDEN.format("port", "a")),
    (Delete("vif", "a"), HIDDEN.format("vif", "a")),
    (Unplug("a"), HIDDEN.format("port", "a")),
    (Plug("guest", "a"), HIDDEN.format("vif", "a")),
    (
        Create("segment", {"id": "n", "name": "n", "project": "red"}),
        "forbidden, project: must be 'blue', the caller's, and is 'red'",
    ),
    (
        Create("port", {"id": "n", "name": "n", "segment": "red", "project": "red"}),
        "forbidden, project: must be 'blue', the caller's, and is 'red'",
    ),
    (
        Create("vif", {"id": "n", "mac": C, "project": "red"}),
        "forbidden, project: must be 'blue', the caller's, and is 'red'",
    ),
    (
        Create("port", {"id": "n", "name": "n", "segment": "green"}),
        HIDDEN.format("segment", "green"),
    ),
    # what is the operator's
    (Create("switch", {"id": "s3", "dpid": 3}), FABRIC),
    (Create("link", {"a": ("s1", "f1"), "b": ("s2", "f1")}), FABRIC),
    (Update("switch", "s1", {"description": "mine"}), HIDDEN.format("switch", "s1")),
    (Update("link", LINK, {"admin_up": False}), HIDDEN.format("link", LINK)),
    (Delete("switch", "s1"), HIDDEN.format("switch", "s1")),
    (Delete("link", LINK), HIDDEN.format("link", LINK)),
    (Update("vif", "b", {"switch": "s1", "interface": "e2"}), PLACE.format("switch")),
    (Create("vif", {"id": "n", "mac": C, "switch": "s1", "interface": "e2"}), PLACE.format("switch")),
    (Update("vif", "b", {"switch": None, "interface": None}), PLACE.format("switch")),
    (ObserveInterfaces("s1", {}), TELLS),
    (ObserveLink(Endpoint("s1", "f1"), Endpoint("s2", "f1")), TELLS),
    (ObserveClaim("s1", "e2", "guest", B), TELLS),
    # what is not there is not found, before anybody asks whose it is
    (Update("segment", "x", {}), "not-found, segment: there is no segment 'x'"),
    (Delete("port", "x"), "not-found, port: there is no port 'x'"),
    (Delete("switch", "x"), "not-found, switch: there is no switch 'x'"),
    (Create("port", {"id": "n", "name": "n", "segment": "x"}), "not-found, segment: there is no segment 'x'"),
    (Plug("x", "b"), "not-found, port: there is no port 'x'"),
    (Plug("guest", "x"), "not-found, vif: there is no vif 'x'"),
    (Unplug("x"), "not-found, port: there is no port 'x'"),
    (Unplug("guest"), "not-found, vif: no VIF is plugged into port 'guest'"),
    # and what makes no sense stays so
    (Create("router", {}), f"malformed, kind: {KINDS}, not 'router'"),
    (Update("attachment", "a", {}), f"malformed, kind: {KINDS}, not 'attachment'"),
    (Create("vif", {"id": "n", "mac": C, "project": 5}),
     "malformed, project: must be 1 to 255 characters, none a control character (got 5)"),
]  # fmt: skip


@pytest.mark.parametrize(("command", "refusal"), FORBIDDEN, ids=[f"{c!r:.60}" for c, _ in FORBIDDEN])
def test_a_project_may_not_do_what_is_anothers(net: World, command: Command, refusal: str) -> None:
    assert net.refusal(command, BLUE) == refusal


def test_a_project_does_as_it_likes_with_its_own(net: World) -> None:
    net.do(
        Create("segment", {"id": "n", "name": "n"}),
        Create("port", {"id": "n", "name": "n", "segment": "n"}),
        Create("port", {"id": "on-reds", "name": "n", "segment": "red"}),
        Create("vif", {"id": "n", "mac": C}),
        Update("segment", "n", {"description": "mine", "shared_with": ("red",)}),
        Update("port", "n", {"admin_up": False, "max_rate": 1000, "max_broadcast": 10, "vif_kinds": ("veth",)}),
        Update("vif", "n", {"device": "web"}),
        Plug("n", "n"),
        Unplug("n"),
        caller=BLUE,
    )
    facts = [net.network.segment("n"), net.network.port("n"), net.network.port("on-reds"), net.network.vif("n")]
    assert [fact.project for fact in facts if fact is not None] == ["blue"] * 4
    net.do(Delete("vif", "n"), Delete("port", "n"), Delete("segment", "n"), caller=BLUE)


def test_the_operator_may_do_all(net: World) -> None:
    net.do(Update("port", "a", {"name": "n"}), Unplug("a"), Plug("guest", "a"))
    net.do(Unplug("guest"), Delete("vif", "a"), Delete("port", "a"))


def test_a_vif_is_unplugged_by_its_project_or_by_its_ports(net: World) -> None:
    net.do(Unplug("a"))
    for caller in (RED, BLUE):
        net.do(Plug("guest", "a")).do(Unplug("guest"), caller=caller)
    net.do(Plug("guest", "a"))
    green = Caller("green", MEMBER, False, NOW)
    assert net.refusal(Unplug("guest"), green) == HIDDEN.format("port", "guest")


OPERATORS = "only the operator may change it"
SEGMENT_OWNERS = (
    "only project 'red', which has the segment, may say whom a port reaches there; others may isolate theirs"
)
TRAIT_RIGHTS: list[tuple[dict[str, Any], str]] = [
    ({"security": "none"}, "security: only the operator may lower it below mac+inner, which is the segment's"),
    ({"security": "mac"}, "security: only the operator may lower it below mac+inner, which is the segment's"),
    (
        {"allowed_addresses": (AllowedAddress(None, "10.0.0.1/32"), AllowedAddress(None, "10.0.0.0/31"))},
        "allowed_addresses[1].prefix: only project 'red', which has the segment, may allow more than single addresses "
        "there, and 10.0.0.0/31 is more",
    ),
    (
        {"allowed_addresses": (AllowedAddress(None, "10.0.0.1/32"), AllowedAddress(None, "10.0.0.0/7"))},
        "allowed_addresses[1].prefix: only the operator may allow a prefix shorter than /8, and 10.0.0.0/7 is",
    ),
    (
        {"allowed_addresses": (AllowedAddress(C, "0.0.0.0/0"),)},
        "allowed_addresses[0].prefix: only the operator may allow a prefix shorter than /8, and 0.0.0.0/0 is",
    ),
    (
        {"allowed_addresses": (AllowedAddress(None, "2000::/15"),)},
        "allowed_addresses[0].prefix: only the operator may allow a prefix shorter than /16, and 2000::/15 is",
    ),
    ({"router": True}, f"router: {OPERATORS}"),
    ({"dhcp_server": True}, f"dhcp_server: {OPERATORS}"),
    ({"promiscuous": True}, f"promiscuous: {OPERATORS}"),
    ({"trunk": (Subport(7, "blue"),)}, f"trunk: {OPERATORS}"),
    ({"isolated": "promiscuous"}, f"isolated: {SEGMENT_OWNERS}"),
    ({"isolated": "community:7"}, f"isolated: {SEGMENT_OWNERS}"),
]  # fmt: skip


@pytest.mark.parametrize(("traits", "refusal"), TRAIT_RIGHTS, ids=[refusal for _, refusal in TRAIT_RIGHTS])
def test_some_traits_are_not_the_owners_to_give(net: World, traits: dict[str, Any], refusal: str) -> None:
    assert net.refusal(Update("port", "guest", traits), BLUE) == f"forbidden, {refusal}"
    new = {"id": "n", "name": "n", "segment": "red", **traits}
    assert net.refusal(Create("port", new), BLUE) == f"forbidden, {refusal}"
    net.do(Update("port", "guest", traits))
    net.do(Update("port", "guest", {**traits, "name": "renamed"}), caller=BLUE)  # what stays as it is is no change


def test_a_trait_that_is_the_operators_is_not_the_owners_to_take_away(net: World) -> None:
    net.do(Update("port", "guest", {"router": True, "trunk": (Subport(7, "blue"),), "security": "none"}))
    for traits in ({"router": False}, {"trunk": ()}):
        assert net.refusal(Update("port", "guest", traits), BLUE).endswith(f": {OPERATORS}")
    net.do(Update("port", "guest", {"security": "mac+inner"}), caller=BLUE)
    net.do(Update("port", "guest", {"security": None}), caller=BLUE)


def test_the_other_traits_are_the_owners(net: World) -> None:
    owners: dict[str, Any] = {
        "vif_kinds": ("veth",),
        "connect": ("owner", "role:tester"),
        "offer": Offer("project:red", "veth", 5),
        "security": "mac+ip",
        "fixed_ips": ("10.0.0.1",),
        "allowed_addresses": (AllowedAddress(None, "10.0.0.9/32"), AllowedAddress(C)),
        "isolated": "isolated",
        "max_rate": 1000,
        "burst": 10,
        "max_broadcast": 10,
    }
    operators = {trait.name for trait in TRAITS if trait.right == "operator"}
    assert set(owners) | operators == {trait.name for trait in TRAITS}
    net.do(Update("port", "guest", owners), caller=BLUE)
    net.do(Delete("port", "guest"), Create("port", {"id": "n", "name": "n", "segment": "red", **owners}), caller=BLUE)


def test_who_has_the_segment_says_whom_a_port_reaches(net: World) -> None:
    for part in ("promiscuous", "community:7", None, "isolated"):
        net.do(Update("port", "a", {"isolated": part}), caller=RED)
    net.do(Update("port", "guest", {"isolated": "isolated"}), caller=BLUE)
    assert net.refusal(Update("port", "guest", {"isolated": None}), BLUE) == f"forbidden, isolated: {SEGMENT_OWNERS}"


def test_who_has_the_segment_names_whole_prefixes(net: World) -> None:
    wide = (AllowedAddress(None, "10.0.0.0/8"), AllowedAddress(None, "2000::/16"))
    net.do(Update("port", "a", {"allowed_addresses": wide}), caller=RED)


def test_security_is_measured_by_the_segments(net: World) -> None:
    net.do(Update("segment", "red", {"security": "mac"}))
    net.do(Update("port", "guest", {"security": "mac"}), caller=BLUE)
    net.do(Update("segment", "red", {"security": "mac+ip"}), caller=RED)
    refusal = "forbidden, security: only the operator may lower it below mac+ip, which is the segment's"
    assert net.refusal(Update("port", "guest", {"security": "mac+inner"}), BLUE) == refusal
    refusal = "forbidden, security: only the operator may lower it below mac+inner"
    assert net.refusal(Update("segment", "red", {"security": "mac"}), RED) == refusal
    assert net.refusal(Create("segment", {"id": "n", "name": "n", "security": "none"}), RED) == refusal
    net.do(Update("segment", "red", {"security": "mac+inner", "vlan_transparent": True}), caller=RED)


def test_what_is_forbidden_says_so_before_what_conflicts(net: World) -> None:
    wrong = {"trunk": (Subport(7, "none"),), "fixed_ips": ("10.0.0.1",)}
    assert net.refusal(Update("port", "guest", wrong), BLUE) == f"forbidden, trunk: {OPERATORS}"
    malformed = "malformed, trunk[0].tag: must be a whole number from 1 to 4094 (got 0)"
    assert net.refusal(Update("port", "guest", {"trunk": (Subport(0, "blue"),)}), BLUE) == malformed


def test_a_transaction_is_one_callers() -> None:
    controller = Controller()
    controller.do(Create("segment", {"id": "red", "name": "red", "project": "red"}))
    commands = [Create("segment", {"id": "blue", "name": "blue"}), Delete("segment", "red")]
    with pytest.raises(Refused, match="there is no segment 'red'") as refused:
        controller.service.submit(commands, BLUE)
    assert refused.value.index == 1
    assert controller.service.network.segment("blue") is None
    (made,) = controller.service.submit(commands[:1], BLUE)
    assert made == controller.service.network.segment("blue")
