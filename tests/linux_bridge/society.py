"""Machines at Linux bridges, and a network that says what they may: commands go in, frames come out."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tests.world import World
from weft.apps.plugins.linux_bridge.bed import LinuxBridges
from weft.apps.plugins.linux_bridge.items import Identity, Item, same
from weft.apps.plugins.linux_bridge.plugin import linux_bridge
from weft.conformance.bed import Sent, mark
from weft.controller.model.commands import Create, ObserveInterfaces
from weft.controller.model.facts import Endpoint, Vif

BROADCAST = "ff:ff:ff:ff:ff:ff"


class Society:
    """A bed's places, and whoever is plugged in there."""

    def __init__(self, places: Iterable[str] = ("h1", "h2")) -> None:
        self.bed = LinuxBridges(Path(), tuple(places))
        self.bed.look = 0.0  # nobody looks but us
        self.plugin = linux_bridge(self.bed.settings()["linux-bridge"])
        self.world = World(plugins=(self.plugin,))
        self._serials = 0
        self._numbers: dict[str, dict[str, int]] = {}
        documents = self.bed.documents()
        for switch in documents["switches"]:
            self.world.do(Create("switch", {**switch, "fabric_interfaces": tuple(switch["fabric_interfaces"])}))
        self.observe()
        for link in documents["links"]:
            self.world.do(Create("link", {end: (at["switch"], at["interface"]) for end, at in link.items()}))

    def observe(self) -> None:
        """Tell the network of the interfaces that there are."""
        for place in self.bed.places:
            self.world.do(ObserveInterfaces(place, self._numbered(place), whole=True))

    def _numbered(self, place: str) -> dict[str, tuple[int, bool]]:
        """The place's interfaces, each with the number that it had when it was seen first."""
        numbers = self._numbers.setdefault(place, {})
        return {
            name: (numbers.setdefault(name, len(numbers) + 1), up)
            for name, up in sorted(self.plugin.interfaces(place).items())
        }

    def machine(self, name: str, segment: str, place: str, mac: str, **traits: object) -> None:
        """A machine with its VIF, plugged into a port with these traits."""
        interface = self.bed.plug(place, name)
        self.observe()
        self.world.vif(name, segment, place, interface, mac, **traits)

    def settle(self) -> int:
        """Bring every bridge up to the network; how much had to be written."""
        written = 0
        for place in self.bed.places:
            puts, drops = self.difference(place)
            if puts or drops:
                assert self.plugin.apply(place, puts, drops) == {}
            written += len(puts) + len(drops)
        return written

    def difference(self, place: str) -> tuple[list[Item], list[Identity]]:
        """What the bridge should hold and does not, and what it holds and should not."""
        wanted = self.world.compile().compiler.wanted(place)
        assert wanted is not None
        found = {item.identity: item for item in self.plugin.read_back(place)}
        puts = [item for i, item in wanted.items() if i not in found or not same(item, found[i])]
        return puts, [identity for identity in found if identity not in wanted]

    def send(self, sender: str, to: str = BROADCAST, source: str = "", ethertype: str = "88b5") -> set[str]:
        """Who hears a frame of that machine's; that it arrives twice or with a tag is an error."""
        return self.say(sender, self._frame(sender, to, source, ethertype))

    def seal(self) -> bytes:
        """What makes a frame known again."""
        self._serials += 1
        return mark(self._serials)

    def exchange(self, frames: Iterable[tuple[str, str]]) -> list[set[str]]:
        """Who hears each of these frames, given as sender and destination."""
        made = [(sender, self._frame(sender, to)) for sender, to in frames]
        return self._heard(made)

    def say(self, sender: str, octets: bytes) -> set[str]:
        """Who hears these octets, as they are."""
        return self._heard([(sender, octets)])[0]

    def _frame(self, sender: str, to: str, source: str = "", ethertype: str = "88b5") -> bytes:
        source = source or self.vif(sender).mac
        return bytes.fromhex((to + source).replace(":", "") + ethertype) + self.seal()

    def _heard(self, frames: list[tuple[str, bytes]]) -> list[set[str]]:
        at = {vif.location: vif.id for vif in self.world.network.of_kind("vif") if isinstance(vif, Vif)}
        ends = {who: where for where, who in at.items()}
        sent = []
        for sender, octets in frames:
            where = ends[sender]
            assert where is not None
            sent.append(Sent(where.switch, where.interface, octets))
        found = []
        for (_, octets), heard in zip(frames, self.bed.send(sent), strict=True):
            names = [at.get(Endpoint(one.place, one.interface), "nobody") for one in heard]
            assert len(names) == len(set(names)), f"twice: {names}"
            assert all(one.frame == octets for one in heard), heard
            found.append(set(names))
        return found

    def vif(self, name: str) -> Vif:
        """The machine's VIF."""
        vif = self.world.network.vif(name)
        assert vif is not None
        return vif

    def close(self) -> None:
        """Nothing is left."""
        self.bed.close()
