"""What Weft wants of a Nexus, item by item. Items of one identity are the same thing there.

``about`` names the ports and segments whose status an item concerns; the switch knows nothing of them.
"""

from __future__ import annotations

from typing import NamedTuple

Identity = tuple[str, str, int]
About = frozenset[str]
NOBODY: About = frozenset()


class Vlan(NamedTuple):
    """A VLAN: its number, its name, and its vn-segment where Weft gives it one."""

    number: int
    name: str
    segment: int | None = None
    active: bool = True
    about: About = NOBODY

    @property
    def identity(self) -> Identity:
        return ("vlan", "", self.number)


class Trunk(NamedTuple):
    """An interface carries VLANs by their tags."""

    interface: str
    about: About = NOBODY

    @property
    def identity(self) -> Identity:
        return ("trunk", self.interface, 0)


class Member(NamedTuple):
    """A trunk carries a VLAN."""

    interface: str
    vlan: int
    about: About = NOBODY

    @property
    def identity(self) -> Identity:
        return ("member", self.interface, self.vlan)


class Access(NamedTuple):
    """An interface is on one VLAN, without a tag: that of a physical machine."""

    interface: str
    vlan: int
    about: About = NOBODY

    @property
    def identity(self) -> Identity:
        return ("access", self.interface, 0)


class Profile(NamedTuple):
    """A port profile (802.1Qbh): what every virtual interface is that is given its name."""

    name: str
    vlan: int
    live: bool = True
    about: About = NOBODY

    @property
    def identity(self) -> Identity:
        return ("profile", self.name, 0)


class Virtual(NamedTuple):
    """The virtual interface on a channel of an interface is of that profile."""

    interface: str
    profile: str
    live: bool = True
    about: About = NOBODY

    @property
    def identity(self) -> Identity:
        return ("virtual", self.interface, 0)


class Partial(NamedTuple):
    """Something that not all the peers of a pair hold alike."""

    kind: str
    name: str
    number: int
    about: About = NOBODY

    @property
    def identity(self) -> Identity:
        return (self.kind, self.name, self.number)


Held = Vlan | Trunk | Member | Access | Profile | Virtual
Item = Held | Partial


def same(one: Item, other: Item) -> bool:
    """Whether two items are the same to the switch."""
    return type(one) is type(other) and one._replace(about=NOBODY) == other._replace(about=NOBODY)


def vlan_used_by(item: Item) -> Identity | None:
    """The VLAN that must be there before the item is."""
    match item:
        case Member(vlan=number) | Access(vlan=number) | Profile(vlan=number):
            return ("vlan", "", number)
    return None
