"""What a request is answered with, in its format."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import falcon

from weft.apps.quantum.formats import XML, format_of
from weft.apps.quantum.markup import rendered
from weft.apps.quantum.versions import Version


def answer(
    req: falcon.Request, resp: falcon.Response, version: Version, document: Mapping[str, Any], *, root: str = ""
) -> None:
    """Let this document be the answer: its one member is the root element in XML, or ``root`` is, with all members."""
    resp.content_type = format_of(req)
    resp.data = rendered(
        {root: document} if root and resp.content_type == XML else document, version, resp.content_type
    )
