"""Random histories of what people and misfortune do to a network, biased towards what is interesting.

A history is made step by step from what holds at the moment, so that most steps make sense; the same seed and the same
answers give the same history.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from typing import Any, NamedTuple

from weft.conformance.machine.record import Record
from weft.conformance.machine.society import LEVELS
from weft.conformance.steps import Step

PROJECTS = ("red", "blue")
MACHINES = 4  # interfaces of machines at each place
VIRTUAL_MAC = "00:00:5e:00:01:0a"
FAR_FUTURE = "2099-01-01T00:00:00Z"
_SEGMENTS, _PORTS = 5, 9


class Base(NamedTuple):
    """What every plug-in's network is made of: a level of security and a kind of VIF that it can honour."""

    security: str = "mac+inner"
    vif_kind: str = "veth"


USUAL = Base()


class Reach(NamedTuple):
    """What a bed is, and can: its places and cables, and which misfortunes it has."""

    places: Sequence[str]
    cables: int = 0
    cuts: bool = False
    outages: bool = False
    disturbs: bool = True
    restarts: bool = True
    base: Base = USUAL


def created(kind: str, who: str | None = None, **fields: Any) -> Step:
    """Make a thing."""
    return Step({"do": "create", "kind": kind, "fields": fields}, who)


def updated(kind: str, id: str, who: str | None = None, **fields: Any) -> Step:
    """Change a thing."""
    return Step({"do": "update", "kind": kind, "id": id, "fields": fields}, who)


def deleted(kind: str, id: str, who: str | None = None) -> Step:
    """Delete a thing."""
    return Step({"do": "delete", "kind": kind, "id": id}, who)


def plugged(port: str, vif: str, who: str | None = None) -> Step:
    """Put a VIF into a port."""
    return Step({"do": "plug", "port": port, "vif": vif}, who)


def unplugged(port: str, who: str | None = None) -> Step:
    """Take it out."""
    return Step({"do": "unplug", "port": port}, who)


def machines() -> list[str]:
    """What the machines' interfaces at a place are called."""
    return [f"m{number}" for number in range(1, MACHINES + 1)]


def foundation(places: Sequence[str], base: Base = USUAL) -> Iterator[Step]:
    """A small network to begin with: two projects, a segment of each, and a VIF of each at each place."""
    level = leveled(base)
    yield created("segment", id="s1", name="s1", project="red", shared_with=["blue"], **level)
    yield created("segment", id="s2", name="s2", project="blue", **level)
    for number, (place, segment) in enumerate(((place, segment) for place in places for segment in ("s1", "s2")), 1):
        project = "red" if segment == "s1" else "blue"
        machine = machines()[0 if segment == "s1" else 1]
        yield created("port", id=f"p{number}", name=f"p{number}", segment=segment, project=project)
        yield made_vif(number, project, base, place, machine)
        yield plugged(f"p{number}", f"v{number}")


def leveled(base: Base) -> dict[str, str]:
    """What a segment must say of its security."""
    return {"security": base.security} if base.security != USUAL.security else {}


def made_vif(
    number: int, project: str, base: Base = USUAL, place: str | None = None, machine: str | None = None
) -> Step:
    """A VIF with a MAC of its own."""
    where = {"switch": place, "interface": machine} if place else {}
    if base.vif_kind != USUAL.vif_kind:
        where["vif_kind"] = base.vif_kind
    return created("vif", id=f"v{number}", project=project, mac=f"02:00:00:00:00:{number:02x}", **where)


