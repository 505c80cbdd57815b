"""What extends Weft from outside its core: one value that says all of it, and how such values are joined to the core.

Extensions add, and never edit. A table of an extension stands between tables of the core, and what it does not match
goes on as if it were not there. ``compose`` refuses, in sentences, what would clash.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any, NamedTuple

from weft.controller.compile.audience import Placed, here
from weft.controller.compile.composed import Composed, Guest
from weft.controller.compile.seats import seat
from weft.controller.compile.stage import Stage, stage
from weft.controller.compile.stages import STAGES
from weft.controller.compile.view import View
from weft.controller.flow.actions import NEXT, Drop
from weft.controller.flow.flow import flow
from weft.controller.model.declared import EXTENSIBLE, Declared
from weft.controller.pipeline.core import CORE
from weft.controller.pipeline.faults import faults
from weft.controller.pipeline.reasons import Reason
from weft.controller.pipeline.schema import Pipeline, Register, Table, registers_of

STAGE_IDS = range(64, 256)  # of extensions; those before are the core's
REASON_NUMBERS = range(128, 256)
REGISTERS = range(8, 16)
METER_IDS = range(0x30000, 0x40000)  # behind those of the core, and as many as Open vSwitch has
_ALIAS = re.compile(r"[a-z][a-z0-9-]{0,31}")
PASSING, COUNTING = 3, 4  # the ids of the stages that let frames pass extensions' tables, and count what dies there


class Clash(ValueError):
    """Extensions that cannot be joined; ``sentences`` say why."""

    def __init__(self, sentences: Sequence[str]) -> None:
        super().__init__("; ".join(sentences))
        self.sentences = tuple(sentences)


class Inserted(NamedTuple):
    """A table of an extension, and where it stands.

    ``after`` a question of the core (``admit``): all that has passed it goes through the table. ``before`` a table of
    the core: all that is led there goes through it first. With neither, only tables of the extension itself lead to it.
    Its ``next`` names what follows besides the table that it stands before.
    """

    table: Table
    after: str = ""
    before: str = ""


class Resource(NamedTuple):
    """A path of the REST API, and what makes the Falcon resource there, given the service.

    A path is put behind ``/v1/ext/<alias>``, unless it begins with ``/v1/``.
    """

    path: str
    make: Callable[[Any], Any]


class Extension(NamedTuple):
    """All that an extension adds.

    ``name``, ``alias``, ``description`` and ``updated`` (``2012-10-01T00:00:00Z``) are what clients are told of it.
    ``attributes`` are on facts, and their names begin with the alias and a colon. ``registers``, ``tables``,
    ``reasons``, ``stages`` and ``meters`` are in the switches; its stages write to its own tables alone.
    ``commands`` makes the typer application of ``weft <alias>``.
    """

    name: str
    alias: str
    description: str
    updated: str
    attributes: tuple[Declared, ...] = ()
    registers: tuple[Register, ...] = ()
    tables: tuple[Inserted, ...] = ()
    reasons: tuple[Reason, ...] = ()
    stages: tuple[Stage, ...] = ()
    meters: range = range(0)
    resources: tuple[Resource, ...] = ()
    commands: Callable[[], Any] | None = None


def compose(pipeline: Pipeline = CORE, stages: Iterable[Stage] = STAGES, *extensions: Extension) -> Composed:
    """``compose(pipeline, stages, *extensions)`` returns the pipeline and the stages with all that the extensions add.

    It is the same whatever the order that they are given in. Without extensions it is the pipeline and the stages
    themselves. Raises a ``Clash`` that says all that is wrong.
    """
    stages = tuple(stages)
    extensions = tuple(sorted(extensions, key=lambda extension: extension.alias))
    wrong = [fault for extension in extensions for fault in _faults(pipeline, extension)]
    wrong += _clashes(stages, extensions)
    if wrong:
        raise Clash(wrong)
    joined, wrong = _joined(pipeline, extensions)
    wrong += faults(joined)
    if wrong:
        raise Clash(wrong)
    attributes = tuple(declared for extension in extensions for declared in extension.attributes)
    guests = {
        stage.id: Guest(extension.alias, frozenset(i.table.name for i in extension.tables), extension.meters)
        for extension in extensions
        for stage in extension.stages
    }
    more = tuple(stage for extension in extensions for stage in extension.stages)
    return Composed(joined, (*stages, *_passing(joined, extensions), *more), guests, attributes, extensions)


def _faults(pipeline: Pipeline, extension: Extension) -> Iterator[str]:
    """What is wrong with an extension by itself."""
    whose = f"extension {extension.alias}"
    if not _ALIAS.fullmatch(extension.alias):
        yield f"alias {extension.alias!r} is no word of up to 32 lower-case letters, digits and hyphens"
    for declared in extension.attributes:
        if not declared.name.startswith(f"{extension.alias}:"):
            yield f"{whose} declares the attribute {declared.name}, which does not begin with {extension.alias}:"
        if declared.kind not in EXTENSIBLE:
            yield f"{whose} declares an attribute on {declared.kind}, which is none of {', '.join(EXTENSIBLE)}"
    for register in extension.registers:
        if register.reg not in REGISTERS:
            yield f"register {register.name} of {whose} is in reg{register.reg}, which is not an extension's"
    for reason in extension.reasons:
        if reason.number not in REASON_NUMBERS:
            yield f"reason {reason.name} of {whose} has number {reason.number}, which is not an extension's"
    for one in extension.stages:
        if one.id not in STAGE_IDS:
            yield f"stage {one.name} of {whose} has id {one.id}, which is not an extension's"
    for id in (extension.meters[:1], extension.meters[-1:]):
        if id and id[0] not in METER_IDS:
            yield f"{whose} has meter {id[0]}, which is not an extension's"
    own = {*extension.registers, *(r.part_of for r in extension.registers)}
    known = own | set(pipeline.register_by_name.values())
    for inserted in extension.tables:
        table = inserted.table
        for register in table.writes:
            if register not in own:
                yield f"table {table.name} of {whose} writes {register.name}, which is not its own"
        for register in registers_of(table):
            if register not in known:
                yield f"table {table.name} of {whose} speaks of {register.name}, which it does not declare"
        if inserted.after and inserted.before:
            yield f"table {table.name} of {whose} stands after {inserted.after} and before {inserted.before}: say one"


def _clashes(stages: Sequence[Stage], extensions: Sequence[Extension]) -> Iterator[str]:
    """What two extensions have, or an extension and the core."""
    owned: dict[tuple[str, object], list[str]] = {}

    def own(whose: str, what: str, name: object) -> None:
        owned.setdefault((what, name), []).append(whose)

    for one in stages:
        own("the core", "stage id", one.id)
        own("the core", "stage", one.name)
    for id in (PASSING, COUNTING):
        own("the core", "stage id", id)
    for extension in extensions:
        whose = f"extension {extension.alias}"
        own(whose, "alias", extension.alias)
        for declared in extension.attributes:
            own(whose, f"attribute of a {declared.kind}", declared.name)
        for one in extension.stages:
            own(whose, "stage id", one.id)
            own(whose, "stage", one.name)
        for resource in extension.resources:
            own(whose, "path", path_of(extension, resource))
    for (what, name), owners in owned.items():
        if len(owners) > 1:
            yield f"{' and '.join(owners)} both have the {what} {name}"
    for first, second in combinations([extension for extension in extensions if extension.meters], 2):
        if max(first.meters.start, second.meters.start) < min(first.meters.stop, second.meters.stop):
            yield f"extension {first.alias} and extension {second.alias} share meters"


def path_of(extension: Extension, resource: Resource) -> str:
    """Where a resource of an extension is in the REST API.

    >>> path_of(Extension("Taps", "taps", "", ""), Resource("/all", print))
    '/v1/ext/taps/all'
    """
    own = resource.path.startswith("/v1/")
    return resource.path if own else f"/v1/ext/{extension.alias}{resource.path}".rstrip("/")


def _joined(pipeline: Pipeline, extensions: Sequence[Extension]) -> tuple[Pipeline, list[str]]:
    """The pipeline with the extensions' tables, and what is wrong with their places."""
    inserted = sorted(
        ((i, f"table {i.table.name} of extension {x.alias}") for x in extensions for i in x.tables),
        key=lambda pair: (pair[0].table.id, pair[0].table.name),
    )
    if not inserted and not any(extension.reasons for extension in extensions):
        return pipeline, []
    tables = {table.name: table for table in pipeline.tables}
    wrong = []
    for one, whose in inserted:
        if one.table.name in tables:
            wrong.append(f"{whose} has the name of another table")
        tables[one.table.name] = one.table
    splice = _Splice(pipeline, tables)
    for one, whose in inserted if not wrong else ():
        wrong += (f"{whose} {fault}" for fault in splice.put(one))
    reasons = (*pipeline.reasons, *(reason for extension in extensions for reason in extension.reasons))
    ordered = tuple(sorted(tables.values(), key=lambda table: table.id))
    return replace(pipeline, tables=ordered, reasons=reasons, through=splice.through), wrong


