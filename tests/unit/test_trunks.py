"""Trunks: ports that share one wire by VLAN tags, each otherwise a port like any other."""

from __future__ import annotations

from typing import Any

import pytest

from tests.frames import Wires
from tests.world import World
from weft.controller.model.commands import Create, Delete, ObserveClaim, Plug, Refusal, Unplug, Update
from weft.controller.model.facts import Endpoint
from weft.controller.model.rights import Caller
from weft.controller.model.traits import Subport
from weft.controller.model.trunks import Carried

A, B, C, D = (f"02:00:00:00:00:0{n}" for n in "abcd")
EVERYBODY = "ff:ff:ff:ff:ff:ff"
RED = Caller("red", frozenset({"member"}), False, 1)


def carried(*ports: str) -> tuple[Carried, ...]:
    """These ports, by the tags 10, 11, …."""
    return tuple(Carried(port, tag) for tag, port in enumerate(ports, 10))


@pytest.fixture
def net() -> World:
    """Two switches: red has a on s1 and b on s2, and green (red's) has c on s2 and the port n, whose VIF is nowhere."""
    net = World().switch("s1", ["e1", "e2"], ["f1"]).switch("s2", ["e1", "e2"], ["f1"]).link(("s1", "f1"), ("s2", "f1"))
    net.segment("red").segment("green", project="red")
    net.vif("a", "red", "s1", "e1", A).vif("b", "red", "s2", "e1", B).vif("c", "green", "s2", "e2", C)
    return net.port("n", "green").do(Create("vif", {"id": "n", "mac": D, "project": "red"}), Plug("n", "n"))


def trunk(net: World, **more: Any) -> World:
    """A trunk of port a that carries n."""
    return net.do(Create("trunk", {"id": "t", "port": "a", "subports": carried("n"), **more}), caller=RED)


def tags(net: World, vif: str, dst: str, **frame: Any) -> dict[str, tuple[int, ...]]:
    """Who receives a frame, and with which tags."""
    wires = Wires(net.compile())
    wires.send(vif, dst, **frame)
    return {arrival.receiver: arrival.frame.vlans for arrival in wires.arrivals}


def test_frames_of_a_carried_port_have_its_tag_on_the_trunks_wire(net: World) -> None:
    assert tags(net, "c", D) == {}
    trunk(net)
    assert tags(net, "c", D) == {"a": (10,)}
    assert tags(net, "c", EVERYBODY) == {"a": (10,)}
    assert tags(net, "a", C, src=D, vlans=(10,)) == {"c": ()}
    assert tags(net, "a", EVERYBODY, src=D, vlans=(10,)) == {"c": ()}
    assert tags(net, "a", B) == {"b": ()}


def test_each_of_a_trunks_ports_speaks_with_its_own_mac_on_its_own_segment(net: World) -> None:
    trunk(net)
    assert tags(net, "a", C, src=A, vlans=(10,)) == {}
    assert tags(net, "a", B, src=D) == {}
    assert tags(net, "a", EVERYBODY, src=D, vlans=(11,)) == {}
    net.do(Update("vif", "n", {"mac": A}))
    assert tags(net, "a", C, src=A, vlans=(10,)) == {"c": ()}
    assert tags(net, "c", A) == {"a": (10,)}


def test_a_carried_port_that_is_shut_is_silent_and_so_are_all_when_the_trunks_port_is(net: World) -> None:
    trunk(net)
    for port in ("n", "a"):
        net.do(Update("port", port, {"admin_up": False}))
        assert tags(net, "c", D) == {}
        assert tags(net, "a", C, src=D, vlans=(10,)) == {}
        net.do(Update("port", port, {"admin_up": True}))
    assert tags(net, "c", D) == {"a": (10,)}


def test_what_is_carried_moves_with_the_trunk_and_is_let_go_with_it(net: World) -> None:
    trunk(net)
    net.do(Update("vif", "b", {"switch": None, "interface": None}))
    net.do(Update("vif", "a", {"switch": "s2", "interface": "e1"}))
    assert tags(net, "c", D) == {"a": (10,)}
    assert net.network.location("n") == Endpoint("s2", "e1")
    net.do(Update("trunk", "t", {"subports": ()}))
    assert tags(net, "c", D) == {}
    net.do(Update("trunk", "t", {"subports": carried("n")}), Delete("trunk", "t"))
    assert tags(net, "c", D) == {}
    net.do(Update("vif", "n", {"switch": "s1", "interface": "e1"}))
    assert tags(net, "c", D) == {"n": ()}


def test_two_carried_ports_may_be_on_one_segment(net: World) -> None:
    net.port("m", "green").do(Create("vif", {"id": "m", "mac": "02:00:00:00:00:0e", "project": "red"}), Plug("m", "m"))
    net.do(Create("trunk", {"id": "t", "port": "a", "subports": carried("n", "m")}))
    wires = Wires(net.compile())
    wires.send("c", EVERYBODY)
    assert sorted(arrival.frame.vlans for arrival in wires.arrivals) == [(10,), (11,)]


def test_a_flow_says_which_trunk_it_is_for(net: World) -> None:
    trunk(net).compile()
    reasons = {
        str(reason)
        for entry in net.compiler.flows("s1").values()
        for reason in net.compiler.because("s1", entry.identity)
        if str(reason).startswith("deliver(n)")
    }
    (reason,) = reasons
    assert "trunk t" in reason


