"""What machines at Linux bridges may say, and what they hear; and that the bridges stay as they should be."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.linux_bridge.society import BROADCAST, Society
from weft.apps.plugins.linux_bridge.bed import BRIDGE
from weft.apps.plugins.linux_bridge.plugin import linux_bridge
from weft.conformance.octets import arp, ipv4
from weft.conformance.octets.ethernet import NOBODY, ethernet
from weft.controller.contracts import Unreachable
from weft.controller.model.commands import Create, Plug, Unplug, Update

pytestmark = pytest.mark.guest
A, B, C, D, E = (f"02:00:00:00:00:0{n}" for n in range(1, 6))


@pytest.fixture(scope="module")
def society() -> Iterator[Society]:
    """Two bridges and a cable. Red has a and c at the one and b at the other; blue has d beside a."""
    society = Society()
    try:
        society.world.segment("red").segment("blue")
        society.machine("a", "red", "h1", A, fixed_ips=("10.0.0.1",), security="mac+ip")
        society.machine("b", "red", "h2", B)
        society.machine("c", "red", "h1", C)
        society.machine("d", "blue", "h1", D)
        society.settle()
        yield society
    finally:
        society.close()


@pytest.fixture
def there(society: Society) -> Iterator[Society]:
    """The same for every test, which leaves it so."""
    yield society
    assert lives(society)


def lives(there: Society) -> bool:
    """Whether everybody hears whom they should, and nobody else."""
    said = [("b", BROADCAST), ("c", B), ("c", A), ("d", BROADCAST)]
    return there.exchange(said) == [{"a", "c"}, {"b"}, {"a"}, set()]


def test_segments_hear_themselves_alone(there: Society) -> None:
    assert there.exchange([("b", D), ("a", D), ("d", A)]) == [set(), set(), set()]


def test_a_frame_for_nobody_is_heard_by_nobody(there: Society) -> None:
    assert there.send("b", "02:00:00:00:00:99") == set()


def test_nobody_borrows_an_address(there: Society) -> None:
    assert there.send("c", BROADCAST, source=B) == set()
    lie = arp.arp(arp.REPLY, (C, "10.0.0.1"), (B, "10.0.0.2"))
    assert there.say("c", ethernet(B, C, arp.ARP, lie) + there.seal()) == {"b"}, (
        "c may, its addresses are not looked at"
    )
    for sender in ((A, "10.0.0.9"), (C, "10.0.0.1")):
        lie = arp.arp(arp.REQUEST, sender, (NOBODY, "10.0.0.2"))
        assert there.say("a", ethernet(BROADCAST, A, arp.ARP, lie) + there.seal()) == set()
    for source, heard in (("10.0.0.1", {"b"}), ("10.0.0.9", set())):
        packet = ipv4.ipv4(source, "10.0.0.2", ipv4.UDP, ipv4.udp(source, "10.0.0.2", (4000, 53), b"?"))
        assert there.say("a", ethernet(B, A, ipv4.IPV4, packet) + there.seal()) == heard


def test_what_is_for_bridges_alone_goes_nowhere(there: Society) -> None:
    for group in ("01:80:c2:00:00:00", "01:80:c2:00:00:0e", "01:00:0c:cc:cc:cc"):
        assert there.send("b", group) == set()
    assert there.send("b", ethertype="88cc") == set()
    assert there.send("b", source="03:00:00:00:00:01") == set()


def test_tags_of_a_machines_own_go_nowhere(there: Society) -> None:
    (red, blue) = (there.world.network.segment(name) for name in ("red", "blue"))
    assert red is not None
    assert blue is not None
    for tag in (0, red.segmentation_id, blue.segmentation_id, 4094):
        assert there.send("c", ethertype=f"8100{tag:04x}88b5") == set()


def test_an_interface_that_no_port_uses_is_in_no_vlan(there: Society) -> None:
    interface = there.bed.plug("h1", "stranger")
    there.observe()
    there.world.do(Create("vif", {"id": "e", "mac": E, "switch": "h1", "interface": interface}))
    there.settle()
    assert there.exchange([("e", BROADCAST), ("b", BROADCAST)]) == [set(), {"a", "c"}]
    there.world.port("e", "red").do(Plug("e", "e"))
    there.settle()
    assert there.exchange([("e", BROADCAST), ("b", E)]) == [{"a", "b", "c"}, {"e"}]
    there.world.do(Unplug("e"))
    there.settle()
    assert there.exchange([("e", BROADCAST), ("b", BROADCAST)]) == [set(), {"a", "c"}]


@pytest.mark.parametrize(("kind", "id"), [("port", "c"), ("segment", "red")])
def test_who_is_shut_says_nothing_and_hears_nothing(kind: str, id: str, there: Society) -> None:
    there.world.do(Update(kind, id, {"admin_up": False}))
    there.settle()
    rest = {"a"} if kind == "port" else set()
    assert there.exchange([("c", BROADCAST), ("b", BROADCAST), ("b", C)]) == [set(), rest, set()]
    there.world.do(Update(kind, id, {"admin_up": True}))
    there.settle()


def test_a_machine_that_moves_takes_its_port_along(there: Society) -> None:
    old, interface = there.vif("c").interface, there.bed.plug("h2", "c")
    there.observe()
    there.world.do(Update("vif", "c", {"switch": "h2", "interface": interface}))
    there.settle()
    assert there.exchange([("c", BROADCAST), ("b", C)]) == [{"a", "b"}, {"c"}]
    there.world.do(Update("vif", "c", {"switch": "h1", "interface": old}))
    there.settle()


# What is done at once, and the identities of what it alters; {} are the bridge, c's interface, and tags of segments.
DISTURBED = (
    {
        "bridge vlan del dev {c} vid {red}": "vlan {c} {red:04}",
        "bridge vlan add dev {c} vid {blue} pvid untagged": "vlan {c} {blue:04}",
        "bridge vlan add dev {a} vid {red}": "vlan {a} {red:04}",
        "bridge fdb add {A} dev to-h2 master static vlan {red}": "known to-h2 {red:04} {A}",
        "bridge vlan add dev to-h2 vid 4000": "vlan to-h2 4000",
        "bridge vlan add dev {bridge} vid {red} self": "vlan {bridge} {red:04}",
        "ip link set {c} type bridge_slave learning on": "member {c}",
        "ip link set to-h2 type bridge_slave mcast_flood off": "member to-h2",
        "ip link set {bridge} type bridge mcast_snooping 1": "bridge",
        'nft insert rule bridge weft_{bridge} in_{c} accept ";"'
        ' insert rule bridge weft_{bridge} reserved accept ";"'
        ' delete element bridge weft_{bridge} arrivals {{ "{a}" }} ";"'
        ' add element bridge weft_{bridge} departures {{ "nobody" : drop }} ";"'
        ' add chain bridge weft_{bridge} mine ";" add chain bridge weft_{bridge} in_strange ";"'
        ' add set bridge weft_{bridge} ours {{ type ether_addr ";" }}': "rules {c}, table, rules {a}, rules nobody,"
        " stray chain mine, rules strange, stray set ours",
    },
    {
        "ip link set {bridge} type bridge vlan_filtering 0": "bridge",
        'nft flush chain bridge weft_{bridge} out_{c} ";" chain bridge weft_{bridge} arrive {{ policy drop ";" }}':
        "rules {c}, table",
    },
    {"ip link set {bridge} down": "bridge", "nft flush table bridge weft_{bridge}": "table, rules {a}, rules {c}"},
    {"nft delete table bridge weft_{bridge}": "table, rules {a}, rules {c}"},
)  # fmt: skip


@pytest.mark.parametrize("disturbed", DISTURBED)
def test_what_somebody_has_changed_is_found_and_repaired(disturbed: dict[str, str], there: Society) -> None:
    tags = {name: there.world.network.segment(name) for name in ("red", "blue")}
    words: dict[str, object] = {n: segment.segmentation_id for n, segment in tags.items() if segment is not None}
    words |= {"bridge": BRIDGE, "A": A, "a": there.vif("a").interface, "c": there.vif("c").interface}
    for command in disturbed:
        there.bed.run("h1", command.format(**words))
    puts, drops = there.difference("h1")
    found = {" ".join(identity) for identity in (*(item.identity for item in puts), *drops)}
    wanted = {one.strip() for altered in disturbed.values() for one in altered.format(**words).split(",")}
    assert found >= wanted
    assert there.plugin.apply("h1", puts, drops) == {}
    assert there.difference("h1") == ([], [])


def test_a_controller_that_starts_again_writes_nothing(there: Society) -> None:
    there.plugin = linux_bridge(there.bed.settings()["linux-bridge"])
    assert there.settle() == 0


def test_an_interface_that_is_gone_is_told_of_and_nothing_else_fails(there: Society) -> None:
    interface = there.bed.plug("h1", "gone")
    there.observe()
    there.world.vif("gone", "red", "h1", interface, "02:00:00:00:00:77")
    there.bed.unplug("h1", interface)
    puts, drops = there.difference("h1")
    said = there.plugin.apply("h1", puts, drops)
    assert {identity[:2] for identity in said} == {("member", interface), ("vlan", interface)}
    assert all("No such device" in words for words in said.values())
    there.observe()
    there.settle()


def test_an_interface_that_was_replaced_meanwhile_is_told_everything_anew(there: Society) -> None:
    there.observe()
    there.bed.unplug("h1", there.vif("c").interface or "")
    assert there.bed.plug("h1", "c") == there.vif("c").interface
    with pytest.raises(Unreachable, match="another interface has the name now"):
        there.observe()
    there.observe()
    there.settle()


def test_a_storm_is_cut_and_who_is_promiscuous_hears_what_is_for_others(there: Society) -> None:
    there.world.do(Update("port", "b", {"max_broadcast": 10}), Update("port", "c", {"promiscuous": True}))
    there.settle()
    assert there.exchange([("b", A), ("d", BROADCAST)]) == [{"a", "c"}, set()]
    heard = there.exchange([("b", BROADCAST)] * 30)
    assert heard[0] == {"a", "c"}
    assert heard.count(set()) > 10
    there.world.do(Update("port", "b", {"max_broadcast": None}), Update("port", "c", {"promiscuous": False}))
    there.settle()
