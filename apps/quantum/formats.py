"""JSON or XML: in which of them a request speaks, and is answered.

The suffix of the path decides, else ``Content-Type``, else ``Accept``, and where nobody says it is JSON.
"""

from __future__ import annotations

import falcon

JSON = "application/json"
XML = "application/xml"
_BY_SUFFIX = {".json": JSON, ".xml": XML}


class Formats:
    """Middleware that finds the format, and takes the suffix off the path. ``format_of`` tells."""

    def process_request(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Remember the format; the path is routed without its suffix."""
        for suffix, found in _BY_SUFFIX.items():
            if req.path.endswith(suffix):
                req.path = req.path.removesuffix(suffix)
                req.context.format = found
                return
        said = media_type(req)
        req.context.format = said if said in (JSON, XML) else req.client_prefers([JSON, XML]) or JSON


def format_of(req: falcon.Request) -> str:
    """``format_of(req)`` returns the media type of the request and of its answer."""
    found: str = getattr(req.context, "format", JSON)
    return found


def media_type(req: falcon.Request) -> str:
    """What the request says that its body is; empty where it says nothing."""
    return (req.content_type or "").partition(";")[0].strip().lower()