class _Splice:
    """Tables on their way to standing between others."""

    def __init__(self, pipeline: Pipeline, tables: dict[str, Table]) -> None:
        self._core = pipeline
        self._tables = tables
        self._between: dict[str, str] = {}  # by a table that was put in: what it stands before
        self.through: dict[tuple[str, str], str] = {}  # by which table a step leads now

    def put(self, inserted: Inserted) -> Iterator[str]:
        """Put a table where it says; yields what is wrong with that."""
        table, place = inserted.table, inserted.after or inserted.before
        if not place:
            return
        if inserted.before:
            if place not in self._core.table_by_name or self._core.table_by_name[place] == self._core.drop:
                yield f"cannot stand before {place}, which is no table that frames are led to"
                return
            sources = [t.name for t in self._tables.values() if place in t.next and t.name != table.name]
            target = place
        else:
            asking = [t.name for t in self._core.tables if place in (t.name, t.question) and t.next]
            leaving = [n for n in asking if self._core.table_by_name[n].next[0] not in asking]
            targets = {self._core.table_by_name[name].next[0] for name in leaving}
            if len(targets) != 1:
                yield f"cannot stand after {place}, which is no question that one table follows"
                return
            (target,) = targets
            sources = sorted({self._last(name, target, table.id) for name in leaving})
            strangers = {
                t.name
                for t in self._tables.values()
                for source in sources
                if source in self._between and source in t.next and t.name not in (*leaving, *self._between)
            }
            if strangers:
                yield f"cannot stand after {place} alone: {', '.join(sorted(strangers))} leads there too"
                return
        for source in sources:
            self.through[source, target] = table.name
            before = self._tables[source]
            self._tables[source] = replace(before, next=tuple(table.name if n == target else n for n in before.next))
        self._tables[table.name] = replace(table, next=(target, *table.next))
        self._between[table.name] = target

    def _last(self, name: str, target: str, id: int) -> str:
        """The last table before ``target``, and before that id, on the way from a table of the core."""
        while True:
            follower = next((n for n in self._tables[name].next if self._between.get(n) == target), None)
            if follower is None or self._tables[follower].id > id:
                return name
            name = follower


