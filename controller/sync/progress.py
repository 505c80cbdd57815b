"""One switch, from not known at all to proven equal to what is wanted of it.

A pure state machine. The session that drives it says what happened (a dump arrived, a batch was acknowledged, the
connection is gone) and asks what to send next; nothing here waits, and nothing here knows a socket.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from weft.controller.flow.entry import OURS, Entry, Identity
from weft.controller.flow.meter import METERS
from weft.controller.sync.delta import Audit, Delta
from weft.controller.sync.plan import BUNDLE_MESSAGES, Batch, Change, Message, Removal, order, target_of


class Unsettled(NamedTuple):
    """An entry that the switch has not acknowledged, and what it said if it refused it."""

    identity: Identity
    error: str


class Progress:
    """What is wanted of one switch, and how far it has come."""

    def __init__(self, wanted: Mapping[Identity, Entry]) -> None:
        self._delta = Delta(wanted)
        self._audited = False
        self._audit_requested = False
        self._cold = False
        self._planned: list[Message] = []  # the last is next
        self._sent: set[Identity] = set()  # what the switch has not answered yet
        self.connected = False

    # what happened

    def want(self, changes: Mapping[Identity, Entry | None]) -> None:
        """These entries are wanted now."""
        self._delta.want(changes)

    def want_exactly(self, wanted: Mapping[Identity, Entry]) -> None:
        """These entries are wanted now, and no others. Told at once, so that all is added before any is removed."""
        delta = self._delta
        changes: dict[Identity, Entry | None] = {i: e for i, e in wanted.items() if delta.wanted(i) != e}
        gone = [i for i in delta.identities() if i not in wanted and delta.wanted(i) is not None]
        delta.want(changes | dict.fromkeys(gone))

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

    def audited(self, found: Iterable[Entry]) -> Audit:
        """The switch has said all that it holds."""
        entries = list(found)
        self._audited = True
        self._audit_requested = False
        self._cold = not any(entry.cookie >> 56 == OURS and entry.table != METERS for entry in entries)
        return self._delta.audit(entries)

    def acknowledged(self, sent: Batch, errors: Mapping[int, str]) -> None:
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
                if identity.table == METERS:
                    self._meter_settled(identity, target)

    def _meter_settled(self, identity: Identity, meter: Entry | None) -> None:
        """The switch holds this meter now, or none of this identity."""
        if meter is not None:
            self._delta.retry(int.from_bytes(identity.match, "big"))
        elif self._delta.wanted(identity) is not None:
            self._audited = False  # it has taken the flows that use the meter away as well

    # what to do

    @property
    def needs_audit(self) -> bool:
        """Whether the switch is to be asked what it holds before it is told anything more."""
        return self.connected and (self._audit_requested or not self._audited)

    @property
    def audited_once(self) -> bool:
        """Whether the switch has said what it holds, in this session."""
        return self._audited

    def next_batch(self) -> Batch | None:
        """What to send next; None when all has been sent, or the switch may not be told yet.

        A *cold* switch, which held nothing of ours, is filled without bundles: faster, and there is nothing to tear.
        No bundle takes a meter. A meter is there before the flows that use it are sent, and a switch that loses one
        drops the flows that use it: it is taken away when no flow is left to be told, nor on its way.
        """
        if not self.connected or not self._audited:
            return None
        meters = sorted(self._delta.different_meters - self._sent) if self._delta.different_meters else []
        wanted = [identity for identity in meters if self._delta.target(identity) is not None]
        if wanted:
            return Batch(self._send(wanted[:BUNDLE_MESSAGES]), atomic=False)
        flows = self._next_flows()
        if flows:
            return Batch(self._send(flows), atomic=not self._cold)
        if meters and not self._sent:
            return Batch(self._send(meters[:BUNDLE_MESSAGES]), atomic=False)
        return None

    def _next_flows(self) -> list[Identity]:
        """The flows to tell next, in their order."""
        if not self._planned:
            delta = self._delta
            unsent = delta.different - delta.different_meters - self._sent
            self._cold = self._cold and bool(delta.different)
            self._planned = order((identity, delta.target(identity)) for identity in unsent)[::-1]
        found: list[Identity] = []
        while self._planned and len(found) < BUNDLE_MESSAGES:
            identity = self._planned.pop().identity
            if identity in self._delta.different and identity not in self._sent:
                found.append(identity)
        return found

    def _send(self, identities: Iterable[Identity]) -> tuple[Message, ...]:
        """The messages that tell the switch what it should hold there; they count as sent."""
        messages: list[Message] = []
        for identity in identities:
            target = self._delta.target(identity)
            if target is None:
                messages.append(Removal(identity))
            elif identity.table == METERS and self._delta.believed(identity) is not None:
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

    def unsettled_at(self, identity: Identity) -> Unsettled | None:
        """What the switch has not acknowledged in this place; None where there is no such thing."""
        refused = self._delta.refused.get(identity)
        if refused is not None:
            return Unsettled(identity, refused[1])
        waits = identity in self._delta.different or identity in self._sent
        return Unsettled(identity, "") if waits else None

    def refused(self) -> Iterator[tuple[Entry, str]]:
        """The entries that the switch refused, and what it said."""
        yield from self._delta.refused.values()

    def entries(self) -> Iterator[tuple[Entry, str]]:
        """Every entry that is wanted or believed, with its state: installed, pending, refused, foreign or removing."""
        delta, different = self._delta, self._delta.different
        for identity in delta.identities():
            wanted, believed = delta.wanted(identity), delta.believed(identity)
            if wanted is None and believed is not None:
                yield believed, "removing" if believed.cookie >> 56 == OURS else "foreign"
            elif wanted is not None:
                waits = identity in different or identity in self._sent or not self._audited
                state = "pending" if waits else "installed"
                yield wanted, "refused" if identity in delta.refused else state
