"""What an interface says itself: a VIF is made, plugged in and moved by it, as far as the rules let it."""

from __future__ import annotations

import pytest

from tests.claims import E1, E2, FAR, GRANTED, NOW, A, B, Said, claim, empty, outcome, plugged, refused
from tests.controller import Controller
from tests.world import World
from weft.controller.model.commands import (
    CREATABLE,
    Create,
    Delete,
    ObserveClaim,
    ObserveInterfaces,
    Plug,
    Update,
)
from weft.controller.model.conditions import LOCAL_MEMBERS
from weft.controller.model.decide import decide
from weft.controller.model.facts import Claim, Endpoint
from weft.controller.model.network import Change
from weft.controller.model.traits import AllowedAddress
from weft.controller.service import Refused


@pytest.fixture
def net() -> World:
    """Red's ports p and q are empty; s1 and s2 have interfaces that say nothing yet."""
    net = World().switch("s1", ["e1", "e2"], ["f1"]).switch("s2", ["e1", "e2"], ["f1"])
    return net.segment("red").port("p", "red").port("q", "red")


def test_a_claim_makes_a_vif_and_plugs_it_in(net: World) -> None:
    net.do(claim(vif_kind="vhost-user", device="vm-7"))
    made = plugged(net)
    assert (made.id, made.mac, made.project, made.vif_kind, made.device) == ("p", A, "red", "vhost-user", "vm-7")
    assert (made.location, made.origin) == (E1, "discovered")
    assert outcome(net) == GRANTED


def test_a_vif_has_another_name_where_its_ports_is_taken(net: World) -> None:
    net.do(Create("vif", {"id": "p", "mac": B}), claim(), ObserveInterfaces("s1", {"-tap 7": (9, True)}))
    assert plugged(net).id == "s1:e1"
    net.do(Create("vif", {"id": "q", "mac": B}), claim(Endpoint("s1", "-tap 7"), "q", B))
    assert plugged(net, "q").id == "s1:-tap-7"
    net.port("r", "red").do(Create("vif", {"id": "r", "mac": B}), Create("vif", {"id": "s1:e2", "mac": B}))
    taken = ("refused", "id", "there are VIFs 'r' and 's1:e2' already")
    assert refused(net, claim(E2, "r", "02:00:00:00:00:0c")) == taken


def test_the_same_said_again_changes_nothing(net: World) -> None:
    net.do(claim())
    assert decide(net.network, claim(at=NOW + 100)) == []
    net.do(claim(E2, "none"))
    assert decide(net.network, claim(E2, "none")) == []


def test_a_claim_that_is_gone_takes_its_vif_along(net: World) -> None:
    net.do(claim(), claim(port=None, mac=""))
    assert (empty(net), net.network.vif("p"), outcome(net)) == (True, None, None)
    assert decide(net.network, claim(port=None)) == []
    net.do(claim(FAR))
    assert plugged(net).location == FAR


STATION = "must be the address of one station, and 01:00:5e:00:00:01 is a group address"
REFUSED: list[tuple[ObserveClaim, Said]] = [
    (claim(port="none"), ("refused", "port", "there is no port 'none'")),
    (claim(port="no id"), ("refused", "port", "there is no port 'no id'")),
    (claim(mac=""), ("refused", "mac", "must be a MAC such as 02:00:00:00:00:01 (got '')")),
    (claim(mac="01:00:5e:00:00:01"), ("refused", "mac", STATION)),
    (
        claim(vif_kind="bridge"),
        (
            "refused",
            "vif_kind",
            "must be one of tap, veth, internal, vhost-user, dpdk, physical, sriov, not 'bridge'",
        ),
    ),
    (
        claim(project=""),
        ("refused", "project", "must be 1 to 255 characters, none a control character (got '')"),
    ),
    (claim(Endpoint("s9", "e1")), ("refused", "switch", "there is no switch 's9'")),
    (claim(Endpoint("s1", "f1")), ("refused", "interface", "f1 of s1 is a fabric interface")),
    (
        claim(project="blue"),
        ("refused", "connect", "port 'p' is open to its owner 'red', and project 'blue' is not"),
    ),
    (claim(device="x" * 1024, port="x" * 1020), ("refused", "port", f"there is no port {'x' * 1020!r}"[:1024])),
]


@pytest.mark.parametrize(("command", "said"), REFUSED, ids=[f"{said[1]}: {said[2]:.40}" for _, said in REFUSED])
def test_a_claim_that_breaks_a_rule_is_kept_with_the_rule(net: World, command: ObserveClaim, said: Said) -> None:
    assert refused(net, command) == said


