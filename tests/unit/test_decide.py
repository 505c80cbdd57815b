"""What may be asked of the model, and why the rest is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.world import World
from weft.controller.model.commands import (
    CREATABLE,
    GIVEN,
    Command,
    Create,
    Delete,
    ObserveClaim,
    ObserveInterfaces,
    ObserveLink,
    Plug,
    Refusal,
    Unplug,
    Update,
)
from weft.controller.model.decide import decide
from weft.controller.model.documents import field_names
from weft.controller.model.facts import Endpoint, Key, Limit
from weft.controller.model.rights import MEMBER, OPERATOR, Caller
from weft.controller.model.security_groups import SecurityRule
from weft.controller.model.traits import AllowedAddress, Offer, Subport
from weft.controller.model.trunks import Carried

A, B = "02:00:00:00:00:0a", "02:00:00:00:00:0b"
LINK = "s1:f1~s2:f1"
KINDS = f"must be one of {', '.join(CREATABLE)}"


@pytest.fixture
def net() -> World:
    """Two switches with a cable between them; red has the VIF a on s1, and blue has nobody."""
    net = World().switch("s1", ["e1", "e2"], ["f1", "f2"]).switch("s2", ["e1", "e2"], ["f1", "f2"])
    net.link(("s1", "f1"), ("s2", "f1"))
    return net.segment("red").segment("blue").vif("a", "red", "s1", "e1", A)


REFUSED: list[tuple[Command, str]] = [
    # what is created
    (
        Create("router", {}),
        f"malformed, kind: {KINDS}, not 'router'",
    ),
    (
        Create("interface", {}),
        f"malformed, kind: {KINDS}, not 'interface'",
    ),
    (Create("vif", {"id": "b"}), "malformed, mac: a vif needs one"),
    (Create("vif", {"mac": B}), "malformed, id: a vif needs one"),
    (Create("switch", {"id": "s3"}), "malformed, dpid: a switch needs one"),
    (Create("segment", {"id": "c", "name": "c"}), "malformed, project: a segment needs one"),
    (Create("segment", {"colour": "red"}), "malformed, colour: a segment has no such field that one may set"),
    (Create("segment", {"number": 5}), "malformed, number: a segment has no such field that one may set"),
    (Create("vif", {"revision": 5}), "malformed, revision: a vif has no such field that one may set"),
    (Create("link", {"origin": "discovered"}), "malformed, origin: a link has no such field that one may set"),
    (Create("vif", {"id": "a", "mac": B}), "conflict, id: there is a vif 'a' already"),
    (
        Create("vif", {"id": "b", "mac": "01:00:00:00:00:00"}),
        "malformed, mac: must be the address of one station, and 01:00:00:00:00:00 is a group address",
    ),
    (
        Create("segment", {"id": "c", "name": "c", "project": "c", "segmentation_id": 2}),
        "conflict, segmentation_id: VLAN 2 is segment 'red''s",
    ),
    (Create("port", {"id": "p", "name": "p"}), "malformed, segment: must be a text"),
    (Create("port", {"id": "p", "name": "p", "segment": "x"}), "not-found, segment: there is no segment 'x'"),
    (
        Create("port", {"id": "p", "name": "p", "segment": "red", "project": "blue"}),
        "conflict, project: segment 'red' is not shared with project 'blue'",
    ),
    (
        Create("vif", {"id": "b", "mac": B, "switch": "s9", "interface": "e1"}),
        "not-found, switch: there is no switch 's9'",
    ),
    (
        Create("vif", {"id": "b", "mac": B, "switch": "s1", "interface": "e1"}),
        "conflict, interface: VIF 'a' is at e1 of s1",
    ),
    (
        Create("vif", {"id": "b", "mac": B, "switch": "s1", "interface": "f2"}),
        "conflict, interface: f2 of s1 is a fabric interface",
    ),
    (Create("switch", {"id": "s3", "dpid": 1}), "conflict, dpid: 0000000000000001 is switch 's1'"),
    (Create("link", {"a": "s1:f2"}), "malformed, a: must name a switch and an interface"),
    (Create("link", {"a": ("s1", "f2")}), "malformed, b: must name a switch and an interface"),
    (Create("link", {"a": ("s1", "f1"), "b": ("s2", "f1")}), f"conflict, id: there is a link '{LINK}' already"),
    (Create("link", {"a": ("s1", "f1"), "b": ("s2", "f2")}), f"conflict, a: link '{LINK}' ends at f1 of s1"),
    (Create("link", {"a": ("s1", "f2"), "b": ("s9", "f1")}), "not-found, switch: there is no switch 's9'"),
    (
        Create("link", {"a": ("s1", "f2"), "b": ("s2", "e2")}),
        "conflict, b: e2 is not among the fabric_interfaces of s2",
    ),
    (
        Create("link", {"a": ("s1", "f1"), "b": ("s1", "f2")}),
        "malformed, b.switch: a link joins two different switches",
    ),
    # what is changed
    (Update("vif", "b", {}), "not-found, vif: there is no vif 'b'"),
    (
        Update("attachment", "a", {}),
        f"malformed, kind: {KINDS}, not 'attachment'",
    ),
    (Update("vif", "a", {"colour": "red"}), "malformed, colour: a vif has no such field"),
    (Update("vif", "a", {"id": "b"}), "conflict, id: the id of a vif is fixed when it is made"),
    (Update("vif", "a", {"revision": 9}), "conflict, revision: the revision of a vif is given by Weft"),
    (Update("vif", "a", {"origin": "discovered"}), "conflict, origin: the origin of a vif is given by Weft"),
    (Update("port", "a", {"segment": "blue"}), "conflict, segment: the segment of a port is fixed when it is made"),
    (
        Update("segment", "red", {"segmentation_id": 9}),
        "conflict, segmentation_id: the segmentation_id of a segment is fixed when it is made",
    ),
    (Update("port", "a", {"admin_up": "yes"}), "malformed, admin_up: must be true or false (got 'yes')"),
    (
        Update("vif", "a", {"switch": "s1", "interface": None}),
        "malformed, interface: a location is a switch and an interface together, or neither",
    ),
    (Update("vif", "a", {"interface": "f1"}), "conflict, interface: f1 of s1 is a fabric interface"),
    (Update("switch", "s2", {"dpid": 1}), "conflict, dpid: 0000000000000001 is switch 's1'"),
    (
        Update("switch", "s1", {"fabric_interfaces": ("f1", "f2", "e1")}),
        "conflict, fabric_interfaces: VIF 'a' is at e1 of s1",
    ),
    (Update("switch", "s1", {"fabric_interfaces": ("f2",)}), f"conflict, fabric_interfaces: link '{LINK}' ends at f1"),
    # what is deleted
    (Delete("port", "p"), "not-found, port: there is no port 'p'"),
    (
        Delete("claim", "e1"),
        f"malformed, kind: {KINDS}, not 'claim'",
    ),
    (
        Delete("interface", "e1"),
        f"malformed, kind: {KINDS}, not 'interface'",
    ),
    (Delete("segment", "red"), "conflict, id: ports 'a' still depend on segment 'red'"),
    (Delete("port", "a"), "conflict, id: VIFs 'a' still depend on port 'a'"),
    (Delete("vif", "a"), "conflict, id: ports 'a' still depend on vif 'a'"),
    (Delete("switch", "s1"), "conflict, id: VIFs 'a' still depend on switch 's1'"),
    (Delete("switch", "s2"), f"conflict, id: links '{LINK}' still depend on switch 's2'"),
]


@pytest.mark.parametrize(("command", "refusal"), REFUSED, ids=[refusal for _, refusal in REFUSED])
def test_a_refusal_names_the_field_and_the_rule(net: World, command: Command, refusal: str) -> None:
    assert net.refusal(command) == refusal


def test_a_change_may_ask_that_nobody_was_faster(net: World) -> None:
    port = net.network.port("a")
    assert port is not None
    seen = port.revision
    net.do(Update("port", "a", {"name": "mine"}, if_revision=seen))
    now = net.network.revision
    stale = f"stale, revision: the port is at revision {now}, not {seen}"
    assert net.refusal(Update("port", "a", {"name": "yours"}, if_revision=seen)) == stale
    assert net.refusal(Delete("port", "a", if_revision=seen)) == stale


def test_each_fact_carries_the_revision_that_it_was_changed_at(net: World) -> None:
    net.do(Update("vif", "a", {"name": "web"}))
    vif, port = net.network.vif("a"), net.network.port("a")
    assert vif is not None
    assert port is not None
    assert port.revision < vif.revision == net.network.revision


def test_what_changes_nothing_is_no_change(net: World) -> None:
    assert decide(net.network, Update("vif", "a", {"mac": A})) == []


def test_a_port_belongs_to_its_segments_project_or_one_that_it_is_shared_with(net: World) -> None:
    net.do(Update("segment", "red", {"shared_with": ("blue",)}))
    net.do(Create("port", {"id": "guest", "name": "guest", "segment": "red", "project": "blue"}))
    owners = [port.project for port in map(net.network.port, ("a", "guest")) if port is not None]
    assert owners == ["red", "blue"]
    refusal = "conflict, shared_with: port 'guest' is of a project that it would not be shared with any more"
    assert net.refusal(Update("segment", "red", {"shared_with": ()})) == refusal
    net.do(Delete("port", "guest"), Update("segment", "red", {"shared_with": ()}))


def test_what_nothing_depends_on_can_be_deleted(net: World) -> None:
    net.do(Unplug("a"), Delete("vif", "a"), Delete("port", "a"), Delete("segment", "red"))
    net.do(Delete("link", LINK), Delete("switch", "s1"))
    gone = [("vif", "a"), ("port", "a"), ("segment", "red"), ("link", LINK), ("switch", "s1")]
    assert [net.exists(kind, id) for kind, id in gone] == [False] * 5
    assert net.network.interfaces_of("s1") == (), "a switch that is gone has interfaces"


def test_a_refusal_names_the_first_few_of_many(net: World) -> None:
    for n in range(5):
        net.do(Create("port", {"id": f"p{n}", "name": "p", "segment": "blue"}))
    refusal = "conflict, id: ports 'p0', 'p1', 'p2' and 2 more still depend on segment 'blue'"
    assert net.refusal(Delete("segment", "blue")) == refusal


_named: st.SearchStrategy[Any] = st.one_of(
    st.builds(Offer, *[st.sampled_from(["project:blue", "veth", 5, None])] * 3),
    st.builds(AllowedAddress, *[st.sampled_from([None, 5, A, "10.0.0.0/8", "0.0.0.0/0", "10.0.0.1"])] * 2),
    st.builds(Subport, *[st.sampled_from([7, None, "red", "blue", "none", True])] * 2),
)
_junk: st.SearchStrategy[Any] = st.one_of(
    _named, st.lists(_named, max_size=2).map(tuple),
    st.lists(st.sampled_from([A, "10.0.0.1", "owner", "veth", 5])).map(tuple),
    st.sampled_from(["mac", "mac+ip", "isolated", "community:7", "community:x", "promiscuous", "10.0.0.1", "veth"]),
    st.none(), st.booleans(), st.integers(), st.sampled_from(["", "a", "red", "s1", "f1", A, "vlan", "1"]),
    st.lists(st.integers(), max_size=2), st.tuples(st.sampled_from(["s1", "s2", 5]), st.sampled_from(["f2", None])),
    st.dictionaries(st.just("switch"), st.just("s1")),
)  # fmt: skip
_SOUND: dict[str, dict[str, Any]] = {
    "segment": {"id": "new", "name": "new", "project": "p"},
    "port": {"id": "new", "name": "new", "segment": "red"},
    "vif": {"id": "new", "mac": B},
    "switch": {"id": "new", "dpid": 9},
    "link": {"a": ("s1", "f2"), "b": ("s2", "f2")},
    "subnet": {"id": "new", "segment": "red", "cidr": "10.0.0.0/24"},
    "quota": {"id": "new", "limits": (Limit("port", 1),)},
    "token": {"id": "new", "hash": "0" * 64, "user": "ann", "project": "p", "roles": ("member",)},
    "security_group": {"id": "new", "project": "p", "rules": (SecurityRule("r", "ingress"),)},
    "trunk": {"id": "new", "port": "a", "subports": (Carried("p", 7),)},
}


@st.composite
def _created(draw: st.DrawFn) -> Command:
    """A fact that could be made, but for junk in some of its fields."""
    kind = draw(st.sampled_from(CREATABLE))
    settable = sorted(set(field_names(kind)) - GIVEN)
    return Create(kind, _SOUND[kind] | draw(st.dictionaries(st.sampled_from(settable), _junk, max_size=3)))


@st.composite
def _updated(draw: st.DrawFn) -> Command:
    kind, id = draw(
        st.sampled_from([("segment", "red"), ("port", "a"), ("vif", "a"), ("switch", "s1"), ("link", LINK)])
    )
    return Update(kind, id, draw(st.dictionaries(st.sampled_from(field_names(kind)), _junk, max_size=2)))


_ends = st.builds(Endpoint, st.sampled_from(["s1", "s2", "s9"]), st.sampled_from(["e1", "f1", "f2"]))
_anything: st.SearchStrategy[Command] = st.one_of(
    _created(),
    _created(),
    _updated(),
    st.builds(ObserveLink, _ends, _ends),
    st.builds(
        ObserveInterfaces,
        st.sampled_from(["s1", "s9"]),
        st.dictionaries(st.sampled_from(["e1", "f1", "new"]), st.tuples(st.integers(0, 3), st.booleans())),
    ),
    st.builds(Plug, st.sampled_from(["a", "b"]), st.sampled_from(["a", "b"])),
    st.builds(
        ObserveClaim, st.sampled_from(["s1", "s9"]), st.sampled_from(["e1", "e2", "f1"]), _junk, _junk, _junk, _junk
    ),
)
_callers = st.sampled_from([OPERATOR, *(Caller(project, MEMBER, False, 5) for project in ("red", "blue"))])


@settings(max_examples=300, deadline=None)
@given(_anything, _callers)
def test_whatever_is_asked_is_granted_or_refused(command: Command, caller: Caller) -> None:
    net = World().switch("s1", ["e1"], ["f1", "f2"]).switch("s2", [], ["f1", "f2"]).link(("s1", "f1"), ("s2", "f1"))
    net.segment("red").segment("blue", shared_with=("red",)).vif("a", "red", "s1", "e1", A)
    try:
        changes = decide(net.network, command, caller)
    except Refusal:
        return
    net.do(command, caller=caller)
    assert all(net.network.fact(change.key) == change.after for change in changes)
    assert net.network.fact(Key("segment", "red")) is not None
