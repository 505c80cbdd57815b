"""``/v1.x/extensions``: what there is beside networks, ports and attachments."""

from __future__ import annotations

from typing import Any, NamedTuple

import falcon

from weft.apps.quantum.answers import answer
from weft.apps.quantum.faults import ITEM_NOT_FOUND, Fault
from weft.apps.quantum.versions import Version


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

    def __init__(self, version: Version) -> None:
        self._version = version

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """All of them."""
        answer(req, resp, self._version, {"extensions": [extension.document() for extension in EXTENSIONS]})

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Nobody makes one through the API."""
        raise Fault(ITEM_NOT_FOUND, "extensions are only shown")

    def on_get_alias(self, req: falcon.Request, resp: falcon.Response, alias: str) -> None:
        """The one of that alias."""
        found = next((extension for extension in EXTENSIONS if extension.alias == alias), None)
        if found is None:
            raise Fault(ITEM_NOT_FOUND, f"Extension {alias} could not be found")
        answer(req, resp, self._version, found.document(), root="extension")

    def on_delete_alias(self, req: falcon.Request, resp: falcon.Response, alias: str) -> None:
        """Nobody takes one away through the API."""
        raise Fault(ITEM_NOT_FOUND, "extensions are only shown")
