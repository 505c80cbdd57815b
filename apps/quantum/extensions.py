"""``/v1.x/extensions``: what there is beside networks, ports and attachments."""

from __future__ import annotations

from typing import Any, NamedTuple

import falcon

from weft.apps.extensions.discovery import OPENSTACK, extensions_for
from weft.apps.northbound.acting import caller_of
from weft.apps.quantum.answers import answer
from weft.apps.quantum.faults import ITEM_NOT_FOUND, Fault
from weft.apps.quantum.versions import Version
from weft.controller.extension import Extension as WeftExtension
from weft.controller.service import Service


class Extension(NamedTuple):
    """An extension, as clients ask for it."""

    name: str
    alias: str
    description: str
    namespace: str
    updated: str

    def document(self) -> dict[str, Any]:
        """It as Quantum shows it."""
        return {**self._asdict(), "links": []}


EXTENSIONS = (
    Extension(
        "Port Statistics",
        "portstats",
        "What has passed at a port, and what was not let through.",
        "http://docs.openstack.org/ext/portstats/api/v1.0",
        "2011-12-20T10:00:00-00:00",
    ),
)


class Extensions:
    """All extensions, or one."""

    def __init__(self, service: Service, version: Version) -> None:
        self._service = service
        self._version = version

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """All of them."""
        answer(req, resp, self._version, {"extensions": [each.document() for each in self._known_to(req)]})

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Nobody makes one through the API."""
        raise Fault(ITEM_NOT_FOUND, "extensions are only shown")

    def on_get_alias(self, req: falcon.Request, resp: falcon.Response, alias: str) -> None:
        """The one of that alias."""
        found = next((each for each in self._known_to(req) if each.alias == alias), None)
        if found is None:
            raise Fault(ITEM_NOT_FOUND, f"Extension {alias} could not be found")
        answer(req, resp, self._version, found.document(), root="extension")

    def on_delete_alias(self, req: falcon.Request, resp: falcon.Response, alias: str) -> None:
        """Nobody takes one away through the API."""
        raise Fault(ITEM_NOT_FOUND, "extensions are only shown")

    def _known_to(self, req: falcon.Request) -> tuple[Extension, ...]:
        """Quantum's, and of Weft's own those that whoever asks may see."""
        return (*EXTENSIONS, *map(_of_weft, extensions_for(self._service, caller_of(req))))


def _of_weft(one: WeftExtension) -> Extension:
    alias, updated = f"{OPENSTACK}{one.alias}", one.updated.replace("Z", "-00:00")
    return Extension(one.name, alias, one.description, f"urn:weft:extension:{one.alias}", updated)
