"""Bugs to plant, each a small mistake of a kind that has been made, and what the kit does that shows it.

Each is a patch of the core, of the tables, or of how a device behaves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import pytest

from tests.attacks.broken import entrances, insides, origins, ways
from tests.attacks.broken.mutations import Broken, Change, gone, only, stages, those
from tests.conformance.fabric import Device, Fabric
from weft.controller.compile.compiler import Compiler
from weft.controller.compile.view import View
from weft.controller.flow.actions import PopVlan
from weft.controller.flow.entry import Entry
from weft.controller.flow.flow import Flow
from weft.controller.flow.meter import METERS
from weft.controller.model import decide, plugging, rights
from weft.controller.pipeline.core import ARRIVE, CLASSIFY, FLOOD, TRANSIT
from weft.controller.service import Service
from weft.controller.sync.plan import Batch
from weft.controller.sync.progress import Progress

Plant = Callable[[pytest.MonkeyPatch], None]


class Bug(NamedTuple):
    """What is wrong, how it is planted, and what the kit tries that shows it."""

    what: str
    plant: Plant
    shown_by: str


# What the core forgets


def _no_ownership(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(decide, "check_rights", lambda *_: None)


def _no_trait_rights(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(decide, "check_trait_rights", lambda *_: None)


def _everybody_is_let_in(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(plugging, "let_in", lambda port, vif, caller: port)


def _anybody_unplugs(patch: pytest.MonkeyPatch) -> None:
    real = rights.check_rights

    def check(network: Any, command: Any, caller: Any) -> None:
        if type(command).__name__ != "Unplug":
            real(network, command, caller)

    patch.setattr(decide, "check_rights", check)


def read(kind: str, **fields: Any) -> Plant:
    """Whoever compiles reads these fields of each fact of that kind."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        real = getattr(View, kind)

        def reading(view: View, id: str) -> Any:
            fact = real(view, id)
            return fact and replace(fact, **fields)

        patch.setattr(View, kind, reading)

    return plant


def _carrier_is_not_looked_at(patch: pytest.MonkeyPatch) -> None:
    real = Service.observe

    def observe(service: Service, command: Any) -> bool:
        said = {name: (ofport, True) for name, (ofport, _) in command.interfaces.items()}
        return real(service, replace(command, interfaces=said))

    patch.setattr(Service, "observe", observe)


def _interfaces_that_went_are_not_forgotten(patch: pytest.MonkeyPatch) -> None:
    real = Service.observe
    patch.setattr(Service, "observe", lambda service, command: real(service, replace(command, whole=False)))


# What the compiler gets wrong


def tables(change: Change) -> Plant:
    """All flows go through the change."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        real = Compiler.__init__

        def init(compiler: Compiler, network: Any, _: Any = (), *more: Any, **named: Any) -> None:
            real(compiler, network, tuple(stages(change)), *more, **named)

        patch.setattr(Compiler, "__init__", init)

    return plant


def _twice(said: Flow) -> Iterator[Flow]:
    """What is flooded, is flooded twice."""
    yield said._replace(actions=said.actions * 2) if said.table == FLOOD and not said.drop else said


def _one_less(said: Flow) -> Iterator[Flow]:
    """The last branch of a flood is forgotten."""
    yield said._replace(actions=said.actions[:-1]) if said.table == FLOOD and len(said.actions) > 1 else said


def _everywhere(said: Flow) -> Iterator[Flow]:
    """What comes in where no VIF is, is on some segment."""
    yield said
    if said.table == CLASSIFY and said.priority == 100 and "vlan_vid" in said.match and not said.drop:
        yield said._replace(match={}, priority=1)


def _no_way(said: Flow) -> Iterator[Flow]:
    """Nobody on another switch is reached."""
    if not (said.table == TRANSIT and said.priority == 100):
        yield said


def _next_tag(said: Flow) -> Iterator[Flow]:
    """What arrives is known by the tag after the segment's."""
    tag = said.match.get("vlan_vid")
    own = said.table == ARRIVE and isinstance(tag, int)
    yield said._replace(match=said.match | {"vlan_vid": tag + 1}) if own and isinstance(tag, int) else said


def broken(what: str) -> Broken:
    """A broken table of the siege."""
    return next(b for b in (*entrances.BROKEN, *insides.BROKEN, *origins.BROKEN, *ways.BROKEN) if b.what == what)


# How devices, or those who speak with them, misbehave


