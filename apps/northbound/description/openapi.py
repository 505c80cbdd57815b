"""The OpenAPI 3.1 document of the API, made of what its resources say of themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from weft.apps.northbound.description.operations import Answer, Operation, Resource, Shape
from weft.apps.northbound.description.shown import ProblemDocument
from weft.apps.northbound.paths import ACT_AS
from weft.apps.northbound.problems import MEDIA_TYPE

Document = dict[str, Any]
Route = tuple[str, Resource]
_REF = "#/components/schemas/{model}"
_VARIABLE = re.compile(r"\{(\w+)\}")
_ABOUT = f"""\
Everything of the model: segments, ports and VIFs, and the switches and links that carry them.

A request that changes something is durable when it is answered, and is done whole or not at all. What is wrong with a
request is said in a problem document that names the field, the rule and the remedy. What the caller may not see is
answered as if it were not there.

An operator may act as a project, with less, for one request: `{ACT_AS}: project=NAME; role=NAME`."""
_IN_ANY_CASE = (400, 401, 403, 429, 503)
_WITH_A_BODY = (408, 411, 413, 415)
_HEADERS = {
    "ETag": ("Its revision; good for `If-Match`.", {"type": "string", "pattern": '^"[0-9]+"$'}),
    "Location": ("Where it is.", {"type": "string"}),
    "Link": ('The rest of the list, with `rel="next"`; left out when this is the end.', {"type": "string"}),
    "Weft-Waited": (
        "With `wait`: how far the switches have come (`active`, `build`, `down` or `error`), and why no further.",
        {"type": "string", "pattern": "^(active|build|down|error)(; .*)?$"},
    ),
    "X-Request-Id": ("What the audit log and the controller's log call this request.", {"type": "string"}),
}


def document(routes: Iterable[Route], version: str) -> Document:
    """``document(routes, version)`` returns the OpenAPI document of these resources."""
    routes = list(routes)
    operations = [operation for _, resource in routes for operation in resource.operations.values()]
    models = dict.fromkeys(model for operation in operations for model in _models(operation))
    wanted: Any = [(model, mode) for model, mode in models] + [(ProblemDocument, "serialization")]
    names, definitions = models_json_schema(wanted, ref_template=_REF)
    schemas = {name: _tidy(schema) for name, schema in definitions.get("$defs", {}).items()}
    paths: dict[str, Any] = {}
    for path, resource in routes:
        paths[path] = _path(path, resource, names)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Weft", "version": version, "description": _ABOUT},
        "servers": [{"url": "/"}],
        "tags": [{"name": group} for group in dict.fromkeys(operation.group for operation in operations)],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "`Authorization: Bearer TOKEN`."}
            },
            "responses": {f"Problem{status}": _problem(status) for status in _problems(operations)},
            "headers": {name: {"description": doc, "schema": schema} for name, (doc, schema) in _HEADERS.items()},
        },
    }


def _path(path: str, resource: Resource, names: Mapping[Any, Any]) -> Document:
    variables = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in _VARIABLE.findall(path)
    ]
    found: Document = {"parameters": variables} if variables else {}
    for method, operation in resource.operations.items():
        found[method.lower()] = _operation(operation, names)
    return found


def _operation(operation: Operation, names: Mapping[Any, Any]) -> Document:
    refusals = {*operation.refusals, *((400,) if operation.public else _IN_ANY_CASE)}
    if operation.body is not None:
        refusals.update(_WITH_A_BODY)
    answers = {str(status): _answer(answer, names) for status, answer in operation.answers.items()}
    answers["414"] = {"description": "The URL is longer than 8,192 characters."}
    answers |= {str(status): {"$ref": f"#/components/responses/Problem{status}"} for status in sorted(refusals)}
    described: Document = {
        "operationId": operation.id,
        "tags": [operation.group],
        "summary": operation.summary,
        "description": operation.doc or operation.summary + ".",
        "parameters": [
            {
                "name": parameter.name,
                "in": parameter.place,
                "required": parameter.required,
                "description": parameter.doc,
                "schema": (
                    {"type": "array", "items": dict(parameter.schema), "minItems": 1}
                    if parameter.many
                    else dict(parameter.schema)
                ),
                **({"style": "form", "explode": True} if parameter.many else {}),
            }
            for parameter in operation.parameters
        ],
        "responses": answers,
    }
    if operation.public:
        described["security"] = []
    if operation.body is not None:
        content: Document = {"schema": _schema(operation.body, "validation", names)}
        if operation.example is not None:
            content["example"] = operation.example
        described["requestBody"] = {"required": True, "content": {"application/json": content}}
    return described


def _answer(answer: Answer, names: Mapping[Any, Any]) -> Document:
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in (*answer.headers, "X-Request-Id")}
    found: Document = {"description": answer.doc, "headers": headers}
    if answer.shape is not None:
        found["content"] = {answer.media_type: {"schema": _schema(answer.shape, "serialization", names)}}
    return found


def _problem(status: int) -> Document:
    return {
        "description": HTTPStatus(status).phrase,
        "headers": {"X-Request-Id": {"$ref": "#/components/headers/X-Request-Id"}},
        "content": {MEDIA_TYPE: {"schema": {"$ref": _REF.format(model="ProblemDocument")}}},
    }


def _problems(operations: Iterable[Operation]) -> list[int]:
    own = {status for operation in operations for status in operation.refusals}
    return sorted({*own, *_IN_ANY_CASE, *_WITH_A_BODY})


def _models(operation: Operation) -> Iterable[tuple[type[BaseModel], str]]:
    """Every pydantic shape that the operation speaks of, wherever in its shapes."""
    yield from ((model, "validation") for model in _in(operation.body))
    for answer in operation.answers.values():
        yield from ((model, "serialization") for model in _in(answer.shape))


def _in(shape: Any) -> Iterable[type[BaseModel]]:
    if isinstance(shape, type):
        yield shape
    elif isinstance(shape, Mapping):
        for value in shape.values():
            yield from _in(value)
    elif isinstance(shape, list):
        for value in shape:
            yield from _in(value)


def _schema(shape: Shape | Any, mode: str, names: Mapping[Any, Any]) -> Any:
    """The schema in the document: pydantic's shapes by reference, wherever they stand."""
    if isinstance(shape, type):
        return names[shape, mode]
    if isinstance(shape, Mapping):
        return {key: _schema(value, mode, names) for key, value in shape.items()}
    return [_schema(value, mode, names) for value in shape] if isinstance(shape, list) else shape


def _tidy(schema: Any, *, named: bool = False) -> Any:
    """The schema without what says nothing: titles made of names, and defaults that stand for "left out"."""
    if isinstance(schema, list):
        return [_tidy(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if named:  # the keys are names of fields
        return {name: _tidy(value) for name, value in schema.items()}
    kept = {key: value for key, value in schema.items() if key != "title"}
    if kept.get("default", 0) is None and not _nullable(kept):
        del kept["default"]
    return {key: _tidy(value, named=key == "properties") if key != "default" else value for key, value in kept.items()}


def _nullable(schema: Mapping[str, Any]) -> bool:
    return any(one == {"type": "null"} for one in schema.get("anyOf", ()))
