"""Who may plug a VIF in: whom the port names, who accepts its offer in time, and then nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from tests.world import World
from weft.controller.model.commands import Create, Delete, Plug, Unplug, Update
from weft.controller.model.facts import Port
from weft.controller.model.rights import Caller
from weft.controller.model.traits import Offer

A, B, C = "02:00:00:00:00:0a", "02:00:00:00:00:0b", "02:00:00:00:00:0c"
NOW = 1_000


def caller(project: str, *roles: str, at: int = NOW) -> Caller:
    """Somebody of that project, with these roles."""
    return Caller(project, frozenset({"member", *roles}), False, at)


RED, BLUE = caller("red"), caller("blue")
HIDDEN = "not-found, port: there is no port 'p'"


@pytest.fixture
def net() -> World:
    """Red's port p is empty; red, blue and green have a VIF each, a veth that is called like its project."""
    net = World().switch("s1", ["e1", "e2"]).segment("red").port("p", "red")
    for project, mac in (("red", A), ("blue", B), ("green", C)):
        net.do(Create("vif", {"id": project, "mac": mac, "project": project}))
    return net


def port(net: World) -> Port:
    """The port p, as it is now."""
    found = net.network.port("p")
    assert found is not None
    return found


def test_a_port_is_open_to_its_owner_alone_until_it_says_otherwise(net: World) -> None:
    assert net.refusal(Plug("p", "blue"), BLUE) == HIDDEN
    net.do(Plug("p", "red"), caller=RED)


@pytest.mark.parametrize(
    ("connect", "let_in", "kept_out", "refusal"),
    [
        (
            ("project:blue",),
            BLUE,
            RED,
            "forbidden, connect: port 'p' is open to project:blue, and project 'red' is not",
        ),
        (("role:tester",), caller("blue", "tester"), BLUE, HIDDEN),
        (("role:tester", "owner"), RED, caller("blue", "guest", "admin"), HIDDEN),
        (("owner",), RED, caller("blue", "red"), HIDDEN),
    ],
)
def test_a_port_is_open_to_whom_it_names(
    net: World, connect: tuple[str, ...], let_in: Caller, kept_out: Caller, refusal: str
) -> None:
    net.do(Update("port", "p", {"connect": connect}), caller=RED)
    assert net.refusal(Plug("p", str(kept_out.project)), kept_out) == refusal
    net.do(Plug("p", str(let_in.project)), caller=let_in)


def test_a_port_that_is_open_to_nobody_is_open_to_the_operator(net: World) -> None:
    net.do(Update("port", "p", {"connect": ()}))
    closed = "forbidden, connect: port 'p' is open to nobody, and project 'red' is not"
    assert net.refusal(Plug("p", "red"), RED) == closed
    net.do(Plug("p", "red"))


def test_what_is_plugged_stays_when_the_port_is_closed(net: World) -> None:
    net.do(Update("port", "p", {"connect": ("project:blue",)})).do(Plug("p", "blue"), caller=BLUE)
    net.do(Update("port", "p", {"connect": ("owner",)}))
    net.do(Plug("p", "blue"), caller=BLUE)  # it is in already
    net.do(Unplug("p"), caller=BLUE)
    assert net.refusal(Plug("p", "blue"), BLUE) == HIDDEN


def test_an_offer_that_is_accepted_keeps_the_port_for_that_vif(net: World) -> None:
    net.do(Update("port", "p", {"offer": Offer("project:blue", "veth", NOW + 1), "connect": ("owner", "role:guest")}))
    net.do(Plug("p", "blue"), caller=BLUE)
    assert (port(net).offer, port(net).bound_vif) == (None, "blue")
    net.do(Unplug("p"), caller=RED)
    kept = "forbidden, bound_vif: port 'p' is kept for VIF 'blue'"
    assert net.refusal(Plug("p", "red"), RED) == kept
    net.do(Create("vif", {"id": "blue2", "mac": C, "project": "blue"}))
    assert net.refusal(Plug("p", "blue2"), BLUE) == kept
    assert net.refusal(Plug("p", "green"), caller("green", "guest")) == HIDDEN, "it names guests, and is kept"
    net.do(Plug("p", "blue"), caller=caller("blue", at=NOW * 1000))  # long after the offer has expired
    net.do(Unplug("p"), Plug("p", "red"))  # the operator may
    assert port(net).bound_vif == "blue"


