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


class Unknown(Exception):
    """What the command line says of a command that it does not take."""


class Console:
    """The port profiles of a switch, and the commands that make and show them. The first wrong one ends a series."""

    def __init__(self) -> None:
        self.profiles: dict[str, Profile] = {}
        self.vmfex = True  # whether the feature set is there
        self.saved = 0

    def ask(self, kind: str, text: str) -> tuple[int, list[Document]]:
        """``ask(kind, text)`` returns the HTTP status, and an output for each command."""
        commands = [command.strip() for command in text.split(" ;") if command.strip()]
        if kind not in ("cli_conf", "cli_show", "cli_show_ascii"):
            return 400, [_output(400, "Invalid type", {})]
        outputs: list[Document] = []
        self._context: str | None = None
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
        """The port profiles, as the running configuration has them."""
        lines = ["!Command: show running-config port-profile", ""]
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
        return "\n".join([*lines, ""])

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

    def _show(self, command: str) -> str:
        match command.split():
            case ["show", "running-config", "port-profile"] if self.vmfex:
                return self.running()
            case _:
                raise Unknown(f"% Invalid command at '^' marker: {command}")


def _output(code: int, message: str, body: Document | str, **more: str) -> Document:
    return {"code": str(code), "msg": message, "body": body, **more}
