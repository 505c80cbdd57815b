"""``/v1/extensions``: what is added to the core here, and by what."""

from __future__ import annotations

from typing import Any, ClassVar

import falcon

from weft.apps.extensions.discovery import extensions_for
from weft.apps.northbound.acting import caller_of
from weft.apps.northbound.description.operations import Answer, Operation, Operations
from weft.apps.northbound.description.shown_extending import ShownExtension, ShownExtensions
from weft.apps.northbound.seeing import missing
from weft.controller.extension import Extension, path_of
from weft.controller.service import Service


class ExtensionList:
    """All extensions in force."""

    operations: ClassVar[Operations] = {
        "GET": Operation(
            id="list_extensions",
            group="extensions",
            summary="List the extensions",
            doc="Those in force that the caller may see: what they add to things, to switches and to this API.",
            answers={200: Answer("They.", ShownExtensions)},
        )
    }

    def __init__(self, service: Service) -> None:
        self._service = service

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """By their aliases."""
        resp.media = {"extensions": [shown(one) for one in extensions_for(self._service, caller_of(req))]}


class OneExtension:
    """An extension in force."""

    operations: ClassVar[Operations] = {
        "GET": Operation(
            id="show_extension",
            group="extensions",
            summary="Show an extension",
            answers={200: Answer("It.", ShownExtension)},
            refusals=(404,),
        )
    }

    def __init__(self, service: Service) -> None:
        self._service = service

    def on_get(self, req: falcon.Request, resp: falcon.Response, alias: str) -> None:
        """What it adds."""
        for extension in extensions_for(self._service, caller_of(req)):
            if extension.alias == alias:
                resp.media = shown(extension)
                return
        raise missing("extension", alias)


def shown(extension: Extension) -> dict[str, Any]:
    """The document of an extension."""
    return {
        "alias": extension.alias,
        "name": extension.name,
        "description": extension.description,
        "updated": extension.updated,
        "attributes": [
            {"kind": one.kind, "name": one.name, "doc": one.doc, "set_by": one.who} for one in extension.attributes
        ],
        "tables": [inserted.table.name for inserted in extension.tables],
        "stages": [stage.name for stage in extension.stages],
        "resources": [path_of(extension, resource) for resource in extension.resources],
    }
