"""Whatever is asked, refused, lost or done by hand: a switch that counts as settled is, and in the end all are."""

from __future__ import annotations

from collections import deque
from itertools import chain
from random import Random

import pytest
from hypothesis import given, settings

from tests.entries import STRANGER, limit, limited
from tests.laws.histories import FOUNDATION, chances, histories
from tests.stores import MemoryStore
from tests.switch import Switch, nothing
from weft.controller.compile import contributions
from weft.controller.compile.compiler import Compiler
from weft.controller.flow.entry import Entry, Identity
from weft.controller.flow.meter import METERS
from weft.controller.model.commands import Command, Update
from weft.controller.model.network import Network
from weft.controller.service import Refused, Service
from weft.controller.sync import progress as sync
from weft.controller.sync.plan import Batch, Removal
from weft.controller.sync.progress import Progress


@pytest.fixture(autouse=True)
def small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    """So small that every history is cut into many."""
    monkeypatch.setattr(contributions, "PORTION", 2)
    monkeypatch.setattr(sync, "BUNDLE_MESSAGES", 3)


class Session:
    """A switch of that datapath id and its connection: up to two batches are on their way to it."""

    def __init__(self, service: Service, dpid: int) -> None:
        self.service, self.dpid, self.switch = service, dpid, Switch()
        self.progress: Progress | None = None
        self.on_way: deque[Batch] = deque()
        self.sound = True  # nobody has laid hands on it since it was asked last
        self.docile = True  # nobody ever has, and it was never made to refuse anything

    def lose(self) -> None:
        """The connection is gone, with whatever was on its way."""
        self.on_way.clear()
        if self.progress is not None:
            self.progress.disconnect()
            self.progress = None

    def step(self, send: bool = True) -> bool:
        """Do one thing: connect, ask, send, or hear an answer. Whether there was anything to do."""
        name = self.service.network.switch_of_dpid(self.dpid)
        progress = self.service.progress(name) if name is not None else None
        if progress is not self.progress:
            self.lose()
            if progress is None or not self.service.compiled:
                return False
            self.progress = progress
            progress.connect()
        if progress is None:
            return False
        if progress.needs_audit and not self.on_way:
            progress.audited(self.switch.dump())
            self.sound = True
            return True
        batch = progress.next_batch() if send and len(self.on_way) < 2 else None
        if batch is not None:
            self.on_way.append(batch)
            return True
        if self.on_way:
            answered = self.on_way.popleft()
            progress.acknowledged(answered, self.take(answered))
            return True
        return False

    def take(self, batch: Batch) -> dict[int, str]:
        """What the switch refuses of a batch: nothing, unless it was made to. Nor does it lose a flow with a meter."""
        before = set(self.switch.held)
        errors = self.switch.take(batch)
        if self.docile:
            assert errors == {}
            assert before - set(self.switch.held) <= {message.identity for message in batch.messages}
        return errors

    def check(self) -> None:
        """What counts as settled holds what it should."""
        name = self.service.network.switch_of_dpid(self.dpid)
        settled = self.progress is not None and self.progress.settled and self.service.compiled
        if name is not None and settled and self.sound and self.service.progress(name) is self.progress:
            assert self.switch.held == nameless(self.service.compiler.flows(name))
            assert {state for _, state in self.progress.entries()} <= {"installed"}  # type: ignore[union-attr]


def nameless(entries: dict[Identity, Entry]) -> dict[Identity, Entry]:
    """The entries as a switch holds them."""
    return {identity: entry._replace(name="") for identity, entry in entries.items()}


def transaction(service: Service, commands: list[Command]) -> None:
    """Do them all, or what of them is granted one by one."""
    try:
        service.submit(commands)
    except Refused:
        for command in commands[:3]:
            try:
                service.submit([command])
            except Refused:
                continue


