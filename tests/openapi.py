"""A client of the API that looks at each answer: it must be one that the OpenAPI document tells of."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from falcon.testing import Result, TestClient
from jsonschema import Draft202012Validator

from tests.stores import MemoryStore
from weft.apps.northbound.app import build_app
from weft.controller.service import Service


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document, as a client gets it."""
    result = TestClient(build_app(Service(MemoryStore()), "token")).simulate_get("/v1/openapi.json")
    return dict(result.json)


class Validating(TestClient):
    """A test client that raises ``AssertionError`` where an answer is none that the document describes."""

    def simulate_request(self, *args: Any, **kwargs: Any) -> Result:
        """Ask, and look at the answer."""
        result = super().simulate_request(*args, **kwargs)
        method, path = [*args, kwargs.get("path", "/")][:2]
        complaint = complaint_about(method, path, result)
        assert complaint is None, complaint
        return result


def complaint_about(method: str, path: str, result: Result) -> str | None:
    """What the document has against an answer; None where it is as described."""
    operation = operation_at(method, urlsplit(path).path)
    if operation is None:
        return f"{method} {path} is done and not described" if result.status_code < 400 else None
    what = f"{operation['operationId']} answers {result.status_code}"
    answer = operation["responses"].get(str(result.status_code))
    if answer is None:
        return f"{what}, which is not described" if result.status_code != 500 else None
    answer = _resolved(answer)
    for name in result.headers:
        if name.title() in ("Etag", "Location", "Link", "Weft-Waited") and name.title() not in map(
            str.title, answer["headers"]
        ):
            return f"{what} with a header {name} that is not described"
    if "content" not in answer:
        return f"{what} with a body that is not described" if result.content else None
    media_type = result.headers["content-type"].partition(";")[0]
    if media_type not in answer["content"]:
        return f"{what} as {media_type}, which is not described"
    if "json" not in media_type:
        return None
    errors = _validator(json.dumps(answer["content"][media_type]["schema"])).iter_errors(result.json)
    return next((f"{what}: {error.json_path}: {error.message}" for error in errors), None)


def operation_at(method: str, path: str) -> dict[str, Any] | None:
    """What the document says of a request; None where it knows no such one."""
    for pattern, operations in _patterns():
        if pattern.fullmatch(path):
            found: dict[str, Any] | None = operations.get(method.lower())
            return found
    return None


@cache
def _patterns() -> list[tuple[re.Pattern[str], dict[str, Any]]]:
    literal_first = sorted(document()["paths"].items(), key=lambda item: item[0].count("{"))
    return [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), operations) for path, operations in literal_first]


def _resolved(part: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in part:
        return part
    found: Any = document()
    for step in part["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return dict(found)


@cache
def _validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator({**json.loads(schema), "components": document()["components"]})
