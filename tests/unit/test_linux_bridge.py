"""What the Linux bridge plug-in wants of a place, how it reads a table of nftables, and which settings it takes."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from tests.world import World
from weft.apps.plugins.linux_bridge import table
from weft.apps.plugins.linux_bridge.items import BARE, TAGGED, Item, Rules, Stray, Vlan, plain
from weft.apps.plugins.linux_bridge.plugin import linux_bridge
from weft.apps.plugins.linux_bridge.table import NOTHING, TABLE, items, parsed
from weft.controller.model.commands import Create, ObserveInterfaces, Update
from weft.controller.model.traits import AllowedAddress, Subport

A, B, VIRTUAL = "02:00:00:00:00:01", "02:00:00:00:00:02", "00:00:5e:00:01:01"
LISTING = """table bridge weft_weft0 {
\tmap arrivals {
\t\ttype ifname : verdict
\t\telements = { "tap1" : goto in_tap1,
\t\t\t     "tap2" : goto in_tap2 }
\t}

\tset mine {
\t\ttype ether_addr
\t}

\tchain in_tap1 {
\t\taccept
\t}

\tchain arrive {
\t\ttype filter hook prerouting priority -200; policy accept;
\t\tiifname vmap @arrivals
\t}
}
"""


@pytest.fixture
def net() -> World:
    """Bridges h1 and h2 with a cable; a at the one and b at the other, on red."""
    world = World(plugins=(linux_bridge({}),))
    for place in ("h1", "h2"):
        world.do(Create("switch", {"id": place, "plugin": "linux-bridge", "fabric_interfaces": ("eth1",)}))
        world.do(ObserveInterfaces(place, {"tap1": (1, True), "tap2": (2, True), "eth1": (3, True)}))
    world.link(("h1", "eth1"), ("h2", "eth1")).segment("red")
    return world.vif("a", "red", "h1", "tap1", A).vif("b", "red", "h2", "tap1", B)


def wanted(net: World, place: str = "h1") -> list[Item]:
    """All that a place should hold."""
    return [plain(item) for item in (net.compile().compiler.wanted(place) or {}).values()]


def chain(net: World, name: str) -> tuple[str, ...]:
    """A chain of the first place."""
    return next(dict(i.chains)[name] for i in wanted(net) if isinstance(i, Rules) and name in dict(i.chains))


def tag(net: World) -> int:
    """The VLAN of red."""
    segment = net.network.segment("red")
    assert segment is not None
    assert segment.segmentation_id is not None
    return segment.segmentation_id


def test_an_interface_is_in_the_vlan_of_its_port_and_a_cable_in_those_that_cross_it(net: World) -> None:
    vlans = {item for item in wanted(net) if isinstance(item, Vlan)}
    assert vlans == {Vlan("tap1", tag(net), BARE), Vlan("eth1", tag(net), TAGGED)}


def test_nothing_is_said_of_an_interface_that_no_port_uses(net: World) -> None:
    assert not any("tap2" in item.identity for item in wanted(net))


@pytest.mark.parametrize(("kind", "id"), [("port", "a"), ("segment", "red")])
def test_who_is_shut_is_in_no_vlan_and_has_no_rules(kind: str, id: str, net: World) -> None:
    net.do(Update(kind, id, {"admin_up": False}))
    assert not any("tap1" in item.identity for item in wanted(net))


def test_a_machine_hears_what_is_for_its_macs(net: World) -> None:
    net.do(Update("port", "a", {"allowed_addresses": (AllowedAddress(VIRTUAL),)}))
    assert f"ether daddr {{ {VIRTUAL}, {A} }} accept" in chain(net, "out_tap1")
    assert f"ether saddr != {{ {VIRTUAL}, {A} }} drop" in chain(net, "in_tap1")


def test_a_private_vlan_marks_frames_where_they_come_in(net: World) -> None:
    net.do(Update("port", "b", {"isolated": "promiscuous"}))
    assert "meta mark set 0x00000000" in chain(net, "in_tap1")
    assert "meta mark != { 0x00000000, 0x00010000 } drop" in chain(net, "out_tap1")
    assert chain(net, "in_eth1") == (f"vlan id {tag(net)} goto p{tag(net)}_eth1",)
    assert f"ether saddr {B} meta mark set 0x00010000 accept" in chain(net, f"p{tag(net)}_eth1")


@pytest.mark.parametrize("trait", [{"max_rate": 1000}, {"trunk": (Subport(7, "blue"),)}])
def test_what_a_bridge_cannot_honour_is_refused(trait: dict[str, Any], net: World) -> None:
    net.segment("blue", shared_with=("red",))
    assert "plug-in linux-bridge, which switch 'h1' is of, cannot honour" in net.refusal(Update("port", "a", trait))


def test_a_listing_is_read_as_items() -> None:
    found = list(items(parsed(LISTING)))
    assert Stray("set", "mine") in found
    assert Rules("tap1", (("arrivals", "goto in_tap1"),), (("in_tap1", ("accept",)),)) in found
    assert Rules("tap2", (("arrivals", "goto in_tap2"),), ()) in found
    assert TABLE not in found


def test_rules_are_replaced_in_one_transaction() -> None:
    new = table.rules("tap1", (("in_tap1", ("jump reserved", "accept")), ("out_tap1", ("drop",))))
    script = list(table._script("weft_weft0", parsed(LISTING), [new], [("rules", "tap2"), ("stray", "set", "mine")]))
    assert script[-2:] == [
        'add element bridge weft_weft0 arrivals { "tap1" : goto in_tap1 }',
        'add element bridge weft_weft0 departures { "tap1" : goto out_tap1 }',
    ]
    gone = 'delete element bridge weft_weft0 arrivals {{ "{}" }}'
    for line in (gone.format("tap1"), gone.format("tap2"), "flush chain bridge weft_weft0 in_tap1"):
        assert script.index(line) < script.index("add rule bridge weft_weft0 in_tap1 jump reserved")
    assert "delete set bridge weft_weft0 mine" in script


def test_a_table_that_is_not_there_is_not_deleted() -> None:
    assert list(table._script("weft_weft0", NOTHING, [], [("table",)])) == []


@pytest.mark.parametrize(
    ("settings", "rule"),
    [
        ({"place": {}}, "place: there is no such setting; there is places"),
        ({"places": []}, "places: must be a mapping of places to their bridges"),
        ({"places": {"h1": "weft0"}}, "places.h1: must be a mapping with bridge and namespace"),
        ({"places": {"h1": {}}}, "places.h1.bridge: must be 1 to 15 letters, digits or _-, a letter first (got None)"),
        ({"places": {"h1": {"bridge": "a b"}}}, "places.h1.bridge: must be 1 to 15 letters"),
        (
            {"places": {"h1": {"bridge": "b", "namespace": "../x"}}},
            "places.h1.namespace: must be the name of a network",
        ),
        ({"places": {"h1": {"bridge": "b"}, "h2": {"bridge": "b"}}}, "places.h2.bridge: is that of another place"),
    ],
)
def test_settings_that_make_no_sense_are_named(settings: dict[str, Any], rule: str) -> None:
    with pytest.raises(ValueError, match="^" + rule.replace("(", r"\(").replace(")", r"\)").replace(".", r"\.")):
        linux_bridge(settings)


def test_nft_answers_in_a_thread_that_has_no_event_loop() -> None:
    """As a controller has them: all that could wait is made green but what says otherwise."""
    program = """
import eventlet
eventlet.monkey_patch()
from eventlet import patcher
from weft.apps.plugins.linux_bridge.nft import Nft, Refused

def ask(nft=Nft()):
    for _ in range(2):
        try:
            print("answered", nft.run("list tables")[:0])
        except Refused as refused:
            print("answered", refused)

thread = patcher.original("threading").Thread(target=ask, daemon=True)
thread.start()
while thread.is_alive():
    eventlet.sleep(0.01)
"""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stdout.count("answered") == 2, done.stderr
    assert done.returncode == 0
