"""Each trait asked for in turn: honoured, and proven by frames; refused, with a reason; or neither: a fault."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from weft.conformance.bed import Sent
from weft.conformance.machine.hearing import Verdict, judge
from weft.conformance.proofs import LIMITED, Proof, Said, events, network, proofs
from weft.conformance.steps import Step
from weft.conformance.volley import Shot, sealed, wrong
from weft.conformance.world import World

Answer = Literal["honoured", "refused", "broken"]


class Row(NamedTuple):
    """One trait, what it means, what came of asking for it, and what shows that."""

    subject: str
    means: str
    answer: Answer
    shown: str

    @property
    def trait(self) -> str:
        """The field of a port that it is about, where it is about all that the field can hold."""
        return self.subject.strip("`") if self.subject.count("`") == 2 and self.subject.startswith("`") else ""


class _Fault(Exception):
    """What is asked for was neither honoured nor refused."""


class _Refused(Exception):
    """It was refused, and why."""


def rows(world: World, tell: Callable[[Row], None] = lambda row: None, only: str = "") -> list[Row]:
    """Ask for every trait, and let everything happen that may; each in a network that is like new."""
    found = []
    happens = events(world.places, [*world.record.of["link"]])
    for proof in (*proofs(world.places, world.base), *happens):
        if only in ("", proof.subject):
            found.append(_row(world, proof))
            tell(found[-1])
            world.clear()
    return found


def _row(world: World, proof: Proof) -> Row:
    try:
        return Row(proof.subject, proof.means, "honoured", _proven(world, proof))
    except _Refused as refused:
        return Row(proof.subject, proof.means, "refused", str(refused))
    except _Fault as fault:
        return Row(proof.subject, proof.means, "broken", str(fault))


def _proven(world: World, proof: Proof) -> str:
    _grant(world, network(world.places, world.base))
    same = proof.same
    try:
        _grant(world, _placed(world, proof.before))
    except _Refused:
        if not proof.lenient:
            raise
        same = True
    without = _heard(world, proof.says)
    for step in proof.denied_before:
        _deny(world, step)
    _grant(world, _placed(world, proof.give))
    having = _heard(world, proof.says)
    told = [_difference(said, before, after) for said, before, after in zip(proof.says, without, having, strict=True)]
    if proof.denied:
        *steps, last = proof.denied
        _grant(world, steps)
        _deny(world, last)
        told.append(f"refused: {last}")
    told += [f"refused without it: {step}" for step in proof.denied_before]
    if same:
        heard = zip(proof.says, having, strict=True)
        told = told if proof.denied else [f"{said.name}, by {said.vif}: heard by {_names(by)}" for said, by in heard]
    elif not any(told):
        raise _Fault("no frame tells of it: " + "; ".join(said.name for said in proof.says))
    return "; ".join(filter(None, told))


def _placed(world: World, steps: Iterable[Step]) -> Iterator[Step]:
    """The steps, at the places of this bed."""
    for step in steps:
        fields = step.what.get("fields", {})
        if fields.get("switch") == "{first}":
            step = step._replace(what={**step.what, "fields": {**fields, "switch": world.places[0]}})
        yield step


def _grant(world: World, steps: Iterable[Step]) -> None:
    for step in steps:
        outcome = world.do(step)
        if outcome.said.startswith("refused"):
            raise _Refused(f"{outcome.said.removeprefix('refused: ').removeprefix('commands[0].')}")
        if outcome.said.startswith("not possible"):
            raise _Refused(f"not possible on this bed: {step}")
        if outcome.complaints:
            raise _Fault("; ".join(outcome.complaints))


def _deny(world: World, step: Step) -> None:
    if not world.do(step).said.startswith("refused"):
        raise _Fault(f"granted, and must be refused: {step}")


def _heard(world: World, says: Sequence[Said]) -> list[dict[str, int]]:
    """How often each VIF has heard each of these frames, once all is settled. All must be as the machine says."""
    complaints = world.settle()
    if complaints:
        raise _Fault("; ".join(complaints))
    found: list[dict[str, int]] = []

    def look() -> list[str]:
        found.clear()
        return [fault for said in says for fault in _sent(world, said, found)]

    faults = world.repaired(look)
    if faults:
        raise _Fault("; ".join(faults))
    return found


def _sent(world: World, said: Said, found: list[dict[str, int]]) -> list[str]:
    """Send it, put down who has heard it, and return what is wrong with that. What is lost is sent once more."""
    names = {(one.switch, one.interface): one.name for one in world.society.stations.values()}
    world.introduce()
    for left in (1, 0):
        shots = [_shot(world, said) for _ in range(said.times)]
        result = world.exchange([shot for shot in shots if shot is not None])
        faults = [complaint for shot, ears in result for complaint in wrong(shot, ears, names)]
        if said.times > 1 or not (left and any(fault.what == "lost" for fault in faults)):
            break
    heard: Counter[str] = Counter()
    for _, ears in result:
        heard.update(names.get((at.place, at.interface), f"{at.place} {at.interface}") for at in ears)
    found.append(dict(heard))
    return [str(fault) for fault in faults if said.times == 1 or fault.what != "lost"]


def _shot(world: World, said: Said) -> Shot | None:
    there = world.society
    sender = there.stations.get(said.vif)
    if said.end is not None and (sender is None or (sender.switch, sender.interface) != said.end):
        sent = Sent(*said.end, sealed(said.octets, next(world.serials)))
        return Shot(said.name, None, sent, Verdict({}, {}, frozenset({"classify:unknown-port"})))
    if sender is None:
        vif = world.record.of["vif"].get(said.vif)
        if vif is None or (vif["switch"], vif["interface"]) not in world.record.there:
            return None
        end = Sent(vif["switch"], vif["interface"], sealed(said.octets, next(world.serials)))
        return Shot(said.name, None, end, Verdict({}, {}, frozenset({"classify:unknown-port"})))
    frame = sealed(said.octets, next(world.serials))
    sent = Sent(sender.switch, sender.interface, frame)
    return Shot(said.name, sender, sent, judge(there, sender, frame))


def _difference(said: Said, before: dict[str, int], after: dict[str, int]) -> str:
    """How it differs who has heard it, in words; empty where it does not."""
    if said.times > 1:
        return _limit(said, sum(before.values()), sum(after.values()))
    if before.keys() == after.keys():
        return ""
    return f"{said.name}, by {said.vif}: heard by {_names(after)} with it, by {_names(before)} without"


def _limit(said: Said, before: int, after: int) -> str:
    most = max(before, after)
    if most < LIMITED // 2 or min(before, after) > most * 3 // 4:
        return ""
    return f"{said.name}: {after} of {most} heard with it, {before} without"


def _names(heard: dict[str, int]) -> str:
    return ", ".join(sorted(heard)) or "nobody"
