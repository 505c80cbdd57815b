"""Ways to break tables, as a slip in a stage would: each turns a flow that a stage wants into others, or none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from ipaddress import ip_network
from typing import Any, NamedTuple

from weft.conformance.families.attempt import Family
from weft.controller.compile.audience import Placed
from weft.controller.compile.stage import Stage
from weft.controller.compile.stages import STAGES
from weft.controller.flow.actions import Action
from weft.controller.flow.flow import Flow, flow
from weft.controller.pipeline.schema import Table

Change = Callable[[Flow], Iterable[Flow]]
Choice = Callable[[Flow], bool]


class Broken(NamedTuple):
    """One thing that is wrong, and who notices: the stations that try, and with what."""

    what: str
    change: Change
    senders: tuple[str, ...]
    families: tuple[Family, ...]


def stages(change: Change) -> Iterator[Stage]:
    """The stages, all whose flows go through the change."""

    def broken(stage: Stage) -> Stage:
        def run(*arguments: Any) -> Iterator[Placed]:
            for placed in stage.run(*arguments):
                wishes = change(placed.flow) if isinstance(placed.flow, Flow) else (placed.flow,)
                yield from (placed._replace(flow=wish) for wish in wishes)

        return stage._replace(run=run)

    return map(broken, STAGES)


def those(table: Table, drop: str = "", priority: int | None = None, **match: object) -> Choice:
    """The flows of a table that drop for that reason, have that priority, and match that; ``...`` is any value."""

    def chosen(said: Flow) -> bool:
        held = all(name in said.match and value in (..., said.match[name]) for name, value in match.items())
        return said.table == table and (not drop or said.drop == drop) and held and priority in (None, said.priority)

    return chosen


def gone(chosen: Choice) -> Change:
    """They are forgotten."""
    return lambda said: () if chosen(said) else (said,)


def unmatched(chosen: Choice, *fields: str) -> Change:
    """They forget to match the fields; drops do not."""

    def change(said: Flow) -> Iterator[Flow]:
        if chosen(said) and not said.drop and said.match.keys() >= set(fields):
            said = said._replace(match={name: value for name, value in said.match.items() if name not in fields})
        yield said

    return change


def rematched(chosen: Choice, priority: int | None = None, **match: Any) -> Change:
    """They match other values."""

    def change(said: Flow) -> Iterator[Flow]:
        if chosen(said):
            said = said._replace(match=said.match | match, priority=said.priority if priority is None else priority)
        yield said

    return change


def masked(chosen: Choice, field: str, value: int | str, mask: int | str) -> Change:
    """They match the field under a mask, and so more than they should."""
    return rematched(chosen, **{field: (value, mask)})


def widened(table: Table, field: str, length: int) -> Change:
    """The prefixes of a table are cut to so many bits."""

    def change(said: Flow) -> Iterator[Flow]:
        value = said.match.get(field)
        if said.table == table and isinstance(value, str) and "/" in value:
            network = ip_network(f"{value.partition('/')[0]}/{length}", strict=False)
            said = said._replace(match=said.match | {field: str(network)})
        yield said

    return change


def moved(chosen: Choice, priority: int) -> Change:
    """They have another priority."""
    return lambda said: (said._replace(priority=priority),) if chosen(said) else (said,)


def beside(chosen: Choice, table: Table, priority: int, *actions: Action, **match: Any) -> Change:
    """For each of them there is another flow, for the same interface or sender."""

    def change(said: Flow) -> Iterator[Flow]:
        yield said
        if chosen(said):
            own = {name: said.match[name] for name in ("in_port", "source") if name in said.match}
            yield flow(table, priority, *actions, **own, **match)

    return change


def doing(chosen: Choice, *actions: Action) -> Change:
    """They do something else altogether."""
    return lambda said: (said._replace(actions=actions),) if chosen(said) else (said,)


def instead(chosen: Choice, old: Action, new: Action) -> Change:
    """They do one thing in the place of another."""
    return lambda said: (
        (said._replace(actions=tuple(new if action == old else action for action in said.actions)),)
        if chosen(said)
        else (said,)
    )


def only(chosen: Choice, kept: Callable[[Action], bool]) -> Change:
    """They do only some of what they did."""
    return lambda said: (
        (said._replace(actions=tuple(filter(kept, said.actions))),) if chosen(said) else (said,)
    )  # fmt: skip
