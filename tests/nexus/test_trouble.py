"""What the plug-in does when a Nexus is away, slow, mad, or says no."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from tests.nexus.nexus import Carried, Nexus
from tests.nexus.telling import Difference, cabled, difference, tell
from weft.apps.plugins.nexus import NexusPlugin
from weft.apps.plugins.nexus.items import Access, Vlan
from weft.controller.contracts import Unreachable

Make = Callable[..., NexusPlugin]
SETTLED = Difference([], [])


def test_a_switch_that_is_away_is_unreachable_and_told_all_when_it_is_back(nexus: Nexus, plugin: Make) -> None:
    one, before, after = plugin(), cabled("eth1/1", 20, 21), cabled("eth1/1", 21, 22)
    tell(one, before)
    nexus.stop()
    for ask in (lambda: one.read_back("n1"), lambda: one.interfaces("n1"), lambda: one.apply("n1", after, [])):
        with pytest.raises(Unreachable, match=nexus.url):
            ask()
    nexus.start()
    assert tell(one, after) == {}
    assert nexus.allowed("eth1/1") == {21, 22}
    assert nexus.vlan(20) is None


def test_a_switch_that_has_started_anew_from_nothing_is_told_everything(nexus: Nexus, plugin: Make) -> None:
    one, wanted = plugin(), [*cabled("eth1/1", 20, 21), Access("eth1/2", 20)]
    tell(one, wanted)
    nexus.stop()
    nexus.boot()
    nexus.sessions.expire()
    nexus.start()
    assert tell(one, wanted) == {}
    assert difference(one, wanted) == SETTLED
    assert nexus.forwarding()["eth1/1"] == Carried(None, frozenset({20, 21}))


def test_a_token_that_has_expired_is_renewed_in_between(nexus: Nexus, plugin: Make) -> None:
    one = plugin()
    tell(one, cabled("eth1/1", 20))
    assert nexus.sessions.logins == 1
    nexus.sessions.expire()
    assert tell(one, cabled("eth1/1", 20, 21)) == {}
    assert nexus.allowed("eth1/1") == {20, 21}
    assert nexus.sessions.logins == 2


def test_tokens_that_never_hold_are_no_endless_loop(nexus: Nexus, plugin: Make) -> None:
    nexus.sessions.lifetime = 0.0
    with pytest.raises(Unreachable, match="403"):
        plugin().read_back("n1")
    assert nexus.sessions.logins == 2


def test_a_wrong_password_is_said_and_not_shown(nexus: Nexus, plugin: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    one = plugin()
    monkeypatch.setenv("NEXUS_PASSWORD", "wrong-one-77")
    with pytest.raises(Unreachable, match="user name and the password") as raised:
        one.read_back("n1")
    error: BaseException | None = raised.value
    while error is not None:
        assert "wrong-one-77" not in f"{error!r} {vars(error)}"
        error = error.__cause__ or error.__context__
    monkeypatch.delenv("NEXUS_PASSWORD")
    with pytest.raises(Unreachable, match="NEXUS_PASSWORD is not set"):
        one.read_back("n1")


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"<html>",
        b"[]",
        b"null",
        b'{"imdata": 5}',
        b'{"imdata": ["x"]}',
        b'{"imdata": [{"l2BD": 5}]}',
        b'{"imdata": [{"l2BD": {"attributes": {"fabEncap": 20}}}]}',
        b'{"imdata": [{"l1PhysIf": {"attributes": {"id": "eth1/1", "trunkVlans": "a-b"}}}]}',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_what_no_nexus_answers_is_not_believed(nexus: Nexus, plugin: Make, garbage: bytes) -> None:
    one, wanted = plugin(), cabled("eth1/1", 20)
    tell(one, wanted)
    nexus.garbage = garbage
    with pytest.raises(Unreachable):
        one.read_back("n1")
    with pytest.raises(Unreachable):
        one.apply("n1", [], [("vlan", "", 20)])
    nexus.garbage = None
    assert difference(one, wanted) == SETTLED


def test_a_slow_switch_is_waited_for_and_one_too_slow_is_not(nexus: Nexus, plugin: Make) -> None:
    nexus.delay = 0.2
    assert plugin().read_back("n1") == []
    with pytest.raises(Unreachable):
        plugin(timeout=0.05).read_back("n1")


def test_of_a_batch_all_holds_but_what_the_switch_refuses(nexus: Nexus, plugin: Make) -> None:
    one, wanted = plugin(), [*cabled("eth1/1", *range(20, 50)), Access("eth1/2", 20)]
    nexus.refuses = {"weft-s33", "vlan-44"}
    refused = tell(one, wanted)
    assert set(refused) == {
        (kind, name, vlan) for kind, name in (("vlan", ""), ("member", "eth1/1")) for vlan in (33, 44)
    }
    assert "hardware programming failed" in refused["vlan", "", 33]
    assert nexus.allowed("eth1/1") == set(range(20, 50)) - {33, 44}
    nexus.refuses.clear()
    assert tell(one, wanted) == {}
    assert difference(one, wanted) == SETTLED


def test_of_a_trunk_that_takes_not_all_vlans_the_others_are_told(nexus: Nexus, plugin: Make) -> None:
    one, wanted = plugin(), cabled("eth1/1", *range(20, 30, 2))
    nexus.refuses = {"+20,22,24,26,28", "+24,26,28", "+26"}  # it takes some of these, but not together
    refused = tell(one, wanted)
    assert set(refused) == {("member", "eth1/1", 26)}
    assert nexus.allowed("eth1/1") == {20, 22, 24, 28}


@pytest.mark.parametrize("answers", range(4))
def test_a_batch_that_was_done_by_half_is_done_whole_later(nexus: Nexus, plugin: Make, answers: int) -> None:
    """The switch goes away after so many of the requests; the last one was done, and nobody heard of it."""
    one, before, after = plugin(), [*cabled("eth1/1", 20, 21), Access("eth1/2", 20)], cabled("eth1/1", 21, 22)
    tell(one, before)
    nexus.answers_left = answers
    with pytest.raises(Unreachable):
        tell(one, after)
    nexus.answers_left = None
    assert tell(one, after) == {}
    assert difference(one, after) == SETTLED
    assert difference(plugin(), after) == SETTLED


def test_a_request_that_was_lost_changes_nothing(nexus: Nexus, plugin: Make) -> None:
    one = plugin()
    assert one.read_back("n1") == []
    nexus.loses_requests = True
    with pytest.raises(Unreachable):
        one.apply("n1", [Vlan(20, "weft-s20")], [])
    nexus.loses_requests = False
    assert nexus.vlan(20) is None
    assert tell(one, [Vlan(20, "weft-s20")]) == {}


def test_a_switch_is_killed_again_and_again_and_converges(nexus: Nexus, plugin: Make) -> None:
    one, stop = plugin(), threading.Event()

    def kill() -> None:
        for turn in range(1000):
            if stop.wait(0.01 * turn):  # it lives longer each time, so that all gets done however slow the machine is
                break
            nexus.stop()
            stop.wait(0.02)
            nexus.start()

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        done = turn = 0
        while done < 3:
            turn = (turn + 1) % 100
            try:
                tell(one, cabled("eth1/1", *range(20 + turn, 30 + turn)))
                done += 1
            except Unreachable:
                continue
    finally:
        stop.set()
        killer.join()
    wanted = cabled("eth1/2", 20, 40)
    assert tell(one, wanted) == {}
    assert difference(one, wanted) == SETTLED
    assert nexus.allowed("eth1/1") == frozenset()


def test_a_place_that_the_settings_do_not_name_is_unreachable(plugin: Make) -> None:
    with pytest.raises(Unreachable, match="n2"):
        plugin().read_back("n2")
