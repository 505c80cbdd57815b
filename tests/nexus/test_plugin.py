"""What the plug-in makes of a Nexus, over real HTTPS: what it adds, what is its own, what it never touches."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.nexus.nexus import NOTHING, Carried, Nexus
from tests.nexus.telling import Difference, cabled, difference, tell
from weft.apps.plugins.nexus import NexusPlugin
from weft.apps.plugins.nexus.items import Access, Member, Trunk, Vlan

Make = Callable[..., NexusPlugin]
SETTLED = Difference([], [])


def writes(nexus: Nexus) -> int:
    """How often the switch has been told something."""
    return sum(asked.method != "GET" and "aaaLogin" not in asked.path for asked in nexus.asked)


# putting and dropping


def test_what_is_wanted_is_there_and_nothing_is_told_twice(nexus: Nexus, plugin: Make) -> None:
    one, wanted = plugin(), [*cabled("eth1/1", 20, 21, 22, 300), Access("eth1/2", 20)]
    assert tell(one, wanted) == {}
    assert nexus.forwarding()["eth1/1"] == Carried(None, frozenset({20, 21, 22, 300}))
    assert nexus.forwarding()["eth1/2"] == Carried(20, frozenset())
    assert (nexus.vlan(20) or {})["name"] == "weft-s20"
    assert difference(one, wanted) == SETTLED
    assert difference(plugin(), wanted) == SETTLED  # who starts anew finds the same
    assert one.apply("n1", wanted, []) == {}  # and to be told again changes nothing
    assert difference(one, wanted) == SETTLED


def test_what_is_not_wanted_any_more_is_gone(nexus: Nexus, plugin: Make) -> None:
    one = plugin()
    tell(one, [*cabled("eth1/1", 20, 21), Access("eth1/2", 20)])
    tell(one, cabled("eth1/1", 21))
    assert nexus.vlan(20) is None
    assert nexus.allowed("eth1/1") == {21}
    assert tell(one, []) == {}
    assert nexus.vlan(21) is None
    assert nexus.allowed("eth1/1") == frozenset()
    assert one.read_back("n1") == []


def test_who_has_left_finds_the_interface_shut_and_off_every_vlan(nexus: Nexus, plugin: Make) -> None:
    one = plugin()
    tell(one, [*cabled("eth1/1", 20), Access("eth1/2", 20)])
    tell(one, cabled("eth1/1", 20))
    assert nexus.interface("eth1/2") | {"adminSt": "down", "accessVlan": "vlan-1"} == nexus.interface("eth1/2")
    assert nexus.forwarding()["eth1/2"] == NOTHING
    tell(one, [*cabled("eth1/1", 20), Access("eth1/2", 20)])
    assert nexus.forwarding()["eth1/2"] == Carried(20, frozenset())


def test_a_hundred_vlans_are_told_in_a_few_requests(nexus: Nexus, plugin: Make) -> None:
    one, wanted = plugin(), cabled("eth1/1", *range(100, 500))
    tell(one, wanted)
    assert writes(nexus) <= 4
    assert difference(one, wanted) == SETTLED


def test_a_vlan_has_its_vn_segment_where_that_is_asked_for(nexus: Nexus, plugin: Make) -> None:
    nexus.write("sys/fm/vnsegment", "fmVnSegment", adminSt="enabled")
    one, wanted = plugin(vn_segment=70000), [Vlan(20, "weft-s20", 70020)]
    assert tell(one, wanted) == {}
    assert (nexus.vlan(20) or {})["accEncap"] == "vxlan-70020"
    assert difference(one, wanted) == SETTLED


# what people have configured


def test_a_trunk_is_added_to_and_never_rewritten(nexus: Nexus, plugin: Make) -> None:
    nexus.write_vlan(5, name="phones")
    nexus.write_interface("eth1/1", mode="trunk", trunkVlans="5-9", nativeVlan="vlan-5", descr="to the attic")
    one = plugin()
    tell(one, cabled("eth1/1", 20, 21))
    assert nexus.allowed("eth1/1") == {5, 6, 7, 8, 9, 20, 21}
    tell(one, cabled("eth1/1", 21))
    tell(one, [])
    assert nexus.allowed("eth1/1") == {5, 6, 7, 8, 9}
    assert nexus.interface("eth1/1")["nativeVlan"] == "vlan-5"
    assert nexus.interface("eth1/1")["descr"] == "to the attic"
    assert (nexus.vlan(5) or {})["name"] == "phones"


def test_a_trunk_that_carries_everything_is_left_so(nexus: Nexus, plugin: Make) -> None:
    nexus.write_interface("eth1/1", mode="trunk")
    one, wanted = plugin(), cabled("eth1/1", 20)
    tell(one, wanted)
    assert nexus.forwarding()["eth1/1"].tagged >= {20}
    assert difference(one, wanted) == SETTLED
    tell(one, [])
    assert nexus.interface("eth1/1")["trunkVlans"] == "1-4094"
    assert one.read_back("n1") == []


def test_an_interface_that_becomes_a_trunk_carries_nothing_else(nexus: Nexus, plugin: Make) -> None:
    nexus.write_vlan(5, name="phones")
    tell(plugin(), cabled("eth1/1", 20))
    assert nexus.forwarding()["eth1/1"] == Carried(None, frozenset({20}))


def test_nobody_is_let_into_a_vlan_of_somebody_elses(nexus: Nexus, plugin: Make) -> None:
    nexus.write_vlan(20, name="finance")
    one = plugin()
    refused = tell(one, [*cabled("eth1/1", 20, 21), Access("eth1/2", 20)])
    assert set(refused) == {("vlan", "", 20), ("member", "eth1/1", 20), ("access", "eth1/2", 0)}
    assert all("finance" in why for why in refused.values())
    assert (nexus.vlan(20) or {})["name"] == "finance"
    assert nexus.allowed("eth1/1") == {21}
    assert nexus.interface("eth1/2")["accessVlan"] == "vlan-1"
    later = one.apply("n1", [Member("eth1/1", 20)], [])  # in a batch of its own
    assert set(later) == {("member", "eth1/1", 20)}


def test_what_people_have_elsewhere_is_no_concern_of_wefts(nexus: Nexus, plugin: Make) -> None:
    nexus.write_vlan(5, name="phones")
    nexus.write_interface("eth1/7", mode="trunk", trunkVlans="5,20")
    nexus.write_interface("eth1/8", accessVlan="vlan-5")
    one, before = plugin(interfaces=["eth1/1", "eth1/2"]), dict(nexus.interface("eth1/7"))
    tell(one, cabled("eth1/1", 20))
    assert difference(one, cabled("eth1/1", 20)) == SETTLED
    refused = tell(one, cabled("eth1/8", 20))
    assert "eth1/8" in refused["trunk", "eth1/8", 0]
    tell(one, [])
    assert nexus.interface("eth1/7") == before
    assert nexus.interface("eth1/8")["accessVlan"] == "vlan-5"


def test_vlans_beyond_those_for_weft_are_refused(nexus: Nexus, plugin: Make) -> None:
    refused = tell(plugin(vlans="100-199"), cabled("eth1/1", 100, 200))
    assert "100-199" in refused["vlan", "", 200]
    assert nexus.vlan(200) is None
    assert "2-3967" in tell(plugin(), cabled("eth1/1", 4000))["vlan", "", 4000]
    assert nexus.vlan(100) is None


def test_two_owners_share_a_switch(nexus: Nexus, plugin: Make) -> None:
    other = plugin(owner="blue")
    other.apply("n1", [Vlan(30, "blue-x")], [])
    one = plugin()
    tell(one, cabled("eth1/1", 20))
    tell(one, [])
    assert nexus.vlan(30) is not None
    assert [item.identity for item in other.read_back("n1")] == [("vlan", "", 30)]


# drift


def _deleted(nexus: Nexus) -> None:
    nexus.delete_vlan(20)


def _renamed(nexus: Nexus) -> None:
    nexus.write_vlan(20, name="mine")


def _suspended(nexus: Nexus) -> None:
    nexus.write_vlan(20, adminSt="suspend")


def _taken_off(nexus: Nexus) -> None:
    nexus.write_interface("eth1/1", trunkVlans="-20")


def _rewritten(nexus: Nexus) -> None:
    nexus.write_interface("eth1/1", trunkVlans="5,21")


def _opened(nexus: Nexus) -> None:
    nexus.write_interface("eth1/1", trunkVlans="1-4094")


def _no_trunk(nexus: Nexus) -> None:
    nexus.write_interface("eth1/1", mode="access")


def _elsewhere(nexus: Nexus) -> None:
    nexus.write_interface("eth1/2", accessVlan="vlan-21")


def _tagged(nexus: Nexus) -> None:
    nexus.write_interface("eth1/2", mode="trunk", trunkVlans="20,21")


def _factory(nexus: Nexus) -> None:
    nexus.boot()


@pytest.mark.parametrize(
    "disturb",
    [_deleted, _renamed, _suspended, _taken_off, _rewritten, _opened, _no_trunk, _elsewhere, _tagged, _factory],
)
def test_what_somebody_has_changed_by_hand_is_found_and_mended(
    nexus: Nexus, plugin: Make, disturb: Callable[[Nexus], None]
) -> None:
    one, wanted = plugin(), [*cabled("eth1/1", 20, 21), Access("eth1/2", 20)]
    tell(one, wanted)
    disturb(nexus)
    assert difference(one, wanted) != SETTLED
    assert tell(one, wanted) == {}
    assert difference(one, wanted) == SETTLED
    assert nexus.forwarding()["eth1/1"].tagged >= {20, 21}
    assert nexus.forwarding()["eth1/2"] == Carried(20, frozenset())


def test_a_vlan_that_somebody_has_made_theirs_is_left_to_them(nexus: Nexus, plugin: Make) -> None:
    one = plugin()
    tell(one, cabled("eth1/1", 20))
    nexus.write_vlan(20, name="mine")
    tell(one, [])
    assert (nexus.vlan(20) or {})["name"] == "mine"
    assert one.read_back("n1") == []


# interfaces


def test_interfaces_are_the_switchports_with_their_carrier(nexus: Nexus, plugin: Make) -> None:
    nexus.channel("po3", "eth1/3", "eth1/4")
    nexus.write_interface("eth1/5", layer="Layer3")
    nexus.write_interface("eth1/6", adminSt="down", accessVlan="vlan-5")
    nexus.write_interface("eth1/7", adminSt="down")  # as one that nobody uses
    one = plugin()
    assert one.interfaces("n1") == {
        "eth1/1": True,
        "eth1/2": True,
        "eth1/6": False,
        "eth1/7": True,
        "eth1/8": True,
        "po3": True,
    }
    refused = one.apply("n1", [Vlan(20, "weft-s20"), Trunk("eth1/3"), Trunk("eth1/99")], [])
    assert set(refused) == {("trunk", "eth1/3", 0), ("trunk", "eth1/99", 0)}
    assert tell(one, cabled("po3", 20)) == {}
    assert nexus.forwarding()["po3"] == Carried(None, frozenset({20}))
