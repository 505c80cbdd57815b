"""The single writer: commands become facts, facts become flows, flows become what each switch is told.

The service is called from one thread and never waits. ``work`` is driven by whoever owns the event loop, in slices of
its choosing; ``on_work`` and ``on_wake`` tell it when there is something to drive.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from weft.controller import audit_log
from weft.controller.audit_log import AuditLog
from weft.controller.compile.composed import ALONE, Composed
from weft.controller.compile.variant import Variant
from weft.controller.contracts import Plugin, Receipt, Record, Revision, Store, StoreUnavailable
from weft.controller.fabric_state import NONE, FabricState
from weft.controller.model.capabilities import OPENVSWITCH_ALONE, Capabilities
from weft.controller.model.commands import (
    Command,
    Create,
    Delete,
    ObserveClaim,
    ObserveInterfaces,
    ObserveLink,
    Plug,
    Refusal,
    Unplug,
    Update,
)
from weft.controller.model.commands import Refused as Refused  # whoever submits meets it
from weft.controller.model.decide import decide
from weft.controller.model.extent import check_extent, extent
from weft.controller.model.facts import Fact, Key, key_of
from weft.controller.model.network import Change, Network
from weft.controller.model.policy import BUILTIN, Policy
from weft.controller.model.rights import OPERATOR, Caller
from weft.controller.model.visibility import as_seen
from weft.controller.sight import Sight


class Service(FabricState):
    """Holds the network, decides every command, and keeps what is wanted of every switch."""

    def __init__(
        self,
        store: Store,
        policy: Policy = BUILTIN,
        composed: Composed = ALONE,
        variants: Mapping[str, Variant | str] | None = None,
        plugins: Mapping[str, Plugin[Any]] = NONE,
        capabilities: Mapping[str, Capabilities] = OPENVSWITCH_ALONE,
    ) -> None:
        self._store = store
        self.policy = policy
        revision, facts = store.load()
        capabilities = {**capabilities, **{name: plugin.capabilities for name, plugin in plugins.items()}}
        super().__init__(Network(facts, revision, composed.attributes, capabilities), composed, variants, plugins)
        self._unsaved: list[Change] = []
        self.log = AuditLog()
        self.on_commit: list[Callable[[int], None]] = []  # told of each revision that is durable

    # reading

    def sight(self, caller: Caller = OPERATOR) -> Sight:
        """What that caller sees of the network. Every API reads by it."""
        return Sight(self.network, caller._replace(policy=self.policy))

    def revisions(self, after: int, most: int = 100) -> list[Revision]:
        """The revisions that follow that one, the first of them first."""
        return self._store.revisions(after, most)

    def history(self, key: Key, before: int | None = None, most: int = 100) -> list[Revision]:
        """The revisions that have changed that fact, the last first, with nothing but its changes."""
        return self._store.history(key, before, most)

    def records(
        self, wanted: Mapping[str, str], before: int | None = None, most: int = 100
    ) -> list[tuple[int, Record]]:
        """Lines of the audit log whose fields are so, the last first, each with its number. Raises ``KeyError``."""
        with suppress(StoreUnavailable):  # a full disk can be read
            self.keep_log()
        return self._store.records(wanted, before, most)

    def receipt(self, key: str) -> Receipt | None:
        """That a request of that key was done, if it was."""
        return self._store.receipt(key)

    # commands

    def submit(
        self, commands: Sequence[Command], caller: Caller = OPERATOR, receipt: Receipt | None = None
    ) -> list[Fact | None]:
        """``submit(commands, caller)`` does all commands or none, and returns the fact that each made or changed.

        What it returns from is durable, with who did it, and with the receipt, which is told what was made. Raises
        ``Refused`` where the policy or the model refuses a command, ``StoreUnavailable`` where the store does not take
        the changes.
        """
        caller = caller._replace(policy=self.policy)
        before = self.network.revision
        done: list[Change] = []
        touched: set[Key] = set()
        entries = 0
        try:
            for index, command in enumerate(commands):
                try:
                    changes = decide(self.network, command, caller)
                    entries += extent(changes)
                    check_extent(entries)
                except Refusal as refusal:
                    self.log.wait([audit_log.refused(command, caller, refusal)])
                    raise Refused(index, refusal) from None
                done += changes
                touched |= self.network.apply(changes, before)
            outcomes = [self._outcome(command) for command in commands]
            self._keep(commands, done, caller, receipt, outcomes)
        except BaseException:
            self.network.apply([change.inverse for change in reversed(done)], before)
            raise
        if done:
            self.network.revision = before + 1
            self._touch(touched)
            self._announce()
        return [as_seen(self.network, fact, caller) if fact is not None else None for fact in outcomes]

    def _keep(
        self,
        commands: Sequence[Command],
        done: Sequence[Change],
        caller: Caller,
        receipt: Receipt | None,
        outcomes: Sequence[Fact | None],
    ) -> None:
        """Make durable what was done. A command that has changed nothing is only noted."""
        number = self.network.revision + 1
        if receipt is not None:
            made = tuple(key_of(fact) if fact is not None else None for fact in outcomes)
            receipt = receipt._replace(revision=number if done else number - 1, made=made)
        lines = audit_log.done(commands, caller, number if done else 0)
        if done:
            revision = Revision(number, caller.at, caller.user, (*self._unsaved, *done))
            self._store.commit(revision, [*self.log.waiting, *lines], receipt)
            self._unsaved = []
        elif receipt is not None:
            self._store.note([*self.log.waiting, *lines], receipt)
        else:
            self.log.wait(lines)
            return
        self.log.written()

    def keep_log(self) -> None:
        """Make durable what waits for it: refusals, which no commit has taken along. Raises ``StoreUnavailable``."""
        if self.log.waiting:
            self._store.note(self.log.waiting)
            self.log.written()

    def observe(self, command: ObserveInterfaces | ObserveLink | ObserveClaim) -> bool:
        """Take in what a switch says of itself; whether that is durable.

        Nobody was promised that it is: where the store does not take it, it holds all the same, so that a full disk
        keeps no link from being healed, and it is kept with whatever the store takes next. Raises ``Refused``.
        """
        try:
            changes = decide(self.network, command)
        except Refusal as refusal:
            raise Refused(0, refusal) from None
        if not changes:
            return True
        self._unsaved += changes
        self._touch(self.network.apply(changes, self.network.revision))
        switch = command.a.switch if isinstance(command, ObserveLink) else command.switch
        at = command.at if isinstance(command, ObserveClaim) else 0
        try:
            self._store.commit(Revision(self.network.revision + 1, at, f"switch {switch}", tuple(self._unsaved)))
        except StoreUnavailable:
            return False
        self._unsaved = []
        self.network.revision += 1
        self._announce()
        return True

    def _announce(self) -> None:
        for tell in tuple(self.on_commit):
            tell(self.network.revision)

    def _outcome(self, command: Command) -> Fact | None:
        match command:
            case Create(kind, fields):
                id = fields.get("id")
                if kind == "link" and id is None:
                    id = self.network.link_at(fields["a"])
                return self.network.fact(Key(kind, id)) if id is not None else None
            case Update(kind, id):
                return self.network.fact(Key(kind, id))
            case Plug(port):
                return self.network.port(port)
            case Delete() | Unplug():
                return None
            case _:
                return None
