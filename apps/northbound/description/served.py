"""``/v1/openapi.json`` and ``/v1/docs``: the API describes itself, to programs and to people. Public."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cached_property
from importlib.resources import files
from typing import Any, ClassVar

import falcon

from weft.apps.northbound.description.operations import Answer, Operation, Operations
from weft.apps.northbound.paths import OPENAPI

_ITSELF_ALONE = (  # the page is one file, and asks nobody but this controller
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class OpenApi:
    """The OpenAPI document; made when somebody asks first."""

    operations: ClassVar[Operations] = {
        "GET": Operation(
            id="show_openapi",
            group="about",
            summary="Describe this API to programs",
            doc="This document.",
            answers={200: Answer("An OpenAPI 3.1 document.", {"type": "object"})},
            public=True,
        )
    }

    def __init__(self, described: Callable[[], dict[str, Any]]) -> None:
        self._described = described

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """The document, the same one until the controller is another."""
        resp.data = self._text
        resp.content_type = falcon.MEDIA_JSON

    @cached_property
    def _text(self) -> bytes:
        return json.dumps(self._described()).encode()


class Docs:
    """The same for people: a page that reads the document."""

    operations: ClassVar[Operations] = {
        "GET": Operation(
            id="show_docs",
            group="about",
            summary="Describe this API to people",
            doc=f"A page that shows `{OPENAPI}`, and on which one can try it.",
            answers={200: Answer("A page.", {"type": "string"}, media_type="text/html")},
            public=True,
        )
    }

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """The page."""
        resp.data = _PAGE
        resp.content_type = "text/html; charset=utf-8"
        resp.set_header("Content-Security-Policy", _ITSELF_ALONE)
        resp.set_header("Referrer-Policy", "no-referrer")


_PAGE = files("weft.apps.northbound.description").joinpath("page.html").read_bytes()