def test_an_offer_may_be_to_a_role(net: World) -> None:
    net.do(Update("port", "p", {"offer": Offer("role:tester", "veth", NOW + 1)}))
    assert net.refusal(Plug("p", "blue"), BLUE) == HIDDEN
    net.do(Plug("p", "green"), caller=caller("green", "tester"))
    assert port(net).bound_vif == "green"


def test_an_offer_expires(net: World) -> None:
    net.do(Update("port", "p", {"offer": Offer("project:blue", "veth", NOW)}))
    assert net.refusal(Plug("p", "blue"), BLUE) == HIDDEN
    net.do(Plug("p", "blue"), caller=caller("blue", at=NOW - 1))


def test_an_offer_is_for_one_kind_of_vif(net: World) -> None:
    net.do(Update("port", "p", {"offer": Offer("project:blue", "tap", NOW + 1)}))
    wrong = "forbidden, offer: port 'p' is offered for a VIF of kind tap, and 'blue' is veth"
    assert net.refusal(Plug("p", "blue"), BLUE) == wrong
    net.do(Update("vif", "blue", {"vif_kind": "tap"}), Plug("p", "blue"), caller=BLUE)
    refusal = "conflict, vif_kind: VIF 'blue' has accepted the offer of port 'p' as tap"
    assert net.refusal(Update("vif", "blue", {"vif_kind": "dpdk"}), BLUE) == refusal
    net.do(Unplug("p"))
    assert net.refusal(Update("vif", "blue", {"vif_kind": "dpdk"}), BLUE) == refusal
    net.do(Update("port", "p", {"offer": None}), Update("vif", "blue", {"vif_kind": "dpdk"}))


def test_an_offer_keeps_nobody_out_whom_the_port_names(net: World) -> None:
    offer = Offer("project:blue", "veth", NOW + 1)
    net.do(Update("port", "p", {"offer": offer})).do(Plug("p", "red"), caller=RED)
    assert (port(net).offer, port(net).bound_vif) == (offer, None), "it was not for red"
    assert net.refusal(Plug("p", "blue"), BLUE) == "conflict, port: port 'p' has VIF 'red' in it"
    assert port(net).offer == offer, "it was accepted in vain"
    net.do(Unplug("p"), Plug("p", "blue"))
    assert port(net).offer == offer, "the operator accepts nothing"


def test_whom_the_port_names_needs_no_offer_that_fits(net: World) -> None:
    offer = Offer("project:blue", "tap", NOW + 1)
    net.do(Update("port", "p", {"offer": offer, "connect": ("project:blue",)})).do(Plug("p", "blue"), caller=BLUE)
    assert (port(net).offer, port(net).bound_vif) == (offer, None)


@pytest.mark.parametrize("again", [None, Offer("project:green", "veth", NOW + 1)])
def test_who_offers_anew_takes_back_what_was_accepted(net: World, again: Offer | None) -> None:
    net.do(Update("port", "p", {"offer": Offer("project:blue", "veth", NOW + 1)})).do(Plug("p", "blue"), caller=BLUE)
    net.do(Update("port", "p", {"name": "renamed"}), caller=RED)
    assert port(net).bound_vif == "blue"
    net.do(Update("port", "p", {"offer": again}), caller=RED)
    assert (port(net).offer, port(net).bound_vif) == (again, None)
    net.do(Unplug("p"), Plug("p", "red"), caller=RED)


def test_a_vif_that_is_gone_leaves_the_port_to_whom_it_names(net: World) -> None:
    """Another VIF of the same name is another one, whoever has it."""
    net.do(Update("port", "p", {"offer": Offer("project:blue", "veth", NOW + 1)})).do(Plug("p", "blue"), caller=BLUE)
    net.do(Unplug("p"), Delete("vif", "blue"), caller=BLUE)
    assert port(net).bound_vif is None
    green = caller("green")
    net.do(Create("vif", {"id": "blue", "mac": B}), caller=green)
    assert net.refusal(Plug("p", "blue"), green) == HIDDEN
    net.do(Plug("p", "red"), caller=RED)


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        (
            Create("port", {"id": "n", "name": "n", "segment": "red", "bound_vif": "blue"}),
            "malformed, bound_vif: a port has no such field that one may set",
        ),
        (Update("port", "p", {"bound_vif": "blue"}), "conflict, bound_vif: the bound_vif of a port is given by Weft"),
    ],
)
def test_nobody_says_that_a_port_is_kept_for_somebody(net: World, command: Any, refusal: str) -> None:
    for who in (RED, caller("red", "admin")):
        assert net.refusal(command, who) == refusal
    assert net.refusal(command) == refusal
