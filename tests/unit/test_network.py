"""What the network knows of its facts without looking at all of them (the laws hold it against a scan)."""

from __future__ import annotations

import pytest

from tests.world import World
from weft.controller.model.commands import Create, Delete, ObserveInterfaces, Plug, Unplug, Update
from weft.controller.model.decide import decide
from weft.controller.model.facts import Endpoint, Key
from weft.controller.model.network import ALL_LINKS, Network
from weft.controller.model.traits import AllowedAddress, Subport

A, B, VIRTUAL = "02:00:00:00:00:0a", "02:00:00:00:00:0b", "00:00:5e:00:01:01"
NOWHERE = {"switch": None, "interface": None}


@pytest.fixture
def net() -> World:
    """Red has a on s1 and b on s2; c is red's as well, plugged in but nowhere."""
    net = World().switch("s1", ["e1", "e2"], ["f1"]).switch("s2", ["e1", "e2"], ["f1"]).link(("s1", "f1"), ("s2", "f1"))
    net.segment("red").vif("a", "red", "s1", "e1", A).vif("b", "red", "s2", "e1", B)
    return net.do(
        Create("port", {"id": "c", "name": "c", "segment": "red"}),
        Create("vif", {"id": "c", "mac": "02:00:00:00:00:0c"}),
        Plug("c", "c"),
    )


def touched(net: World, command: object) -> set[str]:
    """What reads differently after the command."""
    changes = decide(net.network, command)  # type: ignore[arg-type]
    return {str(key) for key in net.network.apply(changes, net.network.revision + 1)}


def test_a_segment_lives_where_its_vifs_are(net: World) -> None:
    assert net.network.members("red") == {"s1", "s2"}
    assert net.network.local("red", "s1") == ("a",)
    assert net.network.ports_of("red") == {"a", "b", "c"}


def test_a_vif_that_moves_takes_its_segment_along(net: World) -> None:
    net.do(Update("vif", "a", {"switch": "s2", "interface": "e2"}))
    assert net.network.members("red") == {"s2"}
    assert (net.network.local("red", "s1"), net.network.local("red", "s2")) == ((), ("a", "b"))
    assert net.network.vif_at(Endpoint("s1", "e1")) is None
    assert net.network.vif_at(Endpoint("s2", "e2")) == "a"


def test_a_vif_that_is_nowhere_makes_nobody_a_member(net: World) -> None:
    net.do(Update("vif", "a", NOWHERE), Unplug("b"))
    assert net.network.members("red") == frozenset()
    assert net.network.vifs_on("s1") == frozenset()
    assert net.network.vifs_on("s2") == {"b"}, "a VIF is on its switch, plugged or not"


def test_a_place_that_was_left_can_be_taken(net: World) -> None:
    net.do(Update("vif", "a", NOWHERE), Create("vif", {"id": "d", "mac": A, "switch": "s1", "interface": "e1"}))
    net.do(Update("vif", "a", {"switch": "s1", "interface": "e2"}))
    assert net.network.vif_at(Endpoint("s1", "e1")) == "d"
    assert net.network.vifs_on("s1") == {"a", "d"}


def test_what_is_deleted_is_found_nowhere(net: World) -> None:
    net.do(Unplug("a"), Delete("port", "a"), Delete("vif", "a"), Delete("link", "s1:f1~s2:f1"), Delete("switch", "s1"))
    network = net.network
    assert network.members("red") == {"s2"}
    assert network.ports_of("red") == {"b", "c"}
    assert (network.port_of_vif("a"), network.port_of_mac("red", A)) == (None, None)
    assert (network.links(), network.link_at(Endpoint("s2", "f1"))) == ((), None)
    assert (network.switch_of_dpid(1), network.interfaces_of("s1")) == (None, ())


def test_a_change_touches_what_reads_differently_and_no_more(net: World) -> None:
    assert touched(net, Update("vif", "a", {"name": "web"})) == {"vif a"}
    assert touched(net, Update("vif", "c", {"switch": "s1", "interface": "e2"})) == {
        "vif c",
        "local red:s1",
        "seated s1",
    }
    assert touched(net, Update("vif", "c", NOWHERE)) == {"vif c", "local red:s1", "seated s1"}
    assert touched(net, Unplug("a")) == {"attachment a", "local red:s1", "members red", "seated s1"}
    assert touched(net, Update("link", "s1:f1~s2:f1", {"admin_up": False})) == {"link s1:f1~s2:f1"}
    assert touched(net, Delete("link", "s1:f1~s2:f1")) == {"link s1:f1~s2:f1", str(ALL_LINKS)}
    assert touched(net, ObserveInterfaces("s1", {"e1": (9, True)})) == {"interface s1:e1"}


def trunk(*segments: str) -> dict[str, tuple[Subport, ...]]:
    """A trunk with tags for these segments."""
    return {"trunk": tuple(Subport(tag, segment) for tag, segment in enumerate(segments, 10))}


def test_a_trunk_port_is_on_each_of_its_segments(net: World) -> None:
    net.segment("blue", shared_with=("red",)).segment("green", shared_with=("red",))
    assert touched(net, Update("port", "a", trunk("blue"))) == {"port a", "local blue:s1", "members blue"}
    network = net.network
    assert (network.ports_of("blue"), network.members("blue"), network.local("blue", "s1")) == ({"a"}, {"s1"}, ("a",))
    assert (network.count_local("blue", "s1"), network.port_of_mac("blue", A)) == (1, "a")
    assert touched(net, Update("port", "a", trunk("green", "blue"))) == {"port a", "local green:s1", "members green"}
    assert touched(net, Update("vif", "a", {"switch": "s2", "interface": "e2"})) == {
        "vif a",
        *(f"local {segment}:{switch}" for segment in ("red", "blue", "green") for switch in ("s1", "s2")),
        *("members red", "members blue", "members green", "seated s1", "seated s2"),
    }
    assert touched(net, Update("port", "a", trunk("green"))) == {"port a", "local blue:s2", "members blue"}
    assert (network.ports_of("blue"), network.members("blue"), network.port_of_mac("blue", A)) == (set(), set(), None)
    assert touched(net, Unplug("a")) == {
        *("attachment a", "local green:s2", "members green", "local red:s2", "seated s2"),
    }
    assert network.ports_of("green") == {"a"}, "what is unplugged is on its segments all the same"


def test_addresses_are_no_ones_to_read_but_the_models(net: World) -> None:
    named = {"fixed_ips": ("10.0.0.1",), "allowed_addresses": (AllowedAddress(VIRTUAL),)}
    assert touched(net, Update("port", "a", named)) == {"port a"}
    addresses = net.network.addresses("red")
    assert (addresses.port_of_ip("10.0.0.1"), list(addresses.sharers(VIRTUAL))) == ("a", ["a"])
    net.do(Unplug("a"), Delete("port", "a"))
    assert (addresses.port_of_ip("10.0.0.1"), list(addresses.sharers(VIRTUAL))) == (None, [])


def test_facts_may_be_loaded_in_any_order(net: World) -> None:
    backwards = Network(reversed(net.facts()), net.network.revision)
    assert backwards.members("red") == {"s1", "s2"}
    assert backwards.local("red", "s2") == ("b",)
    assert backwards.port_of_mac("red", A) == "a"
    assert backwards.fact(Key("port", "c")) == net.network.port("c")
    assert backwards.revision == net.network.revision
