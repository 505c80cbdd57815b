"""A bed, a controller and what it was told: steps are done here, and frames say whether they were done well."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from itertools import count
from random import Random
from typing import Any, NamedTuple, Protocol, TypeVar

from weft.apps.client import Client, Problem, Unreachable
from weft.conformance.bed import Bed, Sent
from weft.conformance.histories import Base, Reach, created, leveled, machines, made_vif, plugged
from weft.conformance.machine.record import Record
from weft.conformance.machine.rights import forbidden
from weft.conformance.machine.society import Society
from weft.conformance.steps import Step
from weft.conformance.volley import TO_ALL, Shot, Wrong, volley, wrong

PATIENCE = 15.0  # seconds in which all must be as it should, after whatever has happened
_POLL = 0.02
AGAIN = 2  # how often what was lost is sent again: on a busy machine a frame may be lost where nothing is wrong


T = TypeVar("T")


class Controller(Protocol):
    """A controller that runs, and can die and come back with what it has stored."""

    def client(self, project: str | None = None) -> Client:
        """Somebody who asks it: the operator, or a member of a project."""

    def restart(self) -> None:
        """Let it die where it stands, and start again."""

    def close(self) -> None:
        """End it."""


class Outcome(NamedTuple):
    """What came of a step: ``said`` in words, and what is wrong with that."""

    said: str
    complaints: tuple[str, ...] = ()


class World:
    """Everything that a history happens to."""

    def __init__(self, bed: Bed, controller: Controller, patience: float = PATIENCE) -> None:
        self.patience = patience
        self._bed = bed
        self._controller = controller
        self._clients: dict[str | None, Client] = {}
        self.record = Record()
        self._learning = tuple(bed.places) if bed.learns else ()
        self._plain = tuple(bed.places) if bed.plain else ()
        self._real: dict[tuple[str, str], str] = {}  # a machine's interface, as the device calls it or has called it
        self._out: set[str] = set()
        self._disturbed: set[str] = set()
        self.frames = 0  # how many were sent
        self.serials = count()  # of frames
        documents = bed.documents()
        for kind, declared in (("switch", documents["switches"]), ("link", documents["links"])):
            for fields in declared:
                self._ask(Step({"do": "create", "kind": kind, "fields": dict(fields)}))
        for place in bed.places:
            for name in machines():
                self._interface(place, name, there=True)

    @cached_property
    def reach(self) -> Reach:
        """What the bed is, and can."""
        cables = len(self.record.of["link"])
        cuts = cables > 0 and self._bed.cut(0, True)
        outages = self._bed.outage(self._bed.places[0], True)
        return Reach(tuple(self._bed.places), cables, cuts, outages, base=self.base)

    @cached_property
    def base(self) -> Base:
        """A level of security and a kind of VIF that the plug-in honours, the usual ones if it does."""
        level = next(filter(self._honours_level, ("mac+inner", "mac+ip", "mac", "none")), "mac+inner")
        for kind in ("veth", "tap", "physical", "sriov"):
            if self._honours(Base(level, kind)):
                return Base(level, kind)
        return Base(level)

    def _honours_level(self, level: str) -> bool:
        return any(self._honours(Base(level, kind)) for kind in ("veth", "tap", "physical", "sriov"))

    def _honours(self, base: Base) -> bool:
        """Whether a VIF of that kind can be at a place, on a segment of that level."""
        steps = (
            created("segment", id="s1", name="s1", project="red", **leveled(base)),
            created("port", id="p1", name="p1", segment="s1", project="red"),
            made_vif(1, "red", base, self.places[0], machines()[0]),
            plugged("p1", "v1"),
        )
        honoured = all(self._ask(step).said == "granted" for step in steps)
        self.clear()
        return honoured

    @property
    def places(self) -> Sequence[str]:
        """The bed's places."""
        return self._bed.places

    @property
    def society(self) -> Society:
        """Who is there now."""
        return self.record.society(self._learning, self._plain)

    @property
    def quiet(self) -> bool:
        """Whether frames can be judged now: no device is out of reach, and so behind its time."""
        return not self._out

    def close(self) -> None:
        """End the controller; the bed is its owner's."""
        for client in self._clients.values():
            client.close()
        self._controller.close()

    # steps

    def do(self, step: Step) -> Outcome:
        """Do it, and return what came of it."""
        if step.asks:
            return self._ask(step)
        match step.what:
            case {"do": "interface", "place": place, "name": name, "there": there}:
                self._disturbed.add(place)  # not every device tells of that by itself
                self._interface(place, name, there)
            case {"do": "cable", "link": link, "up": up}:
                if not self._bed.cut(link, up):
                    return Outcome("not possible here")
                (self.record.cut.discard if up else self.record.cut.add)(link)
            case {"do": "disturb", "place": place}:
                self._disturbed.add(place)
                return Outcome(self._bed.disturb(place, Random(step.what.get("seed", 0))))
            case {"do": "restart"}:
                self._controller.restart()
                for client in self._clients.values():
                    client.close()
                self._clients.clear()
            case {"do": "outage", "place": place, "over": over}:
                if not self._bed.outage(place, over):
                    return Outcome("not possible here")
                (self._out.discard if over else self._out.add)(place)
        return Outcome("done")

    def _ask(self, step: Step) -> Outcome:
        why = forbidden(self.record, step.who, step.what)
        try:
            (made,) = self._client(step.who).transaction([self._resolved(step.what)])["results"]
        except Problem as problem:
            if problem.status >= 500:
                return Outcome(str(problem), (f"the controller failed: {problem}",))
            return Outcome(f"refused: {problem.field or ''} {problem.rule or problem.detail}")
        what = dict(step.what)
        if what["do"] == "create":
            what["fields"] = {"id": made["id"], **what["fields"]}
        self.record.note(what, step.who)
        if why:
            return Outcome("granted", (f"granted to project {step.who}, and must be refused: {why}",))
        return Outcome("granted")

    def clear(self) -> None:
        """Delete all that projects have, and put right what was cut, shut or unplugged."""
        for port in sorted(self.record.plugged):
            self._ask(Step({"do": "unplug", "port": port}))
        for kind in ("vif", "port", "segment"):
            for id in sorted(self.record.of[kind]):
                self._ask(Step({"do": "delete", "kind": kind, "id": id}))
        for number, (id, link) in enumerate(self.record.of["link"].items()):
            if not link["admin_up"]:
                self._ask(Step({"do": "update", "kind": "link", "id": id, "fields": {"admin_up": True}}))
            if number in self.record.cut:
                self.do(Step({"do": "cable", "link": number, "up": True}))
        for place in self.places:
            for name in machines():
                self._interface(place, name, there=True)

    def _interface(self, place: str, name: str, there: bool) -> None:
        if there and (place, name) not in self.record.there:
            self._real[place, name] = self._bed.plug(place, name)
            self.record.there.add((place, name))
        elif not there and (place, name) in self.record.there:
            self._bed.unplug(place, self._real[place, name])
            self.record.there.discard((place, name))

    def _resolved(self, what: Mapping[str, Any]) -> dict[str, Any]:
        """The command, with the interface as the device calls it."""
        fields = what.get("fields")
        if what.get("kind") != "vif" or not fields or not fields.get("interface"):
            return dict(what)
        place, name = fields["switch"], fields["interface"]
        return {**what, "fields": {**fields, "interface": self._real[place, name]}}

    def _client(self, project: str | None) -> Client:
        if project not in self._clients:
            self._clients[project] = self._controller.client(project)
        return self._clients[project]

    # how it is

    def settle(self, patience: float | None = None) -> list[str]:
        """Wait until the controller says that all is as it should be; what it says instead, when it does not."""
        return _await(self._unsettled, self.patience if patience is None else patience)

    def _unsettled(self) -> list[str]:
        client = self._client(None)
        try:
            switches, links, ports = client.list("switch"), client.list("link"), client.list("port")
        except (Unreachable, Problem) as error:
            return [f"the controller does not answer: {error}"]
        found = [
            f"place {s['id']} is {'not settled' if s['connected'] else 'not connected'}: {', '.join(s['problems'])}"
            for s in switches
            if s["id"] not in self._out and not (s["connected"] and s["settled"])
        ]
        wanted = {link["id"]: link for link in links}
        for number, (id, fields) in enumerate(self.record.of["link"].items()):
            link = wanted.get(id) or next((one for one in links if one["a"] == fields["a"]), None)
            up = fields["admin_up"] and number not in self.record.cut
            if link is None or link["up"] != up:
                found.append(f"link {id} is {'down' if up else 'up'}, and must not be")
        speaking = self._speaking()
        for port in ports:
            state = port["status"]["state"]
            if (state == "ACTIVE") != (port["id"] in speaking):
                must = "ACTIVE" if port["id"] in speaking else "not ACTIVE"
                found.append(f"port {port['id']} is {state} ({port['status']['reason']}), and must be {must}")
        missing = self.record.of["port"].keys() - {port["id"] for port in ports}
        return [*found, *(f"port {id} is gone, and must be there" for id in sorted(missing))]

    def _speaking(self) -> set[str]:
        there = self.society
        return {one.port for one in there.stations.values() if one.up and one.segment not in there.shut}

    def listen(self, chance: Random, patience: float | None = None) -> list[Wrong]:
        """Send a volley, and return what is wrong."""
        begin = chance.getstate()

        def fire() -> list[Wrong]:
            chance.setstate(begin)
            return self._fire(chance)

        return self.repaired(fire, patience)

    def repaired(self, look: Callable[[], list[T]], patience: float | None = None) -> list[T]:
        """What a look finds wrong. A device that was disturbed is asked what it holds, and may take a while."""
        if not self._disturbed:
            return look()

        def again() -> list[T]:
            for place in self._disturbed:
                self._client(None).audit(place)
            time.sleep(_POLL)
            self.settle(patience)
            return look()

        found = _await(again, self.patience if patience is None else patience)
        self._disturbed.clear()
        return found

    def _fire(self, chance: Random) -> list[Wrong]:
        names = {(one.switch, one.interface): one.name for one in self.society.stations.values()}
        shots = [*volley(self.society, self.record.there, chance, self.serials, self._vlans())]
        found = [complaint for shot, heard in self.exchange(shots) for complaint in wrong(shot, heard, names)]
        for _ in range(AGAIN):
            lost = [complaint.shot for complaint in found if complaint.what == "lost"]
            if not lost:
                break
            time.sleep(5 * _POLL)
            found = [complaint for complaint in found if complaint.what != "lost"]
            found += [complaint for shot, heard in self.exchange(lost) for complaint in wrong(shot, heard, names)]
        return found

    def exchange(self, shots: list[Shot]) -> list[tuple[Shot, list[Sent]]]:
        """Let machines send, and return what was heard of each frame."""
        logical = {(place, real): name for (place, name), real in self._real.items()}
        frames = [shot.sent._replace(interface=self._real[shot.sent.place, shot.sent.interface]) for shot in shots]
        heard = self._bed.send(frames)
        self.frames += len(frames)
        return [
            (shot, [at._replace(interface=logical.get((at.place, at.interface), at.interface)) for at in ears])
            for shot, ears in zip(shots, heard, strict=True)
        ]

    def _vlans(self) -> list[int]:
        """The tags of segments on cables, as the controller has chosen them."""
        found = self._client(None).list("segment")
        return sorted({segment["segmentation_id"] for segment in found if segment["segmentation_id"]})

    def introduce(self) -> None:
        """Where MACs are learned, let everybody say something, so that it is known where they are."""
        there = self.society
        if there.learning:
            said = volley(there, self.record.there, Random(0), self.serials)
            self.exchange([shot for shot in said if shot.name == TO_ALL and shot.sender is not None])

    def explained(self) -> list[str]:
        """What the controller itself says of what is wrong: ports and the doctor's findings."""
        try:
            client = self._client(None)
            ports = [f"port {p['id']} is {p['status']['state']} {p['status']['reason']}" for p in client.list("port")]
            return [*ports, *(f"doctor: {f['severity']} {f['about']}: {f['what']}" for f in client.doctor())]
        except (Unreachable, Problem) as error:
            return [f"the controller does not answer: {error}"]


def _await(wrong: Callable[[], list[T]], patience: float) -> list[T]:
    end = time.monotonic() + patience
    while (found := wrong()) and time.monotonic() < end:
        time.sleep(_POLL)
    return found
