"""One switch, or another device, from not known at all to proven equal to what is wanted of it.

A pure state machine. The session that drives it says what happened (a dump arrived, a batch was acknowledged, the
connection is gone) and asks what to send next; nothing here waits, and nothing here knows a socket.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Generic, NamedTuple

from weft.controller.sync.delta import Audit, Delta
from weft.controller.sync.manner import ENTRIES, Kept, Manner
from weft.controller.sync.plan import BUNDLE_MESSAGES, Batch, Change, Message, Removal, order, target_of


class Unsettled(NamedTuple):
    """An item that the device has not acknowledged, what it said if it refused it, and whom the item is about."""

    identity: Any
    error: str
    about: frozenset[str] = frozenset()


class Progress(Generic[Kept]):
    """What is wanted of one device, and how far it has come."""

    def __init__(self, wanted: Mapping[Any, Kept], manner: Manner[Any] = ENTRIES) -> None:
        self._manner: Manner[Kept] = manner
        self._delta: Delta[Kept] = Delta(wanted, manner)
        self._audited = False
        self._audit_requested = False
        self._cold = False
        self._planned: list[Message[Kept]] = []  # the last is next
        self._sent: set[Any] = set()  # what the switch has not answered yet
        self.connected = False

    # what happened

    def want(self, changes: Mapping[Any, Kept | None]) -> None:
        """These items are wanted now."""
        self._delta.want(changes)

    def wanting(self, wanted: Mapping[Any, Kept]) -> Iterator[None]:
        """Let these items be wanted and no others, in portions.

        What is put is wanted in the order in which it is told, and all of it before any is wanted no longer: whatever
        the device is told meanwhile, nothing is taken away before all is there.
        """
        delta, rank = self._delta, self._manner.rank
        puts = sorted((e for i, e in wanted.items() if delta.wanted(i) != e), key=rank)
        gone = [i for i in delta.identities() if i not in wanted and delta.wanted(i) is not None]
        changes: list[tuple[Any, Kept | None]] = [*((e.identity, e) for e in puts), *((i, None) for i in gone)]
        for first in range(0, len(changes), BUNDLE_MESSAGES):
            delta.want(dict(changes[first : first + BUNDLE_MESSAGES]))
            yield

    def connect(self) -> None:
        """A session with the switch is up. What it holds is not known until it has been audited."""
        self.connected = True
        self._start_over()

    def disconnect(self) -> None:
        """The session is gone. The switch goes on with what it has, and nobody knows whether that has changed."""
        self.connected = False
        self._start_over()

    @property
    def cold(self) -> bool:
        """Whether the switch held no flow of ours when it was asked last, and all that it is told is part of a fill."""
        return self._cold

    def request_audit(self) -> None:
        """Somebody wants to know whether the switch holds what it should."""
        self._audit_requested = True

    @property
    def audit_requested(self) -> bool:
        """Whether somebody still waits for that."""
        return self._audit_requested

    def audited(self, found: Iterable[Kept]) -> Audit:
        """The switch has said all that it holds."""
        items, manner = list(found), self._manner
        self._audited = True
        self._audit_requested = False
        self._cold = not any(manner.ours(item) and not manner.referent(item.identity) for item in items)
        return self._delta.audit(items)

    def acknowledged(self, sent: Batch[Kept], errors: Mapping[int, str]) -> None:
        """The switch has answered a batch: all of it holds, but for the messages that it refused.

        ``errors`` maps the index of a message to what the switch said of it. Nothing of an atomic batch holds when
        one of its messages was refused.
        """
        for index, message in enumerate(sent.messages):
            identity, target = message.identity, target_of(message)
            self._sent.discard(identity)
            if index in errors:
                if target is not None:
                    self._delta.refuse(target, errors[index])
                else:
                    self._audited = False  # what it holds there is anybody's guess: ask
            elif not (sent.atomic and errors):
                self._delta.believe(identity, target)
                if self._manner.referent(identity):
                    self._referent_settled(identity, target)

    def _referent_settled(self, identity: Any, referent: Kept | None) -> None:
        """The device holds this referent now, or none of this identity."""
        if referent is not None:
            self._delta.retry(identity)
        elif self._delta.wanted(identity) is not None:
            self._audited = False  # it has taken away what uses it as well

    # what to do

    @property
    def needs_audit(self) -> bool:
        """Whether the switch is to be asked what it holds before it is told anything more."""
        return self.connected and (self._audit_requested or not self._audited)

    @property
    def audited_once(self) -> bool:
        """Whether the switch has said what it holds, in this session."""
        return self._audited

    def next_batch(self) -> Batch[Kept] | None:
        """What to send next; None when all has been sent, or the switch may not be told yet.

        A *cold* switch, which held nothing of ours, is filled without bundles: faster, and there is nothing to tear.
        No bundle takes a meter. A meter is there before the flows that use it are sent, and a switch that loses one
        drops the flows that use it: it is taken away when no flow is left to be told, nor on its way. So it is with
        whatever others refer to.
        """
        if not self.connected or not self._audited:
            return None
        delta = self._delta
        referents = sorted(delta.different_referents - self._sent) if delta.different_referents else []
        wanted = [identity for identity in referents if delta.target(identity) is not None]
        if wanted:
            return Batch(self._send(wanted[:BUNDLE_MESSAGES]), atomic=False)
        planned = self._next_planned()
        if planned:
            return Batch(self._send(planned), atomic=self._manner.bundles and not self._cold)
        if referents and not self._sent:
            return Batch(self._send(referents[:BUNDLE_MESSAGES]), atomic=False)
        return None

    def _next_planned(self) -> list[Any]:
        """What to tell next but for referents, in its order."""
        if not self._planned:
            delta = self._delta
            unsent = delta.different - delta.different_referents - self._sent
            self._cold = self._cold and bool(delta.different)
            self._planned = order(((identity, delta.target(identity)) for identity in unsent), self._manner)[::-1]
        found: list[Any] = []
        while self._planned and len(found) < BUNDLE_MESSAGES:
            identity = self._planned.pop().identity
            if identity in self._delta.different and identity not in self._sent:
                found.append(identity)
        return found

    def _send(self, identities: Iterable[Any]) -> tuple[Message[Kept], ...]:
        """The messages that tell the device what it should hold there; they count as sent."""
        messages: list[Message[Kept]] = []
        for identity in identities:
            target = self._delta.target(identity)
            if target is None:
                messages.append(Removal(identity))
            elif self._manner.referent(identity) and self._delta.believed(identity) is not None:
                messages.append(Change(target))
            else:
                messages.append(target)
            self._sent.add(identity)
        return tuple(messages)

    def _start_over(self) -> None:
        self._audited = False
        self._planned = []
        self._sent = set()

    # questions

    @property
    def settled(self) -> bool:
        """Whether the switch has proven to hold all that is wanted, and nothing else."""
        delta = self._delta
        return self.connected and self._audited and not (delta.different or delta.refused or self._sent)

    def unsettled_at(self, identity: Any) -> Unsettled | None:
        """What the switch has not acknowledged in this place; None where there is no such thing."""
        refused = self._delta.refused.get(identity)
        if refused is not None:
            return Unsettled(identity, refused[1])
        waits = identity in self._delta.different or identity in self._sent
        return Unsettled(identity, "") if waits else None

    def unsettled(self) -> Iterator[Unsettled]:
        """All that the device has not acknowledged."""
        delta = self._delta
        for identity in {*delta.different, *delta.refused, *self._sent}:
            item = delta.wanted(identity) or delta.believed(identity)
            error = delta.refused[identity][1] if identity in delta.refused else ""
            yield Unsettled(identity, error, frozenset(getattr(item, "about", ())))

    def refused(self) -> Iterator[tuple[Kept, str]]:
        """The items that the device refused, and what it said."""
        yield from self._delta.refused.values()

    def entries(self) -> Iterator[tuple[Kept, str]]:
        """Every item that is wanted or believed, with its state: installed, pending, refused, foreign or removing."""
        delta, different = self._delta, self._delta.different
        for identity in delta.identities():
            wanted, believed = delta.wanted(identity), delta.believed(identity)
            if wanted is None and believed is not None:
                yield believed, "removing" if self._manner.ours(believed) else "foreign"
            elif wanted is not None:
                waits = identity in different or identity in self._sent or not self._audited
                state = "pending" if waits else "installed"
                yield wanted, "refused" if identity in delta.refused else state
