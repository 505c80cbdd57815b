"""What is wanted of every switch, how far each has come, and what that means for the ports.

Here the network meets what switches have proven. Whoever writes is the ``Service``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from weft.controller.compile.composed import ALONE, Composed
from weft.controller.compile.variant import Variant
from weft.controller.contracts import Counters, Plugin
from weft.controller.flow.entry import Entry, Identity
from weft.controller.flow.meter import METERS
from weft.controller.flow.text import actions_text, match_text, ofctl, table_name
from weft.controller.model.facts import Key, Switch, key_of
from weft.controller.model.network import Network
from weft.controller.shadow import Shadows
from weft.controller.sync.manner import ENTRIES, PLAIN
from weft.controller.sync.progress import Progress


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


class Switched(NamedTuple):
    """Which device a switch of the model is: another one of the same name is another device."""

    name: str
    plugin: str
    dpid: int | None


def _switched(switch: Switch) -> Switched:
    return Switched(switch.id, switch.plugin, switch.dpid)


NONE: Mapping[str, Plugin[Any]] = {}


class FabricState:
    """The wishes for every switch, kept up to the facts, and what each switch has acknowledged of them."""

    def __init__(
        self,
        network: Network,
        composed: Composed = ALONE,
        variants: Mapping[str, Variant | str] | None = None,
        plugins: Mapping[str, Plugin[Any]] = NONE,
    ) -> None:
        self.network = network
        self.extensions = composed.extensions
        self.plugins = plugins  # in force beside the flow compiler, by name
        desired = {name: one.desired for name, one in plugins.items() if not one.capabilities.flow_tables}
        self.shadows = Shadows(network, variants, composed, desired)
        self.compiler = self.shadows.running.compiler  # what the switches follow
        self.compiled = False  # whether the wishes are those of the facts; before that a new switch is told nothing
        self._uncompiled: set[Key] = set()
        self.on_work: Callable[[], None] = lambda: None
        self.on_wake: Callable[[str], None] = lambda switch: None
        self.on_touch: list[Callable[[Collection[Key]], None]] = []  # told at once which facts are others now
        self._progress_by_switch: dict[Switched, Progress[Any]] = {}
        self._unknown: dict[int, str] = {}
        self._troubles: dict[str, str] = {}  # of places, by name
        self._software: dict[int, str] = {}
        self.counters: Counters | None = None  # of the switches, where there are sessions with them

    # work

    def _touch(self, keys: set[Key]) -> None:
        self.compiled = False
        self._uncompiled |= keys
        self.compiler.touch(keys)
        self.shadows.touch(keys)
        for tell in self.on_touch:
            tell(keys)
        self.on_work()

    def work(self) -> Iterator[None]:
        """Bring every switch's wishes up to the facts, one small step at a time."""
        while not self.compiler.settled or self.compiler.changed() or self.shadows.due:
            yield from self.compiler.settle()
            yield from self._share()
            if self.shadows.due:
                yield from self._follow()
        self.compiled = True
        self._uncompiled.clear()
        for known in list(self._progress_by_switch):
            found = self.network.switch(known.name)
            if found is None or _switched(found) != known:
                del self._progress_by_switch[known]
                self.on_wake(known.name)

    def _follow(self) -> Iterator[None]:
        """Let every switch follow the stages that were promoted."""
        self.compiled = False
        self.compiler = self.shadows.promote()
        for known, progress in [*self._progress_by_switch.items()]:
            wanted = self.compiler.wanted(known.name)
            if wanted is not None:
                yield from progress.wanting(wanted)
                self.on_wake(known.name)

    def shadow_work(self) -> Iterator[None]:
        """Compile what no switch is told of, one small step at a time; for when there is nothing else to do."""
        yield from self.shadows.work()
        if self.shadows.due:
            self.on_work()

    def _share(self) -> Iterator[None]:
        """Hand what has changed to the switches that it has changed for."""
        for switch in self.compiler.changed():
            found = self.network.switch(switch)
            progress = self._progress_by_switch.get(_switched(found)) if found is not None else None
            if progress is None:
                self.compiler.forget_changes(switch)
                continue
            for portion in self.compiler.take_changes(switch):
                progress.want(portion)
                self.on_wake(switch)
                yield

    # switches

    def progress(self, switch: str) -> Progress[Any] | None:
        """How far a switch of the model has come; None for others, and while nobody can say what it should hold."""
        found = self.network.switch(switch)
        if found is None:
            return None
        progress = self._progress_by_switch.get(_switched(found))
        if progress is None and self.compiled:
            wanted = self.compiler.wanted(switch)
            if wanted is not None:
                plugin = self.plugins.get(found.plugin)
                progress = Progress(wanted, getattr(plugin, "manner", PLAIN) if plugin is not None else ENTRIES)
                self._progress_by_switch[_switched(found)] = progress
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

    def note_trouble(self, place: str, trouble: str) -> None:
        """Why a place cannot be driven now; empty: it can."""
        if trouble:
            self._troubles[place] = trouble
        else:
            self._troubles.pop(place, None)

    def software(self, name: str) -> str | None:
        """Which software a connected switch of the model says it is, if it has. Raises ``KeyError``."""
        found = self.network.switch(name)
        if found is None:
            raise KeyError(name)
        return self._software.get(found.dpid) if found.dpid is not None else None

    # questions

    def port_status(self, port_id: str, settled: set[str] | None = None) -> Status:
        """``port_status(id)`` says whether frames pass, as far as the switches have proven it. Raises ``KeyError``.

        Who asks of many ports in one breath gives the same set each time, of switches that are known to be settled.
        """
        network = self.network
        port = network.port(port_id)
        if port is None:
            raise KeyError(port_id)
        segment, attachment = network.segment(port.segment), network.attachment(port_id)
        carrier, at = network.carrier(port_id), network.location(port_id)
        bearing = network.port(carrier.port) if carrier is not None else None
        if not port.admin_up:
            return Status("DOWN", "the port is administratively down")
        if segment is None or not segment.admin_up:
            return Status("DOWN", "the segment is administratively down")
        if attachment is None:
            return Status("DOWN", "no VIF is plugged in")
        if bearing is not None and not bearing.admin_up:
            return Status("DOWN", "the trunk's port is administratively down")
        if at is None:
            return Status("DOWN", "the VIF is nowhere yet")
        progress = self.progress(at.switch)
        interface = network.interface(at)
        if network.capabilities_at(at.switch) is None:
            return Status("DOWN", f"the plug-in of switch {at.switch} is not in force, and nobody drives it")
        if progress is None or not progress.connected:
            return Status("DOWN", f"switch {at.switch} is not connected, and goes on with what it has")
        if interface is None:
            return Status("DOWN", f"switch {at.switch} has no interface {at.interface}")
        if not interface.up:
            return Status("DOWN", f"interface {at.interface} of {at.switch} is down or shut")
        if self._uncompiled:
            plugged = (network.vif_in(port_id), bearing, network.vif_in(bearing.id) if bearing is not None else None)
            decisive = {key_of(fact) for fact in (port, interface, attachment, *plugged) if fact is not None}
            decisive |= {Key("trunking", port_id), *(Key("segment", on) for on in port.segments)}
            if not decisive.isdisjoint(self._uncompiled):
                return Status("BUILD", "the change is being compiled")
        return self._proof(port_id, port.segments, at.switch, set() if settled is None else settled)

    def _proof(self, port: str, segments: Sequence[str], at: str, settled: set[str]) -> Status:
        """Whether every switch that the port's flows live on has acknowledged them, on each of its segments."""
        own = (Key("port", port), *(Key("segment", segment) for segment in segments))
        about = {port, *segments}
        for switch in sorted({at}.union(*map(self.compiler.span, segments)) - settled):
            progress = self.progress(switch)
            if progress is None:
                return Status("BUILD", f"what switch {switch} should hold is being compiled")
            if progress.settled:
                settled.add(switch)
                continue
            if not progress.audited_once:
                return Status("BUILD", f"switch {switch} has not said yet what it holds")
            if self.compiler.has_tables(switch):
                here = self.compiler.wanted_for((*own, Key("switch", switch)))
                places = {entry.identity for audience, entry in here if self.compiler.reaches(audience, switch)}
                unsettled = [found for found in map(progress.unsettled_at, places) if found is not None]
            else:
                unsettled = [one for one in progress.unsettled() if about.intersection(one.about or about)]
            refused = sorted((found for found in unsettled if found.error), reverse=True)  # meters are named first
            if refused:
                return Status("ERROR", f"switch {switch} refused {_named(refused[0].identity)}: {refused[0].error}")
            if unsettled:
                return Status("BUILD", f"switch {switch} has not acknowledged it yet")
        failed = self.compiler.failure((*own, Key("switch", at)))
        return Status("ERROR", failed) if failed else Status("ACTIVE", self.compiler.quarantined(own))

    def switch_state(self, name: str) -> SwitchState:
        """How a switch of the model is. Raises ``KeyError``."""
        if self.network.switch(name) is None:
            raise KeyError(name)
        problems = [self._troubles[name]] if name in self._troubles else []
        if self.network.capabilities_at(name) is None:
            problems = ["its plug-in is not in force: it is not driven, and keeps what it has"]
        progress = self.progress(name)
        if progress is None:
            return SwitchState(False, False, tuple(problems))
        failed = self.compiler.failure([Key("switch", name)])
        problems += [failed] if failed else []
        problems += [f"refused {self._words(item)}: {error}" for item, error in progress.refused()]
        return SwitchState(progress.connected, progress.settled and self.compiled, tuple(problems))

    def _words(self, item: Any) -> str:
        """What is wanted of a switch, in short."""
        if not isinstance(item, Entry):
            return str(item)
        return f"{table_name(item, self.compiler.pipeline)} {match_text(item, self.compiler.pipeline)}"

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
        entries = list(progress.entries()) if progress is not None else []
        if not self.compiler.has_tables(switch):
            entries.sort(key=lambda pair: pair[0].identity)
            return (_item_report(item, state) for item, state in entries)
        entries.sort(key=lambda pair: _reading_order(pair[0]))
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


def _named(identity: Any) -> str:
    """What a refused identity is of."""
    if isinstance(identity, Identity):
        return "a meter" if identity.table == METERS else "a flow"
    return " ".join(map(str, identity)) if isinstance(identity, tuple) else str(identity)


def _item_report(item: Any, state: str) -> FlowReport:
    """An item of a plug-in's own kind, in its own words."""
    return FlowReport(type(item).__name__, 0, "", str(item), "", 0, "", (), state, "")


def _reading_order(entry: Entry) -> tuple[int, int, bytes]:
    return entry.table, -entry.priority, entry.match
