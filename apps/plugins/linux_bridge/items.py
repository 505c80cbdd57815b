"""What a Linux bridge holds of ours: its own settings, those of its interfaces, their VLANs, and rules of nftables."""

from __future__ import annotations

from collections.abc import Hashable
from typing import NamedTuple

from weft.controller.sync.manner import Manner

Settings = tuple[tuple[str, int], ...]
Chains = tuple[tuple[str, tuple[str, ...]], ...]  # names and rules, in nft's words and in its order


class Bridge(NamedTuple):
    """The bridge and what it is set to."""

    settings: Settings

    @property
    def identity(self) -> tuple[str, ...]:
        """There is one at a place."""
        return ("bridge",)


class Table(NamedTuple):
    """What the table of nftables has for all interfaces: the chains that frames come to, and those shared by all."""

    chains: Chains

    @property
    def identity(self) -> tuple[str, ...]:
        """There is one at a place."""
        return ("table",)


class Member(NamedTuple):
    """An interface of the bridge, and how the bridge treats it."""

    interface: str
    settings: Settings
    about: tuple[str, ...] = ()  # ports and segments whose status it is about; nothing of that is on the device

    @property
    def identity(self) -> tuple[str, str]:
        """One for each interface."""
        return ("member", self.interface)


class Rules(NamedTuple):
    """What a machine may say at its interface, and what it is given to hear: chains, and ways into them."""

    interface: str
    ways: tuple[tuple[str, str], ...]
    chains: Chains
    about: tuple[str, ...] = ()

    @property
    def identity(self) -> tuple[str, str]:
        """One set of them for each interface."""
        return ("rules", self.interface)


class Stray(NamedTuple):
    """Something in our table that nobody of us has made."""

    kind: str
    name: str

    @property
    def identity(self) -> tuple[str, str, str]:
        """Each by its kind and name."""
        return ("stray", self.kind, self.name)


class Vlan(NamedTuple):
    """A VLAN that the interface is in: with a tag, or as the one whose frames have none there."""

    interface: str
    vid: int
    flags: int  # TAGGED, BARE; another is none of ours
    about: tuple[str, ...] = ()

    @property
    def identity(self) -> tuple[str, str, str]:
        """An interface is in a VLAN once."""
        return ("vlan", self.interface, f"{self.vid:04}")


class Known(NamedTuple):
    """A MAC that the bridge believes to be behind an interface. It should know none: it floods, and rules choose."""

    interface: str
    vid: int
    mac: str

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """An interface and a MAC in a VLAN; 0 is none."""
        return ("known", self.interface, f"{self.vid:04}", self.mac)


TAGGED, BARE = 0, 6  # BRIDGE_VLAN_INFO_PVID and _UNTAGGED, both or neither
Item = Bridge | Table | Member | Rules | Stray | Vlan | Known
Identity = tuple[str, ...]
_ORDER = ("bridge", "table", "stray", "member", "known", "rules", "vlan")  # a machine is let in last


def same(one: Item, other: Item) -> bool:
    """Whether they are the same on the device, which does not know what they are about."""
    return plain(one) == plain(other)


def plain(item: Item) -> Item:
    """The item as the device has it."""
    return item._replace(about=()) if isinstance(item, Member | Rules | Vlan) else item


def _rank(item: Item) -> Hashable:
    return _ORDER.index(item.identity[0]), item.identity


MANNER: Manner[Item] = Manner(same=same, rank=_rank)
