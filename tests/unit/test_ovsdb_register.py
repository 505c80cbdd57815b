"""Who speaks for a switch, who must make room, and who is ended because it holds too much."""

from __future__ import annotations

import pytest

from weft.controller.adapters.ovsdb.register import Register


class Peer:
    """A connection that notes what it is told."""

    def __init__(self, register: Register[Peer]) -> None:
        self.ended = ""
        self.probed = 0
        register.arrive(self)

    def end(self, reason: str) -> None:
        self.ended = reason

    def probe(self) -> None:
        self.probed += 1


@pytest.fixture
def register() -> Register[Peer]:
    return Register(most_strangers=3, most_bytes=100)


def test_the_first_one_speaks_and_the_second_lets_it_be_probed(register: Register[Peer]) -> None:
    first, second = Peer(register), Peer(register)
    assert register.speak(first, {1, 2}) == {1, 2}
    assert register.speak(second, {2, 3}) == {3}
    assert (first.probed, second.probed) == (1, 0)
    register.leave(first)
    assert register.speak(second, {1, 2, 3}) == {1, 2, 3}


def test_what_is_not_named_any_more_is_free(register: Register[Peer]) -> None:
    first, second = Peer(register), Peer(register)
    register.speak(first, {1, 2})
    assert register.speak(first, {2}) == {2}
    assert register.speak(second, {1, 2}) == {1}
    assert register.speak(first, ()) == set()
    assert register.speak(second, {1, 2}) == {1, 2}


def test_strangers_make_room_in_the_order_of_arrival(register: Register[Peer]) -> None:
    speaker = Peer(register)
    register.speak(speaker, {1})
    strangers = [Peer(register) for _ in range(5)]
    assert [bool(peer.ended) for peer in strangers] == [True, True, False, False, False]
    assert not speaker.ended
    register.end_oldest("no file descriptors")
    assert strangers[2].ended == "no file descriptors"


def test_whoever_speaks_for_nothing_any_more_is_a_stranger_again(register: Register[Peer]) -> None:
    peers = [Peer(register) for _ in range(3)]
    for number, peer in enumerate(peers):
        register.speak(peer, {number})
        assert not register.is_stranger(peer)
    for peer in peers:
        register.speak(peer, ())
    Peer(register)
    assert [bool(peer.ended) for peer in peers] == [True, False, False]


def test_whoever_has_left_speaks_for_nothing_and_weighs_nothing(register: Register[Peer]) -> None:
    gone, other = Peer(register), Peer(register)
    register.hold(gone, 90)
    register.leave(gone)
    register.leave(gone)
    register.hold(gone, 90)
    assert register.speak(gone, {1}) == set()
    register.hold(other, 90)
    assert not other.ended


def test_the_heaviest_stranger_is_ended_first_and_a_speaker_only_when_there_is_none(register: Register[Peer]) -> None:
    speaker, light, heavy = Peer(register), Peer(register), Peer(register)
    register.speak(speaker, {1})
    register.hold(speaker, 60)
    register.hold(light, 10)
    register.hold(heavy, 29)
    assert not heavy.ended
    register.hold(light, 20)
    assert [bool(peer.ended) for peer in (speaker, light, heavy)] == [False, False, True]
    register.leave(light)
    register.hold(speaker, 101)
    assert "hold more than 100 bytes" in speaker.ended


def test_it_forgets_what_has_left(register: Register[Peer]) -> None:
    for number in range(10):
        peer = Peer(register)
        register.speak(peer, {number})
        register.hold(peer, 50)
        register.leave(peer)
    newest = Peer(register)
    assert register.speak(newest, range(10)) == set(range(10))
    register.hold(newest, 100)
    assert not newest.ended
