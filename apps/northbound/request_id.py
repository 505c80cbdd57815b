"""``X-Request-Id``: what this request is called, in its answer, in the audit log and in the controller's log."""

from __future__ import annotations

import re
from uuid import uuid4

import falcon

HEADER = "X-Request-Id"
_SOUND = re.compile(r"[A-Za-z0-9_.:-]{1,64}", re.ASCII)  # what a log may be made to say by anybody


class RequestId:
    """Middleware that gives each request a name: the one that it brings, or a new one."""

    def process_request(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Name it, and say so in the answer."""
        brought = req.get_header(HEADER)
        name = brought if brought is not None and _SOUND.fullmatch(brought) else str(uuid4())
        req.context.request_id = name
        resp.set_header(HEADER, name)


def request_id(req: falcon.Request) -> str:
    """``request_id(req)`` returns what this request is called."""
    name: str = getattr(req.context, "request_id", "")
    return name
