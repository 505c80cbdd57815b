"""What a stage may read of the model. Every reading is recorded, and that one record is the reason for everything:
what to compile again after a change, what to take away, and why a flow exists."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, NamedTuple, ParamSpec, Protocol, TypeVar, cast

from weft.controller.model.facts import Attachment, Endpoint, Interface, Key, Link, Port, Segment, Switch, Vif
from weft.controller.model.network import ALL_LINKS, Network
from weft.controller.model.trunks import Carrier

P = ParamSpec("P")
T = TypeVar("T")


class Query(NamedTuple):
    """A question about the model whose answer is remembered until something that it read has changed.

    ``rank`` is its place in the order of declaration: a query asks only those declared before it.
    """

    name: str
    rank: int
    answer: Callable[..., Any]


class Asked(NamedTuple):
    """A query with its arguments: what a stage, or another query, has read."""

    query: Query
    arguments: tuple[Hashable, ...]


Read = Key | Asked


class Answers(Protocol):
    """Whoever remembers the answers of queries, and what else is given."""

    def given(self, key: Key) -> Any:
        """What was given under that key; None where nothing was."""

    def answer(self, asked: Asked) -> Any:
        """The answer that holds now."""


QUERIES: list[Query] = []


def query(function: Callable[P, T]) -> Callable[P, T]:
    """Let ``function(view, *arguments)`` be remembered. Its answer must be a value: equal when nothing changed."""
    asked = Query(function.__name__, len(QUERIES), function)
    QUERIES.append(asked)

    def ask(view: View, *arguments: Hashable) -> Any:
        return view.ask(Asked(asked, arguments))

    ask.__doc__, ask.__name__ = function.__doc__, function.__name__
    return cast("Callable[P, T]", ask)


class View:
    """The model, as one evaluation reads it. ``reads`` holds all that it has read so far."""

    __slots__ = ("_answers", "_network", "reads")

    def __init__(self, network: Network, answers: Answers, reads: set[Read]) -> None:
        self._network = network
        self._answers = answers
        self.reads = reads

    def segment(self, id: str) -> Segment | None:
        """The segment of that id."""
        self.reads.add(Key("segment", id))
        return self._network.segment(id)

    def port(self, id: str) -> Port | None:
        """The port of that id."""
        self.reads.add(Key("port", id))
        return self._network.port(id)

    def vif(self, id: str) -> Vif | None:
        """The VIF of that id."""
        self.reads.add(Key("vif", id))
        return self._network.vif(id)

    def attachment(self, port: str) -> Attachment | None:
        """What is plugged into that port."""
        self.reads.add(Key("attachment", port))
        return self._network.attachment(port)

    def carrier(self, port: str) -> Carrier | None:
        """Who carries that port by a tag."""
        self.reads.add(Key("trunking", port))
        return self._network.carrier(port)

    def carried(self, port: str) -> tuple[str, ...]:
        """The ports that that port's trunk carries."""
        self.reads.add(Key("trunking", port))
        return self._network.trunks.carried(port)

    def switch(self, name: str) -> Switch | None:
        """The switch of that name."""
        self.reads.add(Key("switch", name))
        return self._network.switch(name)

    def interface(self, end: Endpoint) -> Interface | None:
        """What its switch said last of that interface."""
        self.reads.add(Key("interface", end))
        return self._network.interface(end)

    def link(self, id: str) -> Link | None:
        """The link of that id."""
        self.reads.add(Key("link", id))
        return self._network.link(id)

    def links(self) -> tuple[str, ...]:
        """All links."""
        self.reads.add(ALL_LINKS)
        return self._network.links()

    def naming(self, attribute: str, id: str) -> tuple[Key, ...]:
        """The facts whose attribute of that name, which an extension declares, names the thing of that id."""
        self.reads.add(Key("naming", (attribute, id)))
        return self._network.naming.naming(attribute, id)

    def members(self, segment: str) -> frozenset[str]:
        """The switches that a VIF of the segment is on."""
        self.reads.add(Key("members", segment))
        return self._network.members(segment)

    def private(self, segment: str) -> bool:
        """Whether a port of the segment names a part in a private VLAN."""
        self.reads.add(Key("private", segment))
        return self._network.private(segment)

    def local(self, segment: str, switch: str) -> tuple[str, ...]:
        """The ports of the segment whose VIFs are on that switch."""
        self.reads.add(Key("local", (segment, switch)))
        return self._network.local(segment, switch)

    def learns(self, switch: str) -> bool:
        """Whether the switch forwards by learning, as bridges do. So does whatever nobody in force vouches for."""
        self.reads.add(Key("switch", switch))
        can = self._network.capabilities_at(switch)
        return can is None or can.learns

    def seated(self, switch: str) -> tuple[str, ...]:
        """The ports whose VIFs are on that switch, whatever their segments, sorted."""
        self.reads.add(Key("seated", switch))
        return self._network.seated(switch)

    def crossing(self, switch: str) -> frozenset[str]:
        """The segments that live on the switch or cross it. It is told of switches without flow tables alone."""
        key = Key("crossing", switch)
        self.reads.add(key)
        crossing: frozenset[str] = self._answers.given(key) or frozenset()
        return crossing

    def ask(self, asked: Asked) -> Any:
        """The answer of a query."""
        self.reads.add(asked)
        return self._answers.answer(asked)