def test_where_anothers_vif_is_is_not_told(net: World) -> None:
    net.port("guest", "green", connect=("project:blue",))
    theirs = {"id": "theirs", "mac": "02:00:00:00:00:0e", "project": "blue", "switch": "s1", "interface": "e2"}
    net.do(Create("vif", theirs), Plug("guest", "theirs"))
    refusal = "conflict, subports[0].port: port 'guest' is in use by another's, a VIF"
    assert net.refusal(Create("trunk", {"id": "u", "port": "b", "subports": carried("guest")}), RED) == refusal


REFUSED: list[tuple[Any, str]] = [
    (Create("trunk", {"id": "u"}), "malformed, port: must be a text"),
    (Create("trunk", {"id": "u", "port": "x"}), "not-found, port: there is no port 'x'"),
    (Create("trunk", {"id": "u", "port": "a"}), "conflict, port: port 'a' has trunk 't' already"),
    (Create("trunk", {"id": "u", "port": "n"}), "conflict, port: port 'n' is carried by trunk 't'"),
    (
        Create("trunk", {"id": "u", "port": "b", "subports": carried("n")}),
        "conflict, subports[0].port: port 'n' is carried by trunk 't'",
    ),
    (
        Create("trunk", {"id": "u", "port": "b", "subports": carried("a")}),
        "conflict, subports[0].port: port 'a' has trunk 't' itself",
    ),
    (
        Create("trunk", {"id": "u", "port": "b", "subports": carried("c")}),
        "conflict, subports[0].port: port 'c' is in use by 'c', a VIF at e2 of s2",
    ),
    (
        Create("trunk", {"id": "u", "port": "b", "subports": carried("x")}),
        "not-found, subports[0].port: there is no port 'x'",
    ),
    (
        Create("trunk", {"id": "u", "port": "b", "subports": carried("b")}),
        "malformed, subports[0].port: 'b' is the trunk's own port, whose frames have no tag",
    ),
    (
        Create("trunk", {"id": "u", "port": "b", "subports": (Carried("x", 5), Carried("y", 5))}),
        "malformed, subports[1].tag: 5 is another port's already",
    ),
    (
        Create("trunk", {"id": "u", "port": "b", "subports": (Carried("x", 0),)}),
        "malformed, subports[0].tag: must be a whole number from 1 to 4094 (got 0)",
    ),
    (Update("trunk", "t", {"port": "b"}), "conflict, port: the port of a trunk is fixed when it is made"),
    (Delete("port", "a"), "conflict, id: VIFs 'a' still depend on port 'a'"),
    (Delete("port", "o"), "conflict, id: trunks 'o' still depend on port 'o'"),
    (
        Update("vif", "n", {"switch": "s1", "interface": "e2"}),
        "conflict, switch: port 'n' is carried by trunk 't', and its VIF is where the trunk's is",
    ),
    (
        Update("port", "n", {"max_rate": 100}),
        "conflict, max_rate: a port that a trunk carries has the rates of the trunk's own port, whose wire it is",
    ),
]


@pytest.mark.parametrize(("command", "refusal"), REFUSED, ids=[refusal for _, refusal in REFUSED])
def test_a_refusal_names_the_field_and_the_rule(net: World, command: Any, refusal: str) -> None:
    trunk(net).port("o", "green").do(Create("trunk", {"id": "o", "port": "o"}))
    assert net.refusal(command) == refusal


def test_a_locked_trunk_keeps_its_ports(net: World) -> None:
    trunk(net, admin_up=False)
    locked = "conflict, admin_up: trunk 't' is administratively down, and so locked"
    assert net.refusal(Update("trunk", "t", {"subports": ()})) == locked
    net.do(Update("trunk", "t", {"admin_up": True}), Update("trunk", "t", {"subports": ()}))


def test_what_a_trunk_says_is_not_said_by_hand(net: World) -> None:
    by_hand = Update("port", "a", {"trunk": (Subport(7, "green"),)})
    net.do(by_hand)
    assert net.refusal(Create("trunk", {"id": "t", "port": "a"})) == (
        "conflict, port: port 'a' has tags that were set by hand"
    )
    trunk(net.do(Update("port", "a", {"trunk": ()})))
    assert net.refusal(by_hand) == "conflict, trunk: trunk 't' says which tags port 'a' has"


def test_a_claim_does_not_take_a_carried_port(net: World) -> None:
    trunk(net).do(ObserveClaim("s1", "e2", "n", D))
    claim = net.network.claim(Endpoint("s1", "e2"))
    assert claim is not None
    assert (claim.outcome, claim.field) == ("refused", "switch")
    net.do(Unplug("n"), Delete("vif", "n"), ObserveClaim("s1", "e2", "n", D))
    claim = net.network.claim(Endpoint("s1", "e2"))
    assert claim is not None
    assert claim.outcome == "refused"


def test_nobody_carries_anothers_port(net: World) -> None:
    net.segment("blue").port("p", "blue")
    for fields in ({"port": "p"}, {"port": "a", "subports": carried("p")}):
        with pytest.raises(Refusal, match="there is no port 'p'"):
            net.do(Create("trunk", {"id": "t", **fields}), caller=RED)
