"""What one caller sees of the network. Every reading of every API goes through it.

It costs as much as what is seen, not as much as what there is: a project's own things, and those that are open to it,
are found by index. Only where a policy says otherwise than ``RULES`` are other projects asked about as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from weft.controller.model.facts import Fact, FactId, Key, Port, Segment
from weft.controller.model.network import Network
from weft.controller.model.ownership import OWNED
from weft.controller.model.policy import Target
from weft.controller.model.rights import Caller
from weft.controller.model.visibility import Around, as_seen, is_own, sees, target_of


class Sight:
    """The network as that caller sees it. Short-lived: it remembers what the policy has said.

    Facts that are handed to it are judged by what is ``around`` them: the network, unless they are of the past.
    """

    def __init__(self, network: Network, caller: Caller, around: Around | None = None) -> None:
        self._network = network
        self._around = around if around is not None else network
        self.caller = caller
        self._said: dict[tuple[str, Target], bool] = {}

    def fact(self, kind: str, id: FactId) -> Fact | None:
        """The fact, if there is one and the caller may see it."""
        fact = self._network.fact(Key(kind, id))
        return self.shown(fact) if sees(self._network, fact, kind, self.caller) and fact is not None else None

    def segment(self, id: str) -> Segment | None:
        """The segment of that id, if it is to be seen."""
        fact = self.fact("segment", id)
        return fact if isinstance(fact, Segment) else None

    def port(self, id: str) -> Port | None:
        """The port of that id, if it is to be seen."""
        fact = self.fact("port", id)
        return fact if isinstance(fact, Port) else None

    def then(self, around: Around) -> Sight:
        """How that caller has seen facts of the past, by what was around them."""
        return Sight(self._network, self.caller, around)

    def may_see(self, fact: Fact) -> bool:
        """Whether the caller may see that fact, which may be one that is gone."""
        right = ("get_" + fact.kind, target_of(self._around, fact, self.caller))
        if right not in self._said:
            self._said[right] = sees(self._around, fact, fact.kind, self.caller)
        return self._said[right]

    def shown(self, fact: Fact) -> Fact:
        """A fact that the caller may see, as it sees it: without whom else a thing of others is open to."""
        return as_seen(self._around, fact, self.caller)

    def own(self, fact: Fact) -> bool:
        """Whether a fact is of the caller's project, or one that it may change. Who did is then no secret."""
        return is_own(self._around, fact, self.caller)

    def all(self, kind: str) -> Iterator[Fact]:
        """All that is to be seen of a kind: in the order of its making, what is open to the caller last."""
        rule = f"get_{kind}"
        if self.caller.operator and not self.caller.policy.customized(rule):  # who sees everything asks nobody
            return self._network.of_kind(kind)
        if kind not in OWNED or self.caller.may(rule, Target(_NOBODYS)):
            return map(self.shown, filter(self.may_see, self._network.of_kind(kind)))
        return map(self.shown, self._of_projects(kind) if self.caller.policy.customized(rule) else self._own(kind))

    def named(self, kind: str, name: str) -> list[Fact]:
        """All that is to be seen of a kind and is called so."""
        ids = tuple(self._network.ownership.named(kind, name))
        return [self.shown(fact) for fact in self._facts(kind, ids) if self.may_see(fact)]

    def count(self, kind: str) -> int:
        """How many there are of a kind that are to be seen."""
        return sum(1 for _ in self.all(kind))

    def _own(self, kind: str) -> Iterator[Fact]:
        ownership, project = self._network.ownership, self.caller.project
        own = tuple(ownership.of_project(kind, project)) if project is not None else ()
        yield from filter(self.may_see, self._facts(kind, own))
        for fact in self._facts(kind, self._open(kind)):
            if getattr(fact, "project", None) != project and self.may_see(fact):
                yield fact

    def _open(self, kind: str) -> Iterable[str]:
        """What may be open to the caller although it has it not."""
        ownership = self._network.ownership
        if kind == "port":
            plugged = map(self._network.port_of_vif, ownership.of_project("vif", self.caller.project or ""))
            return sorted({*ownership.open_ports(), *(port for port in plugged if port is not None)})
        shared = sorted(ownership.shared_with(self.caller.project)) if self.caller.project is not None else []
        if kind == "segment":
            return shared
        return [id for segment in shared for id in self._network.subnets_of(segment)] if kind == "subnet" else ()

    def _of_projects(self, kind: str) -> Iterator[Fact]:
        seen: set[FactId] = set()
        for project in tuple(self._network.ownership.projects(kind)):
            if self.caller.may(f"get_{kind}", Target(project)):
                for fact in self._facts(kind, tuple(self._network.ownership.of_project(kind, project))):
                    seen.add(fact.id)
                    yield fact
        yield from (fact for fact in self._own(kind) if fact.id not in seen)

    def _facts(self, kind: str, ids: Iterable[str]) -> Iterator[Fact]:
        return (fact for id in ids if (fact := self._network.fact(Key(kind, id))) is not None)


_NOBODYS = "\0"  # no project is called so, and who sees what is nobody's sees what is anybody's
