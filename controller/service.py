"""The single writer: commands become facts, facts become flows, flows become what each switch is told.

The service is called from one thread and never waits. ``work`` is driven by whoever owns the event loop, in slices of
its choosing; ``on_work`` and ``on_wake`` tell it when there is something to drive.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from weft.controller import audit_log
from weft.controller.audit_log import AuditLog
from weft.controller.compile.compiler import Compiler
from weft.controller.contracts import Counters, Receipt, Record, Revision, Store, StoreUnavailable
from weft.controller.flow.entry import Entry
from weft.controller.flow.meter import METERS
from weft.controller.flow.text import actions_text, match_text, ofctl, table_name
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
from weft.controller.model.decide import decide
from weft.controller.model.facts import Fact, Key, key_of
from weft.controller.model.network import Change, Network
from weft.controller.model.policy import BUILTIN, Policy
from weft.controller.model.rights import OPERATOR, Caller
from weft.controller.sight import Sight
from weft.controller.sync.progress import Progress


class Refused(Exception):
    """One of the commands was refused, and none of them was done."""

    def __init__(self, index: int, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.index = index
        self.refusal = refusal


class Status(NamedTuple):
    """ACTIVE, BUILD, DOWN or ERROR, and why."""

    state: str
    reason: str = ""


class SwitchState(NamedTuple):
    """Whether a switch has a session, whether it has proven to hold what it should, and what it refused."""

    connected: bool
    settled: bool
    problems: tuple[str, ...]


class FlowReport(NamedTuple):
    """One entry of a switch, as people read it."""

    table: str
    priority: int
    match: str
    actions: str
    name: str
    cookie: int
    stage: str
    reasons: tuple[str, ...]
    state: str
    ofctl: str


class Service:
    """Holds the network, decides every command, and keeps what is wanted of every switch."""

    def __init__(self, store: Store, policy: Policy = BUILTIN) -> None:
        self._store = store
        self.policy = policy
        revision, facts = store.load()
        self.network = Network(facts, revision)
        self.compiler = Compiler(self.network)
        self.compiled = False  # whether the wishes are those of the facts; before that a new switch is told nothing
        self._uncompiled: set[Key] = set()
        self.on_work: Callable[[], None] = lambda: None
        self.on_wake: Callable[[str], None] = lambda switch: None
        self._progress_by_switch: dict[tuple[str, int], Progress] = {}  # by name and datapath id
        self._unknown: dict[int, str] = {}
        self._software: dict[int, str] = {}
        self.counters: Counters | None = None  # of the switches, where there are sessions with them
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
        try:
            for index, command in enumerate(commands):
                try:
                    changes = decide(self.network, command, caller)
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
        return outcomes

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

    # work

    def _touch(self, keys: set[Key]) -> None:
        self.compiled = False
        self._uncompiled |= keys
        self.compiler.touch(keys)
        self.on_work()

    def work(self) -> Iterator[None]:
        """Bring every switch's wishes up to the facts, one small step at a time."""
        while not self.compiler.settled or self.compiler.changed():
            yield from self.compiler.settle()
            yield from self._share()
        self.compiled = True
        self._uncompiled.clear()
        for switch, dpid in [of for of in self._progress_by_switch if self.network.switch_of_dpid(of[1]) != of[0]]:
            del self._progress_by_switch[switch, dpid]
            self.on_wake(switch)

    def _share(self) -> Iterator[None]:
        """Hand what has changed to the switches that it has changed for."""
        for switch in self.compiler.changed():
            found = self.network.switch(switch)
            progress = self._progress_by_switch.get((switch, found.dpid)) if found is not None else None
            if progress is None:
                self.compiler.forget_changes(switch)
                continue
            for portion in self.compiler.take_changes(switch):
                progress.want(portion)
                self.on_wake(switch)
                yield

    # switches

    def progress(self, switch: str) -> Progress | None:
        """How far a switch of the model has come; None for others, and while what it should hold is being compiled."""
        found = self.network.switch(switch)
        if found is None:
            return None
        progress = self._progress_by_switch.get((switch, found.dpid))
        if progress is None and self.compiled:
            progress = self._progress_by_switch[switch, found.dpid] = Progress(self.compiler.flows(switch))
        return progress

    def request_audit(self, switch: str) -> None:
        """Let a switch be asked what it holds, as soon as it has no other answer to give. Raises ``KeyError``."""
        if self.network.switch(switch) is None:
            raise KeyError(switch)
        progress = self.progress(switch)
        if progress is not None:
            progress.request_audit()
            self.on_wake(switch)

    def meet_unknown(self, dpid: int, address: str) -> None:
        """A switch has connected that the model does not know. It is told nothing."""
        self._unknown[dpid] = address

    def forget_unknown(self, dpid: int) -> None:
        """That switch has gone, or the model knows it now."""
        self._unknown.pop(dpid, None)

    def unknown_switches(self) -> list[tuple[int, str]]:
        """The switches that are connected and that the model does not know: datapath id, and address."""
        return sorted(self._unknown.items())

    def note_software(self, dpid: int, software: str) -> None:
        """That switch has said which software it is; empty: it is gone, and may come back as another."""
        if software:
            self._software[dpid] = software
        else:
            self._software.pop(dpid, None)

    def software(self, name: str) -> str | None:
        """Which software a connected switch of the model says it is, if it has. Raises ``KeyError``."""
        found = self.network.switch(name)
        if found is None:
            raise KeyError(name)
        return self._software.get(found.dpid)

    # questions

    def port_status(self, port_id: str) -> Status:
        """``port_status(id)`` says whether frames pass, as far as the switches have proven it. Raises ``KeyError``."""
        network = self.network
        port = network.port(port_id)
        if port is None:
            raise KeyError(port_id)
        segment, attachment = network.segment(port.segment), network.attachment(port_id)
        vif = network.vif(attachment.vif) if attachment is not None else None
        if not port.admin_up:
            return Status("DOWN", "the port is administratively down")
        if segment is None or not segment.admin_up:
            return Status("DOWN", "the segment is administratively down")
        if vif is None:
            return Status("DOWN", "no VIF is plugged in")
        if vif.location is None:
            return Status("DOWN", "the VIF is nowhere yet")
        progress = self.progress(vif.location.switch)
        interface = network.interface(vif.location)
        if progress is None or not progress.connected:
            return Status("DOWN", f"switch {vif.location.switch} is not connected, and goes on with what it has")
        if interface is None:
            return Status("DOWN", f"switch {vif.location.switch} has no interface {vif.location.interface}")
        if not interface.up:
            return Status("DOWN", f"interface {vif.location.interface} of {vif.location.switch} is down or shut")
        decisive = {key_of(fact) for fact in (port, vif, interface, attachment) if fact is not None}
        decisive |= {Key("segment", on) for on in port.segments}
        if not decisive.isdisjoint(self._uncompiled):
            return Status("BUILD", "the change is being compiled")
        return self._proof(port_id, port.segments, vif.location.switch)

    def _proof(self, port: str, segments: Sequence[str], at: str) -> Status:
        """Whether every switch that the port's flows live on has acknowledged them, on each of its segments."""
        own = (Key("port", port), *(Key("segment", segment) for segment in segments))
        for switch in sorted({at}.union(*map(self.compiler.span, segments))):
            progress = self.progress(switch)
            if progress is None:
                return Status("BUILD", f"what switch {switch} should hold is being compiled")
            if progress.settled:
                continue
            if not progress.audited_once:
                return Status("BUILD", f"switch {switch} has not said yet what it holds")
            here = self.compiler.wanted_for((*own, Key("switch", switch)))
            places = {entry.identity for audience, entry in here if self.compiler.reaches(audience, switch)}
            unsettled = [found for found in map(progress.unsettled_at, places) if found is not None]
            refused = sorted((found for found in unsettled if found.error), reverse=True)  # meters are named first
            if refused:
                what = "meter" if refused[0].identity.table == METERS else "flow"
                return Status("ERROR", f"switch {switch} refused a {what}: {refused[0].error}")
            if unsettled:
                return Status("BUILD", f"switch {switch} has not acknowledged it yet")
        failed = self.compiler.failure(own)
        return Status("ERROR", failed) if failed else Status("ACTIVE")

    def switch_state(self, name: str) -> SwitchState:
        """How a switch of the model is. Raises ``KeyError``."""
        if self.network.switch(name) is None:
            raise KeyError(name)
        progress = self.progress(name)
        if progress is None:
            return SwitchState(False, False, ())
        problems = tuple(
            f"refused {table_name(entry, self.compiler.pipeline)} {match_text(entry, self.compiler.pipeline)}: {error}"
            for entry, error in progress.refused()
        )
        return SwitchState(progress.connected, progress.settled and self.compiled, problems)

    def link_up(self, link_id: str) -> bool:
        """Whether a link carries frames: admitted, and both ends last seen with carrier. Raises ``KeyError``."""
        link = self.network.link(link_id)
        if link is None:
            raise KeyError(link_id)
        ends = [self.network.interface(end) for end in (link.a, link.b)]
        return link.admin_up and all(interface is not None and interface.up for interface in ends)

    def flows(self, switch: str) -> Iterator[FlowReport]:
        """Every entry that a switch should hold or is believed to hold, with its reasons. Raises ``KeyError``."""
        if self.network.switch(switch) is None:
            raise KeyError(switch)
        progress = self.progress(switch)
        entries = sorted(progress.entries(), key=lambda pair: _reading_order(pair[0])) if progress is not None else []
        return (self._report(switch, entry, state) for entry, state in entries)

    def _report(self, switch: str, entry: Entry, state: str) -> FlowReport:
        pipeline = self.compiler.pipeline
        reasons = self.compiler.because(switch, entry.identity)
        return FlowReport(
            table=table_name(entry, pipeline),
            priority=entry.priority,
            match=match_text(entry, pipeline),
            actions=actions_text(entry, pipeline),
            name=entry.name,
            cookie=entry.cookie,
            stage=self.compiler.stage_of(entry) or next((reason.owner.stage.name for reason in reasons), ""),
            reasons=tuple(map(str, reasons)),
            state=state,
            ofctl=ofctl(entry, pipeline),
        )


def _reading_order(entry: Entry) -> tuple[int, int, bytes]:
    return entry.table, -entry.priority, entry.match
