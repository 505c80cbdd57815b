"""802.1Qbh: ports of equal traits share a profile by name, and hosts hand the name on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.nexus.nexus import NOTHING, Carried, Nexus
from tests.nexus.telling import Difference, difference, tell
from weft.apps.plugins.nexus import NexusPlugin
from weft.apps.plugins.nexus.items import Item, Profile, Virtual, Vlan
from weft.controller.contracts import Unreachable

Make = Callable[..., NexusPlugin]
SETTLED = Difference([], [])
RED: list[Item] = [Vlan(20, "weft-red"), Profile("weft-red", 20)]


@pytest.fixture
def adapter(nexus: Nexus) -> Nexus:
    """A switch with a server whose adapter has virtual interfaces, two of them up, on ``eth1/1``."""
    nexus.write_interface("eth1/1", mode="vntag")
    nexus.plug_virtual("eth1/1", 1, "weft-red")
    nexus.plug_virtual("eth1/1", 2, "weft-red")
    return nexus


def test_ports_share_a_profile_by_its_name(adapter: Nexus, plugin: Make) -> None:
    one = plugin(channels=4)
    assert {"eth1/1.1", "eth1/1.4"} <= set(one.interfaces("n1"))
    assert "eth1/1" not in one.interfaces("n1")
    wanted = [*RED, Virtual("eth1/1.1", "weft-red"), Virtual("eth1/1.2", "weft-red")]
    assert tell(one, wanted) == {}
    assert list(adapter.console.profiles) == ["weft-red"]
    assert adapter.forwarding()["eth1/1.1"] == adapter.forwarding()["eth1/1.2"] == Carried(20, frozenset())
    assert difference(one, wanted) == SETTLED
    assert one.apply("n1", wanted, []) == {}


def test_a_port_that_is_shut_is_shut_though_its_host_still_names_the_profile(adapter: Nexus, plugin: Make) -> None:
    one = plugin(channels=4)
    tell(one, [*RED, Virtual("eth1/1.1", "weft-red"), Virtual("eth1/1.2", "weft-red")])
    assert tell(one, [*RED, Virtual("eth1/1.2", "weft-red")]) == {}
    assert adapter.forwarding()["eth1/1.1"] == NOTHING
    assert adapter.forwarding()["eth1/1.2"] == Carried(20, frozenset())
    assert tell(one, []) == {}
    assert adapter.console.profiles == {}
    assert adapter.vlan(20) is None


def test_a_host_that_asks_for_anothers_profile_has_nothing(adapter: Nexus, plugin: Make) -> None:
    blue: list[Item] = [Vlan(30, "weft-blue"), Profile("weft-blue", 30), Virtual("eth1/1.1", "weft-blue")]
    assert tell(plugin(channels=4), [*RED, *blue, Virtual("eth1/1.2", "weft-red")]) == {}
    assert adapter.forwarding()["eth1/1.1"] == NOTHING


@pytest.mark.parametrize(
    "commands",
    [
        "no port-profile type vethernet weft-red",
        "port-profile type vethernet weft-red ;shutdown",
        "port-profile type vethernet weft-red ;no state enabled",
        "port-profile type vethernet weft-red ;switchport access vlan 99",
        "port-profile type vethernet weft-red ;switchport mode trunk",
        "no interface vethernet 101001",
        "interface vethernet 101001 ;shutdown",
    ],
)
def test_profiles_changed_by_hand_are_mended(adapter: Nexus, plugin: Make, commands: str) -> None:
    one, wanted = plugin(channels=4), [*RED, Virtual("eth1/1.1", "weft-red")]
    tell(one, wanted)
    assert adapter.console.ask("cli_conf", commands)[0] == 200
    assert difference(one, wanted) != SETTLED
    assert tell(one, wanted) == {}
    assert difference(one, wanted) == SETTLED
    assert adapter.forwarding()["eth1/1.1"] == Carried(20, frozenset())


def test_profiles_of_others_are_left_alone(adapter: Nexus, plugin: Make) -> None:
    adapter.console.ask("cli_conf", "port-profile type vethernet theirs ;no shutdown")
    one = plugin(channels=4)
    tell(one, RED)
    tell(one, [])
    assert list(adapter.console.profiles) == ["theirs"]


def test_what_the_command_line_refuses_is_said(adapter: Nexus, plugin: Make) -> None:
    adapter.console.ask("cli_conf", "interface vethernet 5 ;bind interface ethernet 1/1 channel 1")
    refused = tell(plugin(channels=4), [*RED, Virtual("eth1/1.1", "weft-red")])
    assert set(refused) == {("virtual", "eth1/1.1", 0)}
    assert "bound to another" in refused["virtual", "eth1/1.1", 0]


def test_no_profile_leads_into_a_vlan_of_somebody_elses(adapter: Nexus, plugin: Make) -> None:
    adapter.write_vlan(20, name="finance")
    refused = tell(plugin(channels=4), [*RED, Virtual("eth1/1.1", "weft-red")])
    assert {("vlan", "", 20), ("profile", "weft-red", 0)} <= set(refused)
    assert adapter.forwarding()["eth1/1.1"] == NOTHING


def test_without_channels_in_the_settings_there_are_no_profiles(nexus: Nexus, plugin: Make) -> None:
    refused = tell(plugin(), [*RED, Virtual("eth1/1.1", "weft-red")])
    assert set(refused) == {("profile", "weft-red", 0), ("virtual", "eth1/1.1", 0)}
    assert all("channels" in why for why in refused.values())
    assert not any(asked.path == "/ins" for asked in nexus.asked)


def test_a_switch_without_its_command_line_is_unreachable(adapter: Nexus, plugin: Make) -> None:
    one = plugin(channels=4)
    tell(one, RED)
    adapter.garbage = b'{"ins_api": {}}'
    with pytest.raises(Unreachable):
        one.read_back("n1")
