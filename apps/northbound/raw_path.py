"""A path is split where a client wrote ``/``, and not where it wrote ``%2F``: the id of a link may contain one."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

import falcon

from weft.apps.northbound.problems import Problem


class RawPath:
    """Middleware that routes by the path as it was written, and gives resources what each of its parts means."""

    def process_request(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Take the path as it was written."""
        written = req.env.get("RAW_PATH_INFO") or req.env.get("RAW_URI") or ""
        path = written.partition("?")[0]
        if path.startswith("/") and "%" in path:
            req.path = path
            req.context.encoded = True

    def process_resource(
        self, req: falcon.Request, resp: falcon.Response, resource: object, params: dict[str, Any]
    ) -> None:
        """Decode the parts that a resource is given. Raises a 404 ``Problem`` where they can be nobody's name."""
        for name, part in params.items() if getattr(req.context, "encoded", False) else ():
            try:
                params[name] = unquote(part, errors="strict")
            except UnicodeDecodeError:
                raise Problem(HTTPStatus.NOT_FOUND, "is not UTF-8", field=name) from None
            if "\0" in params[name]:
                raise Problem(HTTPStatus.NOT_FOUND, "contains a null character", field=name)
