"""The controller's REST API, as far as a lab needs it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any, cast

import httpx

from weft.apps.lab.errors import LabError
from weft.apps.lab.plural import count
from weft.apps.northbound.paths import MOST_COMMANDS
from weft.controller.model.commands import Command, Create, Plug
from weft.controller.model.facts import Endpoint

_POLL = 0.1


class Api:
    """A client of one controller."""

    def __init__(self, url: str, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self._client = httpx.Client(base_url=url, headers=headers, timeout=60, trust_env=False)  # no proxy to loopback

    def transact(self, commands: Iterable[Command]) -> list[dict[str, Any]]:
        """Ask for all commands, as many at once as the controller takes; what each of them made."""
        asked = [document(command) for command in commands]
        made: list[dict[str, Any]] = []
        for start in range(0, len(asked), MOST_COMMANDS):
            portion = {"commands": asked[start : start + MOST_COMMANDS]}
            made += self._ask("POST", "/v1/transactions", json=portion)["results"]
        return made

    def await_active(self, seconds: float, tell: Callable[[str], None]) -> int:
        """How many ports there are, once all of them are ACTIVE. ``LabError`` says which are not in time, and why."""
        end = time.monotonic() + seconds
        while True:
            ports = self._ask("GET", "/v1/ports")["ports"]
            waiting = [port for port in ports if port["status"]["state"] != "ACTIVE"]
            tell(f"{len(ports) - len(waiting)} of {len(ports)} ACTIVE")
            if not waiting:
                return len(ports)
            if time.monotonic() > end:
                some = f"{len(waiting)} of {count(len(ports), 'port')}"
                raise LabError(f"{some} not ACTIVE:\n{self._complaints(waiting)}")
            time.sleep(_POLL)

    def _complaints(self, waiting: list[dict[str, Any]]) -> str:
        lines = [f"  port {p['id']} is {p['status']['state']}: {p['status']['reason']}" for p in waiting[:10]]
        lines += ["  …"] if len(waiting) > 10 else []
        for switch in self._ask("GET", "/v1/switches")["switches"]:
            state = "settled" if switch["settled"] else "not settled"
            if not (switch["connected"] and switch["settled"]):
                lines.append(f"  switch {switch['id']} is {state if switch['connected'] else 'not connected'}")
        return "\n".join(lines)

    def _ask(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        try:
            answer = self._client.request(method, path, **content)
        except httpx.HTTPError as error:
            raise LabError(f"The controller does not answer {method} {path}: {error}") from None
        if answer.is_error:
            raise LabError(f"The controller refused {method} {path} with status {answer.status_code}: {answer.text}")
        return cast("dict[str, Any]", answer.json())


def document(command: Command) -> dict[str, Any]:
    """The command as the API reads it."""
    match command:
        case Create(kind, fields):
            return {"do": "create", "kind": kind, "fields": {name: _plain(name, v) for name, v in fields.items()}}
        case Plug(port, vif):
            return {"do": "plug", "port": port, "vif": vif}
    raise ValueError(f"a lab never asks for {command}")


def _plain(name: str, value: Any) -> Any:
    if name == "dpid":
        return f"{value:016x}"
    if isinstance(value, Endpoint):
        return value._asdict()
    return list(value) if isinstance(value, tuple) else value