@settings(max_examples=120, deadline=None)
@given(histories, chances)
def test_every_switch_comes_to_hold_what_the_facts_want(history: list[list[Command]], chance: Random) -> None:
    store = MemoryStore()
    service = Service(store)
    service.submit(FOUNDATION)
    sessions = [Session(service, dpid) for dpid in (1, 2, 3, 4, 11, 12, 13, 14)]
    work = service.work()
    for together in [[], *history]:
        transaction(service, together)
        for _ in range(chance.randrange(60)):
            session, happening = chance.choice(sessions), chance.random()
            if happening < 0.35:
                if next(work, "done") == "done":
                    work = service.work()
            elif happening < 0.90:
                session.step(send=chance.random() < 0.7)
                session.check()
            elif happening < 0.94:
                if session.on_way and chance.random() < 0.5:
                    session.take(session.on_way.popleft())
                session.lose()
            elif happening < 0.97:
                session.docile = False
                session.switch.refuses = chance.choice([nothing, lambda entry: entry.cookie % 3 == 0])
            else:
                session.sound = session.docile = False
                for foreign in (STRANGER, limit(3, rate=7), limited(8, meter=3)):
                    session.switch.held[foreign.identity] = foreign
                session.switch.do(Removal(chance.choice(sorted(session.switch.held))))
    for _ in chain(work, service.work()):
        pass
    for session in sessions:
        session.lose()
        session.switch.refuses = nothing
        while session.step():
            session.check()
    expected = from_nothing(store)
    for session in sessions:
        name = service.network.switch_of_dpid(session.dpid)
        if name is not None:
            assert session.switch.held == expected[name]
            assert service.switch_state(name) == (True, True, ())
            heard = session.switch.heard
            session.lose()
            while session.step():
                pass
            assert session.switch.heard == heard, "a switch that holds what it should was told something"


def from_nothing(store: MemoryStore) -> dict[str, dict[Identity, Entry]]:
    """What a controller that starts from the store wants of each switch."""
    network = Network(store.load()[1])
    compiler = Compiler(network)
    for _ in compiler.settle():
        pass
    return {str(switch.id): nameless(compiler.flows(str(switch.id))) for switch in network.of_kind("switch")}


@settings(max_examples=60, deadline=None)
@given(chances)
def test_limits_come_go_and_change_on_switches_that_are_in_use(chance: Random) -> None:
    """No flow is refused for want of its meter, or lost with it; and what is refused by chance is not forgotten."""
    store = MemoryStore()
    service = Service(store)
    service.submit(FOUNDATION)
    sessions = [Session(service, dpid) for dpid in (1, 2, 3, 4)]
    for _ in service.work():
        pass
    settle(sessions)
    for _ in range(chance.randrange(1, 8)):
        for _ in range(chance.randrange(1, 6)):
            limit_some(service, chance)
        for _ in service.work():
            for session in sessions:
                while chance.random() < 0.5 and session.step(send=chance.random() < 0.8):
                    session.check()
        session, happening = chance.choice(sessions), chance.random()
        if happening < 0.1:
            session.lose()
        elif happening < 0.3:
            session.docile = False
            session.switch.refuses = chance.choice([nothing, lambda e: e.table == METERS and e.cookie % 2 == 0])
        elif happening < 0.4:
            session.sound = session.docile = False
            meters = [identity for identity in session.switch.held if identity.table == METERS]
            session.switch.do(Removal(chance.choice([*meters, STRANGER.identity])))
    settle(sessions)
    for session in sessions:
        session.switch.refuses = nothing
        if not session.sound:
            session.lose()
    for port in service.network.of_kind("port"):  # where a meter was refused, another one is wanted now
        others = {field: getattr(port, field) and 300 for field in ("max_rate", "max_broadcast")}
        service.submit([Update("port", str(port.id), others)])
    for _ in service.work():
        pass
    settle(sessions)
    expected = from_nothing(store)
    for session in sessions:
        name = service.network.switch_of_dpid(session.dpid)
        assert name is not None
        assert session.switch.held == expected[name]
        assert service.switch_state(name) == (True, True, ())


def settle(sessions: list[Session]) -> None:
    """Let all be told that there is to tell."""
    for session in sessions:
        while session.step():
            session.check()


def limit_some(service: Service, chance: Random) -> None:
    """Some port is limited, limited otherwise, or not limited any more."""
    network = service.network  # what a trunk carries has the limits of its wire
    port = chance.choice([str(p.id) for p in network.of_kind("port") if network.carrier(str(p.id)) is None])
    field, rate = chance.choice((("max_rate", 100), ("max_rate", 200), ("max_broadcast", 5)))
    service.submit([Update("port", port, {field: chance.choice((rate, rate, None))})])
