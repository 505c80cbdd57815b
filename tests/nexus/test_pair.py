"""Two Nexus that are one to whoever is connected: virtual port channels. And several switches that are not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.nexus.conftest import access
from tests.nexus.nexus import PASSWORD, Carried, Nexus
from tests.nexus.telling import Difference, cabled, difference, tell
from weft.apps.plugins.nexus import NexusPlugin
from weft.apps.plugins.nexus.items import Access, Partial
from weft.controller.contracts import Unreachable

SETTLED = Difference([], [])


@pytest.fixture(scope="module")
def _other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nexus]:
    with Nexus(tmp_path_factory.mktemp("other")) as other:
        yield other


@pytest.fixture
def other(_other: Nexus) -> Nexus:
    _other.boot()
    _other.heal()
    return _other


@pytest.fixture
def pair(nexus: Nexus, other: Nexus, monkeypatch: pytest.MonkeyPatch) -> Iterator[NexusPlugin]:
    """A pair: what is vPC 10 is another port channel on each."""
    monkeypatch.setenv("NEXUS_PASSWORD", PASSWORD)
    nexus.channel("po1", "eth1/1", vpc=10)
    other.channel("po7", "eth1/5", vpc=10)
    nexus.channel("po2", "eth1/2", vpc=11)
    other.channel("po2", "eth1/2", vpc=11)
    made = NexusPlugin({"places": {"n1": access(nexus) | {"peer": access(other)}}})
    yield made
    made.close()


def test_both_peers_get_the_same(nexus: Nexus, other: Nexus, pair: NexusPlugin) -> None:
    wanted = [*cabled("vpc10", 20, 21), Access("vpc11", 20)]
    assert set(pair.interfaces("n1")) == {"vpc10", "vpc11"}
    assert tell(pair, wanted) == {}
    for switch, channel in ((nexus, "po1"), (other, "po7")):
        assert switch.forwarding()[channel] == Carried(None, frozenset({20, 21}))
        assert switch.forwarding()["po2"] == Carried(20, frozenset())
    assert difference(pair, wanted) == SETTLED
    tell(pair, [])
    assert nexus.vlan(20) is None
    assert other.vlan(20) is None


def test_what_one_peer_has_lost_is_found_and_mended(nexus: Nexus, other: Nexus, pair: NexusPlugin) -> None:
    wanted = cabled("vpc10", 20, 21)
    tell(pair, wanted)
    other.delete_vlan(20)
    other.write_interface("po7", trunkVlans="-21")
    assert {item for item in pair.read_back("n1") if isinstance(item, Partial)} == {
        Partial("vlan", "", 20),
        Partial("member", "vpc10", 21),
    }
    assert tell(pair, wanted) == {}
    assert difference(pair, wanted) == SETTLED


def test_what_one_peer_has_too_much_is_taken_away(other: Nexus, pair: NexusPlugin) -> None:
    wanted = cabled("vpc10", 20)
    tell(pair, wanted)
    other.write_vlan(30, name="weft-left")
    assert difference(pair, wanted).drops == [("vlan", "", 30)]
    tell(pair, wanted)
    assert other.vlan(30) is None


def test_while_one_peer_is_away_the_other_serves_and_nobody_says_that_all_is_well(
    nexus: Nexus, other: Nexus, pair: NexusPlugin
) -> None:
    tell(pair, cabled("vpc10", 20))
    other.stop()
    refused = tell(pair, cabled("vpc10", 21))
    assert nexus.allowed("po1") == {21}
    assert set(refused) == {("vlan", "", 21), ("trunk", "vpc10", 0), ("member", "vpc10", 21)}
    assert all(other.url in why for why in refused.values())
    assert difference(pair, cabled("vpc10", 21)) != SETTLED
    other.start()
    assert tell(pair, cabled("vpc10", 21)) == {}
    assert other.allowed("po7") == {21}
    assert other.vlan(20) is None
    assert difference(pair, cabled("vpc10", 21)) == SETTLED


def test_without_both_the_pair_is_unreachable(nexus: Nexus, other: Nexus, pair: NexusPlugin) -> None:
    nexus.stop()
    other.stop()
    with pytest.raises(Unreachable):
        pair.read_back("n1")


def test_what_one_peer_refuses_is_refused_with_its_name(nexus: Nexus, other: Nexus, pair: NexusPlugin) -> None:
    other.write_vlan(20, name="finance")
    refused = tell(pair, cabled("vpc10", 20))
    assert set(refused) == {("vlan", "", 20), ("member", "vpc10", 20)}
    assert all(why.startswith(other.url) for why in refused.values())


def test_several_switches_are_told_each_its_own(nexus: Nexus, other: Nexus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEXUS_PASSWORD", PASSWORD)
    both = NexusPlugin({"places": {"n1": access(nexus), "n2": access(other)}})
    tell(both, cabled("eth1/1", 20), "n1")
    tell(both, cabled("eth1/1", 30), "n2")
    assert nexus.allowed("eth1/1") == {20}
    assert other.allowed("eth1/1") == {30}
    other.stop()
    assert tell(both, cabled("eth1/1", 21), "n1") == {}
    with pytest.raises(Unreachable):
        both.read_back("n2")
    both.close()
