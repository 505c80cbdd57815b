"""The command line of a Nexus, as ``/ins`` takes it: port profiles for virtual Ethernet interfaces (802.1Qbh)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from tests.nexus.classes import vlan_number
from tests.nexus.tree import Document

_NAME = re.compile(r"[A-Za-z0-9_.:-]{1,80}")


@dataclass(frozen=True)
class Profile:
    """A port profile: what every virtual Ethernet interface is that names it."""

    name: str
    mode: str = "access"
    vlan: int = 1
    up: bool = False
    enabled: bool = False


@dataclass(frozen=True)
class Virtual:
    """A virtual Ethernet interface: the channel that it is bound to, and its profile."""

    number: int
    interface: str = ""
    channel: int = 0
    profile: str = ""
    up: bool = False


class Unknown(Exception):
    """What the command line says of a command that it does not take."""


class Console:
    """The profiles and virtual interfaces of a switch, and the commands for them. The first wrong one ends a series."""

    def __init__(self) -> None:
        self.profiles: dict[str, Profile] = {}
        self.virtual: dict[int, Virtual] = {}
        self.auto_create = False  # vethernet auto-create: a host that names a profile has it
        self.vmfex = True  # whether the feature set is there
        self.saved = 0

    def ask(self, kind: str, text: str) -> tuple[int, list[Document]]:
        """``ask(kind, text)`` returns the HTTP status, and an output for each command."""
        commands = [command.strip() for command in text.split(" ;") if command.strip()]
        if kind not in ("cli_conf", "cli_show", "cli_show_ascii"):
            return 400, [_output(400, "Invalid type", {})]
        outputs: list[Document] = []
        self._context: str | int | None = None
        for command in commands:
            try:
                body = self._configure(command) if kind == "cli_conf" else self._show(command)
            except (Unknown, ValueError) as error:
                outputs.append(_output(400, "Input CLI command error", {}, clierror=f"{error}\n"))
                return 500 if kind == "cli_conf" else 200, outputs
            if kind == "cli_show":
                outputs.append(_output(501, "Structured output unsupported", {}))
            else:
                outputs.append(_output(200, "Success", body))
        return 200, outputs

    def running(self) -> str:
        """The running configuration, as far as this goes."""
        lines = ["!Command: show running-config", "", "hostname nexus"]
        for profile in self.profiles.values():
            lines += [f"port-profile type vethernet {profile.name}"]
            if profile.mode != "access":
                lines += [f"  switchport mode {profile.mode}"]
            if profile.vlan != 1:
                lines += [f"  switchport access vlan {profile.vlan}"]
            if profile.up:
                lines += ["  no shutdown"]
            if profile.enabled:
                lines += ["  state enabled"]
        for one in self.virtual.values():
            lines += ["", f"interface Vethernet{one.number}"]
            lines += [f"  inherit port-profile {one.profile}"] if one.profile else []
            lines += [f"  bind interface Ethernet{one.interface} channel {one.channel}"] if one.interface else []
            lines += ["  no shutdown"] if one.up else []
        return "\n".join([*lines, "", "line vty", ""])

    def carries(self, interface: str, channel: int, asked: str) -> int | None:
        """The VLAN of a virtual interface whose host has asked for that profile; None where it carries nothing."""
        bound = [one for one in self.virtual.values() if (f"eth{one.interface}", one.channel) == (interface, channel)]
        profile = self.profiles.get(asked)
        allowed = any(one.up and one.profile == asked for one in bound) or (self.auto_create and not bound)
        live = allowed and profile is not None and profile.up and profile.enabled
        return profile.vlan if profile is not None and live else None

    def _configure(self, command: str) -> Document | str:
        words = command.split()
        match words:
            case ["configure", "terminal"] | ["conf", "t"]:
                return {}
            case ["copy", "running-config", "startup-config"]:
                self.saved += 1
                return "Copy complete."
            case ["port-profile", "type", "vethernet", name] if self.vmfex:
                if not _NAME.fullmatch(name):
                    raise Unknown("ERROR: Invalid port-profile name")
                self.profiles.setdefault(name, Profile(name))
                self._context = name
                return {}
            case ["no", "port-profile", "type", "vethernet", name] | ["no", "port-profile", name] if self.vmfex:
                if self.profiles.pop(name, None) is None:
                    raise Unknown(f"ERROR: port-profile {name} does not exist")
                self._context = None
                return {}
            case ["interface", "vethernet", number] if self.vmfex and number.isdecimal():
                if not 1 <= int(number) <= 1048575:
                    raise Unknown("% Invalid interface format")
                self._context = int(number)
                self.virtual.setdefault(int(number), Virtual(int(number)))
                return {}
            case ["no", "interface", "vethernet", number] if number.isdecimal():
                if self.virtual.pop(int(number), None) is None:
                    raise Unknown("% Invalid interface")
                self._context = None
                return {}
        if isinstance(self._context, int):
            self._configure_virtual(self.virtual[self._context], command)
            return {}
        if self._context is None:
            raise Unknown(f"% Invalid command at '^' marker: {command}")
        profile = self.profiles[self._context]
        match words:
            case ["switchport", "mode", "access" | "trunk" as mode]:
                profile = replace(profile, mode=mode)
            case ["switchport", "access", "vlan", number] if number.isdecimal():
                profile = replace(profile, vlan=vlan_number(f"vlan-{number}"))
            case ["no", "shutdown"]:
                profile = replace(profile, up=True)
            case ["shutdown"]:
                profile = replace(profile, up=False)
            case ["state", "enabled"]:
                profile = replace(profile, enabled=True)
            case ["no", "state", "enabled"]:
                profile = replace(profile, enabled=False)
            case _:
                raise Unknown(f"% Invalid command at '^' marker: {command}")
        self.profiles[profile.name] = profile
        return {}

    def _configure_virtual(self, one: Virtual, command: str) -> None:
        match command.split():
            case ["inherit", "port-profile", name]:
                if name not in self.profiles:
                    raise Unknown(f"ERROR: port-profile {name} does not exist")
                one = replace(one, profile=name)
            case ["bind", "interface", "ethernet", interface, "channel", channel] if channel.isdecimal():
                taken = [other for other in self.virtual.values() if other.number != one.number]
                if any((other.interface, other.channel) == (interface, int(channel)) for other in taken):
                    raise Unknown("ERROR: the channel is bound to another interface")
                one = replace(one, interface=interface, channel=int(channel))
            case ["no", "shutdown"]:
                one = replace(one, up=True)
            case ["shutdown"]:
                one = replace(one, up=False)
            case _:
                raise Unknown(f"% Invalid command at '^' marker: {command}")
        self.virtual[one.number] = one

    def _show(self, command: str) -> str:
        match command.split():
            case ["show", "running-config"]:
                return self.running()
            case _:
                raise Unknown(f"% Invalid command at '^' marker: {command}")


def _output(code: int, message: str, body: Document | str, **more: str) -> Document:
    return {"code": str(code), "msg": message, "body": body, **more}