def test_a_claim_that_cannot_be_kept_is_refused(net: World) -> None:
    assert net.refusal(claim(Endpoint("s1", ""))).startswith("malformed, interface: must be 1 to 255 characters")
    assert net.refusal(claim(device="x" * 1025)) == "malformed, device: must be a text of at most 1024 characters"


def test_a_claim_is_held_to_the_traits_of_its_port(net: World) -> None:
    net.do(Update("port", "p", {"vif_kinds": ("veth", "dpdk")}))
    said = ("refused", "vif_kinds", "port 'p' takes veth, dpdk, and VIF 'p' is of kind tap")
    assert refused(net, claim()) == said
    assert refused(net, claim()) == said, "it is decided anew, and so again"
    net.do(Update("port", "p", {"vif_kinds": ("tap",)}), claim())
    assert outcome(net) == GRANTED
    net.do(Update("port", "p", {"connect": ("project:blue",)}))
    said = ("refused", "connect", "port 'p' is open to project:blue, and project 'red' is not")
    assert refused(net, claim()) == said
    assert not empty(net), "what is plugged in stays"
    net.do(claim(port=None))
    assert empty(net), "and goes with its claim"


def test_a_claim_brings_no_mac_twice_onto_a_segment(net: World) -> None:
    net.vif("other", "red", "s1", "e2", A)
    said = ("refused", "mac", f"{A} is on this segment already, in port 'other' at e2 of s1")
    assert refused(net, claim()) == said
    net.do(Update("port", "other", {"allowed_addresses": (AllowedAddress(B),)}))
    said = ("refused", "mac", f"{B} is among the allowed addresses of port 'other' on this segment")
    assert refused(net, claim(mac=B)) == said


def test_a_claim_needs_room(net: World) -> None:
    net.do(Create("vif", {"id": "v", "mac": B, "project": "red"}), Plug("q", "v"))
    crowd = World().switch("s1").segment("red")
    for n in range(LOCAL_MEMBERS):
        crowd.vif(f"n{n}", "red", "s1", f"n{n}", f"02:00:00:01:{n >> 8:02x}:{n & 255:02x}")
    facts = [fact for fact in crowd.facts() if fact.kind in ("port", "vif", "attachment")]
    net.network.apply([Change(None, fact) for fact in facts], net.network.revision)
    full = f"s1 has {LOCAL_MEMBERS} VIFs of segment 'red', and more do not fit into a list of receivers"
    assert refused(net, claim()) == ("refused", "switch", full)
    assert refused(net, claim(port="q", mac=B)) == ("refused", "switch", full)


def test_a_place_has_one_vif(net: World) -> None:
    net.do(Create("vif", {"id": "other", "mac": B, "switch": "s1", "interface": "e1"}))
    assert refused(net, claim()) == ("refused", "interface", "VIF 'other' is at e1 of s1")


def test_a_port_has_one_vif(net: World) -> None:
    net.do(Create("vif", {"id": "v", "mac": B}), Plug("p", "v"))
    assert refused(net, claim()) == ("refused", "port", "port 'p' has VIF 'v' in it")


def test_claims_go_with_their_switch(net: World) -> None:
    net.do(claim(E2, "none"), Delete("switch", "s1"))
    assert (outcome(net, E2), net.network.claims_of("s1")) == (None, ())


def test_nobody_makes_a_claim_by_hand(net: World) -> None:
    kinds = f"must be one of {', '.join(CREATABLE)}"
    assert net.refusal(Create("claim", {})) == f"malformed, kind: {kinds}, not 'claim'"
    assert net.refusal(Delete("claim", "s1")) == f"malformed, kind: {kinds}, not 'claim'"
    assert net.refusal(Create("vif", {"id": "n", "mac": A, "origin": "discovered"})) == (
        "malformed, origin: a vif has no such field that one may set"
    )


def test_what_is_claimed_holds_when_it_cannot_be_kept_and_is_kept_with_what_comes_next() -> None:
    net = Controller()
    net.do(
        Create("switch", {"id": "s1", "dpid": 1}),
        Create("segment", {"id": "red", "name": "red", "project": "red"}),
        Create("port", {"id": "p", "name": "p", "segment": "red"}),
    )
    net.store.full = True
    assert net.service.observe(claim()) is False
    assert net.service.observe(claim(mac=B)) is False
    net.store.full = False
    assert net.service.observe(claim(E2, "none")) is True
    again = Controller(net.store).service.network
    found = [again.claim(E1), again.claim(E2)]
    assert [claim.outcome for claim in found if isinstance(claim, Claim)] == ["granted", "refused"]
    assert again.vif("p") == net.service.network.vif("p")
    with pytest.raises(Refused, match="interface: must be 1 to 255 characters"):
        net.service.observe(claim(Endpoint("s1", "")))
