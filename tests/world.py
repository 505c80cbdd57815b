"""A network to test with: commands go in, frames come out; no switch is needed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from weft.controller.compile.compiler import Compiler
from weft.controller.compile.composed import ALONE, Composed
from weft.controller.contracts import Plugin
from weft.controller.model.capabilities import OPENVSWITCH_ALONE
from weft.controller.model.commands import Command, Create, ObserveInterfaces, Plug, Refusal
from weft.controller.model.decide import decide
from weft.controller.model.facts import KINDS, Fact, Key
from weft.controller.model.network import Network
from weft.controller.model.rights import OPERATOR, Caller


class World:
    """A network and its compiler, kept together. ``pending`` are touched facts that were not compiled yet."""

    def __init__(self, composed: Composed = ALONE, plugins: Iterable[Plugin[Any]] = ()) -> None:
        can = OPENVSWITCH_ALONE | {plugin.name: plugin.capabilities for plugin in plugins}
        self.network = Network(attributes=composed.attributes, capabilities=can)
        desired = {plugin.name: plugin.desired for plugin in plugins}
        self.compiler = Compiler(self.network, composed.stages, composed.pipeline, composed.guests, desired=desired)

    def do(self, *commands: Command, caller: Caller = OPERATOR) -> World:
        """Do the commands, each a revision of its own; a refusal is raised."""
        for command in commands:
            changes = decide(self.network, command, caller)
            self.compiler.touch(self.network.apply(changes, self.network.revision + 1))
        return self

    def granted(self, command: Command) -> bool:
        """Do the command if the model grants it."""
        try:
            self.do(command)
        except Refusal:
            return False
        return True

    def refusal(self, command: Command, caller: Caller = OPERATOR) -> str:
        """Why the model does not grant the command: "reason, field: rule"."""
        before = self.facts()
        with pytest.raises(Refusal) as raised:
            decide(self.network, command, caller)
        assert self.facts() == before, "a refused command has changed something"
        return f"{raised.value.reason}, {raised.value.field}: {raised.value.rule}"

    def compile(self) -> World:
        """Bring the flows up to the facts."""
        for _ in self.compiler.settle():
            pass
        return self

    def facts(self) -> list[Fact]:
        """All facts that hold."""
        return [fact for kind in KINDS for fact in self.network.of_kind(kind)]

    def switches(self) -> list[str]:
        """The names of all switches."""
        return sorted(str(fact.id) for fact in self.network.of_kind("switch"))

    # building

    def switch(self, name: str, vifs: Iterable[str] = (), cables: Iterable[str] = ()) -> World:
        """A switch that has said which interfaces it has: OpenFlow ports 1, 2, … for VIFs, 101, 102, … for cables."""
        dpid = self.network.count("switch") + 1
        self.do(Create("switch", {"id": name, "dpid": dpid, "fabric_interfaces": tuple(cables)}))
        ports = {vif: (number, True) for number, vif in enumerate(vifs, 1)}
        ports |= {cable: (number, True) for number, cable in enumerate(cables, 101)}
        return self.do(ObserveInterfaces(name, ports))

    def link(self, a: tuple[str, str], b: tuple[str, str]) -> World:
        """A cable between two interfaces."""
        return self.do(Create("link", {"a": a, "b": b}))

    def segment(self, name: str, **fields: object) -> World:
        """A segment."""
        return self.do(Create("segment", {"id": name, "name": name, "project": name, **fields}))

    def port(self, name: str, segment: str, **traits: object) -> World:
        """A port of the segment's project, with nothing in it."""
        return self.do(Create("port", {"id": name, "name": name, "segment": segment, **traits}))

    def vif(self, name: str, segment: str, switch: str, interface: str, mac: str, **traits: object) -> World:
        """A VIF at an interface, plugged into a port of its own with these traits. Both have the VIF's name."""
        self.port(name, segment, **traits)
        place = {"switch": switch, "interface": interface}
        return self.do(Create("vif", {"id": name, "mac": mac, **place}), Plug(name, name))

    def exists(self, kind: str, id: str) -> bool:
        """Whether there is such a fact."""
        return self.network.fact(Key(kind, id)) is not None