class Fate:
    """What happens next."""

    def __init__(self, chance: Random, reach: Reach, record: Record, refused: frozenset[str] = frozenset()) -> None:
        self._chance = chance
        self._reach = reach
        self._record = record
        self._refused = refused
        self._out: str | None = None  # the place whose device cannot be spoken with
        self._steps: Sequence[tuple[int, Callable[[], Step | None]]] = (
            (24, self._trait),
            (8, self._shut_port),
            (5, self._segment),
            (9, self._plug),
            (6, self._unplug),
            (10, self._move),
            (3, self._mac),
            (4, self._make_segment),
            (6, self._make_port),
            (5, self._make_vif),
            (6, self._delete),
            (3, self._offer),
            (3, self._link),
            (4 if reach.cuts else 0, self._cable),
            (4 if reach.disturbs else 0, self._disturb),
            (2 if reach.restarts else 0, self._restart),
            (2 if reach.outages else 0, self._outage),
            (3, self._interface),
        )

    def next(self) -> Step:
        """A step that may well be granted."""
        if self._out is not None and self._chance.random() < 0.3:
            return self._outage()
        weights = [weight for weight, _ in self._steps]
        while True:
            _, make = self._chance.choices(self._steps, weights)[0]
            step = make()
            if step is None or (self._out is not None and step.what["do"] in ("restart", "disturb")):
                continue
            if not self._idle(step) or self._chance.random() < 0.05:
                return step

    def _idle(self, step: Step) -> bool:
        """Whether it changes nothing."""
        if step.what["do"] != "update":
            return False
        there = self._record.of[step.what["kind"]].get(step.what["id"], {})
        return all(there.get(name) == value for name, value in step.what["fields"].items())

    # who asks

    def _asker(self, kind: str, id: str) -> str | None:
        """The operator, the project itself, or now and then somebody whose business it is not."""
        project = self._record.of[kind].get(id, {}).get("project", "red")
        other = PROJECTS[project == PROJECTS[0]]
        return self._chance.choices((None, project, other), (5, 3, 2))[0]

    def _one(self, things: Mapping[str, Any] | Sequence[str]) -> str | None:
        names = sorted(things)
        return self._chance.choice(names) if names else None

    def _spare(self, kind: str, prefix: str, most: int) -> str | None:
        spare = [f"{prefix}{n}" for n in range(1, most + 1) if f"{prefix}{n}" not in self._record.of[kind]]
        return self._chance.choice(spare) if spare else None

    # traits

    def _trait(self) -> Step | None:
        port = self._one(self._record.plugged) if self._chance.random() < 0.85 else self._one(self._record.of["port"])
        if port is None:
            return None
        who = None if self._chance.random() < 0.7 else self._asker("port", port)
        return updated("port", port, who, **self._some_trait(port))

    def _some_trait(self, port: str) -> dict[str, Any]:
        number = int(port[1:])
        own4, own6 = f"10.0.0.{number}", f"2001:db8::{number:x}"
        segments = [id for id in self._record.of["segment"] if id != self._record.of["port"][port]["segment"]]
        chance = self._chance
        choices: dict[str, Callable[[], Any]] = {
            "security": lambda: chance.choice((None, *LEVELS)),
            "fixed_ips": lambda: chance.choice(([], [own4], [own4, own6])),
            "allowed_addresses": lambda: chance.choice(
                (
                    [],
                    [{"mac": VIRTUAL_MAC, "prefix": "10.0.9.9/32"}],
                    [{"mac": VIRTUAL_MAC, "prefix": None}],
                    [{"mac": None, "prefix": f"10.1.{number}.0/24"}],
                )
            ),
            "router": lambda: chance.random() < 0.6,
            "dhcp_server": lambda: chance.random() < 0.6,
            "promiscuous": lambda: chance.random() < 0.6,
            "trunk": lambda: [
                {"tag": tag, "segment": segment}
                for tag, segment in enumerate(chance.sample(segments, min(len(segments), chance.randint(0, 2))), 100)
            ],
            "isolated": lambda: chance.choice(
                (None, "isolated", "isolated", "promiscuous", "community:1", "community:2")
            ),
            "max_rate": lambda: chance.choice((None, 100_000_000)),
            "max_broadcast": lambda: chance.choice((None, 1_000_000)),
        }
        names = [name for name in choices if name not in self._refused] or ["fixed_ips"]
        name = chance.choice(names)
        fields = {name: choices[name]()}
        if name == "max_rate":
            fields["burst"] = fields["max_rate"]
        return fields

    def _shut_port(self) -> Step | None:
        port = self._one(self._record.plugged)
        if port is None:
            return None
        up = not self._record.of["port"][port]["admin_up"]
        return updated("port", port, self._asker("port", port), admin_up=up)

    def _segment(self) -> Step | None:
        segment = self._one(self._record.of["segment"])
        if segment is None:
            return None
        fields = self._chance.choice(
            (
                {"admin_up": not self._record.of["segment"][segment]["admin_up"]},
                {"admin_up": True},
                {"security": self._chance.choice(LEVELS)},
                {"vlan_transparent": self._chance.random() < 0.5},
                {"shared_with": self._chance.choice(([], list(PROJECTS)))},
            )
        )
        return updated("segment", segment, self._asker("segment", segment), **fields)

    def _offer(self) -> Step | None:
        port = self._one([port for port in self._record.of["port"] if port not in self._record.plugged])
        if port is None:
            return None
        to = f"project:{self._chance.choice(PROJECTS)}"
        offer = {"to": to, "vif_kind": self._reach.base.vif_kind, "expires": FAR_FUTURE}
        fields = self._chance.choice(({"offer": offer}, {"offer": None}, {"connect": [to]}, {"connect": ["owner"]}))
        return updated("port", port, self._asker("port", port), **fields)

    # plugging and moving

    def _plug(self) -> Step | None:
        port = self._one([port for port in self._record.of["port"] if port not in self._record.plugged])
        vif = self._one([vif for vif in self._record.of["vif"] if self._record.port_of(vif) is None])
        return plugged(port, vif, self._asker("vif", vif)) if port and vif else None

    def _unplug(self) -> Step | None:
        port = self._one(self._record.plugged)
        return unplugged(port, self._asker("port", port)) if port else None

    def _somewhere(self) -> dict[str, Any]:
        taken = {(vif["switch"], vif["interface"]) for vif in self._record.of["vif"].values()}
        free = [(place, name) for place in self._reach.places for name in machines() if (place, name) not in taken]
        if not free or self._chance.random() < 0.1:
            return {"switch": None, "interface": None}
        place, name = self._chance.choice(free)
        return {"switch": place, "interface": name}

    def _move(self) -> Step | None:
        vif = self._one([*self._record.plugged.values()]) or self._one(self._record.of["vif"])
        return updated("vif", vif, None if self._chance.random() < 0.9 else "red", **self._somewhere()) if vif else None

    def _mac(self) -> Step | None:
        vif = self._one(self._record.of["vif"])
        return updated("vif", vif, mac=f"02:00:00:00:00:{self._chance.randint(1, _PORTS):02x}") if vif else None

    # making and deleting

    def _make_segment(self) -> Step | None:
        id = self._spare("segment", "s", _SEGMENTS)
        if id is None:
            return None
        who = self._chance.choice((None, *PROJECTS))
        project = who or self._chance.choice(PROJECTS)
        fields: dict[str, Any] = {
            "transport": self._chance.choice(("vlan", "vlan", "local")),
            **leveled(self._reach.base),
        }
        if self._chance.random() < 0.3:
            fields["shared_with"] = [project for project in PROJECTS if project != who]
        return created("segment", who, id=id, name=id, project=project, **fields)

    def _make_port(self) -> Step | None:
        id, segment = self._spare("port", "p", _PORTS), self._one(self._record.of["segment"])
        if id is None or segment is None:
            return None
        return created("port", self._chance.choice((None, None, *PROJECTS)), id=id, name=id, segment=segment)

    def _make_vif(self) -> Step | None:
        id = self._spare("vif", "v", _PORTS)
        if id is None:
            return None
        step = made_vif(int(id[1:]), self._chance.choice(PROJECTS), self._reach.base)
        where = {name: value for name, value in self._somewhere().items() if value}
        return created("vif", **{**step.what["fields"], **where})

    def _delete(self) -> Step | None:
        kind = self._chance.choice(("port", "vif", "vif", "segment"))
        id = self._one(self._record.of[kind])
        return deleted(kind, id, self._asker(kind, id)) if id else None

    # the fabric, and misfortune

    def _link(self) -> Step | None:
        link = self._one(self._record.of["link"])
        up = self._chance.random() < 0.4
        return updated("link", link, self._chance.choice((None, None, "red")), admin_up=up) if link else None

    def _cable(self) -> Step | None:
        if not self._reach.cables:
            return None
        link = self._chance.randrange(self._reach.cables)
        return Step({"do": "cable", "link": link, "up": link in self._record.cut})

    def _disturb(self) -> Step:
        place = self._chance.choice(self._reach.places)
        return Step({"do": "disturb", "place": place, "seed": self._chance.randrange(1 << 30)})

    def _restart(self) -> Step:
        return Step({"do": "restart"})

    def _outage(self) -> Step:
        out, self._out = self._out, None if self._out else self._chance.choice(self._reach.places)
        return Step({"do": "outage", "place": out or self._out, "over": out is not None})

    def _interface(self) -> Step:
        place, name = self._chance.choice(self._reach.places), self._chance.choice(machines())
        gone = [
            end for end in ((p, m) for p in self._reach.places for m in machines()) if end not in self._record.there
        ]
        if gone:
            place, name = gone[0]
        return Step({"do": "interface", "place": place, "name": name, "there": bool(gone)})
