"""Histories, run one after the other; and of one that fails, the shortest that still does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from weft.conformance.histories import Fate, foundation
from weft.conformance.steps import Step
from weft.conformance.world import World

Worlds = Callable[[], AbstractContextManager[World]]
REPLAYS = 60  # at most, to shorten one history


class Failure(NamedTuple):
    """A history after which something is wrong: with its last step, or with frames after it."""

    seed: int
    steps: tuple[Step, ...]
    outcomes: tuple[str, ...]
    complaints: tuple[str, ...]
    explained: tuple[str, ...] = ()

    def __str__(self) -> str:
        done = zip(self.steps, self.outcomes, strict=True)
        told = [f"{n:3}. {step}  -> {said}" for n, (step, said) in enumerate(done, 1)]
        wrong = [f"  {complaint}" for complaint in self.complaints[:10]]
        more = [f"  ... and {len(self.complaints) - 10} more"] if len(self.complaints) > 10 else []
        said = ["The controller says:", *(f"  {line}" for line in self.explained)] if self.explained else []
        return "\n".join([f"Seed {self.seed}, {len(self.steps)} steps:", *told, "Wrong:", *wrong, *more, *said])


@dataclass
class Tally:
    """How much was tried: histories, steps by what came of them, volleys of frames, and frames."""

    histories: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    volleys: int = 0
    frames: int = 0


class Result(NamedTuple):
    """What was tried, and the first failure, shortened; None when there is none."""

    tally: Tally
    failure: Failure | None


def histories(
    worlds: Worlds,
    seeds: Iterable[int],
    length: int,
    refused: frozenset[str] = frozenset(),
    tell: Callable[[str], None] = lambda line: None,
    replays: int = REPLAYS,
) -> Result:
    """Run a history of each seed, until one fails. Traits that are refused are not asked for again and again."""
    tally = Tally()
    for seed in seeds:
        failure = _history(worlds, seed, length, refused, tally)
        tell(f"seed {seed}: {'FAILS' if failure else 'passes'}; {tally.outcomes.total()} steps so far")
        if failure is not None:
            return Result(tally, shortest(worlds, failure, tell, replays))
    return Result(tally, None)


def _history(worlds: Worlds, seed: int, length: int, refused: frozenset[str], tally: Tally) -> Failure | None:
    tally.histories += 1
    with worlds() as world:
        steps: list[Step] = []
        outcomes: list[str] = []
        first = len([*foundation(world.places, world.base)])
        for step in _fated(world, seed, length, refused):
            steps.append(step)
            said, complaints = _done(world, step, seed, listen=len(steps) >= first)
            outcomes.append(said)
            kind = said.partition(":")[0] if step.asks else "misfortunes"
            tally.outcomes[kind] += 1
            tally.frames += world.frames
            tally.volleys += world.frames > 0
            world.frames = 0
            if complaints:
                return Failure(seed, tuple(steps), tuple(outcomes), tuple(complaints), tuple(world.explained()))
    return None


def _fated(world: World, seed: int, length: int, refused: frozenset[str]) -> Iterator[Step]:
    yield from foundation(world.places, world.base)
    fate = Fate(Random(seed), world.reach, world.record, refused)
    for _ in range(length):
        yield fate.next()


def _done(world: World, step: Step, seed: int, listen: bool = True) -> tuple[str, list[str]]:
    """Do a step, wait, and listen; what came of it, and what is wrong then."""
    outcome = world.do(step)
    complaints = list(outcome.complaints)
    if not complaints and world.quiet and listen:
        complaints += world.settle()
        if not complaints:
            complaints += map(str, world.listen(Random(seed)))
    return outcome.said, complaints


def replay(worlds: Worlds, seed: int, steps: Sequence[Step]) -> Failure | None:
    """Do these steps in a new world, and listen after the last of them."""
    with worlds() as world:
        outcomes: list[str] = []
        complaints: list[str] = []
        for number, step in enumerate(steps):
            said, complaints = _done(world, step, seed, listen=number == len(steps) - 1)
            if not complaints and world.quiet:
                world.settle(3.0)
            outcomes.append(said)
            if complaints:
                done = tuple(steps[: number + 1])
                return Failure(seed, done, tuple(outcomes), tuple(complaints), tuple(world.explained()))
    return None


def shortest(
    worlds: Worlds, failure: Failure, tell: Callable[[str], None] = lambda line: None, replays: int = REPLAYS
) -> Failure:
    """The failure with as few steps as fail still: portions of it are left out, ever smaller ones."""
    found, left = failure, replays
    portion = max(1, len(failure.steps) // 2)
    while left > 0:
        start = 0
        shorter = False
        while start < len(found.steps) and left > 0:
            steps = found.steps[:start] + found.steps[start + portion :]
            left -= 1
            again = replay(worlds, failure.seed, steps) if steps else None
            if again is not None:
                found, shorter = again, True
                tell(f"{len(found.steps)} steps still fail")
            else:
                start += portion
        if portion == 1 and not shorter:
            break
        portion = max(1, portion // 2)
    return found
