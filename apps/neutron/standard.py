"""The attributes that every resource has: id, name, owner, revision, times, description and tags."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from weft.apps.neutron import values
from weft.apps.neutron.attributes import Attribute, given, inner, settable, shown

TAG_FILTERS = ("tags", "tags-any", "not-tags", "not-tags-any")
MOST_TAGS = 50
TOLD_BY_FACT = {"name": "name", "project_id": "project", "tenant_id": "project"}

ATTRIBUTES: tuple[Attribute, ...] = (
    shown("id"),
    settable("name", values.name, ""),
    given("project_id", values.optional(values.text()), None),
    given("tenant_id", values.optional(values.text()), None),
    settable("description", values.optional(values.text()), ""),
    shown("revision_number", values.whole()),
    shown("created_at"),
    shown("updated_at"),
    inner("tags", filter=True),
)


def document(fact: Any) -> dict[str, Any]:
    """The standard attributes of a fact."""
    return {
        "id": fact.id,
        "name": fact.name,
        "project_id": fact.project,
        "tenant_id": fact.project,
        "description": fact.description,
        "revision_number": fact.revision,
        "created_at": time_text(fact.created_at),
        "updated_at": time_text(fact.updated_at),
        "tags": list(fact.tags),
    }


def fields(asked: dict[str, Any]) -> dict[str, Any]:
    """The fields of a fact that the standard attributes of a request give."""
    found: dict[str, Any] = {}
    if "name" in asked:
        found["name"] = asked["name"]
    if "description" in asked:
        found["description"] = asked["description"] or ""
    if asked.get("tags"):
        found["tags"] = tuple(asked["tags"])
    return found


@lru_cache(4096)
def time_text(seconds: int) -> str:
    """A time as RFC 3339 writes it, in UTC.

    >>> time_text(0)
    '1970-01-01T00:00:00Z'
    """
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
