"""From the facts to each switch's flows, incrementally.

The compiler is told which facts were touched, and works in small steps, so that whoever drives it may pause between
any two. When it has settled, what it wants of each switch is what the same facts would give from nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from weft.controller.compile import routes
from weft.controller.compile.audience import Audience, Here
from weft.controller.compile.composed import Guest
from weft.controller.compile.contributions import Changes, Contributions, Wish
from weft.controller.compile.costs import Costs
from weft.controller.compile.incremental import Failed, Incremental
from weft.controller.compile.nodes import Place, Reason, Span, Split
from weft.controller.compile.places import Desired, Places, succeeded, wanted_of
from weft.controller.compile.stage import Owner, Stage
from weft.controller.compile.stages import STAGES
from weft.controller.compile.view import Asked, Read, View
from weft.controller.flow.encode import Encoder
from weft.controller.flow.entry import Entry, Identity
from weft.controller.flow.meter import MeterWish, meter_entry
from weft.controller.model.facts import Key, key_of
from weft.controller.model.network import Network
from weft.controller.pipeline.core import CORE
from weft.controller.pipeline.faults import faults
from weft.controller.pipeline.schema import Pipeline

NOBODY: Mapping[str, Desired] = {}
SPLIT, RUN = 0, 1  # ranks behind the queries: which pairs there are, then what they want


class Compiler:
    """Keeps the flows of every switch as the facts of one network want them.

    What a switch without flow tables should hold, its plug-in says: ``desired`` by the plug-in's name.
    """

    def __init__(
        self,
        network: Network,
        stages: Iterable[Stage] = STAGES,
        pipeline: Pipeline = CORE,
        guests: Mapping[int, Guest] = {},  # of extensions' stages, by id
        costs: Costs | None = None,
        desired: Mapping[str, Desired] = NOBODY,
    ) -> None:
        wrong = faults(pipeline)
        if wrong:
            raise ValueError("; ".join(wrong))
        self.pipeline = pipeline
        self.costs = costs if costs is not None else Costs()
        self._network = network
        self._encoder = Encoder(pipeline)
        self._incremental = Incremental(network)
        self._contributions = Contributions()
        self._places = Places()
        self._desired = desired
        self._tables_everywhere = all(can.flow_tables for can in network.capabilities.values())
        self._stages_by_kind: dict[str, list[Stage]] = {}
        self._stage_by_id: dict[int, Stage] = {}
        self._failures: dict[Owner | Span | Split | Place, str] = {}
        self._guests = guests
        for stage in stages:
            if stage.id in self._stage_by_id:
                raise ValueError(f"stages {stage.name} and {self._stage_by_id[stage.id].name} share the id {stage.id}")
            self._stage_by_id[stage.id] = stage
            self._stages_by_kind.setdefault(stage.per, []).append(stage)
        self._kinds = dict.fromkeys(("segment", "switch", *self._stages_by_kind))
        self.touch(key_of(fact) for kind in self._kinds for fact in network.of_kind(kind))

    # following the network

    def touch(self, keys: Iterable[Key]) -> None:
        """These facts and indexes read differently now."""
        keys = list(keys)
        for key in keys:
            if key.kind in self._kinds:
                self._exists(key)
        self._incremental.touch(keys)

    def settle(self) -> Iterator[None]:
        """Bring the flows up to the facts, one small step at a time; they hold when it has run out."""
        return self._incremental.settle()

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages that it runs."""
        return tuple(self._stage_by_id.values())

    @property
    def settled(self) -> bool:
        """Whether the flows are those of the facts."""
        return self._incremental.settled

    def changed(self) -> tuple[str, ...]:
        """The switches that something is wanted otherwise of."""
        return self._contributions.changed() + self._places.changed()

    def take_changes(self, switch: str) -> Iterator[Changes]:
        """What is wanted otherwise of a switch since this was asked last, in portions."""
        if switch in self._places:
            self._contributions.forget_changes(switch)
            return self._places.take_changes(switch)
        return self._contributions.take_changes(switch)

    def forget_changes(self, switch: str) -> None:
        """Nobody wants to know what has changed for that switch: who asks later asks for all flows."""
        self._contributions.forget_changes(switch)
        self._places.forget_changes(switch)

    # questions

    def flows(self, switch: str) -> dict[Identity, Entry]:
        """All flows that are wanted of a switch."""
        return self._contributions.flows(switch)

    def wanted(self, switch: str) -> dict[Any, Any] | None:
        """All that is wanted of a switch, by identity: flows or a plug-in's items. None while nobody can say."""
        if self.has_tables(switch):
            return self._contributions.flows(switch)
        return self._places.items(switch) if switch in self._places else None

    def owners(self, switch: str, identity: Identity) -> set[Owner]:
        """Who wants an entry on a switch."""
        return self._contributions.owners(switch, identity)

    def wanted_for(self, subjects: Iterable[Key]) -> Iterator[Wish]:
        """All that the stages want that were run for these facts, whoever else wants it too."""
        for key in subjects:
            subject = str(key.id)
            for stage in self._stages_by_kind.get(key.kind, ()):
                members = self._incremental.value(Split(stage, subject)) or () if stage.each is not None else None
                owned = [(subject,)] if members is None else [(subject, member) for member in members]
                for owner in owned:
                    yield from self._incremental.value(Owner(stage, owner)) or ()

    def reaches(self, audience: Audience, switch: str) -> bool:
        """Whether a flow for that audience is for that switch too."""
        return audience.switch == switch if isinstance(audience, Here) else switch in self.span(audience.segment)

    def because(self, switch: str, identity: Identity) -> list[Reason]:
        """Why an entry is wanted on a switch: each owner, with the facts that it was decided from."""
        owners = sorted(self._contributions.owners(switch, identity), key=str)
        return [Reason(owner, self._facts(owner)) for owner in owners]

    def span(self, segment: str) -> frozenset[str]:
        """The switches that the segment lives on or crosses."""
        span: frozenset[str] = self._incremental.value(Span(segment)) or frozenset()
        return span

    def stage_of(self, entry: Entry) -> str:
        """The name of the stage that the entry's cookie names."""
        stage = self._stage_by_id.get(entry.stage) if entry.stage is not None else None
        return stage.name if stage is not None else ""

    def failure(self, subjects: Collection[Key]) -> str:
        """What went wrong in a stage that was run for one of the subjects; empty when nothing did."""
        failed = ((node, e) for node, e in self._failures.items() if node.about in subjects)
        return next((f"{node} failed: {error}" for node, error in failed if self._guest(node) is None), "")

    def quarantined(self, subjects: Collection[Key]) -> str:
        """Which extension does nothing for one of the subjects since a stage of it failed there; empty when none."""
        failed = ((node, e) for node, e in self._failures.items() if node.about in subjects)
        return next((self._told(node, error) for node, error in failed if self._guest(node) is not None), "")

    def complaints(self) -> list[str]:
        """What is wrong with the stages themselves: instances that failed, and owners that are rivals."""
        failed = [self._told(node, error) for node, error in self._failures.items()]
        rivals = [f"two owners want different entries at {i} for {a}" for a, i in self._contributions.rivalries()]
        return failed + rivals

    def _guest(self, node: Owner | Span | Split | Place) -> Guest | None:
        return self._guests.get(node.stage.id) if isinstance(node, Owner | Split) else None

    def _told(self, node: Owner | Span | Split | Place, error: str) -> str:
        guest = self._guest(node)
        if guest is None:
            return f"{node} failed: {error}"
        return f"extension {guest.extension} does nothing for {node.about}: {node} failed: {error}"

    # evaluations

    def _exists(self, key: Key) -> None:
        """Run, or stop running, what is per fact of this key."""
        alive = self._network.fact(key) is not None
        subject = str(key.id)
        if key.kind == "segment":
            self._keep(alive, Span(subject), SPLIT, _span_of(subject), self._respan(subject))
        elif key.kind == "switch":
            self._attend(subject)
        for stage in self._stages_by_kind.get(key.kind, ()):
            if stage.each is None:
                self._run(alive, Owner(stage, (subject,)))
            else:
                split = Split(stage, subject)
                members = self.costs.measured(stage.name, _split_of(split))
                self._keep(alive, split, SPLIT, members, self._resplit(split))

    def _attend(self, switch: str) -> None:
        """Ask the plug-in of a switch without flow tables, or stop asking it."""
        found, place = self._network.switch(switch), Place(switch)
        desired = self._desired.get(found.plugin) if found is not None else None
        if desired is None:
            self._keep(False, place, RUN, lambda view: {}, self._rewish(switch))
        else:
            self._cross(switch)
            self._keep(True, place, RUN, wanted_of(desired, switch), self._rewish(switch))

    def _run(self, alive: bool, owner: Owner) -> None:
        wishes = self.costs.measured(owner.stage.name, self._wishes_of(owner))
        self._keep(alive, owner, RUN, wishes, self._replace(owner))

    def _keep(
        self, alive: bool, node: Any, rank: int, function: Callable[[View], Any], changed: Callable[[Any, Any], None]
    ) -> None:
        watched = self._incremental.watches(node)
        if alive and not watched:
            self._incremental.watch(node, rank, function, changed)
        elif watched and not alive:
            self._incremental.unwatch(node)

    def _wishes_of(self, owner: Owner) -> Callable[[View], tuple[Wish, ...]]:
        encode, stage = self._encoder.entry, owner.stage
        guest = self._guests.get(stage.id)

        def wishes(view: View) -> tuple[Wish, ...]:
            placed = stage.flows(view, owner.subject)
            if guest is not None:
                placed = guest.checked(stage, placed)
            return tuple(
                (audience, meter_entry(wish) if isinstance(wish, MeterWish) else encode(wish, stage.id))
                for audience, wish in placed
                if self._tables_everywhere or not isinstance(audience, Here) or self.has_tables(audience.switch)
            )

        return wishes

    def _replace(self, owner: Owner) -> Callable[[Any, Any], None]:
        def replace(before: Any, after: Any) -> None:
            self._contributions.replace(owner, _wanted(before), self._contained(owner, after))

        return replace

    def has_tables(self, switch: str) -> bool:
        """Whether the switch is told flows, and not the items of a plug-in."""
        can = self._network.capabilities_at(switch)
        return can is not None and can.flow_tables

    def _respan(self, segment: str) -> Callable[[Any, Any], None]:
        def respan(before: Any, after: Any) -> None:
            span = frozenset(self._contained(Span(segment), after))
            self._contributions.respan(segment, span)
            for switch in span.symmetric_difference(_wanted(before)) if self._desired else ():
                self._cross(switch)

        return respan

    def _cross(self, switch: str) -> None:
        """Tell the plug-in of a switch which segments live on it or cross it."""
        found = self._network.switch(switch)
        if found is not None and found.plugin in self._desired:
            self._incremental.give(Key("crossing", switch), self._contributions.segments_on(switch))

    def _rewish(self, switch: str) -> Callable[[Any, Any], None]:
        def rewish(before: Any, after: Any) -> None:
            self._contained(Place(switch), after)
            if after is None or succeeded(after):
                self._places.replace(switch, after)

        return rewish

    def _resplit(self, split: Split) -> Callable[[Any, Any], None]:
        def resplit(before: Any, after: Any) -> None:
            old, new = frozenset(_wanted(before)), frozenset(self._contained(split, after))
            for member in sorted(old ^ new):
                self._run(member in new, Owner(split.stage, (split.subject, member)))

        return resplit

    def _contained(self, node: Owner | Span | Split | Place, after: Any) -> Any:
        """What the evaluation came to; a failure is kept in mind, and nothing is wanted."""
        self._failures.pop(node, None)
        if isinstance(after, Failed):
            self._failures[node] = after.error
        return _wanted(after)

    def _facts(self, owner: Owner) -> frozenset[Key]:
        """The facts that the owner read, itself or through the queries that it asked."""
        facts: set[Key] = set()
        seen: set[Read] = set()
        ahead = list(self._incremental.reads(owner))
        while ahead:
            read = ahead.pop()
            if read in seen:
                continue
            seen.add(read)
            if isinstance(read, Asked):
                ahead += self._incremental.reads(read)
            elif read.kind == "trunking":
                trunk = self._network.trunks.concerning(str(read.id))
                facts |= {Key("trunk", trunk)} if trunk is not None else set()
            else:
                facts.add(read)
        return frozenset(facts)


def _wanted(value: Any) -> Any:
    """What an evaluation came to; nothing where there is none, or where it failed: fail closed."""
    return () if value is None or isinstance(value, Failed) else value


def _span_of(segment: str) -> Callable[[View], frozenset[str]]:
    return lambda view: routes.span(view, segment)


def _split_of(split: Split) -> Callable[[View], frozenset[str]]:
    each = split.stage.each
    assert each is not None
    return lambda view: frozenset(each(view, split.subject))
