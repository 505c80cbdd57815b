"""What each resource can do, said once: requests are checked by it, and the OpenAPI document is made of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, Protocol

from pydantic import BaseModel

Schema = Mapping[str, Any]
Shape = type[BaseModel] | Schema  # of a body: checked by pydantic, or said in the words of JSON Schema


class Parameter(NamedTuple):
    """A parameter of an operation: in the query, or a header. One with ``many`` may be given several times."""

    name: str
    doc: str
    schema: Mapping[str, Any] = {"type": "string"}
    many: bool = False
    required: bool = False
    place: Literal["query", "header"] = "query"


class Answer(NamedTuple):
    """What an operation answers when it is done: the body's shape (None: no body), and headers that come with it."""

    doc: str
    shape: Shape | None = None
    headers: tuple[str, ...] = ()
    media_type: str = "application/json"


class Operation(NamedTuple):
    """One thing that a resource does: ``id`` is its name for programs, ``summary`` for people.

    ``refusals`` are the statuses of problems that it may answer beside those that every operation may.
    """

    id: str
    group: str
    summary: str
    answers: Mapping[int, Answer]
    doc: str = ""
    parameters: tuple[Parameter, ...] = ()
    body: Shape | None = None
    refusals: tuple[int, ...] = ()
    example: Any = None
    public: bool = False

    def query(self) -> Mapping[str, Parameter]:
        """The parameters in the query, by name."""
        return {parameter.name: parameter for parameter in self.parameters if parameter.place == "query"}


Operations = Mapping[str, Operation]  # by HTTP method


class Resource(Protocol):
    """Something with a path: what it does, by HTTP method."""

    @property
    def operations(self) -> Operations:
        """What it does."""


IF_MATCH = Parameter(
    "If-Match",
    'Only if it still is at that revision, as its ETag says: `"42"`; `*` is any. Otherwise 412, and nothing changes.',
    {"type": "string", "pattern": r'^("[0-9]{1,18}"|\*)$', "examples": ['"42"']},
    place="header",
)
IDEMPOTENCY_KEY = Parameter(
    "Idempotency-Key",
    "A name that the client makes up for this request. Sent again within 24 hours, with the same body, it gives the "
    "first answer again and does nothing; with another body it is refused (422).",
    {"type": "string", "pattern": "^[!-~]{1,255}$", "examples": ["8e03978e-40d5-43e8-bc93-6894a57f9324"]},
    place="header",
)
WAIT = Parameter(
    "wait",
    "`active`: answer only when the switches have acknowledged what this changes, or when `timeout` has passed; then "
    "the status is 202. Nobody else waits meanwhile.",
    {"enum": ["active"]},
)
TIMEOUT = Parameter(
    "timeout",
    "With `wait`: the most seconds to wait.",
    {"type": "number", "exclusiveMinimum": 0, "maximum": 120, "default": 15},
)
WRITING = (IDEMPOTENCY_KEY, WAIT, TIMEOUT)