def _passing(pipeline: Pipeline, extensions: Sequence[Extension]) -> Iterator[Stage]:
    """The stages that let a frame go on where an extension's table says nothing of it, and count what dies there."""
    tables = [i.table for extension in extensions for i in extension.tables if i.after or i.before]
    reasons = [reason for extension in extensions for reason in extension.reasons]
    drop = pipeline.drop
    assert drop is not None
    wanted = [flow(table, 0, NEXT) for table in tables]
    wanted += [flow(drop, 10, Drop(reason.name), reason=reason.number) for reason in reasons]

    @stage(id=PASSING, per="switch")
    def passing(view: View, switch: str) -> Iterator[Placed]:
        """What an extension's table has nothing to say of goes on."""
        if view.switch(switch) is not None:
            for wish in wanted:
                yield here(switch, wish)

    @stage(id=COUNTING, per="port")
    def counting(view: View, port: str) -> Iterator[Placed]:
        """What dies of a port's frames for an extension's reason is counted by port, where it dies."""
        at = seat(view, port)
        if at is None:
            return
        for reason in reasons:
            charged = {"sender": {"source": at.port_number}, "receiver": {"port": at.port_number}}.get(reason.charged)
            if charged is not None:
                yield here(at.switch, flow(drop, 100, Drop(reason.name), reason=reason.number, **charged))

    if wanted:
        yield passing
    if reasons:
        yield counting