def devices(take: Callable[[Device, Batch], dict[int, str]]) -> Plant:
    """Devices take what they are told like that."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        made = type("Misbehaving", (Device,), {"take": take})
        patch.setattr(Fabric, "device", made)

    return plant


def _kept(batch: Batch, kept: Callable[[Any], Any]) -> Batch:
    messages = tuple(message for message in map(kept, batch.messages) if message is not None)
    return Batch(messages, batch.atomic)


def _garbage(device: Device, batch: Batch) -> dict[int, str]:
    """Of each third flow, the match is another."""

    def spoilt(message: Any) -> Any:
        if isinstance(message, Entry) and message.table != METERS and message.cookie % 3 == 0 and message.match:
            return message._replace(match=message.match[:-1] + bytes((message.match[-1] ^ 1,)))
        return message

    Device.take(device, _kept(batch, spoilt))
    return {}


def _refusing(device: Device, batch: Batch) -> dict[int, str]:
    """What cannot be read is refused: each seventh flow."""
    device.refuses = lambda entry: entry.table != METERS and entry.cookie % 7 == 0
    return Device.take(device, batch)


def _never_removing(device: Device, batch: Batch) -> dict[int, str]:
    Device.take(device, _kept(batch, lambda message: message if isinstance(message, Entry) else None))
    return {}


def _half(device: Device, batch: Batch) -> dict[int, str]:
    Device.take(device, Batch(batch.messages[: (len(batch.messages) + 1) // 2], atomic=False))
    return {}


def _never_changing(device: Device, batch: Batch) -> dict[int, str]:
    """A flow that is there stays as it is."""
    Device.take(device, _kept(batch, lambda said: None if said.identity in device.held and said in batch.messages
                              and isinstance(said, Entry) else said))  # fmt: skip
    return {}


def _no_repair(patch: pytest.MonkeyPatch) -> None:
    """Once a device has been asked, it is not asked again."""
    real = Progress.audited
    asked: set[int] = set()

    def audited(progress: Progress, found: Iterable[Entry]) -> Any:
        if id(progress) in asked:
            found = [entry for entry, _ in progress.entries()]
        asked.add(id(progress))
        return real(progress, found)

    patch.setattr(Progress, "audited", audited)


def _forgetful_store(patch: pytest.MonkeyPatch) -> None:
    """What was changed of ports is not there after a restart."""
    from tests.stores import MemoryStore

    real = MemoryStore.load

    def load(store: MemoryStore) -> tuple[int, list[Any]]:
        revision, facts = real(store)
        return revision, [
            replace(fact, admin_up=True, isolated=None, trunk=(), security=None) if fact.kind == "port" else fact
            for fact in facts
        ]

    patch.setattr(MemoryStore, "load", load)


OF_2011 = (
    Bug("a port's admin state is ignored", read("port", admin_up=True), "port `admin_up`"),
    Bug("templates are spoilt, and devices get garbage", devices(_garbage), "transport `vlan`"),
    Bug("the ownership check is forgotten", _no_ownership, "another's port is not everybody's"),
)
OTHERS = (
    Bug("a segment's admin state is ignored", read("segment", admin_up=True), "segment `admin_up`"),
    Bug("a link's admin state is ignored", read("link", admin_up=True), "link `admin_up`"),
    Bug("anybody may unplug", _anybody_unplugs, "what is plugged into another's port is not everybody's"),
    Bug(
        "anybody may set traits that are the operator's",
        _no_trait_rights,
        "a trait of the operator's is not everybody's",
    ),
    Bug("every port is open to everybody", _everybody_is_let_in, "`connect`"),
    Bug("the trait isolated is ignored", read("port", isolated=None), "`isolated` `isolated`"),
    Bug("the trait trunk is ignored", read("port", trunk=()), "`trunk`"),
    Bug("the trait promiscuous is ignored", read("port", promiscuous=False), "`promiscuous`"),
    Bug("the trait allowed_addresses is ignored", read("port", allowed_addresses=()), "`allowed_addresses` `mac`"),
    Bug("the trait router is everybody's", read("port", router=True), "`router`"),
    Bug("the trait security is ignored", read("port", security="mac"), "segment `security`"),
    Bug("a segment's security is ignored", read("segment", security="none"), "segment `security`"),
    Bug("vlan_transparent is ignored", read("segment", vlan_transparent=False), "segment `vlan_transparent`"),
    Bug("a cable's carrier is not looked at", _carrier_is_not_looked_at, "a cable is cut"),
    Bug("interfaces that went are not forgotten", _interfaces_that_went_are_not_forgotten, "an interface goes"),
    Bug("what is flooded is delivered twice", tables(_twice), "transport `vlan`"),
    Bug("a flood leaves one out", tables(_one_less), "transport `vlan`"),
    Bug("a machine without a VIF is on some segment", tables(_everywhere), "a VIF is unplugged"),
    Bug("nobody on another switch is reached", tables(_no_way), "transport `vlan`"),
    Bug("the VLAN of a segment is another's on the way", tables(_next_tag), "port `admin_up`"),
    Bug(
        "the fabric's tag is not taken off",
        tables(only(those(ARRIVE, priority=100), lambda action: not isinstance(action, PopVlan))),
        "transport `vlan`",
    ),
    Bug(
        "nothing is dropped that is for bridges",
        tables(gone(lambda said: said.drop == "admit:reserved")),
        "what nobody may say",
    ),
    *(
        Bug(what, tables(broken(what).change), shown_by)
        for what, shown_by in (
            ("any source MAC", "`security` `mac`"),
            ("any tag", "what nobody may say"),
            ("priority tags", "what nobody may say"),
            ("nobody hears groups", "transport `vlan`"),
            ("all hear what is for a shared MAC", "`allowed_addresses` `mac`"),
            ("a trunk is given another tag", "`trunk`"),
            ("a trunk is given no tag", "`trunk`"),
            ("isolated ports hear each other", "`isolated` `isolated`"),
            ("communities are told on one switch only", "`isolated` `community`"),
            ("promiscuous ports hear groups twice", "`promiscuous`"),
            ("any ARP sender MAC", "`security` `mac+inner`"),
            ("any IPv4 source", "`security` `mac+ip`"),
        )
    ),
    Bug("flows are never removed: they are stale after a move", devices(_never_removing), "a VIF moves"),
    Bug("flows are never changed", devices(_never_changing), "transport `vlan`"),
    Bug("only half of what is told is done", devices(_half), "transport `vlan`"),
    Bug("a device refuses what it cannot read", devices(_refusing), "transport `vlan`"),
    Bug("what was changed by hand is not repaired", _no_repair, "drift 1"),
    Bug("a restart forgets what was changed", _forgetful_store, "the controller is killed"),
)
BUGS = OF_2011 + OTHERS
