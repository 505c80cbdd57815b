"""Projects and their things: red's own, blue's that are open to red, and those of one of which red hears nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import count
from typing import Any, NamedTuple

from tests.controller import Controller
from tests.matrix.oracle import Role, Whose
from weft.apps.identity.identity import Identity, Presented, Unidentified
from weft.controller.model.commands import Command, Create, Plug
from weft.controller.model.facts import Pool
from weft.controller.model.traits import Offer

HIDDEN = "hush"  # the project, and a part of every text of what it has
MISSING = "none"  # what is in its place in the ids of what is not there; both are equally long
PROJECT_BY_WHOSE: dict[Whose, str] = {"own": "red", "open": "blue", "hidden": HIDDEN}
IDENTITIES: dict[Role, Identity] = {
    "operator": Identity("olga", None, frozenset({"operator"}), True, "olga"),
    "member": Identity("mia", "red", frozenset({"member"}), False, "mia"),
    "reader": Identity("rob", "red", frozenset({"reader"}), False, "rob"),
    "none": Identity("nina", "red", frozenset({"visitor"}), False, "nina"),
}


def identify(presented: Presented) -> Identity:
    """A token is the name of a role."""
    found = IDENTITIES.get(presented.token)  # type: ignore[call-overload]
    if found is None:
        raise Unidentified("nobody has this token")
    return found


class Place(NamedTuple):
    """Something that there is one of in each case: its kind, whose it is, and how it comes to be open or hidden."""

    kind: str
    whose: Whose
    how: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, (self.whose, self.kind, self.how)))


PLACES = (
    Place("segment", "own"),
    Place("segment", "own", "shared with blue"),
    Place("segment", "open", "shared with red"),
    Place("segment", "open", "shared with everybody"),
    Place("segment", "hidden"),
    Place("port", "own"),
    Place("port", "own", "on a shared segment"),
    Place("port", "open", "offered to red"),
    Place("port", "open", "that red may connect to"),
    Place("port", "hidden"),
    Place("port", "hidden", "on a shared segment"),
    Place("port", "hidden", "on a segment of red's"),
    Place("port", "hidden", "whose offer to red has expired"),
    Place("vif", "own"),
    Place("vif", "hidden"),
    Place("subnet", "own"),
    Place("subnet", "open", "of a shared segment"),
    Place("subnet", "hidden"),
    Place("security_group", "own"),
    Place("security_group", "hidden"),
    Place("trunk", "own"),
    Place("trunk", "hidden"),
)
KINDS = tuple(dict.fromkeys(place.kind for place in PLACES))
FAR_AWAY = 4_000_000_000


class Society:
    """The controller, and what there is. Everything is made by the operator, and anew for each case."""

    def __init__(self) -> None:
        self.net = Controller()
        self._numbers = count(1)
        self.things: dict[str, dict[str, Whose]] = {kind: {} for kind in KINDS}
        for whose in ("own", "open", "hidden"):
            self.segment(whose, f"{self.word(whose)}-home")
        self.things["segment"]["blue-home"] = "hidden"  # only ports on it are open
        self.segment("open", "shared", shared_with=("*",))
        self.segment("own", "red-shared", shared_with=("*",))

    def word(self, whose: Whose) -> str:
        """What the names and ids of such things have in them."""
        return PROJECT_BY_WHOSE[whose]

    def make(self, place: Place) -> str:
        """The id of a new thing that is so."""
        id = f"{self.word(place.whose)}-{place.kind}-{next(self._numbers):06d}"
        match place.kind:
            case "segment":
                shared = {"": (), "shared with blue": ("blue",), "shared with red": ("red",)}.get(place.how, ("*",))
                return self.segment(place.whose, id, shared_with=shared)
            case "port":
                return self._port(place, id)
            case "vif":
                return self._created("vif", place.whose, {"id": id, "mac": self.mac(place.whose)})
            case "security_group":
                return self._created("security_group", place.whose, {"id": id})
            case "trunk":
                return self._created("trunk", place.whose, {"id": id, "port": self.make(Place("port", place.whose))})
            case _:
                segment = "shared" if place.how else f"{self.word(place.whose)}-home"
                return self._subnet(place.whose, id, segment)

    def segment(self, whose: Whose, id: str, **more: Any) -> str:
        """A segment."""
        return self._created("segment", whose, {"id": id, "transport": "local", **more})

    def plugged(self, place: Place) -> str:
        """The id of a new port that is so, with a VIF of the same project in it."""
        port = self.make(place)
        vif = self.make(Place("vif", place.whose))
        self.net.service.submit([Plug(port, vif)])
        return port

    def mac(self, whose: Whose) -> str:
        """An address that nobody else has; those of the hidden begin with 02:66."""
        number = next(self._numbers)
        return (
            f"02:{'66' if whose == 'hidden' else '11'}:00:{number >> 16:02x}:{number >> 8 & 255:02x}:{number & 255:02x}"
        )

    def _port(self, place: Place, id: str) -> str:
        segments = {"on a shared segment": "shared", "on a segment of red's": "red-shared"}
        more: dict[str, Any] = {"segment": segments.get(place.how, f"{self.word(place.whose)}-home")}
        if "offer" in place.how:
            more["offer"] = Offer("project:red", "veth", 1 if "expired" in place.how else FAR_AWAY)
        elif "connect" in place.how:
            more["connect"] = ("owner", "project:red")
        return self._created("port", place.whose, {"id": id, **more})

    def _subnet(self, whose: Whose, id: str, segment: str) -> str:
        number = next(self._numbers)
        base = f"{'66' if whose == 'hidden' else '11'}.{number >> 8}.{number & 255}"
        pools = (Pool(f"{base}.10", f"{base}.20"),)
        return self._created(
            "subnet", whose, {"id": id, "segment": segment, "cidr": f"{base}.0/24", "allocation_pools": pools}
        )

    def _created(self, kind: str, whose: Whose, fields: dict[str, Any]) -> str:
        id, project = str(fields["id"]), PROJECT_BY_WHOSE[whose]
        said = {"name": f"the {project} {kind}", "description": f"of {project}", "tags": (f"{project}-tag",)}
        command: Command = Create(kind, {**said, "project": project, **fields})
        self.net.service.submit([command])
        self.things[kind][id] = whose
        return id

    def visible(self, kind: str, role: Role) -> Iterator[str]:
        """The ids of all things of a kind that somebody with that role may see."""
        for id, whose in self.things[kind].items():
            if role == "operator" or (role in ("member", "reader") and whose != "hidden"):
                yield id


def secrets_in(text: str, asked: Collection[str]) -> list[str]:
    """What a text says of hidden things, beside what was asked for by name itself."""
    for name in sorted(asked, key=len, reverse=True):
        if HIDDEN in name:
            text = text.replace(name, "")
    return [word for word in (HIDDEN, "02:66:", "66.0.") if word in text]
