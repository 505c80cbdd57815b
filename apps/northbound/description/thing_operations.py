"""What one can do with the things of a kind, said once for all kinds."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from weft.apps.northbound import query
from weft.apps.northbound.description import shown
from weft.apps.northbound.description.examples import EXAMPLES
from weft.apps.northbound.description.operations import IF_MATCH, WRITING, Answer, Operation, Operations, Schema
from weft.apps.northbound.paths import COLLECTIONS, MOST_COMMANDS
from weft.apps.northbound.shapes import change, creation


@cache
def of_collection(kind: str) -> Operations:
    """List them, or make some."""
    many = COLLECTIONS[kind]
    return {
        "GET": Operation(
            id=f"list_{many}",
            group=many,
            summary=f"List the {words(many)}",
            doc="Those that the caller may see, the oldest first. Filters of several fields must all hold.",
            parameters=query.parameters(kind),
            answers={200: Answer("What was found.", shown.collection(kind), ("Link",))},
            refusals=(422,),
        ),
        "POST": Operation(
            id=f"create_{kind}",
            group=many,
            summary=f"Make {article(kind)}, or several",
            doc=f"A list, or an object with the list under `{many}`, makes up to {MOST_COMMANDS} of them, "
            "all or none; a refusal then names the place in the list.",
            parameters=WRITING,
            body=one_or_several(kind),
            answers=made(
                201,
                "It is made, durably; `Location` says where one thing is.",
                {"anyOf": [shown.shown(kind), shown.made(kind)]},
                ("Location", "ETag"),
            ),
            refusals=(403, 404, 409, 422),
            example=EXAMPLES.get(kind),
        ),
    }


@cache
def of_item(kind: str) -> Operations:
    """Show, change or delete one."""
    many = COLLECTIONS[kind]
    return {
        "GET": Operation(
            id=f"show_{kind}",
            group=many,
            summary=f"Show {article(kind)}",
            answers={200: Answer("It.", shown.shown(kind), ("ETag",))},
            refusals=(404,),
        ),
        "PATCH": Operation(
            id=f"update_{kind}",
            group=many,
            summary=f"Change {article(kind)}",
            doc="Fields that are not named stay as they are.",
            parameters=(IF_MATCH, *WRITING),
            body=change(kind),
            answers=made(200, "It, as it is now.", shown.shown(kind), ("ETag",)),
            refusals=(403, 404, 409, 412, 422),
            example={"description": "for the web shop"} if "description" in change(kind).model_fields else None,
        ),
        "DELETE": Operation(
            id=f"delete_{kind}",
            group=many,
            summary=f"Delete {article(kind)}",
            doc="Nothing may depend on it any more.",
            parameters=(IF_MATCH, *WRITING),
            answers=made(204, "It is gone.", None),
            refusals=(403, 404, 409, 412, 422),
        ),
    }


@cache
def of_tags(kind: str) -> Operations:
    """Show or set the tags of one."""
    many = COLLECTIONS[kind]
    return {
        "GET": Operation(
            id=f"list_{kind}_tags",
            group=many,
            summary=f"Show the tags of {article(kind)}",
            answers={200: Answer("Its tags.", shown.Tags, ("ETag",))},
            refusals=(404,),
        ),
        "PUT": Operation(
            id=f"set_{kind}_tags",
            group=many,
            summary=f"Set the tags of {article(kind)}",
            parameters=(IF_MATCH, *WRITING),
            body=shown.Tags,
            answers=made(200, "Its tags.", shown.Tags, ("ETag",)),
            refusals=(403, 404, 409, 412, 422),
            example={"tags": ["production", "web"]},
        ),
    }


@cache
def of_tag(kind: str) -> Operations:
    """Put a tag on one, or take it off."""
    many = COLLECTIONS[kind]
    return {
        "PUT": Operation(
            id=f"add_{kind}_tag",
            group=many,
            summary=f"Put a tag on {article(kind)}",
            parameters=(IF_MATCH, *WRITING),
            answers=made(200, "Its tags.", shown.Tags, ("ETag",)),
            refusals=(403, 404, 409, 412, 422),
        ),
        "DELETE": Operation(
            id=f"remove_{kind}_tag",
            group=many,
            summary=f"Take a tag off {article(kind)}",
            parameters=(IF_MATCH, *WRITING),
            answers=made(200, "Its tags.", shown.Tags, ("ETag",)),
            refusals=(403, 404, 409, 412, 422),
        ),
    }


@cache
def of_history(kind: str) -> Operations:
    """Show how one came to be as it is."""
    many = COLLECTIONS[kind]
    return {
        "GET": Operation(
            id=f"show_{kind}_history",
            group=many,
            summary=f"Show how {article(kind)} came to be as it is",
            doc="The newest first; also of one that has been deleted. What is plugged into a port is part of it.",
            parameters=query.PAGE_BY_NUMBER,
            answers={200: Answer("Who changed what, and when.", shown.ShownHistory, ("Link",))},
            refusals=(404,),
        )
    }


def made(status: int, doc: str, shape: Any, headers: tuple[str, ...] = ()) -> Mapping[int, Answer]:
    """The answers of something that may wait for the switches: done, or done and not yet active everywhere."""
    waited = f"{doc} The switches have not acknowledged it in time; `Weft-Waited` says what is missing."
    return {
        status: Answer(doc, shape, (*headers, "Weft-Waited")),
        202: Answer(waited, shape, (*headers, "Weft-Waited")),
    }


def one_or_several(kind: str) -> Schema:
    """The shape of what makes one thing, or several."""
    many = {"type": "array", "items": creation(kind), "minItems": 1, "maxItems": MOST_COMMANDS}
    named = {
        "type": "object",
        "properties": {COLLECTIONS[kind]: many},
        "required": [COLLECTIONS[kind]],
        "additionalProperties": False,
    }
    return {"anyOf": [creation(kind), named, many]}


def words(name: str) -> str:
    """A name as people write it.

    >>> words("vifs"), words("security_groups")
    ('VIFs', 'security groups')
    """
    return name.replace("_", " ").replace("vif", "VIF")


def article(kind: str) -> str:
    """The kind with its article."""
    return f"{'an' if kind[0] in 'aeio' else 'a'} {words(kind)}"
