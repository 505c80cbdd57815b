"""802.1Qbh: a set of traits is a port profile by name, which ports with the same traits share.

The name is what a host hands on with each virtual interface; the switch puts the VIF where the profile says. Which
channel may have which profile is told as well, so that a port which is shut is shut whatever its host asks for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from weft.apps.plugins.nexus.items import Identity, Profile, Virtual
from weft.apps.plugins.nexus.names import is_ours
from weft.apps.plugins.nexus.session import Refused, Session

_CHANNEL = re.compile(r"eth([0-9]{1,3})/([0-9]{1,3})\.([0-9]{1,3})")
_BOUND = re.compile(r"bind interface Ethernet([0-9]+/[0-9]+) channel ([0-9]+)", re.IGNORECASE)
_FIRST = re.compile(r"(port-profile type vethernet|interface vethernet) ?(\S+)", re.IGNORECASE)


class Profiles:
    """The port profiles of a switch, and the virtual interfaces that have them, by its command line."""

    def __init__(self, session: Session, owner: str) -> None:
        self._session = session
        self._owner = owner

    def read(self) -> list[Profile | Virtual]:
        """Those that are Weft's."""
        (text,) = self._session.run(["show running-config"], "cli_show_ascii")
        found: list[Profile | Virtual] = []
        for kind, name, lines in _sections(text):
            live = "no shutdown" in lines
            if kind.startswith("port-profile"):
                if is_ours(self._owner, name):
                    vlan = _after(lines, "switchport access vlan")
                    plain = "switchport mode trunk" not in lines and "state enabled" in lines
                    found.append(Profile(name, int(vlan) if vlan.isdecimal() else 1, live and plain))
                continue
            profile, bound = _after(lines, "inherit port-profile"), _BOUND.search("\n".join(lines))
            if bound is not None and is_ours(self._owner, profile):
                found.append(Virtual(f"eth{bound[1]}.{bound[2]}", profile, live))
        return found

    def apply(self, puts: Iterable[Profile | Virtual], drops: Sequence[Identity]) -> dict[Identity, str]:
        """Let these be, and not those; profiles are there before, and go after, those who have them."""
        refused: dict[Identity, str] = {}
        held = {item.identity for item in self.read()} if drops else set()
        gone = [identity for identity in drops if identity in held]
        for identity in gone:
            if identity[0] == "virtual":
                self._run(identity, [f"no interface vethernet {number_of(identity[1])}"], refused)
        for item in puts:
            if isinstance(item, Profile):
                self._run(item.identity, _profile(item), refused)
        for item in puts:
            if isinstance(item, Virtual):
                self._run(item.identity, _virtual(item), refused)
        for identity in gone:
            if identity[0] == "profile":
                self._run(identity, [f"no port-profile type vethernet {identity[1]}"], refused)
        return refused

    def _run(self, identity: Identity, commands: Sequence[str], refused: dict[Identity, str]) -> None:
        try:
            self._session.run(commands)
        except (Refused, ValueError) as refusal:
            refused[identity] = str(refusal)


def number_of(interface: str) -> int:
    """The number of the virtual interface on a channel.

    >>> number_of("eth1/17.3")
    117003
    """
    found = _CHANNEL.fullmatch(interface)
    if found is None:
        raise ValueError(f"{interface} is no channel like eth1/1.3")
    slot, port, channel = (int(part) for part in found.groups())
    return slot * 100_000 + port * 1000 + channel


def _profile(item: Profile) -> list[str]:
    return [
        f"port-profile type vethernet {item.name}",
        "switchport mode access",
        f"switchport access vlan {item.vlan}",
        "no shutdown",
        "state enabled",
    ]


def _virtual(item: Virtual) -> list[str]:
    port, _, channel = item.interface.removeprefix("eth").partition(".")
    return [
        f"interface vethernet {number_of(item.interface)}",
        f"inherit port-profile {item.profile}",
        f"bind interface ethernet {port} channel {channel}",
        "no shutdown",
    ]


def _sections(text: str) -> list[tuple[str, str, list[str]]]:
    """The parts of a configuration that are of profiles or virtual interfaces: kind, name, and the lines in it."""
    found: list[tuple[str, str, list[str]]] = []
    lines: list[str] = []
    for line in text.splitlines():
        if line[:1] not in ("", " "):
            first, lines = _FIRST.match(line), []
            if first is not None:
                found.append((first[1].lower(), first[2], lines))
        else:
            lines.append(line.strip())
    return found


def _after(lines: Iterable[str], words: str) -> str:
    return next((line.removeprefix(words).strip() for line in lines if line.startswith(words + " ")), "")
